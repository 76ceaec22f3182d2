//! Ends that go while the other is at work.

use std::sync::atomic::AtomicU8;
use std::sync::mpsc;
use std::thread;

use forebay_core::spsc::{Dense, Flagged, HeapRing, OwnedProducer};
use forebay_tests::spsc::Runs;

use crate::random::Random;
use crate::work::{Item as _, Owner, Receiver, Sender, drops, settle};

/// The consumer goes in the middle; the producer learns of it when the ring is full.
fn the_consumer_leaves<L: Runs>(capacity: usize) {
    const ITEMS: usize = 20_000;
    let mut random = Random::new(capacity as u64);
    for round in 0..10 {
        let drops = drops(ITEMS);
        let after = random.below(ITEMS / 2);
        let (producer, consumer) = HeapRing::<_, L>::new(capacity).expect("a small capacity").into_ends();
        let mut sender = Sender::new(producer, round, |number| Owner::new(number, &drops));
        thread::scope(|threads| {
            let receiver = threads.spawn(move || {
                let mut receiver = Receiver::new(consumer, round + 100);
                assert!(receiver.receive_to(after), "the producer stays");
                receiver.received
            });
            while sender.step(ITEMS - sender.sent) {
                thread::yield_now();
            }
            assert!(sender.producer.is_closed());
            let received = receiver.join().expect("it only checks");
            assert!(after <= received);
            assert_eq!(received + capacity, sender.sent, "closed means that it is full, too");
        });
        let sent = sender.sent;
        drop(sender);
        settle(drops, sent);
    }
}

#[test]
fn the_consumer_leaves_dense() {
    [1, 2, 50].into_iter().for_each(the_consumer_leaves::<Dense>);
}

#[test]
fn the_consumer_leaves_flagged() {
    [1, 2, 50].into_iter().for_each(the_consumer_leaves::<Flagged>);
}

/// Pushes up to `count` items, and answers with how many were stored.
fn push_some<'a, L: Runs>(drops: &'a [AtomicU8], mut producer: OwnedProducer<Owner<'a>, L>, count: usize) -> usize {
    for number in 0..count {
        if let Err(refused) = producer.push(Owner::new(number, drops)) {
            refused.into_inner().undo();
            return number;
        }
    }
    count
}

/// Both ends go at about the same time, and the last one frees the ring with what is inside.
fn both_leave<L: Runs>() {
    const ROUNDS: usize = 3000;
    const ITEMS: usize = 8;
    let books: Vec<_> = (0..ROUNDS).map(|_| drops(ITEMS)).collect();
    let (hand_over, taken) = mpsc::channel();
    let sent: Vec<usize> = thread::scope(|threads| {
        let producers = threads.spawn(|| {
            let mut random = Random::new(1);
            let work = |(drops, producer)| push_some::<L>(drops, producer, random.below(ITEMS));
            taken.into_iter().map(work).collect()
        });
        let mut random = Random::new(2);
        for drops in &books {
            let (producer, mut consumer) = HeapRing::<_, L>::new(4).expect("a small capacity").into_ends();
            hand_over.send((&drops[..], producer)).expect("the other thread is there");
            let mut received = 0;
            for _ in 0..random.below(20) {
                if let Ok(item) = consumer.pop() {
                    assert_eq!(item.number(), received);
                    received += 1;
                }
            }
        }
        drop(hand_over);
        producers.join().expect("it only pushes")
    });
    for (drops, sent) in books.into_iter().zip(sent) {
        settle(drops, sent);
    }
}

#[test]
fn both_leave_dense() {
    both_leave::<Dense>();
}

#[test]
fn both_leave_flagged() {
    both_leave::<Flagged>();
}
