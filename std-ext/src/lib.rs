//! Bounded lock-free queues with backpressure first, and channels over them, with a standard library or without.
//!
//! This crate re-exports all of [`forebay_core`], so that it is the only dependency a server needs, with ends that own their
//! ring: they are `'static`, move to any thread, and the last one to go drops the ring. The queues themselves are in the core.
//!
//! # Examples
//! ```
//! use forebay::{PopError, spsc};
//!
//! let (mut producer, mut consumer) = spsc::ring(1000)?;
//! let reader = std::thread::spawn(move || {
//!     for line in ["one", "two", "three"] {
//!         producer.push(line.to_string()).expect("there is room for a thousand");
//!     }
//! });
//! let mut lines = 0;
//! loop {
//!     match consumer.pop() {
//!         Ok(_line) => lines += 1,
//!         Err(PopError::Empty) => std::thread::yield_now(),
//!         Err(PopError::Closed) => break,
//!     }
//! }
//! assert_eq!(lines, 3);
//! reader.join().unwrap();
//! # Ok::<(), forebay::CapacityError>(())
//! ```
//!
//! A ring in a `static` gives `'static` ends too, without the heap: [`spsc::Ring::try_split`].
//!
//! The ends of a ring never wait. Those of a [`channel`] do, as threads or as tasks.
//!
//! # Features
//! `std`, by default: threads that wait. `membarrier`, by default: on Linux a thread by which all ends of a channel wait does without
//! fences, and so do all while nobody waits, see [`channel`](channel#one-thread). `alloc`: ends that own their ring. `critical-section`: without `std`, the lock around those
//! who wait is a critical section, and so is an exchange on a core that has none; the program brings the implementation. There is no
//! [`channel`] without one of `std` and `critical-section`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub use forebay_core::{
    CapacityError, InUse, NeverEvicts, Overflow, PopError, Pressure, PushError, Pushed, Refusal, Seen, WatermarkError,
    Watermarks, admission, choose, credit, flush, seam, spill,
};

#[cfg(any(feature = "std", feature = "critical-section"))]
pub mod channel;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod conflated;
pub mod expiry;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod fan_in;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod latest;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod mpsc;
pub mod pacer;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod priority;
pub mod spsc;
#[cfg(any(target_has_atomic = "ptr", feature = "critical-section"))]
pub mod swap;
#[cfg(any(feature = "std", feature = "critical-section"))]
mod sync;
#[cfg(any(feature = "std", feature = "critical-section"))]
mod wait;

/// For the model checker.
#[cfg(forebay_loom)]
#[doc(hidden)]
pub mod model {
    pub use crate::sync::barrier::modelled::{heavy_fences, let_threads_be_at_home, refuse_heavy_fences};
    pub use crate::sync::told::Told;
}

/// Whether the system has the barrier that waiting makes use of: it is some more steps then.
#[cfg(forebay_steps)]
#[doc(hidden)]
pub fn has_barrier() -> bool {
    sync::barrier::ask()
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
