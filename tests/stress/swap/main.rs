//! Several threads that work the evicting ring as fast as they can: every item is checked. They wait by yielding alone.
//!
//! They run under ThreadSanitizer too, so nothing but the ring orders one thread after the other while they run: what they
//! share beside it are relaxed counters.
//!
//! Claims: order, account.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use forebay_core::swap::{HeapRing, Ring};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::stress::{Owner, alone, drops};

/// How many items a producer pushes.
const COUNT: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

/// Producers push numbers, each from its own range, under a policy that changes, while the consumer pops: in order, each
/// one way, and the counts agree.
fn work(capacity: usize, producers: usize, policies: &'static [Overflow], slow: bool) {
    let _alone = alone();
    let drops = drops(producers * COUNT);
    let (evicted, shed, stored, delivered) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let mut ring = HeapRing::with_overflow(capacity, producers, policies[0]).unwrap();
    let (producer, mut consumer) = ring.split();
    let clones: Vec<_> = (1..producers).map(|_| producer.try_clone().unwrap()).collect();
    assert!(producer.try_clone().is_err());
    thread::scope(|threads| {
        for (which, mut producer) in clones.into_iter().chain([producer]).enumerate() {
            let (drops, evicted, shed, stored) = (&drops, &evicted, &shed, &stored);
            threads.spawn(move || {
                for number in which * COUNT..(which + 1) * COUNT {
                    if number % 1000 == 0 {
                        producer.set_overflow(policies[number / 1000 % policies.len()]);
                    }
                    let mut item = Owner::new(number, drops);
                    loop {
                        match producer.push(item) {
                            Ok(outcome) => {
                                stored.fetch_add(1, Ordering::Relaxed);
                                if let Pushed::Evicted(victim) = outcome {
                                    victim.number();
                                    evicted.fetch_add(1, Ordering::Relaxed);
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
                                shed.fetch_add(1, Ordering::Relaxed);
                                break;
                            }
                            Err(PushError::Closed(_)) => panic!("the consumer is there"),
                        }
                    }
                    assert!(producer.len() <= capacity);
                }
            });
        }
        let mut last = vec![None; producers];
        loop {
            match consumer.pop() {
                Ok(item) => {
                    let number = item.number();
                    let before = last[number / COUNT].replace(number);
                    assert!(before < Some(number), "{number} after {before:?}");
                    delivered.fetch_add(1, Ordering::Relaxed);
                    if slow {
                        (0..50).for_each(|_| std::hint::spin_loop());
                    }
                }
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => break,
            }
            assert!(consumer.len() <= capacity);
        }
    });
    let (evicted, shed, stored, delivered) =
        (evicted.into_inner(), shed.into_inner(), stored.into_inner(), delivered.into_inner());
    assert_eq!(stored + shed, producers * COUNT);
    assert_eq!(stored, delivered + consumer.evicted());
    assert!(evicted <= consumer.evicted());
    assert_eq!(consumer.shed(), shed);
    assert_eq!((consumer.len(), consumer.pop().err()), (0, Some(PopError::Closed)));
    drop(consumer);
    drop(ring);
    assert!(drops.iter().all(|drops| drops.load(Ordering::Relaxed) == 1), "an item was not dropped");
}

const ALL: &[Overflow] = &[Overflow::DropOldest, Overflow::Reject, Overflow::DropIncoming];

#[test]
fn one_producer_evicts() {
    for capacity in [1, 2, 7, 64] {
        work(capacity, 1, &[Overflow::DropOldest], false);
    }
}

#[test]
fn one_producer_evicts_from_a_slow_consumer() {
    for capacity in [1, 2, 7, 64, 1000] {
        work(capacity, 1, &[Overflow::DropOldest], true);
    }
}

#[test]
fn one_producer_is_refused() {
    for capacity in [1, 2, 7, 64] {
        work(capacity, 1, &[Overflow::Reject], false);
    }
}

#[test]
fn several_producers_evict() {
    for (capacity, producers) in [(1, 2), (2, 3), (7, 2), (64, 3)] {
        work(capacity, producers, &[Overflow::DropOldest], false);
    }
}

#[test]
fn several_producers_under_changing_policies() {
    for (capacity, producers) in [(1, 2), (2, 3), (7, 2), (64, 3)] {
        work(capacity, producers, ALL, true);
    }
}

/// The consumer closes the ring in a storm, or goes, while producers push as fast as they can, one by one or in batches: nothing
/// is taken in after that, and each item has gone one way.
fn close(capacity: usize, producers: usize, overflow: Overflow, goes: bool) {
    let _alone = alone();
    let rounds = if cfg!(debug_assertions) { 20 } else { 100 };
    for round in 0..rounds {
        let drops = drops(producers * COUNT);
        let (evicted, stored, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let closed = AtomicBool::new(false);
        let mut ring = HeapRing::with_overflow(capacity, producers, overflow).unwrap();
        let (producer, mut consumer) = ring.split();
        let clones: Vec<_> = (1..producers).map(|_| producer.try_clone().unwrap()).collect();
        let (delivered, inside) = thread::scope(|threads| {
            let mut pushers = Vec::new();
            for (which, mut producer) in clones.into_iter().chain([producer]).enumerate() {
                let (drops, evicted, stored, refused, closed) = (&drops, &evicted, &stored, &refused, &closed);
                pushers.push(threads.spawn(move || {
                    let mut items = (which * COUNT..(which + 1) * COUNT).map(|number| Owner::new(number, drops));
                    let mut next = None;
                    loop {
                        // Several can't be late. One may be: it learns of it in time, and not at once.
                        let late = producers > 1 && closed.load(Ordering::Relaxed);
                        let count = if round % 2 == 0 { 1 } else { 1 + stored.load(Ordering::Relaxed) % 7 };
                        let mut some = next.take().into_iter().chain(&mut items).take(count);
                        let batch = producer.push_iter(&mut some, |victim| {
                            victim.number();
                            evicted.fetch_add(1, Ordering::Relaxed);
                        });
                        stored.fetch_add(batch.pushed, Ordering::Relaxed);
                        assert!(!late || batch.pushed == 0, "taken in after it was closed");
                        match batch.refused {
                            // The consumer of one that has nothing more to say must see it go.
                            None if batch.pushed < count => return (goes || producers > 1).then_some(producer),
                            None => {}
                            Some(PushError::Closed(item)) => {
                                item.number();
                                assert!(producer.is_closed());
                                refused.fetch_add(1, Ordering::Relaxed);
                                break;
                            }
                            Some(PushError::Full(item)) => {
                                // The others of the batch have not been made.
                                next = Some(item);
                                thread::yield_now();
                            }
                            Some(PushError::Shed(_)) => panic!("no such policy"),
                        }
                    }
                    items.for_each(drop);
                    Some(producer)
                }));
            }
            let mut delivered = 0;
            let wanted = round * 10;
            while delivered < wanted && pushers.iter().any(|pusher| !pusher.is_finished()) {
                delivered += usize::from(consumer.pop().is_ok_and(|item| item.number() < usize::MAX));
            }
            if goes {
                drop(consumer);
                closed.store(true, Ordering::Relaxed);
                let producers: Vec<_> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
                let ends: Vec<_> = producers.iter().flatten().collect();
                assert!(ends.iter().all(|producer| producer.is_closed()));
                assert_eq!(stored.load(Ordering::Relaxed), delivered + ends[0].len() + ends[0].evicted());
                return (delivered, ends[0].len());
            }
            consumer.close();
            closed.store(true, Ordering::Relaxed);
            loop {
                match consumer.pop() {
                    Ok(_) => delivered += 1,
                    Err(PopError::Empty) => {
                        assert_eq!(producers, 1, "several can't be late");
                        thread::yield_now();
                    }
                    Err(PopError::Closed) => break,
                }
            }
            let _producers: Vec<_> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
            assert_eq!(consumer.pop().err(), Some(PopError::Closed));
            assert_eq!(consumer.len(), 0);
            assert_eq!(stored.load(Ordering::Relaxed), delivered + consumer.evicted());
            (delivered, 0)
        });
        let (evicted, stored, refused) = (evicted.into_inner(), stored.into_inner(), refused.into_inner());
        assert!(refused <= producers);
        // What was left behind was evicted by nobody.
        assert!(stored >= delivered + inside + evicted);
        drop(ring);
        assert!(drops.iter().all(|drops| drops.load(Ordering::Relaxed) == 1), "an item was not dropped");
    }
}

#[test]
fn a_close_in_a_storm() {
    for (capacity, producers) in [(1, 1), (64, 1), (1, 2), (7, 3), (64, 2)] {
        close(capacity, producers, Overflow::DropOldest, false);
    }
}

#[test]
fn a_close_with_room() {
    for (capacity, producers) in [(7, 1), (1000, 1), (2, 2), (1000, 3)] {
        close(capacity, producers, Overflow::Reject, false);
    }
}

#[test]
fn a_consumer_that_goes_in_a_storm() {
    for (capacity, producers) in [(7, 1), (1, 2), (64, 3)] {
        close(capacity, producers, Overflow::DropOldest, true);
    }
}

/// A ring that nobody pops is never seen empty or one short.
#[test]
fn never_one_short() {
    let _alone = alone();
    let mut ring = Ring::<usize, 3, 2>::with_overflow(Overflow::DropOldest);
    let (mut producer, consumer) = ring.split();
    let mut other = producer.try_clone().unwrap();
    (0..3).for_each(|number| assert!(producer.push(number).is_ok()));
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            for number in 0..COUNT {
                assert!(matches!(producer.push(number), Ok(Pushed::Evicted(_))));
                assert!(matches!(other.push(number), Ok(Pushed::Evicted(_))));
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            assert!(consumer.is_full() && !consumer.is_empty());
        }
    });
    assert_eq!(consumer.evicted(), 2 * COUNT);
}

