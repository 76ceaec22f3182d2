//! What `conflated` promises: the newest value of each key, once, the keys in the order of first change; and every push and pop is
//! one step.
//!
//! A push gives back the value before, if the consumer hasn't got it. A pop takes the key that has had something new for longest, with
//! its newest value; and after the producer has gone what is left, and then "closed". A producer that asks first is told "closed" when
//! the consumer has gone. How many keys have something new is looked at
//! while nobody is at work: a key on its way in a push, or out in a pop, does not count.

use super::ring::{Id, Pop};
use super::search::{Around, Spec};

/// How many keys the ring has.
pub const KEYS: usize = 3;

/// An operation of one end, with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A value of a key was pushed, and that one came back.
    Push(usize, Id, Option<Id>),
    /// A push was refused, as the consumer is gone.
    Refused,
    /// There was a value, of that key.
    Popped(usize, Id),
    /// There was none.
    Nothing(Pop),
    /// A batch has taken what there was, and found nothing more, for now or at the end.
    NoMore,
    /// The producer goes.
    ProducerGoes,
    /// The consumer goes.
    ConsumerGoes,
    /// How many keys have something new, and how many values of each were conflated, while nobody works the ring.
    Rest(usize, [usize; KEYS]),
}

/// A ring of so many keys.
#[derive(Clone, Copy, Debug)]
pub struct Conflated {
    /// Whether a push looks first whether the consumer is gone, as one does on a channel: then nothing is put in after that, but by a
    /// push that was under way.
    pub asks: bool,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Of each key the newest value, if the consumer hasn't got it.
    newest: [Option<Id>; KEYS],
    /// The keys that have one, by when they first had.
    order: Vec<usize>,
    conflated: [usize; KEYS],
    producer: bool,
    consumer: bool,
}

impl State {
    /// A new ring.
    #[must_use]
    pub const fn new() -> Self {
        Self { newest: [None; KEYS], order: Vec::new(), conflated: [0; KEYS], producer: true, consumer: true }
    }

    fn pushed(mut self, key: usize, id: Id) -> Self {
        match self.newest[key].replace(id) {
            Some(_) => self.conflated[key] += 1,
            None => self.order.push(key),
        }
        self
    }

