//! A producer's rate, from the level of its queue: additive increase, multiplicative decrease, in integers, without a clock.
//!
//! A [`Pacer`] is told the time and the [`Pressure`], and says how long to wait before the next item. It knows neither the
//! queue's capacity nor its watermarks, neither the consumer's rate nor how many other producers there are.
//!
//! # Examples
//! A producer that would send 100 items a second, and a consumer that takes 25, by way of a queue for 50:
//! ```
//! use forebay_core::Pressure;
//! use forebay_core::pacer::{Pacer, Rates};
//!
//! // Time is in microseconds here.
//! let mut pacer = Pacer::new(Rates::new(1_000_000, 1, 100)?.starting_at(100)?);
//! let (mut depth, mut pressure, mut most) = (0, Pressure::Open, 0);
//! let (mut sent_at, mut served_at, mut sent) = (0, 0, 0);
//! for now in 0..60_000_000 {
//!     if now >= sent_at {
//!         match pacer.next_delay(now, pressure) {
//!             Some(0) => {
//!                 pacer.on_sent(now);
//!                 (depth, sent) = (depth + 1, sent + 1);
//!                 most = most.max(depth);
//!             }
//!             Some(delay) => sent_at = now + delay,
//!             None => unreachable!("the queue is not closed"),
//!         }
//!     }
//!     if now >= served_at && depth > 0 {
//!         (depth, served_at) = (depth - 1, now + 40_000);
//!     }
//!     pressure = match depth {
//!         50.. => Pressure::Stop,
//!         40.. => Pressure::Slow,
//!         ..=20 => Pressure::Open,
//!         _ => pressure,
//!     };
//! }
//! assert!(most <= 50);
//! assert!((1500..=1550).contains(&sent), "60 s of service and what is inside");
//! assert_eq!(pacer.share(), Some(25));
//! # Ok::<(), forebay_core::pacer::RatesError>(())
//! ```
//!
//! A ring, and the clock of the standard library. A tick can be anything that [`Rates`] counts in; here it is a microsecond since the
//! producer began:
//! ```
//! use std::thread::{scope, sleep};
//! use std::time::{Duration, Instant};
//!
//! use forebay_core::pacer::{Pacer, Rates};
//! use forebay_core::{PopError, PushError, Watermarks, spsc::Ring};
//!
//! let mut ring = Ring::<u32, 64>::new();
//! let (mut producer, mut consumer) = ring.split();
//! producer.set_watermarks(Watermarks::new(48, 16)?)?;
//!
//! // From 100 to 100,000 items a second. This clock's sleep ends some time after it should: 10 items are made up for.
//! let mut pacer = Pacer::new(Rates::new(1_000_000, 100, 100_000)?).with_burst(10);
//! let begin = Instant::now();
//! let ticks = || begin.elapsed().as_micros() as u64; // enough for 584,000 years
//!
//! let received = scope(|threads| {
//!     let consumer = threads.spawn(move || {
//!         let mut received = 0;
//!         loop {
//!             match consumer.pop() {
//!                 Ok(item) => {
//!                     assert_eq!(item, received);
//!                     received += 1;
//!                     sleep(Duration::from_micros(200)); // its work
//!                 }
//!                 Err(PopError::Empty) => sleep(Duration::from_micros(200)),
//!                 Err(PopError::Closed) => return received,
//!             }
//!         }
//!     });
//!     for mut item in 0..300 {
//!         // `None`: the consumer is gone.
//!         while let Some(delay) = pacer.next_delay(ticks(), producer.pressure()) {
//!             if delay > 0 {
//!                 sleep(Duration::from_micros(delay));
//!                 continue;
//!             }
//!             match producer.push(item) {
//!                 Ok(()) => {
//!                     pacer.on_sent(ticks());
//!                     break;
//!                 }
//!                 Err(PushError::Full(refused)) => item = refused,
//!                 Err(error) => panic!("{error}"),
//!             }
//!         }
//!     }
//!     drop(producer);
//!     consumer.join().expect("it does not panic")
//! });
//! assert_eq!(received, 300);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A source that knows stop and go only
//! It has no rate to be set, and needs no pacer, but the pressure alone. A serial line is stopped by `XOFF` and goes on at `XON`:
//! ```
//! use core::mem;
//! use std::collections::VecDeque;
//!
//! use forebay_core::{PushError, Watermarks};
//! use forebay_core::spsc::{Producer, Ring};
//!
//! const XON: u8 = 0x11;
//! const XOFF: u8 = 0x13;
//!
//! /// The driver of the line.
//! struct Driver<'q> {
//!     received: Producer<'q, u8>,
//!     /// What was said last.
//!     stopped: bool,
//! }
//!
//! impl Driver<'_> {
//!     /// In the interrupt, for each byte.
//!     fn receive(&mut self, byte: u8) -> Result<(), PushError<u8>> {
//!         self.received.push(byte)
//!     }
//!
//!     /// In the same one after that, and in that of a timer: what is to be said to the other side, if anything.
//!     fn flow(&mut self) -> Option<u8> {
//!         // `Slow`, `Stop` and `Closed` are `XOFF`, `Open` is `XON`.
//!         let stop = self.received.pressure().is_raised();
//!         (mem::replace(&mut self.stopped, stop) != stop).then_some(if stop { XOFF } else { XON })
//!     }
//! }
//!
//! // What we say is heard 16 bytes later. So there is room for so many and some more above the high mark, and there are enough
//! // below the low one for the consumer not to run dry until the other side goes on.
//! let mut ring = Ring::<u8, 64>::new();
//! let (mut received, mut consumer) = ring.split();
//! received.set_watermarks(Watermarks::new(44, 16)?)?;
//! let mut driver = Driver { received, stopped: false };
//! let mut said = VecDeque::from([None; 16]);
//!
//! // The other side sends three bytes in the time in which one is read.
//! let (mut goes, mut sent, mut read, mut offs) = (true, 0_u32, 0_u32, 0);
//! for time in 0..30_000 {
//!     if goes {
//!         driver.receive(sent as u8)?; // never refused
//!         sent += 1;
//!     }
//!     if time % 3 == 2 {
//!         assert_eq!(consumer.pop()?, read as u8); // never empty
//!         read += 1;
//!     }
//!     said.push_back(driver.flow());
//!     match said.pop_front().flatten() {
//!         Some(XOFF) => (goes, offs) = (false, offs + 1),
//!         Some(_) => goes = true,
//!         None => {}
//!     }
//! }
//! assert_eq!(read, 10_000);
//! assert!((100..300).contains(&offs));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! A line that loses an `XON` stands still for ever: say it again from time to time while the level is `Open`. Where both sides can
//! send frames, [`credit`](crate::credit) does better.
//!
//! # The law
//! Sources: V. Jacobson, *Congestion avoidance and control* (1988), for the quick start and the decrease; D.-M. Chiu and
//! R. Jain, *Analysis of the increase and decrease algorithms for congestion avoidance in computer networks* (1989), for why
//! the increase is additive; RFC 9002 and RFC 7661, for no increase while the sender is the limit; ITU-T I.371, for the
//! spacing of items. Deviations: the signal is a level with hysteresis and not a loss, so increase and decrease swing about a
//! share that is measured, and all times are taken from the signal itself.
//!
//! - **Quick start.** The rate doubles every two of its gaps until the first signal, which halves it.
//! - **Share.** A *cycle* lasts from one fall of the level to the next. At both the queue is at its low watermark, so what was
//!   sent in a cycle is what was taken: items through time is this producer's share s of the consumer's rate μ, exactly,
//!   whatever happened in between. Parts of an item count, so a cycle may be shorter than a gap.
//! - **Decrease.** The level rises: the rate becomes 7/8 s. The *drain* D is how long the level stays raised. If it stays so for
//!   longer than the last time, the rate loses another eighth once per D, or a half at `Stop`, when nothing is sent anyway.
//! - **Increase.** The level falls: the rate becomes s and an increment, which is 4 items per D; every D/4 another
//!   increment comes to it, twice that of before. None comes while the producer leaves allowance unused.
//! - **Outliers.** From one cycle to the next, s falls by a half at most, by an eighth if the producer was the limit, and D
//!   changes by a factor of 4 at most. At `Stop` the rate keeps an eighth of s. The first D is 4 gaps of the least rate at most:
//!   a consumer that begins an hour late says nothing of the hour after it.
//!
//! Why these numbers, for watermarks Δ apart and n producers:
//!
//! - At 7/8 μ the queue drains by μ/8, so D = 8 Δ/μ. It is the only time that all producers of a queue can see and that depends
//!   on nothing but the queue: no unit of time needs to be chosen, and any μ will do.
//! - k increments have brought n (2^(k+1) − 2 − k) items: the queue fills in k ≈ log2(Δ/2n + 1) quarters of D, never mind how
//!   wrong the first one was. By then the rates exceed μ by between 2 Δ/D = μ/4 and, a step later, 4 Δ/D = μ/2. So they swing
//!   between 7/8 μ and about 3/2 μ, and the level changes twice in D (1 + k/4): with Δ = 20 about every 7 Δ/μ, at 25 items a
//!   second every 6 s. Without a pacer, by stop and go, it changes `2 / (Δ/(λ−μ) + Δ/μ)` times a second for an offered
//!   rate λ: with λ = 100, 1.9 times.
//! - The mean over cycles is μ unless the queue runs empty, and it doesn't: after a fall the rates are above μ at once.
//! - Increments are the same for all, decreases in proportion, so shares become equal: with the level raised half of the time
//!   a difference loses 1/16 in a cycle. A level is looked at 16 times in a D at least: a producer whose items are further apart
//!   than that would see it by chance.
//!
//! # Limits
//! - The least rate must be below 7/8 of the consumer's, or only `Stop` holds the producer: nothing is lost, but the queue
//!   stays full.
//! - Ticks must not be longer than the consumer takes for an item.
//! - Shares become equal among producers that obey the same law, where Δ is at least their number and 8, and there is some room
//!   above the high watermark. How soon, depends on the slowest start: it is at the mercy of its own first items.
//! - Nothing is sent at `Stop`, so one producer never meets a full queue; of n that look at the same time n − 1 may.

