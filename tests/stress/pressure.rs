//! Producers that honour the pressure after each push of their own overstep it by one item each at most, however many there are and
//! whatever the consumer doesn't do.
//!
//! Claims: pressure.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{Overflow, Pressure, Pushed, Watermarks, mpsc, priority, spsc, swap};

const PRODUCERS: usize = 4;
const CAPACITY: usize = 64;
const ROUNDS: usize = if cfg!(debug_assertions) { 500 } else { 2_000 };

/// Each round fills an empty ring up to a level that the producers stop at, which it has with so many items inside.
fn overshoot<P: Push<Item = usize> + Send, C: Pop<Item = usize>>(
    producers: Vec<P>,
    mut consumer: C,
    stop_at: Pressure,
    mark: usize,
) {
    let count = producers.len();
    let (barrier, stored) = (Barrier::new(count + 1), AtomicUsize::new(0));
    let at_full: Vec<_> = (0..count).map(|_| AtomicUsize::new(0)).collect();
    thread::scope(|scope| {
        for (mut producer, at_full) in producers.into_iter().zip(&at_full) {
            let (barrier, stored) = (&barrier, &stored);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    barrier.wait();
                    while producer.pressure() < stop_at {
                        match producer.push(round) {
                            Ok(Pushed::Stored) => stored.fetch_add(1, Ordering::Relaxed),
                            // As many are inside as before.
                            Ok(Pushed::Evicted(_)) | Err(_) => at_full.fetch_add(1, Ordering::Relaxed),
                        };
                    }
                    barrier.wait();
                }
            });
        }
        // What goes wrong is told at the end, so that nobody waits for this thread.
        let mut wrong = None;
        for round in 0..ROUNDS {
            barrier.wait();
            barrier.wait();
            let stored = stored.swap(0, Ordering::Relaxed);
            let at_full: Vec<_> = at_full.iter().map(|at_full| at_full.swap(0, Ordering::Relaxed)).collect();
            let mut popped = 0;
            while consumer.pop().is_ok() {
                popped += 1;
            }
            // Whose item has reached the mark knows it when its push is over; the others have one under way each.
            let pushes = stored + at_full.iter().sum::<usize>();
            if popped != stored || pushes < mark || pushes >= mark + count || at_full.iter().any(|&at_full| at_full > 1)
            {
                wrong = wrong.or(Some((round, stored, at_full, popped)));
            }
        }
        assert!(wrong.is_none(), "up to {stop_at:?} at {mark}: (round, stored, at_full, popped) {wrong:?}");
    });
}

/// To be honoured, the level that is reached at the mark.
const LEVELS: [(Pressure, usize); 2] = [(Pressure::Stop, CAPACITY), (Pressure::Slow, 40)];

fn marks() -> Watermarks {
    Watermarks::new(40, 20).unwrap()
}

#[test]
fn producers_of_an_mpsc_ring() {
    for (stop_at, mark) in LEVELS {
        let (mut producer, mut consumer) = mpsc::HeapRing::new(CAPACITY).unwrap().into_ends();
        producer.set_watermarks(marks()).unwrap();
        consumer.set_watermarks(marks()).unwrap();
        let producers = (0..PRODUCERS).map(|_| producer.clone()).collect();
        overshoot(producers, consumer, stop_at, mark);
    }
}

#[test]
fn producers_of_a_swap_ring() {
    for (stop_at, mark) in LEVELS {
        let ring = swap::HeapRing::with_overflow(CAPACITY, PRODUCERS + 1, Overflow::Reject).unwrap();
        let (mut producer, mut consumer) = ring.into_ends();
        producer.set_watermarks(marks()).unwrap();
        consumer.set_watermarks(marks()).unwrap();
        let producers = (0..PRODUCERS).map(|_| producer.try_clone().unwrap()).collect();
        overshoot(producers, consumer, stop_at, mark);
    }
}

/// The level is of all classes together. What is more important evicts what is less so, also under this policy.
#[test]
fn producers_of_a_priority_ring() {
    const CLASSES: usize = 3;
    for (stop_at, mark) in LEVELS {
        let ring = priority::HeapRing::<_, CLASSES>::with_overflow(CAPACITY, Overflow::Reject).unwrap();
        let (mut producer, mut consumer) = ring.into_ends();
        producer.set_watermarks(marks()).unwrap();
        consumer.set_watermarks(marks()).unwrap();
        let producers = (0..PRODUCERS).map(|number| {
            let mut class = number;
            producer.clone().by(move |_: &usize| {
                class += 1;
                class % CLASSES
            })
        });
        overshoot(producers.collect(), consumer, stop_at, mark);
    }
}

#[test]
fn the_producer_of_an_spsc_ring() {
    fn check<L: spsc::Layout>() {
        for (stop_at, mark) in LEVELS {
            let (mut producer, mut consumer) = spsc::HeapRing::<_, L>::new(CAPACITY).unwrap().into_ends();
            producer.set_watermarks(marks()).unwrap();
            consumer.set_watermarks(marks()).unwrap();
            overshoot(vec![producer], consumer, stop_at, mark);
        }
    }
    check::<Dense>();
    check::<Flagged>();
}
