//! The conflated ring.

use forebay_core::PopError;
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
            Self::Refused => "push closed",
            Self::Popped(..) => "popped",
            Self::Nothing(Pop::Closed) => "closed",
            Self::Nothing(_) => "empty",
            Self::NoMore => "no more",
            Self::ProducerGoes => "producer goes",
            Self::ConsumerGoes => "consumer goes",
            Self::Rest(..) => "rest",
        }
    }
}

/// The outcomes that must have come of any ring.
pub(crate) const OUTCOMES: &[&str] =
    &["pushed", "conflated", "popped", "empty", "closed", "producer goes", "consumer goes"];

/// The key of an item.
pub(crate) fn key_of(id: &Id) -> usize {
    usize::from(*id) % KEYS
}

/// A producer's end.
pub(crate) trait Pushing: Send {
    /// Pushes in one way or another. Nothing if it isn't to be recorded.
    fn push(&mut self, id: Id, random: &mut Random) -> Option<Op>;
}

/// A consumer's end.
pub(crate) trait Popping: Send {
    /// Takes the next key with its value, if there is one.
    fn take(&mut self) -> Result<(usize, Id), PopError>;
    /// Takes in one way or another.
    fn pop(&mut self, random: &mut Random) -> Vec<Op>;
    /// How many keys have something new.
    fn len(&self) -> usize;
    /// How many values of a key were conflated.
    fn conflated(&self, key: usize) -> usize;
}

pub(crate) fn popped(outcome: Result<(usize, Id), PopError>) -> Op {
    match outcome {
        Ok((key, id)) => Op::Popped(key, id),
        Err(why) => Op::Nothing(Err(why).into()),
    }
}

impl Pushing for Producer<'_, Id> {
    fn push(&mut self, id: Id, _random: &mut Random) -> Option<Op> {
        let key = key_of(&id);
        Some(Op::Push(key, id, self.push(key, id).expect("there is such a key")))
    }
}

impl Popping for Consumer<'_, Id> {
    fn take(&mut self) -> Result<(usize, Id), PopError> {
        self.pop()
    }

    fn pop(&mut self, _random: &mut Random) -> Vec<Op> {
        vec![popped(self.pop())]
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn conflated(&self, key: usize) -> usize {
        self.conflated(key).expect("there is such a key")
    }
}

struct Pushes<P> {
    end: Option<P>,
    next: Id,
    goes: bool,
}

impl<P: Pushing> Hand<Op> for Pushes<P> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ProducerGoes),
            (Turn::Works, Some(end)) => {
                let id = self.next + random.below(KEYS) as Id;
                self.next += KEYS as Id;
                log.record_all(|| end.push(id, random), |op| op.into_iter().collect());
            }
            (Turn::Works, None) => {}
        });
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, random| {
            let _ = end.push(STORM - random.below(KEYS) as Id, random);
        });
    }
}

struct Pops<C> {
    end: Option<C>,
    goes: bool,
    /// How many of each key were conflated before the sample.
    base: [usize; KEYS],
}

impl<C: Popping> Hand<Op> for Pops<C> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ConsumerGoes),
            (Turn::Works, Some(end)) => {
                log.record_all(|| end.pop(random), |ops| ops);
            }
            (Turn::Works, None) => {}
        });
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &mut self.end {
            let conflated = |key| end.conflated(key) - self.base[key];
            log.record(|| (end.len(), std::array::from_fn(conflated)), |(len, conflated)| Op::Rest(len, conflated));
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, random| {
            let _ = end.pop(random);
        });
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while end.take().is_ok() {}
        self.base = std::array::from_fn(|key| end.conflated(key));
    }
}

/// Works the ends, one of which goes.
pub(crate) fn session(seed: u64, producer: impl Pushing, consumer: impl Popping) -> Vec<Vec<Call<Op>>> {
    let goes = seed % 3;
    let pushes = Pushes { end: Some(producer), next: 0, goes: goes != 0 };
    let pops = Pops { end: Some(consumer), goes: goes == 0, base: [0; KEYS] };
    work::<Op>(vec![Box::new(pushes), Box::new(pops)], WINDOWS, seed)
}

/// Works them for long, and takes samples of that.
pub(crate) fn samples(seed: u64, producer: impl Pushing, consumer: impl Popping) -> Vec<Vec<Call<Op>>> {
    let pushes = Pushes { end: Some(producer), next: 0, goes: false };
    let pops = Pops { end: Some(consumer), goes: false, base: [0; KEYS] };
    sample::<Op>(vec![Box::new(pushes), Box::new(pops)], SAMPLES, seed)
}

fn session_of_ring(seed: u64) -> Vec<Vec<Call<Op>>> {
    let mut ring = Ring::<Id, KEYS>::new();
    let (producer, consumer) = ring.split();
    session(seed, producer, consumer)
}

/// One that doesn't ask.
const PLAIN: Conflated = Conflated { asks: false };

#[test]
fn histories() {
    drive("conflated", OUTCOMES, |seed, tally| check(&PLAIN, State::new(), &session_of_ring(seed), tally));
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "false empty": Op::Popped(..) => Op::Nothing(Pop::Empty);
        "an old value": Op::Popped(key, id @ 3..) => Op::Popped(key, id - 3);
        "another key": Op::Popped(key, id) => Op::Popped((key + 1) % KEYS, id);
        "a value twice": Op::Nothing(Pop::Empty) => Op::Popped(0, 0);
        "closed before the end": Op::Nothing(Pop::Empty) => Op::Nothing(Pop::Closed);
        "never closed": Op::Nothing(Pop::Closed) => Op::Nothing(Pop::Empty);
        "what was not popped is gone": Op::Push(key, id, Some(_)) => Op::Push(key, id, None);
        "what was popped comes back": Op::Push(key, id @ 1.., None) => Op::Push(key, id, Some(id - 1));
        "a key too many": Op::Rest(len, conflated) => Op::Rest(len + 1, conflated);
        "conflated is not counted": Op::Rest(len, [one @ (1..), two, three]) => Op::Rest(len, [one - 1, two, three]);
    };
    drive::each_lie_is_found("conflated", lies, session_of_ring, |windows, tally| {
        check(&PLAIN, State::new(), windows, tally)
    });
}

#[test]
fn samples_of_it() {
    drive("conflated, sampled", &["pushed", "conflated", "popped", "empty"], |seed, tally| {
        let mut ring = Ring::<Id, KEYS>::new();
        let (producer, consumer) = ring.split();
        check_samples(&PLAIN, State::new(), &samples(seed, producer, consumer), tally)
    });
}
