//! Models of the triple buffer: two or three threads, every execution, of most up to a number of preemptions. Each proves the invariant in its first line and names
//! the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_latest`
//!
//! Without that configuration the same bodies run some times on real threads. That the models are strong enough to hold every
//! ordering is shown by the ordering mutants: `cargo run -p forebay-tests --bin mutants`.
//!
//! The word in the middle is loaded and exchanged by both sides, so all of them go by steps (see [`forebay_tests::model::Model::stepwise`]).
//!
//! Claims: order, answers.

use forebay_core::latest::{Reader, TripleBuffer, Writer};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::model::{Arc, Context, Plain, thread};
use forebay_tests::models;

mod closing;
mod owners;
mod values;

/// Ends that live as long as the execution.
fn ends<T: 'static>() -> (Writer<'static, T>, Reader<'static, T>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    Box::leak(Box::new(TripleBuffer::new())).split()
}

/// Writes the numbers from 1 on, and answers with those that came back.
fn write_numbers(writer: &mut Writer<'static, u32>, count: u32, cx: &Context) -> Vec<u32> {
    let mut conflated = Vec::new();
    for number in 1..=count {
        cx.step();
        if let Some(unread) = writer.write(number) {
            cx.note("conflated");
            conflated.push(unread);
        }
    }
    conflated
}
