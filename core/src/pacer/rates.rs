//! Between which rates a pacer paces.

use core::fmt;
use core::time::Duration;

use super::control::FRACTION;

/// The rates that a [`Pacer`](super::Pacer) keeps to, in items per period. A period is some number of the user's ticks: with
/// ticks of a microsecond, 1 000 000 for rates per second, 60 000 000 for rates per minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rates {
    pub(super) period: u32,
    /// The rates in 1/256 of an item per period.
    least: u32,
    pub(super) start: u32,
    greatest: u32,
}

impl Rates {
    /// The greatest rate there can be, in items per period: 2²⁴ − 1.
    pub const MAX: u32 = (1 << 24) - 1;

    /// The longest period there can be, in ticks: 2³¹ − 1.
    pub const MAX_PERIOD: u32 = (1 << 31) - 1;

    /// From `least` to `greatest` items in `period` ticks, with a start at the least.
    ///
    /// The least rate bounds how late a producer that is slowed down looks at the pressure again. The greatest is what the
    /// producer would send if nobody slowed it down.
    ///
    /// # Errors
    /// When a rate or the period is 0 or above its maximum, or when the least rate is above the greatest.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::pacer::{Rates, RatesError};
    ///
    /// const MICROSECONDS: u32 = 1_000_000;
    /// assert!(Rates::new(MICROSECONDS, 1, 5000).is_ok());
    /// assert_eq!(Rates::new(0, 1, 5000), Err(RatesError::ZeroPeriod));
    /// let error = Rates::new(MICROSECONDS, 100, 50).unwrap_err();
    /// assert_eq!(error.to_string(), "the least rate, 100, is above the greatest, 50");
    /// ```
    pub const fn new(period: u32, least: u32, greatest: u32) -> Result<Self, RatesError> {
        if period == 0 {
            return Err(RatesError::ZeroPeriod);
        }
        if period > Self::MAX_PERIOD {
            return Err(RatesError::PeriodTooLong { period });
        }
        if least == 0 {
            return Err(RatesError::ZeroRate);
        }
        if least > greatest {
            return Err(RatesError::LeastAboveGreatest { least, greatest });
        }
        if greatest > Self::MAX {
            return Err(RatesError::TooFast { greatest });
        }
        let (least, greatest) = (least << FRACTION, greatest << FRACTION);
        Ok(Self { period, least, start: least, greatest })
    }

    /// The same with a start at `start` items per period.
    ///
    /// # Errors
    /// When it is not between the least and the greatest rate.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::pacer::Rates;
    ///
    /// let rates = Rates::new(1_000_000, 1, 5000)?;
    /// assert!(rates.starting_at(100).is_ok());
    /// assert!(rates.starting_at(5001).is_err());
    /// # Ok::<(), forebay_core::pacer::RatesError>(())
    /// ```
    pub const fn starting_at(self, start: u32) -> Result<Self, RatesError> {
        let (least, greatest) = (self.least >> FRACTION, self.greatest >> FRACTION);
        if start < least || start > greatest {
            return Err(RatesError::StartOutside { start, least, greatest });
        }
        Ok(Self { start: start << FRACTION, ..self })
    }

    /// The nearest rate that is allowed, in 1/256 of an item per period.
    pub(super) fn clamp(&self, rate: u32) -> u32 {
        rate.max(self.least).min(self.greatest)
    }

    /// The gap of the least rate, in ticks rounded up.
    pub(super) fn longest_gap(&self) -> u64 {
        (u64::from(self.period) << FRACTION).div_ceil(u64::from(self.least.max(1)))
    }
}

