//! What `fan_in` promises: each lane is a queue whose every operation is one step, as `spsc`; not so what is said of all lanes.
//!
//! A push, a refusal, a pop that takes an item, and a length are steps of one lane, and so they fit into one order together (what
//! is linearizable for each object is so for all: Herlihy and Wing, section 3.3). From which lane the next item is taken is not
//! looked at here: that is the business of the properties. What is said of all lanes is less than one step:
//!
//! - "Empty" says that each push that was over has been taken, and nothing of pushes under way. One of those may have been seen
//!   before, in its lane's length, or by its producer.
//! - "All taken" says that each lane was taken at some time while the opener looked, and not that there was a time at which all
//!   were. It may have been another opener's that is told "closed" in the end.
//! - A lane whose producer is gone and whose items were taken out is free at the latest when a pop that began after that has found
//!   nothing, and at the earliest within the next pop.
//! - A producer that goes gives up its lane first, and counts as gone after that: in between another one may have the lane, and a
//!   pop says "empty" and not "closed".
//! - The consumer goes from lane to lane: meanwhile one producer may be told "closed", and then another one "full", or a lane may
//!   still be opened.
//! - A batch of pops ends as a pop that finds nothing does. A receive of a channel that waits is several pops, of which all but the last
//!   found nothing: that changes nothing but that a lane may be free earlier, within the receive.
//!
//! All else is as in a queue. A producer that asks first is told "closed" when the consumer has gone, also where there is room. No lane holds more than its capacity, and none is called full because of what is in another. Items
//! of a lane come out in order, whoever was its producer, and a lane that is opened has nothing of the one before. "Closed" is
//! said when all is gone and taken out, and never before.

use std::array;
use std::ptr;

use forebay_core::Refusal;

use super::ring::{Id, Items, Push};
use super::search::{Around, Spec};

/// As many lanes are there at most.
pub const LANES: usize = 3;

/// A lane by its place.
pub type Lane = u8;

/// What came of opening a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the outcomes of the ring")]
pub enum Open {
    Lane(Lane),
    AllTaken,
    Closed,
}

/// What came of a pop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the outcomes of the ring")]
pub enum Pop {
    Item(Lane, Id),
    Empty,
    Closed,
}

/// What the ring says when nobody works it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Of each lane that is in use: how many items it has, and what a push does at full.
    pub lanes: [Option<(usize, Refusal)>; LANES],
    /// How many values were shed.
    pub shed: usize,
}

/// An operation of one end, with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A lane is opened.
    Open(Open),
    /// A push of an item.
    Push(Lane, Id, Push),
    /// A pop.
    Pop(Pop),
    /// A batch has taken what there was, and found nothing more, for now or at the end.
    NoMore,
    /// The length of a lane, as either end sees it.
    Len(Lane, usize),
    /// The policy of a lane is switched.
    Switch(Lane, Refusal),
    /// The producer of a lane goes.
    Leave(Lane),
    /// An opener goes.
    OpenerGoes,
    /// The consumer goes.
    ConsumerGoes,
    /// All counts, while nobody works the ring. At the beginning of a window, what they were at the end of the last one.
    Rest(Rest),
    /// What is left in each lane when all ends are gone, as the ends of another split find it.
    Left([Items; LANES]),
}

impl Op {
    /// The policy of a lane that is in force from then on.
    fn policy(&self, lane: Lane) -> Option<Refusal> {
        match *self {
            Self::Open(Open::Lane(opened)) if opened == lane => Some(Refusal::Reject),
            Self::Switch(switched, policy) if switched == lane => Some(policy),
            Self::Rest(rest) => rest.lanes[usize::from(lane)].map(|(_, policy)| policy),
            _ => None,
        }
    }
}

/// A ring of some lanes for so many items each.
#[derive(Clone, Copy, Debug)]
pub struct FanIn {
    /// At most [`LANES`].
    pub lanes: usize,
    /// How many items each of them holds.
    pub capacity: usize,
    /// Whether a push looks first whether the consumer is gone, as one does on a channel: then nothing is stored after that, but by a
    /// push that was under way.
    pub asks: bool,
}

/// Whose a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    /// Nobody's.
    Free,
    /// A producer's.
    Held,
    /// Its producer is gone. Whether some pop may have seen that.
    Gone(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct LaneState {
    holder: Holder,
    inside: Items,
}

/// What is known of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    lanes: [LaneState; LANES],
    openers: u8,
    consumer: bool,
    shed: u16,
}

