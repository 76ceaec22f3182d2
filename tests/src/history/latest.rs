//! What `latest` promises: a register whose value can be taken once, and whose every operation is one step.
//!
//! A write gives back the value before, if the reader hasn't got it. A read gets the newest value, or one that it has looked at
//! and not taken if there is no newer one; and after the writer has gone the last value, and then "closed". A writer that asks first
//! is told "closed" when the reader has gone.

use super::ring::{Id, Pop};
use super::search::{Around, Spec};

/// An operation of one end, with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A value was written, and that one came back.
    Write(Id, Option<Id>),
    /// A write was refused, as the reader is gone.
    Refused,
    /// A value was taken, if there was one.
    Read(Pop),
    /// A batch has taken what there was, and found nothing more, for now or at the end.
    NoMore,
    /// A value was looked at in its place, if there was one.
    Peek(Option<Id>),
    /// Whether there was nothing to read.
    IsEmpty(bool),
    /// The writer goes.
    WriterGoes,
    /// The reader goes.
    ReaderGoes,
    /// How many values were conflated, while nobody works the buffer.
    Rest(usize),
}

/// A buffer.
#[derive(Clone, Copy, Debug)]
pub struct Latest {
    /// Whether a write looks first whether the reader is gone, as one does on a channel: then nothing is written after that, but by a
    /// write that was under way.
    pub asks: bool,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The newest value, if the reader hasn't got it.
    newest: Option<Id>,
    /// What the reader has looked at and not taken.
    held: Option<Id>,
    writer: bool,
    reader: bool,
    conflated: u16,
}

impl State {
    /// A new buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self { newest: None, held: None, writer: true, reader: true, conflated: 0 }
    }

    /// The reader has got the newest value.
    fn claimed(mut self) -> Self {
        if self.newest.is_some() {
            self.conflated += u16::from(self.held.is_some());
            self.held = self.newest.take();
        }
        self
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl Spec for Latest {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let claimed = state.claimed();
        let next = match *call.op() {
            Op::Write(id, back) => {
                let overlaps_its_end = || call.overlapping().any(|op| *op == Op::ReaderGoes);
                let is_in_time = !self.asks || state.reader || overlaps_its_end();
                (is_in_time && back == state.newest).then_some(State {
                    newest: Some(id),
                    conflated: state.conflated + u16::from(back.is_some()),
                    ..*state
                })
            }
            Op::Refused => (self.asks && !state.reader).then_some(*state),
            Op::Read(Pop::Item(id)) => (claimed.held == Some(id)).then_some(State { held: None, ..claimed }),
            Op::Read(why) => {
                let expected = if state.writer { Pop::Empty } else { Pop::Closed };
                (claimed.held.is_none() && why == expected).then_some(claimed)
            }
            Op::NoMore => claimed.held.is_none().then_some(claimed),
            Op::Peek(seen) => (claimed.held == seen).then_some(claimed),
            Op::IsEmpty(is_empty) => (claimed.held.is_none() == is_empty).then_some(*state),
            Op::WriterGoes => Some(State { writer: false, ..*state }),
            Op::ReaderGoes => Some(State { reader: false, ..*state }),
            Op::Rest(conflated) => (usize::from(state.conflated) == conflated).then_some(*state),
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
        can_be_of(Latest { asks: false }, window)
    }

    fn can_be_of(buffer: Latest, window: &[(u64, u64, Op)]) -> bool {
        // Each of a thread that does nothing else.
        let call = |(thread, &(begin, end, op))| Call { thread, begin, end, op };
        let calls: Vec<_> = window.iter().enumerate().map(call).collect();
        search(&buffer, &Set::from_iter([State::new()]), &calls, 10_000).is_ok()
    }

    const WRITTEN: (u64, u64, Op) = (0, 1, Op::Write(1, None));

    #[test]
    fn the_newest_value_is_read_once() {
        let read = (4, 5, Op::Read(Pop::Item(2)));
        assert!(can_be(&[
            WRITTEN,
            (2, 3, Op::Write(2, Some(1))),
            read,
            (6, 7, Op::Read(Pop::Empty)),
            (8, 9, Op::Rest(1))
        ]));
        assert!(!can_be(&[WRITTEN, (2, 3, Op::Write(2, Some(1))), (4, 5, Op::Read(Pop::Item(1)))]));
        assert!(!can_be(&[WRITTEN, (2, 3, Op::Write(2, Some(1))), read, (6, 7, Op::Read(Pop::Item(2)))]));
        assert!(!can_be(&[WRITTEN, (2, 3, Op::Write(2, Some(1))), read, (6, 7, Op::Rest(0))]));
        assert!(!can_be(&[WRITTEN, (2, 3, Op::Read(Pop::Empty))]));
        assert!(!can_be(&[WRITTEN, (2, 3, Op::IsEmpty(true))]));
    }

    #[test]
    fn a_value_goes_to_the_reader_or_back_to_the_writer() {
        let (over, kept) = ((2, 5, Op::Write(2, Some(1))), (2, 5, Op::Write(2, None)));
        let (reads_1, reads_2) = ((3, 4, Op::Read(Pop::Item(1))), (3, 4, Op::Read(Pop::Item(2))));
        assert!(can_be(&[WRITTEN, over, reads_2]) && can_be(&[WRITTEN, kept, reads_1]));
        assert!(!can_be(&[WRITTEN, over, reads_1]) && !can_be(&[WRITTEN, kept, reads_2]));
    }

    #[test]
    fn what_was_looked_at_stays_until_there_is_a_newer_one() {
        let (peek, write) = ((2, 3, Op::Peek(Some(1))), (4, 5, Op::Write(2, None)));
        assert!(can_be(&[WRITTEN, peek, (6, 7, Op::Peek(Some(1))), (8, 9, Op::Read(Pop::Item(1)))]));
        assert!(can_be(&[WRITTEN, peek, write, (6, 7, Op::Read(Pop::Item(2))), (8, 9, Op::Rest(1))]));
        assert!(!can_be(&[WRITTEN, peek, write, (6, 7, Op::Read(Pop::Item(1)))]));
    }

    #[test]
    fn one_that_asks_is_told_that_the_reader_is_gone() {
        let (goes, refused) = ((2, 5, Op::ReaderGoes), |begin| (begin, begin + 1, Op::Refused));
        let write = |begin| (begin, begin + 1, Op::Write(2, Some(1)));
        let can_be = |last| can_be_of(Latest { asks: true }, &[WRITTEN, goes, last]);
        assert!(can_be(refused(6)) && can_be(refused(3)) && can_be(write(3)) && !can_be(write(6)));
        assert!(!can_be_of(Latest { asks: true }, &[refused(1)]));
        assert!(!can_be_of(Latest { asks: false }, &[WRITTEN, goes, refused(6)]));
    }

    #[test]
    fn the_last_value_comes_before_the_end() {
        let goes = (2, 3, Op::WriterGoes);
        assert!(can_be(&[WRITTEN, goes, (4, 5, Op::Read(Pop::Item(1))), (6, 7, Op::Read(Pop::Closed))]));
        assert!(!can_be(&[WRITTEN, goes, (4, 5, Op::Read(Pop::Closed))]));
        assert!(!can_be(&[WRITTEN, goes, (4, 5, Op::Read(Pop::Item(1))), (6, 7, Op::Read(Pop::Empty))]));
    }
}
