//! The others for several producers, each through its calls that don't wait.

use std::num::NonZeroUsize;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use concurrent_queue::ConcurrentQueue;
use crossbeam_queue::ArrayQueue;
use thingbuf::ThingBuf;

use super::single::{CrossbeamArrayQueue, CrossbeamChannel};
use crate::queue::{MpscJob, MpscQueue, Role, Rx, Tx};

/// nexus-queue `mpsc`: a turn in each slot, and a copy of the head in each producer.
pub(super) struct NexusMpsc;

impl MpscQueue for NexusMpsc {
    const NAME: &'static str = "nexus-queue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = nexus_queue::mpsc::ring_buffer(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for nexus_queue::mpsc::Producer<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.push(item).is_ok()
    }
}

impl Rx<u64> for nexus_queue::mpsc::Consumer<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop()
    }
}

/// gil `mpsc`: an epoch in each slot.
pub(super) struct GilMpsc;

impl MpscQueue for GilMpsc {
    const NAME: &'static str = "gil";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = gil::mpsc::channel(NonZeroUsize::new(capacity).expect("no capacity is 0"));
        job.run(tx, rx)
    }
}

impl Tx<u64> for gil::mpsc::Sender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for gil::mpsc::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv()
    }
}

impl MpscQueue for CrossbeamArrayQueue {
    const NAME: &'static str = "ArrayQueue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let queue = ArrayQueue::new(capacity);
        job.run(&queue, &queue)
    }
}

/// concurrent-queue, bounded: a stamp in each slot, as `ArrayQueue`.
pub(super) struct ConcurrentQueueBounded;

impl MpscQueue for ConcurrentQueueBounded {
    const NAME: &'static str = "concurrent-queue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let queue = ConcurrentQueue::bounded(capacity);
        job.run(&queue, &queue)
    }
}

impl Tx<u64> for &ConcurrentQueue<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.push(item).is_ok()
    }
}

impl Rx<u64> for &ConcurrentQueue<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop().ok()
    }
}

/// heapless `mpmc`: a turn in each slot, its capacity in its type. It is deprecated for not being lock-free, and still what
/// there is for interrupts.
pub(super) struct HeaplessMpmc;

impl MpscQueue for HeaplessMpmc {
    const NAME: &'static str = "heapless mpmc";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        fn sized<const N: usize>(job: impl MpscJob) -> Duration {
            #[expect(deprecated, reason = "measured all the same")]
            let queue = Box::new(heapless::mpmc::Queue::<u64, N>::new());
            job.run(&*queue, &*queue)
        }
        match capacity {
            64 => sized::<64>(job),
            1024 => sized::<1024>(job),
            65536 => sized::<65536>(job),
            other => panic!("no heapless queue for {other} items is compiled in"),
        }
    }
}

impl<const N: usize> Tx<u64> for &heapless::mpmc::Queue<u64, N> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.enqueue(item).is_ok()
    }
}

impl<const N: usize> Rx<u64> for &heapless::mpmc::Queue<u64, N> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.dequeue()
    }
}

/// thingbuf's queue: a stamp in each slot; slots are written over in place.
pub(super) struct ThingBufQueue;

impl MpscQueue for ThingBufQueue {
    const NAME: &'static str = "thingbuf";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let queue = ThingBuf::new(capacity);
        job.run(&queue, &queue)
    }
}

impl Tx<u64> for &ThingBuf<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.push(item).is_ok()
    }
}

impl Rx<u64> for &ThingBuf<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop()
    }
}

/// thingbuf's channel around that queue.
pub(super) struct ThingBufChannel;

impl MpscQueue for ThingBufChannel {
    const NAME: &'static str = "thingbuf channel";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = thingbuf::mpsc::blocking::channel(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for thingbuf::mpsc::blocking::Sender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for thingbuf::mpsc::blocking::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok()
    }
}

impl MpscQueue for CrossbeamChannel {
    const NAME: &'static str = "crossbeam-channel";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = crossbeam_channel::bounded(capacity);
        job.run(tx, rx)
    }
}

/// flume: a deque behind a lock.
pub(super) struct Flume;

impl MpscQueue for Flume {
    const NAME: &'static str = "flume";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = flume::bounded(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for flume::Sender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for flume::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok()
    }
}

/// kanal: a deque behind a spinning lock.
pub(super) struct Kanal;

impl MpscQueue for Kanal {
    const NAME: &'static str = "kanal";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = kanal::bounded(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for kanal::Sender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item) == Ok(true)
    }
}

impl Rx<u64> for kanal::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok().flatten()
    }
}

/// crossfire, its blocking ends: a queue like `ArrayQueue` and registers of those who wait.
pub(super) struct Crossfire;

impl MpscQueue for Crossfire {
    const NAME: &'static str = "crossfire";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = crossfire::mpsc::bounded_blocking(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for crossfire::MTx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for crossfire::Rx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok()
    }
}

/// tokio `mpsc`: a list of blocks behind a semaphore.
pub(super) struct Tokio;

impl MpscQueue for Tokio {
    const NAME: &'static str = "tokio";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = tokio::sync::mpsc::channel(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for tokio::sync::mpsc::Sender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for tokio::sync::mpsc::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok()
    }
}

/// The standard library's `sync_channel`: crossbeam-channel as it was taken over there.
pub(super) struct StdChannel;

impl MpscQueue for StdChannel {
    const NAME: &'static str = "std sync_channel";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = std_mpsc::sync_channel(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for std_mpsc::SyncSender<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.try_send(item).is_ok()
    }
}

impl Rx<u64> for std_mpsc::Receiver<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.try_recv().ok()
    }
}
