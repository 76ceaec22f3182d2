//! Futures that are dropped after any number of polls: their values are the caller's or gone once, and their calls go on.

use std::sync::Arc;
use std::task::Poll;

use forebay::channel;
use forebay_tests::ledger::Ledger;

use super::{Counter, poll};

/// A send that is dropped after so many polls, woken and not woken: its value is dropped once, and the room is the next one's.
#[test]
fn a_send_that_is_dropped_sends_nothing() {
    for capacity in 1..=3 {
        for polls in 0..5 {
            for pops in 0..=capacity {
                for gives_back in [false, true] {
                    dropped_send(capacity, polls, pops, gives_back);
                }
            }
        }
    }
}

fn dropped_send(capacity: usize, polls: usize, pops: usize, gives_back: bool) {
    let ledger = Ledger::new();
    let (mut sender, mut receiver) = channel::mpsc(capacity).unwrap();
    (0..capacity).for_each(|_| assert!(sender.try_send(ledger.item()).is_ok()));
    let mut another = sender.clone();
    let (own, counter) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut send = sender.send(ledger.item());
    let id = u32::try_from(capacity).unwrap();
    (0..polls).for_each(|_| assert!(poll(&mut send, &own).is_pending()));
    let mut next = another.send(ledger.item());
    assert!(poll(&mut next, &counter).is_pending());
    let popped: Vec<_> = (0..pops).map(|_| receiver.try_recv().unwrap()).collect();
    assert!(!ledger.is_dropped(id));
    if gives_back {
        assert_eq!(send.into_inner().map(|item| item.id()), Some(id));
    } else {
        drop(send);
    }
    assert!(ledger.is_dropped(id));
    // The call of the one that is gone is the next one's.
    assert_eq!(counter.count(), usize::from(pops > 0));
    assert_eq!(poll(&mut next, &counter).is_ready(), pops > 0);
    drop(next);
    let rest: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
    assert!(popped.iter().chain(&rest).all(|item| item.id() != id));
    assert_eq!(popped.len() + rest.len(), capacity + usize::from(pops > 0));
    drop((popped, rest, sender, another, receiver));
    ledger.settle();
}

/// A receive that is dropped after so many polls has taken nothing.
#[test]
fn a_receive_that_is_dropped_takes_nothing() {
    for polls in 0..4 {
        for sent in 0..=2 {
            let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
            let counter = Arc::<Counter>::default();
            let mut receive = receiver.recv();
            (0..polls).for_each(|_| assert!(poll(&mut receive, &counter).is_pending()));
            (0..sent).for_each(|number| sender.try_send(number).unwrap());
            assert_eq!(counter.count(), usize::from(polls > 0 && sent > 0));
            drop(receive);
            for number in 0..sent {
                assert_eq!(poll(&mut receiver.recv(), &counter), Poll::Ready(Ok(number)));
            }
            assert!(poll(&mut receiver.recv(), &counter).is_pending());
        }
    }
}

/// A future that was forgotten leaves its end in the line; whatever that does next puts it right.
#[test]
fn a_send_that_is_forgotten_is_made_up_for() {
    let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
    (0..2).for_each(|number| sender.try_send(number).unwrap());
    let mut another = sender.clone();
    let (lost, counter) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut send = sender.send(2);
    assert!(poll(&mut send, &lost).is_pending());
    std::mem::forget(send);
    let mut next = another.send(3);
    assert!(poll(&mut next, &counter).is_pending());
    // The call went to the one that was forgotten.
    receiver.try_recv().unwrap();
    assert_eq!((lost.count(), counter.count()), (1, 0));
    receiver.try_recv().unwrap();
    assert_eq!(counter.count(), 1);
    // Whatever its sender does, it does with its own slot.
    sender.try_send(4).unwrap();
    assert_eq!(poll(&mut next, &counter), Poll::Ready(Ok(())));
    drop(next);
    let mut send = sender.send(5);
    assert!(poll(&mut send, &lost).is_pending());
    std::mem::forget(send);
    let mut next = another.send(6);
    assert!(poll(&mut next, &counter).is_pending());
    receiver.try_recv().unwrap();
    assert_eq!(counter.count(), 1);
    drop(sender);
    assert_eq!(counter.count(), 2, "it was gone in the end");
    assert_eq!(poll(&mut next, &counter), Poll::Ready(Ok(())));
}

/// The same, where the end that was left in the line counts as one that has been called.
#[test]
fn a_send_that_is_forgotten_does_not_count_for_ever() {
    let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
    (0..2).for_each(|number| sender.try_send(number).unwrap());
    let (mut second, mut third) = (sender.clone(), sender.clone());
    let counters: [Arc<Counter>; 3] = Default::default();
    let mut send = sender.send(2);
    assert!(poll(&mut send, &counters[0]).is_pending());
    std::mem::forget(send);
    let (mut next, mut last) = (second.send(3), third.send(4));
    assert!(poll(&mut next, &counters[1]).is_pending());
    assert!(poll(&mut last, &counters[2]).is_pending());
    (0..2).for_each(|number| assert_eq!(receiver.try_recv(), Ok(number)));
    sender.try_send(5).unwrap();
    drop(next);
    assert_eq!(counters[2].count(), 1);
    assert_eq!(poll(&mut last, &counters[2]), Poll::Ready(Ok(())));
}
