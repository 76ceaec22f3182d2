//! What can stand before and behind a ring: its ends with each rule before or behind them, as two calls for numbers.
//!
//! Each lets every value through that finds room, so that the price is that of the rule, and not of values that are missing.

use std::cell::Cell;
use std::hint::black_box;

use forebay::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds, Weighing, Weighted};
use forebay::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay::seam::{Pop, Push};
use forebay::spill::Spill;

/// The ends of a ring, and what stands before and behind them.
pub(crate) trait Stage {
    const NAME: &'static str;

    /// What is in the ring.
    type Stored: Send + 'static;

    /// Lets the job have the two calls.
    fn around<J: Job>(tx: impl Push<Item = Self::Stored>, rx: impl Pop<Item = Self::Stored>, job: J) -> J::Answer;
}

/// What is done with a call that puts a number in, if there is room, and one that takes one out, if there is one.
pub(crate) trait Job {
    type Answer;

    fn run(self, push: impl FnMut(u64) -> bool, pop: impl FnMut() -> Option<u64>) -> Self::Answer;
}

/// Somebody who is shown all stages.
pub(crate) trait Visitor {
    fn visit<S: Stage>(&mut self);
}

/// Shows all stages, the bare ring first.
pub(crate) fn all(visitor: &mut impl Visitor) {
    visitor.visit::<Bare>();
    visitor.visit::<Sampled>();
    visitor.visit::<SampledByChance>();
    visitor.visit::<SampledAbove>();
    visitor.visit::<SampledAtWatermark>();
    visitor.visit::<Weighed>();
    visitor.visit::<Classed>();
    visitor.visit::<ClassedAtWatermark>();
    visitor.visit::<Aged>();
    visitor.visit::<Spilling>();
}

/// Keeps all: of seven values seven, so that something has to be counted.
fn all_of_seven(above: u8) -> Sampling {
    Sampling::new(Rate::new(7, 7).expect("not more than all"), above)
}

/// Up to three quarters for some, half for others.
fn thresholds() -> Thresholds<3> {
    Thresholds::new([255, 192, 128]).expect("the important ones first")
}

/// Stages before a ring of numbers.
macro_rules! before {
    ($($(#[$what:meta])+ $stage:ident $name:literal |$tx:ident| $gate:expr;)*) => {$(
        $(#[$what])+
        pub(crate) struct $stage;

        impl Stage for $stage {
            const NAME: &'static str = $name;

            type Stored = u64;

            #[inline(always)]
            fn around<J: Job>($tx: impl Push<Item = u64>, mut rx: impl Pop<Item = u64>, job: J) -> J::Answer {
                let mut gate = $gate;
                job.run(|value| gate.push(value).is_ok(), || rx.pop().ok())
            }
        }
    )*};
}

before! {
    /// Nothing.
    Bare "bare" |tx| tx;
    /// Keeps so many of so many, at whatever fill.
    Sampled "sampler" |tx| Gate::new(tx, Sampler::new(all_of_seven(0)));
    /// The same by chance.
    SampledByChance "sampler by chance" |tx| Gate::new(tx, Sampler::by_chance(all_of_seven(0), 1));
    /// It would keep so many of so many if the ring were fuller.
    SampledAbove "sampler above 128" |tx| Gate::new(tx, Sampler::new(all_of_seven(128)));
    /// The same, and looks at the level alone.
    SampledAtWatermark "sampler at watermark" |tx| Gate::at_watermark(tx, Sampler::new(all_of_seven(128)));
    /// By importance: half of the values are of the last class.
    Classed "classes" |tx| Gate::new(tx, Classes::new(thresholds(), |value: &u64| (*value % 4) as usize));
    /// The same, and looks at the level alone.
    ClassedAtWatermark "classes at watermark"
        |tx| Gate::at_watermark(tx, Classes::new(thresholds(), |value: &u64| (*value % 4) as usize));
    /// What is lost goes to a function.
    Spilling "spill" |tx| Spill::new(tx, |value, loss| _ = black_box((value, loss)));
}

/// A sampler, and the weights of what it keeps.
pub(crate) struct Weighed;

impl Stage for Weighed {
    const NAME: &'static str = "weighing sampler";

    type Stored = Weighted<u64>;

    #[inline(always)]
    fn around<J: Job>(
        tx: impl Push<Item = Weighted<u64>>,
        mut rx: impl Pop<Item = Weighted<u64>>,
        job: J,
    ) -> J::Answer {
        let mut gate = Gate::new(tx, Weighing::new(Sampler::new(all_of_seven(0))));
        // Each stands for itself.
        let pop = || rx.pop().ok().map(|kept| kept.value ^ u64::from(kept.weight - 1));
        job.run(|value| gate.push(value).is_ok(), pop)
    }
}

/// Stamped with the time, and looked at for its age.
pub(crate) struct Aged;

impl Stage for Aged {
    const NAME: &'static str = "stamping, expiring";

    type Stored = Stamped<u64>;

    #[inline(always)]
    fn around<J: Job>(tx: impl Push<Item = Stamped<u64>>, rx: impl Pop<Item = Stamped<u64>>, job: J) -> J::Answer {
        // The clock is a counter: what a real one takes is not forebay's.
        let ticks = Cell::new(0);
        let clock = || ticks.replace(ticks.get() + 1);
        let mut tx = Stamping::new(tx, clock);
        let mut rx = Expiring::new(rx, clock, MaxAge::new(1 << 20));
        job.run(|value| tx.push(value).is_ok(), || rx.pop().ok())
    }
}
