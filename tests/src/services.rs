//! A, B, C → Z, on the rings themselves, in virtual time: services that make requests, the way to Z, and Z.

mod arrivals;
mod service;
mod world;

pub use arrivals::{Arrivals, Spike};
pub use service::{Counts, Hold, Service};
pub use world::{Plan, Road, SERVICES, World};

/// Ticks in a second: microseconds.
pub const SECOND: u64 = 1_000_000;
