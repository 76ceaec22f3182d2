//! The spsc ring beside its specification, a `VecDeque`: any layout, item, capacity, start, and any operations, on every kind
//! of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order.

#![no_main]

use forebay_core::spsc::{Dense, Flagged};
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use forebay_tests::spsc::{Case, MAX_CAPACITY, Runs, Storage};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
    let capacity = 1 + usize::from(capacity) % MAX_CAPACITY;
    // Positions start anywhere in the two laps that they run through.
    let start = usize::from(start);
    let case = Case { capacity, start: start / 2 % (2 * capacity), fresh: start % 2 == 1, ops: &ops };
    match kind % 6 {
        0 => run::<u32, Dense>(&case),
        1 => run::<u32, Flagged>(&case),
        2 => run::<Tracked, Dense>(&case),
        3 => run::<Tracked, Flagged>(&case),
        4 => run::<Aligned, Dense>(&case),
        _ => run::<Aligned, Flagged>(&case),
    }
    Corpus::Keep
});

fn run<T: Payload, L: Runs>(case: &Case<'_>) {
    let seen = case.run::<T, L>(Storage::Array);
    for storage in [Storage::Shared, Storage::Slice, Storage::Heap] {
        assert_eq!(case.run::<T, L>(storage), seen, "{storage:?} differs from an array");
    }
    // Ends that own their ring can't be made anew, so what they show differs after that.
    let _ = case.run::<T, L>(Storage::Owned);
}
