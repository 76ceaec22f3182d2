//! Properties of the conflated ring, on one thread: whatever is done with it, it behaves as its specification says.

use forebay_tests::conflated::Case;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan<()>) -> bool {
    let Plan { capacity: keys, start, fresh, with: (), .. } = plan;
    plan::storages_agree(|storage| Case { keys, start, fresh, ops: &plan.ops }.run::<T>(storage))
}

#[test]
fn numbers_are_conflated_by_key() {
    check(4000, storages_agree::<u32>);
}

#[test]
fn tracked_values_are_conflated_by_key() {
    check(4000, storages_agree::<Tracked>);
}

#[test]
fn aligned_values_are_conflated_by_key() {
    check(500, storages_agree::<Aligned>);
}

#[test]
fn large_values_are_conflated_by_key() {
    check(200, storages_agree::<Large>);
}
