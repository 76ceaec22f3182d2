//! Who owns the memory: an inline array, a caller's slices, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{KeyMemory, View};
use super::{Consumer, Producer};
use crate::owner::{self, Engine, Memory, Owner, Slots};
use crate::position::Capacity;
use crate::spsc::{LaneCtl, Slot};
use crate::sync::Claim;
use crate::{CapacityError, InUse};

// SAFETY: the ends of the ring of keys are in those of this ring, and go with them: it has their flags, and one claim.
unsafe impl<T> Engine for View<T> {
    type Tx = Tx<T>;
    type Rx = Rx<T>;

    fn claim(&self) -> &Claim {
        self.lane.claim()
    }

    fn has_ends(&self) -> bool {
        self.lane.has_ends()
    }

    unsafe fn pair(self) -> (Tx<T>, Rx<T>) {
        for key in self.keys() {
            key.deal();
        }
        // SAFETY: no other ends are at work.
        let rx = unsafe { Rx::new(self) };
        // SAFETY: no other ends are at work; the consumer's end made above has not left this function.
        let tx = unsafe { Tx::new(self) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        // SAFETY: as the caller says.
        unsafe { self.drop_values() };
    }
}

/// The ring of keys, and the values of each.
struct Keys<V, S> {
    ctl: LaneCtl,
    keys: V,
    slots: S,
}

// SAFETY: the view is of these words, keys and slots, of which there are equally many, as the constructors see to. Beside the values
// there are only atomics and numbers, and of those that are none each has one end that touches it.
unsafe impl<T, V: Slots<Slot = KeyMemory<T>>, S: Slots<Slot = Slot<usize>>> Memory for Keys<V, S> {
    type Engine = View<T>;
    type Item = T;

