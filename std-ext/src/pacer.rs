//! A producer's rate, from the level of its queue, in ticks of any clock, or by the clock of the standard library.
//!
//! All but [`InstantPacer`] is in [`forebay_core::pacer`], with the law and its limits.
//!
//! # Examples
//! A thread that sends from 100 to 100,000 items a second, as fast as they are received in the long run:
//! ```
//! use std::thread;
//! use std::time::Duration;
//!
//! use forebay::channel;
//! use forebay::pacer::InstantPacer;
//!
//! let (mut sender, mut receiver) = channel::builder(64).watermarks(48, 16).mpsc()?;
//!
//! let consumer = thread::spawn(move || {
//!     receiver.blocking_iter().inspect(|_item| thread::sleep(Duration::from_micros(200))).count()
//! });
//! let mut pacer = InstantPacer::new(Duration::from_secs(1), 100, 100_000)?;
//! for item in 0..300 {
//!     // `false`: the consumer is gone.
//!     assert!(pacer.pace(|| sender.pressure()));
//!     sender.blocking_send(item)?;
//! }
//! drop(sender);
//! assert_eq!(consumer.join().unwrap(), 300);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! A task, which sleeps by the timer of its runtime:
//! ```
//! # mod tokio { pub mod time { pub async fn sleep(delay: std::time::Duration) { std::thread::sleep(delay) } } }
//! use std::time::{Duration, Instant};
//!
//! use forebay::channel::{self, MpscSender};
//! use forebay::pacer::InstantPacer;
//!
//! async fn produce(mut sender: MpscSender<u32>, mut pacer: InstantPacer) {
//!     for item in 0..20 {
//!         loop {
//!             match pacer.next_delay(Instant::now(), sender.pressure()) {
//!                 Some(Duration::ZERO) => break,
//!                 Some(delay) => tokio::time::sleep(delay).await,
//!                 None => return, // the consumer is gone
//!             }
//!         }
//!         if sender.send(item).await.is_err() {
//!             return;
//!         }
//!         pacer.on_sent(Instant::now());
//!     }
//! }
//!
//! let (sender, mut receiver) = channel::mpsc(32)?;
//! channel::block_on(produce(sender, InstantPacer::new(Duration::from_secs(1), 1000, 1000)?));
//! assert!(receiver.blocking_iter().eq(0..20));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use forebay_core::pacer::*;

#[cfg(feature = "std")]
pub use instant::InstantPacer;

#[cfg(feature = "std")]
mod instant {
    use std::thread;
    use std::time::{Duration, Instant};

    use super::{Pacer, Rates, RatesError};
    use crate::Pressure;

    /// How long ticks are.
    #[derive(Clone, Copy, Debug)]
    enum Tick {
        Nanosecond,
        Microsecond,
    }

    impl Tick {
        /// How many ticks that is, rounded down.
        fn count(self, duration: Duration) -> u64 {
            let ticks = match self {
                Self::Nanosecond => duration.as_nanos(),
                Self::Microsecond => duration.as_micros(),
            };
            u64::try_from(ticks).unwrap_or(u64::MAX)
        }

        const fn duration(self, ticks: u64) -> Duration {
            match self {
                Self::Nanosecond => Duration::from_nanos(ticks),
                Self::Microsecond => Duration::from_micros(ticks),
            }
        }
    }

    /// A [`Pacer`] by the clock of the standard library.
    ///
    /// The time is told to it, as an [`Instant`], by all methods but [`pace`](Self::pace): a runtime with a clock of its own may tell
    /// that one. An instant before the last one counts as that; none makes it panic. Time ends 146 years after the first one.
    #[derive(Clone, Debug)]
    pub struct InstantPacer {
        pacer: Pacer,
        rates: Rates,
        tick: Tick,
        /// In ticks.
        period: u64,
        /// What is made up for, in ticks.
        slack: u64,
        /// The rate for which the pacer has its burst.
        burst_for: u32,
        /// When time began, and how far it has come.
        begin: Option<Instant>,
        now: u64,
    }

    impl InstantPacer {
        /// Time ends there: more must not pass between two calls.
        const MOST: u64 = (1 << 62) - 1;

        /// Paces from `least` to `greatest` items in a `period`, with a start at the least: see [`Rates::new`].
        ///
        /// Time is counted in nanoseconds, and in microseconds if the period is longer than [`Rates::MAX_PERIOD`] of those, which is
        /// 2.1 s.
        ///
        /// # Errors
        /// As [`Rates::new`]; and [`TimeTooLong`](RatesError::TimeTooLong), as the longest period is [`Rates::MAX_PERIOD`] microseconds,
        /// which is 2147 s.
        ///
        /// # Examples
        /// ```
        /// use std::time::Duration;
        ///
        /// use forebay::pacer::{InstantPacer, RatesError};
        ///
        /// let a_minute = Duration::from_secs(60);
        /// assert_eq!(InstantPacer::new(a_minute, 1, 100)?.rate(), 1);
        /// assert_eq!(InstantPacer::new(Duration::ZERO, 1, 100).unwrap_err(), RatesError::ZeroPeriod);
        /// # Ok::<(), RatesError>(())
        /// ```
        pub fn new(period: Duration, least: u32, greatest: u32) -> Result<Self, RatesError> {
            let nanoseconds = Tick::Nanosecond.count(period);
            let (tick, ticks) = if nanoseconds <= u64::from(Rates::MAX_PERIOD) {
                (Tick::Nanosecond, nanoseconds)
            } else {
                (Tick::Microsecond, Tick::Microsecond.count(period))
            };
            let rates = match Rates::new(u32::try_from(ticks).unwrap_or(u32::MAX), least, greatest) {
                Err(RatesError::PeriodTooLong { .. }) => return Err(RatesError::TimeTooLong { period }),
                rates => rates?,
            };
            Ok(Self::of(rates, tick, ticks).with_slack(Duration::from_millis(1)))
        }

