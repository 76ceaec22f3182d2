//! The pressure of a ring: one word that its ends change at the watermarks, and everybody can read.
//!
//! ```text
//!  usize::BITS-1                                2   1   0
//!     +--------------------------------------------+-----+
//!     | how often it has changed                   |level|
//!     +--------------------------------------------+-----+
//! ```
//!
//! Producers raise the level after they have published an item that fills the ring up to the high watermark, or been refused;
//! the consumer lowers it after it has taken one that empties the ring to the low watermark, or found it empty. Neither looks
//! at the level but at those places: the ring tells them where they are.
//!
//! ## Why it is never stuck
//! A producer raises the level by what it knew of the consumer, which may have emptied the ring since, and wait for an item
//! now that never comes, since the producers wait for the level to fall (known from netty's issue 4739). So whoever raises it
//! looks at the ring once more: raise (`G2`), fence (`G4`), look. And whoever waits for an item looks once more before it
//! does: take, fence, pop, which looks at the level (`G1`) when it finds nothing. Of these two looks one sees what the other
//! side did before its fence. A consumer that polls has no need of that fence: it looks again anyway.
//!
//! It is the other way around, too: who lowers it (`G3`) looks at the ring once more, and raises it again if producers have
//! filled it meanwhile. A push that is being published at that moment may be missed. The level is too low then by that one
//! push, until the next one, which looks at the level again since it is beyond the watermark.

#![forbid(unsafe_code)]

use core::fmt;

use crate::Pressure;
use crate::sync::{AtomicUsize, Ordering, SwapUsize, fence, has_pressure};

/// Where the pressure of a ring rises and falls, in items.
///
/// It becomes [`Slow`](Pressure::Slow) when the ring fills up to the high mark, and is [`Open`](Pressure::Open) again when the
/// ring has been emptied down to the low one. In between it stays as it is, so that it doesn't flap.
///
/// # Choosing
/// With items that come at a rate λ and leave at μ, from N producers that each may push b more before they take notice after a
/// delay d: the capacity should be at least `high + (λ − μ) · d + N · b`, so that nothing is refused, and `low` at least
/// `μ · d`, so that the consumer doesn't run dry. The level changes about `2 / (Δ / (λ − μ) + Δ / μ)` times a second, Δ being
/// `high − low`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Watermarks {
    high: usize,
    low: usize,
}

impl Watermarks {
    /// Two marks.
    ///
    /// # Errors
    /// If the low mark is not below the high one.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{WatermarkError, Watermarks};
    ///
    /// let marks = Watermarks::new(48, 16)?;
    /// assert_eq!((marks.high(), marks.low()), (48, 16));
    /// assert_eq!(Watermarks::new(16, 16), Err(WatermarkError::LowNotBelowHigh { high: 16, low: 16 }));
    /// # Ok::<(), WatermarkError>(())
    /// ```
    pub const fn new(high: usize, low: usize) -> Result<Self, WatermarkError> {
        if low < high { Ok(Self { high, low }) } else { Err(WatermarkError::LowNotBelowHigh { high, low }) }
    }

    /// A high mark, and a low one at half of it.
    ///
    /// # Errors
    /// If the high mark is 0.
    pub const fn high_and_half(high: usize) -> Result<Self, WatermarkError> {
        Self::new(high, high / 2)
    }

    /// Those of a ring for which none were set: the pressure is [`Stop`](Pressure::Stop) when the ring is full, until it is half
    /// empty, and never [`Slow`](Pressure::Slow).
    pub(crate) const fn of_capacity(capacity: usize) -> Self {
        Self { high: capacity, low: capacity / 2 }
    }

    /// For a ring of this capacity.
    pub(crate) const fn checked(self, capacity: usize) -> Result<Self, WatermarkError> {
        if self.high <= capacity {
            Ok(self)
        } else {
            Err(WatermarkError::HighAboveCapacity { high: self.high, capacity })
        }
    }

    /// The number of items at which the pressure rises.
    #[must_use]
    pub const fn high(self) -> usize {
        self.high
    }

    /// The number of items at which it falls.
    #[must_use]
    pub const fn low(self) -> usize {
        self.low
    }

    /// The level of so many items, where nothing was before.
    pub(crate) const fn level(self, len: usize, capacity: usize) -> Pressure {
        if len >= capacity {
            Pressure::Stop
        } else if len >= self.high {
            Pressure::Slow
        } else {
            Pressure::Open
        }
    }
}

