//! Slots in place: one, or a run of them as slices. A guard that is dropped or forgotten has changed nothing.

use core::fmt;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};

use super::consumer::Rx;
use super::producer::Tx;
use super::{Dense, Layout};

/// A free slot, to be written in place. Made by [`Producer::write_slot`](super::Producer::write_slot).
#[must_use = "a slot that isn't committed stays free"]
pub struct WriteSlot<'e, T, L: Layout = Dense> {
    tx: &'e mut Tx<T, L>,
}

impl<'e, T, L: Layout> WriteSlot<'e, T, L> {
    /// The slot at the tail has been claimed.
    #[inline(always)]
    pub(super) fn new(tx: &'e mut Tx<T, L>) -> Self {
        Self { tx }
    }

    /// Puts a value into the slot and makes it visible to the consumer.
    #[inline]
    pub fn write(mut self, value: T) {
        self.uninit().write(value);
        // SAFETY: written just now.
        unsafe { self.commit() };
    }

    /// The memory of the slot, to be treated as uninitialized: bytes of an item that was taken out may be left in it, and are
    /// no item.
    #[inline]
    pub fn uninit(&mut self) -> &mut MaybeUninit<T> {
        let (ring, tail) = (self.tx.ring(), self.tx.tail());
        ring.watch_write(tail);
        // SAFETY: I2: a claimed slot is the producer's, which is borrowed mutably.
        unsafe { &mut *ring.place(tail) }
    }

    /// Makes the slot visible to the consumer.
    ///
    /// # Safety
    /// The slot has been initialized with a `T` since an item was last taken from it.
    #[inline]
    pub unsafe fn commit(self) {
        // SAFETY: the slot was claimed, and the caller has put an item in.
        unsafe { self.tx.commit_one() };
    }
}

impl<T, L: Layout> fmt::Debug for WriteSlot<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteSlot").finish_non_exhaustive()
    }
}

/// The oldest item, in place. Made by [`Consumer::read_slot`](super::Consumer::read_slot).
#[must_use = "an item that is neither released nor taken stays in the ring"]
pub struct ReadSlot<'e, T, L: Layout = Dense> {
    rx: &'e mut Rx<T, L>,
}

impl<'e, T, L: Layout> ReadSlot<'e, T, L> {
    /// The item at the head has been claimed.
    #[inline(always)]
    pub(super) fn new(rx: &'e mut Rx<T, L>) -> Self {
        Self { rx }
    }

    /// Takes the item out and gives the slot back to the producer.
    #[inline]
    #[must_use]
    pub fn take(self) -> T {
        // SAFETY: the item was claimed, and the guard goes with it.
        unsafe { self.rx.take() }
    }

    /// Drops the item and gives the slot back to the producer.
    #[inline]
    pub fn release(self) {
        // SAFETY: the item was claimed, and the guard goes with it.
        unsafe { self.rx.discard(1) };
    }
}

impl<T, L: Layout> Deref for ReadSlot<'_, T, L> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the item was claimed.
        let item = unsafe { self.rx.item(self.rx.head()) };
        // SAFETY: I2: it is the consumer's, which is borrowed.
        unsafe { &*item }
    }
}

impl<T, L: Layout> DerefMut for ReadSlot<'_, T, L> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the item was claimed.
        let item = unsafe { self.rx.item(self.rx.head()) };
        // SAFETY: I2: it is the consumer's, which is borrowed mutably.
        unsafe { &mut *item }
    }
}

impl<T: fmt::Debug, L: Layout> fmt::Debug for ReadSlot<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadSlot").field(&**self).finish()
    }
}

/// A run of free slots, to be written in place. Made by [`Producer::write_run`](super::Producer::write_run).
#[must_use = "slots that aren't committed stay free"]
pub struct WriteRun<'e, T> {
    tx: &'e mut Tx<T, Dense>,
    len: usize,
}

impl<'e, T> WriteRun<'e, T> {
    /// `len` slots from the tail on have been claimed.
    #[inline(always)]
    pub(super) fn new(tx: &'e mut Tx<T, Dense>, len: usize) -> Self {
        Self { tx, len }
    }

