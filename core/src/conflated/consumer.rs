//! The consumer's end.

use core::fmt;

use super::view::View;
use crate::gauge::{Seen, WatermarkError, Watermarks};
use crate::owner::End;
use crate::{PopError, Pressure, spsc};

/// The algorithm of the consumer's end.
pub(super) struct Rx<T> {
    ring: View<T>,
    /// Out of the ring of keys.
    dirty: spsc::Consumer<'static, usize>,
}

// SAFETY: the end receives values from another thread, so they must be `Send`. Of a key's memory it touches the shared words, which
// are atomics, what is the consumer's alone, and the buffer that is its own (I1 of the triple buffer).
unsafe impl<T: Send> Send for Rx<T> {}

impl<T> Rx<T> {
    /// # Safety
    /// This becomes the only consumer's end of the ring, which outlives it, and no producer's end is at work.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        // SAFETY: as the caller says.
        let dirty = unsafe { ring.lane.consumer() };
        Self { ring, dirty }
    }

    #[inline(always)]
    fn pop(&mut self) -> Result<(usize, T), PopError> {
        let key = self.dirty.pop()?;
        // SAFETY: a push puts in only keys that there are.
        let values = &unsafe { self.ring.keys().get_unchecked(key) }.three;
        let mut mine = values.beside.readers.get();
        // SAFETY: this is the consumer, its buffer is empty, and K3: the value in the middle is fresh.
        unsafe { values.obtain(&mut mine) };
        values.beside.readers.set(mine);
        // SAFETY: I1: our own buffer, which is full: it was just obtained.
        Ok((key, unsafe { values.buffer(mine).take() }))
    }
}

/// The end of a [`Ring`](super::Ring) that takes the newest values out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps it alive where the ends own it (nothing, by default). It is
/// [`Send`] if the values are, and never [`Sync`].
///
/// After it is dropped the producer goes on as before, and can tell. What is inside stays there, and is popped after another split
/// or dropped with the ring.
pub struct Consumer<'q, T, K = ()> {
    rx: End<'q, Rx<T>, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    pub(super) const fn new(rx: End<'q, Rx<T>, K>) -> Self {
        Self { rx }
    }

    /// Takes a key that has something new, and its newest value: the key that has had it longest.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): no key has anything new. One may have at any time. [`Closed`](PopError::Closed): none has, the
    /// producer is gone, and so none will.
    ///
    /// # Progress
    /// Wait-free: one exchange.
    ///
    /// # Ordering
    /// All that happened before the push of the value happens before what follows the pop.
    #[inline]
    pub fn pop(&mut self) -> Result<(usize, T), PopError> {
        self.rx.pop()
    }

    says!(rx);

    /// Whether the producer is gone. Once it is, it stays so, unless the ring is split anew, and what can be popped now is the last
    /// of each key.
    ///
    /// # Progress
    /// Wait-free: one load.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rx.dirty.is_closed()
    }
}

impl<T, K> fmt::Debug for Consumer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
