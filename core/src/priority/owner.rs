//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::slice;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{Ctl, View};
use super::{Consumer, Producer};
use crate::owner::{self, Engine, Extent, Memory, Owner, Parts, Slots};
use crate::swap::Cell;
use crate::swap::slot::carve;
use crate::swap::word::Shape;
use crate::sync::{Claim, Ordering, SwapWord};
use crate::{CapacityError, InUse, Overflow};

// SAFETY: the consumer has its flag, and each producer is counted, from when it is made until its drop has done all else.
unsafe impl<T, const C: usize> Engine for View<T, C> {
    type Tx = Tx<T, C>;
    type Rx = Rx<T, C>;

    fn claim(&self) -> &Claim {
        &self.ctl().ends.claim
    }

    fn has_ends(&self) -> bool {
        // [PR7] Acquire: pairs with [PR6]. Orders: the last producers' pushes before the new ends' loads.
        let producers = self.ctl().ends.producers.load(Ordering::Acquire);
        // [PR8] Acquire: pairs with [PR4], likewise.
        let consumer = self.ctl().ends.consumer.load(Ordering::Acquire);
        producers != 0 || consumer
    }

    fn forget_ends(self) {
        // Relaxed: the owner has the ring to itself.
        self.ctl().ends.producers.store(0, Ordering::Relaxed);
    }

    #[inline(always)]
    unsafe fn pair(self) -> (Tx<T, C>, Rx<T, C>) {
        self.make();
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

// SAFETY: the view is of these words and cells. Beside the items there are only atomics and numbers.
unsafe impl<T, W, V, G, const C: usize> Memory for Parts<Ctl<C>, (W, V), G>
where
    W: Slots<Slot = SwapWord>,
    V: Slots<Slot = Cell<T>>,
    G: Extent<Shape>,
{
    type Engine = View<T, C>;
    type Item = T;

    fn engine(&self) -> View<T, C> {
        let (words, cells) = (NonNull::from(self.slots.0.as_slice()), NonNull::from(self.slots.1.as_slice()));
        let shape = self.extent.get();
        debug_assert_eq!((words.len(), cells.len()), (shape.slots() * (C + 1), shape.slots()));
        // SAFETY: both have as many places as they are to have, and last as long as the owner.
        unsafe { View::new(NonNull::from(&self.ctl), words.cast(), cells.cast(), shape) }
    }
}

type InArray<T, const N: usize, const C: usize> = Parts<Ctl<C>, (Lanes<N, C>, [Cell<T>; N]), OfLanes<N>>;
type InSlice<'a, T, const C: usize> = Parts<Ctl<C>, (&'a mut [SwapWord], &'a mut [Cell<T>]), Shape>;

/// The extent of lanes of `N` slots.
struct OfLanes<const N: usize>;

impl<const N: usize> Extent<Shape> for OfLanes<N> {
    fn get(&self) -> Shape {
        Shape::of_array::<N, 1>()
    }
}

/// The words of all lanes, side by side.
#[repr(C)]
struct Lanes<const N: usize, const C: usize> {
    classes: [[SwapWord; N]; C],
    free: [SwapWord; N],
}

// SAFETY: it is they.
unsafe impl<const N: usize, const C: usize> Slots for Lanes<N, C> {
    type Slot = SwapWord;

    fn as_slice(&self) -> &[SwapWord] {
        let first: NonNull<SwapWord> = NonNull::from(self).cast();
        // SAFETY: they lie side by side, and the pointer is made from all of them.
        unsafe { slice::from_raw_parts(first.as_ptr(), N * (C + 1)) }
    }
}

/// For so many classes: their number is checked at compile time.
const fn ctl<const C: usize>(overflow: Overflow) -> Ctl<C> {
    const { assert!(C > 0, "there is at least one class") };
    Ctl::new(overflow)
}

type Ends<'q, T, const C: usize, K = ()> = (Producer<'q, T, C, K>, Consumer<'q, T, C, K>);

#[inline(always)]
fn ends<T, K, const C: usize>((tx, rx): owner::Ends<'_, View<T, C>, K>) -> Ends<'_, T, C, K> {
    (Producer::new(tx), Consumer::new(rx))
}

/// A ring whose memory lies in it: for statics, for the stack, or within something larger.
///
/// `N` is the capacity, of all classes together, and `C` how many classes there are.
///
/// # Memory
/// `N` items, `N * (C + 1)` words of 8 bytes (of 4 on 32-bit targets without 64-bit atomics), and the shared words, padded
/// to some cache lines where there are caches. [`size_of`] tells. A `static` ring is not all zeros at first, and takes as much flash
/// as RAM where there is flash.
///
/// # Limits
/// `N + 1` is below 2^54, and below 2^22 where words have 32 bits: more does not compile.
///
/// # Examples
/// ```
/// use forebay_core::priority::Ring;
///
/// static LOG: Ring<u16, 16, 3> = Ring::new();
///
/// let (producer, mut consumer) = LOG.try_split()?;
/// std::thread::scope(|threads| {
///     for class in 0..3 {
///         let mut producer = producer.clone();
///         threads.spawn(move || (0..16).for_each(|number| drop(producer.push(class, number))));
///     }
/// });
/// assert_eq!(consumer.inside(0), 16, "what is most important has displaced all else");
/// assert!(consumer.drain().all(|(class, _)| class == 0));
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// A capacity of 0 does not compile, nor does a ring without classes:
/// ```compile_fail
/// forebay_core::priority::Ring::<u16, 0, 2>::new();
/// ```
/// ```compile_fail
/// forebay_core::priority::Ring::<u16, 1, 0>::new();
/// ```
pub struct Ring<T, const N: usize, const C: usize> {
    owner: Owner<InArray<T, N, C>>,
}

impl<T, const N: usize, const C: usize> Ring<T, N, C> {
    /// A ring without items, whose policy is to [reject](Overflow::Reject).
    #[must_use]
    pub const fn new() -> Self {
        Self::with_overflow(Overflow::Reject)
    }

    /// A ring without items, with a policy for what a push does at full if there is nothing less important inside.
    #[must_use]
    pub const fn with_overflow(overflow: Overflow) -> Self {
        let _ = Shape::of_array::<N, 1>();
        let words =
            Lanes { classes: [const { [const { SwapWord::new(0) }; N] }; C], free: [const { SwapWord::new(0) }; N] };
        let cells = [const { Cell::new() }; N];
        Self { owner: Owner::new(Parts { ctl: ctl(overflow), slots: (words, cells), extent: OfLanes }) }
    }

    /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T, C>, Consumer<'_, T, C>) {
        ends(self.owner.split())
    }

    /// A producer and the consumer of a shared ring, a `static` say; there is one such pair at a time, and the clones of its
    /// producer. After all have been dropped the ring can be split again, with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the ring. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// Wait-free, in a number of steps that grows with the capacity.
    pub fn try_split(&self) -> Result<(Producer<'_, T, C>, Consumer<'_, T, C>), InUse> {
        self.owner.try_split().map(ends)
    }
}

impl<T, const N: usize, const C: usize> Default for Ring<T, N, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, const C: usize> fmt::Debug for Ring<T, N, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug::<C>(f, "Ring", N)
    }
}

