//! Each rule before and behind every ring: a gate decides as if it had looked, stages compose and lose nothing but by their rules,
//! each loss under its own reason, whatever is switched meanwhile; and sinks may panic, and use the ring.
//!
//! Claims: account.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::thread;

use forebay_core::admission::{Classes, Fill, Gate, Rate, Rule, Sampler, Sampling, Thresholds, Weighing, Weighted};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::seam::{Pop, Push};
use forebay_core::spill::{Loss, Spill};
use forebay_core::{Overflow, PopError, Pressure, PushError, Pushed, Watermarks, mpsc};
use forebay_tests::ledger::{go_off, goes_off};
use forebay_tests::rings::{Another, Kind, Visitor, each};
use quickcheck::QuickCheck;

/// A rule that knows how full the ring is, and asks whether that is what it is told.
#[derive(Default)]
struct Probe {
    expected: u8,
    asks: Vec<u8>,
    keeps_out: bool,
}

impl Rule<u32> for Probe {
    type Value = u32;

    fn admit(&mut self, value: u32, mut fill: impl Fill) -> Result<u32, u32> {
        for &least in &self.asks {
            assert_eq!(fill.is_at_least(least), self.expected >= least, "{least}, at {}", self.expected);
        }
        assert!(self.asks.len() < 2 || fill.get() == self.expected);
        if self.keeps_out { Err(value) } else { Ok(value) }
    }

    fn undo(&mut self, stored: u32) -> u32 {
        stored
    }

    fn lost(&mut self, stored: u32) -> u32 {
        stored
    }
}

/// Pushes through the gate after any questions, past it, by another producer; and pops.
struct Probing<'a> {
    at_watermark: bool,
    /// Whether there is another gate behind it.
    two_gates: bool,
    ops: &'a [(u8, u8)],
}

impl Visitor<u32> for Probing<'_> {
    fn visit<P, C>(&mut self, kind: Kind, push: P, another: Another<P>, pop: C)
    where
        P: Push<Item = u32> + 'static,
        C: Pop<Item = u32> + 'static,
    {
        if self.two_gates {
            let half = Sampling::new(Rate::new(1, 2).unwrap(), 100);
            self.probe(kind, Gate::new(push, Sampler::new(half)), another, pop);
        } else {
            self.probe(kind, push, another, pop);
        }
    }
}

impl Probing<'_> {
    fn probe(
        &self,
        kind: Kind,
        push: impl Push<Item = u32>,
        mut another: Option<impl Push<Item = u32>>,
        mut pop: impl Pop<Item = u32>,
    ) {
        let rule = Probe::default();
        let mut gate = if self.at_watermark { Gate::at_watermark(push, rule) } else { Gate::new(push, rule) };
        for &(op, argument) in self.ops {
            match op % 8 {
                0..=4 => {
                    let is_open = self.at_watermark && gate.pressure() == Pressure::Open;
                    let expected = if is_open { 0 } else { gate.fill() };
                    let asks = [argument, 128, 255 - argument];
                    let first = usize::from(op / 8 % 2);
                    let asks = asks[first..first + usize::from(op / 16) % 3].to_vec();
                    *gate.rule_mut() = Probe { expected, asks, keeps_out: op > 200 };
                    let outcome = gate.push(0);
                    assert!(op <= 200 || outcome == Err(PushError::Shed(0)), "{}", kind.name);
                }
                5 => (0..argument % 4).for_each(|_| _ = gate.end_mut().push(1)),
                6 => {
                    if let Some(another) = &mut another {
                        (0..argument % 4).for_each(|_| _ = another.push(2));
                    }
                }
                _ => (0..argument % 8).for_each(|_| _ = pop.pop()),
            }
        }
    }
}

/// Whatever the end vouches for, and however seldom it is asked, the answers are those of a look at each push.
fn a_gate_tells_how_full_the_ring_is(capacity: u8, gates: (bool, bool), ops: Vec<(u8, u8)>) -> bool {
    let capacity = 1 + usize::from(capacity) % 12;
    let marks = Watermarks::high_and_half(capacity.div_ceil(2)).unwrap();
    let (at_watermark, two_gates) = gates;
    each(capacity, Some(marks), &mut Probing { at_watermark, two_gates, ops: &ops });
    true
}

