//! The machine's own limits: what is left of a queue when everything is taken away that a queue needs.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::queue::{BATCH, Channel, Check, HandIn, HandOut, Item, Job, Queue, Role, Rx, Tx};

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

/// The same between two threads of one core, that yield it to each other: the least that waiting can cost there.
pub(crate) struct BareYields;

pub(crate) struct YieldedNumber {
    line: Arc<CachePadded<AtomicU64>>,
    last: u64,
}

impl Channel for BareYields {
    const NAME: &'static str = "bare yields";
    const ROLE: Role = Role::Limit;
    type Tx = YieldedNumber;
    type Rx = YieldedNumber;

    fn ends(_capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        assert_eq!(producers, 1, "others would write over it");
        let line = Arc::new(CachePadded::new(AtomicU64::new(u64::MAX)));
        let end = || YieldedNumber { line: Arc::clone(&line), last: u64::MAX };
        (vec![end()], end())
    }
}

impl HandIn for YieldedNumber {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.line.store(item, Ordering::Release);
    }
}

impl HandOut for YieldedNumber {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        loop {
            let item = self.line.load(Ordering::Acquire);
            if item != self.last {
                self.last = item;
                return item;
            }
            thread::yield_now();
        }
    }
}

/// An array that one thread writes and the other reads in order, each telling the other where it is after every 64th
/// item, in one store. An item may thus wait for the next 63 to come: no queue may do that.
pub(crate) struct BareStream;

/// The same, telling after every quarter of the array: what is gained when the two hardly ever meet.
pub(crate) struct BareQuarters;

struct Stream<T> {
    items: Box<[UnsafeCell<MaybeUninit<T>>]>,
    /// So many items are made known together, a power of two.
    step: usize,
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
        stream(capacity, BATCH.min(capacity / 4), job)
    }
}

impl<T: Item> Queue<T> for BareQuarters {
    const NAME: &'static str = "bare quarters";
    const ROLE: Role = Role::Limit;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        stream(capacity, capacity / 4, job)
    }
}

fn stream<T: Item>(capacity: usize, step: usize, job: impl Job<T>) -> Duration {
    assert!(capacity.is_power_of_two() && step.is_power_of_two());
    let stream = Stream {
        items: (0..capacity).map(|_| UnsafeCell::new(MaybeUninit::uninit())).collect(),
        step,
        written: CachePadded::new(AtomicUsize::new(0)),
        read: CachePadded::new(AtomicUsize::new(0)),
    };
    let tx = StreamWriter(StreamEnd { stream: &stream, position: 0, limit: capacity });
    let rx = StreamReader(StreamEnd { stream: &stream, position: 0, limit: 0 });
    job.run(tx, rx)
}

impl<T> StreamEnd<'_, T> {
    #[inline(always)]
    fn place(&self) -> *mut MaybeUninit<T> {
        self.stream.items[self.position & (self.stream.items.len() - 1)].get()
    }

    /// Goes on by some items, and tells the other side if that is due. At most one step's worth at a time.
    #[inline(always)]
    fn go_on(&mut self, items: usize, published: &AtomicUsize) {
        let from = self.position & (self.stream.step - 1);
        self.position += items;
        if from + items >= self.stream.step {
            published.store(self.position, Ordering::Release);
        }
    }

    /// The places of up to `max` items that lie side by side below the limit, at most one step's worth.
    #[inline(always)]
    fn run(&self, max: usize) -> &[UnsafeCell<MaybeUninit<T>>] {
        let items = &self.stream.items;
        let start = self.position & (items.len() - 1);
        let len = max.min(self.limit - self.position).min(self.stream.step).min(items.len() - start);
        &items[start..start + len]
    }
}

struct StreamWriter<'s, T>(StreamEnd<'s, T>);

impl<T> StreamWriter<'_, T> {
    #[inline(always)]
    fn has_room(&mut self) -> bool {
        let end = &mut self.0;
        if end.position == end.limit {
            end.limit = end.stream.read.load(Ordering::Acquire) + end.stream.items.len();
        }
        end.position != end.limit
    }
}

impl<T: Item> Tx<T> for StreamWriter<'_, T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        if !self.has_room() {
            return false;
        }
        // SAFETY: below the limit the place is the writer's.
        unsafe { self.0.place().write(MaybeUninit::new(item)) };
        self.0.go_on(1, &self.0.stream.written);
        true
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        if !self.has_room() {
            return 0;
        }
        let run = self.0.run(max);
        for (place, seq) in run.iter().zip(first..) {
            // SAFETY: below the limit the place is the writer's.
            unsafe { place.get().write(MaybeUninit::new(T::new(seq))) };
        }
        let len = run.len();
        self.0.go_on(len, &self.0.stream.written);
        len
    }
}

impl<T> Drop for StreamWriter<'_, T> {
    fn drop(&mut self) {
        self.0.stream.written.store(self.0.position, Ordering::Release);
    }
}

struct StreamReader<'s, T>(StreamEnd<'s, T>);

impl<T> StreamReader<'_, T> {
    #[inline(always)]
    fn has_items(&mut self) -> bool {
        let end = &mut self.0;
        if end.position == end.limit {
            end.limit = end.stream.written.load(Ordering::Acquire);
        }
        end.position != end.limit
    }
}

impl<T: Item> Rx<T> for StreamReader<'_, T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        if !self.has_items() {
            return None;
        }
        // SAFETY: below the limit the place is the reader's.
        let item = unsafe { self.0.place().read() };
        // SAFETY: the writer has written every item below the limit.
        let item = unsafe { item.assume_init() };
        self.0.go_on(1, &self.0.stream.read);
        Some(item)
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        if !self.has_items() {
            return 0;
        }
        let run = self.0.run(max);
        for place in run {
            // SAFETY: below the limit the place is the reader's.
            let item = unsafe { place.get().read() };
            // SAFETY: the writer has written every item below the limit.
            let item = unsafe { item.assume_init() };
            check.see(&item);
        }
        let len = run.len();
        self.0.go_on(len, &self.0.stream.read);
        len
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
