//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{Ctl, View};
use super::{Consumer, Dense, Layout, Producer, Slot};
use crate::CapacityError;
use crate::owner::{self, Engine, Extent, Memory, OfArray, Owner, Parts, Slots};
use crate::position::Capacity;
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
use crate::{
    InUse,
    sync::{Claim, Ordering},
};

// SAFETY: each end has its flag from when it is made until its drop has done all else.
unsafe impl<T, L: Layout> Engine for View<T, L> {
    type Tx = Tx<T, L>;
    type Rx = Rx<T, L>;

    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    fn claim(&self) -> &Claim {
        &self.ctl().ends.claim
    }

    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    fn has_ends(&self) -> bool {
        // [O1] Acquire: pairs with [P6]. Orders: the last producer's stores before the new ends' loads.
        let producer = self.ctl().ends.producer.load(Ordering::Acquire);
        // [O2] Acquire: pairs with [C6], likewise.
        let consumer = self.ctl().ends.consumer.load(Ordering::Acquire);
        producer || consumer
    }

    #[inline(always)]
    unsafe fn pair(self) -> (Tx<T, L>, Rx<T, L>) {
        self.arm();
        let at = self.at_rest();
        // SAFETY: no other ends are at work.
        let rx = unsafe { Rx::new(self, at) };
        // SAFETY: no other ends are at work; the consumer's end made above has not left this function.
        let tx = unsafe { Tx::new(self, at) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        let (head, len) = self.settled();
        // SAFETY: I1: these are the items inside, and nobody else is there to take them.
        unsafe { self.drop_items(head, len) };
    }
}

// SAFETY: the view is of these slots and words. Beside the items there are only atomics and numbers.
unsafe impl<T, L: Layout, S: Slots<Slot = Slot<T, L>>, G: Extent<Capacity>> Memory for Parts<Ctl, S, G> {
    type Engine = View<T, L>;
    type Item = T;

    fn engine(&self) -> View<T, L> {
        // SAFETY: the extent is that of these slots, and they last as long as the owner.
        unsafe { View::new(&self.ctl, self.slots.as_slice(), self.extent.get()) }
    }
}

type InArray<T, const N: usize, L> = Parts<Ctl, [Slot<T, L>; N], OfArray<N>>;
type InSlice<'a, T, L> = Parts<Ctl, &'a mut [Slot<T, L>], Capacity>;

impl<const N: usize> Extent<Capacity> for OfArray<N> {
    fn get(&self) -> Capacity {
        Capacity::of_array::<N>()
    }
}

type Ends<'q, T, L, K = ()> = (Producer<'q, T, L, K>, Consumer<'q, T, L, K>);

#[inline(always)]
fn ends<T, L: Layout, K>((tx, rx): owner::Ends<'_, View<T, L>, K>) -> Ends<'_, T, L, K> {
    (Producer::new(tx), Consumer::new(rx))
}

/// A ring whose slots lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// `N` [slots](Slot) and the shared words: two positions, three flags, the pressure and its marks, 24 bytes on a 32-bit microcontroller; padded to
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
    owner: Owner<InArray<T, N, L>>,
}

impl<T, const N: usize, L: Layout> Ring<T, N, L> {
    /// A ring without items. A capacity `N` of 0 does not compile.
    #[must_use]
    pub const fn new() -> Self {
        let _ = Capacity::of_array::<N>();
        let slots = [const { Slot::new() }; N];
        Self { owner: Owner::new(Parts { ctl: Ctl::new(), slots, extent: OfArray }) }
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// With `&'static mut` they are `'static`, on every core and without a claim.
    #[inline(always)]
    pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        ends(self.owner.split())
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
        self.owner.try_split().map(ends)
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
    owner: Owner<InSlice<'a, T, L>>,
}

impl<'a, T, L: Layout> SliceRing<'a, T, L> {
    /// A ring without items, with as many slots as the slice has.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if the slice is empty; [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` slots,
    /// which only items without a size can reach.
    pub fn new(slots: &'a mut [Slot<T, L>]) -> Result<Self, CapacityError> {
        let extent = Capacity::new(slots.len())?;
        // The slots may have been a ring before, and marks of that time would pass for ours.
        if View::<T, L>::FLAGGED {
            slots.fill_with(Slot::new);
        }
        Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(), slots, extent }) })
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        ends(self.owner.split())
    }
}

impl<T, L: Layout> fmt::Debug for SliceRing<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceRing").field("capacity", &self.owner.memory().extent.get()).finish_non_exhaustive()
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

    type OnHeap<T, L> = Parts<Ctl, Box<[Slot<T, L>]>, Capacity>;

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
        owner: Owner<OnHeap<T, L>>,
    }

    /// A producer that owns its ring together with its consumer. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T, L = Dense> = Producer<'static, T, L, Keep<T, L>>;

    /// A consumer that owns its ring together with its producer. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T, L = Dense> = Consumer<'static, T, L, Keep<T, L>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T, L: Layout = Dense>(#[expect(dead_code, reason = "held for its drop")] Arc<Owner<OnHeap<T, L>>>);

    impl<T, L: Layout> HeapRing<T, L> {
        /// A ring without items.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` items or bytes,
        /// [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize) -> Result<Self, CapacityError> {
            let extent = Capacity::new(capacity)?;
            let slots = boxed(capacity, Slot::new)?;
            Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(), slots, extent }) })
        }

        /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
            ends(self.owner.split())
        }

        /// Two ends that own the ring together: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T, L>, OwnedConsumer<T, L>) {
            // SAFETY: it has what it is given.
            ends(unsafe { self.owner.into_ends(Keep) })
        }
    }

    impl<T, L: Layout> fmt::Debug for HeapRing<T, L> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("HeapRing").field("capacity", &self.owner.memory().extent.get()).finish_non_exhaustive()
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T, L: Layout> fmt::Debug for Keep<T, L> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