#![forbid(unsafe_code)]

mod control;
mod rates;
mod schedule;

use core::mem;

use self::control::{Control, FRACTION};
pub use self::rates::{Rates, RatesError};
use self::schedule::Schedule;
use crate::pressure::Pressure;

/// How fast to send, from the pressure of the queue that is sent to. The [module](self) says by what law.
///
/// What it answers is a function of what it was told: it has no clock, and no chance is in it. Times are ticks of any clock
/// that does not go backwards, and may wrap; between two calls less than 2⁶² ticks pass.
///
/// # Memory
/// At most 120 bytes, whatever the rates.
///
/// # Progress
/// Every method is wait-free. A call that changes the rate divides 64-bit numbers, six times at most; the others add and
/// multiply.
///
/// # Examples
/// ```
/// use forebay_core::Pressure;
/// use forebay_core::pacer::{Pacer, Rates};
///
/// let mut pacer = Pacer::new(Rates::new(1000, 10, 100)?); // time in milliseconds, rates per second
/// assert_eq!(pacer.next_delay(0, Pressure::Open), Some(0));
/// pacer.on_sent(0);
/// assert_eq!(pacer.next_delay(0, Pressure::Open), Some(100));
/// assert_eq!(pacer.next_delay(100, Pressure::Open), Some(0));
/// assert_eq!(pacer.next_delay(100, Pressure::Closed), None);
/// # Ok::<(), forebay_core::pacer::RatesError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pacer {
    control: Control,
    schedule: Schedule,
    /// Whether time has begun.
    begun: bool,
    /// Whether the last level was `Stop`: nothing that was due then is made up for.
    held: bool,
}

