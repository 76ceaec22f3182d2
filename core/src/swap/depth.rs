//! How full the ring is, for its pressure.

#![forbid(unsafe_code)]

use super::view::View;
use super::word::Position;
use crate::gauge::{Depth, Gauge};
use crate::sync::LAPS_WRAP;

/// The ring, for an end that knows where the consumer is.
struct From<'r, T> {
    ring: &'r View<T>,
    /// `None`: it is to be looked for.
    head: Option<Position>,
}

impl<T> Depth for From<'_, T> {
    #[inline(always)]
    fn gauge(&self) -> &Gauge {
        self.ring.gauge()
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.ring.shape.slots()
    }

    #[inline(always)]
    fn look(&self) -> Option<usize> {
        self.ring.has_consumer().then(|| self.ring.inside(self.head.unwrap_or_else(|| self.ring.head())))
    }
}

impl<T> View<T> {
    /// How many items are inside from the head on.
    pub(super) fn inside(&self, head: Position) -> usize {
        let shape = self.shape;
        shape.published_from(head, |at| {
            let word = self.load(at);
            match shape.full_cell(word) {
                // Where laps come around, a consumer that was here all laps ago finds what looks like the lap before; but what
                // is inside is so in any lap.
                Some(cell) if LAPS_WRAP => shape.full(at, cell),
                _ => word,
            }
        })
    }

    /// The ring, for the consumer, which has its head, or for a producer.
    #[inline(always)]
    pub(super) const fn depth(&self, head: Option<Position>) -> impl Depth {
        From { ring: self, head }
    }
}
