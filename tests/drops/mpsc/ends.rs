//! Ends that go in any order, at any time, and rings that are closed: what is inside stays there until somebody takes it or
//! the ring goes, and what is refused is the caller's.

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring};
use forebay_core::{InUse, PopError, PushError, Refusal};
use forebay_tests::ledger::{Ledger, Tracked};

use crate::rings::{N, Owner, holds, ids, next, number, on_every_owner, on_every_ring, push, works};

fn producers_first<K: Clone>(
    ledger: &Ledger,
    producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
    (inside, taken): (usize, usize),
    first_first: bool,
) {
    let first = next(ledger);
    let mut producers = vec![producer];
    for at in 0..inside {
        push(ledger, &mut producers[at / 2], 1);
        producers.push(producers[at / 2].clone());
    }
    while !producers.is_empty() {
        assert!(!consumer.is_closed(), "a producer is left");
        drop(if first_first { producers.remove(0) } else { producers.pop().expect("not empty") });
    }
    assert!(consumer.is_closed());
    for id in ids(first, taken) {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(id));
    }
    if taken == inside {
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        assert!(consumer.drain().next().is_none());
    }
    assert_eq!((ledger.alive(), consumer.len()), (inside - taken, inside - taken));
}

#[test]
fn the_producers_go_first() {
    for inside in 0..=N {
        for taken in 0..=inside {
            for order in [false, true] {
                on_every_ring!(|ledger, tx, rx| producers_first(ledger, tx, rx, (inside, taken), order));
            }
        }
    }
}

/// Sees that a ring with so many items inside takes nothing, under either policy.
fn takes_nothing<K: Clone>(ledger: &Ledger, producer: &mut Producer<'_, Tracked, K>, inside: usize) {
    let shed = producer.shed();
    for refusal in [Refusal::DropIncoming, Refusal::Reject] {
        producer.set_refusal(refusal);
        for producer in [&mut producer.clone(), &mut *producer] {
            assert!(producer.is_closed());
            let item = ledger.item();
            let id = item.id();
            let refused = producer.push(item).expect_err("it is closed");
            assert!(matches!(&refused, PushError::Closed(item) if item.id() == id));
            assert_eq!(ledger.alive(), inside + 1, "the error holds the value");
            drop(refused);
            let mut items = ledger.items(2).into_iter();
            assert_eq!((producer.push_iter(&mut items), items.len()), (0, 2), "the items stay in the iterator");
            drop(items);
            assert_eq!(ledger.alive(), inside);
        }
    }
    assert_eq!(producer.shed(), shed, "what a closed ring gives back is not shed");
}

fn consumer_first<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    consumer: Consumer<'_, Tracked, K>,
    inside: usize,
) {
    push(ledger, &mut producer, inside);
    let mut another = producer.clone();
    drop(consumer);
    takes_nothing(ledger, &mut another, inside);
    drop(producer);
    takes_nothing(ledger, &mut another, inside);
}

#[test]
fn the_consumer_goes_first() {
    for inside in 0..=N {
        on_every_ring!(|ledger, tx, rx| consumer_first(ledger, tx, rx, inside));
    }
}

fn closed<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
    (inside, taken): (usize, usize),
) {
    let first = push(ledger, &mut producer, inside);
    consumer.close();
    assert!(consumer.is_closed());
    takes_nothing(ledger, &mut producer, inside);
    consumer.close();
    for (id, left) in ids(first, taken).zip((0..inside).rev()) {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(id));
        takes_nothing(ledger, &mut producer, left);
    }
    if taken == inside {
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
    }
    assert_eq!(consumer.len(), inside - taken);
}

#[test]
fn a_closed_ring_takes_nothing_and_gives_what_it_has() {
    for inside in 0..=N {
        for taken in 0..=inside {
            on_every_ring!(|ledger, tx, rx| closed(ledger, tx, rx, (inside, taken)));
        }
    }
}

fn refused<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    let first = push(ledger, &mut producer, N);
    let mut another = producer.clone();
    let full = another.push(ledger.item()).expect_err("it is full");
    consumer.set_refusal(Refusal::DropIncoming);
    let shed = another.push(ledger.item()).expect_err("it is full");
    assert!(full.is_full() && shed.is_shed());
    assert_eq!((ledger.alive(), producer.shed(), consumer.lost(), consumer.lost()), (N + 2, 1, 1, 0));
    let mut items = ledger.items(2).into_iter();
    assert_eq!((another.push_iter(&mut items), items.len(), producer.shed()), (0, 2, 1), "whatever the policy");
    drop(items);
    drop(shed);
    let back = full.into_inner();
    assert_eq!(consumer.pop().map(|item| item.id()), Ok(first));
    let id = back.id();
    producer.push(back).expect("there is room");
    assert_eq!(ledger.alive(), N);
    another.set_refusal(Refusal::Reject);
    holds(&mut consumer, [first + 1, first + 2, id]);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn what_is_refused_or_shed_comes_back() {
    on_every_ring!(refused);
}

