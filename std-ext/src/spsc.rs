//! One producer, one consumer: [`forebay_core::spsc`], and functions that make a ring with ends that own it.

pub use forebay_core::spsc::*;

use crate::CapacityError;

/// A ring for `capacity` items, by its two ends: the last one to go drops it, with what is inside.
///
/// The items lie side by side ([`Dense`]): best for batches, and for all that is not tuned to the last nanosecond.
///
/// # Errors
/// [`CapacityError`] if the capacity is 0 or too large, or if there is no memory.
///
/// # Examples
/// ```
/// let (mut producer, mut consumer) = forebay::spsc::ring(2)?;
/// producer.push("a").unwrap();
/// assert_eq!(consumer.pop(), Ok("a"));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn ring<T>(capacity: usize) -> Result<(OwnedProducer<T>, OwnedConsumer<T>), CapacityError> {
    HeapRing::new(capacity).map(HeapRing::into_ends)
}

/// The same with a flag beside each item ([`Flagged`]): the fastest way to pass single items between two cores.
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
pub fn flagged_ring<T>(capacity: usize) -> Result<FlaggedEnds<T>, CapacityError> {
    HeapRing::new(capacity).map(HeapRing::into_ends)
}

/// The two ends of a [`flagged_ring`].
pub type FlaggedEnds<T> = (OwnedProducer<T, Flagged>, OwnedConsumer<T, Flagged>);
