//! The same types with a hook before each of their operations, for tests that stop a thread at every one of its steps, or let
//! an interrupt come there.

extern crate std;

use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::thread_local;

pub use core::sync::atomic::Ordering;

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    /// How many locks were taken, and how many are held.
    static LOCKS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Runs `body` with `hook` called before each atomic operation of this thread. What the hook itself does is not hooked, but
/// by a hook of its own.
pub fn with<R>(hook: impl FnMut() + 'static, body: impl FnOnce() -> R) -> R {
    struct Off;

    impl Drop for Off {
        fn drop(&mut self) {
            HOOK.with(|cell| cell.borrow_mut().take());
        }
    }

    HOOK.with(|cell| *cell.borrow_mut() = Some(Box::new(hook)));
    let _off = Off;
    body()
}

/// A step: calls the hook of this thread, if it has one.
pub fn step() {
    // Taken out meanwhile, so that what the hook does has no steps.
    if let Some(mut hook) = HOOK.with(|cell| cell.borrow_mut().take()) {
        hook();
        HOOK.with(|cell| *cell.borrow_mut() = Some(hook));
    }
}

/// How many locks this thread has taken.
pub fn locks() -> usize {
    LOCKS.get().0
}

/// Whether this thread holds a lock.
pub fn holds_lock() -> bool {
    LOCKS.get().1 > 0
}

/// This thread has taken a lock: for who builds one on these steps.
pub fn locked() {
    let (taken, held) = LOCKS.get();
    LOCKS.set((taken + 1, held + 1));
}

/// It gives the lock back.
pub fn unlocked() {
    let (taken, held) = LOCKS.get();
    LOCKS.set((taken, held - 1));
}

/// With a hook before it.
pub fn fence(order: Ordering) {
    step();
    core::sync::atomic::fence(order);
}

macro_rules! stepped {
    ($($name:ident: $value:ty),*) => {$(
        /// With a hook before each operation.
        #[derive(Debug)]
        pub struct $name(core::sync::atomic::$name);

        #[allow(missing_docs, reason = "those of the standard library")]
        impl $name {
            pub const fn new(value: $value) -> Self {
                Self(core::sync::atomic::$name::new(value))
            }

            pub fn load(&self, order: Ordering) -> $value {
                step();
                self.0.load(order)
            }

            pub fn store(&self, value: $value, order: Ordering) {
                step();
                self.0.store(value, order);
            }

            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.swap(value, order)
            }

            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                step();
                self.0.compare_exchange(current, new, success, failure)
            }

            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                step();
                self.0.compare_exchange(current, new, success, failure)
            }
        }
    )*};
}

macro_rules! stepped_number {
    ($($name:ident: $value:ty),*) => {$(
        stepped!($name: $value);

        #[allow(missing_docs, reason = "those of the standard library")]
        impl $name {
            pub fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.fetch_and(value, order)
            }

            pub fn fetch_or(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.fetch_or(value, order)
            }

            pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.fetch_add(value, order)
            }

            pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.fetch_sub(value, order)
            }
        }
    )*};
}

stepped!(AtomicBool: bool);
stepped_number!(AtomicU8: u8, AtomicUsize: usize);
#[cfg(target_pointer_width = "64")]
stepped_number!(AtomicU32: u32);
#[cfg(target_has_atomic = "64")]
stepped_number!(AtomicU64: u64);
