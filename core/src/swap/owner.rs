//! Who owns the memory: an inline array, a caller's slice, or the heap.

use core::fmt;
use core::ptr::NonNull;
use core::slice;

use super::consumer::Rx;
use super::producer::Tx;
use super::slot::{Slot, carve};
use super::view::{Cell, Ctl, View};
use super::word::Shape;
use super::{Consumer, Producer};
use crate::owner::{self, Engine, Extent, Memory, Owner, Parts, Slots};
use crate::sync::{Claim, Ordering, SwapWord};
use crate::{CapacityError, InUse, Overflow};

// SAFETY: the consumer has its flag, and each producer is counted, from when it is made until its drop has done all else.
unsafe impl<T> Engine for View<T> {
    type Tx = Tx<T>;
    type Rx = Rx<T>;

    fn claim(&self) -> &Claim {
        &self.ctl().ends.claim
    }

    fn has_ends(&self) -> bool {
        // [S15] Acquire: pairs with [S9]. Orders: the last producers' pushes and seats before the new ends.
        let producers = self.ctl().ends.producers.load(Ordering::Acquire) != 0;
        // [S13] Acquire: pairs with [S6]. Orders: the last consumer's stores before the new ends' loads.
        let consumer = self.ctl().ends.consumer.load(Ordering::Acquire);
        producers || consumer
    }

    fn forget_ends(self) {
        self.make();
        self.reseat();
    }

    #[inline(always)]
    unsafe fn pair(self) -> (Tx<T>, Rx<T>) {
        self.make();
        let tx = Tx::new(self, self.admit_first(), self.head());
        // SAFETY: no other ends are at work; the producer's end made above has not left this function.
        let rx = unsafe { Rx::new(self) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        // SAFETY: as the caller says.
        unsafe { self.drop_items() };
    }
}

// SAFETY: the view is of these words and cells. Beside the items there are only atomics and numbers.
unsafe impl<T, W, C, G> Memory for Parts<Ctl, (W, C), G>
where
    W: Slots<Slot = SwapWord>,
    C: Slots<Slot = Cell<T>>,
    G: Extent<Shape>,
{
    type Engine = View<T>;
    type Item = T;

    fn engine(&self) -> View<T> {
        let (words, cells) = (NonNull::from(self.slots.0.as_slice()), NonNull::from(self.slots.1.as_slice()));
        let shape = self.extent.get();
        debug_assert_eq!((words.len(), cells.len()), (shape.cells(), shape.cells()));
        // SAFETY: both have a place for each cell of the shape, and last as long as the owner.
        unsafe { View::new(NonNull::from(&self.ctl), words.cast(), cells.cast(), shape) }
    }
}

type InArray<T, const N: usize, const P: usize> = Parts<Ctl, (Row<SwapWord, N, P>, Row<Cell<T>, N, P>), OfRow<N, P>>;
type InSlice<'a, T> = Parts<Ctl, (&'a mut [SwapWord], &'a mut [Cell<T>]), Shape>;

/// The extent of a [`Row`].
struct OfRow<const N: usize, const P: usize>;

impl<const N: usize, const P: usize> Extent<Shape> for OfRow<N, P> {
    fn get(&self) -> Shape {
        Shape::of_array::<N, P>()
    }
}

/// `N + P + 1` of something, side by side: there is no array of that length.
#[repr(C)]
struct Row<V, const N: usize, const P: usize> {
    slots: [V; N],
    producers: [V; P],
    consumer: V,
}

// SAFETY: it is they.
unsafe impl<V, const N: usize, const P: usize> Slots for Row<V, N, P> {
    type Slot = V;

