//! The specification of the mpsc ring: a `VecDeque` beside every kind of ring, operation by operation, with several producers.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it; what several
//! threads may see of each other is the business of the models.

#![allow(
    clippy::forget_non_drop,
    clippy::drop_non_drop,
    reason = "no guard needs its drop today, and none may come to need it"
)]

use std::collections::VecDeque;
use std::mem;

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_core::{PopError, PushError, Refusal};

use crate::course::{self, Course, Run as _};
pub use crate::course::{MAX_CAPACITY, Storage};
use crate::gauge::{Between, Gauge};
use crate::iterators::Says;
use crate::ledger::{go_off, goes_off};
use crate::payload::Payload;

/// As many producers are out at most, beside those that were forgotten.
const MAX_PRODUCERS: usize = 5;

/// A ring, where its tickets start, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// 1 to [`MAX_CAPACITY`].
    pub capacity: usize,
    /// How many items go through the ring first.
    pub start: usize,
    /// Whether the ends are made anew after that.
    pub fresh: bool,
    /// The policy at the start.
    pub refusal: Refusal,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the ring differs from its specification. Answers with all that could be seen.
    #[must_use]
    pub fn run<T: Payload>(&self, storage: Storage) -> Vec<u32> {
        let mut run = Run {
            course: Course::new(self.capacity, self.start, self.fresh, self.ops, storage),
            ring: Model::new(self.refusal),
            gauge: Between::new(self.capacity),
        };
        let heap = || HeapRing::<T>::with_refusal(self.capacity, self.refusal).expect("a small capacity above 0");
        match storage {
            Storage::Array | Storage::Shared => {
                course::for_capacity!(self.capacity, N => run.in_array::<T, N>(storage))
            }
            Storage::Slice => {
                let mut memory: Vec<_> = (0..self.capacity).map(|_| Slot::<T>::new()).collect();
                let mut ring = SliceRing::with_refusal(&mut memory, self.refusal).expect("a capacity above 0");
                course::sessions!(run, ring);
            }
            Storage::Heap => {
                let mut ring = heap();
                course::sessions!(run, ring);
            }
            Storage::Owned => course::sessions_of_owned!(run, {
                // What was inside has gone with the ends.
                run.ring = Model::new(self.refusal);
                run.gauge = Between::new(self.capacity);
                heap()
            }),
        }
        run.course.finish()
    }
}

/// The specification: what is known of a ring.
struct Model {
    items: VecDeque<u32>,
    /// Slots that a batch may hold which got fewer items than its iterator had said: until the consumer comes by.
    given_back: usize,
    /// Slots of items that a drain took which is still there or was forgotten: until the consumer says so.
    untold: usize,
    refusal: Refusal,
    closed: bool,
    stored: usize,
    popped: usize,
    shed: usize,
    /// What was shed before the consumer last asked.
    told: usize,
    /// Producers that were forgotten, and may count as there.
    forgotten: usize,
}

impl Model {
    const fn new(refusal: Refusal) -> Self {
        Self {
            items: VecDeque::new(),
            given_back: 0,
            untold: 0,
            refusal,
            closed: false,
            stored: 0,
            popped: 0,
            shed: 0,
            told: 0,
            forgotten: 0,
        }
    }

    fn put(&mut self, ids: impl IntoIterator<Item = u32>) {
        let before = self.items.len();
        self.items.extend(ids);
        self.stored += self.items.len() - before;
    }

    /// Enters that the oldest item was taken out.
    fn take(&mut self, id: u32) {
        assert_eq!(self.items.pop_front(), Some(id), "the items come out in order");
        self.popped += 1;
    }
}

/// What a run of a case knows.
struct Run<'a> {
    course: Course<'a>,
    ring: Model,
    gauge: Between,
}

type Ends<'q, T, K> = course::Ends<Producer<'q, T, K>, Consumer<'q, T, K>>;

