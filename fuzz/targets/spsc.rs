//! The spsc ring beside its specification, a `VecDeque`: any layout, owner, item, capacity, start, and any operations.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.

#![no_main]

use forebay_core::spsc::{Dense, Flagged};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};
use forebay_tests::spsc::{Case, MAX_CAPACITY, Runs, Storage};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 300;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops: Vec<(u8, u8)> = ops.chunks_exact(2).map(|op| (op[0], op[1])).collect();
    if ops.len() > MAX_OPS {
        return Corpus::Reject;
    }
    let capacity = 1 + usize::from(capacity) % MAX_CAPACITY;
    // Positions start anywhere in the two laps that they run through.
    let start = usize::from(start);
    let case = Case { capacity, start: start / 2 % (2 * capacity), fresh: start % 2 == 1, ops: &ops };
    let (kind, storage) = (usize::from(kind) / Storage::ALL.len(), usize::from(kind) % Storage::ALL.len());
    if kind % 2 == 0 {
        run::<Dense>(&case, Storage::ALL[storage], kind / 2);
    } else {
        run::<Flagged>(&case, Storage::ALL[storage], kind / 2);
    }
    Corpus::Keep
});

fn run<L: Runs>(case: &Case<'_>, storage: Storage, item: usize) {
    match item % 8 {
        0..3 => run_with::<u32, L>(case, storage),
        3..6 => run_with::<Tracked, L>(case, storage),
        6 => run_with::<Aligned, L>(case, storage),
        _ => run_with::<Large, L>(case, storage),
    }
}

fn run_with<T: Payload, L: Runs>(case: &Case<'_>, storage: Storage) {
    // What is seen differs from what is expected nowhere, or `run` would have panicked.
    let _ = case.run::<T, L>(storage);
}
