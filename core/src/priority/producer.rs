//! The producer's end.

use core::convert::Infallible;
use core::fmt;
use core::num::NonZeroUsize;

use super::by::By;
use super::view::{Lane, View};
use crate::gauge::methods::producer_pressure;
use crate::gauge::{Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::swap::word::{Position, State};
use crate::sync::Word;
use crate::{Overflow, Pressure, PushError, Pushed};

/// The algorithm of a producer's end.
pub(super) struct Tx<T, const C: usize> {
    ring: View<T, C>,
    /// Where the lanes had their fronts and backs when this end last looked.
    fronts: [Position; C],
    backs: [Position; C],
    /// Likewise the front of the free cells.
    free: Position,
    /// With so many more cells taken from there, by whomever, the pressure is to be looked at.
    calm: usize,
}

// SAFETY: the end carries items to another thread, so they must be `Send`. The shared words are atomics, and a cell that it touches
// is its own (P1).
unsafe impl<T: Send, const C: usize> Send for Tx<T, C> {}

impl<T, const C: usize> Tx<T, C> {
    /// # Safety
    /// The ring is not being split or dropped by anybody while this end is there.
    pub(super) unsafe fn new(ring: View<T, C>) -> Self {
        ring.count_producer();
        let start = Position::START;
        Self { ring, fronts: [start; C], backs: [start; C], free: start, calm: 1 }
    }

    fn beside(&self) -> Self {
        self.ring.count_producer();
        Self { calm: 1, ..*self }
    }

    /// Under a policy, or that of the ring.
    #[inline(always)]
    fn push(&mut self, class: usize, value: T, under: Option<Overflow>) -> Result<Pushed<T>, PushError<T>> {
        let class = class.min(C - 1);
        let Ok(cell) = self.take_free() else { return self.push_at_full(class, value, under) };
        self.store(class, cell, value);
        Ok(Pushed::Stored)
    }

    /// Takes a free cell, or answers with the word at the front of them that says that there is none.
    #[inline(always)]
    fn take_free(&mut self) -> Result<usize, Word> {
        let ring = self.ring;
        loop {
            let (at, word) = ring.front(View::<T, C>::FREE, self.free);
            if at != self.free {
                self.catch_up(at);
            }
            if !ring.is_there(at, word) {
                return Err(word);
            }
            if let Some(cell) = ring.take(View::<T, C>::FREE, at, word) {
                self.free = ring.shape.next(at);
                self.calm = self.calm.saturating_sub(1);
                return Ok(cell);
            }
        }
    }

    /// Others have taken free cells up to a position.
    #[cold]
    fn catch_up(&mut self, at: Position) {
        self.calm = self.calm.saturating_sub(self.ring.shape.distance(self.free, at));
        self.free = at;
    }

    /// Puts a value in, by a cell that is ours.
    #[inline(always)]
    fn store(&mut self, class: usize, cell: usize, value: T) {
        // SAFETY: P1: the cell was taken by us, and its item, if it had one, read out.
        unsafe { self.ring.write(cell, value) };
        // There is no class beyond the last one here; who is out of line does not know that.
        self.ring.put(Lane::of(class), &mut self.backs[class.min(C - 1)], cell);
        if self.calm == 0 {
            self.watch();
        }
    }

    /// The rest of a push that has found no free cell.
    #[cold]
    #[inline(never)]
    fn push_at_full(&mut self, class: usize, value: T, under: Option<Overflow>) -> Result<Pushed<T>, PushError<T>> {
        let (cell, from) = match self.seize(class, under) {
            Ok(seized) => seized,
            Err(why) => return Err(why.map(|()| value)),
        };
        let outcome = from.map_or(Pushed::Stored, |from| {
            self.ring.count_evicted(from);
            // SAFETY: P1: the cell was taken by us, with an item.
            Pushed::Evicted(unsafe { self.ring.read(cell) })
        });
        self.store(class, cell, value);
        self.watch_full();
        Ok(outcome)
    }

    /// Takes a free cell, if there is one by now, or that of the oldest item of the least important class that has any: one that is
    /// less important than this class or, if the policy is to drop the oldest, this class. Answers with the cell, and with the class
    /// whose item is in it.
    ///
    /// A lane is passed over only if it and all before it were empty at one and the same moment: each of them was found so, and
    /// nothing had been put in when it was looked at once more, after that.
    fn seize(&mut self, class: usize, under: Option<Overflow>) -> Result<(usize, Option<usize>), PushError<()>> {
        let ring = self.ring;
        loop {
            match self.take_free() {
                Ok(cell) => return Ok((cell, None)),
                Err(word) if View::<T, C>::is_barred(word) => {
                    ring.gauge().close();
                    return Err(PushError::Closed(()));
                }
                Err(_) => {}
            }
            let overflow = under.unwrap_or_else(|| ring.ctl().ends.policy.get());
            let least = class + usize::from(overflow != Overflow::DropOldest);
            let found = (least..C).rev().find_map(|class| Some((class, self.oldest(class)?)));
            if !self.are_empty_from(found.map_or(least, |(class, _)| class + 1)) {
                continue;
            }
            if let Some((class, (at, word))) = found {
                if let Some(cell) = ring.take(Lane::of(class), at, word) {
                    return Ok((cell, Some(class)));
                }
                continue;
            }
            self.watch_full();
            if overflow == Overflow::Reject {
                return Err(PushError::Full(()));
            }
            ring.count_shed(class);
            return Err(PushError::Shed(()));
        }
    }

    /// The front of the lane of a class, and the word there, if there is an item.
    fn oldest(&mut self, class: usize) -> Option<(Position, Word)> {
        let front = self.fronts.get_mut(class)?;
        let (at, word) = self.ring.front(Lane::of(class), *front);
        *front = at;
        self.ring.is_there(at, word).then_some((at, word))
    }

    /// Whether the free cells, and all classes from this one on, which were found empty, have been so since.
    fn are_empty_from(&self, class: usize) -> bool {
        self.ring.is_empty_at(View::<T, C>::FREE, self.free)
            && (class..C).all(|class| self.ring.is_empty_at(Lane::of(class), self.fronts[class]))
    }

    /// Does what a push besides that may have come to the high watermark: raises the pressure, if so many items are inside, and says
    /// when the next one may.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        let (ring, gauge) = (self.ring, self.ring.gauge());
        let below = gauge.below();
        // Beyond the mark each push looks whether the pressure is still on.
        self.calm = 1;
        let (at, word) = ring.front(View::<T, C>::FREE, self.free);
        let is_full = ring.shape.state(word, at) != State::Full;
        if below > 0 && !gauge.is_below(usize::from(!is_full), below) {
            return;
        }
        let mut room = if is_full { 0 } else { ring.free_from(at) };
        if gauge.is_below(room, below) {
            room = ring.shape.slots() - settle(ring.depth(at)).0;
        }
        self.calm = room.saturating_sub(below).max(1);
    }

    /// Does the same where no cell is free.
    fn watch_full(&mut self) {
        self.calm = 1;
        if self.ring.gauge().is_below(0, 0) {
            settle(self.depth());
        }
    }

    /// A position at or before the front of the free cells.
    const fn before_free(&self) -> Position {
        self.free
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(self.free)
    }

    /// The level of the pressure is to be looked at with the next push.
    fn look_at_marks(&mut self) {
        self.calm = 1;
    }
}

