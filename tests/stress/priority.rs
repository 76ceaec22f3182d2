//! Several threads that work the ring by importance as fast as they can: every item is checked. They wait by yielding alone.
//!
//! They run under ThreadSanitizer too, so nothing but the ring orders one thread after the other while they run: what they
//! share beside it are relaxed counters.
//!
//! Claims: order, account.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use forebay_core::priority::{HeapRing, Ring};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::stress::{Owner, alone, drops};

/// How many items a producer pushes.
const COUNT: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

const CLASSES: usize = 3;

/// The class of a number.
const fn class_of(number: usize) -> usize {
    // Not in step with anything else.
    number / 7 % CLASSES
}

/// A count for each class.
#[derive(Default)]
struct Counts([AtomicUsize; CLASSES]);

impl Counts {
    fn count(&self, class: usize) {
        self.0[class].fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self, class: usize) -> usize {
        self.0[class].load(Ordering::Relaxed)
    }
}

/// Producers push numbers, each from its own range, under a policy that changes, while the consumer pops, and closes the ring in the
/// middle if it is to: in order for each class and producer, each one way, and the counts agree.
fn work(capacity: usize, producers: usize, policies: &'static [Overflow], slow: bool, closes: bool) {
    let _alone = alone();
    let drops = drops(producers * COUNT);
    let (evicted, shed, stored, delivered) =
        (Counts::default(), Counts::default(), Counts::default(), Counts::default());
    let closed = AtomicBool::new(false);
    let mut ring = HeapRing::<_, CLASSES>::with_overflow(capacity, policies[0]).unwrap();
    let (producer, mut consumer) = ring.split();
    let clones: Vec<_> = (1..producers).map(|_| producer.clone()).collect();
    thread::scope(|threads| {
        for (which, mut producer) in clones.into_iter().chain([producer]).enumerate() {
            let (drops, evicted, shed, stored, closed) = (&drops, &evicted, &shed, &stored, &closed);
            threads.spawn(move || {
                let mut was_closed = false;
                for number in which * COUNT..(which + 1) * COUNT {
                    if number % 1000 == 0 {
                        producer.set_overflow(policies[number / 1000 % policies.len()]);
                    }
                    let class = class_of(number);
                    let mut item = Owner::new(number, drops);
                    loop {
                        let late = closed.load(Ordering::Acquire);
                        match producer.push(class, item) {
                            Ok(outcome) => {
                                assert!(!late && !was_closed, "taken in after it was closed");
                                stored.count(class);
                                if let Pushed::Evicted(victim) = outcome {
                                    assert!(class_of(victim.number()) >= class);
                                    evicted.count(class_of(victim.number()));
                                }
                                break;
                            }
                            Err(PushError::Full(back)) => {
                                assert_eq!(back.number(), number);
                                item = back;
                                thread::yield_now();
                            }
                            Err(PushError::Shed(back)) => {
                                assert_eq!(back.number(), number);
                                shed.count(class);
                                break;
                            }
                            Err(PushError::Closed(back)) => {
                                assert!(closes && back.number() == number);
                                was_closed = true;
                                break;
                            }
                        }
                    }
                    assert!(producer.len() <= capacity);
                }
            });
        }
        let mut last = vec![[None; CLASSES]; producers];
        let mut popped = 0;
        loop {
            match consumer.pop() {
                Ok((class, item)) => {
                    let number = item.number();
                    assert_eq!(class, class_of(number));
                    let before = last[number / COUNT][class].replace(number);
                    assert!(before < Some(number), "{number} after {before:?}");
                    delivered.count(class);
                    popped += 1;
                    if slow {
                        (0..50).for_each(|_| std::hint::spin_loop());
                    }
                }
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => break,
            }
            if closes && popped == COUNT / 4 {
                consumer.close();
                closed.store(true, Ordering::Release);
            }
            assert!(consumer.len() <= capacity);
        }
    });
    for class in 0..CLASSES {
        assert_eq!(stored.get(class), delivered.get(class) + evicted.get(class));
        assert_eq!((consumer.evicted(class), consumer.shed(class)), (evicted.get(class), shed.get(class)));
        assert_eq!((consumer.popped(class), consumer.inside(class)), (delivered.get(class), 0));
        let numbers = (0..producers * COUNT).filter(|&number| class_of(number) == class).count();
        assert!(closes || stored.get(class) + shed.get(class) == numbers);
    }
    assert_eq!((consumer.len(), consumer.pop().err()), (0, Some(PopError::Closed)));
    drop(consumer);
    drop(ring);
    assert!(drops.iter().all(|drops| drops.load(Ordering::Relaxed) == 1), "an item was not dropped");
}

