//! The conflated ring.

use forebay_core::conflated::{Consumer, Producer, Ring};
use forebay_tests::history::conflated::{Conflated, KEYS, Op, State};
use forebay_tests::history::record::{Call, Log};
use forebay_tests::history::ring::{Id, Pop};

use crate::drive::{self, Hand, Lie, Random, Turn, check, check_samples, drive, sample, turns, work};
use crate::latest::lies;
use crate::ring::{MOST_STORM, SAMPLES, STORM};

const ENDING: usize = 4;
const WINDOWS: usize = ENDING + 3;

impl crate::drive::Op for Op {
    fn is_rest(&self) -> bool {
        matches!(self, Self::Rest(..))
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Push(_, _, None) => "pushed",
            Self::Push(_, _, Some(_)) => "conflated",
            Self::Popped(..) => "popped",
            Self::Nothing(Pop::Closed) => "closed",
            Self::Nothing(_) => "empty",
            Self::ProducerGoes => "producer goes",
            Self::ConsumerGoes => "consumer goes",
            Self::Rest(..) => "rest",
        }
    }
}

const OUTCOMES: &[&str] = &["pushed", "conflated", "popped", "empty", "closed", "producer goes", "consumer goes"];

struct Pushing<'q> {
    end: Option<Producer<'q, Id>>,
    next: Id,
    goes: bool,
}

impl Hand<Op> for Pushing<'_> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ProducerGoes),
            (Turn::Works, Some(end)) => {
                let (key, id) = (random.below(KEYS), self.next);
                self.next += 1;
                log.record(|| end.push(key, id), |back| Op::Push(key, id, back.expect("there is such a key")));
            }
            (Turn::Works, None) => {}
        });
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, random| {
            let _ = end.push(random.below(KEYS), STORM);
        });
    }
}

struct Popping<'q> {
    end: Option<Consumer<'q, Id>>,
    goes: bool,
    /// How many of each key were conflated before the sample.
    base: [usize; KEYS],
}

impl Hand<Op> for Popping<'_> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, _| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ConsumerGoes),
            (Turn::Works, Some(end)) => log.record(
                || end.pop(),
                |outcome| match outcome {
                    Ok((key, id)) => Op::Popped(key, id),
                    Err(why) => Op::Nothing(Err(why).into()),
                },
            ),
            (Turn::Works, None) => {}
        });
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &mut self.end {
            let conflated = |key| end.conflated(key).expect("there is such a key") - self.base[key];
            log.record(|| (end.len(), std::array::from_fn(conflated)), |(len, conflated)| Op::Rest(len, conflated));
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, _| {
            let _ = end.pop();
        });
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while end.pop().is_ok() {}
        self.base = std::array::from_fn(|key| end.conflated(key).expect("there is such a key"));
    }
}

fn session(seed: u64) -> Vec<Vec<Call<Op>>> {
    let mut ring = Ring::<Id, KEYS>::new();
    let (producer, consumer) = ring.split();
    let goes = seed % 3;
    let pushing = Pushing { end: Some(producer), next: 0, goes: goes != 0 };
    let popping = Popping { end: Some(consumer), goes: goes == 0, base: [0; KEYS] };
    work::<Op>(vec![Box::new(pushing), Box::new(popping)], WINDOWS, seed)
}

#[test]
fn histories() {
    drive("conflated", OUTCOMES, |seed, tally| check(&Conflated, State::new(), &session(seed), tally));
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "false empty": Op::Popped(..) => Op::Nothing(Pop::Empty);
        "an old value": Op::Popped(key, id @ 1..) => Op::Popped(key, id - 1);
        "another key": Op::Popped(key, id) => Op::Popped((key + 1) % KEYS, id);
        "a value twice": Op::Nothing(Pop::Empty) => Op::Popped(0, 0);
        "closed before the end": Op::Nothing(Pop::Empty) => Op::Nothing(Pop::Closed);
        "never closed": Op::Nothing(Pop::Closed) => Op::Nothing(Pop::Empty);
        "what was not popped is gone": Op::Push(key, id, Some(_)) => Op::Push(key, id, None);
        "what was popped comes back": Op::Push(key, id @ 1.., None) => Op::Push(key, id, Some(id - 1));
        "a key too many": Op::Rest(len, conflated) => Op::Rest(len + 1, conflated);
        "conflated is not counted": Op::Rest(len, [one @ (1..), two, three]) => Op::Rest(len, [one - 1, two, three]);
    };
    drive::each_lie_is_found("conflated", lies, session, |windows, tally| {
        check(&Conflated, State::new(), windows, tally)
    });
}

#[test]
fn samples() {
    drive("conflated, sampled", &["pushed", "conflated", "popped", "empty"], |seed, tally| {
        let mut ring = Ring::<Id, KEYS>::new();
        let (producer, consumer) = ring.split();
        let pushing = Pushing { end: Some(producer), next: 0, goes: false };
        let popping = Popping { end: Some(consumer), goes: false, base: [0; KEYS] };
        let windows = sample::<Op>(vec![Box::new(pushing), Box::new(popping)], SAMPLES, seed);
        check_samples(&Conflated, State::new(), &windows, tally)
    });
}
