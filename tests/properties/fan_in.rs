//! Properties of the fan-in ring, on one thread: whatever is done with it, its items come out in the order that deficit round
//! robin demands, and lanes, counts and pressure are as its specification says; and its shares are fair.
//!
//! Claims: capacity, order, answers, account, fairness, pressure.

use std::num::NonZeroU32;

use forebay_core::fan_in::HeapRing;
use forebay_core::{PopError, Pressure, Watermarks};
use forebay_tests::fan_in::{Case, SHAPES, Storage};
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Payload};
use quickcheck::{Arbitrary, Gen, QuickCheck};

/// What a [`Case`] borrows, made at random.
#[derive(Clone, Debug)]
struct Plan {
    shape: (usize, usize),
    ops: Vec<(u8, u8)>,
}

impl Plan {
    fn run<T: Payload>(&self, storage: Storage) -> Vec<u32> {
        let (lanes, capacity) = self.shape;
        Case { lanes, capacity, ops: &self.ops }.run::<T>(storage)
    }
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        let shapes: Vec<(usize, usize)> = SHAPES.into_iter().chain([(5, 4), (64, 1), (130, 2)]).collect();
        let shape = *g.choose(&shapes).expect("there are some");
        Self { shape, ops: Vec::arbitrary(g) }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let shape = self.shape;
        Box::new(self.ops.shrink().map(move |ops| Self { shape, ops }))
    }
}

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload>(plan: Plan) -> bool {
    let trace = plan.run::<T>(Storage::Heap);
    assert_eq!(plan.run::<T>(Storage::Slice), trace);
    // Ends that are never forgotten, or that own their ring and can't be made anew, show something else.
    let _ = plan.run::<T>(Storage::Owned);
    if SHAPES.contains(&plan.shape) {
        assert_eq!(plan.run::<T>(Storage::Array), trace);
        let _ = plan.run::<T>(Storage::Shared);
    }
    true
}

#[test]
fn items_come_out_by_deficit_round_robin() {
    QuickCheck::new().rng(Gen::new(300)).tests(250).quickcheck(storages_agree::<u32> as fn(Plan) -> bool);
    QuickCheck::new().rng(Gen::new(300)).tests(150).quickcheck(storages_agree::<Tracked> as fn(Plan) -> bool);
    QuickCheck::new().rng(Gen::new(300)).tests(50).quickcheck(storages_agree::<Aligned> as fn(Plan) -> bool);
}

const ONE: NonZeroU32 = NonZeroU32::MIN;

fn weight(of: u32) -> NonZeroU32 {
    NonZeroU32::new(of).expect("not 0")
}

/// Jain's index of some shares: 1 if they are all the same, 1/n if one has everything.
fn jain(shares: &[f64]) -> f64 {
    let sum: f64 = shares.iter().sum();
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    sum * sum / (squares * f64::from(u32::try_from(shares.len()).unwrap()))
}

/// Lanes that always have items waiting, with these weights, whose items cost so much: what each got by its weight after so
/// many items.
fn shares(lanes: &[(u32, u32)], items: u32) -> Vec<f64> {
    let (opener, mut consumer) = HeapRing::<u32>::new(lanes.len(), 4).unwrap().into_ends();
    let mut producers: Vec<_> = lanes.iter().map(|&(of, _)| opener.open(weight(of)).unwrap()).collect();
    for (producer, &(_, cost)) in producers.iter_mut().zip(lanes) {
        assert_eq!(producer.push_iter(std::iter::repeat(cost)), 4);
    }
    let mut got = vec![0; lanes.len()];
    for _ in 0..items {
        let (lane, cost) = consumer.pop_by(|&cost| cost).unwrap();
        got[lane.index()] += cost;
        producers[lane.index()].push(cost).unwrap();
    }
    got.iter().zip(lanes).map(|(&got, &(of, _))| f64::from(got) / f64::from(of)).collect()
}

