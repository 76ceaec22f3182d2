//! Placeholder.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

mod error;
mod position;
pub mod spsc;
mod sync;

pub use error::{CapacityError, InUse, PopError, PushError};
