//! The specification of a gate with weights before a ring that evicts, sheds or rejects: what is inside, each with the number of values
//! that it stands for, and how many are pending; beside the gate, operation by operation, whatever is switched.

use std::collections::VecDeque;

use forebay_core::admission::{Classes, Gate, Rate, Rule, Sampler, Sampling, Thresholds, Weighing, Weighted};
use forebay_core::seam::Push;
use forebay_core::swap::{Consumer, HeapRing, Producer};
use forebay_core::{Overflow, PopError, PushError, Pushed, Watermarks};

use crate::swap::OVERFLOWS;

/// Which rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sample that is spread evenly.
    Evenly,
    /// One by chance.
    ByChance,
    /// By importance.
    Classes,
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Evenly, Self::ByChance, Self::Classes];
}

/// A gate, and what is done with it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// What the ring holds.
    pub capacity: usize,
    /// The rule, whose weights are counted.
    pub kind: Kind,
    /// Whether the rule goes by the fill only from the high watermark on.
    pub at_watermark: bool,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the gate differs from its specification.
    pub fn run(&self) {
        let sampling = Sampling::new(Rate::ALL, 0);
        let thresholds = Thresholds::new([u8::MAX; 3]).expect("the same for all");
        let switch = |argument: u8, other: u8| {
            let of = 1 + u16::from(argument % 16);
            let keep = 1 + u16::from(argument / 16) % of;
            sampling.set(Rate::new(keep, of).expect("not more than all"), other);
            let (high, low) = (argument.max(other), argument.min(other));
            thresholds.set([u8::MAX, high, low]).expect("the important ones first");
        };
        match self.kind {
            Kind::Evenly => self.with(Sampler::new(&sampling), Sampler::kept_out, switch),
            Kind::ByChance => self.with(Sampler::by_chance(&sampling, 7), Sampler::kept_out, switch),
            Kind::Classes => {
                let classes = Classes::new(&thresholds, |value: &u32| *value as usize % 4);
                self.with(classes, |classes| (0..3).map(|class| classes.kept_out(class)).sum(), switch);
            }
        }
    }

    fn with<R: Rule<u32, Value = u32>>(&self, rule: R, kept_out: impl Fn(&R) -> usize, switch: impl Fn(u8, u8)) {
        let mut ring = HeapRing::with_overflow(self.capacity, 1, Overflow::Reject).expect("small");
        let (mut producer, mut consumer) = ring.split();
        let marks = Watermarks::high_and_half(self.capacity.div_ceil(2)).expect("not 0");
        producer.set_watermarks(marks).and(consumer.set_watermarks(marks)).expect("not above the capacity");
        let rule = Weighing::new(rule);
        let mut gate = if self.at_watermark { Gate::at_watermark(producer, rule) } else { Gate::new(producer, rule) };
        let mut model = Model::default();
        let mut other = 0;
        for &(op, argument) in self.ops {
            match op % 8 {
                0..=3 => model.push(&mut gate),
                4 | 5 => model.pop(&mut consumer),
                6 => gate.end().set_overflow(OVERFLOWS[usize::from(argument) % OVERFLOWS.len()]),
                _ => {
                    switch(argument, other);
                    other = argument;
                }
            }
            assert_eq!(gate.len(), model.inside.len());
            assert_eq!(gate.rule().pending(), model.pending);
            assert_eq!(model.shed, gate.end().shed() + kept_out(gate.rule().rule()));
            model.check();
        }
        while !model.inside.is_empty() {
            model.pop(&mut consumer);
        }
        model.check();
    }
}

/// The specification.
#[derive(Default)]
struct Model {
    next: u32,
    inside: VecDeque<Weighted<u32>>,
    pending: u32,
    /// What was not refused.
    offered: u32,
    shed: usize,
    /// The weights of what was delivered.
    delivered: u32,
}

impl Model {
    /// Whatever the rule decided and the ring did with it, the gate says so, and the weights follow.
    fn push<R: Rule<u32, Value = u32>>(&mut self, gate: &mut Gate<Producer<'_, Weighted<u32>>, Weighing<R>>) {
        let (value, fill) = (self.next, gate.fill());
        self.next += 1;
        match gate.push(value) {
            Ok(Pushed::Stored) => self.store(value),
            Ok(Pushed::Evicted(victim)) => {
                let oldest = self.inside.pop_front().expect("there was one");
                assert_eq!(victim, oldest.value);
                self.store(value);
                self.pending = oldest.weight;
            }
            Err(PushError::Shed(back)) => {
                assert_eq!(back, value);
                self.pending += 1;
                self.shed += 1;
            }
            Err(PushError::Full(back)) => return assert_eq!((back, fill), (value, u8::MAX)),
            Err(PushError::Closed(_)) => unreachable!("the consumer is there"),
        }
        self.offered += 1;
    }

    fn store(&mut self, value: u32) {
        self.inside.push_back(Weighted { value, weight: self.pending + 1 });
        self.pending = 0;
    }

    fn pop(&mut self, consumer: &mut Consumer<'_, Weighted<u32>>) {
        let expected = self.inside.pop_front().ok_or(PopError::Empty);
        assert_eq!(consumer.pop(), expected);
        self.delivered += expected.map_or(0, |kept| kept.weight);
    }

    /// The law.
    fn check(&self) {
        let inside: u32 = self.inside.iter().map(|kept| kept.weight).sum();
        assert_eq!(self.offered, self.delivered + inside + self.pending, "weights add up to what was offered");
    }
}
