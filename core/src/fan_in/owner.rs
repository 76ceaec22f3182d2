//! Who owns the memory: inline arrays, a caller's slices, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::opener::{Gate, Ticket};
use super::view::{Ctl, LaneMemory, View};
use super::{Consumer, Opener};
use crate::owner::{self, Engine, Extent, Memory, OfArray, Owner, Parts, Slots};
use crate::position::Capacity;
use crate::spsc::Slot;
use crate::sync::{Claim, Ordering};
use crate::{CapacityError, InUse};

// SAFETY: the consumer has its flag, and each opener and producer is counted, from when it is made until its drop has done all
// else.
unsafe impl<T> Engine for View<T> {
    type Tx = Gate<T>;
    type Rx = Rx<T>;

    fn claim(&self) -> &Claim {
        &self.ctl().claim
    }

    fn has_ends(&self) -> bool {
        // [A6] Acquire: pairs with [A1]. Orders: the last producers' stores before the new ends' loads.
        let producers = self.ctl().producers.load(Ordering::Acquire);
        // [A5] Acquire: pairs with [A4], likewise.
        let consumer = self.ctl().consumer.load(Ordering::Acquire);
        producers != 0 || consumer
    }

    fn forget_ends(self) {
        // Relaxed: nobody else has the ring.
        self.ctl().producers.store(0, Ordering::Relaxed);
    }

    unsafe fn pair(self) -> (Gate<T>, Rx<T>) {
        // SAFETY: no other ends are at work.
        let rx = unsafe { Rx::new(self) };
        // SAFETY: as the caller says.
        let ticket = unsafe { Ticket::new(self) };
        (Gate(ticket), rx)
    }

    unsafe fn drop_rest(self) {
        struct Rest<T> {
            ring: View<T>,
            next: usize,
        }

        impl<T> Rest<T> {
            fn run(&mut self) {
                while self.next < self.ring.count() {
                    let number = self.next;
                    self.next += 1;
                    // SAFETY: no ends are at work, and none will be; counted off before, so it is done once even if this panics.
                    unsafe { self.ring.ring(number).drop_rest() };
                }
            }
        }

        impl<T> Drop for Rest<T> {
            fn drop(&mut self) {
                self.run();
            }
        }

        if core::mem::needs_drop::<T>() {
            // Dropping `Rest` a second time, after the run, finds nothing left, unless the run was cut short by a panic.
            Rest { ring: self, next: 0 }.run();
        }
    }
}

// SAFETY: the view is of these words, lanes and slots. Beside the items there are only atomics and numbers, and ends that only
// the consumer's end touches.
unsafe impl<T, L, S, G> Memory for Parts<Ctl, (L, S), G>
where
    L: Slots<Slot = LaneMemory<T>>,
    S: Slots<Slot = Slot<T>>,
    G: Extent<Capacity>,
{
    type Engine = View<T>;
    type Item = T;

    fn engine(&self) -> View<T> {
        // SAFETY: there are so many slots for each lane, and they last as long as the owner.
        unsafe { View::new(&self.ctl, self.slots.0.as_slice(), self.slots.1.as_slice(), self.extent.get()) }
    }
}

type InArray<T, const N: usize, const P: usize> = Parts<Ctl, ([LaneMemory<T>; P], Rows<Slot<T>, N, P>), OfArray<N>>;
type InSlice<'a, T> = Parts<Ctl, (&'a mut [LaneMemory<T>], &'a mut [Slot<T>]), Capacity>;

/// `N × P` of something, side by side: there is no array of that length.
struct Rows<V, const N: usize, const P: usize>([[V; N]; P]);

// SAFETY: it is they.
unsafe impl<V, const N: usize, const P: usize> Slots for Rows<V, N, P> {
    type Slot = V;

    fn as_slice(&self) -> &[V] {
        self.0.as_flattened()
    }
}

type Ends<'q, T, K = ()> = (Opener<'q, T, K>, Consumer<'q, T, K>);

