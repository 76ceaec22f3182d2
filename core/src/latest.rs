//! The newest value and nothing else, for one writer and one reader: a triple buffer, wait-free on both sides.
//!
//! The writer always has room, and never waits: a value that the reader has not read yet gives way to the next one, comes back
//! to the writer, and is counted ([`conflated`](Writer::conflated)). The reader gets the newest value if it hasn't had it yet,
//! and is told otherwise that there is nothing new. Values of any type, of any size; none is copied, torn, or dropped twice. An
//! interrupt may hold either end.
//!
//! [`TripleBuffer`] holds the memory, in a `static` say, and splits into a [`Writer`] and a [`Reader`], which may be dropped in
//! any order; with the feature `alloc` its ends can own it.
//!
//! Take it for what only the present value matters of: a sensor's reading, a set point, a configuration, the state of
//! a display. Where each value counts take a ring: [`spsc`](crate::spsc).
//!
//! # Examples
//! ```
//! use forebay_core::PopError;
//! use forebay_core::latest::TripleBuffer;
//!
//! let mut temperature = TripleBuffer::new();
//! let (mut writer, mut reader) = temperature.split();
//! assert_eq!(writer.write(20.5), None);
//! assert_eq!(writer.write(20.7), Some(20.5), "nobody has read it");
//! assert_eq!(reader.read(), Ok(20.7));
//! assert_eq!(reader.read(), Err(PopError::Empty), "nothing new");
//! assert_eq!(writer.write(20.8), None);
//! drop(writer);
//! assert_eq!(reader.read(), Ok(20.8), "the last value, after the end too");
//! assert_eq!(reader.read(), Err(PopError::Closed));
//! assert_eq!(reader.conflated(), 1);
//! ```
//!
//! # What becomes of a value
//! Each value that was written is read, or conflated, or is still inside, or was dropped with its buffer:
//! `written == read + conflated + inside`, exact whenever no operation is in progress. At most two are inside: the newest one,
//! and one that the reader has looked at in place ([`Reader::read_slot`], [`Reader::peek`]) and neither taken nor released.
//!
//! # The algorithm
//! Source: triple buffering, as it is known from graphics; here with the index of the middle buffer and a flag in one word that
//! both sides exchange. For comparison: H. R. Simpson, *Four-slot fully asynchronous communication mechanism* (1990), gets by
//! with loads and stores of single bits, for one buffer more, and lets the reader read a value again but not take it. Deviations:
//! a value is moved out when it is read, and so has one owner at any time; the flag also tells the writer whether its value was
//! overlooked.
//!
//! ```text
//! the word in the middle    bit  7 .. 3   2      1 0
//!                                zero     fresh  which buffer: 0, 1 or 2
//! ```
//!
//! ## Invariants
//! - **I0** The shared words and the buffers outlive both ends: by the borrow `'q`, or by what the ends keep.
//! - **I1** Each of the three buffers belongs to one of the writer, the middle and the reader, and each of those has one. Nobody
//!   touches a buffer but the end that has it; none touches the middle one.
//! - **I2** The writer's buffer is empty but within a write. The middle one is full if the word says `fresh`, and empty if not.
//!   The reader's is full while it holds a value that it has looked at and not taken, which is noted beside the word, and is empty
//!   whenever it is exchanged.
//! - **I3** One thread at a time has each end: the ends are not `Sync`, their methods that exchange buffers take `&mut self`.
//! - **I4** Only the writer sets `fresh` and only the reader clears it. So what the reader has seen to be fresh stays so until it
//!   exchanges the buffers itself.
//!
//! ## Who owns a buffer
//! `LW1`, `LR1` and so on name the places in the source where the operation stands with its ordering.
//!
//! | from | to | by |
//! |---|---|---|
//! | writer | middle | the exchange of a write (`LW1`), with a value |
//! | middle | reader | the exchange of a read (`LR1`), with a value |
//! | reader | middle | the same (`LR1`), empty |
//! | middle | writer | the exchange of a write (`LW1`): with a value if nobody has read it, which is taken out then |
//!
//! ## Linearization points
//! | operation | point |
//! |---|---|
//! | write | its exchange `LW1`; it conflates the value before if that is still in the middle |
//! | read of a fresh value | its exchange `LR1`; it conflates a value that the reader still holds |
//! | read that finds nothing, or the value that the reader holds | its last load of the word |
//!
//! ## Progress and cost
//! Every operation is wait-free, without a loop. The exchange needs a core that has one, or the features `portable-atomic` or
//! `critical-section`; with the latter it is as wait-free as that section is.
//!
//! | operation | exchanges | loads and stores of shared words |
//! |---|---|---|
//! | write | 1 | 0; a load and a store if it conflates |
//! | read of a fresh value | 1 | 1 load, 3 if the writer went meanwhile; a load and a store if it conflates |
//! | read that finds nothing | 0 | 2 loads, 3 if the writer is gone |

mod buffer;
mod owner;
mod reader;
mod three;
mod triple;
mod word;
mod writer;

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) use buffer::Buffer;
pub use owner::TripleBuffer;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedReader, OwnedWriter};
pub use reader::{ReadSlot, Reader};
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) use three::Three;
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pub(crate) use word::Index;
pub use writer::{WriteSlot, Writer};
