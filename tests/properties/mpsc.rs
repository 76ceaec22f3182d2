//! Properties of the mpsc ring, on one thread: whatever is done with it by any of its ends, it behaves as its specification
//! says, and the account of its items is right after each operation.
//!
//! Claims: capacity, order, answers, account.

use forebay_core::Refusal;
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::mpsc::{Case, MAX_CAPACITY};
use forebay_tests::payload::{Aligned, Large, Payload};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan<bool>) -> bool {
    let Plan { capacity, start, fresh, with: drops, .. } = plan;
    let refusal = if drops { Refusal::DropIncoming } else { Refusal::Reject };
    course::storages_agree(|storage| Case { capacity, start, fresh, refusal, ops: &plan.ops }.run::<T>(storage))
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
                    let plan = Plan { capacity, start, fresh: start % 2 == 1, with: drops, ops: ops.concat() };
                    assert!(storages_agree::<u32>(plan));
                }
            }
        }
    }
}

/// Batches within batches: while the iterator of one is asked for an item, other producers push and the consumer pops.
///
/// A batch holds slots and has not put anything in yet, so this is what a producer that is held up does to the others. Ticks
/// of a clock say what was over before what began.
mod nested {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use forebay_core::mpsc::{HeapRing, OwnedConsumer, OwnedProducer};
    use forebay_core::{PopError, PushError};
    use quickcheck::QuickCheck;

    use super::MAX_CAPACITY;

    /// So many batches are within each other at most: each has a producer of its own.
    const DEPTH: usize = 4;

    /// A push of an item: when it began, and when it was over, if it is.
    #[derive(Clone, Copy, Debug)]
    struct Push {
        from: usize,
        begun: usize,
        over: Option<usize>,
    }

    #[derive(Default)]
    struct History {
        clock: usize,
        /// What was put in, by number, and has not come out.
        inside: BTreeMap<usize, Push>,
        /// How many items the batches that are under way may still put in.
        awaited: usize,
        made: usize,
        popped: usize,
    }

    impl History {
        fn tick(&mut self) -> usize {
            self.clock += 1;
            self.clock
        }

        /// Enters that an item came out.
        fn take(&mut self, number: usize) {
            let push = self.inside.remove(&number).expect("an item that was put in and has not come out");
            for (other, earlier) in &self.inside {
                let before = earlier.over.is_some_and(|over| over < push.begun);
                assert!(!before, "item {other} was over before {number} began, and did not come before it");
                assert!(
                    earlier.from != push.from || *other > number,
                    "{other} is of the same producer, and came later"
                );
            }
            self.popped += 1;
        }
    }

    struct Nest {
        ops: RefCell<std::vec::IntoIter<(u8, u8)>>,
        history: RefCell<History>,
        consumer: RefCell<OwnedConsumer<usize>>,
        capacity: usize,
    }

    impl Nest {
        /// Does up to so many operations, with the producers that are not in the middle of a batch.
        fn run(&self, producers: &mut [OwnedProducer<usize>], most: usize) {
            for _ in 0..most {
                let Some((op, argument)) = self.ops.borrow_mut().next() else { return };
                self.step(producers, op, usize::from(argument));
            }
        }

        fn step(&self, producers: &mut [OwnedProducer<usize>], op: u8, argument: usize) {
            match (op % 8, &mut *producers) {
                (0..=2, [producer, ..]) => self.push(producer),
                (3 | 4, [producer, others @ ..]) => self.batch(producer, others, argument),
                (5, _) => {
                    let mut consumer = self.consumer.borrow_mut();
                    for number in consumer.drain().take(argument % 5) {
                        self.history.borrow_mut().take(number);
                    }
                }
                _ => self.pop(),
            }
            let history = self.history.borrow();
            let len = self.consumer.borrow().len();
            let (least, most) = (history.inside.len(), history.inside.len() + history.awaited);
            assert!((least..=most.min(self.capacity)).contains(&len), "len is {len}, not {least} to {most}");
            assert_eq!(self.consumer.borrow().meet(), len == 0, "whatever has a ticket is met");
            // Nobody else moves, so it is exact, whoever is in the middle of a batch.
            assert!(
                producers.iter().all(|producer| producer.len() == len && producer.is_full() == (len == self.capacity))
            );
        }

