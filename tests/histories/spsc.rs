//! The ring of one producer and one consumer, in both layouts.

use std::ops::Range;

use forebay_core::Overflow;
use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer};
use forebay_tests::history::ring::{Id, Op, Pop, Push, Rest};
use forebay_tests::history::spsc::{Spsc, State};

use crate::drive::{check, check_samples, drive};
use crate::ring::{Consuming, End, Plan, Producing, left, outcomes, sampled_outcomes, samples, session};

impl<L: Layout> Producing for Producer<'_, Id, L> {
    fn push(&mut self, id: Id) -> Push {
        Push::of(id, self.push(id))
    }

    fn switch(&mut self, _policy: Overflow) {
        unreachable!("there is one policy")
    }

    fn len(&self) -> Option<usize> {
        Some(self.len())
    }

    /// Where there was no room for all, that was so at its beginning, and need not be at its end.
    fn push_batch(&mut self, ids: Range<Id>) -> Option<Vec<Op>> {
        let count = self.push_slice(&ids.clone().collect::<Vec<_>>());
        Some(ids.take(count).map(|id| Op::Push(id, Push::Stored)).collect())
    }
}

impl<L: Layout> Consuming for Consumer<'_, Id, L> {
    fn pop(&mut self) -> (Pop, usize) {
        (self.pop().into(), 0)
    }

    fn pop_batch(&mut self, most: usize) -> Option<Vec<Op>> {
        let mut items = vec![0; most];
        let count = self.pop_slice(&mut items);
        Some(items.into_iter().take(count).map(|id| Op::Pop(Pop::Item(id), 0)).collect())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn switch(&mut self, _policy: Overflow) {
        unreachable!("there is one policy")
    }

    fn close(&mut self) {
        unreachable!("it only goes")
    }

    fn rest(&mut self) -> Rest {
        Rest { len: self.len(), evicted: 0, shed: 0, policy: Overflow::Reject }
    }
}

fn histories_of<L: Layout>(what: &str) {
    drive(what, &outcomes(&[Overflow::Reject]), |seed, tally| {
        let plan = Plan::of(seed, &[1], &[Overflow::Reject], &[End::ProducersGo, End::ConsumerGoes]);
        let mut ring = HeapRing::<Id, L>::new(plan.capacity).expect("a small capacity above 0");
        let (producer, consumer) = ring.split();
        let mut windows = session(&plan, seed, vec![producer], consumer);
        windows.push(left(ring.split().1));
        check(&Spsc { capacity: plan.capacity, asks: false }, State::new(), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn dense() {
    histories_of::<Dense>("spsc, dense");
}

#[test]
fn flagged() {
    histories_of::<Flagged>("spsc, flagged");
}

fn samples_of<L: Layout>(what: &str) {
    drive(what, &sampled_outcomes(&[Overflow::Reject]), |seed, tally| {
        let plan = Plan::of(seed, &[1], &[Overflow::Reject], &[End::ProducersGo]);
        let mut ring = HeapRing::<Id, L>::new(plan.capacity).expect("a small capacity above 0");
        let (producer, consumer) = ring.split();
        let windows = samples(&plan, seed, vec![producer], consumer);
        check_samples(&Spsc { capacity: plan.capacity, asks: false }, State::new(), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn samples_of_dense() {
    samples_of::<Dense>("spsc, dense, sampled");
}

#[test]
fn samples_of_flagged() {
    samples_of::<Flagged>("spsc, flagged, sampled");
}