fn ends<T, K>((tx, rx): owner::Ends<'_, View<T>, K>) -> Ends<'_, T, K> {
    (Opener::new(tx), Consumer::new(rx))
}

/// A ring of `P` lanes for `N` items each, which lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// `N × P` [slots](Slot), and for each lane its shared words and what the consumer knows of it: some 30 words on a 32-bit
/// microcontroller, some 1000 bytes elsewhere, padded so that lanes share no cache line. [`size_of`] tells.
///
/// # Examples
/// ```
/// use core::num::NonZeroU32;
/// use forebay_core::fan_in::Ring;
///
/// static RING: Ring<u16, 64, 4> = Ring::new();
///
/// let (opener, mut consumer) = RING.try_split()?;
/// std::thread::scope(|threads| {
///     for number in 0..4 {
///         let mut producer = opener.open(NonZeroU32::MIN).unwrap();
///         threads.spawn(move || producer.push(number).unwrap());
///     }
/// });
/// assert_eq!(consumer.drain().map(|(_, number)| number).sum::<u16>(), 6);
/// assert!(RING.try_split().is_err(), "one consumer is enough");
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// A capacity of 0 does not compile, nor do 0 lanes:
/// ```compile_fail
/// forebay_core::fan_in::Ring::<u16, 0, 4>::new();
/// ```
/// ```compile_fail
/// forebay_core::fan_in::Ring::<u16, 64, 0>::new();
/// ```
pub struct Ring<T, const N: usize, const P: usize> {
    owner: Owner<InArray<T, N, P>>,
}

impl<T, const N: usize, const P: usize> Ring<T, N, P> {
    /// A ring without items and with all lanes free. `N` or `P` of 0 do not compile.
    #[must_use]
    pub const fn new() -> Self {
        let _ = Capacity::of_array::<N>();
        const { assert!(P > 0, "a ring has at least one lane") };
        const { assert!(N.checked_mul(P).is_some(), "the lanes have too many slots together") };
        Self {
            owner: Owner::new(Parts {
                ctl: Ctl::new(),
                slots: ([const { LaneMemory::new() }; P], Rows([const { [const { Slot::new() }; N] }; P])),
                extent: OfArray,
            }),
        }
    }

    /// An opener and the consumer, for as long as the ring is borrowed. What was inside stays inside, in lanes that are free
    /// when it has been taken out.
    pub fn split(&mut self) -> (Opener<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }

    /// An opener and the consumer of a shared ring, a `static` say. After all its ends have been dropped the ring can be split
    /// again, with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the ring. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// Wait-free, but for the critical section where one is used.
    pub fn try_split(&self) -> Result<(Opener<'_, T>, Consumer<'_, T>), InUse> {
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
        debug(f, "Ring", P, N)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, lanes: usize, capacity: usize) -> fmt::Result {
    f.debug_struct(name).field("lanes", &lanes).field("lane_capacity", &capacity).finish_non_exhaustive()
}

/// A ring in a caller's slices: where the lanes or their capacity are known only at run time, without an allocator.
///
/// # Examples
/// ```
/// use core::num::NonZeroU32;
/// use forebay_core::fan_in::{LaneMemory, SliceRing, Slot};
///
/// let (mut lanes, mut slots) = ([const { LaneMemory::new() }; 4], [const { Slot::new() }; 64]);
/// // Two lanes for 10 items each.
/// let mut ring = SliceRing::<u8>::new(&mut lanes[..2], &mut slots[..20])?;
/// let (opener, mut consumer) = ring.split();
/// let mut producer = opener.open(NonZeroU32::MIN).unwrap();
/// assert_eq!(producer.push_iter(0..), 10);
/// assert_eq!(consumer.pop(), Ok((producer.lane(), 0)));
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T> {
    owner: Owner<InSlice<'a, T>>,
}

impl<'a, T> SliceRing<'a, T> {
    /// A ring without items and with all lanes free: as many as the first slice is long. They share the slots equally; what
    /// is left of those isn't used.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if there are no lanes, [`TooShort`](CapacityError::TooShort) if there are fewer slots than
    /// lanes.
    pub fn new(lanes: &'a mut [LaneMemory<T>], slots: &'a mut [Slot<T>]) -> Result<Self, CapacityError> {
        let Some(capacity) = slots.len().checked_div(lanes.len()) else { return Err(CapacityError::Zero) };
        if capacity == 0 {
            return Err(CapacityError::TooShort);
        }
        let extent = Capacity::new(capacity)?;
        // They may have been a ring before.
        lanes.fill_with(LaneMemory::new);
        slots.fill_with(Slot::new);
        Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(), slots: (lanes, slots), extent }) })
    }

    /// An opener and the consumer, for as long as the ring is borrowed. What was inside stays inside, in lanes that are free
    /// when it has been taken out.
    pub fn split(&mut self) -> (Opener<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }
}