    fn popped(mut self, key: usize) -> Self {
        self.order.remove(0);
        self.newest[key] = None;
        self
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Spec for Conflated {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let first = state.order.first().copied();
        let next = match *call.op() {
            Op::Push(key, id, back) => {
                let overlaps_its_end = || call.overlapping().any(|op| *op == Op::ConsumerGoes);
                let is_in_time = !self.asks || state.consumer || overlaps_its_end();
                (is_in_time && back == state.newest[key]).then(|| state.clone().pushed(key, id))
            }
            Op::Refused => (self.asks && !state.consumer).then(|| state.clone()),
            Op::Popped(key, id) => {
                (first == Some(key) && state.newest[key] == Some(id)).then(|| state.clone().popped(key))
            }
            Op::Nothing(why) => {
                let expected = if state.producer { Pop::Empty } else { Pop::Closed };
                (first.is_none() && why == expected).then(|| state.clone())
            }
            Op::NoMore => first.is_none().then(|| state.clone()),
            Op::ProducerGoes => Some(State { producer: false, ..state.clone() }),
            Op::ConsumerGoes => Some(State { consumer: false, ..state.clone() }),
            Op::Rest(len, conflated) => {
                ((len, conflated) == (state.order.len(), state.conflated)).then(|| state.clone())
            }
        };
        after.extend(next);
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Call;
    use super::super::search::{Set, search};
    use super::*;

    fn can_be(window: &[(u64, u64, Op)]) -> bool {
        can_be_of(Conflated { asks: false }, window)
    }

    fn can_be_of(ring: Conflated, window: &[(u64, u64, Op)]) -> bool {
        // Each of a thread that does nothing else.
        let call = |(thread, &(begin, end, op))| Call { thread, begin, end, op };
        let calls: Vec<_> = window.iter().enumerate().map(call).collect();
        search(&ring, &Set::from_iter([State::new()]), &calls, 10_000).is_ok()
    }

    const FIRST: (u64, u64, Op) = (0, 1, Op::Push(2, 1, None));
    const OTHER: (u64, u64, Op) = (2, 3, Op::Push(0, 2, None));

    #[test]
    fn keys_come_in_the_order_of_first_change_with_the_newest() {
        let again = (4, 5, Op::Push(2, 3, Some(1)));
        let (first, then) = ((6, 7, Op::Popped(2, 3)), (8, 9, Op::Popped(0, 2)));
        assert!(can_be(&[FIRST, OTHER, again, first, then, (10, 11, Op::Nothing(Pop::Empty))]));
        assert!(!can_be(&[FIRST, OTHER, again, (6, 7, Op::Popped(0, 2))]), "out of turn");
        assert!(!can_be(&[FIRST, OTHER, again, (6, 7, Op::Popped(2, 1))]), "not the newest");
        assert!(!can_be(&[FIRST, OTHER, again, first, (8, 9, Op::Popped(2, 3))]), "twice");
        assert!(!can_be(&[FIRST, OTHER, first, (8, 9, Op::Nothing(Pop::Empty))]), "lost");
        assert!(can_be(&[FIRST, OTHER, again, (6, 7, Op::Rest(2, [0, 0, 1]))]));
        assert!(!can_be(&[FIRST, OTHER, again, (6, 7, Op::Rest(2, [0, 0, 0]))]), "not counted");
        assert!(!can_be(&[FIRST, OTHER, again, (6, 7, Op::Rest(2, [1, 0, 0]))]), "counted of another key");
        assert!(!can_be(&[FIRST, OTHER, again, (6, 7, Op::Rest(3, [0, 0, 1]))]), "queued twice");
    }

    #[test]
    fn a_value_goes_to_the_consumer_or_back_to_the_producer() {
        let (over, kept) = ((2, 5, Op::Push(2, 2, Some(1))), (2, 5, Op::Push(2, 2, None)));
        let (old, new) = ((3, 4, Op::Popped(2, 1)), (3, 4, Op::Popped(2, 2)));
        assert!(can_be(&[FIRST, over, new]) && can_be(&[FIRST, kept, old]));
        assert!(!can_be(&[FIRST, over, old]) && !can_be(&[FIRST, kept, new]));
    }

    #[test]
    fn one_that_asks_is_told_that_the_consumer_is_gone() {
        let (goes, refused) = ((4, 7, Op::ConsumerGoes), |begin| (begin, begin + 1, Op::Refused));
        let push = |begin| (begin, begin + 1, Op::Push(2, 3, Some(1)));
        let can_be = |last| can_be_of(Conflated { asks: true }, &[FIRST, OTHER, goes, last]);
        assert!(can_be(refused(8)) && can_be(refused(5)) && can_be(push(5)) && !can_be(push(8)));
        assert!(!can_be_of(Conflated { asks: true }, &[refused(1)]));
        assert!(!can_be_of(Conflated { asks: false }, &[FIRST, goes, refused(8)]));
    }

    #[test]
    fn the_last_of_each_key_comes_before_the_end() {
        let goes = (4, 5, Op::ProducerGoes);
        let (first, then) = ((6, 7, Op::Popped(2, 1)), (8, 9, Op::Popped(0, 2)));
        assert!(can_be(&[FIRST, OTHER, goes, first, then, (10, 11, Op::Nothing(Pop::Closed))]));
        assert!(!can_be(&[FIRST, OTHER, goes, first, (8, 9, Op::Nothing(Pop::Closed))]));
        assert!(!can_be(&[FIRST, OTHER, goes, first, then, (10, 11, Op::Nothing(Pop::Empty))]));
    }
}