impl State {
    /// A new ring with so many openers.
    #[must_use]
    pub fn new(openers: u8) -> Self {
        let lane = LaneState { holder: Holder::Free, inside: Items::default() };
        Self { lanes: [lane; LANES], openers, consumer: true, shed: 0 }
    }

    fn is_ended(&self) -> bool {
        self.openers == 0 && self.lanes.iter().all(|lane| lane.holder != Holder::Held)
    }
}

impl FanIn {
    /// Whether an opener may have found that a lane was not free.
    fn may_be_taken(lane: Lane, state: &LaneState, call: &Around<'_, Op>) -> bool {
        state.holder != Holder::Free
            || call.overlapping().any(|op| match *op {
                Op::Open(Open::Lane(other)) | Op::Leave(other) => other == lane,
                // The other opener had it, and then found that the consumer was gone.
                Op::Open(Open::Closed) | Op::Pop(_) | Op::NoMore | Op::ConsumerGoes => true,
                _ => false,
            })
    }

    /// The consumer has come by, after a pop that took an item or, if it is `thorough`, one that looked at all lanes.
    fn come_by(state: &mut State, call: &Around<'_, Op>, thorough: bool) {
        for (number, lane) in (0..).zip(&mut state.lanes) {
            if let Holder::Gone(_) = lane.holder {
                let is_leaving = call.overlapping().any(|op| *op == Op::Leave(number));
                let is_free = thorough && lane.inside.is_empty() && !is_leaving;
                lane.holder = if is_free { Holder::Free } else { Holder::Gone(true) };
            }
        }
    }

    fn push(&self, state: &mut State, lane: Lane, id: Id, outcome: Push, call: &Around<'_, Op>) -> bool {
        let goes = || call.overlapping().any(|op| *op == Op::ConsumerGoes);
        let inside = state.lanes[usize::from(lane)].inside;
        let is_full = inside.len() == self.capacity;
        let is_refused = |consumer: bool, policy| is_full && (consumer || goes()) && obeys(call, lane, policy);
        match outcome {
            Push::Stored if !is_full => {
                state.lanes[usize::from(lane)].inside = inside.with(id);
                !self.asks || state.consumer || goes()
            }
            Push::Full => is_refused(state.consumer, Refusal::Reject),
            Push::Shed => {
                state.shed += 1;
                is_refused(state.consumer, Refusal::DropIncoming)
            }
            Push::Closed => (is_full || self.asks) && !state.consumer,
            Push::Stored | Push::Evicted(_) => false,
        }
    }

    fn open(&self, state: &mut State, outcome: Open, call: &Around<'_, Op>) -> bool {
        let goes = || call.overlapping().any(|op| *op == Op::ConsumerGoes);
        match outcome {
            Open::Lane(number) => {
                let lane = &mut state.lanes[usize::from(number)];
                let pops = || call.overlapping().any(|op| matches!(op, Op::Pop(_) | Op::NoMore));
                let is_free = match lane.holder {
                    Holder::Free => true,
                    Holder::Held => false,
                    Holder::Gone(passed) => passed || pops(),
                };
                lane.holder = Holder::Held;
                usize::from(number) < self.lanes && is_free && lane.inside.is_empty() && (state.consumer || goes())
            }
            Open::AllTaken => {
                let mut lanes = (0..).zip(&state.lanes[..self.lanes]);
                lanes.all(|(number, lane)| Self::may_be_taken(number, lane, call)) && (state.consumer || goes())
            }
            Open::Closed => !state.consumer,
        }
    }

    fn pop(state: &mut State, outcome: Pop, call: &Around<'_, Op>) -> bool {
        match outcome {
            Pop::Item(number, id) => {
                let lane = &mut state.lanes[usize::from(number)];
                if lane.inside.oldest() != Some(id) {
                    return false;
                }
                lane.inside = lane.inside.without_oldest(1);
                Self::come_by(state, call, false);
                true
            }
            Pop::Empty => {
                let is_going = || call.overlapping().any(|op| matches!(op, Op::Leave(_)));
                let may_come = !state.is_ended() || is_going();
                Self::find_nothing(state, call) && may_come
            }
            Pop::Closed => {
                let can_be = state.is_ended() && state.lanes.iter().all(|lane| lane.inside.is_empty());
                Self::come_by(state, call, true);
                can_be
            }
        }
    }

