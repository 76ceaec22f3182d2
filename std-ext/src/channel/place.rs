//! The place of an end in the lines of its channel.

use core::fmt;
use core::task::Waker;

#[cfg(feature = "alloc")]
use crate::sync::Arc;
use crate::wait::{Kind, RECEIVER, Seat, Seats, Waiting};

/// What the ends of a channel share beside the ring.
pub trait Desk: Clone + fmt::Debug {
    /// Where its seats are.
    type Seats: Seats;

    /// Who waits.
    fn waiting(&self) -> &Waiting<Self::Seats>;
}

/// The ends share it on the heap: there can be any number of them.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct Shared(Arc<Waiting<alloc::vec::Vec<Seat>>>);

#[cfg(feature = "alloc")]
impl Shared {
    pub(super) fn new() -> Self {
        Self(Arc::new(Waiting::new(alloc::vec![Seat::FREE])))
    }
}

#[cfg(feature = "alloc")]
impl Desk for Shared {
    type Seats = alloc::vec::Vec<Seat>;

    fn waiting(&self) -> &Waiting<Self::Seats> {
        &self.0
    }
}

/// Nothing to be done any more by an end that is gone, but to tell the others.
#[derive(Debug)]
pub(super) struct Place<D: Desk> {
    desk: D,
    seat: usize,
    /// It may be in a line, or have been called from there.
    in_line: bool,
}

impl<D: Desk> Place<D> {
    pub(super) const fn receiver(desk: D) -> Self {
        Self { desk, seat: RECEIVER, in_line: false }
    }

    /// `None`: there can't be more senders.
    pub(super) fn sender(desk: D) -> Option<Self> {
        let seat = desk.waiting().enter()?;
        Some(Self { desk, seat, in_line: false })
    }

    /// Of another sender beside this one.
    pub(super) fn beside(&self) -> Option<Self> {
        Self::sender(self.desk.clone())
    }

    /// Takes its place in a line. After that whoever waits looks at the ring again.
    pub(super) fn wait(&mut self, kind: Kind, waker: &Waker) {
        self.in_line = true;
        self.desk.waiting().wait(self.seat, kind, waker);
    }

    /// Goes out of line, if it is in one. `Some`: it owes the others a call, if more of what they wait for is there than so many
    /// have been called for.
    #[inline(always)]
    pub(super) fn stop_waiting(&mut self) -> Option<usize> {
        if core::mem::take(&mut self.in_line) { self.desk.waiting().stop_waiting(self.seat) } else { None }
    }

    /// Whether somebody else comes first.
    #[inline(always)]
    pub(super) fn is_behind(&self) -> bool {
        let waiting = self.desk.waiting();
        waiting.has_first_come() && !waiting.comes_first(self.seat)
    }

    /// After a change of the ring: wakes the first who waits for it.
    #[inline(always)]
    pub(super) fn call_if_awaited(&self, kind: Kind) {
        if self.desk.waiting().is_awaited(kind) {
            self.call(kind);
        }
    }

    pub(super) fn call(&self, kind: Kind) {
        self.desk.waiting().call(kind);
    }

    /// The receiver takes nothing in any more.
    pub(super) fn call_senders(&self) {
        for kind in [Kind::Room, Kind::Closed] {
            if self.desk.waiting().is_awaited(kind) {
                self.desk.waiting().call_all(kind);
            }
        }
    }
}

/// The end itself is gone by now.
impl<D: Desk> Drop for Place<D> {
    fn drop(&mut self) {
        if self.seat == RECEIVER {
            self.stop_waiting();
            self.call_senders();
        } else {
            self.desk.waiting().leave(self.seat);
            // It may have been the last one.
            self.call_if_awaited(Kind::Item);
        }
    }
}
