//! A ring whose items are of several classes: the most important come out first, and where there is no room, the least important
//! make it. For several producers and one consumer.
//!
//! All classes share one capacity, exactly the one that was asked for, any number from 1. Class 0 is the most important. A push at
//! full takes the place of the oldest item of the least important class that has any, and hands that item back; if nothing less
//! important than its own is inside, a [policy](crate::Overflow) that can be changed while the ring runs decides about it. A thread
//! that stops for ever in the middle of a push or a pop stops nobody else, and costs the room for one item; an interrupt that preempts
//! one may push and returns.
//!
//! | owner | memory | made |
//! |---|---|---|
//! | [`Ring`] | an array within it | at compile time, for statics |
//! | [`SliceRing`] | a caller's slice | at run time, without an allocator |
//! | `HeapRing` (feature `alloc`) | the heap | at run time; its ends can own it |
//!
//! Each of them splits into a [`Producer`], which can be [cloned](Producer::clone), and one [`Consumer`]. How many classes there are
//! is a part of their types.
//!
//! Take it where under overload some things count more than others: alarms before telemetry, orders before quotes. Where classes need
//! not come out in order of importance, [admission by classes](crate::admission::Classes) before any other ring costs less.
//!
//! # Examples
//! ```
//! use forebay_core::{Pushed, priority::Ring};
//!
//! const ALARM: usize = 0;
//! const TELEMETRY: usize = 1;
//!
//! let mut ring = Ring::<(&str, u32), 3, 2>::new();
//! let (mut producer, mut consumer) = ring.split();
//! for number in 0..3 {
//!     assert_eq!(producer.push(TELEMETRY, ("speed", number)), Ok(Pushed::Stored));
//! }
//! assert_eq!(producer.push(ALARM, ("door", 7)), Ok(Pushed::Evicted(("speed", 0))));
//! assert_eq!(consumer.pop(), Ok((ALARM, ("door", 7))));
//! assert_eq!(consumer.pop(), Ok((TELEMETRY, ("speed", 1))));
//! assert_eq!((consumer.evicted(TELEMETRY), consumer.inside(TELEMETRY)), (1, 1));
//! ```
//!
//! # What is promised
//! - Each class is a queue: its items go, popped or evicted, in the order in which they were pushed.
//! - An item is evicted only by one that is at least as important, and by one of its own class only if the policy is to drop the
//!   oldest. In that push there was a moment in which no place was free, and nothing inside that is less important than what it
//!   evicts.
//! - A value is refused only if in its push there was a moment in which no place was free, and nothing inside that is less important.
//! - So **class 0 loses nothing while something less important is inside** throughout the push that would lose it.
//! - A pop takes an item of some class only if no more important class had anything when it looked at that, or if the class was due.
//!   "Empty" says that there was a moment in which nothing was inside.
//!
//! A push that evicts is *two* steps to others: the item goes, and later the new one comes. In between, the ring holds one item less;
//! a push that is held up there keeps a place to itself until it goes on. So is a pop between taking its item and freeing the place:
//! a push beside it may be refused although the item has been taken. Once both have returned, the counts are exact. The classes are
//! not looked at in one step either: what is more important may come while a pop looks at what is less, and it gets that one.
//!
//! # Whose turn it is
//! The most important class that has something comes first; but after [`bypass`](Consumer::bypass) items of more important classes a
//! class is *due*, and comes first if it has something. Of several that are due the least important comes first. So while a class
//! has something, **at most `bypass` items of more important classes are taken** before its own next one. Of each less important
//! class, which may be due as well, there come two between at most, if `bypass` is at least twice the number of classes. A class that
//! has nothing when it is due may be passed over by as many again.
//!
//! It is [`DEFAULT_BYPASS`], until it is [changed](Consumer::set_bypass). It costs a pop of what is most important 1 in
//! `bypass + 1` for each other class at most.
//!
//! # What is counted
//! For each class `stored = popped + evicted + inside`, and `shed`, whenever no push or pop is under way: [`Producer::popped`],
//! [`Producer::evicted`], [`Producer::inside`], [`Producer::shed`], and the same of the [`Consumer`].
//!
//! # Pressure
//! [`Producer::pressure`] says whether producers are to slow down: `core/src/gauge.rs` has the algorithm, and why it is never stuck. It
//! follows [`len`](Producer::len), which is of all classes together: an eviction leaves it as it is. Most operations don't look at it:
//! a producer knows how many places may be taken before the high watermark can be reached, and the consumer how many items before the
//! low one.
//!
//! # Shutting down
//! The last producer goes: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer
//! [closes](Consumer::close) the ring, or goes: each push that begins after that gives its value back as
//! [`Closed`](crate::PushError::Closed), under every policy, room or not. What is inside can be popped, until `Closed`: that is
//! final, until the ring is split again. A push that was under way may still put its item in; as long as that can be, an empty ring
//! says [`Empty`](crate::PopError::Empty).
//!
//! When all ends have gone, the ring can be split again. The items, the policy, the watermarks and the counts are as they were;
//! the ring is open, and the pressure is that of what is inside.
//!
//! # Limits
//! Words count laps as in [`swap`](crate::swap#limits), with the same consequences on targets without 64-bit atomics: the order of
//! items, and the truth of "full" and "empty", are lost if one operation is held up between two of its steps while laps come around.
//!
//! # The algorithm
//! Source: lanes of slots that carry their lap are those of [`swap`](crate::swap), whose words and searches are used here, without its
//! eviction in place. Bounded bypass is known from mutual exclusion. That a set of words was as it was read at one moment if a second
//! reading finds it unchanged is the double collect of Y. Afek et al., *Atomic snapshots of shared memory* (1993).
//!
//! The items lie in N *cells*. Each class has a *lane*, a row of N slots, and so have the free cells: as if nothing were one more class,
//! less important than all. Item number `p` of a lane belongs to slot `p mod N` in lap `p / N`, whose word (`core/src/swap/word.rs`
//! draws it) says `FREE(L)`: nothing was put in yet in this lap; or `FULL(L, cell)`. A cell goes from lane to lane:
//!
//! ```text
//!                     push: takes a cell, writes its item, puts it into the lane of its class
//!            +------------------------------------------------------------------------------+
//!            |   front  +-------------+  back                                               v
//!  the free  |  <------ |  |c3|c1|c5| | <-------+        class 0   <--  |  |  |c2|c6|  |  <--
//!  cells     +----------+-------------+         |        class 1   <--  |  |  |  |  |  |  <--
//!                                               |        class 2   <--  |c0|c7|c4|  |  |  <--
//!                                               +---------------------+     |
//!            pop: takes a cell, reads its item, puts it back          |     +--> push, if no cell is free: takes that one
//!                                                                     +----- most important first
//! ```
//!
//! To *take* is an exchange of the word at the front of a lane, the oldest one: `FULL(L, c)` becomes `FREE(L+1)`, and the cell is the
//! taker's. To *put* is one of the word at its back, `FREE(L)`, to `FULL(L, c)`. Free cells are put back by the consumer alone, by a
//! store. Where others have been, the front and the back are searched for, by strides that double and are halved.
//!
//! A push that finds no free cell goes through the lanes from the least important one up to those that are less important than its
//! own. Before it takes from one, or gives up, it looks once more at all that it found empty: if nothing was put in since,
//! they were empty all at once, at the moment between. If not, it begins again.
//!
//! ## Closing
//! The consumer sets a bar, a bit in the word of every slot of the lane of free cells. Nobody takes a cell from a word that has a
//! bar, and what the consumer frees from then on gets one as well. A push that finds a bar at the front gives up. A cell behind a bar
//! is *out of use*; when all are, and so none is in a lane or in anybody's hands, nothing can come any more: that is `Closed`. Another
//! split takes the bars away, while no end is at work.
//!
//! ## Invariants
//! - **P0** The words and the cells outlive all ends: by the borrow `'q`, or by what the ends keep.
//! - **P1** Each cell has one owner: the lane one of whose words says that it is full of it, or the operation that has taken it. It
//!   changes hands with the exchange, or store, of that word. In the lane of a class it holds an item, and among the free ones none.
//! - **P2** A lane has room for whoever has a cell: it has as many slots as there are cells, and that one is not in it.
//! - **P3** Cells are put into a lane one after another: who puts one in at `p` has seen that `p − 1` was, in its slot or in a later
//!   word of it.
//! - **P4** They are taken one after another, too: who takes the one at `p` has seen that all before were taken.
//! - **P5** Where an end believes the front or the back of a lane to be, it is or was: never further on.
//! - **P6** The word of a slot goes `FREE(L)`, `FULL(L)`, `FREE(L+1)`, and never back. So a lane that was empty at a position, and has
//!   nothing at that position later, was empty all the time between.
//! - **P7** A word that has a bar keeps it, and what it says, but for the store by which the consumer puts a cell in.
//!
//! P2 holds for what a thread sees, too: at the back `p` of a lane it never finds the item of the lap before. The positions from
//! `p − N` to `p − 1` were put in with N − 1 cells at most that are not ours, or with ours before we took it. So a cell was put in
//! twice or was ours, hence taken in between, which can only be after `p − N` was (P4); and the exchanges by which that cell came back
//! into the lane, or to us, and `p − 1` into the lane, order that before our look.
//!
//! ## Who owns a cell
//! `PR1`, `PR2` and so on name the places in the source where the operation stands with its ordering.
//!
//! | from | to | by |
//! |---|---|---|
//! | the free ones | a producer | push: `PR2` |
//! | a producer, with an item | the lane of its class | push: `PR2` |
//! | the lane of a class, with an item | a producer | push that evicts: `PR2` |
//! | the lane of a class, with an item | the consumer | pop: `PR2` |
//! | the consumer | the free ones, or out of use | pop: `PR3` |
//! | the free ones | out of use | close: the bar |
//! | out of use | the free ones | another split |
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that stores | the exchange `PR2` that puts its cell into the lane |
//! | push that evicts | two: that which takes the victim's cell, and that which puts it into the lane |
//! | push that is refused | between its two looks at the lanes; closed: the load `PR1` of a bar |
//! | pop that takes | the exchange `PR2` that takes the cell |
//! | pop that finds nothing | between its two looks at the lanes; `Closed`: the last of them, after no producer was left |
//! | close | the bar at the front of the free cells, for pushes that have none yet |
//!
//! The specification: each lane is a queue; a push takes a place, evicts perhaps, and stores, in this order; a pop takes an item and
//! frees a place. Refusals and "empty" are true of all that happens before them; on machines that show stores to different threads in
//! different orders that is all that can be said.
//!
//! ## Progress and cost
//! | operation | progress | steps |
//! |---|---|---|
//! | push | lock-free | 2 loads and 2 compare-and-swaps; at full as well, and 1 load for each less important class, twice where it is passed over; `2 log N` loads where others have been |
//! | pop | lock-free: a push that evicts what it is after makes it look again | 1 load for each class up to that of the item, 1 compare-and-swap, 2 stores |
//! | pop that finds nothing | lock-free: a push of an item that is gone again makes it look again | 2 loads for each class, and 1 |
//! | look at the pressure, at a watermark | as the operation | `2 log N` loads |
//! | close | wait-free | N read-modify-writes |
//! | split | wait-free | N for each class |
//! | clone, drop of an end | wait-free | 1, and close |
//!
//! No end waits for another in any of them. On x86-64 a push and a pop of a `u64` of three classes in turn by one thread are 271 to 293
//! instructions, and a push that evicts is 410.

