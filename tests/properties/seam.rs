//! The seam: code that knows `Push` and `Pop` alone works with every ring's ends, and the traits say what the ends say themselves.

use std::num::NonZeroU32;

use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{Overflow, PopError, PushError, Pushed, Refusal, conflated, fan_in, mpsc, priority, spsc, swap};

/// How many items the rings hold.
const N: usize = 4;

/// Fills a ring, overfills it by one, and empties it. Answers with what came of the one too many.
fn round(push: &mut impl Push<Item = u32>, pop: &mut impl Pop<Item = u32>) -> Result<Pushed<u32>, PushError<u32>> {
    assert_eq!((push.capacity(), push.len()), (N, 0));
    assert!(push.is_empty() && !push.is_full() && pop.is_empty());
    assert_eq!(pop.pop(), Err(PopError::Empty));
    for number in 0..4 {
        assert_eq!(push.push(number), Ok(Pushed::Stored));
        assert!(!push.is_empty() && !pop.is_empty());
    }
    assert!(push.is_full());
    assert_eq!((push.len(), pop.len()), (N, N));
    let outcome = push.push(4);
    let first = u32::from(outcome.is_ok());
    for number in first..first + 4 {
        assert_eq!(pop.pop(), Ok(number));
    }
    assert_eq!(pop.pop(), Err(PopError::Empty));
    assert!(!push.is_closed() && !pop.is_closed());
    outcome
}

/// The producers go, and the consumer is told.
fn close(push: impl Push<Item = u32>, mut pop: impl Pop<Item = u32>) {
    drop(push);
    assert!(pop.is_closed());
    assert_eq!(pop.pop(), Err(PopError::Closed));
}

#[test]
fn every_ring_has_it() {
    fn check_spsc<L: spsc::Layout>() {
        let (mut push, mut pop) = spsc::HeapRing::<u32, L>::new(N).unwrap().into_ends();
        assert_eq!(round(&mut push, &mut pop), Err(PushError::Full(4)));
        assert_eq!(Pop::capacity(&pop), N);
        close(push, pop);
    }
    check_spsc::<Dense>();
    check_spsc::<Flagged>();

    for (refusal, outcome) in [(Refusal::Reject, PushError::Full(4)), (Refusal::DropIncoming, PushError::Shed(4))] {
        let (mut push, mut pop) = mpsc::HeapRing::with_refusal(N, refusal).unwrap().into_ends();
        assert_eq!(round(&mut push, &mut pop), Err(outcome));
        assert_eq!(Pop::capacity(&pop), N);
        close(push, pop);

        let (opener, mut pop) = fan_in::HeapRing::new(1, N).unwrap().into_ends();
        let mut push = opener.open(NonZeroU32::MIN).unwrap();
        push.set_refusal(refusal);
        drop(opener);
        assert_eq!(round(&mut push, &mut pop), Err(outcome));
        assert_eq!(Pop::capacity(&pop), N);
        close(push, pop);
    }

    for (overflow, outcome) in [
        (Overflow::Reject, Err(PushError::Full(4))),
        (Overflow::DropIncoming, Err(PushError::Shed(4))),
        (Overflow::DropOldest, Ok(Pushed::Evicted(0))),
    ] {
        let (mut push, mut pop) = swap::HeapRing::with_overflow(N, 1, overflow).unwrap().into_ends();
        assert_eq!(round(&mut push, &mut pop), outcome);
        assert_eq!(Pop::capacity(&pop), N);
        close(push, pop);

        let (push, mut pop) = priority::HeapRing::<_, 2>::with_overflow(N, overflow).unwrap().into_ends();
        let mut push = push.by(|_| 1);
        assert_eq!(round(&mut push, &mut pop), outcome);
        assert_eq!(Pop::capacity(&pop), N);
        close(push, pop);
    }
}

#[test]
fn a_consumer_that_is_gone_is_seen_through_it() {
    fn check(push: impl Push<Item = u32>, pop: impl Pop<Item = u32>) {
        drop(pop);
        assert!(push.is_closed());
    }
    let (push, pop) = spsc::HeapRing::<u32>::new(N).unwrap().into_ends();
    check(push, pop);
    let (push, pop) = mpsc::HeapRing::new(N).unwrap().into_ends();
    check(push, pop);
    let (push, pop) = swap::HeapRing::new(N, 1).unwrap().into_ends();
    check(push, pop);
    let (push, pop) = priority::HeapRing::<_, 2>::new(N).unwrap().into_ends();
    check(push.by(|&number| number as usize), pop);
    let (opener, pop) = fan_in::HeapRing::new(1, N).unwrap().into_ends();
    check(opener.open(NonZeroU32::MIN).unwrap(), pop);
}

/// What is conflated has a consumer's side alone.
#[test]
fn the_conflated_ring_has_pop() {
    fn take_all<T>(mut from: impl Pop<Item = (usize, T)>) -> Vec<(usize, T)> {
        assert_eq!((from.capacity(), from.len(), from.is_empty(), from.is_closed()), (3, 2, false, false));
        std::iter::from_fn(|| from.pop().ok()).collect()
    }
    let (mut producer, consumer) = conflated::HeapRing::new(3).unwrap().into_ends();
    for (key, value) in [(2, 'a'), (0, 'b'), (2, 'c')] {
        let _ = producer.push(key, value).unwrap();
    }
    assert_eq!(take_all(consumer), [(2, 'c'), (0, 'b')]);
    assert!(producer.is_closed());
}
