//! After a queue: what has become too old is not delivered, by any clock, or by that of the standard library.
//!
//! All but [`InstantClock`] is in [`forebay_core::expiry`], and said there.
//!
//! # Examples
//! A channel whose receiver gets nothing that has been inside for longer than 100 ms. What is too old leaves its room to those who
//! wait for some:
//! ```
//! use std::time::Duration;
//!
//! use forebay::expiry::{Expiring, InstantClock, MaxAge, Stamping};
//! use forebay::{channel, mpsc};
//!
//! let clock = InstantClock::new();
//! let max_age = MaxAge::new(clock.age(Duration::from_millis(100)));
//! let (producer, consumer) = mpsc::ring(64)?;
//! let (mut sender, mut receiver) = channel::over(Stamping::new(producer, clock), Expiring::new(consumer, clock, max_age));
//!
//! let worker = std::thread::spawn(move || {
//!     let served = receiver.blocking_iter().count();
//!     (served, receiver.end().expired())
//! });
//! for request in 0..100 {
//!     sender.blocking_send(request).unwrap();
//! }
//! drop(sender);
//! let (served, expired) = worker.join().unwrap();
//! assert_eq!(served + expired, 100);
//! # Ok::<(), forebay::CapacityError>(())
//! ```
//!
//! # Deadlines
//! Each value may have its own: stamp it with that in place of the time, and let nothing be older than 0 ticks. What is still to come
//! is not old.
//! ```
//! use std::time::{Duration, Instant};
//!
//! use forebay::expiry::{Expiring, InstantClock, MaxAge, Stamped};
//! use forebay::spsc;
//!
//! let clock = InstantClock::new();
//! let (mut producer, consumer) = spsc::ring(8)?;
//! let mut consumer = Expiring::new(consumer, clock, MaxAge::new(0));
//!
//! let begin = Instant::now();
//! producer.push(Stamped { value: "in a minute", at: clock.at(begin + Duration::from_secs(60)) }).unwrap();
//! producer.push(Stamped { value: "at once", at: clock.at(begin) }).unwrap();
//! std::thread::sleep(Duration::from_millis(1));
//! assert_eq!(consumer.pop(), Ok("in a minute"));
//! assert!(consumer.pop().is_err());
//! assert_eq!(consumer.expired(), 1);
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::expiry::*;

#[cfg(feature = "std")]
pub use instant::InstantClock;

#[cfg(feature = "std")]
mod instant {
    use std::time::{Duration, Instant};

    use super::Clock;

    /// The clock of the standard library, in ticks of a microsecond.
    ///
    /// Copies of it agree; two that were made apart don't. With it [`Flush`](crate::flush::Flush) and [`credit`](crate::credit) have
    /// their ticks too.
    ///
    /// No instant and no duration makes it panic: ticks end before 2⁶², which are 146,000 years.
    ///
    /// # Examples
    /// A batch every 16 ms:
    /// ```
    /// use std::num::{NonZeroU64, NonZeroUsize};
    /// use std::thread::sleep;
    /// use std::time::Duration;
    ///
    /// use forebay::expiry::InstantClock;
    /// use forebay::flush::Flush;
    /// use forebay::spsc;
    ///
    /// let clock = InstantClock::new();
    /// let (mut producer, consumer) = spsc::ring(8)?;
    /// let frame = NonZeroU64::new(clock.ticks(Duration::from_millis(16))).expect("not 0");
    /// let mut flush = Flush::new(consumer, clock, frame, NonZeroUsize::MAX);
    /// producer.push_iter(0..5);
    /// assert_eq!(flush.oldest(|_item| ()), Some(5));
    /// sleep(clock.duration(flush.wait()));
    /// assert_eq!(flush.oldest(|_item| ()), Some(0));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[derive(Clone, Copy, Debug)]
    pub struct InstantClock {
        origin: Instant,
    }

    impl InstantClock {
        const MOST: u64 = (1 << 62) - 1;

        /// Its time begins now.
        #[must_use]
        pub fn new() -> Self {
            Self { origin: Instant::now() }
        }

        /// What it shows at that instant, which may be before it was made: then ticks have wrapped.
        #[must_use]
        #[inline]
        pub fn at(&self, instant: Instant) -> u64 {
            match instant.checked_duration_since(self.origin) {
                Some(since) => Self::whole(since),
                None => {
                    // The ticks before the origin are as long as those after it, and that of the instant began before it.
                    let before = self.origin.saturating_duration_since(instant);
                    self.ticks(before).wrapping_neg()
                }
            }
        }

        /// How many ticks that is, rounded up: what is no older than the duration is no older than so many ticks.
        #[must_use]
        #[inline]
        pub fn ticks(&self, duration: Duration) -> u64 {
            let begun = u64::from(duration.subsec_nanos() % 1000 > 0);
            (Self::whole(duration) + begun).min(Self::MOST)
        }

        /// The same for a [`MaxAge`](super::MaxAge). What is longer than a `usize` can say is no limit: with 32 bits, more than 71
        /// minutes.
        #[must_use]
        pub fn age(&self, duration: Duration) -> usize {
            usize::try_from(self.ticks(duration)).unwrap_or(usize::MAX)
        }

        /// How long so many ticks are.
        #[must_use]
        pub const fn duration(&self, ticks: u64) -> Duration {
            Duration::from_micros(ticks)
        }

        /// How many ticks that is, rounded down.
        #[inline]
        fn whole(duration: Duration) -> u64 {
            u64::try_from(duration.as_micros()).map_or(Self::MOST, |ticks| ticks.min(Self::MOST))
        }
    }

    impl Default for InstantClock {
        fn default() -> Self {
            Self::new()
        }
    }

    impl Clock for InstantClock {
        #[inline]
        fn now(&self) -> u64 {
            self.at(Instant::now())
        }
    }
}
