//! The producers' ends: one to a lane.

use core::fmt;
use core::num::NonZeroU32;

use super::LaneId;
use super::opener::Ticket;
use super::view::{View, Words};
use crate::gauge::{Seen, WatermarkError, Watermarks};
use crate::owner::End;
use crate::sync::Ordering;
use crate::{Pressure, PushError, Refusal, spsc};

/// The algorithm of a producer's end. Its fields are dropped in this order.
pub(super) struct Tx<T> {
    lane: spsc::Producer<'static, T>,
    _leave: Leave<T>,
    ticket: Ticket<T>,
    number: usize,
}

/// The last hint, by which the consumer finds out that the producer is gone.
struct Leave<T> {
    ring: View<T>,
    number: usize,
}

impl<T> Drop for Leave<T> {
    fn drop(&mut self) {
        self.ring.set_hint(self.number);
    }
}

// SAFETY: the end carries items to another thread, so they must be `Send`. The shared words are atomics, and the slots that it
// touches are its own (I2).
unsafe impl<T: Send> Send for Tx<T> {}

impl<T> Tx<T> {
    pub(super) fn new(lane: spsc::Producer<'static, T>, ticket: Ticket<T>, number: usize) -> Self {
        Self { lane, _leave: Leave { ring: *ticket.ring(), number }, ticket, number }
    }

    #[inline(always)]
    fn words(&self) -> &Words {
        &self.ticket.ring().lane(self.number).words
    }

    /// Under a policy, or that of the lane.
    #[inline(always)]
    fn push(&mut self, value: T, under: Option<Refusal>) -> Result<(), PushError<T>> {
        let outcome = self.lane.push(value);
        // After a refusal, too: a hint may have been lost.
        self.ticket.ring().tell(self.number);
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => Err(self.at_full(error, under)),
        }
    }

    #[cold]
    fn at_full(&self, error: PushError<T>, under: Option<Refusal>) -> PushError<T> {
        let refusal = under.unwrap_or_else(|| self.words().policy.refusal());
        match error {
            PushError::Full(value) if refusal == Refusal::DropIncoming => {
                // Relaxed, both: a count that we alone write.
                let shed = self.words().shed.load(Ordering::Relaxed).wrapping_add(1);
                self.words().shed.store(shed, Ordering::Relaxed);
                PushError::Shed(value)
            }
            error => error,
        }
    }
}

/// The end of a lane that puts items in. Each lane has one at a time: see [`Opener::open`](super::Opener::open).
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It is
/// [`Send`] if the items are, and never [`Sync`].
///
/// All that it says is of its own lane. Dropping it leaves what is inside to be taken out, after which the lane is free.
pub struct Producer<'q, T, K = ()> {
    tx: End<'q, Tx<T>, K>,
}

impl<'q, T, K> Producer<'q, T, K> {
    pub(super) const fn new(tx: End<'q, Tx<T>, K>) -> Self {
        Self { tx }
    }

