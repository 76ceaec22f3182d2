//! The one place that chooses where this crate's atomics and locks come from: the standard library, or the model checker.

#[cfg(not(forebay_loom))]
pub(crate) use core::sync::atomic::{AtomicU8, Ordering, fence};
#[cfg(all(feature = "std", not(forebay_loom)))]
pub(crate) use std::{sync::Mutex, thread};

#[cfg(all(feature = "alloc", not(forebay_loom)))]
pub(crate) use alloc::sync::Arc;
#[cfg(forebay_loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, Ordering, fence};
#[cfg(forebay_loom)]
pub(crate) use loom::sync::{Arc, Mutex};
#[cfg(forebay_loom)]
pub(crate) mod thread {
    pub(crate) use loom::thread::{Thread, current, park};
    /// The model checker has no time: it is over at once, or never.
    pub(crate) fn park_timeout(_left: std::time::Duration) {
        loom::thread::yield_now();
    }
}

/// Runs foreign code whose panic must not go through ours.
#[cfg(all(feature = "std", not(forebay_loom)))]
pub(crate) fn shielded(foreign: impl FnOnce()) {
    if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(foreign)) {
        // What it carries may panic in its drop.
        core::mem::forget(panic);
    }
}

/// Without a standard library there is mostly no way back from a panic. The model checker ends an execution by one.
#[cfg(not(all(feature = "std", not(forebay_loom))))]
pub(crate) fn shielded(foreign: impl FnOnce()) {
    foreign();
}

/// A function that is `const`, but for the model checker, whose types have no such constructors.
macro_rules! always_const {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        #[cfg(not(forebay_loom))]
        $(#[$attribute])* $visibility const fn $($rest)*
        #[cfg(forebay_loom)]
        $(#[$attribute])* $visibility fn $($rest)*
    };
}
pub(crate) use always_const;
