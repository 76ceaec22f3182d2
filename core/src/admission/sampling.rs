//! Some of the values, by number or by chance.

use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;

use super::{Fill, Rule};
use crate::sync::{Ordering, SettingUsize};

/// How many of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rate {
    keep: u16,
    of: u16,
}

impl Rate {
    /// Keeps everything.
    pub const ALL: Self = Self { keep: 1, of: 1 };

    /// The greatest `of` there can be.
    pub const MAX: u16 = 4095;

    /// Keeps `keep` values of each `of`.
    ///
    /// # Errors
    /// If it keeps none, or more than there are, or if `of` is above [`MAX`](Self::MAX).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::admission::{Rate, RateError};
    ///
    /// assert!(Rate::new(1, 10).is_ok());
    /// assert_eq!(Rate::new(0, 10), Err(RateError::KeepsNone));
    /// assert_eq!(Rate::new(11, 10), Err(RateError::KeepsMoreThanAll { keep: 11, of: 10 }));
    /// ```
    pub const fn new(keep: u16, of: u16) -> Result<Self, RateError> {
        if keep == 0 {
            Err(RateError::KeepsNone)
        } else if keep > of {
            Err(RateError::KeepsMoreThanAll { keep, of })
        } else if of > Self::MAX {
            Err(RateError::TooFine { of })
        } else {
            Ok(Self { keep, of })
        }
    }

    /// Keeps so many of a hundred.
    ///
    /// # Errors
    /// If it is 0 or above 100.
    pub const fn percent(keep: u16) -> Result<Self, RateError> {
        Self::new(keep, 100)
    }

    /// How many are kept of each [`of`](Self::of).
    #[must_use]
    pub const fn keep(self) -> u16 {
        self.keep
    }

    /// Of how many that many are kept.
    #[must_use]
    pub const fn of(self) -> u16 {
        self.of
    }
}

/// Why there is no such rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RateError {
    /// Nothing would be kept: that is no sample.
    KeepsNone,
    /// More would be kept than there are.
    KeepsMoreThanAll {
        /// What was asked for.
        keep: u16,
        /// What was asked for.
        of: u16,
    },
    /// It is of more than [`Rate::MAX`].
    TooFine {
        /// What was asked for.
        of: u16,
    },
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeepsNone => f.write_str("the rate is 0: a sample keeps something"),
            Self::KeepsMoreThanAll { keep, of: 0 } => {
                write!(f, "the rate keeps {keep} of 0: it is of one value at least")
            }
            Self::KeepsMoreThanAll { keep, of } => write!(f, "the rate keeps {keep} of {of}, which is more than all"),
            Self::TooFine { of } => write!(f, "the rate is one of {of}, and {} is the most", Rate::MAX),
        }
    }
}

impl core::error::Error for RateError {}

/// A rate, and from which fill on it holds: one word that can be changed at any time, from anywhere.
///
/// ```text
///  bits  31      24 23          12 11           0
///       +----------+--------------+--------------+
///       |  above   |     keep     |      of      |
///       +----------+--------------+--------------+
/// ```
pub struct Sampling(SettingUsize);

impl Sampling {
    /// Keeps all while the ring's fill is below `above` (0 to 255, which is full; [`percent`](super::percent) makes one), and from
    /// there on as the rate says. With 0 it always does. A fill is rounded down: half full is 127, and 128 a little more than half.
    #[must_use]
    pub const fn new(rate: Rate, above: u8) -> Self {
        Self(SettingUsize::new(Self::word(rate, above)))
    }

    const fn word(rate: Rate, above: u8) -> usize {
        (above as usize) << 24 | (rate.keep as usize) << 12 | rate.of as usize
    }

    /// Changes it. Each value is decided on by one setting or the other.
    pub fn set(&self, rate: Rate, above: u8) {
        // Relaxed: the setting orders nothing.
        self.0.store(Self::word(rate, above), Ordering::Relaxed);
    }

    /// The rate, and from which fill on it holds.
    #[must_use]
    #[inline]
    pub fn get(&self) -> (Rate, u8) {
        // Relaxed: as above.
        let word = self.0.load(Ordering::Relaxed);
        (Rate { keep: (word >> 12 & 0xFFF) as u16, of: (word & 0xFFF) as u16 }, (word >> 24) as u8)
    }
}

