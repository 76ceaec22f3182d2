//! A lane for each of several producers, one consumer that serves them fairly: isolation, pressure and counters for each lane.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`ring`] | the heap | own the ring: [`OwnedOpener`], [`OwnedProducer`], [`OwnedConsumer`] |
//! | [`SliceRing`] | slices of a caller's | borrow it |
//! | [`Ring`] | arrays within it, a `static` say | borrow it; `'static` from a `static` ([`Ring::try_split`]) |
//!
//! All else is said in [`forebay_core::fan_in`].
//!
//! # Examples
//! Connections that come and go, each with a lane of its own; one that sends too much is told so, and nobody else is:
//! ```
//! use forebay::{Pressure, fan_in};
//! use std::num::NonZeroU32;
//!
//! let (opener, mut worker) = fan_in::ring(64, 8)?;
//! let mut greedy = opener.open(NonZeroU32::MIN).expect("a free lane");
//! let mut modest = opener.open(NonZeroU32::MIN).expect("a free lane");
//! assert_eq!(greedy.push_iter((0..).map(|number| format!("greedy {number}"))), 8);
//! modest.push("modest".to_string()).unwrap();
//! assert_eq!((greedy.pressure(), modest.pressure()), (Pressure::Stop, Pressure::Open));
//!
//! // It has hung up: what it sent is still served, and its lane is another connection's then.
//! drop(greedy);
//! let served: Vec<String> = worker.drain().map(|(_, request)| request).collect();
//! assert_eq!(served[..3], ["greedy 0", "modest", "greedy 1"]);
//! assert_eq!(served.len(), 9);
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::fan_in::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::CapacityError;

/// A ring on the heap with `lanes` lanes for `lane_capacity` items each, by its first two ends: the last end to go drops it, with
/// what is inside.
///
/// # Errors
/// [`CapacityError`] if either number is 0, or both together above `isize::MAX` items or bytes, or if there is no memory for the
/// slots. (The few hundred bytes that the ends share come from [`Arc`](std::sync::Arc), which aborts if there is no memory for them.)
///
/// # Examples
/// ```
/// use std::num::NonZeroU32;
///
/// let (opener, mut consumer) = forebay::fan_in::ring(4, 2)?;
/// let mut producer = opener.open(NonZeroU32::MIN).expect("a free lane");
/// producer.push("a").unwrap();
/// assert_eq!(consumer.pop(), Ok((producer.lane(), "a")));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T>(lanes: usize, lane_capacity: usize) -> Result<Ends<T>, CapacityError> {
    HeapRing::new(lanes, lane_capacity).map(HeapRing::into_ends)
}

/// The first two ends of a [`ring`].
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub type Ends<T> = (OwnedOpener<T>, OwnedConsumer<T>);