#[test]
fn a_gate_decides_as_if_it_had_looked_at_each_value() {
    QuickCheck::new()
        .tests(2000)
        .quickcheck(a_gate_tells_how_full_the_ring_is as fn(u8, (bool, bool), Vec<(u8, u8)>) -> bool);
}

/// What became of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Delivered,
    Expired,
    Lost(Loss),
}

/// The fate of each number: one for each.
#[derive(Default)]
struct Fates(RefCell<BTreeMap<u32, Fate>>);

impl Fates {
    /// Notes it, and panics then for some numbers, as the user's code might.
    fn note(&self, number: u32, fate: Fate) {
        let before = self.0.borrow_mut().insert(number, fate);
        assert_eq!(before, None, "{number} had a fate already, and now {fate:?}");
        if number % 7 == 3 {
            go_off();
        }
    }

    fn count(&self, fate: Fate) -> usize {
        self.0.borrow().values().filter(|&&other| other == fate).count()
    }
}

/// Classes before a weighing sampler before stamps before a ring, with a sink for what is lost; and batches of what is not too old
/// behind it, with a sink for what is.
struct Composing<'a> {
    at_watermark: bool,
    ops: &'a [(u8, u8)],
}

impl Visitor<Stamped<Weighted<u32>>> for Composing<'_> {
    fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
    where
        P: Push<Item = Stamped<Weighted<u32>>> + 'static,
        C: Pop<Item = Stamped<Weighted<u32>>> + 'static,
    {
        // The clock wraps on the way.
        let now = Cell::new(u64::MAX - 50);
        let clock = || now.get();
        let (sampling, max_age) = (Sampling::new(Rate::ALL, 0), MaxAge::unlimited());
        let thresholds = Thresholds::new([255; 3]).unwrap();
        let (fates, out) = (Fates::default(), Cell::new(0));

        let inner = Weighing::new(Sampler::new(&sampling));
        let class_of = |number: &u32| *number as usize % 3;
        let stamping = Stamping::new(push, clock);
        let inner = if self.at_watermark { Gate::at_watermark(stamping, inner) } else { Gate::new(stamping, inner) };
        let outer = Gate::new(inner, Classes::new(&thresholds, class_of));
        let mut spill = Spill::new(outer, |number, loss| fates.note(number, Fate::Lost(loss)));

        let expiring = Expiring::new(pop, clock, &max_age).with_sink(|old: Weighted<u32>| {
            out.set(out.get() + old.weight);
            fates.note(old.value, Fate::Expired);
        });
        let mut flush = Flush::new(expiring, clock, NonZeroU64::MIN, NonZeroUsize::MIN);
        let (newest, (mut offered, mut refused)) = (Cell::new(None), (0_u32, 0_u32));
        let deliver = |kept: Weighted<u32>| {
            assert!(Some(kept.value) > newest.get(), "{kind:?}: out of order");
            newest.set(Some(kept.value));
            out.set(out.get() + kept.weight);
            fates.note(kept.value, Fate::Delivered);
        };

        for &(op, argument) in self.ops {
            match op % 12 {
                0..=5 => {
                    let number = offered;
                    offered += 1;
                    let outcome = Cell::new(None);
                    let panicked = goes_off(|| outcome.set(Some(spill.push(number))));
                    let refuses = matches!(outcome.get(), Some(Err(_)));
                    assert_eq!(outcome.get().is_none(), panicked);
                    assert!(!refuses || outcome.get() == Some(Err(PushError::Full(number))), "{kind:?}");
                    assert!(!refuses || kind.overflow == Overflow::Reject, "{kind:?}");
                    refused += u32::from(refuses);
                }
                6 | 7 => _ = goes_off(|| flush.oldest(deliver)),
                8 => now.set(now.get().wrapping_add(u64::from(argument) / 8)),
                9 => sampling.set(Rate::new(1 + u16::from(argument) % 3, 3).unwrap(), argument),
                10 => thresholds.set([255, argument.max(100), argument]).unwrap(),
                _ if argument < 50 => flush.set_every(NonZeroU64::MIN.saturating_add(u64::from(argument) / 10)),
                _ if argument < 100 => flush.set_most(NonZeroUsize::MIN.saturating_add(usize::from(argument) % 8)),
                _ => max_age.set(if argument > 200 { usize::MAX } else { usize::from(argument) - 100 }),
            }
        }
        while !flush.end().is_empty() {
            now.set(now.get().wrapping_add(10));
            goes_off(|| flush.oldest(deliver));
        }
        // Each number has one fate, or came back.
        assert_eq!(fates.0.borrow().len() + refused as usize, offered as usize, "{kind:?}");
        // Each loss is counted under its own reason.
        let (outer, inner) = (spill.end().rule(), spill.end().end().rule());
        let (classes, sampled) = ((0..3).map(|class| outer.kept_out(class)).sum::<usize>(), inner.rule().kept_out());
        assert_eq!(flush.end().expired(), fates.count(Fate::Expired), "{kind:?}");
        let (shed, evicted) = (fates.count(Fate::Lost(Loss::Shed)), fates.count(Fate::Lost(Loss::Evicted)));
        assert!(classes + sampled <= shed && (evicted == 0 || kind.overflow == Overflow::DropOldest), "{kind:?}");
        assert!(classes + sampled == shed || kind.overflow == Overflow::DropIncoming, "{kind:?}");
        assert_eq!(outer.kept_out(0), 0, "the most important are never kept out by class");
        // And the weights are those of all that came to the sampler.
        assert_eq!(out.get() + inner.pending(), offered - refused - classes as u32, "{kind:?}");
    }
}

