//! Gates before rings: a rule keeps out what it says and counts it, decides on each value once, and weights add up to all that
//! was offered.
//!
//! Claims: account.

use std::cell::Cell;

use forebay_core::admission::{
    Classes, Fill, Gate, Rate, RateError, Rule, Sampler, Sampling, ThresholdError, Thresholds, Weighing, Weighted,
    percent,
};
use forebay_core::seam::Push;
use forebay_core::swap::HeapRing;
use forebay_core::{Overflow, Pressure, PushError, Pushed, Watermarks, mpsc, spsc};
use forebay_tests::admission::{Case, Kind};
use quickcheck::{Arbitrary, Gen, QuickCheck};

#[test]
fn rates_that_are_none_are_refused() {
    assert_eq!(Rate::new(0, 5), Err(RateError::KeepsNone));
    assert_eq!(Rate::new(0, 0), Err(RateError::KeepsNone));
    assert_eq!(Rate::percent(101), Err(RateError::KeepsMoreThanAll { keep: 101, of: 100 }));
    assert_eq!(Rate::new(1, 4096), Err(RateError::TooFine { of: 4096 }));
    assert_eq!(Rate::new(4095, 4095).map(|rate| (rate.keep(), rate.of())), Ok((4095, 4095)));
    for error in [RateError::KeepsNone, RateError::KeepsMoreThanAll { keep: 7, of: 5 }, RateError::TooFine { of: 5000 }]
    {
        assert!(error.to_string().starts_with("the rate "), "{error}");
    }
}

#[test]
fn thresholds_that_favour_the_less_important_are_refused() {
    assert_eq!(Thresholds::new([100, 100, 101]).unwrap_err(), ThresholdError { class: 2 });
    let thresholds = Thresholds::new([9, 9, 8]).unwrap();
    assert_eq!(thresholds.set([1, 2, 3]), Err(ThresholdError { class: 1 }));
    assert_eq!([0, 1, 2, 3].map(|class| thresholds.get(class)), [9, 9, 8, 8], "nothing was changed");
    assert_eq!(thresholds.set([30, 20, 10]), Ok(()));
    assert_eq!([0, 1, 2, 3].map(|class| thresholds.get(class)), [30, 20, 10, 10]);
}

/// Every rate of small numbers, every phase.
#[test]
fn an_even_sample_keeps_so_many_of_each_so_many_in_a_row() {
    for of in 1..=12 {
        for keep in 1..=of {
            let sampling = Sampling::new(Rate::new(keep, of).unwrap(), 0);
            for phase in 0..of {
                let mut sampler = Sampler::with_phase(&sampling, phase);
                let kept: Vec<bool> = (0..5 * of).map(|value| sampler.admit(value, 0).is_ok()).collect();
                for window in kept.windows(usize::from(of)) {
                    assert_eq!(
                        window.iter().filter(|&&kept| kept).count(),
                        usize::from(keep),
                        "{keep}/{of} from {phase}"
                    );
                }
                assert_eq!(sampler.kept_out(), usize::from(5 * (of - keep)));
            }
        }
    }
}

/// The sum of weight times value has the sum of the values for its mean over the phases: exactly.
#[test]
fn an_even_sample_is_unbiased() {
    // A value that grows, and jumps now and then: a sample without weights would be wrong by far.
    let values: Vec<u64> = (0..240).map(|at| at * at + if at % 7 == 0 { 1000 } else { 0 }).collect();
    for of in 1..=12_u16 {
        for keep in 1..=of {
            let sampling = Sampling::new(Rate::new(keep, of).unwrap(), 0);
            let mut sum = 0;
            for phase in 0..of {
                let mut rule = Weighing::new(Sampler::with_phase(&sampling, phase));
                // Before and after there are values that are worth nothing, so that no weight is cut off.
                let around = std::iter::repeat_n(0, 2 * usize::from(of));
                for value in around.clone().chain(values.iter().copied()).chain(around) {
                    if let Ok(Weighted { value, weight }) = rule.admit(value, 0) {
                        sum += u64::from(weight) * value;
                    }
                }
            }
            assert_eq!(sum, u64::from(of) * values.iter().sum::<u64>(), "{keep} of {of}");
        }
    }
}

