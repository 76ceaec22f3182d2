//! What the proofs of the forebay crates share: payloads that keep a ledger, specifications to compare with, a checker of what
//! several threads have seen, and queues and services in virtual time.

pub mod admission;
pub mod conflated;
pub mod course;
pub mod crowd;
pub mod fan_in;
pub mod gauge;
pub mod history;
pub mod iterators;
pub mod latest;
pub mod ledger;
pub mod model;
pub mod mpsc;
pub mod owners;
pub mod pacer;
pub mod payload;
pub mod priority;
pub mod random;
pub mod record;
pub mod rings;
#[cfg(forebay_shuttle)]
pub mod schedules;
pub mod services;
pub mod shapes;
pub mod signal;
pub mod spsc;
#[cfg(forebay_steps)]
pub mod stall;
pub mod stress;
pub mod swap;
pub mod virtual_time;
pub mod waiting;

/// The code in the README at the root runs.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