    fn as_slice(&self) -> &[V] {
        let first: NonNull<V> = NonNull::from(self).cast();
        // SAFETY: they lie side by side, and the pointer is made from all of them.
        unsafe { slice::from_raw_parts(first.as_ptr(), N + P + 1) }
    }
}

type Ends<'q, T, K = ()> = (Producer<'q, T, K>, Consumer<'q, T, K>);

#[inline(always)]
fn ends<T, K>((tx, rx): owner::Ends<'_, View<T>, K>) -> Ends<'_, T, K> {
    (Producer::new(tx), Consumer::new(rx))
}

/// A ring whose slots lie in it: for statics, for the stack, or within something larger.
///
/// `N` is the capacity, `P` how many producers there can be at a time: one, if it isn't said. (`Ring<T, 8, 2>` is for two.)
///
/// # Memory
/// `N + P + 1` items, as many words of 8 bytes (of 4 on 32-bit targets without 64-bit atomics), and the shared words, padded
/// to some cache lines where there are caches. [`size_of`] tells. A `static` ring that rejects is all zeros at first. One that is
/// made with another policy is not, and takes as much flash as RAM where there is flash: set the policy after the split there.
///
/// # Limits
/// `N + P` is below 2^54, and below 2^22 where words have 32 bits: more does not compile.
///
/// # Examples
/// ```
/// use forebay_core::{Overflow, swap::Ring};
///
/// static LATEST: Ring<u16, 16, 2> = Ring::with_overflow(Overflow::DropOldest);
///
/// let (mut producer, mut consumer) = LATEST.try_split()?;
/// let mut another = producer.try_clone().unwrap();
/// std::thread::scope(|threads| {
///     threads.spawn(move || (0..100).for_each(|number| drop(producer.push(number))));
///     threads.spawn(move || (100..200).for_each(|number| drop(another.push(number))));
/// });
/// assert_eq!(consumer.pop_all(drop), 16);
/// assert_eq!(consumer.lost(), 184);
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// A capacity of 0 does not compile, nor does a ring without producers:
/// ```compile_fail
/// forebay_core::swap::Ring::<u16, 0>::new();
/// ```
/// ```compile_fail
/// forebay_core::swap::Ring::<u16, 1, 0>::new();
/// ```
pub struct Ring<T, const N: usize, const P: usize = 1> {
    owner: Owner<InArray<T, N, P>>,
}

impl<T, const N: usize, const P: usize> Ring<T, N, P> {
    /// A ring without items, whose policy is to [reject](Overflow::Reject).
    #[must_use]
    pub const fn new() -> Self {
        Self::with_overflow(Overflow::Reject)
    }

    /// A ring without items, with a policy for what a push does at full.
    #[must_use]
    pub const fn with_overflow(overflow: Overflow) -> Self {
        let _ = Shape::of_array::<N, P>();
        let words = Row {
            slots: [const { SwapWord::new(0) }; N],
            producers: [const { SwapWord::new(0) }; P],
            consumer: SwapWord::new(0),
        };
        let cells =
            Row { slots: [const { Cell::new() }; N], producers: [const { Cell::new() }; P], consumer: Cell::new() };
        Self { owner: Owner::new(Parts { ctl: Ctl::new(overflow), slots: (words, cells), extent: OfRow }) }
    }

    /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// If an end was forgotten before ([`mem::forget`](core::mem::forget)), this takes time in proportion to the square of
    /// the capacity.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
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
    /// Wait-free, in a number of steps that grows with the capacity and with `P`.
    pub fn try_split(&self) -> Result<(Producer<'_, T>, Consumer<'_, T>), InUse> {
        self.owner.try_split().map(ends)
    }
}

impl<T, const N: usize, const P: usize> Default for Ring<T, N, P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, const P: usize> fmt::Debug for Ring<T, N, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Ring", Shape::of_array::<N, P>())
    }
}

/// A ring in a caller's slice: where the capacity or the number of producers is known only at run time, without an allocator.
///
/// # Memory
/// Of the slice, one [`Slot`] for each item, one for each producer, and one for the consumer. The words of all of them lie at
/// its start and the items after those, so that the words are as close together as in the other rings.
///
/// # Examples
/// ```
/// use forebay_core::swap::{SliceRing, Slot};
/// use forebay_core::{Overflow, Pushed};
///
/// let (capacity, producers) = (10, 2);
/// let mut memory = [const { Slot::new() }; 16];
/// let memory = &mut memory[..capacity + producers + 1];
/// let mut ring = SliceRing::<u8>::with_overflow(memory, producers, Overflow::DropOldest)?;
/// let (mut producer, mut consumer) = ring.split();
/// let mut another = producer.try_clone().unwrap();
/// for number in 0..10 {
///     assert_eq!(producer.push(number), Ok(Pushed::Stored));
/// }
/// assert_eq!(another.push(10), Ok(Pushed::Evicted(0)));
/// assert_eq!(consumer.pop(), Ok(1));
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T> {
    owner: Owner<InSlice<'a, T>>,
}

