//! A, B, C → Z, on the rings themselves, in virtual time: Z serves 100 requests a second, each of the others offers 20,
//! and A has 2,000 a second for ten seconds.
//!
//! The conservation law is checked at each queue, whenever a run is looked at ([`World::until`]).
//!
//! Claims: account, fairness, systems.

use std::ops::Range;

use forebay_tests::services::{Arrivals, Hold, Plan, Road, SECOND, SERVICES, Service, Spike, World};
use forebay_tests::virtual_time::fairness;

const SPIKE: Range<u64> = 5 * SECOND..15 * SECOND;
const END: u64 = 60 * SECOND;
/// Requests a second.
const SERVED: u64 = 100;
const OFFERED: u64 = 20;
const SURGE: u64 = 2000;
/// What A's, B's and C's own buffers hold.
const BUFFER: usize = 1000;
/// What a lane holds, and what the ring holds that they share otherwise: the same memory.
const LANE: usize = 50;
const SHARED: Road = Road::Shared { capacity: SERVICES * LANE };
const SEEDS: [u64; 3] = [1, 2, 3];

const fn lanes(weights: [u32; SERVICES]) -> Road {
    Road::Lanes { weights, capacity: LANE }
}

/// When requests come.
#[derive(Clone, Copy, Debug)]
enum Coming {
    /// At fixed periods, with these instants of the first ones.
    Fixed([u64; SERVICES]),
    /// At random.
    Poisson(u64),
}

impl Coming {
    /// All at the same time, one after another, and evenly spread.
    const FIXED: [Self; 3] =
        [Self::Fixed([0; SERVICES]), Self::Fixed([0, 1, 2]), Self::Fixed([0, SECOND / 60, SECOND / 30])];

    fn all() -> impl Iterator<Item = Self> {
        Self::FIXED.into_iter().chain(SEEDS.map(Self::Poisson))
    }

    fn of(self, number: usize, usual: u64, surge: u64) -> Arrivals {
        let spike = Spike { when: SPIKE, rate: surge };
        match self {
            Self::Fixed(first) => Arrivals::fixed(usual, spike, first[number]),
            Self::Poisson(seed) => Arrivals::poisson(usual, spike, seed * SERVICES as u64 + number as u64),
        }
    }
}

/// Services with these usual rates and these in the spike.
fn services(
    road: Road,
    coming: Coming,
    holds: [Hold; SERVICES],
    usual: [u64; SERVICES],
    surge: [u64; SERVICES],
) -> World {
    let plan = |number: usize| Plan {
        arrivals: coming.of(number, usual[number], surge[number]),
        buffer: BUFFER,
        hold: holds[number],
        greatest_rate: SURGE,
    };
    World::new(SERVED, road, [0, 1, 2].map(plan))
}

/// Z serves 100 requests a second, and A has a spike.
fn usual(road: Road, coming: Coming, holds: [Hold; SERVICES]) -> World {
    services(road, coming, holds, [OFFERED; SERVICES], [SURGE, OFFERED, OFFERED])
}

/// What a count grows by during the spike.
fn during_spike(world: &mut World, count: impl Fn(&Service) -> usize) -> [usize; SERVICES] {
    let counts = |world: &World| [0, 1, 2].map(|number| count(&world.services[number]));
    world.until(SPIKE.start);
    let before = counts(world);
    world.until(SPIKE.end);
    let after = counts(world);
    [0, 1, 2].map(|number| after[number] - before[number])
}

/// B and C lose nothing, are never asked to slow down, and are served as if each had a third of Z to itself.
fn b_and_c_notice_nothing(world: &World, coming: Coming) {
    for service in &world.services[1..] {
        let counts = service.counts;
        assert_eq!((counts.lost(), counts.refused), (0, 0), "{coming:?}: {counts:?}");
        assert!(counts.offered - counts.taken <= 3, "{coming:?}: {counts:?}");
        assert_eq!(service.changes, 0, "{coming:?}: the level of its lane");
        // A server of its own, with a third of Z's speed; and one item that Z is at when a request comes is not interrupted.
        let mut done = 0;
        for &(made, time) in &service.answers {
            done = made.max(done) + SERVICES as u64 * SECOND / SERVED;
            assert!(made + time <= done + SECOND / SERVED, "{coming:?}: made at {made}, {time} ticks");
        }
        if let Coming::Fixed(_) = coming {
            let p99 = service.percentile(99, SPIKE);
            assert!(p99 <= 45 * SECOND / 1000, "{coming:?}: {p99}");
        }
    }
}

/// What A can't have, it loses at home: its lane refuses nothing.
fn a_is_held_back_at_its_source(mut world: World, coming: Coming) {
    let [sent, ..] = during_spike(&mut world, |service| service.counts.sent);
    let a = &world.services[0];
    assert_eq!(a.backlog(), BUFFER, "{coming:?}: its own buffer takes the surge");
    assert!(a.counts.evicted > 0, "{coming:?}: and overflows");
    assert!(a.changes > 0, "{coming:?}: its lane told it");
    // It sends what Z has left for it, and what its lane holds.
    assert!((590..=610 + LANE).contains(&sent), "{coming:?}: {sent}");
    world.until(END);
    let counts = world.services[0].counts;
    assert_eq!((counts.shed, counts.refused), (0, 0), "{coming:?}: {counts:?}");
    assert!(counts.offered - counts.taken - counts.evicted <= 3, "{coming:?}: all is over in the end: {counts:?}");
    assert!(world.deepest <= world.capacity(), "{coming:?}");
    assert!(world.deepest <= LANE + 10, "{coming:?}: A has no more of Z's memory than its lane: {}", world.deepest);
    b_and_c_notice_nothing(&world, coming);
}

