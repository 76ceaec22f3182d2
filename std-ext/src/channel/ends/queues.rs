//! `spsc`, `mpsc` and `swap`: one queue, for one sender or for several.

use super::{goes_by_refusal, pressed_end};
use crate::channel::policy::policy_end;
use crate::channel::{CloneEnd, CloseEnd, ForceEnd, ReceiveEnd, ReserveEnd, Room, RoomEnd, SendEnd};
use crate::spsc::Layout;
use crate::{Overflow, Pressure, PushError, Pushed, Refusal, mpsc, spsc, swap};

pressed_end!(Room::Shared, [T, L: Layout, K] spsc::Producer<'_, T, L, K>);
pressed_end!(Room::Shared, [T, L: Layout, K] spsc::Consumer<'_, T, L, K>);
pressed_end!(Room::Shared, [T, K] mpsc::Producer<'_, T, K>; with_shed = Self::shed;; MEETS);
pressed_end!(Room::Shared, [T, K] mpsc::Consumer<'_, T, K>; with_shed = Self::shed;; MEETS);
pressed_end!(Room::Shared, [T, K] swap::Producer<'_, T, K>; with_evicted = Self::evicted; with_shed = Self::shed);
pressed_end!(Room::Shared, [T, K] swap::Consumer<'_, T, K>; with_evicted = Self::evicted; with_shed = Self::shed);

policy_end!([T, K] mpsc::Producer<'_, T, K>; Refusal = refusal, set_refusal);
policy_end!([T, K] mpsc::Consumer<'_, T, K>; Refusal = refusal, set_refusal);
policy_end!([T, K] swap::Producer<'_, T, K>; Overflow = overflow, set_overflow);
policy_end!([T, K] swap::Consumer<'_, T, K>; Overflow = overflow, set_overflow);

impl<T, L: Layout, K> SendEnd for spsc::Producer<'_, T, L, K> {
    type Sent = ();

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }

    #[inline(always)]
    fn is_stuffed(&self) -> bool {
        self.is_full() && !self.is_closed() && self.pressure() == Pressure::Stop
    }
}

impl<T, L: Layout, K> RoomEnd for spsc::Producer<'_, T, L, K> {}

impl<T, L: Layout, K> ReserveEnd for spsc::Producer<'_, T, L, K> {}

impl<T, L: Layout, K> ReceiveEnd for spsc::Consumer<'_, T, L, K> {
    #[inline(always)]
    fn is_bare(&self) -> bool {
        self.is_bare()
    }
}

impl<T, K> SendEnd for mpsc::Producer<'_, T, K> {
    type Sent = ();

    goes_by_refusal!(T);

    #[inline(always)]
    fn is_stuffed(&self) -> bool {
        self.is_full() && !self.is_closed() && self.pressure() == Pressure::Stop && self.waits_at_full()
    }
}

impl<T, K> RoomEnd for mpsc::Producer<'_, T, K> {}

impl<T, K: Clone> CloneEnd for mpsc::Producer<'_, T, K> {
    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<T, K> ReceiveEnd for mpsc::Consumer<'_, T, K> {
    #[inline(always)]
    fn meet(&self) -> bool {
        self.meet()
    }

    #[inline(always)]
    fn is_bare(&self) -> bool {
        self.is_bare()
    }
}

impl<T, K> CloseEnd for mpsc::Consumer<'_, T, K> {
    fn close(&mut self) {
        self.close();
    }
}

impl<T, K> SendEnd for swap::Producer<'_, T, K> {
    /// The victim, or none.
    type Sent = Pushed<T>;

    fn push_under(&mut self, overflow: Overflow, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push_under(overflow, value)
    }

    fn waits_at_full(&self) -> bool {
        self.overflow() == Overflow::Reject
    }
}

impl<T, K> ForceEnd for swap::Producer<'_, T, K> {
    #[inline(always)]
    fn force_push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.force_push(value)
    }
}

impl<T, K> RoomEnd for swap::Producer<'_, T, K> {}

impl<T, K: Clone> CloneEnd for swap::Producer<'_, T, K> {
    fn another(&self) -> Option<Self> {
        self.try_clone().ok()
    }
}

impl<T, K> ReceiveEnd for swap::Consumer<'_, T, K> {}

impl<T, K> CloseEnd for swap::Consumer<'_, T, K> {
    fn close(&mut self) {
        self.close();
    }
}
