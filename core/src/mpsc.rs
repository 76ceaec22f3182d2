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
//! # When to take it
//! | there is | take |
//! |---|---|
//! | one producer | [`spsc`](crate::spsc): wait-free, faster, less memory, items are written and read in place |
//! | an interrupt that pushes, and a main loop that pushes too | this one, an end for each: neither ever waits for the other |
//! | a newest item that matters more than the oldest | [`swap`](crate::swap) with [`DropOldest`](crate::Overflow::DropOldest) |
//! | room for one item, or about as many as there are producers | `swap` with [`Reject`](crate::Overflow::Reject): here a producer that is held up in the middle of a push has a slot, and with room for one that is the whole ring until it goes on; there it has none |
//! | one producer that must not fill the ring for the others | [`fan_in`](crate::fan_in): a lane for each of them; without an order between them |
//! | a thread that should sleep until there is something, and no wish to see to that | a channel over this ring: `channel` of the crate `forebay`, whose ends block or are awaited |
//!
//! # Waiting
//! No end waits for anything or wakes anybody. What to do at [`Empty`](crate::PopError::Empty) and
//! [`Full`](crate::PushError::Full) is yours: go round in a loop with [`spin_loop`](core::hint::spin_loop) on a core of its own,
//! with `std::thread::yield_now` on a shared one, sleep till the next interrupt in firmware, or be woken:
//! ```
//! use std::thread;
//! use forebay_core::{PopError, mpsc::Ring};
//!
//! static RING: Ring<u32, 64> = Ring::new();
//!
//! let (mut producer, mut consumer) = RING.try_split()?;
//! let worker = thread::spawn(move || {
//!     let mut sum = 0;
//!     loop {
//!         match consumer.pop() {
//!             Ok(number) => sum += number,
//!             // If an item has come since that look, this returns at once.
//!             Err(PopError::Empty) => thread::park(),
//!             Err(PopError::Closed) => break sum,
//!         }
//!     }
//! });
//! for number in 1..=4 {
//!     producer.push(number).unwrap();
//!     worker.thread().unpark();
//! }
//! // The end goes first, and then its consumer is told.
//! drop(producer);
//! worker.thread().unpark();
//! assert_eq!(worker.join().unwrap(), 10);
//! # Ok::<(), forebay_core::InUse>(())
//! ```
//! A producer that would rather not wake a consumer that is awake has to know whether that sleeps: see [`Consumer::meet`].
//!
//! Whoever waits for room looks at [`Producer::is_full`], and is woken after a pop. (With a flag that says that it waits, both sides
//! need a sequentially consistent fence: between the flag and a second look at the ring, and between the pop and the look at the flag.)
//! Whoever would rather slow down before the ring is full looks at [`Producer::pressure`].
//!
//! # What it costs
//! A push is one compare-and-swap on a word that all producers share, two where another producer has pushed since, and a plain store; a pop is plain loads and stores. A
//! [batch](Producer::push_iter) is one compare-and-swap for up to 32 items, if its iterator says how many it has. One that can't
//! say (a `filter`) gains nothing over [`push`](Producer::push) in a loop, and in a small ring it costs the others a slot until
//! the consumer comes by. Each [`Slot`] is 5 bytes larger than its item, or 8 where it is aligned to words. How full the ring is, the consumer knows by one load; a
//! producer that asks goes through some slots.
//!
//! # Shutting down
//! The producers go: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer wants to go: it
//! [closes](Consumer::close) the ring, pops until `Closed`, and has everything that was taken in. It just goes: the ring is
//! closed, and what is inside stays there.
//!
//! When all ends have gone, the ring can be split again. The items, the policy, the watermarks and the counts are as they were;
//! the ring is open, and the pressure is that of what is inside.
//!
//! The rest of this page is how it works and why that is right.
//!
//! # The algorithm
//! Tickets are dealt out in order by a compare-and-swap on the tail. Each ticket has been granted a slot before: there is a
//! grant for each of N turns, which the consumer writes and the producers read. The producer of a ticket puts its item into the
//! slot and stamps that. The consumer goes through the tickets in order, takes the item out of each slot when its stamp is
//! there, wipes the stamp out, and grants the slot to the next ticket that has none. So a turn without a new grant is a full
//! ring, and a slot without a stamp is an empty one, or a producer that is not ready.
//!
//! Sources: D. Vyukov, *Bounded MPMC queue* (2010), for turns. R. Nikolaev, *A scalable, portable, and memory-efficient
//! lock-free FIFO queue* (2019), for slots that are handed around by their numbers, in a ring of their own. D. Adas and R.
//! Friedman, *Jiffy: a fast, memory efficient, wait-free multi-producers single-consumer queue* (2020), for stepping over a slot
//! that is not ready, and why that keeps the order. Ours: that a slot is granted to the next ticket whatever its own turn was,
//! that the grants of turns which wait for a slot are the list of what was stepped over, and the note of a gap.
//!
//! ## When a producer is held up
//! Its ticket is *open*: dealt out and not used.
//! - **The consumer steps over it** to the first later ticket that has been used, looks again at all earlier open ones, the
//!   latest first, and takes the earliest that has been used meanwhile. Those that it has stepped over, the *holes*, it goes
//!   through before each later item. Their list takes no memory: there are as many turns without a slot as there are holes, and
//!   in the grants of those turns their slots are kept, in the order of their tickets.
//! - **The others go round without its slot.** A slot comes back to the ring when it has been used up, at whatever place is
//!   next; until then there is one slot less. "Full" is true, and after a pop there is room.
//! - **Empty is true without a look at the tail.** A producer that sees the ticket before its own open leaves a note of a gap
//!   *before* it stamps its own slot. A consumer that finds its next ticket open believes that nothing is inside only if there
//!   is no note. If there is, it takes it away and loads the tail, and from then on looks through all tickets up to the tail,
//!   until all those have been used up.
//!
//! ## A guess
//! An exchange waits for the look at what it replaces, and that look for the last exchange. So a producer takes the tail to be where it has
//! last seen it: behind its own last ticket, or where it was refused, or made. If it is somewhere else by now, the exchange fails, or
//! there is no grant and another tail, and the producer goes on from there. This is only done with 64 bits, where no ticket comes around:
//! if the tail is at that ticket, it has not been anywhere else meanwhile. The grant that was read is that ticket's, or that of the
//! ticket a lap before, which is none. It is not one of two laps before, which would look like it: grants are written in order, and the producer knows of
//! that of the ticket before, as it had that itself (`MP1`), or has it from whoever had (`MP2`).
//!
//! ## Invariants
//! - **I0** The shared words and the slots outlive all ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** Each ticket is dealt out at most once, to one producer, after it has been granted a slot. Tickets are granted in
//!   order, each a slot of which nobody else has a ticket that has not been used up. So at most N tickets are granted and not
//!   used up, and a grant stays until its ticket has been used up or stepped over. A producer therefore reads it before the
//!   ticket is dealt out.
//! - **I2** A slot is the producer's from when its ticket has been dealt out until the stamp, then the consumer's until the
//!   next grant. Whoever has it is the only one to touch it. So an item is taken or dropped once. It has a stamp only while it is
//!   the consumer's, which wipes that out before the next grant: so a stamp is always that of the ticket that has the slot, and
//!   where there is an item inside, its slot says so.
//! - **I3** *What is held.* From N tickets before the limit up to the tail, there is a slot in the grant of each turn, and those
//!   are the slots of all tickets that have been dealt out and not been used up, in the order of the tickets. First come the
//!   holes, up to the consumer's head, and from there on each ticket has its own grant. For so it is before anything was dealt
//!   out. To deal out a ticket, or to step over one, changes no grant. When one has been used up, those before it all move
//!   up by one turn; the turn that has become free is the limit's, and that gets the slot.
//! - **I4** The limit, from which on no ticket has a slot, is N tickets after the tail, but for those that are held. While there
//!   is no hole it is N tickets after the consumer's head: all slots are granted to the tickets in between. So the slot of
//!   the head, when it has been used up, goes to the ticket of the same turn in the next lap: the same grant, but for the odd.
//! - **I5** *The note.* If a push is over and its item has not been taken, and an earlier ticket is open that the consumer
//!   has not stepped over, then there is a note, or the consumer is looking up to the tail. For let *u* be the last open ticket
//!   before the item's. The one after *u* has been used, or it would be the last open one itself. Before that its producer saw
//!   *u* open and left a note. That happens before the end of our push: from there to our ticket each producer either left a
//!   note itself, or saw the one before it used (`MP6`), and what that one did before; or saw another grant in its turn, or the
//!   stamp of another ticket in its slot, but then the consumer has taken something beyond *u* and has stepped over it. (It may
//!   also find a slot without a stamp that has been used up by then. That is one note more, which does no harm. And in a batch,
//!   the one before is the producer's own.) And the consumer takes a note away only by an exchange that reads it (`MC4`), after which it sees a tail beyond *u*, and looks
//!   up to there until *u* has been used up.
//! - **I6** One thread at a time has each end: the ends are not `Sync`, their methods that move something take `&mut self`.
//!
//! ## Order
//! If the push of *a* is over before the push of *b* begins, *a*'s ticket is the earlier one, and whoever sees *b*'s stamp sees
//! *a*'s. The consumer looks at all open earlier tickets after it has seen the one that it is about to take, and again from
//! each that it finds used instead. So it never takes *b* before *a*. Items whose pushes overlapped may come out in either
//! order; the order in which they come out is the order of all.
//!
//! ## Full
//! A producer that finds no grant for its ticket, and the tail still there, has seen a full ring. A grant that it could have
//! known of is there to be seen: those are written in order, and if it has the ticket from another producer's dealing out, it
//! sees what that one saw (`MP2`). Nor is it the grant of a later lap, or one that has been moved up there: the consumer has
//! written that only after it had taken an item with this ticket or a later one, so the tail would have moved on (`MC3`, `MC7`).
//!
//! ## Counts
//! The grants from the tail on are there up to the limit, and no further. A producer that finds the tail where it was before its
//! looks at them has seen what was so meanwhile. (A grant of a later lap would look like none, but then the tail has moved on, as
//! above.) It looks for the limit by halving: the limit was beyond one ticket at one moment and not beyond the next ticket at
//! another, and it goes on by one ticket at a time, so it was just there at one in between. What the consumer counts is as true:
//! it knows the limit, and the tail that it sees is not before any ticket that it has used up.
//!
//! ## Pressure
//! All ends share one level (`G1` to `G3`), which the ends look at only when they come to a gate.
//!
//! *A producer's gate* is the first ticket with which the ring may be filled up to the high mark, by the limit that this producer
//! has last seen: the limit never goes back, so no earlier ticket does. A push that is not before it looks at the level after its
//! stamp, and if that is too low for what it knows, it loads the limit anew. It never waits: held up at any of these steps, it
//! has put its item in already.
//!
//! *The consumer's gate* is as many tickets from the head on as it takes to reach the low mark: from what is inside, if the level
//! is up, else from the high mark, as it isn't raised before that is reached. While the consumer looks at more than its head it
//! is at the gate with each pop, so this costs its fast path nothing. Where there is room for one item there is nothing to raise or to
//! lower, as the pressure follows from that, and no gate on either side. But a pop that finds nothing may take back a ticket that holds no item, and
//! with that the pressure: it makes the fence after that which whoever changes the level makes (`MC10`).
//!
//! *Open tickets* count as items: their slots are taken. But they must not hold the level up for ever, on a ring in which there
//! is room and nothing to be found, for then everybody waits. So whoever counts the items for the level looks whether any ticket
//! has been used that has not been used up; if none has, and there is room, it counts none. It needs no word of the consumer's for
//! that (I3).
//!
//! What may be wrong is up to the slots that are held: the level rises that much early, and falls that much late, until a pop
//! finds nothing. Without a producer that is held up it is exact at rest, for producers and a consumer that have seen the marks.
//!
//! ## Where they meet
//! All tickets come from the tail, by exchanges alone. So an exchange there by the consumer (`MC8`) is before that of a later ticket
//! (`MP3`), which sees what the consumer did before, or after it, and then its ticket is counted in the word that the consumer reads. If all of
//! those have been used up, there is nobody whose push it might overlook. A producer that goes makes such an exchange when it has said so
//! (`MP8`): either the consumer sees that, or the producer what the consumer did. For the level, which is changed after that, there is
//! the fence `MC9`, as for anybody who waits (`G3`); where the level follows from the item, there is none.
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that stores | its stamp `MP4`; if it was stepped over before: then or later, but before the pop that takes it |
//! | push that is refused | the look at the grant `MP1`; of a closed ring, that at the tail `MP2` |
//! | pop that takes | the grant of the freed slot `MC3` |
//! | pop that finds nothing | its first step: all pushes that were over then have been taken |
//!
//! A batch is its items one after another, and those of others may come in between.
//!
//! ## Progress and cost
//! Push is lock-free: a compare-and-swap that fails, but for a first one that was a guess, has been beaten by another producer's. Pop is bounded. Loops that wait for
//! another side are bounded by a few dozen spin-loop hints, and there are none on a 32-bit core without an operating system.
//!
//! | operation | loads of what others write | stores to what they read | read-modify-write |
//! |---|---|---|---|
//! | push after our own one | grant | 1 | 1 |
//! | push after another producer's | tail, grant twice; grant and stamp of the ticket before | 1 | 1 or 2 |
//! | push that is refused | tail twice, grant twice, level; when it has been refused before: tail, grant, level | 0 | none, or 1 the first time |
//! | push at or beyond the high mark, once in N − high at least | level, marks; limit, tail | 1 | 1 |
//! | push that raises the level | marks; twice limit, tail, grant and stamp; more if producers are held up | 1 | 2 |
//! | pop | a stamp | 1 | none |
//! | pop that finds nothing | a stamp, three words that are written seldom | 0 | none |
//! | pop that may reach the low mark, once in high − low at least | a stamp, level, marks; the tail, a grant and a stamp, twice if it lowers the level | 1 | 1 if it lowers it |
//! | batch of k, up to 32 | k grants; after another producer's the tail, up to k grants more, grant and stamp of the ticket before | k | 1 or 2 |
//! | `meet`, and a producer that goes | tail | 0 | 1, and 2; a fence |
//! | a producer's `is_full`, `is_empty`; `len`, `free` | tail twice, a grant; log<sub>2</sub> N + 1 grants | 0 | none |
//! | push near a producer that is held up | some more stamps | 1 | 2 |
//! | pop near one | the open tickets' stamps, the tail | 1, and 1 for each that it has stepped over | at most 1 |
//!
//! ## Limits
//! The capacity is at most 2<sup>29</sup>, with 32 bits 2<sup>26</sup>. Laps come around: with 32 bits after at least
//! 2<sup>29</sup> tickets. A producer that is held up between its look at a grant and its compare-and-swap for exactly so many is
//! dealt a ticket that has been dealt out before, and two producers have one slot then. One that stays in the middle of a push
//! for half as many, or that pushes nothing for exactly as many, may lose its place in the order, or leave no note where one is
//! due; and one that pushes nothing for half as many, or nothing but at a level that is up all the time, may raise the pressure only
//! when it is refused. With 64 bits, where one that pushes nothing for exactly as many may be dealt such a ticket, too, that takes centuries.

mod consumer;
mod depth;
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
