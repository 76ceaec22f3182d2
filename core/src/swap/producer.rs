//! The producer's end.

use core::fmt;

use super::TooManyProducers;
use super::view::{Admission, View};
use super::word::{Position, State};
use crate::gauge::methods::producer_pressure;
use crate::gauge::{Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::sync::{LAPS_WRAP, SMALL, Word};
use crate::{Overflow, Pressure, PushError, Pushed};

/// The algorithm of a producer's end.
///
/// A push at `gate`, which is a slot from the tail on, less than a lap away, may reach the high watermark: it looks at the
/// pressure, and finds the next gate. A push before it can't, since items only become fewer without pushes. So the gate is
/// never left behind: where others have pushed, it goes on with the tail.
pub(super) struct Tx<T> {
    ring: View<T>,
    /// Where it sits.
    seat: usize,
    /// Its own cell: it holds no item between two pushes.
    mine: usize,
    /// All positions before this one were published.
    tail: Position,
    /// The consumer was there or further on when it last looked.
    head: Position,
    /// The next slot where it looks at the pressure.
    gate: usize,
}

// SAFETY: the end carries items to another thread, so they must be `Send`. The shared words are atomics, and the cell that
// it touches is its own (I2).
unsafe impl<T: Send> Send for Tx<T> {}

/// How a push ended. What it hands out is in the cell that is our own by now: it is read out at one place, straight to where
/// the caller wants it. (A value that went from one enum into another was copied twice more, at odd addresses.)
type Outcome = Result<Pushed<()>, PushError<()>>;

/// How far a push has come.
enum Attempt {
    /// It is over.
    Done(Outcome),
    /// The tail is or was at this position, with this word in its slot.
    Look(Position, Word),
}

impl<T> Tx<T> {
    /// An end for a producer that was admitted.
    pub(super) fn new(ring: View<T>, admission: Admission, tail: Position) -> Self {
        let (seat, mine) = ring.sit_down(admission);
        // It has not looked yet: for all that it knows the ring is full.
        Self { ring, seat, mine, tail, head: ring.shape.lap_before(tail), gate: tail.idx() }
    }

    pub(super) fn try_clone(&self) -> Result<Self, TooManyProducers> {
        Ok(Self::new(self.ring, self.ring.admit()?, self.tail))
    }

    /// Under a policy, or that of the ring.
    #[inline(always)]
    fn push(&mut self, value: T, under: Option<Overflow>) -> Result<Pushed<T>, PushError<T>> {
        if self.ring.has_one_seat() && self.ring.is_marked_closed() {
            self.ring.notice();
            self.ring.gauge().close();
            return Err(PushError::Closed(value));
        }
        // SAFETY: I2: our own cell, which holds no item between two pushes.
        unsafe { self.ring.write(self.mine, value) };
        let at = self.ring.refresh(self.tail);
        if LAPS_WRAP && at != self.tail {
            self.catch_up(at);
        }
        let word = self.ring.load(at);
        // Small, it is there once.
        let first = if SMALL { Attempt::Look(at, word) } else { self.attempt(at, word, under) };
        let outcome = match first {
            Attempt::Done(outcome) => outcome,
            Attempt::Look(at, word) => self.go_on(at, word, under),
        };
        match outcome {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            // SAFETY: I2: the cell that we got for ours, with the item that was the oldest.
            Ok(Pushed::Evicted(())) => Ok(Pushed::Evicted(unsafe { self.ring.read(self.mine) })),
            Err(why) => Err(self.take_back(why)),
        }
    }

    /// The rest of a push that others came before.
    #[cold]
    #[inline(never)]
    fn go_on(&mut self, mut at: Position, mut word: Word, under: Option<Overflow>) -> Outcome {
        loop {
            match self.attempt(at, word, under) {
                Attempt::Done(outcome) => return outcome,
                Attempt::Look(further, now) => (at, word) = (further, now),
            }
        }
    }

    /// Does what a push does about a slot, with the value in our cell. All positions before `at` were published.
    #[inline(always)]
    fn attempt(&mut self, at: Position, word: Word, under: Option<Overflow>) -> Attempt {
        let ring = self.ring;
        let full = ring.shape.full(at, self.mine);
        match ring.shape.state(word, at) {
            State::Free => {
                if ring.has_one_seat() {
                    // Free slots are the producers', and there is no other.
                    ring.replace(at, full);
                } else if let Err(now) = ring.exchange(at, word, full) {
                    return Attempt::Look(at, now);
                }
                self.swapped(at, word);
                if at.idx() == self.gate {
                    self.watch();
                }
                Attempt::Done(Ok(Pushed::Stored))
            }
            State::Before => {
                let overflow = under.unwrap_or_else(|| ring.ctl().ends.policy.get());
                if overflow != Overflow::DropOldest {
                    if let Some(why) = self.refusal_at(at, overflow) {
                        self.tail = at;
                        self.watch_full();
                        return Attempt::Done(Err(why));
                    }
                }
                if let Err(now) = ring.exchange(at, word, full) {
                    return Attempt::Look(at, now);
                }
                self.swapped(at, word);
                self.watch_full();
                Attempt::Done(Ok(Pushed::Evicted(())))
            }
            State::Barred => {
                ring.gauge().close();
                self.tail = at;
                Attempt::Done(Err(PushError::Closed(())))
            }
            State::Full | State::Later => {
                let (at, word) = self.look_further(at);
                Attempt::Look(at, word)
            }
        }
    }

    /// Others have pushed: where is the tail, and which word is there?
    #[cold]
    #[inline(never)]
    fn look_further(&mut self, at: Position) -> (Position, Word) {
        let (at, word) = self.ring.tail_from(at);
        self.catch_up(at);
        (at, word)
    }

    /// Our cell went into the slot of a position, and the one that was there is ours.
    #[inline(always)]
    fn swapped(&mut self, at: Position, word: Word) {
        self.mine = self.ring.shape.cell(word);
        self.tail = self.ring.shape.next(at);
    }

    /// Others have pushed up to a position: if that is beyond the gate, it is the gate.
    #[cold]
    fn catch_up(&mut self, at: Position) {
        let shape = self.ring.shape;
        if shape.distance(self.tail, at) > shape.steps(self.tail.idx(), self.gate) {
            self.gate = at.idx();
        }
        self.tail = at;
    }

    /// Does what a push at the gate does besides: raises the pressure, if so many items are inside, and finds the next gate.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        let (ring, shape) = (self.ring, self.ring.shape);
        let gauge = ring.gauge();
        let below = gauge.below();
        // So much room at least, as the consumer may have gone on. Where laps come around it may have been there long ago.
        let mut room = if LAPS_WRAP { 0 } else { self.known_room() };
        if !LAPS_WRAP && gauge.is_below(room, below) {
            self.look_at_head();
            room = self.known_room();
        }
        if gauge.is_below(room, below) {
            room = shape.slots() - settle(ring.depth(None)).0;
        }
        // Beyond the mark each push looks whether the pressure is still on.
        self.gate = shape.advance(self.tail, room.saturating_sub(below + 1)).idx();
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(None)
    }

    /// The level of the pressure is to be looked at with the next push.
    fn look_at_marks(&mut self) {
        self.gate = self.tail.idx();
    }

    /// How many slots there are for items after the tail, by what is known of the consumer.
    fn known_room(&self) -> usize {
        let shape = self.ring.shape;
        shape.slots() - shape.distance(self.head, self.tail).min(shape.slots())
    }

    fn look_at_head(&mut self) {
        self.head = self.ring.head();
        if self.tail.is_before(self.head) {
            // What it took was published.
            self.tail = self.head;
        }
    }

    /// Does the same where the ring is full, or was and has items that were left behind. The next push is beyond the mark, too.
    #[inline(always)]
    fn watch_full(&mut self) {
        self.gate = self.tail.idx();
        if self.ring.gauge().is_below(0, 0) {
            self.watch();
        }
    }

    /// Why the slot at the tail, which has the item of the lap before, is not room under a policy that doesn't evict. `None`: it
    /// is, as that item was left behind.
    #[cold]
    fn refusal_at(&self, at: Position, overflow: Overflow) -> Option<PushError<()>> {
        if self.ring.is_left_behind(at) {
            return None;
        }
        Some(if overflow == Overflow::DropIncoming {
            self.ring.count_shed();
            PushError::Shed(())
        } else {
            PushError::Full(())
        })
    }

    /// The value in our cell goes back.
    #[inline]
    fn take_back(&mut self, why: PushError<()>) -> PushError<T> {
        // SAFETY: I2: our own cell, with the value of this push.
        why.map(|()| unsafe { self.ring.read(self.mine) })
    }
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        self.ring.stand_up(self.seat, self.mine);
    }
}

