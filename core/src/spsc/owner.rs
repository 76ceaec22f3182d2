//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{Ctl, View};
use super::{Consumer, Dense, Layout, Producer, Slot};
use crate::CapacityError;
use crate::position::Capacity;
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
use crate::{InUse, sync::Ordering};

/// Pairs the ends of a ring.
///
/// # Safety
/// No ends of this ring are at work, and those made here get to work only after this call and end before the ring does.
unsafe fn pair<T, L: Layout>(ring: View<T, L>) -> (Tx<T, L>, Rx<T, L>) {
    ring.arm();
    // SAFETY: no other ends are at work.
    let tx = unsafe { Tx::new(ring) };
    // SAFETY: no other ends are at work; the producer's end made above has not left this function.
    let rx = unsafe { Rx::new(ring) };
    (tx, rx)
}

/// Both ends of a ring that is borrowed for `'q`.
type Ends<'q, T, L> = (Producer<'q, T, L>, Consumer<'q, T, L>);

/// Pairs the ends of a ring that is borrowed for `'q`.
///
/// # Safety
/// No ends of this ring are at work, and none are made while these are.
unsafe fn split<'q, T, L: Layout>(ctl: &'q Ctl, slots: &'q [Slot<T, L>], capacity: Capacity) -> Ends<'q, T, L> {
    // SAFETY: both are borrowed for `'q`, which the ends carry in their types.
    let ring = unsafe { View::new(ctl, slots, capacity) };
    // SAFETY: as the caller says.
    let (tx, rx) = unsafe { pair(ring) };
    // SAFETY: the ring is borrowed for `'q`.
    let producer = unsafe { Producer::new(tx, ()) };
    // SAFETY: as above.
    let consumer = unsafe { Consumer::new(rx, ()) };
    (producer, consumer)
}

/// Drops what is left in a ring.
///
/// # Safety
/// No ends are at work, and none will be: the items are gone after this.
unsafe fn drop_rest<T, L: Layout>(ctl: &Ctl, slots: &[Slot<T, L>], capacity: Capacity) {
    // SAFETY: both outlive this function, and so the view.
    let ring = unsafe { View::new(ctl, slots, capacity) };
    let (head, len) = ring.settled();
    // SAFETY: I1: these are the items inside, and nobody else is there to take them.
    unsafe { ring.drop_items(head, len) };
}

/// A ring whose slots lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// `N` [slots](Slot) and the shared words: two positions and three flags, 12 bytes on a 32-bit microcontroller; padded to
/// three pairs of cache lines elsewhere. [`size_of`] tells.
///
/// # Examples
/// A `static` ring between an interrupt and the main loop, or between two threads:
/// ```
/// use forebay_core::spsc::Ring;
///
/// static RING: Ring<u16, 64> = Ring::new();
///
/// let (mut producer, mut consumer) = RING.try_split()?;
/// std::thread::spawn(move || producer.push(7)).join().unwrap().unwrap();
/// assert_eq!(consumer.pop(), Ok(7));
/// assert!(RING.try_split().is_err(), "one consumer is enough");
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// A capacity of 0 does not compile:
/// ```compile_fail
/// forebay_core::spsc::Ring::<u16, 0>::new();
/// ```
pub struct Ring<T, const N: usize, L: Layout = Dense> {
    ctl: Ctl,
    slots: [Slot<T, L>; N],
}

// SAFETY: sharing the ring lets one thread at a time have each end, which takes or brings items, so they must be `Send`.
unsafe impl<T: Send, const N: usize, L: Layout> Sync for Ring<T, N, L> {}
// SAFETY: sending the ring sends the items in it; its ends are not at work, or it could not be moved.
unsafe impl<T: Send, const N: usize, L: Layout> Send for Ring<T, N, L> {}

impl<T, const N: usize, L: Layout> Ring<T, N, L> {
    /// A ring without items. A capacity `N` of 0 does not compile.
    #[must_use]
    pub const fn new() -> Self {
        let _ = Capacity::of_array::<N>();
        Self { ctl: Ctl::new(), slots: [const { Slot::new() }; N] }
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// With `&'static mut` they are `'static`, on every core and without a claim.
    pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { split(&self.ctl, &self.slots, Capacity::of_array::<N>()) }
    }

    /// The two ends of a shared ring, a `static` say; there is one pair at a time. After both have been dropped the ring
    /// can be split again, with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the ring. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// Wait-free, but for the critical section where one is used. It needs an atomic exchange: on cores without one, the
    /// features `portable-atomic` or `critical-section`.
    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    #[expect(clippy::type_complexity, reason = "the tuple reads better than a name for it")]
    pub fn try_split(&self) -> Result<(Producer<'_, T, L>, Consumer<'_, T, L>), InUse> {
        let ends = &self.ctl.ends;
        let decide = || {
            // [O1] Acquire: pairs with [P6]. Orders: the last producer's stores before the new ends' loads.
            let producer = ends.producer.load(Ordering::Acquire);
            // [O2] Acquire: pairs with [C6], likewise.
            let consumer = ends.consumer.load(Ordering::Acquire);
            if producer || consumer {
                return None;
            }
            // SAFETY: both ends were gone, nobody else makes new ones while we decide, and these count as out before
            // the next one decides.
            Some(unsafe { split(&self.ctl, &self.slots, Capacity::of_array::<N>()) })
        };
        ends.claim.with(decide).ok_or(InUse)
    }
}

impl<T, const N: usize, L: Layout> Drop for Ring<T, N, L> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { drop_rest(&self.ctl, &self.slots, Capacity::of_array::<N>()) };
    }
}

impl<T, const N: usize, L: Layout> Default for Ring<T, N, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, L: Layout> fmt::Debug for Ring<T, N, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("capacity", &N).finish_non_exhaustive()
    }
}

