//! The same types for the model checker, which has no `const` constructors: each makes its counterpart at first use.
//!
//! First use is when the ends are handed out, while one thread knows the ring: the checker takes the making of an atomic
//! for a write that everything later must come after.

extern crate std;

use std::cell::Cell;
use std::sync::OnceLock;
use std::vec::Vec;

pub(crate) use loom::sync::Arc;
pub(crate) use loom::sync::atomic::{Ordering, fence};

std::thread_local! {
    static PRESSURE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the pressure of rings is part of the models of this thread.
pub fn watch_pressure(watched: bool) {
    PRESSURE.set(watched);
}

/// Whether the pressure of rings is there.
pub(crate) fn has_pressure() -> bool {
    PRESSURE.get()
}

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

macro_rules! modelled {
    ($($name:ident: $value:ty),*) => {$(
        pub(crate) type $name = Lazy<$value, loom::sync::atomic::$name>;

        #[allow(dead_code, reason = "each type has what the rings need of one of them")]
        impl $name {
            fn atomic(&self) -> &loom::sync::atomic::$name {
                self.atomic.get_or_init(|| loom::sync::atomic::$name::new(self.initial))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.atomic().load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.atomic().store(value, order);
            }

            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.atomic().swap(value, order)
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.atomic().compare_exchange(current, new, success, failure)
            }

            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                // Strong: a failure without a reason is one more execution and shows nothing new.
                self.atomic().compare_exchange(current, new, success, failure)
            }
        }
    )*};
}

modelled!(AtomicBool: bool, AtomicU8: u8, AtomicUsize: usize);
#[cfg(target_pointer_width = "64")]
modelled!(AtomicU32: u32);
#[cfg(target_has_atomic = "64")]
modelled!(AtomicU64: u64);

#[allow(dead_code, reason = "for the rings that count")]
impl AtomicUsize {
    pub(crate) fn fetch_and(&self, value: usize, order: Ordering) -> usize {
        self.atomic().fetch_and(value, order)
    }

    pub(crate) fn fetch_or(&self, value: usize, order: Ordering) -> usize {
        self.atomic().fetch_or(value, order)
    }

    pub(crate) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
        self.atomic().fetch_add(value, order)
    }

    pub(crate) fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
        self.atomic().fetch_sub(value, order)
    }
}

#[cfg(target_has_atomic = "64")]
#[allow(dead_code, reason = "for the ring that bars its slots")]
impl AtomicU64 {
    pub(crate) fn fetch_or(&self, value: u64, order: Ordering) -> u64 {
        self.atomic().fetch_or(value, order)
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
