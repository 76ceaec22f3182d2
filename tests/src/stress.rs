//! What threads share that work a ring as fast as they can: waiting for each other, and for other tests, and items whose drops are entered
//! in a book.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{hint, thread};

/// Nobody waits so long, but for a thread that is gone or a ring that is stuck.
const TOO_LONG: Duration = Duration::from_secs(30);

/// Keeps other tests away as long as the guard lives: each has several threads that yield to each other, and more of them
/// would get in the way of each other.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Spins a little and then yields. It starts anew with [`reset`](Self::reset).
#[derive(Debug, Default)]
pub struct Wait {
    rounds: u32,
    since: Option<Instant>,
}

impl Wait {
    /// After a success.
    pub const fn reset(&mut self) {
        self.rounds = 0;
        self.since = None;
    }

    /// After a failure.
    ///
    /// # Panics
    /// After half a minute without a success.
    pub fn wait(&mut self) {
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
    ///
    /// # Panics
    /// After half a minute.
    pub fn until<R>(mut attempt: impl FnMut() -> Option<R>) -> R {
        let mut wait = Self::default();
        loop {
            if let Some(result) = attempt() {
                return result;
            }
            wait.wait();
        }
    }
}

/// A book for the drops of so many items.
#[must_use]
pub fn drops(items: usize) -> Vec<AtomicU8> {
    (0..items).map(|_| AtomicU8::new(0)).collect()
}

/// An item with memory of its own, whose drop is entered under its number.
#[derive(Debug)]
pub struct Owner<'a> {
    number: Box<usize>,
    check: usize,
    drops: Option<&'a [AtomicU8]>,
}

impl<'a> Owner<'a> {
    /// The one of that number.
    #[must_use]
    pub fn new(number: usize, drops: &'a [AtomicU8]) -> Self {
        Self { number: Box::new(number), check: !number, drops: Some(drops) }
    }

    /// Its number.
    ///
    /// # Panics
    /// If the rest of it doesn't fit to that.
    pub fn number(&self) -> usize {
        assert_eq!(self.check, !*self.number, "a torn item");
        *self.number
    }

    /// Undoes the making of an item that a ring refused.
    pub fn undo(mut self) {
        self.drops = None;
    }
}

impl Drop for Owner<'_> {
    fn drop(&mut self) {
        if let Some(drops) = self.drops {
            // Relaxed: it must not order anything.
            assert_eq!(drops[*self.number].fetch_add(1, Ordering::Relaxed), 0, "dropped twice");
        }
    }
}
