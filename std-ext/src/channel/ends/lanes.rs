//! `fan_in`: a lane for each sender.

use super::{goes_by_refusal, pressed_end};
use crate::channel::policy::policy_end;
use crate::channel::{End, ReceiveEnd, ReserveEnd, RingCounts, Room, RoomEnd, SendEnd};
use crate::fan_in::{ByLane, LaneSet, Producer};
use crate::{Refusal, Seen};

pressed_end!(Room::InLanes, [T, K] Producer<'_, T, K>; with_shed = Self::shed);

policy_end!([T, K] Producer<'_, T, K>; Refusal = refusal, set_refusal);

impl<T, K> SendEnd for Producer<'_, T, K> {
    type Sent = ();

    goes_by_refusal!(T);

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, K> RoomEnd for Producer<'_, T, K> {}

impl<T, K> ReserveEnd for Producer<'_, T, K> {}

/// It has no pressure of its own: each of its lanes has.
impl<T, K> End for ByLane<'_, T, K> {
    const ROOM: Room = Room::InLanes;

    fn counts(&self) -> RingCounts {
        RingCounts::default().with_shed(self.end().shed())
    }
}

impl<T, K> ReceiveEnd for ByLane<'_, T, K> {
    #[inline(always)]
    fn take_touched(&mut self) -> LaneSet {
        self.take_touched()
    }

    fn has_come(&self, lane: usize, seen: Option<Seen>) -> bool {
        // Where it is not open, nobody waits, or there is another one by now.
        self.lane_at(lane).is_none_or(|lane| match seen {
            // Where there is room for one, each end counts for itself how often that has changed.
            Some(seen) if self.end().lane_capacity() == 1 => lane.pressure() != seen.pressure(),
            Some(mut seen) => lane.pressure_since(&mut seen).is_some(),
            None => lane.len() < self.end().lane_capacity(),
        })
    }
}
