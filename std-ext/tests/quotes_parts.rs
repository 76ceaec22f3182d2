//! The unit tests of the example `quotes`: an example is built by `cargo test`, but its own tests are not run.

#![allow(dead_code, reason = "the parts are put together in the example's main.rs")]

#[path = "../examples/services/arrivals.rs"]
mod arrivals;
#[path = "../examples/quotes/feed.rs"]
mod feed;
#[path = "../examples/quotes/screen.rs"]
mod screen;
#[path = "../examples/quotes/storm.rs"]
mod storm;
#[path = "../examples/quotes/table.rs"]
mod table;

/// Ticks in a second: microseconds.
const SECOND: u64 = 1_000_000;
