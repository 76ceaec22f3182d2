//! The consumer's end.

use core::fmt;
use core::iter::FusedIterator;
use core::num::NonZeroUsize;

use super::turn::Turn;
use super::view::{Lane, View};
use crate::gauge::methods::consumer_pressure;
use crate::gauge::{self, Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::swap::word::Position;
use crate::sync::Ordering;
use crate::{Overflow, PopError, Pressure};

/// The algorithm of the consumer's end.
pub(super) struct Rx<T, const C: usize> {
    ring: View<T, C>,
    /// Where the lanes had their fronts when this end last looked.
    fronts: [Position; C],
    /// Where the next free cell goes.
    back: Position,
    turn: Turn<C>,
    /// Whether the ring was closed by this end.
    closed: bool,
    /// How many cells are out of use since.
    retired: usize,
    /// So many items can be taken before the pressure is to be looked at.
    calm: usize,
}

// SAFETY: the end receives items from another thread, so they must be `Send`. The shared words are atomics, and a cell that it
// touches is its own (P1).
unsafe impl<T: Send, const C: usize> Send for Rx<T, C> {}

impl<T, const C: usize> Rx<T, C> {
    /// # Safety
    /// This becomes the only consumer's end of the ring, and no other end is at work yet.
    pub(super) unsafe fn new(ring: View<T, C>) -> Self {
        ring.open();
        // Relaxed: the owner has the ring to itself.
        ring.ctl().ends.consumer.store(true, Ordering::Relaxed);
        let start = Position::START;
        let (back, _) = ring.back(View::<T, C>::FREE, start);
        let rx = Self { ring, fronts: [start; C], back, turn: Turn::new(), closed: false, retired: 0, calm: 0 };
        ring.gauge().open();
        settle(ring.depth(rx.before_free()));
        rx
    }

    /// A position at or before the front of the free cells.
    fn before_free(&self) -> Position {
        // There are no more of them than slots.
        self.ring.shape.lap_before(self.back)
    }

    #[inline(always)]
    fn pop(&mut self) -> Result<(usize, T), PopError> {
        let mut gone = false;
        loop {
            if let Some((class, cell)) = self.take_next() {
                return Ok((class, self.received(class, cell)));
            }
            gone = self.found_nothing(gone)?;
        }
    }

    /// Takes the cell of the item whose turn it is.
    #[inline(always)]
    fn take_next(&mut self) -> Option<(usize, usize)> {
        let bypass = self.ring.bypass();
        let mut before = C;
        while let Some(class) = self.turn.due(before, bypass) {
            if let Some(cell) = self.take(class) {
                return Some((class, cell));
            }
            self.turn.missed(class);
            before = class;
        }
        (0..C).find_map(|class| Some((class, self.take(class)?)))
    }

    /// Takes the cell of the oldest item of a class, if there is any.
    #[inline(always)]
    fn take(&mut self, class: usize) -> Option<usize> {
        let (ring, lane, front) = (self.ring, Lane::of(class), self.fronts.get_mut(class)?);
        loop {
            let (at, word) = ring.front(lane, *front);
            *front = at;
            if !ring.is_there(at, word) {
                return None;
            }
            if let Some(cell) = ring.take(lane, at, word) {
                *front = ring.shape.next(at);
                return Some(cell);
            }
        }
    }

    /// The item of a class, whose cell was taken.
    #[inline(always)]
    fn received(&mut self, class: usize, cell: usize) -> T {
        let ring = self.ring;
        // SAFETY: P1: the cell was taken by us, with an item.
        let item = unsafe { ring.read(cell) };
        ring.give_back(&mut self.back, cell, self.closed);
        self.retired += usize::from(self.closed);
        self.turn.served(class);
        ring.count_popped(class);
        match self.calm.checked_sub(1) {
            Some(calm) => self.calm = calm,
            None => self.watch(),
        }
        item
    }

    /// Every class was found empty: answers with why there was nothing, or that it is to be looked once more. `gone` says that no
    /// producer was left before the classes were looked at, and is answered for the next time.
    #[cold]
    fn found_nothing(&self, gone: bool) -> Result<bool, PopError> {
        let ring = self.ring;
        // All cells are out of use, or nobody is left who could put one in.
        if gone || self.closed && self.retired == ring.shape.slots() {
            return Err(self.settle_empty(PopError::Closed));
        }
        if !self.closed && !ring.has_producers() {
            return Ok(true);
        }
        // If nothing was put in since each was looked at, all were empty at one moment.
        if (0..C).all(|class| ring.is_empty_at(Lane::of(class), self.fronts[class])) {
            return Err(self.settle_empty(PopError::Empty));
        }
        Ok(false)
    }

    /// Lowers the pressure, as there is nothing inside.
    fn settle_empty(&self, why: PopError) -> PopError {
        if !self.ring.gauge().is_open() {
            settle(self.depth());
        }
        why
    }

    /// Lowers the pressure, if the ring is that empty, and says when it may be next.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        (self.calm, _) = gauge::span(self.depth());
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(self.before_free())
    }

    /// The level of the pressure is to be looked at with the next pop.
    fn look_at_marks(&mut self) {
        self.calm = 0;
    }

    fn close(&mut self) {
        if !self.closed {
            self.closed = true;
            self.retired = self.ring.close();
            self.ring.gauge().close();
        }
    }
}

