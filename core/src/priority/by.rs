//! A producer whose values say which class they are of.

#![forbid(unsafe_code)]

use core::fmt;

use super::Producer;
use crate::seam::{Push, says_what_its_end_says};
use crate::{Pressure, PushError, Pushed};

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
