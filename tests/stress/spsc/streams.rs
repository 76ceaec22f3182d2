//! Long streams of items from one thread to another.

use std::thread;

use forebay_core::PopError;
use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_tests::spsc::Runs;
use forebay_tests::stress::{Owner, Wait, alone, drops};

use crate::work::{Item, Pair, Receiver, Sender, settle};

const ITEMS: usize = 1_000_000;
/// Where most of the time goes into changes of threads.
const FEWER: usize = 100_000;

/// How many go through a ring of a capacity.
fn items(capacity: usize) -> usize {
    if capacity < 10 { FEWER } else { ITEMS }
}

fn singles<L: Runs>(capacity: usize) {
    let _alone = alone();
    let items = items(capacity);
    let mut ring = HeapRing::<Pair, L>::new(capacity).expect("a small capacity");
    let (mut producer, mut consumer) = ring.split();
    thread::scope(|threads| {
        threads.spawn(move || {
            for number in 0..items {
                Wait::until(|| producer.push(Pair::new(number)).ok());
            }
        });
        let mut wait = Wait::default();
        let mut received = 0;
        loop {
            match consumer.pop() {
                Ok(item) => {
                    assert_eq!(item.number(), received);
                    received += 1;
                    wait.reset();
                }
                Err(PopError::Empty) => wait.wait(),
                Err(PopError::Closed) => break,
            }
        }
        assert_eq!(received, items);
    });
}

fn mixed<L: Runs, K: Send>((producer, consumer): (Producer<'_, Pair, L, K>, Consumer<'_, Pair, L, K>), seed: u64) {
    let _alone = alone();
    let items = items(producer.capacity());
    thread::scope(|threads| {
        threads.spawn(move || assert!(Sender::new(producer, seed, Pair::new).send_to(items)));
        let mut receiver = Receiver::new(consumer, seed + 1);
        assert!(!receiver.receive_to(usize::MAX));
        assert_eq!(receiver.received, items);
    });
}

fn mixed_on_heap<L: Runs>(capacity: usize) {
    let ring = HeapRing::<Pair, L>::new(capacity).expect("a small capacity");
    mixed(ring.into_ends(), 10 * capacity as u64);
}

fn owners<L: Runs>(capacity: usize) {
    let _alone = alone();
    let items = items(capacity).min(100_000);
    let drops = drops(items);
    let mut ring = HeapRing::<Owner<'_>, L>::new(capacity).expect("a small capacity");
    let (producer, consumer) = ring.split();
    thread::scope(|threads| {
        let drops = &drops;
        threads.spawn(move || assert!(Sender::new(producer, 5, |number| Owner::new(number, drops)).send_to(items)));
        let mut receiver = Receiver::new(consumer, 6);
        assert!(!receiver.receive_to(usize::MAX));
        assert_eq!(receiver.received, items);
    });
    drop(ring);
    settle(drops, items);
}

macro_rules! streams {
    ($($name:ident: $capacity:expr;)*) => {
        $(mod $name {
            use super::*;

            #[test]
            fn singles_dense() {
                singles::<Dense>($capacity);
            }

            #[test]
            fn singles_flagged() {
                singles::<Flagged>($capacity);
            }

            #[test]
            fn mixed_dense() {
                mixed_on_heap::<Dense>($capacity);
            }

            #[test]
            fn mixed_flagged() {
                mixed_on_heap::<Flagged>($capacity);
            }
        })*
    };
}

streams! {
    capacity_1: 1;
    capacity_2: 2;
    capacity_3: 3;
    capacity_64: 64;
    capacity_1000: 1000;
}

#[test]
fn arrays() {
    let mut ring = Box::new(Ring::<Pair, 7>::new());
    mixed(ring.split(), 70);
    let mut ring = Box::new(Ring::<Pair, 7, Flagged>::new());
    mixed(ring.split(), 72);
}

#[test]
fn slices() {
    let mut memory = [const { Slot::new() }; 7];
    mixed(SliceRing::<Pair>::new(&mut memory).expect("a capacity above 0").split(), 74);
    let mut memory = [const { Slot::new() }; 7];
    mixed(SliceRing::<Pair, Flagged>::new(&mut memory).expect("a capacity above 0").split(), 76);
}

#[test]
fn items_with_memory_dense() {
    [1, 3, 64].into_iter().for_each(owners::<Dense>);
}

#[test]
fn items_with_memory_flagged() {
    [1, 3, 64].into_iter().for_each(owners::<Flagged>);
}