/// An end of a ring that puts items in. There are as many at a time as the ring was made for.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`]: a thread or an interrupt that pushes has an end of its own, made by
/// [`try_clone`](Self::try_clone).
///
/// Counts such as [`len`](Self::len) may be out of date at once: others push and pop.
///
/// The last one to be dropped closes the ring: the consumer still gets what is inside, and then
/// [`Closed`](crate::PopError::Closed).
pub struct Producer<'q, T, K = ()> {
    tx: End<'q, Tx<T>, K>,
}

impl<'q, T, K> Producer<'q, T, K> {
    pub(super) const fn new(tx: End<'q, Tx<T>, K>) -> Self {
        Self { tx }
    }

    /// Another producer of the same ring.
    ///
    /// # Errors
    /// [`TooManyProducers`]: as many are out as the ring was made for. One that is just being dropped still counts. One that
    /// was forgotten ([`mem::forget`](core::mem::forget)) counts for ever.
    ///
    /// # Progress
    /// Lock-free.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::swap::Ring;
    ///
    /// let mut ring = Ring::<u32, 4, 2>::new();
    /// let (first, _consumer) = ring.split();
    /// let second = first.try_clone()?;
    /// assert!(first.try_clone().is_err(), "it was made for two");
    /// drop(second);
    /// assert!(first.try_clone().is_ok());
    /// # Ok::<(), forebay_core::swap::TooManyProducers>(())
    /// ```
    pub fn try_clone(&self) -> Result<Self, TooManyProducers>
    where
        K: Clone,
    {
        // SAFETY: an end of the same ring.
        let tx = unsafe { self.tx.beside(Tx::try_clone) }?;
        Ok(Self { tx })
    }

