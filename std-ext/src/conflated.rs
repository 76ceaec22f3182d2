//! The newest value of each key, for one producer and one consumer.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`ring`] | the heap | own the ring: [`OwnedProducer`], [`OwnedConsumer`] |
//! | [`HeapRing`] | the heap | borrow it |
//! | [`Ring`] | within it, a `static` say | borrow it; `'static` from a `static` ([`Ring::try_split`]) |
//! | [`SliceRing`] | a caller's slices | borrow it |
//!
//! All else is said in [`forebay_core::conflated`].
//!
//! # Examples
//! Many changes of a few things, and a reader that wants to know how things are:
//! ```
//! use forebay::conflated;
//!
//! let (mut producer, mut consumer) = conflated::ring(3)?;
//! let feed = std::thread::spawn(move || {
//!     for step in 0..3000 {
//!         producer.push(step % 3, step).expect("there are three keys");
//!     }
//! });
//! feed.join().unwrap();
//! let state: Vec<_> = std::iter::from_fn(|| consumer.pop().ok()).collect();
//! assert_eq!(state, [(0, 2997), (1, 2998), (2, 2999)]);
//! assert_eq!(consumer.conflated(0), Some(999));
//! # Ok::<(), forebay::CapacityError>(())
//! ```

pub use forebay_core::conflated::*;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::CapacityError;

/// A ring for so many keys on the heap, by its two ends: the last one to go drops it, with what is inside.
///
/// # Errors
/// As [`HeapRing::new`].
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn ring<T>(keys: usize) -> Result<(OwnedProducer<T>, OwnedConsumer<T>), CapacityError> {
    Ok(HeapRing::new(keys)?.into_ends())
}
