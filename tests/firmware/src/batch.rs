//! In-place access as each layout has it: runs of slots where items lie side by side, single slots elsewhere.

use forebay_core::spsc::{Consumer, Dense, Flagged, Producer};

use crate::item::Item;

/// A producer's end that writes in place.
pub trait WriteInPlace {
    /// Writes items from number `first` on, at most `max`, and answers with how many there was room for.
    fn write_in_place(&mut self, first: u32, max: usize) -> usize;
}

/// A consumer's end that reads in place.
pub trait ReadInPlace<T> {
    /// Hands up to `max` items to `check`, releases half of them, rounded up, and answers with how many those were.
    fn read_in_place(&mut self, max: usize, check: impl FnMut(u32, &T)) -> usize;
}

impl<T: Item> WriteInPlace for Producer<'_, T, Dense> {
    fn write_in_place(&mut self, first: u32, max: usize) -> usize {
        let mut run = self.write_run(max);
        let len = run.len();
        let (one, two) = run.as_mut_slices();
        for (slot, number) in one.iter_mut().chain(two).zip(first..) {
            slot.write(T::nth(number));
        }
        // SAFETY: every slot of the run was written.
        unsafe { run.commit(len) };
        len
    }
}

impl<T: Item> ReadInPlace<T> for Consumer<'_, T, Dense> {
    fn read_in_place(&mut self, max: usize, mut check: impl FnMut(u32, &T)) -> usize {
        let run = self.read_run(max);
        let (one, two) = run.as_slices();
        for (item, step) in one.iter().chain(two).zip(0..) {
            check(step, item);
        }
        let count = run.len().div_ceil(2);
        run.release(count);
        count
    }
}

impl<T: Item> WriteInPlace for Producer<'_, T, Flagged> {
    fn write_in_place(&mut self, first: u32, max: usize) -> usize {
        let mut count = 0;
        while count < max {
            let Ok(slot) = self.write_slot() else { break };
            slot.write(T::nth(first + count as u32));
            count += 1;
        }
        count
    }
}

impl<T: Item> ReadInPlace<T> for Consumer<'_, T, Flagged> {
    fn read_in_place(&mut self, max: usize, mut check: impl FnMut(u32, &T)) -> usize {
        let mut count = 0;
        while count < max.div_ceil(2) {
            let Ok(slot) = self.read_slot() else { break };
            check(count as u32, &slot);
            slot.release();
            count += 1;
        }
        count
    }
}