/// Room for one item, in the memory that is handed to a [`SliceRing`].
///
/// # Memory
/// A word of 8 bytes (of 4 on 32-bit targets without 64-bit atomics) for each class and one more, and the item, rounded up to the
/// alignment of both.
#[repr(transparent)]
pub struct Slot<T, const C: usize>(UnsafeCell<MaybeUninit<Room<T, C>>>);

/// As much memory as the words of a slot and a cell take.
#[repr(C)]
struct Room<T, const C: usize> {
    classes: [SwapWord; C],
    free: SwapWord,
    cell: Cell<T>,
}

impl<T, const C: usize> Slot<T, C> {
    /// A slot without an item.
    #[must_use]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }
}

impl<T, const C: usize> Default for Slot<T, C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const C: usize> fmt::Debug for Slot<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// A ring in a caller's slice: where the capacity is known only at run time, without an allocator.
///
/// # Memory
/// Of the slice, one [`Slot`] for each item. The words of all of them lie at its start and the items after those, so that the words
/// are as close together as in the other rings.
///
/// # Examples
/// ```
/// use forebay_core::Pushed;
/// use forebay_core::priority::{SliceRing, Slot};
///
/// let mut memory = [const { Slot::<_, 2>::new() }; 16];
/// let mut ring = SliceRing::new(&mut memory[..10])?;
/// let (mut producer, mut consumer) = ring.split();
/// (0..10).for_each(|number| assert_eq!(producer.push(1, number), Ok(Pushed::Stored)));
/// assert_eq!(producer.push(0, 10), Ok(Pushed::Evicted(0)));
/// assert_eq!(consumer.pop(), Ok((0, 10)));
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T, const C: usize> {
    owner: Owner<InSlice<'a, T, C>>,
}

