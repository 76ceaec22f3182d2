//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::ticket::Slots;
use super::view::{Ctl, View};
use super::{Consumer, Producer, Slot};
use crate::sync::Ordering;
use crate::{CapacityError, InUse, Refusal};

/// Pairs the first ends of a ring.
///
/// # Safety
/// No ends of this ring are at work, and those made here get to work only after this call and end before the ring does.
unsafe fn pair<T>(ring: View<T>) -> (Tx<T>, Rx<T>) {
    ring.arm();
    // SAFETY: no other ends are at work.
    let rx = unsafe { Rx::new(ring) };
    // SAFETY: as the caller says.
    let tx = unsafe { Tx::new(ring) };
    (tx, rx)
}

/// The first ends of a ring that is borrowed for `'q`.
type Ends<'q, T> = (Producer<'q, T>, Consumer<'q, T>);

/// Pairs the first ends of a ring that is borrowed for `'q`.
///
/// # Safety
/// No ends of this ring are at work, and none are made while these are but by cloning.
unsafe fn split<'q, T>(ctl: &'q Ctl, slots: &'q [Slot<T>], geometry: Slots) -> Ends<'q, T> {
    // SAFETY: both are borrowed for `'q`, which the ends carry in their types.
    let ring = unsafe { View::new(ctl, slots, geometry) };
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
unsafe fn drop_rest<T>(ctl: &Ctl, slots: &[Slot<T>], geometry: Slots) {
    // SAFETY: both outlive this function, and so the view.
    let ring = unsafe { View::new(ctl, slots, geometry) };
    // SAFETY: as the caller says.
    unsafe { ring.drop_items() };
}

/// A ring whose slots lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// `N` [slots](Slot) and the shared words, which are padded to three pairs of cache lines but on a 32-bit microcontroller.
/// [`size_of`] tells.
///
/// # Examples
/// ```
/// use forebay_core::mpsc::Ring;
///
/// static RING: Ring<u16, 64> = Ring::new();
///
/// let (producer, mut consumer) = RING.try_split()?;
/// std::thread::scope(|threads| {
///     for number in 0..4 {
///         let mut producer = producer.clone();
///         threads.spawn(move || producer.push(number).unwrap());
///     }
/// });
/// assert_eq!(consumer.drain().sum::<u16>(), 6);
/// assert!(RING.try_split().is_err(), "one consumer is enough");
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// A capacity of 0 does not compile:
/// ```compile_fail
/// forebay_core::mpsc::Ring::<u16, 0>::new();
/// ```
pub struct Ring<T, const N: usize> {
    ctl: Ctl,
    slots: [Slot<T>; N],
}

// SAFETY: sharing the ring lets other threads have its ends, which take or bring items, so they must be `Send`.
unsafe impl<T: Send, const N: usize> Sync for Ring<T, N> {}
// SAFETY: sending the ring sends the items in it; its ends are not at work, or it could not be moved.
unsafe impl<T: Send, const N: usize> Send for Ring<T, N> {}

impl<T, const N: usize> Ring<T, N> {
    /// A ring without items that gives values back when it is full. A capacity `N` of 0 does not compile.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_refusal(Refusal::Reject)
    }

    /// A ring without items that does so with values when it is full.
    #[must_use]
    pub const fn with_refusal(refusal: Refusal) -> Self {
        let geometry = Slots::of_array::<N>();
        Self { ctl: Ctl::new(geometry, refusal), slots: [const { Slot::new() }; N] }
    }

    /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { split(&self.ctl, &self.slots, Slots::of_array::<N>()) }
    }

    /// The first two ends of a shared ring, a `static` say. After all its ends have been dropped the ring can be split again,
    /// with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the ring. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// Wait-free, but for the critical section where one is used.
    pub fn try_split(&self) -> Result<(Producer<'_, T>, Consumer<'_, T>), InUse> {
        let rest = &self.ctl.rest;
        let decide = || {
            // [MO1] Acquire: pairs with [MP7]. Orders: the last producers' stores before the new ends' loads.
            let producers = rest.producers.load(Ordering::Acquire);
            // [MO2] Acquire: pairs with [MC6], likewise.
            let consumer = rest.consumer.load(Ordering::Acquire);
            if producers != 0 || consumer {
                return None;
            }
            // SAFETY: all ends were gone, nobody else makes new ones while we decide, and these count as out before the next
            // one decides.
            Some(unsafe { split(&self.ctl, &self.slots, Slots::of_array::<N>()) })
        };
        rest.claim.with(decide).ok_or(InUse)
    }
}

impl<T, const N: usize> Drop for Ring<T, N> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { drop_rest(&self.ctl, &self.slots, Slots::of_array::<N>()) };
    }
}

impl<T, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> fmt::Debug for Ring<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("capacity", &N).finish_non_exhaustive()
    }
}

