//! Properties of the spsc ring, on one thread: whatever is done with it, it behaves as its specification says.

use std::fmt::Debug;

use forebay_core::spsc::{Dense, Flagged};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use forebay_tests::spsc::{Case, MAX_CAPACITY, Runs, Storage};
use quickcheck::{Arbitrary, Gen, QuickCheck};

/// What a [`Case`] borrows, made at random.
#[derive(Clone, Debug)]
struct Plan {
    capacity: usize,
    start: usize,
    fresh: bool,
    ops: Vec<(u8, u8)>,
}

impl Plan {
    fn run<T: Payload, L: Runs>(&self, storage: Storage) -> Vec<u32> {
        Case { capacity: self.capacity, start: self.start, fresh: self.fresh, ops: &self.ops }.run::<T, L>(storage)
    }
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        let capacity = 1 + usize::arbitrary(g) % MAX_CAPACITY;
        Self {
            capacity,
            // Half of them start with the last position before a wrap.
            start: if bool::arbitrary(g) { 2 * capacity - 1 } else { usize::arbitrary(g) % (2 * capacity) },
            fresh: bool::arbitrary(g),
            ops: Vec::arbitrary(g),
        }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let plan = self.clone();
        let fewer = (self.ops.shrink()).map(move |ops| Self { ops, ..plan.clone() });
        let plan = self.clone();
        let earlier = self.start.shrink().map(move |start| Self { start, ..plan.clone() });
        let plan = self.clone();
        let smaller = (1..self.capacity).map(move |capacity| Self { capacity, ..plan.clone() });
        Box::new(smaller.chain(earlier).chain(fewer))
    }
}

fn check<A: Arbitrary + Debug>(tests: u64, property: fn(A) -> bool) {
    QuickCheck::new().tests(tests).quickcheck(property);
}

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload, L: Runs>(plan: Plan) -> bool {
    let traces =
        [Storage::Array, Storage::Shared, Storage::Slice, Storage::Heap].map(|storage| plan.run::<T, L>(storage));
    // Ends that own their ring can't be made anew, so what they show differs after that.
    let _ = plan.run::<T, L>(Storage::Owned);
    traces.iter().all(|trace| *trace == traces[0])
}

#[test]
fn a_dense_ring_of_numbers_is_a_bounded_queue() {
    check(2000, storages_agree::<u32, Dense>);
}

#[test]
fn a_flagged_ring_of_numbers_is_a_bounded_queue() {
    check(2000, storages_agree::<u32, Flagged>);
}

#[test]
fn a_dense_ring_of_tracked_items_is_a_bounded_queue() {
    check(2000, storages_agree::<Tracked, Dense>);
}

#[test]
fn a_flagged_ring_of_tracked_items_is_a_bounded_queue() {
    check(2000, storages_agree::<Tracked, Flagged>);
}

#[test]
fn a_dense_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, storages_agree::<Aligned, Dense>);
}

#[test]
fn a_flagged_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, storages_agree::<Aligned, Flagged>);
}
