//! What `spsc` promises: a queue whose every operation is one step.
//!
//! At full, "full" while the consumer is there, and "closed" when it is gone; while there is room, items are stored either way.
//! At empty, "empty" while the producer is there, and "closed" when it is gone. Both ends' lengths are exact.

use super::ring::{Items, Op, Pop, Push, Rest};
use super::search::{Around, Spec};

/// A ring of a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Spsc {
    /// How many items it holds.
    pub capacity: usize,
    /// Whether a push looks first whether the consumer is gone, as one does on a channel: then nothing is stored after that, but by a
    /// push that was under way.
    pub asks: bool,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    inside: Items,
    producer: bool,
    consumer: bool,
}

impl State {
    /// A new ring.
    #[must_use]
    pub fn new() -> Self {
        Self { inside: Items::default(), producer: true, consumer: true }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Spec for Spsc {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let (mut state, inside) = (*state, state.inside);
        let is_full = inside.len() == self.capacity;
        let can_be = match *call.op() {
            Op::Push(id, Push::Stored) if !is_full => {
                state.inside = inside.with(id);
                let overlaps_its_end = || call.overlapping().any(|op| matches!(op, Op::ConsumerGoes));
                !self.asks || state.consumer || overlaps_its_end()
            }
            Op::Push(_, Push::Full) => is_full && state.consumer,
            Op::Push(_, Push::Closed) => (is_full || self.asks) && !state.consumer,
            Op::Pop(Pop::Item(id), _) if inside.oldest() == Some(id) => {
                state.inside = inside.without_oldest(1);
                true
            }
            Op::Pop(Pop::Empty, _) => inside.is_empty() && state.producer,
            Op::Pop(Pop::Closed, _) => inside.is_empty() && !state.producer,
            Op::Look => true,
            Op::NoMore => inside.is_empty(),
            Op::Len(len) | Op::ProducersLen(len) => inside.len() == len,
            Op::Rest(Rest { len, evicted, shed, .. }) => (inside.len(), evicted, shed) == (len, 0, 0),
            Op::Left(items) => inside == items,
            Op::ConsumerGoes => {
                state.consumer = false;
                true
            }
            Op::ProducerGoes => {
                state.producer = false;
                true
            }
            _ => false,
        };
        if can_be {
            after.push(state);
        }
    }
}
