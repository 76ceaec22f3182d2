//! After a queue: what has become too old is not delivered.
//!
//! A value gets the time when it is pushed ([`Stamping`], before a producer's end), and is looked at when it is popped
//! ([`Expiring`], behind a consumer's end): one that is older than the greatest age is counted, handed to a sink, and the next one
//! is looked at. A burst that is drained in time loses nothing, however large it is.
//!
//! Time is ticks of the user's [`Clock`], of any length. It may wrap, if less than 2⁶³ ticks pass between a push and its pop.
//!
//! # Examples
//! ```
//! use core::cell::Cell;
//! use forebay_core::expiry::{Expiring, MaxAge, Stamping};
//! use forebay_core::{PopError, spsc};
//!
//! let milliseconds = Cell::new(0);
//! let clock = || milliseconds.get();
//!
//! let mut ring = spsc::Ring::<_, 8>::new();
//! let (producer, consumer) = ring.split();
//! let mut producer = Stamping::new(producer, clock);
//! let mut too_late = Vec::new();
//! let mut consumer = Expiring::new(consumer, clock, MaxAge::new(100)).with_sink(|quote| too_late.push(quote));
//!
//! producer.push("old").unwrap();
//! milliseconds.set(80);
//! producer.push("new").unwrap();
//! milliseconds.set(101);
//! assert_eq!(consumer.pop(), Ok("new"));
//! assert_eq!(consumer.pop(), Err(PopError::Empty));
//! assert_eq!(consumer.expired(), 1);
//! assert_eq!(too_late, ["old"]);
//! ```
//! Two threads, the clock of the standard library in milliseconds, and a log:
//! ```
//! use std::thread::{scope, sleep, yield_now};
//! use std::time::{Duration, Instant};
//!
//! use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
//! use forebay_core::{PopError, spsc};
//!
//! let begin = Instant::now();
//! let clock = move || begin.elapsed().as_millis() as u64; // `Copy`, so that both ends get it
//!
//! let mut ring = spsc::Ring::<Stamped<u32>, 64>::new();
//! let (producer, consumer) = ring.split();
//! let mut producer = Stamping::new(producer, clock);
//! let log = |quote| eprintln!("too late: {quote}");
//! let mut consumer = Expiring::new(consumer, clock, MaxAge::new(100)).with_sink(log);
//! let mut delivered = 0;
//! scope(|threads| {
//!     threads.spawn(move || {
//!         for quote in 0..30 {
//!             let _ = producer.push(quote).unwrap();
//!         }
//!     });
//!     sleep(Duration::from_millis(10)); // with 100 and more it would see none
//!     loop {
//!         match consumer.pop() {
//!             Ok(_) => delivered += 1,
//!             Err(PopError::Empty) => yield_now(),
//!             Err(PopError::Closed) => break,
//!         }
//!     }
//! });
//! assert_eq!(delivered + consumer.expired(), 30);
//! ```

#![forbid(unsafe_code)]

use core::borrow::Borrow;

use crate::seam::{self, Pop, Push};
use crate::sync::{Ordering, SettingUsize};
use crate::{PopError, PushError, Pushed};

/// What tells the time, in ticks. Any closure that does is one.
pub trait Clock {
    /// The time now. It doesn't go backwards, but it may wrap.
    fn now(&self) -> u64;
}

impl<F: Fn() -> u64> Clock for F {
    fn now(&self) -> u64 {
        self()
    }
}

/// A value, and when it was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Stamped<T> {
    /// The value.
    pub value: T,
    /// The time, in ticks.
    pub at: u64,
}

impl<T> Stamped<T> {
    /// How many ticks ago that was. A time that is still to come, by a clock that is ahead, is now.
    #[must_use]
    #[inline]
    pub const fn age(&self, now: u64) -> u64 {
        let age = now.wrapping_sub(self.at);
        if age >> 63 == 0 { age } else { 0 }
    }
}

/// A producer's end that stamps each value with the time.
///
/// The end is one of a ring of [`Stamped`] values, which the compiler finds out by itself where the ring's type is left open.
/// A value that is refused and pushed again gets the time of the push that succeeds.
#[derive(Clone, Debug)]
pub struct Stamping<P, K> {
    end: P,
    clock: K,
}

impl<T, P: Push<Item = Stamped<T>>, K: Clock> Stamping<P, K> {
    /// Stamps what goes into `end`.
    pub const fn new(end: P, clock: K) -> Self {
        Self { end, clock }
    }

    /// Puts a value in, with the time now.
    ///
    /// # Errors
    /// The end's.
    #[inline]
    pub fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push_by(value, P::push)
    }

    /// Puts a value in, with the time now, in another way that the end has.
    ///
    /// # Errors
    /// The end's.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::expiry::Stamping;
    /// use forebay_core::{Overflow, Pushed, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 1>::with_overflow(Overflow::Reject);
    /// let (producer, mut consumer) = ring.split();
    /// let mut stamping = Stamping::new(producer, || 7);
    /// assert_eq!(stamping.push("old"), Ok(Pushed::Stored));
    /// assert_eq!(stamping.push_by("new", |producer, value| producer.force_push(value)), Ok(Pushed::Evicted("old")));
    /// assert_eq!(consumer.pop().map(|stamped| stamped.at), Ok(7));
    /// ```
    #[inline]
    pub fn push_by(
        &mut self,
        value: T,
        push: impl FnOnce(&mut P, Stamped<T>) -> Result<Pushed<Stamped<T>>, PushError<Stamped<T>>>,
    ) -> Result<Pushed<T>, PushError<T>> {
        match push(&mut self.end, Stamped { value, at: self.clock.now() }) {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            Ok(Pushed::Evicted(victim)) => Ok(Pushed::Evicted(victim.value)),
            Err(error) => Err(error.map(|back| back.value)),
        }
    }
}

