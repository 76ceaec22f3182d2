//! Every item is dropped exactly once, by whoever has it: whatever happens to the ends, the ring, and the users' code.
//!
//! Nothing here runs on two threads; the models and the stress tests do.
//!
//! Claims: capacity, drops, misuse.

mod ends;
mod forgotten;
mod limits;
mod panics;
mod reentrant;
mod rings;
mod shapes;