impl<'a, T> SliceRing<'a, T> {
    /// A ring without items, for so many producers at a time, whose policy is to [reject](Overflow::Reject). It holds as many
    /// items as the slice has slots, less one for each producer and one for the consumer.
    ///
    /// # Errors
    /// [`TooShort`](CapacityError::TooShort) if that leaves no slot for an item, [`Zero`](CapacityError::Zero) if there are no
    /// producers, [`TooLarge`](CapacityError::TooLarge) above the [limits](super::Ring#limits).
    pub fn new(memory: &'a mut [Slot<T>], producers: usize) -> Result<Self, CapacityError> {
        Self::with_overflow(memory, producers, Overflow::Reject)
    }

    /// The same, with a policy for what a push does at full.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_overflow(
        memory: &'a mut [Slot<T>],
        producers: usize,
        overflow: Overflow,
    ) -> Result<Self, CapacityError> {
        let capacity = memory.len().saturating_sub(producers).saturating_sub(1);
        if capacity == 0 {
            return Err(CapacityError::TooShort);
        }
        let extent = Shape::new(capacity, producers)?;
        // SAFETY: a slot is a room for a word and a cell.
        let slots = unsafe { carve(memory, 1) };
        Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(overflow), slots, extent }) })
    }

    /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// If an end was forgotten before ([`mem::forget`](core::mem::forget)), this takes time in proportion to the square of
    /// the capacity.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }
}

impl<T> fmt::Debug for SliceRing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "SliceRing", self.owner.memory().extent)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, shape: Shape) -> fmt::Result {
    f.debug_struct(name)
        .field("capacity", &shape.slots())
        .field("producers", &shape.producers())
        .finish_non_exhaustive()
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

    type OnHeap<T> = Parts<Ctl, (Box<[SwapWord]>, Box<[Cell<T>]>), Shape>;

    /// A ring on the heap. It allocates its slots when it is made; [`into_ends`](Self::into_ends) allocates once more for the
    /// shared words; pushes and pops never do.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::swap::HeapRing;
    ///
    /// let (mut producer, mut consumer) = HeapRing::<String>::new(1000, 4)?.into_ends();
    /// let mut another = producer.try_clone().unwrap();
    /// std::thread::spawn(move || drop(another.push("hello".to_string()))).join().unwrap();
    /// let _ = producer.push("world".to_string());
    /// assert_eq!(consumer.pop().unwrap(), "hello");
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

    impl<T> HeapRing<T> {
        /// A ring without items, for so many items and so many producers at a time, whose policy is to
        /// [reject](Overflow::Reject).
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero) if either number is, [`TooLarge`](CapacityError::TooLarge) above the
        /// [limits](super::super::Ring#limits), [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(capacity: usize, producers: usize) -> Result<Self, CapacityError> {
            Self::with_overflow(capacity, producers, Overflow::Reject)
        }

        /// The same, with a policy for what a push does at full.
        ///
        /// # Errors
        /// As [`new`](Self::new).
        pub fn with_overflow(capacity: usize, producers: usize, overflow: Overflow) -> Result<Self, CapacityError> {
            let extent = Shape::new(capacity, producers)?;
            // The cells first: they are mostly the larger part, and are not touched here.
            let cells = boxed(extent.cells(), Cell::new)?;
            let words = boxed(extent.cells(), || SwapWord::new(0))?;
            Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(overflow), slots: (words, cells), extent }) })
        }

        /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
        ///
        /// If an end was forgotten before ([`mem::forget`](core::mem::forget)), this takes time in proportion to the square
        /// of the capacity.
        pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
            ends(self.owner.split())
        }

        /// Ends that own the ring together: the last one to go drops it, with what is inside.
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
            debug(f, "HeapRing", self.owner.memory().extent)
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> Clone for Keep<T> {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
