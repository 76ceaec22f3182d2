//! `spsc`, `mpsc` and `swap`: one queue, for one sender or for several.

use super::pressed_end;
use crate::channel::{CloneEnd, CloseEnd, ReceiveEnd, ReserveEnd, Room, RoomEnd, SendEnd};
use crate::spsc::Layout;
use crate::{Pushed, mpsc, spsc, swap};

pressed_end!(Room::Shared, [T, L: Layout, K] spsc::Producer<'_, T, L, K>);
pressed_end!(Room::Shared, [T, L: Layout, K] spsc::Consumer<'_, T, L, K>);
pressed_end!(Room::Shared, [T, K] mpsc::Producer<'_, T, K>);
pressed_end!(Room::Shared, [T, K] mpsc::Consumer<'_, T, K>);
pressed_end!(Room::Shared, [T, K] swap::Producer<'_, T, K>);
pressed_end!(Room::Shared, [T, K] swap::Consumer<'_, T, K>);

impl<T, L: Layout, K> SendEnd for spsc::Producer<'_, T, L, K> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, L: Layout, K> RoomEnd for spsc::Producer<'_, T, L, K> {}

impl<T, L: Layout, K> ReserveEnd for spsc::Producer<'_, T, L, K> {}

impl<T, L: Layout, K> ReceiveEnd for spsc::Consumer<'_, T, L, K> {}

impl<T, K> SendEnd for mpsc::Producer<'_, T, K> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}
}

impl<T, K> RoomEnd for mpsc::Producer<'_, T, K> {}

impl<T, K: Clone> CloneEnd for mpsc::Producer<'_, T, K> {
    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<T, K> ReceiveEnd for mpsc::Consumer<'_, T, K> {}

impl<T, K> CloseEnd for mpsc::Consumer<'_, T, K> {
    fn close(&mut self) {
        self.close();
    }
}

impl<T, K> SendEnd for swap::Producer<'_, T, K> {
    /// The victim, or none.
    type Sent = Pushed<T>;

    #[inline(always)]
    fn sent(pushed: Pushed<T>) -> Pushed<T> {
        pushed
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
