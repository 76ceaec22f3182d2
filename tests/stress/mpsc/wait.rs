//! Waiting for other threads, and for other tests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{hint, thread};

/// Nobody waits so long, but for a thread that is gone or a ring that is stuck.
const TOO_LONG: Duration = Duration::from_secs(30);

/// Keeps other tests away as long as the guard lives: each has several threads that yield to each other, and more of them
/// would get in the way of each other.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spins a little and then yields. It starts anew with [`reset`](Self::reset).
#[derive(Default)]
pub(crate) struct Wait {
    rounds: u32,
    since: Option<Instant>,
}

impl Wait {
    /// After a success.
    pub(crate) const fn reset(&mut self) {
        self.rounds = 0;
        self.since = None;
    }

    /// After a failure.
    pub(crate) fn wait(&mut self) {
        self.rounds += 1;
        // Where the threads share a core, spinning is in the way.
        if self.rounds < 20 {
            return hint::spin_loop();
        }
        thread::yield_now();
        if self.rounds % 1024 == 0 {
            let since = *self.since.get_or_insert_with(Instant::now);
            assert!(since.elapsed() < TOO_LONG, "waited for too long");
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