impl<'a, 'q, T: Payload, K: Clone> course::Run<'a, Producer<'q, T, K>, Consumer<'q, T, K>> for Run<'a> {
    fn course(&mut self) -> &mut Course<'a> {
        &mut self.course
    }

    fn made_anew(&mut self) {
        self.ring.closed = false;
        self.ring.told = self.ring.shed;
        self.ring.untold = 0;
        self.gauge.each(self.inside(), Gauge::made_anew);
    }

    fn push(&mut self, ends: &mut Ends<'q, T, K>, which: usize) {
        self.push_by(self.ring.refusal, ends, which, Producer::push);
    }

    fn pop(&mut self, ends: &mut Ends<'q, T, K>) {
        let closed = self.ring.closed || ends.producers.is_empty();
        let Some(consumer) = &mut ends.consumer else { return };
        match consumer.pop() {
            Ok(item) => {
                self.ring.take(item.id());
                self.ring.untold = 0;
                self.gauge.each(self.inside(), Gauge::popped);
                self.course.trace.push(item.id());
            }
            Err(error) => {
                assert!(self.ring.items.is_empty(), "{error}, with {} items inside", self.ring.items.len());
                let counts = self.ring.forgotten > 0 && !self.ring.closed && error == PopError::Empty;
                assert!(counts || error == if closed { PopError::Closed } else { PopError::Empty }, "{error}");
                self.ring.given_back = 0;
                self.ring.untold = 0;
                self.gauge.each([0; 2], Gauge::popped);
                self.course.trace.push(u32::MAX);
            }
        }
    }

    fn step(&mut self, ends: &mut Ends<'q, T, K>, op: u8, argument: usize) {
        match op % 28 {
            0..=4 => self.push(ends, argument),
            5..=8 => self.pop(ends),
            9..=11 => self.push_iter(ends, argument),
            12 => self.push_iter_short(ends, argument),
            13 => self.push_iter_armed(ends, argument),
            15 if argument % 3 == 0 => self.pop_all(ends),
            14 | 15 => self.drain(ends, argument),
            16 => self.drain_armed(ends, argument),
            17 => self.push_while_draining(ends, argument),
            18 | 19 => Self::clone_producer(ends, argument),
            20 => self.ring.forgotten += ends.drop_producer(argument, self.course.keeps_ends),
            21 => self.set_refusal(ends, argument),
            22 => self.lost(ends),
            23 if argument % 4 == 0 => self.close(ends),
            24 if argument % 4 == 0 => {
                self.ring.untold = 0;
                drop(ends.consumer.take());
                self.gauge.each(self.inside(), |gauge, _| gauge.closed());
            }
            25 => self.end(ends, argument),
            26 | 27 => self.set_watermarks(ends, argument),
            _ => {
                let refusal = [Refusal::Reject, Refusal::DropIncoming][argument / 4 % 2];
                self.push_by(refusal, ends, argument / 8, |producer, item| producer.push_under(refusal, item));
            }
        }
    }

    fn look(&mut self, ends: &Ends<'q, T, K>) {
        let ring = &self.ring;
        assert_eq!(ring.stored, ring.popped + ring.items.len(), "the specification keeps the law");
        for producer in &ends.producers {
            assert_eq!(producer.capacity(), self.course.capacity);
            assert_eq!(producer.is_closed(), ring.closed || ends.consumer.is_none());
            assert_eq!((producer.refusal(), producer.shed()), (ring.refusal, ring.shed));
            let len = producer.len();
            assert!((ring.items.len()..=ring.items.len() + self.unsure()).contains(&len), "a producer says {len}");
            assert!(ends.consumer.as_ref().is_none_or(|consumer| consumer.len() == len), "the ends differ at rest");
            assert_eq!((producer.is_empty(), producer.is_full()), (len == 0, len == self.course.capacity));
            assert_eq!(producer.free(), self.course.capacity - len);
            self.gauge.check(len, producer.pressure(), producer.fill(), producer.watermarks());
        }
        let mut seen = 0;
        if let Some(consumer) = &ends.consumer {
            let len = ring.items.len();
            assert_eq!(consumer.shed(), ring.shed);
            seen = consumer.len();
            assert!((len..=len + self.unsure()).contains(&seen), "len is {seen}, with {len} items inside");
            assert_eq!((consumer.is_empty(), consumer.capacity()), (seen == 0, self.course.capacity));
            assert_eq!(
                (consumer.is_full(), consumer.free()),
                (seen == self.course.capacity, self.course.capacity - seen)
            );
            assert_eq!(consumer.refusal(), ring.refusal);
            let closed = ring.closed || ends.producers.is_empty();
            assert!(consumer.is_closed() == closed || closed && ring.forgotten > 0);
            self.gauge.check(seen, consumer.pressure(), consumer.fill(), consumer.watermarks());
        }
        self.course.check_ledger(ring.items.len(), ends.are_gone());
        self.course.saw(seen);
    }
}