impl Pacer {
    /// A pacer that has not begun: its time begins with the first [`next_delay`](Self::next_delay).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::pacer::{Pacer, Rates};
    ///
    /// let pacer = Pacer::new(Rates::new(1_000_000, 1, 5000)?.starting_at(100)?);
    /// assert_eq!((pacer.rate(), pacer.share()), (100, None));
    /// # Ok::<(), forebay_core::pacer::RatesError>(())
    /// ```
    #[must_use]
    pub const fn new(rates: Rates) -> Self {
        Self { control: Control::new(rates), schedule: Schedule::new(1), begun: false, held: false }
    }

    /// The same, but so many items are made up for when a call comes late, instead of 1: after a pause `burst + 1` items may go
    /// out at once.
    ///
    /// What is left unused beyond that marks the producer as the limit, and the rate does not grow. So a producer that sleeps
    /// by a coarse timer needs as many as come due while the timer is late.
    ///
    /// # Examples
    /// Items every 100 µs, by a timer of 1 ms:
    /// ```
    /// use forebay_core::Pressure;
    /// use forebay_core::pacer::{Pacer, Rates};
    ///
    /// let mut pacer = Pacer::new(Rates::new(1_000_000, 10_000, 10_000)?).with_burst(10);
    /// let mut sent = 0;
    /// for now in (0..1_000_000).step_by(1000) {
    ///     while pacer.next_delay(now, Pressure::Open) == Some(0) {
    ///         pacer.on_sent(now);
    ///         sent += 1;
    ///     }
    /// }
    /// assert_eq!(sent, 9991);
    /// # Ok::<(), forebay_core::pacer::RatesError>(())
    /// ```
    #[must_use]
    pub const fn with_burst(self, burst: u32) -> Self {
        Self { schedule: self.schedule.with_burst(burst), ..self }
    }

