//! A gate that weighs what it lets in, before a ring that evicts, sheds or rejects, beside its specification: any rule and capacity, and any
//! pushes, pops, policies, rates and thresholds.
//!
//! The input is a header of two bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: account.

#![no_main]

use forebay_tests::admission::{Case, Kind};
use forebay_tests::course;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
    Case {
        capacity: 1 + usize::from(capacity) % 20,
        kind: Kind::ALL[usize::from(kind / 2) % Kind::ALL.len()],
        at_watermark: kind % 2 == 1,
        ops: &ops,
    }
    .run();
    Corpus::Keep
});