/// What both ends say of the ring, the same with the same words.
macro_rules! says {
    ($end:ident) => {
        /// How many items are inside, of all classes together: at most the capacity. While ends are at work an item counts that is on
        /// its way in or out.
        ///
        /// # Progress
        /// Lock-free, in a number of steps that grows with the logarithm of the capacity.
        #[must_use]
        pub fn len(&self) -> usize {
            self.$end.ring.len(self.$end.before_free())
        }

        /// Whether nothing is inside.
        ///
        /// # Progress
        /// As [`len`](Self::len).
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// Whether there is no room.
        ///
        /// # Progress
        /// As [`len`](Self::len).
        #[must_use]
        pub fn is_full(&self) -> bool {
            self.len() == self.capacity()
        }

        /// How many items the ring holds at most, of all classes together: exactly as many as it was made for.
        #[must_use]
        pub const fn capacity(&self) -> usize {
            self.$end.end.ring.shape.slots()
        }

        /// How many classes there are.
        #[must_use]
        pub const fn classes(&self) -> usize {
            C
        }

        /// How many items of a class are inside. There are none of a class beyond the last.
        ///
        /// # Progress
        /// As [`len`](Self::len).
        #[must_use]
        pub fn inside(&self, class: usize) -> usize {
            let Some(&front) = self.$end.fronts.get(class) else { return 0 };
            self.$end.ring.count_from(Lane::of(class), front)
        }

        /// How many items of a class were popped, since the ring was made. It wraps, and is exact when no pop is under way.
        #[must_use]
        pub fn popped(&self, class: usize) -> usize {
            self.$end.ring.popped(class)
        }

        /// How many items of a class were evicted, since the ring was made. It wraps, and is exact when no push is under way.
        #[must_use]
        pub fn evicted(&self, class: usize) -> usize {
            self.$end.ring.evicted(class)
        }

        /// How many values of a class were [shed](crate::PushError::Shed), since the ring was made. It wraps, and is exact when no
        /// push is under way.
        #[must_use]
        pub fn shed(&self, class: usize) -> usize {
            self.$end.ring.shed(class)
        }

        /// What a push does at full if there is nothing less important inside.
        #[must_use]
        pub fn overflow(&self) -> Overflow {
            self.$end.ring.ctl().ends.policy.get()
        }

        /// Changes that, from now on. A push that is under way may or may not obey.
        pub fn set_overflow(&self, overflow: Overflow) {
            self.$end.ring.ctl().ends.policy.set(overflow);
        }

        /// How many items of more important classes are taken at most, one after another, while a class has something: see
        /// [the module](super#whose-turn-it-is).
        #[must_use]
        pub fn bypass(&self) -> usize {
            self.$end.ring.bypass()
        }

        /// Changes that, from the next pop on. With a number that is never reached in the life of a program, [`NonZeroUsize::MAX`]
        /// say, what is more important always comes first.
        pub fn set_bypass(&self, bypass: NonZeroUsize) {
            self.$end.ring.set_bypass(bypass);
        }
    };
}

mod by;
mod consumer;
mod owner;
mod producer;
mod turn;
mod view;

use core::num::NonZeroUsize;

pub use by::{By, ByClass};
pub use consumer::{Consumer, Drain};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing, Slot};
pub use producer::Producer;

/// How many items of more important classes a class is passed over by at most, unless it is [changed](Consumer::set_bypass).
pub const DEFAULT_BYPASS: NonZeroUsize = NonZeroUsize::new(16).unwrap();
