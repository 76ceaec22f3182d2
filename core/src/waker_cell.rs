//! The waker of one that waits, where many may call it: without a lock.
//!
//! One end, the [`Registrar`], says in a [`WakerCell`] that it waits, and with which [`Waker`]. Everybody who knows the cell can
//! [call](WakerCell::call) it. The waker stays in the cell when it has been called: one that waits again and again with the same waker
//! clones it once.
//!
//! ```text
//!                  register                  call
//!        Idle --------------> Waiting -----------------> Calling
//!         ^ ^                    |                          |
//!         | +--------------------+                          |
//!         |      unregister                     it is woken |
//!         +-------------------------------------------------+
//! ```
//!
//! | state | who writes the waker | who reads it | who ends the state |
//! |---|---|---|---|
//! | `Idle` | the registrar | the registrar | the registrar |
//! | `Waiting` | nobody | the registrar | the registrar; the first that calls |
//! | `Calling` | nobody | the registrar; who calls | who calls |
//!
//! # Invariants
//! - **I1** There is one registrar at a time: it has the claim.
//! - **I2** The registrar alone writes the waker, and only while it has seen that the cell is idle. It alone ends that.
//! - **I3** One at a time calls: the one whose exchange has brought the cell from waiting to calling. Nobody else ends that.
//! - **I4** The cell stays where it is as long as there is a registrar: by [`Keep`].
//!
//! # What is woken
//! Calling wakes by reference, in the cell, and so foreign code runs while the cell is `Calling`. One that wants to wait then can't
//! register, and has its waker back: it must have another place to wait in. So neither side waits for the other one, however long
//! that code takes, and whatever it does.
//!
//! # No call is lost
//! As with every flag of that kind, both sides need a fence. Who has something to tell: change, a sequentially consistent fence,
//! [`is_waiting`](WakerCell::is_waiting), call. Who waits: register, such a fence, another look. To register is a plain store, and so
//! that fence is the only expensive step of one that waits again with the same waker; an exchange in place of both would order its
//! stores before the look on all common machines, but not in the memory model of the language, where an exchange is no fence. (Where both
//! sides make an exchange on *one* word, as by [`mpsc::Consumer::meet`](crate::mpsc::Consumer::meet), that is enough.)
//!
//! # Progress
//! All is wait-free, but for the foreign code: [`register`](Registrar::register) with a waker that is there is a load and a store, and
//! one exchange more where another waker is still registered; `call` is an exchange and a store.

use core::cell::UnsafeCell;
use core::fmt;
use core::ops::Deref;
use core::ptr::NonNull;
use core::task::Waker;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::sync::Arc;
use crate::sync::{Ordering, SwapBool, SwapU8, Watch};

/// Nobody waits.
const IDLE: u8 = 0;
/// One waits, with the waker in the cell.
const WAITING: u8 = 1;
/// It is being called.
const CALLING: u8 = 2;

/// Where one end waits, and all may call it.
///
/// # Examples
/// ```
/// use core::task::Waker;
/// use forebay_core::waker_cell::{Registrar, WakerCell};
///
/// let cell = WakerCell::new();
/// let mut registrar = Registrar::claim(&cell, |cell| cell).ok_or("somebody has it")?;
/// assert!(!cell.call(Waker::wake_by_ref), "nobody waits");
/// registrar.register(Waker::noop()).expect("nobody is calling");
/// assert!(cell.is_waiting());
/// assert!(cell.call(Waker::wake_by_ref));
/// assert!(!cell.is_waiting());
/// # Ok::<(), &str>(())
/// ```
pub struct WakerCell {
    state: SwapU8,
    /// Whether there is a registrar.
    claimed: SwapBool,
    waker: UnsafeCell<Option<Waker>>,
    watch: Watch,
}

// SAFETY: wakers are `Send` and `Sync`, and who may touch the one in the cell is said by its state (I2, I3).
unsafe impl Sync for WakerCell {}

impl WakerCell {
    /// Nobody waits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: SwapU8::new(IDLE),
            claimed: SwapBool::new(false),
            waker: UnsafeCell::new(None),
            watch: Watch::new(),
        }
    }

    /// Whether one waits. It is right for one who has changed something before a fence: see the [module](self).
    #[inline(always)]
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        // Relaxed: who needs more has a fence before it.
        self.state.load(Ordering::Relaxed) == WAITING
    }

    /// Calls the one that waits: hands its waker to a function that wakes it. `false`: nobody waits, or somebody else is calling it.
    #[inline]
    pub fn call(&self, wake: impl FnOnce(&Waker)) -> bool {
        /// Ends the call, after a panic too.
        struct Calling<'c>(&'c WakerCell);

        impl Drop for Calling<'_> {
            #[inline(always)]
            fn drop(&mut self) {
                // [WC6] Release: pairs with [WC3] and [WC4]. Orders: our reads of the waker before the next write to it.
                self.0.state.store(IDLE, Ordering::Release);
            }
        }

        // [WC7] Acquire: pairs with [WC5]. Orders: the write of the waker before our read of it. Relaxed when it fails: nothing is
        // read then.
        if self.state.compare_exchange(WAITING, CALLING, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        let _calling = Calling(self);
        self.watch.read(0);
        // SAFETY: I3: it is we who are calling, and nobody writes it as long as we are (I2).
        if let Some(waker) = unsafe { &*self.waker.get() } {
            wake(waker);
        }
        true
    }

    /// For the registrar: nobody waits any more. Answers with whether the cell is idle.
    #[cold]
    #[inline(never)]
    fn unregister(&self) -> bool {
        // [WC4] Acquire when it fails: pairs with [WC6]. Orders: as [WC3], where that has seen that we wait. Relaxed otherwise: nobody
        // has called since we registered.
        match self.state.compare_exchange(WAITING, IDLE, Ordering::Relaxed, Ordering::Acquire) {
            Ok(_) => true,
            Err(state) => state == IDLE,
        }
    }
}

