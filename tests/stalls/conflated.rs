//! The conflated ring is wait-free: while a thread stands still before any atomic step of its operation, or an interrupt has come
//! there, the other end gets its answers, and they are the right ones. Nor is an operation longer than documented.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_conflated`
//!
//! Claims: progress.

#![cfg(forebay_steps)]

use forebay_core::PopError;
use forebay_core::conflated::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_tests::ledger::Ledger;
use forebay_tests::stall;

/// Steps at most: an exchange, a count, and what a push and a pop of a ring of keys take at the watermarks.
const PUSH: usize = 26;
const POP: usize = 28;

/// A ring of two keys, with some of them changed, in this order.
fn ends(changed: &[usize]) -> (OwnedProducer<u32>, OwnedConsumer<u32>) {
    let (mut producer, consumer) = HeapRing::new(2).unwrap().into_ends();
    for &key in changed {
        assert_eq!(producer.push(key, old(key)), Ok(None));
    }
    (producer, consumer)
}

/// The value of a key before.
fn old(key: usize) -> u32 {
    1 + u32::try_from(key).unwrap()
}

/// Which keys have something new before, in order.
const INSIDE: [&[usize]; 5] = [&[], &[0], &[1], &[0, 1], &[1, 0]];

/// Pops until it is told why there is no more.
fn pop_all(consumer: &mut OwnedConsumer<u32>) -> (Vec<(usize, u32)>, PopError) {
    let mut popped = Vec::new();
    loop {
        let (outcome, steps) = stall::counted(|| consumer.pop());
        assert!(steps <= POP, "{steps} steps");
        match outcome {
            Ok(item) => popped.push(item),
            Err(error) => return (popped, error),
        }
        assert!(popped.len() <= 10, "more than was pushed");
    }
}

/// While a push of key 0 stands still, everything else comes through, and its value afterwards.
#[test]
fn a_push() {
    for inside in INSIDE {
        let steps = stall::everywhere(
            move || ends(inside),
            |mut producer| (producer.push(0, 10).unwrap(), producer),
            pop_all,
            move |(before, mut producer), (popped, why), mut consumer| {
                assert_eq!(why, PopError::Empty);
                let late = pop_all(&mut consumer).0;
                // The other key is never held up.
                let others = popped.iter().filter(|&&(key, _)| key == 1).count();
                assert_eq!(others, usize::from(inside.contains(&1)));
                let values: Vec<u32> =
                    [popped, late].concat().iter().filter(|item| item.0 == 0).map(|item| item.1).collect();
                match before {
                    Some(before) => assert_eq!((before, &values[..]), (old(0), &[10][..])),
                    None if inside.contains(&0) => assert_eq!(values, [old(0), 10]),
                    None => assert_eq!(values, [10]),
                }
                assert_eq!(producer.conflated(0), Some(usize::from(before.is_some())));
                assert_eq!((producer.push(0, 11), consumer.pop()), (Ok(None), Ok((0, 11))));
            },
        );
        assert!((1..=PUSH).contains(&steps.alone) && steps.most <= PUSH, "{inside:?}: {steps:?}");
    }
}

/// While a pop stands still, the producer goes on with every key, and nothing is lost.
#[test]
fn a_pop() {
    for inside in INSIDE {
        let steps = stall::everywhere(
            move || {
                let (producer, consumer) = ends(inside);
                (consumer, producer)
            },
            |mut consumer| (consumer.pop(), consumer),
            |producer| {
                [(0, 10), (1, 20), (0, 11)].map(|(key, value)| {
                    let (before, steps) = stall::counted(|| producer.push(key, value).unwrap());
                    assert!(steps <= PUSH, "{steps} steps");
                    before
                })
            },
            move |(popped, mut consumer), before, producer| {
                let (rest, why) = pop_all(&mut consumer);
                assert_eq!(why, PopError::Empty);
                let mut all: Vec<u32> =
                    popped.iter().chain(&rest).map(|item| item.1).chain(before.into_iter().flatten()).collect();
                all.sort_unstable();
                let mut expected: Vec<u32> = inside.iter().map(|&key| old(key)).chain([10, 11, 20]).collect();
                expected.sort_unstable();
                assert_eq!(all, expected, "each comes out once, or back");
                let last = |of: usize| rest.iter().chain(&popped).find(|&&(key, _)| key == of).map(|item| item.1);
                assert!(last(0) == Some(11) || popped == Ok((0, 11)), "{popped:?} {rest:?}");
                assert!(last(1) == Some(20) || popped == Ok((1, 20)), "{popped:?} {rest:?}");
                assert!(producer.is_empty());
            },
        );
        assert!((1..=POP).contains(&steps.alone) && steps.most <= POP, "{inside:?}: {steps:?}");
    }
}

/// A producer that goes: the consumer gets the last values, whenever it looks.
#[test]
fn a_producer_that_goes() {
    for inside in INSIDE {
        stall::everywhere(
            move || ends(inside),
            drop,
            pop_all,
            move |(), (popped, _), mut consumer| {
                let (late, why) = pop_all(&mut consumer);
                assert_eq!(why, PopError::Closed);
                let expected: Vec<(usize, u32)> = inside.iter().map(|&key| (key, old(key))).collect();
                assert_eq!([popped, late].concat(), expected);
            },
        );
    }
}

/// Each value is dropped once, wherever a push or a pop is held up.
#[test]
fn tracked_values() {
    let ring = || {
        let ledger = Ledger::new();
        let (mut producer, consumer) = HeapRing::new(1).unwrap().into_ends();
        assert!(producer.push(0, ledger.item()).unwrap().is_none());
        (ledger, producer, consumer)
    };
    stall::everywhere(
        move || {
            let (ledger, producer, consumer) = ring();
            ((ledger.clone(), producer), (ledger, consumer))
        },
        |(ledger, mut producer)| drop(producer.push(0, ledger.item())),
        |(_, consumer)| drop(consumer.pop()),
        |(), (), (ledger, consumer)| {
            drop(consumer);
            ledger.settle();
        },
    );
    stall::everywhere(
        move || {
            let (ledger, producer, consumer) = ring();
            (consumer, (ledger, producer))
        },
        |mut consumer| drop(consumer.pop()),
        |(ledger, producer)| drop(producer.push(0, ledger.item())),
        |(), (), (ledger, producer)| {
            drop(producer);
            ledger.settle();
        },
    );
}
