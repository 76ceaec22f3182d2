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

/// A few holes, the earliest ticket first, and then nothing: as many as threads may well stand still at the same time.
pub(super) struct Holes([Option<Hole>; SHORT_LIST]);

impl Holes {
    pub(super) const NONE: Self = Self([None; SHORT_LIST]);

    pub(super) const fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    pub(super) const fn is_full(&self) -> bool {
        self.0[SHORT_LIST - 1].is_some()
    }

    /// Notes one that is later than all others. There is room.
    pub(super) fn push(&mut self, hole: Hole) {
        if let Some(free) = self.0.iter_mut().find(|entry| entry.is_none()) {
            *free = Some(hole);
        }
    }

    /// Forgets the one of a ticket. Answers with whether there was one.
    pub(super) fn remove(&mut self, ticket: Ticket) -> bool {
        let mut found = false;
        for at in 0..SHORT_LIST {
            found = found || matches!(self.0[at], Some(hole) if hole.ticket == ticket);
            if found {
                self.0[at] = self.0.get(at + 1).copied().flatten();
            }
        }
        found
    }

    /// Takes the last one away.
    pub(super) fn pop(&mut self) -> Option<Hole> {
        self.0.iter_mut().rev().find_map(Option::take)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Hole> + '_ {
        self.0.iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn holes_come_and_go() {
        let hole = |number: usize| Hole { ticket: Ticket::from_word(4 * number), slot: number };
        for removed in 0..SHORT_LIST {
            let mut holes = Holes::NONE;
            assert!(holes.is_empty());
            (0..SHORT_LIST).for_each(|number| holes.push(hole(number)));
            assert!(holes.is_full());
            assert!(!holes.remove(hole(SHORT_LIST).ticket));
            assert!(holes.remove(hole(removed).ticket));
            assert!(!holes.is_full());
            let mut left: Vec<Hole> = (0..SHORT_LIST).filter(|&number| number != removed).map(hole).collect();
            assert!(holes.iter().eq(left.iter().copied()) && holes.iter().rev().eq(left.iter().rev().copied()));
            while let Some(last) = left.pop() {
                assert_eq!(holes.pop(), Some(last));
            }
            assert!(holes.is_empty() && holes.pop().is_none());
        }
    }
}
