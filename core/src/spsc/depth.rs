//! How full the ring is, for its pressure: without the type of the items, so that it is compiled once for all of them.

#![forbid(unsafe_code)]

use super::Layout;
use super::layout::sealed::{Mark, Own, Side};
use super::view::{Ctl, View};
use crate::gauge::{Depth, Gauge};
use crate::position::{Capacity, Position};
use crate::sync::Ordering;

/// The shared words, for one of the ends.
struct Words<'r, O> {
    ctl: &'r Ctl,
    capacity: Capacity,
    /// What the mark of the next slot of that end is asked for.
    own: O,
    turns: usize,
}

impl<O: Own> Depth for Words<'_, O> {
    const FOLLOWS: bool = true;

    #[inline(always)]
    fn gauge(&self) -> &Gauge {
        &self.ctl.ends.gauge
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.capacity.get()
    }

    #[inline(always)]
    fn look(&self) -> Option<usize> {
        // Relaxed: the fence before it orders it, where it is of any consequence.
        if !self.ctl.ends.consumer.load(Ordering::Relaxed) {
            return None;
        }
        let count = || self.capacity.distance_here(self.ctl.load_head(), self.ctl.load_tail());
        Some(self.own.count(self.capacity.get(), count))
    }

    #[inline(always)]
    fn turns(&self) -> usize {
        self.turns
    }
}

impl<T, L: Layout> View<T, L> {
    /// The ring, for the end that is at a position, and has counted its [turns](count_turn).
    #[inline(always)]
    pub(super) fn depth(&self, at: Position, side: Side, turns: usize) -> impl Depth {
        Words { ctl: self.ctl(), capacity: self.capacity(), own: self.mark(at).own(side), turns }
    }
}

/// Counts the items that have gone through an end of a ring with room for one, where it looks after each: at each second one it is at the
/// same position.
#[inline(always)]
pub(super) const fn count_turn(turns: usize, at: Position) -> usize {
    turns.wrapping_add((turns ^ at.to_word()) & 1)
}
