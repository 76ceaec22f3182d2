//! Who owns a ring's memory and hands out its ends: once, for all rings.
//!
//! A ring brings what is its own: an [`Engine`], which is the ring by address, and [`Memory`] that can say where it lies. An
//! [`Owner`] of that memory lends the ends, or gives itself to them, and drops what is left. An [`End`] is what both sides have
//! in common: it keeps the ring alive until it is gone itself.
//!
//! So a further ring writes its constructors, `Engine` for its view, `Memory` for [`Parts`] with its words, and wraps what an
//! `Owner` of those says into its own types.

#[cfg(feature = "alloc")]
mod heap;

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

#[cfg(feature = "alloc")]
pub(crate) use heap::boxed;

#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
use crate::{InUse, sync::Claim};

/// A ring by address: its shared words, its slots, and what it knows of them.
///
/// # Safety
/// The claim is the ring's own, and always the same one. [`has_ends`](Self::has_ends) says so as long as any end that was made
/// by [`pair`](Self::pair), or another one made by such an end, has not been dropped.
pub(crate) unsafe trait Engine: Copy {
    /// The algorithm of a producer's end. Its drop tells the ring that it is gone.
    type Tx;
    /// The algorithm of the consumer's end. Its drop tells the ring that it is gone.
    type Rx;

    /// The right to decide about the ends.
    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    fn claim(&self) -> &Claim;

    /// Whether any end is out. For whoever has the claim: if none is, all that they did comes before what follows.
    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    fn has_ends(&self) -> bool;

    /// Ends that count as out have been forgotten. For whoever has the ring to itself.
    fn forget_ends(self) {}

    /// Makes the first ends. No others are out, unless forgotten.
    ///
    /// # Safety
    /// No ends are at work, and none are made while these are but by them. The ring outlives them.
    unsafe fn pair(self) -> (Self::Tx, Self::Rx);

    /// Drops what is left inside.
    ///
    /// # Safety
    /// No ends are at work, and none will be.
    unsafe fn drop_rest(self);
}

/// The memory of a ring, as an owner has it.
///
/// # Safety
/// The engine is that of memory that lies in this value or that this value has to itself, wherever it is moved between two
/// calls, and lasts as long as it. Of all that is in it only the items are not `Send` and `Sync` whatever they are.
pub(crate) unsafe trait Memory {
    type Engine: Engine;
    /// What the ring holds.
    type Item;

    /// The ring by address, which is good until this value is moved.
    fn engine(&self) -> Self::Engine;
}

/// The first ends of a ring.
pub(crate) type Ends<'q, E, K = ()> = (End<'q, <E as Engine>::Tx, K>, End<'q, <E as Engine>::Rx, K>);

/// Has the memory of a ring, and drops what is left in it.
pub(crate) struct Owner<M: Memory>(M);

// SAFETY: sharing the ring lets other threads have its ends, which take or bring items, so they must be `Send`. Nothing else
// can be reached through it.
unsafe impl<M: Memory<Item: Send>> Sync for Owner<M> {}
// SAFETY: sending the ring sends the items in it; its ends are not at work, or it could not be moved.
unsafe impl<M: Memory<Item: Send>> Send for Owner<M> {}

impl<M: Memory> Owner<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self(memory)
    }

    pub(crate) const fn memory(&self) -> &M {
        &self.0
    }

    /// The first ends, for as long as the ring is borrowed. Ends that were forgotten are gone.
    #[inline(always)]
    pub(crate) fn split(&mut self) -> Ends<'_, M::Engine> {
        self.0.engine().forget_ends();
        // SAFETY: the mutable borrow says that no ends are at work, and lasts as long as these.
        unsafe { ends(self.0.engine(), (), ()) }
    }

    /// The first ends of a shared ring, if no ends are out and nobody else makes some just now.
    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    pub(crate) fn try_split(&self) -> Result<Ends<'_, M::Engine>, InUse> {
        let engine = self.0.engine();
        let decide = || {
            if engine.has_ends() {
                return None;
            }
            // SAFETY: all ends were gone, nobody else makes new ones while we decide, and these count as out before the next
            // one decides. The ring is borrowed for as long as they are.
            Some(unsafe { ends(engine, (), ()) })
        };
        engine.claim().with(decide).ok_or(InUse)
    }
}

impl<M: Memory> Drop for Owner<M> {
    fn drop(&mut self) {
        // SAFETY: the mutable borrow says that no ends are at work, and the ring is going.
        unsafe { self.0.engine().drop_rest() };
    }
}