const ALL: &[Overflow] = &[Overflow::DropOldest, Overflow::Reject, Overflow::DropIncoming];

#[test]
fn one_producer() {
    for capacity in [1, 2, 7, 64] {
        work(capacity, 1, &[Overflow::DropOldest], false, false);
        work(capacity, 1, &[Overflow::Reject], false, false);
    }
}

#[test]
fn one_producer_and_a_slow_consumer() {
    for capacity in [1, 2, 7, 64, 1000] {
        work(capacity, 1, ALL, true, false);
    }
}

#[test]
fn several_producers_evict() {
    for (capacity, producers) in [(1, 2), (2, 3), (7, 2), (64, 3)] {
        work(capacity, producers, &[Overflow::DropOldest], false, false);
    }
}

#[test]
fn several_producers_under_changing_policies() {
    for (capacity, producers) in [(1, 2), (2, 3), (7, 2), (64, 3)] {
        work(capacity, producers, ALL, true, false);
    }
}

#[test]
fn a_close_in_a_storm() {
    for (capacity, producers) in [(1, 1), (1, 2), (2, 3), (7, 2), (64, 3)] {
        work(capacity, producers, &[Overflow::DropOldest], false, true);
    }
}

/// Producers that push what is least and what is most important: of the most important, what is lost is lost only where that is all
/// that there can be.
#[test]
fn what_is_important_is_complete() {
    let _alone = alone();
    const CAPACITY: usize = 64;
    // So many are inside at a time at most.
    const IMPORTANT: usize = 8;
    let mut ring = HeapRing::<usize, 2>::new(CAPACITY).unwrap();
    let (producer, mut consumer) = ring.split();
    let inside = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        let (mut noise, mut important, inside, done) = (producer.clone(), producer, &inside, &done);
        threads.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                let _ = noise.push(1, 0);
            }
        });
        threads.spawn(move || {
            for number in 0..COUNT {
                while inside.load(Ordering::Relaxed) >= IMPORTANT {
                    thread::yield_now();
                }
                inside.fetch_add(1, Ordering::Relaxed);
                // Of 64 places 8 may be those of class 0, and 2 of what is under way.
                assert!(important.push(0, number).is_ok(), "{number} was refused");
            }
            done.store(true, Ordering::Relaxed);
        });
        let mut next = 0;
        loop {
            match consumer.pop() {
                Ok((0, number)) => {
                    assert_eq!(number, next, "complete, and in order");
                    next += 1;
                    inside.fetch_sub(1, Ordering::Relaxed);
                }
                Ok(_) => {}
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => break,
            }
        }
        assert_eq!(next, COUNT);
    });
    assert_eq!(consumer.evicted(0), 0);
}

/// Handles come and go while others push, and the ring is split again and again.
#[test]
fn handles_come_and_go() {
    let _alone = alone();
    static RING: Ring<(usize, usize), 4, 2> = Ring::with_overflow(Overflow::DropOldest);
    let (mut total, mut lost) = (0_usize, 0_usize);
    for _ in 0..20 {
        let (producer, mut consumer) = RING.try_split().unwrap();
        assert!(RING.try_split().is_err());
        let stored: usize = thread::scope(|threads| {
            let pushers: Vec<_> = (0..3)
                .map(|class| {
                    let mut producer = producer.clone();
                    threads.spawn(move || {
                        let mut stored = 0;
                        for number in 0..COUNT / 50 {
                            stored += usize::from(producer.push(class, (number, !number)).is_ok());
                            producer = producer.clone();
                        }
                        stored
                    })
                })
                .collect();
            while pushers.iter().any(|pusher| !pusher.is_finished()) {
                if let Ok((_, (number, check))) = consumer.pop() {
                    assert_eq!(check, !number, "a torn item");
                }
            }
            pushers.into_iter().map(|pusher| pusher.join().unwrap()).sum()
        });
        total += stored;
        lost = (0..2).map(|class| consumer.popped(class) + consumer.evicted(class)).sum();
        assert_eq!(total, lost + consumer.len());
    }
    assert!(lost > 0);
}
