//! The producer's end.

use core::fmt;
use core::mem::MaybeUninit;

use super::depth::Turns;
use super::layout::sealed::{Mark as _, Side};
use super::run::{WriteRun, WriteSlot};
use super::view::View;
use super::{Dense, Layout};
use crate::gauge::methods::producer_pressure;
use crate::gauge::{Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::position::Position;
use crate::sync::{Ordering, SMALL};
use crate::{Pressure, PushError};

/// The algorithm of the producer's end.
///
/// Positions from `tail` up to `limit` are known to be free; `limit` is the consumer's head one lap later, as last seen, or
/// with a mark beside each item, what the mark at `limit` said. The push at `gate`, which is before or at `limit`, may find no
/// room or reach the high watermark.
pub(super) struct Tx<T, L: Layout> {
    ring: View<T, L>,
    tail: Position,
    limit: Position,
    gate: Position,
    /// Counted in a ring with room for one.
    turns: Turns,
}

// SAFETY: the end carries items to another thread, so they must be `Send`. The shared words are atomics, and the slots
// that it touches are its own (I2).
unsafe impl<T: Send, L: Layout> Send for Tx<T, L> {}

impl<T, L: Layout> Tx<T, L> {
    /// # Safety
    /// This becomes the only producer's end of the ring, which is at rest at these positions, and no consumer's end is at work yet.
    #[inline(always)]
    pub(super) unsafe fn new(ring: View<T, L>, (head, tail): (Position, Position)) -> Self {
        let ctl = ring.ctl();
        // Relaxed: whoever makes the ends has the ring to itself, see `owner::pair`.
        ctl.ends.producer.store(true, Ordering::Relaxed);
        ring.gauge().open();
        settle(ring.depth(tail, Side::Producer, Turns::at(tail)));
        Self { ring, tail, limit: head.lap_later(), gate: tail, turns: Turns::at(tail) }
    }

    #[inline(always)]
    pub(super) const fn ring(&self) -> &View<T, L> {
        &self.ring
    }

    #[inline(always)]
    pub(super) const fn tail(&self) -> Position {
        self.tail
    }

    /// Makes sure that the slot at `tail` is free.
    #[inline]
    pub(super) fn claim(&mut self) -> Result<(), PushError<()>> {
        let (ring, tail) = (self.ring, self.tail);
        if tail == self.limit {
            if !View::<T, L>::FLAGGED {
                self.limit = self.look_at_head();
            } else if ring.mark(tail).is_free() {
                self.limit = tail.next(ring.capacity());
            }
        }
        if tail == self.limit {
            match look_again(ring, tail) {
                Ok(limit) => self.limit = limit,
                Err(error) => {
                    self.watch();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The same for a push at the gate.
    #[inline(always)]
    fn claim_at_gate(&mut self) -> Result<(), PushError<()>> {
        if !SMALL || View::<T, L>::FLAGGED {
            return self.claim();
        }
        // In a few bytes: whether the consumer is gone is known before its head, and so no second look is needed.
        let may_pop = self.ring.ctl().has_consumer();
        self.limit = self.look_at_head();
        if self.tail != self.limit {
            return Ok(());
        }
        self.watch();
        Err(if may_pop { PushError::Full(()) } else { PushError::Closed(()) })
    }

    /// The consumer's head one lap later, as it is now.
    #[inline(always)]
    fn look_at_head(&self) -> Position {
        let limit = self.ring.ctl().load_head().lap_later();
        // I4: the count may lag behind the marks by one item.
        if View::<T, L>::FLAGGED && limit.next(self.ring.capacity()) == self.tail { self.tail } else { limit }
    }

    /// Does what a push at the gate does besides, or one that was refused: it raises the pressure, if the ring is that full, and
    /// finds the next gate.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        let (ring, capacity) = (self.ring, self.ring.capacity());
        if self.depth().follows() {
            // Each push is at the gate.
            self.gate = self.tail;
            self.turns.count(self.tail);
            return;
        }
        let below = ring.gauge().below();
        let mut room = 0;
        if !SMALL {
            room = self.known_room();
            if ring.gauge().is_below(room, below) {
                self.limit = self.look_at_head();
                room = self.known_room();
            }
        }
        if SMALL || ring.gauge().is_below(room, below) {
            room = capacity.get() - settle(self.depth()).0;
            self.limit = self.tail.advance(room, capacity);
        }
        // Beyond the mark each push looks whether the pressure is still on.
        self.gate = self.tail.advance(room.saturating_sub(below + 1), capacity);
    }

    /// How many slots from `tail` on are free by what is known of the consumer.
    fn known_room(&self) -> usize {
        self.ring.capacity().distance(self.tail, self.limit)
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(self.tail, Side::Producer, self.turns)
    }

    /// The level of the pressure is to be looked at with the next push.
    pub(super) fn look_at_marks(&mut self) {
        self.gate = self.tail;
    }

    /// How many slots from `tail` on are free now, at most `max`. They may be written.
    #[inline]
    pub(super) fn claim_up_to(&mut self, max: usize) -> usize {
        let capacity = self.ring.capacity();
        if View::<T, L>::FLAGGED {
            let room = capacity.get() - self.len();
            self.limit = self.tail.advance(room, capacity);
            return room.min(max);
        }
        if capacity.distance(self.tail, self.limit) < max {
            self.limit = self.ring.ctl().load_head().lap_later();
        }
        capacity.distance(self.tail, self.limit).min(max)
    }

    /// Makes the item at `tail` visible to the consumer.
    ///
    /// # Safety
    /// The slot was claimed, and holds an item now.
    #[inline(always)]
    pub(super) unsafe fn commit_one(&mut self) {
        let (ring, tail) = (self.ring, self.tail);
        // SAFETY: as the caller says.
        unsafe { self.commit_at(ring, tail) };
        if tail == self.gate {
            self.watch();
        }
    }

    /// The same, told again what is known already.
    ///
    /// # Safety
    /// As `commit_one`; `ring` and `tail` are those of this end.
    #[inline(always)]
    unsafe fn commit_at(&mut self, ring: View<T, L>, tail: Position) {
        ring.mark(tail).fill();
        self.tail = tail.next(ring.capacity());
        // [P1] Release: pairs with [C1]. Orders: our write of the item before the consumer's read of it, and [P2] before
        // the consumer's count.
        ring.ctl().tail.store(self.tail.to_word(), Ordering::Release);
    }

    /// Makes `count` items from `tail` on visible to the consumer.
    ///
    /// # Safety
    /// The slots were claimed, and hold items now.
    #[inline]
    pub(super) unsafe fn commit(&mut self, count: usize) {
        if View::<T, L>::FLAGGED {
            for _ in 0..count {
                // SAFETY: one of the slots that the caller says hold items. One by one, so that the count lags behind
                // the marks by one item at most (I4).
                unsafe { self.commit_one() };
            }
            return;
        }
        let reaches_gate = self.ring.capacity().distance(self.tail, self.gate) < count;
        self.tail = self.tail.advance(count, self.ring.capacity());
        // [P1] Release: as in `commit_one`, for all the items at once.
        self.ring.ctl().tail.store(self.tail.to_word(), Ordering::Release);
        if reaches_gate {
            self.watch();
        }
    }

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<(), PushError<T>> {
        let (ring, tail) = (self.ring, self.tail);
        if tail == self.gate {
            return self.push_at_gate(value);
        }
        // SAFETY: I2: the slot at `tail` is ours, before the limit, and holds no item.
        unsafe { ring.write(tail, value) };
        // SAFETY: as above, and written just now.
        unsafe { self.commit_at(ring, tail) };
        Ok(())
    }

    /// A push that may find no room, or reach the watermark.
    #[cold]
    #[inline(never)]
    fn push_at_gate(&mut self, value: T) -> Result<(), PushError<T>> {
        match self.claim_at_gate() {
            Ok(()) => {
                // SAFETY: I2: the slot at `tail` is ours once claimed, and holds no item.
                unsafe { self.ring.write(self.tail, value) };
                // SAFETY: claimed and written above.
                unsafe { self.commit_at(self.ring, self.tail) };
                self.watch();
                Ok(())
            }
            Err(error) => Err(error.map(|()| value)),
        }
    }

    /// Puts the items of an iterator into up to `max` claimed slots and makes them visible together.
    ///
    /// If the iterator panics, what it gave before is made visible.
    #[inline]
    pub(super) fn fill(&mut self, max: usize, items: impl Iterator<Item = T>) -> usize {
        struct Filled<'e, T, L: Layout> {
            tx: &'e mut Tx<T, L>,
            count: usize,
        }

        impl<T, L: Layout> Drop for Filled<'_, T, L> {
            fn drop(&mut self) {
                // SAFETY: the first `count` of the claimed slots have been written.
                unsafe { self.tx.commit(self.count) };
            }
        }

        /// Whether there may be more items.
        fn fill_piece<T>(
            places: *mut [MaybeUninit<T>],
            items: &mut impl Iterator<Item = T>,
            count: &mut usize,
        ) -> bool {
            // SAFETY: I2: claimed slots, side by side without marks, which nobody else has a reference to.
            for place in unsafe { &mut *places } {
                let Some(item) = items.next() else { return false };
                place.write(item);
                *count += 1;
            }
            true
        }

        let mut filled = Filled { tx: self, count: 0 };
        let (ring, tail) = (filled.tx.ring, filled.tx.tail);
        if View::<T, L>::FLAGGED {
            let mut at = tail;
            for item in items.take(max) {
                // SAFETY: I2: a claimed slot, not written before.
                unsafe { ring.write(at, item) };
                at = at.next(ring.capacity());
                filled.count += 1;
            }
        } else {
            ring.watch_run(tail, max, View::watch_write);
            let (first, second) = ring.run(tail, max);
            let mut items = items;
            let _ =
                fill_piece(first, &mut items, &mut filled.count) && fill_piece(second, &mut items, &mut filled.count);
        }
        filled.count
    }

    /// Copies values into claimed slots and makes them visible together.
    ///
    /// # Safety
    /// As many slots were claimed as there are values.
    pub(super) unsafe fn copy_in(&mut self, values: &[T])
    where
        T: Copy,
    {
        // SAFETY: I2: claimed slots.
        unsafe { self.ring.copy_in(self.tail, values) };
        // SAFETY: claimed by the caller and written above.
        unsafe { self.commit(values.len()) };
    }

    /// How many items are inside at most. The slots beyond them may be written.
    #[inline]
    fn len(&self) -> usize {
        let capacity = self.ring.capacity();
        if View::<T, L>::FLAGGED && !self.ring.mark(self.tail).is_free() {
            return capacity.get();
        }
        let len = capacity.distance(self.ring.ctl().load_head(), self.tail);
        // I4: the mark says that there is room, while the count may lag behind it by one.
        if View::<T, L>::FLAGGED { len.min(capacity.get() - 1) } else { len }
    }
}

/// Whether the consumer, too, is gone where there was no room; and if so, whether it made some in the meantime. Answers with
/// the limit then.
#[cold]
fn look_again<T, L: Layout>(ring: View<T, L>, tail: Position) -> Result<Position, PushError<()>> {
    if ring.ctl().has_consumer() {
        return Err(PushError::Full(()));
    }
    let limit = ring.ctl().load_head().lap_later();
    if tail == limit { Err(PushError::Closed(())) } else { Ok(limit) }
}

impl<T, L: Layout> Drop for Tx<T, L> {
    fn drop(&mut self) {
        // [P6] Release: pairs with [C4]. Orders: our last [P1] and [P2] before the consumer's last look.
        self.ring.ctl().ends.producer.store(false, Ordering::Release);
    }
}

/// The end of a ring that puts items in. There is one at a time.
///
/// `'q` is how long the ring is borrowed, `L` its [layout](Layout), and `K` what keeps the ring alive where the ends own
/// it (nothing, by default). It is [`Send`] if the items are, and never [`Sync`].
///
/// Counts such as [`len`](Self::len) are exact as to the producer's own pushes; the consumer may take items at any time,
/// so there can only be more room than they say.
///
/// Dropping it closes the ring: the consumer still gets what is inside, and then [`Closed`](crate::PopError::Closed).
///
/// To share it between threads, move it, or put one `Mutex` around it. A function that takes any producer is
/// `fn f<T, L: Layout, K>(producer: &mut Producer<'_, T, L, K>)`; an end that owns its ring is an `OwnedProducer<T>`.
pub struct Producer<'q, T, L: Layout = Dense, K = ()> {
    tx: End<'q, Tx<T, L>, K>,
}

impl<'q, T, L: Layout, K> Producer<'q, T, L, K> {
    pub(super) const fn new(tx: End<'q, Tx<T, L>, K>) -> Self {
        Self { tx }
    }

    /// Puts an item in.
    ///
    /// # Errors
    /// Both give the value back. [`Full`](PushError::Full): every slot is taken. [`Closed`](PushError::Closed): every slot
    /// is taken and the consumer is gone, so that there will never be room. While there is room, items are stored whether
    /// the consumer is there or not ([`is_closed`](Self::is_closed) tells); they are dropped with the ring.
    ///
    /// # Progress
    /// Wait-free: at most three loads and two stores of shared words, no read-modify-write; where the [pressure](Self::pressure)
    /// changes, some more, 23 steps in all.
    ///
    /// # Ordering
    /// All that happened before the push happens before what the consumer does with the item.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PushError, spsc::Ring};
    ///
    /// let mut ring = Ring::<_, 1>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push('a')?;
    /// assert_eq!(producer.push('b'), Err(PushError::Full('b')));
    /// assert_eq!(consumer.pop(), Ok('a'));
    /// producer.push('b')?;
    /// # Ok::<(), PushError<char>>(())
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), PushError<T>> {
        self.tx.push(value)
    }

    /// Claims the next slot, to be written in place.
    ///
    /// Dropped without a commit, the slot stays free.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::{PushError, spsc::Ring};
    /// let mut ring = Ring::<[u8; 256], 4>::new();
    /// let (mut producer, consumer) = ring.split();
    /// let mut slot = producer.write_slot()?;
    /// slot.uninit().write([7; 256]);
    /// // SAFETY: it was written just now.
    /// unsafe { slot.commit() };
    /// assert_eq!(consumer.peek(), Some(&[7; 256]));
    /// # Ok::<(), PushError<()>>(())
    /// ```
    #[inline]
    pub fn write_slot(&mut self) -> Result<WriteSlot<'_, T, L>, PushError<()>> {
        self.tx.claim()?;
        Ok(WriteSlot::new(&mut self.tx))
    }

    /// Puts in the items of an iterator while there is room, and makes them visible at the end. Answers with how many.
    ///
    /// It takes from the iterator only what fits: hand it `&mut iterator` to go on with the rest. The room is what is
    /// free at the call. Should the iterator panic, the items that it gave before are in.
    ///
    /// # Progress
    /// Wait-free but for the iterator. With [`Dense`], one publication for all the items.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, _consumer) = ring.split();
    /// let mut numbers = 0..10;
    /// assert_eq!(producer.push_iter(&mut numbers), 4);
    /// assert_eq!(numbers, 4..10);
    /// ```
    pub fn push_iter(&mut self, items: impl IntoIterator<Item = T>) -> usize {
        let room = self.tx.claim_up_to(usize::MAX);
        self.tx.fill(room, items.into_iter())
    }

    /// Copies in as many of the values as there is room for, from the first on, and makes them visible together. Answers
    /// with how many.
    ///
    /// # Progress
    /// Wait-free. With [`Dense`], one publication for all the items.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u8, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push_slice(b"abcdef"), 4);
    /// let mut bytes = [0; 8];
    /// assert_eq!(consumer.pop_slice(&mut bytes), 4);
    /// assert_eq!(&bytes[..4], b"abcd");
    /// ```
    #[inline]
    pub fn push_slice(&mut self, values: &[T]) -> usize
    where
        T: Copy,
    {
        let count = self.tx.claim_up_to(values.len());
        if let Some(values) = values.get(..count) {
            // SAFETY: that many slots were claimed.
            unsafe { self.tx.copy_in(values) };
        }
        count
    }

    /// How many items are inside. The consumer may take some at any time, so there can only be fewer.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tx.len()
    }

    /// Whether there was no item inside. If so, it stays so until the next push.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tx.len() == 0
    }

    /// Whether there was no room. There may be some at any time.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }

    /// How many items can be pushed for certain. There may be room for more at any time.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.tx.len()
    }

    /// How many items the ring holds: exactly what was asked for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.tx.ring.capacity().get()
    }

    producer_pressure! {
        tx;
        pressure: {
            /// Without a consumer it is [`Closed`](Pressure::Closed).
        }, {}, {
            /// ```
            /// use forebay_core::{Pressure, Watermarks, spsc::Ring};
            ///
            /// let mut ring = Ring::<u32, 8>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// producer.set_watermarks(Watermarks::new(6, 2)?)?;
            /// let mut pushed = 0;
            /// while producer.pressure() == Pressure::Open {
            ///     producer.push(pushed).unwrap();
            ///     pushed += 1;
            /// }
            /// assert_eq!((pushed, producer.pressure()), (6, Pressure::Slow));
            /// assert_eq!(consumer.drain().take(3).count(), 3);
            /// assert_eq!(producer.pressure(), Pressure::Slow, "three are left");
            /// assert_eq!(consumer.pop(), Ok(3));
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// # Ok::<(), forebay_core::WatermarkError>(())
            /// ```
        }
        pressure_since: {
            /// ```
            /// use forebay_core::{Pressure, Seen, spsc::Ring};
            ///
            /// let mut ring = Ring::<u32, 2>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// let mut seen = Seen::default();
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// producer.push_slice(&[1, 2]);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop));
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// consumer.clear();
            /// producer.push_slice(&[1, 2]);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop), "it was open in between");
            /// ```
        }
        set_watermarks: {
            /// The other end goes by the old marks until it looks again: within a lap, or when it finds nothing, or no room.
        }
    }

    /// Whether the consumer is gone. Once it is, it stays so, unless the ring is split anew, and [`len`](Self::len) says
    /// exactly how many items it has left inside.
    ///
    /// # Progress
    /// Wait-free: one load.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::{PushError, spsc::Ring};
    /// let mut ring = Ring::<u32, 1>::new();
    /// let (mut producer, consumer) = ring.split();
    /// drop(consumer);
    /// assert!(producer.is_closed());
    /// assert_eq!(producer.push(1), Ok(()), "there is room, and the ring may be split again");
    /// assert_eq!(producer.push(2), Err(PushError::Closed(2)));
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // [P7] Acquire: pairs with [C6]. Orders: all that the consumer did before it went, before what we do now.
        !self.tx.ring.ctl().ends.consumer.load(Ordering::Acquire)
    }
}

impl<T, K> Producer<'_, T, Dense, K> {
    /// Claims up to `max` slots, as many as are free at the call, to be written in place as one batch. The run may be
    /// empty.
    ///
    /// Dropped without a commit, the slots stay free. Who needs all or nothing asks [`free`](Self::free) first: room
    /// never shrinks but by pushes.
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u16, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.write_run(5).fill([1, 2, 3]), 3);
    ///
    /// let mut run = producer.write_run(usize::MAX);
    /// assert_eq!(run.len(), 5);
    /// let (first, _second) = run.as_mut_slices();
    /// first[0].write(4);
    /// // SAFETY: the first slot was written.
    /// unsafe { run.commit(1) };
    /// assert!(consumer.drain().eq([1, 2, 3, 4]));
    /// ```
    #[inline]
    pub fn write_run(&mut self, max: usize) -> WriteRun<'_, T> {
        let len = self.tx.claim_up_to(max);
        WriteRun::new(&mut self.tx, len)
    }
}

impl<T, L: Layout, K> fmt::Debug for Producer<'_, T, L, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