    /// Puts an item in. At full, the ring's [policy](Overflow) decides what happens.
    ///
    /// The outcome says which it was: [`Stored`](Pushed::Stored) in a free slot, or in the place of the oldest item, which is
    /// [`Evicted`](Pushed::Evicted) in the same step. Under another policy than [`DropOldest`](Overflow::DropOldest) that
    /// happens too, but only to an item that the consumer has left behind, see [the module](super#a-reader-in-a-storm).
    ///
    /// # Errors
    /// All give the value back. [`Full`](PushError::Full): every slot had an item. [`Shed`](PushError::Shed): so it was, and
    /// the value counts as lost. [`Closed`](PushError::Closed): the consumer is gone or has closed the ring, whatever the policy
    /// is, and whether there is room or not. That stays so until the ring is split again.
    ///
    /// # Progress
    /// Lock-free: it is held up only by others who complete pushes. Wait-free with one producer. An interrupt may come at
    /// any step of it, push by another end, and returns.
    ///
    /// # Ordering
    /// All that happened before the push happens before what is done with the item by whoever takes it: the consumer, or
    /// the producer that evicts it.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{Overflow, PushError, Pushed, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push('a'), Ok(Pushed::Stored));
    /// assert_eq!(producer.push('b'), Ok(Pushed::Stored));
    /// assert_eq!(producer.push('c'), Err(PushError::Full('c')));
    /// consumer.set_overflow(Overflow::DropOldest);
    /// assert_eq!(producer.push('c'), Ok(Pushed::Evicted('a')));
    /// assert_eq!(consumer.pop(), Ok('b'));
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.tx.push(value, None)
    }

    /// Puts an item in whatever the ring's [policy](Overflow) is: at full, the oldest one makes room for it, as under
    /// [`DropOldest`](Overflow::DropOldest), is handed back as [`Evicted`](Pushed::Evicted), and is counted.
    ///
    /// Other pushes go by the policy, at the same time too.
    ///
    /// # Errors
    /// [`Closed`](PushError::Closed) and nothing else, as with [`push`](Self::push): the value comes back.
    ///
    /// # Progress
    /// As [`push`](Self::push).
    ///
    /// # Ordering
    /// As [`push`](Self::push).
    ///
    /// # Examples
    /// What must be told now, in a ring whose other values can wait:
    /// ```
    /// use forebay_core::{PushError, Pushed, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.force_push("level 7"), Ok(Pushed::Stored), "there is room");
    /// assert_eq!(producer.push("level 8"), Ok(Pushed::Stored));
    /// assert_eq!(producer.push("level 9"), Err(PushError::Full("level 9")));
    /// assert_eq!(producer.force_push("the valve is open"), Ok(Pushed::Evicted("level 7")));
    /// assert_eq!((producer.len(), producer.evicted()), (2, 1));
    /// assert_eq!(consumer.pop(), Ok("level 8"));
    /// ```
    #[inline]
    pub fn force_push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push_under(Overflow::DropOldest, value)
    }

    /// Puts an item in as [`push`](Self::push), but at full under this policy, whatever the ring's is.
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
    /// use forebay_core::{Overflow, PushError, Pushed, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 1>::with_overflow(Overflow::DropOldest);
    /// let (mut producer, _consumer) = ring.split();
    /// assert_eq!(producer.push('a'), Ok(Pushed::Stored));
    /// assert_eq!(producer.push_under(Overflow::Reject, 'b'), Err(PushError::Full('b')));
    /// assert_eq!(producer.push_under(Overflow::DropIncoming, 'b'), Err(PushError::Shed('b')));
    /// assert_eq!(producer.push('c'), Ok(Pushed::Evicted('a')));
    /// assert_eq!((producer.shed(), producer.evicted()), (1, 1));
    /// ```
    #[inline]
    pub fn push_under(&mut self, overflow: Overflow, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.tx.push(value, Some(overflow))
    }

    /// Puts the items of an iterator in, one after another, until one is refused. Items that make room go to a closure, in
    /// order.
    ///
    /// The outcome says how many went in, and has the item that was refused, with the reason. The others stay in the iterator:
    /// hand it `&mut iterator` to go on with the rest. Where nothing is refused, under
    /// [`DropOldest`](Overflow::DropOldest), it takes all that the iterator gives.
    ///
    /// Each item is visible as soon as it is in, and items of others may come between them. It is as cheap as a push in a loop of
    /// one's own.
    ///
    /// # Panics
    /// If the iterator or the closure does, or what the iterator drops. The items before that are in, and the ring goes on.
    ///
    /// # Progress
    /// As [`push`](Self::push), for each item, but for the iterator and the closure. Nothing is held while they run.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{Overflow, PushError, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 4>::new();
    /// let (mut producer, consumer) = ring.split();
    /// let mut numbers = 0..10;
    /// let batch = producer.push_iter(&mut numbers, drop);
    /// assert_eq!((batch.pushed, batch.refused), (4, Some(PushError::Full(4))));
    ///
    /// consumer.set_overflow(Overflow::DropOldest);
    /// let mut victims = Vec::new();
    /// assert_eq!(producer.push_iter(numbers, |victim| victims.push(victim)).pushed, 5);
    /// assert_eq!(victims, [0, 1, 2, 3, 5]);
    /// ```
    pub fn push_iter(&mut self, items: impl IntoIterator<Item = T>, mut evicted: impl FnMut(T)) -> Batch<T> {
        let mut pushed = 0;
        for item in items {
            match self.tx.push(item, None) {
                Ok(Pushed::Stored) => {}
                Ok(Pushed::Evicted(victim)) => evicted(victim),
                Err(error) => return Batch { pushed, refused: Some(error) },
            }
            pushed += 1;
        }
        Batch { pushed, refused: None }
    }

    /// How many items are inside: at most the capacity.
    ///
    /// # Progress
    /// Lock-free, in a number of steps that grows with the logarithm of the capacity.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tx.ring.count(Some(self.tx.tail)).0
    }

    /// Whether nothing is inside.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every slot has an item.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// How many items the ring holds at most: exactly as many as it was made for.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.tx.end.ring.shape.slots()
    }

    /// What a push does at full.
    #[must_use]
    pub fn overflow(&self) -> Overflow {
        self.tx.ring.ctl().ends.policy.get()
    }

    /// Changes what pushes do at full, from now on. One that is under way may or may not obey.
    pub fn set_overflow(&self, overflow: Overflow) {
        self.tx.ring.ctl().ends.policy.set(overflow);
    }

    producer_pressure! {
        tx;
        pressure: {
            /// Evictions leave the ring as full as it is. Without a consumer, or when that has [closed](super::Consumer::close) the
            /// ring, it is [`Closed`](Pressure::Closed).
        }, {}, {
            /// ```
            /// use forebay_core::{Overflow, Pressure, Watermarks, swap::Ring};
            ///
            /// let mut ring = Ring::<u32, 8>::with_overflow(Overflow::DropOldest);
            /// let (mut producer, mut consumer) = ring.split();
            /// producer.set_watermarks(Watermarks::new(6, 2)?)?;
            /// assert_eq!(producer.push_iter(0..5, drop).pushed, 5);
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// let _ = producer.push(5);
            /// assert_eq!(producer.pressure(), Pressure::Slow);
            /// assert_eq!(producer.push_iter(6..20, drop).pushed, 14);
            /// assert_eq!(producer.pressure(), Pressure::Stop, "it evicts");
            /// assert_eq!(consumer.drain().take(5).count(), 5);
            /// assert_eq!(producer.pressure(), Pressure::Stop, "three are left");
            /// assert_eq!(consumer.pop(), Ok(17));
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// # Ok::<(), forebay_core::WatermarkError>(())
            /// ```
        }
        pressure_since: {
            /// ```
            /// use forebay_core::{Pressure, Seen, swap::Ring};
            ///
            /// let mut ring = Ring::<u32, 2>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// let mut seen = Seen::default();
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// assert_eq!(producer.push_iter(0..2, drop).pushed, 2);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop));
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// consumer.pop_all(drop);
            /// assert_eq!(producer.push_iter(2..4, drop).pushed, 2);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop), "it was open in between");
            /// ```
        }
        set_watermarks: {
            /// The other ends go by the old marks until they look again, within a lap: so set them first, or at each end.
        }
    }

    /// Whether nothing is taken in any more, because the consumer is gone or has [closed](super::Consumer::close) the ring. If
    /// so, it stays so until the ring is split again.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.ring.is_closed(self.tx.tail)
    }

    /// How many items were evicted or left behind by the consumer, since the ring was made. It wraps.
    ///
    /// Exact when no push or pop is under way.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn evicted(&self) -> usize {
        self.tx.ring.evicted(Some(self.tx.tail))
    }

    /// How many values were [shed](PushError::Shed), by all producers, since the ring was made. It wraps.
    #[must_use]
    pub fn shed(&self) -> usize {
        self.tx.ring.shed()
    }

    /// How many items there is room for, by [`len`](Self::len). There may be more at any time, and other producers may take it.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{Overflow, swap::Ring};
    ///
    /// let mut ring = Ring::<u32, 4>::with_overflow(Overflow::DropOldest);
    /// let (mut producer, _consumer) = ring.split();
    /// let _ = producer.push(1);
    /// assert_eq!(producer.free(), 3);
    /// let _ = producer.push_iter(2..10, drop);
    /// assert_eq!((producer.free(), producer.evicted()), (0, 5));
    /// ```
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.len()
    }
}

impl<T, K> fmt::Debug for Producer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// What became of a batch of items: see [`Producer::push_iter`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "an item may have been refused: here it is"]
pub struct Batch<T> {
    /// How many items were put in.
    pub pushed: usize,
    /// The item after those, if it was refused.
    pub refused: Option<PushError<T>>,
}

impl<T> fmt::Debug for Batch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("pushed", &self.pushed).field("refused", &self.refused).finish()
    }
}
