//! Linux does it.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};
use std::sync::OnceLock;

use rustix::thread::{MembarrierCommand, membarrier};

/// Miri does not know the call.
pub(crate) const POSSIBLE: bool = !cfg!(miri);

/// Whether the system does it for this process. Who asks first has the process registered, and tries it: that takes some
/// microseconds, and some ten milliseconds where the process has several threads by then.
pub(crate) fn ask() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    let is_there =
        *ANSWER.get_or_init(|| POSSIBLE && membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok() && heavy());
    // Relaxed: whoever looks has an end of a channel by whose making it was asked.
    IS_THERE.store(is_there, Ordering::Relaxed);
    is_there
}

/// What the system was [asked](ask), and has answered.
static IS_THERE: AtomicBool = AtomicBool::new(false);

/// Whether it does, for one who knows that it was asked before.
#[inline(always)]
pub(crate) fn is_there() -> bool {
    // Relaxed: that it was asked has happened before, and the answer is always the same one.
    IS_THERE.load(Ordering::Relaxed)
}

#[inline(always)]
pub(crate) fn light() {
    // SeqCst: to the compiler alone.
    compiler_fence(Ordering::SeqCst);
}

/// It takes some microseconds. `false`: the system has not done it.
#[cold]
pub(crate) fn heavy() -> bool {
    // A call of the system, which the compiler moves nothing across.
    membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}

std::thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// The number of this thread. 0: it has never asked for [one](number).
#[inline(always)]
pub(crate) fn number_if_any() -> usize {
    NUMBER.get()
}

/// The number of this thread, which no other one has had or will have. 0: more than `most` have asked for one.
pub(crate) fn number(most: usize) -> usize {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    if NUMBER.get() == 0 {
        // Relaxed, both: each number is given once.
        let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| (last < most).then_some(last + 1));
        NUMBER.set(last.map_or(0, |last| last + 1));
    }
    NUMBER.get()
}
