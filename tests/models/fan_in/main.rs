//! Models of the fan-in ring: two or three threads, every execution, of most up to a number of preemptions. Each proves the invariant in its first line and names the
//! orderings that it holds; those of a lane's own ring are held by the models of `spsc`.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_fan_in`
//!
//! Without that configuration the same bodies run some times on real threads.
//!
//! Claims: order, answers, fairness, pressure.

use std::num::NonZeroU32;

use forebay_core::fan_in::{Consumer, HeapRing, NoLane, Opener};
use forebay_core::{InUse, PopError, Pressure, PushError};
use forebay_tests::model::{Arc, Context, Plain, thread};
use forebay_tests::models;

mod hints;
mod lanes;

const ONE: NonZeroU32 = NonZeroU32::MIN;

type O = Opener<'static, u32>;
type C = Consumer<'static, u32>;

/// Ends that live as long as the execution.
fn ends(lanes: usize, capacity: usize) -> (O, C) {
    // Leaked, as a model has no place for what outlives its threads; some thousand bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::new(lanes, capacity).unwrap()));
    ring.split()
}