    /// Whether a pop may find nothing, which comes by at all lanes.
    fn find_nothing(state: &mut State, call: &Around<'_, Op>) -> bool {
        let under_way = |lane: Lane, id: Id| {
            call.overlapping().any(|op| matches!(op, Op::Push(to, other, _) if (*to, *other) == (lane, id)))
        };
        let mut lanes = (0..).zip(&state.lanes);
        let can_be = lanes.all(|(number, lane)| lane.inside.ids().iter().all(|&id| under_way(number, id)));
        Self::come_by(state, call, true);
        can_be
    }

    fn rest(state: &mut State, rest: &Rest, call: &Around<'_, Op>) -> bool {
        let is_first = ptr::eq(call.call(), &raw const call.window()[0]);
        for ((number, lane), seen) in (0..).zip(&mut state.lanes).zip(rest.lanes) {
            let can_be = match (lane.holder, seen) {
                (Holder::Free, seen) => seen.is_none(),
                (Holder::Gone(true), None) => {
                    lane.holder = Holder::Free;
                    lane.inside.is_empty()
                }
                (_, None) => false,
                (_, Some((len, policy))) => lane.inside.len() == len && (is_first || obeys(call, number, policy)),
            };
            if !can_be {
                return false;
            }
        }
        usize::from(state.shed) == rest.shed
    }
}

impl Spec for FanIn {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let mut state = *state;
        let can_be = match *call.op() {
            Op::Open(outcome) => self.open(&mut state, outcome, call),
            Op::Push(lane, id, outcome) => self.push(&mut state, lane, id, outcome, call),
            Op::Pop(outcome) => Self::pop(&mut state, outcome, call),
            Op::NoMore => Self::find_nothing(&mut state, call),
            Op::Len(lane, len) => state.lanes[usize::from(lane)].inside.len() == len,
            Op::Switch(..) => true,
            Op::Leave(lane) => {
                let passed = call.overlapping().any(|op| matches!(op, Op::Pop(_) | Op::NoMore));
                state.lanes[usize::from(lane)].holder = Holder::Gone(passed);
                true
            }
            Op::OpenerGoes => {
                state.openers -= 1;
                true
            }
            Op::ConsumerGoes => {
                state.consumer = false;
                true
            }
            Op::Rest(rest) => Self::rest(&mut state, &rest, call),
            Op::Left(left) => array::from_fn(|lane| state.lanes[lane].inside) == left,
        };
        if can_be {
            after.push(state);
        }
    }
}

/// Whether a policy of a lane was in force at some time while an operation was under way: see [`super::ring::obeys`].
fn obeys(call: &Around<'_, Op>, lane: Lane, policy: Refusal) -> bool {
    super::ring::obeys_by(call, |op: &Op| op.policy(lane), policy)
}

#[cfg(test)]
mod tests {
    use super::super::record::Call;
    use super::super::search::{Set, search};
    use super::*;
    use Op::{Len, Open as Opened, Pop as Popped, Push as Pushed};

    /// In a ring of two lanes of one slot, with two openers.
    fn can_be(window: &[(u64, u64, Op)]) -> bool {
        can_be_of(FanIn { lanes: 2, capacity: 1, asks: false }, window)
    }

    fn can_be_of(ring: FanIn, window: &[(u64, u64, Op)]) -> bool {
        let lanes = [Some((0, Refusal::Reject)), None, None];
        let rest = (0, 0, Op::Rest(Rest { lanes, shed: 0 }));
        let calls = [rest].into_iter().chain(window.iter().copied());
        // Each of a thread that does nothing else.
        let call = |(thread, (begin, end, op))| Call { thread, begin, end, op };
        let calls: Vec<_> = calls.enumerate().map(call).collect();
        let mut begin = State::new(2);
        begin.lanes[0].holder = Holder::Held;
        search(&ring, &Set::from_iter([begin]), &calls, 10_000).is_ok()
    }

    const PUSH: Op = Pushed(0, 1, Push::Stored);
    const EMPTY: Op = Popped(Pop::Empty);

