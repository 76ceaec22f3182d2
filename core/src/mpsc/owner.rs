//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::ticket::Slots as Geometry;
use super::view::{Ctl, View};
use super::{Consumer, Producer, Slot};
use crate::owner::{self, Engine, Extent, Memory, OfArray, Owner, Parts, Slots};
use crate::sync::{Claim, Ordering};
use crate::{CapacityError, InUse, Refusal};

// SAFETY: the consumer has its flag, and each producer is counted, from when it is made until its drop has done all else,
// but for an exchange on the tail, which changes nothing ([MP8]).
unsafe impl<T> Engine for View<T> {
    type Tx = Tx<T>;
    type Rx = Rx<T>;

    fn claim(&self) -> &Claim {
        &self.ctl().rest.claim
    }

    fn has_ends(&self) -> bool {
        // [MO1] Acquire: pairs with [MP7]. Orders: the last producers' stores before the new ends' loads.
        let producers = self.ctl().rest.producers.load(Ordering::Acquire);
        // [MO2] Acquire: pairs with [MC6], likewise.
        let consumer = self.ctl().rest.consumer.load(Ordering::Acquire);
        producers != 0 || consumer
    }

    unsafe fn pair(self) -> (Tx<T>, Rx<T>) {
        self.arm();
        // SAFETY: no other ends are at work.
        let rx = unsafe { Rx::new(self) };
        // SAFETY: as the caller says.
        let tx = unsafe { Tx::new(self) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        // SAFETY: as the caller says.
        unsafe { self.drop_items() };
    }
}

// SAFETY: the view is of these slots and words. Beside the items there are only atomics and numbers.
unsafe impl<T, S: Slots<Slot = Slot<T>>, G: Extent<Geometry>> Memory for Parts<Ctl, S, G> {
    type Engine = View<T>;
    type Item = T;

    fn engine(&self) -> View<T> {
        // SAFETY: the extent is that of these slots, and they last as long as the owner.
        unsafe { View::new(&self.ctl, self.slots.as_slice(), self.extent.get()) }
    }
}

type InArray<T, const N: usize> = Parts<Ctl, [Slot<T>; N], OfArray<N>>;
type InSlice<'a, T> = Parts<Ctl, &'a mut [Slot<T>], Geometry>;

impl<const N: usize> Extent<Geometry> for OfArray<N> {
    fn get(&self) -> Geometry {
        Geometry::of_array::<N>()
    }
}

type Ends<'q, T, K = ()> = (Producer<'q, T, K>, Consumer<'q, T, K>);

fn ends<T, K>((tx, rx): owner::Ends<'_, View<T>, K>) -> Ends<'_, T, K> {
    (Producer::new(tx), Consumer::new(rx))
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
    owner: Owner<InArray<T, N>>,
}

impl<T, const N: usize> Ring<T, N> {
    /// A ring without items that gives values back when it is full. A capacity `N` of 0 does not compile.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_refusal(Refusal::Reject)
    }

    /// A ring without items that does so with values when it is full.
    #[must_use]
    pub const fn with_refusal(refusal: Refusal) -> Self {
        let ctl = Ctl::new(Geometry::of_array::<N>(), refusal);
        Self { owner: Owner::new(Parts { ctl, slots: [const { Slot::new() }; N], extent: OfArray }) }
    }

    /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
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
        self.owner.try_split().map(ends)
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
    owner: Owner<InSlice<'a, T>>,
}

impl<'a, T> SliceRing<'a, T> {
    /// A ring without items, with as many slots as the slice has, that gives values back when it is full.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if the slice is empty; [`TooLarge`](CapacityError::TooLarge) above 2<sup>29</sup> slots,
    /// with 32 bits above 2<sup>26</sup>.
    pub fn new(slots: &'a mut [Slot<T>]) -> Result<Self, CapacityError> {
        Self::with_refusal(slots, Refusal::Reject)
    }

