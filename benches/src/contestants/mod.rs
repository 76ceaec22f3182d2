//! Who takes part. An adapter does no more than name the contestant's own calls.

mod limits;
mod ours;
mod peers;

pub(crate) use limits::{BareArray, BareLine, BareQuarters, BareStream};
pub(crate) use ours::{ArrayRing, Dense, Flagged, HeapRing, Runs, Slices};
pub(crate) use peers::{CrossbeamArrayQueue, CrossbeamChannel, Gil, Heapless, NexusQueue, Ringbuf, Rtrb};

use crate::contest::{Contestant, Question};
use crate::queue::Item;

/// Who passes on single items.
pub(crate) fn single<Q: Question, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::new::<Q, T, HeapRing<Dense>>(),
        Contestant::new::<Q, T, HeapRing<Flagged>>(),
        Contestant::new::<Q, T, Rtrb>(),
        Contestant::new::<Q, T, Heapless>(),
        Contestant::new::<Q, T, Ringbuf>(),
        Contestant::new::<Q, T, NexusQueue>(),
        Contestant::new::<Q, T, Gil>(),
        Contestant::new::<Q, T, CrossbeamArrayQueue>(),
        Contestant::new::<Q, T, CrossbeamChannel>(),
    ]
}

/// Who passes on batches.
pub(crate) fn batching<Q: Question, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::new::<Q, T, Runs>(),
        Contestant::new::<Q, T, Slices<Dense>>(),
        Contestant::new::<Q, T, Slices<Flagged>>(),
        Contestant::new::<Q, T, Rtrb>(),
        Contestant::new::<Q, T, Ringbuf>(),
        Contestant::new::<Q, T, Gil>(),
    ]
}
