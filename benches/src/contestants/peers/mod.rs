//! Who is not ours.

mod blocking;
mod conflating;
mod overwriting;
mod several;
mod single;
mod tasks;

use crate::contest::{ChannelQuestion, Contestant, MpscQuestion, OverwriteQuestion, Question, TaskQuestion};
use crate::queue::Item;

/// Who passes on single items.
pub(super) fn single<Q: Question, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::new::<Q, T, single::Rtrb>(),
        Contestant::new::<Q, T, single::Heapless>(),
        Contestant::new::<Q, T, single::Ringbuf>(),
        Contestant::new::<Q, T, single::NexusQueue>(),
        Contestant::new::<Q, T, single::Gil>(),
        Contestant::new::<Q, T, single::CrossbeamArrayQueue>(),
        Contestant::new::<Q, T, single::CrossbeamChannel>(),
    ]
}

/// Who passes on batches.
pub(super) fn batching<Q: Question, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::new::<Q, T, single::Rtrb>(),
        Contestant::new::<Q, T, single::Ringbuf>(),
        Contestant::new::<Q, T, single::Gil>(),
    ]
}

/// Who passes on items of several producers, one by one.
pub(super) fn several<Q: MpscQuestion, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::mpsc::<Q, T, several::NexusMpsc>(),
        Contestant::mpsc::<Q, T, several::GilMpsc>(),
        Contestant::mpsc::<Q, T, single::CrossbeamArrayQueue>(),
        Contestant::mpsc::<Q, T, several::ConcurrentQueueBounded>(),
        Contestant::mpsc::<Q, T, several::HeaplessMpmc>(),
        Contestant::mpsc::<Q, T, several::ThingBufQueue>(),
        Contestant::mpsc::<Q, T, several::ThingBufChannel>(),
        Contestant::mpsc::<Q, T, single::CrossbeamChannel>(),
        Contestant::mpsc::<Q, T, several::Flume>(),
        Contestant::mpsc::<Q, T, several::Kanal>(),
        Contestant::mpsc::<Q, T, several::Crossfire>(),
        Contestant::mpsc::<Q, T, several::Tokio>(),
        Contestant::mpsc::<Q, T, several::StdChannel>(),
    ]
}

/// Who lets a new item take the place of the oldest one, for any number of producers and any item.
pub(super) fn overwriting<Q: OverwriteQuestion, T: Item>() -> Vec<Contestant> {
    vec![
        Contestant::overwriting::<Q, T, overwriting::ForcePush>(),
        Contestant::overwriting::<Q, T, overwriting::ConcurrentForcePush>(),
        Contestant::overwriting::<Q, T, overwriting::RingChannel>(),
        Contestant::overwriting::<Q, T, overwriting::TokioBroadcast>(),
        Contestant::overwriting::<Q, T, overwriting::AsyncBroadcast>(),
        Contestant::overwriting::<Q, T, overwriting::LockedDeque>(),
    ]
}

/// Those who do so for one producer and numbers of 32 bits alone.
pub(super) fn overwriting_single<Q: OverwriteQuestion>() -> Vec<Contestant> {
    vec![
        Contestant::overwriting::<Q, u64, overwriting::RtRing>(),
        Contestant::overwriting::<Q, u64, overwriting::RtRingBroadcast>(),
    ]
}

/// Who keeps the newest of each key.
pub(super) fn conflating<T: Item>() -> Vec<Contestant> {
    vec![Contestant::conflating::<T, conflating::Watches>()]
}

/// Channels for threads that wait.
pub(super) fn channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    vec![
        Contestant::channel::<Q, single::CrossbeamChannel>(),
        Contestant::channel::<Q, several::Flume>(),
        Contestant::channel::<Q, several::Kanal>(),
        Contestant::channel::<Q, several::Crossfire>(),
        Contestant::channel::<Q, blocking::Loole>(),
        Contestant::channel::<Q, several::ThingBufChannel>(),
        Contestant::channel::<Q, several::StdChannel>(),
    ]
}

/// Those that need room for more than one item: in gil's ring of one slot a second item takes the place of the first.
pub(super) fn roomy_channels<Q: ChannelQuestion>() -> Vec<Contestant> {
    vec![Contestant::channel::<Q, several::GilMpsc>()]
}

/// Those that have one producer only.
pub(super) fn channels_of_one<Q: ChannelQuestion>() -> Vec<Contestant> {
    vec![Contestant::channel::<Q, blocking::CrossfireOfOne>()]
}

/// Channels for tasks that wait.
pub(super) fn task_channels<Q: TaskQuestion>() -> Vec<Contestant> {
    vec![
        Contestant::task_channel::<Q, several::Tokio>(),
        Contestant::task_channel::<Q, tasks::AsyncChannel>(),
        Contestant::task_channel::<Q, several::Flume>(),
        Contestant::task_channel::<Q, several::Kanal>(),
        Contestant::task_channel::<Q, several::Crossfire>(),
        Contestant::task_channel::<Q, blocking::Loole>(),
        Contestant::task_channel::<Q, several::ThingBufChannel>(),
    ]
}

/// Those that have one producer only.
pub(super) fn task_channels_of_one<Q: TaskQuestion>() -> Vec<Contestant> {
    vec![Contestant::task_channel::<Q, blocking::CrossfireOfOne>()]
}
