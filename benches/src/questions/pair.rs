//! One thread puts an item in and takes one out, in turns: what do the two calls cost when no cache line moves?

use std::time::Duration;

use super::{CAPACITIES, least, pairs};
use crate::contest::{Contest, Contestant, Question};
use crate::contestants::{self, ArrayRing, BareArray, Dense, Flagged};
use crate::goals::{Against, Goal};
use crate::queue::{Block, Item, Job, Queue, Rx, Tx};

const NAME: &str = "pair";

pub(crate) const GOALS: &[Goal] = &[goal(64), goal(1024), goal(65536)];

const fn goal(capacity: usize) -> Goal {
    Goal {
        what: "a one-thread pair takes no longer than heapless",
        question: NAME,
        setting: "",
        capacity,
        who: "forebay",
        against: Against::Named("heapless"),
        at_least: 1.0,
    }
}

pub(crate) fn contests() -> Vec<Contest> {
    let mut contests = Vec::from(CAPACITIES.map(contest::<u64, false>));
    contests.extend(CAPACITIES.map(contest::<Block, false>));
    contests.push(contest::<u64, true>(1024));
    contests
}

fn contest<T: Item, const HALF_FULL: bool>(capacity: usize) -> Contest {
    let mut contestants = contestants::single::<Pair<HALF_FULL>, T>();
    contestants.push(Contestant::new::<Pair<HALF_FULL>, T, ArrayRing<Dense>>());
    contestants.push(Contestant::new::<Pair<HALF_FULL>, T, ArrayRing<Flagged>>());
    if size_of::<T>() == size_of::<u64>() {
        contestants.push(Contestant::new::<Pair<HALF_FULL>, T, BareArray>());
    }
    Contest {
        question: NAME,
        setting: format!("{}/{capacity}{}", T::NAME, if HALF_FULL { "/half full" } else { "" }),
        capacity,
        least: least(capacity),
        least_time: Duration::ZERO,
        contestants,
        reference: "heapless",
    }
}

/// Into a queue that is empty before and after each pair, or that stays half full.
struct Pair<const HALF_FULL: bool> {
    capacity: usize,
    count: u64,
}

impl<const HALF_FULL: bool> Question for Pair<HALF_FULL> {
    #[inline(never)]
    fn time<T: Item, Q: Queue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, Self { capacity, count })
    }
}

impl<T: Item, const HALF_FULL: bool> Job<T> for Pair<HALF_FULL> {
    fn run(self, mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> Duration {
        let inside = if HALF_FULL { self.capacity as u64 / 2 } else { 0 };
        pairs(inside, self.capacity, self.count, |item| tx.offer(item), || rx.take())
    }
}
