//! Who waits, in order: lists of seats, linked by their numbers.

use core::task::Waker;

use super::{Kind, PATIENCE, RECEIVER};

/// The place of one end of a queue among those who wait.
#[derive(Debug)]
pub struct Seat {
    state: State,
    waker: Option<Waker>,
    /// The neighbours in the line, or the next free seat.
    before: usize,
    after: usize,
    /// How often it has been called in vain.
    late: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody has it.
    Free,
    /// Its end does not wait.
    Away,
    /// It is in a line.
    Waits(Kind),
    /// It was, and has been called.
    Called,
}

const NONE: usize = usize::MAX;

impl Seat {
    /// A seat that nobody has.
    pub(crate) const FREE: Self = Self { state: State::Free, waker: None, before: NONE, after: NONE, late: 0 };
}

/// Where seats are.
pub trait Seats {
    /// All of them.
    fn seats(&mut self) -> &mut [Seat];

    /// One more. `None`: there can't be more.
    fn grow(&mut self) -> Option<usize>;
}

impl<const N: usize> Seats for [Seat; N] {
    fn seats(&mut self) -> &mut [Seat] {
        self
    }

    fn grow(&mut self) -> Option<usize> {
        None
    }
}

#[cfg(feature = "alloc")]
impl Seats for alloc::vec::Vec<Seat> {
    fn seats(&mut self) -> &mut [Seat] {
        self
    }

    fn grow(&mut self) -> Option<usize> {
        self.push(Seat::FREE);
        Some(self.len() - 1)
    }
}

#[derive(Clone, Copy, Debug)]
struct Line {
    first: usize,
    last: usize,
    count: usize,
}

/// The seats, and the lines.
#[derive(Debug)]
pub(super) struct Table<S> {
    seats: S,
    lines: [Line; Kind::ALL.len()],
    /// Who comes first.
    first_come: usize,
}

impl<S> Table<S> {
    pub(super) const fn new(seats: S) -> Self {
        const EMPTY: Line = Line { first: NONE, last: NONE, count: 0 };
        Self { seats, lines: [EMPTY; Kind::ALL.len()], first_come: NONE }
    }

    pub(super) const fn count(&self, kind: Kind) -> usize {
        self.lines[kind as usize].count
    }

    pub(super) const fn has_first_come(&self) -> bool {
        self.first_come != NONE
    }

    pub(super) const fn comes_first(&self, seat: usize) -> bool {
        self.first_come == seat
    }
}

impl<S: Seats> Table<S> {
    fn seat(&mut self, seat: usize) -> &mut Seat {
        &mut self.seats.seats()[seat]
    }

    /// Seats for the receiver and a first sender. `None`: some are taken.
    pub(super) fn open(&mut self) -> Option<usize> {
        if self.seats.seats().iter().any(|seat| seat.state != State::Free) {
            return None;
        }
        self.seat(RECEIVER).state = State::Away;
        self.enter()
    }

    pub(super) fn enter(&mut self) -> Option<usize> {
        let is_free = |seat: &Seat| seat.state == State::Free;
        let found = self.seats.seats().iter().skip(RECEIVER + 1).position(is_free).map(|at| at + RECEIVER + 1);
        let seat = found.or_else(|| self.seats.grow())?;
        self.seat(seat).state = State::Away;
        Some(seat)
    }

    pub(super) fn leave(&mut self, seat: usize) {
        debug_assert_eq!(self.seat(seat).state, State::Away);
        self.seat(seat).state = State::Free;
    }

    /// Answers with the waker that was there before.
    pub(super) fn wait(&mut self, seat: usize, kind: Kind, waker: Waker) -> Option<Waker> {
        match self.seat(seat).state {
            State::Waits(other) if other == kind => {}
            State::Waits(other) => {
                self.unlink(seat, other);
                self.link_last(seat, kind);
            }
            State::Called => {
                self.link_first(seat, kind);
                let late = &mut self.seat(seat).late;
                *late = late.saturating_add(1);
                if *late >= PATIENCE && kind == Kind::Room && self.first_come == NONE {
                    self.first_come = seat;
                }
            }
            State::Away | State::Free => self.link_last(seat, kind),
        }
        self.seat(seat).waker.replace(waker)
    }

    /// Answers with the waker, and whether the seat was called or came first.
    pub(super) fn stop_waiting(&mut self, seat: usize) -> (Option<Waker>, bool) {
        let state = self.seat(seat).state;
        if let State::Waits(kind) = state {
            self.unlink(seat, kind);
        }
        let came_first = self.first_come == seat;
        if came_first {
            self.first_come = NONE;
        }
        let seat = self.seat(seat);
        (seat.state, seat.late) = (State::Away, 0);
        (seat.waker.take(), came_first || state == State::Called)
    }

    /// Answers with the waker of the first in the line, which has been called now.
    pub(super) fn call(&mut self, kind: Kind) -> Option<Waker> {
        let first = self.lines[kind as usize].first;
        if first == NONE {
            return None;
        }
        self.unlink(first, kind);
        let seat = self.seat(first);
        seat.state = State::Called;
        seat.waker.take()
    }

    fn link_last(&mut self, seat: usize, kind: Kind) {
        let last = self.lines[kind as usize].last;
        self.link(seat, kind, last, NONE);
    }

    fn link_first(&mut self, seat: usize, kind: Kind) {
        let first = self.lines[kind as usize].first;
        self.link(seat, kind, NONE, first);
    }

    fn link(&mut self, seat: usize, kind: Kind, before: usize, after: usize) {
        let new = self.seat(seat);
        (new.state, new.before, new.after) = (State::Waits(kind), before, after);
        self.join(kind, before, seat);
        self.join(kind, seat, after);
        self.lines[kind as usize].count += 1;
    }

    fn unlink(&mut self, seat: usize, kind: Kind) {
        let &mut Seat { before, after, .. } = self.seat(seat);
        self.join(kind, before, after);
        self.lines[kind as usize].count -= 1;
    }

    /// Makes two seats neighbours, or one of them the first or the last.
    fn join(&mut self, kind: Kind, before: usize, after: usize) {
        match before {
            NONE => self.lines[kind as usize].first = after,
            _ => self.seat(before).after = after,
        }
        match after {
            NONE => self.lines[kind as usize].last = before,
            _ => self.seat(after).before = before,
        }
    }
}