#[test]
fn lanes_that_all_have_items_get_their_shares() {
    let same: Vec<(u32, u32)> = vec![(1, 1); 16];
    let weights: Vec<(u32, u32)> = (1..=16).map(|of| (of, 1)).collect();
    // Some with a cost far above what they get in a round.
    let costs: Vec<(u32, u32)> = (1..=16).map(|of| (of, 1 + of * of % 37)).collect();
    for lanes in [same, weights, costs] {
        let shares = shares(&lanes, 40_000);
        assert!(jain(&shares) >= 0.99, "{:.4}: {shares:?}", jain(&shares));
    }
}

/// The bound of the algorithm: never off by more than the dearest item and a weight.
#[test]
fn no_share_is_ever_off_by_more_than_an_item_and_a_weight() {
    let lanes: Vec<(u32, u32)> = vec![(3, 50), (1, 7), (2, 1), (3, 8)];
    for items in 1..400 {
        let shares = shares(&lanes, items);
        let least = shares.iter().copied().fold(f64::MAX, f64::min);
        let most = shares.iter().copied().fold(0.0, f64::max);
        // In rounds: each lane is at most a round ahead and an item of 50 behind or ahead.
        assert!(most - least <= 2.0 + 50.0 / 3.0 + 7.0, "{shares:?} after {items}");
    }
}

/// What the module says of how long an item waits: for the weight of each other lane, and by cost for a dearest item more.
#[test]
fn an_item_waits_for_one_turn_of_each_other_lane() {
    const DEAREST: u32 = 10;

    fn property(weights: Vec<u8>, ops: Vec<(u8, u8)>, by_cost: bool) {
        // Of each item the cost counts, or 1, where each lane can pay for it at once.
        let (dearest, extra) = if by_cost { (DEAREST, DEAREST - 1) } else { (1, 0) };
        let weights: Vec<u32> = weights.iter().take(8).map(|of| dearest + u32::from(of % 5)).collect();
        if weights.is_empty() {
            return;
        }
        let (opener, mut consumer) = HeapRing::<u32>::new(weights.len(), 4).unwrap().into_ends();
        let mut producers: Vec<_> = weights.iter().map(|&of| opener.open(weight(of)).unwrap()).collect();
        // What others were served since the item at the head of a lane has come there.
        let mut waited = vec![0; weights.len()];
        for (which, what) in ops {
            let which = usize::from(which) % weights.len();
            for _ in 0..what % 4 {
                if producers[which].is_empty() {
                    waited[which] = 0;
                }
                let _ = producers[which].push(1 + u32::from(what) % DEAREST);
            }
            for _ in 0..what / 4 % 4 {
                let served = if by_cost { consumer.pop_by(|&cost| cost) } else { consumer.pop() };
                let Ok((lane, cost)) = served else { break };
                waited.iter_mut().for_each(|waited| *waited += if by_cost { cost } else { 1 });
                waited[lane.index()] = 0;
                for (number, producer) in producers.iter().enumerate().filter(|(_, producer)| !producer.is_empty()) {
                    let most: u32 = weights.iter().map(|weight| weight + extra).sum::<u32>() - weights[number] - extra;
                    assert!(waited[number] <= most, "{} waits for {} of {most}", producer.len(), waited[number]);
                }
            }
        }
    }
    QuickCheck::new().rng(Gen::new(200)).tests(1000).quickcheck(property as fn(_, _, _));
}

#[test]
fn a_lane_alone_gets_everything() {
    for lanes in [2, 16, 256] {
        let (opener, mut consumer) = HeapRing::<u32>::new(lanes, 8).unwrap().into_ends();
        let mut producers: Vec<_> = (0..lanes).map(|_| opener.open(ONE).unwrap()).collect();
        for number in 0..1000 {
            producers[lanes - 1].push(number).unwrap();
            assert_eq!(consumer.pop().map(|(_, item)| item), Ok(number));
        }
        assert_eq!(consumer.pop(), Err(PopError::Empty));
    }
}

