//! The specification of the fan-in ring: a queue for each lane, served by deficit round robin as its authors describe it, round
//! by round; and a run of the ring beside it.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it; what several
//! threads may see of each other is the business of the models.

use std::collections::VecDeque;
use std::mem;
use std::num::NonZeroU32;

use forebay_core::fan_in::{Consumer, HeapRing, LaneId, LaneMemory, NoLane, Opener, Producer, Ring, SliceRing, Slot};
use forebay_core::{PopError, Pressure, PushError, Refusal, Watermarks};

use crate::gauge::Gauge;
use crate::ledger::{go_off, goes_off};
use crate::payload::{Maker, Payload};
pub use crate::spsc::Storage;

/// What an item of this number costs where costs count: now and then far more than a lane gets in a round.
#[must_use]
pub const fn cost(id: u32) -> u32 {
    if id % 29 == 7 { 200 } else { 1 + id * 7 % 23 }
}

/// A lane as it has to be.
#[derive(Clone, Debug)]
struct Lane {
    items: VecDeque<u32>,
    capacity: usize,
    weight: u32,
    deficit: u64,
    has_producer: bool,
    refusal: Refusal,
    shed: usize,
    gauge: Gauge,
    /// The greatest of the low marks that the consumer may still go by, if they were changed behind its back, and how many items it
    /// may still take before it looks.
    late: Option<(usize, usize)>,
    /// How many items the producer may still put in before it looks, if the marks were changed behind its back.
    late_push: Option<usize>,
}

impl Lane {
    /// The marks are others. The consumer goes by the old low one until it looks.
    fn marked(&mut self, old: usize, low: usize) {
        let most = self.late.map_or(old, |(most, _)| most);
        self.late = Some((most.max(low), self.capacity));
    }

    /// An item was put in, or refused.
    fn offered(&mut self) {
        match &mut self.late_push {
            Some(items) if *items > 1 && self.items.len() < self.capacity => *items -= 1,
            _ => {
                self.late_push = None;
                self.gauge.pushed(self.items.len());
            }
        }
    }

    /// An item was taken.
    fn served(&mut self) {
        match &mut self.late {
            Some((_, items)) if *items > 1 => *items -= 1,
            _ => {
                self.late = None;
                self.gauge.popped(self.items.len());
            }
        }
    }

    /// The consumer has found nothing, and looked at the marks.
    fn rested(&mut self) {
        self.late = None;
        self.gauge.popped(0);
    }

    /// Compares with what an end says.
    fn check(&mut self, level: Pressure, fill: u8, marks: Watermarks) {
        let len = self.items.len();
        if self.late_push.is_some() && level > self.gauge.level() {
            self.gauge.pushed(len);
        }
        if self.late.is_some_and(|(most, _)| len <= most) && level == Pressure::Open {
            self.gauge.popped(0);
        }
        self.gauge.check(len, level, fill, marks);
    }
}

/// The lanes as they have to be, and whose turn it is.
#[derive(Clone, Debug)]
pub struct Spec {
    lanes: Vec<Option<Lane>>,
    capacity: usize,
    /// The lane in whose turn we are, if we are in one.
    turn: Option<usize>,
    /// The first lane that has not had its turn in this round.
    next: usize,
    /// Of lanes that have been given back.
    shed: usize,
    /// Whether the consumer is gone.
    closed: bool,
}

impl Spec {
    /// So many free lanes for so many items each.
    #[must_use]
    pub fn new(lanes: usize, capacity: usize) -> Self {
        Self { lanes: vec![None; lanes], capacity, turn: None, next: 0, shed: 0, closed: false }
    }

    /// The ring is split anew: lanes with items inside have no producer then, and the others are free.
    fn split(&mut self) {
        (self.turn, self.next, self.shed, self.closed) = (None, 0, 0, false);
        for place in &mut self.lanes {
            if let Some(lane) = place.take_if(|lane| !lane.items.is_empty()) {
                let mut gauge = lane.gauge;
                gauge.made_anew(lane.items.len());
                *place =
                    Some(Lane { deficit: 0, has_producer: false, shed: 0, gauge, late: None, late_push: None, ..lane });
            } else {
                *place = None;
            }
        }
    }

