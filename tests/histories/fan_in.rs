//! The ring of lanes.

use std::array;
use std::num::NonZeroU32;

use forebay_core::PopError;
use forebay_core::Refusal;
use forebay_core::fan_in::{self, HeapRing, NoLane};
use forebay_tests::history::fan_in::{Lane, Open, Pop, Rest, State};
use forebay_tests::history::ring::{Id, Push};

use crate::drive::{check, check_samples, drive};
use crate::lanes::{Consuming, OUTCOMES, Opening, Plan, Producing, left, samples, session};

impl<'q> Opening for fan_in::Opener<'q, Id> {
    type Lane = fan_in::Producer<'q, Id>;

    fn open(&mut self) -> Result<Self::Lane, Open> {
        fan_in::Opener::open(self, NonZeroU32::MIN).map_err(|why| match why {
            NoLane::AllTaken => Open::AllTaken,
            NoLane::Closed => Open::Closed,
        })
    }
}

pub(crate) fn place(id: fan_in::LaneId) -> Lane {
    Lane::try_from(id.index()).expect("few lanes")
}

impl Producing for fan_in::Producer<'_, Id> {
    fn lane(&self) -> Lane {
        place(self.lane())
    }

    fn push(&mut self, id: Id) -> Push {
        Push::of(id, self.push(id))
    }

    fn push_batch(&mut self, ids: &[Id]) -> Vec<Push> {
        vec![Push::Stored; self.push_slice(ids)]
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn switch(&mut self, policy: Refusal) {
        self.set_refusal(policy);
    }
}

impl Consuming for fan_in::Consumer<'_, Id> {
    fn pop(&mut self) -> Pop {
        match self.pop() {
            Ok((lane, id)) => Pop::Item(place(lane), id),
            Err(PopError::Empty) => Pop::Empty,
            Err(PopError::Closed) => Pop::Closed,
        }
    }

    fn len(&self, lane: Lane) -> Option<usize> {
        self.lanes().find(|seen| place(seen.id()) == lane).map(|seen| seen.len())
    }

    fn switch(&mut self, lane: Lane, policy: Refusal) -> bool {
        self.lanes().find(|seen| place(seen.id()) == lane).map(|seen| seen.set_refusal(policy)).is_some()
    }

    fn rest(&mut self) -> Rest {
        let seen = |lane| self.lanes().find(|seen| seen.id().index() == lane).map(|seen| (seen.len(), seen.refusal()));
        Rest { lanes: array::from_fn(seen), shed: self.shed() }
    }
}

#[test]
fn histories() {
    drive("fan_in", OUTCOMES, |seed, tally| {
        let plan = Plan::of(seed);
        let mut ring = HeapRing::<Id>::new(plan.lanes, plan.capacity).expect("a small ring");
        let (opener, consumer) = ring.split();
        let mut openers = vec![opener];
        while openers.len() < plan.openers {
            openers.push(openers[0].clone());
        }
        let count = u8::try_from(openers.len()).expect("few");
        let mut windows = session(&plan, seed, openers, consumer);
        windows.push(left(ring.split().1));
        check(&plan.spec(false), State::new(count), &windows, tally).map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn samples_of_it() {
    let outcomes: Vec<&str> = OUTCOMES.iter().copied().filter(|outcome| !outcome.ends_with("closed")).collect();
    drive("fan_in, sampled", &outcomes, |seed, tally| {
        let plan = Plan::of(seed);
        let mut ring = HeapRing::<Id>::new(plan.lanes, plan.capacity).expect("a small ring");
        let (opener, consumer) = ring.split();
        let mut openers = vec![opener];
        while openers.len() < plan.openers {
            openers.push(openers[0].clone());
        }
        let count = u8::try_from(openers.len()).expect("few");
        let windows = samples(&plan, seed, openers, consumer);
        check_samples(&plan.spec(false), State::new(count), &windows, tally).map_err(|why| format!("{plan:?}, {why}"))
    });
}
