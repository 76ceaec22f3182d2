//! A ring that may drop its oldest item for a new one, for one or several producers and one consumer: lock-free, in one step.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`ring`] | the heap | own the ring: [`OwnedProducer`], [`OwnedConsumer`] |
//! | [`Ring`] | an array within it, a `static` say | borrow it; `'static` from a `static` ([`Ring::try_split`]) |
//! | [`SliceRing`] | a caller's slice | borrow it |
//!
//! Each producer owns a cell of the ring, so there are only so many ([`Producer::try_clone`]): [`PRODUCERS`] in a [`ring`]. All
//! else is said in [`forebay_core::swap`].
//!
//! # Examples
//! Readings of a sensor, of which the newest matter:
//! ```
//! use forebay::{Overflow, Pushed, swap};
//!
//! let (mut sensor, mut display) = swap::ring(3, Overflow::DropOldest)?;
//! for reading in 1..=3 {
//!     assert_eq!(sensor.push(reading), Ok(Pushed::Stored));
//! }
//! assert_eq!(sensor.push(4), Ok(Pushed::Evicted(1)));
//! assert_eq!(display.pop(), Ok(2));
//! assert_eq!(display.lost(), 1);
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::swap::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::{CapacityError, Overflow};

/// How many producers a [`ring`] has at most.
pub const PRODUCERS: usize = 64;

/// A ring on the heap for `capacity` items, with a policy for what a push does at full, by its first two ends: the last end to
/// go drops it, with what is inside. It has [`PRODUCERS`] producers at most; [`HeapRing::with_overflow`] takes another number.
///
/// # Errors
/// [`CapacityError`] if the capacity is 0 or above the [limits](Ring#limits), or if there is no memory for the
/// slots. (The few hundred bytes that the ends share come from [`Arc`](std::sync::Arc), which aborts if there is no memory for them.)
///
/// # Examples
/// ```
/// use forebay::{Overflow, PushError, Pushed, swap};
///
/// let (mut producer, mut consumer) = swap::ring(1, Overflow::Reject)?;
/// let mut another = producer.try_clone().unwrap();
/// assert_eq!(producer.push('a'), Ok(Pushed::Stored));
/// assert_eq!(another.push('b'), Err(PushError::Full('b')));
/// consumer.set_overflow(Overflow::DropOldest);
/// assert_eq!(another.push('b'), Ok(Pushed::Evicted('a')));
/// assert_eq!(consumer.pop(), Ok('b'));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T>(capacity: usize, overflow: Overflow) -> Result<Ends<T>, CapacityError> {
    HeapRing::with_overflow(capacity, PRODUCERS, overflow).map(HeapRing::into_ends)
}

/// The first two ends of a [`ring`].
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub type Ends<T> = (OwnedProducer<T>, OwnedConsumer<T>);
