//! The one place that chooses where this crate's atomics and locks come from: the standard library, a model checker, or the stepper.

#[cfg(all(feature = "std", not(forebay_shuttle)))]
pub(crate) mod told;

#[cfg(not(any(forebay_loom, forebay_shuttle, forebay_steps)))]
use core::sync::atomic as source;
#[cfg(forebay_steps)]
use forebay_core::steps as source;

pub(crate) mod barrier;

#[cfg(not(any(forebay_loom, forebay_shuttle)))]
pub(crate) use source::{AtomicU8, AtomicUsize, Ordering, fence};
#[cfg(all(feature = "std", not(any(forebay_loom, forebay_shuttle, forebay_steps))))]
pub(crate) use std::sync::Mutex;
#[cfg(all(feature = "std", forebay_steps))]
pub(crate) use stepped::Mutex;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr", not(any(forebay_loom, forebay_shuttle))))]
pub(crate) use alloc::sync::Arc;
#[cfg(forebay_loom)]
use loom as checker;
#[cfg(forebay_shuttle)]
use shuttle as checker;

#[cfg(all(feature = "std", forebay_loom))]
use checker::sync::atomic::AtomicBool;
#[cfg(any(forebay_loom, forebay_shuttle))]
pub(crate) use checker::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
#[cfg(any(forebay_loom, forebay_shuttle))]
pub(crate) use checker::sync::{Arc, Mutex};
#[cfg(all(feature = "std", any(forebay_loom, forebay_shuttle)))]
pub(crate) use modelled::Parker;
#[cfg(all(feature = "std", not(any(forebay_loom, forebay_shuttle))))]
pub(crate) use parker::Parker;
#[cfg(all(feature = "std", not(any(forebay_loom, forebay_shuttle))))]
use source::AtomicBool;

/// The time.
#[cfg(all(feature = "std", not(forebay_shuttle)))]
pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}
#[cfg(forebay_shuttle)]
pub(crate) use modelled::now;

#[cfg(all(feature = "std", not(any(forebay_loom, forebay_shuttle))))]
mod parker {
    use std::thread::{self, Thread};
    use std::time::Duration;

    use super::told::Told;

    /// Lets a thread sleep until it is told to go on. It knows by itself that it was: the thread's token may be used up by others.
    pub(crate) struct Parker {
        thread: Thread,
        told: Told,
    }

    impl Parker {
        /// One of this thread, which alone may park.
        pub(crate) fn new() -> Self {
            Self { thread: thread::current(), told: Told::new() }
        }

        /// Whether it was told since it was last asked.
        pub(crate) fn take_told(&self) -> bool {
            self.told.take()
        }

        /// Sleeps until it is told, or for no reason.
        pub(crate) fn park(&self) {
            thread::park();
        }

        pub(crate) fn park_timeout(&self, left: Duration) {
            thread::park_timeout(left);
        }

        pub(crate) fn unpark(&self) {
            self.told.tell();
            self.thread.unpark();
        }
    }
}

/// A lock whose every try is a step, and so is its release.
#[cfg(all(feature = "std", forebay_steps))]
mod stepped {
    use core::ops::{Deref, DerefMut};
    use std::sync::{self, LockResult, TryLockError};
    use std::thread;

    use forebay_core::steps;

    #[derive(Debug)]
    pub(crate) struct Mutex<T>(sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> LockResult<Guard<'_, T>> {
            loop {
                steps::step();
                let guard = match self.0.try_lock() {
                    Ok(guard) => guard,
                    Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => {
                        thread::yield_now();
                        continue;
                    }
                };
                steps::locked();
                return Ok(Guard(guard));
            }
        }
    }

    pub(crate) struct Guard<'m, T>(sync::MutexGuard<'m, T>);

    impl<T> Deref for Guard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }

    impl<T> DerefMut for Guard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.0
        }
    }

    impl<T> Drop for Guard<'_, T> {
        fn drop(&mut self) {
            steps::step();
            steps::unlocked();
        }
    }
}

#[cfg(all(feature = "std", any(forebay_loom, forebay_shuttle)))]
mod modelled {
    use super::checker::sync::{Condvar, Mutex};
    use super::checker::thread;

    /// Each look at the clock takes a millisecond, and nothing else does: so an execution can be had again.
    #[cfg(forebay_shuttle)]
    pub(crate) fn now() -> std::time::Instant {
        use core::cell::Cell;
        use std::sync::OnceLock;
        use std::time::{Duration, Instant};

        static BEGINNING: OnceLock<Instant> = OnceLock::new();
        std::thread_local! {
            static LOOKS: Cell<u64> = const { Cell::new(0) };
        }
        let looks = LOOKS.get();
        LOOKS.set(looks + 1);
        *BEGINNING.get_or_init(Instant::now) + Duration::from_millis(looks)
    }

    /// The model checker's own parking lets a thread go on that waits for a lock. This one orders more than the real one does, which has
    /// a model of its own.
    pub(crate) struct Parker(Mutex<bool>, Condvar);

    impl Parker {
        pub(crate) fn new() -> Self {
            Self(Mutex::new(false), Condvar::new())
        }

        pub(crate) fn take_told(&self) -> bool {
            core::mem::take(&mut self.0.lock().unwrap())
        }

        pub(crate) fn park(&self) {
            let mut told = self.0.lock().unwrap();
            while !*told {
                told = self.1.wait(told).unwrap();
            }
        }

        /// The model checker has no time: others come first, and then the clock tells.
        pub(crate) fn park_timeout(&self, _left: std::time::Duration) {
            thread::yield_now();
        }

        pub(crate) fn unpark(&self) {
            *self.0.lock().unwrap() = true;
            self.1.notify_one();
        }
    }
}

/// Runs foreign code whose panic must not go through ours.
#[cfg(all(feature = "std", not(any(forebay_loom, forebay_shuttle))))]
pub(crate) fn shielded(foreign: impl FnOnce()) {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    // What a panic carries may panic in its drop; what that one carries is left alone.
    if let Err(panic) = catch_unwind(AssertUnwindSafe(foreign)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            core::mem::forget(panic);
        }
    }
}

/// Without a standard library there is mostly no way back from a panic. The model checker ends an execution by one.
#[cfg(not(all(feature = "std", not(any(forebay_loom, forebay_shuttle)))))]
pub(crate) fn shielded(foreign: impl FnOnce()) {
    foreign();
}

/// A function that is `const`, but for loom, whose types have no such constructors.
macro_rules! always_const {
    ($(#[$attribute:meta])* $visibility:vis fn $($rest:tt)*) => {
        #[cfg(not(forebay_loom))]
        $(#[$attribute])* $visibility const fn $($rest)*
        #[cfg(forebay_loom)]
        $(#[$attribute])* $visibility fn $($rest)*
    };
}
pub(crate) use always_const;
