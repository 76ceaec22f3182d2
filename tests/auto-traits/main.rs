//! What may cross threads, and what may not, and what else a type is by itself: every public type, for items of every kind.
//!
//! Each `unsafe impl` is checked in both directions.
//!
//! Claims: threads.

mod ask;
mod channel;
mod conflated;
mod errors;
mod fan_in;
mod latest;
mod mpsc;
mod priority;
mod spsc;
mod stages;
mod swap;
mod waker_cell;
