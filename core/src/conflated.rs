//! The newest value of each key, for one producer and one consumer: what was overtaken is not delivered, and the last value always
//! is.
//!
//! Keys are numbers from 0 to below K. The producer always has room: a value whose predecessor the consumer has not taken yet takes
//! that one's place, which comes back and is counted as [conflated](Producer::conflated). The consumer gets the keys that have
//! something new in the order in which they first had it, each with its newest value: no key is starved by a busier one. Memory is
//! fixed: three values, two machine words and three bytes for each key ([`Ring`] says it exactly).
//!
//! [`Ring`] holds the memory, in a `static` say, and splits into a [`Producer`] and a [`Consumer`]; [`SliceRing`] has a caller's
//! memory; with the feature `alloc` there is a [`HeapRing`], too.
//!
//! Take it where what counts is how things are, of many things: quotes by instrument, the state of the rows of a table, positions
//! of vehicles. Where there is one thing only take [`latest`](crate::latest); where each change counts take another ring.
//!
//! # Examples
//! ```
//! use forebay_core::PopError;
//! use forebay_core::conflated::Ring;
//!
//! let mut quotes = Ring::<u32, 500>::new();
//! let (mut producer, mut consumer) = quotes.split();
//! assert_eq!(producer.push(7, 101), Ok(None));
//! assert_eq!(producer.push(3, 55), Ok(None));
//! assert_eq!(producer.push(7, 102), Ok(Some(101)), "nobody has seen it");
//! assert_eq!(consumer.pop(), Ok((7, 102)));
//! assert_eq!(producer.push(7, 103), Ok(None));
//! drop(producer);
//! assert_eq!(consumer.pop(), Ok((3, 55)));
//! assert_eq!(consumer.pop(), Ok((7, 103)), "the last one, after the end too");
//! assert_eq!(consumer.pop(), Err(PopError::Closed));
//! assert_eq!((consumer.conflated(7), consumer.conflated(3)), (Some(1), Some(0)));
//! ```
//!
//! # What becomes of a value
//! Each value that was pushed is popped, or conflated, or is still inside, or was dropped with the ring:
//! `pushed == popped + conflated + inside`, for each key, exact whenever no operation is in progress. At most one is inside for each
//! key.
//!
//! # Pressure
//! The ring is never full. How many keys have something new is its [length](Consumer::len), and its [pressure](Producer::pressure)
//! goes by that: [`Stop`](crate::Pressure::Stop) means that all have.
//!
//! # With the rules
//! Admission, expiry, spilling and whatever else is written over the [seam](crate::seam) get at this ring by two adapters:
//! [`Producer::by`] has each value's key from a function and is a [`Push`](crate::seam::Push), [`Consumer::values`] leaves the keys
//! out, and is a [`Pop`](crate::seam::Pop) as the consumer itself, whose items are pairs. So a [`Flush`](crate::flush::Flush) of the
//! consumer draws pairs: [`newest_per_key`](crate::choose::newest_per_key) has an example. Take its
//! [`oldest`](crate::flush::Flush::oldest): each key has its newest value already, and whoever skips some loses last values.
//!
//! # Shutting down
//! The producer goes: the consumer pops until [`Closed`](crate::PopError::Closed) and has the last value of each key. The consumer
//! goes: the producer can go on, and can tell ([`Producer::is_closed`]).
//!
//! # The algorithm
//! A triple buffer for each key ([`latest`](crate::latest) has it and its proof), and an [`spsc`](crate::spsc) ring for as many keys
//! as there are: those that have something new. Sources: triple buffering, as there; that only what is dirty is queued, and once, is
//! known from last-value queues of message brokers and from the rendering of screens.
//!
//! ```text
//!            publish, and if the value before it had been taken: key into the ring
//!  producer --------------------------------------------------------------------->  consumer
//!            key out of the ring, and then: take what is in the middle
//! ```
//!
//! ## Invariants
//! - **K1** A key is in the ring of keys, or on its way there in a push, or on its way out of it in a pop, exactly if its middle
//!   buffer is fresh; and once. The push that makes it fresh puts it in: another one finds it fresh. The pop that takes it out then
//!   takes the value, which only that does (I4 of the triple buffer).
//! - **K2** So there are never more keys in the ring than it has room for, and a push never finds it full.
//! - **K3** What a pop takes was published before its key was put in, or later: by the ring's order of push before pop it is there,
//!   and fresh.
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | push that conflates | its exchange on the key's middle |
//! | push that does not | where its key is in the ring of keys, with the value that is newest then |
//! | pop of a value | its exchange on the key's middle |
//! | pop that finds nothing | that of the ring of keys |
//!
//! The order is that of first change, for each key since it was last taken. A key that is on its way into the ring of keys in a push,
//! or out of it in a pop, does not count in the length.
//!
//! ## Progress and cost
//! Every operation is wait-free, without a loop. A push is an exchange, and a store to the ring of keys if the key was clean; a pop is
//! an exchange and a load or two. The exchange needs a core that has one, or the features `portable-atomic` or `critical-section`.
//!
//! A producer that is held up in a push, for ever even, keeps its key's new values to itself, and stops nothing else.

