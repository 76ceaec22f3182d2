//! Several threads that work the fan-in ring as fast as they can: every item is checked. They wait by yielding alone.
//!
//! They run under ThreadSanitizer too, so nothing but the ring orders one thread after the other while they run: what they
//! share beside it are relaxed counters.
//!
//! Claims: order, account.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use forebay_core::fan_in::{HeapRing, NoLane};
use forebay_core::{PopError, Pressure, PushError, Refusal};
use forebay_tests::stress::alone;

const ONE: NonZeroU32 = NonZeroU32::MIN;
/// How many items a producer pushes.
const COUNT: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

/// Threads that each push numbers in order, through a new lane for each `stay` of them: more threads than lanes. Each number
/// comes out once, those of a lane in order, under the name of the lane that it was pushed to.
fn work(threads: usize, lanes: usize, capacity: usize, stay: usize) {
    let _alone = alone();
    let mut ring = HeapRing::<(usize, usize, Box<usize>)>::new(lanes, capacity).unwrap();
    let (opener, consumer) = ring.split();
    let mut seen = vec![vec![false; COUNT]; threads];
    let mut last = vec![None; lanes];
    thread::scope(|scope| {
        // Goes with a panic, so that nobody waits for it then.
        let mut consumer = consumer;
        for thread in 0..threads {
            let opener = opener.clone();
            scope.spawn(move || {
                let mut number = 0;
                while number < COUNT {
                    let mut producer = match opener.open(ONE) {
                        Ok(producer) => producer,
                        Err(error) => {
                            assert_eq!(error, NoLane::AllTaken);
                            thread::yield_now();
                            continue;
                        }
                    };
                    let index = producer.lane().index();
                    for _ in 0..stay.min(COUNT - number) {
                        let mut item = (thread, index, Box::new(number));
                        while let Err(error) = producer.push(item) {
                            assert!(error.is_full());
                            item = error.into_inner();
                            thread::yield_now();
                        }
                        number += 1;
                    }
                }
            });
        }
        drop(opener);
        loop {
            match consumer.pop() {
                Ok((lane, (thread, index, number))) => {
                    assert_eq!(lane.index(), index);
                    assert!(!std::mem::replace(&mut seen[thread][*number], true), "{number} of {thread} came twice");
                    // In the order of the lane, and of one thread as long as the lane has the same name.
                    if let Some((same, before)) = last[index].replace((lane, (thread, *number))) {
                        assert!(same != lane || before == (thread, *number - 1), "{lane:?} {before:?} {number}");
                    }
                }
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => break,
            }
        }
        assert_eq!((consumer.len(), consumer.lanes().count(), consumer.shed()), (0, 0, 0));
    });
    assert!(seen.iter().flatten().all(|seen| *seen), "one is missing");
}

#[test]
fn each_has_a_lane() {
    work(4, 4, 64, COUNT);
}

#[test]
fn lanes_come_and_go() {
    work(3, 2, 4, 7);
    work(2, 70, 1, 1);
}

/// One floods its lane, and the others lose nothing, and are never asked to slow down.
#[test]
fn a_flood_stays_in_its_lane() {
    let _alone = alone();
    let (opener, mut consumer) = HeapRing::<usize>::new(3, 32).unwrap().into_ends();
    let mut noisy = opener.open(ONE).unwrap();
    noisy.set_refusal(Refusal::DropIncoming);
    let quiet = [opener.open(ONE).unwrap(), opener.open(ONE).unwrap()];
    drop(opener);
    let done = AtomicUsize::new(0);
    let got = [0; 3].map(AtomicUsize::new);
    let offered = thread::scope(|scope| {
        for mut producer in quiet {
            let (done, got) = (&done, &got);
            scope.spawn(move || {
                let index = producer.lane().index();
                for number in 0..COUNT / 10 {
                    producer.push(number).expect("its own lane has room");
                    assert_eq!(producer.pressure(), Pressure::Open);
                    // It sends at the rate at which it is served, with half of its lane under way.
                    // Relaxed: it must not order anything.
                    while number > got[index].load(Ordering::Relaxed) + 15 {
                        thread::yield_now();
                    }
                }
                // Relaxed: as above.
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        let flood = scope.spawn(|| {
            let mut offered = 0;
            // Relaxed: as above.
            while done.load(Ordering::Relaxed) < 2 {
                match noisy.push(offered) {
                    Ok(()) => {}
                    Err(PushError::Shed(_)) => thread::yield_now(),
                    Err(error) => panic!("{error}"),
                }
                offered += 1;
            }
            drop(noisy);
            offered
        });
        loop {
            match consumer.pop() {
                Ok((lane, _)) => {
                    // Relaxed: as above.
                    got[lane.index()].fetch_add(1, Ordering::Relaxed);
                }
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => break,
            }
        }
        flood.join().unwrap()
    });
    let [noisy, first, second] = got.map(AtomicUsize::into_inner);
    assert_eq!((first, second), (COUNT / 10, COUNT / 10));
    assert_eq!(noisy + consumer.shed(), offered);
}
