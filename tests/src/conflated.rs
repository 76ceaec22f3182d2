//! The specification of the conflated ring: for each key the newest value that was not taken, and the keys that have one in order;
//! beside every kind of ring, operation by operation.

use std::collections::VecDeque;

use forebay_core::PopError;
use forebay_core::conflated::{Consumer, HeapRing, KeyMemory, NoKey, Producer, Ring, SliceRing, Slot};

use crate::course::{self, Course, Run as _};
pub use crate::course::{MAX_CAPACITY, Storage};
use crate::gauge::Gauge;
use crate::payload::{Maker, Payload};

/// A ring, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// How many keys there are: 1 to [`MAX_CAPACITY`].
    pub keys: usize,
    /// How many values go through the ring first.
    pub start: usize,
    /// Whether the ends are made anew after that.
    pub fresh: bool,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the ring differs from its specification. Answers with all that could be seen.
    #[must_use]
    pub fn run<T: Payload>(&self, storage: Storage) -> Vec<u32> {
        let mut run = Run {
            course: Course::new(self.keys, self.start, self.fresh, self.ops, storage),
            ring: Model::new(self.keys),
            gauge: Gauge::new(self.keys),
        };
        let heap = || HeapRing::<T>::new(self.keys).expect("few keys, and more than none");
        match storage {
            Storage::Array | Storage::Shared => course::for_capacity!(self.keys, N => run.in_array::<T, N>(storage)),
            Storage::Slice => {
                // One slot more than there are keys: it isn't used.
                let mut keys: Vec<_> = (0..self.keys).map(|_| KeyMemory::new()).collect();
                let mut order: Vec<_> = (0..=self.keys).map(|_| Slot::new()).collect();
                {
                    // A ring before this one, in the same memory, which leaves something inside and its marks.
                    let mut before = SliceRing::<T>::new(&mut keys, &mut order).expect("a small ring");
                    let mut producer = before.split().0;
                    let values = (0..self.keys).chain([0]).map(|key| (key, T::make(&mut Maker::default())));
                    values.for_each(|(key, value)| drop(producer.push(key, value)));
                }
                let mut ring = SliceRing::<T>::new(&mut keys, &mut order).expect("a small ring");
                course::sessions!(run, ring);
            }
            Storage::Heap => {
                let mut ring = heap();
                course::sessions!(run, ring);
            }
            Storage::Owned => course::sessions_of_owned!(run, {
                // What was inside has gone with the ends.
                run.ring = Model::new(self.keys);
                run.gauge = Gauge::new(self.keys);
                heap()
            }),
        }
        run.course.finish()
    }
}

/// What is known of a key.
#[derive(Clone, Default)]
struct Key {
    newest: Option<u32>,
    pushed: usize,
    popped: usize,
    conflated: usize,
}

/// The specification.
struct Model {
    keys: Vec<Key>,
    /// The keys that have something new, by when they first had.
    dirty: VecDeque<usize>,
}

impl Model {
    fn new(keys: usize) -> Self {
        Self { keys: vec![Key::default(); keys], dirty: VecDeque::new() }
    }

    /// Enters a value of a key. Answers with the one that is conflated.
    fn put(&mut self, key: usize, id: u32) -> Option<u32> {
        let values = &mut self.keys[key];
        values.pushed += 1;
        let before = values.newest.replace(id);
        match before {
            Some(_) => values.conflated += 1,
            None => self.dirty.push_back(key),
        }
        before
    }

    /// What is popped next.
    fn take(&mut self) -> Option<(usize, u32)> {
        let key = self.dirty.pop_front()?;
        self.keys[key].popped += 1;
        Some((key, self.keys[key].newest.take().expect("it has something new")))
    }
}

/// What a run of a case knows.
struct Run<'a> {
    course: Course<'a>,
    ring: Model,
    gauge: Gauge,
}

type Ends<'q, T, K> = course::Ends<Producer<'q, T, K>, Consumer<'q, T, K>>;