impl<T, const C: usize> Drop for Rx<T, C> {
    fn drop(&mut self) {
        self.close();
        // [PR4] Release: pairs with [PR8]. Orders: all that we did before what the next ends do.
        self.ring.ctl().ends.consumer.store(false, Ordering::Release);
    }
}

/// The end of a ring that takes items out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`].
///
/// Counts such as [`len`](Self::len) may be out of date at once: others push, and may evict.
///
/// Dropping it [closes](Self::close) the ring: pushes are refused from then on. What is inside stays there, and is dropped with
/// the ring or taken after another split. A consumer that must not lose anything closes the ring first, and pops until
/// [`Closed`](PopError::Closed).
pub struct Consumer<'q, T, const C: usize, K = ()> {
    rx: End<'q, Rx<T, C>, K>,
}

impl<'q, T, const C: usize, K> Consumer<'q, T, C, K> {
    pub(super) const fn new(rx: End<'q, Rx<T, C>, K>) -> Self {
        Self { rx }
    }

    /// Takes an item out, and says of which class it is: the oldest item of the most important class that has any, unless a less
    /// important one has been [passed over](Self::bypass) for so long that it is due.
    ///
    /// What is more important may have come while it was looked for: no class that is more important than that of the item had
    /// anything at the moment in which it was looked at.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): there was a moment in which no class had an item. [`Closed`](PopError::Closed): so it is, and there
    /// will be none until the ring is split again, because no producer is left or the ring is [closed](Self::close).
    ///
    /// # Progress
    /// Lock-free: it is held up only by pushes that evict the item it is after or, where it would say that there is none, by pushes.
    ///
    /// # Ordering
    /// All that happened before the push of the item happens before what follows the pop.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PopError, priority::Ring};
    ///
    /// let mut ring = Ring::<_, 4, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let _ = producer.push(1, "telemetry");
    /// let _ = producer.push(0, "alarm");
    /// assert_eq!(consumer.pop(), Ok((0, "alarm")));
    /// assert_eq!(consumer.pop(), Ok((1, "telemetry")));
    /// assert_eq!(consumer.pop(), Err(PopError::Empty));
    /// drop(producer);
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Result<(usize, T), PopError> {
        self.rx.pop()
    }

    /// Takes items out, as many as the ring can hold at most, until there is none.
    ///
    /// Each is taken, and its place free, when the iterator gives it; dropped early, it leaves the others inside.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::priority::Ring;
    ///
    /// let mut ring = Ring::<_, 8, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// (0..5).for_each(|number| drop(producer.push(number % 2, number)));
    /// assert_eq!(consumer.drain().map(|(_, number)| number).collect::<Vec<_>>(), [0, 2, 4, 1, 3]);
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T, C> {
        Drain { left: self.capacity(), rx: &mut self.rx }
    }

    /// Nothing is taken in from now on: each push that begins after this gives its value back as
    /// [`Closed`](crate::PushError::Closed), under every policy, room or not. What is inside can still be taken out.
    ///
    /// A push that is under way may still put its item in. As long as that can be, [`pop`](Self::pop) says
    /// [`Empty`](PopError::Empty) where there is nothing, and then [`Closed`](PopError::Closed).
    ///
    /// # Progress
    /// Wait-free, in a number of steps that grows with the capacity.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PopError, PushError, priority::Ring};
    ///
    /// let mut ring = Ring::<_, 4, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let _ = producer.push(1, 'a');
    /// consumer.close();
    /// assert_eq!(producer.push(0, 'b'), Err(PushError::Closed('b')));
    /// assert_eq!(consumer.pop(), Ok((1, 'a')));
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    pub fn close(&mut self) {
        self.rx.close();
    }

    says!(rx);

    consumer_pressure!(rx);

    /// Whether nothing is taken in any more: [closed](Self::close), or no producer is left. What is inside can still be taken
    /// out.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rx.closed || !self.rx.ring.has_producers()
    }
}

impl<T, const C: usize, K> fmt::Debug for Consumer<'_, T, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Takes items out: see [`Consumer::drain`].
pub struct Drain<'e, T, const C: usize> {
    rx: &'e mut Rx<T, C>,
    left: usize,
}

impl<T, const C: usize> Iterator for Drain<'_, T, C> {
    type Item = (usize, T);

    #[inline]
    fn next(&mut self) -> Option<(usize, T)> {
        self.left = self.left.checked_sub(1)?;
        let item = self.rx.pop().ok();
        if item.is_none() {
            self.left = 0;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl<T, const C: usize> FusedIterator for Drain<'_, T, C> {}

impl<T, const C: usize> fmt::Debug for Drain<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").finish_non_exhaustive()
    }
}
