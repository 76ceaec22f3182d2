//! Ends that come and go while others work, and rings that are closed meanwhile.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use forebay_core::mpsc::{HeapRing, OwnedProducer, Ring};
use forebay_core::{PopError, PushError};
use forebay_tests::random::Random;
use forebay_tests::stress::{Wait, alone};

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

/// Two producers push an item each and go at once, while the consumer asks: it hears of the end after both.
#[test]
fn the_last_items() {
    const ROUNDS: usize = 20_000;
    let _alone = alone();
    let (ready, going) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let hands: [Mutex<Option<OwnedProducer<Words>>>; 2] = Default::default();
    thread::scope(|threads| {
        for (from, hand) in hands.iter().enumerate() {
            let (ready, going) = (&ready, &going);
            threads.spawn(move || {
                for round in 1..=ROUNDS {
                    // Relaxed: the lock orders what must be ordered.
                    Wait::until(|| (going.load(Ordering::Relaxed) >= round).then_some(()));
                    let mut producer =
                        hand.lock().expect("no panic while it is held").take().expect("one for each round");
                    assert!(producer.push(Words::new(from, round)).is_ok(), "there is room for both");
                    drop(producer);
                    ready.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 1..=ROUNDS {
            let (producer, mut consumer) = HeapRing::new(2).expect("a small capacity").into_ends();
            *hands[0].lock().expect("no panic while it is held") = Some(producer.clone());
            *hands[1].lock().expect("no panic while it is held") = Some(producer);
            going.store(round, Ordering::Relaxed);
            let mut came = [false; 2];
            let mut wait = Wait::default();
            loop {
                match consumer.pop() {
                    Ok(item) => {
                        let (from, number) = item.origin();
                        assert!(number == round && !came[from]);
                        came[from] = true;
                    }
                    Err(PopError::Empty) => wait.wait(),
                    Err(PopError::Closed) => break,
                }
            }
            assert_eq!(came, [true; 2], "closed before the last item");
            Wait::until(|| (ready.load(Ordering::Relaxed) == 2 * round).then_some(()));
        }
    });
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
    // How often a producer finds room is the scheduler's business.
    assert!(sent.iter().all(|&sent| sent > ROUNDS / 20), "the rounds do something: {sent:?}");
}
