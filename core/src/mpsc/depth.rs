//! How full the ring is, for its pressure.

#![forbid(unsafe_code)]

use super::producer::{is_open, load_tail};
use super::ticket::Ticket;
use super::view::{Ctl, View};
use crate::gauge::{Depth, Gauge};
use crate::sync::Ordering;

impl<T> Depth for &View<T> {
    const FOLLOWS: bool = true;

    #[inline(always)]
    fn gauge(&self) -> &Gauge {
        &self.ctl().rest.gauge
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.geometry().count()
    }

    /// How many slots are held, or none if there is room and all those are held by producers in the middle of a push: for the
    /// consumer the ring is empty then.
    #[inline(always)]
    fn look(&self) -> Option<usize> {
        let slots = self.geometry();
        // Relaxed: a count. Where it has to be a new one a fence comes before it.
        let limit = Ticket::from_word(self.ctl().limit.load(Ordering::Relaxed));
        let tail = load_tail(self);
        if tail & Ctl::CLOSED != 0 {
            return None;
        }
        let held = slots.held(Ticket::from_word(tail), limit);
        let mut at = slots.lap_before(limit);
        for _ in 0..held {
            if held == slots.count() || !is_open(self, at) {
                return Some(held);
            }
            at = slots.next(at);
        }
        Some(0)
    }

    #[inline(always)]
    fn turns(&self) -> usize {
        let slots = self.geometry();
        slots.distance(slots.start(), Ticket::from_word(load_tail(self)))
    }
}
