//! Waiting beside its specification: the input orders polls, wakes, wakers that change, futures that are dropped, ends that come
//! and go, and a close.
//!
//! The input is a byte for the capacity and the ring, and two bytes for each operation. Every input is valid.
//!
//! Claims: waiting.

#![no_main]

use forebay_tests::course;
use forebay_tests::waiting::{Case, MAX_CAPACITY, Over};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&first, ops)) = data.split_first() else { return Corpus::Reject };
    let ops = course::operations(ops);
    let first = usize::from(first);
    let over = Over::ALL[first / MAX_CAPACITY % Over::ALL.len()];
    let _ = Case { over, capacity: 1 + first % MAX_CAPACITY, ops: &ops }.run();
    Corpus::Keep
});
