//! The same types with a hook before each of their operations, for tests that stop a thread at every one of its steps, or let
//! an interrupt come there.

extern crate std;

use std::boxed::Box;
use std::cell::RefCell;
use std::thread_local;

pub(crate) use core::sync::atomic::Ordering;

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
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

/// With a hook before it.
pub(crate) fn fence(order: Ordering) {
    step();
    core::sync::atomic::fence(order);
}

macro_rules! stepped {
    ($($name:ident: $value:ty),*) => {$(
        /// With a hook before each operation.
        #[derive(Debug)]
        pub(crate) struct $name(core::sync::atomic::$name);

        #[allow(dead_code, reason = "each type has what the rings need of one of them")]
        impl $name {
            pub(crate) const fn new(value: $value) -> Self {
                Self(core::sync::atomic::$name::new(value))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                step();
                self.0.load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                step();
                self.0.store(value, order);
            }

            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                step();
                self.0.swap(value, order)
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                step();
                self.0.compare_exchange(current, new, success, failure)
            }

            pub(crate) fn compare_exchange_weak(
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

stepped!(AtomicBool: bool, AtomicU8: u8, AtomicUsize: usize);
#[cfg(target_pointer_width = "64")]
stepped!(AtomicU32: u32);
#[cfg(target_has_atomic = "64")]
stepped!(AtomicU64: u64);

#[allow(dead_code, reason = "for the rings that count")]
impl AtomicUsize {
    pub(crate) fn fetch_and(&self, value: usize, order: Ordering) -> usize {
        step();
        self.0.fetch_and(value, order)
    }

    pub(crate) fn fetch_or(&self, value: usize, order: Ordering) -> usize {
        step();
        self.0.fetch_or(value, order)
    }

    pub(crate) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
        step();
        self.0.fetch_add(value, order)
    }

    pub(crate) fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
        step();
        self.0.fetch_sub(value, order)
    }
}

#[cfg(target_has_atomic = "64")]
#[allow(dead_code, reason = "for the ring that bars its slots")]
impl AtomicU64 {
    pub(crate) fn fetch_or(&self, value: u64, order: Ordering) -> u64 {
        step();
        self.0.fetch_or(value, order)
    }
}
