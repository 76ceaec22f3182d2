//! The seam: code that knows `Push` and `Pop` alone works with every ring's ends, and the traits say what the ends say themselves.
//!
//! Claims: answers, pressure.

use std::num::NonZeroU32;

use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{
    Overflow, PopError, Pressure, PushError, Pushed, Refusal, conflated, fan_in, latest, mpsc, priority, spsc, swap,
};

/// How many items the rings hold.
const N: usize = 4;

/// An end vouches for its next push if the ring is less full now, and for no more than there are up to there.
fn vouches(push: &impl Push) {
    for fill in 0..=u8::MAX {
        let pushes = push.pushes_below(fill);
        assert_eq!(pushes == 0, push.fill() >= fill, "{fill}, with {} inside", push.len());
        let last = push.len() + pushes.saturating_sub(1);
        assert!(pushes == 0 || last * 255 / N < usize::from(fill), "{fill}: {pushes} with {} inside", push.len());
    }
}

/// Fills a ring, overfills it by one, and empties it. Answers with what came of the one too many.
fn round(push: &mut impl Push<Item = u32>, pop: &mut impl Pop<Item = u32>) -> Result<Pushed<u32>, PushError<u32>> {
    assert_eq!((push.capacity(), push.len()), (N, 0));
    vouches(push);
    assert!(push.is_empty() && !push.is_full() && pop.is_empty());
    assert_eq!(pop.pop(), Err(PopError::Empty));
    for number in 0..4 {
        vouches(push);
        assert_eq!(push.push(number), Ok(Pushed::Stored));
        assert!(!push.is_empty() && !pop.is_empty());
    }
    vouches(push);
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

/// What is conflated: a value that is overtaken is evicted, one without a key is shed, and there is always room.
#[test]
fn the_conflated_ring_has_it_by_keys() {
    fn offer(into: &mut impl Push<Item = (usize, char)>) {
        assert_eq!((into.capacity(), into.len(), into.is_empty(), into.is_full(), into.fill()), (3, 0, true, false, 0));
        for (key, value) in [(2, 'a'), (0, 'b')] {
            assert_eq!(into.push((key, value)), Ok(Pushed::Stored));
        }
        assert_eq!(into.push((2, 'c')), Ok(Pushed::Evicted((2, 'a'))));
        assert_eq!(into.push((3, 'd')), Err(PushError::Shed((3, 'd'))));
        assert_eq!((into.len(), into.is_full(), into.fill(), into.pressure()), (2, false, 170, Pressure::Open));
        assert_eq!(into.push((1, 'e')), Ok(Pushed::Stored));
        assert_eq!((into.len(), into.is_full(), into.fill(), into.pressure()), (3, false, 255, Pressure::Stop));
        assert_eq!(into.push((0, 'f')), Ok(Pushed::Evicted((0, 'b'))));
    }
    fn take_all<T>(from: &mut impl Pop<Item = T>) -> Vec<T> {
        assert_eq!((from.capacity(), from.len(), from.is_empty(), from.is_closed()), (3, 3, false, false));
        std::iter::from_fn(|| from.pop().ok()).collect()
    }
    let (producer, mut consumer) = conflated::HeapRing::new(3).unwrap().into_ends();
    let mut keyed = producer.by(|&(key, _)| key);
    offer(&mut keyed);
    assert_eq!(take_all(&mut consumer), [(2, (2, 'c')), (0, (0, 'f')), (1, (1, 'e'))]);
    assert_eq!((keyed.without_key(), keyed.end().conflated(2), keyed.end().conflated(1)), (1, Some(1), Some(0)));
    let mut values = consumer.values();
    offer(&mut keyed);
    assert_eq!(take_all(&mut values), [(2, 'c'), (0, 'f'), (1, 'e')]);
    // The typed answer, and the end without the function.
    assert_eq!(keyed.push((9, 'x')), Err(conflated::NoKey((9, 'x'))));
    assert_eq!(keyed.push((0, 'y')), Ok(None));
    assert_eq!(keyed.without_key(), 3);
    let (mut producer, _) = keyed.into_parts();
    assert_eq!(producer.push(0, (7, 'z')), Ok(Some((0, 'y'))));
    drop(producer);
    assert_eq!(Pop::pop(&mut values), Ok((7, 'z')));
    assert!(Pop::is_closed(&values));
    assert_eq!(values.into_end().pop(), Err(PopError::Closed));
    let (producer, consumer) = conflated::HeapRing::new(1).unwrap().into_ends();
    let keyed = producer.by(|_: &u8| 0);
    assert!(!Push::is_closed(&keyed));
    drop(consumer);
    assert!(Push::is_closed(&keyed));
}

/// What is newest alone: there is always room, and what was not read comes back.
#[test]
fn the_triple_buffer_has_it_for_one_value() {
    fn says(of: &impl Push<Item = u32>) -> (usize, usize, bool, bool, u8, Pressure) {
        (of.capacity(), of.len(), of.is_empty(), of.is_full(), of.fill(), of.pressure())
    }
    let (mut push, mut pop) = latest::TripleBuffer::new().into_ends();
    assert_eq!(says(&push), (1, 0, true, false, 0, Pressure::Open));
    assert_eq!((Pop::capacity(&pop), Pop::len(&pop), Pop::is_empty(&pop)), (1, 0, true));
    assert_eq!(Push::push(&mut push, 1), Ok(Pushed::Stored));
    assert_eq!(says(&push), (1, 1, false, false, 0, Pressure::Open));
    assert_eq!(Push::push(&mut push, 2), Ok(Pushed::Evicted(1)));
    assert_eq!((Pop::len(&pop), Pop::is_empty(&pop), Pop::is_closed(&pop)), (1, false, false));
    assert_eq!((Pop::pop(&mut pop), Pop::pop(&mut pop)), (Ok(2), Err(PopError::Empty)));
    assert_eq!((says(&push), Push::is_closed(&push)), ((1, 0, true, false, 0, Pressure::Open), false));
    drop(pop);
    assert_eq!((says(&push).5, Push::is_closed(&push)), (Pressure::Closed, true));
    let (mut push, mut pop) = latest::TripleBuffer::new().into_ends();
    push.write(3);
    drop(push);
    assert!(Pop::is_closed(&pop));
    assert_eq!((Pop::pop(&mut pop), Pop::pop(&mut pop)), (Ok(3), Err(PopError::Closed)));
}

/// Ends that say only what they must say the rest by it.
#[test]
fn what_an_end_need_not_say_follows() {
    struct Least(usize);

    impl Push for Least {
        type Item = u32;

        fn push(&mut self, value: u32) -> Result<Pushed<u32>, PushError<u32>> {
            Err(PushError::Full(value))
        }

        fn capacity(&self) -> usize {
            4
        }

        fn len(&self) -> usize {
            self.0
        }

        fn is_closed(&self) -> bool {
            false
        }

        fn pressure(&self) -> Pressure {
            Pressure::Open
        }
    }

    impl Pop for Least {
        type Item = u32;

        fn pop(&mut self) -> Result<u32, PopError> {
            Err(PopError::Empty)
        }

        fn capacity(&self) -> usize {
            4
        }

        fn len(&self) -> usize {
            self.0
        }

        fn is_closed(&self) -> bool {
            false
        }
    }

    for len in 0..=4 {
        let end = Least(len);
        assert_eq!((Push::is_empty(&end), Pop::is_empty(&end), end.is_full()), (len == 0, len == 0, len == 4));
        assert_eq!(usize::from(end.fill()), len * 255 / 4);
        vouches(&end);
    }
    // More than there is room for may be counted where others push meanwhile.
    assert!(Least(5).is_full());
}