fn stages_lose_nothing_but_by_their_rules(capacity: u8, at_watermark: bool, ops: Vec<(u8, u8)>) -> bool {
    let capacity = 1 + usize::from(capacity) % 12;
    let marks = Watermarks::high_and_half(capacity.div_ceil(2)).unwrap();
    each(capacity, Some(marks), &mut Composing { at_watermark, ops: &ops });
    true
}

#[test]
fn stages_compose_before_and_behind_every_ring() {
    QuickCheck::new()
        .tests(2000)
        .quickcheck(stages_lose_nothing_but_by_their_rules as fn(u8, bool, Vec<(u8, u8)>) -> bool);
}

/// What is set holds from the next value on, in every ring.
#[test]
fn each_rule_is_switched_while_it_runs() {
    struct Switching;

    impl Visitor<Stamped<u32>> for Switching {
        fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = Stamped<u32>> + 'static,
            C: Pop<Item = Stamped<u32>> + 'static,
        {
            let now = Cell::new(u64::MAX - 2);
            let clock = || now.get();
            let (sampling, max_age) = (Sampling::new(Rate::ALL, 0), MaxAge::unlimited());
            let thresholds = Thresholds::new([255; 2]).unwrap();
            let sampled = Gate::new(Stamping::new(push, clock), Sampler::new(&sampling));
            let mut gate = Gate::new(sampled, Classes::new(&thresholds, |number: &u32| *number as usize % 2));
            let mut kept =
                |numbers: std::ops::Range<u32>| numbers.filter(|&number| gate.push(number).is_ok()).collect();
            let expect = |kept: Vec<u32>, expected: &[u32]| assert_eq!(kept, expected, "{}", kind.name);
            expect(kept(0..4), &[0, 1, 2, 3]);
            sampling.set(Rate::new(1, 2).unwrap(), 0);
            expect(kept(4..8), &[5, 7]);
            thresholds.set([255, 0]).unwrap();
            expect(kept(8..12), &[10]);
            sampling.set(Rate::new(1, 2).unwrap(), 200);
            expect(kept(12..16), &[12, 14]);
            thresholds.set([255, 255]).unwrap();
            expect(kept(16..18), &[16, 17]);

            now.set(now.get().wrapping_add(5));
            let mut consumer = Expiring::new(pop, clock, &max_age);
            assert_eq!((consumer.pop(), consumer.pop()), (Ok(0), Ok(1)), "{}", kind.name);
            max_age.set(5);
            assert_eq!((consumer.pop(), consumer.expired()), (Ok(2), 0), "{}", kind.name);
            let one_more = RefCell::new(vec![]);
            let mut consumer = consumer.with_sink(|number| {
                one_more.borrow_mut().push(number);
                max_age.set(usize::MAX);
            });
            max_age.set(4);
            assert_eq!((consumer.pop(), consumer.expired()), (Ok(5), 1), "{}", kind.name);
            assert_eq!(one_more.take(), [3]);
        }
    }
    each(20, None, &mut Switching);
}

