//! The specification of the evicting ring: a `VecDeque` with a bound beside every kind of ring, operation by operation, with
//! several producers.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it; what several
//! threads may see of each other is the business of the models.

use std::collections::VecDeque;
use std::mem;

use forebay_core::swap::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_core::{Overflow, PopError, PushError, Pushed};

use crate::course::{self, Course, Run as _};
pub use crate::course::{MAX_CAPACITY, OVERFLOWS, Storage};
use crate::gauge::Gauge;
use crate::ledger::{go_off, goes_off};
use crate::payload::Payload;

/// As many producers has a case at most.
pub const MAX_SEATS: usize = 3;

/// A ring, where its positions start, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// 1 to [`MAX_CAPACITY`].
    pub capacity: usize,
    /// For how many producers the ring is made: 1 to [`MAX_SEATS`].
    pub seats: usize,
    /// How many items go through the ring first.
    pub start: usize,
    /// Whether the ends are made anew after that.
    pub fresh: bool,
    /// The policy at the start.
    pub overflow: Overflow,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the ring differs from its specification. Answers with all that could be seen.
    #[must_use]
    pub fn run<T: Payload>(&self, storage: Storage) -> Vec<u32> {
        let mut run = Run {
            course: Course::new(self.capacity, self.start, self.fresh, self.ops, storage),
            seats: self.seats,
            ring: Model::new(self.overflow),
            gauge: Gauge::new(self.capacity),
        };
        let heap = || {
            HeapRing::<T>::with_overflow(self.capacity, self.seats, self.overflow).expect("a small capacity above 0")
        };
        match storage {
            Storage::Array | Storage::Shared => {
                course::for_capacity!(self.capacity, N => run.in_array::<T, N>(storage))
            }
            Storage::Slice => {
                let mut memory: Vec<_> = (0..self.capacity + self.seats + 1).map(|_| Slot::<T>::new()).collect();
                let mut ring = SliceRing::with_overflow(&mut memory, self.seats, self.overflow).expect("room for one");
                course::sessions!(run, ring);
            }
            Storage::Heap => {
                let mut ring = heap();
                course::sessions!(run, ring);
            }
            Storage::Owned => course::sessions_of_owned!(run, {
                // What was inside has gone with the ends.
                run.ring = Model::new(self.overflow);
                run.gauge = Gauge::new(self.capacity);
                heap()
            }),
        }
        run.course.finish()
    }
}

/// The specification: what is known of a ring.
struct Model {
    items: VecDeque<u32>,
    overflow: Overflow,
    closed: bool,
    /// Whether a push has been refused since.
    noticed: bool,
    stored: usize,
    popped: usize,
    evicted: usize,
    shed: usize,
    /// How many were evicted since the last item was popped.
    ahead: usize,
    /// And how many before that, of which the consumer was not told.
    untold: usize,
    /// Producers that were forgotten, and still have their seats.
    forgotten: usize,
}

impl Model {
    const fn new(overflow: Overflow) -> Self {
        Self {
            items: VecDeque::new(),
            overflow,
            closed: false,
            noticed: false,
            stored: 0,
            popped: 0,
            evicted: 0,
            shed: 0,
            ahead: 0,
            untold: 0,
            forgotten: 0,
        }
    }

    fn put(&mut self, id: u32) {
        self.items.push_back(id);
        self.stored += 1;
    }

    /// What a push of an item must come to under a policy.
    fn offer(&mut self, id: u32, capacity: usize, overflow: Overflow) -> Result<Pushed<u32>, PushError<u32>> {
        if self.closed {
            self.noticed = true;
            return Err(PushError::Closed(id));
        }
        if self.items.len() < capacity {
            self.put(id);
            return Ok(Pushed::Stored);
        }
        match overflow {
            Overflow::Reject => Err(PushError::Full(id)),
            Overflow::DropIncoming => {
                self.shed += 1;
                Err(PushError::Shed(id))
            }
            Overflow::DropOldest => {
                let victim = self.items.pop_front().expect("it is full");
                self.evicted += 1;
                self.ahead += 1;
                self.put(id);
                Ok(Pushed::Evicted(victim))
            }
        }
    }

