//! Properties of the conflated ring, on one thread: whatever is done with it, it behaves as its specification says. And with rules
//! before and behind it, nothing is lost without a count.
//!
//! Claims: capacity, order, answers, account, pressure.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::num::{NonZeroU64, NonZeroUsize};

use forebay_core::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds, Weighing, Weighted};
use forebay_core::conflated::HeapRing;
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::seam::{Pop, Push};
use forebay_core::spill::{Loss, Spill};
use forebay_core::{PopError, PushError, Pushed};
use forebay_tests::conflated::Case;
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan<()>) -> bool {
    let Plan { capacity: keys, start, fresh, with: (), .. } = plan;
    course::storages_agree(|storage| Case { keys, start, fresh, ops: &plan.ops }.run::<T>(storage))
}

#[test]
fn numbers_are_conflated_by_key() {
    check(4000, storages_agree::<u32>);
}

#[test]
fn tracked_values_are_conflated_by_key() {
    check(4000, storages_agree::<Tracked>);
}

#[test]
fn aligned_values_are_conflated_by_key() {
    check(500, storages_agree::<Aligned>);
}

#[test]
fn large_values_are_conflated_by_key() {
    check(200, storages_agree::<Large>);
}

/// How many keys the rings below have.
const KEYS: usize = 4;

/// A value: its key, and its number. Of five keys the last one is none of the ring's.
type Value = (usize, u32);

fn rates(argument: u8) -> Rate {
    Rate::new(1 + u16::from(argument) % 3, 3).expect("at least one, at most all")
}

/// A sample before, stamps, expiry behind, and the losses in a heap: what is offered is delivered, expired, lost in one of the ways,
/// or inside. What is inside is the newest of its key that got as far, and comes in the order of first change.
fn every_rule_at_once(ops: Vec<(u8, u8)>) -> bool {
    let now = Cell::new(0_u64);
    let clock = || now.get();
    let (sampling, max_age) = (Sampling::new(rates(2), 0), MaxAge::unlimited());
    let (lost, expired) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let mut ring = HeapRing::<Stamped<Value>>::new(KEYS).unwrap();
    let (producer, consumer) = ring.split();
    let keyed = producer.by(|stamped: &Stamped<Value>| stamped.value.0);
    let gate = Gate::new(Stamping::new(keyed, clock), Sampler::new(&sampling));
    let mut end = Spill::new(gate, |value: Value, loss| lost.borrow_mut().push((value, loss)));
    let mut consumer =
        Expiring::new(consumer.values(), clock, &max_age).with_sink(|value| expired.borrow_mut().push(value));
    // The specification: what is inside, in order, each with its time.
    let mut inside: VecDeque<(Value, u64)> = VecDeque::new();
    let (mut offered, mut delivered) = (0, Vec::new());
    for (op, argument) in ops {
        match op % 8 {
            0..=3 => {
                let value = (usize::from(argument) % (KEYS + 1), offered);
                offered += 1;
                let before = lost.borrow().len();
                let outcome = end.push(value).expect("it is neither full nor closed");
                let told: Vec<(Value, Loss)> = lost.borrow()[before..].to_vec();
                match inside.iter_mut().find(|(inside, _)| inside.0 == value.0) {
                    _ if told == [(value, Loss::Shed)] => assert_eq!(outcome, Some(Loss::Shed)),
                    Some(place) => {
                        assert_eq!((&told[..], outcome), (&[(place.0, Loss::Evicted)][..], Some(Loss::Evicted)));
                        *place = (value, now.get());
                    }
                    None => {
                        assert_eq!((told.len(), outcome), (0, None));
                        assert!(value.0 < KEYS, "there is no such key");
                        inside.push_back((value, now.get()));
                    }
                }
            }
            4 | 5 => {
                let before = expired.borrow().len();
                let popped = consumer.pop();
                let most = max_age.get();
                let is_old = |at: u64| most != usize::MAX && now.get() - at > most as u64;
                let mut old = Vec::new();
                let expected = loop {
                    match inside.pop_front() {
                        Some((value, at)) if is_old(at) => old.push(value),
                        other => break other.map(|(value, _)| value).ok_or(PopError::Empty),
                    }
                };
                assert_eq!(popped, expected);
                assert_eq!(expired.borrow()[before..], old);
                delivered.extend(popped);
            }
            6 => now.set(now.get() + u64::from(argument % 16)),
            _ if argument % 2 == 0 => sampling.set(rates(argument / 2), 0),
            _ => max_age.set(if argument < 64 { usize::MAX } else { usize::from(argument % 32) }),
        }
        let accounted = delivered.len() + expired.borrow().len() + lost.borrow().len() + inside.len();
        assert_eq!(accounted, offered as usize, "nothing is lost without a count");
        assert_eq!((end.end().len(), consumer.len()), (inside.len(), inside.len()));
    }
    // Each loss has its reason.
    let keyed = end.end().end().end();
    let conflated: usize = keyed.end().conflated_total();
    let kept_out = end.end().rule().kept_out();
    let count = |of| lost.borrow().iter().filter(|&&(_, loss)| loss == of).count();
    assert_eq!((count(Loss::Evicted), count(Loss::Shed)), (conflated, kept_out + keyed.without_key()));
    assert_eq!(consumer.expired(), expired.borrow().len());
    let mut all: Vec<u32> = delivered.iter().chain(&*expired.borrow()).map(|value| value.1).collect();
    all.extend(lost.borrow().iter().map(|((_, number), _)| number));
    all.extend(inside.iter().map(|((_, number), _)| number));
    all.sort_unstable();
    assert!(all.iter().copied().eq(0..offered), "each value once");
    true
}

