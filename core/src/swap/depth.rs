//! How full the ring is, for its pressure.

#![forbid(unsafe_code)]

use super::view::View;
use super::word::Position;
use crate::gauge::{Depth, Gauge};

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
        self.shape.published_from(head, |at| self.load(at))
    }

    /// The ring, for the consumer, which has its head, or for a producer.
    #[inline(always)]
    pub(super) const fn depth(&self, head: Option<Position>) -> impl Depth {
        From { ring: self, head }
    }
}
