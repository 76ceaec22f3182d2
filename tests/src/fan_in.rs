//! The specification of the fan-in ring: a queue for each lane, served by deficit round robin as its authors describe it, round
//! by round; and a run of the ring beside it.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use forebay_core::fan_in::{Consumer, HeapRing, LaneId, LaneMemory, NoLane, Opener, Producer, Ring, SliceRing, Slot};
use forebay_core::{PopError, PushError, Refusal};

use crate::gauge::Gauge;

/// What an item is worth to a [`Case`]: its number, and what it costs.
pub type Item = (u32, u32);

/// A lane as it has to be.
#[derive(Clone, Debug)]
struct Lane {
    items: VecDeque<Item>,
    capacity: usize,
    weight: u32,
    deficit: u64,
    has_producer: bool,
    refusal: Refusal,
    shed: usize,
    gauge: Gauge,
    /// Whether the consumer has not been by yet. Later it goes by old watermarks for a while.
    is_new: bool,
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
}

impl Spec {
    /// So many free lanes for so many items each.
    #[must_use]
    pub fn new(lanes: usize, capacity: usize) -> Self {
        Self { lanes: vec![None; lanes], capacity, turn: None, next: 0, shed: 0 }
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
            is_new: true,
        });
        Some(free)
    }

    fn lane(&mut self, number: usize) -> &mut Lane {
        self.lanes[number].as_mut().expect("it is open")
    }

    /// Puts an item into a lane.
    ///
    /// # Errors
    /// As the ring, with whether it is shed.
    pub fn push(&mut self, number: usize, item: Item) -> Result<(), bool> {
        let lane = self.lane(number);
        let sheds = lane.refusal == Refusal::DropIncoming;
        let fits = lane.items.len() < lane.capacity;
        if fits {
            lane.items.push_back(item);
        } else {
            lane.shed += usize::from(sheds);
        }
        lane.gauge.pushed(lane.items.len());
        if fits { Ok(()) } else { Err(sheds) }
    }

    /// The next item by deficit round robin, and its lane.
    pub fn pop(&mut self, cost: impl Fn(&Item) -> u32) -> Option<(usize, Item)> {
        let mut seen_none = false;
        loop {
            if let Some(number) = self.turn {
                let lane = self.lane(number);
                lane.is_new = false;
                match lane.items.front() {
                    Some(item) if u64::from(cost(item)) <= lane.deficit => {
                        let item = lane.items.pop_front().expect("looked at");
                        lane.deficit -= u64::from(cost(&item));
                        lane.gauge.popped(lane.items.len());
                        if lane.deficit == 0 {
                            self.turn = None;
                        }
                        return Some((number, item));
                    }
                    // It keeps what it has for its next turn.
                    Some(_) => {}
                    None => {
                        lane.deficit = 0;
                        lane.gauge.popped(0);
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

/// Where a ring lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In arrays, which must be of one of the shapes that [`Case::run`] knows.
    Array,
    /// In slices that have been a ring before, and have some slots to spare.
    Slice,
    /// On the heap.
    Heap,
    /// On the heap, with ends that own it.
    Owned,
}

/// A ring, and what is done with it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// How many lanes it has.
    pub lanes: usize,
    /// How many items each of them holds.
    pub capacity: usize,
    /// Operations: what, and with which argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Does it all, and compares with the specification after each operation. Answers with the numbers of the items that were
    /// popped.
    ///
    /// # Panics
    /// If there is a difference.
    #[must_use]
    pub fn run(&self, storage: Storage) -> Vec<u32> {
        match storage {
            Storage::Heap => {
                let mut ring = HeapRing::new(self.lanes, self.capacity).expect("a small ring");
                let first = Run::new(self, ring.split()).finish(self.ops);
                settle(ring.split(), first)
            }
            Storage::Slice => {
                let mut lanes: Vec<_> = (0..self.lanes).map(|_| LaneMemory::new()).collect();
                let mut slots: Vec<_> = (0..self.lanes * self.capacity + self.lanes - 1).map(|_| Slot::new()).collect();
                let mut ring = SliceRing::new(&mut lanes, &mut slots).expect("a small ring");
                let _ = Run::new(self, ring.split()).finish(self.ops);
                drop(ring);
                let mut ring = SliceRing::new(&mut lanes, &mut slots).expect("a small ring");
                let first = Run::new(self, ring.split()).finish(self.ops);
                settle(ring.split(), first)
            }
            Storage::Owned => {
                let ring = HeapRing::new(self.lanes, self.capacity).expect("a small ring");
                Run::new(self, ring.into_ends()).finish(self.ops).0
            }
            Storage::Array => {
                macro_rules! shapes {
                    ($(($lanes:literal, $capacity:literal)),*) => {
                        match (self.lanes, self.capacity) {
                            $(($lanes, $capacity) => {
                                let ring = Ring::<Item, $capacity, $lanes>::new();
                                let ends = ring.try_split().expect("the first time");
                                Run::new(self, ends).finish(self.ops).0
                            })*
                            _ => unreachable!("not one of the shapes"),
                        }
                    };
                }
                shapes!((1, 1), (1, 3), (2, 2), (3, 1), (4, 3), (70, 2))
            }
        }
    }
}

/// What is left behind is there after another split, and no more.
fn settle((opener, mut consumer): (Opener<'_, Item>, Consumer<'_, Item>), first: (Vec<u32>, usize)) -> Vec<u32> {
    let left: usize = consumer.len();
    assert_eq!(left, first.1, "what was left inside");
    assert_eq!(consumer.drain().count(), left);
    drop(opener);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
    first.0
}

/// The shapes of rings in arrays.
pub const SHAPES: [(usize, usize); 6] = [(1, 1), (1, 3), (2, 2), (3, 1), (4, 3), (70, 2)];

struct Run<'q, K> {
    spec: Spec,
    opener: Vec<Opener<'q, Item, K>>,
    producers: Vec<(usize, Producer<'q, Item, K>)>,
    consumer: Consumer<'q, Item, K>,
    next: u32,
    popped: Vec<u32>,
    old: Vec<LaneId>,
    shed: usize,
}

impl<'q, K: Clone> Run<'q, K> {
    fn new(case: &Case<'_>, (opener, consumer): (Opener<'q, Item, K>, Consumer<'q, Item, K>)) -> Self {
        assert_eq!((opener.lanes(), consumer.lane_capacity()), (case.lanes, case.capacity));
        assert_eq!(consumer.capacity(), case.lanes * case.capacity);
        Self {
            spec: Spec::new(case.lanes, case.capacity),
            opener: vec![opener],
            producers: vec![],
            consumer,
            next: 0,
            popped: vec![],
            old: vec![],
            shed: 0,
        }
    }

    fn item(&mut self, argument: u8) -> Item {
        self.next += 1;
        (self.next, u32::from(argument % 23).max(1))
    }

    fn finish(mut self, ops: &[(u8, u8)]) -> (Vec<u32>, usize) {
        for &(op, argument) in ops {
            self.step(op, argument);
            self.compare();
        }
        (self.popped, self.spec.len())
    }

    fn step(&mut self, op: u8, argument: u8) {
        let which = usize::from(argument) % self.producers.len().max(1);
        match op % 16 {
            0 | 1 => self.open(u32::from(argument % 5) + 1),
            2..=5 if !self.producers.is_empty() => self.push(which, argument),
            6 | 7 if !self.producers.is_empty() => self.push_several(which, argument),
            8 | 9 => self.pop(|_| 1, |consumer| consumer.pop()),
            10 | 11 => {
                // As many as it is likely to find.
                for _ in 0..argument % 16 {
                    self.pop(|item| item.1, |consumer| consumer.pop_by(|item| item.1));
                }
            }
            12 if !self.producers.is_empty() => {
                let (number, producer) = self.producers.swap_remove(which);
                self.old.push(producer.lane());
                drop(producer);
                self.spec.lane(number).has_producer = false;
            }
            13 if !self.producers.is_empty() => {
                let weight = u32::from(argument % 7) + 1;
                let (number, producer) = &mut self.producers[which];
                self.spec.lane(*number).weight = weight;
                let weight = NonZeroU32::new(weight).expect("one more");
                if argument % 2 == 0 {
                    producer.set_weight(weight);
                } else {
                    self.consumer.lane(producer.lane()).expect("it is open").set_weight(weight);
                }
            }
            14 if !self.producers.is_empty() => {
                let (number, producer) = &mut self.producers[which];
                let lane = self.spec.lane(*number);
                lane.refusal = if argument % 2 == 0 { Refusal::Reject } else { Refusal::DropIncoming };
                producer.set_refusal(lane.refusal);
                if lane.is_new {
                    let (high, low) = (usize::from(argument / 8) % (lane.capacity + 2), usize::from(argument) % 9);
                    if let Some(marks) = lane.gauge.set_marks(high, low) {
                        assert_eq!(producer.set_watermarks(marks).is_ok(), lane.gauge.fits(marks));
                    }
                }
            }
            15 => match self.opener.first() {
                Some(opener) if argument % 8 > 0 => self.opener.push(opener.clone()),
                _ => drop(self.opener.pop()),
            },
            _ => {}
        }
    }

    fn open(&mut self, weight: u32) {
        let Some(opener) = self.opener.last() else { return };
        match opener.open(NonZeroU32::new(weight).expect("one more")) {
            Ok(producer) => {
                let number = self.spec.open(weight).expect("a free lane");
                let id = producer.lane();
                assert_eq!(id.index(), number);
                assert!(!self.old.contains(&id), "another lane has had this name");
                self.producers.push((number, producer));
            }
            Err(error) => {
                assert_eq!(error, NoLane::AllTaken);
                assert_eq!(self.spec.open(weight), None);
            }
        }
    }

    fn push(&mut self, which: usize, argument: u8) {
        let item = self.item(argument / 8);
        let (number, producer) = &mut self.producers[which];
        let outcome = match producer.push(item) {
            Ok(()) => Ok(()),
            Err(PushError::Full(back)) => Err((false, back)),
            Err(PushError::Shed(back)) => Err((true, back)),
            Err(PushError::Closed(_)) => panic!("the consumer is there"),
        };
        self.shed += usize::from(matches!(outcome, Err((true, _))));
        assert_eq!(outcome, self.spec.push(*number, item).map_err(|sheds| (sheds, item)));
    }

    fn push_several(&mut self, which: usize, argument: u8) {
        let items: Vec<Item> = (0..argument % 4).map(|more| self.item(argument / 4 + more)).collect();
        let (number, producer) = &mut self.producers[which];
        let room = producer.free().min(items.len());
        let count =
            if argument % 8 < 4 { producer.push_slice(&items) } else { producer.push_iter(items.iter().copied()) };
        assert_eq!(count, room);
        for &item in &items[..room] {
            assert_eq!(self.spec.push(*number, item), Ok(()));
        }
    }

    fn pop(
        &mut self,
        cost: impl Fn(&Item) -> u32,
        pop: impl Fn(&mut Consumer<'q, Item, K>) -> Result<(LaneId, Item), PopError>,
    ) {
        match pop(&mut self.consumer) {
            Ok((lane, item)) => {
                assert_eq!(self.spec.pop(cost), Some((lane.index(), item)));
                if let Some((_, producer)) = self.producers.iter().find(|(number, _)| *number == lane.index()) {
                    assert_eq!(producer.lane(), lane);
                } else {
                    assert!(self.old.contains(&lane), "an item of a lane that nobody had");
                }
                self.popped.push(item.0);
            }
            Err(why) => {
                assert_eq!(self.spec.pop(cost), None);
                let is_closed = self.producers.is_empty() && self.opener.is_empty();
                assert_eq!(why, if is_closed { PopError::Closed } else { PopError::Empty });
            }
        }
    }

    fn compare(&self) {
        let consumer = &self.consumer;
        assert_eq!((consumer.len(), consumer.is_empty()), (self.spec.len(), self.spec.len() == 0));
        assert_eq!(consumer.shed(), self.shed);
        assert_eq!(self.spec.shed(), self.shed);
        assert_eq!(consumer.is_closed(), self.producers.is_empty() && self.opener.is_empty());
        let numbers: Vec<usize> = consumer.lanes().map(|lane| lane.id().index()).collect();
        let open = (0..self.spec.lanes.len()).filter(|&number| self.spec.lanes[number].is_some());
        assert!(open.eq(numbers), "the lanes that are in use");
        for (number, producer) in &self.producers {
            let lane = self.spec.lanes[*number].as_ref().expect("it has a producer");
            let len = lane.items.len();
            assert_eq!((producer.len(), producer.weight(), producer.shed()), (len, lane.weight, lane.shed));
            lane.gauge.check(len, producer.pressure(), producer.fill(), producer.watermarks());
            let seen = consumer.lane(producer.lane()).expect("it is open");
            assert_eq!((seen.len(), seen.weight(), seen.shed()), (len, lane.weight, lane.shed));
            assert_eq!((seen.refusal(), producer.refusal()), (lane.refusal, lane.refusal));
            assert!(!seen.is_closed() && !producer.is_closed());
            lane.gauge.check(len, seen.pressure(), seen.fill(), seen.watermarks());
        }
        for &id in &self.old {
            let is_there = self.spec.lanes.get(id.index()).and_then(Option::as_ref).is_some_and(|lane| {
                !lane.has_producer && self.old.iter().rfind(|old| old.index() == id.index()) == Some(&id)
            });
            assert_eq!(consumer.lane(id).is_some(), is_there, "{id:?}");
        }
    }
}
