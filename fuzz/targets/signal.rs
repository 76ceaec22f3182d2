//! The pressure of every ring with every policy beside its specification, and two observers that look at it when the input says so.
//!
//! The input is three bytes for the capacity and the watermarks, and a byte for each operation. Every input is valid.
//!
//! Claims: pressure.

#![no_main]

use forebay_tests::signal::Case;
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 100;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[capacity, high, low], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let capacity = 1 + usize::from(capacity) % 9;
    let high = 1 + usize::from(high) % capacity;
    Case { capacity, high, low: usize::from(low) % high, ops: &ops[..ops.len().min(MAX_OPS)] }.run();
    Corpus::Keep
});
