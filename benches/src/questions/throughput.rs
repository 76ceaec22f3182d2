//! One core puts single items in, the other takes them out, both as fast as they can: how long does an item take?

use std::hint::spin_loop;
use std::time::Duration;

use super::{CAPACITIES, least, stream};
use crate::contest::{Contest, Contestant, Question};
use crate::contestants::{self, BareQuarters, BareStream};
use crate::goals::{Against, Goal};
use crate::queue::{Block, Item, Job, Queue, Rx, Tx};

const NAME: &str = "throughput";

pub(crate) const GOALS: &[Goal] = &[
    Goal {
        what: "item by item at least 1.5 x rtrb at capacity 1024",
        question: NAME,
        setting: "",
        capacity: 1024,
        who: "forebay",
        against: Against::Named("rtrb"),
        at_least: 1.5,
    },
    Goal {
        what: "item by item at least 1.5 x rtrb at capacity 65536",
        question: NAME,
        setting: "",
        capacity: 65536,
        who: "forebay",
        against: Against::Named("rtrb"),
        at_least: 1.5,
    },
];

pub(crate) fn contests() -> Vec<Contest> {
    let small = CAPACITIES.map(contest::<u64>);
    let large = CAPACITIES.map(contest::<Block>);
    small.into_iter().chain(large).collect()
}

fn contest<T: Item>(capacity: usize) -> Contest {
    let mut contestants = contestants::single::<Throughput, T>();
    contestants.push(Contestant::new::<Throughput, T, BareStream>());
    contestants.push(Contestant::new::<Throughput, T, BareQuarters>());
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

struct Throughput {
    capacity: usize,
    count: u64,
}

impl Question for Throughput {
    #[inline(never)]
    fn time<T: Item, Q: Queue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, Self { capacity, count })
    }
}

impl<T: Item> Job<T> for Throughput {
    fn run(self, mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> Duration {
        let mut sent = 0;
        stream(
            self.capacity,
            self.count,
            move |until| {
                while sent < until {
                    while !tx.offer(T::new(sent)) {
                        spin_loop();
                    }
                    sent += 1;
                }
            },
            move |check, until| {
                while check.seen() < until {
                    match rx.take() {
                        Some(item) => check.see(&item),
                        None => spin_loop(),
                    }
                }
            },
        )
    }
}
