//! The fan-in ring beside its specification, deficit round robin over a `VecDeque` for each lane: any item and shape, and any
//! operations: lanes that are opened, left and forgotten, pushes and batches, pops by weight and by cost, policies, weights and
//! watermarks that are switched, closes and further splits, on every kind of owner.
//!
//! The input is a header of two bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account, fairness.

#![no_main]

use forebay_tests::fan_in::{Case, SHAPES, Storage};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 300;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, shape], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops: Vec<(u8, u8)> = ops.chunks_exact(2).map(|op| (op[0], op[1])).take(MAX_OPS).collect();
    let (lanes, capacity) = SHAPES[usize::from(shape) % SHAPES.len()];
    let case = Case { lanes, capacity, ops: &ops };
    match kind % 3 {
        0 => run::<u32>(&case),
        1 => run::<Tracked>(&case),
        _ => run::<Aligned>(&case),
    }
    Corpus::Keep
});

fn run<T: Payload>(case: &Case<'_>) {
    let seen = case.run::<T>(Storage::Array);
    for storage in [Storage::Slice, Storage::Heap] {
        assert_eq!(case.run::<T>(storage), seen, "{storage:?} differs from an array");
    }
    // Ends that are never forgotten, or that own their ring and can't be made anew, show something else.
    let _ = case.run::<T>(Storage::Shared);
    let _ = case.run::<T>(Storage::Owned);
}
