//! Before a ring is full: what it takes in, by a rule.
//!
//! A [`Gate`] stands before a producer's end. Its [`Rule`] looks at a value and at how full the ring is, and lets it pass or
//! not: [`Sampler`] keeps k of n, [`Classes`] goes by importance. What does not pass comes back as
//! [`Shed`](crate::PushError::Shed), and the rule counts it. A gate is a [`Push`] itself, so it stands before any ring, and before
//! another gate.
//!
//! # Examples
//! Of a stream of readings every tenth is kept while the ring is at least half full, and says for how many it stands:
//! ```
//! use forebay_core::admission::{Gate, Rate, Sampler, Sampling, Weighing, percent};
//! use forebay_core::spsc;
//!
//! static SAMPLING: Sampling = Sampling::new(Rate::ALL, percent::<50>());
//!
//! let mut ring = spsc::Ring::<_, 64>::new();
//! let (producer, mut consumer) = ring.split();
//! let mut gate = Gate::new(producer, Weighing::new(Sampler::new(&SAMPLING)));
//! SAMPLING.set(Rate::new(1, 10)?, percent::<50>()); // by whoever decides, at any time
//! for reading in 0..132 {
//!     let _ = gate.push(reading);
//! }
//! let kept: Vec<_> = consumer.drain().collect();
//! assert_eq!(kept.len(), 32 + 10);
//! let stand_for: u32 = kept.iter().map(|reading| reading.weight).sum();
//! assert_eq!(stand_for + gate.rule().pending(), 132);
//! # Ok::<(), forebay_core::admission::RateError>(())
//! ```
//! Where the less important gives way first:
//! ```
//! use forebay_core::admission::{Classes, Gate, Thresholds, percent};
//! use forebay_core::{PushError, Pushed, mpsc};
//!
//! #[derive(Debug, PartialEq)]
//! enum Event {
//!     Alarm,
//!     Progress,
//!     Debug,
//! }
//!
//! // Debugging is let in while the ring is less than a quarter full, progress up to three quarters, and alarms always.
//! let thresholds = Thresholds::new([255, percent::<75>(), percent::<25>()])?;
//! let class_of = |event: &Event| match event {
//!     Event::Alarm => 0,
//!     Event::Progress => 1,
//!     Event::Debug => 2,
//! };
//!
//! let mut ring = mpsc::Ring::<_, 4>::new();
//! let (producer, _consumer) = ring.split();
//! let mut gate = Gate::new(producer, Classes::new(&thresholds, class_of));
//! assert_eq!(gate.push(Event::Debug), Ok(Pushed::Stored));
//! assert_eq!(gate.push(Event::Debug), Err(PushError::Shed(Event::Debug)));
//! assert_eq!(gate.push(Event::Progress), Ok(Pushed::Stored));
//! assert_eq!(gate.push(Event::Progress), Ok(Pushed::Stored));
//! assert_eq!(gate.push(Event::Progress), Err(PushError::Shed(Event::Progress)));
//! assert_eq!(gate.push(Event::Alarm), Ok(Pushed::Stored));
//! assert_eq!(gate.push(Event::Alarm), Err(PushError::Full(Event::Alarm)));
//! assert_eq!((gate.rule().kept_out(1), gate.rule().kept_out(2)), (1, 1));
//! # Ok::<(), forebay_core::admission::ThresholdError>(())
//! ```
//!
//! # Several producers
//! Each has a gate of its own, and a rule that begins at nothing; what they share is the setting. Here two threads keep every tenth
//! reading while the ring is at least half full, and then every hundredth. This ring drops what it has no room for, so that the
//! weights tell of that too: what comes back as [`Full`](crate::PushError::Full) is the caller's, and in no weight.
//! ```
//! use std::thread::{scope, yield_now};
//!
//! use forebay_core::admission::{Gate, Rate, Sampler, Sampling, Weighing, percent};
//! use forebay_core::{PopError, Refusal, mpsc};
//!
//! let sampling = Sampling::new(Rate::new(1, 10)?, percent::<50>());
//! let fewer = Rate::percent(1)?;
//! let mut ring = mpsc::Ring::<_, 256>::with_refusal(Refusal::DropIncoming);
//! let (producer, mut consumer) = ring.split();
//! let total: u32 = scope(|threads| {
//!     let sources = [(0, producer.clone()), (5, producer)].map(|(phase, producer)| {
//!         let mut gate = Gate::new(producer, Weighing::new(Sampler::with_phase(&sampling, phase)));
//!         threads.spawn(move || {
//!             for reading in 0..5000 {
//!                 let _ = gate.push(reading); // if it is lost, the next one that is kept stands for it
//!             }
//!             gate.rule().pending()
//!         })
//!     });
//!     let mut stand_for = 0;
//!     loop {
//!         match consumer.pop() {
//!             Ok(reading) => stand_for += reading.weight,
//!             Err(PopError::Empty) => yield_now(),
//!             Err(PopError::Closed) => break,
//!         }
//!         if stand_for > 2000 {
//!             sampling.set(fewer, percent::<50>());
//!         }
//!     }
//!     stand_for + sources.map(|source| source.join().unwrap()).iter().sum::<u32>()
//! });
//! assert_eq!(total, 10_000);
//! # Ok::<(), forebay_core::admission::RateError>(())
//! ```

