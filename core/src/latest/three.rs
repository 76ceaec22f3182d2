//! Three buffers and a word: the algorithm, wherever they lie.

use super::buffer::{Buffer, Room};
use super::word::{Index, Word};
use crate::sync::{AtomicUsize, Ordering, SwapU8, Watch};

/// Three buffers, and the words that say whose they are. `B` is where a buffer lies, and `M` what else lies beside the words.
///
/// Its drop drops no value: see [`drop_fresh`](Self::drop_fresh).
pub(crate) struct Three<M, B> {
    /// The [`Word`] in the middle.
    middle: SwapU8,
    /// How many values nobody has read. Written by the writer alone.
    overwritten: AtomicUsize,
    pub(crate) beside: M,
    buffers: [B; 3],
    /// For the model checker.
    watch: Watch,
}

impl<M, B> Three<M, B> {
    pub(crate) const fn new(beside: M, buffers: [B; 3]) -> Self {
        Self {
            middle: SwapU8::new(Word::NEW.to_bits()),
            overwritten: AtomicUsize::new(0),
            beside,
            buffers,
            watch: Watch::new(),
        }
    }

    /// Makes the model checker know the words and buffers; nothing in an ordinary build.
    pub(crate) fn arm(&self) {
        self.watch.arm(self.buffers.len());
        if Watch::ACTIVE {
            let _ = (self.is_fresh(), self.overwritten());
        }
    }

    /// How many values nobody has read, as a newer one came.
    pub(crate) fn overwritten(&self) -> usize {
        // Relaxed: a count orders nothing.
        self.overwritten.load(Ordering::Relaxed)
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

impl<M, B: Room> Three<M, B> {
    /// A buffer that is to be changed by the end that has it.
    #[inline(always)]
    pub(crate) fn buffer(&self, index: Index) -> &Buffer<B::Value> {
        self.watch.write(index as usize);
        self.buffers[index as usize].buffer()
    }

    /// A buffer that is to be read by the end that has it.
    #[inline(always)]
    pub(crate) fn buffer_to_read(&self, index: Index) -> &Buffer<B::Value> {
        self.watch.read(index as usize);
        self.buffers[index as usize].buffer()
    }

    /// Puts the writer's buffer into the middle, and takes the one that was there. A value that was still in it is counted, and
    /// the answer.
    ///
    /// # Safety
    /// The caller is the writer, `mine` is its buffer (I1), and a value has been written to its [`place`](Buffer::place) since the
    /// last time.
    #[inline(always)]
    pub(crate) unsafe fn publish(&self, mine: &mut Index) -> Option<B::Value> {
        let word = Word { index: *mine, fresh: true };
        // [LW1] AcqRel: pairs with [LR1], both ways. Orders: our write of the value before the reader's reads of it, and the
        // reader's accesses to the buffer that we get before our next ones.
        let old = Word::from_bits(self.middle.swap(word.to_bits(), Ordering::AcqRel));
        *mine = old.index;
        if !old.fresh {
            return None;
        }
        // SAFETY: I1: the buffer is ours now. I2: what was fresh in the middle is full, and empty from now on.
        let unread = unsafe { self.buffer(*mine).take() };
        count(&self.overwritten);
        Some(unread)
    }

    /// Gets a fresh value into the reader's buffer.
    ///
    /// # Safety
    /// The caller is the reader, `mine` is its buffer (I1) and empty, and the value in the middle is fresh.
    #[inline(always)]
    pub(crate) unsafe fn obtain(&self, mine: &mut Index) {
        let word = Word { index: *mine, fresh: false };
        // [LR1] AcqRel: pairs with [LW1], both ways. Orders: the writer's write of the value before our reads of it, and our
        // accesses to the buffer that we give back before the writer's next ones.
        let old = Word::from_bits(self.middle.swap(word.to_bits(), Ordering::AcqRel));
        debug_assert!(old.fresh, "I4");
        *mine = old.index;
    }

    /// Drops the value that nobody has got yet, if there is one.
    ///
    /// # Safety
    /// The caller has the buffers to itself, and nobody uses them after this.
    pub(crate) unsafe fn drop_fresh(&self) {
        // Relaxed: nobody else is at work.
        let word = Word::from_bits(self.middle.load(Ordering::Relaxed));
        if word.fresh {
            // SAFETY: I2: it is full, and nobody looks again.
            unsafe { self.buffer(word.index).discard() };
        }
    }
}

/// Counts one more.
#[inline(always)]
pub(super) fn count(count: &AtomicUsize) {
    // Relaxed, both: single writer, and a count orders nothing.
    let sum = count.load(Ordering::Relaxed).wrapping_add(1);
    count.store(sum, Ordering::Relaxed);
}