#[test]
fn nothing_is_lost_without_a_count_whatever_the_rules() {
    check(4000, every_rule_at_once);
}

/// What a value stands for is added to the one that overtakes it, or that comes after one without a key: weights add up.
fn weights_add_up(ops: Vec<(u8, u8)>) -> bool {
    let sampling = Sampling::new(rates(0), 100);
    let mut ring = HeapRing::<Weighted<Value>>::new(KEYS).unwrap();
    let (producer, mut consumer) = ring.split();
    let keyed = producer.by(|weighted: &Weighted<Value>| weighted.value.0);
    let mut gate = Gate::new(keyed, Weighing::new(Sampler::new(&sampling)));
    let (mut offered, mut delivered) = (0_u32, 0);
    for (op, argument) in ops {
        match op % 4 {
            0..=2 => {
                let value = (usize::from(argument) % (KEYS + 1), offered);
                offered += 1;
                match gate.push(value) {
                    Ok(Pushed::Stored) => assert!(value.0 < KEYS),
                    Ok(Pushed::Evicted(before)) => assert!(before.0 == value.0 && before.1 < value.1),
                    Err(error) => assert_eq!(error, PushError::Shed(value)),
                }
            }
            _ => delivered += consumer.pop().map_or(0, |(_, value)| value.weight),
        }
    }
    let pending = gate.rule().pending();
    drop(gate);
    while let Ok((key, value)) = consumer.pop() {
        assert_eq!(key, value.value.0);
        delivered += value.weight;
    }
    assert_eq!(delivered + pending, offered);
    true
}

#[test]
fn weights_add_up_over_what_is_conflated() {
    check(4000, weights_add_up);
}

/// Classes by the share of keys that have something new: the less important wait for it to fall.
#[test]
fn classes_go_by_how_many_keys_are_dirty() {
    let mut ring = HeapRing::<Value>::new(KEYS).unwrap();
    let (producer, mut consumer) = ring.split();
    let thresholds = Thresholds::new([255, 120]).unwrap();
    let class_of = |value: &Value| usize::from(value.1 >= 100);
    let mut gate = Gate::new(producer.by(|value: &Value| value.0), Classes::new(&thresholds, class_of));
    assert_eq!([(0, 100), (1, 101)].map(|value| gate.push(value)), [Ok(Pushed::Stored), Ok(Pushed::Stored)]);
    assert_eq!(gate.push((2, 102)), Err(PushError::Shed((2, 102))), "half of them are");
    assert_eq!(gate.push((2, 2)), Ok(Pushed::Stored));
    assert_eq!(gate.push((0, 103)), Err(PushError::Shed((0, 103))));
    assert_eq!(gate.push((0, 0)), Ok(Pushed::Evicted((0, 100))), "the most important always come through");
    assert_eq!([consumer.pop(), consumer.pop()], [Ok((0, (0, 0))), Ok((1, (1, 101)))]);
    assert_eq!(gate.push((2, 104)), Ok(Pushed::Evicted((2, 2))));
    assert_eq!((gate.rule().kept_out(0), gate.rule().kept_out(1)), (0, 2));
}

/// A screen: all that has changed, at most so much, at most so often.
#[test]
fn frames_of_what_has_changed() {
    let now = Cell::new(0);
    let mut ring = HeapRing::<u32>::new(KEYS).unwrap();
    let (mut producer, consumer) = ring.split();
    let (every, most) = (NonZeroU64::new(10).unwrap(), NonZeroUsize::new(3).unwrap());
    let mut flush = Flush::new(consumer, || now.get(), every, most);
    let mut frame = || {
        let mut shown = Vec::new();
        flush.oldest(|pair| shown.push(pair)).map(|_| shown)
    };
    for (key, value) in [(3, 1), (1, 2), (3, 3), (0, 4), (2, 5), (1, 6)] {
        let _ = producer.push(key, value).unwrap();
    }
    assert_eq!(frame(), Some(vec![(3, 3), (1, 6), (0, 4)]));
    assert_eq!(frame(), None, "too early");
    let _ = producer.push(3, 7).unwrap();
    now.set(10);
    assert_eq!(frame(), Some(vec![(2, 5), (3, 7)]), "first changed, first shown");
}
