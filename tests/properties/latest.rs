//! Properties of the triple buffer, on one thread: whatever is done with it, it behaves as its specification says, and the
//! account of its values is right after each operation.
//!
//! Claims: order, answers, account.

use forebay_tests::latest::{Case, Owner};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};
use quickcheck::QuickCheck;

fn check(tests: u64, property: fn(Vec<(u8, u8)>) -> bool) {
    QuickCheck::new().tests(tests).quickcheck(property);
}

/// Every way to own one behaves as the specification says, and they show the same.
fn owners_agree<T: Payload>(ops: Vec<(u8, u8)>) -> bool {
    let case = Case(&ops);
    // Ends that own their buffer can't be made anew, so what they show differs after that.
    let _ = case.run::<T>(Owner::Owned);
    case.run::<T>(Owner::Exclusive) == case.run::<T>(Owner::Shared)
}

#[test]
fn numbers() {
    check(3000, owners_agree::<u32>);
}

#[test]
fn tracked_values() {
    check(3000, owners_agree::<Tracked>);
}

#[test]
fn aligned_values() {
    check(1000, owners_agree::<Aligned>);
}

#[test]
fn large_values() {
    check(200, owners_agree::<Large>);
}