/// A ring in a caller's slice: where the capacity is known only at run time, without an allocator.
///
/// # Examples
/// ```
/// use forebay_core::mpsc::{SliceRing, Slot};
///
/// let mut memory = [const { Slot::new() }; 16];
/// let mut ring = SliceRing::<u8>::new(&mut memory[..10])?;
/// let (mut producer, _consumer) = ring.split();
/// assert_eq!(producer.push_iter(0..), 10);
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T> {
    ctl: Ctl,
    slots: &'a mut [Slot<T>],
    geometry: Slots,
}

// SAFETY: sharing the ring lets nobody at its items. Sent, it sends the items in it.
unsafe impl<T: Send> Send for SliceRing<'_, T> {}
// SAFETY: there is nothing to do with a shared reference but to print it.
unsafe impl<T: Send> Sync for SliceRing<'_, T> {}

impl<'a, T> SliceRing<'a, T> {
    /// A ring without items, with as many slots as the slice has, that gives values back when it is full.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if the slice is empty; [`TooLarge`](CapacityError::TooLarge) above 2<sup>30</sup> slots,
    /// with 32 bits above 16384.
    pub fn new(slots: &'a mut [Slot<T>]) -> Result<Self, CapacityError> {
        let geometry = Slots::new(slots.len())?;
        slots.fill_with(Slot::new);
        Ok(Self { ctl: Ctl::new(geometry, Refusal::Reject), slots, geometry })
    }

    /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { split(&self.ctl, self.slots, self.geometry) }
    }
}

impl<T> Drop for SliceRing<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { drop_rest(&self.ctl, self.slots, self.geometry) };
    }
}

impl<T> fmt::Debug for SliceRing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceRing").field("capacity", &self.geometry.count()).finish_non_exhaustive()
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
    /// use forebay_core::mpsc::HeapRing;
    ///
    /// let (producer, mut consumer) = HeapRing::<String>::new(1000)?.into_ends();
    /// for name in ["a", "b"] {
    ///     let mut producer = producer.clone();
    ///     std::thread::spawn(move || producer.push(name.to_string()));
    /// }
    /// drop(producer);
    /// let mut count = 0;
    /// loop {
    ///     match consumer.pop() {
    ///         Ok(_) => count += 1,
    ///         Err(forebay_core::PopError::Empty) => std::thread::yield_now(),
    ///         Err(forebay_core::PopError::Closed) => break,
    ///     }
    /// }
    /// assert_eq!(count, 2);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub struct HeapRing<T> {
        ctl: Ctl,
        slots: Box<[Slot<T>]>,
        geometry: Slots,
    }

    /// A producer that owns its ring together with the other ends. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T> = Producer<'static, T, Keep<T>>;

    /// A consumer that owns its ring together with the producers. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T> = Consumer<'static, T, Keep<T>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T>(Arc<HeapRing<T>>);

    #[cfg(target_has_atomic = "ptr")]
    impl<T> Clone for Keep<T> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    // SAFETY: sharing the ring lets nobody at its items. Sent, it sends the items in it.
    unsafe impl<T: Send> Send for HeapRing<T> {}
    // SAFETY: there is nothing to do with a shared reference but to print it, and its drop needs `T: Send` alone.
    unsafe impl<T: Send> Sync for HeapRing<T> {}

    impl<T> HeapRing<T> {
        /// A ring without items that gives values back when it is full.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above 2<sup>30</sup> items, with 32 bits above
        /// 16384, [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize) -> Result<Self, CapacityError> {
            let geometry = Slots::new(capacity)?;
            let mut slots = Vec::new();
            slots.try_reserve_exact(capacity).map_err(|_| CapacityError::OutOfMemory)?;
            slots.resize_with(capacity, Slot::new);
            Ok(Self { ctl: Ctl::new(geometry, Refusal::Reject), slots: slots.into_boxed_slice(), geometry })
        }

        /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
            // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
            unsafe { split(&self.ctl, &self.slots, self.geometry) }
        }

        /// Two ends that own the ring together, and with all their clones: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T>, OwnedConsumer<T>) {
            let ring = Arc::new(self);
            // SAFETY: each end keeps the `Arc`, and lets go of it after itself.
            let view = unsafe { View::new(&ring.ctl, &ring.slots, ring.geometry) };
            // SAFETY: we had the ring by value, so no ends are at work, and nobody can reach it to make others.
            let (tx, rx) = unsafe { pair(view) };
            // SAFETY: the end keeps the ring.
            let producer = unsafe { Producer::new(tx, Keep(Arc::clone(&ring))) };
            // SAFETY: the end keeps the ring.
            let consumer = unsafe { Consumer::new(rx, Keep(ring)) };
            (producer, consumer)
        }
    }

    impl<T> Drop for HeapRing<T> {
        fn drop(&mut self) {
            // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
            unsafe { drop_rest(&self.ctl, &self.slots, self.geometry) };
        }
    }

    impl<T> fmt::Debug for HeapRing<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("HeapRing").field("capacity", &self.geometry.count()).finish_non_exhaustive()
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
