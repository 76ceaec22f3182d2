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

use crate::gauge::{Between, Gauge};
use crate::iterators::Says;
use crate::ledger::{go_off, goes_off};
use crate::payload::{Maker, Payload};
pub use crate::spsc::{MAX_CAPACITY, Storage};

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
        let mut run = Run::new(self);
        match storage {
            Storage::Array => run.in_array::<T>(false),
            Storage::Shared => {
                run.keeps_ends = true;
                run.in_array::<T>(true);
            }
            Storage::Slice => {
                let mut memory: Vec<_> = (0..self.capacity).map(|_| Slot::<T>::new()).collect();
                let mut ring = SliceRing::with_refusal(&mut memory, self.refusal).expect("a capacity above 0");
                while run.goes_on() {
                    let (producer, consumer) = ring.split();
                    run.session(producer, consumer, &|| None);
                }
            }
            Storage::Heap => {
                let mut ring =
                    HeapRing::<T>::with_refusal(self.capacity, self.refusal).expect("a small capacity above 0");
                while run.goes_on() {
                    let (producer, consumer) = ring.split();
                    run.session(producer, consumer, &|| None);
                }
            }
            Storage::Owned => {
                run.keeps_ends = true;
                while run.goes_on() {
                    // What is inside goes with the ends.
                    run.ring = Model::new(self.refusal);
                    run.gauge = Between::new(self.capacity);
                    let mut ring =
                        HeapRing::<T>::with_refusal(self.capacity, self.refusal).expect("a small capacity above 0");
                    if run.first && run.fresh {
                        let (producer, consumer) = ring.split();
                        run.session(producer, consumer, &|| None);
                    }
                    let (producer, consumer) = ring.into_ends();
                    run.session(producer, consumer, &|| None);
                    run.maker.ledger().check();
                    assert_eq!(run.maker.ledger().alive(), 0, "the ends are gone, and with them the ring");
                }
            }
        }
        run.maker.ledger().settle();
        run.trace
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
    capacity: usize,
    start: usize,
    fresh: bool,
    ops: &'a [(u8, u8)],
    /// Whether ends must be dropped, and not forgotten.
    keeps_ends: bool,
    ring: Model,
    gauge: Between,
    maker: Maker,
    trace: Vec<u32>,
    /// Whether the first split is yet to come.
    first: bool,
}

/// The ends, while they are there.
struct Ends<'q, T, K> {
    producers: Vec<Producer<'q, T, K>>,
    consumer: Option<Consumer<'q, T, K>>,
}

impl<'q, T, K> Ends<'q, T, K> {
    fn producer(&mut self, which: usize) -> Option<&mut Producer<'q, T, K>> {
        let count = self.producers.len();
        self.producers.get_mut(which.checked_rem(count)?)
    }

    #[allow(clippy::missing_const_for_fn, reason = "not in the oldest Rust that is promised")]
    fn are_gone(&self) -> bool {
        self.producers.is_empty() && self.consumer.is_none()
    }
}

impl<'a> Run<'a> {
    fn new(case: &Case<'a>) -> Self {
        Self {
            capacity: case.capacity,
            start: case.start,
            fresh: case.fresh,
            ops: case.ops,
            keeps_ends: false,
            ring: Model::new(case.refusal),
            gauge: Between::new(case.capacity),
            maker: Maker::default(),
            trace: Vec::new(),
            first: true,
        }
    }

    fn in_array<T: Payload>(&mut self, shared: bool) {
        match self.capacity {
            1 => self.in_array_of::<T, 1>(shared),
            2 => self.in_array_of::<T, 2>(shared),
            3 => self.in_array_of::<T, 3>(shared),
            4 => self.in_array_of::<T, 4>(shared),
            5 => self.in_array_of::<T, 5>(shared),
            6 => self.in_array_of::<T, 6>(shared),
            7 => self.in_array_of::<T, 7>(shared),
            8 => self.in_array_of::<T, 8>(shared),
            MAX_CAPACITY => self.in_array_of::<T, MAX_CAPACITY>(shared),
            other => panic!("a case of capacity {other}"),
        }
    }

    fn in_array_of<T: Payload, const N: usize>(&mut self, shared: bool) {
        let mut ring = Ring::<T, N>::with_refusal(self.ring.refusal);
        while self.goes_on() {
            if shared {
                let (producer, consumer) = ring.try_split().expect("all ends are gone");
                self.session(producer, consumer, &|| Some(ring.try_split().is_ok()));
            } else {
                let (producer, consumer) = ring.split();
                self.session(producer, consumer, &|| None);
            }
        }
        // It moves with what is inside.
        drop(Box::new(ring));
    }

    fn goes_on(&self) -> bool {
        self.first || !self.ops.is_empty()
    }

    fn saw(&mut self, what: usize) {
        self.trace.push(u32::try_from(what).expect("small numbers"));
    }

