//! Properties of the mpsc ring, on one thread: whatever is done with it by any of its ends, it behaves as its specification
//! says, and the account of its items is right after each operation.

use forebay_core::Refusal;
use forebay_tests::ledger::Tracked;
use forebay_tests::mpsc::{Case, MAX_CAPACITY, Storage};
use forebay_tests::payload::{Aligned, Large, Payload};
use quickcheck::{Arbitrary, Gen, QuickCheck};

/// What a [`Case`] borrows, made at random.
#[derive(Clone, Debug)]
struct Plan {
    capacity: usize,
    start: usize,
    fresh: bool,
    drops: bool,
    ops: Vec<(u8, u8)>,
}

impl Plan {
    fn run<T: Payload>(&self, storage: Storage) -> Vec<u32> {
        let refusal = if self.drops { Refusal::DropIncoming } else { Refusal::Reject };
        let Self { capacity, start, fresh, .. } = *self;
        Case { capacity, start, fresh, refusal, ops: &self.ops }.run::<T>(storage)
    }
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        let capacity = 1 + usize::arbitrary(g) % MAX_CAPACITY;
        Self {
            capacity,
            start: usize::arbitrary(g) % (4 * capacity),
            fresh: bool::arbitrary(g),
            drops: bool::arbitrary(g),
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

fn check(tests: u64, property: fn(Plan) -> bool) {
    QuickCheck::new().tests(tests).quickcheck(property);
}

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan) -> bool {
    // What is never forgotten, or goes with its ends, shows something else.
    let _ = plan.run::<T>(Storage::Shared);
    let _ = plan.run::<T>(Storage::Owned);
    let traces = [Storage::Array, Storage::Slice, Storage::Heap].map(|storage| plan.run::<T>(storage));
    traces.iter().all(|trace| *trace == traces[0])
}

#[test]
fn a_ring_of_numbers_is_a_bounded_queue() {
    check(4000, storages_agree::<u32>);
}

#[test]
fn a_ring_of_tracked_items_is_a_bounded_queue() {
    check(4000, storages_agree::<Tracked>);
}

#[test]
fn a_ring_of_aligned_items_is_a_bounded_queue() {
    check(1000, storages_agree::<Aligned>);
}

#[test]
fn a_ring_of_large_items_is_a_bounded_queue() {
    check(200, storages_agree::<Large>);
}

/// Every capacity, every fill level, every position to start at: a push stores below it and not at it.
#[test]
fn every_capacity_is_exact() {
    const PUSH: (u8, u8) = (0, 1);
    const POP: (u8, u8) = (5, 0);
    for capacity in 1..=MAX_CAPACITY {
        for start in 0..2 * capacity {
            for inside in 0..=capacity {
                let fill = vec![PUSH; inside];
                let ops =
                    [fill, vec![(18, 0)], [PUSH, POP].repeat(3), vec![PUSH; capacity + 1], vec![POP; capacity + 1]];
                for drops in [false, true] {
                    let plan = Plan { capacity, start, fresh: start % 2 == 1, drops, ops: ops.concat() };
                    assert!(storages_agree::<u32>(plan));
                }
            }
        }
    }
}
