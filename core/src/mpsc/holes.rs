//! Tickets that the consumer has stepped over.

#![forbid(unsafe_code)]

use super::ticket::Ticket;
use crate::sync::SHORT_LIST;

/// A ticket and its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) ticket: Ticket,
    pub(super) slot: usize,
}

/// A few holes, the earliest ticket first.
pub(super) struct Holes {
    list: [Option<Hole>; Self::ROOM],
    len: usize,
}

impl Holes {
    /// As many threads as may well stand still at the same time.
    const ROOM: usize = SHORT_LIST;

    pub(super) const NONE: Self = Self { list: [None; Self::ROOM], len: 0 };

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.len == Self::ROOM
    }

    /// Notes one that is later than all others. There is room.
    pub(super) fn push(&mut self, hole: Hole) {
        self.list[self.len] = Some(hole);
        self.len += 1;
    }

    /// Forgets the one of a ticket. Answers with whether there was one.
    pub(super) fn remove(&mut self, ticket: Ticket) -> bool {
        let Some(at) = self.iter().position(|hole| hole.ticket == ticket) else { return false };
        self.list.copy_within(at + 1..self.len, at);
        self.len -= 1;
        true
    }

    /// Takes the last one away.
    pub(super) fn pop(&mut self) -> Option<Hole> {
        self.len = self.len.checked_sub(1)?;
        self.list[self.len]
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Hole> + '_ {
        self.list[..self.len].iter().filter_map(|hole| *hole)
    }
}
