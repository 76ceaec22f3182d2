//! Properties of the evicting ring, on one thread: whatever is done with it, it behaves as a `VecDeque` with a bound, under
//! every policy, in every storage.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::mem;

use forebay_core::swap::{Consumer, HeapRing, Producer, Ring};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Maker, Payload};
use quickcheck::{Arbitrary, Gen, QuickCheck};

const OVERFLOWS: [Overflow; 3] = [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest];

/// The arrays' capacity and number of producers.
const N: usize = 3;
const P: usize = 2;

/// What is done: an operation and its argument.
#[derive(Clone, Debug)]
struct Plan {
    capacity: usize,
    producers: usize,
    overflow: u8,
    ops: Vec<(u8, u8)>,
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        Self {
            capacity: 1 + usize::arbitrary(g) % 9,
            producers: 1 + usize::arbitrary(g) % 3,
            overflow: u8::arbitrary(g) % 3,
            ops: Vec::arbitrary(g),
        }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let plan = self.clone();
        let fewer = self.ops.shrink().map(move |ops| Self { ops, ..plan.clone() });
        let plan = self.clone();
        let smaller = (1..self.capacity).map(move |capacity| Self { capacity, ..plan.clone() });
        Box::new(smaller.chain(fewer))
    }
}

/// The specification.
struct Spec {
    capacity: usize,
    seats: usize,
    overflow: Overflow,
    items: VecDeque<u32>,
    /// How many were evicted since the consumer received one.
    ahead: usize,
    /// And how many before that, of which it was not told.
    lost: usize,
    evicted: usize,
    shed: usize,
    maker: Maker,
    /// All that was received and how.
    trace: Vec<u32>,
}

/// What a ring is used through. Which ends are there is part of what is random.
struct Ends<'q, T, K> {
    producers: Vec<Producer<'q, T, K>>,
    consumer: Option<Consumer<'q, T, K>>,
}

impl Spec {
    fn new(capacity: usize, seats: usize, overflow: Overflow) -> Self {
        Self {
            capacity,
            seats,
            overflow,
            items: VecDeque::new(),
            ahead: 0,
            lost: 0,
            evicted: 0,
            shed: 0,
            maker: Maker::default(),
            trace: Vec::new(),
        }
    }

