//! Who owns the memory: an inline array, a caller's slices, or the heap.

use core::fmt;
use core::ptr::NonNull;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{Cell, Ctl, View};
use super::word::Shape;
use super::{Consumer, Producer};
use crate::sync::{Ordering, SwapWord};
use crate::{InUse, Overflow};

/// Pairs the ends of a ring.
///
/// # Safety
/// No ends of this ring are at work, and those made here get to work only after this call and end before the ring does.
unsafe fn pair<T>(ring: View<T>) -> Option<(Tx<T>, Rx<T>)> {
    ring.make();
    let admission = ring.admit().ok()?;
    let tx = Tx::new(ring, admission, ring.head());
    // SAFETY: no other ends are at work; the producer's end made above has not left this function.
    let rx = unsafe { Rx::new(ring) };
    Some((tx, rx))
}

/// Pairs the ends of a ring that is borrowed for `'q`. Ends that are out count as forgotten.
///
/// # Safety
/// The view's memory is borrowed for `'q`. No ends of this ring are at work, and none are made while these are.
unsafe fn split<'q, T>(ring: View<T>) -> (Producer<'q, T>, Consumer<'q, T>) {
    ring.make();
    ring.reseat();
    // SAFETY: as the caller says.
    let Some((tx, rx)) = (unsafe { pair(ring) }) else { unreachable!("all seats are free") };
    // SAFETY: the ring is borrowed for `'q`.
    let producer = unsafe { Producer::new(tx, ()) };
    // SAFETY: as above.
    let consumer = unsafe { Consumer::new(rx, ()) };
    (producer, consumer)
}

/// A ring whose slots lie in it: for statics, for the stack, or within something larger.
///
/// `N` is the capacity, `P` how many producers there can be at a time.
///
/// # Memory
/// `N + P + 1` items, as many words of 8 bytes (of 4 on 32-bit targets without 64-bit atomics), and the shared words, padded
/// to some cache lines where there are caches. [`size_of`] tells. A `static` ring is all zeros at first.
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
    ctl: Ctl,
    words: Parts<SwapWord, N, P>,
    cells: Parts<Cell<T>, N, P>,
}

/// `N + P + 1` of something, side by side: there is no array of that length.
#[repr(C)]
struct Parts<V, const N: usize, const P: usize> {
    slots: [V; N],
    producers: [V; P],
    consumer: V,
}

impl<V, const N: usize, const P: usize> Parts<V, N, P> {
    /// The first of them, from which all can be reached.
    fn first(&self) -> NonNull<V> {
        // The pointer is made from the whole, so that it may reach all of it.
        NonNull::from(self).cast()
    }
}

// SAFETY: sharing the ring lets one thread at a time have each end, which takes or brings items, so they must be `Send`.
unsafe impl<T: Send, const N: usize, const P: usize> Sync for Ring<T, N, P> {}
// SAFETY: sending the ring sends the items in it; its ends are not at work, or it could not be moved.
unsafe impl<T: Send, const N: usize, const P: usize> Send for Ring<T, N, P> {}

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
        Self {
            ctl: Ctl::new(overflow),
            words: Parts {
                slots: [const { SwapWord::new(0) }; N],
                producers: [const { SwapWord::new(0) }; P],
                consumer: SwapWord::new(0),
            },
            cells: Parts {
                slots: [const { Cell::new() }; N],
                producers: [const { Cell::new() }; P],
                consumer: Cell::new(),
            },
        }
    }

    fn view(&self) -> View<T> {
        // SAFETY: these are `N + P + 1` words and cells; the callers use the view while the ring is there.
        unsafe {
            View::new(NonNull::from(&self.ctl), self.words.first(), self.cells.first(), Shape::of_array::<N, P>())
        }
    }

    /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// If an end was forgotten before ([`mem::forget`](core::mem::forget)), this takes time in proportion to the square of
    /// the capacity.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { split(self.view()) }
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
        let ends = &self.ctl.ends;
        let decide = || {
            // Relaxed: [S10] follows, and has what the last producers did.
            let producers = ends.producers.load(Ordering::Relaxed) != 0;
            // [S13] Acquire: pairs with [S6]. Orders: the last consumer's stores before the new ends' loads.
            let consumer = ends.consumer.load(Ordering::Acquire);
            if producers || consumer {
                return None;
            }
            // SAFETY: all ends were gone, nobody else makes new ones while we decide, and these count as out before the
            // next one decides.
            let (tx, rx) = unsafe { pair(self.view()) }?;
            // SAFETY: the ring is borrowed for as long as the end.
            let producer = unsafe { Producer::new(tx, ()) };
            // SAFETY: as above.
            let consumer = unsafe { Consumer::new(rx, ()) };
            Some((producer, consumer))
        };
        ends.claim.with(decide).ok_or(InUse)
    }
}