impl<P, K> Stamping<P, K> {
    /// The end behind it.
    pub const fn end(&self) -> &P {
        &self.end
    }

    /// What tells the time.
    pub const fn clock(&self) -> &K {
        &self.clock
    }

    /// The end behind it, and the clock.
    pub fn into_parts(self) -> (P, K) {
        (self.end, self.clock)
    }
}

impl<T, P: Push<Item = Stamped<T>>, K: Clock> Push for Stamping<P, K> {
    type Item = T;

    #[inline]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push(value)
    }

    seam::says_what_its_end_says!(Push);
}

/// The greatest age of what is delivered, in ticks. It can be changed at any time, from anywhere.
#[derive(Debug)]
pub struct MaxAge(SettingUsize);

impl MaxAge {
    /// What is older than so many ticks is not delivered. With 0, only what was pushed in this very tick is.
    #[must_use]
    pub const fn new(ticks: usize) -> Self {
        Self(SettingUsize::new(ticks))
    }

    /// Everything is delivered, until that is changed.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self::new(usize::MAX)
    }

    /// Changes it. [`usize::MAX`] is no limit.
    pub fn set(&self, ticks: usize) {
        // Relaxed: it orders nothing.
        self.0.store(ticks, Ordering::Relaxed);
    }

    /// The greatest age. [`usize::MAX`] is no limit.
    #[must_use]
    #[inline]
    pub fn get(&self) -> usize {
        // Relaxed: as above.
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    fn allows(&self, age: u64) -> bool {
        let most = self.get();
        most == usize::MAX || age <= most as u64
    }
}

/// A consumer's end that delivers only what is not too old.
///
/// `M` is a [`MaxAge`], or what one can be borrowed from: a reference to one that others change, or an `Arc`. `F` gets what is
/// not delivered, one by one, each when it has been counted and is out of the queue: it may do what it likes, and panic.
///
/// # Progress
/// A pop takes out all that is too old until it finds something else: it is as lock-free as the end, and bounded by what is
/// pushed meanwhile.
#[derive(Debug)]
pub struct Expiring<C, K, M, F> {
    end: C,
    clock: K,
    max_age: M,
    sink: F,
    expired: usize,
}

impl<T, C: Pop<Item = Stamped<T>>, K: Clock, M: Borrow<MaxAge>> Expiring<C, K, M, fn(T)> {
    /// Delivers what is not older than that from `end`, by the clock of the [`Stamping`] ends, and drops the rest.
    pub const fn new(end: C, clock: K, max_age: M) -> Self {
        Self { end, clock, max_age, sink: drop, expired: 0 }
    }
}

impl<C, K, M, F> Expiring<C, K, M, F> {
    /// The same with a sink for what is not delivered.
    pub fn with_sink<G>(self, sink: G) -> Expiring<C, K, M, G> {
        let Self { end, clock, max_age, expired, .. } = self;
        Expiring { end, clock, max_age, sink, expired }
    }

    /// How many values were too old. It wraps.
    pub const fn expired(&self) -> usize {
        self.expired
    }

    /// Where the greatest age is set.
    pub const fn max_age(&self) -> &M {
        &self.max_age
    }

    /// The end behind it.
    pub const fn end(&self) -> &C {
        &self.end
    }

    /// The end behind it. What is popped from it is delivered, however old it is.
    pub const fn end_mut(&mut self) -> &mut C {
        &mut self.end
    }
}

impl<T, C: Pop<Item = Stamped<T>>, K: Clock, M: Borrow<MaxAge>, F: FnMut(T)> Expiring<C, K, M, F> {
    /// Takes the next value out that is not too old.
    ///
    /// # Errors
    /// There is none: see [`PopError`].
    #[inline]
    pub fn pop(&mut self) -> Result<T, PopError> {
        self.pop_stamped().map(|stamped| stamped.value)
    }

    /// As [`pop`](Self::pop), with the value's time.
    ///
    /// # Errors
    /// There is none: see [`PopError`].
    #[inline]
    pub fn pop_stamped(&mut self) -> Result<Stamped<T>, PopError> {
        loop {
            let stamped = self.end.pop()?;
            if self.max_age.borrow().allows(stamped.age(self.clock.now())) {
                return Ok(stamped);
            }
            self.expired = self.expired.wrapping_add(1);
            (self.sink)(stamped.value);
        }
    }
}

/// The counts are of what is in the queue: some of it may be too old.
impl<T, C: Pop<Item = Stamped<T>>, K: Clock, M: Borrow<MaxAge>, F: FnMut(T)> Pop for Expiring<C, K, M, F> {
    type Item = T;

    #[inline]
    fn pop(&mut self) -> Result<T, PopError> {
        self.pop()
    }

    seam::says_what_its_end_says!(Pop);
}
