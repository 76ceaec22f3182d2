//! A gate that weighs what it lets in, before a ring that evicts, sheds or rejects, beside its specification: any rule and capacity, and any
//! pushes, pops, policies, rates and thresholds.
//!
//! The input is a header of two bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: account.

#![no_main]

use forebay_tests::admission::{Case, Kind};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 300;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops: Vec<(u8, u8)> = ops.chunks_exact(2).map(|op| (op[0], op[1])).take(MAX_OPS).collect();
    Case {
        capacity: 1 + usize::from(capacity) % 20,
        kind: Kind::ALL[usize::from(kind / 2) % Kind::ALL.len()],
        at_watermark: kind % 2 == 1,
        ops: &ops,
    }
    .run();
    Corpus::Keep
});
