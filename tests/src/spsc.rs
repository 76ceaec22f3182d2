//! The specification of the spsc ring: a `VecDeque` beside every kind of ring, operation by operation.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it; what two
//! threads may see of each other is the business of the models.

#![allow(
    clippy::forget_non_drop,
    clippy::drop_non_drop,
    reason = "no guard needs its drop today, and none may come to need it"
)]
#![allow(clippy::len_zero, reason = "it is `is_empty` that is compared")]

use std::collections::VecDeque;
use std::mem;

use forebay_core::PopError;
use forebay_core::spsc::{
    Consumer, Dense, Flagged, HeapRing, Layout, Producer, ReadRun, Ring, SliceRing, Slot, WriteRun,
};

use crate::course::{self, Course, Run as _};
pub use crate::course::{MAX_CAPACITY, Storage};
use crate::gauge::Gauge;
use crate::ledger::{go_off, goes_off};
use crate::payload::Payload;

/// A ring, where its positions start, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// 1 to [`MAX_CAPACITY`].
    pub capacity: usize,
    /// How many items go through the ring first: positions run modulo twice the capacity, and start here.
    pub start: usize,
    /// Whether the ends are made anew after that, and so know where the other is.
    pub fresh: bool,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the ring differs from its specification. Answers with all that could be seen.
    #[must_use]
    pub fn run<T: Payload, L: Runs>(&self, storage: Storage) -> Vec<u32> {
        let mut run = Run {
            course: Course::new(self.capacity, self.start, self.fresh, self.ops, storage),
            items: VecDeque::new(),
            gauge: Gauge::new(self.capacity),
        };
        let heap = || HeapRing::<T, L>::new(self.capacity).expect("a small capacity above 0");
        match storage {
            Storage::Array | Storage::Shared => {
                course::for_capacity!(self.capacity, N => run.in_array::<T, L, N>(storage))
            }
            Storage::Slice => {
                let mut memory: Vec<_> = (0..self.capacity).map(|_| Slot::<T, L>::new()).collect();
                let mut ring = SliceRing::new(&mut memory).expect("a capacity above 0");
                course::sessions!(run, ring);
            }
            Storage::Heap => {
                let mut ring = heap();
                course::sessions!(run, ring);
            }
            Storage::Owned => course::sessions_of_owned!(run, {
                // What was inside has gone with the ends.
                run.items = VecDeque::new();
                run.gauge = Gauge::new(self.capacity);
                heap()
            }),
        }
        run.course.finish()
    }
}

/// A layout, and its runs in place if it has any.
pub trait Runs: Layout + Sized {
    /// Whether it has.
    const RUNS: bool;

    /// `write_run`, or nothing.
    fn write_run<'e, T, K>(producer: &'e mut Producer<'_, T, Self, K>, max: usize) -> Option<WriteRun<'e, T>>;

    /// `read_run`, or nothing.
    fn read_run<'e, T, K>(consumer: &'e mut Consumer<'_, T, Self, K>, max: usize) -> Option<ReadRun<'e, T>>;
}

impl Runs for Dense {
    const RUNS: bool = true;

    fn write_run<'e, T, K>(producer: &'e mut Producer<'_, T, Self, K>, max: usize) -> Option<WriteRun<'e, T>> {
        Some(producer.write_run(max))
    }

    fn read_run<'e, T, K>(consumer: &'e mut Consumer<'_, T, Self, K>, max: usize) -> Option<ReadRun<'e, T>> {
        Some(consumer.read_run(max))
    }
}

impl Runs for Flagged {
    const RUNS: bool = false;

    fn write_run<'e, T, K>(_producer: &'e mut Producer<'_, T, Self, K>, _max: usize) -> Option<WriteRun<'e, T>> {
        None
    }

    fn read_run<'e, T, K>(_consumer: &'e mut Consumer<'_, T, Self, K>, _max: usize) -> Option<ReadRun<'e, T>> {
        None
    }
}

/// What a run of a case knows.
struct Run<'a> {
    course: Course<'a>,
    /// The specification.
    items: VecDeque<u32>,
    gauge: Gauge,
}

type Ends<'q, T, L, K> = course::Ends<Producer<'q, T, L, K>, Consumer<'q, T, L, K>>;