impl fmt::Debug for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rate, above) = self.get();
        f.debug_struct("Sampling").field("rate", &rate).field("above", &above).finish()
    }
}

/// How the values that are kept are chosen.
#[derive(Clone, Copy, Debug)]
enum Choice {
    /// Evenly. The state is what is still owed of a value, in parts of `of`.
    Evenly,
    /// By chance. The state is that of the generator, which is never 0.
    ByChance,
}

impl Choice {
    /// Whether the next one is kept.
    #[inline]
    const fn next(self, state: &mut u32, rate: Rate) -> bool {
        let (keep, of) = (rate.keep as u32, rate.of as u32);
        match self {
            Self::Evenly => {
                // The rate may have been a finer one. It seldom was: a division takes longer than all the rest.
                if *state >= of {
                    *state = match state.checked_rem(of) {
                        Some(owed) => owed,
                        // No rate is of 0.
                        None => 0,
                    };
                }
                *state += keep;
                let kept = *state >= of;
                if kept {
                    *state -= of;
                }
                kept
            }
            Self::ByChance => {
                // G. Marsaglia, *Xorshift RNGs* (2003).
                *state ^= *state << 13;
                *state ^= *state >> 17;
                *state ^= *state << 5;
                (*state as u64 * of as u64) >> 32 < keep as u64
            }
        }
    }
}

/// Keeps k of n values where the ring is rather full.
///
/// Evenly, it keeps exactly `keep` of each `of` in a row, as far apart as they can be; that can go in step with a rhythm of the
/// values. By chance, it keeps each with that probability.
///
/// `S` is a [`Sampling`], or what one can be borrowed from: a reference to one that others change, or an `Arc`.
#[derive(Debug)]
pub struct Sampler<T, S> {
    sampling: S,
    choice: Choice,
    state: u32,
    /// What it was before the last decision.
    before: u32,
    kept_out: usize,
    value: PhantomData<fn(T)>,
}

impl<T, S: Borrow<Sampling>> Sampler<T, S> {
    /// Keeps values evenly, beginning with the last one of the first n/k.
    pub const fn new(sampling: S) -> Self {
        Self::choosing(sampling, Choice::Evenly, 0)
    }

    /// The same, from some other one of them on: `phase` is taken modulo the rate's `of`. Several producers of one rate keep out
    /// of step with phases of their own.
    pub const fn with_phase(sampling: S, phase: u16) -> Self {
        Self::choosing(sampling, Choice::Evenly, phase as u32)
    }

    /// Keeps values by chance. The same seed makes the same choices.
    pub const fn by_chance(sampling: S, seed: u32) -> Self {
        Self::choosing(sampling, Choice::ByChance, if seed == 0 { 0x9E37_79B9 } else { seed })
    }

    const fn choosing(sampling: S, choice: Choice, state: u32) -> Self {
        Self { sampling, choice, state, before: state, kept_out: 0, value: PhantomData }
    }
}

impl<T, S> Sampler<T, S> {
    /// How many values it has kept out. It wraps. It is the count of this rule, and so of one producer.
    pub const fn kept_out(&self) -> usize {
        self.kept_out
    }

    /// Where its rate is set.
    pub const fn sampling(&self) -> &S {
        &self.sampling
    }
}

impl<T, S: Borrow<Sampling>> Rule<T> for Sampler<T, S> {
    type Value = T;

    #[inline]
    fn admit(&mut self, value: T, mut fill: impl Fill) -> Result<T, T> {
        let (rate, above) = self.sampling.borrow().get();
        self.before = self.state;
        if !fill.is_at_least(above) || self.choice.next(&mut self.state, rate) {
            return Ok(value);
        }
        self.kept_out = self.kept_out.wrapping_add(1);
        Err(value)
    }

    fn undo(&mut self, stored: T) -> T {
        self.state = self.before;
        stored
    }

    fn lost(&mut self, stored: T) -> T {
        stored
    }
}