        fn of(rates: Rates, tick: Tick, period: u64) -> Self {
            let pacer = Pacer::new(rates);
            Self { burst_for: 0, pacer, rates, tick, period, slack: 0, begin: None, now: 0 }
        }

        /// A pacer like this one that has not begun, with a start at `start` items per period.
        ///
        /// # Errors
        /// When it is not between the least and the greatest rate.
        pub fn starting_at(self, start: u32) -> Result<Self, RatesError> {
            let Self { rates, tick, period, slack, .. } = self;
            Ok(Self { slack, ..Self::of(rates.starting_at(start)?, tick, period) })
        }

        /// The same, but so much lateness is made up for, instead of a millisecond: as many items as come due in that time at the
        /// rate then, and one at least, may go out at once.
        ///
        /// It should be as long as a sleep may end too late. With less than that the producer seems to be the limit, and the rate does
        /// not grow; with more, bursts are longer. Sleeping threads are 0.1 ms late, and timers of runtimes often count in
        /// milliseconds.
        #[must_use]
        pub fn with_slack(self, slack: Duration) -> Self {
            Self { slack: self.tick.count(slack), burst_for: 0, ..self }
        }

        /// How long to wait: zero when an item may go out now, or else look again after that, or sooner if the level changes; `None`
        /// when the queue is closed. See [`Pacer::next_delay`].
        ///
        /// # Examples
        /// ```
        /// use std::time::{Duration, Instant};
        ///
        /// use forebay::Pressure;
        /// use forebay::pacer::InstantPacer;
        ///
        /// let mut pacer = InstantPacer::new(Duration::from_secs(1), 10, 10)?;
        /// let now = Instant::now();
        /// assert_eq!(pacer.next_delay(now, Pressure::Open), Some(Duration::ZERO));
        /// pacer.on_sent(now);
        /// assert_eq!(pacer.next_delay(now, Pressure::Open), Some(Duration::from_millis(100)));
        /// assert_eq!(pacer.next_delay(now, Pressure::Closed), None);
        /// # Ok::<(), forebay::pacer::RatesError>(())
        /// ```
        pub fn next_delay(&mut self, now: Instant, pressure: Pressure) -> Option<Duration> {
            let now = self.ticks(now);
            self.set_burst();
            self.pacer.next_delay(now, pressure).map(|delay| self.tick.duration(delay))
        }

        /// An item went out. Tell it for each one, and not for what the queue has refused.
        pub fn on_sent(&mut self, now: Instant) {
            let now = self.ticks(now);
            self.pacer.on_sent(now);
        }

        /// Sleeps until an item may go out, as a thread, and counts it as sent: send it next, and wait for room if there is none.
        /// `false` when the queue is closed.
        ///
        /// Call it only with an item at hand, as [`next_delay`](Self::next_delay). `pressure` is asked before each sleep.
        pub fn pace(&mut self, mut pressure: impl FnMut() -> Pressure) -> bool {
            loop {
                let now = Instant::now();
                match self.next_delay(now, pressure()) {
                    Some(Duration::ZERO) => {
                        self.on_sent(now);
                        return true;
                    }
                    Some(delay) => thread::sleep(delay),
                    None => return false,
                }
            }
        }

        /// The rate now, in items per period, rounded down.
        #[must_use]
        pub const fn rate(&self) -> u32 {
            self.pacer.rate()
        }

        /// What the queue took from this producer in the last cycle: see [`Pacer::share`].
        #[must_use]
        pub const fn share(&self) -> Option<u32> {
            self.pacer.share()
        }

        /// The time in ticks, which never goes back.
        fn ticks(&mut self, now: Instant) -> u64 {
            let begin = *self.begin.get_or_insert(now);
            let since = self.tick.count(now.saturating_duration_since(begin));
            self.now = self.now.max(since.min(Self::MOST));
            self.now
        }

        /// As many items as come due in the slack.
        fn set_burst(&mut self) {
            let rate = self.pacer.rate();
            if rate != self.burst_for {
                self.burst_for = rate;
                let items = u64::from(rate).saturating_mul(self.slack).div_ceil(self.period);
                let burst = u32::try_from(items).unwrap_or(u32::MAX).max(1);
                self.pacer = self.pacer.clone().with_burst(burst);
            }
        }
    }
}
