//! The others for several producers, each through its calls that don't wait.

use std::num::NonZeroUsize;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use concurrent_queue::ConcurrentQueue;
use crossbeam_queue::ArrayQueue;
use thingbuf::ThingBuf;

use super::single::{CrossbeamArrayQueue, CrossbeamChannel};
use crate::queue::{Item, MpscJob, MpscQueue, Role, Rx, Tx};

/// nexus-queue `mpsc`: a turn in each slot, and a copy of the head in each producer.
pub(super) struct NexusMpsc;

impl<T: Item> MpscQueue<T> for NexusMpsc {
    const NAME: &'static str = "nexus-queue";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = nexus_queue::mpsc::ring_buffer(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for nexus_queue::mpsc::Producer<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for nexus_queue::mpsc::Consumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop()
    }
}

/// gil `mpsc`: an epoch in each slot.
pub(super) struct GilMpsc;

impl<T: Item> MpscQueue<T> for GilMpsc {
    const NAME: &'static str = "gil";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = gil::mpsc::channel(NonZeroUsize::new(capacity).expect("no capacity is 0"));
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for gil::mpsc::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for gil::mpsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv()
    }
}

impl<T: Item> MpscQueue<T> for CrossbeamArrayQueue {
    const NAME: &'static str = "ArrayQueue";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let queue = ArrayQueue::new(capacity);
        job.run(&queue, &queue)
    }
}

/// concurrent-queue, bounded: a stamp in each slot, as `ArrayQueue`.
pub(super) struct ConcurrentQueueBounded;

impl<T: Item> MpscQueue<T> for ConcurrentQueueBounded {
    const NAME: &'static str = "concurrent-queue";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let queue = ConcurrentQueue::bounded(capacity);
        job.run(&queue, &queue)
    }
}

impl<T: Item> Tx<T> for &ConcurrentQueue<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for &ConcurrentQueue<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok()
    }
}

/// heapless `mpmc`: a turn in each slot, its capacity in its type. It is deprecated for not being lock-free, and still what
/// there is for interrupts.
pub(super) struct HeaplessMpmc;

impl<T: Item> MpscQueue<T> for HeaplessMpmc {
    const NAME: &'static str = "heapless mpmc";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        // Never inline: only one of them may have its queue on the stack, for a moment.
        #[inline(never)]
        fn sized<T: Item, const N: usize>(job: impl MpscJob<T>) -> Duration {
            #[expect(deprecated, reason = "measured all the same")]
            let queue = Box::new(heapless::mpmc::Queue::<T, N>::new());
            job.run(&*queue, &*queue)
        }
        match capacity {
            64 => sized::<T, 64>(job),
            1024 => sized::<T, 1024>(job),
            65536 => sized::<T, 65536>(job),
            other => panic!("no heapless queue for {other} items is compiled in"),
        }
    }
}

impl<T: Item, const N: usize> Tx<T> for &heapless::mpmc::Queue<T, N> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.enqueue(item).is_ok()
    }
}

impl<T: Item, const N: usize> Rx<T> for &heapless::mpmc::Queue<T, N> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.dequeue()
    }
}

/// thingbuf's queue: a stamp in each slot; slots are written over in place.
pub(super) struct ThingBufQueue;

impl<T: Item> MpscQueue<T> for ThingBufQueue {
    const NAME: &'static str = "thingbuf";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let queue = ThingBuf::new(capacity);
        job.run(&queue, &queue)
    }
}

impl<T: Item> Tx<T> for &ThingBuf<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for &ThingBuf<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop()
    }
}

/// thingbuf's channel around that queue.
pub(super) struct ThingBufChannel;

impl<T: Item> MpscQueue<T> for ThingBufChannel {
    const NAME: &'static str = "thingbuf channel";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = thingbuf::mpsc::blocking::channel(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for thingbuf::mpsc::blocking::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for thingbuf::mpsc::blocking::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

impl<T: Item> MpscQueue<T> for CrossbeamChannel {
    const NAME: &'static str = "crossbeam-channel";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = crossbeam_channel::bounded(capacity);
        job.run(tx, rx)
    }
}

/// flume: a deque behind a lock.
pub(super) struct Flume;

impl<T: Item> MpscQueue<T> for Flume {
    const NAME: &'static str = "flume";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = flume::bounded(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for flume::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for flume::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

/// kanal: a deque behind a spinning lock.
pub(super) struct Kanal;

impl<T: Item> MpscQueue<T> for Kanal {
    const NAME: &'static str = "kanal";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = kanal::bounded(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for kanal::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item) == Ok(true)
    }
}

impl<T: Item> Rx<T> for kanal::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok().flatten()
    }
}

/// crossfire, its blocking ends: a queue like `ArrayQueue` and registers of those who wait.
pub(super) struct Crossfire;

impl<T: Item> MpscQueue<T> for Crossfire {
    const NAME: &'static str = "crossfire";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = crossfire::mpsc::bounded_blocking(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for crossfire::MTx<crossfire::mpsc::Array<T>> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for crossfire::Rx<crossfire::mpsc::Array<T>> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

/// tokio `mpsc`: a list of blocks behind a semaphore.
pub(super) struct Tokio;

impl<T: Item> MpscQueue<T> for Tokio {
    const NAME: &'static str = "tokio";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = tokio::sync::mpsc::channel(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for tokio::sync::mpsc::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for tokio::sync::mpsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

/// The standard library's `sync_channel`: crossbeam-channel as it was taken over there.
pub(super) struct StdChannel;

impl<T: Item> MpscQueue<T> for StdChannel {
    const NAME: &'static str = "std sync_channel";
    const ROLE: Role = Role::Peer;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = std_mpsc::sync_channel(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for std_mpsc::SyncSender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for std_mpsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}
