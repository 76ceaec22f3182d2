//! The triple buffer beside its specification, the newest value: any item and any operations, by every way to own one.
//!
//! The input is a byte for the item, and two bytes for each operation. Every input is valid.
//!
//! Claims: order, account.

#![no_main]

use forebay_tests::course;
use forebay_tests::latest::{Case, Owner};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((kind, ops)) = data.split_first() else { return Corpus::Reject };
    let ops = course::operations(ops);
    match kind % 3 {
        0 => run::<u32>(&ops),
        1 => run::<Tracked>(&ops),
        _ => run::<Aligned>(&ops),
    }
    Corpus::Keep
});

fn run<T: Payload>(ops: &[(u8, u8)]) {
    let case = Case(ops);
    assert_eq!(case.run::<T>(Owner::Shared), case.run::<T>(Owner::Exclusive), "two ways to split differ");
    // Ends that own their buffer can't be made anew, so what they show differs after that.
    let _ = case.run::<T>(Owner::Owned);
}
