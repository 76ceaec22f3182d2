//! What a consumer leaves behind in a storm is dropped, each item once, at the latest when it finds the ring empty; also if
//! such a drop panics.

use std::task::{Context, Waker};

use forebay::channel;
use forebay_core::Pressure;
use forebay_core::swap::Ring;
use forebay_tests::ledger::{Ledger, Tracked, goes_off};

use super::*;

const N: usize = 16;

/// A ring whose consumer has lost a race, and left items behind that are still inside: their number, after a pop.
type Left = (OwnedProducer<Tracked>, OwnedConsumer<Tracked>, usize);

fn left_behind(ledger: &Ledger, overflow: Overflow) -> Left {
    let (mut producer, mut consumer) = HeapRing::with_overflow(N, 2, Overflow::DropOldest).unwrap().into_ends();
    (0..N + 3).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
    let mut other = producer.try_clone().unwrap();
    let pushing = ledger.clone();
    // Interrupted before each step until it has taken one, so that it loses the race for the oldest.
    let hook = move || assert!(!other.is_full() || other.push(pushing.item()).is_ok());
    let popped = steps::with(hook, || consumer.pop()).expect("never empty");
    drop(popped);
    consumer.set_overflow(overflow);
    let left = ledger.alive() - consumer.len();
    assert!((1..=N / 2).contains(&left), "{left} were left behind");
    (producer, consumer, left)
}

#[test]
fn they_go_when_the_ring_is_empty() {
    let ledger = Ledger::new();
    let (_producer, mut consumer, left) = left_behind(&ledger, Overflow::DropOldest);
    consumer.pop_all(drop);
    assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{left}");
    ledger.settle();
}

#[test]
fn they_are_room() {
    for overflow in OVERFLOWS {
        let ledger = Ledger::new();
        let (mut producer, mut consumer, left) = left_behind(&ledger, overflow);
        let (room, evicted) = (N - consumer.len(), consumer.evicted());
        let mut victims = 0;
        for _ in 0..room {
            victims += usize::from(producer.push(ledger.item()).expect("there is room").evicted().is_some());
        }
        assert_eq!((victims, consumer.len()), (left, N));
        assert_eq!(consumer.evicted(), evicted, "they were counted when they were left behind");
        assert_eq!(producer.push(ledger.item()).is_ok(), overflow == Overflow::DropOldest);
        // Overtaken so soon after a storm, it leaves half of them behind once more.
        assert_eq!(consumer.pop_all(drop), if overflow == Overflow::DropOldest { N / 2 } else { N });
        assert!(consumer.pop().is_err());
        ledger.settle();
    }
}

/// A receive of a channel that waits is several pops: where the first one finds nothing it drops them, and what comes after that finds a
/// free slot, and may be what is received. A receive that doesn't wait is one pop.
#[test]
fn they_go_before_a_receive_that_waits_gets_an_item() {
    for waits in [false, true] {
        let ledger = Ledger::new();
        let (producer, mut consumer, left) = left_behind(&ledger, Overflow::Reject);
        while !consumer.is_empty() {
            drop(consumer.pop().expect("it is not empty"));
        }
        assert_eq!(ledger.alive(), left, "nothing has found the ring empty");

        let (mut other, pushing, pushed) = (producer.try_clone().unwrap(), ledger.clone(), Rc::new(Cell::new(None)));
        let tell = Rc::clone(&pushed);
        let hook = move || {
            if pushing.alive() == 0 && tell.get().is_none() {
                tell.set(Some(matches!(other.push(pushing.item()), Ok(Pushed::Stored))));
            }
        };
        let (_sender, mut receiver) = channel::over(producer, consumer);
        let received = steps::with(hook, || match waits {
            true => receiver.poll_recv(&mut Context::from_waker(Waker::noop())).is_ready(),
            false => receiver.try_recv().is_ok(),
        });
        assert_eq!((received, pushed.get()), (waits, Some(true)));
        assert_eq!(receiver.try_recv().is_ok(), !waits);
        ledger.settle();
    }
}

