//! What does a rule before or behind a ring cost where it lets everything through? A push and a pop in turns, as in `pair`.

use std::marker::PhantomData;
use std::time::Duration;

use super::rings::{Mpsc, Ring, Spsc, marks};
use super::{least, pairs};
use crate::contest::{Contest, Contestant, Turn};
use crate::goals::{Against, Goal};
use crate::stages::{Bare, Job, Stage, Visitor, all};

const NAME: &str = "rules";
const CAPACITY: usize = 1024;

pub(crate) const GOALS: &[Goal] = &[
    goal("a rule at the watermark takes no longer than the ring itself", "sampler at watermark", 0.5),
    goal("a rule that goes by the fill takes no longer than the ring itself", "sampler above 128", 0.5),
];

const fn goal(what: &'static str, who: &'static str, at_least: f64) -> Goal {
    Goal { what, question: NAME, setting: "", capacity: CAPACITY, who, against: Against::Named(Bare::NAME), at_least }
}

pub(crate) fn contests() -> Vec<Contest> {
    vec![contest::<Spsc, false>(), contest::<Spsc, true>(), contest::<Mpsc, false>(), contest::<Mpsc, true>()]
}

fn contest<R: Ring, const QUARTER: bool>() -> Contest {
    struct List<R, const QUARTER: bool>(Vec<Contestant>, PhantomData<R>);

    impl<R: Ring, const QUARTER: bool> Visitor for List<R, QUARTER> {
        fn visit<S: Stage>(&mut self) {
            self.0.push(Contestant::ours(S::NAME, turn::<R, S, QUARTER>));
        }
    }

    let mut list = List::<R, QUARTER>(Vec::new(), PhantomData);
    all(&mut list);
    Contest {
        question: NAME,
        setting: format!("{}/{CAPACITY}{}", R::NAME, if QUARTER { "/quarter full" } else { "" }),
        capacity: CAPACITY,
        least: least(CAPACITY),
        least_time: Duration::ZERO,
        contestants: list.0,
        reference: Bare::NAME,
    }
}

fn turn<R: Ring, S: Stage, const QUARTER: bool>(capacity: usize, count: u64) -> Turn {
    let (tx, rx) = R::ends::<S::Stored>(capacity, Some(marks(capacity)));
    // Below the low mark.
    let inside = if QUARTER { capacity as u64 / 4 } else { 0 };
    S::around(tx, rx, Pairs { inside, capacity, count })
}

struct Pairs {
    inside: u64,
    capacity: usize,
    count: u64,
}

impl Job for Pairs {
    type Answer = Turn;

    #[inline(always)]
    fn run(self, push: impl FnMut(u64) -> bool, pop: impl FnMut() -> Option<u64>) -> Turn {
        pairs(self.inside, self.capacity, self.count, push, pop).into()
    }
}
