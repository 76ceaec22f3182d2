//! The writer's end.

use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::triple::Triple;
use super::word::Index;
use crate::owner::End;
use crate::sync::Ordering;

/// The algorithm of the writer's end.
pub(super) struct Tx<T> {
    triple: NonNull<Triple<T>>,
    /// The buffer that is ours (I1).
    mine: Index,
}

// SAFETY: the end carries values to another thread, so they must be `Send`. The shared words are atomics, and the buffer
// that it touches is its own (I1).
unsafe impl<T: Send> Send for Tx<T> {}

impl<T> Tx<T> {
    /// # Safety
    /// This becomes the only writer's end of the buffer, which outlives it (I0); `mine` is empty, and neither in the middle nor
    /// the reader's.
    pub(super) unsafe fn new(triple: NonNull<Triple<T>>, mine: Index) -> Self {
        let tx = Self { triple, mine };
        // Relaxed: whoever makes the ends has the buffer to itself, see `triple.rs`.
        tx.triple().ends().writer.store(true, Ordering::Relaxed);
        tx
    }

    #[inline(always)]
    fn triple(&self) -> &Triple<T> {
        // SAFETY: I0: the buffer outlives its ends.
        unsafe { self.triple.as_ref() }
    }

    /// The memory of the buffer that is ours, and empty.
    #[inline(always)]
    fn place(&mut self) -> &mut MaybeUninit<T> {
        // SAFETY: I1: it is ours, and this end is borrowed mutably.
        unsafe { &mut *self.triple().three().buffer(self.mine).place() }
    }

    /// As [`Three::publish`].
    ///
    /// # Safety
    /// A value has been written to our buffer's [`place`](Self::place) since the last time.
    #[inline(always)]
    unsafe fn publish(&mut self) -> Option<T> {
        // SAFETY: I0: the buffer outlives its ends.
        let three = unsafe { self.triple.as_ref() }.three();
        // SAFETY: I1: this is the writer, and `mine` its buffer, which has a value as the caller says.
        unsafe { three.publish(&mut self.mine) }
    }
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        // [LW2] Release: pairs with [LR2], [LR4] and [LO1]. Orders: our last [LW1] before what follows there.
        self.triple().ends().writer.store(false, Ordering::Release);
    }
}

/// The end of a [`TripleBuffer`](super::TripleBuffer) that writes values. There is one at a time.
///
/// `'q` is how long the buffer is borrowed, and `K` what keeps it alive where the ends own it (nothing, by default). It is
/// [`Send`] if the values are, and never [`Sync`].
///
/// After it is dropped the reader still gets the last value, and then [`Closed`](crate::PopError::Closed).
pub struct Writer<'q, T, K = ()> {
    tx: End<'q, Tx<T>, K>,
}

impl<'q, T, K> Writer<'q, T, K> {
    pub(super) const fn new(tx: End<'q, Tx<T>, K>) -> Self {
        Self { tx }
    }

    /// Makes a value the newest. If the reader hasn't got the one before yet, that one comes back, and is counted as
    /// [conflated](Self::conflated): the reader will not see it.
    ///
    /// There is always room, whether the reader is there or not ([`is_closed`](Self::is_closed) tells). The newest value stays
    /// inside, for the reader, for the next one after another split, or until it is dropped with the buffer.
    ///
    /// # Progress
    /// Wait-free: one exchange; a load and a store more if a value comes back.
    ///
    /// # Ordering
    /// All that happened before the write happens before what the reader does with the value.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// assert_eq!(writer.write("slow"), None);
    /// assert_eq!(writer.write("fast"), Some("slow"));
    /// assert_eq!(reader.read(), Ok("fast"));
    /// assert_eq!(writer.write("stop"), None);
    /// ```
    #[inline]
    pub fn write(&mut self, value: T) -> Option<T> {
        self.write_slot().write(value)
    }

    /// The memory for the next value, to be written in place.
    ///
    /// Dropped without a commit, nothing has been written.
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::<[u8; 256]>::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// let mut slot = writer.write_slot();
    /// slot.uninit().write([7; 256]);
    /// // SAFETY: it was written just now.
    /// assert_eq!(unsafe { slot.commit() }, None);
    /// assert_eq!(reader.peek(), Some(&[7; 256]));
    /// ```
    #[inline]
    pub fn write_slot(&mut self) -> WriteSlot<'_, T> {
        WriteSlot { tx: &mut self.tx }
    }

    /// How many values have been conflated: nobody has read them, because a newer one was there in time. The number wraps.
    ///
    /// It is exact as to what the writer has overwritten. The reader may at any time pass over a value that it had looked at in
    /// place and not taken.
    ///
    /// # Progress
    /// Wait-free: two loads.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, _reader) = buffer.split();
    /// (0..10).for_each(|number| drop(writer.write(number)));
    /// assert_eq!(writer.conflated(), 9);
    /// ```
    #[must_use]
    pub fn conflated(&self) -> usize {
        self.tx.triple().conflated()
    }

    /// Whether the reader has got the newest value, or none was written: then nothing is inside for it.
    ///
    /// # Progress
    /// Wait-free: one load.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// writer.write(1);
    /// assert!(!writer.is_empty());
    /// assert_eq!(reader.read(), Ok(1));
    /// assert!(writer.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.tx.triple().three().is_fresh()
    }

    /// Whether the reader is gone. Once it is, it stays so, unless the buffer is split anew.
    ///
    /// # Progress
    /// Wait-free: one load.
    ///
    /// # Ordering
    /// If it is gone, all that it did happens before what follows.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::<u32>::new();
    /// let (writer, reader) = buffer.split();
    /// assert!(!writer.is_closed());
    /// drop(reader);
    /// assert!(writer.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // [LW3] Acquire: pairs with [LR3]. Orders: all that the reader did before it went, before what we do now.
        !self.tx.triple().ends().reader.load(Ordering::Acquire)
    }
}

impl<T, K> fmt::Debug for Writer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("conflated", &self.conflated())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// The memory for the next value, to be written in place. Made by [`Writer::write_slot`]. If it is dropped or forgotten,
/// nothing has changed.
#[must_use = "nothing is written unless it is committed"]
pub struct WriteSlot<'e, T> {
    tx: &'e mut Tx<T>,
}

impl<T> WriteSlot<'_, T> {
    /// Puts a value in and makes it the newest. Answers as [`Writer::write`].
    #[inline]
    pub fn write(mut self, value: T) -> Option<T> {
        self.uninit().write(value);
        // SAFETY: written just now.
        unsafe { self.commit() }
    }

    /// The memory, to be treated as uninitialized: bytes of a value that was taken out may be left in it, and are no value.
    #[inline]
    pub fn uninit(&mut self) -> &mut MaybeUninit<T> {
        self.tx.place()
    }

    /// Makes what was written the newest value. Answers as [`Writer::write`].
    ///
    /// # Safety
    /// The memory has been initialized with a `T` through this slot.
    #[inline]
    pub unsafe fn commit(self) -> Option<T> {
        // SAFETY: as the caller says.
        unsafe { self.tx.publish() }
    }
}

impl<T> fmt::Debug for WriteSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteSlot").finish_non_exhaustive()
    }
}