impl<'a, 'q, T: Payload, K> course::Run<'a, Producer<'q, T, K>, Consumer<'q, T, K>> for Run<'a> {
    fn course(&mut self) -> &mut Course<'a> {
        &mut self.course
    }

    fn made_anew(&mut self) {
        // The marks go with the producer, as in a lane.
        self.gauge = Gauge::new(self.course.capacity);
        self.gauge.made_anew(self.ring.dirty.len());
    }

    fn push(&mut self, ends: &mut Ends<'q, T, K>, which: usize) {
        let Some(producer) = ends.producer(0) else { return };
        let key = which % (self.course.capacity + 1);
        let value = T::make(&mut self.course.maker);
        let id = value.id();
        let before = match producer.push(key, value) {
            Err(NoKey(value)) => return assert_eq!((key, value.id()), (self.course.capacity, id)),
            Ok(before) => before.map(|value| value.id()),
        };
        assert!(key < self.course.capacity, "there is no such key");
        assert_eq!(before, self.ring.put(key, id), "the one that nobody has taken comes back");
        if before.is_none() {
            self.gauge.pushed(self.ring.dirty.len());
        }
        self.course.trace.extend(before);
    }

    fn pop(&mut self, ends: &mut Ends<'q, T, K>) {
        let open = !ends.producers.is_empty();
        let Some(consumer) = &mut ends.consumer else { return };
        let expected = self.ring.take().ok_or(if open { PopError::Empty } else { PopError::Closed });
        let popped = consumer.pop().map(|(key, value)| (key, value.id()));
        assert_eq!(popped, expected);
        self.gauge.popped(self.ring.dirty.len());
        self.course.trace.push(popped.map_or(u32::MAX, |(_, id)| id));
    }

    fn step(&mut self, ends: &mut Ends<'q, T, K>, op: u8, argument: usize) {
        match op % 12 {
            0..=4 => self.push(ends, argument),
            5..=7 => self.pop(ends),
            8 => self.set_watermarks(ends, argument),
            9 if argument % 4 == 0 => drop(ends.producers.pop()),
            10 if argument % 4 == 0 => {
                drop(ends.consumer.take());
                self.gauge.closed();
            }
            11 if argument % 2 == 0 => drop(ends.let_go(argument / 2, self.course.keeps_ends)),
            _ => self.push(ends, argument),
        }
    }

    fn look(&mut self, ends: &Ends<'q, T, K>) {
        let (ring, keys) = (&self.ring, self.course.capacity);
        let inside = ring.dirty.len();
        for values in &ring.keys {
            let inside = usize::from(values.newest.is_some());
            assert_eq!(values.pushed, values.popped + values.conflated + inside, "the specification keeps the law");
        }
        let expected: Vec<_> = ring.keys.iter().map(|values| Some(values.conflated)).chain([None]).collect();
        let total = ring.keys.iter().map(|values| values.conflated).sum::<usize>();
        if let Some(producer) = ends.producers.first() {
            assert_eq!((producer.len(), producer.is_empty(), producer.capacity()), (inside, inside == 0, keys));
            assert_eq!(producer.is_closed(), ends.consumer.is_none());
            assert!((0..=keys).map(|key| producer.conflated(key)).eq(expected.iter().copied()));
            assert_eq!(producer.conflated_total(), total);
            self.gauge.check(inside, producer.pressure(), producer.fill(), producer.watermarks());
        }
        if let Some(consumer) = &ends.consumer {
            assert_eq!((consumer.len(), consumer.is_empty(), consumer.capacity()), (inside, inside == 0, keys));
            assert_eq!(consumer.is_closed(), ends.producers.is_empty());
            self.gauge.check(inside, consumer.pressure(), consumer.fill(), consumer.watermarks());
            assert!((0..=keys).map(|key| consumer.conflated(key)).eq(expected.iter().copied()));
            assert_eq!(consumer.conflated_total(), total);
        }
        self.course.check_ledger(inside, ends.are_gone());
        self.course.saw(inside);
    }
}

impl Run<'_> {
    fn in_array<T: Payload, const N: usize>(&mut self, storage: Storage) {
        let mut ring = Ring::<T, N>::new();
        course::sessions_in_array!(self, ring, storage == Storage::Shared);
        // It moves with what is inside.
        drop(Box::new(ring));
    }

    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        course::set_watermarks!(self, ends, argument);
    }
}
