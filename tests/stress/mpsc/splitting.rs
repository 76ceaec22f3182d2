//! A static ring that is split anew again and again, while others try to split it too.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use forebay_core::PopError;
use forebay_core::mpsc::{Consumer, Producer, Ring};
use forebay_tests::random::Random;
use forebay_tests::stress::{Wait, alone};

use crate::work::{Item as _, Words};

const ROUNDS: usize = 6_000;

static RING: Ring<Words, 3> = Ring::new();

/// Takes an item, which must be the next one of its producer. `Err`: what the consumer says.
fn take(consumer: &mut Consumer<'_, Words>, expected: &mut [usize; 2]) -> Result<(), PopError> {
    let (from, number) = consumer.pop()?.origin();
    assert_eq!(number, expected[from], "out of order");
    expected[from] += 1;
    Ok(())
}

/// Tries to push so many items.
fn send(producer: &mut Producer<'_, Words>, from: usize, sent: &mut usize, count: usize) {
    for _ in 0..count {
        *sent += usize::from(producer.push(Words::new(from, *sent)).is_ok());
    }
}

/// One thread splits, pushes, and hands a clone and the consumer to two others; what is left stays for the next round. A
/// fourth thread splits whenever it can.
#[test]
fn again_and_again() {
    let _alone = alone();
    let (hand_over, taken) = mpsc::channel::<Consumer<'static, Words>>();
    let (hand_on, passed) = mpsc::channel::<Producer<'static, Words>>();
    let over = AtomicBool::new(false);
    // How many have split the ring. Relaxed, everywhere: it must not order anything.
    let splits = AtomicUsize::new(0);
    let (sent, received) = thread::scope(|threads| {
        let receiver = threads.spawn(move || {
            let mut random = Random::new(1);
            let mut expected = [0; 2];
            for mut consumer in taken {
                if random.below(4) == 0 {
                    let mut wait = Wait::default();
                    while take(&mut consumer, &mut expected) != Err(PopError::Closed) {
                        wait.wait();
                    }
                }
                for _ in 0..random.below(5) {
                    let _ = take(&mut consumer, &mut expected);
                }
            }
            expected
        });
        let other = threads.spawn(move || {
            let mut random = Random::new(3);
            let mut sent = 0;
            for mut producer in passed {
                send(&mut producer, 1, &mut sent, random.below(4));
            }
            sent
        });
        let rival = threads.spawn(|| {
            let (mut won, mut wait) = (0_usize, Wait::default());
            while !over.load(Ordering::Relaxed) {
                if let Ok((producer, consumer)) = RING.try_split() {
                    won += 1;
                    assert_eq!(splits.fetch_add(1, Ordering::Relaxed), 0, "split twice");
                    assert!(!producer.is_closed() && !consumer.is_closed());
                    splits.fetch_sub(1, Ordering::Relaxed);
                    drop(consumer);
                    wait.reset();
                }
                wait.wait();
            }
            won
        });
        let mut random = Random::new(2);
        let mut sent = 0;
        for _ in 0..ROUNDS {
            let (mut producer, consumer) = Wait::until(|| RING.try_split().ok());
            assert_eq!(splits.fetch_add(1, Ordering::Relaxed), 0, "split twice");
            // Some before there is anything but the split that orders them after the last ends.
            send(&mut producer, 0, &mut sent, random.below(4));
            splits.fetch_sub(1, Ordering::Relaxed);
            hand_on.send(producer.clone()).expect("the other thread is there");
            hand_over.send(consumer).expect("the other thread is there");
            send(&mut producer, 0, &mut sent, random.below(4));
        }
        over.store(true, Ordering::Relaxed);
        drop((hand_over, hand_on));
        println!("the fourth thread split the ring {} times", rival.join().expect("it only splits"));
        let other = other.join().expect("it only pushes");
        ([sent, other], receiver.join().expect("it only checks"))
    });
    let (producer, mut consumer) = RING.try_split().expect("all ends are gone");
    drop(producer);
    let mut expected = received;
    while take(&mut consumer, &mut expected).is_ok() {}
    assert_eq!(expected, sent);
    // How often a producer finds room is the scheduler's business.
    assert!(sent.iter().all(|&sent| sent > ROUNDS / 20), "the rounds do something: {sent:?}");
}