/// A ring in a caller's slice: where the capacity is known only at run time, without an allocator.
///
/// # Examples
/// ```
/// use forebay_core::spsc::{SliceRing, Slot};
///
/// let mut memory = [const { Slot::new() }; 16];
/// let mut ring = SliceRing::<u8>::new(&mut memory[..10])?;
/// let (mut producer, _consumer) = ring.split();
/// assert_eq!(producer.push_iter(0..), 10);
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T, L: Layout = Dense> {
    ctl: Ctl,
    slots: &'a mut [Slot<T, L>],
    capacity: Capacity,
}

// SAFETY: sharing the ring lets nobody at its items. Sent, it sends the items in it.
unsafe impl<T: Send, L: Layout> Send for SliceRing<'_, T, L> {}
// SAFETY: there is nothing to do with a shared reference but to print it.
unsafe impl<T: Send, L: Layout> Sync for SliceRing<'_, T, L> {}

impl<'a, T, L: Layout> SliceRing<'a, T, L> {
    /// A ring without items, with as many slots as the slice has.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if the slice is empty; [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` slots,
    /// which only items without a size can reach.
    pub fn new(slots: &'a mut [Slot<T, L>]) -> Result<Self, CapacityError> {
        let capacity = Capacity::new(slots.len())?;
        // The slots may have been a ring before, and marks of that time would pass for ours.
        if View::<T, L>::FLAGGED {
            slots.fill_with(Slot::new);
        }
        Ok(Self { ctl: Ctl::new(), slots, capacity })
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { split(&self.ctl, self.slots, self.capacity) }
    }
}

impl<T, L: Layout> Drop for SliceRing<'_, T, L> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { drop_rest(&self.ctl, self.slots, self.capacity) };
    }
}

impl<T, L: Layout> fmt::Debug for SliceRing<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceRing").field("capacity", &self.capacity.get()).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
pub use heap::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{Keep, OwnedConsumer, OwnedProducer};

#[cfg(feature = "alloc")]
mod heap {
    use alloc::boxed::Box;
    use alloc::vec::Vec;

    use super::*;
    #[cfg(target_has_atomic = "ptr")]
    use crate::sync::Arc;

    /// A ring on the heap. It allocates its slots when it is made; [`into_ends`](Self::into_ends) allocates once more for the
    /// shared words; pushes and pops never do.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::spsc::HeapRing;
    ///
    /// let (mut producer, mut consumer) = HeapRing::<String>::new(1000)?.into_ends();
    /// let worker = std::thread::spawn(move || producer.push("hello".to_string()));
    /// worker.join().unwrap().unwrap();
    /// assert_eq!(consumer.pop().unwrap(), "hello");
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub struct HeapRing<T, L: Layout = Dense> {
        ctl: Ctl,
        slots: Box<[Slot<T, L>]>,
        capacity: Capacity,
    }

    /// A producer that owns its ring together with its consumer. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T, L = Dense> = Producer<'static, T, L, Keep<T, L>>;

    /// A consumer that owns its ring together with its producer. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T, L = Dense> = Consumer<'static, T, L, Keep<T, L>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T, L: Layout = Dense>(#[expect(dead_code, reason = "held for its drop")] Arc<HeapRing<T, L>>);

    // SAFETY: sharing the ring lets nobody at its items. Sent, it sends the items in it.
    unsafe impl<T: Send, L: Layout> Send for HeapRing<T, L> {}
    // SAFETY: there is nothing to do with a shared reference but to print it, and its drop needs `T: Send` alone.
    unsafe impl<T: Send, L: Layout> Sync for HeapRing<T, L> {}

    impl<T, L: Layout> HeapRing<T, L> {
        /// A ring without items.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` items or bytes,
        /// [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize) -> Result<Self, CapacityError> {
            let capacity = Capacity::new(capacity)?;
            if capacity.get().checked_mul(size_of::<Slot<T, L>>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
                return Err(CapacityError::TooLarge);
            }
            let mut slots = Vec::new();
            slots.try_reserve_exact(capacity.get()).map_err(|_| CapacityError::OutOfMemory)?;
            if size_of::<Slot<T, L>>() == 0 {
                // SAFETY: a slot without size has neither item bytes nor a mark that would have to be made.
                unsafe { slots.set_len(capacity.get()) };
            } else {
                slots.resize_with(capacity.get(), Slot::new);
            }
            Ok(Self { ctl: Ctl::new(), slots: slots.into_boxed_slice(), capacity })
        }

        /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
            // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
            unsafe { split(&self.ctl, &self.slots, self.capacity) }
        }

        /// Two ends that own the ring together: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T, L>, OwnedConsumer<T, L>) {
            let ring = Arc::new(self);
            // SAFETY: each end keeps the `Arc`, and lets go of it after itself.
            let view = unsafe { View::new(&ring.ctl, &ring.slots, ring.capacity) };
            // SAFETY: we had the ring by value, so no ends are at work, and nobody can reach it to make others.
            let (tx, rx) = unsafe { pair(view) };
            // SAFETY: the end keeps the ring.
            let producer = unsafe { Producer::new(tx, Keep(Arc::clone(&ring))) };
            // SAFETY: the end keeps the ring.
            let consumer = unsafe { Consumer::new(rx, Keep(ring)) };
            (producer, consumer)
        }
    }

    impl<T, L: Layout> Drop for HeapRing<T, L> {
        fn drop(&mut self) {
            // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
            unsafe { drop_rest(&self.ctl, &self.slots, self.capacity) };
        }
    }

    impl<T, L: Layout> fmt::Debug for HeapRing<T, L> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("HeapRing").field("capacity", &self.capacity.get()).finish_non_exhaustive()
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T, L: Layout> fmt::Debug for Keep<T, L> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
