//! Every item is dropped exactly once: whoever owns the ring, whatever panics, whatever is forgotten, and in whatever order
//! the ends go.
//!
//! Claims: capacity, drops, misuse.

#![allow(
    clippy::forget_non_drop,
    clippy::drop_non_drop,
    reason = "no guard needs its drop today, and none may come to need it"
)]

mod ends;
mod forgotten;
mod limits;
mod panics;
mod reentrant;
mod rings;
mod shapes;
