//! The channel with lanes.

use std::array;
use std::cell::RefCell;
use std::num::NonZeroU32;

use forebay::channel::{self, FanInOpener, FanInReceiver, FanInSender};
use forebay_core::fan_in::{LaneId, NoLane};
use forebay_core::{PopError, Refusal};
use forebay_tests::history::fan_in::{Lane, Op, Open, Pop, Rest, State};
use forebay_tests::history::record::Call;
use forebay_tests::history::ring::{Id, Push};

use super::{pushed, ways};
use crate::drive::{self, Lie, Random, check, check_samples, drive};
use crate::fan_in::place;
use crate::lanes::{Consuming, OUTCOMES, Opening, Plan, Producing, samples, session};
use crate::latest::lies;

/// An opener, and dice for its senders.
struct Opens(FanInOpener<Id>, Random);

struct Sending {
    end: FanInSender<Id>,
    dice: Random,
}

struct Receiving {
    end: FanInReceiver<Id>,
    dice: Random,
}

impl Opening for Opens {
    type Lane = Sending;

    fn open(&mut self) -> Result<Sending, Open> {
        let dice = Random::new(self.1.below(1 << 20) as u64);
        self.0.open(NonZeroU32::MIN).map(|end| Sending { end, dice }).map_err(|why| match why {
            NoLane::AllTaken => Open::AllTaken,
            NoLane::Closed => Open::Closed,
        })
    }
}

impl Producing for Sending {
    fn lane(&self) -> Lane {
        place(self.end.end().lane())
    }

    fn push(&mut self, id: Id) -> Push {
        pushed(id, self.end.try_send(id))
    }

    /// What may wait, too: then it is one or none.
    fn push_batch(&mut self, ids: &[Id]) -> Vec<Push> {
        if self.dice.below(3) > 0 {
            let send = if self.dice.below(2) == 0 { ways::send } else { ways::reserve };
            let outcome = send(&mut self.end, ids[0], &mut self.dice);
            return outcome.map(|outcome| pushed(ids[0], outcome)).into_iter().collect();
        }
        let (count, error) = ways::send_many(&mut self.end, ids.iter().copied());
        let refused = error.map(|error| Push::of(ids[count], Err(error)));
        ids[..count].iter().map(|_| Push::Stored).chain(refused).collect()
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn switch(&mut self, policy: Refusal) {
        self.end.set_overflow(policy);
    }
}

fn popped(outcome: Result<(LaneId, Id), PopError>) -> Op {
    Op::Pop(match outcome {
        Ok((lane, id)) => Pop::Item(place(lane), id),
        Err(PopError::Empty) => Pop::Empty,
        Err(PopError::Closed) => Pop::Closed,
    })
}

impl Consuming for Receiving {
    fn pop(&mut self) -> Pop {
        match popped(self.end.try_recv()) {
            Op::Pop(outcome) => outcome,
            _ => unreachable!("it is a pop"),
        }
    }

    fn pop_batch(&mut self, most: usize) -> Option<Vec<Op>> {
        if self.dice.below(2) == 0 {
            return Some(vec![popped(ways::receive(&mut self.end, &mut self.dice))]);
        }
        let (_, items) = ways::receive_many(&mut self.end, most, &mut self.dice);
        let no_more = (items.len() < most).then_some(Op::NoMore);
        Some(items.into_iter().map(|item| popped(Ok(item))).chain(no_more).collect())
    }

    fn len(&self, lane: Lane) -> Option<usize> {
        self.end.end().end().lanes().find(|seen| place(seen.id()) == lane).map(|seen| seen.len())
    }

    /// Whoever waits is told of another policy only by the sender's end.
    fn switch(&mut self, _lane: Lane, _policy: Refusal) -> bool {
        false
    }

    fn rest(&mut self) -> Rest {
        let end = self.end.end().end();
        let seen = |lane| end.lanes().find(|seen| seen.id().index() == lane).map(|seen| (seen.len(), seen.refusal()));
        Rest { lanes: array::from_fn(seen), shed: end.shed() }
    }
}

fn ends(plan: &Plan, seed: u64) -> (Vec<Opens>, Receiving) {
    let (opener, end) = channel::fan_in(plan.lanes, plan.capacity).expect("a small channel");
    let dice = |which: usize| Random::new(seed ^ (0xd1ce + which as u64));
    let openers = (0..plan.openers).map(|which| Opens(opener.clone(), dice(which))).collect();
    (openers, Receiving { end, dice: dice(7) })
}

fn work(plan: &Plan, seed: u64) -> Vec<Vec<Call<Op>>> {
    let (openers, receiver) = ends(plan, seed);
    session(plan, seed, openers, receiver)
}

fn state(plan: &Plan) -> State {
    State::new(u8::try_from(plan.openers).expect("few"))
}

#[test]
fn histories() {
    let outcomes: Vec<&str> = OUTCOMES.iter().copied().chain(["no more"]).collect();
    drive("channel, fan_in", &outcomes, |seed, tally| {
        let plan = Plan::of(seed);
        check(&plan.spec(true), state(&plan), &work(&plan, seed), tally).map_err(|why| format!("{plan:?}, {why}"))
    });
    let outcomes: Vec<&str> = outcomes.into_iter().filter(|outcome| !outcome.ends_with("closed")).collect();
    drive("channel, fan_in, sampled", &outcomes, |seed, tally| {
        let plan = Plan::of(seed);
        let (openers, receiver) = ends(&plan, seed);
        check_samples(&plan.spec(true), state(&plan), &samples(&plan, seed, openers, receiver), tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "nothing more": Op::Pop(Pop::Item(..)) => Op::NoMore;
        "false empty": Op::Pop(Pop::Item(..)) => Op::Pop(Pop::Empty);
        "an old item": Op::Pop(Pop::Item(lane, id @ 1..)) => Op::Pop(Pop::Item(lane, id - 1));
        "never closed": Op::Pop(Pop::Closed) => Op::Pop(Pop::Empty);
        "stored after the end": Op::Push(lane, id, Push::Closed) => Op::Push(lane, id, Push::Stored);
        "refused before the end": Op::Push(lane, id, Push::Stored) => Op::Push(lane, id, Push::Closed);
        "full with room": Op::Push(lane, id, Push::Stored) => Op::Push(lane, id, Push::Full);
    };
    let plan = RefCell::new(None);
    let session = |seed| work(plan.borrow_mut().insert(Plan::of(seed)), seed);
    drive::each_lie_is_found("channel, fan_in", lies, session, |windows, tally| {
        let plan = plan.borrow();
        let plan = plan.as_ref().expect("there is one");
        check(&plan.spec(true), state(plan), windows, tally)
    });
}
