//! The others whose new items take the place of the oldest.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use concurrent_queue::ConcurrentQueue;
use crossbeam_queue::ArrayQueue;
use tokio::sync::broadcast;

use crate::contest::Turn;
use crate::queue::{Item, OverwriteJob, Overwriting, Put, Role, Rx};

/// `ArrayQueue::force_push` of crossbeam-queue.
pub(super) struct ForcePush;

impl<T: Item> Overwriting<T> for ForcePush {
    const NAME: &'static str = "ArrayQueue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let queue = &ArrayQueue::new(capacity);
        job.run(vec![queue; producers], queue)
    }
}

impl<T: Item> Put<T> for &ArrayQueue<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        self.force_push(item)
    }
}

/// `ConcurrentQueue::force_push`.
pub(super) struct ConcurrentForcePush;

impl<T: Item> Overwriting<T> for ConcurrentForcePush {
    const NAME: &'static str = "concurrent-queue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let queue = &Shared(ConcurrentQueue::bounded(capacity));
        job.run(vec![queue; producers], queue)
    }
}

struct Shared<Q>(Q);

impl<T: Item> Put<T> for &Shared<ConcurrentQueue<T>> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        self.0.force_push(item).ok().flatten()
    }
}

impl<T: Item> Rx<T> for &Shared<ConcurrentQueue<T>> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.0.pop().ok()
    }
}

/// ring-channel, without its asynchronous half: `ArrayQueue::force_push` in a channel; at a capacity of 1 an atomic box.
pub(super) struct RingChannel;

impl<T: Item> Overwriting<T> for RingChannel {
    const NAME: &'static str = "ring-channel";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let capacity = NonZeroUsize::new(capacity).expect("no capacity is 0");
        let (tx, rx) = ring_channel::ring_channel(capacity);
        job.run(vec![tx; producers], rx)
    }
}

impl<T: Item> Put<T> for ring_channel::RingSender<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        self.send(item).ok().flatten()
    }
}

impl<T: Item> Rx<T> for ring_channel::RingReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}

/// tokio `broadcast` with one receiver, which lags behind: a lock for each slot. What it overwrites it hands to nobody.
pub(super) struct TokioBroadcast;

impl<T: Item> Overwriting<T> for TokioBroadcast {
    const NAME: &'static str = "tokio broadcast";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let (tx, rx) = broadcast::channel(capacity);
        job.run(vec![tx; producers], rx)
    }
}

impl<T: Item> Put<T> for broadcast::Sender<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        // It counts receivers; there is one.
        let _ = self.send(item);
        None
    }
}

impl<T: Item> Rx<T> for broadcast::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        loop {
            match self.try_recv() {
                Ok(item) => return Some(item),
                Err(broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(_) => return None,
            }
        }
    }
}

/// async-broadcast in its overflow mode, with one receiver: a deque behind one lock.
pub(super) struct AsyncBroadcast;

impl<T: Item> Overwriting<T> for AsyncBroadcast {
    const NAME: &'static str = "async-broadcast";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let (mut tx, rx) = async_broadcast::broadcast(capacity);
        tx.set_overflow(true);
        job.run(vec![tx; producers], rx)
    }
}

impl<T: Item> Put<T> for async_broadcast::Sender<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        self.try_broadcast(item).ok().flatten()
    }
}

impl<T: Item> Rx<T> for async_broadcast::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        loop {
            match self.try_recv() {
                Ok(item) => return Some(item),
                Err(async_broadcast::TryRecvError::Overflowed(_)) => {}
                Err(_) => return None,
            }
        }
    }
}

/// What one would write without a library: the standard library's deque behind its lock.
pub(super) struct LockedDeque;

struct Deque<T> {
    items: Arc<Mutex<VecDeque<T>>>,
    capacity: usize,
}

impl<T> Clone for Deque<T> {
    fn clone(&self) -> Self {
        Self { items: Arc::clone(&self.items), capacity: self.capacity }
    }
}

impl<T: Item> Overwriting<T> for LockedDeque {
    const NAME: &'static str = "locked VecDeque";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let deque = Deque { items: Arc::new(Mutex::new(VecDeque::with_capacity(capacity))), capacity };
        job.run(vec![deque.clone(); producers], deque)
    }
}

impl<T: Item> Put<T> for Deque<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = if items.len() == self.capacity { items.pop_front() } else { None };
        items.push_back(item);
        oldest
    }
}

impl<T: Item> Rx<T> for Deque<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// rt-ring: for one producer. Its items are `f32`, here the lower 32 bits of the number.
pub(super) struct RtRing;

impl Overwriting<u64> for RtRing {
    const NAME: &'static str = "rt-ring f32";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, _producers: usize, job: impl OverwriteJob<u64>) -> Turn {
        let (tx, rx) = rt_ring::new(capacity);
        job.run(vec![tx], rx)
    }
}

fn to_sample(item: u64) -> f32 {
    f32::from_bits(item as u32)
}

fn from_sample(sample: f32) -> u64 {
    u64::from(sample.to_bits())
}

impl Put<u64> for rt_ring::Producer {
    #[inline(always)]
    fn put(&mut self, item: u64) -> Option<u64> {
        self.push(to_sample(item));
        None
    }
}

impl Rx<u64> for rt_ring::Consumer {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop().map(from_sample)
    }
}

/// Its other ring, whose producer knows nothing of its consumers: it holds one item less, and at least 1.
pub(super) struct RtRingBroadcast;

impl Overwriting<u64> for RtRingBroadcast {
    const NAME: &'static str = "rt-ring broadcast f32";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, _producers: usize, job: impl OverwriteJob<u64>) -> Turn {
        let (tx, rx) = rt_ring::broadcast::new(capacity);
        job.run(vec![tx], rx)
    }
}

impl Put<u64> for rt_ring::broadcast::Producer {
    #[inline(always)]
    fn put(&mut self, item: u64) -> Option<u64> {
        self.push(to_sample(item));
        None
    }
}

impl Rx<u64> for rt_ring::broadcast::Consumer {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop().map(from_sample)
    }
}
