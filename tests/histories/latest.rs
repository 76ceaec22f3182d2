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
            Self::Refused => "write closed",
            Self::Read(Pop::Item(_)) => "read",
            Self::Read(Pop::Empty) => "empty",
            Self::Read(Pop::Closed) => "closed",
            Self::NoMore => "no more",
            Self::Peek(_) => "peek",
            Self::IsEmpty(_) => "is empty",
            Self::WriterGoes => "writer goes",
            Self::ReaderGoes => "reader goes",
            Self::Rest(_) => "rest",
        }
    }
}

/// The outcomes that must have come of any buffer.
pub(crate) const OUTCOMES: &[&str] =
    &["written", "written over", "read", "empty", "closed", "writer goes", "reader goes"];

/// A writer's end.
pub(crate) trait Writing: Send {
    /// Writes in one way or another. Nothing if it isn't to be recorded.
    fn write(&mut self, id: Id, random: &mut Random) -> Option<Op>;
}

/// A reader's end.
pub(crate) trait Reading: Send {
    /// Takes the value, if there is one.
    fn take(&mut self) -> Pop;
    /// Reads in one way or another.
    fn read(&mut self, random: &mut Random) -> Vec<Op>;
    /// How many values were conflated.
    fn conflated(&self) -> usize;
}

impl Writing for Writer<'_, Id> {
    fn write(&mut self, id: Id, _random: &mut Random) -> Option<Op> {
        Some(Op::Write(id, self.write(id)))
    }
}

impl Reading for Reader<'_, Id> {
    fn take(&mut self) -> Pop {
        self.read().into()
    }

    fn read(&mut self, random: &mut Random) -> Vec<Op> {
        vec![match random.below(5) {
            0 => Op::Peek(self.peek().copied()),
            1 => Op::IsEmpty(self.is_empty()),
            2 => Op::Read(self.read_slot().map(|slot| slot.take()).into()),
            _ => Op::Read(self.take()),
        }]
    }

    fn conflated(&self) -> usize {
        self.conflated()
    }
}

struct Writes<W> {
    end: Option<W>,
    next: Id,
    goes: bool,
}

impl<W: Writing> Hand<Op> for Writes<W> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(8, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::WriterGoes),
            (Turn::Works, Some(end)) => {
                let id = self.next;
                self.next += 1;
                log.record_all(|| end.write(id, random), |op| op.into_iter().collect());
            }
            (Turn::Works, None) => {}
        });
    }

    fn storm(&mut self, random: &mut Random) {
        let Some(end) = &mut self.end else { return };
        turns(MOST_STORM, false, random, |_, random| {
            let _ = end.write(STORM, random);
        });
    }
}

struct Reads<R> {
    end: Option<R>,
    goes: bool,
    /// How many were conflated before the sample.
    base: usize,
}

impl<R: Reading> Hand<Op> for Reads<R> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        turns(10, self.goes && window == ENDING, random, |turn, random| match (turn, &mut self.end) {
            (Turn::Goes, _) => log.record(|| drop(self.end.take()), |()| Op::ReaderGoes),
            (Turn::Works, Some(end)) => {
                log.record_all(|| end.read(random), |ops| ops);
            }
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
        turns(MOST_STORM, false, random, |_, random| {
            let _ = end.read(random);
        });
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while let Pop::Item(_) = end.take() {}
        self.base = end.conflated();
    }
}

/// Works the ends, one of which goes.
pub(crate) fn session(seed: u64, writer: impl Writing, reader: impl Reading) -> Vec<Vec<Call<Op>>> {
    let goes = seed % 3;
    let writes = Writes { end: Some(writer), next: 0, goes: goes != 0 };
    let reads = Reads { end: Some(reader), goes: goes == 0, base: 0 };
    work::<Op>(vec![Box::new(writes), Box::new(reads)], WINDOWS, seed)
}

/// Works them for long, and takes samples of that.
pub(crate) fn samples(seed: u64, writer: impl Writing, reader: impl Reading) -> Vec<Vec<Call<Op>>> {
    let writes = Writes { end: Some(writer), next: 0, goes: false };
    let reads = Reads { end: Some(reader), goes: false, base: 0 };
    sample::<Op>(vec![Box::new(writes), Box::new(reads)], SAMPLES, seed)
}

fn session_of_ring(seed: u64) -> Vec<Vec<Call<Op>>> {
    let mut buffer = TripleBuffer::new();
    let (writer, reader) = buffer.split();
    session(seed, writer, reader)
}

/// One that doesn't ask.
const PLAIN: Latest = Latest { asks: false };

#[test]
fn histories() {
    drive("latest", OUTCOMES, |seed, tally| check(&PLAIN, State::new(), &session_of_ring(seed), tally));
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
    drive::each_lie_is_found("latest", lies, session_of_ring, |windows, tally| {
        check(&PLAIN, State::new(), windows, tally)
    });
}

#[test]
fn samples_of_it() {
    drive("latest, sampled", &["written", "written over", "read", "empty", "peek"], |seed, tally| {
        let mut buffer = TripleBuffer::new();
        let (writer, reader) = buffer.split();
        check_samples(&PLAIN, State::new(), &samples(seed, writer, reader), tally)
    });
}
