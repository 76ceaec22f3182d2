//! One of the three buffers: the memory of a value, and whether there is one.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr;

/// Memory for a value. Its drop drops the value, if there is one.
pub(crate) struct Buffer<T> {
    /// Plain memory, as only the buffer's owner looks (I1). It is what makes the memory safe to drop.
    full: UnsafeCell<bool>,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Buffer<T> {
    pub(crate) const fn new() -> Self {
        Self { full: UnsafeCell::new(false), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The place of the value.
    #[inline(always)]
    pub(crate) const fn place(&self) -> *mut MaybeUninit<T> {
        self.value.get()
    }

    /// Whether there is a value.
    ///
    /// # Safety
    /// The buffer is the caller's (I1).
    #[inline(always)]
    pub(crate) unsafe fn is_full(&self) -> bool {
        // SAFETY: I1: nobody else touches it.
        unsafe { *self.full.get() }
    }

    /// Notes that there is a value.
    ///
    /// # Safety
    /// The buffer is the caller's (I1), and a value has been written to its place.
    #[inline(always)]
    pub(crate) unsafe fn fill(&self) {
        // SAFETY: I1: nobody else touches it.
        unsafe { *self.full.get() = true };
    }

    /// Takes the value out.
    ///
    /// # Safety
    /// The buffer is the caller's (I1), and there is a value.
    #[inline(always)]
    pub(crate) unsafe fn take(&self) -> T {
        // SAFETY: I1: nobody else touches it.
        unsafe { *self.full.get() = false };
        // SAFETY: I1, likewise.
        let value = unsafe { self.place().read() };
        // SAFETY: as the caller says, and it isn't read or dropped again, since it was noted first that it is gone.
        unsafe { value.assume_init() }
    }

    /// Drops the value in place. It is gone even if its drop panics.
    ///
    /// # Safety
    /// As [`take`](Self::take).
    pub(crate) unsafe fn discard(&self) {
        // SAFETY: I1: nobody else touches it.
        unsafe { *self.full.get() = false };
        // SAFETY: as the caller says, and it isn't read or dropped again, since it was noted first that it is gone.
        unsafe { ptr::drop_in_place(self.place().cast::<T>()) };
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        if *self.full.get_mut() {
            // SAFETY: there is a value, nobody else has the buffer, and it is going.
            unsafe { self.value.get_mut().assume_init_drop() };
        }
    }
}
