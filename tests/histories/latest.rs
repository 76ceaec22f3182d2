//! The triple buffer.

use forebay_core::latest::{Reader, TripleBuffer, Writer};
use forebay_tests::history::latest::{Latest, Op, State};
use forebay_tests::history::record::{Call, Log};
use forebay_tests::history::ring::{Id, Pop};

use crate::drive::{self, Hand, Lie, Random, Turn, check, check_samples, drive, sample, turns, work};
use crate::ring::{MOST_STORM, SAMPLES, STORM};

const ENDING: usize = 4;
const WINDOWS: usize = ENDING + 3;

impl crate::drive::Op for Op {
    fn is_rest(&self) -> bool {
        matches!(self, Self::Rest(_))
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Write(_, None) => "written",
            Self::Write(_, Some(_)) => "written over",
            Self::Read(Pop::Item(_)) => "read",
            Self::Read(Pop::Empty) => "empty",
            Self::Read(Pop::Closed) => "closed",
            Self::Peek(_) => "peek",
            Self::IsEmpty(_) => "is empty",
            Self::WriterGoes => "writer goes",
            Self::ReaderGoes => "reader goes",
            Self::Rest(_) => "rest",
        }
    }
}

const OUTCOMES: &[&str] = &["written", "written over", "read", "empty", "closed", "writer goes", "reader goes"];

struct Writing<'q> {
    end: Option<Writer<'q, Id>>,
    next: Id,
    goes: bool,
}

impl Hand<Op> for Writing<'_> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, _| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::WriterGoes),
            (Turn::Works, Some(end)) => {
                let id = self.next;
                self.next += 1;
                log.record(|| end.write(id), |back| Op::Write(id, back));
            }
            (Turn::Works, None) => {}
        });
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, _| {
            let _ = end.write(STORM);
        });
    }
}

struct Reading<'q> {
    end: Option<Reader<'q, Id>>,
    goes: bool,
    /// How many were conflated before the sample.
    base: usize,
}

impl Hand<Op> for Reading<'_> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(10, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ReaderGoes),
            (Turn::Works, Some(end)) => match random.below(5) {
                0 => log.record(|| end.peek().copied(), Op::Peek),
                1 => log.record(|| end.is_empty(), Op::IsEmpty),
                2 => log.record(|| end.read_slot().map(|slot| slot.take()), |outcome| Op::Read(outcome.into())),
                _ => log.record(|| end.read(), |outcome| Op::Read(outcome.into())),
            },
            (Turn::Works, None) => {}
        });
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &mut self.end {
            let base = self.base;
            log.record(|| end.conflated(), |conflated| Op::Rest(conflated - base));
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, _| {
            let _ = end.read();
        });
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while end.read().is_ok() {}
        self.base = end.conflated();
    }
}

fn session(seed: u64) -> Vec<Vec<Call<Op>>> {
    let mut buffer = TripleBuffer::new();
    let (writer, reader) = buffer.split();
    let goes = seed % 3;
    let writing = Writing { end: Some(writer), next: 0, goes: goes != 0 };
    let reading = Reading { end: Some(reader), goes: goes == 0, base: 0 };
    work::<Op>(vec![Box::new(writing), Box::new(reading)], WINDOWS, seed)
}

#[test]
fn histories() {
    drive("latest", OUTCOMES, |seed, tally| check(&Latest, State::new(), &session(seed), tally));
}

/// Changes an outcome into another one.
macro_rules! lies {
    ($($name:literal: $from:pat => $to:expr;)+) => {
        &[$(($name, |op| match *op {
            $from => {
                *op = $to;
                true
            }
            _ => false,
        })),+]
    };
}
pub(crate) use lies;

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "false empty": Op::Read(Pop::Item(_)) => Op::Read(Pop::Empty);
        "an old value": Op::Read(Pop::Item(id @ 1..)) => Op::Read(Pop::Item(id - 1));
        "a value twice": Op::Read(Pop::Empty) => Op::Read(Pop::Item(0));
        "closed before the end": Op::Read(Pop::Empty) => Op::Read(Pop::Closed);
        "never closed": Op::Read(Pop::Closed) => Op::Read(Pop::Empty);
        "what was not read is gone": Op::Write(id, Some(_)) => Op::Write(id, None);
        "what was read comes back": Op::Write(id @ 1.., None) => Op::Write(id, Some(id - 1));
        "nothing to look at": Op::Peek(Some(_)) => Op::Peek(None);
        "not empty": Op::IsEmpty(is) => Op::IsEmpty(!is);
        "one too many conflated": Op::Rest(count) => Op::Rest(count + 1);
    };
    drive::each_lie_is_found("latest", lies, session, |windows, tally| check(&Latest, State::new(), windows, tally));
}

#[test]
fn samples() {
    drive("latest, sampled", &["written", "written over", "read", "empty", "peek"], |seed, tally| {
        let mut buffer = TripleBuffer::new();
        let (writer, reader) = buffer.split();
        let writing = Writing { end: Some(writer), next: 0, goes: false };
        let reading = Reading { end: Some(reader), goes: false, base: 0 };
        let windows = sample::<Op>(vec![Box::new(writing), Box::new(reading)], SAMPLES, seed);
        check_samples(&Latest, State::new(), &windows, tally)
    });
}