    /// The consumer goes.
    fn close(&mut self) {
        self.closed = true;
        self.lanes.iter_mut().flatten().for_each(|lane| lane.gauge.closed());
    }

    /// Takes the first free lane.
    pub fn open(&mut self, weight: u32) -> Option<usize> {
        let free = self.lanes.iter().position(Option::is_none)?;
        self.lanes[free] = Some(Lane {
            items: VecDeque::new(),
            capacity: self.capacity,
            weight,
            deficit: 0,
            has_producer: true,
            refusal: Refusal::Reject,
            shed: 0,
            gauge: Gauge::new(self.capacity),
            late: None,
            late_push: None,
        });
        Some(free)
    }

    fn lane(&mut self, number: usize) -> &mut Lane {
        self.lanes[number].as_mut().expect("it is open")
    }

    /// Puts an item into a lane.
    ///
    /// # Errors
    /// As the ring.
    pub fn push(&mut self, number: usize, id: u32) -> Result<(), PushError<u32>> {
        let refusal = self.lane(number).refusal;
        self.push_under(refusal, number, id)
    }

    /// The same under a policy.
    ///
    /// # Errors
    /// As that of the lane.
    pub fn push_under(&mut self, refusal: Refusal, number: usize, id: u32) -> Result<(), PushError<u32>> {
        let closed = self.closed;
        let lane = self.lane(number);
        let fits = lane.items.len() < lane.capacity;
        if fits {
            lane.items.push_back(id);
        }
        lane.offered();
        match refusal {
            _ if fits => Ok(()),
            _ if closed => Err(PushError::Closed(id)),
            Refusal::DropIncoming => {
                lane.shed += 1;
                Err(PushError::Shed(id))
            }
            _ => Err(PushError::Full(id)),
        }
    }

    /// The next item by deficit round robin, and its lane.
    pub fn pop(&mut self, cost: impl Fn(u32) -> u32) -> Option<(usize, u32)> {
        let mut seen_none = false;
        loop {
            if let Some(number) = self.turn {
                let lane = self.lane(number);
                match lane.items.front() {
                    Some(&id) if u64::from(cost(id)) <= lane.deficit => {
                        lane.items.pop_front();
                        lane.deficit -= u64::from(cost(id));
                        lane.served();
                        if lane.deficit == 0 {
                            self.turn = None;
                        }
                        return Some((number, id));
                    }
                    // It keeps what it has for its next turn.
                    Some(_) => {}
                    None => {
                        lane.deficit = 0;
                        lane.rested();
                        if !lane.has_producer {
                            self.shed += lane.shed;
                            self.lanes[number] = None;
                        }
                    }
                }
                self.turn = None;
            }
            if self.next == self.lanes.len() {
                self.next = 0;
                if seen_none && self.lanes.iter().flatten().all(|lane| lane.items.is_empty()) {
                    return None;
                }
                seen_none = true;
            }
            let number = self.next;
            self.next += 1;
            if let Some(lane) = &mut self.lanes[number] {
                lane.deficit += u64::from(lane.weight);
                self.turn = Some(number);
            }
        }
    }

    fn len(&self) -> usize {
        self.lanes.iter().flatten().map(|lane| lane.items.len()).sum()
    }

    fn shed(&self) -> usize {
        self.lanes.iter().flatten().map(|lane| lane.shed).sum::<usize>() + self.shed
    }
}

/// A ring, and what is done with it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// How many lanes it has. Those of rings in arrays must be of one of the [`SHAPES`].
    pub lanes: usize,
    /// How many items each of them holds.
    pub capacity: usize,
    /// Operations: what, and with which argument.
    pub ops: &'a [(u8, u8)],
}

