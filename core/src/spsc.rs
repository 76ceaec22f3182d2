//! Placeholder.

mod consumer;
mod layout;
mod owner;
mod producer;
mod run;
mod view;

pub use consumer::{Consumer, Drain, Iter, IterMut};
pub use layout::{Dense, Flagged, Layout, Slot};
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{OwnedConsumer, OwnedProducer};
pub use owner::{Ring, SliceRing};
pub use producer::Producer;
pub use run::{ReadRun, ReadSlot, WriteRun, WriteSlot};
