//! Properties of the ring by importance, on one thread: whatever is done with it, it behaves as its specification says, under every
//! policy, in every storage.
//!
//! Claims: capacity, order, answers, account, fairness.

use std::num::NonZeroUsize;

use forebay_core::priority::HeapRing;
use forebay_core::{Overflow, Pushed};
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};
use forebay_tests::priority::{Case, OVERFLOWS};
use quickcheck::{Arbitrary, Gen};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// The policy at first.
#[derive(Clone, Debug)]
struct With(Overflow);

impl Arbitrary for With {
    fn arbitrary(g: &mut Gen) -> Self {
        Self(*g.choose(&OVERFLOWS).expect("there are some"))
    }
}

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan<With>) -> bool {
    let Plan { capacity, start, fresh, with: With(overflow), .. } = plan;
    course::storages_agree(|storage| Case { capacity, start, fresh, overflow, ops: &plan.ops }.run::<T>(storage))
}

#[test]
fn a_ring_of_numbers_is_bounded_queues() {
    check(4000, storages_agree::<u32>);
}

#[test]
fn a_ring_of_tracked_items_is_bounded_queues() {
    check(2000, storages_agree::<Tracked>);
}

#[test]
fn a_ring_of_large_items_is_bounded_queues() {
    check(200, storages_agree::<Large>);
}

#[test]
fn a_ring_of_aligned_items_is_bounded_queues() {
    check(500, storages_agree::<Aligned>);
}

/// While a class has something, at most `bypass` items of more important classes are taken one after another, and that many are;
/// of each less important one there come two between at most.
#[test]
fn no_class_starves() {
    const CLASSES: usize = 4;
    for bypass in [1, 3, 4, 8, 16] {
        let mut ring = HeapRing::<usize, CLASSES>::new(40).unwrap();
        let (mut producer, mut consumer) = ring.split();
        producer.set_bypass(NonZeroUsize::new(bypass).unwrap());
        (0..40).for_each(|number| assert_eq!(producer.push(number % CLASSES, number), Ok(Pushed::Stored)));
        let mut since = [[0; CLASSES]; CLASSES];
        let mut most = [0; CLASSES];
        for number in 40..2000 {
            let (class, _) = consumer.pop().unwrap();
            // All classes have something, always.
            assert_eq!(producer.push(class, number), Ok(Pushed::Stored));
            since[class] = [0; CLASSES];
            for (waiting, since) in since.iter_mut().enumerate().filter(|&(waiting, _)| waiting != class) {
                since[class] += 1;
                most[waiting] = most[waiting].max(since[..waiting].iter().sum());
                if bypass >= 2 * CLASSES && waiting > 0 {
                    assert!(since[waiting + 1..].iter().all(|&times| times <= 2), "{waiting}: {since:?}");
                }
            }
        }
        assert_eq!(most, [0, bypass, bypass, bypass]);
        assert!((0..CLASSES).all(|class| consumer.popped(class) >= 1960 / (bypass + 1) / CLASSES));
    }
}

/// Ends that slept while others pushed, evicted and popped for any number of laps find their places.
#[test]
fn ends_that_slept_for_laps() {
    for capacity in 1..=5 {
        for slept in 0..40 * capacity {
            let mut ring = HeapRing::<usize, 2>::with_overflow(capacity, Overflow::DropOldest).unwrap();
            let (mut sleeper, mut consumer) = ring.split();
            let mut other = sleeper.clone();
            for number in 0..slept {
                let _ = other.push(number / 2 % 2, number);
                if number % 3 == 0 {
                    assert!(consumer.pop().is_ok());
                }
            }
            let mut inside = [consumer.inside(0), consumer.inside(1)];
            assert_eq!(inside.iter().sum::<usize>(), sleeper.len());
            let outcome = sleeper.push(0, 1000);
            inside[0] += 1;
            match outcome {
                Ok(Pushed::Stored) => assert!(sleeper.len() <= capacity),
                Ok(Pushed::Evicted(_)) if inside[1] > 0 => inside[1] -= 1,
                Ok(Pushed::Evicted(_)) => inside[0] -= 1,
                Err(error) => panic!("{error}"),
            }
            assert_eq!([sleeper.inside(0), sleeper.inside(1)], inside, "{capacity} {slept}");
            let mut got: [Vec<usize>; 2] = Default::default();
            consumer.drain().for_each(|(class, number)| got[class].push(number));
            assert_eq!([got[0].len(), got[1].len()], inside);
            assert!(got.iter().all(|got| got.is_sorted_by(|a, b| a < b)) && got[0].last() == Some(&1000));
        }
    }
}