/// The shapes of rings in arrays.
pub const SHAPES: [(usize, usize); 7] = [(1, 1), (1, 3), (2, 2), (3, 1), (4, 3), (2, 9), (70, 2)];

impl Case<'_> {
    /// Does it all, and compares with the specification after each operation. Answers with all that could be seen.
    ///
    /// # Panics
    /// If there is a difference.
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
                // Memory that was another ring before, with slots to spare.
                let mut lanes: Vec<_> = (0..self.lanes).map(|_| LaneMemory::new()).collect();
                let mut slots: Vec<_> = (0..self.lanes * self.capacity + self.lanes - 1).map(|_| Slot::new()).collect();
                let mut before = SliceRing::<T>::new(&mut lanes, &mut slots[..self.lanes]).expect("a small ring");
                mem::forget(before.split());
                drop(before);
                let mut ring = SliceRing::<T>::new(&mut lanes, &mut slots).expect("a small ring");
                while run.goes_on() {
                    run.session(ring.split(), &|| None);
                }
            }
            Storage::Heap => {
                let mut ring = HeapRing::<T>::new(self.lanes, self.capacity).expect("a small ring");
                while run.goes_on() {
                    run.session(ring.split(), &|| None);
                }
            }
            Storage::Owned => {
                run.keeps_ends = true;
                while run.goes_on() {
                    // What is inside goes with the ends.
                    run.spec = Spec::new(self.lanes, self.capacity);
                    run.old.clear();
                    let ring = HeapRing::<T>::new(self.lanes, self.capacity).expect("a small ring");
                    run.session(ring.into_ends(), &|| None);
                    run.maker.ledger().check();
                    assert_eq!(run.maker.ledger().alive(), 0, "the ends are gone, and with them the ring");
                }
            }
        }
        run.maker.ledger().settle();
        run.trace
    }
}

/// What a run of a case knows.
struct Run<'a> {
    case: Case<'a>,
    ops: &'a [(u8, u8)],
    /// Whether ends must be dropped, and not forgotten.
    keeps_ends: bool,
    spec: Spec,
    maker: Maker,
    trace: Vec<u32>,
    first: bool,
    /// Producers and openers that were forgotten since the split.
    forgotten: usize,
    /// The lanes of producers that are gone, or were forgotten.
    old: Vec<LaneId>,
}

/// The ends, while they are there.
struct Ends<'q, T, K> {
    openers: Vec<Opener<'q, T, K>>,
    producers: Vec<(usize, Producer<'q, T, K>)>,
    consumer: Option<Consumer<'q, T, K>>,
}

impl<'q, T, K> Ends<'q, T, K> {
    #[allow(clippy::missing_const_for_fn, reason = "not in the oldest Rust that is promised")]
    fn have_no_producer(&self) -> bool {
        self.openers.is_empty() && self.producers.is_empty()
    }

    fn are_gone(&self) -> bool {
        self.have_no_producer() && self.consumer.is_none()
    }

    /// A producer and its lane.
    fn producer(&mut self, argument: usize) -> Option<&mut (usize, Producer<'q, T, K>)> {
        let count = self.producers.len();
        self.producers.get_mut(argument.checked_rem(count)?)
    }
}

impl<'a> Run<'a> {
    fn new(case: &Case<'a>) -> Self {
        Self {
            case: *case,
            ops: case.ops,
            keeps_ends: false,
            spec: Spec::new(case.lanes, case.capacity),
            maker: Maker::default(),
            trace: vec![],
            first: true,
            forgotten: 0,
            old: vec![],
        }
    }

    fn in_array<T: Payload>(&mut self, shared: bool) {
        macro_rules! shapes {
            ($(($lanes:literal, $capacity:literal)),*) => {
                match (self.case.lanes, self.case.capacity) {
                    $(($lanes, $capacity) => self.in_array_of::<T, $capacity, $lanes>(shared),)*
                    shape => panic!("no ring in an array is of the shape {shape:?}"),
                }
            };
        }
        shapes!((1, 1), (1, 3), (2, 2), (3, 1), (4, 3), (2, 9), (70, 2));
    }

