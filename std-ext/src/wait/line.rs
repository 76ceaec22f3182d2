//! Who waits, in order: lists of seats, linked by their numbers.

use core::mem;
use core::task::Waker;

use super::{FIRST_COME, Kind, PATIENCE, RECEIVER};
use crate::Seen;
use crate::fan_in::LaneSet;

/// The place of one end of a queue among those who wait.
#[derive(Debug)]
pub struct Seat {
    state: State,
    waker: Option<Waker>,
    /// The neighbours in the line; of a seat that nobody has, the next such is after it.
    before: usize,
    after: usize,
    /// When it began to wait, among the others.
    turn: u64,
    /// How often it has been called in vain.
    late: u8,
    /// The last call that it had, among all.
    call: u64,
    /// If it waits in a lane, for what.
    wanted: InLane,
}

/// What is waited for in a lane.
#[derive(Clone, Copy, Debug)]
pub(crate) enum InLane {
    Room,
    /// Another pressure than this one.
    Level(Seen),
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
    Called(Kind),
}

/// The number of no seat.
pub(super) const NONE: usize = usize::MAX;

impl Seat {
    /// A seat that nobody has.
    pub(crate) const FREE: Self = Self {
        state: State::Free,
        waker: None,
        before: NONE,
        after: NONE,
        turn: 0,
        late: 0,
        call: 0,
        wanted: InLane::Room,
    };
}

/// Where seats are. There is one at least, the receiver's.
pub trait Seats {
    /// All of them.
    fn seats(&mut self) -> &mut [Seat];

    /// The one with this number, which is there.
    fn seat(&mut self, number: usize) -> &mut Seat;

    /// One more. `None`: there can't be more.
    fn grow(&mut self) -> Option<usize>;
}

impl<const N: usize> Seats for [Seat; N] {
    fn seats(&mut self) -> &mut [Seat] {
        self
    }

    #[inline]
    fn seat(&mut self, number: usize) -> &mut Seat {
        debug_assert!(number < N, "no number of a seat");
        // As good as a check of the bound, and no panic is left in the images of microcontrollers.
        &mut self[if number < N { number } else { RECEIVER }]
    }

    fn grow(&mut self) -> Option<usize> {
        None
    }
}

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
impl Seats for alloc::vec::Vec<Seat> {
    fn seats(&mut self) -> &mut [Seat] {
        self
    }

    fn seat(&mut self, number: usize) -> &mut Seat {
        &mut self[number]
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
    /// How many have been called out of it, and have not come yet; since it was last empty.
    called: usize,
    /// The last call before it was last empty, among all.
    settled: u64,
}

/// The seat of the sender in a lane.
const fn seat_of(lane: usize) -> usize {
    lane + RECEIVER + 1
}

/// The seats, and the lines.
#[derive(Debug)]
pub(super) struct Table<S> {
    seats: S,
    /// Of the receiver that waits for an item: nobody else does, so there is no line for that.
    receiver: Option<Waker>,
    lines: [Line; Kind::LINES],
    /// Which lines have somebody in them, and whether somebody comes first.
    kinds: u8,
    /// The lanes whose senders wait there.
    awaited_lanes: LaneSet,
    /// Who comes first.
    first_come: usize,
    /// How many turns there were.
    turns: u64,
    /// How many calls there were.
    calls: u64,
    /// The first of the seats that were given back.
    free: usize,
    /// Seats from this one on were never had.
    fresh: usize,
    /// How often these were taken anew.
    openings: usize,
}

/// What one who has gone out of a line leaves behind.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// To be dropped outside.
    pub(super) waker: Option<Waker>,
    /// It owes a call to those in this line, if more of what they wait for is there than this many have been called for.
    pub(super) owes: Option<(Kind, usize)>,
}

impl<S> Table<S> {
    pub(super) const fn new(seats: S) -> Self {
        const EMPTY: Line = Line { first: NONE, last: NONE, called: 0, settled: 0 };
        Self {
            seats,
            receiver: None,
            lines: [EMPTY; Kind::LINES],
            kinds: 0,
            awaited_lanes: LaneSet::EMPTY,
            first_come: NONE,
            turns: 0,
            calls: 0,
            free: NONE,
            fresh: RECEIVER + 1,
            openings: 0,
        }
    }

    /// Which channel it is that has seats here, among those there were.
    pub(super) const fn opening(&mut self) -> usize {
        self.openings
    }

    /// The receiver waits for an item, or with `None` not any more, or it is called. Answers with its last waker.
    pub(super) fn set_receiver(&mut self, waker: Option<Waker>) -> Option<Waker> {
        self.kinds = if waker.is_some() { self.kinds | Kind::Item.bit() } else { self.kinds & !Kind::Item.bit() };
        mem::replace(&mut self.receiver, waker)
    }

    pub(super) const fn awaited_lanes(&self) -> LaneSet {
        self.awaited_lanes
    }

    /// The latest turn so far.
    pub(super) const fn latest(&mut self) -> u64 {
        self.turns
    }

    /// The seat of who comes first, or [`NONE`].
    pub(super) const fn first_come(&self) -> usize {
        self.first_come
    }
}

