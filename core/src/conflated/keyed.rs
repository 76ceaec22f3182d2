//! The ends as the [seam](crate::seam) has them: values that know their key.

#![forbid(unsafe_code)]

use core::fmt;

use super::{Consumer, NoKey, Producer};
use crate::seam::{Pop, Push};
use crate::{PopError, Pressure, PushError, Pushed};

/// A producer's end whose values tell their key: an end for what is written over [`Push`], a gate say, or a spill. Made by
/// [`Producer::by`].
///
/// A value without a key comes back: as [`NoKey`] from [`push`](Self::push), and as [`Shed`](PushError::Shed) through the trait, so
/// that nobody tries it again; it is [counted](Self::without_key) either way. A value that is overtaken comes back as
/// [`Evicted`](Pushed::Evicted). The ring is never full, and a push never says that it is closed: [`is_closed`](Push::is_closed) does.
///
/// # Examples
/// A gate before it, and a spill behind the gate:
/// ```
/// use forebay_core::admission::{Gate, Sampler, Sampling};
/// use forebay_core::conflated::Ring;
/// use forebay_core::spill::{Loss, Spill};
///
/// #[derive(Debug, PartialEq)]
/// struct Quote(usize, u32);
///
/// let mut ring = Ring::<Quote, 500>::new();
/// let (producer, mut consumer) = ring.split();
/// let mut lost = Vec::new();
/// {
///     let keyed = producer.by(|quote: &Quote| quote.0);
///     let mut spill = Spill::new(keyed, |quote, how| lost.push((quote, how)));
///     for quote in [Quote(7, 101), Quote(3, 55), Quote(7, 102), Quote(500, 1)] {
///         spill.push(quote).unwrap();
///     }
///     assert_eq!(spill.end().without_key(), 1);
/// }
/// assert_eq!(lost, [(Quote(7, 101), Loss::Evicted), (Quote(500, 1), Loss::Shed)]);
/// assert_eq!(consumer.pop(), Ok((7, Quote(7, 102))));
/// ```
pub struct Keyed<'q, T, F, K = ()> {
    end: Producer<'q, T, K>,
    key_of: F,
    without_key: usize,
}

impl<'q, T, K> Producer<'q, T, K> {
    /// This end for values that tell their key. The function is called before anything is done with the value, and may panic.
    pub const fn by<F: FnMut(&T) -> usize>(self, key_of: F) -> Keyed<'q, T, F, K> {
        Keyed { end: self, key_of, without_key: 0 }
    }
}

impl<T, F: FnMut(&T) -> usize, K> Keyed<'_, T, F, K> {
    /// As [`Producer::push`], for the value's own key.
    ///
    /// # Errors
    /// [`NoKey`], with the value, if the key is not below the ring's capacity.
    ///
    /// # Progress
    /// Wait-free, if the function is.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<Option<T>, NoKey<T>> {
        let key = (self.key_of)(&value);
        let pushed = self.end.push(key, value);
        if pushed.is_err() {
            self.without_key = self.without_key.wrapping_add(1);
        }
        pushed
    }
}

impl<'q, T, F, K> Keyed<'q, T, F, K> {
    /// How many values had a key that is none of the ring's. It wraps.
    pub const fn without_key(&self) -> usize {
        self.without_key
    }

    /// The end behind it.
    pub const fn end(&self) -> &Producer<'q, T, K> {
        &self.end
    }

    /// The end behind it, for which a key must be named.
    pub const fn end_mut(&mut self) -> &mut Producer<'q, T, K> {
        &mut self.end
    }

    /// The end behind it, and the function.
    pub fn into_parts(self) -> (Producer<'q, T, K>, F) {
        (self.end, self.key_of)
    }
}

impl<T, F: FnMut(&T) -> usize, K> Push for Keyed<'_, T, F, K> {
    type Item = T;

    #[inline]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        match self.push(value) {
            Ok(None) => Ok(Pushed::Stored),
            Ok(Some(before)) => Ok(Pushed::Evicted(before)),
            Err(NoKey(value)) => Err(PushError::Shed(value)),
        }
    }

    fn capacity(&self) -> usize {
        self.end.capacity()
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    /// Never: there is room for one more value of each key.
    fn is_full(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        self.end.is_closed()
    }

    fn pressure(&self) -> Pressure {
        self.end.pressure()
    }

    fn fill(&self) -> u8 {
        self.end.fill()
    }
}

impl<T, F, K> fmt::Debug for Keyed<'_, T, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").field("end", &self.end).field("without_key", &self.without_key).finish_non_exhaustive()
    }
}

/// A consumer's end that delivers values without their keys: for what is written over [`Pop`] and wants the values, expiry say. Made
/// by [`Consumer::values`].
///
/// # Examples
/// ```
/// use core::cell::Cell;
/// use forebay_core::conflated::Ring;
/// use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
/// use forebay_core::{PopError, Pushed};
///
/// let now = Cell::new(0);
/// let clock = || now.get();
/// let mut ring = Ring::<Stamped<(usize, char)>, 2>::new();
/// let (producer, consumer) = ring.split();
/// let mut producer = Stamping::new(producer.by(|stamped| stamped.value.0), clock);
/// let mut consumer = Expiring::new(consumer.values(), clock, MaxAge::new(10));
/// assert_eq!(producer.push((0, 'a')), Ok(Pushed::Stored));
/// assert_eq!(producer.push((1, 'b')), Ok(Pushed::Stored));
/// now.set(20);
/// assert_eq!(producer.push((1, 'c')), Ok(Pushed::Evicted((1, 'b'))));
/// assert_eq!(consumer.pop(), Ok((1, 'c')), "the other one is too old");
/// assert_eq!(consumer.pop(), Err(PopError::Empty));
/// ```
pub struct Values<'q, T, K = ()> {
    end: Consumer<'q, T, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    /// This end without the keys.
    pub const fn values(self) -> Values<'q, T, K> {
        Values { end: self }
    }
}

impl<'q, T, K> Values<'q, T, K> {
    /// The end behind it.
    pub const fn end(&self) -> &Consumer<'q, T, K> {
        &self.end
    }

    /// The end behind it, which tells the keys.
    pub const fn end_mut(&mut self) -> &mut Consumer<'q, T, K> {
        &mut self.end
    }

    /// The end behind it.
    pub fn into_end(self) -> Consumer<'q, T, K> {
        self.end
    }
}

impl<T, K> Pop for Values<'_, T, K> {
    type Item = T;

    #[inline]
    fn pop(&mut self) -> Result<T, PopError> {
        self.end.pop().map(|(_, value)| value)
    }

    fn capacity(&self) -> usize {
        self.end.capacity()
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn is_closed(&self) -> bool {
        self.end.is_closed()
    }
}

impl<T, K> fmt::Debug for Values<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("end", &self.end).finish()
    }
}
