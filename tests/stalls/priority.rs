//! The ring by importance is lock-free: while a thread stands still before any atomic step of its operation, or an interrupt has come
//! there, the others push and pop, get true answers, and lack the room for one item at most.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_priority`, and once more with
//! `--cfg forebay_narrow`, where laps come around every eighth.
//!
//! Claims: progress, answers, pressure.

#![cfg(forebay_steps)]

use std::num::NonZeroUsize;

use forebay_core::priority::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::course::OVERFLOWS;
use forebay_tests::stall::{self, Steps};

const CLASSES: usize = 3;

type P = OwnedProducer<u32, CLASSES>;
type C = OwnedConsumer<u32, CLASSES>;

/// Steps at most of an operation in a ring of three items: what it takes by itself, and where others have been meanwhile.
const ALONE: usize = if cfg!(forebay_narrow) { 46 } else { 34 };
const MOST: usize = if cfg!(forebay_narrow) { 110 } else { 80 };

/// The class of a number is its hundreds.
const fn class_of(number: u32) -> usize {
    number as usize / 100
}

/// Ends of a ring with some inside, after some went through each class.
fn ends(capacity: usize, inside: &[u32], overflow: Overflow) -> (P, C) {
    let (mut producer, mut consumer) = HeapRing::with_overflow(capacity, overflow).unwrap().into_ends();
    producer.set_bypass(NonZeroUsize::MAX);
    for number in (0..CLASSES as u32).map(|class| 100 * class + 99) {
        for _ in 0..=capacity {
            assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored));
            assert_eq!(consumer.pop(), Ok((class_of(number), number)));
        }
    }
    for &number in inside {
        assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored));
    }
    (producer, consumer)
}

/// What is inside at first: nothing, something, all of one class, some of each.
const INSIDE: [&[u32]; 9] =
    [&[], &[0], &[100], &[200], &[100, 200], &[0, 1], &[200, 201, 202], &[0, 100, 200], &[0, 1, 100]];

