//! The newest value and nothing else, for one writer and one reader: a triple buffer, wait-free on both sides.
//!
//! | made by | memory | ends |
//! |---|---|---|
//! | [`triple_buffer`] | the heap | own the buffer: [`OwnedWriter`], [`OwnedReader`] |
//! | [`TripleBuffer`] | within it, a `static` say | borrow it; `'static` from a `static` ([`TripleBuffer::try_split`]) |
//!
//! All else is said in [`forebay_core::latest`].
//!
//! # Examples
//! A server whose workers go by the newest configuration:
//! ```
//! use forebay::latest::{self, OwnedReader};
//!
//! struct Worker {
//!     limits: OwnedReader<Vec<u32>>,
//!     limit: Vec<u32>,
//! }
//!
//! impl Worker {
//!     /// Takes over what is new, if anything is.
//!     fn refresh(&mut self) {
//!         if let Ok(limit) = self.limits.read() {
//!             self.limit = limit;
//!         }
//!     }
//! }
//!
//! let (mut operator, limits) = latest::triple_buffer();
//! let mut worker = Worker { limits, limit: vec![] };
//! operator.write(vec![10]);
//! operator.write(vec![20, 30]);
//! worker.refresh();
//! worker.refresh();
//! assert_eq!(worker.limit, [20, 30]);
//! assert_eq!(operator.conflated(), 1);
//! ```

pub use forebay_core::latest::*;

/// A triple buffer on the heap, by its two ends: the last one to go drops it, with what is inside.
///
/// # Examples
/// ```
/// let (mut writer, mut reader) = forebay::latest::triple_buffer();
/// writer.write("a");
/// assert_eq!(reader.read(), Ok("a"));
/// ```
#[must_use]
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub fn triple_buffer<T>() -> (OwnedWriter<T>, OwnedReader<T>) {
    TripleBuffer::new().into_ends()
}
