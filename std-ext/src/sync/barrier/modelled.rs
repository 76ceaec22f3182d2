//! The same for the model checker, where a model asks for it.

use core::cell::Cell;
use core::sync::atomic::AtomicUsize as Plain;

use loom::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const POSSIBLE: bool = true;

/// The most threads of a model.
const THREADS: usize = 4;

std::thread_local! {
    // The checker runs its threads in one.
    static IS_THERE: Cell<bool> = const { Cell::new(false) };
    static HEAVY: Cell<usize> = const { Cell::new(0) };
    static REFUSED: Cell<usize> = const { Cell::new(0) };
}

/// Whether a thread may be at home in channels that are made from now on.
pub fn let_threads_be_at_home(there: bool) {
    IS_THERE.set(there);
    HEAVY.set(0);
    REFUSED.set(0);
}

/// The system refuses the next ones.
pub fn refuse_heavy_fences(count: usize) {
    REFUSED.set(HEAVY.get() + count);
}

/// How many heavy fences there have been since that.
pub fn heavy_fences() -> usize {
    HEAVY.get()
}

/// For each thread, that all its light fences and all heavy ones are in one order.
struct Points {
    words: [AtomicUsize; THREADS],
    /// How many threads have a number. What the checker knows nothing of.
    numbers: Plain,
}

loom::lazy_static! {
    static ref POINTS: Points = Points { words: core::array::from_fn(|_| AtomicUsize::new(0)), numbers: Plain::new(0) };
}

loom::thread_local! {
    // Relaxed: each is given once.
    static NUMBER: usize = 1 + POINTS.numbers.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn ask() -> bool {
    is_there()
}

pub(crate) fn is_there() -> bool {
    let there = IS_THERE.get();
    if there {
        // The checker takes the making of a word for a write that everything later comes after: so they are made now.
        let _made = &POINTS.words;
    }
    there
}

pub(crate) fn light() {
    if IS_THERE.get() {
        // AcqRel: with those of heavy fences.
        POINTS.words[number_if_any() - 1].fetch_add(0, Ordering::AcqRel);
    }
}

pub(crate) fn heavy() -> bool {
    HEAVY.set(HEAVY.get() + 1);
    if HEAVY.get() <= REFUSED.get() {
        return false;
    }
    for word in &POINTS.words {
        // AcqRel: with light fences.
        word.fetch_add(0, Ordering::AcqRel);
    }
    true
}

pub(crate) fn number_if_any() -> usize {
    NUMBER.with(|number| *number)
}

pub(crate) fn number(_most: usize) -> usize {
    number_if_any()
}