    /// Puts a value into the lane.
    ///
    /// # Errors
    /// The value comes back. [`Full`](PushError::Full) or [`Shed`](PushError::Shed): no slot of the lane is free, and its
    /// [policy](Self::refusal) says which. [`Closed`](PushError::Closed): so it is, and the consumer is gone. While there is
    /// room, items are stored whether the consumer is there or not ([`is_closed`](Self::is_closed) tells).
    ///
    /// # Progress
    /// Wait-free: that of [`spsc`], one load, and one exchange more if the consumer has found the lane empty since the last push.
    ///
    /// # Ordering
    /// All that happened before the push happens before what the consumer does with the item. Items of one lane come out in
    /// the order in which they were pushed; between lanes there is no order.
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay_core::{PushError, Refusal, fan_in::Ring};
    ///
    /// let mut ring = Ring::<char, 1, 2>::new();
    /// let (opener, _consumer) = ring.split();
    /// let (mut a, mut b) = (opener.open(NonZeroU32::MIN).unwrap(), opener.open(NonZeroU32::MIN).unwrap());
    /// a.set_refusal(Refusal::DropIncoming);
    /// a.push('a')?;
    /// assert_eq!(a.push('b'), Err(PushError::Shed('b')));
    /// assert_eq!(a.shed(), 1);
    /// b.push('c')?;
    /// assert_eq!(b.push('d'), Err(PushError::Full('d')));
    /// # Ok::<(), PushError<char>>(())
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), PushError<T>> {
        self.tx.push(value, None)
    }

    /// Puts a value in as [`push`](Self::push), but at full under this policy, whatever the lane's is.
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
    /// use core::num::NonZeroU32;
    /// use forebay_core::{PushError, Refusal, fan_in::Ring};
    ///
    /// let mut ring = Ring::<char, 1, 1>::new();
    /// let (opener, _consumer) = ring.split();
    /// let mut lane = opener.open(NonZeroU32::MIN).unwrap();
    /// lane.push('a')?;
    /// assert_eq!(lane.push('b'), Err(PushError::Full('b')));
    /// assert_eq!(lane.push_under(Refusal::DropIncoming, 'b'), Err(PushError::Shed('b')));
    /// assert_eq!(lane.shed(), 1);
    /// # Ok::<(), PushError<char>>(())
    /// ```
    #[inline]
    pub fn push_under(&mut self, refusal: Refusal, value: T) -> Result<(), PushError<T>> {
        self.tx.push(value, Some(refusal))
    }

    /// Puts in the items of an iterator while there is room, makes them visible together, and answers with how many: see
    /// [`spsc::Producer::push_iter`].
    ///
    /// # Progress
    /// Wait-free but for the iterator.
    ///
    /// # Examples
    /// ```
    /// # use core::num::NonZeroU32;
    /// # use forebay_core::fan_in::Ring;
    /// let mut ring = Ring::<u32, 4, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    /// assert_eq!(producer.push_iter(0..10), 4);
    /// assert_eq!(consumer.pop(), Ok((producer.lane(), 0)));
    /// ```
    pub fn push_iter(&mut self, items: impl IntoIterator<Item = T>) -> usize {
        /// Whatever the iterator does.
        struct Told<'e, T>(&'e mut Tx<T>);

        impl<T> Drop for Told<'_, T> {
            fn drop(&mut self) {
                self.0.ticket.ring().tell(self.0.number);
            }
        }

        Told(&mut self.tx).0.lane.push_iter(items)
    }

    /// Copies in as many of the values as there is room for, from the first on, makes them visible together, and answers with
    /// how many.
    ///
    /// # Progress
    /// Wait-free.
    pub fn push_slice(&mut self, values: &[T]) -> usize
    where
        T: Copy,
    {
        let count = self.tx.lane.push_slice(values);
        self.tx.ticket.ring().tell(self.tx.number);
        count
    }

    /// Which lane this is.
    #[must_use]
    pub fn lane(&self) -> LaneId {
        // Relaxed: nobody changes it while the lane is ours.
        LaneId { index: self.tx.number, generation: self.tx.words().generation.load(Ordering::Relaxed) }
    }

    /// The lane's share: see [`Opener::open`](super::Opener::open).
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.tx.words().weight()
    }

    /// Changes the lane's share, from its next turn on.
    pub fn set_weight(&mut self, weight: NonZeroU32) {
        self.tx.words().set_weight(weight);
    }

    /// What a push does that finds no room in the lane.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.tx.words().policy.refusal()
    }

    /// Changes what a push does that finds no room in the lane.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.tx.words().policy.set(refusal.into());
    }

    /// How many values were [shed](PushError::Shed) by this lane since it was opened.
    #[must_use]
    pub fn shed(&self) -> usize {
        // Relaxed: our own count.
        self.tx.words().shed.load(Ordering::Relaxed)
    }

    /// How pressed the lane is: the signal for this producer to slow down. What other lanes do is not in it. See
    /// [`spsc::Producer::pressure`].
    ///
    /// # Progress
    /// Wait-free: one relaxed load of a line that is written at the watermarks only.
    #[must_use]
    #[inline]
    pub fn pressure(&self) -> Pressure {
        self.tx.lane.pressure()
    }

    /// The pressure of the lane, if it has changed since it was last `seen`: see [`spsc::Producer::pressure_since`]. In a lane whose
    /// level has changed under another producer before, the first look tells the level in any case.
    #[inline]
    pub fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
        self.tx.lane.pressure_since(seen)
    }

    /// Where the lane's pressure rises and falls.
    #[must_use]
    pub fn watermarks(&self) -> Watermarks {
        self.tx.lane.watermarks()
    }

    /// Changes where the lane's pressure rises and falls, from the next push on. The consumer goes by the old marks until it looks
    /// again: within as many items as the lane holds, or when it finds nothing in the lane.
    ///
    /// # Errors
    /// If the high mark is above the lane's capacity.
    pub fn set_watermarks(&mut self, marks: Watermarks) -> Result<(), WatermarkError> {
        self.tx.lane.set_watermarks(marks)
    }

    /// How many items are in the lane. The consumer may take some at any time, so there can only be fewer.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tx.lane.len()
    }

    /// Whether there was no item in the lane. If so, it stays so until the next push.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tx.lane.is_empty()
    }

    /// Whether there was no room in the lane. There may be some at any time.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.tx.lane.is_full()
    }

    /// How many items can be pushed for certain.
    #[must_use]
    pub fn free(&self) -> usize {
        self.tx.lane.free()
    }

    /// How many items the lane holds: exactly what was asked for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.tx.lane.capacity()
    }

    /// How full the lane is, from 0 to 255, which says that every slot is taken.
    #[must_use]
    pub fn fill(&self) -> u8 {
        self.tx.lane.fill()
    }

    /// Whether the consumer is gone. Once it is, it stays so, unless the ring is split anew.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.lane.is_closed()
    }
}

impl<T, K> fmt::Debug for Producer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("lane", &self.lane())
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("weight", &self.weight())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
