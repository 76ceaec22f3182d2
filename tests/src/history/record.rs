//! Threads write down what they do, and when.
//!
//! "When" is a number that a shared counter deals out, once before an operation and once after it. The counter is read and
//! written in one step, by Acquire and Release: so if one operation ends with a lower number than another begins with, the
//! first *happens before* the second, and the rings promise that it is seen. That is all that the recording orders. Each
//! number orders what its thread did before it before what others do after a higher one, and so, whatever way one goes, an
//! operation that was over before one that had not begun: two that the history says were in this order. Operations that overlap
//! in the history are left as they were, and between the two numbers of an operation there is nothing but the operation, and now
//! and then a yield.
//!
//! On some machines (x86) such a step also waits for the thread's own stores to arrive, which a ring alone would not. A clock
//! that each thread reads for itself would order nothing; but then an operation that was over by the clock need not happen before
//! one that began later, and the rings promise nothing about those: "empty" may be said to a thread while a store is on its way
//! to it. (It is said: on x86, histories by such a clock have windows without an order after seconds, with some tens of
//! nanoseconds between the two operations. By the counter there are none.)

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// One operation of a history.
#[derive(Clone, Copy)]
pub struct Call<O> {
    /// Which thread's.
    pub thread: usize,
    /// When it began.
    pub begin: u64,
    /// When it was over.
    pub end: u64,
    /// What it was, and what came of it.
    pub op: O,
}

impl<O> Call<O> {
    /// Whether it was over when the other began.
    #[must_use]
    pub const fn is_before(&self, other: &Self) -> bool {
        self.end < other.begin
    }
}

impl<O: fmt::Debug> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}..{:<4} thread {}: {:?}", self.begin, self.end, self.thread, self.op)
    }
}

/// Deals out the numbers.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct Counter(AtomicU64);

impl Counter {
    fn next(&self) -> u64 {
        // AcqRel: as the header says.
        self.0.fetch_add(1, Ordering::AcqRel)
    }
}

/// What one thread has done, window by window.
#[derive(Debug)]
pub struct Log<'c, O> {
    counter: &'c Counter,
    thread: usize,
    window: Vec<Call<O>>,
    windows: Vec<Vec<Call<O>>>,
}

impl<'c, O> Log<'c, O> {
    /// Of a thread that has done nothing yet.
    #[must_use]
    pub const fn new(counter: &'c Counter, thread: usize) -> Self {
        Self { counter, thread, window: Vec::new(), windows: Vec::new() }
    }

    /// Does something and writes it down. `tell` makes the record of what came of it.
    pub fn record<R>(&mut self, operation: impl FnOnce() -> R, tell: impl FnOnce(R) -> O) {
        self.record_all(operation, |result| vec![tell(result)]);
    }

    /// The same for what counts as several operations, one after another. Answers with how many.
    pub fn record_all<R>(&mut self, operation: impl FnOnce() -> R, tell: impl FnOnce(R) -> Vec<O>) -> usize {
        let begin = self.counter.next();
        // Where threads share a core they would seldom meet within an operation: so now and then one lets the others come in,
        // before it has done anything or after it has done everything.
        if begin % 16 == 3 {
            thread::yield_now();
        }
        let result = operation();
        if begin % 16 == 11 {
            thread::yield_now();
        }
        let end = self.counter.next();
        let thread = self.thread;
        let before = self.window.len();
        self.window.extend(tell(result).into_iter().map(|op| Call { thread, begin, end, op }));
        self.window.len() - before
    }

    /// Closes a window: no operation is under way in any thread.
    pub fn end_window(&mut self) {
        self.windows.push(mem::take(&mut self.window));
    }

    /// All windows.
    #[must_use]
    pub fn into_windows(self) -> Vec<Vec<Call<O>>> {
        self.windows
    }
}

/// The windows of all threads, each in the order in which its operations began, and those of one thread as it did them.
#[must_use]
pub fn merge<O>(threads: Vec<Vec<Vec<Call<O>>>>) -> Vec<Vec<Call<O>>> {
    let mut merged: Vec<Vec<Call<O>>> = Vec::new();
    for windows in threads {
        merged.resize_with(merged.len().max(windows.len()), Vec::new);
        for (all, window) in merged.iter_mut().zip(windows) {
            all.extend(window);
        }
    }
    for window in &mut merged {
        window.sort_by_key(|call| call.begin);
    }
    merged
}

/// How many pairs of operations of different threads overlap.
#[must_use]
pub fn overlaps<O>(window: &[Call<O>]) -> usize {
    let pairs = |call: &Call<O>, later: &[Call<O>]| {
        later.iter().filter(|other| other.thread != call.thread && !call.is_before(other)).count()
    };
    window.iter().enumerate().map(|(at, call)| pairs(call, &window[at + 1..])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_counted() {
        let call = |thread, begin, end| Call { thread, begin, end, op: () };
        assert_eq!(overlaps(&[call(0, 0, 1), call(1, 2, 3)]), 0);
        assert_eq!(overlaps(&[call(0, 0, 2), call(1, 1, 3)]), 1);
        assert_eq!(overlaps(&[call(0, 0, 5), call(1, 1, 2), call(1, 3, 4), call(2, 6, 7)]), 2);
    }

    #[test]
    fn windows_are_merged_in_order() {
        let counter = Counter::default();
        let (mut one, mut other) = (Log::new(&counter, 0), Log::new(&counter, 1));
        one.record(|| 1, |op| op);
        other.record(|| 2, |op| op);
        one.record(|| 3, |op| op);
        one.end_window();
        other.end_window();
        other.record(|| 4, |op| op);
        one.end_window();
        other.end_window();
        let windows = merge(vec![other.into_windows(), one.into_windows()]);
        let ops: Vec<Vec<i32>> = windows.iter().map(|window| window.iter().map(|call| call.op).collect()).collect();
        assert_eq!(ops, [vec![1, 2, 3], vec![4]]);
        assert!(windows[0][0].is_before(&windows[0][1]));
    }
}
