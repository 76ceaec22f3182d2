//! One thread pushes into a full queue, and each item takes the place of the oldest: what does that cost when no cache line
//! moves?

use std::time::Duration;

use super::{CAPACITIES, last_of, least};
use crate::contest::{Contest, OverwriteQuestion, Turn};
use crate::contestants;
use crate::goals::{Against, Goal};
use crate::queue::{Block, Item, OverwriteJob, Overwriting, Put, Rx};

const NAME: &str = "overwrite";

pub(crate) const GOALS: &[Goal] = &[
    goal("forebay", 64),
    goal("forebay", 1024),
    goal("forebay", 65536),
    goal("forebay for 4", 64),
    goal("forebay for 4", 1024),
    goal("forebay for 4", 65536),
];

const fn goal(who: &'static str, capacity: usize) -> Goal {
    Goal {
        what: "a push that evicts: at least 2 x force_push",
        question: NAME,
        setting: "",
        capacity,
        who,
        against: Against::Named("ArrayQueue"),
        at_least: 2.0,
    }
}

pub(crate) fn contests() -> Vec<Contest> {
    let mut contests = Vec::from(CAPACITIES.map(contest::<u64>));
    for contest in &mut contests {
        contest.contestants.extend(contestants::overwriting_single::<Overwrite>());
    }
    contests.extend(CAPACITIES.map(contest::<Block>));
    contests
}

fn contest<T: Item>(capacity: usize) -> Contest {
    Contest {
        question: NAME,
        setting: format!("{}/{capacity}", T::NAME),
        capacity,
        least: least(capacity),
        least_time: Duration::ZERO,
        contestants: contestants::overwriting_alone::<Overwrite, T>(),
        reference: "ArrayQueue",
    }
}

struct Overwrite {
    capacity: usize,
    count: u64,
}

impl OverwriteQuestion for Overwrite {
    #[inline(never)]
    fn turn<T: Item, Q: Overwriting<T>>(capacity: usize, count: u64) -> Turn {
        Q::with(capacity, 1, Self { capacity, count })
    }
}

impl<T: Item> OverwriteJob<T> for Overwrite {
    fn run<W: Put<T>>(self, mut producers: Vec<W>, mut rx: impl Rx<T>) -> Turn {
        let mut tx = producers.remove(0);
        let capacity = self.capacity as u64;
        // It is filled first, and once around.
        for seq in 0..capacity {
            assert!(tx.put(T::new(seq)).is_none(), "there is room for as many items as asked for");
        }
        let around = 2 * capacity;
        let end = around + self.count;
        let (mut seq, mut wrong) = (capacity, 0);
        let taken: Duration = last_of([around, end], |until| {
            while seq < until {
                if let Some(oldest) = tx.put(T::new(seq)) {
                    wrong |= oldest.differs(seq - capacity);
                }
                seq += 1;
            }
        });
        assert_eq!(wrong, 0, "it was the oldest item whose place was taken");
        // The latest items are inside; one queue holds one less.
        let mut next = None;
        while let Some(item) = rx.take() {
            let seq = next.unwrap_or(item.seq());
            assert_eq!(item.differs(seq), 0, "items were lost, torn or out of order");
            next = Some(seq + 1);
            assert!(seq + capacity >= end, "it is one of the latest");
        }
        assert_eq!(next, Some(end), "the last one came out last");
        taken.into()
    }
}
