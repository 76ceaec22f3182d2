//! Models of the ring by importance: two or three threads. Each proves the invariant in its first line and names the orderings
//! that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_priority`, and once more with
//! `--cfg forebay_narrow`, where laps come around every eighth.
//!
//! Without those configurations the same bodies run some times on real threads.
//!
//! Claims: order, answers, pressure.

use std::ops::Range;

use forebay_core::priority::{Consumer, HeapRing, Producer};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::model::{Arc, Context, Plain, atomic, thread};
use forebay_tests::models;

/// Preemptions of the largest models: where laps come around an operation has more steps.
const FEW: usize = if cfg!(forebay_narrow) { 1 } else { 2 };

mod closing;
mod evictions;
mod pressure;
mod truth;

type P<const N: usize> = Producer<'static, u32, N>;
type C<const N: usize> = Consumer<'static, u32, N>;

/// The class of a number: its hundreds. Its tens say who has pushed it.
const fn class_of(number: u32) -> usize {
    number as usize / 100
}

/// Ends that live as long as the execution, after `start` items went through each class, with some inside.
fn ends<const N: usize>(capacity: usize, start: usize, inside: &[u32], overflow: Overflow) -> (P<N>, C<N>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::with_overflow(capacity, overflow).unwrap()));
    let (mut producer, mut consumer) = ring.split();
    for class in 0..N {
        for _ in 0..start {
            assert_eq!(producer.push(class, u32::MAX), Ok(Pushed::Stored));
            assert_eq!(consumer.pop(), Ok((class, u32::MAX)));
        }
    }
    for &number in inside {
        assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored));
    }
    (producer, consumer)
}

/// What became of the numbers that a producer pushed.
#[derive(Debug, Default)]
struct Pusher {
    stored: Vec<u32>,
    evicted: Vec<u32>,
    shed: Vec<u32>,
    full: Vec<u32>,
    closed: Vec<u32>,
}

impl Pusher {
    /// Of those that were inside at first.
    fn of(stored: &[u32]) -> Self {
        Self { stored: stored.to_vec(), ..Self::default() }
    }

    /// Pushes one number.
    fn push<const N: usize>(&mut self, producer: &mut P<N>, number: u32, cx: &Context) {
        cx.step();
        match producer.push(class_of(number), number) {
            Ok(outcome) => {
                self.stored.push(number);
                if let Some(victim) = outcome.evicted() {
                    cx.note("evicted");
                    assert!(class_of(victim) >= class_of(number), "{victim} is more important than {number}");
                    self.evicted.push(victim);
                } else {
                    cx.note("stored");
                }
            }
            Err(error) => {
                let (outcome, list) = match error {
                    PushError::Full(_) => ("full", &mut self.full),
                    PushError::Shed(_) => ("shed", &mut self.shed),
                    PushError::Closed(_) => ("closed", &mut self.closed),
                };
                cx.note(outcome);
                assert_eq!(error.into_inner(), number);
                list.push(number);
            }
        }
    }

    /// Pushes numbers, from a thread of its own.
    fn spawn<const N: usize>(
        mut producer: P<N>,
        numbers: impl IntoIterator<Item = u32> + Send + 'static,
        cx: &Context,
    ) -> thread::JoinHandle<(Self, P<N>)> {
        let cx = cx.clone();
        thread::spawn(move || {
            let mut pusher = Self::default();
            numbers.into_iter().for_each(|number| pusher.push(&mut producer, number, &cx));
            (pusher, producer)
        })
    }
}

/// Pops some times.
fn pop_some<const N: usize>(consumer: &mut C<N>, times: usize, cx: &Context) -> Vec<u32> {
    let mut popped = Vec::new();
    for _ in 0..times {
        cx.step();
        match consumer.pop() {
            Ok((class, number)) => {
                assert_eq!(class, class_of(number));
                cx.note("popped");
                popped.push(number);
            }
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                cx.note("empty");
            }
        }
    }
    popped
}

/// At rest: drains the ring, and sees that every number went one way, in the order of its class and producer, and was counted.
fn settle<const N: usize>(capacity: usize, pushers: &[&Pusher], popped: Vec<u32>, consumer: &mut C<N>) {
    settle_with(capacity, pushers, popped, consumer, PopError::Empty);
}

/// The same, with what a pop says in the end.
fn settle_with<const N: usize>(
    capacity: usize,
    pushers: &[&Pusher],
    mut popped: Vec<u32>,
    consumer: &mut C<N>,
    end: PopError,
) {
    fn of(class: usize, numbers: impl Iterator<Item = u32>) -> usize {
        numbers.filter(|&number| class_of(number) == class).count()
    }
    assert!(consumer.len() <= capacity);
    assert_eq!(consumer.len(), (0..N).map(|class| consumer.inside(class)).sum::<usize>());
    // The law, at rest, for each class.
    for class in 0..N {
        let stored = of(class, pushers.iter().flat_map(|pusher| pusher.stored.iter().copied()));
        let evicted = of(class, pushers.iter().flat_map(|pusher| pusher.evicted.iter().copied()));
        let taken = of(class, popped.iter().copied());
        assert_eq!(consumer.evicted(class), evicted);
        assert_eq!(consumer.inside(class) + taken + evicted, stored);
        assert_eq!(consumer.shed(class), of(class, pushers.iter().flat_map(|pusher| pusher.shed.iter().copied())));
    }
    let rest: Vec<u32> = consumer.drain().map(|(_, number)| number).collect();
    assert!(rest.is_sorted_by_key(|&number| class_of(number)), "the most important first: {rest:?}");
    popped.extend(rest);
    assert_eq!(consumer.pop(), Err(end));
    assert_eq!(consumer.len(), 0);
    // In order, for each class and producer.
    for tens in 0..10 * N as u32 {
        let of_one: Vec<u32> = popped.iter().copied().filter(|number| number / 10 == tens).collect();
        assert!(of_one.is_sorted_by(|a, b| a < b), "{popped:?}");
    }
    // Each went one way.
    popped.extend(pushers.iter().flat_map(|pusher| &pusher.evicted));
    let mut stored: Vec<u32> = pushers.iter().flat_map(|pusher| pusher.stored.iter().copied()).collect();
    popped.sort_unstable();
    stored.sort_unstable();
    assert_eq!(popped, stored, "{pushers:?}");
}