impl<T, const N: usize, const P: usize> Drop for Ring<T, N, P> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { self.view().drop_items() };
    }
}

impl<T, const N: usize, const P: usize> Default for Ring<T, N, P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize, const P: usize> fmt::Debug for Ring<T, N, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("capacity", &N).field("producers", &P).finish_non_exhaustive()
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
    use crate::CapacityError;
    #[cfg(target_has_atomic = "ptr")]
    use crate::sync::Arc;

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
        ctl: Ctl,
        words: Box<[SwapWord]>,
        cells: Box<[Cell<T>]>,
        shape: Shape,
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

    // SAFETY: sharing the ring lets nobody at its items. Sent, it sends the items in it.
    unsafe impl<T: Send> Send for HeapRing<T> {}
    // SAFETY: there is nothing to do with a shared reference but to print it, and its drop needs `T: Send` alone.
    unsafe impl<T: Send> Sync for HeapRing<T> {}

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
            let shape = Shape::new(capacity, producers)?;
            // Both are looked at before the first is made.
            fits::<SwapWord>(shape.cells())?;
            fits::<Cell<T>>(shape.cells())?;
            let words = slice_of(shape.cells(), || SwapWord::new(0))?;
            let cells = slice_of(shape.cells(), Cell::new)?;
            Ok(Self { ctl: Ctl::new(overflow), words, cells, shape })
        }

        fn view(&self) -> View<T> {
            // SAFETY: both have a place for each cell of the shape; the callers use the view while the ring is there.
            unsafe {
                View::new(
                    NonNull::from(&self.ctl),
                    NonNull::from(&*self.words).cast(),
                    NonNull::from(&*self.cells).cast(),
                    self.shape,
                )
            }
        }

        /// A producer and the consumer, for as long as the ring is borrowed. What was inside stays inside.
        ///
        /// If an end was forgotten before ([`mem::forget`](core::mem::forget)), this takes time in proportion to the square
        /// of the capacity.
        pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
            // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
            unsafe { split(self.view()) }
        }

        /// Ends that own the ring together: the last one to go drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedProducer<T>, OwnedConsumer<T>) {
            let ring = Arc::new(self);
            let view = ring.view();
            view.make();
            view.reseat();
            // SAFETY: we had the ring by value, so no ends are at work, and nobody can reach it to make others.
            let Some((tx, rx)) = (unsafe { pair(view) }) else { unreachable!("all seats are free") };
            // SAFETY: the end keeps the ring.
            let producer = unsafe { Producer::new(tx, Keep(Arc::clone(&ring))) };
            // SAFETY: the end keeps the ring.
            let consumer = unsafe { Consumer::new(rx, Keep(ring)) };
            (producer, consumer)
        }
    }

    fn fits<V>(len: usize) -> Result<(), CapacityError> {
        let fits = len.checked_mul(size_of::<V>()).is_some_and(|bytes| bytes <= isize::MAX as usize);
        if fits { Ok(()) } else { Err(CapacityError::TooLarge) }
    }

    fn slice_of<V>(len: usize, new: impl FnMut() -> V) -> Result<Box<[V]>, CapacityError> {
        let mut values = Vec::new();
        values.try_reserve_exact(len).map_err(|_| CapacityError::OutOfMemory)?;
        values.resize_with(len, new);
        Ok(values.into_boxed_slice())
    }

    impl<T> Drop for HeapRing<T> {
        fn drop(&mut self) {
            // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
            unsafe { self.view().drop_items() };
        }
    }

    impl<T> fmt::Debug for HeapRing<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("HeapRing")
                .field("capacity", &self.shape.slots())
                .field("producers", &self.shape.producers())
                .finish_non_exhaustive()
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
