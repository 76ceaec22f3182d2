//! What a gate costs where its rule lets everything through: steps on words that others write, besides one look at a setting, which
//! seldom changes.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_gates`
//!
//! Claims: progress.

#![cfg(forebay_steps)]

use forebay_core::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds};
use forebay_core::seam::{Pop, Push};
use forebay_tests::rings::{Another, Kind, Visitor, each};
use forebay_tests::stall::counted;

const CAPACITY: usize = 64;
const PAIRS: usize = 1000;

/// The steps of so many pushes, with a pop after each.
fn steps(mut push: impl Push<Item = u32>, mut pop: impl Pop<Item = u32>) -> usize {
    let mut count = 0;
    for number in 0..PAIRS as u32 {
        let (outcome, steps) = counted(|| push.push(number));
        assert!(outcome.is_ok());
        assert_eq!(pop.pop(), Ok(number));
        count += steps;
    }
    count
}

/// What stands before the ring.
#[derive(Clone, Copy, Debug)]
enum Before {
    Nothing,
    /// It begins at half.
    Sampler,
    /// At the watermark, which is at full.
    SamplerAtWatermark,
    /// Half of the values up to half, the others always.
    Classes,
}

struct Count {
    before: Before,
    counts: Vec<(&'static str, usize)>,
}

impl Visitor<u32> for Count {
    fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
    where
        P: Push<Item = u32> + 'static,
        C: Pop<Item = u32> + 'static,
    {
        let sampling = Sampling::new(Rate::new(1, 2).unwrap(), 128);
        let thresholds = Thresholds::new([255, 128]).unwrap();
        let class_of = |number: &u32| *number as usize % 2;
        let count = match self.before {
            Before::Nothing => steps(push, pop),
            Before::Sampler => steps(Gate::new(push, Sampler::new(&sampling)), pop),
            Before::SamplerAtWatermark => steps(Gate::at_watermark(push, Sampler::new(&sampling)), pop),
            Before::Classes => steps(Gate::new(push, Classes::new(&thresholds, class_of)), pop),
        };
        self.counts.push((kind.name, count));
    }
}

fn count(before: Before) -> Vec<(&'static str, usize)> {
    let mut count = Count { before, counts: vec![] };
    each(CAPACITY, None, &mut count);
    count.counts
}

/// An end that has its ring to itself looks once for as many pushes as there are up to where the rule begins, with one load, or
/// with flags two. For others a look at each value that the rule asks for is three loads in `mpsc` and two in `swap`, while no
/// other producer pushes, and a search in `priority`. At the watermark it is one for all. Where laps come around, `swap` and
/// `priority` make sure of a place by one load more.
#[test]
fn a_gate_looks_seldom() {
    let bare = count(Before::Nothing);
    let place = usize::from(cfg!(forebay_narrow));
    for (before, asked) in [(Before::Sampler, PAIRS), (Before::SamplerAtWatermark, PAIRS), (Before::Classes, PAIRS / 2)]
    {
        for ((name, bare), (_, gated)) in bare.iter().zip(count(before)) {
            let seldom = PAIRS / (CAPACITY / 2) + 1;
            let most = match (before, *name) {
                (Before::SamplerAtWatermark, _) => asked,
                (_, "spsc, dense" | "a lane") => seldom,
                (_, "spsc, flagged") => 2 * seldom,
                (_, "mpsc") => 3 * asked,
                (_, "priority") => (CAPACITY.ilog2() as usize + 3 + place) * asked,
                _ => (2 + place) * asked,
            };
            // A setting for each value.
            let looks = gated - bare - PAIRS;
            assert!(looks <= most, "{before:?} before {name}: {looks} steps on words that others write, not {most}");
        }
    }
}
