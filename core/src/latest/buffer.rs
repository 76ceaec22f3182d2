//! One of the three buffers: the memory of a value. Whether there is one is known elsewhere.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr;

use crate::sync::CachePadded;

/// Memory for a value, as large as the value. Its drop drops nothing.
pub(crate) struct Buffer<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Buffer<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// The place of the value.
    #[inline(always)]
    pub(crate) const fn place(&self) -> *mut MaybeUninit<T> {
        self.0.get()
    }

    /// Takes the value out.
    ///
    /// # Safety
    /// The buffer is the caller's (I1), and there is a value, which is gone with this.
    #[inline(always)]
    pub(crate) unsafe fn take(&self) -> T {
        // SAFETY: I1: nobody else touches it.
        let value = unsafe { self.place().read() };
        // SAFETY: as the caller says.
        unsafe { value.assume_init() }
    }

    /// Drops the value in place. It is gone even if its drop panics.
    ///
    /// # Safety
    /// As [`take`](Self::take).
    #[inline(always)]
    pub(crate) unsafe fn discard(&self) {
        // SAFETY: I1: nobody else touches it, and there is a value, as the caller says.
        unsafe { ptr::drop_in_place(self.place().cast::<T>()) };
    }
}

/// Where a buffer lies: beside others, or on cache lines of its own.
pub(crate) trait Room {
    type Value;

    fn buffer(&self) -> &Buffer<Self::Value>;
}

impl<T> Room for Buffer<T> {
    type Value = T;

    #[inline(always)]
    fn buffer(&self) -> &Self {
        self
    }
}

impl<T> Room for CachePadded<Buffer<T>> {
    type Value = T;

    #[inline(always)]
    fn buffer(&self) -> &Buffer<T> {
        self
    }
}
