//! Three buffers and a word: the algorithm, wherever they lie.

use super::buffer::Buffer;
use super::word::{Index, Word};
use crate::sync::{AtomicUsize, Ordering, SwapU8};

/// What both ends write.
pub(crate) struct Shared {
    /// The [`Word`] in the middle.
    pub(super) middle: SwapU8,
    /// How many values nobody has read. Written by the writer alone.
    overwritten: AtomicUsize,
    /// How many values the reader has looked at and neither taken nor released. Written by the reader alone.
    passed_over: AtomicUsize,
}

impl Shared {
    pub(crate) const fn new() -> Self {
        Self {
            middle: SwapU8::new(Word::NEW.to_bits()),
            overwritten: AtomicUsize::new(0),
            passed_over: AtomicUsize::new(0),
        }
    }

    /// How many values nobody has got.
    pub(crate) fn conflated(&self) -> usize {
        // Relaxed, both: a count orders nothing.
        let overwritten = self.overwritten.load(Ordering::Relaxed);
        overwritten.wrapping_add(self.passed_over.load(Ordering::Relaxed))
    }

    /// Whether there is a value that the reader hasn't got yet. If so, there is one until it gets it (I4).
    #[inline(always)]
    pub(crate) fn is_fresh(&self) -> bool {
        // Relaxed: nothing is read on the strength of it but what the exchange [LR1] has ordered.
        Word::from_bits(self.middle.load(Ordering::Relaxed)).fresh
    }

    /// For whoever has the buffers to itself: the two that are not in the middle.
    pub(crate) fn aside(&self) -> (Index, Index) {
        // Relaxed: nobody else has them.
        Word::from_bits(self.middle.load(Ordering::Relaxed)).index.others()
    }
}

/// Three buffers, and the words that say whose they are.
pub(crate) trait Three<T> {
    fn shared(&self) -> &Shared;

    /// A buffer that is to be changed by the end that has it.
    fn buffer(&self, index: Index) -> &Buffer<T>;

    /// A buffer that is to be read by the end that has it.
    fn buffer_to_read(&self, index: Index) -> &Buffer<T>;

    /// Puts the writer's buffer into the middle, and takes the one that was there. A value that was still in it is counted, and
    /// the answer.
    ///
    /// # Safety
    /// The caller is the writer, `mine` is its buffer (I1), and a value has been written to its [`place`](Buffer::place) since the
    /// last time.
    #[inline(always)]
    unsafe fn publish(&self, mine: &mut Index) -> Option<T> {
        // SAFETY: I1: our own buffer, with a value, as the caller says.
        unsafe { self.buffer(*mine).fill() };
        let word = Word { index: *mine, fresh: true };
        // [LW1] AcqRel: pairs with [LR1], both ways. Orders: our write of the value before the reader's reads of it, and the
        // reader's accesses to the buffer that we get before our next ones.
        let old = Word::from_bits(self.shared().middle.swap(word.to_bits(), Ordering::AcqRel));
        *mine = old.index;
        if !old.fresh {
            return None;
        }
        // SAFETY: I1: the buffer is ours now. I2: what was fresh in the middle is full.
        let unread = unsafe { self.buffer(*mine).take() };
        count(&self.shared().overwritten);
        Some(unread)
    }

    /// Gets a fresh value into the reader's buffer. One that is still in it is dropped, and counted; if its drop panics, the buffer
    /// is empty all the same.
    ///
    /// # Safety
    /// The caller is the reader, `mine` is its buffer (I1), and the value in the middle is fresh.
    #[inline(always)]
    unsafe fn obtain(&self, mine: &mut Index) {
        // SAFETY: I1: our own buffer.
        if unsafe { self.buffer_to_read(*mine).is_full() } {
            count(&self.shared().passed_over);
            // SAFETY: I1: our own buffer, which is full.
            unsafe { self.buffer(*mine).discard() };
        }
        let word = Word { index: *mine, fresh: false };
        // [LR1] AcqRel: pairs with [LW1], both ways. Orders: the writer's write of the value before our reads of it, and our
        // accesses to the buffer that we give back before the writer's next ones.
        let old = Word::from_bits(self.shared().middle.swap(word.to_bits(), Ordering::AcqRel));
        debug_assert!(old.fresh, "I4");
        *mine = old.index;
    }
}

/// Counts one more.
#[inline(always)]
fn count(count: &AtomicUsize) {
    // Relaxed, both: single writer, and a count orders nothing.
    let sum = count.load(Ordering::Relaxed).wrapping_add(1);
    count.store(sum, Ordering::Relaxed);
}