impl<S: Seats> Table<S> {
    fn seat(&mut self, seat: usize) -> &mut Seat {
        self.seats.seat(seat)
    }

    /// Which lines have somebody in them who is to be called, and whether somebody comes first. When that one has been called and has not
    /// come yet, all others who were called would have to queue up behind it: so they are not called until it has.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn kinds(&mut self) -> u8 {
        let first_come = self.first_come;
        let is_called = first_come != NONE && self.seat(first_come).state == State::Called(Kind::Room);
        if is_called { self.kinds & !Kind::Room.bit() } else { self.kinds }
    }

    fn line(&mut self, kind: Kind) -> &mut Line {
        debug_assert!(kind != Kind::Item, "there is no line for that");
        &mut self.lines[kind as usize % Kind::LINES]
    }

    /// Seats for the receiver and a first sender. `None`: some are taken.
    pub(super) fn open(&mut self) -> Option<usize> {
        if self.open_lanes() { self.enter() } else { None }
    }

    /// A seat for the receiver alone. `false`: some are taken.
    pub(super) fn open_lanes(&mut self) -> bool {
        if self.seats.seats().iter().any(|seat| seat.state != State::Free) {
            return false;
        }
        // Those in lanes are taken and given back without a look at these.
        (self.free, self.fresh) = (NONE, RECEIVER + 1);
        self.openings = self.openings.wrapping_add(1);
        self.seat(RECEIVER).state = State::Away;
        true
    }

    /// As many lanes as there are seats for.
    pub(super) fn lanes(&mut self) -> usize {
        self.seats.seats().len() - seat_of(0)
    }

    /// The seat of the sender in a lane of the channel that was opened then. `None`: it is taken, or there is another channel.
    pub(super) fn enter_lane(&mut self, lane: usize, opening: usize) -> Option<usize> {
        if opening != self.openings {
            return None;
        }
        let seat = seat_of(lane);
        let taken = self.seats.seats().get_mut(seat).filter(|seat| seat.state == State::Free)?;
        taken.state = State::Away;
        Some(seat)
    }

    pub(super) fn enter(&mut self) -> Option<usize> {
        let seat = if self.free != NONE {
            self.free
        } else if self.fresh < self.seats.seats().len() {
            self.fresh
        } else {
            self.seats.grow()?
        };
        if seat == self.free {
            self.free = self.seat(seat).after;
        } else {
            self.fresh = seat + 1;
        }
        self.seat(seat).state = State::Away;
        Some(seat)
    }

    /// Goes out of line, and gives the seat back.
    pub(super) fn leave(&mut self, seat: usize) -> Left {
        let left = self.stop_waiting(seat);
        let free = self.free;
        let given_back = self.seat(seat);
        given_back.state = State::Free;
        if seat != RECEIVER {
            given_back.after = free;
            self.free = seat;
        }
        left
    }

    /// Answers with what it leaves behind where it was before: its last waker, and if it waited for something else, a debt.
    ///
    /// One that comes back has not gone since it last waited: if it has been called, it was in vain.
    pub(super) fn wait(&mut self, seat: usize, kind: Kind, waker: Waker, comes_back: bool) -> Left {
        let mut left = Left { waker: None, owes: None };
        match self.seat(seat).state {
            State::Waits(other) if other == kind => {}
            State::Called(other) if other == kind && kind.is_for_one() && comes_back => {
                self.take_call(seat, kind);
                self.link_in_turn(seat, kind);
                let late = &mut self.seat(seat).late;
                *late = late.saturating_add(1);
                if *late >= PATIENCE && kind == Kind::Room && self.first_come == NONE {
                    self.first_come = seat;
                    self.kinds |= FIRST_COME;
                }
            }
            state => {
                if self.is_settled(seat, state) {
                    self.seat(seat).late = 0;
                } else {
                    left = self.stop_waiting(seat);
                }
                self.turns += 1;
                self.seat(seat).turn = self.turns;
                let last = self.line(kind).last;
                self.link(seat, kind, last, NONE);
            }
        }
        left.waker = self.seat(seat).waker.replace(waker).or(left.waker);
        left
    }

    /// The same in a lane.
    pub(super) fn wait_in_lane(&mut self, seat: usize, wanted: InLane, waker: Waker) -> Left {
        self.seat(seat).wanted = wanted;
        self.wait(seat, Kind::Lane, waker, false)
    }

    pub(super) fn stop_waiting(&mut self, seat: usize) -> Left {
        let mut debt = None;
        match self.seat(seat).state {
            State::Waits(kind) => {
                self.unlink(seat, kind);
                // It has been called, and came back after a look that was out of date, or because it was not its turn; and some may
                // have queued up behind it.
                debt = Some(kind).filter(|_| self.seat(seat).late > 0);
            }
            State::Called(kind) => {
                if self.take_call(seat, kind) {
                    debt = Some(kind).filter(|kind| kind.is_for_one());
                }
            }
            State::Free | State::Away => {}
        }
        if self.first_come == seat {
            self.first_come = NONE;
            self.kinds &= !FIRST_COME;
            self.settle_if_empty(Kind::Room);
        }
        let owes = debt.map(|kind| (kind, *self.line(kind))).filter(|(_, line)| line.first != NONE);
        let seat = self.seat(seat);
        (seat.state, seat.late) = (State::Away, 0);
        Left { waker: seat.waker.take(), owes: owes.map(|(kind, line)| (kind, line.called)) }
    }

    /// The call of one that has been called is not under way any more. `false`: it had been settled before.
    fn take_call(&mut self, seat: usize, kind: Kind) -> bool {
        let is_open = !self.is_settled(seat, State::Called(kind));
        self.line(kind).called -= usize::from(is_open);
        is_open
    }

    /// Whether a seat in this state is in no line, and not counted among those who have been called out of one.
    fn is_settled(&mut self, seat: usize, state: State) -> bool {
        match state {
            State::Free | State::Away => true,
            State::Waits(_) => false,
            State::Called(kind) => self.seat(seat).call <= self.line(kind).settled,
        }
    }

    /// If nobody is in a line, those who have been called out of it owe nothing any more: who comes later looks for himself.
    fn settle_if_empty(&mut self, kind: Kind) {
        if self.kinds & kind.owed() == 0 {
            let calls = self.calls;
            let line = self.line(kind);
            (line.called, line.settled) = (0, calls);
        }
    }

    /// Calls one for what has come. `None`: nobody is to be called. Answers with the waker, to be woken outside.
    pub(super) fn call_next(&mut self, kind: Kind) -> Option<Waker> {
        if self.kinds() & kind.bit() == 0 { None } else { self.call(kind, u64::MAX) }
    }

    /// Calls the first in the line, or who comes before that. `None`: there is nobody whose turn is not after this one. Answers
    /// with the waker, to be woken outside.
    pub(super) fn call(&mut self, kind: Kind, latest: u64) -> Option<Waker> {
        let first_come = self.first_come;
        let waits = |table: &mut Self| table.seat(first_come).state == State::Waits(kind);
        let seat = if first_come != NONE && waits(self) { first_come } else { self.line(kind).first };
        if seat == NONE {
            return None;
        }
        if self.seat(seat).turn > latest { None } else { self.call_out(seat, kind) }
    }

    /// Calls the sender in a lane, if it waits there, and what it wants is there.
    pub(super) fn call_lane(&mut self, lane: usize, is_there: impl FnOnce(InLane) -> bool) -> Option<Waker> {
        let seat = seat_of(lane);
        let &mut Seat { state, wanted, .. } = self.seat(seat);
        if state == State::Waits(Kind::Lane) && is_there(wanted) { self.call_out(seat, Kind::Lane) } else { None }
    }

    fn call_out(&mut self, seat: usize, kind: Kind) -> Option<Waker> {
        self.calls += 1;
        let call = self.calls;
        let called = self.seat(seat);
        (called.state, called.call) = (State::Called(kind), call);
        let waker = called.waker.take();
        self.line(kind).called += 1;
        self.unlink(seat, kind);
        waker
    }

    /// Back into the line, before all whose turn is later. Those before it are few: they too were called, and came back.
    fn link_in_turn(&mut self, seat: usize, kind: Kind) {
        let turn = self.seat(seat).turn;
        let (mut before, mut after) = (NONE, self.line(kind).first);
        while after != NONE && self.seat(after).turn < turn {
            (before, after) = (after, self.seat(after).after);
        }
        self.link(seat, kind, before, after);
    }

    fn link(&mut self, seat: usize, kind: Kind, before: usize, after: usize) {
        let new = self.seat(seat);
        (new.state, new.before, new.after) = (State::Waits(kind), before, after);
        self.join(kind, before, seat);
        self.join(kind, seat, after);
        self.kinds |= kind.bit();
        if kind == Kind::Lane {
            self.awaited_lanes = self.awaited_lanes.or(LaneSet::of(seat - seat_of(0)));
        }
    }

    fn unlink(&mut self, seat: usize, kind: Kind) {
        let &mut Seat { before, after, .. } = self.seat(seat);
        self.join(kind, before, after);
        if self.line(kind).first == NONE {
            self.kinds &= !kind.bit();
            self.settle_if_empty(kind);
        }
        if kind == Kind::Lane {
            self.forget_lane(seat - seat_of(0));
        }
    }

    /// Nobody waits in a lane any more, or in those that are not told apart from it.
    fn forget_lane(&mut self, lane: usize) {
        let alike = LaneSet::of(lane);
        let waits = |table: &mut Self, lane| table.seat(seat_of(lane)).state == State::Waits(Kind::Lane);
        let count = self.lanes();
        if !alike.below(count).any(|other| other != lane && waits(self, other)) {
            self.awaited_lanes = LaneSet::from_bits(self.awaited_lanes.to_bits() & !alike.to_bits());
        }
    }

    /// Makes two seats neighbours, or one of them the first or the last.
    fn join(&mut self, kind: Kind, before: usize, after: usize) {
        match before {
            NONE => self.line(kind).first = after,
            _ => self.seat(before).after = after,
        }
        match after {
            NONE => self.line(kind).last = before,
            _ => self.seat(after).before = before,
        }
    }
}
