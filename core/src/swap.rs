//! A bounded ring for one or several producers and one consumer, where a push at full may take the oldest item's place in
//! one step.
//!
//! The ring holds exactly as many items as asked for, any number from 1. What a push does at full is a
//! [policy](crate::Overflow) that can be changed while the ring runs: give the value back, drop it, or evict the oldest item.
//! A [forced](Producer::force_push) push evicts under any policy.
//! Every item comes out one way: popped, evicted and handed to the pusher, or left inside. A thread that stops for ever in
//! the middle of a push or a pop stops nobody else, and an interrupt that preempts one may push and returns.
//!
//! | owner | memory | made |
//! |---|---|---|
//! | [`Ring`] | an array within it | at compile time, for statics |
//! | [`SliceRing`] | a caller's slice | at run time, without an allocator |
//! | `HeapRing` (feature `alloc`) | the heap | at run time; its ends can own it |
//!
//! Each of them splits into a [`Producer`], of which [clones](Producer::try_clone) can be made up to the number that the ring
//! was made for, and one [`Consumer`].
//!
//! # Examples
//! The newest readings of two sensors:
//! ```
//! use forebay_core::{Overflow, Pushed, swap::Ring};
//!
//! let mut ring = Ring::<(char, u32), 4, 2>::with_overflow(Overflow::DropOldest);
//! let (mut first, mut consumer) = ring.split();
//! let mut second = first.try_clone()?;
//! for reading in 0..3 {
//!     let _ = first.push(('a', reading));
//!     let _ = second.push(('b', reading));
//! }
//! assert_eq!(first.push(('a', 3)), Ok(Pushed::Evicted(('a', 1))));
//! assert_eq!(consumer.pop(), Ok(('b', 1)));
//! assert_eq!((consumer.lost(), consumer.len()), (3, 3));
//! # Ok::<(), forebay_core::swap::TooManyProducers>(())
//! ```
//!
//! # What is counted
//! `stored = popped + evicted + inside`, and `shed`, whenever no push or pop is under way: [`Producer::evicted`],
//! [`Producer::len`], [`Producer::shed`], and the same of the [`Consumer`]. A push counts nothing, but for a value that it
//! sheds: how many were evicted follows from the positions. [`Consumer::lost`] says how many items were missing before one.
//!
//! # A reader in a storm
//! Where producers evict faster than the consumer can take one item, it would lose every race for the oldest. So after a
//! race that it has lost it goes half a ring further on and takes items from there, which leaves it time for some more. Where it
//! is overtaken all the same before it has got a few, at two pops in a row, going further is in vain; it then takes what is in the
//! very slot where it was overtaken, be it the newest item. That takes nothing but the line of that slot, which is fetched to see
//! that it was overtaken; any other would be fetched, and might be theirs again before it is exchanged.
//! Those that it leaves behind count as evicted from then on: they are no longer inside, and their slots are room. They are
//! handed to the pushers that come to their slots, as [`Evicted`](crate::Pushed::Evicted) whatever the policy is, or dropped
//! by the pop that finds the ring empty, if need be by that of the next consumer after another split. The consumer stops to
//! leave any with the (N + 1)th item in a row, in a ring for N, between which none was lost, or when it finds the ring empty or
//! closes it. Where nobody races the consumer gets exactly the newest items, from the oldest of them on.
//!
//! On targets without 64-bit atomics the consumer always aims at the oldest item and leaves nothing behind.
//!
//! # Pressure
//! [`Producer::pressure`] says whether producers are to slow down: `core/src/gauge.rs` has the algorithm, and why it is never stuck. It
//! follows [`len`](Producer::len): an eviction leaves it as it is, and what the consumer leaves behind is room. Most operations don't
//! look at it. A producer knows the slot at which a push may reach the high watermark, as it knew the consumer, and the consumer the
//! slot at which a pop may reach the low one. Only the push and the pop there look, and find the next such slot, less than a lap on.
//! So these are numbers of slots, and no lap can be mistaken for another: where laps come around, a producer that slept for so many
//! laps that it takes the tail for where it was may raise the level to [`Slow`](crate::Pressure::Slow) too late by less than a lap of
//! its pushes. At full each push looks.
//!
//! In a storm the level stays where it is: a pop that has lost a race of late, and takes its item from the slot where it was
//! overtaken, doesn't look. The look follows with the 16th item in a row between which none was lost, or with the (N + 1)th, if
//! that is less, or when the ring is found empty, whichever is first. Until then the level may be too high, with fewer items inside
//! than the low watermark; the storm would have raised it again by then. It can't be stuck, as each of these ways leads to a look.
//!
//! # Shutting down
//! The last producer goes: the consumer pops until [`Closed`](crate::PopError::Closed) and has everything. The consumer
//! [closes](Consumer::close) the ring, or goes: each push that begins after that gives its value back as
//! [`Closed`](crate::PushError::Closed), under every policy, room or not. What is inside can be popped, until `Closed`: that is
//! final, until the ring is split again. While a close is under way, a push may be answered with `Closed` a moment before
//! [`is_closed`](Producer::is_closed) is true and [`pressure`](Producer::pressure) is [`Closed`](crate::Pressure::Closed), or after that
//! an item may still be stored.
//!
//! A ring that was made for *one* producer pays for its cheaper push: after a close, an empty ring says
//! [`Empty`](crate::PopError::Empty) until its producer has had a push refused or is gone, because until then an item may be on
//! its way. So don't wait for `Closed` where that producer may stay and be silent; with two seats, used or not, there is nothing
//! to wait for.
//!
//! When all ends have gone, the ring can be split again. The items, the policy, the watermarks and the counts are as they were;
//! the ring is open, and the pressure is that of what is inside.
//!
//! # Limits
//! A word counts laps of the ring in the bits that are left: with 64 bits they don't come around in the life of a program.
//! On targets without 64-bit atomics, a word of 32 bits has `30 − log2(N + P + 1)` bits for the lap (rounded down), at least
//! 8, so that laps come around after 2^27 to 2^29 pushes with `P` near 1 (fewer if `P` is far greater than `N`). Ends that
//! sleep for longer find their place again, but count modulo that. One operation that is held up for so long *between two
//! of its steps* may take one lap for another: the order of items is lost then, and with it the truth of "full" and "empty",
//! and after a close there may be up to N more pushes; memory safety and dropping once are not, as a cell changes hands with the
//! word that names it, whatever its lap. Nor is room, and nobody goes in circles: what was put in ahead of the others, or passed
//! over, is found again (`laps_in_one_step` in `tests/stalls`).
//!
//! # The algorithm
//! Source: the exchange of a private cell for a shared one is that of a triple buffer, made a ring of `N` cells. Slots that
//! carry their lap are those of D. Vyukov's *bounded MPMC queue* (2010); here the word that says so also names the payload's
//! cell, so that publishing is one compare-and-swap and claims nothing before it. Strides that double and are halved are J.
//! L. Bentley and A. C. Yao, *An almost optimal algorithm for unbounded searching* (1976). That a store which nothing fences can't
//! be revoked for sure is shown by H. Attiya et al., *Laws of Order* (2011).
//!
//! Item number `p` belongs to slot `p mod N` in lap `p / N`. The payloads lie in `N + P + 1` cells beside the slots: one for
//! each slot, one for each producer, one for the consumer. (`core/src/swap/word.rs` draws the word of a slot.) A push writes its value into
//! its own cell, and exchanges that for the one in the slot at the tail:
//!
//! | the slot at `(L, i)` | means | so a push, for which all before `(L, i)` was published |
//! |---|---|---|
//! | `FREE(L)` | there is room | stores: `FULL(L, own)` |
//! | `FULL(L−1)` | full: no later item, and the one a lap ago is inside | gives up, or evicts: `FULL(L, own)` |
//! | `FULL(L)` or later | somebody was here | looks further on |
//! | the first or second, with a bar | closed | gives up |
//!
//! A pop does the same at the head: `FULL(L)` becomes `FREE(L+1, own)`, and a bar stays. If the slot is further on, the consumer
//! was overtaken, and looks for the oldest item.
//!
//! ## Closing
//! With several seats the consumer sets a bar, a bit in the word of a slot, whatever else the word says. No exchange that puts an
//! item in expects a bar, so **nothing is published in a barred slot any more**, by whomever, even if it looked at the word
//! before; and as items are published one after another, nothing is published behind the next barred slot either. The ring is
//! closed from the moment in which the slot at the tail has a bar: the tail stays where it is. The consumer bars the slot at its
//! head first, so that there are at most N more pushes, and then that at the tail, until it was the tail: if an item has been
//! published there meanwhile, the bar stays and does no harm. A pop that finds a bar and no item at its head is at the tail,
//! and nothing can come: that is `Closed`.
//!
//! With one seat, a store into a free slot (`S3`) would overwrite a bar. So there the consumer leaves a mark beside the slots,
//! which the producer looks at before each push; when it refuses one, it tells so (`S14`), and all that it will ever have
//! published is visible to who sees that (`S7`). Only then, or when it is gone, the consumer's second look at the head tells
//! `Closed` from `Empty`.
//!
//! Another split takes mark and bars away, while no end is at work.
//!
//! ## Invariants
//! - **I0** The words and the cells outlive all ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** Items are published one after another: who publishes `p` has seen `p − 1` published, in its slot or in a later
//!   one. So the tail is one position, though no word holds it: all before it were published, none after.
//! - **I2** Each cell has one owner: the slot whose word names it, the end that has it for its own, or the empty seat that
//!   keeps it for the next end. It changes hands with the exchange of the word that names it. It holds an item if the word
//!   says `FULL`, and none if `FREE`; an end's own cell holds one only within a push, before its exchange.
//! - **I3** One thread at a time has each end: the ends are not `Sync`, and what changes anything takes `&mut self`.
//! - **I4** The word of a slot goes `FREE(L)`, `FULL(L)`, then `FREE(L+1)` or `FULL(L+1)`, and never back. So a word that is
//!   as it was has not changed in between, as long as laps don't come around meanwhile.
//! - **I5** Where an end believes the tail or the oldest item to be, it is or was: never further on.
//! - **I6** Items are evicted one after another, too: publishing `p` evicts `p − N`, if the consumer has not taken it. So all
//!   before one that was evicted are gone.
//! - **I7** With several seats: a word that has a bar keeps it, and no item is published in its slot.
//!
//! ## Who owns a cell
//! `S1`, `S2` and so on name the places in the source where the operation stands with its ordering.
//!
//! | from | to | by |
//! |---|---|---|
//! | a producer, with an item | a slot | push: `S2`, or `S3` where the producer is the only one and the slot free |
//! | a slot, with an item | the consumer | pop: `S2` |
//! | a slot, with an item | a producer | push that evicts: the same `S2` that brings the new one |
//! | the consumer, empty | a slot | pop: the same `S2` |
//! | a slot, empty | a producer | push that stores: the same `S2` or `S3` |
//! | a producer, empty | its seat | its drop: `S12`, counted by `S9` |
//! | a seat | a new producer | a clone: `S11`, counted by `S10` |
//!
//! A producer that stops for ever keeps its seat and its cell; others never wait for them.
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that stores or evicts | the exchange `S2` or store `S3` of the slot's word |
//! | push that is refused | the load `S1` of that word; with one seat and the ring closed, the load of the mark |
//! | pop that takes | its exchange `S2`; if it left items behind, at the latest the store `S5`: which ones is known by the word that it exchanged |
//! | pop that finds nothing | the load `S1` of the word at the head |
//! | close | the bar at the tail, or the push that moves the tail to a bar; with one seat, the store of the mark |
//!
//! With one seat a push that found no mark may take effect after the close, if nothing orders it behind that; such a push
//! began before `Closed` was said, and before any that is refused.
//!
//! The specification is a bounded queue, whose push at full takes the oldest out first if it evicts, and whose pop may
//! discard items before the one that it takes if it lost a race. A refusal or "empty" is true of all that happens before it;
//! on machines that show stores to different threads in different orders that is all that can be said.
//!
//! ## Progress and cost
//! | operation | progress | steps |
//! |---|---|---|
//! | push | lock-free; wait-free with one producer | 1 load and 1 compare-and-swap of the slot, or a store where one producer finds room, which looks at a mark that seldom changes; at full, 1 load of what seldom changes; `2 log N` loads to find the tail where others pushed many |
//! | pop | lock-free: a push that evicts what it is after makes it look again | 1 load, 1 compare-and-swap, 1 store to a line that is the consumer's; `2 log N` loads where it was overtaken, none where that is so again and again |
//! | pop that finds nothing | the same; it drops what was left behind, up to N / 2 items | 2 or 3 loads |
//! | look at the pressure, at a watermark | as the operation: others hold it up only by changing the level | up to 4 loads of what seldom changes, 1 of the consumer's line by a push; where the level changes 1 or 2 compare-and-swaps, a fence, and `2 log N` loads |
//! | close | wait-free: at most N pushes come between | a store and a compare-and-swap; with several seats 2 read-modify-writes and `2 log N` loads for each push that comes between |
//! | split | wait-free | N |
//! | clone, drop of an end | lock-free, wait-free | up to P |
//!
//! The pressure costs a push or a pop before the mark one comparison with a number of its end, 2 or 3 instructions; a push at full
//! one load more, of the line that has the policy, 6 instructions in all; a pop that finds nothing likewise, 8. On x86-64 a push
//! and a pop of a `u64` by one thread are 103 instructions, and a push that evicts is 64, with 64 bytes 81. In a ring of few slots there is a mark at every other operation: 292 instructions a pair with 2 slots, 144 with 8.
//!
//! No end waits for another in any of them. A batch is a push for each item, and a drain a pop: each item has a word of its own.

mod consumer;
mod depth;
mod error;
mod owner;
mod producer;
pub(crate) mod slot;
mod view;
pub(crate) mod word;

pub use consumer::{Consumer, Drain};
pub use error::TooManyProducers;
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::{Batch, Producer};
pub use slot::Slot;
pub(crate) use view::Cell;