/// A ring that can be split again, whose consumer has left items behind that are still inside: their number. Its ends are gone.
fn left_behind_by_the_last(ledger: &Ledger) -> (&'static Shared, usize) {
    let ring: &'static Shared = Box::leak(Box::new(Ring::with_overflow(Overflow::DropOldest)));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    (0..N + 3).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
    let mut other = producer.try_clone().unwrap();
    let pushing = ledger.clone();
    let hook = move || assert!(!other.is_full() || other.push(pushing.item()).is_ok());
    drop(steps::with(hook, || consumer.pop()).expect("never empty"));
    // Not next to the head.
    (0..2).for_each(|_| drop(consumer.pop().expect("more are inside")));
    let left = ledger.alive() - consumer.len();
    assert!((1..=N / 2).contains(&left), "{left} were left behind");
    (ring, left)
}

type Shared = Ring<Tracked, N, 2>;

/// The consumer of another split drops them when it finds the ring empty.
#[test]
fn they_go_after_another_split() {
    let ledger = Ledger::new();
    let (ring, left) = left_behind_by_the_last(&ledger);
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let inside = consumer.len();
    assert_eq!(consumer.drain().count(), inside);
    assert_eq!(ledger.alive(), if inside < N { 0 } else { left }, "a drain of all ends before it finds nothing");
    assert!(matches!(consumer.pop(), Err(PopError::Empty)));
    assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{left}");
    assert!(producer.push(ledger.item()).is_ok() && consumer.pop().is_ok());
    ledger.settle();
}

/// Or they are room, as before; some of them may have been evicted, and the rest goes all the same.
#[test]
fn they_are_room_after_another_split() {
    for pushed in 0..=2 * N {
        for overflow in OVERFLOWS {
            let ledger = Ledger::new();
            let (ring, left) = left_behind_by_the_last(&ledger);
            let (mut producer, mut consumer) = ring.try_split().unwrap();
            consumer.set_overflow(overflow);
            let (room, evicted) = (N - consumer.len(), consumer.evicted());
            let mut victims = 0;
            for _ in 0..pushed.min(room) {
                victims += usize::from(producer.push(ledger.item()).expect("there is room").evicted().is_some());
            }
            assert!(victims <= left && (pushed < room || victims == left));
            assert_eq!(consumer.evicted(), evicted, "they were counted when they were left behind");
            while consumer.pop().is_ok() {}
            assert_eq!((ledger.alive(), consumer.len()), (0, 0), "{pushed} {left}");
            ledger.settle();
        }
    }
}

/// Nothing is taken in without a consumer, and they go with the ring.
#[test]
fn they_are_no_room_without_a_consumer() {
    for overflow in OVERFLOWS {
        let ledger = Ledger::new();
        let (mut producer, consumer, left) = left_behind(&ledger, overflow);
        let inside = consumer.len();
        drop(consumer);
        assert!(producer.push(ledger.item()).is_err_and(|error| error.is_closed()));
        assert_eq!(ledger.alive(), inside + left);
        drop(producer);
        ledger.settle();
    }
}

#[test]
fn a_drop_that_panics_leaves_a_ring_that_works() {
    for armed in 0..N / 2 {
        let ledger = Ledger::new();
        let (mut producer, mut consumer, left) = left_behind(&ledger, Overflow::Reject);
        if armed >= left {
            continue;
        }
        while !consumer.is_empty() {
            drop(consumer.pop());
        }
        assert_eq!(ledger.alive(), left);
        let alive: Vec<u32> = (0..u32::try_from(ledger.born()).unwrap()).filter(|&id| !ledger.is_dropped(id)).collect();
        ledger.arm(alive[armed]);
        assert!(goes_off(|| consumer.pop()));
        assert_eq!(ledger.alive(), armed, "from the latest on");
        assert!(matches!(consumer.pop(), Err(PopError::Empty)));
        assert_eq!(ledger.alive(), 0);
        assert!(producer.push(ledger.item()).is_ok());
        assert!(consumer.pop().is_ok());
        ledger.settle();
    }
}