impl<'a, 'q, T: Payload, L: Runs, K> course::Run<'a, Producer<'q, T, L, K>, Consumer<'q, T, L, K>> for Run<'a> {
    fn course(&mut self) -> &mut Course<'a> {
        &mut self.course
    }

    fn made_anew(&mut self) {
        self.gauge.made_anew(self.items.len());
    }

    fn push(&mut self, ends: &mut Ends<'q, T, L, K>, _which: usize) {
        let (Some(producer), open) = (ends.producers.first_mut(), ends.consumer.is_some()) else { return };
        let item = T::make(&mut self.course.maker);
        let id = item.id();
        let outcome = producer.push(item);
        self.pushed(open, id, outcome.map_err(|error| (error.is_closed(), Some(error.into_inner().id()))));
    }

    fn pop(&mut self, ends: &mut Ends<'q, T, L, K>) {
        let (Some(consumer), open) = (&mut ends.consumer, !ends.producers.is_empty()) else { return };
        match consumer.pop() {
            Ok(item) => self.taken(&[item.id()]),
            Err(error) => self.refused(open, error),
        }
    }

    fn step(&mut self, ends: &mut Ends<'q, T, L, K>, op: u8, argument: usize) {
        match op % 30 {
            0 | 1 => self.push(ends, 0),
            2 | 3 => self.pop(ends),
            4 => self.write_slot(ends, argument),
            5 => self.read_slot(ends, argument),
            6 => self.push_iter(ends, argument % 12),
            7 | 8 => self.push_slice(ends, argument % 12),
            9 | 10 => self.pop_slice(ends, argument % 12),
            11 => self.drain(ends, argument),
            12 => self.iterate(ends, argument),
            13 => self.peek_mut(ends),
            14 => self.clear(ends),
            15 | 16 => self.write_run(ends, argument),
            17 => self.fill_run(ends, argument),
            18 => self.copy_run(ends, argument),
            19 | 20 => self.read_run(ends, argument),
            21 => drop(ends.producers.pop()),
            22 => {
                drop(ends.consumer.take());
                self.gauge.closed();
            }
            23 => self.clear_armed(ends, argument),
            24 => self.release_armed(ends, argument),
            25 => self.drain_armed(ends, argument),
            26 => self.fill_armed(ends, argument),
            27 => self.set_watermarks(ends, argument),
            _ => drop(ends.let_go(argument, self.course.keeps_ends)),
        }
    }

    fn look(&mut self, ends: &Ends<'q, T, L, K>) {
        let (len, free, capacity) = (self.items.len(), self.free(), self.course.capacity);
        if let Some(producer) = ends.producers.first() {
            let seen = (producer.len(), producer.free(), producer.capacity());
            assert_eq!(seen, (len, free, capacity), "the producer's len, free, capacity");
            let seen = (producer.is_empty(), producer.is_full(), producer.is_closed());
            assert_eq!(seen, (len == 0, free == 0, ends.consumer.is_none()), "the producer's empty, full, closed");
            self.gauge.check(len, producer.pressure(), producer.fill(), producer.watermarks());
        }
        if let Some(consumer) = &ends.consumer {
            let seen = (consumer.len(), consumer.free(), consumer.capacity());
            assert_eq!(seen, (len, free, capacity), "the consumer's len, free, capacity");
            let seen = (consumer.is_empty(), consumer.is_full(), consumer.is_closed());
            assert_eq!(seen, (len == 0, free == 0, ends.producers.is_empty()), "the consumer's empty, full, closed");
            assert_eq!(consumer.peek().map(T::id), self.items.front().copied(), "peek");
            self.gauge.check(len, consumer.pressure(), consumer.fill(), consumer.watermarks());
        }
        self.course.check_ledger(len, ends.are_gone());
    }
}