/// What both ends say of the ring, the same with the same words.
macro_rules! says {
    ($end:ident) => {
        /// How many values of a key have been conflated, if there is such a key. The number wraps, and the producer may conflate
        /// more at any time. [`conflated_total`](Self::conflated_total) is that of all keys.
        ///
        /// # Progress
        /// Wait-free: two loads.
        #[must_use]
        pub fn conflated(&self, key: usize) -> Option<usize> {
            self.$end.ring.conflated(key)
        }

        /// How many values of all keys have been conflated. The number wraps, and the producer may conflate more at any time.
        ///
        /// # Progress
        /// Wait-free: a load for each key.
        #[must_use]
        pub fn conflated_total(&self) -> usize {
            self.$end.ring.conflated_total()
        }

        /// How many keys there are.
        #[must_use]
        pub fn capacity(&self) -> usize {
            self.$end.dirty.capacity()
        }

        /// How many keys have something new. The other end may change that at any time.
        ///
        /// # Progress
        /// Wait-free: one load.
        #[must_use]
        pub fn len(&self) -> usize {
            self.$end.dirty.len()
        }

        /// Whether no key had anything new.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.$end.dirty.is_empty()
        }

        /// How many of the keys have something new, from 0 to 255, which is all.
        #[must_use]
        pub fn fill(&self) -> u8 {
            self.$end.dirty.fill()
        }

        /// How many of the keys have something new, as a level: see [`spsc::Producer::pressure`](crate::spsc::Producer::pressure).
        ///
        /// # Progress
        /// Wait-free: one relaxed load.
        #[must_use]
        #[inline]
        pub fn pressure(&self) -> Pressure {
            self.$end.dirty.pressure()
        }

        /// The level, if it has changed since it was `seen`: see
        /// [`spsc::Producer::pressure_since`](crate::spsc::Producer::pressure_since).
        #[inline]
        pub fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
            self.$end.dirty.pressure_since(seen)
        }

        /// At how many keys with something new the level rises and falls.
        #[must_use]
        pub fn watermarks(&self) -> Watermarks {
            self.$end.dirty.watermarks()
        }

        /// Changes at how many keys with something new the level rises and falls: see
        /// [`spsc::Producer::set_watermarks`](crate::spsc::Producer::set_watermarks). They go with the producer: another split has
        /// those of a new ring.
        ///
        /// # Errors
        /// If the high mark is above the [capacity](Self::capacity).
        pub fn set_watermarks(&mut self, marks: Watermarks) -> Result<(), WatermarkError> {
            self.$end.dirty.set_watermarks(marks)
        }
    };
}

mod consumer;
mod keyed;
mod owner;
mod producer;
mod view;

pub use consumer::Consumer;
pub use keyed::{Keyed, Values};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::{NoKey, Producer};
pub use view::KeyMemory;

pub use crate::spsc::Slot;