#[test]
fn they_go_with_the_ring() {
    let ledger = Ledger::new();
    let (producer, consumer, _left) = left_behind(&ledger, Overflow::DropOldest);
    drop(consumer);
    drop(producer);
    ledger.settle();
}

/// Of a ring in a storm: each item is the number of its position.
struct Storm {
    producer: P,
    consumer: C,
    capacity: u32,
    tail: u32,
    head: u32,
    received: u32,
}

impl Storm {
    /// A ring whose consumer lost a race, and has gone on in vain twice.
    fn new(capacity: u32) -> Self {
        let (producer, consumer) = ends(capacity as usize, 2, 0, 0, Overflow::DropOldest);
        let mut storm = Self { producer, consumer, capacity, tail: 0, head: 0, received: 0 };
        storm.push(capacity + 3);
        let mut other = storm.producer.try_clone().unwrap();
        let tail = Rc::new(Cell::new(storm.tail));
        let hook = {
            let (tail, mut step) = (Rc::clone(&tail), 0);
            move || {
                step += 1;
                if step <= 10 + capacity && other.is_full() {
                    assert!(other.push(tail.get()).is_ok());
                    tail.set(tail.get() + 1);
                }
            }
        };
        let popped = steps::with(hook, || storm.consumer.pop()).expect("never empty");
        storm.tail = tail.get();
        storm.took(popped);
        for _ in 0..2 {
            storm.push(2 * capacity);
            let popped = storm.consumer.pop().expect("it is full");
            storm.took(popped);
        }
        storm
    }

    fn push(&mut self, count: u32) {
        for _ in 0..count {
            assert!(self.producer.push(self.tail).is_ok());
            self.tail += 1;
        }
    }

    /// It was told how many are missing before what it took.
    fn took(&mut self, number: u32) {
        assert_eq!(self.consumer.lost() as u32, number - self.head);
        self.head = number + 1;
        self.received += 1;
        self.settles();
    }

    fn settles(&self) {
        assert_eq!(self.consumer.len() as u32, self.tail - self.head);
        assert_eq!(self.consumer.evicted() as u32, self.head - self.received);
    }

    /// What a pop takes: what it is at, or if that was evicted, what is in that slot now.
    fn next(&self) -> u32 {
        let laps = (self.tail - 1 - self.head) / self.capacity;
        self.head + laps * self.capacity
    }
}

/// After two jumps in vain it takes what is in the slot where it is. All that it leaves behind counts as evicted, and it gets all
/// that comes after it.
#[test]
fn it_takes_what_is_in_the_same_slot() {
    for (capacity, fills) in [2, 3, 8, 16].into_iter().flat_map(|capacity| [(capacity, true), (capacity, false)]) {
        let mut most = 0;
        for pushes in 1..=3 * capacity {
            let mut storm = Storm::new(capacity);
            storm.push(pushes);
            let (next, oldest) = (storm.next(), storm.tail - storm.capacity.min(storm.tail - storm.head));
            assert_eq!(storm.consumer.pop(), Ok(next), "{pushes} pushes");
            storm.took(next);
            most = most.max(next - oldest);
            // The slots of those that it left behind are room, also where nothing is evicted otherwise.
            storm.consumer.set_overflow(Overflow::Reject);
            if fills {
                storm.push(storm.capacity - (storm.tail - storm.head));
                storm.settles();
                assert!(storm.producer.push(0).is_err());
            }
            for number in storm.head..storm.tail {
                assert_eq!(storm.consumer.pop(), Ok(number));
                storm.took(number);
            }
            assert_eq!(storm.consumer.pop(), Err(PopError::Empty));
            storm.settles();
            // Or they are gone by now.
            for _ in 0..capacity {
                assert_eq!(storm.producer.push(0), Ok(Pushed::Stored));
            }
        }
        assert_eq!(most, capacity - 1, "all but the newest");
    }
}

