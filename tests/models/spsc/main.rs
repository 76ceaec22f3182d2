//! Models of the spsc ring: two or three threads, every execution, of most up to a number of preemptions. Each proves the invariant in its first line and names
//! the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_spsc`
//!
//! Without that configuration the same bodies run some times on real threads. The rings start just before a wrap: of the
//! slots, of the laps, or both. That the models are strong enough to hold every ordering is shown by the ordering mutants:
//! `cargo run -p forebay-tests --bin mutants`.
//!
//! Claims: order, answers, pressure.

use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer, Ring};
use forebay_core::{InUse, PopError, PushError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::model::atomic::{AtomicBool, Ordering};
use forebay_tests::model::{Arc, Context, Plain, thread};

/// Declares a test of each model in both layouts, with the number of executions that each needs. `L` is the layout.
///
/// With flags a word is loaded and stored by both sides, so those models go by steps (see [`forebay_tests::model::Model::stepwise`]),
/// with three preemptions at most. Without, they are `exhaustive`, but where the pressure is the matter, with two (`twice`), and where
/// threads ask for the ends of a shared ring (`stepwise`). `dense` ones are of what flags don't have.
macro_rules! models {
    (exhaustive; $($rows:tt)*) => { models! { [None, false]; $($rows)* } };
    (stepwise; $($rows:tt)*) => { models! { [Some(3), true]; $($rows)* } };
    (twice; $($rows:tt)*) => { models! { [Some(2), true]; $($rows)* } };
    (dense; $($rows:tt)*) => { forebay_tests::models! { @each "" [None, false]; $($rows)* } };
    ([$bound:expr, $stepwise:literal];
        $($test:ident [$dense:literal, $flagged:literal] $outcomes:expr => $body:expr;)*) => {
        mod dense {
            use super::*;
            type L = Dense;
            forebay_tests::models! {
                @each "dense " [$bound, $stepwise]; $($test [$dense] $outcomes => $body;)*
            }
        }
        mod flagged {
            use super::*;
            type L = Flagged;
            forebay_tests::models! {
                @each "flagged " [$bound.or(Some(3)), true]; $($test [$flagged] $outcomes => $body;)*
            }
        }
    };
}

mod batches;
mod closing;
mod counts;
mod items;
mod owners;
mod pressure;
mod splitting;

/// Ends that live as long as the execution, after `start` items went through.
fn ends<T: 'static, L: Layout>(
    capacity: usize,
    start: usize,
    item: impl Fn() -> T,
) -> (Producer<'static, T, L>, Consumer<'static, T, L>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::<T, L>::new(capacity).unwrap()));
    let (mut producer, mut consumer) = ring.split();
    for _ in 0..start {
        assert!(producer.push(item()).is_ok());
        assert!(consumer.pop().is_ok());
    }
    drop((producer, consumer));
    ring.split()
}

fn numbers<L: Layout>(capacity: usize, start: usize) -> (Producer<'static, u32, L>, Consumer<'static, u32, L>) {
    ends(capacity, start, || u32::MAX)
}

/// Pushes the numbers from 0 on, and gives up those that don't fit. Answers with those that did.
fn push_numbers<L: Layout>(producer: &mut Producer<'static, u32, L>, count: u32, cx: &Context) -> Vec<u32> {
    let mut stored = Vec::new();
    for number in 0..count {
        cx.step();
        match producer.push(number) {
            Ok(()) => stored.push(number),
            Err(error) => {
                assert_eq!(error, PushError::Full(number));
                cx.note("full");
            }
        }
    }
    stored
}