/// The same by chance: the mean over many seeds, which are the same in every run.
#[test]
fn a_sample_by_chance_is_unbiased_and_keeps_its_rate() {
    const SEEDS: u32 = 4000;
    let values: Vec<u64> = (0..200).map(|at| at * at).collect();
    let exact: u64 = values.iter().sum();
    for (keep, of) in [(1, 2), (1, 10), (3, 7), (99, 100)] {
        let sampling = Sampling::new(Rate::new(keep, of).unwrap(), 0);
        let (mut sum, mut kept) = (0, 0);
        for seed in 1..=SEEDS {
            let mut rule = Weighing::new(Sampler::by_chance(&sampling, seed.wrapping_mul(0x9E37_79B1)));
            for value in (0..100).map(|_| 0).chain(values.iter().copied()).chain((0..100).map(|_| 0)) {
                if let Ok(Weighted { value, weight }) = rule.admit(value, 0) {
                    sum += u64::from(weight) * value;
                    kept += 1;
                }
            }
        }
        let mean = sum as f64 / f64::from(SEEDS);
        assert!((mean / exact as f64 - 1.0).abs() < 0.01, "{keep} of {of}: {mean}, not {exact}");
        let rate = f64::from(kept) / f64::from(SEEDS) / 400.0;
        assert!((rate / (f64::from(keep) / f64::from(of)) - 1.0).abs() < 0.01, "{keep} of {of}: {rate}");
    }
}

/// What is done with a gate before a ring that evicts, and a rule that is switched.
#[derive(Clone, Debug)]
struct Plan {
    capacity: usize,
    kind: usize,
    at_watermark: bool,
    ops: Vec<(u8, u8)>,
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        Self {
            capacity: 1 + usize::arbitrary(g) % 9,
            kind: usize::arbitrary(g) % Kind::ALL.len(),
            at_watermark: bool::arbitrary(g),
            ops: Vec::arbitrary(g),
        }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let plan = self.clone();
        Box::new(self.ops.shrink().map(move |ops| Self { ops, ..plan.clone() }))
    }
}

/// Whatever is switched when, and whatever the ring does: weights add up, and each value is delivered, comes back, or is counted.
fn weights_add_up(plan: Plan) -> bool {
    let Plan { capacity, kind, at_watermark, ops } = plan;
    Case { capacity, kind: Kind::ALL[kind], at_watermark, ops: &ops }.run();
    true
}

#[test]
fn weights_of_what_is_delivered_add_up_to_what_was_offered() {
    QuickCheck::new().tests(6000).quickcheck(weights_add_up as fn(Plan) -> bool);
}

/// A value that comes back as `Full` is decided on anew only when it is offered anew: retries change nothing.
#[test]
fn a_retry_is_no_second_decision() {
    for (keep, of) in [(1, 1), (1, 2), (2, 3), (3, 10)] {
        let sampling = Sampling::new(Rate::new(keep, of).unwrap(), 0);
        let kept = |retries: usize| {
            let mut ring = spsc::HeapRing::<u32>::new(1).unwrap();
            let (producer, mut consumer) = ring.split();
            let mut gate = Gate::new(producer, Sampler::new(&sampling));
            let mut kept = Vec::new();
            for value in 0..60 {
                for _ in 0..retries {
                    // The ring is full, or the value is kept out: once, and then it isn't offered again.
                    match gate.push(value) {
                        Err(PushError::Full(_)) => {}
                        other => {
                            assert!(matches!(other, Ok(Pushed::Stored) | Err(PushError::Shed(_))));
                            break;
                        }
                    }
                }
                if retries > 0 {
                    kept.extend(consumer.pop());
                    continue;
                }
                let _ = gate.push(value);
                kept.extend(consumer.pop());
            }
            kept
        };
        assert_eq!(kept(0), kept(5));
    }
    // And one that is refused for long takes its turn when there is room.
    let sampling = Sampling::new(Rate::new(1, 3).unwrap(), 0);
    let mut ring = spsc::HeapRing::<u32>::new(1).unwrap();
    let (producer, mut consumer) = ring.split();
    let mut gate = Gate::new(producer, Sampler::new(&sampling));
    assert_eq!([0, 1].map(|value| gate.push(value)), [Err(PushError::Shed(0)), Err(PushError::Shed(1))]);
    assert_eq!(gate.push(2), Ok(Pushed::Stored));
    assert_eq!([3, 4].map(|value| gate.push(value)), [Err(PushError::Shed(3)), Err(PushError::Shed(4))]);
    for _ in 0..10 {
        assert_eq!(gate.push(5), Err(PushError::Full(5)));
    }
    assert_eq!(consumer.pop(), Ok(2));
    assert_eq!(gate.push(5), Ok(Pushed::Stored));
    assert_eq!(gate.rule().kept_out(), 4);
}

