//! Ends that go from thread to thread while the other end is at work.

use std::thread;

use forebay_core::spsc::{Dense, Flagged, HeapRing};
use forebay_tests::random::Random;
use forebay_tests::spsc::Runs;
use forebay_tests::stress::{Owner, alone, drops};

use crate::work::{Receiver, Sender, settle};

const ITEMS: usize = 20_000;

/// Does something in a thread of its own.
fn elsewhere<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    thread::scope(|threads| threads.spawn(work).join()).expect("a panic in the thread has told why")
}

fn moving<L: Runs>(capacity: usize) {
    let _alone = alone();
    let drops = drops(ITEMS);
    let mut ring = HeapRing::<Owner<'_>, L>::new(capacity).expect("a small capacity");
    let (producer, consumer) = ring.split();
    thread::scope(|threads| {
        let drops = &drops;
        threads.spawn(move || {
            let mut random = Random::new(3);
            let mut sender = Sender::new(producer, 4, |number| Owner::new(number, drops));
            while sender.sent < ITEMS {
                let end = ITEMS.min(sender.sent + random.below(1000));
                sender = elsewhere(move || {
                    assert!(sender.send_to(end));
                    sender
                });
            }
        });
        threads.spawn(move || {
            let mut random = Random::new(5);
            let mut receiver = Receiver::new(consumer, 6);
            let mut more = true;
            while more {
                let end = receiver.received + random.below(1000);
                (more, receiver) = elsewhere(move || (receiver.receive_to(end), receiver));
            }
            assert_eq!(receiver.received, ITEMS);
        });
    });
    drop(ring);
    settle(drops, ITEMS);
}

#[test]
fn from_thread_to_thread_dense() {
    [1, 3, 64].into_iter().for_each(moving::<Dense>);
}

#[test]
fn from_thread_to_thread_flagged() {
    [1, 3, 64].into_iter().for_each(moving::<Flagged>);
}
