//! The newest value, that a reader waits for.

use forebay::channel::{self, LatestSender, ReceiveEnd, Receiver, Shared};
use forebay_core::PushError;
use forebay_core::latest::{OwnedReader, TripleBuffer};
use forebay_tests::history::latest::{Latest, Op, State};
use forebay_tests::history::ring::{Id, Pop};

use super::faulty::Lossy;
use super::ways::{self, Became};
use crate::drive::{self, Lie, Random, check, check_samples, drive};
use crate::latest::{OUTCOMES, Reading, Writing, lies, samples, session};

impl Writing for LatestSender<Id> {
    fn write(&mut self, id: Id, random: &mut Random) -> Option<Op> {
        match ways::send_or_try(self, id, random).expect("there always is room") {
            Ok(sent) => Some(Op::Write(id, sent.other())),
            Err(PushError::Closed(back)) if back == id => Some(Op::Refused),
            Err(error) => unreachable!("there always is room, and one value: {error:?}"),
        }
    }
}

/// A reader's end, that of the ring or a faulty one over it.
struct Receiving<C: ReceiveEnd>(Receiver<C, Shared>, fn(&C) -> &OwnedReader<Id>);

impl<C: ReceiveEnd<Item = Id> + Send> Reading for Receiving<C> {
    fn take(&mut self) -> Pop {
        self.0.try_recv().into()
    }

    fn read(&mut self, random: &mut Random) -> Vec<Op> {
        match random.below(6) {
            0 => vec![Op::IsEmpty(self.0.is_empty())],
            1 | 2 => vec![Op::Read(self.take())],
            3 | 4 => vec![Op::Read(ways::receive(&mut self.0, random).into())],
            _ => {
                let (_, ids) = ways::receive_many(&mut self.0, 2, random);
                let no_more = (ids.len() < 2).then_some(Op::NoMore);
                ids.into_iter().map(|id| Op::Read(Pop::Item(id))).chain(no_more).collect()
            }
        }
    }

    fn conflated(&self) -> usize {
        self.1(self.0.end()).conflated()
    }
}

fn ends() -> (LatestSender<Id>, Receiving<OwnedReader<Id>>) {
    let (sender, receiver) = channel::latest();
    (sender, Receiving(receiver, |end| end))
}

const SPEC: Latest = Latest { asks: true };

#[test]
fn histories() {
    let outcomes: Vec<&str> = OUTCOMES.iter().copied().chain(["write closed", "no more"]).collect();
    drive("channel, latest", &outcomes, |seed, tally| {
        let (writer, reader) = ends();
        check(&SPEC, State::new(), &session(seed, writer, reader), tally)
    });
    drive("channel, latest, sampled", &["written", "written over", "read", "empty"], |seed, tally| {
        let (writer, reader) = ends();
        check_samples(&SPEC, State::new(), &samples(seed, writer, reader), tally)
    });
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "nothing more": Op::Read(Pop::Item(_)) => Op::NoMore;
        "an old value": Op::Read(Pop::Item(id @ 1..)) => Op::Read(Pop::Item(id - 1));
        "never closed": Op::Read(Pop::Closed) => Op::Read(Pop::Empty);
        "written after the end": Op::Refused => Op::Write(Id::MAX, None);
        "refused before the end": Op::Write(..) => Op::Refused;
    };
    let session = |seed| {
        let (writer, reader) = ends();
        session(seed, writer, reader)
    };
    drive::each_lie_is_found("channel, latest", lies, session, |windows, tally| {
        check(&SPEC, State::new(), windows, tally)
    });
}

/// What waits takes a value, and gives up all the same.
#[test]
fn a_lost_value_is_found() {
    drive::is_found("channel, latest, loses a value", |seed, tally| {
        let (sender, end) = TripleBuffer::new().into_ends();
        let (sender, receiver) = channel::over(sender, Lossy::new(end, seed));
        check(&SPEC, State::new(), &session(seed, sender, Receiving(receiver, Lossy::end)), tally)
    });
}
