//! Recorded histories of all rings under all policies, each checked by a search for an order that explains it.
//!
//! What is checked, and how: `forebay_tests::history`. Threads work in short windows, so that the search is small, and meet
//! after each, so that a window ends with nobody at work; what the ring may have inside then is carried over. What they do is
//! random, by seeds that a failure prints.
//!
//! With `--cfg forebay_steps` the threads also stop for a moment before atomic steps *within* the operations, here and there:
//! then even three producers on two cores get in each other's way at every step.
//!
//! | variable | what it does |
//! |---|---|
//! | `FOREBAY_HISTORIES_SECONDS` | how long each of these tests runs; without it less than a second |
//! | `FOREBAY_HISTORIES_SEED` | the first seed; without it always the same |
//!
//! Claims: order, answers.

mod channels;
mod conflated;
mod drive;
mod fan_in;
mod faulty_lanes;
mod lanes;
mod latest;
mod mpsc;
mod priority;
mod ring;
mod selftest;
mod spsc;
mod swap;