/// Why watermarks can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WatermarkError {
    /// The low mark is not below the high one: the level would rise and fall at the same item.
    LowNotBelowHigh {
        /// What was asked for.
        high: usize,
        /// What was asked for.
        low: usize,
    },
    /// The ring never holds as many items as the high mark.
    HighAboveCapacity {
        /// What was asked for.
        high: usize,
        /// What the ring holds at most.
        capacity: usize,
    },
}

impl fmt::Display for WatermarkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LowNotBelowHigh { high, low } => {
                write!(f, "the low watermark ({low}) is not below the high one ({high})")
            }
            Self::HighAboveCapacity { high, capacity } => {
                write!(f, "the high watermark ({high}) is above the capacity ({capacity})")
            }
        }
    }
}

impl core::error::Error for WatermarkError {}

/// What an observer has seen of a ring's pressure, so that it is told of changes only.
///
/// A new one ([`Default`]) has seen a ring that is [`Open`](Pressure::Open). It tells changes apart as long as there are not
/// exactly 2<sup>BITS − 2</sup> of them between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Seen(usize);

/// The level, and where it changes.
pub(crate) struct Gauge {
    word: SwapUsize,
    /// The watermarks, or 0 and 0 for those that go with the capacity: so a ring can be all zeros at first.
    high: AtomicUsize,
    low: AtomicUsize,
}

/// The level that lies in the word.
const fn level(word: usize) -> Pressure {
    Pressure::from_u8((word & LEVEL) as u8)
}

/// The bits of the level.
const LEVEL: usize = 3;

/// The word after one more change.
const fn next(word: usize, level: Pressure) -> usize {
    (word & !LEVEL).wrapping_add(LEVEL + 1) | level as usize
}

impl Gauge {
    pub(crate) const fn new() -> Self {
        Self { word: SwapUsize::new(0), high: AtomicUsize::new(0), low: AtomicUsize::new(0) }
    }

    #[inline(always)]
    fn load(&self) -> usize {
        // [G1] Relaxed: the level orders nothing. That it is seen is the matter of the fences.
        if has_pressure() { self.word.load(Ordering::Relaxed) } else { 0 }
    }

    /// The level now.
    #[inline(always)]
    pub(crate) fn level(&self) -> Pressure {
        level(self.load())
    }

    /// The level now, if it has changed since it was `seen`.
    #[inline]
    pub(crate) fn since(&self, seen: &mut Seen) -> Option<Pressure> {
        let word = self.load();
        if word == seen.0 {
            return None;
        }
        seen.0 = word;
        Some(level(word))
    }

    #[inline(never)]
    pub(crate) fn marks(&self, capacity: usize) -> Watermarks {
        if !has_pressure() {
            return Watermarks::of_capacity(capacity);
        }
        // Relaxed, both: either is one that was set, and the pair is put in order below.
        let (high, low) = (self.high.load(Ordering::Relaxed), self.low.load(Ordering::Relaxed));
        match high.checked_sub(1) {
            Some(below) => Watermarks { high, low: if low < below { low } else { below } },
            None => Watermarks::of_capacity(capacity),
        }
    }

    pub(crate) fn set_marks(&self, marks: Watermarks) {
        // Relaxed, both: as above.
        self.high.store(marks.high, Ordering::Relaxed);
        // Relaxed: as above.
        self.low.store(marks.low, Ordering::Relaxed);
    }

    /// For whoever has the ring to itself.
    pub(crate) fn reset(&self, level: Pressure) {
        let word = self.load();
        if has_pressure() && word & LEVEL != level as usize {
            // Relaxed: nobody else has the ring.
            self.word.store(next(word, level), Ordering::Relaxed);
        }
    }

    /// A producer has published an item, or been refused, and the ring has so many items by what it knows: the level is to be
    /// `wanted` at least. `look` counts the items anew, if there is still a consumer.
    #[inline(always)]
    pub(crate) fn raise(&self, wanted: Pressure, low: usize, look: impl Fn() -> Option<usize>) {
        if self.is_below(wanted) {
            self.raise_to(wanted, low, look);
        }
    }