impl<T> fmt::Debug for SliceRing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.owner.memory();
        debug(f, "SliceRing", memory.slots.0.len(), memory.extent.get())
    }
}

#[cfg(feature = "alloc")]
pub use heap::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{Keep, OwnedConsumer, OwnedOpener, OwnedProducer};

#[cfg(feature = "alloc")]
mod heap {
    use alloc::boxed::Box;

    use super::*;
    use crate::owner::boxed;
    #[cfg(target_has_atomic = "ptr")]
    use crate::{fan_in::Producer, sync::Arc};

    type OnHeap<T> = Parts<Ctl, (Box<[LaneMemory<T>]>, Box<[Slot<T>]>), Capacity>;

    /// A ring on the heap, whose lanes and capacity are known only at run time. It allocates when it is made;
    /// [`into_ends`](Self::into_ends) allocates once more for the shared words; pushes, pops and openings never do.
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay_core::{PopError, fan_in::HeapRing};
    ///
    /// let (opener, mut consumer) = HeapRing::<String>::new(16, 1000)?.into_ends();
    /// for name in ["a", "b"] {
    ///     let opener = opener.clone();
    ///     std::thread::spawn(move || opener.open(NonZeroU32::MIN).unwrap().push(name.to_string()));
    /// }
    /// drop(opener);
    /// let mut count = 0;
    /// loop {
    ///     match consumer.pop() {
    ///         Ok(_) => count += 1,
    ///         Err(PopError::Empty) => std::thread::yield_now(),
    ///         Err(PopError::Closed) => break,
    ///     }
    /// }
    /// assert_eq!(count, 2);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub struct HeapRing<T> {
        owner: Owner<OnHeap<T>>,
    }

    /// An opener that owns its ring together with the other ends. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedOpener<T> = Opener<'static, T, Keep<T>>;

    /// A producer that owns its ring together with the other ends. It is `'static` if the items are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T> = Producer<'static, T, Keep<T>>;

    /// A consumer that owns its ring together with the other ends. It is `'static` if the items are.
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
        /// A ring without items and with all lanes free: so many lanes, for so many items each.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero) if either number is, [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` items or
        /// bytes together, [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(lanes: usize, lane_capacity: usize) -> Result<Self, CapacityError> {
            let extent = Capacity::new(lane_capacity)?;
            Capacity::new(lanes)?;
            let all = lanes.checked_mul(lane_capacity).ok_or(CapacityError::TooLarge)?;
            Capacity::new(all)?;
            let slots = boxed(all, Slot::new)?;
            let lanes = boxed(lanes, LaneMemory::new)?;
            Ok(Self { owner: Owner::new(Parts { ctl: Ctl::new(), slots: (lanes, slots), extent }) })
        }

        /// An opener and the consumer, for as long as the ring is borrowed. What was inside stays inside, in lanes that are free
        /// when it has been taken out.
        pub fn split(&mut self) -> (Opener<'_, T>, Consumer<'_, T>) {
            ends(self.owner.split())
        }

        /// An opener and the consumer, which own the ring together, and with all producers and further openers: the last one to go
        /// drops it, with what is inside.
        ///
        /// It allocates some hundred bytes, which the ends share, and aborts as [`Arc::new`](alloc::sync::Arc::new) does if
        /// there is no memory for them.
        #[cfg(target_has_atomic = "ptr")]
        #[must_use]
        pub fn into_ends(self) -> (OwnedOpener<T>, OwnedConsumer<T>) {
            // SAFETY: it has what it is given.
            ends(unsafe { self.owner.into_ends(Keep) })
        }
    }

    impl<T> fmt::Debug for HeapRing<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let memory = self.owner.memory();
            debug(f, "HeapRing", memory.slots.0.len(), memory.extent.get())
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