/// Pairs the first ends of a ring, each with what keeps it alive.
///
/// # Safety
/// As [`Engine::pair`]. The ring is borrowed for `'q`, or lives at least as long as either of `tx_keep` and `rx_keep`, and
/// all clones of them.
#[inline(always)]
unsafe fn ends<'q, E: Engine, K>(engine: E, tx_keep: K, rx_keep: K) -> Ends<'q, E, K> {
    // SAFETY: as the caller says.
    let (tx, rx) = unsafe { engine.pair() };
    (End { end: tx, keep: tx_keep, borrow: PhantomData }, End { end: rx, keep: rx_keep, borrow: PhantomData })
}

/// An end of a ring, with what keeps the ring alive: the borrow `'q`, or `K`.
///
/// It is `Send` if the algorithm `X` and what keeps the ring are, and never `Sync`.
pub(crate) struct End<'q, X, K> {
    /// For `const` functions; others get at it by `Deref`. It stands before `keep`: the end goes before what keeps its ring.
    pub(crate) end: X,
    #[allow(dead_code, reason = "where no ring has clones of its ends it is held for its drop alone")]
    keep: K,
    borrow: PhantomData<(&'q (), UnsafeCell<X>)>,
}

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<X> End<'_, X, ()> {
    /// An end of a ring that is a part of another one.
    ///
    /// # Safety
    /// The ring outlives it.
    pub(crate) const unsafe fn of(end: X) -> Self {
        Self { end, keep: (), borrow: PhantomData }
    }
}

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<'q, X, K: Clone> End<'q, X, K> {
    /// Another end beside this one.
    ///
    /// # Safety
    /// `another` makes one of the same ring.
    pub(crate) unsafe fn beside<Y, E>(&self, another: impl FnOnce(&X) -> Result<Y, E>) -> Result<End<'q, Y, K>, E> {
        // What keeps the ring first: its code may panic.
        let keep = self.keep.clone();
        Ok(End { end: another(&self.end)?, keep, borrow: PhantomData })
    }
}

impl<X, K> Deref for End<'_, X, K> {
    type Target = X;

    #[inline(always)]
    fn deref(&self) -> &X {
        &self.end
    }
}

impl<X, K> DerefMut for End<'_, X, K> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut X {
        &mut self.end
    }
}

// Does nothing, and says that the ring must be borrowed still when the end is dropped: the drop of `X` writes to the ring,
// and nothing else tells the compiler so, as `X` does not have `'q` in its type.
impl<X, K> Drop for End<'_, X, K> {
    fn drop(&mut self) {}
}

/// The shared words of a ring, its slots, and how many those are.
pub(crate) struct Parts<C, S, G> {
    pub(crate) ctl: C,
    pub(crate) slots: S,
    pub(crate) extent: G,
}

/// Does something with each, with the rest too if it panics with one. (Twice, and it is an abort.)
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) fn each<V>(all: &[V], with: impl FnMut(&V)) {
    struct Rest<'e, V, F: FnMut(&V)> {
        left: core::slice::Iter<'e, V>,
        with: F,
    }

    impl<V, F: FnMut(&V)> Rest<'_, V, F> {
        fn run(&mut self) {
            self.left.by_ref().for_each(&mut self.with);
        }
    }

    impl<V, F: FnMut(&V)> Drop for Rest<'_, V, F> {
        fn drop(&mut self) {
            self.run();
        }
    }

    // Dropping `Rest` after the run finds nothing left, unless the run was cut short by a panic.
    Rest { left: all.iter(), with }.run();
}

/// Slots side by side: in an array, in a caller's slice, in a box.
///
/// # Safety
/// The slots are always the same ones, side by side, in this value or where only it can get.
pub(crate) unsafe trait Slots {
    type Slot;

    fn as_slice(&self) -> &[Self::Slot];
}

// SAFETY: it is they.
unsafe impl<V, const N: usize> Slots for [V; N] {
    type Slot = V;

    fn as_slice(&self) -> &[V] {
        self
    }
}

// SAFETY: it has them to itself, and nobody exchanges it for another one.
unsafe impl<V> Slots for &mut [V] {
    type Slot = V;

    fn as_slice(&self) -> &[V] {
        self
    }
}

/// How many slots a ring has, and what follows from it, as `G` says: kept, or known from a type.
pub(crate) trait Extent<G> {
    fn get(&self) -> G;
}

impl<G: Copy> Extent<G> for G {
    fn get(&self) -> G {
        *self
    }
}

/// The extent of an array.
pub(crate) struct OfArray<const N: usize>;
