//! The evicting ring beside its specification, a `VecDeque` with a bound: any item, capacity, number of producers, start and
//! policy, and any operations of several producers and the consumer, on every kind of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account.

#![no_main]

use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use forebay_tests::swap::{Case, MAX_CAPACITY, MAX_SEATS, OVERFLOWS};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
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
    assert!(course::storages_agree(|storage| case.run::<T>(storage)), "some owners differ");
}
