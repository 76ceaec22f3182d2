//! The memory of a conflated ring as both ends see it: the values of each key, and the ring of keys.

use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use crate::latest::{Buffer, Index, Three};
use crate::owner;
use crate::position::Capacity;
use crate::spsc::{Lane, LaneCtl, Slot};

/// Room for the values of one key, in the memory that is handed to a [`SliceRing`](super::SliceRing).
///
/// # Memory
/// Three values, a machine word and three bytes, rounded up to the alignment of values and words.
pub struct KeyMemory<T> {
    pub(super) three: Three<Mine, Buffer<T>>,
}

/// Which buffers the ends have, once these have been made.
pub(super) struct Mine {
    /// The producer's. Only its end touches this.
    pub(super) writers: Cell<Index>,
    /// The consumer's, likewise.
    pub(super) readers: Cell<Index>,
}

impl<T> KeyMemory<T> {
    /// Room for the values of a key that has none.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::conflated::{KeyMemory, SliceRing, Slot};
    ///
    /// let (mut keys, mut order) = ([const { KeyMemory::new() }; 8], [const { Slot::new() }; 8]);
    /// let mut ring: SliceRing<u32> = SliceRing::new(&mut keys, &mut order)?;
    /// assert_eq!(ring.split().0.capacity(), 8);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        // All zeros, so that a `static` ring takes no flash where there is flash. The ends are given theirs when they are made.
        let mine = Mine { writers: Cell::new(Index::First), readers: Cell::new(Index::First) };
        Self { three: Three::new(mine, [const { Buffer::new() }; 3]) }
    }

    /// Gives the ends their buffers, for whoever has the ring to itself. None of them has a value.
    pub(super) fn deal(&self) {
        self.three.arm();
        let (one, other) = self.three.aside();
        self.three.beside.writers.set(one);
        self.three.beside.readers.set(other);
    }
}

impl<T> Default for KeyMemory<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for KeyMemory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMemory").finish_non_exhaustive()
    }
}

/// A conflated ring by address.
pub(super) struct View<T> {
    keys: NonNull<[KeyMemory<T>]>,
    /// The keys that have something new.
    pub(super) lane: Lane<usize>,
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<T> {}

impl<T> View<T> {
    /// # Safety
    /// `keys` and `slots` are as many as the capacity is, and they and `ctl` outlive the view and all its copies.
    pub(super) unsafe fn new(ctl: &LaneCtl, keys: &[KeyMemory<T>], slots: &[Slot<usize>], capacity: Capacity) -> Self {
        debug_assert_eq!((keys.len(), slots.len()), (capacity.get(), capacity.get()));
        // SAFETY: as the caller says.
        let lane = unsafe { Lane::new(ctl, slots, capacity) };
        Self { keys: NonNull::from(keys), lane }
    }

    pub(super) const fn keys(&self) -> &[KeyMemory<T>] {
        // SAFETY: they outlive the view.
        unsafe { self.keys.as_ref() }
    }

    /// How many values of a key nobody has got, if there is such a key.
    pub(super) fn conflated(&self, key: usize) -> Option<usize> {
        Some(self.keys().get(key)?.three.overwritten())
    }

    /// How many values of all keys nobody has got.
    pub(super) fn conflated_total(&self) -> usize {
        self.keys().iter().fold(0, |total, key| total.wrapping_add(key.three.overwritten()))
    }

    /// Drops what is inside.
    ///
    /// # Safety
    /// No ends are at work, and none will be.
    pub(super) unsafe fn drop_values(&self) {
        if core::mem::needs_drop::<T>() {
            // SAFETY: as the caller says.
            owner::each(self.keys(), |key| unsafe { key.three.drop_fresh() });
        }
    }
}
