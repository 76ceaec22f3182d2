//! The specification of the ring by importance: a `VecDeque` for each class and one bound beside every kind of ring, operation by
//! operation, with several producers.

use std::collections::VecDeque;
use std::mem;
use std::num::NonZeroUsize;

use forebay_core::priority::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_core::seam::Push as _;
use forebay_core::{Overflow, PopError, PushError, Pushed};

use crate::course::{self, Course, Run as _};
pub use crate::course::{MAX_CAPACITY, OVERFLOWS, Storage};
use crate::gauge::Gauge;
use crate::payload::Payload;

/// How many classes a case has.
pub const CLASSES: usize = 3;

/// As many producers has a case at most.
const MAX_PRODUCERS: usize = 3;

/// A ring, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// 1 to [`MAX_CAPACITY`].
    pub capacity: usize,
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
            ring: Model::new(self.overflow),
            gauge: Gauge::new(self.capacity),
        };
        let heap =
            || HeapRing::<T, CLASSES>::with_overflow(self.capacity, self.overflow).expect("a small capacity above 0");
        match storage {
            Storage::Array | Storage::Shared => {
                course::for_capacity!(self.capacity, N => run.in_array::<T, N>(storage))
            }
            Storage::Slice => {
                let mut memory: Vec<_> = (0..self.capacity).map(|_| Slot::<T, CLASSES>::new()).collect();
                let mut ring = SliceRing::with_overflow(&mut memory, self.overflow).expect("room for one");
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

/// What is known of a class.
#[derive(Clone, Debug, Default)]
struct Class {
    items: VecDeque<u32>,
    stored: usize,
    popped: usize,
    evicted: usize,
    shed: usize,
    /// How many more important items were taken since it was served, or had nothing when it was due.
    passed: usize,
}

/// The specification: what is known of a ring.
struct Model {
    classes: [Class; CLASSES],
    overflow: Overflow,
    bypass: usize,
    closed: bool,
    /// Producers that were forgotten.
    forgotten: usize,
}

impl Model {
    fn new(overflow: Overflow) -> Self {
        Self { classes: Default::default(), overflow, bypass: 16, closed: false, forgotten: 0 }
    }

    fn len(&self) -> usize {
        self.classes.iter().map(|class| class.items.len()).sum()
    }

    fn put(&mut self, class: usize, id: u32) {
        self.classes[class].items.push_back(id);
        self.classes[class].stored += 1;
    }

    /// What a push of an item must come to.
    fn offer(&mut self, class: usize, id: u32, capacity: usize) -> Result<Pushed<u32>, PushError<u32>> {
        if self.closed {
            return Err(PushError::Closed(id));
        }
        if self.len() < capacity {
            self.put(class, id);
            return Ok(Pushed::Stored);
        }
        let least = if self.overflow == Overflow::DropOldest { class } else { class + 1 };
        if let Some(victims) = self.classes[least..].iter_mut().rev().find(|class| !class.items.is_empty()) {
            let victim = victims.items.pop_front().expect("it has some");
            victims.evicted += 1;
            self.put(class, id);
            return Ok(Pushed::Evicted(victim));
        }
        if self.overflow == Overflow::Reject {
            return Err(PushError::Full(id));
        }
        self.classes[class].shed += 1;
        Err(PushError::Shed(id))
    }

    /// What a pop must come to.
    fn take(&mut self) -> Option<(usize, u32)> {
        let mut turn = None;
        for class in (1..CLASSES).rev() {
            if turn.is_none() && self.classes[class].passed >= self.bypass {
                self.classes[class].passed = 0;
                turn = (!self.classes[class].items.is_empty()).then_some(class);
            }
        }
        let class = turn.or_else(|| self.classes.iter().position(|class| !class.items.is_empty()))?;
        self.classes[class].passed = 0;
        self.classes[class + 1..].iter_mut().for_each(|class| class.passed += 1);
        self.classes[class].popped += 1;
        self.classes[class].items.pop_front().map(|id| (class, id))
    }
}

/// What a run of a case knows.
struct Run<'a> {
    course: Course<'a>,
    ring: Model,
    gauge: Gauge,
}

type P<'q, T, K> = Producer<'q, T, CLASSES, K>;
type C<'q, T, K> = Consumer<'q, T, CLASSES, K>;
type Ends<'q, T, K> = course::Ends<P<'q, T, K>, C<'q, T, K>>;

impl<'a, 'q, T: Payload, K: Clone> course::Run<'a, P<'q, T, K>, C<'q, T, K>> for Run<'a> {
    fn course(&mut self) -> &mut Course<'a> {
        &mut self.course
    }

    fn made_anew(&mut self) {
        self.ring.classes.iter_mut().for_each(|class| class.passed = 0);
        (self.ring.closed, self.ring.forgotten) = (false, 0);
        self.gauge.made_anew(self.ring.len());
    }

    fn push(&mut self, ends: &mut Ends<'q, T, K>, which: usize) {
        self.push_by(ends, which, P::push);
    }

    fn pop(&mut self, ends: &mut Ends<'q, T, K>) {
        let closed = self.ring.closed || ends.producers.is_empty() && self.ring.forgotten == 0;
        let Some(consumer) = &mut ends.consumer else { return };
        let popped = consumer.pop().map(|(class, item)| (class, item.id()));
        let error = if closed { PopError::Closed } else { PopError::Empty };
        assert_eq!(popped, self.ring.take().ok_or(error));
        self.gauge.popped(self.ring.len());
        self.course.trace.push(popped.map_or(u32::MAX, |(_, id)| id));
    }

    fn step(&mut self, ends: &mut Ends<'q, T, K>, op: u8, argument: usize) {
        match op % 24 {
            0..=6 => self.push(ends, argument),
            7..=10 => self.pop(ends),
            11 => (0..argument % 20).for_each(|which| self.push(ends, argument / 20 + which)),
            12 => self.drain(ends, argument),
            13 => self.set_overflow(ends, argument),
            14 | 15 if ends.producers.len() < MAX_PRODUCERS => {
                let clone = ends.producer(argument).map(|producer| producer.clone());
                ends.producers.extend(clone);
            }
            16 => self.ring.forgotten += ends.drop_producer(argument, self.course.keeps_ends),
            17 => self.set_bypass(ends, argument),
            18 if argument % 4 == 0 => {
                let consumer = ends.consumer.take();
                if argument % 8 == 4 && !self.course.keeps_ends {
                    mem::forget(consumer);
                } else {
                    self.close(consumer.is_some());
                }
            }
            19 => drop(ends.let_go(argument, self.course.keeps_ends)),
            20 if argument % 4 == 0 => {
                if let Some(consumer) = &mut ends.consumer {
                    consumer.close();
                    self.close(true);
                }
            }
            21 => self.set_watermarks(ends, argument),
            22 => self.push_by(ends, argument, |producer, class, item| producer.clone().by(move |_| class).push(item)),
            23 => {
                let overflow = OVERFLOWS[argument % 3];
                let before = mem::replace(&mut self.ring.overflow, overflow);
                self.push_by(ends, argument / 3, |producer, class, item| producer.push_under(overflow, class, item));
                self.ring.overflow = before;
            }
            _ => self.push(ends, argument),
        }
    }

    #[allow(clippy::len_zero, reason = "it is `is_empty` that is compared")]
    fn look(&mut self, ends: &Ends<'q, T, K>) {
        let (ring, len, capacity) = (&self.ring, self.ring.len(), self.course.capacity);
        for class in &ring.classes {
            let inside = class.items.len();
            assert_eq!(class.stored, class.popped + class.evicted + inside, "the specification keeps the law");
        }
        macro_rules! look {
            ($end:expr, $closed:expr) => {
                let end = $end;
                assert_eq!((end.len(), end.is_empty(), end.is_full()), (len, len == 0, len == capacity));
                for (number, class) in ring.classes.iter().enumerate() {
                    assert_eq!(end.inside(number), class.items.len());
                    assert_eq!((end.popped(number), end.evicted(number)), (class.popped, class.evicted));
                    assert_eq!(end.shed(number), class.shed);
                }
                assert_eq!((end.inside(CLASSES), end.popped(CLASSES), end.evicted(CLASSES)), (0, 0, 0));
                assert_eq!((end.capacity(), end.classes(), end.overflow()), (capacity, CLASSES, ring.overflow));
                assert_eq!((end.bypass(), end.is_closed()), (ring.bypass, $closed));
                self.gauge.check(len, end.pressure(), end.fill(), end.watermarks());
            };
        }
        for end in &ends.producers {
            look!(end, ring.closed);
        }
        if let Some(end) = &ends.consumer {
            look!(end, ring.closed || (ends.producers.is_empty() && ring.forgotten == 0));
        }
        self.course.check_ledger(len, ends.are_gone());
        self.course.saw(len);
    }
}

