//! One lane of a fan-in ring is busy, and the others are open and idle: what does an item cost the consumer?
//!
//! On one thread: the lane is filled, and only the pops are timed. With a weight of 1 each item is a round of its own, in which the
//! consumer looks for the next lane; with 16 it does so every 16 items. And what does it cost to find nothing in any of them?

use std::hint::black_box;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use forebay::fan_in::{self, OwnedConsumer, OwnedProducer};
use forebay::spsc;

use super::least;
use crate::contest::{Contest, Contestant, Turn};

const CAPACITY: usize = 512;

pub(crate) fn contests() -> Vec<Contest> {
    vec![busy(), empty()]
}

fn busy() -> Contest {
    Contest {
        question: "lanes",
        setting: format!("u64/{CAPACITY}"),
        capacity: CAPACITY,
        least: least(CAPACITY),
        least_time: Duration::ZERO,
        contestants: vec![
            Contestant::ours("spsc", alone),
            Contestant::ours("fan_in 2 lanes", among::<2, 1>),
            Contestant::ours("fan_in 16 lanes", among::<16, 1>),
            Contestant::ours("fan_in 256 lanes", among::<256, 1>),
            Contestant::ours("fan_in 2 lanes weight 16", among::<2, 16>),
            Contestant::ours("fan_in 256 lanes weight 16", among::<256, 16>),
        ],
        reference: "spsc",
    }
}

fn empty() -> Contest {
    Contest {
        question: "lanes_empty",
        setting: "u64".to_owned(),
        capacity: CAPACITY,
        least: least(CAPACITY),
        least_time: Duration::ZERO,
        contestants: vec![
            Contestant::ours("spsc", nothing_alone),
            Contestant::ours("fan_in 2 lanes", nothing_among::<2>),
            Contestant::ours("fan_in 16 lanes", nothing_among::<16>),
            Contestant::ours("fan_in 256 lanes", nothing_among::<256>),
        ],
        reference: "spsc",
    }
}

/// Fills a ring by `fill` and times `pop` until it is empty, over and over.
fn drained(capacity: usize, count: u64, mut fill: impl FnMut(), mut pop: impl FnMut() -> bool) -> Duration {
    let mut taken = Duration::ZERO;
    let mut left = count;
    while left > 0 {
        fill();
        let items = left.min(capacity as u64);
        let start = Instant::now();
        for _ in 0..items {
            assert!(pop(), "an item is missing");
        }
        taken += start.elapsed();
        left -= items;
    }
    taken
}

fn alone(capacity: usize, count: u64) -> Turn {
    let (mut producer, mut consumer) = spsc::HeapRing::<u64>::new(capacity).expect("small").into_ends();
    let fill = || {
        producer.push_iter(0..);
    };
    drained(capacity, count, fill, || black_box(consumer.pop()).is_ok()).into()
}

/// Lanes that are open and empty, and known to the consumer.
fn idle(lanes: usize, weight: u32, capacity: usize) -> (Vec<OwnedProducer<u64>>, OwnedConsumer<u64>) {
    let (opener, mut consumer) = fan_in::ring::<u64>(lanes, capacity).expect("small");
    let weight = NonZeroU32::new(weight).expect("not 0");
    let mut producers: Vec<_> = (0..lanes).map(|_| opener.open(weight).expect("free")).collect();
    producers.iter_mut().for_each(|producer| producer.push(0).expect("room"));
    while consumer.pop().is_ok() {}
    (producers, consumer)
}

/// Times a `pop` that finds nothing, so many times.
fn in_vain(count: u64, mut pop: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        assert!(!pop(), "there is no item");
    }
    start.elapsed()
}

fn nothing_alone(capacity: usize, count: u64) -> Turn {
    let (_producer, mut consumer) = spsc::HeapRing::<u64>::new(capacity).expect("small").into_ends();
    in_vain(count, || black_box(consumer.pop()).is_ok()).into()
}

fn nothing_among<const LANES: usize>(capacity: usize, count: u64) -> Turn {
    let (_producers, mut consumer) = idle(LANES, 1, capacity);
    in_vain(count, || black_box(consumer.pop()).is_ok()).into()
}

fn among<const LANES: usize, const WEIGHT: u32>(capacity: usize, count: u64) -> Turn {
    let (mut producers, mut consumer) = idle(LANES, WEIGHT, capacity);
    let mut busy = producers.swap_remove(LANES / 2);
    let fill = || {
        busy.push_iter(0..);
    };
    drained(capacity, count, fill, || black_box(consumer.pop()).is_ok()).into()
}
