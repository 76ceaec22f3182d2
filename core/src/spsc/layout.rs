//! How items lie in memory, and how the consumer learns of one: two layouts, one algorithm.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

use sealed::Mark as _;

/// How the items of a ring lie in memory: [`Dense`] or [`Stamped`].
///
/// This trait is sealed.
pub trait Layout: sealed::Layout {}

/// Items lie side by side. The default.
///
/// The consumer learns of new items from the producer's published position. No memory beyond the items, and runs of
/// items are slices, so that they can be written and read in place: best for batches, bytes and microcontrollers.
#[derive(Clone, Copy, Debug)]
pub struct Dense;

/// A mark lies beside each item.
///
/// The consumer learns of an item from the mark, which comes with the item in the same cache line: one line moves between
/// the cores where [`Dense`] moves two, so single items are passed on faster and sooner. Each slot is one byte larger,
/// rounded up to the alignment of `T`, and runs of items are no slices.
#[derive(Clone, Copy, Debug)]
pub struct Stamped;

impl Layout for Dense {}
impl Layout for Stamped {}

pub(super) mod sealed {
    use crate::sync::{AtomicU8, Ordering};

    pub trait Layout: 'static {
        type Mark: Mark;
    }

    impl Layout for super::Dense {
        type Mark = NoMark;
    }

    impl Layout for super::Stamped {
        type Mark = LapMark;
    }

    /// What lies beside an item and tells that it is there.
    #[expect(clippy::declare_interior_mutable_const, reason = "the first value of each mark, never a shared one")]
    pub trait Mark {
        /// Whether there is anything: `false` says that the published position is all the consumer has.
        const PRESENT: bool;
        /// Of a slot that was never written.
        const NEW: Self;

        /// Tells that the slot holds its item of an even or an odd lap.
        fn publish(&self, odd_lap: bool);
        /// Whether the slot holds its item of this lap.
        fn is_published(&self, odd_lap: bool) -> bool;
    }

    /// No mark.
    #[derive(Debug)]
    pub struct NoMark;

    impl Mark for NoMark {
        const PRESENT: bool = false;
        const NEW: Self = Self;

        #[inline(always)]
        fn publish(&self, _odd_lap: bool) {}

        #[inline(always)]
        fn is_published(&self, _odd_lap: bool) -> bool {
            false
        }
    }

    /// The lap that wrote the slot last: 0 none, 1 an even one, 2 an odd one.
    ///
    /// Two values are enough: the producer writes a slot again only after the consumer has released it, so the mark
    /// that the consumer looks at is of its own lap or of the one before.
    pub struct LapMark(AtomicU8);

    impl LapMark {
        #[inline(always)]
        const fn of(odd_lap: bool) -> u8 {
            1 + odd_lap as u8
        }
    }

    impl Mark for LapMark {
        const PRESENT: bool = true;
        const NEW: Self = Self(AtomicU8::new(0));

        #[inline(always)]
        fn publish(&self, odd_lap: bool) {
            // [P2] Release: pairs with [C2]. Orders: our write of the item before the consumer's read of it.
            self.0.store(Self::of(odd_lap), Ordering::Release);
        }

        #[inline(always)]
        fn is_published(&self, odd_lap: bool) -> bool {
            // [C2] Acquire: pairs with [P2].
            self.0.load(Ordering::Acquire) == Self::of(odd_lap)
        }
    }
}

/// Room for one item, in the memory that is handed to a [`SliceRing`](super::SliceRing).
///
/// # Memory
/// The size and alignment of `T` for [`Dense`]; one byte more, rounded up to the alignment, for [`Stamped`].
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

    /// See [`sealed::Mark::publish`].
    #[inline(always)]
    pub(super) fn publish(&self, odd_lap: bool) {
        self.mark.publish(odd_lap);
    }

    /// See [`sealed::Mark::is_published`].
    #[inline(always)]
    pub(super) fn is_published(&self, odd_lap: bool) -> bool {
        self.mark.is_published(odd_lap)
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
