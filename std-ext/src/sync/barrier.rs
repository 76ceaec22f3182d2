//! A fence between two sides of which one hardly pays: for the other one, the system makes all threads of the process run theirs.
//!
//! *What holds.* A [`light`] fence is no step of the machine: the compiler moves nothing across it. A [`heavy`] one and a light one, of
//! whatever threads, are in an order: what came before the first is seen by what comes after the second. Two light ones are not.
//!
//! Sources: *membarrier*(2) of Linux: when `MEMBARRIER_CMD_PRIVATE_EXPEDITED` returns, all threads of the process "have passed through
//! a state where all memory accesses to user-space addresses match program order between entry to and return from the system
//! call". D. Goldblatt, *P1202: Asymmetric fences*, for what a language can say of that.
//!
//! There is none without the feature `membarrier`, on another system, and where the system refuses it, as a sandbox may. In the models
//! a light fence is an exchange on a word of its thread, and a heavy one an exchange on the word of each: there just that holds which
//! is said above.

#[cfg(forebay_loom)]
pub(crate) mod modelled;
#[cfg(not(any(forebay_loom, all(feature = "membarrier", target_os = "linux", not(forebay_shuttle)))))]
mod none;
#[cfg(all(feature = "membarrier", target_os = "linux", not(any(forebay_loom, forebay_shuttle))))]
mod system;

#[cfg(forebay_loom)]
use self::modelled as chosen;
#[cfg(not(any(forebay_loom, all(feature = "membarrier", target_os = "linux", not(forebay_shuttle)))))]
use self::none as chosen;
#[cfg(all(feature = "membarrier", target_os = "linux", not(any(forebay_loom, forebay_shuttle))))]
use self::system as chosen;

pub(crate) use self::chosen::{POSSIBLE, heavy, is_there, light};
#[cfg(feature = "std")]
pub(crate) use self::chosen::{ask, number, number_if_any};
