//! The ring that may evict.

use forebay_core::Overflow;
use forebay_core::swap::{Consumer, HeapRing, Producer};
use forebay_tests::history::ring::{Id, Pop, Push, Rest};
use forebay_tests::history::swap::{State, Swap};
use forebay_tests::swap::OVERFLOWS;

use crate::drive::{check, drive};
use crate::ring::{Consuming, End, Plan, Producing, left, outcomes, session};

impl Producing for Producer<'_, Id> {
    fn push(&mut self, id: Id) -> Push {
        Push::of_evicting(id, self.push(id))
    }

    fn switch(&mut self, policy: Overflow) {
        self.set_overflow(policy);
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
        unreachable!("it only goes")
    }

    fn rest(&mut self) -> Rest {
        Rest { len: self.len(), evicted: self.evicted(), shed: self.shed(), policy: self.overflow() }
    }
}

fn histories_under(what: &str, policies: &'static [Overflow]) {
    let mut outcomes = outcomes(policies);
    // Where nothing comes between its steps on purpose, a pop loses a race too seldom to be relied on.
    outcomes.extend((cfg!(forebay_steps) && policies == [Overflow::DropOldest]).then_some("left behind"));
    drive(what, &outcomes, |seed, tally| {
        let plan = Plan::of(seed, &[1, 2, 3], policies, &[End::ProducersGo, End::ConsumerGoes]);
        let mut ring = HeapRing::<Id>::with_overflow(plan.capacity, plan.producers, policies[0]).expect("a small ring");
        let (producer, consumer) = ring.split();
        let mut producers = vec![producer];
        while producers.len() < plan.producers {
            producers.push(producers[0].try_clone().expect("it was made for so many"));
        }
        let count = u8::try_from(producers.len()).expect("few producers");
        let mut windows = session(&plan, seed, producers, consumer);
        windows.push(left(ring.split().1));
        check(&Swap { capacity: plan.capacity }, State::new(count), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
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