    /// The same, but a ring that does so with values when it is full.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::mpsc::{SliceRing, Slot};
    /// use forebay_core::{PushError, Refusal};
    ///
    /// let mut memory = [const { Slot::new() }; 1];
    /// let mut ring = SliceRing::with_refusal(&mut memory, Refusal::DropIncoming)?;
    /// let (mut producer, consumer) = ring.split();
    /// producer.push('a').unwrap();
    /// assert_eq!(producer.push('b'), Err(PushError::Shed('b')));
    /// # drop(consumer);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub fn with_refusal(slots: &'a mut [Slot<T>], refusal: Refusal) -> Result<Self, CapacityError> {
        let extent = Geometry::new(slots.len())?;
        // The slots may have been a ring before.
        slots.fill_with(Slot::new);
        Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(extent, refusal), slots, extent }) })
    }

    /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }
}

impl<T> fmt::Debug for SliceRing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceRing").field("capacity", &self.owner.memory().extent.count()).finish_non_exhaustive()
    }
}

#[cfg(feature = "alloc")]
pub use heap::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{Keep, OwnedConsumer, OwnedProducer};

#[cfg(feature = "alloc")]
mod heap {
    use alloc::boxed::Box;

    use super::*;
    use crate::owner::boxed;
    #[cfg(target_has_atomic = "ptr")]
    use crate::sync::Arc;

    type OnHeap<T> = Parts<Ctl, Box<[Slot<T>]>, Geometry>;

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
        owner: Owner<OnHeap<T>>,
    }

    /// A producer that owns its ring together with the other ends. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T> = Producer<'static, T, Keep<T>>;

    /// A consumer that owns its ring together with the producers. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T> = Consumer<'static, T, Keep<T>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T>(Arc<Owner<OnHeap<T>>>);

    #[cfg(target_has_atomic = "ptr")]
    impl<T> Clone for Keep<T> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    impl<T> HeapRing<T> {
        /// A ring without items that gives values back when it is full.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above 2<sup>29</sup> items, with 32 bits above
        /// 2<sup>26</sup>, [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize) -> Result<Self, CapacityError> {
            Self::with_refusal(capacity, Refusal::Reject)
        }

        /// The same, but a ring that does so with values when it is full.
        ///
        /// # Errors
        /// As [`new`](Self::new).
        ///
        /// # Examples
        /// ```
        /// use forebay_core::mpsc::HeapRing;
        /// use forebay_core::{PushError, Refusal};
        ///
        /// let (mut producer, _consumer) = HeapRing::with_refusal(1, Refusal::DropIncoming)?.into_ends();
        /// producer.push('a').unwrap();
        /// assert_eq!(producer.push('b'), Err(PushError::Shed('b')));
        /// # Ok::<(), forebay_core::CapacityError>(())
        /// ```
        pub fn with_refusal(capacity: usize, refusal: Refusal) -> Result<Self, CapacityError> {
            let extent = Geometry::new(capacity)?;
            let slots = boxed(capacity, Slot::new)?;
            Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(extent, refusal), slots, extent }) })
        }

        /// The first two ends, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
            ends(self.owner.split())
        }

        /// Two ends that own the ring together, and with all their clones: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T>, OwnedConsumer<T>) {
            // SAFETY: it has what it is given.
            ends(unsafe { self.owner.into_ends(Keep) })
        }
    }

    impl<T> fmt::Debug for HeapRing<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("HeapRing").field("capacity", &self.owner.memory().extent.count()).finish_non_exhaustive()
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After more producers than can be counted were forgotten, the ring is in use for ever, however many come and go.
    #[test]
    fn the_count_of_producers_does_not_come_around() {
        let ring = Ring::<u8, 2>::new();
        let (producer, consumer) = ring.try_split().unwrap();
        let count = &ring.owner.memory().ctl.rest.producers;
        // Relaxed: one thread.
        count.fetch_add(Ctl::MANY - 1, Ordering::Relaxed);
        for _ in 0..3 {
            let clones = [(); 9].map(|()| producer.clone());
            // Relaxed: as above.
            assert_eq!(count.load(Ordering::Relaxed), Ctl::MANY + 1);
            drop(clones);
        }
        drop((producer, consumer));
        assert!(ring.try_split().is_err());
    }
}
