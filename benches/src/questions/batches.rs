//! The same with up to 64 items at a time, in place where the queue can do that and by slices where it can't: how long
//! does an item take?

use std::hint::spin_loop;
use std::time::Duration;

use super::{CAPACITIES, batch, least, stream};
use crate::contest::{Contest, Contestant, Question};
use crate::contestants::{self, BareQuarters, BareStream};
use crate::goals::{Against, Goal};
use crate::queue::{Block, Item, Job, Queue, Rx, Tx};

const NAME: &str = "batches";

pub(crate) const GOALS: &[Goal] = &[
    goal(64, "batches of 64 at least 0.9 x the fastest peer at capacity 64"),
    goal(1024, "batches of 64 at least 0.9 x the fastest peer at capacity 1024"),
    goal(65536, "batches of 64 at least 0.9 x the fastest peer at capacity 65536"),
];

const fn goal(capacity: usize, what: &'static str) -> Goal {
    Goal { what, question: NAME, setting: "", capacity, who: "forebay", against: Against::FastestPeer, at_least: 0.9 }
}

pub(crate) fn contests() -> Vec<Contest> {
    let small = CAPACITIES.map(contest::<u64>);
    let large = CAPACITIES.map(contest::<Block>);
    small.into_iter().chain(large).collect()
}

fn contest<T: Item>(capacity: usize) -> Contest {
    let mut contestants = contestants::batching::<Batches, T>();
    contestants.push(Contestant::new::<Batches, T, BareStream>());
    contestants.push(Contestant::new::<Batches, T, BareQuarters>());
    Contest {
        question: NAME,
        setting: format!("{}/{capacity}", T::NAME),
        capacity,
        least: least(capacity),
        least_time: Duration::ZERO,
        contestants,
        reference: "rtrb",
    }
}

struct Batches {
    capacity: usize,
    count: u64,
}

impl Question for Batches {
    #[inline(never)]
    fn time<T: Item, Q: Queue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, Self { capacity, count })
    }
}

impl<T: Item> Job<T> for Batches {
    fn run(self, mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> Duration {
        let mut sent = 0;
        stream(
            self.capacity,
            self.count,
            move |until| {
                while sent < until {
                    match tx.offer_run(sent, batch(until - sent)) {
                        0 => spin_loop(),
                        run => sent += run as u64,
                    }
                }
            },
            move |check, until| {
                while check.seen() < until {
                    if rx.take_run(batch(until - check.seen()), check) == 0 {
                        spin_loop();
                    }
                }
            },
        )
    }
}
