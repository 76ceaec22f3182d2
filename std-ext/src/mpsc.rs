//! Several producers, one consumer: lock-free, bounded, in one total order, exactly the capacity asked for.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`ring`], [`ring_with_refusal`] | the heap | own the ring: [`OwnedProducer`], [`OwnedConsumer`] |
//! | [`Ring`] | an array within it, a `static` say | borrow it; `'static` from a `static` ([`Ring::try_split`]) |
//! | [`SliceRing`] | a caller's slice | borrow it |
//!
//! Producers can be cloned without limit. All else is said in [`forebay_core::mpsc`].
//!
//! # Examples
//! Connections that hand their requests to one worker, each with an end of its own:
//! ```
//! use forebay::PushError;
//! use forebay::mpsc::{self, OwnedProducer};
//!
//! struct Connection {
//!     requests: OwnedProducer<String>,
//! }
//!
//! impl Connection {
//!     /// Gives the request back if the worker is behind: then it is refused before it costs anything.
//!     fn accept(&mut self, request: &str) -> Result<(), PushError<String>> {
//!         self.requests.push(request.to_string())
//!     }
//! }
//!
//! let (requests, mut worker) = mpsc::ring(2)?;
//! let mut first = Connection { requests: requests.clone() };
//! let mut second = Connection { requests };
//! first.accept("one").unwrap();
//! second.accept("two").unwrap();
//! assert!(first.accept("three").unwrap_err().is_full());
//! assert_eq!(worker.drain().collect::<Vec<_>>(), ["one", "two"]);
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::mpsc::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::{CapacityError, Refusal};

/// A ring on the heap for `capacity` items, by its first two ends: the last end to go drops it, with what is inside.
///
/// # Errors
/// [`CapacityError`] if the capacity is 0, or above 2<sup>29</sup>, with 32 bits 2<sup>26</sup>, or if there is no memory for the
/// slots. (The few hundred bytes that the ends share come from [`Arc`](std::sync::Arc), which aborts if there is no memory for them.)
///
/// # Examples
/// ```
/// let (mut producer, mut consumer) = forebay::mpsc::ring(2)?;
/// let mut another = producer.clone();
/// producer.push("a").unwrap();
/// another.push("b").unwrap();
/// assert_eq!(consumer.pop(), Ok("a"));
/// assert_eq!(consumer.pop(), Ok("b"));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T>(capacity: usize) -> Result<Ends<T>, CapacityError> {
    HeapRing::new(capacity).map(HeapRing::into_ends)
}

/// A ring on the heap like that of [`ring`], which does so with values when it is full.
///
/// # Errors
/// As [`ring`].
///
/// # Examples
/// ```
/// use forebay::{PushError, Refusal, mpsc};
///
/// let (mut producer, mut consumer) = mpsc::ring_with_refusal(1, Refusal::DropIncoming)?;
/// producer.push('a').unwrap();
/// assert_eq!(producer.push('b'), Err(PushError::Shed('b')));
/// assert_eq!(consumer.pop(), Ok('a'));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring_with_refusal<T>(capacity: usize, refusal: Refusal) -> Result<Ends<T>, CapacityError> {
    HeapRing::with_refusal(capacity, refusal).map(HeapRing::into_ends)
}

/// The first two ends of a [`ring`].
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub type Ends<T> = (OwnedProducer<T>, OwnedConsumer<T>);