    /// How many slots there are in the run.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no slot in the run.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The memory of the run, in two pieces: the second is empty unless the run goes over the end of the ring's memory.
    /// To be treated as uninitialized: bytes of items that were taken out may be left in it, and are no items.
    #[inline]
    #[must_use]
    pub fn as_mut_slices(&mut self) -> (&mut [MaybeUninit<T>], &mut [MaybeUninit<T>]) {
        let (ring, tail) = (self.tx.ring(), self.tx.tail());
        ring.watch_run(tail, self.len, super::view::View::watch_write);
        let (first, second) = ring.run(tail, self.len);
        // SAFETY: I2: claimed slots are the producer's, which is borrowed mutably.
        let first = unsafe { &mut *first };
        // SAFETY: as above, and the two pieces don't overlap.
        let second = unsafe { &mut *second };
        (first, second)
    }

    /// Makes the first `count` slots of the run visible to the consumer; the others stay free.
    ///
    /// # Safety
    /// `count` is at most [`len`](Self::len), and the first `count` slots have each been initialized with a `T` since an item
    /// was last taken from them.
    #[inline]
    pub unsafe fn commit(self, count: usize) {
        debug_assert!(count <= self.len, "more slots committed than there are in the run");
        // SAFETY: the slots were claimed, and the caller has put items in.
        unsafe { self.tx.commit(count) };
    }

    /// Puts in the items of an iterator while there are slots, and makes them visible together. Answers with how many.
    ///
    /// It takes from the iterator only what fits. Should the iterator panic, the items that it gave before are in.
    #[inline]
    pub fn fill(self, items: impl IntoIterator<Item = T>) -> usize {
        self.tx.fill(self.len, items.into_iter())
    }

    /// Copies in as many of the values as there are slots, from the first on, and makes them visible together. Answers
    /// with how many.
    #[inline]
    pub fn copy_from_slice(self, values: &[T]) -> usize
    where
        T: Copy,
    {
        let values = values.get(..self.len).unwrap_or(values);
        // SAFETY: at least that many slots were claimed.
        unsafe { self.tx.copy_in(values) };
        values.len()
    }
}

impl<T> fmt::Debug for WriteRun<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteRun").field("len", &self.len).finish()
    }
}

/// A run of the oldest items, to be read in place. Made by [`Consumer::read_run`](super::Consumer::read_run).
#[must_use = "items that aren't released stay in the ring"]
pub struct ReadRun<'e, T> {
    rx: &'e mut Rx<T, Dense>,
    len: usize,
}

impl<'e, T> ReadRun<'e, T> {
    /// `len` items from the head on have been claimed.
    #[inline(always)]
    pub(super) fn new(rx: &'e mut Rx<T, Dense>, len: usize) -> Self {
        Self { rx, len }
    }

    /// How many items there are in the run.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item in the run.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    fn pieces(&self) -> (*mut [T], *mut [T]) {
        let (ring, head) = (self.rx.ring(), self.rx.head());
        ring.watch_run(head, self.len, super::view::View::watch_read);
        let (first, second) = ring.run(head, self.len);
        (first as *mut [T], second as *mut [T])
    }

    /// The items, oldest first, in two pieces: the second is empty unless the run goes over the end of the ring's memory.
    #[inline]
    #[must_use]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        let (first, second) = self.pieces();
        // SAFETY: I2: claimed items are the consumer's, which is borrowed.
        let first = unsafe { &*first };
        // SAFETY: as above.
        let second = unsafe { &*second };
        (first, second)
    }

    /// The same, to be changed.
    #[inline]
    #[must_use]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        let (first, second) = self.pieces();
        // SAFETY: I2: claimed items are the consumer's, which is borrowed mutably.
        let first = unsafe { &mut *first };
        // SAFETY: as above, and the two pieces don't overlap.
        let second = unsafe { &mut *second };
        (first, second)
    }

    /// Drops the first `count` items, all if there are fewer, and gives their slots back to the producer; the others
    /// stay. If the drop of one panics, the others are dropped all the same.
    #[inline]
    pub fn release(self, count: usize) {
        // SAFETY: the items were claimed, and the guard goes with them.
        unsafe { self.rx.discard(count.min(self.len)) };
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadRun<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.as_slices();
        f.debug_list().entries(first).entries(second).finish()
    }
}
