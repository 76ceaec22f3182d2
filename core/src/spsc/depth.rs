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
    turns: Turns,
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
        self.turns.so_far()
    }
}

impl<T, L: Layout> View<T, L> {
    /// The ring, for the end that is at a position, and has counted its [turns](Turns).
    #[inline(always)]
    pub(super) fn depth(&self, at: Position, side: Side, turns: Turns) -> impl Depth {
        Words { ctl: self.ctl(), capacity: self.capacity(), own: self.mark(at).own(side), turns }
    }
}

/// How many items have gone through an end of a ring with room for one, where it looks after each: at each second one it is at the same
/// position. Where bytes count nobody asks for that, and there is nothing.
#[derive(Clone, Copy)]
pub(super) struct Turns {
    #[cfg(not(any(forebay_narrow, all(target_os = "none", not(target_pointer_width = "64")))))]
    count: usize,
}

#[cfg(not(any(forebay_narrow, all(target_os = "none", not(target_pointer_width = "64")))))]
impl Turns {
    /// Of a new end.
    pub(super) const fn at(at: Position) -> Self {
        Self { count: at.to_word() & 1 }
    }

    /// There may have been another one.
    #[inline(always)]
    pub(super) const fn count(&mut self, at: Position) {
        self.count = self.count.wrapping_add((self.count ^ at.to_word()) & 1);
    }

    const fn so_far(self) -> usize {
        self.count
    }
}

#[cfg(any(forebay_narrow, all(target_os = "none", not(target_pointer_width = "64"))))]
impl Turns {
    pub(super) const fn at(_: Position) -> Self {
        Self {}
    }

    pub(super) const fn count(&mut self, _: Position) {}

    const fn so_far(self) -> usize {
        0
    }
}