    /// Enters that the oldest item was popped.
    fn take(&mut self, id: u32) {
        assert_eq!(self.items.pop_front(), Some(id), "the items come out in order");
        self.popped += 1;
        self.untold += mem::take(&mut self.ahead);
    }
}

/// What a run of a case knows.
struct Run<'a> {
    course: Course<'a>,
    seats: usize,
    ring: Model,
    gauge: Gauge,
}

type Ends<'q, T, K> = course::Ends<Producer<'q, T, K>, Consumer<'q, T, K>>;

impl<'a, 'q, T: Payload, K: Clone> course::Run<'a, Producer<'q, T, K>, Consumer<'q, T, K>> for Run<'a> {
    fn course(&mut self) -> &mut Course<'a> {
        &mut self.course
    }

    fn made_anew(&mut self) {
        // The new consumer is not told of what was missing before the last one's last item.
        self.ring.untold = 0;
        self.ring.forgotten = 0;
        (self.ring.closed, self.ring.noticed) = (false, false);
        self.gauge.made_anew(self.ring.items.len());
    }

    fn push(&mut self, ends: &mut Ends<'q, T, K>, which: usize) {
        self.push_under(self.ring.overflow, ends, which, Producer::push);
    }

    fn pop(&mut self, ends: &mut Ends<'q, T, K>) {
        let gone = ends.producers.is_empty() && self.ring.forgotten == 0;
        // A ring for one producer says so only when that has seen it.
        let closed = gone || (self.ring.closed && (self.seats > 1 || self.ring.noticed));
        let Some(consumer) = &mut ends.consumer else { return };
        match consumer.pop() {
            Ok(item) => {
                self.take(item.id());
                self.course.trace.push(item.id());
            }
            Err(error) => {
                assert!(self.ring.items.is_empty(), "{error}, with {} items inside", self.ring.items.len());
                assert_eq!(error, if closed { PopError::Closed } else { PopError::Empty });
                self.gauge.popped(0);
                self.course.trace.push(u32::MAX);
            }
        }
    }

    fn step(&mut self, ends: &mut Ends<'q, T, K>, op: u8, argument: usize) {
        match op % 26 {
            0..=5 => self.push(ends, argument),
            6..=9 => self.pop(ends),
            10 => (0..argument % 20).for_each(|which| self.push(ends, which)),
            11 => self.pop_all(ends),
            12 => self.pop_all_armed(ends, argument),
            13 => self.set_overflow(ends, argument),
            14 | 15 => self.clone_producer(ends, argument),
            16 => self.ring.forgotten += ends.drop_producer(argument, self.course.keeps_ends),
            17 => self.lost(ends),
            18 if argument % 4 == 0 => {
                let consumer = ends.consumer.take();
                if argument % 8 == 4 && !self.course.keeps_ends {
                    mem::forget(consumer);
                } else {
                    self.close(consumer.is_some());
                }
            }
            19 => drop(ends.let_go(argument, self.course.keeps_ends)),
            20 | 21 => self.push_iter(ends, argument),
            22 => self.push_iter_armed(ends, argument),
            23 => self.drain(ends, argument),
            24 if argument % 4 == 0 => {
                if let Some(consumer) = &mut ends.consumer {
                    consumer.close();
                    self.close(true);
                }
            }
            25 => self.set_watermarks(ends, argument),
            // For the most part.
            18 => self.push_under(Overflow::DropOldest, ends, argument, Producer::force_push),
            _ => {
                let overflow = OVERFLOWS[argument / 4 % 3];
                self.push_under(overflow, ends, argument, |producer, item| producer.push_under(overflow, item));
            }
        }
    }

    #[allow(clippy::len_zero, reason = "it is `is_empty` that is compared")]
    fn look(&mut self, ends: &Ends<'q, T, K>) {
        let (ring, len, capacity) = (&self.ring, self.ring.items.len(), self.course.capacity);
        assert_eq!(ring.stored, ring.popped + ring.evicted + len, "the specification keeps the law");
        for end in &ends.producers {
            if cfg!(forebay_narrow) {
                // Where laps come around, a push at the high mark doesn't go by what was known of the consumer.
                self.gauge.may_have_opened(len, end.pressure());
            }
            assert_eq!((end.len(), end.is_empty(), end.is_full()), (len, len == 0, len == capacity));
            assert_eq!(end.free(), capacity - len);
            same_count(capacity, end.evicted(), ring.evicted);
            assert_eq!(end.shed(), ring.shed);
            assert_eq!((end.capacity(), end.overflow()), (capacity, ring.overflow));
            assert_eq!(end.is_closed(), ring.closed);
            self.gauge.check(len, end.pressure(), end.fill(), end.watermarks());
        }
        if let Some(end) = &ends.consumer {
            assert_eq!((end.len(), end.is_empty(), end.is_full()), (len, len == 0, len == capacity));
            assert_eq!(end.free(), capacity - len);
            same_count(capacity, end.evicted(), ring.evicted);
            assert_eq!(end.shed(), ring.shed);
            assert_eq!((end.capacity(), end.overflow()), (capacity, ring.overflow));
            assert_eq!(end.is_closed(), ring.closed || (ends.producers.is_empty() && ring.forgotten == 0));
            self.gauge.check(len, end.pressure(), end.fill(), end.watermarks());
        }
        self.course.check_ledger(len, ends.are_gone());
        self.course.saw(len);
    }
}

