//! Guards and ends that are never dropped: the ring goes on, and nothing is dropped twice.

use std::mem;

use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer, Ring, SliceRing, Slot};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{self, Ledger, Tracked};
use forebay_tests::spsc::Runs;

use crate::rings::{N, Owner, holds, on_every_owner, on_every_ring, push, works};

fn write_guards<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for inside in 0..N {
        let first = push(ledger, &mut producer, inside);
        mem::forget(producer.write_slot().expect("there is room"));
        mem::forget(L::write_run(&mut producer, usize::MAX));

        // An item that was written and not committed is its writer's to drop.
        let mut slot = producer.write_slot().expect("there is room");
        slot.uninit().write(ledger.item());
        mem::forget(slot);
        assert_eq!((producer.len(), consumer.len()), (inside, inside));
        assert_eq!(ledger.alive(), inside + 1);
        let mut slot = producer.write_slot().expect("there is room");
        // SAFETY: this slot was written above, nobody has touched it since, and the item is read once.
        drop(unsafe { slot.uninit().assume_init_read() });

        holds(&mut consumer, first..first + u32::try_from(inside).expect("few items"));
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn write_guards_that_are_forgotten() {
    on_every_ring!(write_guards);
}

fn read_guards<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    let first = push(ledger, &mut producer, N);
    mem::forget(consumer.read_slot().expect("there is an item"));
    mem::forget(L::read_run(&mut consumer, 2));
    mem::forget(consumer.iter());
    mem::forget(consumer.iter_mut());
    mem::forget(consumer.drain());
    assert_eq!(consumer.len(), N);
    let mut drain = consumer.drain();
    assert_eq!(drain.next().map(|item| item.id()), Some(first));
    mem::forget(drain);
    holds(&mut consumer, [first + 1, first + 2]);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn read_guards_that_are_forgotten() {
    on_every_ring!(read_guards);
}

/// Which ends are forgotten.
#[derive(Clone, Copy, Debug)]
struct Which {
    producer: bool,
    consumer: bool,
}

impl Which {
    const ALL: [Self; 3] = [
        Self { producer: true, consumer: false },
        Self { producer: false, consumer: true },
        Self { producer: true, consumer: true },
    ];

    fn forget<L: Layout, K>(self, producer: Producer<'_, Tracked, L, K>, consumer: Consumer<'_, Tracked, L, K>) {
        if self.producer {
            ledger::forget(producer);
        } else {
            drop(producer);
        }
        if self.consumer {
            ledger::forget(consumer);
        } else {
            drop(consumer);
        }
    }
}

fn ends<L: Layout>(ledger: &Ledger, ring: &mut impl Owner<Tracked, L>, which: Which) {
    for inside in 0..=N {
        let (mut producer, consumer) = ring.split();
        let first = push(ledger, &mut producer, inside);
        which.forget(producer, consumer);

        let (mut producer, mut consumer) = ring.split();
        assert_eq!((producer.len(), consumer.len()), (inside, inside));
        holds(&mut consumer, first..first + u32::try_from(inside).expect("few items"));
        assert_eq!(consumer.pop().err(), Some(PopError::Empty), "the producer is there, and not the forgotten one");
        works(ledger, &mut producer, &mut consumer);
        which.forget(producer, consumer);
    }
}

#[test]
fn ends_that_are_forgotten_before_another_split() {
    for which in Which::ALL {
        on_every_owner!(|ledger: &Ledger, ring: &mut _| ends(ledger, ring, which));
    }
}

fn shared<L: Layout>(which: Which) {
    let ledger = Ledger::new();
    let mut ring = Ring::<Tracked, N, L>::new();
    let (mut producer, consumer) = ring.try_split().expect("no end is out");
    push(&ledger, &mut producer, 1);
    which.forget(producer, consumer);
    for _ in 0..3 {
        assert_eq!(ring.try_split().err(), Some(InUse), "a forgotten end is out for ever");
    }
    drop(ring.split());
    let (mut producer, mut consumer) =
        ring.try_split().expect("the ends by `&mut` took the place of the forgotten one");
    holds(&mut consumer, [0]);
    works(&ledger, &mut producer, &mut consumer);
    drop((producer, consumer));
    drop(ring);
    ledger.settle();
}

#[test]
fn a_shared_ring_stays_in_use() {
    for which in Which::ALL {
        shared::<Dense>(which);
        shared::<Flagged>(which);
    }
}

fn owned<L: Layout>(which: Which) {
    let ledger = Ledger::new();
    let (mut producer, consumer) = HeapRing::<Tracked, L>::new(N).expect("a small capacity").into_ends();
    push(&ledger, &mut producer, 2);
    which.forget(producer, consumer);
    ledger.check();
    assert_eq!(ledger.alive(), 2, "the forgotten end keeps the ring for ever");

    let (mut producer, mut consumer) = HeapRing::<Tracked, L>::new(N).expect("a small capacity").into_ends();
    let first = push(&ledger, &mut producer, 2);
    if which.producer {
        ledger::forget(producer);
        holds(&mut consumer, [first, first + 1]);
        assert_eq!(consumer.pop().err(), Some(PopError::Empty), "nobody said that it was gone");
    } else {
        ledger::forget(consumer);
        push(&ledger, &mut producer, 1);
        assert!(producer.push(ledger.item()).is_err_and(|error| error.is_full()), "nobody said that it was gone");
    }
    ledger.check();
}

#[test]
fn owned_ends_keep_the_ring_for_ever() {
    for which in Which::ALL {
        owned::<Dense>(which);
        owned::<Flagged>(which);
    }
}

fn memory<L: Layout>() {
    let ledger = Ledger::new();
    let mut memory = [const { Slot::new() }; N];
    for _ in 0..3 {
        let mut ring = SliceRing::<Tracked, L>::new(&mut memory).expect("a capacity above 0");
        let (mut producer, mut consumer) = ring.split();
        works_beside(&ledger, &mut producer, &mut consumer);
        push(&ledger, &mut producer, 2);
        drop((producer, consumer));
        mem::forget(ring);
    }
    ledger::forget(ledger.clone());
    ledger.check();
    assert_eq!(ledger.alive(), 6, "what was in a forgotten ring is forgotten too");
}

/// As [`works`], where the ledger has others alive.
fn works_beside<L: Layout, K>(
    ledger: &Ledger,
    producer: &mut Producer<'_, Tracked, L, K>,
    consumer: &mut Consumer<'_, Tracked, L, K>,
) {
    assert_eq!((producer.len(), consumer.len()), (0, 0), "the memory is that of a new ring");
    assert_eq!(consumer.pop().err(), Some(PopError::Empty));
    let first = push(ledger, producer, N);
    assert!(producer.push(ledger.item()).is_err());
    holds(consumer, [first, first + 1, first + 2]);
}

#[test]
fn the_memory_of_a_forgotten_ring_can_be_used_again() {
    memory::<Dense>();
    memory::<Flagged>();
}
