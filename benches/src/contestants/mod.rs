//! Who takes part. An adapter does no more than name the contestant's own calls.

mod channels;
mod conflating;
mod importance;
mod lanes;
mod limits;
mod ours;
mod overwriting;
#[cfg(feature = "peers")]
mod peers;
#[cfg(not(feature = "peers"))]
#[path = "no_peers.rs"]
mod peers;
mod several;

pub(crate) use importance::CLASSES;
pub(crate) use limits::{BareArray, BareLine, BareQuarters, BareStream, BareYields};
pub(crate) use ours::{ArrayRing, Dense, Flagged, HeapRing, Runs, Slices};
pub(crate) use overwriting::{WorkAlone, WorkAndLine};

use crate::contest::{ChannelQuestion, Contestant, MpscQuestion, OverwriteQuestion, Question, TaskQuestion};
use crate::questions::importance::{ImportanceQuestion, contestant};
use crate::queue::Item;

/// Who passes on single items.
pub(crate) fn single<Q: Question, T: Item>() -> Vec<Contestant> {
    let ours = [
        Contestant::new::<Q, T, HeapRing<Dense>>(),
        Contestant::new::<Q, T, HeapRing<Flagged>>(),
        Contestant::new::<Q, T, overwriting::Rejecting>(),
    ];
    ours.into_iter().chain(peers::single::<Q, T>()).collect()
}

/// Who passes on batches.
pub(crate) fn batching<Q: Question, T: Item>() -> Vec<Contestant> {
    let ours = [
        Contestant::new::<Q, T, Runs>(),
        Contestant::new::<Q, T, Slices<Dense>>(),
        Contestant::new::<Q, T, Slices<Flagged>>(),
    ];
    ours.into_iter().chain(peers::batching::<Q, T>()).collect()
}

/// Who passes on single items of several producers.
pub(crate) fn several<Q: MpscQuestion, T: Item>() -> Vec<Contestant> {
    let ours = [
        Contestant::mpsc::<Q, T, several::Tickets>(),
        Contestant::mpsc::<Q, T, lanes::Lanes<1, false>>(),
        Contestant::mpsc::<Q, T, lanes::Lanes<16, false>>(),
        Contestant::mpsc::<Q, T, lanes::Lanes<1, true>>(),
        Contestant::mpsc::<Q, T, lanes::Lanes<16, true>>(),
        Contestant::mpsc::<Q, T, overwriting::Rejecting>(),
    ];
    ours.into_iter().chain(peers::several::<Q, T>()).collect()
}

/// Who passes on batches of several producers, and all others, item by item.
pub(crate) fn several_batching<Q: MpscQuestion>() -> Vec<Contestant> {
    let ours =
        [Contestant::mpsc::<Q, u64, several::TicketBatches>(), Contestant::mpsc::<Q, u64, several::TicketSingles>()];
    ours.into_iter().chain(peers::several::<Q, u64>()).collect()
}

/// Who lets a new item take the place of the oldest one on one thread.
pub(crate) fn overwriting_alone<Q: OverwriteQuestion, T: Item>() -> Vec<Contestant> {
    let ours = [
        Contestant::overwriting::<Q, T, overwriting::Evicting>(),
        Contestant::overwriting::<Q, T, overwriting::EvictingForFour>(),
    ];
    ours.into_iter().chain(peers::overwriting::<Q, T>()).collect()
}

/// Who does so with a number of producers.
pub(crate) fn overwriting<Q: OverwriteQuestion>(producers: usize) -> Vec<Contestant> {
    let mut contestants = vec![Contestant::overwriting::<Q, u64, overwriting::Evicting>()];
    contestants.extend(peers::overwriting::<Q, u64>());
    if producers == 1 {
        contestants.extend(overwriting_single::<Q>());
    }
    contestants
}

/// Those who do so for one producer and numbers of 32 bits alone.
pub(crate) fn overwriting_single<Q: OverwriteQuestion>() -> Vec<Contestant> {
    peers::overwriting_single::<Q>()
}

/// Who keeps the newest of each key.
pub(crate) fn conflating<T: Item>() -> Vec<Contestant> {
    let always = [
        Contestant::conflating::<T, conflating::Conflated>(),
        Contestant::conflating::<T, conflating::LockedVec>(),
        Contestant::conflating::<T, conflating::LockedMap>(),
    ];
    always.into_iter().chain(peers::conflating::<T>()).collect()
}

/// Who lets the most important come out first.
pub(crate) fn by_importance<Q: ImportanceQuestion, T: Item>() -> Vec<Contestant> {
    vec![
        contestant::<Q, T, importance::Priority>(),
        contestant::<Q, T, importance::LockedHeap>(),
        contestant::<Q, T, importance::LockedTree>(),
        contestant::<Q, T, importance::LockedQueues>(),
    ]
}

/// Channels for threads that wait.
pub(crate) fn channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    let mut contestants = vec![Contestant::channel::<Q, channels::Shared>()];
    contestants.extend(peers::channels::<Q>());
    contestants
}

/// Those that need room for more than one item, beside them.
pub(crate) fn roomy_channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    peers::roomy_channels::<Q>()
}

/// Those that have one producer only, beside them.
pub(crate) fn channels_of_one<Q: ChannelQuestion>() -> Vec<Contestant> {
    let mut contestants =
        vec![Contestant::channel::<Q, channels::Single>(), Contestant::channel::<Q, channels::Flagged>()];
    contestants.extend(peers::channels_of_one::<Q>());
    contestants
}

/// Channels for tasks that wait.
pub(crate) fn task_channels<Q: TaskQuestion>() -> Vec<Contestant> {
    let mut contestants = vec![Contestant::task_channel::<Q, channels::Shared>()];
    contestants.extend(peers::task_channels::<Q>());
    contestants
}

/// Those that have one producer only, beside them.
pub(crate) fn task_channels_of_one<Q: TaskQuestion>() -> Vec<Contestant> {
    let ours = Contestant::task_channel::<Q, channels::Single>();
    core::iter::once(ours).chain(peers::task_channels_of_one::<Q>()).collect()
}