impl Default for WakerCell {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WakerCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WakerCell").finish_non_exhaustive()
    }
}

/// What keeps a cell where it is: a reference to it, or to something that has it, or an [`Arc`](alloc::sync::Arc) of that.
///
/// # Safety
/// As long as the value is there, wherever it is moved, its target is the same one, and is neither moved, nor dropped, nor borrowed
/// mutably.
pub unsafe trait Keep: Deref + Unpin {}

// SAFETY: it is borrowed.
unsafe impl<T: ?Sized> Keep for &T {}

// SAFETY: it is shared by this one at least, and nobody but the last one gets at it by value, or mutably.
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
unsafe impl<T: ?Sized> Keep for Arc<T> {}

/// The right to wait in a [`WakerCell`], and what keeps that alive.
///
/// When it is dropped, nobody waits any more, and the waker goes. One that is being woken just then stays in the cell, until the next
/// registrar, or the cell itself, goes.
pub struct Registrar<P: Keep> {
    cell: NonNull<WakerCell>,
    /// Goes after us.
    _keep: P,
}

// SAFETY: it is a reference to the cell, which is `Sync`, beside what it keeps.
unsafe impl<P: Keep + Send> Send for Registrar<P> {}
// SAFETY: likewise; and a shared one is of no use.
unsafe impl<P: Keep + Sync> Sync for Registrar<P> {}

impl<P: Keep> Registrar<P> {
    /// The right to wait in that cell. `None`: somebody has it.
    pub fn claim(keep: P, cell: fn(&P::Target) -> &WakerCell) -> Option<Self> {
        let cell = cell(&keep);
        // [WC1] Acquire: pairs with [WC2]. Orders: all that the last registrar did before what we do.
        if cell.claimed.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return None;
        }
        cell.watch.arm(1);
        if Watch::ACTIVE {
            // The model checker learns of it while one thread knows it.
            let _ = cell.is_waiting();
        }
        let cell = NonNull::from(cell);
        Some(Self { cell, _keep: keep })
    }

    fn cell(&self) -> &WakerCell {
        // SAFETY: I4: whoever has the target of `_keep` has had the cell by a shared reference alone, which is good as long as the
        // target is kept.
        unsafe { self.cell.as_ref() }
    }

    /// Waits with this waker from now on, in place of any other one. Answers with that if it is not needed any more.
    ///
    /// # Errors
    /// A clone of the waker: the last one is just being called, and the cell can't be had as long as that goes on. Nobody waits there.
    ///
    /// # Panics
    /// If the waker does as it is cloned. Then nothing has changed.
    #[inline]
    pub fn register(&mut self, waker: &Waker) -> Result<Option<Waker>, Waker> {
        let cell = self.cell();
        // [WC3] Acquire: pairs with [WC6]. Orders: the reads of those who called before our write of another waker.
        let state = cell.state.load(Ordering::Acquire);
        cell.watch.read(0);
        // SAFETY: I2: nobody else writes it.
        let registered = unsafe { &*cell.waker.get() };
        let mut last = None;
        if registered.as_ref().is_some_and(|registered| registered.will_wake(waker)) {
            match state {
                WAITING => return Ok(None),
                CALLING => return Err(waker.clone()),
                _ => {}
            }
        } else {
            let waker = waker.clone();
            if state != IDLE && !cell.unregister() {
                return Err(waker);
            }
            cell.watch.write(0);
            // SAFETY: I2: it is idle.
            last = unsafe { &mut *cell.waker.get() }.replace(waker);
        }
        // [WC5] Release: pairs with [WC7]. Orders: our write of the waker before the read of who calls. A plain store: I2.
        cell.state.store(WAITING, Ordering::Release);
        Ok(last)
    }

    /// Does not wait any more. It may be called just now.
    #[inline]
    pub fn unregister(&mut self) {
        let cell = self.cell();
        if cell.is_waiting() {
            cell.unregister();
        }
    }
}

impl<P: Keep> Drop for Registrar<P> {
    fn drop(&mut self) {
        let cell = self.cell();
        let mut last = None;
        if cell.unregister() {
            cell.watch.write(0);
            // SAFETY: I2: it is idle.
            last = unsafe { &mut *cell.waker.get() }.take();
        }
        // [WC2] Release: pairs with [WC1].
        cell.claimed.store(false, Ordering::Release);
        // Foreign code.
        drop(last);
    }
}

impl<P: Keep> fmt::Debug for Registrar<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar").finish_non_exhaustive()
    }
}
