//! Who owns the memory, and hands out the ends.

use core::fmt;

use super::triple::{At, Triple};
use super::{Reader, Writer};
use crate::InUse;
use crate::owner::{self, Owner};

type Ends<'q, T, K = ()> = (Writer<'q, T, K>, Reader<'q, T, K>);

fn ends<T, K>((tx, rx): owner::Ends<'_, At<T>, K>) -> Ends<'_, T, K> {
    (Writer::new(tx), Reader::new(rx))
}

/// A triple buffer: the memory for the newest value, with a `const` constructor, for statics, for the stack, or within
/// something larger.
///
/// # Memory
/// Three values and the shared words: two counts and five bytes, at most 20 bytes on a 32-bit
/// microcontroller. On other targets each of the three buffers, the words and the flags are padded to pairs of cache lines of
/// their own. [`size_of`] tells.
///
/// # Examples
/// A `static` between an interrupt and the main loop, or between two threads:
/// ```
/// use forebay_core::latest::TripleBuffer;
///
/// static POSITION: TripleBuffer<(i32, i32)> = TripleBuffer::new();
///
/// let (mut writer, mut reader) = POSITION.try_split()?;
/// std::thread::spawn(move || (0..=100).for_each(|step| drop(writer.write((step, -step))))).join().unwrap();
/// assert_eq!(reader.read(), Ok((100, -100)));
/// assert!(POSITION.try_split().is_err(), "one reader is enough");
/// # Ok::<(), forebay_core::InUse>(())
/// ```
pub struct TripleBuffer<T> {
    owner: Owner<Triple<T>>,
}

impl<T> TripleBuffer<T> {
    /// A triple buffer without a value.
    #[must_use]
    pub const fn new() -> Self {
        Self { owner: Owner::new(Triple::new()) }
    }

    /// The two ends, for as long as the buffer is borrowed. A value that was inside stays inside.
    ///
    /// With `&'static mut` they are `'static`, and without a claim.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// buffer.split().0.write('a');
    /// assert_eq!(buffer.split().1.read(), Ok('a'));
    /// ```
    pub fn split(&mut self) -> (Writer<'_, T>, Reader<'_, T>) {
        ends(self.owner.split())
    }

    /// The two ends of a shared buffer, a `static` say; there is one pair at a time. After both have been dropped it can be
    /// split again, with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the buffer. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// Wait-free, but for the critical section where one is used.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let buffer = TripleBuffer::new();
    /// let (mut writer, reader) = buffer.try_split()?;
    /// writer.write(7);
    /// drop((writer, reader));
    /// let (_writer, mut reader) = buffer.try_split()?;
    /// assert_eq!(reader.read(), Ok(7));
    /// # Ok::<(), forebay_core::InUse>(())
    /// ```
    pub fn try_split(&self) -> Result<(Writer<'_, T>, Reader<'_, T>), InUse> {
        self.owner.try_split().map(ends)
    }

    /// How many values have been conflated: nobody has read them, because a newer one was there in time. The number wraps, and
    /// may be stale while the ends are at work.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let buffer = TripleBuffer::new();
    /// let (mut writer, _reader) = buffer.try_split()?;
    /// (0..10).for_each(|number| drop(writer.write(number)));
    /// assert_eq!(buffer.conflated(), 9);
    /// # Ok::<(), forebay_core::InUse>(())
    /// ```
    #[must_use]
    pub fn conflated(&self) -> usize {
        self.owner.memory().conflated()
    }
}

impl<T> Default for TripleBuffer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for TripleBuffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TripleBuffer").finish_non_exhaustive()
    }
}

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{Keep, OwnedReader, OwnedWriter};

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod heap {
    use super::*;
    use crate::sync::Arc;

    /// A writer that owns its buffer together with its reader. It is `'static` if the values are.
    pub type OwnedWriter<T> = Writer<'static, T, Keep<T>>;

    /// A reader that owns its buffer together with its writer. It is `'static` if the values are.
    pub type OwnedReader<T> = Reader<'static, T, Keep<T>>;

    /// Keeps a [`TripleBuffer`] alive for an end that owns it.
    pub struct Keep<T>(#[expect(dead_code, reason = "held for its drop")] Arc<Owner<Triple<T>>>);

    impl<T> TripleBuffer<T> {
        /// Two ends that own the buffer together: the last one to go drops it, with what is inside.
        ///
        /// It allocates, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if there is no memory.
        ///
        /// # Examples
        /// ```
        /// use forebay_core::latest::TripleBuffer;
        ///
        /// let (mut writer, mut reader) = TripleBuffer::new().into_ends();
        /// std::thread::spawn(move || writer.write("hello".to_string())).join().unwrap();
        /// assert_eq!(reader.read().unwrap(), "hello");
        /// ```
        #[must_use]
        pub fn into_ends(self) -> (OwnedWriter<T>, OwnedReader<T>) {
            // SAFETY: it has what it is given.
            ends(unsafe { self.owner.into_ends(Keep) })
        }
    }

    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
