//! A ring whose items are of several classes: the most important come out first, and where there is no room, the least important
//! make it.
//!
//! [`ring`] makes one whose ends own it. All else is said in [`forebay_core::priority`].
//!
//! # Examples
//! ```
//! use forebay::{Pushed, priority};
//!
//! let (producer, mut consumer) = priority::ring::<_, 2>(1)?;
//! let mut another = producer.clone();
//! std::thread::spawn(move || {
//!     assert_eq!(another.push(1, "quote"), Ok(Pushed::Stored));
//!     assert_eq!(another.push(0, "order"), Ok(Pushed::Evicted("quote")));
//! })
//! .join()
//! .unwrap();
//! assert_eq!(consumer.pop(), Ok((0, "order")));
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::priority::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::CapacityError;

/// A ring of `C` classes for so many items of all of them together, with a producer, which can be cloned, and the consumer: its policy is
/// to [reject](crate::Overflow::Reject).
///
/// # Errors
/// [`Zero`](CapacityError::Zero) if there is no capacity, [`TooLarge`](CapacityError::TooLarge) above the [limits](Ring#limits),
/// [`OutOfMemory`](CapacityError::OutOfMemory).
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T, const C: usize>(capacity: usize) -> Result<(OwnedProducer<T, C>, OwnedConsumer<T, C>), CapacityError> {
    Ok(HeapRing::new(capacity)?.into_ends())
}
