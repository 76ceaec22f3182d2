//! The newest value of each key, that a consumer waits for.

use forebay::channel::{self, ConflatedSender, ReceiveEnd, Receiver, Shared};
use forebay_core::conflated::{HeapRing, OwnedConsumer};
use forebay_core::{PopError, PushError};
use forebay_tests::history::conflated::{Conflated, KEYS, Op, State};
use forebay_tests::history::ring::{Id, Pop};

use super::faulty::Lossy;
use super::ways::{self, Became};
use crate::conflated::{OUTCOMES, Popping, Pushing, key_of, popped, samples, session};
use crate::drive::{self, Lie, Random, check, check_samples, drive};
use crate::latest::lies;

type KeyOf = fn(&Id) -> usize;

impl Pushing for ConflatedSender<Id, KeyOf> {
    fn push(&mut self, id: Id, random: &mut Random) -> Option<Op> {
        match ways::send_or_try(self, id, random).expect("there always is room") {
            Ok(sent) => Some(Op::Push(key_of(&id), id, sent.other())),
            Err(PushError::Closed(back)) if back == id => Some(Op::Refused),
            Err(error) => unreachable!("there always is room, and each key: {error:?}"),
        }
    }
}

/// A consumer's end, that of the ring or a faulty one over it.
struct Receiving<C: ReceiveEnd>(Receiver<C, Shared>, fn(&C) -> &OwnedConsumer<Id>);

impl<C: ReceiveEnd<Item = (usize, Id)> + Send> Popping for Receiving<C> {
    fn take(&mut self) -> Result<(usize, Id), PopError> {
        self.0.try_recv()
    }

    fn pop(&mut self, random: &mut Random) -> Vec<Op> {
        match random.below(5) {
            0 | 1 => vec![popped(self.take())],
            2 | 3 => vec![popped(ways::receive(&mut self.0, random))],
            _ => {
                let (_, items) = ways::receive_many(&mut self.0, KEYS, random);
                let no_more = (items.len() < KEYS).then_some(Op::NoMore);
                items.into_iter().map(|(key, id)| Op::Popped(key, id)).chain(no_more).collect()
            }
        }
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn conflated(&self, key: usize) -> usize {
        self.1(self.0.end()).conflated(key).expect("there is such a key")
    }
}

fn ends() -> (ConflatedSender<Id, KeyOf>, Receiving<OwnedConsumer<Id>>) {
    let (sender, receiver) = channel::conflated(KEYS, key_of as KeyOf).expect("a small channel");
    (sender, Receiving(receiver, |end| end))
}

const SPEC: Conflated = Conflated { asks: true };

#[test]
fn histories() {
    let outcomes: Vec<&str> = OUTCOMES.iter().copied().chain(["push closed", "no more"]).collect();
    drive("channel, conflated", &outcomes, |seed, tally| {
        let (producer, consumer) = ends();
        check(&SPEC, State::new(), &session(seed, producer, consumer), tally)
    });
    drive("channel, conflated, sampled", &["pushed", "conflated", "popped", "empty"], |seed, tally| {
        let (producer, consumer) = ends();
        check_samples(&SPEC, State::new(), &samples(seed, producer, consumer), tally)
    });
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "nothing more": Op::Popped(..) => Op::NoMore;
        "an old value": Op::Popped(key, id @ 3..) => Op::Popped(key, id - 3);
        "never closed": Op::Nothing(Pop::Closed) => Op::Nothing(Pop::Empty);
        "pushed after the end": Op::Refused => Op::Push(0, Id::MAX, None);
        "refused before the end": Op::Push(..) => Op::Refused;
    };
    let session = |seed| {
        let (producer, consumer) = ends();
        session(seed, producer, consumer)
    };
    drive::each_lie_is_found("channel, conflated", lies, session, |windows, tally| {
        check(&SPEC, State::new(), windows, tally)
    });
}

/// What waits takes a value, and gives up all the same.
#[test]
fn a_lost_value_is_found() {
    drive::is_found("channel, conflated, loses a value", |seed, tally| {
        let (producer, end) = HeapRing::new(KEYS).expect("a small ring").into_ends();
        let (sender, receiver) = channel::over(producer.by(key_of as KeyOf), Lossy::new(end, seed));
        check(&SPEC, State::new(), &session(seed, sender, Receiving(receiver, Lossy::end)), tally)
    });
}
