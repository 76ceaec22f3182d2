//! Models of the evicting ring: two or three threads. Each proves the invariant in its first line and names the orderings
//! that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_swap`, and once more with
//! `--cfg forebay_narrow`, where laps come around every eighth.
//!
//! Without those configurations the same bodies run some times on real threads.
//!
//! Claims: order, answers, pressure.

use forebay_core::swap::{Consumer, HeapRing, Producer, TooManyProducers};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::model::{Arc, Context, Plain, atomic, thread};
use forebay_tests::models;

/// Preemptions of the largest models: where laps come around an operation has more steps.
const FEW: usize = if cfg!(forebay_narrow) { 1 } else { 2 };

mod closing;
mod evictions;
mod handles;
mod pressure;
mod storms;

type P = Producer<'static, u32>;
type C = Consumer<'static, u32>;

/// Ends that live as long as the execution, after `start` items went through.
fn ends(capacity: usize, producers: usize, start: usize, overflow: Overflow) -> (P, C) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::with_overflow(capacity, producers, overflow).unwrap()));
    let (mut producer, mut consumer) = ring.split();
    for _ in 0..start {
        assert_eq!(producer.push(u32::MAX), Ok(Pushed::Stored));
        assert_eq!(consumer.pop(), Ok(u32::MAX));
    }
    (producer, consumer)
}

/// What became of the numbers that a producer pushed.
#[derive(Debug, Default)]
struct Pusher {
    stored: Vec<u32>,
    evicted: Vec<u32>,
    shed: Vec<u32>,
    refused: Vec<u32>,
}

impl Pusher {
    /// Pushes one number.
    fn push(&mut self, producer: &mut P, number: u32, cx: &Context) {
        cx.step();
        self.enter(number, producer.push(number), cx);
    }

    /// Enters what became of a number.
    fn enter(&mut self, number: u32, outcome: Result<Pushed<u32>, PushError<u32>>, cx: &Context) {
        match outcome {
            Ok(Pushed::Stored) => self.stored.push(number),
            Ok(Pushed::Evicted(victim)) => {
                cx.note("evicted");
                self.stored.push(number);
                self.evicted.push(victim);
            }
            Err(PushError::Full(back)) => {
                assert_eq!(back, number);
                cx.note("full");
                self.refused.push(number);
            }
            Err(PushError::Shed(back)) => {
                assert_eq!(back, number);
                cx.note("shed");
                self.shed.push(number);
            }
            Err(PushError::Closed(_)) => panic!("the consumer is there"),
        }
    }

    /// Pushes numbers, from a thread of its own.
    fn spawn(mut producer: P, numbers: std::ops::Range<u32>, cx: &Context) -> thread::JoinHandle<(Self, P)> {
        let cx = cx.clone();
        thread::spawn(move || {
            let mut pusher = Self::default();
            numbers.for_each(|number| pusher.push(&mut producer, number, &cx));
            (pusher, producer)
        })
    }
}

/// Pops some times.
fn pop_some(consumer: &mut C, times: usize, cx: &Context) -> Vec<u32> {
    let mut popped = Vec::new();
    for _ in 0..times {
        cx.step();
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                cx.note("empty");
            }
        }
    }
    popped
}

/// At rest: drains the ring, and sees that every number went one way, in the order of its producer, and was counted.
///
/// Numbers of a producer have the same tens. `lost` is how many the consumer was told of.
fn settle(capacity: usize, pushers: &[&Pusher], popped: Vec<u32>, consumer: &mut C) {
    settle_with(capacity, pushers, popped, consumer, PopError::Empty);
}

/// The same, with what a pop says in the end.
fn settle_with(capacity: usize, pushers: &[&Pusher], mut popped: Vec<u32>, consumer: &mut C, end: PopError) {
    let evicted: usize = pushers.iter().map(|pusher| pusher.evicted.len()).sum();
    let stored: usize = pushers.iter().map(|pusher| pusher.stored.len()).sum();
    let shed: usize = pushers.iter().map(|pusher| pusher.shed.len()).sum();
    assert!(consumer.len() <= capacity);
    // The law, at rest.
    assert_eq!(stored, popped.len() + consumer.evicted() + consumer.len());
    assert_eq!(consumer.shed(), shed);
    let inside = consumer.len();
    let mut rest = Vec::new();
    consumer.pop_all(|number| rest.push(number));
    assert_eq!(rest.len(), inside);
    popped.extend(rest);
    assert_eq!(consumer.pop(), Err(end));
    assert_eq!((consumer.len(), consumer.evicted()), (0, stored - popped.len()));
    // In order, for each producer.
    for tens in 0..3 {
        let of_one: Vec<u32> = popped.iter().copied().filter(|number| number / 10 == tens).collect();
        assert!(of_one.is_sorted_by(|a, b| a < b), "{popped:?}");
    }
    // Each went one way. What was left behind and swept is seen by nobody.
    let mut all: Vec<u32> = popped.clone();
    pushers.iter().for_each(|pusher| all.extend(&pusher.evicted));
    all.sort_unstable();
    let before = all.len();
    all.dedup();
    assert_eq!(all.len(), before, "twice: {pushers:?} {popped:?}");
    assert!(all.iter().all(|number| pushers.iter().any(|pusher| pusher.stored.contains(number))));
    assert!(evicted <= consumer.evicted());
}