    fn push<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, which: usize) {
        let open = ends.consumer.is_some();
        let count = ends.producers.len();
        let Some(producer) = ends.producers.get_mut(which % count.max(1)) else { return };
        let item = T::make(&mut self.maker);
        let id = item.id();
        let outcome = producer.push(item);
        if self.items.len() < self.capacity {
            assert!(matches!(outcome, Ok(Pushed::Stored)), "{outcome:?} with room");
            self.items.push_back(id);
            return;
        }
        match outcome {
            Ok(outcome) => {
                assert!(open && self.overflow == Overflow::DropOldest, "{outcome:?} at full");
                let victim = outcome.evicted().expect("it is full").id();
                assert_eq!(Some(victim), self.items.pop_front());
                self.items.push_back(id);
                self.evicted += 1;
                self.ahead += 1;
                self.trace.push(victim);
            }
            Err(error) => {
                let expected = match self.overflow {
                    _ if !open => PushError::Closed(()),
                    Overflow::Reject => PushError::Full(()),
                    Overflow::DropIncoming => PushError::Shed(()),
                    Overflow::DropOldest => panic!("{error} with a policy to evict"),
                };
                self.shed += usize::from(error.is_shed());
                assert_eq!(expected, error.map(|item| assert_eq!(item.id(), id, "another item came back")));
            }
        }
    }

    fn pop<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, ask: bool) {
        let open = !ends.producers.is_empty();
        let Some(consumer) = &mut ends.consumer else { return };
        match (consumer.pop(), self.items.pop_front()) {
            (Ok(item), Some(id)) => {
                assert_eq!(item.id(), id);
                self.trace.push(id);
                self.lost += mem::take(&mut self.ahead);
                if ask {
                    same_count(self.capacity, consumer.lost(), mem::take(&mut self.lost));
                }
            }
            (Err(error), None) => {
                assert_eq!(error, if open { PopError::Empty } else { PopError::Closed });
            }
            (popped, id) => panic!("{:?} where {id:?} was", popped.map(|item| item.id())),
        }
    }

    fn step<T: Payload, K: Clone>(&mut self, ends: &mut Ends<'_, T, K>, op: u8, argument: usize) {
        match op % 16 {
            0..=5 => self.push(ends, argument),
            6..=9 => self.pop(ends, argument % 2 == 0),
            10 => (0..argument % 20).for_each(|which| self.push(ends, which)),
            11 => {
                let Some(consumer) = &mut ends.consumer else { return };
                let mut ids = Vec::new();
                assert_eq!(consumer.pop_all(|item| ids.push(item.id())), self.items.len());
                assert!(ids.iter().eq(&self.items));
                if !ids.is_empty() {
                    self.lost += mem::take(&mut self.ahead);
                }
                self.items.clear();
                self.trace.extend(ids);
            }
            12 => {
                let overflow = OVERFLOWS[argument % 3];
                match (&ends.consumer, ends.producers.first()) {
                    (Some(consumer), _) if argument % 2 == 0 => consumer.set_overflow(overflow),
                    (_, Some(producer)) => producer.set_overflow(overflow),
                    _ => return,
                }
                self.overflow = overflow;
            }
            13 => {
                let Some(producer) = ends.producers.first() else { return };
                let clone = producer.try_clone();
                assert_eq!(clone.is_ok(), ends.producers.len() < self.seats);
                ends.producers.extend(clone);
            }
            14 if ends.producers.len() > argument % 4 => drop(ends.producers.swap_remove(argument % 4)),
            15 if argument % 8 == 0 => drop(ends.consumer.take()),
            _ => {}
        }
        self.look(ends);
    }

    #[allow(clippy::len_zero, reason = "it is `is_empty` that is compared")]
    fn look<T, K>(&self, ends: &Ends<'_, T, K>) {
        let len = self.items.len();
        for producer in &ends.producers {
            assert_eq!(
                (producer.len(), producer.is_empty(), producer.is_full()),
                (len, len == 0, len == self.capacity)
            );
            same_count(self.capacity, producer.evicted(), self.evicted);
            assert_eq!(producer.shed(), self.shed);
            assert_eq!((producer.capacity(), producer.overflow()), (self.capacity, self.overflow));
            assert_eq!(producer.is_closed(), ends.consumer.is_none());
        }
        if let Some(consumer) = &ends.consumer {
            assert_eq!(
                (consumer.len(), consumer.is_empty(), consumer.is_full()),
                (len, len == 0, len == self.capacity)
            );
            same_count(self.capacity, consumer.evicted(), self.evicted);
            assert_eq!(consumer.shed(), self.shed);
            assert_eq!((consumer.capacity(), consumer.overflow()), (self.capacity, self.overflow));
            assert_eq!(consumer.is_closed(), ends.producers.is_empty());
        }
    }

    /// Half of the operations with some ends, and half with those of the next split.
    fn run<T: Payload, K: Clone>(
        &mut self,
        (producer, consumer): (Producer<'_, T, K>, Consumer<'_, T, K>),
        ops: &[(u8, u8)],
        forget: bool,
    ) {
        let mut ends = Ends { producers: vec![producer], consumer: Some(consumer) };
        // The new consumer is not told of what was missing before the last one's last item.
        self.lost = 0;
        self.look(&ends);
        for &(op, argument) in ops {
            self.step(&mut ends, op, argument.into());
        }
        if let (Some(consumer), Some(producer)) = (&ends.consumer, ends.producers.first()) {
            consumer.set_overflow(self.overflow);
            assert_eq!(producer.overflow(), self.overflow);
        }
        if forget {
            mem::forget(ends);
        }
    }
}

