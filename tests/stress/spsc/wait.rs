//! Waiting for the other thread, and for other tests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{hint, thread};

/// Keeps other tests away as long as the guard lives: each has two threads that yield to each other, and more of them would
/// get in the way of each other.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spins a little and then yields. It starts anew with [`reset`](Self::reset).
#[derive(Default)]
pub(crate) struct Wait(u32);

impl Wait {
    /// After a success.
    pub(crate) const fn reset(&mut self) {
        self.0 = 0;
    }

    /// After a failure.
    pub(crate) fn wait(&mut self) {
        self.0 += 1;
        // Where both threads share a core, spinning is in the way.
        if self.0 < 20 {
            hint::spin_loop();
        } else {
            thread::yield_now();
        }
    }

    /// Tries until it succeeds.
    pub(crate) fn until<R>(mut attempt: impl FnMut() -> Option<R>) -> R {
        let mut wait = Self::default();
        loop {
            if let Some(result) = attempt() {
                return result;
            }
            wait.wait();
        }
    }
}
