//! A bounded ring whose full slots can change hands in one step.

mod consumer;
mod error;
mod owner;
mod producer;
mod view;
mod word;

pub use consumer::Consumer;
pub use error::TooManyProducers;
#[cfg(feature = "alloc")]
pub use owner::HeapRing;
pub use owner::Ring;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use owner::{Keep, OwnedConsumer, OwnedProducer};
pub use producer::Producer;
