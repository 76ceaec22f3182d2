//! `latest` and `conflated`: what is newest takes the place of what was not received, so that there always is room.

use super::pressed_end;
use crate::Pushed;
use crate::channel::{End, ReceiveEnd, RingCounts, Room, SendEnd};
use crate::conflated::{Consumer, Keyed};
use crate::latest::{Reader, Writer};

/// It has no pressure: there is room, and nothing in line.
impl<T, K> End for Writer<'_, T, K> {
    const ROOM: Room = Room::Always;

    fn counts(&self) -> RingCounts {
        RingCounts::default().with_conflated(self.conflated())
    }
}

impl<T, K> SendEnd for Writer<'_, T, K> {
    /// What it has replaced, if that was not received.
    type Sent = Pushed<T>;

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, K> End for Reader<'_, T, K> {
    const ROOM: Room = Room::Always;

    fn counts(&self) -> RingCounts {
        RingCounts::default().with_conflated(self.conflated())
    }
}

impl<T, K> ReceiveEnd for Reader<'_, T, K> {}

// The pressure says how many keys have something new.
pressed_end!(Room::Always, [T, F: FnMut(&T) -> usize, K] Keyed<'_, T, F, K>, end; with_conflated = |by: &Self| by.end().conflated_total());
pressed_end!(Room::Always, [T, K] Consumer<'_, T, K>; with_conflated = Self::conflated_total);

impl<T, F: FnMut(&T) -> usize, K> SendEnd for Keyed<'_, T, F, K> {
    /// What it has replaced, if that was not received.
    type Sent = Pushed<T>;

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, K> ReceiveEnd for Consumer<'_, T, K> {}