/// A value that a closed ring gives back has not been decided on: it is still the one whose turn it is.
#[test]
fn what_a_closed_ring_gives_back_is_not_counted() {
    let sampling = Sampling::new(Rate::new(1, 3).unwrap(), 0);
    let mut ring = mpsc::HeapRing::new(4).unwrap();
    let (producer, mut consumer) = ring.split();
    let mut gate = Gate::new(producer, Sampler::new(&sampling));
    assert_eq!([0, 1].map(|value| gate.push(value)), [Err(PushError::Shed(0)), Err(PushError::Shed(1))]);
    consumer.close();
    for _ in 0..5 {
        assert_eq!(gate.push(2), Err(PushError::Closed(2)));
    }
    assert_eq!(gate.rule().kept_out(), 2);
}

#[test]
fn each_class_is_let_in_up_to_its_fill() {
    for capacity in [1, 2, 3, 10, 100, 1000] {
        let mut ring = mpsc::HeapRing::new(capacity).unwrap();
        let (producer, mut consumer) = ring.split();
        let thresholds = Thresholds::new([255, 200, 100, 0]).unwrap();
        let mut gate = Gate::new(producer, Classes::new(&thresholds, |class: &usize| *class));
        for inside in 0..=capacity {
            let fill = inside * 255 / capacity;
            for class in (1..4).rev() {
                let lets_in = fill < usize::from(thresholds.get(class));
                let outcome = gate.push(class);
                assert_eq!(outcome, if lets_in { Ok(Pushed::Stored) } else { Err(PushError::Shed(class)) });
                if lets_in {
                    consumer.drain().last().expect("it was let in");
                    (0..inside).for_each(|_| gate.end_mut().push(0).unwrap());
                }
            }
            let expected = if inside < capacity { Ok(Pushed::Stored) } else { Err(PushError::Full(0)) };
            assert_eq!(gate.push(0), expected, "the most important go by the ring's own policy");
        }
        assert_eq!(gate.rule().kept_out(0), 0);
        assert_eq!(gate.rule().kept_out(3), capacity + 1, "a threshold of 0 keeps a class out");
        let expected = (0..=capacity).filter(|inside| inside * 255 / capacity >= 200).count();
        assert_eq!(gate.rule().kept_out(1), expected);
        // A class beyond the last is as the last.
        assert_eq!(gate.push(17), Err(PushError::Shed(17)));
        assert_eq!((gate.rule().kept_out(3), gate.rule().kept_out(17)), (capacity + 2, 0));
    }
}

/// A gate that looks at the watermark alone keeps nothing out before it has been reached.
#[test]
fn a_gate_at_the_watermark_begins_there_and_ends_at_the_low_one() {
    let sampling = Sampling::new(Rate::new(1, 4095).unwrap(), 0);
    let mut ring = spsc::HeapRing::<u32>::new(8).unwrap();
    let (mut producer, mut consumer) = ring.split();
    producer.set_watermarks(Watermarks::new(4, 2).unwrap()).unwrap();
    let sampler = Sampler::new(&sampling);
    // At a fill of 0, as it is below the mark, the rule would keep nearly all out: so it begins above 0.
    sampling.set(Rate::new(1, 4095).unwrap(), 1);
    let mut gate = Gate::at_watermark(producer, sampler);
    for value in 0..4 {
        assert_eq!(gate.push(value), Ok(Pushed::Stored));
    }
    assert_eq!((gate.pressure(), gate.push(4)), (Pressure::Slow, Err(PushError::Shed(4))));
    consumer.pop().unwrap();
    assert_eq!(gate.push(5), Err(PushError::Shed(5)));
    consumer.pop().unwrap();
    assert_eq!((gate.pressure(), gate.push(6)), (Pressure::Open, Ok(Pushed::Stored)));
}

