//! The ring of several producers that never evicts.

use std::ops::Range;

use forebay_core::mpsc::{Consumer, HeapRing, Producer};
use forebay_core::{Overflow, Refusal};
use forebay_tests::history::mpsc::{Mpsc, State};
use forebay_tests::history::ring::{Id, Op, Pop, Push, Rest};

use crate::drive::{check, check_samples, drive};
use crate::ring::{Consuming, End, Plan, Producing, left, outcomes, sampled_outcomes, samples, session};

fn refusal(policy: Overflow) -> Refusal {
    policy.try_into().expect("it never evicts")
}

impl Producing for Producer<'_, Id> {
    fn push(&mut self, id: Id) -> Push {
        Push::of(id, self.push(id))
    }

    fn switch(&mut self, policy: Overflow) {
        self.set_refusal(refusal(policy));
    }

    fn push_batch(&mut self, ids: Range<Id>) -> Option<Vec<Op>> {
        let count = self.push_iter(ids.clone());
        let mut ops: Vec<_> = ids.clone().take(count).map(|id| Op::Push(id, Push::Stored)).collect();
        ops.extend((count < ids.len()).then_some(Op::NoRoom));
        Some(ops)
    }
}

/// The consumer, and how many values it was told that were shed.
struct Counting<'q> {
    end: Consumer<'q, Id>,
    shed: usize,
}

impl Consuming for Counting<'_> {
    fn pop(&mut self) -> (Pop, usize) {
        (self.end.pop().into(), 0)
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn switch(&mut self, policy: Overflow) {
        self.end.set_refusal(refusal(policy));
    }

    fn close(&mut self) {
        self.end.close();
    }

    fn rest(&mut self) -> Rest {
        self.shed += self.end.lost();
        Rest { len: self.end.len(), evicted: 0, shed: self.shed, policy: self.end.refusal().into() }
    }
}

fn histories_under(what: &str, policies: &'static [Overflow]) {
    drive(what, &outcomes(policies), |seed, tally| {
        let ends = [End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses];
        let plan = Plan::of(seed, &[1, 2, 3], policies, &ends);
        let mut ring = HeapRing::<Id>::new(plan.capacity).expect("a small capacity above 0");
        let (producer, end) = ring.split();
        producer.set_refusal(refusal(policies[0]));
        let mut producers = vec![producer];
        while producers.len() < plan.producers {
            producers.push(producers[0].clone());
        }
        let count = u8::try_from(producers.len()).expect("few producers");
        let mut windows = session(&plan, seed, producers, Counting { end, shed: 0 });
        windows.push(left(Counting { end: ring.split().1, shed: 0 }));
        check(&Mpsc { capacity: plan.capacity }, State::new(count), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn reject() {
    histories_under("mpsc, reject", &[Overflow::Reject]);
}

#[test]
fn drop_incoming() {
    histories_under("mpsc, drop incoming", &[Overflow::DropIncoming]);
}

#[test]
fn switched() {
    histories_under("mpsc, switched", &[Overflow::Reject, Overflow::DropIncoming]);
}

#[test]
fn samples_of_switched() {
    let policies = &[Overflow::Reject, Overflow::DropIncoming];
    drive("mpsc, switched, sampled", &sampled_outcomes(policies), |seed, tally| {
        let plan = Plan::of(seed, &[1, 2, 3], policies, &[End::ProducersGo]);
        let mut ring = HeapRing::<Id>::new(plan.capacity).expect("a small capacity above 0");
        let (producer, end) = ring.split();
        let mut producers = vec![producer];
        while producers.len() < plan.producers {
            producers.push(producers[0].clone());
        }
        let count = u8::try_from(producers.len()).expect("few producers");
        let windows = samples(&plan, seed, producers, Counting { end, shed: 0 });
        check_samples(&Mpsc { capacity: plan.capacity }, State::new(count), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}