/// Why there is no pacer with such rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RatesError {
    /// The period was 0 ticks.
    ZeroPeriod,
    /// The period was above [`Rates::MAX_PERIOD`].
    PeriodTooLong {
        /// In ticks.
        period: u32,
    },
    /// The period, as a time, was above [`Rates::MAX_PERIOD`] microseconds: as pacers say that go by a clock, and not by ticks.
    TimeTooLong {
        /// How long it was.
        period: Duration,
    },
    /// The least rate was 0: a pacer never gives up, or nobody would notice that there is room again.
    ZeroRate,
    /// The least rate was above the greatest.
    LeastAboveGreatest {
        /// In items per period.
        least: u32,
        /// In items per period.
        greatest: u32,
    },
    /// The greatest rate was above [`Rates::MAX`].
    TooFast {
        /// In items per period.
        greatest: u32,
    },
    /// The rate to start at was not between the others.
    StartOutside {
        /// In items per period.
        start: u32,
        /// In items per period.
        least: u32,
        /// In items per period.
        greatest: u32,
    },
}

impl fmt::Display for RatesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroPeriod => f.write_str("the period is 0"),
            Self::PeriodTooLong { period } => {
                write!(f, "the period, {period} ticks, is above {}", Rates::MAX_PERIOD)
            }
            Self::TimeTooLong { period } => {
                let (seconds, micros) = (period.as_secs(), period.subsec_micros());
                let longest = Duration::from_micros(Rates::MAX_PERIOD as u64);
                let (most, and) = (longest.as_secs(), longest.subsec_micros());
                write!(f, "the period, {seconds}.{micros:06} s, is above {most}.{and:06} s")
            }
            Self::ZeroRate => f.write_str("the least rate is 0: it must be at least 1 item per period"),
            Self::LeastAboveGreatest { least, greatest } => {
                write!(f, "the least rate, {least}, is above the greatest, {greatest}")
            }
            Self::TooFast { greatest } => {
                write!(f, "the greatest rate, {greatest} items per period, is above {}", Rates::MAX)
            }
            Self::StartOutside { start, least, greatest } => {
                write!(f, "the rate to start at, {start}, is not between {least} and {greatest}")
            }
        }
    }
}

impl core::error::Error for RatesError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        assert!(Rates::new(1, 1, 1).is_ok());
        assert!(Rates::new(Rates::MAX_PERIOD, Rates::MAX, Rates::MAX).is_ok());
        let rates = Rates::new(1, 2, 4).expect("right");
        assert!(rates.starting_at(2).is_ok() && rates.starting_at(4).is_ok());
        assert_eq!((rates.clamp(511), rates.clamp(600), rates.clamp(1025)), (512, 600, 1024));
        let gap = |period, least| Rates::new(period, least, Rates::MAX).map(|rates| rates.longest_gap());
        assert_eq!((gap(1, 2), gap(10, 3)), (Ok(1), Ok(4)));
        assert_eq!(gap(Rates::MAX_PERIOD, 1), Ok(Rates::MAX_PERIOD.into()));
    }

    #[test]
    fn the_greatest_rate_and_the_longest_period_are_as_documented() {
        assert_eq!((Rates::MAX, Rates::MAX_PERIOD), (16_777_215, 2_147_483_647));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let (longest, fastest) = (Rates::MAX_PERIOD + 1, Rates::MAX + 1);
        assert_eq!(Rates::new(0, 1, 1), Err(RatesError::ZeroPeriod));
        assert_eq!(Rates::new(longest, 1, 1), Err(RatesError::PeriodTooLong { period: longest }));
        assert_eq!(Rates::new(1, 0, 0), Err(RatesError::ZeroRate));
        assert_eq!(Rates::new(1, 2, 1), Err(RatesError::LeastAboveGreatest { least: 2, greatest: 1 }));
        assert_eq!(Rates::new(1, 1, fastest), Err(RatesError::TooFast { greatest: fastest }));
        let rates = Rates::new(1, 2, 4).expect("right");
        for start in [1, 5] {
            assert_eq!(rates.starting_at(start), Err(RatesError::StartOutside { start, least: 2, greatest: 4 }));
        }
    }
}
