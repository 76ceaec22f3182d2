//! A bounded ring for several producers and one consumer: lock-free, in one total order, with true answers.
//!
//! The ring holds exactly as many items as asked for, any number from 1. All pushes are in one order, and no item comes out
//! before another whose push was over when its own began. Nothing is ever evicted: what a push does at full is a
//! [policy](crate::Refusal) that can be switched while the ring runs.
//!
//! **A producer that is held up in the middle of a push, even for ever, stops nobody else.** It costs the ring the slot (in a
//! batch: the slots) that it holds until it goes on. In the usual bounded queue for several producers, where each slot has a
//! turn, all that is put in later stays hidden behind it, and others may wait for it in a loop.
//!
//! | owner | memory | made |
//! |---|---|---|
//! | [`Ring`] | an array within it | at compile time, for statics |
//! | [`SliceRing`] | a caller's slice | at run time, without an allocator |
//! | `HeapRing` (feature `alloc`) | the heap | at run time; its ends can own it |
//!
//! Each of them splits into a [`Consumer`] and a first [`Producer`], which can be cloned without limit.
//!
//! # Examples
//! ```
//! use forebay_core::mpsc::Ring;
//!
//! let mut ring = Ring::<u32, 100>::new();
//! let (producer, mut consumer) = ring.split();
//! std::thread::scope(|threads| {
//!     for number in 0..10 {
//!         let mut producer = producer.clone();
//!         threads.spawn(move || producer.push(number).unwrap());
//!     }
//! });
//! assert_eq!(consumer.drain().sum::<u32>(), 45);
//! ```
//!
//! # Shutting down
//! The producers go: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer wants to
//! go: it [closes](Consumer::close) the ring, pops until `Closed`, and has everything that was taken in. It just goes: the
//! ring is closed, and what is inside stays there.
//!
//! # The algorithm
//! Tickets are dealt out in order by a compare-and-swap on the tail. A ticket means a turn of a slot; the slot's stamp says
//! whose turn it is and what has become of it. The producer puts its item in and stamps the slot full; the consumer takes it
//! out, stamps the slot free for a later ticket, and raises the limit below which tickets may be dealt out.
//!
//! Sources: D. Vyukov, *Bounded MPMC queue* (2010), for turns of slots. A producer looks at the stamp before it asks for the
//! ticket, and at its own copy of the limit, as nexus-queue does. D. Adas and R. Friedman, *Jiffy: a fast, memory efficient,
//! wait-free multi-producers single-consumer queue* (2020), for stepping over a slot that is not full yet, and why that keeps
//! the order. Ours: the limit that follows the slots and not the order, the jump, the note of a gap.
//!
//! ## When a producer is held up
//! Its ticket is *open*: dealt out and not used.
//! - **The consumer steps over it** to the first later ticket that has been used, looks again at all earlier open ones, the
//!   latest first, and takes the earliest that has been used meanwhile. It keeps a list of the open tickets behind it (a few
//!   runs of them; if there are more, it looks at all slots) and goes through it before each later item.
//! - **Producers jump over it.** When its slot comes round again, its stamp is not free for the new ticket. The first ticket
//!   from the tail on whose stamp is free is dealt out together with those before it, which nobody can use any more.
//! - **The limit follows the slots.** A slot that the consumer frees gets the first ticket from the limit on that is its own,
//!   and the limit is moved past it. In order that is the next ticket. So below the limit there are as many tickets that can
//!   be used as there are free slots, whatever order they were freed in: "full" is true, and after a pop there is room.
//! - **Empty is true without a look at the tail.** A producer that sees the ticket before its own open, or that has jumped,
//!   leaves a note of a gap *before* it stamps its own slot full. A consumer that finds its next ticket open believes that
//!   nothing is inside only if there is no note. If there is, it takes it away and loads the tail, and from then on looks
//!   through all tickets up to the tail, until all those have been used up.
//!
//! ## Invariants
//! - **I0** The shared words and the slots outlive all ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** Each ticket is dealt out at most once, to one producer, and only below the limit and with its stamp free.
//! - **I2** A slot is the producer's from when its ticket has been dealt out until it is stamped full or void, then the
//!   consumer's until it is stamped free. Whoever has it is the only one to touch it. So is an item taken or dropped once.
//! - **I3** The stamp of a slot is of the ticket that it will serve or serves. For a ticket below the limit it is final that
//!   the stamp is not free: the ticket has been used, or it never can be.
//! - **I4** The tickets below the limit and not before the tail whose stamps are free are as many as the slots that neither
//!   hold an item nor an open ticket nor are the consumer's.
//! - **I5** *The note.* If a push is over and its item has not been taken, and an earlier ticket is open that the consumer
//!   has not listed, then there is a note, or the consumer is looking up to the tail. For let *u* be the last open ticket
//!   before the item's, and *v* the next one after *u* that was dealt out to be used. *v* has been used, or it would be the last
//!   open one itself. Before that its producer saw *u* open, as it is the ticket before *v*, and left a note; or tickets in
//!   between had to be left out, and it had jumped, and left one. That happens before the end of our push: from *v* to our
//!   ticket each producer either left a note itself, or saw the one before it used, full (`MP6`), and what that one did before;
//!   or freed already, but then the consumer has taken something beyond *u* and has listed it. And the consumer takes a note
//!   away only by an exchange that reads it (`MC5`), after which it sees the tail beyond *v*, and looks up to there until *u*
//!   has been used up.
//! - **I6** One thread at a time has each end: the ends are not `Sync`, their methods that move something take `&mut self`.
//!
//! ## Order
//! If the push of *a* is over before the push of *b* begins, *a*'s ticket is the earlier one, and whoever sees *b*'s slot full
//! sees *a*'s full. The consumer looks at all open earlier tickets after it has seen the one that it is about to take, and again
//! from each that it finds used instead. So it never takes *b* before *a*. Items whose pushes overlapped may come out in
//! either order; the order in which they come out is the order of all.
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that stores | the stamp `MP4`; but for one that was stepped over: just after it, at the latest before the pop that takes it |
//! | push that is refused | the load of the limit `MP1`; of a closed ring, that of the tail `MP2` |
//! | pop that takes | its stamp of the free slot `MC2` and the limit `MC3` |
//! | pop that finds nothing | its first step: all pushes that were over then have been taken |
//!
//! A batch is its items one after another; the room that a [drain](Consumer::drain) makes is there at its end.
//!
//! ## Progress and cost
//! Push is lock-free: a compare-and-swap that fails has been beaten by another producer's; a jump looks at each ticket below
//! the limit once. Pop is bounded. Loops that wait for another side are bounded by a few dozen spin-loop hints, and there
//! are none on a 32-bit core without an operating system.
//!
//! | operation | loads of what others write | stores to what they read | read-modify-write |
//! |---|---|---|---|
//! | push | tail, the slot's stamp, and that of the slot before unless it was our own; the limit when the known room is used up | 1 | 1 |
//! | pop | the slot's stamp | 2 | none |
//! | pop that finds nothing | the slot's stamp, two words that are written seldom, the tail | 0 | none |
//! | batch of k | as for one, and k - 1 stamps | k | 1 |
//! | drain of k | k stamps | k + 1 | none |
//! | push or pop near a producer that is held up | those that its slots are looked at for, too | | 1 |
//!
//! ## Limits
//! The capacity is at most 2<sup>BITS − 12</sup>. Laps come around: with 32 bits and N slots after at least 2<sup>29</sup>
//! tickets. A producer that is held up between its look at a stamp and its compare-and-swap for exactly so many is dealt a
//! ticket that has been dealt out before. With 64 bits that takes centuries.

mod consumer;
mod holes;
mod owner;
mod producer;
mod ticket;
mod view;

pub use consumer::{Consumer, Drain};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::Producer;
pub use view::Slot;
