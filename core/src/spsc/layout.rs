//! How items lie in memory, and how the consumer learns of one: two layouts, one algorithm.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

use sealed::Mark as _;

/// How the items of a ring lie in memory: [`Dense`] or [`Flagged`].
///
/// This trait is sealed.
pub trait Layout: sealed::Layout {}

/// Items lie side by side. The default.
///
/// The consumer learns of new items from the producer's published position. No memory beyond the items, and runs of
/// items are slices, so that they can be written and read in place: best for batches, bytes and microcontrollers.
#[derive(Clone, Copy, Debug)]
pub struct Dense;

/// A flag lies beside each item and tells whether the slot is full.
///
/// Each side learns from the flag what the other has done, and the flag comes with the item in the same cache line: one
/// line moves between the cores where [`Dense`] moves two, so an item that is waited for arrives sooner. Streams are mostly
/// faster through `Dense`, which keeps its sides apart. Each slot is one byte larger, rounded up to the alignment of `T`, and runs of items are no slices.
#[derive(Clone, Copy, Debug)]
pub struct Flagged;

impl Layout for Dense {}
impl Layout for Flagged {}

pub(super) mod sealed {
    use crate::sync::{AtomicU8, Ordering};

    pub trait Layout: 'static {
        type Mark: Mark;
    }

    impl Layout for super::Dense {
        type Mark = NoMark;
    }

    impl Layout for super::Flagged {
        type Mark = FullFlag;
    }

    /// What lies beside an item and tells whose the slot is.
    pub trait Mark {
        /// Whether there is anything: `false` says that the published positions are all that the sides have.
        const PRESENT: bool;
        /// Of a free slot.
        const NEW: Self;
        /// The mark as the end has it whose slot is next.
        type Own<'r>: Own
        where
            Self: 'r;

        /// Gives the slot to the consumer.
        fn fill(&self);
        /// Gives the slot back to the producer.
        fn free(&self);
        /// The consumer asks whether the slot is its.
        fn is_full(&self) -> bool;
        /// The producer asks whether the slot is its.
        fn is_free(&self) -> bool;
        /// For an end whose next slot this is.
        fn own(&self, side: Side) -> Self::Own<'_>;
    }

    /// Whose end it is.
    #[derive(Clone, Copy, Debug)]
    pub enum Side {
        Producer,
        Consumer,
    }

    /// What an end knows by the mark of its next slot.
    pub trait Own: Copy {
        /// How many items are inside, with a count that may lag behind the marks by one.
        fn count(self, capacity: usize, count: impl FnOnce() -> usize) -> usize;
    }

    impl Own for () {
        #[inline(always)]
        fn count(self, _: usize, count: impl FnOnce() -> usize) -> usize {
            count()
        }
    }

    impl Own for (&FullFlag, Side) {
        /// I4: the mark says whether there is room, or an item.
        #[inline(always)]
        fn count(self, capacity: usize, count: impl FnOnce() -> usize) -> usize {
            match self.1 {
                Side::Producer if !self.0.is_free() => capacity,
                Side::Producer => count().min(capacity - 1),
                Side::Consumer if !self.0.is_full() => 0,
                Side::Consumer => count().max(1),
            }
        }
    }

    /// No mark.
    #[derive(Debug)]
    pub struct NoMark;

    impl Mark for NoMark {
        const PRESENT: bool = false;
        const NEW: Self = Self;
        type Own<'r> = ();

        #[inline(always)]
        fn fill(&self) {}

        #[inline(always)]
        fn free(&self) {}

        #[inline(always)]
        fn is_full(&self) -> bool {
            false
        }

        #[inline(always)]
        fn is_free(&self) -> bool {
            false
        }

        #[inline(always)]
        fn own(&self, _: Side) {}
    }

    /// 1 while the slot is the consumer's, 0 while it is the producer's. Each side writes it only while it has the slot.
    pub struct FullFlag(AtomicU8);

    impl FullFlag {
        const FREE: u8 = 0;
        const FULL: u8 = 1;
    }

    impl Mark for FullFlag {
        const PRESENT: bool = true;
        const NEW: Self = Self(AtomicU8::new(Self::FREE));
        type Own<'r> = (&'r Self, Side);

        #[inline(always)]
        fn fill(&self) {
            // [P2] Release: pairs with [C2]. Orders: our write of the item before the consumer's read of it.
            self.0.store(Self::FULL, Ordering::Release);
        }

        #[inline(always)]
        fn free(&self) {
            // [C8] Release: pairs with [P8]. Orders: our read of the item before the producer's next write to its slot.
            self.0.store(Self::FREE, Ordering::Release);
        }

        #[inline(always)]
        fn is_full(&self) -> bool {
            // [C2] Acquire: pairs with [P2].
            self.0.load(Ordering::Acquire) == Self::FULL
        }

        #[inline(always)]
        fn is_free(&self) -> bool {
            // [P8] Acquire: pairs with [C8].
            self.0.load(Ordering::Acquire) == Self::FREE
        }

        #[inline(always)]
        fn own(&self, side: Side) -> (&Self, Side) {
            (self, side)
        }
    }
}

/// Room for one item, in the memory that is handed to a [`SliceRing`](super::SliceRing).
///
/// # Memory
/// The size and alignment of `T` for [`Dense`]; one byte more, rounded up to the alignment, for [`Flagged`].
#[repr(C)]
pub struct Slot<T, L: Layout = Dense> {
    value: UnsafeCell<MaybeUninit<T>>,
    mark: <L as sealed::Layout>::Mark,
}

impl<T, L: Layout> Slot<T, L> {
    /// A slot without an item.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::spsc::{Slot, SliceRing};
    ///
    /// let mut memory = [const { Slot::new() }; 8];
    /// let mut ring: SliceRing<u32> = SliceRing::new(&mut memory)?;
    /// # let _ = ring.split();
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { value: UnsafeCell::new(MaybeUninit::uninit()), mark: <L as sealed::Layout>::Mark::NEW }
    }

    /// Where the item is or will be. Valid for reads and writes by whoever owns the slot.
    #[inline(always)]
    pub(super) const fn value(&self) -> *mut MaybeUninit<T> {
        self.value.get()
    }

    /// Whose the slot is, where there is a mark.
    #[inline(always)]
    pub(super) const fn mark(&self) -> &<L as sealed::Layout>::Mark {
        &self.mark
    }
}

impl<T, L: Layout> Default for Slot<T, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, L: Layout> core::fmt::Debug for Slot<T, L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}