/// What was popped and evicted, in that order.
fn traces<T: Payload>(plan: &Plan) -> bool {
    let overflow = OVERFLOWS[usize::from(plan.overflow)];
    let (first, second) = plan.ops.split_at(plan.ops.len() / 2);

    let mut spec = Spec::new(plan.capacity, plan.producers, overflow);
    let mut heap = HeapRing::<T>::with_overflow(plan.capacity, plan.producers, overflow).unwrap();
    // What ends forget that own nothing is made good when the ring is split again.
    spec.run(heap.split(), first, plan.ops.len() % 2 == 0);
    spec.lost_from(heap.split().1.evicted());
    spec.run(heap.split(), second, false);
    drop(heap);
    let of_heap = mem::take(&mut spec.trace);
    spec.maker.ledger().check();
    assert!(spec.maker.ledger().born() == 0 || spec.maker.ledger().alive() == 0, "something was not dropped");

    let mut owned = Spec::new(plan.capacity, plan.producers, overflow);
    let ring = HeapRing::<T>::with_overflow(plan.capacity, plan.producers, overflow).unwrap();
    owned.run(ring.into_ends(), &plan.ops, false);
    owned.maker.ledger().check();
    assert_eq!(owned.maker.ledger().alive(), 0, "something was not dropped");

    let mut array = Spec::new(N, P, overflow);
    let mut ring = Ring::<T, N, P>::with_overflow(overflow);
    array.run(ring.split(), first, plan.ops.len() % 2 == 0);
    array.run(ring.split(), second, false);
    drop(ring);
    assert_eq!(array.maker.ledger().alive(), 0, "something was not dropped");

    let mut shared = Spec::new(N, P, overflow);
    let ring = Ring::<T, N, P>::with_overflow(overflow);
    shared.run(ring.try_split().unwrap(), first, false);
    shared.run(ring.try_split().unwrap(), second, false);
    assert!(ring.try_split().is_ok());
    drop(ring);
    assert_eq!(shared.maker.ledger().alive(), 0, "something was not dropped");
    assert_eq!(array.trace, shared.trace, "storages agree");
    assert!(plan.capacity != N || plan.producers != P || of_heap == array.trace, "storages agree");
    true
}

impl Spec {
    /// At rest, the ring's count is the specification's.
    fn lost_from(&self, evicted: usize) {
        same_count(self.capacity, evicted, self.evicted);
    }
}

/// Where laps come around every eighth, so does a count while the consumer sleeps.
fn same_count(capacity: usize, count: usize, expected: usize) {
    let wrap = if cfg!(forebay_narrow) { 8 * capacity } else { usize::MAX };
    assert_eq!(count % wrap, expected % wrap);
}

fn check<A: Arbitrary + Debug>(tests: u64, property: fn(A) -> bool) {
    QuickCheck::new().tests(tests).quickcheck(property);
}

#[test]
fn a_ring_of_numbers_is_a_bounded_queue() {
    check(2000, |plan: Plan| traces::<u32>(&plan));
}

#[test]
fn a_ring_of_tracked_items_is_a_bounded_queue() {
    check(1000, |plan: Plan| traces::<Tracked>(&plan));
}

#[test]
fn a_ring_of_large_items_is_a_bounded_queue() {
    check(200, |plan: Plan| traces::<Large>(&plan));
}

#[test]
fn a_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, |plan: Plan| traces::<Aligned>(&plan));
}

/// Where nobody races, a consumer that was overtaken by any number of items gets the oldest one inside, and is told of all
/// that it lost.
#[test]
fn a_burst_leaves_exactly_the_newest() {
    let capacities = (1..=70).chain([127, 128, 129, 1000, 1023, 1024, 1025]);
    for capacity in capacities {
        let mut ring = HeapRing::with_overflow(capacity, 1, Overflow::DropOldest).unwrap();
        let (mut producer, mut consumer) = ring.split();
        // Where laps come around, a consumer can't count more of them than there are.
        let most = if cfg!(forebay_narrow) { 3 * capacity } else { 5 * capacity };
        let mut next = 0_usize;
        let mut expected = 0;
        for burst in (0..=most).step_by(1 + capacity / 50) {
            let before = next;
            for _ in 0..burst {
                let _ = producer.push(next);
                next += 1;
            }
            let oldest = expected.max(next.saturating_sub(capacity));
            if next == before && oldest == next {
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                continue;
            }
            assert_eq!(consumer.len(), next - oldest);
            assert_eq!(consumer.pop(), Ok(oldest));
            assert_eq!(consumer.lost(), oldest - expected);
            expected = oldest + 1;
        }
    }
}

/// A handle that slept while others pushed for any number of laps finds the tail, and an old consumer the oldest item.
#[test]
fn ends_that_slept_for_laps() {
    for capacity in 1..=5 {
        for slept in 0..40 * capacity {
            let mut ring = HeapRing::with_overflow(capacity, 2, Overflow::DropOldest).unwrap();
            let (mut sleeper, mut consumer) = ring.split();
            let mut other = sleeper.try_clone().unwrap();
            for number in 0..slept {
                let _ = other.push(number);
            }
            assert_eq!(sleeper.len(), slept.min(capacity));
            let _ = sleeper.push(1000);
            let _ = other.push(1001);
            let mut got = Vec::new();
            consumer.pop_all(|number| got.push(number));
            let all: Vec<usize> = (0..slept).chain([1000, 1001]).collect();
            assert_eq!(got, all[all.len().saturating_sub(capacity)..], "{capacity} {slept}");
        }
    }
}