    #[cold]
    fn raise_to(&self, wanted: Pressure, low: usize, look: impl Fn() -> Option<usize>) {
        let mut word = self.load();
        let raised = loop {
            if level(word) >= wanted {
                return;
            }
            // [G2] Relaxed: [G4] makes it seen.
            match self.exchange(word, next(word, wanted)) {
                Ok(()) => break next(word, wanted),
                Err(now) => word = now,
            }
        };
        // [G4] SeqCst: pairs with the fence of a consumer that is about to wait. Orders: the raise before our look, so that
        // either we see what it took, or it sees the level.
        fence(Ordering::SeqCst);
        match look() {
            None => self.close(),
            Some(len) if len <= low => {
                // If somebody else has changed it meanwhile, that was with a look of its own.
                let _ = self.exchange(raised, next(raised, Pressure::Open));
            }
            Some(_) => {}
        }
    }

    /// Whether a producer has something to raise.
    #[inline(always)]
    pub(crate) fn is_below(&self, wanted: Pressure) -> bool {
        has_pressure() && self.level() < wanted
    }

    /// Whether there is nothing to lower.
    #[inline(always)]
    pub(crate) fn is_open(&self) -> bool {
        self.load() & LEVEL == 0
    }

    /// Whether the consumer has something to lower.
    #[inline(always)]
    pub(crate) fn is_raised(&self) -> bool {
        matches!(self.level(), Pressure::Slow | Pressure::Stop)
    }

    /// The consumer lowers the level if there are few enough items. `look` counts them anew.
    #[cold]
    pub(crate) fn lower(&self, capacity: usize, look: impl Fn() -> usize) {
        let marks = self.marks(capacity);
        loop {
            let word = self.load();
            if !matches!(level(word), Pressure::Slow | Pressure::Stop) || look() > marks.low {
                return;
            }
            // [G3] Relaxed: as [G2].
            if self.exchange(word, next(word, Pressure::Open)).is_ok() {
                break;
            }
        }
        // [G5] SeqCst: orders the change before our look.
        fence(Ordering::SeqCst);
        let wanted = marks.level(look(), capacity);
        let word = self.load();
        if level(word) < wanted {
            // If somebody else has changed it meanwhile, that was a producer with a look of its own.
            let _ = self.exchange(word, next(word, wanted));
        }
    }

    /// From now on nothing is taken out.
    pub(crate) fn close(&self) {
        if !has_pressure() {
            return;
        }
        let mut word = self.load();
        while level(word) != Pressure::Closed {
            match self.exchange(word, next(word, Pressure::Closed)) {
                Ok(()) => return,
                Err(now) => word = now,
            }
        }
    }

    /// Changes the word, if it is still as it was.
    #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
    fn exchange(&self, current: usize, new: usize) -> Result<(), usize> {
        // Relaxed, both: as the callers say.
        match self.word.compare_exchange(current, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(now) => Err(now),
        }
    }

    /// The same on a core that has no exchange: there is one producer then, and what comes between the load and the store is
    /// an interrupt with the other end, which does all of what it does. If it lowers what we raise, we have not published yet or
    /// look once more; if it raises what we lower, its next push does so again; if it goes, our look says so.
    #[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
    fn exchange(&self, current: usize, new: usize) -> Result<(), usize> {
        let now = self.load();
        if now != current {
            return Err(now);
        }
        // Relaxed: as above.
        self.word.store(new, Ordering::Relaxed);
        Ok(())
    }
}

/// How full a ring is, from 0 to 255, which is full.
pub(crate) const fn fill(len: usize, capacity: usize) -> u8 {
    if len >= capacity {
        return u8::MAX;
    }
    let fill = match len.checked_mul(u8::MAX as usize) {
        Some(product) => product / capacity,
        None => len / (capacity / u8::MAX as usize + 1),
    };
    fill as u8
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn fill_is_a_share() {
        assert_eq!((fill(0, 1), fill(1, 1)), (0, 255));
        assert_eq!((fill(0, 4), fill(1, 4), fill(2, 4), fill(3, 4), fill(4, 4)), (0, 63, 127, 191, 255));
        assert_eq!(fill(usize::MAX / 2, usize::MAX), 127);
        for capacity in 1..600 {
            let fills: Vec<u8> = (0..=capacity).map(|len| fill(len, capacity)).collect();
            assert!(fills.is_sorted());
            assert_eq!(fills.iter().filter(|&&fill| fill == 255).count(), 1, "only full is full: {capacity}");
        }
    }
}