/// Rate, thresholds and greatest age are set by one thread, while two others go by them.
#[test]
fn settings_change_beside_those_who_go_by_them() {
    const OFFERED: u32 = 50_000;
    let (sampling, max_age) = (Sampling::new(Rate::ALL, 0), MaxAge::unlimited());
    let thresholds = Thresholds::new([255; 2]).unwrap();
    let (ticks, over) = (AtomicU64::new(u64::MAX - 1000), AtomicBool::new(false));
    let clock = || ticks.fetch_add(1, Relaxed);
    let mut ring = mpsc::HeapRing::new(64).unwrap();
    let (producer, consumer) = ring.split();
    thread::scope(|threads| {
        let producer = threads.spawn(|| {
            let inner = Gate::new(Stamping::new(producer, clock), Weighing::new(Sampler::new(&sampling)));
            let mut gate = Gate::new(inner, Classes::new(&thresholds, |number: &u32| *number as usize % 2));
            let refused = (0..OFFERED).filter(|&number| matches!(gate.push(number), Err(PushError::Full(_)))).count();
            let (outer, inner) = (gate.rule(), gate.end().rule());
            assert_eq!(outer.kept_out(0), 0, "at 255 the most important are let in, whatever else is set");
            (refused, outer.kept_out(1), inner.rule().kept_out(), inner.pending())
        });
        let consumer = threads.spawn(|| {
            let expired = Cell::new(0);
            let mut consumer = Expiring::new(consumer, clock, &max_age)
                .with_sink(|old: Weighted<u32>| expired.set(expired.get() + old.weight));
            let (mut newest, mut count, mut weight) = (None, 0, 0);
            loop {
                match consumer.pop() {
                    Ok(kept) => {
                        assert!(Some(kept.value) > newest, "in order");
                        newest = Some(kept.value);
                        count += 1;
                        weight += kept.weight;
                    }
                    Err(PopError::Empty) => thread::yield_now(),
                    Err(PopError::Closed) => break (count + consumer.expired(), weight + expired.get()),
                }
            }
        });
        threads.spawn(|| {
            for round in (1..=8).cycle().take_while(|_| !over.load(Relaxed)) {
                sampling.set(Rate::new(round, 8).unwrap(), 32 * (round as u8 - 1));
                thresholds.set([255, 255 - 16 * round as u8]).unwrap();
                max_age.set(if round == 8 { usize::MAX } else { usize::from(round) * 30 });
                thread::yield_now();
            }
        });
        let ends = (producer.join(), consumer.join());
        over.store(true, Relaxed);
        let ((refused, by_class, sampled, pending), (taken, weight)) = (ends.0.unwrap(), ends.1.unwrap());
        assert_eq!(taken + refused + by_class + sampled, OFFERED as usize);
        assert_eq!(weight + pending + refused as u32 + by_class as u32, OFFERED);
    });
}

/// A burst as large as the ring, that is drained before anything is too old: by a clock that wraps meanwhile.
#[test]
fn a_burst_that_is_drained_in_time_loses_nothing_in_any_ring() {
    const BURST: usize = 100;

    struct Burst;

    impl Visitor<Stamped<u64>> for Burst {
        fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = Stamped<u64>> + 'static,
            C: Pop<Item = Stamped<u64>> + 'static,
        {
            let now = Cell::new(u64::MAX - 50);
            let clock = || now.get();
            let mut producer = Stamping::new(push, clock);
            let mut consumer = Expiring::new(pop, clock, MaxAge::new(BURST))
                .with_sink(|number| unreachable!("{}: {number} was in time", kind.name));
            (0..BURST as u64).for_each(|number| assert_eq!(producer.push(number), Ok(Pushed::Stored)));
            for number in 0..BURST as u64 {
                now.set(now.get().wrapping_add(1));
                assert_eq!(consumer.pop(), Ok(number), "{}", kind.name);
            }
            assert_eq!((consumer.pop(), consumer.expired()), (Err(PopError::Empty), 0));
        }
    }
    each(BURST, None, &mut Burst);
}

