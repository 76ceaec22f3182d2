//! Drains and ends that are never dropped: the ring goes on, and nothing is dropped twice.

#![expect(clippy::forget_non_drop, clippy::drop_non_drop, reason = "that a drain does nothing when it goes may change")]

use std::mem;

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{self, Ledger, Tracked};

use crate::rings::{N, Owner, holds, ids, on_every_owner, on_every_ring, push, works};

fn drains<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
    taken: usize,
) {
    let first = push(ledger, &mut producer, N);
    let mut drain = consumer.drain();
    let held: Vec<_> = drain.by_ref().take(taken).collect();
    mem::forget(drain);
    assert!(held.iter().map(Tracked::id).eq(ids(first, taken)));
    assert!((N - taken..=N).contains(&consumer.len()), "the producers need not know yet");
    // Whatever pop or drain comes next tells them.
    if taken % 2 == 0 {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(first + 2));
    } else {
        drop(consumer.drain());
        assert_eq!(consumer.len(), N - taken);
        holds(&mut consumer, ids(first, N).skip(taken));
    }
    drop(held);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn drains_that_are_forgotten() {
    for taken in [1, 2, 3] {
        on_every_ring!(|ledger, tx, rx| drains(ledger, tx, rx, taken));
    }
}

/// A full ring whose items a forgotten drain has all taken: a pop finds nothing, and no push can follow if that doesn't tell.
fn drained_and_forgotten<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
) {
    push(ledger, &mut producer, N);
    let mut drain = consumer.drain();
    assert_eq!(drain.by_ref().count(), N);
    mem::forget(drain);
    assert_eq!(consumer.pop().err(), Some(PopError::Empty));
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn a_ring_that_was_emptied_by_a_forgotten_drain() {
    on_every_ring!(drained_and_forgotten);
}

/// Which ends are forgotten.
#[derive(Clone, Copy, Debug)]
struct Which {
    producer: bool,
    another: bool,
    consumer: bool,
}

impl Which {
    const ALL: [Self; 7] = [
        Self { producer: true, another: false, consumer: false },
        Self { producer: false, another: true, consumer: false },
        Self { producer: true, another: true, consumer: false },
        Self { producer: false, another: false, consumer: true },
        Self { producer: true, another: false, consumer: true },
        Self { producer: false, another: true, consumer: true },
        Self { producer: true, another: true, consumer: true },
    ];

    fn forget<K: Clone>(self, producer: Producer<'_, Tracked, K>, consumer: Consumer<'_, Tracked, K>) {
        let another = producer.clone();
        for (producer, forget) in [(producer, self.producer), (another, self.another)] {
            if forget { ledger::forget(producer) } else { drop(producer) }
        }
        if self.consumer { ledger::forget(consumer) } else { drop(consumer) }
    }
}

fn ends(ledger: &Ledger, ring: &mut impl Owner<Tracked>, which: Which) {
    for inside in 0..=N {
        let (mut producer, consumer) = ring.split();
        let first = push(ledger, &mut producer, inside);
        which.forget(producer, consumer);

        let (mut producer, mut consumer) = ring.split();
        assert!(!producer.is_closed() && !consumer.is_closed());
        assert_eq!(consumer.len(), inside);
        holds(&mut consumer, ids(first, inside));
        assert_eq!(consumer.pop().err(), Some(PopError::Empty), "there is a producer");
        works(ledger, &mut producer, &mut consumer);
        consumer.close();
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        which.forget(producer, consumer);
    }
}

#[test]
fn ends_that_are_forgotten_before_another_split() {
    for which in Which::ALL {
        on_every_owner!(|ledger: &Ledger, ring: &mut _| ends(ledger, ring, which));
    }
}

/// A drain and its consumer are forgotten: the next ends have all the slots.
/// Producers that were forgotten don't count in another split: the last one that is there is the last.
fn producers(_: &Ledger, ring: &mut impl Owner<Tracked>) {
    for forgotten in 1..=3 {
        let (producer, consumer) = ring.split();
        (1..forgotten).for_each(|_| mem::forget(producer.clone()));
        mem::forget(producer);
        drop(consumer);
        let (producer, mut consumer) = ring.split();
        assert!(!consumer.is_closed());
        assert_eq!(consumer.pop().map(drop), Err(PopError::Empty));
        drop(producer);
        assert!(consumer.is_closed());
        assert_eq!(consumer.pop().map(drop), Err(PopError::Closed));
    }
}

#[test]
fn producers_that_were_forgotten_do_not_keep_another_split_open() {
    on_every_owner!(producers);
}

fn drain_and_consumer(ledger: &Ledger, ring: &mut impl Owner<Tracked>, taken: usize) {
    let (mut producer, mut consumer) = ring.split();
    let first = push(ledger, &mut producer, N);
    let mut drain = consumer.drain();
    assert_eq!(drain.by_ref().take(taken).count(), taken);
    mem::forget(drain);
    mem::forget(consumer);
    drop(producer);

    let (mut producer, mut consumer) = ring.split();
    holds(&mut consumer, ids(first, N).skip(taken));
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn a_drain_and_its_consumer_that_are_forgotten_before_another_split() {
    for taken in 0..=N {
        on_every_owner!(|ledger: &Ledger, ring: &mut _| drain_and_consumer(ledger, ring, taken));
    }
}

#[test]
fn a_shared_ring_stays_in_use() {
    for which in Which::ALL {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N>::new();
        let (mut producer, consumer) = ring.try_split().expect("no end is out");
        push(&ledger, &mut producer, 1);
        which.forget(producer, consumer);
        for _ in 0..3 {
            assert_eq!(ring.try_split().err(), Some(InUse), "a forgotten end is out for ever");
        }
        let (mut producer, mut consumer) = ring.split();
        holds(&mut consumer, [0]);
        works(&ledger, &mut producer, &mut consumer);
        drop((producer, consumer));
        drop(ring);
        ledger.settle();
    }
}

#[test]
fn owned_ends_keep_the_ring_for_ever() {
    for which in Which::ALL {
        let ledger = Ledger::new();
        let (mut producer, consumer) = HeapRing::<Tracked>::new(N).expect("a small capacity").into_ends();
        push(&ledger, &mut producer, 2);
        which.forget(producer, consumer);
        ledger.check();
        assert_eq!(ledger.alive(), 2, "the forgotten end keeps the ring for ever");

        let (mut producer, mut consumer) = HeapRing::<Tracked>::new(N).expect("a small capacity").into_ends();
        let first = push(&ledger, &mut producer, 2);
        if which.producer {
            ledger::forget(producer.clone());
            drop(producer);
            holds(&mut consumer, ids(first, 2));
            assert_eq!(consumer.pop().err(), Some(PopError::Empty), "nobody said that it was gone");
        } else {
            ledger::forget(consumer);
            push(&ledger, &mut producer, 1);
            assert!(producer.push(ledger.item()).is_err_and(|error| error.is_full()), "nobody said that it was gone");
        }
        ledger.check();
    }
}

#[test]
fn the_memory_of_a_forgotten_ring_can_be_used_again() {
    let ledger = Ledger::new();
    let mut memory = [const { Slot::new() }; N];
    for round in 1..4 {
        let mut ring = SliceRing::<Tracked>::new(&mut memory).expect("a capacity above 0");
        let (mut producer, mut consumer) = ring.split();
        assert_eq!(consumer.len(), 0, "the memory is that of a new ring");
        works(&ledger, &mut producer, &mut consumer);
        push(&ledger, &mut producer, 2);
        drop((producer, consumer));
        mem::forget(ring);
        assert_eq!(ledger.alive(), 2 * round, "what was in a forgotten ring is forgotten too");
    }
    ledger::forget(ledger.clone());
    ledger.check();
}
