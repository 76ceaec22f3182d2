//! Who takes part. An adapter does no more than name the contestant's own calls.

mod limits;
mod ours;
mod peers;
mod several;

pub(crate) use limits::{BareArray, BareLine, BareQuarters, BareStream};
pub(crate) use ours::{ArrayRing, Dense, Flagged, HeapRing, Runs, Slices};
pub(crate) use peers::{CrossbeamArrayQueue, CrossbeamChannel, Gil, Heapless, NexusQueue, Ringbuf, Rtrb};

use crate::contest::{Contestant, MpscQuestion, Question};
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

/// Who passes on single items of several producers.
pub(crate) fn several<Q: MpscQuestion>() -> Vec<Contestant> {
    let mut contestants = vec![Contestant::mpsc::<Q, several::Tickets>()];
    contestants.extend(several_peers::<Q>());
    contestants
}

/// Who passes on batches of several producers, and all others, item by item.
pub(crate) fn several_batching<Q: MpscQuestion>() -> Vec<Contestant> {
    let mut contestants =
        vec![Contestant::mpsc::<Q, several::TicketBatches>(), Contestant::mpsc::<Q, several::TicketSingles>()];
    contestants.extend(several_peers::<Q>());
    contestants
}

fn several_peers<Q: MpscQuestion>() -> [Contestant; 13] {
    [
        Contestant::mpsc::<Q, several::NexusMpsc>(),
        Contestant::mpsc::<Q, several::GilMpsc>(),
        Contestant::mpsc::<Q, CrossbeamArrayQueue>(),
        Contestant::mpsc::<Q, several::ConcurrentQueueBounded>(),
        Contestant::mpsc::<Q, several::HeaplessMpmc>(),
        Contestant::mpsc::<Q, several::ThingBufQueue>(),
        Contestant::mpsc::<Q, several::ThingBufChannel>(),
        Contestant::mpsc::<Q, CrossbeamChannel>(),
        Contestant::mpsc::<Q, several::Flume>(),
        Contestant::mpsc::<Q, several::Kanal>(),
        Contestant::mpsc::<Q, several::Crossfire>(),
        Contestant::mpsc::<Q, several::Tokio>(),
        Contestant::mpsc::<Q, several::StdChannel>(),
    ]
}
