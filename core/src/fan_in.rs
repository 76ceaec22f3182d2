//! A lane for each of several producers, and one consumer that serves them fairly: a noisy producer fills its own lane and
//! nobody else's.
//!
//! Each lane is an [`spsc`](crate::spsc) ring of its own: its producer's pushes are wait-free, it holds exactly as many items as
//! asked for, and its policy at full, its pressure, its watermarks and its counters are its own. The consumer takes from all
//! lanes that have items in turn, by their weights: by items, or by what items cost, bytes say. Lanes are opened and left
//! while the ring runs. A producer that goes, or dies, leaves its items to be taken out, and then its lane to another one.
//!
//! | owner | memory | made |
//! |---|---|---|
//! | [`Ring`] | arrays within it | at compile time, for statics |
//! | [`SliceRing`] | two slices of the caller's | at run time, without an allocator |
//! | `HeapRing` (feature `alloc`) | the heap | at run time; its ends can own it |
//!
//! Each of them splits into a [`Consumer`] and a first [`Opener`], which opens lanes and can be cloned without limit. Each lane
//! that it opens is a [`Producer`], and the consumer looks at it as a [`Lane`].
//!
//! | quantity | unit and range |
//! |---|---|
//! | lanes | at least 1; lanes and slots are of fixed number |
//! | a lane's capacity | items, at least 1, the same for all lanes; exactly as many fit |
//! | a lane's weight | items in a round, or what [`pop_by`](Consumer::pop_by) counts, bytes say; 1 to 2<sup>32</sup> − 1 |
//! | what an item costs | the same; 0 counts as 1 |
//! | watermarks, pressure, policy, `shed` | of one lane, since it was opened; `shed` wraps |
//!
//! # Examples
//! One producer sends as much as it can, another an item now and then:
//! ```
//! use core::num::NonZeroU32;
//! use forebay_core::{Pressure, PushError, fan_in::Ring};
//!
//! let mut ring = Ring::<u32, 4, 8>::new();
//! let (opener, mut consumer) = ring.split();
//! let mut noisy = opener.open(NonZeroU32::MIN).unwrap();
//! let mut quiet = opener.open(NonZeroU32::MIN).unwrap();
//!
//! assert_eq!(noisy.push_iter(0..), 4);
//! assert_eq!(noisy.push(4), Err(PushError::Full(4)));
//! assert_eq!((noisy.pressure(), quiet.pressure()), (Pressure::Stop, Pressure::Open));
//!
//! // It waits for one item of the other, not for four.
//! quiet.push(100).unwrap();
//! let order: Vec<u32> = consumer.drain().map(|(_, number)| number).collect();
//! assert_eq!(order, [0, 100, 1, 2, 3]);
//! ```
//! # Errors
//! | call | says | when | the value |
//! |---|---|---|---|
//! | push | [`Full`](crate::PushError::Full) | no slot of this lane is free, and its policy is to reject | comes back, uncounted |
//! | | [`Shed`](crate::PushError::Shed) | so it is, and its policy is to drop what comes | comes back, and is counted as lost |
//! | | [`Closed`](crate::PushError::Closed) | so it is, and the consumer is gone | comes back, uncounted |
//! | pop | [`Empty`](crate::PopError::Empty) | all pushes that were over have been taken | |
//! | | [`Closed`](crate::PopError::Closed) | so they have, and no producer or opener is there | |
//! | open | [`AllTaken`](NoLane::AllTaken) | each lane has a producer, or items, or was not come by since, or is just being opened | |
//! | | [`Closed`](NoLane::Closed) | the consumer is gone | |
//!
//! # Order
//! Items of one lane come out in the order in which they were pushed, and all that happened before a push happens before what
//! follows the pop of its item. Each lane by itself is a queue whose operations are steps in one order, and so are all of them
//! together ([linearizable](https://doi.org/10.1145/78969.78972)), as far as they are about one lane: pushes, refusals, pops that
//! take an item, lengths, pressure.
//!
//! What is said of all lanes is not one step. Which of two lanes' items was pushed first, nobody can tell from the order in which
//! they come out. "Empty" says that each push that was over when the pop began has been taken, and nothing of those that were under
//! way: one of these may have shown in its lane's length before. "All taken" says that each lane was taken at some time during the
//! call, and not that all were at the same time. Sums over the lanes ([`Consumer::len`], [`Consumer::shed`]) are sums of what was
//! seen one after another. A producer that goes gives up its lane first, and counts as gone right after that; and when the consumer
//! goes, it leaves one lane after another.
//!
//! # Choosing weights and costs
//! - **All alike**: weight 1 for each lane, and [`pop`](Consumer::pop). An item at the head of its lane waits for one item of each
//!   other lane at most. (Here and below: once the consumer knows of it. That is at once, but for [lost hints](#when-a-hint-is-lost).)
//! - **Shares**: weights in proportion, and no larger than it takes: 3 and 1, not 300 and 100. A lane is served as many items
//!   as its weight in one go, so an item waits for as many as the weights of the other busy lanes together.
//! - **Items of different size**: [`pop_by`](Consumer::pop_by), with what they cost the consumer: bytes, or microseconds of work. With
//!   weights of at least what the dearest item costs, each lane is served in each round, and an item waits for no more than the
//!   weight and the dearest item of each other busy lane. With smaller ones lanes save up for some rounds, which serves in finer
//!   grains, and costs the consumer a few steps for each of them.
//! - **Of lanes that are not busy** nothing is kept: what they don't use, the others share by their weights. A lane alone gets
//!   everything.
//! - **Capacity**: what a lane's producer may offer before it is served again, so at least what comes within a round; see also
//!   [`Watermarks`](crate::Watermarks#choosing).
//!
//! Weights can be changed at any time, by either side, and count from the lane's next turn on. So can a lane's policy and its
//! watermarks: see [`Producer`] and [`Lane`].
//!
//! # How lanes come and go
//! A lane is opened by any [`Opener`], in a few steps and without the consumer's help, and its producer can push at once. It is free
//! again after three things: its producer is dropped, its items have been taken out, and a pop has come by after that. So a consumer
//! that doesn't pop frees no lane. (A pop that answers `Empty` has come by everywhere.) The next lane at the same place has
//! another [`LaneId`], and starts anew: its policy, watermarks, pressure, count of shed values, and standing in the round.
//!
//! | what becomes of a producer | its items | its lane |
//! |---|---|---|
//! | it is dropped, also as its thread panics | are served in turn | is free when they have been |
//! | it stands still for ever, wherever that is | so are those whose push was over | stays its own; all others go on |
//! | it is forgotten ([`mem::forget`](core::mem::forget)), or its thread is killed | so they are | stays taken, and the ring open, until it is split anew by `&mut` |
//!
//! A batch whose iterator panics has put in what came before.
//!
//! # Credit for each lane
//! A sender at the far end of a wire can have a [credit](crate::credit) of its own, whose window is its lane's capacity. The
//! granter is where the sender's items arrive, beside the lane's producer, and grants by the lane's free room
//! ([`release_all_but`](crate::credit::Granter::release_all_but)): what is granted always has room, whatever frames are lost or
//! repeated, and what one sender doesn't send takes no room from the others. The consumer knows nothing of it.
//! ```
//! use core::num::NonZeroU32;
//! use forebay_core::credit::{Granter, Spender};
//! use forebay_core::fan_in::{Producer, Ring};
//!
//! /// What serves the connection of one sender, in a thread or a task of its own, say.
//! struct Connection<'q> {
//!     lane: Producer<'q, u32>,
//!     granter: Granter,
//! }
//!
//! let mut ring = Ring::<u32, 4, 2>::new();
//! let (opener, mut consumer) = ring.split();
//! let mut connect = |session| {
//!     let lane = opener.open(NonZeroU32::MIN)?;
//!     let granter = Granter::new(lane.capacity() as u32, session, 1000)?;
//!     Ok::<_, Box<dyn std::error::Error>>(Connection { lane, granter })
//! };
//! let mut connections = [connect(1)?, connect(2)?];
//! let mut spenders = [Spender::new(4, 1, 3000)?, Spender::new(4, 2, 3000)?];
//!
//! let mut delivered = [0; 2];
//! for now in 0..10 {
//!     for (Connection { lane, granter }, spender) in connections.iter_mut().zip(&mut spenders) {
//!         granter.release_all_but(lane.len())?;
//!         if let Some(frame) = granter.grant_due(now) {
//!             // Over the wire.
//!             spender.on_frame(now, &frame)?;
//!         }
//!         // The senders send all that they may.
//!         while let Some(position) = spender.spend(now) {
//!             granter.accept(position)?;
//!             lane.push(position).expect("what was granted has room");
//!         }
//!     }
//!     for _ in 0..3 {
//!         let (lane, _) = consumer.pop()?;
//!         delivered[lane.index()] += 1;
//!     }
//! }
//! assert_eq!(delivered, [15, 15]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When to take it
//! | there is | take |
//! |---|---|
//! | producers that must not fill the ring for each other, or wait for each other | this one |
//! | one order of all items, or more producers than lanes can be had for | [`mpsc`](crate::mpsc) |
//! | a newest item that matters more than the oldest | [`swap`](crate::swap) |
//!
//! # Shutting down
//! The producers and openers go: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer goes:
//! no lane can be opened, what is inside stays in the ring, and a producer can see it ([`Producer::is_closed`]).
//!
//! The rest of this page is how it works and why that is right.
//!
//! # The algorithm
//! Source: M. Shreedhar and G. Varghese, *Efficient fair queueing using deficit round robin* (1995), for the order of service.
//! In a round each lane with items has a turn, for which it gets its weight. It is served as long as it can pay; what it can't spend
//! on its next item it keeps for its next turn, and what is left when it is empty, or when the turn is over without a need, is
//! forfeited. Deviations: turns go by the lanes' numbers and not by when they got their first item; rounds in which every lane
//! would only save up are skipped together, so that an item is found at once whatever it costs; and weights may change.
//!
//! The consumer finds the lanes by **hints**: a word has a bit for each of as many lanes, and the next bit that is set is
//! the next lane. A producer sets its lane's bit after it has pushed, unless it sees by a flag of its own lane that it is set;
//! the consumer takes the bit away when it finds the lane empty, then clears the flag, and then looks at the lane once more. So
//! while a lane has items, its producer loads one word more than that of an `spsc` ring, and no other lane's traffic reaches it.
//!
//! ## When a hint is lost
//! A processor may let a producer's look at its flag come before others see its push. So a producer may see a flag that is just
//! about to be cleared, while the consumer looks at the lane once more and does not see the item: there is an item and no hint.
//! A fence in each push would rule that out, and cost more than the push. Instead
//! - `Empty` and `Closed` are answered only after a look at each lane that is open, whatever the hints say. As long as nothing is
//!   pushed, those looks are at lines that the consumer has in its cache.
//! - In each round, but not more often than every 16 items, the consumer looks at one further lane without a hint. So an item
//!   waits for as many rounds as there are open lanes at most, or for 16 items for each of them, and not for ever while other
//!   lanes are busy.
//! - The producer's next push to the lane, or its next refusal, sees the cleared flag and leaves the hint again.
//!
//! The word of hints and the lanes that the consumer knows lie with the lane whose number they have, in a cache line of their own.
//!
//! ## Invariants
//! - **I0** The shared words, the lanes and the slots outlive all ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** A lane is *free*, *being opened*, *open*, or *shut*. From free to being opened it goes by a compare-and-swap of an
//!   opener (`L1`), which has it alone then; from there to open by that opener (`L2`); from open to free by the consumer (`L4`),
//!   after it has seen the producer gone and the lane empty; from any of them to shut by the consumer when it goes (`L5`). The
//!   consumer touches its own end of a lane only while that is open, or free when it shuts it. So a producer's end is made while no
//!   other end of that ring is at work, and what the consumer did before happened before.
//! - **I2** The slots of a lane are its ring's: see there.
//! - **I3** One thread at a time has each end: the ends are not `Sync`, their methods that change something take `&mut self`. What
//!   the consumer notes beside a lane, and which lanes it knows to be open, only its end touches.
//! - **I4** When nobody is leaving or taking a hint, and a lane's flag is set, so is its bit. For whoever sets the flag sets
//!   the bit afterwards (`H2`), and the consumer takes the bit before it clears the flag. If it took the bit after it was set, then
//!   it cleared the flag after it was set, too (`H3`); and a producer that sees the cleared flag sets the bit after it was taken
//!   (`H1`). A producer that goes sets the bit and leaves the flag alone, which may be its successor's.
//! - **I5** The consumer knows each open lane in which a push is over. For a free lane has no flag set, as the consumer clears it
//!   once more when it gives the lane back, when nobody else can set it; so the first push leaves a hint whatever happens; and the consumer takes the hint of an unknown lane away before it looks whether that is open.
//! - **I6** A lane's pressure is not stuck: before the consumer ceases to look at a lane it has a fence (`H5`) and one more look,
//!   at the pressure too, as the pressure of an `spsc` ring wants it of a consumer that waits.
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push, and pop that takes | those of the lane's `spsc` ring |
//! | pop that finds nothing | its first step: all pushes that were over then have been taken (I5, and the looks at all known lanes) |
//! | open | the compare-and-swap `L1` |
//!
//! ## Progress and cost
//! Push is wait-free. Pop is lock-free: it looks at a further lane only if a producer has pushed to, opened or left the one before
//! since it was last looked at, or in the one round in which it finds how many to skip. Opening is lock-free.
//!
//! | operation | loads of what others write | stores to what they read | read-modify-write |
//! |---|---|---|---|
//! | push | as `spsc`, and the lane's flag | 1 | none; 1 if the consumer has found the lane empty since |
//! | pop in a lane's turn | as `spsc`, and the lane's weight | 1 | none |
//! | the step to the next lane | a word for each 64 lanes in between, now and then an idle lane's position | 0 | none |
//! | a lane that is found empty | as `spsc`, twice | 1 | 1, and a fence |
//! | pop that finds nothing | each open lane's position | 0 | none |
//! | open | a word of each lane | some | 3 |
//!
//! ## Limits
//! The consumer's cost of an item grows by one word for each 64 lanes, that of `Empty` by one line for each open lane: beyond some
//! thousand lanes, merge in two steps. A lane that is left is free only when the consumer has come by.

mod by_lane;
mod consumer;
mod lanes;
mod opener;
mod owner;
mod producer;
mod round;
mod view;

pub use by_lane::{ByLane, LaneSet};
pub use consumer::{Consumer, Drain};
pub use lanes::{Lane, Lanes};
pub use opener::{NoLane, Opener};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedOpener, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::Producer;
pub use view::LaneMemory;

pub use crate::spsc::Slot;

/// Which lane of a ring: its place, and how often that has been given back, so that a later lane at the same place is another
/// one. (Unless the count has come around meanwhile.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LaneId {
    index: usize,
    generation: usize,
}

impl LaneId {
    /// The place, below the number of lanes: for a table with an entry for each, say.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }
}
