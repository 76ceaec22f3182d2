//! Tickets that the consumer has stepped over.

#![forbid(unsafe_code)]

use super::ticket::{Slots, Ticket};

/// Runs of tickets, in order, each from its first up to its last.
///
/// There is room for a few. When there are more, the list says so, and the consumer finds them by looking at all slots.
pub(super) struct Holes {
    runs: [(Ticket, Ticket); Self::ROOM],
    len: usize,
}

/// There is no room for another run.
pub(super) struct TooMany;

impl Holes {
    const ROOM: usize = 8;

    pub(super) const fn new(any: Ticket) -> Self {
        Self { runs: [(any, any); Self::ROOM], len: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Notes a ticket that is later than all others.
    pub(super) fn push(&mut self, ticket: Ticket, slots: Slots) -> Result<(), TooMany> {
        match self.runs[..self.len].last_mut() {
            Some((_, last)) if slots.next(*last) == ticket => {
                *last = ticket;
                Ok(())
            }
            _ => self.insert(self.len, (ticket, ticket)),
        }
    }

    /// Forgets a ticket that is in the list.
    pub(super) fn remove(&mut self, ticket: Ticket, slots: Slots) -> Result<(), TooMany> {
        let Some(at) = self.runs[..self.len].iter().position(|(_, last)| !last.is_before(ticket)) else {
            return Ok(());
        };
        let (first, last) = self.runs[at];
        match (first == ticket, last == ticket) {
            (true, true) => {
                self.runs.copy_within(at + 1..self.len, at);
                self.len -= 1;
            }
            (true, false) => self.runs[at].0 = slots.next(ticket),
            (false, true) => self.runs[at].1 = slots.previous(ticket),
            (false, false) => {
                self.insert(at, (first, slots.previous(ticket)))?;
                self.runs[at + 1].0 = slots.next(ticket);
            }
        }
        Ok(())
    }

    fn insert(&mut self, at: usize, run: (Ticket, Ticket)) -> Result<(), TooMany> {
        if self.len == Self::ROOM {
            return Err(TooMany);
        }
        self.runs.copy_within(at..self.len, at + 1);
        self.runs[at] = run;
        self.len += 1;
        Ok(())
    }

    /// All tickets, the latest first.
    pub(super) fn latest_first(&self, slots: Slots) -> impl Iterator<Item = Ticket> + '_ {
        self.runs[..self.len].iter().rev().flat_map(move |&(first, last)| {
            let mut next = Some(last);
            core::iter::from_fn(move || {
                let ticket = next?;
                next = (ticket != first).then(|| slots.previous(ticket));
                Some(ticket)
            })
        })
    }
}
