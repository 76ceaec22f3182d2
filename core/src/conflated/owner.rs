//! Who owns the memory: an inline array, or the heap.

use core::fmt;

use super::consumer::Rx;
use super::producer::Tx;
use super::view::{Key, View};
use super::{Consumer, Producer};
use crate::InUse;
use crate::owner::{self, Engine, Memory, Owner, Slots};
use crate::position::Capacity;
use crate::spsc::{LaneCtl, Slot};
use crate::sync::Claim;

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
        // The buffers do so themselves.
    }
}

/// The ring of keys, and the values of each.
struct Keys<V, S> {
    ctl: LaneCtl,
    values: V,
    slots: S,
}

// SAFETY: the view is of these words, values and slots, of which there are equally many, as the constructors see to. Beside the values
// there are only atomics and numbers, and of those that are none each has one end that touches it.
unsafe impl<T, V: Slots<Slot = Key<T>>, S: Slots<Slot = Slot<usize>>> Memory for Keys<V, S> {
    type Engine = View<T>;
    type Item = T;

    fn engine(&self) -> View<T> {
        let (keys, slots) = (self.values.as_slice(), self.slots.as_slice());
        // SAFETY: as above, and they last as long as the owner.
        unsafe { View::new(&self.ctl, keys, slots, Capacity::of_slots(keys)) }
    }
}

type InArray<T, const N: usize> = Keys<[Key<T>; N], [Slot<usize>; N]>;

type Ends<'q, T, K = ()> = (Producer<'q, T, K>, Consumer<'q, T, K>);

fn ends<T, K>((tx, rx): owner::Ends<'_, View<T>, K>) -> Ends<'_, T, K> {
    (Producer::new(tx), Consumer::new(rx))
}

/// A ring for `N` keys, whose values lie in it: for statics, for the stack, or within something larger.
///
/// # Memory
/// For each key three values and a byte with each, two counts, three bytes and a number; and the shared words of the ring of
/// keys. [`size_of`] tells.
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
        let values = [const { Key::new() }; N];
        let slots = [const { Slot::new() }; N];
        Self { owner: Owner::new(Keys { ctl: LaneCtl::new(), values, slots }) }
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
        f.debug_struct("Ring").field("capacity", &N).finish_non_exhaustive()
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
    use crate::CapacityError;
    use crate::owner::boxed;
    #[cfg(target_has_atomic = "ptr")]
    use crate::sync::Arc;

    type OnHeap<T> = Keys<Box<[Key<T>]>, Box<[Slot<usize>]>>;

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
            let (values, slots) = (boxed(keys, Key::new)?, boxed(keys, Slot::new)?);
            Ok(Self { owner: Owner::new(Keys { ctl: LaneCtl::new(), values, slots }) })
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
            f.debug_struct("HeapRing").finish_non_exhaustive()
        }
    }

    #[cfg(target_has_atomic = "ptr")]
    impl<T> fmt::Debug for Keep<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Keep").finish_non_exhaustive()
        }
    }
}
