//! forebay's ring that evicts, and what the machine can do at best.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_utils::CachePadded;
use forebay::swap::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay::{Overflow, Pushed};

use crate::contest::Turn;
use crate::queue::{Item, Job, MpscJob, MpscQueue, OverwriteJob, Overwriting, Put, Queue, Role, Rx, Tx};

fn with<T: Item>(capacity: usize, producers: usize, room: usize, job: impl OverwriteJob<T>) -> Turn {
    let ring = HeapRing::with_overflow(capacity, room, Overflow::DropOldest).expect("there is memory for the ring");
    let (first, rx) = ring.into_ends();
    let mut ends = vec![first];
    while ends.len() < producers {
        ends.push(ends[0].try_clone().expect("the ring was made for that many"));
    }
    job.run(ends, rx)
}

/// The ring, made for as many producers as there are.
pub(crate) struct Evicting;

impl<T: Item> Overwriting<T> for Evicting {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        with(capacity, producers, producers, job)
    }
}

/// The ring, made for four producers.
pub(crate) struct EvictingForFour;

impl<T: Item> Overwriting<T> for EvictingForFour {
    const NAME: &'static str = "forebay for 4";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        with(capacity, producers, 4, job)
    }
}

impl<T: Item> Put<T> for OwnedProducer<T> {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        match self.push(item) {
            Ok(Pushed::Evicted(oldest)) => Some(oldest),
            _ => None,
        }
    }
}

impl<T: Item> Rx<T> for OwnedConsumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok()
    }
}

/// The ring where it is not to evict: among those for one producer, and among those for several.
pub(crate) struct Rejecting;

impl<T: Item> Queue<T> for Rejecting {
    const NAME: &'static str = "forebay swap";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = HeapRing::new(capacity, 1).expect("there is memory for the ring").into_ends();
        job.run(Clones(tx), rx)
    }
}

impl<T: Item> MpscQueue<T> for Rejecting {
    const NAME: &'static str = "forebay swap";
    const ROLE: Role = Role::Ours;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        // Up to four producers, and the one that they are cloned from.
        let (tx, rx) = HeapRing::new(capacity, 5).expect("there is memory for the ring").into_ends();
        job.run(Clones(tx), rx)
    }
}

struct Clones<T>(OwnedProducer<T>);

impl<T> Clone for Clones<T> {
    fn clone(&self) -> Self {
        Self(self.0.try_clone().expect("the ring was made for that many"))
    }
}

impl<T: Item> Tx<T> for Clones<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.0.push(item).is_ok()
    }
}

/// No queue at all: the consumer counts, and does its work on each number; the producers count as well.
pub(crate) struct WorkAlone;

struct Nowhere;

struct Numbers(u64);

impl<T: Item> Overwriting<T> for WorkAlone {
    const NAME: &'static str = "work alone";
    const ROLE: Role = Role::Limit;

    fn with(_capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        job.run((0..producers).map(|_| Nowhere).collect(), Numbers(0))
    }
}

impl<T: Item> Put<T> for Nowhere {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        black_box(item.seq());
        None
    }
}

impl<T: Item> Rx<T> for Numbers {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.0 += 1;
        Some(T::new(self.0))
    }
}

/// No queue either: the producers store their numbers in one cache line, and the consumer loads what is there: the least that it
/// costs to get anything from another core.
pub(crate) struct WorkAndLine;

struct Line(Arc<CachePadded<AtomicU64>>);

impl<T: Item> Overwriting<T> for WorkAndLine {
    const NAME: &'static str = "work and a cache line";
    const ROLE: Role = Role::Limit;

    fn with(_capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn {
        let line = Arc::new(CachePadded::new(AtomicU64::new(0)));
        job.run((0..producers).map(|_| Line(Arc::clone(&line))).collect(), Line(line))
    }
}

impl<T: Item> Put<T> for Line {
    #[inline(always)]
    fn put(&mut self, item: T) -> Option<T> {
        self.0.store(item.seq(), Ordering::Release);
        None
    }
}

impl<T: Item> Rx<T> for Line {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        Some(T::new(self.0.load(Ordering::Acquire)))
    }
}