/// Handles come and go while others push, and the ring is split again and again.
#[test]
fn handles_come_and_go() {
    let _alone = alone();
    static RING: Ring<(usize, usize), 4, 3> = Ring::with_overflow(Overflow::DropOldest);
    let mut total = 0;
    for _ in 0..20 {
        let (producer, mut consumer) = RING.try_split().unwrap();
        assert!(RING.try_split().is_err());
        let before = consumer.len() + consumer.evicted();
        let stored: usize = thread::scope(|threads| {
            let pushers: Vec<_> = (0..3)
                .map(|_| {
                    let producer = producer.try_clone();
                    threads.spawn(move || {
                        let mut stored = 0;
                        let Ok(mut producer) = producer else { return 0 };
                        for number in 0..COUNT / 50 {
                            stored += usize::from(producer.push((number, !number)).is_ok());
                            if let Ok(clone) = producer.try_clone() {
                                producer = clone;
                            }
                        }
                        stored
                    })
                })
                .collect();
            let mut popped = 0;
            while pushers.iter().any(|pusher| !pusher.is_finished()) {
                if let Ok((number, check)) = consumer.pop() {
                    assert_eq!(check, !number, "a torn item");
                    popped += 1;
                }
            }
            total += popped;
            pushers.into_iter().map(|pusher| pusher.join().unwrap()).sum()
        });
        assert!(stored > 0);
        assert!(before <= consumer.len() + consumer.evicted() + total);
    }
}