impl<T, const C: usize> Drop for Tx<T, C> {
    fn drop(&mut self) {
        self.ring.discount_producer();
    }
}

/// An end of a ring that puts items in. There can be many: [`clone`](Clone::clone) it.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`]: each thread, and each interrupt, has its own.
///
/// Counts such as [`len`](Self::len) may be out of date at once: others push and pop.
///
/// The last one to be dropped closes the ring: the consumer still gets what is inside, and then
/// [`Closed`](crate::PopError::Closed).
pub struct Producer<'q, T, const C: usize, K = ()> {
    tx: End<'q, Tx<T, C>, K>,
}

impl<'q, T, const C: usize, K> Producer<'q, T, C, K> {
    pub(super) const fn new(tx: End<'q, Tx<T, C>, K>) -> Self {
        Self { tx }
    }

    /// Puts an item of a class in: 0 is the most important one, and a class beyond the last counts as the last.
    ///
    /// Where there is no room, an item that is less important makes it: the oldest one of the least important class that has any,
    /// which is [`Evicted`](Pushed::Evicted), whatever the policy is.
    ///
    /// # Errors
    /// All give the value back. If there is no room, and nothing less important inside, the ring's [policy](Overflow) decides:
    /// [`Full`](PushError::Full), if it is to reject; [`Shed`](PushError::Shed), if it is to drop what comes: the value counts as lost.
    /// If it is to drop the oldest, the oldest item of the same class makes room; where there is none, all that is inside is more
    /// important: then the value is what is lost, and `Shed`. [`Closed`](PushError::Closed): the consumer is gone or has closed the
    /// ring, whatever the policy is. That stays so until the ring is split again.
    ///
    /// # Progress
    /// Lock-free: it is held up only by others who complete pushes and pops. An interrupt may come at any step of it, push by
    /// another end, and returns.
    ///
    /// # Ordering
    /// All that happened before the push happens before what is done with the item by whoever takes it: the consumer, or
    /// the producer that evicts it.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PushError, Pushed, priority::Ring};
    ///
    /// let mut ring = Ring::<_, 2, 3>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push(2, "debug"), Ok(Pushed::Stored));
    /// assert_eq!(producer.push(1, "info"), Ok(Pushed::Stored));
    /// assert_eq!(producer.push(2, "trace"), Err(PushError::Full("trace")));
    /// assert_eq!(producer.push(0, "error"), Ok(Pushed::Evicted("debug")));
    /// assert_eq!(producer.push(0, "fatal"), Ok(Pushed::Evicted("info")));
    /// assert_eq!(producer.push(0, "panic"), Err(PushError::Full("panic")));
    /// assert_eq!(consumer.pop(), Ok((0, "error")));
    /// ```
    #[inline]
    pub fn push(&mut self, class: usize, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.tx.push(class, value, None)
    }