impl Run<'_> {
    fn in_array<T: Payload, const N: usize>(&mut self, storage: Storage) {
        let mut ring = Ring::<T, N, CLASSES>::with_overflow(self.ring.overflow);
        course::sessions_in_array!(self, ring, storage == Storage::Shared);
        // It moves with what is inside.
        drop(Box::new(ring));
    }

    /// Pushes an item in some way. Of the classes one is beyond the last.
    fn push_by<'q, T: Payload, K>(
        &mut self,
        ends: &mut Ends<'q, T, K>,
        which: usize,
        push: impl FnOnce(&mut P<'q, T, K>, usize, T) -> Result<Pushed<T>, PushError<T>>,
    ) {
        let Some(producer) = ends.producer(which / 4) else { return };
        let class = which % (CLASSES + 1);
        let item = T::make(&mut self.course.maker);
        let id = item.id();
        let outcome = match push(producer, class, item) {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            Ok(Pushed::Evicted(victim)) => Ok(Pushed::Evicted(victim.id())),
            Err(error) => Err(error.map(|item| item.id())),
        };
        let expected = self.ring.offer(class.min(CLASSES - 1), id, self.course.capacity);
        self.gauge.pushed(self.ring.len());
        assert_eq!(outcome, expected, "{id} of class {class} with {} inside", self.ring.len());
        self.course.trace.extend(outcome.ok().and_then(Pushed::evicted));
    }

    /// Enters that the consumer has gone or has closed the ring, if it is there.
    fn close(&mut self, is_there: bool) {
        if is_there {
            self.ring.closed = true;
            self.gauge.closed();
        }
    }

    fn drain<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(consumer) = &mut ends.consumer else { return };
        let mut drain = consumer.drain();
        for _ in 0..argument % (MAX_CAPACITY + 2) {
            // It has taken as many as the ring holds, or has found nothing.
            let has_ended = drain.size_hint().1 == Some(0);
            let item = drain.next().map(|(class, item)| (class, item.id()));
            assert_eq!(item, if has_ended { None } else { self.ring.take() });
            if !has_ended {
                self.gauge.popped(self.ring.len());
            }
            self.course.trace.extend(item.map(|(_, id)| id));
        }
    }

    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        course::set_watermarks!(self, ends, argument);
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

    fn set_bypass<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let bypass = NonZeroUsize::new(1 + argument % 4).expect("at least 1");
        if let Some(consumer) = ends.consumer.as_ref().filter(|_| argument / 4 % 2 == 0) {
            consumer.set_bypass(bypass);
        } else if let Some(producer) = ends.producer(argument / 8) {
            producer.set_bypass(bypass);
        } else {
            return;
        }
        self.ring.bypass = bypass.get();
    }
}
