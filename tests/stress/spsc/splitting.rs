//! A static ring that is split anew again and again, while others try to split it too.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use forebay_core::PopError;
use forebay_core::spsc::{Consumer, Flagged, Ring};
use forebay_tests::random::Random;
use forebay_tests::spsc::Runs;
use forebay_tests::stress::{Wait, alone};

use crate::work::{Item as _, Pair};

const ROUNDS: usize = 20_000;

/// Takes an item, which must be the next one. `Err`: what the consumer says.
fn take<L: Runs>(consumer: &mut Consumer<'_, Pair, L>, expected: &mut usize) -> Result<(), PopError> {
    assert_eq!(consumer.pop()?.number(), *expected, "out of order");
    *expected += 1;
    Ok(())
}

/// One thread splits, pushes, and hands the consumer to another; what is left stays for the next round. A third thread
/// splits whenever it can.
fn rounds<L: Runs>(ring: &'static Ring<Pair, 3, L>) {
    let _alone = alone();
    let (hand_over, taken) = mpsc::channel::<Consumer<'static, Pair, L>>();
    let over = AtomicBool::new(false);
    // How many have a pair of ends. Relaxed, everywhere: it must not order anything.
    let pairs = AtomicUsize::new(0);
    let (sent, received) = thread::scope(|threads| {
        let receiver = threads.spawn(move || {
            let mut random = Random::new(1);
            let mut expected = 0;
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
        let rival = threads.spawn(|| {
            let (mut won, mut wait) = (0_usize, Wait::default());
            while !over.load(Ordering::Relaxed) {
                if let Ok((producer, consumer)) = ring.try_split() {
                    won += 1;
                    assert_eq!(pairs.fetch_add(1, Ordering::Relaxed), 0, "two pairs of ends");
                    assert_eq!(producer.len(), consumer.len());
                    pairs.fetch_sub(1, Ordering::Relaxed);
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
            let (mut producer, consumer) = Wait::until(|| ring.try_split().ok());
            assert_eq!(pairs.fetch_add(1, Ordering::Relaxed), 0, "two pairs of ends");
            // Some before there is anything but the split that orders them after the last consumer.
            for _ in 0..random.below(4) {
                sent += usize::from(producer.push(Pair::new(sent)).is_ok());
            }
            pairs.fetch_sub(1, Ordering::Relaxed);
            hand_over.send(consumer).expect("the other thread is there");
            for _ in 0..random.below(4) {
                sent += usize::from(producer.push(Pair::new(sent)).is_ok());
            }
        }
        over.store(true, Ordering::Relaxed);
        drop(hand_over);
        println!("the third thread split the ring {} times", rival.join().expect("it only splits"));
        (sent, receiver.join().expect("it only checks"))
    });
    let (producer, mut consumer) = ring.try_split().expect("all ends are gone");
    drop(producer);
    let mut expected = received;
    while take(&mut consumer, &mut expected).is_ok() {}
    assert_eq!(expected, sent);
    assert!(sent > ROUNDS / 2, "the rounds do something");
}

#[test]
fn again_and_again_dense() {
    static RING: Ring<Pair, 3> = Ring::new();
    rounds(&RING);
}

#[test]
fn again_and_again_flagged() {
    static RING: Ring<Pair, 3, Flagged> = Ring::new();
    rounds(&RING);
}