impl<'a, T, const C: usize> SliceRing<'a, T, C> {
    /// A ring without items, that holds as many as the slice has slots, and whose policy is to [reject](Overflow::Reject).
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if the slice is empty, [`TooLarge`](CapacityError::TooLarge) above the [limits](Ring#limits).
    pub fn new(memory: &'a mut [Slot<T, C>]) -> Result<Self, CapacityError> {
        Self::with_overflow(memory, Overflow::Reject)
    }

    /// The same, with a policy for what a push does at full if there is nothing less important inside.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_overflow(memory: &'a mut [Slot<T, C>], overflow: Overflow) -> Result<Self, CapacityError> {
        let extent = Shape::new(memory.len(), 1)?;
        // SAFETY: a slot is a room for so many words and a cell.
        let slots = unsafe { carve(memory, C + 1) };
        Ok(Self { owner: Owner::new(Parts { ctl: ctl(overflow), slots, extent }) })
    }

    /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T, C>, Consumer<'_, T, C>) {
        ends(self.owner.split())
    }
}

impl<T, const C: usize> fmt::Debug for SliceRing<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug::<C>(f, "SliceRing", self.owner.memory().extent.slots())
    }
}

fn debug<const C: usize>(f: &mut fmt::Formatter<'_>, name: &str, capacity: usize) -> fmt::Result {
    f.debug_struct(name).field("capacity", &capacity).field("classes", &C).finish_non_exhaustive()
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

    type OnHeap<T, const C: usize> = Parts<Ctl<C>, (Box<[SwapWord]>, Box<[Cell<T>]>), Shape>;

    /// A ring on the heap. It allocates its slots when it is made; [`into_ends`](Self::into_ends) allocates once more for the
    /// shared words; pushes and pops never do.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::priority::HeapRing;
    ///
    /// let (producer, mut consumer) = HeapRing::<String, 2>::new(1000)?.into_ends();
    /// let mut another = producer.clone();
    /// std::thread::spawn(move || drop(another.push(0, "hello".to_string()))).join().unwrap();
    /// assert_eq!(consumer.pop().unwrap(), (0, "hello".to_string()));
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub struct HeapRing<T, const C: usize> {
        owner: Owner<OnHeap<T, C>>,
    }

    /// A producer that owns its ring together with the other ends. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T, const C: usize> = Producer<'static, T, C, Keep<T, C>>;

    /// A consumer that owns its ring together with the producers. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T, const C: usize> = Consumer<'static, T, C, Keep<T, C>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T, const C: usize>(Arc<Owner<OnHeap<T, C>>>);

    impl<T, const C: usize> HeapRing<T, C> {
        /// A ring without items, for so many items of all classes together, whose policy is to [reject](Overflow::Reject).
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above the [limits](super::super::Ring#limits),
        /// [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize) -> Result<Self, CapacityError> {
            Self::with_overflow(capacity, Overflow::Reject)
        }

        /// The same, with a policy for what a push does at full if there is nothing less important inside.
        ///
        /// # Errors
        /// As [`new`](Self::new).
        pub fn with_overflow(capacity: usize, overflow: Overflow) -> Result<Self, CapacityError> {
            let extent = Shape::new(capacity, 1)?;
            let words =
                C.checked_add(1).and_then(|lanes| capacity.checked_mul(lanes)).ok_or(CapacityError::TooLarge)?;
            // The cells first: they are mostly the larger part, and are not touched here.
            let cells = boxed(capacity, Cell::new)?;
            let words = boxed(words, || SwapWord::new(0))?;
            Ok(Self { owner: Owner::new(Parts { ctl: ctl(overflow), slots: (words, cells), extent }) })
        }

        /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T, C>, Consumer<'_, T, C>) {
            ends(self.owner.split())
        }

        /// Ends that own the ring together, and with all clones: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T, C>, OwnedConsumer<T, C>) {
            // SAFETY: it has what it is given.
            ends(unsafe { self.owner.into_ends(Keep) })
        }
    }

    impl<T, const C: usize> fmt::Debug for HeapRing<T, C> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            debug::<C>(f, "HeapRing", self.owner.memory().extent.slots())
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T, const C: usize> Clone for Keep<T, C> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T, const C: usize> fmt::Debug for Keep<T, C> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
