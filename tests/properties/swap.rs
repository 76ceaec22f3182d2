//! Properties of the evicting ring, on one thread: whatever is done with it, it behaves as its specification says, under
//! every policy, in every storage.
//!
//! Claims: capacity, order, answers, account.

use forebay_core::swap::HeapRing;
use forebay_core::{Overflow, PopError, Pressure};
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};
use forebay_tests::swap::{Case, MAX_SEATS, OVERFLOWS};
use quickcheck::{Arbitrary, Gen};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// For how many producers it is, and which policy it has at first.
#[derive(Clone, Debug)]
struct With {
    seats: usize,
    overflow: Overflow,
}

impl Arbitrary for With {
    fn arbitrary(g: &mut Gen) -> Self {
        Self { seats: 1 + usize::arbitrary(g) % MAX_SEATS, overflow: *g.choose(&OVERFLOWS).expect("there are some") }
    }
}

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan<With>) -> bool {
    let Plan { capacity, start, fresh, with: With { seats, overflow }, .. } = plan;
    course::storages_agree(|storage| Case { capacity, seats, start, fresh, overflow, ops: &plan.ops }.run::<T>(storage))
}

#[test]
fn a_ring_of_numbers_is_a_bounded_queue() {
    check(4000, storages_agree::<u32>);
}

#[test]
fn a_ring_of_tracked_items_is_a_bounded_queue() {
    check(2000, storages_agree::<Tracked>);
}

#[test]
fn a_ring_of_large_items_is_a_bounded_queue() {
    check(200, storages_agree::<Large>);
}

#[test]
fn a_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, storages_agree::<Aligned>);
}

/// Where nobody races, a consumer that was overtaken by any number of items gets the oldest one inside, and is told of all
/// that it lost.
#[test]
fn a_burst_leaves_exactly_the_newest() {
    let capacities = (1..=70).chain([127, 128, 129, 1000, 1023, 1024, 1025]);
    for capacity in capacities {
        let mut ring = HeapRing::with_overflow(capacity, 1, Overflow::DropOldest).unwrap();
        let (mut producer, mut consumer) = ring.split();
        // Where laps come around, a consumer can't count more of them than there are.
        let most = if cfg!(forebay_narrow) { 3 * capacity } else { 5 * capacity };
        let mut next = 0_usize;
        let mut expected = 0;
        for burst in (0..=most).step_by(1 + capacity / 50) {
            let before = next;
            for _ in 0..burst {
                let _ = producer.push(next);
                next += 1;
            }
            let oldest = expected.max(next.saturating_sub(capacity));
            if next == before && oldest == next {
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                continue;
            }
            assert_eq!(consumer.len(), next - oldest);
            assert_eq!(consumer.pop(), Ok(oldest));
            assert_eq!(consumer.lost(), oldest - expected);
            expected = oldest + 1;
        }
    }
}

/// A handle that slept while others pushed for any number of laps finds the tail, and an old consumer the oldest item.
#[test]
fn ends_that_slept_for_laps() {
    for capacity in 1..=5 {
        for slept in 0..40 * capacity {
            let mut ring = HeapRing::with_overflow(capacity, 2, Overflow::DropOldest).unwrap();
            let (mut sleeper, mut consumer) = ring.split();
            let mut other = sleeper.try_clone().unwrap();
            for number in 0..slept {
                let _ = other.push(number);
            }
            assert_eq!(sleeper.len(), slept.min(capacity));
            let _ = sleeper.push(1000);
            let _ = other.push(1001);
            let mut got = Vec::new();
            consumer.pop_all(|number| got.push(number));
            let all: Vec<usize> = (0..slept).chain([1000, 1001]).collect();
            assert_eq!(got, all[all.len().saturating_sub(capacity)..], "{capacity} {slept}");
        }
    }
}

/// A full ring is so pressed, whatever number of laps were pushed while its consumer slept.
#[test]
fn ends_made_anew_after_laps() {
    for capacity in 1..=5 {
        for slept in 0..40 * capacity {
            let mut ring = HeapRing::with_overflow(capacity, 1, Overflow::DropOldest).unwrap();
            let (mut producer, consumer) = ring.split();
            for number in 0..slept {
                let _ = producer.push(number);
            }
            drop((producer, consumer));
            let (_, consumer) = ring.split();
            let level = if slept < capacity { Pressure::Open } else { Pressure::Stop };
            assert_eq!((consumer.len(), consumer.pressure()), (slept.min(capacity), level), "{slept} in {capacity}");
        }
    }
}
