//! Bounded lock-free rings for `no_std`, with backpressure as the first thing and not an afterthought.
//!
//! Data that comes faster than it is used must go somewhere. A ring of this crate holds exactly as many items as it was
//! asked to, tells its producer at once when it is full, gives the refused value back, never waits, and never allocates in a
//! push or a pop. What a consumer leaves behind when it goes, the producer can count.
//!
//! - [`spsc`]: one producer, one consumer; wait-free, loads and stores only, so it runs on cores without compare-and-swap
//!   and from interrupts.
//! - [`mpsc`]: several producers in one order, one consumer; lock-free: a producer that is held up stops nobody else.
//! - [`latest`]: the newest value and nothing else, for one writer and one reader; wait-free, one exchange per write.
//! - [`swap`]: one or several producers, one consumer, and a push at full that may take the oldest item's place, in one
//!   step; lock-free, by compare-and-swap.
//! - [`fan_in`]: an `spsc` lane for each of several producers, and one consumer that serves them fairly, by weights; pushes are
//!   wait-free, and a producer that sends too much fills its own lane.
//!
//! - [`priority`]: items by class, for several producers and one consumer: the most important first, and at full the least important
//!   make room; lock-free.
//! - [`conflated`]: the newest value of each key, in the order of change, for one producer and one consumer; wait-free.
//!
//! What is built on rings is written over the [`seam`], goes with any ring, and composes:
//! - [`admission`]: what is let in before a ring is full: a sample, with weights, or classes by importance.
//! - [`expiry`]: what is too old is not delivered. [`flush`]: all that is there at once, so and so often. [`spill`]: losses go to a
//!   function.
//! - [`choose`]: which ring, capacity and policy, from what is known of a load; a page for each answer.
//!
//! Beside the rings, for producers that can be slowed down:
//! - [`pacer`]: how fast to send, from the [`Pressure`] of the queue that is sent to.
//! - [`credit`]: how much may be sent, over a wire.
//!
//! The crate `forebay` re-exports all of this for programs with a standard library.
//!
//! # Examples
//! An interrupt that hands samples to the main loop:
//! ```
//! use forebay_core::spsc::{Producer, Ring};
//!
//! static SAMPLES: Ring<u16, 64> = Ring::new();
//!
//! fn on_interrupt(producer: &mut Producer<'static, u16>, sample: u16, lost: &mut u32) {
//!     if producer.push(sample).is_err() {
//!         *lost += 1; // the main loop is behind
//!     }
//! }
//!
//! let (mut producer, mut consumer) = SAMPLES.try_split()?;
//! let mut lost = 0;
//! for sample in 0..100 {
//!     on_interrupt(&mut producer, sample, &mut lost);
//! }
//! assert_eq!((consumer.drain().count(), lost), (64, 36));
//! # Ok::<(), forebay_core::InUse>(())
//! ```
//!
//! # Features
//! None is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `alloc` | rings on the heap, and ends that own their ring |
//! | `portable-atomic` | [`latest`], [`conflated`], [`mpsc`], [`swap`], [`priority`], [`fan_in`] and [`spsc::Ring::try_split`] on cores without an atomic exchange, by that crate's means |
//! | `critical-section` | the same, through the implementation of a critical section that the program provides |
//! | `defmt` | `defmt::Format` for the errors |
//!
//! # Targets
//! Any with atomic loads and stores of a word, `thumbv6m` and `riscv32imc` included. Minimum Rust version: 1.85.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod admission;
pub mod choose;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub mod conflated;
pub mod credit;
mod error;
pub mod expiry;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub mod fan_in;
pub mod flush;
mod gauge;
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
pub mod latest;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub mod mpsc;
mod overflow;
mod owner;
pub mod pacer;
mod position;
mod pressure;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub mod priority;
pub mod seam;
mod slip;
pub mod spill;
pub mod spsc;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub mod swap;
mod sync;
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
#[doc(hidden)]
pub mod waker_cell;

pub use error::{CapacityError, InUse, PopError, PushError, Pushed};
pub use gauge::{Seen, WatermarkError, Watermarks};
pub use overflow::{NeverEvicts, Overflow, Refusal};
pub use pressure::Pressure;
#[cfg(forebay_loom)]
#[doc(hidden)]
pub use sync::modelled as model;
#[cfg(forebay_steps)]
#[doc(hidden)]
pub use sync::stepped as steps;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