/// Every capacity, what may be inside, and every policy.
fn everywhere(mut at: impl FnMut(usize, &'static [u32], Overflow)) {
    for capacity in 1..=3 {
        for inside in INSIDE.into_iter().filter(|inside| inside.len() <= capacity) {
            OVERFLOWS.into_iter().for_each(|overflow| at(capacity, inside, overflow));
        }
    }
}

fn within(steps: Steps) {
    assert!((1..=ALONE).contains(&steps.alone) && steps.most <= MOST, "{steps:?}");
}

/// What became of the numbers.
#[derive(Debug, Default)]
struct Log {
    stored: Vec<u32>,
    evicted: Vec<u32>,
    popped: Vec<u32>,
    /// Whether a push was refused as the ring was closed.
    closed: bool,
}

impl Log {
    /// Enters a push.
    fn enter(&mut self, number: u32, outcome: Result<Pushed<u32>, PushError<u32>>) {
        match outcome {
            Ok(pushed) => {
                assert!(!self.closed, "closed is for good");
                self.stored.push(number);
                self.evicted.extend(pushed.evicted());
            }
            Err(error) => {
                self.closed |= error.is_closed();
                assert_eq!(error.into_inner(), number);
            }
        }
    }

    /// Pushes a number while one other thread stands still at most, and sees that the answer is true.
    fn push(&mut self, producer: &mut P, number: u32) {
        let inside: [usize; CLASSES] = std::array::from_fn(|class| producer.inside(class));
        let (len, class, capacity) = (inside.iter().sum::<usize>(), class_of(number), producer.capacity());
        let less = (class + 1..CLASSES).rev().find(|&less| inside[less] > 0);
        let outcome = producer.push(class, number);
        match outcome {
            Ok(Pushed::Stored) => assert!(len < capacity),
            // One place may be that of the thread that stands still.
            _ if len + 1 < capacity => panic!("{outcome:?} with {inside:?} inside"),
            Ok(Pushed::Evicted(victim)) => assert_eq!(class_of(victim), less.unwrap_or(class)),
            Err(PushError::Closed(_)) => assert!(producer.is_closed()),
            Err(error) => {
                assert!(less.is_none(), "{error} with {inside:?} inside");
                match producer.overflow() {
                    Overflow::Reject => assert!(error.is_full()),
                    Overflow::DropIncoming => assert!(error.is_shed()),
                    Overflow::DropOldest => assert!(error.is_shed() && inside[class] == 0),
                }
            }
        }
        self.enter(number, outcome);
    }

    /// Pops likewise.
    fn pop(&mut self, consumer: &mut C) {
        let first = (0..CLASSES).find(|&class| consumer.inside(class) > 0);
        let popped = consumer.pop();
        assert_eq!(popped.ok().map(|(class, _)| class), first);
        self.popped.extend(popped.map(|(_, number)| number));
    }

    /// Everything went one way, in order, and was counted.
    fn check(mut self, inside: &[u32], consumer: &mut C, end: PopError) {
        self.stored.extend(inside);
        for class in 0..CLASSES {
            let of = |numbers: &[u32]| numbers.iter().filter(|&&number| class_of(number) == class).count();
            assert_eq!(consumer.evicted(class), of(&self.evicted));
            assert_eq!(consumer.inside(class) + of(&self.popped) + of(&self.evicted), of(&self.stored), "{self:?}");
        }
        assert_eq!(consumer.len(), (0..CLASSES).map(|class| consumer.inside(class)).sum::<usize>());
        // All places are there again.
        self.popped.extend(consumer.drain().map(|(_, number)| number));
        assert_eq!((consumer.pop(), consumer.len()), (Err(end), 0));
        self.popped.extend(&self.evicted);
        self.popped.sort_unstable();
        self.stored.sort_unstable();
        assert_eq!(self.popped, self.stored);
    }
}

/// While a push stands still, another producer and the consumer go on, with less room for one item.
#[test]
fn a_push() {
    everywhere(|capacity, inside, overflow| {
        for class in 0..CLASSES {
            let number = 100 * class as u32 + 50;
            within(stall::everywhere(
                move || {
                    let (producer, consumer) = ends(capacity, inside, overflow);
                    (producer.clone(), (producer, consumer))
                },
                move |mut producer| (producer.push(class, number), producer),
                |(producer, consumer)| {
                    let mut log = Log::default();
                    for round in 0..2 {
                        [210, 110, 10, 211].into_iter().for_each(|number| log.push(producer, number + 2 * round));
                        (0..2).for_each(|_| log.pop(consumer));
                    }
                    log.push(producer, 20);
                    log
                },
                move |(outcome, _producer), mut log, (mut producer, mut consumer)| {
                    log.enter(number, outcome);
                    log.push(&mut producer, 30);
                    log.check(inside, &mut consumer, PopError::Empty);
                },
            ));
        }
    });
}

/// While a pop stands still, producers go on, with less room for one item.
#[test]
fn a_pop() {
    everywhere(|capacity, inside, overflow| {
        within(stall::everywhere(
            move || {
                let (producer, consumer) = ends(capacity, inside, overflow);
                (consumer, (producer.clone(), producer))
            },
            |mut consumer| (consumer.pop(), consumer),
            |(one, two)| {
                let mut log = Log::default();
                [210, 110, 10, 211].into_iter().for_each(|number| log.push(one, number));
                [220, 120, 20, 221].into_iter().for_each(|number| log.push(two, number));
                log
            },
            move |(popped, mut consumer), mut log, _producers| {
                // Where there is more than one, something is always inside.
                assert!(popped.is_ok() || inside.is_empty() || capacity == 1);
                log.popped.extend(popped.map(|(_, number)| number));
                log.check(inside, &mut consumer, PopError::Empty);
            },
        ));
    });
}

/// While a close stands still, producers go on, or are refused for good; and after it nothing is taken in.
#[test]
fn a_close() {
    everywhere(|capacity, inside, overflow| {
        within(stall::everywhere(
            move || {
                let (producer, consumer) = ends(capacity, inside, overflow);
                (consumer, producer)
            },
            |mut consumer| {
                consumer.close();
                consumer
            },
            |producer| {
                let mut log = Log::default();
                for number in [210, 110, 10, 211, 111, 11] {
                    let outcome = producer.push(class_of(number), number);
                    assert!(producer.is_closed() || !matches!(outcome, Err(PushError::Closed(_))));
                    log.enter(number, outcome);
                }
                log
            },
            move |mut consumer, mut log, mut producer| {
                let outcome = producer.push(0, 30);
                assert_eq!(outcome, Err(PushError::Closed(30)));
                log.enter(30, outcome);
                log.check(inside, &mut consumer, PopError::Closed);
            },
        ));
    });
}

/// While the consumer's end stands still in its drop, producers go on, or are refused for good.
#[test]
fn a_consumer_that_goes() {
    everywhere(|capacity, inside, overflow| {
        within(stall::everywhere(
            move || {
                let (producer, consumer) = ends(capacity, inside, overflow);
                (consumer, producer)
            },
            drop,
            |producer| {
                let mut log = Log::default();
                for number in [210, 10, 11] {
                    log.enter(number, producer.push(class_of(number), number));
                }
                log
            },
            move |(), log, mut producer| {
                assert_eq!(producer.push(0, 30), Err(PushError::Closed(30)));
                let left = (0..CLASSES).map(|class| producer.inside(class)).sum::<usize>();
                assert_eq!(left + log.evicted.len(), inside.len() + log.stored.len());
            },
        ));
    });
}

/// A push that stands still while the ring is closed and emptied puts its item in or is refused; the consumer says closed only when
/// nothing can come any more.
#[test]
fn a_push_while_it_is_closed() {
    everywhere(|capacity, inside, overflow| {
        for class in 0..CLASSES {
            let number = 100 * class as u32 + 50;
            stall::everywhere(
                move || ends(capacity, inside, overflow),
                move |mut producer| (producer.push(class, number), producer),
                |consumer| {
                    consumer.close();
                    let mut log = Log::default();
                    let why = loop {
                        match consumer.pop() {
                            Ok((_, number)) => log.popped.push(number),
                            Err(why) => break why,
                        }
                    };
                    (log, why)
                },
                move |(outcome, mut producer), (mut log, why), mut consumer| {
                    assert!(why == PopError::Empty || consumer.is_empty(), "closed, with an item to come");
                    log.enter(number, outcome);
                    let outcome = producer.push(0, 30);
                    assert_eq!(outcome, Err(PushError::Closed(30)));
                    log.check(inside, &mut consumer, PopError::Closed);
                },
            );
        }
    });
}

/// Clones that come and go hold nobody up.
#[test]
fn a_clone() {
    within(stall::everywhere(
        || {
            let (producer, consumer) = ends(2, &[100], Overflow::Reject);
            (producer.clone(), (producer, consumer))
        },
        |producer| {
            let clone = producer.clone();
            drop(producer);
            clone
        },
        |(producer, consumer)| {
            let mut log = Log::default();
            log.push(producer, 10);
            log.push(&mut producer.clone(), 11);
            log.pop(consumer);
            log
        },
        |mut clone, mut log, (producer, mut consumer)| {
            drop(producer);
            assert!(!consumer.is_closed());
            log.push(&mut clone, 110);
            drop(clone);
            log.check(&[100], &mut consumer, PopError::Closed);
        },
    ));
}

/// While a push stands still the laps come around. The order may be lost then, but no item and no room, and nobody goes in circles.
#[cfg(forebay_narrow)]
#[test]
fn laps_in_one_step() {
    for (capacity, inside) in [(1, &[][..]), (2, &[]), (2, &[0]), (2, &[100]), (3, &[]), (3, &[0, 1]), (3, &[100])] {
        for (rounds, overflow) in
            (8 * capacity - 3..=8 * capacity + 3).flat_map(|rounds| OVERFLOWS.map(|to| (rounds, to)))
        {
            stall::everywhere(
                move || {
                    let (producer, consumer) = ends(capacity, inside, overflow);
                    (producer.clone(), (producer, consumer))
                },
                |mut producer| (producer.push(0, 50), producer),
                move |(producer, consumer)| {
                    let mut log = Log::default();
                    for _ in 0..rounds {
                        log.enter(10, producer.push(0, 10));
                        log.popped.extend(consumer.pop().map(|(_, number)| number));
                    }
                    log
                },
                move |(outcome, one), mut log, (two, mut consumer)| {
                    log.enter(50, outcome);
                    let mut producers = [one, two];
                    for turn in 0..4 * capacity {
                        log.enter(20, stall::within(MOST, || producers[turn % 2].push(0, 20)));
                        if turn % 4 < 2 {
                            log.popped.extend(stall::within(MOST, || consumer.pop()).map(|(_, number)| number));
                        }
                    }
                    while let Ok((_, number)) = stall::within(MOST, || consumer.pop()) {
                        log.popped.push(number);
                    }
                    for turn in 0..capacity {
                        assert_eq!(producers[turn % 2].push(0, 30), Ok(Pushed::Stored), "the room is there");
                        log.stored.push(30);
                    }
                    log.check(inside, &mut consumer, PopError::Empty);
                },
            );
        }
    }
}
