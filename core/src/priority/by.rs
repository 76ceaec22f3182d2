//! The ends as the [seam](crate::seam) has them: values that say which class they are of.

#![forbid(unsafe_code)]

use core::fmt;

use super::{Consumer, Producer};
use crate::seam::{Pop, Push, says_what_its_end_says};
use crate::{Overflow, PopError, Pressure, PushError, Pushed};

/// A [`Producer`] for the [seam](crate::seam): see [`Producer::by`].
pub struct By<'q, T, F, const C: usize, K = ()> {
    end: Producer<'q, T, C, K>,
    class_of: F,
}

impl<'q, T, F, const C: usize, K> By<'q, T, F, C, K> {
    pub(super) const fn new(end: Producer<'q, T, C, K>, class_of: F) -> Self {
        Self { end, class_of }
    }

    /// The end.
    pub const fn get_ref(&self) -> &Producer<'q, T, C, K> {
        &self.end
    }

    /// The end, to push by it as it is.
    pub const fn get_mut(&mut self) -> &mut Producer<'q, T, C, K> {
        &mut self.end
    }

    /// The end back.
    pub fn into_inner(self) -> Producer<'q, T, C, K> {
        self.end
    }
}

impl<T, F: FnMut(&T) -> usize, const C: usize, K> By<'_, T, F, C, K> {
    /// Puts a value in under a policy: see [`Producer::push_under`].
    ///
    /// # Errors
    /// As that.
    #[inline]
    pub fn push_under(&mut self, overflow: Overflow, value: T) -> Result<Pushed<T>, PushError<T>> {
        let class = (self.class_of)(&value);
        self.end.push_under(overflow, class, value)
    }
}

impl<T, F: FnMut(&T) -> usize, const C: usize, K> Push for By<'_, T, F, C, K> {
    type Item = T;

    #[inline]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        let class = (self.class_of)(&value);
        self.end.push(class, value)
    }

    says_what_its_end_says!(both);

    fn is_full(&self) -> bool {
        self.end.is_full()
    }

    fn pressure(&self) -> Pressure {
        self.end.pressure()
    }

    fn fill(&self) -> u8 {
        self.end.fill()
    }
}

impl<T, F: Clone, const C: usize, K: Clone> Clone for By<'_, T, F, C, K> {
    fn clone(&self) -> Self {
        Self { end: self.end.clone(), class_of: self.class_of.clone() }
    }
}

impl<T, F, const C: usize, K> fmt::Debug for By<'_, T, F, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("By").field("end", &self.end).finish_non_exhaustive()
    }
}

/// A [`Consumer`] for the [seam](crate::seam) that tells the class of each item. Made by [`Consumer::by_class`].
///
/// # Examples
/// ```
/// use forebay_core::priority::Ring;
/// use forebay_core::seam::Pop;
///
/// let mut ring = Ring::<_, 4, 2>::new();
/// let (mut producer, consumer) = ring.split();
/// let mut consumer = consumer.by_class();
/// let _ = producer.push(1, "telemetry");
/// let _ = producer.push(0, "alarm");
/// assert_eq!(consumer.pop(), Ok((0, "alarm")));
/// assert_eq!(consumer.pop(), Ok((1, "telemetry")));
/// ```
pub struct ByClass<'q, T, const C: usize, K = ()> {
    end: Consumer<'q, T, C, K>,
}

impl<'q, T, const C: usize, K> Consumer<'q, T, C, K> {
    /// This end for the [seam](crate::seam), with items that tell their classes.
    #[must_use]
    pub const fn by_class(self) -> ByClass<'q, T, C, K> {
        ByClass { end: self }
    }
}

impl<'q, T, const C: usize, K> ByClass<'q, T, C, K> {
    /// The end behind it.
    pub const fn end(&self) -> &Consumer<'q, T, C, K> {
        &self.end
    }

    /// The end behind it, to pop by it as it is.
    pub const fn end_mut(&mut self) -> &mut Consumer<'q, T, C, K> {
        &mut self.end
    }

    /// The end behind it.
    pub fn into_end(self) -> Consumer<'q, T, C, K> {
        self.end
    }
}

impl<T, const C: usize, K> Pop for ByClass<'_, T, C, K> {
    type Item = (usize, T);

    #[inline(always)]
    fn pop(&mut self) -> Result<(usize, T), PopError> {
        self.end.pop()
    }

    says_what_its_end_says!(Pop);
}

impl<T, const C: usize, K> fmt::Debug for ByClass<'_, T, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByClass").field("end", &self.end).finish()
    }
}
