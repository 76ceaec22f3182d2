//! The mpsc ring beside its specification, a `VecDeque`: any item, capacity, start, policy, and any operations of several
//! producers and the consumer, on every kind of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account.

#![no_main]

use forebay_core::Refusal;
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::mpsc::{Case, MAX_CAPACITY};
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, capacity, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
    let capacity = 1 + usize::from(capacity) % MAX_CAPACITY;
    let start = usize::from(start);
    let case = Case {
        capacity,
        start: start / 2 % (4 * capacity),
        fresh: start % 2 == 1,
        refusal: if kind / 3 % 2 == 0 { Refusal::Reject } else { Refusal::DropIncoming },
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
