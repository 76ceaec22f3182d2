//! A bounded ring for several producers and one consumer.
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
