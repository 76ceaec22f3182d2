//! The one place that chooses where atomics come from: `core`, `portable-atomic`, a model checker, or the stepper.
//!
//! No other file of this crate names the private configurations `forebay_loom`, `forebay_shuttle` and `forebay_steps` or the crate
//! `portable-atomic`.

#[cfg(forebay_loom)]
pub mod modelled;
#[cfg(forebay_steps)]
pub mod stepped;

#[cfg(not(any(forebay_loom, forebay_shuttle, forebay_steps)))]
use core::sync::atomic as source;
#[cfg(forebay_loom)]
use modelled as source;
// Plain memory stays what it is: its threads take turns, and change at atomic operations only.
#[cfg(forebay_shuttle)]
use shuttle::sync::atomic as source;
#[cfg(forebay_steps)]
use stepped as source;

#[cfg(forebay_loom)]
pub(crate) use modelled::{Arc, Watch};
pub(crate) use source::{AtomicBool, AtomicU8, AtomicUsize, Ordering, fence};

// Settings, which others change at any time, and which order nothing: the models do without them.
#[cfg(not(forebay_steps))]
pub(crate) use core::sync::atomic::{AtomicU8 as SettingU8, AtomicUsize as SettingUsize};
#[cfg(forebay_steps)]
pub(crate) use stepped::{AtomicU8 as SettingU8, AtomicUsize as SettingUsize};

// A word that carries a count of laps: 64 bits where the machine can exchange them, a machine word elsewhere.
#[cfg(target_has_atomic = "64")]
pub(crate) use source::AtomicU64 as SwapWord;
#[cfg(target_has_atomic = "64")]
pub(crate) type Word = u64;
#[cfg(all(not(target_has_atomic = "64"), any(target_has_atomic = "ptr", feature = "portable-atomic")))]
pub(crate) use SwapUsize as SwapWord;
#[cfg(all(not(target_has_atomic = "64"), any(target_has_atomic = "ptr", feature = "portable-atomic")))]
pub(crate) type Word = usize;

// The number of a slot beside the slot itself: half a machine word of 64 bits, so that less memory goes to and fro.
#[cfg(target_pointer_width = "64")]
pub(crate) use source::AtomicU32 as AtomicIndex;
#[cfg(target_pointer_width = "64")]
pub(crate) type Index = u32;
#[cfg(all(not(target_pointer_width = "64"), any(target_has_atomic = "ptr", feature = "portable-atomic")))]
pub(crate) type AtomicIndex = AtomicUsize;
#[cfg(all(not(target_pointer_width = "64"), any(target_has_atomic = "ptr", feature = "portable-atomic")))]
pub(crate) type Index = usize;

/// Whether a count of laps in a [`Word`] can come around in the life of a program. Tests make it come around soon.
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) const LAPS_WRAP: bool = cfg!(any(not(target_has_atomic = "64"), forebay_narrow));
/// How many bits of a [`Word`] count laps at most.
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) const MOST_LAP_BITS: u32 = if cfg!(forebay_narrow) { 3 } else { Word::BITS };

#[cfg(all(feature = "alloc", not(forebay_loom), target_has_atomic = "ptr"))]
pub(crate) use alloc::sync::Arc;

// What has a swap and a compare-exchange, too, on cores that lack them.
#[cfg(all(feature = "portable-atomic", not(any(forebay_loom, forebay_shuttle, forebay_steps))))]
#[allow(unused_imports, reason = "not every ring needs each of them")]
pub(crate) use portable_atomic::{AtomicBool as SwapBool, AtomicU8 as SwapU8, AtomicUsize as SwapUsize};
#[cfg(not(all(feature = "portable-atomic", not(any(forebay_loom, forebay_shuttle, forebay_steps)))))]
#[allow(unused_imports, reason = "not every ring needs each of them")]
pub(crate) use {AtomicBool as SwapBool, AtomicU8 as SwapU8, AtomicUsize as SwapUsize};

// Padding keeps apart what two cores write. A 32-bit microcontroller mostly has one core and no cache:
// it would pay in RAM and gain nothing.
#[cfg(not(all(target_os = "none", not(target_pointer_width = "64"))))]
pub(crate) use crossbeam_utils::CachePadded;
#[cfg(all(target_os = "none", not(target_pointer_width = "64")))]
pub(crate) use unpadded::Unpadded as CachePadded;

#[cfg(all(target_os = "none", not(target_pointer_width = "64")))]
mod unpadded {
    pub(crate) struct Unpadded<T>(T);

    impl<T> Unpadded<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(value)
        }
    }

    impl<T> core::ops::Deref for Unpadded<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }
}

/// Whether bytes of code count more than steps: on a 32-bit microcontroller, and in a part of the tests. (Attributes that keep a
/// function out of line there can't ask this, and repeat the condition.)
pub(crate) const SMALL: bool = cfg!(any(forebay_narrow, all(target_os = "none", not(target_pointer_width = "64"))));

/// Whether waiting for another core can be of use: not where there is one core, nor where every step counts.
pub(crate) const SEVERAL_CORES: bool = !SMALL && !cfg!(any(forebay_loom, forebay_shuttle, forebay_steps));

/// The right to hand out the ends of a shared ring: a short lock around that decision, never around an item.
///
/// It needs an atomic exchange, so a core without one needs `portable-atomic`.
pub(crate) struct Claim {
    #[cfg_attr(not(any(target_has_atomic = "8", feature = "portable-atomic")), expect(dead_code))]
    held: SwapBool,
}

impl Claim {
    pub(crate) const fn new() -> Self {
        Self { held: SwapBool::new(false) }
    }

    /// Runs `decide`, unless somebody else is deciding just now: then the answer is `None`.
    #[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
    pub(crate) fn with<R>(&self, decide: impl FnOnce() -> Option<R>) -> Option<R> {
        // [K1] Acquire: pairs with [K2] of whoever decided before us. Orders: its stores to the end flags before our
        // loads of them.
        if self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return None;
        }
        let decided = decide();
        // [K2] Release: pairs with [K1].
        self.held.store(false, Ordering::Release);
        decided
    }
}

/// Whether the pressure of rings is there: always, but in models that leave it out.
#[cfg(not(forebay_loom))]
#[inline(always)]
pub(crate) const fn has_pressure() -> bool {
    true
}
#[cfg(forebay_loom)]
pub(crate) use modelled::has_pressure;

/// Tells the model checker who touches which slot; nothing in an ordinary build.
///
/// Slots are plain memory in every build, so that runs of them can be slices; the checker sees the accesses through one
/// watched cell per slot.
#[cfg(not(forebay_loom))]
pub(crate) struct Watch;

#[cfg(not(forebay_loom))]
impl Watch {
    /// Whether anybody watches.
    pub(crate) const ACTIVE: bool = false;

    pub(crate) const fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn arm(&self, _capacity: usize) {}

    #[inline(always)]
    pub(crate) fn read(&self, _idx: usize) {}

    #[inline(always)]
    pub(crate) fn write(&self, _idx: usize) {}
}
