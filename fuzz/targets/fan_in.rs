//! The fan-in ring beside its specification, deficit round robin over a `VecDeque` for each lane: any item and shape, and any
//! operations: lanes that are opened, left and forgotten, pushes and batches, pops by weight and by cost, policies, weights and
//! watermarks that are switched, closes and further splits, on every kind of owner.
//!
//! The input is a header of two bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account, fairness.

#![no_main]

use forebay_tests::course;
use forebay_tests::fan_in::{Case, SHAPES};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, shape], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
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
    assert!(course::storages_agree(|storage| case.run::<T>(storage)), "some owners differ");
}
