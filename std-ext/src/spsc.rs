//! One producer, one consumer: wait-free, bounded, exactly the capacity asked for.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`ring`], [`flagged_ring`] | the heap | own the ring: [`OwnedProducer`], [`OwnedConsumer`] |
//! | [`Ring`] | an array within it, a `static` say | borrow it; `'static` from a `static` ([`Ring::try_split`]) |
//! | [`SliceRing`] | a caller's slice | borrow it |
//!
//! [`ring`] has the items side by side ([`Dense`]): take it for streams, for batches, and when in doubt. [`flagged_ring`] has a flag beside
//! each item ([`Flagged`]): take it for small single items that must arrive soon. All else is said in [`forebay_core::spsc`].
//!
//! # Examples
//! A part of a server that owns its end:
//! ```
//! use forebay::PushError;
//! use forebay::spsc::{self, OwnedProducer};
//!
//! struct Acceptor {
//!     requests: OwnedProducer<String>,
//! }
//!
//! impl Acceptor {
//!     /// Gives the request back if the workers are behind: then it is refused before it costs anything.
//!     fn accept(&mut self, request: String) -> Result<(), PushError<String>> {
//!         self.requests.push(request)
//!     }
//! }
//!
//! let (requests, mut worker) = spsc::ring(1)?;
//! let mut acceptor = Acceptor { requests };
//! acceptor.accept("one".to_string()).unwrap();
//! assert!(acceptor.accept("two".to_string()).unwrap_err().is_full());
//! assert_eq!(worker.pop().unwrap(), "one");
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::spsc::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::CapacityError;

/// A ring on the heap for `capacity` items, by its two ends: the last one to go drops it, with what is inside.
///
/// The items lie side by side ([`Dense`]): best for batches, and for all that is not tuned to the last nanosecond.
///
/// # Errors
/// [`CapacityError`] if the capacity is 0, or above `isize::MAX` items or bytes, or if there is no memory for the
/// slots. (The few hundred bytes that the ends share come from [`Arc`](std::sync::Arc), which aborts if there is no memory for them.)
///
/// # Examples
/// ```
/// let (mut producer, mut consumer) = forebay::spsc::ring(2)?;
/// producer.push("a").unwrap();
/// assert_eq!(consumer.pop(), Ok("a"));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T>(capacity: usize) -> Result<Ends<T>, CapacityError> {
    HeapRing::new(capacity).map(HeapRing::into_ends)
}

/// A ring on the heap like that of [`ring`], with a flag beside each item ([`Flagged`]), for small single items between two
/// cores.
///
/// # Errors
/// As [`ring`].
///
/// # Examples
/// ```
/// let (mut producer, mut consumer) = forebay::spsc::flagged_ring(2)?;
/// producer.push("a").unwrap();
/// assert_eq!(consumer.pop(), Ok("a"));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn flagged_ring<T>(capacity: usize) -> Result<Ends<T, Flagged>, CapacityError> {
    HeapRing::new(capacity).map(HeapRing::into_ends)
}

/// The two ends of a [`ring`], or with [`Flagged`] of a [`flagged_ring`].
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub type Ends<T, L = Dense> = (OwnedProducer<T, L>, OwnedConsumer<T, L>);
