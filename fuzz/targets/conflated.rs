//! The conflated ring beside its specification, the newest value of each key and a queue of keys: any item, number of keys and start, and any
//! operations, on every kind of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account.

#![no_main]

use forebay_tests::conflated::{Case, MAX_CAPACITY, Storage};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 300;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, keys, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops: Vec<(u8, u8)> = ops.chunks_exact(2).map(|op| (op[0], op[1])).take(MAX_OPS).collect();
    let (keys, start) = (1 + usize::from(keys) % MAX_CAPACITY, usize::from(start));
    let case = Case { keys, start: start / 2 % (4 * keys), fresh: start % 2 == 1, ops: &ops };
    match kind % 3 {
        0 => run::<u32>(&case),
        1 => run::<Tracked>(&case),
        _ => run::<Aligned>(&case),
    }
    Corpus::Keep
});

fn run<T: Payload>(case: &Case<'_>) {
    let seen = case.run::<T>(Storage::Array);
    assert_eq!(case.run::<T>(Storage::Heap), seen, "the heap differs from an array");
    assert_eq!(case.run::<T>(Storage::Slice), seen, "a caller's slices differ from an array");
    // Ends that are never forgotten, or that own their ring and can't be made anew, show something else.
    let _ = case.run::<T>(Storage::Shared);
    let _ = case.run::<T>(Storage::Owned);
}
