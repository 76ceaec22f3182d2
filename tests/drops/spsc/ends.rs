//! Ends that go in either order, at any time: what is inside stays there until somebody takes it or the ring goes.

use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer, Ring};
use forebay_core::{InUse, PopError, PushError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::spsc::Runs;

use crate::rings::{N, Owner, holds, on_every_owner, on_every_ring, push};

fn number(of: usize) -> u32 {
    u32::try_from(of).expect("few items")
}

fn producer_first<L: Layout, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
    inside: usize,
    taken: usize,
) {
    let first = push(ledger, &mut producer, inside);
    drop(producer);
    assert!(consumer.is_closed());
    for id in first..first + number(taken) {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(id));
    }
    if taken == inside {
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        assert_eq!(consumer.read_slot().err(), Some(PopError::Closed));
    }
    assert_eq!(ledger.alive(), inside - taken);
}

#[test]
fn the_producer_goes_first() {
    for inside in 0..=N {
        for taken in 0..=inside {
            on_every_ring!(|ledger, producer, consumer| producer_first(ledger, producer, consumer, inside, taken));
        }
    }
}

fn consumer_first<L: Layout, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    consumer: Consumer<'_, Tracked, L, K>,
    before: usize,
    after: usize,
) {
    push(ledger, &mut producer, before);
    drop(consumer);
    assert!(producer.is_closed());
    push(ledger, &mut producer, after);
    assert_eq!(ledger.alive(), before + after, "they wait for another split, or for the end of the ring");
    if before + after == N {
        let refused = producer.push(ledger.item()).expect_err("it is full");
        assert!(matches!(refused, PushError::Closed(_)));
        assert_eq!(ledger.alive(), N + 1, "the error holds the value");
        drop(refused);
        assert_eq!(ledger.alive(), N);
        assert!(matches!(producer.write_slot(), Err(PushError::Closed(()))));
    }
}

#[test]
fn the_consumer_goes_first() {
    for before in 0..=N {
        for after in 0..=N - before {
            on_every_ring!(|ledger, producer, consumer| consumer_first(ledger, producer, consumer, before, after));
        }
    }
}

fn mid_batch<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
    producer_first: bool,
) {
    let first = push(ledger, &mut producer, N);
    let mut drain = consumer.drain();
    let held = drain.next();
    drop(drain);
    if let Some(mut run) = L::write_run(&mut producer, 2) {
        let (head, rest) = run.as_mut_slices();
        assert_eq!(head.len() + rest.len(), 1);
        drop(run);
    }
    if let Some(mut run) = L::read_run(&mut consumer, 2) {
        let (head, rest) = run.as_mut_slices();
        assert_eq!(head.iter().chain(rest.iter()).map(Tracked::id).collect::<Vec<_>>(), [first + 1, first + 2]);
        drop(run);
    }
    drop(consumer.read_slot());
    drop(producer.write_slot());
    if producer_first {
        drop(producer);
        drop(consumer);
    } else {
        drop(consumer);
        drop(producer);
    }
    assert_eq!(held.map(|item| item.id()), Some(first), "what was taken is ours, ring or no ring");
}

#[test]
fn in_the_middle_of_a_batch() {
    on_every_ring!(|ledger, producer, consumer| mid_batch(ledger, producer, consumer, false));
    on_every_ring!(|ledger, producer, consumer| mid_batch(ledger, producer, consumer, true));
}

fn rounds<L: Layout>(ledger: &Ledger, ring: &mut impl Owner<Tracked, L>) {
    let (mut next, mut expected) = (number(ledger.born()), number(ledger.born()));
    for round in 0..20 {
        let (mut producer, mut consumer) = ring.split();
        assert!(!producer.is_closed() && !consumer.is_closed());
        assert_eq!(producer.len(), consumer.len());
        for _ in 0..(round * 7) % (producer.free() + 1) {
            assert_eq!(push(ledger, &mut producer, 1), next);
            next += 1;
        }
        if round % 2 == 0 {
            drop(producer);
        }
        for _ in 0..(round * 5) % (consumer.len() + 1) {
            assert_eq!(consumer.pop().map(|item| item.id()), Ok(expected));
            expected += 1;
        }
    }
    assert!(next > 10, "the rounds do something");
}

#[test]
fn the_ring_is_split_again_and_again() {
    on_every_owner!(|ledger: &Ledger, ring: &mut _| rounds(ledger, ring));
}

fn shared<L: Layout>() {
    let ledger = Ledger::new();
    let ring = Ring::<Tracked, N, L>::new();
    for round in 0..4 {
        let (mut producer, consumer) = ring.try_split().expect("no end is out");
        let first = push(&ledger, &mut producer, 1);
        assert_eq!(ring.try_split().err(), Some(InUse));
        if round % 2 == 0 {
            drop(consumer);
            assert_eq!(ring.try_split().err(), Some(InUse), "the producer is out");
            drop(producer);
        } else {
            drop(producer);
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
fn a_shared_ring_has_one_pair_of_ends_at_a_time() {
    shared::<Dense>();
    shared::<Flagged>();
}

fn moved<L: Layout>() {
    let ledger = Ledger::new();
    let mut ring = Ring::<Tracked, N, L>::new();
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
    let mut ring = HeapRing::<Tracked, L>::new(N).expect("a small capacity");
    push(&ledger, &mut ring.split().0, N);
    let (producer, mut consumer) = ring.into_ends();
    assert_eq!(producer.len(), N);
    assert_eq!(consumer.pop().map(|item| item.id()), Ok(0));
    drop(consumer);
    assert_eq!(ledger.alive(), 2, "the producer still keeps the ring");
    drop(producer);
    ledger.settle();
}

#[test]
fn a_ring_moves_with_what_is_inside() {
    moved::<Dense>();
    moved::<Flagged>();
}