    /// Puts an item of a class in as [`push`](Self::push), but where there is no room and nothing less important inside, under
    /// this policy, whatever the ring's is.
    ///
    /// # Errors
    /// As [`push`](Self::push), by that policy.
    ///
    /// # Progress
    /// As [`push`](Self::push).
    ///
    /// # Ordering
    /// As [`push`](Self::push).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{Overflow, PushError, Pushed, priority::Ring};
    ///
    /// let mut ring = Ring::<_, 1, 2>::new();
    /// let (mut producer, _consumer) = ring.split();
    /// assert_eq!(producer.push(1, "debug"), Ok(Pushed::Stored));
    /// assert_eq!(producer.push(1, "trace"), Err(PushError::Full("trace")));
    /// assert_eq!(producer.push_under(Overflow::DropIncoming, 1, "trace"), Err(PushError::Shed("trace")));
    /// assert_eq!(producer.push_under(Overflow::DropOldest, 1, "info"), Ok(Pushed::Evicted("debug")));
    /// assert_eq!(producer.push_under(Overflow::Reject, 0, "error"), Ok(Pushed::Evicted("info")));
    /// ```
    #[inline]
    pub fn push_under(&mut self, overflow: Overflow, class: usize, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.tx.push(class, value, Some(overflow))
    }