/// Others lose nothing while one lane is flooded, and wait for one of its items at most.
#[test]
fn a_flooded_lane_costs_the_others_nothing() {
    let (opener, mut consumer) = HeapRing::<char>::new(3, 8).unwrap().into_ends();
    let [mut a, mut b, mut c] = [(); 3].map(|()| opener.open(ONE).unwrap());
    let mut popped = String::new();
    for round in 0..1000 {
        while a.push('a').is_ok() {}
        if round % 3 == 0 {
            b.push('b').unwrap();
        }
        if round % 5 == 0 {
            c.push('c').unwrap();
        }
        assert!(!b.pressure().is_raised() && !c.pressure().is_raised());
        // Served at about the rate of all that is offered but the flood.
        for _ in 0..2 {
            popped.push(consumer.pop().unwrap().1);
        }
        let waiting = b.len() + c.len();
        assert!(waiting <= 1, "{waiting} items of others wait");
    }
    assert_eq!(popped.matches('b').count() + b.len(), 334);
    assert_eq!(popped.matches('c').count() + c.len(), 200);
    assert_eq!(popped.matches('a').count() + 534 - b.len() - c.len(), 2000, "and the flood has all the rest");
}

/// An item is found at once, whatever it costs.
#[test]
fn a_dear_item_is_found_at_once() {
    let (opener, mut consumer) = HeapRing::<u32>::new(3, 2).unwrap().into_ends();
    let mut poor = opener.open(ONE).unwrap();
    let mut rich = opener.open(weight(u32::MAX)).unwrap();
    poor.push(u32::MAX).unwrap();
    assert_eq!(consumer.pop_by(|&cost| cost).map(|(_, cost)| cost), Ok(u32::MAX));
    poor.push(u32::MAX).unwrap();
    rich.push(u32::MAX).unwrap();
    rich.push(u32::MAX).unwrap();
    let order: Vec<usize> =
        std::iter::from_fn(|| consumer.pop_by(|&cost| cost).ok()).map(|(lane, _)| lane.index()).collect();
    assert_eq!(order, [1, 1, 0]);
    // What costs nothing counts as 1.
    for lane in [&mut poor, &mut rich] {
        assert_eq!(lane.push_iter(0..2), 2);
    }
    poor.set_weight(ONE);
    rich.set_weight(ONE);
    let order: Vec<usize> = std::iter::from_fn(|| consumer.pop_by(|_| 0).ok()).map(|(lane, _)| lane.index()).collect();
    assert_eq!(order, [0, 1, 0, 1]);
}

/// A lane that is used again has the watermarks of a new ring, for the consumer too.
#[test]
fn watermarks_go_with_their_producer() {
    let (opener, mut consumer) = HeapRing::<u32>::new(1, 8).unwrap().into_ends();
    let mut first = opener.open(ONE).unwrap();
    first.set_watermarks(Watermarks::new(8, 0).unwrap()).unwrap();
    for _ in 0..4 {
        assert_eq!(first.push_iter(0..4), 4);
        assert_eq!(consumer.drain().count(), 4);
    }
    drop(first);
    assert_eq!(consumer.pop(), Err(PopError::Empty));

    let mut second = opener.open(ONE).unwrap();
    assert_eq!(second.watermarks(), Watermarks::new(8, 4).unwrap());
    assert_eq!(second.push_iter(0..7), 7);
    assert!(consumer.pop().is_ok());
    assert_eq!((second.push_iter(0..2), second.pressure()), (2, Pressure::Stop));
    assert_eq!(consumer.drain().take(4).count(), 4);
    assert_eq!((second.len(), second.pressure()), (4, Pressure::Open));
}

/// Marks that are changed between two looks of the consumer, so that it passes both of them before the next one.
#[test]
fn marks_are_passed_before_the_consumer_looks() {
    let ops = vec![(0, 0), (92, 51), (95, 0), (52, 118), (26, 1), (179, 53)];
    assert!(storages_agree::<u32>(Plan { shape: (2, 9), ops }));
}