#[test]
fn by_pressure_and_pacers() {
    for coming in Coming::all() {
        a_is_held_back_at_its_source(usual(lanes([1; SERVICES]), coming, [Hold::Pressure; SERVICES]), coming);
    }
}

#[test]
fn by_credit() {
    for coming in Coming::all() {
        a_is_held_back_at_its_source(usual(lanes([1; SERVICES]), coming, [Hold::Credit; SERVICES]), coming);
    }
}

/// Z is kept busy all the time, and A has what B and C leave.
#[test]
fn nothing_of_z_is_wasted() {
    for coming in Coming::all() {
        let mut world = usual(lanes([1; SERVICES]), coming, [Hold::Pressure; SERVICES]);
        let taken = during_spike(&mut world, |service| service.counts.taken);
        let all: usize = taken.iter().sum();
        // But for the moment in which the spike begins.
        assert!((990..=1001).contains(&all), "{coming:?}: {taken:?}");
    }
}

/// The isolation doesn't depend on A's good will.
#[test]
fn a_that_heeds_nothing_fills_its_own_lane_alone() {
    for coming in Coming::all() {
        let holds = [Hold::Nothing, Hold::Pressure, Hold::Pressure];
        let mut world = usual(lanes([1; SERVICES]), coming, holds);
        let [shed, ..] = during_spike(&mut world, |service| service.counts.shed);
        assert!(shed > 18_000, "{coming:?}: {shed}");
        world.until(END);
        assert!(world.deepest <= LANE + 10, "{coming:?}: {}", world.deepest);
        b_and_c_notice_nothing(&world, coming);
    }
}

/// All have more than there is: each gets its share.
#[test]
fn all_backlogged() {
    for hold in [Hold::Pressure, Hold::Credit, Hold::Nothing] {
        for coming in Coming::all() {
            for weights in [[1, 1, 1], [1, 2, 5]] {
                let surge = [SURGE; SERVICES];
                let mut world = services(lanes(weights), coming, [hold; SERVICES], [OFFERED; SERVICES], surge);
                let taken = during_spike(&mut world, |service| service.counts.taken);
                let of_weight = [0, 1, 2].map(|number| 1000 * taken[number] as u64 / u64::from(weights[number]));
                let fair = fairness(&of_weight);
                assert!(fair >= 0.99, "{hold:?}, {coming:?}, {weights:?}: {taken:?} are fair by {fair}");
                assert!(taken.iter().sum::<usize>() >= 990, "{hold:?}, {coming:?}, {weights:?}: {taken:?}");
            }
        }
    }
}

/// A may have all that nobody else wants.
#[test]
fn a_alone() {
    for hold in [Hold::Pressure, Hold::Credit, Hold::Nothing] {
        for coming in Coming::all() {
            let mut world = services(lanes([1; SERVICES]), coming, [hold; SERVICES], [OFFERED, 0, 0], [SURGE, 0, 0]);
            let [taken, ..] = during_spike(&mut world, |service| service.counts.taken);
            assert!(taken >= 950, "{hold:?}, {coming:?}: {taken}");
        }
    }
}

/// What it is all for: in one ring for all, A's surge is everybody's.
#[test]
fn one_shared_ring_loses_what_b_and_c_send() {
    for seed in SEEDS {
        let run = |count: fn(&Service) -> usize| {
            during_spike(&mut usual(SHARED, Coming::Poisson(seed), [Hold::Nothing; SERVICES]), count)
        };
        let (lost, offered) = (run(|service| service.counts.lost()), run(|service| service.counts.offered));
        for number in [1, 2] {
            assert!(
                offered[number] > 150 && lost[number] * 100 >= offered[number] * 85,
                "{seed}: {lost:?} of {offered:?}"
            );
        }
    }
}

/// Nor does it help if each of them does what the pressure of that ring says: it says the same to all.
#[test]
fn one_shared_ring_delays_b_and_c_whoever_is_slowed_down() {
    for seed in SEEDS {
        let mut world = usual(SHARED, Coming::Poisson(seed), [Hold::Pressure; SERVICES]);
        world.until(END);
        for service in &world.services[1..] {
            let p99 = service.percentile(99, SPIKE);
            assert!(p99 >= SECOND / 2, "{seed}: {p99}");
        }
    }
}

/// Requests that come at random come in crowds, and wait for each other: 99 of 100 take up to 42 ms where there is no A at all.
/// A costs them no more than two services, if their weights let a crowd pass at once.
#[test]
fn at_random_a_costs_the_others_two_services() {
    for seed in SEEDS {
        let p99 = |a: [u64; 2]| {
            let holds = [Hold::Pressure; SERVICES];
            let (usual, surge) = ([a[0], OFFERED, OFFERED], [a[1], OFFERED, OFFERED]);
            let mut world = services(lanes([1, 4, 4]), Coming::Poisson(seed), holds, usual, surge);
            world.until(END);
            [1, 2].map(|number| world.services[number].percentile(99, 0..END))
        };
        let (alone, with_a) = (p99([0, 0]), p99([OFFERED, SURGE]));
        for (alone, with_a) in alone.into_iter().zip(with_a) {
            assert!(with_a <= alone + 2 * SECOND / SERVED, "{seed}: {with_a} for {alone}");
        }
    }
}
