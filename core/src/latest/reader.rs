//! The reader's end.

use core::fmt;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::triple::Triple;
use super::word::Index;
use crate::PopError;
use crate::owner::End;
use crate::sync::Ordering;

/// The algorithm of the reader's end.
pub(super) struct Rx<T> {
    triple: NonNull<Triple<T>>,
    /// The buffer that is ours (I1).
    mine: Index,
}

// SAFETY: the end receives values from another thread, so they must be `Send`. The shared words are atomics, and the buffer
// that it touches is its own (I1).
unsafe impl<T: Send> Send for Rx<T> {}

impl<T> Rx<T> {
    /// # Safety
    /// This becomes the only reader's end of the buffer, which outlives it (I0); `mine` is neither in the middle nor the
    /// writer's.
    pub(super) unsafe fn new(triple: NonNull<Triple<T>>, mine: Index) -> Self {
        let rx = Self { triple, mine };
        // Relaxed: whoever makes the ends has the buffer to itself, see `triple.rs`.
        rx.triple().ends().reader.store(true, Ordering::Relaxed);
        rx
    }

    #[inline(always)]
    fn triple(&self) -> &Triple<T> {
        // SAFETY: I0: the buffer outlives its ends.
        unsafe { self.triple.as_ref() }
    }

    /// Whether there is a value that we haven't got yet. If so, there is one until we get it (I4).
    #[inline(always)]
    fn is_fresh(&self) -> bool {
        self.triple().three().is_fresh()
    }

    /// Whether we have a value that was looked at and not taken.
    #[inline(always)]
    fn holds(&self) -> bool {
        self.triple().three().beside.held().is_some()
    }

    /// Gets the newest value into our buffer. Another one that is still in it is dropped, and counted; if its drop panics, the
    /// buffer is empty all the same.
    #[inline(always)]
    fn claim(&mut self) -> Result<(), PopError> {
        if !self.is_fresh() {
            if self.holds() {
                return Ok(());
            }
            self.look_again()?;
        }
        if self.holds() {
            self.triple().three().beside.count_passed_over();
            // SAFETY: it holds one.
            unsafe { self.discard() };
        }
        // SAFETY: I0: the buffer outlives its ends.
        let three = unsafe { self.triple.as_ref() }.three();
        // SAFETY: I1: this is the reader, and `mine` its buffer, which is empty. There is a fresh value.
        unsafe { three.obtain(&mut self.mine) };
        three.beside.hold(self.mine);
        Ok(())
    }

    /// Whether the writer, too, is gone where there was no value; and if so, whether it left one in the meantime.
    #[cold]
    fn look_again(&self) -> Result<(), PopError> {
        // [LR2] Acquire: pairs with [LW2]. Orders: the writer's last exchange before our second look.
        if self.triple().ends().writer.load(Ordering::Acquire) {
            return Err(PopError::Empty);
        }
        if self.is_fresh() { Ok(()) } else { Err(PopError::Closed) }
    }

    /// # Safety
    /// The value was claimed.
    #[inline(always)]
    unsafe fn take(&mut self) -> T {
        self.triple().three().beside.let_go();
        // SAFETY: I1: our own buffer, which is full once claimed, and noted as empty from now on.
        unsafe { self.triple().three().buffer(self.mine).take() }
    }

    /// # Safety
    /// The value was claimed.
    #[inline(always)]
    unsafe fn discard(&mut self) {
        self.triple().three().beside.let_go();
        // SAFETY: I1: our own buffer, which is full once claimed, and noted as empty before.
        unsafe { self.triple().three().buffer(self.mine).discard() };
    }

    /// The place of the value.
    #[inline(always)]
    fn value(&self) -> *mut T {
        self.triple().three().buffer_to_read(self.mine).place().cast()
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        // [LR3] Release: pairs with [LW3] and [LO2]. Orders: our last accesses to the buffers before what follows there.
        self.triple().ends().reader.store(false, Ordering::Release);
    }
}

/// The end of a [`TripleBuffer`](super::TripleBuffer) that reads the newest value. There is one at a time.
///
/// `'q` is how long the buffer is borrowed, and `K` what keeps it alive where the ends own it (nothing, by default). It is
/// [`Send`] if the values are, and never [`Sync`].
///
/// After it is dropped the writer goes on as before, and can tell ([`Writer::is_closed`](super::Writer::is_closed)). What is
/// inside stays there, and is read after another split or dropped with the buffer.
pub struct Reader<'q, T, K = ()> {
    rx: End<'q, Rx<T>, K>,
}

impl<'q, T, K> Reader<'q, T, K> {
    pub(super) const fn new(rx: End<'q, Rx<T>, K>) -> Self {
        Self { rx }
    }