    fn in_array_of<T: Payload, const N: usize, const P: usize>(&mut self, shared: bool) {
        let mut ring = Box::new(Ring::<T, N, P>::new());
        while self.goes_on() {
            if shared {
                self.session(ring.try_split().expect("all ends are gone"), &|| Some(ring.try_split().is_ok()));
            } else {
                self.session(ring.split(), &|| None);
            }
        }
    }

    const fn goes_on(&self) -> bool {
        self.first || !self.ops.is_empty()
    }

    fn saw(&mut self, what: usize) {
        self.trace.push(u32::try_from(what).expect("small numbers"));
    }

    /// Works with the ends of one split until the operations ask for another, or are used up. `splits` tells whether the ring
    /// can be split meanwhile, if one can ask.
    fn session<T: Payload, K: Clone>(
        &mut self,
        (opener, consumer): (Opener<'_, T, K>, Consumer<'_, T, K>),
        splits: &dyn Fn() -> Option<bool>,
    ) {
        self.first = false;
        self.forgotten = 0;
        self.spec.split();
        assert_eq!((opener.lanes(), consumer.lane_capacity()), (self.case.lanes, self.case.capacity));
        assert_eq!(consumer.capacity(), self.case.lanes * self.case.capacity);
        let mut ends = Ends { openers: vec![opener], producers: vec![], consumer: Some(consumer) };
        self.look(&mut ends);
        while let Some((&(op, argument), rest)) = self.ops.split_first() {
            self.ops = rest;
            self.step(&mut ends, op, usize::from(argument));
            self.look(&mut ends);
            assert!(splits().is_none_or(|splits| splits == ends.are_gone()), "a shared ring is split once at a time");
            if ends.are_gone() {
                break;
            }
        }
        self.old.extend(ends.producers.iter().map(|(_, producer)| producer.lane()));
    }

    /// One operation.
    fn step<T: Payload, K: Clone>(&mut self, ends: &mut Ends<'_, T, K>, op: u8, argument: usize) {
        match op % 28 {
            0..=2 => self.open(ends, argument % 5 + 1),
            3..=7 => self.push(ends, argument),
            8 | 9 => self.push_several(ends, argument),
            10 => self.push_several_armed(ends, argument),
            11..=14 => self.pop(ends, argument % 4 + 1, |_| 1, |consumer| consumer.pop()),
            // As many as it is likely to find.
            15..=17 => self.pop(ends, argument % 16, cost, |consumer| consumer.pop_by(|item| cost(item.id()))),
            18 => self.pop_armed(ends),
            19 => self.drain(ends, argument),
            20 | 21 => self.leave(ends, argument),
            22 => self.set_weight(ends, argument),
            23 => self.set_refusal(ends, argument),
            24 => self.set_watermarks(ends, argument),
            25 => match ends.openers.first() {
                Some(opener) if argument % 8 > 0 => ends.openers.push(opener.clone()),
                _ => drop(ends.openers.pop()),
            },
            26 if argument % 4 == 0 => {
                ends.consumer = None;
                self.spec.close();
            }
            27 if argument % 2 == 0 => self.end(ends, argument / 2),
            _ => {
                let refusal = [Refusal::Reject, Refusal::DropIncoming][argument / 4 % 2];
                self.push_by(Some(refusal), ends, argument / 8, |lane, item| lane.push_under(refusal, item));
            }
        }
    }

