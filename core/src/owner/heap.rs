//! Rings on the heap, and ends that own their ring.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Slots;
#[cfg(target_has_atomic = "ptr")]
use super::{Ends, Engine, Memory, Owner, ends};
use crate::CapacityError;
#[cfg(target_has_atomic = "ptr")]
use crate::sync::Arc;

#[cfg(target_has_atomic = "ptr")]
impl<M: Memory> Owner<M> {
    /// Ends that own the ring together: the last one to go drops it, with what is inside.
    ///
    /// # Safety
    /// What `keep` makes has what it is given for as long as it or any clone of it is there.
    pub(crate) unsafe fn into_ends<K>(self, keep: fn(Arc<Self>) -> K) -> Ends<'static, M::Engine, K> {
        let ring = Arc::new(self);
        let engine = ring.0.engine();
        engine.forget_ends();
        // SAFETY: we had the ring by value, so no ends are at work, and nobody can reach it to make others. Each end keeps the
        // `Arc`, and lets go of it after itself.
        unsafe { ends(engine, keep(Arc::clone(&ring)), keep(ring)) }
    }
}

// SAFETY: it has them to itself, and nobody exchanges it for another one.
unsafe impl<V> Slots for Box<[V]> {
    type Slot = V;

    fn as_slice(&self) -> &[V] {
        self
    }
}

/// New slots on the heap, or other plain parts of a ring: of those without a size none is made, as there is nothing to make.
///
/// # Errors
/// [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` bytes, [`OutOfMemory`](CapacityError::OutOfMemory).
pub(crate) fn boxed<V>(len: usize, new: impl FnMut() -> V) -> Result<Box<[V]>, CapacityError> {
    const { assert!(size_of::<V>() > 0 || !core::mem::needs_drop::<V>()) };
    if len.checked_mul(size_of::<V>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(CapacityError::TooLarge);
    }
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| CapacityError::OutOfMemory)?;
    if size_of::<V>() == 0 {
        // SAFETY: a slot without a size has neither item bytes nor a mark that would have to be made.
        unsafe { values.set_len(len) };
    } else {
        values.resize_with(len, new);
    }
    Ok(values.into_boxed_slice())
}