/// One gate before another: a value that the second one keeps out, or that comes back, is accounted for in both.
#[test]
fn gates_compose() {
    let (all, half) = (Sampling::new(Rate::ALL, 0), Sampling::new(Rate::new(1, 2).unwrap(), 0));
    let mut ring = HeapRing::with_overflow(4, 1, Overflow::DropOldest).unwrap();
    let (producer, mut consumer) = ring.split();
    let thresholds = Thresholds::new([255, 255]).unwrap();
    let inner = Gate::new(producer, Weighing::new(Sampler::new(&half)));
    let middle = Gate::new(inner, Classes::new(&thresholds, |value: &u32| usize::from(value % 3 == 0)));
    let mut outer = Gate::new(middle, Sampler::new(&all));
    thresholds.set([255, 0]).unwrap();
    let outcomes: Vec<_> = (0..12).map(|value| outer.push(value)).collect();
    let stored = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Pushed::Stored))).count();
    assert_eq!((stored, outer.len()), (4, 4));
    let (middle, _) = outer.into_parts();
    assert_eq!(middle.rule().kept_out(1), 4);
    assert_eq!(middle.end().rule().rule().kept_out(), 4);
    let weights: u32 = std::iter::from_fn(|| consumer.pop().ok()).map(|kept| kept.weight).sum();
    assert_eq!(weights + middle.end().rule().pending(), 8, "what came to the inner gate");
}

/// A share of a ring, rounded down as its fill is.
#[test]
fn a_percentage_is_a_fill() {
    let percents =
        [percent::<0>(), percent::<1>(), percent::<25>(), percent::<50>(), percent::<99>(), percent::<100>()];
    assert_eq!(percents, [0, 2, 63, 127, 252, 255]);
}

/// A number stands for a ring that is always that full.
#[test]
fn a_rule_can_be_asked_without_a_ring() {
    let sampling = Sampling::new(Rate::new(1, 4000).unwrap(), 100);
    let mut sampler = Sampler::new(&sampling);
    for fill in 0..=u8::MAX {
        assert_eq!(Fill::get(&mut { fill }), fill);
        assert_eq!(sampler.admit(fill, fill).is_ok(), fill < 100, "{fill}");
    }
}

/// A phase beyond the rate's, and one that a finer rate has left, is taken modulo the rate.
#[test]
fn a_phase_is_taken_modulo_the_rate() {
    let choices = |sampler: &mut Sampler<u32, &Sampling>| -> Vec<bool> {
        (0..40).map(|value| sampler.admit(value, 0).is_ok()).collect()
    };
    for of in 1..=12 {
        for keep in 1..=of {
            let sampling = Sampling::new(Rate::new(keep, of).unwrap(), 0);
            for phase in [0, 1, of - 1, of, of + 1, 3 * of - 1, 5 * of, 1000, u16::MAX] {
                let expected = choices(&mut Sampler::with_phase(&sampling, phase % of));
                assert_eq!(choices(&mut Sampler::with_phase(&sampling, phase)), expected, "{keep}/{of} from {phase}");
                // What 1 of 4095 has kept out since is owed, as a phase.
                let finer = Sampling::new(Rate::new(1, 4095).unwrap(), 0);
                let mut sampler = Sampler::with_phase(&finer, phase % 4000);
                assert!(sampler.admit(0, 0).is_err());
                finer.set(Rate::new(keep, of).unwrap(), 0);
                let expected = choices(&mut Sampler::with_phase(&sampling, (phase % 4000 + 1) % of));
                assert_eq!(choices(&mut sampler), expected, "{keep}/{of} after 1/4095");
            }
        }
    }
}

#[test]
fn settings_and_errors_are_shown() {
    let sampling = Sampling::new(Rate::new(3, 10).unwrap(), 77);
    let shown = format!("{sampling:?}");
    assert!(["keep: 3", "of: 10", "above: 77"].iter().all(|part| shown.contains(part)), "{shown}");
    let error = Thresholds::new([1, 2]).unwrap_err();
    assert_eq!(error.to_string(), "the threshold of class 1 is above that of the more important class before it");
}