impl Run<'_> {
    fn in_array<T: Payload, const N: usize>(&mut self, storage: Storage) {
        match self.seats {
            1 => self.in_array_for::<T, N, 1>(storage),
            2 => self.in_array_for::<T, N, 2>(storage),
            MAX_SEATS => self.in_array_for::<T, N, MAX_SEATS>(storage),
            other => panic!("a case for {other} producers"),
        }
    }

    fn in_array_for<T: Payload, const N: usize, const P: usize>(&mut self, storage: Storage) {
        let mut ring = Ring::<T, N, P>::with_overflow(self.ring.overflow);
        course::sessions_in_array!(self, ring, storage == Storage::Shared);
        // It moves with what is inside.
        drop(Box::new(ring));
    }

    /// Pushes one item in a way that obeys a policy.
    fn push_under<'q, T: Payload, K>(
        &mut self,
        overflow: Overflow,
        ends: &mut Ends<'q, T, K>,
        which: usize,
        push: impl FnOnce(&mut Producer<'q, T, K>, T) -> Result<Pushed<T>, PushError<T>>,
    ) {
        let Some(producer) = ends.producer(which) else { return };
        let item = T::make(&mut self.course.maker);
        let id = item.id();
        let outcome = match push(producer, item) {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            Ok(Pushed::Evicted(victim)) => Ok(Pushed::Evicted(victim.id())),
            Err(error) => Err(error.map(|item| item.id())),
        };
        let expected = self.offer(id, overflow);
        assert_eq!(outcome, expected, "{id} with {} inside", self.ring.items.len());
        self.course.trace.extend(outcome.ok().and_then(Pushed::evicted));
    }

    /// Enters that the consumer has gone or has closed the ring, if it is there.
    fn close(&mut self, is_there: bool) {
        if is_there {
            self.ring.closed = true;
            self.gauge.closed();
        }
    }

    /// What a push of an item must come to under a policy.
    fn offer(&mut self, id: u32, overflow: Overflow) -> Result<Pushed<u32>, PushError<u32>> {
        let outcome = self.ring.offer(id, self.course.capacity, overflow);
        self.gauge.pushed(self.ring.items.len());
        outcome
    }

    /// Enters that the oldest item was popped.
    fn take(&mut self, id: u32) {
        self.ring.take(id);
        self.gauge.popped(self.ring.items.len());
    }

    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        course::set_watermarks!(self, ends, argument);
    }

    fn push_iter<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        self.push_batch(ends, argument, usize::MAX, usize::MAX);
    }

    /// The iterator panics instead of an item, or the closure with one.
    fn push_iter_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let at = argument / 2 % 8;
        let (item, victim) = if argument % 2 == 0 { (at, usize::MAX) } else { (usize::MAX, at) };
        self.push_batch(ends, argument / 16, item, victim);
    }

    /// A batch from an iterator that panics instead of an item, if it gets there, with a closure that panics with a victim.
    fn push_batch<T: Payload, K>(
        &mut self,
        ends: &mut Ends<'_, T, K>,
        argument: usize,
        bad_item: usize,
        bad_victim: usize,
    ) {
        let Some(producer) = ends.producer(argument) else { return };
        let count = argument % 20;
        let (maker, mut made, mut victims, mut batch) = (&mut self.course.maker, Vec::new(), Vec::new(), None);
        let mut items = (0..count).map(|_| {
            if made.len() == bad_item {
                go_off();
            }
            let item = T::make(maker);
            made.push(item.id());
            item
        });
        let gone_off = goes_off(|| {
            batch = Some(producer.push_iter(&mut items, |victim| {
                victims.push(victim.id());
                if victims.len() > bad_victim {
                    go_off();
                }
            }));
        });
        let left = items.len();
        let (mut stored, mut evicted, mut refused) = (0, Vec::new(), None);
        for &id in &made {
            assert_eq!(refused, None, "one that was refused is the last");
            match self.offer(id, self.ring.overflow) {
                Ok(outcome) => {
                    stored += 1;
                    evicted.extend(outcome.evicted());
                }
                Err(error) => refused = Some(error),
            }
        }
        assert_eq!(victims, evicted, "the oldest are evicted, in order");
        assert_eq!(gone_off, batch.is_none());
        if let Some(batch) = batch {
            let back = batch.refused.map(|error| error.map(|item| item.id()));
            assert!(back.is_some() || left == 0, "it ends where nothing is refused");
            assert_eq!((batch.pushed, back), (stored, refused));
        } else {
            assert!(made.len() == bad_item || victims.len() == bad_victim + 1);
        }
        self.course.saw(made.len());
        self.course.trace.extend(victims);
    }

    fn pop_all<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        let inside = self.ring.items.len();
        let mut ids = Vec::new();
        assert_eq!(consumer.pop_all(|item| ids.push(item.id())), inside);
        assert_eq!(ids.len(), inside);
        ids.iter().for_each(|&id| self.take(id));
        self.gauge.popped(0);
        self.course.trace.extend(ids);
    }

    /// The closure panics at some item, which is gone then.
    fn pop_all_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let (inside, good) = (self.ring.items.len(), argument % (MAX_CAPACITY + 1));
        let mut ids = Vec::new();
        let gone_off = goes_off(|| {
            consumer.pop_all(|item| {
                ids.push(item.id());
                if ids.len() > good {
                    go_off();
                }
            })
        });
        assert_eq!((gone_off, ids.len()), (good < inside, inside.min(good + 1)));
        ids.iter().for_each(|&id| self.take(id));
        if !gone_off {
            self.gauge.popped(0);
        }
        self.course.trace.extend(ids);
    }

    fn drain<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let mut drain = consumer.drain();
        for _ in 0..argument % (MAX_CAPACITY + 2) {
            let item = drain.next();
            assert_eq!(item.is_none(), self.ring.items.is_empty());
            match item {
                Some(item) => {
                    self.take(item.id());
                    self.course.trace.push(item.id());
                }
                None => self.gauge.popped(0),
            }
        }
    }

    fn set_overflow<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let overflow = OVERFLOWS[argument % 3];
        if let Some(consumer) = ends.consumer.as_ref().filter(|_| argument / 3 % 2 == 0) {
            consumer.set_overflow(overflow);
        } else if let Some(producer) = ends.producer(argument / 6) {
            producer.set_overflow(overflow);
        } else {
            return;
        }
        self.ring.overflow = overflow;
    }

    fn clone_producer<T, K: Clone>(&self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let taken = ends.producers.len() + self.ring.forgotten;
        let Some(producer) = ends.producer(argument) else { return };
        let clone = producer.try_clone();
        assert_eq!(clone.is_ok(), taken < self.seats, "{taken} producers are out");
        ends.producers.extend(clone);
    }

    fn lost<T, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        same_count(self.course.capacity, consumer.lost(), mem::take(&mut self.ring.untold));
    }
}

/// Where laps come around every eighth, so does a count while the consumer sleeps.
fn same_count(capacity: usize, count: usize, expected: usize) {
    let wrap = if cfg!(forebay_narrow) { 8 * capacity } else { usize::MAX };
    assert_eq!(count % wrap, expected % wrap);
}
