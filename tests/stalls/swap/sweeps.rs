//! What a consumer leaves behind in a storm is dropped, each item once, at the latest when it finds the ring empty; also if
//! such a drop panics.

use forebay_core::swap::Ring;
use forebay_tests::ledger::{Ledger, Tracked, goes_off};

use super::*;

const N: usize = 16;

/// A ring whose consumer has lost a race, and left items behind that are still inside: their number, after a pop.
type Left = (OwnedProducer<Tracked>, OwnedConsumer<Tracked>, usize);

fn left_behind(ledger: &Ledger, overflow: Overflow) -> Left {
    let (mut producer, mut consumer) = HeapRing::with_overflow(N, 2, Overflow::DropOldest).unwrap().into_ends();
    (0..N + 3).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
    let mut other = producer.try_clone().unwrap();
    let pushing = ledger.clone();
    // Interrupted before each step until it has taken one, so that it loses the race for the oldest.
    let hook = move || assert!(!other.is_full() || other.push(pushing.item()).is_ok());
    let popped = steps::with(hook, || consumer.pop()).expect("never empty");
    drop(popped);
    consumer.set_overflow(overflow);
    let left = ledger.alive() - consumer.len();
    assert!((1..=N / 2).contains(&left), "{left} were left behind");
    (producer, consumer, left)
}

#[test]
fn they_go_when_the_ring_is_empty() {
    let ledger = Ledger::new();
    let (_producer, mut consumer, left) = left_behind(&ledger, Overflow::DropOldest);
    consumer.pop_all(drop);
    assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{left}");
    ledger.settle();
}

#[test]
fn they_are_room() {
    for overflow in OVERFLOWS {
        let ledger = Ledger::new();
        let (mut producer, mut consumer, left) = left_behind(&ledger, overflow);
        let (room, evicted) = (N - consumer.len(), consumer.evicted());
        let mut victims = 0;
        for _ in 0..room {
            victims += usize::from(producer.push(ledger.item()).expect("there is room").evicted().is_some());
        }
        assert_eq!((victims, consumer.len()), (left, N));
        assert_eq!(consumer.evicted(), evicted, "they were counted when they were left behind");
        assert_eq!(producer.push(ledger.item()).is_ok(), overflow == Overflow::DropOldest);
        // Overtaken so soon after a storm, it leaves half of them behind once more.
        assert_eq!(consumer.pop_all(drop), if overflow == Overflow::DropOldest { N / 2 } else { N });
        assert!(consumer.pop().is_err());
        ledger.settle();
    }
}

/// A ring that can be split again, whose consumer has left items behind that are still inside: their number. Its ends are gone.
fn left_behind_by_the_last(ledger: &Ledger) -> (&'static Shared, usize) {
    let ring: &'static Shared = Box::leak(Box::new(Ring::with_overflow(Overflow::DropOldest)));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    (0..N + 3).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
    let mut other = producer.try_clone().unwrap();
    let pushing = ledger.clone();
    let hook = move || assert!(!other.is_full() || other.push(pushing.item()).is_ok());
    drop(steps::with(hook, || consumer.pop()).expect("never empty"));
    // Not next to the head.
    (0..2).for_each(|_| drop(consumer.pop().expect("more are inside")));
    let left = ledger.alive() - consumer.len();
    assert!((1..=N / 2).contains(&left), "{left} were left behind");
    (ring, left)
}

type Shared = Ring<Tracked, N, 2>;

/// The consumer of another split drops them when it finds the ring empty.
#[test]
fn they_go_after_another_split() {
    let ledger = Ledger::new();
    let (ring, left) = left_behind_by_the_last(&ledger);
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let inside = consumer.len();
    assert_eq!(consumer.drain().count(), inside);
    assert_eq!(ledger.alive(), if inside < N { 0 } else { left }, "a drain of all ends before it finds nothing");
    assert!(matches!(consumer.pop(), Err(PopError::Empty)));
    assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{left}");
    assert!(producer.push(ledger.item()).is_ok() && consumer.pop().is_ok());
    ledger.settle();
}

/// Or they are room, as before; some of them may have been evicted, and the rest goes all the same.
#[test]
fn they_are_room_after_another_split() {
    for pushed in 0..=2 * N {
        for overflow in OVERFLOWS {
            let ledger = Ledger::new();
            let (ring, left) = left_behind_by_the_last(&ledger);
            let (mut producer, mut consumer) = ring.try_split().unwrap();
            consumer.set_overflow(overflow);
            let (room, evicted) = (N - consumer.len(), consumer.evicted());
            let mut victims = 0;
            for _ in 0..pushed.min(room) {
                victims += usize::from(producer.push(ledger.item()).expect("there is room").evicted().is_some());
            }
            assert!(victims <= left && (pushed < room || victims == left));
            assert_eq!(consumer.evicted(), evicted, "they were counted when they were left behind");
            while consumer.pop().is_ok() {}
            assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{pushed} {left}");
            ledger.settle();
        }
    }
}

/// Nothing is taken in without a consumer, and they go with the ring.
#[test]
fn they_are_no_room_without_a_consumer() {
    for overflow in OVERFLOWS {
        let ledger = Ledger::new();
        let (mut producer, consumer, left) = left_behind(&ledger, overflow);
        let inside = consumer.len();
        drop(consumer);
        assert!(producer.push(ledger.item()).is_err_and(|error| error.is_closed()));
        assert_eq!(ledger.alive(), inside + left);
        drop(producer);
        ledger.settle();
    }
}

#[test]
fn a_drop_that_panics_leaves_a_ring_that_works() {
    for armed in 0..N / 2 {
        let ledger = Ledger::new();
        let (mut producer, mut consumer, left) = left_behind(&ledger, Overflow::Reject);
        if armed >= left {
            continue;
        }
        while !consumer.is_empty() {
            drop(consumer.pop());
        }
        assert_eq!(ledger.alive(), left);
        let alive: Vec<u32> = (0..u32::try_from(ledger.born()).unwrap()).filter(|&id| !ledger.is_dropped(id)).collect();
        ledger.arm(alive[armed]);
        assert!(goes_off(|| consumer.pop()));
        assert_eq!(ledger.alive(), armed, "from the latest on");
        assert!(matches!(consumer.pop(), Err(PopError::Empty)));
        assert_eq!(ledger.alive(), 0);
        assert!(producer.push(ledger.item()).is_ok());
        assert!(consumer.pop().is_ok());
        ledger.settle();
    }
}

#[test]
fn they_go_with_the_ring() {
    let ledger = Ledger::new();
    let (producer, consumer, _left) = left_behind(&ledger, Overflow::DropOldest);
    drop(consumer);
    drop(producer);
    ledger.settle();
}
