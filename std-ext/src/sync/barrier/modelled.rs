//! The same for the model checker, where a model asks for it.

use core::cell::Cell;
use core::sync::atomic::AtomicUsize as Plain;

use loom::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const POSSIBLE: bool = true;

/// The most threads of a model.
const THREADS: usize = 3;

std::thread_local! {
    // The checker runs its threads in one.
    static IS_THERE: Cell<bool> = const { Cell::new(false) };
}

/// Whether there is one in the models of this thread, in channels that are made from now on.
pub fn let_threads_be_at_home(there: bool) {
    IS_THERE.set(there);
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
    // From 1 on.
    static NUMBER: usize = 1 + POINTS.numbers.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
}

pub(crate) fn is_there() -> bool {
    let there = IS_THERE.get();
    if there {
        // The checker takes the making of a word for a write that everything later comes after: so it is made now.
        heavy();
    }
    there
}

pub(crate) fn light() {
    if IS_THERE.get() {
        POINTS.words[number_if_any() - 1].fetch_add(0, Ordering::AcqRel);
    }
}

pub(crate) fn heavy() -> bool {
    for word in &POINTS.words {
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