    #[test]
    fn empty_says_nothing_of_pushes_under_way() {
        let seen = (2, 3, Len(0, 1));
        assert!(can_be(&[(1, 6, PUSH), seen, (4, 5, EMPTY)]));
        assert!(!can_be(&[(1, 2, PUSH), (3, 4, EMPTY)]));
        assert!(can_be(&[(1, 6, PUSH), seen, (4, 5, Op::NoMore)]) && !can_be(&[(1, 2, PUSH), (3, 4, Op::NoMore)]));
        assert!(!can_be(&[(1, 2, PUSH), (3, 4, Popped(Pop::Item(1, 1)))]), "not of that lane");
    }

    #[test]
    fn a_lane_is_opened_when_it_was_drained_and_seen_to_be() {
        let (leave, open) = ((3, 4, Op::Leave(0)), |begin| (begin, begin + 1, Opened(Open::Lane(0))));
        let (item, push) = ((5, 6, Popped(Pop::Item(0, 1))), (1, 2, PUSH));
        assert!(!can_be(&[leave, open(5)]), "no pop came by");
        assert!(can_be(&[leave, (5, 6, EMPTY), open(7)]));
        assert!(!can_be(&[push, leave, open(7)]) && can_be(&[push, leave, item, open(7)]));
        assert!(!can_be(&[push, leave, (5, 6, Opened(Open::AllTaken))]), "there is another lane");
        let other = (1, 2, Opened(Open::Lane(1)));
        assert!(can_be(&[other, (3, 4, Opened(Open::AllTaken))]));
        assert!(!can_be(&[other, leave, (5, 6, EMPTY), (7, 8, Opened(Open::AllTaken))]), "it is free by now");
    }

    #[test]
    fn one_lane_is_closed_before_the_other() {
        let (push, go) = ((1, 2, PUSH), |end| (4, end, Op::ConsumerGoes));
        let (closed, full) = ((5, 6, Opened(Open::Closed)), (7, 8, Pushed(0, 2, Push::Full)));
        assert!(can_be(&[push, go(9), closed, full]));
        assert!(!can_be(&[push, go(5), closed, full]), "the consumer is gone");
        let (other, taken) = ((3, 9, Opened(Open::Closed)), (4, 5, Opened(Open::AllTaken)));
        assert!(can_be(&[other, taken, (6, 7, Op::ConsumerGoes)]), "it had the other lane");
        assert!(!can_be(&[taken, (6, 7, Op::ConsumerGoes)]));
    }

    #[test]
    fn one_that_asks_is_told_that_the_consumer_is_gone() {
        let (goes, closed) = ((2, 5, Op::ConsumerGoes), |begin| (begin, begin + 1, Pushed(0, 1, Push::Closed)));
        let push = |begin| (begin, begin + 1, PUSH);
        let of = |asks, window: &[(u64, u64, Op)]| can_be_of(FanIn { lanes: 2, capacity: 2, asks }, window);
        assert!(of(true, &[goes, closed(6)]) && of(true, &[goes, closed(3)]) && !of(true, &[closed(1)]));
        assert!(of(true, &[goes, push(3)]) && !of(true, &[goes, push(6)]) && of(false, &[goes, push(6)]));
        assert!(!of(false, &[goes, closed(6)]), "there is room");
    }

    #[test]
    fn the_end_is_told_last() {
        let ends = [(1, 2, Op::Leave(0)), (3, 4, Op::OpenerGoes), (5, 6, Op::OpenerGoes)];
        let at_end = |op| can_be(&[ends[0], ends[1], ends[2], (7, 8, op)]);
        assert!(at_end(Popped(Pop::Closed)) && !at_end(EMPTY));
        assert!(!can_be(&[ends[0], ends[1], (7, 8, Popped(Pop::Closed))]), "a lane may be opened still");
        let (leave, open) = ((1, 9, Op::Leave(0)), (4, 5, Opened(Open::Lane(0))));
        assert!(can_be(&[leave, (2, 3, EMPTY), open, (6, 7, EMPTY)]), "it has given up its lane");
        assert!(can_be(&[leave, (2, 3, Op::OpenerGoes), (4, 5, Op::OpenerGoes), (6, 7, EMPTY)]), "it is going");
        assert!(!can_be(&[(0, 1, PUSH), (2, 3, ends[0].2), (3, 4, ends[1].2), ends[2], (7, 8, Popped(Pop::Closed))]));
    }
}
