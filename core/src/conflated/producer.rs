//! The producer's end.

use core::fmt;

use super::view::{KeyMemory, View};
use crate::gauge::{Seen, WatermarkError, Watermarks};
use crate::owner::End;
use crate::{Pressure, spsc};

/// The algorithm of the producer's end.
pub(super) struct Tx<T> {
    ring: View<T>,
    /// Into the ring of keys.
    dirty: spsc::Producer<'static, usize>,
}

// SAFETY: the end carries values to another thread, so they must be `Send`. Of a key's memory it touches the shared words, which
// are atomics, what is the producer's alone, and the buffer that is its own (I1 of the triple buffer).
unsafe impl<T: Send> Send for Tx<T> {}

impl<T> Tx<T> {
    /// # Safety
    /// This becomes the only producer's end of the ring, which outlives it, and no consumer's end is at work yet.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        // SAFETY: as the caller says.
        let dirty = unsafe { ring.lane.producer() };
        Self { ring, dirty }
    }

    #[inline(always)]
    fn push(&mut self, key: usize, value: T) -> Result<Option<T>, NoKey<T>> {
        let Some(KeyMemory { three: values }) = self.ring.keys().get(key) else { return Err(NoKey(value)) };
        let mut mine = values.beside.writers.get();
        // SAFETY: I1: the buffer is ours, and empty.
        unsafe { (*values.buffer(mine).place()).write(value) };
        // SAFETY: this is the producer, and the value was written just now.
        let conflated = unsafe { values.publish(&mut mine) };
        values.beside.writers.set(mine);
        if conflated.is_none() {
            let put = self.dirty.push(key);
            debug_assert!(put.is_ok(), "K2");
        }
        Ok(conflated)
    }
}

/// The end of a [`Ring`](super::Ring) that puts values in. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps it alive where the ends own it (nothing, by default). It is
/// [`Send`] if the values are, and never [`Sync`].
///
/// After it is dropped the consumer still gets the last value of each key, and then [`Closed`](crate::PopError::Closed).
pub struct Producer<'q, T, K = ()> {
    tx: End<'q, Tx<T>, K>,
}

impl<'q, T, K> Producer<'q, T, K> {
    pub(super) const fn new(tx: End<'q, Tx<T>, K>) -> Self {
        Self { tx }
    }

    /// Makes a value the newest of a key. If the consumer hasn't got the one before yet, that one comes back, and is counted as
    /// [conflated](Self::conflated): the consumer will not see it.
    ///
    /// There is always room, whether the consumer is there or not ([`is_closed`](Self::is_closed) tells).
    ///
    /// # Errors
    /// [`NoKey`], with the value, if the key is not below the [capacity](Self::capacity).
    ///
    /// # Progress
    /// Wait-free: one exchange, and a store if the key had nothing new before.
    ///
    /// # Ordering
    /// All that happened before the push happens before what the consumer does with the value.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::conflated::{NoKey, Ring};
    ///
    /// let mut ring = Ring::<_, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push(1, "slow"), Ok(None));
    /// assert_eq!(producer.push(1, "fast"), Ok(Some("slow")));
    /// assert_eq!(producer.push(2, "left"), Err(NoKey("left")));
    /// assert_eq!(consumer.pop(), Ok((1, "fast")));
    /// ```
    #[inline]
    pub fn push(&mut self, key: usize, value: T) -> Result<Option<T>, NoKey<T>> {
        self.tx.push(key, value)
    }

    says!(tx);

    /// Whether the consumer is gone. Once it is, it stays so, unless the ring is split anew.
    ///
    /// # Progress
    /// Wait-free: one load.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.tx.dirty.is_closed()
    }
}

impl<T, K> fmt::Debug for Producer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// There is no such key. The value comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NoKey<T>(pub T);

impl<T> fmt::Debug for NoKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoKey(..)")
    }
}

impl<T> fmt::Display for NoKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such key: keys are below the capacity of the ring")
    }
}

impl<T> core::error::Error for NoKey<T> {}

#[cfg(feature = "defmt")]
impl<T> defmt::Format for NoKey<T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "NoKey(..)");
    }
}
