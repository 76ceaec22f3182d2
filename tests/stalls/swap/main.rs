//! A thread that stops for ever before any one of its atomic operations stops nobody else, and an interrupt that comes
//! there may push, and returns.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_swap`, and once more with
//! `--cfg forebay_narrow`, where laps come around every eighth. Without the first configuration there is nothing to stop
//! at, and no test.
//!
//! Claims: progress, answers, pressure.

#![cfg(forebay_steps)]

mod closing;
mod frozen;
mod interrupts;
#[cfg(forebay_narrow)]
mod laps;
mod pressure;
// Where laps come around soon, nothing is left behind.
#[cfg(not(forebay_narrow))]
mod sweeps;

use std::cell::Cell;
use std::rc::Rc;

use forebay_core::swap::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{Overflow, PopError, PushError, Pushed, steps};
use forebay_tests::course::OVERFLOWS;
use forebay_tests::stall::Frozen;

type P = OwnedProducer<u32>;
type C = OwnedConsumer<u32>;

/// Ends of a ring with the numbers from 0 to `inside` in it, after `start` went through.
fn ends(capacity: usize, producers: usize, start: usize, inside: u32, overflow: Overflow) -> (P, C) {
    let ring = HeapRing::with_overflow(capacity, producers, overflow).expect("a small capacity");
    let (mut producer, mut consumer) = ring.into_ends();
    for _ in 0..start {
        assert_eq!(producer.push(u32::MAX), Ok(Pushed::Stored));
        assert_eq!(consumer.pop(), Ok(u32::MAX));
    }
    for number in 0..inside {
        assert_eq!(producer.push(number), Ok(Pushed::Stored));
    }
    (producer, consumer)
}

/// Freezes a thread before step `step` of an operation while something else is done, and lets it go on after that. Answers
/// with what the operation did, and whether it came to that step.
fn freeze<R: Send + 'static>(
    step: usize,
    operation: impl FnOnce() -> R + Send + 'static,
    meanwhile: impl FnOnce(),
) -> (R, bool) {
    let frozen = Frozen::before(step, operation);
    meanwhile();
    match frozen {
        Ok(frozen) => (frozen.go_on().0, true),
        Err((result, _)) => (result, false),
    }
}

/// Does something for every step of an operation, until it says that there was no such step. Answers with how many there
/// were.
fn every_step(mut at: impl FnMut(usize) -> bool) -> usize {
    (0..).find(|&step| !at(step)).expect("an operation ends")
}

/// Takes everything out, and nothing more.
fn drain(consumer: &mut C) -> Vec<u32> {
    let mut items = Vec::new();
    let inside = consumer.len();
    loop {
        match consumer.pop() {
            Ok(item) => items.push(item),
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                assert!(consumer.is_empty());
                assert_eq!(items.len(), inside);
                return items;
            }
        }
    }
}