#![forbid(unsafe_code)]

mod classes;
mod sampling;
mod weight;

pub use self::classes::{Classes, ThresholdError, Thresholds};
pub use self::sampling::{Rate, RateError, Sampler, Sampling};
pub use self::weight::{Weighing, Weighted};
use crate::seam::{self, Push};
use crate::{Pressure, PushError, Pushed};

/// Decides which values are let in.
///
/// It decides on each value once: a value that the ring then has no room for is the caller's again, and the rule
/// [takes its decision back](Rule::undo), so that a retry is no second chance and no second risk.
pub trait Rule<S> {
    /// What is offered. It is stored as an `S`.
    type Value;

    /// Lets a value in, as what is to be stored, or keeps it out, and counts it then. `fill` tells how full the ring is.
    ///
    /// # Errors
    /// The value, if it is kept out.
    fn admit(&mut self, value: Self::Value, fill: impl Fill) -> Result<S, Self::Value>;

    /// The value that was admitted last could not be stored, and is the caller's again: as if it had never been offered.
    fn undo(&mut self, stored: S) -> Self::Value;

    /// A value that was admitted at some time has been lost in the ring.
    fn lost(&mut self, stored: S) -> Self::Value;
}

/// How full a ring is, for a [`Rule`] to ask: nobody looks before it does.
///
/// A number is one, for a ring that is always that full.
pub trait Fill {
    /// How full it is, from 0 to 255, which is full.
    fn get(&mut self) -> u8;

    /// Whether it is at least that full. Where that is all that has to be known, an end can tell so for far less.
    #[inline]
    fn is_at_least(&mut self, fill: u8) -> bool {
        self.get() >= fill
    }
}

/// The fill from which on a ring is `P` percent full, or up to 1/255 less: as [`Sampling`] and [`Thresholds`] take it.
///
/// # Examples
/// ```
/// use forebay_core::admission::percent;
///
/// assert_eq!([percent::<0>(), percent::<25>(), percent::<50>(), percent::<100>()], [0, 63, 127, 255]);
/// ```
/// Above 100 it does not compile:
/// ```compile_fail
/// forebay_core::admission::percent::<101>();
/// ```
#[must_use]
pub const fn percent<const P: u8>() -> u8 {
    const { assert!(P <= 100, "a ring is 100 percent full at most") };
    // Rounded down, as a fill is.
    (P as u16 * 255 / 100) as u8
}

impl Fill for u8 {
    #[inline]
    fn get(&mut self) -> u8 {
        *self
    }
}

/// How full the ring behind a gate is.
struct Behind<'g, P> {
    end: &'g P,
    sure: &'g mut Sure,
    at_watermark: bool,
}

/// So many of the next pushes into an end find the ring less full than that.
#[derive(Clone, Copy, Debug)]
struct Sure {
    pushes: usize,
    fill: u8,
}

impl Sure {
    const NOTHING: Self = Self { pushes: 0, fill: 0 };
}

impl<P: Push> Behind<'_, P> {
    /// Whether the gate is wide open, as if the ring were empty.
    #[inline]
    fn is_open(&self) -> bool {
        self.at_watermark && self.end.pressure() == Pressure::Open
    }
}

impl<P: Push> Fill for Behind<'_, P> {
    #[inline]
    fn get(&mut self) -> u8 {
        if self.is_open() { 0 } else { self.end.fill() }
    }

    #[inline]
    fn is_at_least(&mut self, fill: u8) -> bool {
        if self.sure.pushes > 0 && fill >= self.sure.fill {
            return false;
        }
        if fill == 0 {
            return true;
        }
        if self.is_open() {
            return false;
        }
        let pushes = self.end.pushes_below(fill);
        if pushes > 0 {
            *self.sure = Sure { pushes, fill };
        }
        pushes == 0
    }
}

/// A producer's end, and the rule by which values come to it.
///
/// There is no clone of one, as it would count the same values twice: clone the [`end`](Self::end), and give the clone a rule that
/// begins at nothing.
///
/// # Progress
/// That of the end: a rule neither loops nor waits.
#[derive(Debug)]
pub struct Gate<P, R> {
    end: P,
    rule: R,
    /// What the end has said when it was last asked, less the pushes since.
    sure: Sure,
    /// Whether the rule goes by the fill only while the pressure is raised.
    at_watermark: bool,
}

