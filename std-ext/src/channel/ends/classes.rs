//! `priority`: what is more important takes the place of what is less.

use super::pressed_end;
use crate::channel::policy::policy_end;
use crate::channel::{CloneEnd, CloseEnd, ReceiveEnd, Room, RoomEnd, SendEnd};
use crate::priority::{By, ByClass};
use crate::seam::Push;
use crate::{Overflow, PushError, Pushed};

pressed_end!(Room::Shared, [T, F: FnMut(&T) -> usize, const C: usize, K] By<'_, T, F, C, K>, get_ref;
    with_evicted = |by: &Self| (0..C).map(|class| by.get_ref().evicted(class)).sum();
    with_shed = |by: &Self| (0..C).map(|class| by.get_ref().shed(class)).sum());
pressed_end!(Room::Shared, [T, const C: usize, K] ByClass<'_, T, C, K>, end;
    with_evicted = |by: &Self| (0..C).map(|class| by.end().evicted(class)).sum();
    with_shed = |by: &Self| (0..C).map(|class| by.end().shed(class)).sum());
policy_end!([T, F: FnMut(&T) -> usize, const C: usize, K] By<'_, T, F, C, K>, get_ref; Overflow = overflow, set_overflow);
policy_end!([T, const C: usize, K] ByClass<'_, T, C, K>, end; Overflow = overflow, set_overflow);

impl<T, F: FnMut(&T) -> usize, const C: usize, K> SendEnd for By<'_, T, F, C, K> {
    /// The victim, or none.
    type Sent = Pushed<T>;

    fn push_under(&mut self, overflow: Overflow, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push_under(overflow, value)
    }

    fn waits_at_full(&self) -> bool {
        self.get_ref().overflow() == Overflow::Reject
    }

    /// Where there is none, it takes that of something less important, or comes back: nobody waits for that.
    fn takes_room(&self) -> bool {
        self.waits_at_full() && !self.is_full()
    }
}

impl<T, F: FnMut(&T) -> usize, const C: usize, K> RoomEnd for By<'_, T, F, C, K> {}

impl<T, F: FnMut(&T) -> usize + Clone, const C: usize, K: Clone> CloneEnd for By<'_, T, F, C, K> {
    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<T, const C: usize, K> ReceiveEnd for ByClass<'_, T, C, K> {}

impl<T, const C: usize, K> CloseEnd for ByClass<'_, T, C, K> {
    fn close(&mut self) {
        self.end_mut().close();
    }
}