    /// Works with the ends of one split until the operations ask for another, or are used up. `splits` tells whether the ring
    /// can be split meanwhile, if one can ask.
    fn session<T: Payload, K: Clone>(
        &mut self,
        producer: Producer<'_, T, K>,
        consumer: Consumer<'_, T, K>,
        splits: &dyn Fn() -> Option<bool>,
    ) {
        let mut ends = Ends { producers: vec![producer], consumer: Some(consumer) };
        self.ring.closed = false;
        self.ring.told = self.ring.shed;
        self.ring.untold = 0;
        self.gauge.each(self.inside(), Gauge::made_anew);
        if mem::take(&mut self.first) {
            for which in 0..self.start {
                self.push(&mut ends, which);
                self.pop(&mut ends);
            }
            if self.fresh {
                return;
            }
        }
        self.look(&ends);
        while let Some((&(op, argument), rest)) = self.ops.split_first() {
            self.ops = rest;
            self.step(&mut ends, op, usize::from(argument));
            self.look(&ends);
            assert!(splits().is_none_or(|splits| splits == ends.are_gone()), "a shared ring is split once at a time");
            if ends.are_gone() {
                break;
            }
        }
    }

    /// One operation.
    fn step<T: Payload, K: Clone>(&mut self, ends: &mut Ends<'_, T, K>, op: u8, argument: usize) {
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
            20 => self.drop_producer(ends, argument),
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
            _ => self.push(ends, argument),
        }
    }

    fn free(&self) -> usize {
        self.capacity - self.ring.items.len()
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

    /// Everything that the ends say, and the account of the items.
    fn look<T: Payload, K>(&mut self, ends: &Ends<'_, T, K>) {
        let ring = &self.ring;
        assert_eq!(ring.stored, ring.popped + ring.items.len(), "the specification keeps the law");
        for producer in &ends.producers {
            assert_eq!(producer.capacity(), self.capacity);
            assert_eq!(producer.is_closed(), ring.closed || ends.consumer.is_none());
            assert_eq!((producer.refusal(), producer.shed()), (ring.refusal, ring.shed));
            let len = producer.len();
            assert!((ring.items.len()..=ring.items.len() + self.unsure()).contains(&len), "a producer says {len}");
            assert!(ends.consumer.as_ref().is_none_or(|consumer| consumer.len() == len), "the ends differ at rest");
            assert_eq!((producer.is_empty(), producer.is_full()), (len == 0, len == self.capacity));
            assert_eq!(producer.free(), self.capacity - len);
            self.gauge.check(len, producer.pressure(), producer.fill(), producer.watermarks());
        }
        let mut seen = 0;
        if let Some(consumer) = &ends.consumer {
            let len = ring.items.len();
            seen = consumer.len();
            assert!((len..=len + self.unsure()).contains(&seen), "len is {seen}, with {len} items inside");
            assert_eq!((consumer.is_empty(), consumer.capacity()), (seen == 0, self.capacity));
            assert_eq!((consumer.is_full(), consumer.free()), (seen == self.capacity, self.capacity - seen));
            assert_eq!(consumer.refusal(), ring.refusal);
            let closed = ring.closed || ends.producers.is_empty();
            assert!(consumer.is_closed() == closed || closed && ring.forgotten > 0);
            self.gauge.check(seen, consumer.pressure(), consumer.fill(), consumer.watermarks());
        }
        self.maker.ledger().check();
        if self.maker.ledger().born() > 0 && (!ends.are_gone() || !self.keeps_ends) {
            assert_eq!(self.maker.ledger().alive(), ring.items.len(), "what is inside is alive, and nothing else");
        }
        self.saw(seen);
    }

    fn push<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, which: usize) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let Some(producer) = ends.producer(which) else { return };
        let item = T::make(&mut self.maker);
        let id = item.id();
        let outcome = producer.push(item).map_err(|error| error.map(|item| item.id()));
        self.pushed(id, outcome, closed);
    }

    /// Enters the outcome of a push.
    fn pushed(&mut self, id: u32, outcome: Result<(), PushError<u32>>, closed: bool) {
        self.saw(usize::from(outcome.is_ok()));
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
                self.gauge.each([self.capacity; 2], Gauge::pushed);
                match self.ring.refusal {
                    Refusal::Reject => assert_eq!(error, PushError::Full(id)),
                    Refusal::DropIncoming => {
                        assert_eq!(error, PushError::Shed(id));
                        self.ring.shed += 1;
                    }
                }
            }
        }
    }

    fn pop<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let closed = self.ring.closed || ends.producers.is_empty();
        let Some(consumer) = &mut ends.consumer else { return };
        match consumer.pop() {
            Ok(item) => {
                self.ring.take(item.id());
                self.ring.untold = 0;
                self.gauge.each(self.inside(), Gauge::popped);
                self.trace.push(item.id());
            }
            Err(error) => {
                assert!(self.ring.items.is_empty(), "{error}, with {} items inside", self.ring.items.len());
                let counts = self.ring.forgotten > 0 && !self.ring.closed && error == PopError::Empty;
                assert!(counts || error == if closed { PopError::Closed } else { PopError::Empty }, "{error}");
                self.ring.given_back = 0;
                self.ring.untold = 0;
                self.gauge.each([0; 2], Gauge::popped);
                self.trace.push(u32::MAX);
            }
        }
    }

    /// Enters what a batch put in that had `count` items to give, from `first` on.
    fn batch(&mut self, count: usize, first: u32, stored: usize, closed: bool) {
        self.saw(stored);
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
        let (first, maker) = (self.maker.next_id(), &mut self.maker);
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
        let (first, maker) = (self.maker.next_id(), &mut self.maker);
        let least = if more == 0 { usize::MAX } else { count + more };
        let items = (0..count).map(|_| T::make(maker));
        let stored = producer.push_iter(Says((least, None), items));
        if !closed {
            self.ring.given_back = self.capacity;
        }
        self.batch(count, first, stored, closed);
    }

    /// Puts in items from an iterator that panics at some time.
    fn push_iter_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let closed = self.ring.closed || ends.consumer.is_none();
        let (which, good, says) = (argument % 4, argument / 4 % 12, argument / 48);
        let Some(producer) = ends.producer(which) else { return };
        let (first, maker) = (self.maker.next_id(), &mut self.maker);
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
            self.ring.given_back = self.capacity;
            self.gauge.may_have_pushed(self.capacity);
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
        self.drained(&ids, ids.len() == inside && inside < self.capacity);
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
        self.trace.extend_from_slice(ids);
    }

    fn drain_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let ids: Vec<u32> = self.ring.items.iter().copied().collect();
        let armed = argument.checked_rem(ids.len()).filter(|&at| T::arm(&self.maker, ids[at]));
        let takes_all = argument >= 128;
        let gone_off = goes_off(|| {
            if takes_all {
                assert_eq!(consumer.pop_all(drop), ids.len());
            } else {
                consumer.drain().for_each(drop);
            }
        });
        assert_eq!(gone_off, armed.is_some());
        self.drained(&ids[..armed.map_or(ids.len(), |at| at + 1)], armed.is_none() && ids.len() < self.capacity);
        self.ring.untold = 0;
    }

    fn pop_all<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        let mut ids = Vec::new();
        let count = consumer.pop_all(|item| ids.push(item.id()));
        assert_eq!((count, ids.len()), (self.ring.items.len(), count), "it takes all that there is");
        self.drained(&ids, count < self.capacity);
        self.ring.untold = 0;
    }

    fn push_while_draining<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(mut consumer) = ends.consumer.take() else { return };
        let closed = self.ring.closed;
        let mut drain = consumer.drain();
        for at in 0..self.capacity + 2 {
            let id = drain.next().map(|item| item.id());
            if at < self.capacity {
                assert_eq!(id, self.ring.items.front().copied(), "also what came meanwhile");
            } else {
                assert_eq!(id, None, "no more than the capacity");
            }
            self.drained(id.as_slice(), at < self.capacity && id.is_none());
            for _ in 0..(argument >> (at % 7)) % 3 {
                let Some(producer) = ends.producer(argument + at) else { break };
                let item = T::make(&mut self.maker);
                let id = item.id();
                let outcome = producer.push(item).map_err(|error| error.map(|item| item.id()));
                self.pushed(id, outcome, closed);
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

    fn drop_producer<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let count = ends.producers.len();
        let Some(which) = (argument / 8).checked_rem(count) else { return };
        // The last one stays for the most part.
        if count > 1 || argument % 8 == 0 {
            let producer = ends.producers.remove(which);
            if argument % 8 == 1 && !self.keeps_ends {
                self.ring.forgotten += 1;
                mem::forget(producer);
            }
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
        self.saw(lost);
    }

    fn close<T, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        consumer.close();
        self.ring.closed = true;
        self.gauge.each(self.inside(), |gauge, _| gauge.closed());
    }

    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(marks) = self.gauge.set_marks(argument % 12, argument / 12 % 12) else { return };
        for producer in &mut ends.producers {
            assert_eq!(producer.set_watermarks(marks).is_ok(), self.gauge.fits(marks));
        }
        if let Some(consumer) = &mut ends.consumer {
            assert_eq!(consumer.set_watermarks(marks).is_ok(), self.gauge.fits(marks));
        }
    }

    /// Lets all ends go, so that the ring is split anew.
    fn end<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let (producers, consumer) = (mem::take(&mut ends.producers), ends.consumer.take());
        let (forgets_producers, forgets_consumer) = match argument % 6 {
            _ if self.keeps_ends => (false, false),
            0 => (true, true),
            1 => (true, false),
            2 => (false, true),
            _ => (false, false),
        };
        let mut consumer = consumer;
        if forgets_consumer {
            mem::forget(consumer.take());
        } else if consumer.is_some() {
            self.ring.untold = 0;
        }
        if argument / 6 % 2 == 0 {
            drop(consumer.take());
        }
        if forgets_producers {
            self.ring.forgotten += producers.len();
            mem::forget(producers);
        } else if argument / 12 % 2 == 0 {
            drop(producers);
        } else {
            producers.into_iter().rev().for_each(drop);
        }
        drop(consumer);
    }
}