    /// How many ticks to wait: 0 when an item may go out now, or else look again after so many, or sooner if the level changes;
    /// `None` when the queue is closed.
    ///
    /// After such a wait the answer needn't be 0: the wait may be over before an item is due, to look at the level. At `Stop`
    /// it is never 0.
    ///
    /// Call it only with an item at hand: it takes a call that comes late for a producer that has nothing to send.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::Pressure;
    /// use forebay_core::pacer::{Pacer, Rates};
    ///
    /// let mut pacer = Pacer::new(Rates::new(1_000_000, 1, 5000)?);
    /// assert_eq!(pacer.next_delay(7, Pressure::Open), Some(0));
    /// assert_ne!(pacer.next_delay(7, Pressure::Stop), Some(0));
    /// # Ok::<(), forebay_core::pacer::RatesError>(())
    /// ```
    pub fn next_delay(&mut self, now: u64, pressure: Pressure) -> Option<u64> {
        if pressure == Pressure::Closed {
            return None;
        }
        if !mem::replace(&mut self.begun, true) {
            self.control.begin(now);
            self.schedule.restart(now);
            self.schedule.set_rate(now, self.control.rate(), self.control.period());
        }
        let stopped = pressure == Pressure::Stop;
        if mem::replace(&mut self.held, stopped) || stopped {
            self.schedule.forgive(now);
        } else if self.schedule.cut(now) {
            self.control.left_unused();
        }
        if self.control.observe(now, pressure, &self.schedule) {
            self.schedule.set_rate(now, self.control.rate(), self.control.period());
        }
        let gap = self.schedule.gap_ticks();
        let wait = if stopped { gap } else { self.schedule.wait(now) };
        Some(wait.min(self.control.glance(gap)))
    }

    /// An item went out. Tell it for each one, and not for what the queue has refused.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::Pressure;
    /// use forebay_core::pacer::{Pacer, Rates};
    ///
    /// let mut pacer = Pacer::new(Rates::new(1_000_000, 10, 10)?);
    /// assert_eq!(pacer.next_delay(0, Pressure::Open), Some(0));
    /// // The push was refused: try again.
    /// assert_eq!(pacer.next_delay(1, Pressure::Open), Some(0));
    /// pacer.on_sent(1);
    /// assert_eq!(pacer.next_delay(1, Pressure::Open), Some(99_999));
    /// # Ok::<(), forebay_core::pacer::RatesError>(())
    /// ```
    pub const fn on_sent(&mut self, now: u64) {
        self.schedule.book();
        self.control.sent(now);
    }

    /// The rate now, in items per period, rounded down.
    #[must_use]
    pub const fn rate(&self) -> u32 {
        self.control.rate() >> FRACTION
    }