        fn push(&self, producer: &mut OwnedProducer<usize>) {
            let mut history = self.history.borrow_mut();
            let (number, begun) = (history.made, history.tick());
            match producer.push(number) {
                Ok(()) => {
                    history.made += 1;
                    let over = Some(history.tick());
                    history.inside.insert(number, Push { from: producer.id(), begun, over });
                }
                Err(error) => {
                    assert_eq!(error, PushError::Full(number));
                    assert!(history.inside.len() + history.awaited >= self.capacity, "full, with room");
                }
            }
        }

        fn pop(&self) {
            let popped = self.consumer.borrow_mut().pop();
            let mut history = self.history.borrow_mut();
            match popped {
                Ok(number) => history.take(number),
                Err(error) => {
                    assert_eq!(error, PopError::Empty);
                    let over = history.inside.values().filter(|push| push.over.is_some()).count();
                    assert_eq!(over, 0, "empty, with items inside whose pushes are over");
                }
            }
        }

        /// Pushes a batch, and does other things before each of its items.
        fn batch(&self, producer: &mut OwnedProducer<usize>, others: &mut [OwnedProducer<usize>], argument: usize) {
            let (count, pause) = (argument % 6, argument / 6 % 4);
            let from = producer.id();
            let begun = self.history.borrow_mut().tick();
            self.history.borrow_mut().awaited += count;
            let mut last = None;
            let items = (0..count).map(|_| {
                // The one before is in.
                self.enter(last.take());
                self.run(others, pause);
                let mut history = self.history.borrow_mut();
                let number = history.made;
                history.made += 1;
                history.awaited -= 1;
                // From now on it may be inside, but it is not over.
                history.inside.insert(number, Push { from, begun, over: None });
                last = Some(number);
                number
            });
            let stored = producer.push_iter(items);
            self.enter(last);
            let mut history = self.history.borrow_mut();
            history.awaited -= count - stored;
            if stored < count {
                assert!(history.inside.len() + history.awaited >= self.capacity, "a batch stopped, with room");
            }
        }

        /// Enters that an item of a batch has been put in.
        fn enter(&self, number: Option<usize>) {
            let Some(number) = number else { return };
            let mut history = self.history.borrow_mut();
            let over = history.tick();
            if let Some(push) = history.inside.get_mut(&number) {
                push.over = Some(over);
            }
        }
    }

    /// Producers are told apart by where they lie.
    trait Id {
        fn id(&self) -> usize;
    }

    impl Id for OwnedProducer<usize> {
        fn id(&self) -> usize {
            std::ptr::from_ref(self).addr()
        }
    }

    fn is_ordered(capacity: u8, start: u8, ops: Vec<(u8, u8)>) -> bool {
        let capacity = 1 + usize::from(capacity) % MAX_CAPACITY;
        let (mut producer, mut consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
        for _ in 0..start {
            assert_eq!((producer.push(0), consumer.pop()), (Ok(()), Ok(0)));
        }
        let mut producers = vec![producer; DEPTH];
        let nest = Nest {
            ops: RefCell::new(ops.into_iter()),
            history: RefCell::default(),
            consumer: RefCell::new(consumer),
            capacity,
        };
        nest.run(&mut producers, usize::MAX);
        // All slots are there, and nothing is left.
        while !nest.history.borrow().inside.is_empty() {
            nest.pop();
        }
        nest.pop();
        let (history, mut consumer) = (nest.history.into_inner(), nest.consumer.into_inner());
        assert_eq!((history.popped, history.awaited), (history.made, 0));
        assert_eq!((consumer.len(), producers[0].push_iter(0..), consumer.len()), (0, capacity, capacity));
        consumer.drain().eq(0..capacity)
    }

    #[test]
    fn what_was_over_before_comes_before() {
        QuickCheck::new().tests(20_000).quickcheck(is_ordered as fn(u8, u8, Vec<(u8, u8)>) -> bool);
    }
}
