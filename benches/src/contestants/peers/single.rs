//! The others, each through its own best calls.

use std::array;
use std::num::NonZeroUsize;
use std::time::Duration;

use ringbuf::traits::{Consumer as _, Producer as _, Split as _};

use crate::queue::{BATCH, Check, Item, Job, Queue, Role, Rx, Tx};

/// rtrb: an index ring; batches as chunks, in place.
pub(super) struct Rtrb;

impl<T: Item> Queue<T> for Rtrb {
    const NAME: &'static str = "rtrb";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = rtrb::RingBuffer::new(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for rtrb::Producer<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        // Asking for all of them first spares a look at the other side's index while there is room.
        let fitting = match self.write_chunk_uninit(max) {
            Ok(chunk) => return chunk.fill_from_iter((first..).map(T::new)),
            Err(rtrb::chunks::ChunkError::TooFewSlots(fitting)) => fitting,
        };
        match self.write_chunk_uninit(fitting) {
            Ok(chunk) => chunk.fill_from_iter((first..).map(T::new)),
            Err(_) => 0,
        }
    }
}

impl<T: Item> Rx<T> for rtrb::Consumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        let ready = match self.read_chunk(max) {
            Ok(chunk) => return see_chunk(chunk, check),
            Err(rtrb::chunks::ChunkError::TooFewSlots(ready)) => ready,
        };
        self.read_chunk(ready).map_or(0, |chunk| see_chunk(chunk, check))
    }
}

#[inline(always)]
fn see_chunk<T: Item, const P: usize>(chunk: rtrb::chunks::ReadChunk<'_, T>, check: &mut Check<P>) -> usize {
    let (first, second) = chunk.as_slices();
    first.iter().for_each(|item| check.see(item));
    second.iter().for_each(|item| check.see(item));
    let len = chunk.len();
    chunk.commit_all();
    len
}

/// heapless `spsc`: an index ring with its capacity in the type, and both indices side by side. It holds one item less
/// than it has slots, so it gets one slot more: the same capacity as the others, and no slower than a power of two.
pub(super) struct Heapless;

impl<T: Item> Queue<T> for Heapless {
    const NAME: &'static str = "heapless";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        fn sized<const SLOTS: usize, T: Item>(job: impl Job<T>) -> Duration {
            let mut queue = Box::new(heapless::spsc::Queue::<T, SLOTS>::new());
            let (tx, rx) = queue.split();
            job.run(tx, rx)
        }
        match capacity {
            64 => sized::<65, T>(job),
            1024 => sized::<1025, T>(job),
            65536 => sized::<65537, T>(job),
            other => panic!("no heapless queue for {other} items is compiled in"),
        }
    }
}

impl<T: Item> Tx<T> for heapless::spsc::Producer<'_, T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.enqueue(item).is_ok()
    }
}

impl<T: Item> Rx<T> for heapless::spsc::Consumer<'_, T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.dequeue()
    }
}

/// ringbuf: an index ring, with its caching ends; batches by slices.
pub(super) struct Ringbuf;

impl<T: Item> Queue<T> for Ringbuf {
    const NAME: &'static str = "ringbuf";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = ringbuf::HeapRb::new(capacity).split();
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for ringbuf::HeapProd<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_push(item).is_ok()
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        let items: [T; BATCH] = array::from_fn(|at| T::new(first + at as u64));
        self.push_slice(&items[..max])
    }
}

impl<T: Item> Rx<T> for ringbuf::HeapCons<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_pop()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        let mut items = [T::new(0); BATCH];
        let len = self.pop_slice(&mut items[..max]);
        items[..len].iter().for_each(|item| check.see(item));
        len
    }
}

/// nexus-queue `spsc`: an index ring, capacities rounded up to powers of two.
pub(super) struct NexusQueue;

impl<T: Item> Queue<T> for NexusQueue {
    const NAME: &'static str = "nexus-queue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = nexus_queue::spsc::ring_buffer(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for nexus_queue::spsc::Producer<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for nexus_queue::spsc::Consumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop()
    }
}

/// gil `spsc`: an index ring, capacities rounded up to powers of two; batches in place.
pub(super) struct Gil;

impl<T: Item> Queue<T> for Gil {
    const NAME: &'static str = "gil";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = gil::spsc::channel(NonZeroUsize::new(capacity).expect("no capacity is 0"));
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for gil::spsc::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        let slots = self.write_buffer();
        let len = slots.len().min(max);
        for (slot, seq) in slots[..len].iter_mut().zip(first..) {
            slot.write(T::new(seq));
        }
        // SAFETY: the first `len` slots of the buffer have been written.
        unsafe { self.commit(len) };
        len
    }
}

impl<T: Item> Rx<T> for gil::spsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        let mut items = self.read_guard();
        let len = items.len().min(max);
        items.as_slice()[..len].iter().for_each(|item| check.see(item));
        items.advance(len);
        len
    }
}

/// crossbeam-queue's `ArrayQueue`: for any number of producers and consumers, a stamp in each slot.
pub(super) struct CrossbeamArrayQueue;

impl<T: Item> Queue<T> for CrossbeamArrayQueue {
    const NAME: &'static str = "ArrayQueue";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let queue = crossbeam_queue::ArrayQueue::new(capacity);
        job.run(&queue, &queue)
    }
}

impl<T: Item> Tx<T> for &crossbeam_queue::ArrayQueue<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for &crossbeam_queue::ArrayQueue<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop()
    }
}

/// crossbeam-channel, bounded, through the calls that don't wait: what a channel costs that can also park and be
/// cloned.
pub(super) struct CrossbeamChannel;

impl<T: Item> Queue<T> for CrossbeamChannel {
    const NAME: &'static str = "crossbeam-channel";
    const ROLE: Role = Role::Peer;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = crossbeam_channel::bounded(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for crossbeam_channel::Sender<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.try_send(item).is_ok()
    }
}

impl<T: Item> Rx<T> for crossbeam_channel::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.try_recv().ok()
    }
}