/// An end that has a ring to itself, and counts how often it is asked.
struct Asked<'q> {
    end: spsc::Producer<'q, usize>,
    looks: Cell<usize>,
}

impl Push for Asked<'_> {
    type Item = usize;

    fn push(&mut self, value: usize) -> Result<Pushed<usize>, PushError<usize>> {
        Push::push(&mut self.end, value)
    }

    fn capacity(&self) -> usize {
        self.end.capacity()
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn is_closed(&self) -> bool {
        self.end.is_closed()
    }

    fn pressure(&self) -> Pressure {
        self.end.pressure()
    }

    fn fill(&self) -> u8 {
        self.looks.set(self.looks.get() + 1);
        Push::fill(&self.end)
    }

    fn pushes_below(&self, fill: u8) -> usize {
        self.looks.set(self.looks.get() + 1);
        self.end.pushes_below(fill)
    }
}

/// What an end has vouched for costs no further look, and a look for a class that gives way sooner does not undo it.
#[test]
fn an_end_is_asked_no_more_often_than_has_to_be() {
    let mut ring = spsc::HeapRing::new(255).unwrap();
    let (end, mut consumer) = ring.split();
    let thresholds = Thresholds::new([255, 200, 100]).unwrap();
    let mut gate = Gate::new(Asked { end, looks: Cell::new(0) }, Classes::new(&thresholds, |class: &usize| *class));
    let push = |gate: &mut Gate<Asked<'_>, _>, class, times, looks| {
        let before = gate.end().looks.get();
        let outcomes: Vec<_> = (0..times).map(|_| Gate::push(gate, class).is_ok()).collect();
        assert_eq!(gate.end().looks.get() - before, looks, "{times} of class {class}");
        outcomes.iter().filter(|&&is_in| is_in).count()
    };
    assert_eq!(push(&mut gate, 0, 10, 0), 10, "the most important are let in without a look");
    assert_eq!(push(&mut gate, 1, 150, 1), 150);
    // 200 are sure for 40 more pushes, of which each that is kept out is taken for one.
    assert_eq!(push(&mut gate, 2, 1, 1), 0);
    assert_eq!(push(&mut gate, 1, 39, 0), 39);
    assert_eq!(push(&mut gate, 1, 1, 1), 1);
    assert_eq!(push(&mut gate, 1, 1, 1), 0, "it is that full now");
    // The consumer makes room, which a look finds.
    consumer.drain().for_each(drop);
    assert_eq!(push(&mut gate, 2, 100, 1), 100);
    assert_eq!(push(&mut gate, 2, 1, 1), 0);
}

/// By chance, a seed's choices are those of a generator whose numbers are published: G. Marsaglia, *Xorshift RNGs* (2003), with
/// the seed that is given there.
#[test]
fn a_seed_makes_the_published_choices() {
    let numbers: [u64; 3] = [723_471_715, 2_497_366_906, 2_064_144_800];
    for (nth, number) in numbers.into_iter().enumerate() {
        let share = ((number * 4095) >> 32) as u16;
        for (keep, is_kept) in [(share, false), (share + 1, true)] {
            let sampling = Sampling::new(Rate::new(keep, 4095).unwrap(), 0);
            let mut sampler = Sampler::by_chance(&sampling, 2_463_534_242);
            let choices: Vec<bool> = (0..numbers.len()).map(|value| sampler.admit(value, 0).is_ok()).collect();
            assert_eq!(choices[nth], is_kept, "{keep} of 4095 at {nth}");
        }
    }
}

/// Weights that would be greater than a number can be stay at the greatest.
#[test]
fn what_is_owed_has_an_end() {
    let sampling = Sampling::new(Rate::ALL, 0);
    let mut rule = Weighing::new(Sampler::new(&sampling));
    for _ in 0..2 {
        assert_eq!(rule.lost(Weighted { value: 1, weight: u32::MAX }), 1);
        assert_eq!(rule.pending(), u32::MAX - 1);
    }
    assert_eq!(rule.admit(2, 0), Ok(Weighted { value: 2, weight: u32::MAX }));
    assert_eq!(rule.pending(), 0);
}
