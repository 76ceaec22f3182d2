//! The memory of a conflated ring as both ends see it: the values of each key, and the ring of keys.

use core::cell::Cell;
use core::ptr::NonNull;

use crate::latest::{Buffer, Index, Shared, Three};
use crate::position::Capacity;
use crate::spsc::{Lane, LaneCtl, Slot};
use crate::sync::Watch;

/// The values of a key.
pub(super) struct Key<T> {
    shared: Shared,
    /// The producer's buffer. Only its end touches this.
    pub(super) writers: Cell<Index>,
    /// The consumer's, likewise.
    pub(super) readers: Cell<Index>,
    buffers: [Buffer<T>; 3],
    /// For the model checker.
    watch: Watch,
}

impl<T> Key<T> {
    pub(super) const fn new() -> Self {
        Self {
            shared: Shared::new(),
            writers: Cell::new(Index::Second),
            readers: Cell::new(Index::Third),
            buffers: [const { Buffer::new() }; 3],
            watch: Watch::new(),
        }
    }

    /// Gives the ends their buffers, for whoever has the ring to itself. None of them has a value.
    pub(super) fn deal(&self) {
        self.watch.arm(self.buffers.len());
        if Watch::ACTIVE {
            let _ = self.shared.conflated();
        }
        let (one, other) = self.shared.aside();
        self.writers.set(one);
        self.readers.set(other);
    }
}

impl<T> Three<T> for Key<T> {
    #[inline(always)]
    fn shared(&self) -> &Shared {
        &self.shared
    }

    #[inline(always)]
    fn buffer(&self, index: Index) -> &Buffer<T> {
        self.watch.write(index as usize);
        &self.buffers[index as usize]
    }

    #[inline(always)]
    fn buffer_to_read(&self, index: Index) -> &Buffer<T> {
        self.watch.read(index as usize);
        &self.buffers[index as usize]
    }
}

/// A conflated ring by address.
pub(super) struct View<T> {
    keys: NonNull<[Key<T>]>,
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
    pub(super) unsafe fn new(ctl: &LaneCtl, keys: &[Key<T>], slots: &[Slot<usize>], capacity: Capacity) -> Self {
        debug_assert_eq!(keys.len(), capacity.get());
        // SAFETY: as the caller says.
        let lane = unsafe { Lane::new(ctl, slots, capacity) };
        Self { keys: NonNull::from(keys), lane }
    }

    pub(super) const fn keys(&self) -> &[Key<T>] {
        // SAFETY: they outlive the view.
        unsafe { self.keys.as_ref() }
    }

    /// How many values of a key nobody has got, if there is such a key.
    pub(super) fn conflated(&self, key: usize) -> Option<usize> {
        Some(self.keys().get(key)?.shared.conflated())
    }
}
