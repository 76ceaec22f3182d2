//! Ends that come and go while others work, and rings that are closed meanwhile.

use std::thread;

use forebay_core::mpsc::{HeapRing, Ring};
use forebay_core::{PopError, PushError};

use crate::random::Random;
use crate::wait::{Wait, alone};
use crate::work::{Item as _, Owner, Receiver, Sender, Words, drops, settle};

/// Each producer sends a few items, hands a clone on to the next one, and goes: the consumer hears of the end after the last
/// item of the last one.
#[test]
fn producers_come_and_go() {
    const LINES: usize = 2;
    const GENERATIONS: usize = 60;
    let _alone = alone();
    for (round, capacity) in [1, 2, 3, 64].into_iter().enumerate().cycle().take(12) {
        let (producer, consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
        let mut receiver = Receiver::new(consumer, LINES * GENERATIONS, false);
        let sent = thread::scope(|threads| {
            let lines: Vec<_> = (0..LINES)
                .map(|line| {
                    let mut producer = producer.clone();
                    threads.spawn(move || {
                        let mut random = Random::new((LINES * round + line) as u64);
                        let mut sent = Vec::new();
                        for generation in 0..GENERATIONS {
                            let next = producer.clone();
                            let from = LINES * generation + line;
                            let count = random.below(20);
                            // A thread of its own for each: it drops its end while the next one works.
                            let mut sender = Sender::new(producer, from, false, Words::new);
                            let going = threads.spawn(move || assert!(sender.send_to(count), "nobody has closed it"));
                            if random.below(2) == 0 {
                                going.join().expect("a panic there has told why");
                            }
                            sent.push((from, count));
                            producer = next;
                        }
                        sent
                    })
                })
                .collect();
            drop(producer);
            while receiver.receive(100) {}
            lines.into_iter().flat_map(|line| line.join().expect("a panic there has told why")).collect::<Vec<_>>()
        });
        for (from, count) in sent {
            assert!(receiver.received[from].iter().copied().eq(0..count), "of producer {from}: lost before the end");
        }
        assert!(receiver.consumer.is_closed());
    }
}

/// The consumer closes the ring while producers push, and pops to the end: what was stored comes, what came back didn't.
#[test]
fn closing() {
    const ROUNDS: usize = 400;
    let _alone = alone();
    for round in 0..ROUNDS {
        let (producers, capacity) = ([1, 2, 4][round % 3], [1, 2, 3, 64][round / 3 % 4]);
        let (producer, consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
        let mut receiver = Receiver::new(consumer, producers, false);
        let sent: Vec<_> = thread::scope(|threads| {
            let senders: Vec<_> = (0..producers)
                .map(|from| {
                    let mut sender = Sender::new(producer.clone(), from, false, Words::new);
                    threads.spawn(move || {
                        assert!(!sender.send_to(usize::MAX), "somebody closes it");
                        assert!(sender.producer.is_closed());
                        assert!(matches!(sender.producer.push(Words::new(0, 0)), Err(PushError::Closed(_))));
                        assert_eq!(sender.producer.push_iter([Words::new(0, 0)]), 0, "closed for ever");
                        sender.sent
                    })
                })
                .collect();
            assert!(receiver.receive(round * 7 % 60));
            receiver.consumer.close();
            while receiver.receive(1) {}
            // Nothing comes after the end, while the others may still be pushing.
            for _ in 0..20 {
                assert!(matches!(receiver.consumer.pop(), Err(PopError::Closed)));
                thread::yield_now();
            }
            senders.into_iter().map(|sender| sender.join().expect("a panic there has told why")).collect()
        });
        for (received, sent) in receiver.received.iter().zip(sent) {
            assert!(received.iter().copied().eq(0..sent), "stored and not received, or the other way round");
        }
        assert!(receiver.consumer.is_empty());
        drop(producer);
    }
}

/// The consumer just goes, while producers push: what is inside is dropped with the ring, once.
#[test]
fn the_consumer_goes() {
    const ROUNDS: usize = 120;
    const ITEMS: usize = 1000;
    let _alone = alone();
    for round in 0..ROUNDS {
        let (producers, capacity) = ([1, 2, 4][round % 3], [1, 2, 3, 64][round / 3 % 4]);
        let drops = drops(producers, ITEMS);
        let (producer, consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
        let mut receiver = Receiver::new(consumer, producers, false);
        thread::scope(|threads| {
            for from in 0..producers {
                let drops = &drops;
                let make = move |from, number| Owner::new(from, number, drops);
                let mut sender = Sender::new(producer.clone(), from, false, make);
                threads.spawn(move || {
                    if !sender.send_to(ITEMS) {
                        assert!(sender.producer.is_closed());
                        // The others are not made by the sender.
                        (sender.sent..ITEMS).for_each(|number| drop(make(from, number)));
                    }
                });
            }
            drop(producer);
            receiver.receive(round * 7 % 60);
            drop(receiver);
        });
        settle(drops);
    }
}

/// Both sides go at once, and another split finds what is left.
#[test]
fn all_go_at_once() {
    const ROUNDS: usize = 1500;
    let _alone = alone();
    let mut ring = Ring::<Words, 3>::new();
    let (mut expected, mut sent) = ([0; 2], [0; 2]);
    for round in 0..ROUNDS {
        let (producer, mut consumer) = ring.split();
        let other = producer.clone();
        thread::scope(|threads| {
            for ((from, mut producer), sent) in [producer, other].into_iter().enumerate().zip(&mut sent) {
                threads.spawn(move || {
                    for _ in 0..(round + from) % 5 {
                        *sent += usize::from(producer.push(Words::new(from, *sent)).is_ok());
                    }
                });
            }
            threads.spawn(|| {
                let mut wait = Wait::default();
                for _ in 0..round % 7 {
                    match consumer.pop() {
                        Ok(item) => {
                            let (from, number) = item.origin();
                            assert_eq!(number, expected[from], "out of order");
                            expected[from] += 1;
                        }
                        Err(_) => wait.wait(),
                    }
                }
                drop(consumer);
            });
        });
    }
    let (_, mut consumer) = ring.split();
    for item in consumer.drain() {
        let (from, number) = item.origin();
        assert_eq!(number, expected[from], "out of order");
        expected[from] += 1;
    }
    assert_eq!(expected, sent);
    assert!(sent[0] > ROUNDS / 2 && sent[1] > ROUNDS / 2, "the rounds do something");
}