fn mid_drain<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
    taken: usize,
    producer_first: bool,
) {
    let first = push(ledger, &mut producer, N);
    let held: Vec<_> = consumer.drain().take(taken).collect();
    assert!(held.iter().map(Tracked::id).eq(ids(first, taken)));
    assert_eq!(consumer.len(), N - taken);
    // All the room can be seen now.
    let more = push(ledger, &mut producer, taken);
    assert!(producer.push(ledger.item()).is_err_and(|error| error.is_full()));
    if producer_first {
        drop(producer);
        holds(&mut consumer, ids(first, N).skip(taken).chain(ids(more, taken)));
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
    } else {
        drop(consumer);
        drop(producer);
    }
    assert!(held.iter().map(Tracked::id).eq(ids(first, taken)), "what was taken is ours, ring or no ring");
}

#[test]
fn a_drain_that_is_dropped_half_way() {
    for taken in 0..=N {
        for producer_first in [false, true] {
            on_every_ring!(|ledger, tx, rx| mid_drain(ledger, tx, rx, taken, producer_first));
        }
    }
}

fn rounds(ledger: &Ledger, ring: &mut impl Owner<Tracked>) {
    let (mut produced, mut expected) = (next(ledger), next(ledger));
    for round in 0..30 {
        let (mut producer, mut consumer) = ring.split();
        assert!(!producer.is_closed() && !consumer.is_closed(), "it is open again");
        let inside = (produced - expected) as usize;
        assert_eq!(consumer.len(), inside);
        let mut another = producer.clone();
        for step in 0..(round * 7) % (N - inside + 1) {
            let producer = if step % 2 == 0 { &mut another } else { &mut producer };
            assert_eq!(push(ledger, producer, 1), produced);
            produced += 1;
        }
        match round % 4 {
            0 => drop(producer),
            1 => consumer.close(),
            2 => drop((producer, another)),
            _ => {}
        }
        for _ in 0..(round * 5) % (number(consumer.len()) as usize + 1) {
            assert_eq!(consumer.pop().map(|item| item.id()), Ok(expected));
            expected += 1;
        }
    }
    assert!(produced > 10, "the rounds do something");
    let (mut producer, mut consumer) = ring.split();
    holds(&mut consumer, expected..produced);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn the_ring_is_split_again_and_again() {
    on_every_owner!(|ledger: &Ledger, ring: &mut _| rounds(ledger, ring));
}

#[test]
fn a_shared_ring_is_split_once_at_a_time() {
    let ledger = Ledger::new();
    let ring = Ring::<Tracked, N>::new();
    for round in 0..6 {
        let (mut producer, consumer) = ring.try_split().expect("no end is out");
        let first = push(&ledger, &mut producer, 1);
        assert_eq!(ring.try_split().err(), Some(InUse));
        let another = producer.clone();
        drop(producer);
        assert_eq!(ring.try_split().err(), Some(InUse));
        if round % 2 == 0 {
            drop(consumer);
            assert_eq!(ring.try_split().err(), Some(InUse), "a producer is out");
            drop(another);
        } else {
            drop(another);
            assert_eq!(ring.try_split().err(), Some(InUse), "the consumer is out");
            drop(consumer);
        }
        let (_producer, mut consumer) = ring.try_split().expect("no end is out");
        holds(&mut consumer, [first]);
    }
    drop(ring);
    ledger.settle();
}

#[test]
fn a_ring_moves_with_what_is_inside() {
    let ledger = Ledger::new();
    let mut ring = Ring::<Tracked, N>::new();
    let (mut producer, mut consumer) = ring.split();
    push(&ledger, &mut producer, 2);
    drop(consumer.pop());
    push(&ledger, &mut producer, 2);
    drop((producer, consumer));
    let mut boxed = Box::new(ring);
    let (mut producer, mut consumer) = boxed.split();
    assert!(matches!(producer.push(ledger.item()), Err(PushError::Full(_))));
    assert_eq!(consumer.pop().map(|item| item.id()), Ok(1));
    drop((producer, consumer));
    let ring = *boxed;
    drop(ring);
    ledger.settle();

    let ledger = Ledger::new();
    let mut ring = HeapRing::<Tracked>::new(N).expect("a small capacity");
    push(&ledger, &mut ring.split().0, N);
    let (producer, mut consumer) = ring.into_ends();
    let another = producer.clone();
    assert_eq!(consumer.pop().map(|item| item.id()), Ok(0));
    drop(consumer);
    drop(producer);
    assert_eq!(ledger.alive(), 2, "a producer still keeps the ring");
    drop(another);
    ledger.settle();
}
