//! The same types for the model checker, which has no `const` constructors: each makes its counterpart at first use.
//!
//! First use is when the ends are handed out, while one thread knows the ring: the checker takes the making of an atomic
//! for a write that everything later must come after.

extern crate std;

use std::sync::OnceLock;
use std::vec::Vec;

pub(crate) use loom::sync::Arc;
pub(crate) use loom::sync::atomic::Ordering;

/// A loom atomic that is made at first use.
pub(crate) struct Lazy<V, A> {
    initial: V,
    atomic: OnceLock<A>,
}

impl<V: Copy, A> Lazy<V, A> {
    pub(crate) const fn new(initial: V) -> Self {
        Self { initial, atomic: OnceLock::new() }
    }
}

pub(crate) type AtomicBool = Lazy<bool, loom::sync::atomic::AtomicBool>;
pub(crate) type AtomicU8 = Lazy<u8, loom::sync::atomic::AtomicU8>;
pub(crate) type AtomicUsize = Lazy<usize, loom::sync::atomic::AtomicUsize>;

impl AtomicBool {
    pub(crate) fn load(&self, order: Ordering) -> bool {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicBool::new(self.initial)).load(order)
    }

    pub(crate) fn store(&self, value: bool, order: Ordering) {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicBool::new(self.initial)).store(value, order);
    }

    pub(crate) fn compare_exchange(
        &self,
        current: bool,
        new: bool,
        success: Ordering,
        failure: Ordering,
    ) -> Result<bool, bool> {
        self.atomic
            .get_or_init(|| loom::sync::atomic::AtomicBool::new(self.initial))
            .compare_exchange(current, new, success, failure)
    }
}

impl AtomicU8 {
    pub(crate) fn load(&self, order: Ordering) -> u8 {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicU8::new(self.initial)).load(order)
    }

    pub(crate) fn store(&self, value: u8, order: Ordering) {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicU8::new(self.initial)).store(value, order);
    }
}

impl AtomicUsize {
    pub(crate) fn load(&self, order: Ordering) -> usize {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicUsize::new(self.initial)).load(order)
    }

    pub(crate) fn store(&self, value: usize, order: Ordering) {
        self.atomic.get_or_init(|| loom::sync::atomic::AtomicUsize::new(self.initial)).store(value, order);
    }
}

/// One watched cell per slot.
pub(crate) struct Watch {
    cells: OnceLock<Vec<loom::cell::UnsafeCell<()>>>,
}

impl Watch {
    pub(crate) const ACTIVE: bool = true;

    pub(crate) const fn new() -> Self {
        Self { cells: OnceLock::new() }
    }

    pub(crate) fn arm(&self, capacity: usize) {
        self.cells.get_or_init(|| (0..capacity).map(|_| loom::cell::UnsafeCell::new(())).collect());
    }

    pub(crate) fn read(&self, idx: usize) {
        self.cells.get().expect("armed with the ends")[idx].with(|_| ());
    }

    pub(crate) fn write(&self, idx: usize) {
        self.cells.get().expect("armed with the ends")[idx].with_mut(|_| ());
    }
}