    /// Takes the newest value, if it hasn't been taken yet.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): there is nothing new. There may be at any time. [`Closed`](PopError::Closed): there is
    /// nothing new, the writer is gone, and so there will be nothing.
    ///
    /// # Progress
    /// Wait-free: one exchange and one to three loads; none and up to three if there is nothing; a load and a store more if a
    /// value that was looked at before is passed over.
    ///
    /// # Ordering
    /// All that happened before the write of the value happens before what follows the read.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::{PopError, latest::TripleBuffer};
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// assert_eq!(reader.read(), Err(PopError::Empty));
    /// writer.write(1);
    /// writer.write(2);
    /// assert_eq!(reader.read(), Ok(2));
    /// drop(writer);
    /// assert_eq!(reader.read(), Err(PopError::Closed));
    /// ```
    #[inline]
    pub fn read(&mut self) -> Result<T, PopError> {
        self.rx.claim()?;
        // SAFETY: claimed above.
        Ok(unsafe { self.rx.take() })
    }

    /// The newest value, to be used where it is and then released or taken.
    ///
    /// Dropped without either, it stays, and is what comes next, unless there is a newer one by then: then it is dropped, and
    /// counted as [conflated](Self::conflated). So the last value can be looked at again and again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Progress
    /// As [`read`](Self::read).
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::{PopError, latest::TripleBuffer};
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// writer.write([7; 256]);
    /// let slot = reader.read_slot()?;
    /// assert_eq!(slot[255], 7);
    /// slot.release();
    /// assert!(reader.is_empty());
    /// # Ok::<(), PopError>(())
    /// ```
    #[inline]
    pub fn read_slot(&mut self) -> Result<ReadSlot<'_, T>, PopError> {
        self.rx.claim()?;
        Ok(ReadSlot { rx: &mut self.rx })
    }

    /// The newest value, which stays where it is, as that of [`read_slot`](Self::read_slot). `None` can be stale at once: the
    /// writer may write at any time.
    ///
    /// # Progress
    /// As [`read`](Self::read).
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// assert_eq!(reader.peek(), None);
    /// writer.write(1);
    /// assert_eq!(reader.peek(), Some(&1));
    /// assert_eq!(reader.peek(), Some(&1));
    /// writer.write(2);
    /// assert_eq!(reader.read(), Ok(2));
    /// assert_eq!(reader.conflated(), 1, "it was looked at and not taken");
    /// ```
    #[must_use]
    pub fn peek(&mut self) -> Option<&T> {
        self.rx.claim().ok()?;
        // SAFETY: I1: our own buffer, which is full once claimed, and this end is borrowed.
        Some(unsafe { &*self.rx.value() })
    }

    /// Whether there was nothing to read. There may be something at any time.
    ///
    /// # Progress
    /// Wait-free: one load.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// assert!(reader.is_empty());
    /// writer.write(1);
    /// assert!(!reader.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.rx.is_fresh() && !self.rx.holds()
    }

    /// How many values have been conflated: nobody has read them, because a newer one was there in time. The number wraps, and
    /// the writer may conflate more at any time.
    ///
    /// # Progress
    /// Wait-free: two loads.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, reader) = buffer.split();
    /// (0..10).for_each(|number| drop(writer.write(number)));
    /// assert_eq!(reader.conflated(), 9);
    /// ```
    #[must_use]
    pub fn conflated(&self) -> usize {
        self.rx.triple().conflated()
    }

    /// Whether the writer is gone. Once it is, it stays so, unless the buffer is split anew, and what can be read now is the
    /// last value.
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
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, mut reader) = buffer.split();
    /// writer.write(1);
    /// drop(writer);
    /// assert!(reader.is_closed());
    /// assert_eq!(reader.read(), Ok(1));
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // [LR4] Acquire: pairs with [LW2]. Orders: the writer's last exchange before our next look.
        !self.rx.triple().ends().writer.load(Ordering::Acquire)
    }
}

impl<T, K> fmt::Debug for Reader<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("is_empty", &self.is_empty())
            .field("conflated", &self.conflated())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// The newest value, in place. Made by [`Reader::read_slot`]. If it is dropped or forgotten, the value stays.
#[must_use = "a value that is neither released nor taken stays in the buffer"]
pub struct ReadSlot<'e, T> {
    rx: &'e mut Rx<T>,
}

impl<T> ReadSlot<'_, T> {
    /// Takes the value out.
    #[inline]
    #[must_use]
    pub fn take(self) -> T {
        // SAFETY: the value was claimed, and the guard goes with it.
        unsafe { self.rx.take() }
    }

    /// Drops the value where it is: it counts as read.
    #[inline]
    pub fn release(self) {
        // SAFETY: the value was claimed, and the guard goes with it.
        unsafe { self.rx.discard() };
    }
}

impl<T> Deref for ReadSlot<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: I1: the reader's own buffer, which is full once claimed, and the reader is borrowed.
        unsafe { &*self.rx.value() }
    }
}

impl<T> DerefMut for ReadSlot<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: I1: the reader's own buffer, which is full once claimed, and the reader is borrowed mutably.
        unsafe { &mut *self.rx.value() }
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadSlot").field(&**self).finish()
    }
}
