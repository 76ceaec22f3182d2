//! Memory that a caller hands over, and how words and cells lie in it.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::slice;

use super::view::Cell;
use crate::sync::SwapWord;

/// Room for one item, in the memory that is handed to a [`SliceRing`](super::SliceRing). Each item that the ring is to hold
/// takes one, and each of its ends.
///
/// # Memory
/// A word of 8 bytes (of 4 on 32-bit targets without 64-bit atomics) more than the item, rounded up to the alignment of both.
#[repr(transparent)]
pub struct Slot<T>(UnsafeCell<MaybeUninit<Room<T>>>);

/// As much memory as a word and a cell take.
#[repr(C)]
struct Room<T> {
    word: SwapWord,
    cell: Cell<T>,
}

impl<T> Slot<T> {
    /// A slot without an item.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::swap::{SliceRing, Slot};
    ///
    /// // For two items, a producer and the consumer.
    /// let mut memory = [const { Slot::new() }; 4];
    /// let mut ring: SliceRing<u32> = SliceRing::new(&mut memory, 1)?;
    /// assert_eq!(ring.split().0.capacity(), 2);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// Two slices, of so many words for each slot `S`, and of a cell for each: first all words, side by side, and then the cells.
///
/// That they fit: let a slot have `k` words of `w` bytes, a cell `c` and its alignment be `a`. A slot has at least `k·w + c` bytes
/// with `k·w` rounded up to a multiple of `a`. So `n` of them are at least `n·k·w` rounded up to a multiple of `a`, and `n·c`.
///
/// # Safety
/// Whatever is in a slot `S` may be overwritten with anything. It is as large and as aligned as so many words, and then a cell.
pub(crate) unsafe fn carve<S, T>(memory: &mut [S], words_each: usize) -> (&mut [SwapWord], &mut [Cell<T>]) {
    const { assert!(align_of::<S>() >= align_of::<SwapWord>() && align_of::<S>() >= align_of::<Cell<T>>()) };
    let len = memory.len();
    let words = NonNull::from(memory).cast::<MaybeUninit<SwapWord>>();
    let offset = (len * words_each * size_of::<SwapWord>()).next_multiple_of(align_of::<Cell<T>>());
    // SAFETY: within the memory, as said above, and so no number overflows.
    let cells = unsafe { words.byte_add(offset) }.cast::<Cell<T>>();
    // SAFETY: it is ours as long as it is borrowed, it is aligned, and whatever it holds may be taken for bytes.
    let words = unsafe { slice::from_raw_parts_mut(words.as_ptr(), len * words_each) };
    for word in &mut *words {
        word.write(SwapWord::new(0));
    }
    // SAFETY: they were written just now.
    let words = unsafe { &mut *(&raw mut *words as *mut [SwapWord]) };
    // SAFETY: it is ours, after the words and within the memory; a cell has nothing that must be made.
    let cells = unsafe { slice::from_raw_parts_mut(cells.as_ptr(), len) };
    (words, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type of `A` bytes or more, aligned as `B` is.
    #[repr(C)]
    struct Shaped<A, B>(A, [B; 0]);

    #[repr(align(64))]
    struct Line;

    /// Words and cells are aligned, apart from each other, and within the memory.
    fn fits<T>() {
        let mut memory = [const { Slot::<T>::new() }; 9];
        for len in 0..=9 {
            let slots = &mut memory[..len];
            let all = slots.as_ptr_range();
            // SAFETY: a slot is a room for a word and a cell.
            let (words, cells) = unsafe { carve::<_, T>(slots, 1) };
            assert_eq!((words.len(), cells.len()), (len, len));
            let (words, cells) = (words.as_ptr_range(), cells.as_ptr_range());
            assert_eq!(words.start.addr(), all.start.addr());
            assert!(words.end.addr() <= cells.start.addr());
            assert!(cells.end.addr() <= all.end.addr());
            assert!(words.start.is_aligned() && cells.start.is_aligned());
        }
    }

    #[test]
    fn words_and_cells_fit_into_slots() {
        fits::<()>();
        fits::<u8>();
        fits::<u16>();
        fits::<[u8; 3]>();
        fits::<[u16; 5]>();
        fits::<u64>();
        fits::<[u64; 3]>();
        fits::<Shaped<u8, u128>>();
        fits::<Shaped<[u8; 17], u128>>();
        fits::<Shaped<(), Line>>();
        fits::<Shaped<[u8; 65], Line>>();
    }
}
