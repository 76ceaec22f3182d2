//! The ring that may evict.

use std::cell::RefCell;
use std::ops::Range;

use forebay_core::Overflow;
use forebay_core::swap::{Consumer, HeapRing, Producer};
use forebay_tests::history::record::Call;
use forebay_tests::history::ring::{Id, Op, Pop, Push, Rest};
use forebay_tests::history::swap::{State, Swap};
use forebay_tests::swap::OVERFLOWS;

use crate::drive::{check, check_samples, drive};
use crate::ring::{Consuming, End, Plan, Producing, left, outcomes, sampled_outcomes, samples, session, split};

impl Producing for Producer<'_, Id> {
    fn push(&mut self, id: Id) -> Push {
        Push::of_evicting(id, self.push(id))
    }

    fn force(&mut self, id: Id) -> Option<Push> {
        Some(Push::of_evicting(id, self.force_push(id)))
    }

    fn switch(&mut self, policy: Overflow) {
        self.set_overflow(policy);
    }

    fn is_closed(&self) -> Option<bool> {
        Some(self.is_closed())
    }

    fn push_batch(&mut self, ids: Range<Id>) -> Option<Vec<Op>> {
        let outcomes = RefCell::new(Vec::new());
        let tell = |outcome| *outcomes.borrow_mut().last_mut().expect("an item was asked for") = outcome;
        // Each is stored, unless one hears otherwise.
        let items = ids.clone().inspect(|_| outcomes.borrow_mut().push(Push::Stored));
        let batch = self.push_iter(items, |victim| tell(Push::Evicted(victim)));
        if let Some(error) = batch.refused {
            tell(Push::of(ids.start + batch.pushed as Id, Err(error)));
        }
        let outcomes = outcomes.into_inner();
        let count = batch.pushed + usize::from(batch.refused.is_some());
        assert_eq!(count, outcomes.len(), "as many as were asked for");
        Some(ids.zip(outcomes).map(|(id, outcome)| Op::Push(id, outcome)).collect())
    }
}

impl Consuming for Consumer<'_, Id> {
    fn pop(&mut self) -> (Pop, usize) {
        let outcome = self.pop().into();
        (outcome, self.lost())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn switch(&mut self, policy: Overflow) {
        self.set_overflow(policy);
    }

    fn close(&mut self) {
        self.close();
    }

    fn rest(&mut self) -> Rest {
        Rest { len: self.len(), evicted: self.evicted(), shed: self.shed(), policy: self.overflow() }
    }
}

fn histories_under(what: &str, policies: &'static [Overflow]) {
    let mut outcomes = outcomes(policies);
    // Where nothing comes between its steps on purpose, a pop loses a race too seldom to be relied on.
    outcomes.extend(["close", "consumer goes", "is closed", "split", "forced", "force closed"]);
    outcomes.extend((cfg!(forebay_steps) && policies == [Overflow::DropOldest]).then_some("left behind"));
    drive(what, &outcomes, |seed, tally| {
        let ends = [End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses];
        let plan = Plan::of(seed, &[1, 2, 3], policies, &ends);
        // Now and then it was made for more than there are.
        let (capacity, seats) = (plan.capacity, plan.producers + usize::from(seed % 4 == 3));
        let mut ring = HeapRing::<Id>::with_overflow(capacity, seats, policies[0]).expect("a small ring");
        let plans = [plan, plan.again(seed, &ends)];
        let mut windows = work(&mut ring, &plans[0], seed);
        windows.push(split(plan.producers));
        windows.append(&mut work(&mut ring, &plans[1], seed + 1));
        windows.push(left(ring.split().1));
        let producers = u8::try_from(plan.producers).expect("few producers");
        check(&Swap { capacity, seats }, State::new(producers), &windows, tally)
            .map_err(|why| format!("{seats} seats, {plans:?}, {why}"))
    });
}

fn work(ring: &mut HeapRing<Id>, plan: &Plan, seed: u64) -> Vec<Vec<Call<Op>>> {
    let (producer, consumer) = ring.split();
    let mut producers = vec![producer];
    while producers.len() < plan.producers {
        producers.push(producers[0].try_clone().expect("it was made for so many"));
    }
    session(plan, seed, producers, consumer)
}

#[test]
fn reject() {
    histories_under("swap, reject", &[Overflow::Reject]);
}

#[test]
fn drop_incoming() {
    histories_under("swap, drop incoming", &[Overflow::DropIncoming]);
}

#[test]
fn drop_oldest() {
    histories_under("swap, drop oldest", &[Overflow::DropOldest]);
}

#[test]
fn switched() {
    histories_under("swap, switched", &OVERFLOWS);
}

fn samples_under(what: &str, policies: &'static [Overflow]) {
    drive(what, &sampled_outcomes(policies), |seed, tally| {
        let plan = Plan::of(seed, &[1, 2, 3], policies, &[End::ProducersGo]);
        let (capacity, seats) = (plan.capacity, plan.producers + usize::from(seed % 4 == 3));
        let mut ring = HeapRing::<Id>::with_overflow(capacity, seats, policies[0]).expect("a small ring");
        let (producer, consumer) = ring.split();
        let mut producers = vec![producer];
        while producers.len() < plan.producers {
            producers.push(producers[0].try_clone().expect("it was made for so many"));
        }
        let windows = samples(&plan, seed, producers, consumer);
        let producers = u8::try_from(plan.producers).expect("few producers");
        check_samples(&Swap { capacity, seats }, State::new(producers), &windows, tally)
            .map_err(|why| format!("{seats} seats, {plan:?}, {why}"))
    });
}

#[test]
fn samples_of_drop_oldest() {
    samples_under("swap, drop oldest, sampled", &[Overflow::DropOldest]);
}

#[test]
fn samples_of_switched() {
    samples_under("swap, switched, sampled", &OVERFLOWS);
}
