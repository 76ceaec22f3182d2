//! Ends that go while the other is at work.

use std::sync::atomic::AtomicU8;
use std::sync::mpsc;
use std::thread;

use forebay_core::spsc::{Dense, Flagged, HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{PopError, PushError};
use forebay_tests::random::Random;
use forebay_tests::spsc::Runs;
use forebay_tests::stress::{Owner, Wait, alone, drops};

use crate::work::{Item as _, Pair, Receiver, Sender, settle};

/// Of rings that live for a few items.
const ROUNDS: usize = 4000;

/// The consumer goes in the middle; the producer learns of it when the ring is full.
fn the_consumer_leaves<L: Runs>(capacity: usize) {
    let _alone = alone();
    const ITEMS: usize = 10_000;
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
            assert!(!sender.send_to(ITEMS), "the consumer leaves before all is sent");
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
    let _alone = alone();
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

/// Closed comes after the last item, however soon the producer goes after it.
fn closed_comes_last<L: Runs>() {
    let _alone = alone();
    let (hand_over, taken) = mpsc::channel::<(usize, OwnedProducer<Pair, L>)>();
    thread::scope(|threads| {
        threads.spawn(move || {
            for (count, mut producer) in taken {
                for number in 0..count {
                    Wait::until(|| producer.push(Pair::new(number)).ok());
                }
            }
        });
        let mut random = Random::new(3);
        for _ in 0..ROUNDS {
            let count = random.below(4);
            let (producer, mut consumer) = HeapRing::new(2).expect("a small capacity").into_ends();
            hand_over.send((count, producer)).expect("the other thread is there");
            let (mut received, mut wait) = (0, Wait::default());
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
            assert_eq!(received, count, "closed came too soon");
        }
        drop(hand_over);
    });
}

#[test]
fn closed_comes_last_dense() {
    closed_comes_last::<Dense>();
}

#[test]
fn closed_comes_last_flagged() {
    closed_comes_last::<Flagged>();
}

/// Closed comes after the last room is used, however soon the consumer goes after it made some.
fn closed_wastes_no_room<L: Runs>() {
    let _alone = alone();
    const CAPACITY: usize = 2;
    let (hand_over, taken) = mpsc::channel::<(usize, OwnedConsumer<Pair, L>)>();
    thread::scope(|threads| {
        threads.spawn(move || {
            for (count, mut consumer) in taken {
                for number in 0..count {
                    let item = Wait::until(|| consumer.pop().ok());
                    assert_eq!(item.number(), number);
                }
            }
        });
        let mut random = Random::new(4);
        for _ in 0..ROUNDS {
            let count = random.below(4);
            let (mut producer, consumer) = HeapRing::new(CAPACITY).expect("a small capacity").into_ends();
            hand_over.send((count, consumer)).expect("the other thread is there");
            let (mut sent, mut wait) = (0, Wait::default());
            loop {
                match producer.push(Pair::new(sent)) {
                    Ok(()) => {
                        sent += 1;
                        wait.reset();
                    }
                    Err(PushError::Full(_)) => wait.wait(),
                    Err(PushError::Closed(_)) => break,
                    Err(PushError::Shed(_)) => unreachable!("spsc never drops"),
                }
            }
            assert_eq!(sent, count + CAPACITY, "closed came too soon");
        }
        drop(hand_over);
    });
}

#[test]
fn closed_wastes_no_room_dense() {
    closed_wastes_no_room::<Dense>();
}

#[test]
fn closed_wastes_no_room_flagged() {
    closed_wastes_no_room::<Flagged>();
}
