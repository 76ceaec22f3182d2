//! By importance.

use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;

use super::{Fill, Rule};
use crate::sync::{Ordering, SettingU8};

/// Up to which fill each class is let in. They can be changed at any time, from anywhere.
///
/// Class 0 is the most important one.
#[derive(Debug)]
pub struct Thresholds<const C: usize>([SettingU8; C]);

impl<const C: usize> Thresholds<C> {
    /// Class `c` is let in while the ring's fill (0 to 255, which is full; [`percent`](super::percent) makes one) is below `fills[c]`;
    /// at 255 always, as far as this rule goes, so that the ring's own policy decides when it is full.
    ///
    /// # Errors
    /// If a class would be let in where a more important one is not.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::admission::{ThresholdError, Thresholds, percent};
    ///
    /// assert!(Thresholds::new([255, percent::<75>(), percent::<25>()]).is_ok());
    /// assert_eq!(Thresholds::new([64, 192]).unwrap_err(), ThresholdError { class: 1 });
    /// ```
    pub const fn new(fills: [u8; C]) -> Result<Self, ThresholdError> {
        if let Err(error) = Self::check(&fills) {
            return Err(error);
        }
        let mut thresholds = [const { SettingU8::new(0) }; C];
        let mut class = 0;
        while class < C {
            thresholds[class] = SettingU8::new(fills[class]);
            class += 1;
        }
        Ok(Self(thresholds))
    }

    const fn check(fills: &[u8; C]) -> Result<(), ThresholdError> {
        const { assert!(C > 0, "there is at least one class") };
        let mut class = 1;
        while class < C {
            if fills[class] > fills[class - 1] {
                return Err(ThresholdError { class });
            }
            class += 1;
        }
        Ok(())
    }

    /// Changes them. They change one after another, from the most important class on.
    ///
    /// # Errors
    /// As [`new`](Self::new), and then nothing is changed.
    pub fn set(&self, fills: [u8; C]) -> Result<(), ThresholdError> {
        Self::check(&fills)?;
        for (threshold, fill) in self.0.iter().zip(fills) {
            // Relaxed: a threshold orders nothing.
            threshold.store(fill, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Up to which fill a class is let in. One beyond the last is as the last.
    #[must_use]
    #[inline]
    pub fn get(&self, class: usize) -> u8 {
        let threshold = self.0.get(class).or(self.0.last());
        // Relaxed: as above.
        threshold.map_or(u8::MAX, |threshold| threshold.load(Ordering::Relaxed))
    }
}

/// A class would be let in where a more important one is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ThresholdError {
    /// The first class whose threshold is above that of the class before it.
    pub class: usize,
}

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the threshold of class {} is above that of the more important class before it", self.class)
    }
}

impl core::error::Error for ThresholdError {}

/// Lets each class in up to its own fill, so that there is room for the more important ones.
///
/// `H` is [`Thresholds`], or what they can be borrowed from; `F` tells a value's class. A class beyond the last counts as the last.
#[derive(Debug)]
pub struct Classes<T, H, F, const C: usize> {
    thresholds: H,
    class_of: F,
    kept_out: [usize; C],
    value: PhantomData<fn(T)>,
}

impl<T, H: Borrow<Thresholds<C>>, F: FnMut(&T) -> usize, const C: usize> Classes<T, H, F, C> {
    /// Nothing has been kept out yet.
    pub const fn new(thresholds: H, class_of: F) -> Self {
        Self { thresholds, class_of, kept_out: [0; C], value: PhantomData }
    }
}

impl<T, H, F, const C: usize> Classes<T, H, F, C> {
    /// How many values of a class have been kept out. It wraps. There are none of a class beyond the last.
    ///
    /// It is the count of this rule, and so of one producer: add up those of several. What finds the ring full isn't in it.
    pub fn kept_out(&self, class: usize) -> usize {
        self.kept_out.get(class).copied().unwrap_or(0)
    }
}

impl<T, H: Borrow<Thresholds<C>>, F: FnMut(&T) -> usize, const C: usize> Rule<T> for Classes<T, H, F, C> {
    type Value = T;

    #[inline]
    fn admit(&mut self, value: T, mut fill: impl Fill) -> Result<T, T> {
        let class = (self.class_of)(&value).min(C - 1);
        let threshold = self.thresholds.borrow().get(class);
        if threshold == u8::MAX || !fill.is_at_least(threshold) {
            return Ok(value);
        }
        if let Some(count) = self.kept_out.get_mut(class) {
            *count = count.wrapping_add(1);
        }
        Err(value)
    }

    fn undo(&mut self, stored: T) -> T {
        stored
    }

    fn lost(&mut self, stored: T) -> T {
        stored
    }
}