    /// The same end for the [seam](crate::seam), where a value says by this function which class it is of.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::priority::Ring;
    /// use forebay_core::seam::{Pop, Push};
    ///
    /// fn forward(from: &mut impl Pop<Item = u32>, to: &mut impl Push<Item = u32>) {
    ///     while let Ok(item) = from.pop() {
    ///         let _ = to.push(item);
    ///     }
    /// }
    ///
    /// let (mut first, mut second) = (Ring::<u32, 8, 1>::new(), Ring::<u32, 8, 2>::new());
    /// let (mut producer, mut source) = first.split();
    /// (0..8).for_each(|number| drop(producer.push(0, number)));
    /// let (producer, mut consumer) = second.split();
    /// forward(&mut source, &mut producer.by(|number| (number % 2) as usize));
    /// assert_eq!(consumer.drain().map(|(_, number)| number).collect::<Vec<_>>(), [0, 2, 4, 6, 1, 3, 5, 7]);
    /// ```
    pub const fn by<F: FnMut(&T) -> usize>(self, class_of: F) -> By<'q, T, F, C, K> {
        By::new(self, class_of)
    }

    says!(tx);

    producer_pressure! {
        tx;
        pressure: {
            /// Evictions leave the ring as full as it is. Without a consumer, or when that has [closed](super::Consumer::close) the
            /// ring, it is [`Closed`](Pressure::Closed).
        }, {}, {
            /// ```
            /// use forebay_core::{Pressure, Watermarks, priority::Ring};
            ///
            /// let mut ring = Ring::<u32, 8, 2>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// producer.set_watermarks(Watermarks::new(6, 2)?)?;
            /// (0..5).for_each(|number| drop(producer.push(1, number)));
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// let _ = producer.push(1, 5);
            /// assert_eq!(producer.pressure(), Pressure::Slow);
            /// (6..10).for_each(|number| drop(producer.push(0, number)));
            /// assert_eq!(producer.pressure(), Pressure::Stop, "it evicts");
            /// assert_eq!(consumer.drain().take(5).count(), 5);
            /// assert_eq!(producer.pressure(), Pressure::Stop, "three are left");
            /// assert_eq!(consumer.pop(), Ok((1, 3)));
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// # Ok::<(), forebay_core::WatermarkError>(())
            /// ```
        }
        pressure_since: {
            /// ```
            /// use forebay_core::{Pressure, Seen, priority::Ring};
            ///
            /// let mut ring = Ring::<u32, 1, 2>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// let mut seen = Seen::default();
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// let _ = producer.push(0, 1);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop));
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// ```
        }
        set_watermarks: {
            /// The other ends go by the old marks until they look again: so set them first, or at each end.
        }
    }

    /// Whether nothing is taken in any more, because the consumer is gone or has [closed](super::Consumer::close) the ring. If
    /// so, it stays so until the ring is split again.
    ///
    /// # Progress
    /// Wait-free: one load.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.ring.is_marked_closed()
    }
}

impl<T, const C: usize, K: Clone> Clone for Producer<'_, T, C, K> {
    /// Another producer of the same ring.
    ///
    /// # Progress
    /// Wait-free, but for what keeps the ring.
    fn clone(&self) -> Self {
        let another = |tx: &Tx<T, C>| Ok::<_, Infallible>(tx.beside());
        // SAFETY: an end of the same ring.
        let Ok(tx) = unsafe { self.tx.beside(another) };
        Self { tx }
    }
}

impl<T, const C: usize, K> fmt::Debug for Producer<'_, T, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priority::Ring;
    use crate::priority::view::Ctl;
    use crate::sync::Ordering;

    /// After more producers than can be counted were forgotten, the ring is in use for ever, however many come and go.
    #[test]
    fn the_count_of_producers_does_not_come_around() {
        let ring = Ring::<u8, 2, 2>::new();
        let (producer, consumer) = ring.try_split().unwrap();
        let tx: &Tx<u8, 2> = &producer.tx;
        let count = &tx.ring.ctl().ends.producers;
        // Relaxed: one thread.
        count.fetch_add(Ctl::<2>::MANY - 1, Ordering::Relaxed);
        for _ in 0..3 {
            let clones = [(); 9].map(|()| producer.clone());
            // Relaxed: as above.
            assert_eq!(count.load(Ordering::Relaxed), Ctl::<2>::MANY + 1);
            drop(clones);
        }
        drop((producer, consumer));
        assert!(ring.try_split().is_err());
    }
}