impl Run<'_> {
    fn in_array<T: Payload, const N: usize>(&mut self, storage: Storage) {
        let mut ring = Ring::<T, N>::with_refusal(self.ring.refusal);
        course::sessions_in_array!(self, ring, storage == Storage::Shared);
        // It moves with what is inside.
        drop(Box::new(ring));
    }

    fn free(&self) -> usize {
        self.course.capacity - self.ring.items.len()
    }

    /// How many of the free slots the producers may not have been told of.
    fn unsure(&self) -> usize {
        (self.ring.given_back + self.ring.untold).min(self.free())
    }

    /// How many slots the ring may call taken: at least, and at most.
    fn inside(&self) -> [usize; 2] {
        let least = self.ring.items.len();
        [least, least + self.unsure()]
    }

    /// Pushes one item in a way that obeys a policy.
    fn push_by<'q, T: Payload, K>(
        &mut self,
        refusal: Refusal,
        ends: &mut Ends<'q, T, K>,
        which: usize,
        push: impl FnOnce(&mut Producer<'q, T, K>, T) -> Result<(), PushError<T>>,
    ) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let Some(producer) = ends.producer(which) else { return };
        let item = T::make(&mut self.course.maker);
        let id = item.id();
        let outcome = push(producer, item).map_err(|error| error.map(|item| item.id()));
        self.pushed(id, outcome, refusal, closed);
    }

    /// Enters the outcome of a push under a policy.
    fn pushed(&mut self, id: u32, outcome: Result<(), PushError<u32>>, refusal: Refusal, closed: bool) {
        self.course.saw(usize::from(outcome.is_ok()));
        if closed {
            assert_eq!(outcome, Err(PushError::Closed(id)));
            return;
        }
        match outcome {
            Ok(()) => {
                assert!(self.free() > 0, "pushed into a full ring");
                self.ring.put([id]);
                self.gauge.each(self.inside(), Gauge::pushed);
            }
            Err(error) => {
                assert_eq!(self.free(), self.unsure(), "refused, with room");
                self.gauge.each([self.course.capacity; 2], Gauge::pushed);
                match refusal {
                    Refusal::Reject => assert_eq!(error, PushError::Full(id)),
                    Refusal::DropIncoming => {
                        assert_eq!(error, PushError::Shed(id));
                        self.ring.shed += 1;
                    }
                }
            }
        }
    }

    /// Enters what a batch put in that had `count` items to give, from `first` on.
    fn batch(&mut self, count: usize, first: u32, stored: usize, closed: bool) {
        self.course.saw(stored);
        if closed {
            assert_eq!(stored, 0, "a closed ring takes nothing");
        } else {
            assert!(stored <= count.min(self.free()), "more than fits");
            assert!(stored >= count.min(self.free() - self.unsure()), "a batch takes all that fits");
        }
        self.ring.put(first..first + u32::try_from(stored).expect("few items"));
        if stored > 0 {
            self.gauge.each(self.inside(), Gauge::pushed);
        }
        self.gauge.may_have_pushed(self.inside()[1]);
    }

    /// Puts in items of an iterator that says the truth, or less.
    fn push_iter<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let (which, count, says) = (argument % 4, argument / 4 % 12, argument / 48);
        let Some(producer) = ends.producer(which) else { return };
        let (first, maker) = (self.course.maker.next_id(), &mut self.course.maker);
        let mut items = (0..count).map(|_| T::make(maker));
        let stored = match says {
            0 | 1 => producer.push_iter(&mut items),
            2 => producer.push_iter(Says((0, None), &mut items)),
            3 => producer.push_iter(Says((1, None), &mut items)),
            _ => producer.push_iter(Says((count / 2, Some(usize::MAX)), &mut items)),
        };
        assert_eq!(items.len(), count - stored, "it takes from the iterator only what fits");
        // One that doesn't say how many there are is asked once too often.
        if says >= 2 && stored == count && !closed {
            self.ring.given_back += if says > 3 { (count / 2).max(1) } else { 1 };
        }
        self.batch(count, first, stored, closed);
    }

    /// Puts in items of an iterator that says that there are more than there are.
    fn push_iter_short<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let (which, count, more) = (argument % 4, argument / 4 % 12, argument / 48);
        let Some(producer) = ends.producer(which) else { return };
        let (first, maker) = (self.course.maker.next_id(), &mut self.course.maker);
        let least = if more == 0 { usize::MAX } else { count + more };
        let items = (0..count).map(|_| T::make(maker));
        let stored = producer.push_iter(Says((least, None), items));
        if !closed {
            self.ring.given_back = self.course.capacity;
        }
        self.batch(count, first, stored, closed);
    }

    /// Puts in items from an iterator that panics at some time.
    fn push_iter_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let (which, good, says) = (argument % 4, argument / 4 % 12, argument / 48);
        let Some(producer) = ends.producer(which) else { return };
        let (first, maker) = (self.course.maker.next_id(), &mut self.course.maker);
        let mut made = 0;
        let items = (0..).map(|at| {
            if at == good {
                go_off();
            }
            made += 1;
            T::make(maker)
        });
        let gone_off = match says {
            0 | 1 => goes_off(|| producer.push_iter(items)),
            2 => goes_off(|| producer.push_iter(Says((0, None), items))),
            _ => goes_off(|| producer.push_iter(Says((good + 1, None), items))),
        };
        if gone_off {
            assert!(!closed && good < self.free(), "asked for an item that there is no room for");
            assert_eq!(made, good);
            self.batch(good, first, good, closed);
            self.ring.given_back = self.course.capacity;
            self.gauge.may_have_pushed(self.course.capacity);
        } else {
            self.batch(usize::MAX, first, made, closed);
        }
    }

    fn drain<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let inside = self.ring.items.len();
        let mut drain = consumer.drain();
        let ids: Vec<u32> = drain.by_ref().take(argument / 2 % 12).map(|item| item.id()).collect();
        assert_eq!(ids.len(), (argument / 2 % 12).min(inside), "it takes all that there is");
        if ids.len() == inside {
            assert!(drain.next().is_none() && drain.next().is_none());
        }
        let told = argument % 2 == 0;
        if told {
            drop(drain);
        } else {
            mem::forget(drain);
        }
        self.drained(&ids, ids.len() == inside && inside < self.course.capacity);
        if told {
            self.ring.untold = 0;
        }
    }

    /// Enters what a drain took, of whose room it may not have told, and whether it found nothing more.
    fn drained(&mut self, ids: &[u32], to_the_end: bool) {
        for &id in ids {
            self.ring.take(id);
        }
        self.ring.untold += ids.len();
        if to_the_end {
            self.ring.given_back = 0;
        }
        if to_the_end || !ids.is_empty() {
            self.gauge.each(self.inside(), Gauge::popped);
        }
        self.course.trace.extend_from_slice(ids);
    }

    fn drain_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let ids: Vec<u32> = self.ring.items.iter().copied().collect();
        let armed = argument.checked_rem(ids.len()).filter(|&at| T::arm(&self.course.maker, ids[at]));
        let takes_all = argument >= 128;
        let gone_off = goes_off(|| {
            if takes_all {
                assert_eq!(consumer.pop_all(drop), ids.len());
            } else {
                consumer.drain().for_each(drop);
            }
        });
        assert_eq!(gone_off, armed.is_some());
        self.drained(&ids[..armed.map_or(ids.len(), |at| at + 1)], armed.is_none() && ids.len() < self.course.capacity);
        self.ring.untold = 0;
    }

    fn pop_all<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        let mut ids = Vec::new();
        let count = consumer.pop_all(|item| ids.push(item.id()));
        assert_eq!((count, ids.len()), (self.ring.items.len(), count), "it takes all that there is");
        self.drained(&ids, count < self.course.capacity);
        self.ring.untold = 0;
    }

    fn push_while_draining<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(mut consumer) = ends.consumer.take() else { return };
        let closed = self.ring.closed;
        let mut drain = consumer.drain();
        for at in 0..self.course.capacity + 2 {
            let id = drain.next().map(|item| item.id());
            if at < self.course.capacity {
                assert_eq!(id, self.ring.items.front().copied(), "also what came meanwhile");
            } else {
                assert_eq!(id, None, "no more than the capacity");
            }
            self.drained(id.as_slice(), at < self.course.capacity && id.is_none());
            for _ in 0..(argument >> (at % 7)) % 3 {
                let Some(producer) = ends.producer(argument + at) else { break };
                let item = T::make(&mut self.course.maker);
                let id = item.id();
                let outcome = producer.push(item).map_err(|error| error.map(|item| item.id()));
                self.pushed(id, outcome, self.ring.refusal, closed);
            }
            if id.is_none() {
                break;
            }
        }
        assert!(drain.next().is_none(), "it is fused");
        drop(drain);
        self.ring.untold = 0;
        ends.consumer = Some(consumer);
    }

    fn clone_producer<T, K: Clone>(ends: &mut Ends<'_, T, K>, argument: usize) {
        if ends.producers.len() < MAX_PRODUCERS {
            let clone = ends.producer(argument).cloned();
            ends.producers.extend(clone);
        }
    }

    fn set_refusal<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let refusal = if argument % 2 == 0 { Refusal::Reject } else { Refusal::DropIncoming };
        if let Some(consumer) = ends.consumer.as_ref().filter(|_| argument % 4 < 2) {
            consumer.set_refusal(refusal);
        } else if let Some(producer) = ends.producer(argument / 4) {
            producer.set_refusal(refusal);
        } else {
            return;
        }
        self.ring.refusal = refusal;
    }

    fn lost<T, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        let lost = consumer.lost();
        assert_eq!(lost, self.ring.shed - mem::replace(&mut self.ring.told, self.ring.shed));
        self.course.saw(lost);
    }

    fn close<T, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        consumer.close();
        self.ring.closed = true;
        self.gauge.each(self.inside(), |gauge, _| gauge.closed());
    }

    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        course::set_watermarks!(self, ends, argument);
    }

    /// Lets all ends go.
    fn end<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let had_consumer = ends.consumer.is_some();
        let forgotten = ends.let_go(argument, self.course.keeps_ends);
        self.ring.forgotten += forgotten.producers;
        if had_consumer && !forgotten.consumer {
            self.ring.untold = 0;
        }
    }
}
