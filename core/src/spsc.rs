//! A bounded ring for one producer and one consumer: wait-free on both sides, loads and stores only.
//!
//! The ring holds exactly as many items as asked for, any number from 1, without a wasted slot. Nothing is ever evicted: a
//! full ring gives the value back. It runs on cores without compare-and-swap, and an interrupt may hold either end.
//!
//! | owner | memory | made |
//! |---|---|---|
//! | [`Ring`] | an array within it | at compile time, for statics |
//! | [`SliceRing`] | a caller's slice | at run time, without an allocator |
//! | `HeapRing` (feature `alloc`) | the heap | at run time; its ends can own it |
//!
//! Each of them splits into a [`Producer`] and a [`Consumer`], which may be dropped in any order.
//!
//! # Which layout
//! | | [`Dense`] (default) | [`Flagged`] |
//! |---|---|---|
//! | memory a slot | that of the item | one byte more, rounded up to the item's alignment |
//! | cache lines that move between the cores for an item that is waited for | two | one |
//! | batches | slices, in place (`write_run`, `read_run`) | `push_iter`, `push_slice`, `pop_slice`, `drain`: one by one |
//! | a consumer that catches up with a streaming producer | stays behind on purpose for a moment | goes on at once |
//! | take it for | throughput, batches, bytes, microcontrollers, one core | small single items that must arrive soon, and small rings, across two cores |
//!
//! # Examples
//! ```
//! use forebay_core::spsc::Ring;
//!
//! let mut ring = Ring::<u32, 100>::new();
//! let (mut producer, mut consumer) = ring.split();
//! std::thread::scope(|threads| {
//!     threads.spawn(move || {
//!         for number in 0..1000 {
//!             while producer.push(number).is_err() {
//!                 std::thread::yield_now();
//!             }
//!         }
//!     });
//!     for expected in 0..1000 {
//!         let number = loop {
//!             match consumer.pop() {
//!                 Ok(number) => break number,
//!                 Err(_) => std::thread::yield_now(),
//!             }
//!         };
//!         assert_eq!(number, expected);
//!     }
//! });
//! ```
//!
//! # Shutting down
//! The producer goes: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer goes: what
//! is inside stays in the ring, the producer can see it ([`Producer::is_closed`], and then [`Producer::len`] is how many), and
//! is refused once the ring is full. Who wants nothing left behind lets the producer go first.
//!
//! When both have gone, the ring can be split again. The items and the watermarks are as they were, and the pressure is that of
//! what is inside.
//!
//! # Pressure
//! The ring tells its producer to slow down before it has to refuse anything: [`Producer::pressure`] rises at a high
//! [watermark](crate::Watermarks) and falls at a low one. It costs a push and a pop nothing but at those places.
//!
//! # The algorithm
//! Source: L. Lamport, *Proving the correctness of multiprocess programs* (1977), for the ring. P. P. C. Lee et al., *A
//! lock-free, cache-efficient multi-core synchronization mechanism for line-rate network traffic monitoring* (2010), for the
//! private copies of the other side's position. J. Giacomoni et al., *FastForward for efficient pipeline parallelism*
//! (2008), for the flag beside each item and for keeping the sides apart (`core/src/slip.rs`). Deviations: positions carry the parity of their lap, so that no slot is wasted and
//! no counter overflows; with flags the positions are published as well, to be counted with but not waited for.
//!
//! ## Invariants
//! - **I0** The shared words and the slots outlive both ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** `0 ≤ tail − head ≤ N`, by what the sides have really done; positions are equal only when the ring is empty, and
//!   a lap apart only when it is full.
//! - **I2** Slots from `head` up to `tail` are the consumer's and hold items; the others are the producer's and hold none.
//!   A side touches its own slots only.
//! - **I3** One thread at a time has each end: the ends are not `Sync`, their methods that move a position take `&mut self`.
//! - **I4** With flags, a published position lags behind the flags by one item at most, since each item is flagged and then
//!   counted before the next one is. A side that sees by the flag of its own slot whether it may go on therefore knows the
//!   true count from a position that is off by one: at most N − 1 items if there is room, at least 1 if there is something.
//! - **I5** *The gates.* A push at a position that is not the producer's gate finds room, and leaves fewer items inside than the
//!   high mark, by what is known of the consumer, which can only have taken more; or the pressure has been looked at since. A pop
//!   at a position that is not the consumer's gate finds an item, and does not bring the ring to the low mark while the pressure
//!   is up: at the last look it was not, and has not been raised but with `high` items inside, of which fewer than `high − low`
//!   were taken since; or it was, and the gate is at the low mark. (If the raise itself was late, the next gate or an empty ring
//!   makes up for it.) Why the pressure is neither stuck nor missed then: `core/src/gauge.rs`.
//!
//! ## Who owns a slot
//! `P1`, `C1` and so on name the places in the source where the operation stands with its ordering.
//!
//! | from | to | by | dense | flagged |
//! |---|---|---|---|---|
//! | producer | consumer | push | `tail` stored (`P1`), loaded (`C1`) | flag set (`P2`), loaded (`C2`) |
//! | consumer | producer | pop | `head` stored (`C3`), loaded (`P3`) | flag cleared (`C8`), loaded (`P8`) |
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that stores | the store of `tail` `P1`; with flags, that of the flag `P2` |
//! | push that is refused | the load of `head` `P3`; with flags, that of the flag `P8` |
//! | pop that takes | the store of `head` `C3`; with flags, that of the flag `C8` |
//! | pop that finds nothing | the load of `tail` `C1`; with flags, that of the flag `C2` |
//!
//! A batch is its items one after another.
//!
//! ## Progress and cost
//! Every operation is wait-free: there is no loop but over the items of a batch, and where the two sides change the pressure at
//! the same time, which the other can make an operation repeat once or twice. A read-modify-write and a fence come up only there,
//! when the pressure changes (on cores without an exchange: a load and a store), and in [`Ring::try_split`].
//!
//! | operation | loads of what the other side writes | stores to what it reads |
//! |---|---|---|
//! | push, pop, dense | none mostly; one or two when the known room or items are used up | 1 |
//! | push, pop, flagged | 1, the item's own line | 2, one of them to the item's own line |
//! | push, pop that is refused | up to 4, with that of the other end's flag | 0 |
//! | push at the high mark and beyond, pop at the low mark | 2 or 3 more, seldom written; when the pressure changes some 10 more | none; when it changes 1 or 2 |
//! | batch of k, dense | at most 1 | 1 |
//! | batch of k, flagged | 2 | 2 k |

mod consumer;
mod depth;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
mod lane;
mod layout;
mod owner;
mod producer;
mod run;
mod view;

pub use consumer::{Consumer, Drain, Iter, IterMut};
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) use lane::{Lane, LaneCtl};
pub use layout::{Dense, Flagged, Layout, Slot};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::Producer;
pub use run::{ReadRun, ReadSlot, WriteRun, WriteSlot};
