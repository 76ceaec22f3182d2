//! One to four producers and one consumer: how long does an item take from the first push to the last pop?
//!
//! All as fast as they can, or one of the two sides held up by some work on each item.

use std::marker::PhantomData;
use std::time::Duration;

use super::several::{Patience, gather, least, setting};
use crate::contest::{Contest, MpscQuestion};
use crate::contestants;
use crate::goals::{Against, Goal};
use crate::queue::{Block, Check, Item, MpscJob, MpscQueue, Producers, Rx, Tx};
use crate::work::Work;

pub(crate) const GOALS: &[Goal] = &[
    Goal {
        what: "several producers: level with nexus-queue or ahead",
        question: Fast::NAME,
        setting: "",
        capacity: 1024,
        who: "forebay",
        against: Against::Named("nexus-queue"),
        at_least: 0.9,
    },
    Goal {
        what: "one producer: at least 3 x ArrayQueue",
        question: Fast::NAME,
        setting: "1p",
        capacity: 1024,
        who: "forebay",
        against: Against::Named("ArrayQueue"),
        at_least: 3.0,
    },
    lanes("forebay fan_in", "2p"),
    lanes("forebay fan_in", "4p"),
    lanes("forebay fan_in roomy weight 16", "2p"),
    lanes("forebay fan_in roomy weight 16", "4p"),
];

/// A lane for each producer, against whoever is fastest with one ring for all.
const fn lanes(who: &'static str, setting: &'static str) -> Goal {
    Goal {
        what: "lanes: at least 1.5 x the best shared ring",
        question: Fast::NAME,
        setting,
        capacity: 1024,
        who,
        against: Against::FastestPeer,
        at_least: 1.5,
    }
}

pub(crate) fn contests() -> Vec<Contest> {
    let mut contests = of_pace::<Fast>();
    contests.insert(2, contest::<1, Fast, u64, false>(65536));
    contests.extend(of_pace::<SlowConsumer>());
    contests.extend(of_pace::<SlowProducers>());
    contests
}

fn of_pace<W: Pace>() -> Vec<Contest> {
    vec![
        contest::<1, W, u64, false>(64),
        contest::<1, W, u64, false>(1024),
        contest::<2, W, u64, false>(64),
        contest::<2, W, u64, false>(1024),
        contest::<4, W, u64, false>(64),
        contest::<4, W, u64, false>(1024),
        contest::<2, W, Block, false>(1024),
        contest::<4, W, Block, false>(1024),
        contest::<2, W, u64, true>(1024),
        contest::<4, W, u64, true>(1024),
        contest::<2, W, Block, true>(1024),
    ]
}

fn contest<const P: usize, W: Pace, T: Item, const APART: bool>(capacity: usize) -> Contest {
    let place = if APART { "/apart" } else { "" };
    let item = if T::NAME == u64::NAME { String::new() } else { format!("/{}", T::NAME) };
    Contest {
        question: W::NAME,
        setting: format!("{}{place}{item}", setting(P, capacity)),
        capacity,
        least: least(capacity),
        least_time: Duration::ZERO,
        contestants: contestants::several::<Several<P, W, APART>, T>(),
        reference: "nexus-queue",
    }
}

/// Nanoseconds of work on an item.
const WORK: f64 = 50.0;

/// Who works on an item for a while.
trait Pace: Send + 'static {
    const NAME: &'static str;
    /// A producer, before it pushes it.
    const PRODUCERS: bool;
    /// The consumer, after it has popped it.
    const CONSUMER: bool;
}

struct Fast;

impl Pace for Fast {
    const NAME: &'static str = "mpsc";
    const PRODUCERS: bool = false;
    const CONSUMER: bool = false;
}

struct SlowConsumer;

impl Pace for SlowConsumer {
    const NAME: &'static str = "mpsc_slow_consumer";
    const PRODUCERS: bool = false;
    const CONSUMER: bool = true;
}

struct SlowProducers;

impl Pace for SlowProducers {
    const NAME: &'static str = "mpsc_slow_producers";
    const PRODUCERS: bool = true;
    const CONSUMER: bool = false;
}

struct Several<const P: usize, W, const APART: bool> {
    capacity: usize,
    count: u64,
    pace: PhantomData<W>,
}

impl<const P: usize, W: Pace, const APART: bool> MpscQuestion for Several<P, W, APART> {
    #[inline(never)]
    fn time<T: Item, Q: MpscQueue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, Self { capacity, count, pace: PhantomData })
    }
}

impl<T: Item, const P: usize, W: Pace, const APART: bool> MpscJob<T> for Several<P, W, APART> {
    const PRODUCERS: usize = P;

    fn run(self, tx: impl Producers<T>, rx: impl Rx<T>) -> Duration {
        gather::<P, APART, T, _, _>(self.capacity, self.count, tx, rx, send::<W, T, _>, receive::<P, W, T, _>)
    }
}

#[inline(always)]
fn send<W: Pace, T: Item, S: Tx<T>>(mut tx: S, first: u64, count: u64) {
    let mut work = Work::of(WORK);
    for item in first..first + count {
        if W::PRODUCERS {
            work.on(item);
        }
        let mut patience = Patience::default();
        while !tx.offer(T::new(item)) {
            patience.wait();
        }
    }
}

#[inline(always)]
fn receive<const P: usize, W: Pace, T: Item, R: Rx<T>>(rx: &mut R, count: u64) -> Check<P> {
    let mut work = Work::of(WORK);
    let mut check = Check::default();
    for _ in 0..count {
        let mut patience = Patience::default();
        let item = loop {
            match rx.take() {
                Some(item) => break item,
                None => patience.wait(),
            }
        };
        check.see(&item);
        if W::CONSUMER {
            work.on(item.seq());
        }
    }
    check
}
