//! Placeholder.
pub use forebay_core::*;
