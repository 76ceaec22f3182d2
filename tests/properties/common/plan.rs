//! What is done with a ring, made at random, and how each property of it is checked.

use std::fmt::Debug;

use forebay_tests::course::MAX_CAPACITY;
use quickcheck::{Arbitrary, Gen, QuickCheck};

/// What a case borrows, and what else it is made `with`.
#[derive(Clone, Debug)]
pub(crate) struct Plan<W> {
    pub(crate) capacity: usize,
    pub(crate) start: usize,
    pub(crate) fresh: bool,
    pub(crate) with: W,
    pub(crate) ops: Vec<(u8, u8)>,
}

impl<W: Arbitrary> Arbitrary for Plan<W> {
    fn arbitrary(g: &mut Gen) -> Self {
        let capacity = 1 + usize::arbitrary(g) % MAX_CAPACITY;
        Self {
            capacity,
            // Half of them start with the last position before a wrap of `spsc`.
            start: if bool::arbitrary(g) { 2 * capacity - 1 } else { usize::arbitrary(g) % (4 * capacity) },
            fresh: bool::arbitrary(g),
            with: W::arbitrary(g),
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

pub(crate) fn check<A: Arbitrary + Debug>(tests: u64, property: fn(A) -> bool) {
    QuickCheck::new().tests(tests).quickcheck(property);
}
