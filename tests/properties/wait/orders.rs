//! Any order of polls, wakes, wakers that change, futures that are dropped, ends that come and go, and a close.

use forebay_tests::waiting::{Case, MAX_CAPACITY, Over};
use quickcheck::{Arbitrary, Gen, QuickCheck};

#[derive(Clone, Debug)]
struct Plan {
    over: Over,
    capacity: usize,
    ops: Vec<(u8, u8)>,
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        // Some senders first, and a full ring.
        let mut ops = vec![(6, 0); usize::arbitrary(g) % 4];
        ops.extend(vec![(0, 0); usize::arbitrary(g) % 6]);
        ops.extend(Vec::<(u8, u8)>::arbitrary(g));
        Self { over: *g.choose(&Over::ALL).unwrap(), capacity: 1 + usize::arbitrary(g) % MAX_CAPACITY, ops }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let Self { over, capacity, .. } = *self;
        Box::new(self.ops.shrink().map(move |ops| Self { over, capacity, ops }))
    }
}

#[test]
fn nothing_is_lost_and_nobody_sleeps_when_there_is_something() {
    fn holds(plan: Plan) -> bool {
        let _ = Case { over: plan.over, capacity: plan.capacity, ops: &plan.ops }.run();
        true
    }
    QuickCheck::new().tests(40_000).quickcheck(holds as fn(Plan) -> bool);
}