    fn open<T, K: Clone>(&mut self, ends: &mut Ends<'_, T, K>, weight: usize) {
        let Some(opener) = ends.openers.last() else { return };
        let weight = u32::try_from(weight).expect("a small number");
        match opener.open(NonZeroU32::new(weight).expect("one more")) {
            Ok(producer) => {
                let number = self.spec.open(weight).expect("a free lane");
                let id = producer.lane();
                assert!(!self.spec.closed && id.index() == number, "the first free lane");
                assert!(!self.old.contains(&id), "another lane has had this name");
                ends.producers.push((number, producer));
            }
            Err(error) => {
                assert_eq!(error, if self.spec.closed { NoLane::Closed } else { NoLane::AllTaken });
                assert!(self.spec.closed || self.spec.open(weight).is_none());
            }
        }
    }

    fn push<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        self.push_by(None, ends, argument, Producer::push);
    }

    /// Pushes one item in a way that obeys a policy, or the lane's.
    fn push_by<'q, T: Payload, K>(
        &mut self,
        refusal: Option<Refusal>,
        ends: &mut Ends<'q, T, K>,
        argument: usize,
        push: impl FnOnce(&mut Producer<'q, T, K>, T) -> Result<(), PushError<T>>,
    ) {
        let Some((number, producer)) = ends.producer(argument) else { return };
        let item = T::make(&mut self.maker);
        let id = item.id();
        let outcome = push(producer, item).map_err(|error| error.map(|item| item.id()));
        let refusal = refusal.unwrap_or(self.spec.lane(*number).refusal);
        assert_eq!(outcome, self.spec.push_under(refusal, *number, id));
    }

    /// What a batch has put in, of which there were so many.
    fn pushed(&mut self, number: usize, first: u32, count: usize, of: usize) {
        let lane = self.spec.lane(number);
        assert_eq!(count, of.min(lane.capacity - lane.items.len()), "as many as there is room for");
        for id in (first..).take(count) {
            assert_eq!(self.spec.push(number, id), Ok(()));
        }
    }

    fn push_several<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some((number, producer)) = ends.producer(argument / 8) else { return };
        let (first, of) = (self.maker.next_id(), argument % 8);
        let count = if argument % 3 == 0 {
            T::push_slice_into_lane(producer, of, &mut self.maker)
        } else {
            producer.push_iter((0..of).map(|_| T::make(&mut self.maker)))
        };
        self.pushed(*number, first, count, of);
    }

    /// The iterator panics after some items.
    fn push_several_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some((number, producer)) = ends.producer(argument / 8) else { return };
        let (first, of, maker) = (self.maker.next_id(), argument % 8, &mut self.maker);
        let items = (0..).map(|at| if at < of { T::make(maker) } else { go_off() });
        let free = producer.free();
        assert_eq!(goes_off(|| producer.push_iter(items)), of < free);
        self.pushed(*number, first, of.min(free), of);
    }

    fn pop<T: Payload, K>(
        &mut self,
        ends: &mut Ends<'_, T, K>,
        times: usize,
        cost: impl Fn(u32) -> u32,
        pop: impl Fn(&mut Consumer<'_, T, K>) -> Result<(LaneId, T), PopError>,
    ) {
        for _ in 0..times {
            let Some(consumer) = &mut ends.consumer else { return };
            let popped = pop(consumer).map(|(lane, item)| (lane, item.id()));
            self.popped(ends, popped, &cost);
        }
    }

    fn popped<T, K>(
        &mut self,
        ends: &Ends<'_, T, K>,
        popped: Result<(LaneId, u32), PopError>,
        cost: &impl Fn(u32) -> u32,
    ) {
        let expected = self.spec.pop(cost);
        match popped {
            Ok((lane, id)) => {
                assert_eq!(expected, Some((lane.index(), id)));
                if let Some((_, producer)) = ends.producers.iter().find(|(number, _)| *number == lane.index()) {
                    assert_eq!(producer.lane(), lane);
                } else {
                    assert!(self.old.contains(&lane), "an item of a lane that nobody had");
                }
                self.saw(id as usize);
            }
            Err(why) => {
                assert_eq!(expected, None);
                let is_closed = ends.have_no_producer() && self.forgotten == 0;
                assert_eq!(why, if is_closed { PopError::Closed } else { PopError::Empty });
            }
        }
    }

    /// The cost can't be told: the item stays, and it is still its lane's turn.
    fn pop_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(consumer) = &mut ends.consumer else { return };
        let gone_off = goes_off(|| consumer.pop_by(|_| go_off()).map(|(lane, item)| (lane, item.id())));
        assert_eq!(gone_off, goes_off(|| assert_eq!(self.spec.pop(|_| go_off()), None)));
        assert_eq!(gone_off, self.spec.len() > 0);
        // At once: in the rounds after a turn in which nothing was served, what comes in meanwhile may be as late as that.
        self.pop(ends, 1, |_| 1, |consumer| consumer.pop());
    }

    fn drain<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(mut consumer) = ends.consumer.take() else { return };
        let (most, capacity) = (argument % 32, consumer.capacity());
        let mut drain = consumer.drain();
        for at in 0..most {
            match drain.next() {
                Some((lane, item)) => self.popped(ends, Ok((lane, item.id())), &|_| 1),
                None => {
                    assert!(drain.next().is_none(), "it is fused");
                    // It looked, or has given as many as the ring can hold.
                    if at < capacity {
                        assert_eq!(self.spec.pop(|_| 1), None);
                    }
                    break;
                }
            }
        }
        ends.consumer = Some(consumer);
    }

    fn leave<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Some(which) = (argument / 8).checked_rem(ends.producers.len()) else { return };
        let (number, producer) = ends.producers.swap_remove(which);
        self.old.push(producer.lane());
        if argument % 8 == 0 && !self.keeps_ends {
            // Nobody will ever know.
            self.forgotten += 1;
            mem::forget(producer);
        } else {
            drop(producer);
            self.spec.lane(number).has_producer = false;
        }
    }

    fn set_weight<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let weight = NonZeroU32::MIN.saturating_add(u32::try_from(argument % 9).expect("a small number"));
        let Ends { producers, consumer, .. } = ends;
        let Some(which) = (argument / 16).checked_rem(producers.len()) else { return };
        let (number, producer) = &mut producers[which];
        match consumer.as_ref().and_then(|consumer| consumer.lane(producer.lane())) {
            Some(lane) if argument % 2 == 0 => lane.set_weight(weight),
            _ => producer.set_weight(weight),
        }
        self.spec.lane(*number).weight = weight.get();
    }

    fn set_refusal<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let refusal = if argument % 4 < 2 { Refusal::Reject } else { Refusal::DropIncoming };
        let Ends { producers, consumer, .. } = ends;
        let Some(which) = (argument / 4).checked_rem(producers.len()) else { return };
        let (number, producer) = &mut producers[which];
        match consumer.as_ref().and_then(|consumer| consumer.lane(producer.lane())) {
            Some(lane) if argument % 2 == 0 => lane.set_refusal(refusal),
            _ => producer.set_refusal(refusal),
        }
        self.spec.lane(*number).refusal = refusal;
    }

    /// By the producer, or by the consumer behind its back.
    fn set_watermarks<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let Ends { producers, consumer, .. } = ends;
        let Some(which) = argument.checked_rem(producers.len()) else { return };
        let (number, producer) = &mut producers[which];
        let lane = self.spec.lane(*number);
        let (high, low) = ((argument / 8) % (lane.capacity + 2), argument % 9);
        let old = producer.watermarks().low();
        let Some(marks) = lane.gauge.set_marks(high, low) else { return };
        let (is_set, late_push) = match consumer.as_ref().and_then(|consumer| consumer.lane(producer.lane())) {
            Some(seen) if argument % 3 == 0 => (seen.set_watermarks(marks), Some(lane.capacity)),
            _ => (producer.set_watermarks(marks), None),
        };
        assert_eq!(is_set.is_ok(), lane.gauge.fits(marks));
        if is_set.is_ok() {
            lane.marked(old, low);
            lane.late_push = late_push;
        }
    }

    /// Lets all ends go, so that the ring is split anew.
    fn end<T, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: usize) {
        let forgets = |which: usize| argument >> 3 & which != 0 && !self.keeps_ends;
        let (openers, producers, consumer) =
            (mem::take(&mut ends.openers), mem::take(&mut ends.producers), ends.consumer.take());
        self.old.extend(producers.iter().map(|(_, producer)| producer.lane()));
        let openers = || if forgets(1) { openers.into_iter().for_each(mem::forget) } else { drop(openers) };
        let producers = || if forgets(2) { producers.into_iter().for_each(mem::forget) } else { drop(producers) };
        let consumer = || if forgets(4) { mem::forget(consumer) } else { drop(consumer) };
        match argument % 4 {
            0 => (openers(), producers(), consumer()),
            1 => (consumer(), producers(), openers()),
            2 => (producers(), consumer(), openers()),
            _ => (openers(), consumer(), producers()),
        };
    }

    /// Everything that the ends say, and the account of the items.
    fn look<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let len = self.spec.len();
        self.maker.ledger().check();
        // Of those that keep the ring together the last one has taken the items with it.
        if self.maker.ledger().born() > 0 && !(ends.are_gone() && self.keeps_ends) {
            assert_eq!(self.maker.ledger().alive(), len, "what is inside is alive, and nothing else");
        }
        for opener in &ends.openers {
            assert_eq!(opener.is_closed(), self.spec.closed);
        }
        for (number, producer) in &ends.producers {
            let closed = self.spec.closed;
            let lane = self.spec.lane(*number);
            let len = lane.items.len();
            assert_eq!((producer.len(), producer.free()), (len, lane.capacity - len));
            assert_eq!((producer.is_empty(), producer.is_full()), (len == 0, len == lane.capacity));
            assert_eq!((producer.weight(), producer.shed()), (lane.weight, lane.shed));
            assert_eq!((producer.refusal(), producer.is_closed()), (lane.refusal, closed));
            lane.check(producer.pressure(), producer.fill(), producer.watermarks());
        }
        if ends.consumer.is_some() {
            self.look_as_consumer(ends);
        }
        self.saw(len);
    }

    fn look_as_consumer<T, K>(&mut self, ends: &Ends<'_, T, K>) {
        let Some(consumer) = &ends.consumer else { return };
        let len = self.spec.len();
        assert_eq!((consumer.len(), consumer.is_empty()), (len, len == 0));
        assert_eq!(consumer.shed(), self.spec.shed());
        assert_eq!(consumer.is_closed(), ends.have_no_producer() && self.forgotten == 0);
        let numbers: Vec<usize> = consumer.lanes().map(|lane| lane.id().index()).collect();
        let open = (0..self.spec.lanes.len()).filter(|&number| self.spec.lanes[number].is_some());
        assert!(open.eq(numbers), "the lanes that are in use");
        for seen in consumer.lanes() {
            let lane = self.spec.lane(seen.id().index());
            assert_eq!((seen.len(), seen.is_empty()), (lane.items.len(), lane.items.is_empty()));
            assert_eq!((seen.shed(), seen.is_closed()), (lane.shed, !lane.has_producer));
            if lane.has_producer {
                assert_eq!((seen.weight(), seen.refusal()), (lane.weight, lane.refusal));
            }
            lane.check(seen.pressure(), seen.fill(), seen.watermarks());
        }
        for (_, producer) in &ends.producers {
            assert!(consumer.lane(producer.lane()).is_some(), "the lane of a producer");
        }
        for &id in &self.old {
            // Not if it was another one's since.
            let is_last = self.old.iter().rfind(|old| old.index() == id.index()) == Some(&id)
                && !ends.producers.iter().any(|(number, _)| *number == id.index());
            let is_there = self.spec.lanes.get(id.index()).is_some_and(Option::is_some) && is_last;
            assert_eq!(consumer.lane(id).is_some(), is_there, "{id:?}");
        }
    }
}