impl<P: Push, R: Rule<P::Item>> Gate<P, R> {
    /// A gate that looks how full the ring is at each value for which the rule asks: the exact way.
    ///
    /// An end that has a ring or a lane to itself is asked seldom: it says how many more pushes find the ring less full
    /// [for certain](Push::pushes_below), and these cost no look at what the consumer writes. In an [`mpsc`](crate::mpsc) ring a look
    /// is three loads, in a [`swap`](crate::swap) ring two, or as many as its [`len`](Push::len) takes where others have pushed; in a
    /// [`priority`](crate::priority) ring it is always that many.
    pub const fn new(end: P, rule: R) -> Self {
        Self { end, rule, sure: Sure::NOTHING, at_watermark: false }
    }

    /// A gate that is wide open, as if the ring were empty, while the [pressure](Push::pressure) is [`Open`](Pressure::Open), and
    /// looks how full the ring is only above that. Below the high watermark a value costs one load of a word that seldom
    /// changes.
    ///
    /// Set the ring's high watermark to where the rule begins: thresholds below it are of no effect until it has been reached.
    /// Then they hold until the ring has been emptied down to the low watermark.
    pub const fn at_watermark(end: P, rule: R) -> Self {
        Self { end, rule, sure: Sure::NOTHING, at_watermark: true }
    }
}

impl<P: Push, R: Rule<P::Item>> Gate<P, R> {
    /// Puts a value in, if the rule lets it in and the end has room for it.
    ///
    /// # Errors
    /// [`Shed`](PushError::Shed): the rule has kept it out, and counted it, or the end has shed it. Otherwise the end's.
    #[inline]
    pub fn push(&mut self, value: R::Value) -> Result<Pushed<R::Value>, PushError<R::Value>> {
        self.push_by(value, P::push)
    }

    /// Puts a value in as [`push`](Self::push), if the rule lets it in, in another way that the end has.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::admission::{Classes, Gate, Thresholds};
    /// use forebay_core::{PushError, Pushed, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 1>::new();
    /// let (producer, _consumer) = ring.split();
    /// let thresholds = Thresholds::new([255, 1]).unwrap();
    /// let mut gate = Gate::new(producer, Classes::new(&thresholds, |&(class, _): &(usize, _)| class));
    /// assert_eq!(gate.push((0, "a")), Ok(Pushed::Stored));
    /// assert_eq!(gate.push_by((1, "b"), |producer, value| producer.force_push(value)), Err(PushError::Shed((1, "b"))));
    /// assert_eq!(gate.push_by((0, "c"), |producer, value| producer.force_push(value)), Ok(Pushed::Evicted((0, "a"))));
    /// ```
    #[inline]
    pub fn push_by(
        &mut self,
        value: R::Value,
        push: impl FnOnce(&mut P, P::Item) -> Result<Pushed<P::Item>, PushError<P::Item>>,
    ) -> Result<Pushed<R::Value>, PushError<R::Value>> {
        let fill = Behind { end: &self.end, sure: &mut self.sure, at_watermark: self.at_watermark };
        let admitted = self.rule.admit(value, fill);
        self.sure.pushes = self.sure.pushes.saturating_sub(1);
        match push(&mut self.end, admitted.map_err(PushError::Shed)?) {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            Ok(Pushed::Evicted(victim)) => Ok(Pushed::Evicted(self.rule.lost(victim))),
            Err(PushError::Full(back)) => Err(PushError::Full(self.rule.undo(back))),
            Err(PushError::Closed(back)) => Err(PushError::Closed(self.rule.undo(back))),
            Err(PushError::Shed(back)) => Err(PushError::Shed(self.rule.lost(back))),
        }
    }
}

impl<P, R> Gate<P, R> {
    /// The rule, and what it has counted.
    pub const fn rule(&self) -> &R {
        &self.rule
    }

    /// The rule, to change it.
    pub const fn rule_mut(&mut self) -> &mut R {
        &mut self.rule
    }

    /// The end behind the gate.
    pub const fn end(&self) -> &P {
        &self.end
    }

    /// The end behind the gate. What is pushed into it goes past the rule.
    pub const fn end_mut(&mut self) -> &mut P {
        self.sure = Sure::NOTHING;
        &mut self.end
    }

    /// Takes the gate away.
    pub fn into_parts(self) -> (P, R) {
        (self.end, self.rule)
    }
}

impl<P: Push, R: Rule<P::Item>> Push for Gate<P, R> {
    type Item = R::Value;

    #[inline]
    fn push(&mut self, value: R::Value) -> Result<Pushed<R::Value>, PushError<R::Value>> {
        self.push(value)
    }

    seam::says_what_its_end_says!(Push);
}
