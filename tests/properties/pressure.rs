//! The pressure of every ring is steady: it changes no more often than the distance between its watermarks allows.
//!
//! Claims: pressure.

use std::num::NonZeroU32;

use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{Overflow, PopError, Pressure, Watermarks, fan_in, mpsc, spsc, swap};
use forebay_tests::iterators::Says;
use forebay_tests::rings::{Another, Kind, Visitor, each};
use forebay_tests::signal::Case;
use forebay_tests::virtual_time::Beat;
use quickcheck::{QuickCheck, TestResult};

type Ends = (Kind, Box<dyn Push<Item = u32>>, Box<dyn Pop<Item = u32>>);

/// The ends of each ring with these watermarks.
fn rings(capacity: usize, marks: Watermarks) -> Vec<Ends> {
    struct List(Vec<Ends>);

    impl Visitor<u32> for List {
        fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = u32> + 'static,
            C: Pop<Item = u32> + 'static,
        {
            self.0.push((kind, Box::new(push), Box::new(pop)));
        }
    }

    let mut list = List(Vec::new());
    each(capacity, Some(marks), &mut list);
    list.0
}

/// How often the level has changed.
#[derive(Debug, Default)]
struct Changes {
    level: Pressure,
    rises: usize,
    falls: usize,
}

impl Changes {
    fn look(&mut self, level: Pressure) {
        self.rises += usize::from(self.level == Pressure::Open && level > Pressure::Open);
        self.falls += usize::from(self.level > Pressure::Open && level == Pressure::Open);
        assert!(level >= self.level || level == Pressure::Open, "{level:?} after {:?}", self.level);
        self.level = level;
    }
}

/// From a rise to the next fall it takes as many pops as the marks are apart, and from there to the next rise as many pushes.
fn each_change_takes_as_many_items_as_the_marks_are_apart(shape: (u8, u8, u8), ops: Vec<(bool, u8)>) -> TestResult {
    let capacity = 1 + usize::from(shape.0) % 12;
    let high = 1 + usize::from(shape.1) % capacity;
    let low = usize::from(shape.2) % high;
    for (kind, mut push, mut pop) in rings(capacity, Watermarks::new(high, low).unwrap()) {
        let (mut changes, mut pushed, mut popped) = (Changes::default(), 0, 0);
        for &(pushes, count) in &ops {
            for _ in 0..count % 16 {
                if pushes {
                    pushed += usize::from(push.push(0).is_ok());
                } else {
                    popped += usize::from(pop.pop().is_ok());
                }
                changes.look(push.pressure());
            }
        }
        assert!(changes.falls <= popped / (high - low), "{kind:?}: {changes:?} with {popped} items taken");
        let most = (pushed + high - low).saturating_sub(high) / (high - low);
        assert!(changes.rises <= most, "{kind:?}: {changes:?} with {pushed} items put in");
        assert!(changes.falls <= changes.rises && changes.rises <= changes.falls + 1);
    }
    TestResult::passed()
}

#[test]
fn flaps_are_bounded_by_items() {
    QuickCheck::new().tests(2000).quickcheck(
        each_change_takes_as_many_items_as_the_marks_are_apart as fn((u8, u8, u8), Vec<(bool, u8)>) -> TestResult,
    );
}

/// An observer is told of every change since its last look, and of none twice, whoever made it.
#[test]
fn observers_are_told_of_each_change_once() {
    fn property(shape: (u8, u8, u8), ops: Vec<u8>) {
        let capacity = 1 + usize::from(shape.0) % 9;
        let high = 1 + usize::from(shape.1) % capacity;
        Case { capacity, high, low: usize::from(shape.2) % high, ops: &ops }.run();
    }
    QuickCheck::new().tests(3000).quickcheck(property as fn((u8, u8, u8), Vec<u8>));
}

/// A producer that sends at a steady rate while the level is open, and not at all otherwise, sees the level change twice in the time
/// that it takes to fill the ring from mark to mark and to empty it again.
#[test]
fn flaps_are_bounded_in_time() {
    const SECOND: u64 = 1_000_000;
    const SECONDS: u64 = 60;
    for (offered, served, high, low) in [(100, 25, 40, 20), (1000, 900, 45, 5), (50, 10, 4, 1), (300, 299, 50, 0)] {
        for (kind, mut push, mut pop) in rings(50, Watermarks::new(high, low).unwrap()) {
            let (mut offer, mut serve) = (Beat::new(offered, SECOND), Beat::new(served, SECOND));
            let (mut offers_at, mut serves_at) = (offer.next_gap(), serve.next_gap());
            let mut changes = Changes::default();
            while offers_at.min(serves_at) <= SECONDS * SECOND {
                if offers_at < serves_at {
                    offers_at += offer.next_gap();
                    if push.pressure() == Pressure::Open {
                        assert!(push.push(0).is_ok(), "{kind:?}: refused while open");
                    }
                } else {
                    serves_at += serve.next_gap();
                    let _ = pop.pop();
                }
                changes.look(push.pressure());
            }
            // Which of both comes first where they meet decides on one item.
            let cycle = |apart: u64| apart as f64 / (offered - served) as f64 + apart as f64 / served as f64;
            let seconds = SECONDS as f64 - low as f64 / (offered - served) as f64;
            let apart = (high - low) as u64;
            let (least, most) = (seconds / cycle(apart + 1) - 1., seconds / cycle(apart - 1) + 1.);
            assert!((least..=most).contains(&(changes.falls as f64)), "{kind:?}: {changes:?}, not {least} to {most}");
            assert!(changes.rises <= changes.falls + 1);
        }
    }
}