    /// What the queue took from this producer in the last cycle, in items per period, rounded to the nearest; `None` before
    /// the level has risen and fallen for the first time.
    #[must_use]
    pub const fn share(&self) -> Option<u32> {
        match self.control.share() {
            0 => None,
            share => Some((share + (1 << (FRACTION - 1))) >> FRACTION),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn it_is_as_small_as_it_says() {
        assert!(size_of::<Pacer>() <= 120, "{}", size_of::<Pacer>());
    }

    /// A queue with marks at 40 and 20, and a consumer that takes 25 a second: none is known before the level has fallen, and then
    /// it is that, to the nearest.
    #[test]
    fn a_share_is_what_the_queue_takes() {
        let rates = Rates::new(1_000_000, 1, 100).and_then(|rates| rates.starting_at(100)).expect("right");
        let mut pacer = Pacer::new(rates);
        let (mut depth, mut pressure, mut falls, mut sent_at) = (0, Pressure::Open, 0, 0);
        for now in (0..60_000_000).step_by(1000) {
            if now >= sent_at {
                let delay = pacer.next_delay(now, pressure).expect("it is open");
                if delay == 0 {
                    pacer.on_sent(now);
                    depth += 1;
                }
                sent_at = now + delay;
            }
            if now % 40_000 == 0 && depth > 0 {
                depth -= 1;
            }
            let before = pressure;
            pressure = match depth {
                40.. => Pressure::Slow,
                ..=20 => Pressure::Open,
                _ => pressure,
            };
            falls += u32::from(pressure < before);
            if falls == 0 {
                assert_eq!(pacer.share(), None);
            }
        }
        assert!(falls > 3);
        assert_eq!(pacer.share(), Some(25));
    }

    #[test]
    fn a_share_is_rounded_to_the_nearest() {
        let mut pacer = Pacer::new(Rates::new(1_000_000, 1000, 1000).expect("right"));
        for (now, pressure) in [(0, Pressure::Open), (10, Pressure::Slow), (20, Pressure::Open)] {
            assert_eq!(pacer.share(), None);
            pacer.next_delay(now, pressure);
        }
        assert_eq!(pacer.share(), Some(1000), "there is no other rate");
    }

    /// What it answers does not depend on when its time begins.
    #[test]
    fn time_may_begin_at_any_tick() {
        let answers = |epoch: u64| -> Vec<(Option<u64>, u32)> {
            let rates = Rates::new(1000, 1, 1000).and_then(|rates| rates.starting_at(10)).expect("right");
            let mut pacer = Pacer::new(rates);
            let levels = [Pressure::Open, Pressure::Open, Pressure::Slow, Pressure::Stop, Pressure::Open];
            (0..500)
                .map(|step| {
                    let now = epoch.wrapping_add(step * 17);
                    let delay = pacer.next_delay(now, levels[step as usize / 60 % levels.len()]);
                    if delay == Some(0) {
                        pacer.on_sent(now);
                    }
                    (delay, pacer.rate())
                })
                .collect()
        };
        let expected = answers(0);
        assert!([7, 1 << 40, 1 << 63, u64::MAX - 1000].into_iter().all(|epoch| answers(epoch) == expected));
    }

    #[test]
    fn another_burst_changes_nothing_else() {
        for epoch in [0, 1 << 63] {
            let mut pacer = Pacer::new(Rates::new(1000, 10, 10).expect("right"));
            assert_eq!(pacer.next_delay(epoch, Pressure::Open), Some(0));
            pacer.on_sent(epoch);
            let mut pacer = pacer.with_burst(3);
            assert_eq!(pacer.next_delay(epoch + 10, Pressure::Open), Some(90));
            for _ in 0..4 {
                assert_eq!(pacer.next_delay(epoch + 400, Pressure::Open), Some(0));
                pacer.on_sent(epoch + 400);
            }
            assert_eq!(pacer.next_delay(epoch + 400, Pressure::Open), Some(100));
        }
    }

    #[test]
    fn the_first_items_after_a_stop_do_not_come_in_a_burst() {
        let rates = Rates::new(1000, 100, 100).expect("right");
        let mut pacer = Pacer::new(rates).with_burst(50);
        assert_eq!(pacer.next_delay(0, Pressure::Open), Some(0));
        pacer.on_sent(0);
        for now in (0..500).step_by(10) {
            assert!((1..=10).contains(&pacer.next_delay(now, Pressure::Stop).expect("it is open")));
        }
        assert_eq!(pacer.next_delay(500, Pressure::Slow), Some(0));
        pacer.on_sent(500);
        assert_ne!(pacer.next_delay(500, Pressure::Slow), Some(0));
    }
}