    fn engine(&self) -> View<T> {
        let (keys, slots) = (self.keys.as_slice(), self.slots.as_slice());
        // SAFETY: as above, and they last as long as the owner.
        unsafe { View::new(&self.ctl, keys, slots, Capacity::of_slots(keys)) }
    }
}

type InArray<T, const N: usize> = Keys<[KeyMemory<T>; N], [Slot<usize>; N]>;
type InSlice<'a, T> = Keys<&'a mut [KeyMemory<T>], &'a mut [Slot<usize>]>;

type Ends<'q, T, K = ()> = (Producer<'q, T, K>, Consumer<'q, T, K>);

fn ends<T, K>((tx, rx): owner::Ends<'_, View<T>, K>) -> Ends<'_, T, K> {
    (Producer::new(tx), Consumer::new(rx))
}

/// A ring for `N` keys, whose values lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// For each key a [`KeyMemory`] (three values, a machine word and three bytes, rounded up to the alignment of values and words) and a
/// [`Slot`] (a machine word): 48 bytes for a key of `u64`, and 20 for one of `u16` on a 32-bit microcontroller. And the shared words
/// of the ring of keys, padded to some cache lines where there are caches. [`size_of`] tells. A `static` ring is all zeros at first.
///
/// # Examples
/// ```
/// use forebay_core::conflated::Ring;
///
/// static STATE: Ring<u16, 8> = Ring::new();
///
/// let (mut producer, mut consumer) = STATE.try_split()?;
/// std::thread::spawn(move || (0..100).for_each(|step| drop(producer.push(step % 8, step as u16)))).join().unwrap();
/// assert_eq!(consumer.pop(), Ok((0, 96)));
/// assert_eq!(consumer.len(), 7);
/// # Ok::<(), forebay_core::InUse>(())
/// ```
/// Without keys it does not compile:
/// ```compile_fail
/// forebay_core::conflated::Ring::<u16, 0>::new();
/// ```
pub struct Ring<T, const N: usize> {
    owner: Owner<InArray<T, N>>,
}

impl<T, const N: usize> Ring<T, N> {
    /// A ring without values. `N` of 0 does not compile.
    #[must_use]
    pub const fn new() -> Self {
        let _ = Capacity::of_array::<N>();
        let keys = [const { KeyMemory::new() }; N];
        let slots = [const { Slot::new() }; N];
        Self { owner: Owner::new(Keys { ctl: LaneCtl::new(), keys, slots }) }
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    ///
    /// With `&'static mut` they are `'static`, and without a claim.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }

    /// The two ends of a shared ring, a `static` say; there is one pair at a time. After both have been dropped the ring can be
    /// split again, with what was inside.
    ///
    /// # Errors
    /// [`InUse`] while an end is out, or while another thread is splitting the ring. An end that was forgotten
    /// ([`mem::forget`](core::mem::forget)) stays out for ever.
    ///
    /// # Progress
    /// One step for each key, and wait-free, but for the critical section where one is used.
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
        debug(f, "Ring", N)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, capacity: usize) -> fmt::Result {
    f.debug_struct(name).field("capacity", &capacity).finish_non_exhaustive()
}

/// A ring in a caller's slices: where the number of keys is known only at run time, without an allocator.
///
/// # Memory
/// That of the slices, one [`KeyMemory`] and one [`Slot`] for each key, and the shared words.
///
/// # Examples
/// ```
/// use forebay_core::conflated::{KeyMemory, NoKey, SliceRing, Slot};
///
/// let (mut keys, mut order) = ([const { KeyMemory::new() }; 16], [const { Slot::new() }; 16]);
/// let mut ring = SliceRing::<u8>::new(&mut keys[..10], &mut order)?;
/// let (mut producer, mut consumer) = ring.split();
/// assert_eq!(producer.push(9, 1), Ok(None));
/// assert_eq!(producer.push(9, 2), Ok(Some(1)));
/// assert_eq!(producer.push(10, 3), Err(NoKey(3)));
/// assert_eq!(consumer.pop(), Ok((9, 2)));
/// # Ok::<(), forebay_core::CapacityError>(())
/// ```
pub struct SliceRing<'a, T> {
    owner: Owner<InSlice<'a, T>>,
}

impl<'a, T> SliceRing<'a, T> {
    /// A ring without values, for as many keys as the first slice is long. Of the second one, which keeps their order, it takes
    /// as many slots; what is left of those isn't used.
    ///
    /// # Errors
    /// [`Zero`](CapacityError::Zero) if there are no keys, [`TooShort`](CapacityError::TooShort) if there are fewer slots than
    /// keys, [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` keys.
    pub fn new(keys: &'a mut [KeyMemory<T>], order: &'a mut [Slot<usize>]) -> Result<Self, CapacityError> {
        Capacity::new(keys.len())?;
        let Some(order) = order.get_mut(..keys.len()) else { return Err(CapacityError::TooShort) };
        // They may have been a ring before.
        keys.fill_with(KeyMemory::new);
        order.fill_with(Slot::new);
        Ok(Self { owner: Owner::new(Keys { ctl: LaneCtl::new(), keys, slots: order }) })
    }

    /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
    pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        ends(self.owner.split())
    }
}

impl<T> fmt::Debug for SliceRing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "SliceRing", self.owner.memory().keys.len())
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

    type OnHeap<T> = Keys<Box<[KeyMemory<T>]>, Box<[Slot<usize>]>>;

    /// A ring on the heap, for a number of keys that is known at run time. It allocates when it is made, and
    /// [`into_ends`](Self::into_ends) once more for the shared words; pushes and pops never do.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::conflated::HeapRing;
    ///
    /// let (mut producer, mut consumer) = HeapRing::<String>::new(500)?.into_ends();
    /// let worker = std::thread::spawn(move || producer.push(499, "hello".to_string()));
    /// worker.join().unwrap().unwrap();
    /// assert_eq!(consumer.pop().unwrap(), (499, "hello".to_string()));
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    pub struct HeapRing<T> {
        owner: Owner<OnHeap<T>>,
    }

    /// A producer that owns its ring together with its consumer. It is `'static` if the values are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedProducer<T> = Producer<'static, T, Keep<T>>;

    /// A consumer that owns its ring together with its producer. It is `'static` if the values are.
    #[cfg(target_has_atomic = "ptr")]
    pub type OwnedConsumer<T> = Consumer<'static, T, Keep<T>>;

    /// Keeps a [`HeapRing`] alive for an end that owns it.
    #[cfg(target_has_atomic = "ptr")]
    pub struct Keep<T>(#[expect(dead_code, reason = "held for its drop")] Arc<Owner<OnHeap<T>>>);

    impl<T> HeapRing<T> {
        /// A ring without values.
        ///
        /// # Errors
        /// [`Zero`](CapacityError::Zero), [`TooLarge`](CapacityError::TooLarge) above `isize::MAX` bytes,
        /// [`OutOfMemory`](CapacityError::OutOfMemory).
        pub fn new(keys: usize) -> Result<Self, CapacityError> {
            Capacity::new(keys)?;
            let (keys, slots) = (boxed(keys, KeyMemory::new)?, boxed(keys, Slot::new)?);
            Ok(Self { owner: Owner::new(Keys { ctl: LaneCtl::new(), keys, slots }) })
        }

        /// The two ends, for as long as the ring is borrowed. What was inside stays inside.
        pub fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
            ends(self.owner.split())
        }

        /// Two ends that own the ring together: the last one to go drops it, with what is inside.
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
            debug(f, "HeapRing", self.owner.memory().keys.len())
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