/// Marks that the producer changes while the ring is empty are the consumer's as soon as it has found that out, or where that is
/// not promised, after a lap.
#[test]
fn a_consumer_goes_by_the_new_marks() {
    macro_rules! check {
        ($name:literal, after a lap: $laps:literal, $ends:expr) => {
            let (mut producer, mut consumer) = $ends;
            for (low, open_at) in [(0, 0), (4, 4), (2, 2), (6, 6)] {
                producer.set_watermarks(Watermarks::new(8, low).unwrap()).unwrap();
                assert!(consumer.pop().is_err());
                for number in (0..8).cycle().take($laps * 8) {
                    let _ = producer.push(number).unwrap();
                    consumer.pop().unwrap();
                }
                for number in 0..8 {
                    let _ = producer.push(number);
                }
                assert_eq!(producer.pressure(), Pressure::Stop, $name);
                while producer.pressure() != Pressure::Open {
                    consumer.pop().unwrap();
                }
                assert_eq!(consumer.len(), open_at, "{}, with a low mark of {low}", $name);
                while consumer.pop().is_ok() {}
            }
        };
    }
    check!("spsc, dense", after a lap: 0, spsc::HeapRing::<u32, Dense>::new(8).unwrap().into_ends());
    check!("spsc, flagged", after a lap: 0, spsc::HeapRing::<u32, Flagged>::new(8).unwrap().into_ends());
    check!("mpsc", after a lap: 1, mpsc::HeapRing::<u32>::new(8).unwrap().into_ends());
    check!("swap", after a lap: 1, swap::HeapRing::<u32>::with_overflow(8, 1, Overflow::Reject).unwrap().into_ends());
    check!("swap for 2", after a lap: 1, swap::HeapRing::<u32>::with_overflow(8, 2, Overflow::Reject).unwrap().into_ends());
    check!("a lane", after a lap: 0, {
        let (opener, merged) = fan_in::HeapRing::<u32>::new(2, 8).unwrap().into_ends();
        (opener.open(NonZeroU32::MIN).unwrap(), merged)
    });
}

/// That a ring is bare is what a pop that finds nothing, and no end, and no pressure to take back makes of it, and nothing else.
fn it_is_bare_where_a_pop_would_change_nothing(capacity: u8, ops: Vec<(u8, u8)>) {
    let capacity = 1 + usize::from(capacity) % 10;
    macro_rules! check {
        ($name:literal, $ring:expr) => {
            let (mut producer, mut consumer) = $ring.unwrap().into_ends();
            for &(op, number) in &ops {
                match op % 8 {
                    0..4 => drop(producer.push(number)),
                    4 => {
                        let high = 1 + usize::from(number) % capacity;
                        let marks = Watermarks::new(high, usize::from(op / 8) % high).unwrap();
                        producer.set_watermarks(marks).unwrap();
                    }
                    _ => {
                        let (is_bare, before) = (consumer.is_bare(), consumer.pressure());
                        let nothing_changes = match consumer.pop() {
                            Ok(_) => false,
                            Err(why) => why == PopError::Empty && consumer.pressure() == before,
                        };
                        assert_eq!(is_bare, nothing_changes, "{}, capacity {capacity}, at {before:?}", $name);
                    }
                }
            }
            while consumer.pop().is_ok() {}
            assert!(consumer.is_bare(), "{}: it is empty", $name);
            drop(producer);
            assert!(!consumer.is_bare(), "{}: it is the end", $name);
        };
    }
    check!("spsc, dense", spsc::HeapRing::<u8, Dense>::new(capacity));
    check!("spsc, flagged", spsc::HeapRing::<u8, Flagged>::new(capacity));
    check!("mpsc", mpsc::HeapRing::<u8>::new(capacity));
}

#[test]
fn bare_rings_are_those_in_which_nothing_is_to_be_done() {
    QuickCheck::new().tests(3000).quickcheck(it_is_bare_where_a_pop_would_change_nothing as fn(u8, Vec<(u8, u8)>));
}

/// What holds a slot and is no item is something to be done, and so is the end that the consumer has made itself.
#[test]
fn a_ring_in_which_a_slot_is_held_or_that_is_closed_is_not_bare() {
    for capacity in [1, 2, 3] {
        let (mut producer, mut consumer) = mpsc::HeapRing::<u8>::new(capacity).unwrap().into_ends();
        assert_eq!(producer.push_iter(Says((1, Some(1)), core::iter::empty())), 0);
        assert!(!consumer.is_bare());
        assert_eq!(consumer.pop(), Err(PopError::Empty));
        assert!(consumer.is_bare());
        consumer.close();
        assert!(!consumer.is_bare());
    }
}