/// Batches of both orders, behind every ring.
#[test]
fn every_ring_is_emptied_in_batches() {
    struct Batches;

    impl Visitor<u32> for Batches {
        fn visit<P, C>(&mut self, kind: Kind, mut push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = u32> + 'static,
            C: Pop<Item = u32> + 'static,
        {
            let now = Cell::new(u64::MAX);
            let every = NonZeroU64::new(2).unwrap();
            let mut flush = Flush::new(pop, || now.get(), every, NonZeroUsize::new(3).unwrap());
            let (mut batch, older, taken) = ([None; 4], RefCell::new(Vec::new()), RefCell::new(Vec::new()));
            (0..8).for_each(|number| assert_eq!(push.push(number), Ok(Pushed::Stored)));
            assert_eq!(flush.oldest(|number| taken.borrow_mut().push(number)), Some(3), "{}", kind.name);
            now.set(0);
            assert_eq!(flush.newest(&mut batch, |number| older.borrow_mut().push(number)), None, "not due");
            now.set(1);
            assert_eq!(flush.newest(&mut batch, |number| older.borrow_mut().push(number)), Some(3), "{}", kind.name);
            assert_eq!((batch, flush.skipped()), ([Some(7), Some(6), Some(5), None], 2));
            assert_eq!((taken.take(), older.take()), (vec![0, 1, 2], vec![3, 4]));
            assert_eq!((push.len(), push.push(8)), (0, Ok(Pushed::Stored)));
        }
    }
    each(8, None, &mut Batches);
}

/// A sink is called with nothing held: it may push what is too old into the same ring, as new.
#[test]
fn what_is_too_old_may_be_put_in_again() {
    struct Again;

    impl Visitor<Stamped<u32>> for Again {
        fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = Stamped<u32>> + 'static,
            C: Pop<Item = Stamped<u32>> + 'static,
        {
            let now = Cell::new(0);
            let clock = || now.get();
            let producer = RefCell::new(Stamping::new(push, clock));
            (0..4).for_each(|number| assert_eq!(producer.borrow_mut().push(number), Ok(Pushed::Stored)));
            now.set(10);
            let mut consumer = Expiring::new(pop, clock, MaxAge::new(9))
                .with_sink(|number| assert_eq!(producer.borrow_mut().push(10 + number), Ok(Pushed::Stored)));
            for number in 10..14 {
                assert_eq!(consumer.pop(), Ok(number), "{}", kind.name);
            }
            assert_eq!((consumer.pop(), consumer.expired()), (Err(PopError::Empty), 4), "{}", kind.name);
        }
    }
    each(4, None, &mut Again);
}

/// It may take one out of the same ring, and push by another producer.
#[test]
fn what_is_lost_may_make_room_for_something_else() {
    struct Instead;

    impl Visitor<u32> for Instead {
        fn visit<P, C>(&mut self, kind: Kind, push: P, another: Another<P>, pop: C)
        where
            P: Push<Item = u32> + 'static,
            C: Pop<Item = u32> + 'static,
        {
            let Some(mut another) = another else { return };
            let consumer = RefCell::new(pop);
            let mut spill = Spill::new(push, |number, loss| {
                let (lost, next) = if loss == Loss::Shed { (4, 0) } else { (0, 1) };
                assert_eq!((number, consumer.borrow_mut().pop()), (lost, Ok(next)), "{}", kind.name);
                assert_eq!(another.push(20), Ok(Pushed::Stored), "{}", kind.name);
            });
            (0..4).for_each(|number| assert_eq!(spill.push(number), Ok(None)));
            let (outcome, rest) = match kind.overflow {
                Overflow::Reject => (Err(PushError::Full(4)), [0, 1, 2, 3]),
                Overflow::DropIncoming => (Ok(Some(Loss::Shed)), [1, 2, 3, 20]),
                Overflow::DropOldest => (Ok(Some(Loss::Evicted)), [2, 3, 4, 20]),
            };
            assert_eq!(spill.push(4), outcome, "{}", kind.name);
            for number in rest {
                assert_eq!(consumer.borrow_mut().pop(), Ok(number), "{}", kind.name);
            }
        }
    }
    each(4, None, &mut Instead);
}