/// A ring of one slot has the oldest item in that one: nothing is left behind.
#[test]
fn one_slot_has_the_oldest() {
    let mut storm = Storm::new(1);
    for pushes in [1, 2, 3, 1, 1, 4] {
        storm.push(pushes);
        assert_eq!(storm.consumer.pop(), Ok(storm.tail - 1));
        storm.took(storm.tail - 1);
    }
    assert_eq!(storm.consumer.pop(), Err(PopError::Empty));
}

/// It is overtaken again and again in one pop, as often as so many steps allow.
#[test]
fn it_loses_every_race() {
    let mut most = 0;
    for (burst, interrupted) in
        (1..=N as u32 + 1).flat_map(|burst| (1..40).map(move |interrupted| (burst, interrupted)))
    {
        let ledger = Ledger::new();
        let (mut producer, mut consumer) = HeapRing::with_overflow(N, 2, Overflow::DropOldest).unwrap().into_ends();
        (0..N).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
        let mut other = producer.try_clone().unwrap();
        let (pushing, mut step) = (ledger.clone(), 0);
        let hook = move || {
            step += 1;
            if step <= interrupted {
                (0..burst).for_each(|_| assert!(other.push(pushing.item()).is_ok()));
            }
        };
        drop(steps::with(hook, || consumer.pop()).expect("never empty"));
        assert!(consumer.len() <= N && ledger.alive() <= N);
        assert!(consumer.lost() <= consumer.evicted());
        assert_eq!(ledger.born(), 1 + consumer.evicted() + consumer.len());
        most = most.max(ledger.alive() - consumer.len());
        while consumer.pop().is_ok() {}
        assert_eq!(ledger.alive(), 0);
        ledger.settle();
    }
    assert_eq!(most, N / 2, "a first pop leaves no more behind");
}

/// Its look at the pressure is put off, but not for long: the level is right when it has taken some more, or found nothing.
#[test]
fn the_pressure_falls_after_a_storm() {
    const CAPACITY: u32 = 64;
    for pushes in CAPACITY..=3 * CAPACITY {
        let mut storm = Storm::new(CAPACITY);
        storm.push(pushes);
        let next = storm.next();
        assert_eq!(storm.consumer.pop(), Ok(next));
        storm.took(next);
        for _ in 0..15.min(storm.tail - storm.head) {
            let next = storm.consumer.pop().unwrap();
            storm.took(next);
        }
        let inside = storm.tail - storm.head;
        if inside == 0 {
            assert_eq!(storm.consumer.pop(), Err(PopError::Empty));
        }
        let expected = if inside > CAPACITY / 2 { Pressure::Stop } else { Pressure::Open };
        assert_eq!(storm.consumer.pressure(), expected, "{inside} are inside");
    }
}

/// The level falls where it is to fall after the ring has been found empty.
#[test]
fn the_pressure_is_as_ever_after_a_storm() {
    for capacity in [1, 2, 3, 16] {
        for pushes in 1..=capacity {
            let mut storm = Storm::new(capacity);
            storm.push(2 * capacity + pushes);
            while storm.consumer.pop().is_ok() {}
            assert_eq!(storm.consumer.pressure(), Pressure::Open);
            for _ in 0..3 {
                storm.push(capacity);
                assert_eq!(storm.consumer.pressure(), Pressure::Stop);
                for inside in (0..capacity).rev() {
                    assert!(storm.consumer.pop().is_ok());
                    let is_open = storm.consumer.pressure() == Pressure::Open;
                    assert_eq!(is_open, inside <= capacity / 2, "{inside} of {capacity} are inside");
                }
            }
        }
    }
}