impl Run<'_> {
    fn in_array<T: Payload, L: Runs, const N: usize>(&mut self, storage: Storage) {
        let mut ring = Ring::<T, N, L>::new();
        course::sessions_in_array!(self, ring, storage == Storage::Shared);
    }

    fn saw_items(&mut self, ids: &[u32]) {
        self.course.trace.extend_from_slice(ids);
        self.course.trace.push(u32::MAX - u32::try_from(ids.len()).expect("few items"));
    }

    fn free(&self) -> usize {
        self.course.capacity - self.items.len()
    }

    /// Enters what a batch put in: `stored` of the `offered` items that were made from `first` on.
    fn stored(&mut self, offered: usize, first: u32, stored: usize) {
        assert_eq!(stored, offered.min(self.free()), "a batch takes all that fits");
        let stored = u32::try_from(stored).expect("few items");
        self.items.extend(first..first + stored);
        if stored > 0 {
            self.gauge.pushed(self.items.len());
        }
        self.course.trace.push(stored);
    }

    /// Enters that the oldest items were taken out, in order.
    fn taken(&mut self, ids: &[u32]) {
        for &id in ids {
            assert_eq!(self.items.pop_front(), Some(id), "the items come out in order");
        }
        if !ids.is_empty() {
            self.gauge.popped(self.items.len());
        }
        self.saw_items(ids);
    }

    /// Enters the outcome of putting one item in; an error says whether it was `Closed`, and what came back.
    fn pushed(&mut self, open: bool, id: u32, outcome: Result<(), (bool, Option<u32>)>) {
        match outcome {
            Ok(()) => {
                assert!(self.free() > 0, "pushed into a full ring");
                self.items.push_back(id);
                self.gauge.pushed(self.items.len());
                self.course.trace.push(id);
            }
            Err((closed, back)) => {
                assert!(back.is_none_or(|back| back == id), "another item came back");
                assert_eq!(self.free(), 0, "refused, with room");
                assert_eq!(closed, !open, "closed means that the consumer is gone");
                self.gauge.pushed(self.items.len());
                self.course.trace.push(u32::MAX);
            }
        }
    }

    /// Enters that there was nothing to pop.
    fn refused(&mut self, open: bool, error: PopError) {
        assert!(self.items.is_empty(), "{error}, with {} items inside", self.items.len());
        assert_eq!(error, if open { PopError::Empty } else { PopError::Closed });
        self.gauge.popped(0);
        self.course.trace.push(u32::MAX);
    }

    /// Puts a new item in the place of one inside.
    fn replace<T: Payload>(&mut self, at: usize, item: &mut T) {
        assert_eq!(Some(item.id()), self.items.get(at).copied());
        *item = T::make(&mut self.course.maker);
        self.items[at] = item.id();
    }

    fn set_watermarks<T, L: Layout, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        course::set_watermarks!(self, ends, argument);
    }

    fn write_slot<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (Some(producer), open) = (ends.producers.first_mut(), ends.consumer.is_some()) else { return };
        match producer.write_slot() {
            Err(error) => self.pushed(open, 0, Err((error.is_closed(), None))),
            Ok(mut slot) => {
                assert!(self.free() > 0, "a slot of a full ring");
                match argument % 4 {
                    0 => drop(slot),
                    1 => mem::forget(slot),
                    2 => {
                        let item = T::make(&mut self.course.maker);
                        let id = item.id();
                        slot.write(item);
                        self.pushed(open, id, Ok(()));
                    }
                    _ => {
                        let id = slot.uninit().write(T::make(&mut self.course.maker)).id();
                        // SAFETY: written just now.
                        unsafe { slot.commit() };
                        self.pushed(open, id, Ok(()));
                    }
                }
            }
        }
    }

    fn read_slot<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (Some(consumer), open) = (&mut ends.consumer, !ends.producers.is_empty()) else { return };
        match consumer.read_slot() {
            Err(error) => self.refused(open, error),
            Ok(mut slot) => {
                if argument % 2 == 0 {
                    self.replace(0, &mut *slot);
                }
                let id = slot.id();
                assert_eq!(Some(&id), self.items.front());
                match argument / 2 % 4 {
                    0 => drop(slot),
                    1 => mem::forget(slot),
                    2 => {
                        assert_eq!(slot.take().id(), id);
                        self.taken(&[id]);
                    }
                    _ => {
                        slot.release();
                        self.taken(&[id]);
                    }
                }
            }
        }
    }

    fn push_iter<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, count: usize) {
        let Some(producer) = ends.producers.first_mut() else { return };
        let (first, maker) = (self.course.maker.next_id(), &mut self.course.maker);
        let mut items = (0..count).map(|_| T::make(maker));
        let stored = producer.push_iter(&mut items);
        assert_eq!(items.len(), count - stored, "it takes from the iterator only what fits");
        self.stored(count, first, stored);
    }

    fn push_slice<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, count: usize) {
        let Some(producer) = ends.producers.first_mut() else { return };
        let first = self.course.maker.next_id();
        let stored = T::push_slice(producer, count, &mut self.course.maker);
        self.stored(count, first, stored);
    }

    fn pop_slice<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, count: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let ids = T::pop_slice(consumer, count);
        assert_eq!(ids.len(), count.min(self.items.len()), "a batch takes all that there is");
        self.taken(&ids);
    }

    fn drain<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let mut drain = consumer.drain();
        assert_eq!(drain.len(), self.items.len());
        let ids: Vec<u32> = drain.by_ref().take(argument / 2 % 12).map(|item| item.id()).collect();
        if ids.len() == self.items.len() {
            assert!(drain.next().is_none() && drain.next().is_none());
        }
        if argument % 2 == 0 {
            drop(drain);
        } else {
            mem::forget(drain);
        }
        self.taken(&ids);
    }

    fn iterate<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let iter = consumer.iter();
        assert_eq!(iter.len(), self.items.len());
        assert!(iter.clone().map(T::id).eq(self.items.iter().copied()), "iter");
        let by_ref = <&Consumer<'_, T, L, K>>::into_iter(consumer);
        assert!(by_ref.map(T::id).eq(self.items.iter().copied()), "iter");
        let iter = consumer.iter_mut();
        assert_eq!(iter.len(), self.items.len());
        for (at, item) in iter.enumerate() {
            if argument >> (at % 8) & 1 == 1 {
                self.replace(at, item);
            }
        }
    }

    fn peek_mut<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        match consumer.peek_mut() {
            Some(item) => self.replace(0, item),
            None => assert!(self.items.is_empty()),
        }
    }

    fn clear<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        assert_eq!(consumer.clear(), self.items.len());
        let ids: Vec<u32> = self.items.iter().copied().collect();
        self.taken(&ids);
    }

    /// Arms one of the oldest `count` items, if there are any and they can be armed. Answers with which.
    fn arm<T: Payload>(&self, count: usize, argument: usize) -> Option<usize> {
        let at = argument.checked_rem(count)?;
        T::arm(&self.course.maker, self.items[at]).then_some(at)
    }

    fn clear_armed<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let ids: Vec<u32> = self.items.iter().copied().collect();
        let armed = self.arm::<T>(ids.len(), argument).is_some();
        assert_eq!(goes_off(|| assert_eq!(consumer.clear(), ids.len())), armed);
        self.taken(&ids);
    }

    fn release_armed<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let (count, which) = (argument % 12, argument / 12);
        let count = count.min(self.items.len());
        let ids: Vec<u32> = self.items.iter().copied().take(count).collect();
        let armed = self.arm::<T>(count, which);
        let gone_off = goes_off(|| match L::read_run(consumer, usize::MAX) {
            Some(run) => run.release(count),
            None => (0..count).for_each(|_| consumer.read_slot().expect("there are as many").release()),
        });
        assert_eq!(gone_off, armed.is_some());
        // Slot by slot, the panic keeps the others from their turn.
        let released = if L::RUNS { count } else { armed.map_or(count, |at| at + 1) };
        self.taken(&ids[..released]);
    }

    fn drain_armed<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let ids: Vec<u32> = self.items.iter().copied().collect();
        let armed = self.arm::<T>(ids.len(), argument);
        assert_eq!(goes_off(|| consumer.drain().for_each(drop)), armed.is_some());
        self.taken(&ids[..armed.map_or(ids.len(), |at| at + 1)]);
    }

    /// Puts in items from an iterator that panics at some time.
    fn fill_armed<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let Some(producer) = ends.producers.first_mut() else { return };
        let (max, good) = (argument % 12, argument / 12 % 12);
        let room = self.free();
        let (first, maker) = (self.course.maker.next_id(), &mut self.course.maker);
        let items = (0..).map(|at| if at < good { T::make(maker) } else { go_off() });
        let mut asked = room;
        let gone_off = goes_off(|| match (max % 2 == 0).then(|| L::write_run(producer, max)).flatten() {
            Some(run) => {
                asked = max.min(room);
                run.fill(items)
            }
            None => producer.push_iter(items),
        });
        assert_eq!(gone_off, good < asked, "it takes from the iterator only what fits");
        let stored = good.min(asked);
        self.stored(stored, first, stored);
    }

    /// A run for up to `max` items, checked. `None` if the layout or the producer has none.
    fn claim_run<'e, T: Payload, L: Runs, K>(
        &self,
        ends: &'e mut Ends<'_, T, L, K>,
        max: usize,
    ) -> Option<WriteRun<'e, T>> {
        let mut run = L::write_run(ends.producers.first_mut()?, max)?;
        assert_eq!(run.len(), max.min(self.free()), "a run has all the room that there is");
        assert_eq!(run.is_empty(), run.len() == 0);
        let len = run.len();
        let (head, rest) = run.as_mut_slices();
        assert_eq!(head.len() + rest.len(), len);
        assert!(rest.is_empty() || rest.as_ptr() < head.as_ptr(), "the second piece is at the start of the memory");
        Some(run)
    }

    fn write_run<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (max, count) = (argument % 12, argument / 12);
        let Some(mut run) = self.claim_run(ends, max) else { return self.push_iter(ends, max) };
        let count = count % (run.len() + 3);
        if count > run.len() {
            // Neither commits anything.
            if count % 2 == 0 {
                drop(run);
            } else {
                mem::forget(run);
            }
            return;
        }
        let first = self.course.maker.next_id();
        let (head, rest) = run.as_mut_slices();
        for place in head.iter_mut().chain(rest).take(count) {
            place.write(T::make(&mut self.course.maker));
        }
        // SAFETY: that many were written.
        unsafe { run.commit(count) };
        self.stored(count, first, count);
    }

    fn fill_run<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (max, count) = (argument % 12, argument / 12 % 12);
        let Some(run) = self.claim_run(ends, max) else { return self.push_iter(ends, max) };
        let (first, fits) = (self.course.maker.next_id(), count.min(run.len()));
        let maker = &mut self.course.maker;
        let mut items = (0..count).map(|_| T::make(maker));
        assert_eq!(run.fill(&mut items), fits);
        assert_eq!(items.len(), count - fits, "it takes from the iterator only what fits");
        self.stored(fits, first, fits);
    }

    fn copy_run<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (max, count) = (argument % 12, argument / 12 % 12);
        let Some(run) = self.claim_run(ends, max) else { return self.push_slice(ends, max) };
        let (first, fits) = (self.course.maker.next_id(), count.min(run.len()));
        assert_eq!(T::copy_into(run, count, &mut self.course.maker), fits);
        self.stored(fits, first, fits);
    }

    fn read_run<T: Payload, L: Runs, K>(&mut self, ends: &mut Ends<'_, T, L, K>, argument: usize) {
        let (max, count) = (argument % 12, argument / 12);
        let run = ends.consumer.as_mut().and_then(|consumer| L::read_run(consumer, max));
        let Some(mut run) = run else { return self.pop_slice(ends, max) };
        assert_eq!(run.len(), max.min(self.items.len()));
        assert_eq!(run.is_empty(), run.len() == 0);
        let (head, rest) = run.as_slices();
        assert!(rest.is_empty() || rest.as_ptr() < head.as_ptr(), "the second piece is at the start of the memory");
        assert!(head.iter().chain(rest).map(T::id).eq(self.items.iter().copied().take(run.len())), "as_slices");
        let (head, rest) = run.as_mut_slices();
        for (at, item) in head.iter_mut().chain(rest).enumerate() {
            if at % 3 == count % 3 {
                self.replace(at, item);
            }
        }
        let len = run.len();
        let count = count % (len + 4);
        match count.saturating_sub(len) {
            2 => return drop(run),
            3 => return mem::forget(run),
            // One more than there are: all go.
            _ => run.release(count),
        }
        let ids: Vec<u32> = self.items.iter().copied().take(count.min(len)).collect();
        self.taken(&ids);
    }
}
