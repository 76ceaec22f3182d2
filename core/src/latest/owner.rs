//! Who owns the memory, and hands out the ends.

use core::fmt;
use core::ptr::NonNull;

use super::buffer::Buffer;
use super::reader::{Reader, Rx};
use super::word::{Index, Word};
use super::writer::{Tx, Writer};
use crate::InUse;
use crate::sync::{AtomicBool, AtomicUsize, CachePadded, Claim, Ordering, SwapU8, Watch};

/// A triple buffer: the memory for the newest value, with a `const` constructor, for statics, for the stack, or within
/// something larger.
///
/// # Memory
/// Three times a value and a byte, and the shared words: a byte, two counts and three flags, 16 bytes on a 32-bit
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
    shared: CachePadded<Shared>,
    /// Written when an end comes or goes, so that polling it costs no traffic.
    ends: CachePadded<Ends>,
    buffers: [CachePadded<Buffer<T>>; 3],
    /// For the model checker.
    watch: Watch,
}

/// What both ends write.
pub(super) struct Shared {
    /// The [`Word`] in the middle.
    pub(super) middle: SwapU8,
    /// How many values nobody has read. Written by the writer alone.
    pub(super) overwritten: AtomicUsize,
    /// How many values the reader has looked at and neither taken nor released. Written by the reader alone.
    pub(super) passed_over: AtomicUsize,
}

/// Which ends are out.
pub(super) struct Ends {
    pub(super) writer: AtomicBool,
    pub(super) reader: AtomicBool,
    claim: Claim,
}

// SAFETY: sharing it lets one thread at a time have each end, which takes or brings values, so they must be `Send`.
unsafe impl<T: Send> Sync for TripleBuffer<T> {}

impl<T> TripleBuffer<T> {
    /// A triple buffer without a value.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            shared: CachePadded::new(Shared {
                middle: SwapU8::new(Word::NEW.to_bits()),
                overwritten: AtomicUsize::new(0),
                passed_over: AtomicUsize::new(0),
            }),
            ends: CachePadded::new(Ends {
                writer: AtomicBool::new(false),
                reader: AtomicBool::new(false),
                claim: Claim::new(),
            }),
            buffers: [const { CachePadded::new(Buffer::new()) }; 3],
            watch: Watch::new(),
        }
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
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { self.lend() }
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
        let decide = || {
            // [LO1] Acquire: pairs with [LW2]. Orders: the last writer's accesses to the buffers before those of the new ends.
            let writer = self.ends.writer.load(Ordering::Acquire);
            // [LO2] Acquire: pairs with [LR3], likewise.
            let reader = self.ends.reader.load(Ordering::Acquire);
            if writer || reader {
                return None;
            }
            // SAFETY: both ends were gone, nobody else makes new ones while we decide, and these count as out before the
            // next one decides.
            Some(unsafe { self.lend() })
        };
        self.ends.claim.with(decide).ok_or(InUse)
    }

    /// How many values have been conflated: nobody has read them, because a newer one was there in time. The number wraps, and
    /// may be stale while the ends are at work.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::latest::TripleBuffer;
    /// let mut buffer = TripleBuffer::new();
    /// let (mut writer, _reader) = buffer.split();
    /// (0..10).for_each(|number| drop(writer.write(number)));
    /// assert_eq!(buffer.conflated(), 9);
    /// ```
    #[must_use]
    pub fn conflated(&self) -> usize {
        // Relaxed, both: a count orders nothing.
        let overwritten = self.shared.overwritten.load(Ordering::Relaxed);
        overwritten.wrapping_add(self.shared.passed_over.load(Ordering::Relaxed))
    }

    /// Pairs the ends, and lends them the buffer.
    ///
    /// # Safety
    /// No ends are at work, and none are made while these are.
    unsafe fn lend(&self) -> (Writer<'_, T>, Reader<'_, T>) {
        // SAFETY: as the caller says.
        let (tx, rx) = unsafe { self.pair() };
        // SAFETY: the buffer is borrowed for as long as the writer's type says.
        let writer = unsafe { Writer::new(tx, ()) };
        // SAFETY: as above.
        let reader = unsafe { Reader::new(rx, ()) };
        (writer, reader)
    }

    /// # Safety
    /// No ends are at work, and those made here end before the buffer does.
    unsafe fn pair(&self) -> (Tx<T>, Rx<T>) {
        self.arm();
        // Relaxed: whoever makes the ends has the buffer to itself.
        let (one, other) = Word::from_bits(self.shared.middle.load(Ordering::Relaxed)).index.others();
        // SAFETY: I1: neither is in the middle, and the ends that had them are gone.
        let held = unsafe { self.buffer_to_read(other).is_full() };
        // I2: a value that the last reader held is for the next one.
        let (writers, readers) = if held { (one, other) } else { (other, one) };
        let here = NonNull::from(self);
        // SAFETY: no other ends are at work, and the buffer is neither the reader's nor in the middle.
        let tx = unsafe { Tx::new(here, writers) };
        // SAFETY: likewise.
        let rx = unsafe { Rx::new(here, readers) };
        (tx, rx)
    }

    /// Makes the model checker know the buffer; nothing in an ordinary build.
    fn arm(&self) {
        self.watch.arm(self.buffers.len());
        if Watch::ACTIVE {
            let _ = self.conflated();
            // Relaxed, both: nobody else has the buffer, and the answers don't matter.
            self.ends.writer.load(Ordering::Relaxed);
            self.ends.reader.load(Ordering::Relaxed);
        }
    }

    #[inline(always)]
    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    #[inline(always)]
    pub(super) fn ends(&self) -> &Ends {
        &self.ends
    }

    /// A buffer that is to be changed by the end that has it.
    #[inline(always)]
    pub(super) fn buffer(&self, index: Index) -> &Buffer<T> {
        self.watch.write(index as usize);
        &self.buffers[index as usize]
    }

    /// A buffer that is to be read by the end that has it.
    #[inline(always)]
    pub(super) fn buffer_to_read(&self, index: Index) -> &Buffer<T> {
        self.watch.read(index as usize);
        &self.buffers[index as usize]
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
    pub struct Keep<T>(#[expect(dead_code, reason = "held for its drop")] Arc<TripleBuffer<T>>);

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
            let buffer = Arc::new(self);
            // SAFETY: we had the buffer by value, so no ends are at work, and nobody can reach it to make others. Each end
            // keeps the `Arc`, and lets go of it after itself.
            let (tx, rx) = unsafe { buffer.pair() };
            // SAFETY: the end keeps the buffer.
            let writer = unsafe { Writer::new(tx, Keep(Arc::clone(&buffer))) };
            // SAFETY: the end keeps the buffer.
            let reader = unsafe { Reader::new(rx, Keep(buffer)) };
            (writer, reader)
        }
    }

    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
