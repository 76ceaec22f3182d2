//! The conflated ring beside its specification, the newest value of each key and a queue of keys: any item, number of keys and start, and any
//! operations, on every kind of owner.
//!
//! The input is a header of three bytes, and two bytes for each operation. Every input is valid.
//!
//! Claims: capacity, order, account.

#![no_main]

use forebay_tests::conflated::{Case, MAX_CAPACITY};
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[kind, keys, start], ops)) = data.split_first_chunk() else { return Corpus::Reject };
    let ops = course::operations(ops);
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
    assert!(course::storages_agree(|storage| case.run::<T>(storage)), "some owners differ");
}
