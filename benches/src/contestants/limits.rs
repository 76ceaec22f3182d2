//! The machine's own limits: what is left of a queue when everything is taken away that a queue needs.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::queue::{BATCH, Item, Job, Queue, Role, Rx, Tx};

/// One thread writes a number to a cache line and the other one reads it there: the least that a message can cost. It
/// carries the number alone, whatever the item is, and holds no more than one.
pub(crate) struct BareLine;

struct Number<'l> {
    line: &'l AtomicU64,
    last: u64,
}

impl<T: Item> Queue<T> for BareLine {
    const NAME: &'static str = "bare cache line";
    const ROLE: Role = Role::Limit;

    fn with(_capacity: usize, job: impl Job<T>) -> Duration {
        let line = CachePadded::new(AtomicU64::new(u64::MAX));
        job.run(Number { line: &line, last: u64::MAX }, Number { line: &line, last: u64::MAX })
    }
}

impl<T: Item> Tx<T> for Number<'_> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.line.store(item.seq(), Ordering::Release);
        true
    }
}

impl<T: Item> Rx<T> for Number<'_> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        let seq = self.line.load(Ordering::Acquire);
        (seq != self.last).then(|| {
            self.last = seq;
            T::new(seq)
        })
    }
}

/// An array that one thread writes and the other reads in order, each telling the other where it is after every 64th
/// item (or quarter of the array), in one store. An item may thus wait for the next 63 to come: no queue may do that.
pub(crate) struct BareStream;

struct Stream<T> {
    items: Box<[UnsafeCell<MaybeUninit<T>>]>,
    written: CachePadded<AtomicUsize>,
    read: CachePadded<AtomicUsize>,
}

// SAFETY: an item is touched by the writer until `written` has passed it and by the reader until `read` has.
unsafe impl<T: Send> Sync for Stream<T> {}

struct StreamEnd<'s, T> {
    stream: &'s Stream<T>,
    position: usize,
    limit: usize,
}

impl<T: Item> Queue<T> for BareStream {
    const NAME: &'static str = "bare stream";
    const ROLE: Role = Role::Limit;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        assert!(capacity.is_power_of_two());
        let stream = Stream {
            items: (0..capacity).map(|_| UnsafeCell::new(MaybeUninit::uninit())).collect(),
            written: CachePadded::new(AtomicUsize::new(0)),
            read: CachePadded::new(AtomicUsize::new(0)),
        };
        let tx = StreamWriter(StreamEnd { stream: &stream, position: 0, limit: capacity });
        let rx = StreamReader(StreamEnd { stream: &stream, position: 0, limit: 0 });
        job.run(tx, rx)
    }
}

impl<T> StreamEnd<'_, T> {
    #[inline(always)]
    fn place(&self) -> *mut MaybeUninit<T> {
        self.stream.items[self.position & (self.stream.items.len() - 1)].get()
    }

    /// Steps on, and tells the other side now and then.
    #[inline(always)]
    fn step(&mut self, published: &AtomicUsize) {
        self.position += 1;
        if self.position & (BATCH.min(self.stream.items.len() / 4) - 1) == 0 {
            published.store(self.position, Ordering::Release);
        }
    }
}

struct StreamWriter<'s, T>(StreamEnd<'s, T>);

impl<T: Item> Tx<T> for StreamWriter<'_, T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        let stream = self.0.stream;
        if self.0.position == self.0.limit {
            self.0.limit = stream.read.load(Ordering::Acquire) + stream.items.len();
            if self.0.position == self.0.limit {
                return false;
            }
        }
        // SAFETY: below the limit the place is the writer's.
        unsafe { self.0.place().write(MaybeUninit::new(item)) };
        self.0.step(&stream.written);
        true
    }
}

impl<T> Drop for StreamWriter<'_, T> {
    fn drop(&mut self) {
        self.0.stream.written.store(self.0.position, Ordering::Release);
    }
}

struct StreamReader<'s, T>(StreamEnd<'s, T>);

impl<T: Item> Rx<T> for StreamReader<'_, T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        let stream = self.0.stream;
        if self.0.position == self.0.limit {
            self.0.limit = stream.written.load(Ordering::Acquire);
            if self.0.position == self.0.limit {
                return None;
            }
        }
        // SAFETY: below the limit the place is the reader's.
        let item = unsafe { self.0.place().read() };
        // SAFETY: the writer has written every item below the limit.
        let item = unsafe { item.assume_init() };
        self.0.step(&stream.read);
        Some(item)
    }
}

/// An array of numbers that one thread writes and reads in order, with nothing that tells anybody anything.
pub(crate) struct BareArray;

struct Numbers<'a> {
    numbers: &'a [AtomicU64],
    position: usize,
}

impl<T: Item> Queue<T> for BareArray {
    const NAME: &'static str = "bare array";
    const ROLE: Role = Role::Limit;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        assert!(capacity.is_power_of_two());
        let numbers: Box<[AtomicU64]> = (0..capacity).map(|_| AtomicU64::new(0)).collect();
        job.run(Numbers { numbers: &numbers, position: 0 }, Numbers { numbers: &numbers, position: 0 })
    }
}

impl Numbers<'_> {
    #[inline(always)]
    fn next(&mut self) -> &AtomicU64 {
        let number = &self.numbers[self.position & (self.numbers.len() - 1)];
        self.position += 1;
        number
    }
}

impl<T: Item> Tx<T> for Numbers<'_> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.next().store(item.seq(), Ordering::Relaxed);
        true
    }
}

impl<T: Item> Rx<T> for Numbers<'_> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        Some(T::new(self.next().load(Ordering::Relaxed)))
    }
}
