//! The evicting ring beside its specification, a `VecDeque` with a bound: any item, capacity, number of producers, start and
//! policy, and any operations of several producers and the consumer, on every kind of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account.

#![no_main]

use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use forebay_tests::swap::{Case, MAX_CAPACITY, MAX_SEATS, OVERFLOWS, Storage};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_OPS: usize = 300;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops: Vec<(u8, u8)> = ops.chunks_exact(2).map(|op| (op[0], op[1])).take(MAX_OPS).collect();
    let (kind, capacity, start) = (usize::from(kind), usize::from(capacity), usize::from(start));
    let (seats, capacity) = (1 + capacity / MAX_CAPACITY % MAX_SEATS, 1 + capacity % MAX_CAPACITY);
    let case = Case {
        capacity,
        seats,
        start: start / 2 % (4 * capacity),
        fresh: start % 2 == 1,
        overflow: OVERFLOWS[kind / 3 % OVERFLOWS.len()],
        ops: &ops,
    };
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
