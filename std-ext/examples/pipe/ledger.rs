//! The books: what came in, what went out, and the law that binds them.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The accounts of a relay at work: one of each reader, one of the writer.
///
/// A reader holds its account while it puts a record in and counts it. So whoever has that account sees no record half
/// in, even while the reader is blocked in a read; and whoever closes it knows that no record goes in any more.
pub(crate) struct Books {
    intakes: Vec<Mutex<Intake>>,
    delivery: Mutex<Delivery>,
}

/// What a reader did.
#[derive(Default)]
pub(crate) struct Intake {
    /// No record may go in any more.
    pub(crate) closed: bool,
    pub(crate) offered: u64,
    pub(crate) shed: u64,
    /// Records that came back from the ring to make room for newer ones.
    pub(crate) replaced: u64,
    held: Duration,
    held_since: Option<Instant>,
}

impl Intake {
    /// The reader begins to wait for room.
    pub(crate) fn hold(&mut self, now: Instant) {
        self.held_since = Some(now);
    }

    /// The reader has stopped waiting for room.
    pub(crate) fn release(&mut self, now: Instant) {
        self.held = self.held(now);
        self.held_since = None;
    }

    /// For how long the reader has waited for room, all in all.
    fn held(&self, now: Instant) -> Duration {
        self.held + self.held_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

/// What the writer did.
#[derive(Default)]
pub(crate) struct Delivery {
    /// Records taken out of the ring.
    pub(crate) taken: u64,
    /// Records that were missing between those.
    pub(crate) missed: u64,
    /// Records that the output took.
    pub(crate) delivered: u64,
    pub(crate) bytes: u64,
}

impl Books {
    pub(crate) fn new(readers: usize) -> Self {
        Self { intakes: (0..readers).map(|_| Mutex::default()).collect(), delivery: Mutex::default() }
    }

    pub(crate) fn intake(&self, reader: usize) -> MutexGuard<'_, Intake> {
        self.intakes[reader].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts of all readers. Whoever holds one asks for no other, so nobody waits for ever.
    fn all_intakes(&self) -> Vec<MutexGuard<'_, Intake>> {
        (0..self.intakes.len()).map(|reader| self.intake(reader)).collect()
    }

    /// From now on no record goes in. Answers with how many did or were shed, and how many of them were shed.
    pub(crate) fn close(&self) -> (u64, u64) {
        let mut intakes = self.all_intakes();
        intakes.iter_mut().for_each(|intake| intake.closed = true);
        (intakes.iter().map(|intake| intake.offered).sum(), intakes.iter().map(|intake| intake.shed).sum())
    }

    pub(crate) fn delivery(&self) -> MutexGuard<'_, Delivery> {
        self.delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The figures at one instant.
    pub(crate) fn tally(&self) -> Tally {
        let (intakes, delivery, now) = (self.all_intakes(), self.delivery(), Instant::now());
        let sum = |count: fn(&Intake) -> u64| intakes.iter().map(|intake| count(intake)).sum::<u64>();
        Tally {
            offered: sum(|intake| intake.offered),
            // Some that are missed came back, and some that came back will be missed. What was neither yet shows soon.
            lost: sum(|intake| intake.shed) + sum(|intake| intake.replaced).max(delivery.missed),
            // Inputs are held back at the same time, so these don't add up.
            held: intakes.iter().map(|intake| intake.held(now)).max().unwrap_or_default(),
            taken: delivery.taken,
            delivered: delivery.delivered,
            bytes_out: delivery.bytes,
        }
    }
}

/// The figures of a relay at one instant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) offered: u64,
    /// Records lost by rule, whatever the rule.
    pub(crate) lost: u64,
    /// For how long an input was held back, the one that was so the longest.
    pub(crate) held: Duration,
    pub(crate) taken: u64,
    pub(crate) delivered: u64,
    pub(crate) bytes_out: u64,
}

impl Tally {
    /// How many records were in the ring, give or take the one that the writer is taking, and those that the ring has just
    /// dropped.
    pub(crate) const fn depth(&self) -> u64 {
        self.offered.saturating_sub(self.lost + self.taken)
    }
}

/// The conservation law of a relay that has ended: every record offered went one way, and each way is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Law {
    /// Records that the readers put to the ring, whatever became of them.
    pub(crate) offered: u64,
    /// Records that the output took.
    pub(crate) delivered: u64,
    /// Records lost by `drop-oldest`.
    pub(crate) evicted: u64,
    /// Records lost by `drop-incoming`.
    pub(crate) shed: u64,
    /// Records lost by `--latest`.
    pub(crate) conflated: u64,
    /// Records on their way when the output closed or time was up.
    pub(crate) dropped_at_close: u64,
    /// Records that the ring still had after that.
    pub(crate) still_inside: u64,
}

impl Law {
    pub(crate) const fn holds(&self) -> bool {
        self.offered == self.delivered + self.lost() + self.dropped_at_close + self.still_inside
    }

    /// Records lost by rule.
    pub(crate) const fn lost(&self) -> u64 {
        self.evicted + self.shed + self.conflated
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offered, delivered, evicted, shed, conflated, dropped_at_close, still_inside } = self;
        let relation = if self.holds() { "==" } else { "!=" };
        write!(
            f,
            "offered {offered} {relation} delivered {delivered} + evicted {evicted} + shed {shed} + \
             conflated {conflated} + dropped_at_close {dropped_at_close} + still_inside {still_inside}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_counts() {
        let law = Law {
            offered: 63,
            delivered: 1,
            evicted: 2,
            shed: 4,
            conflated: 8,
            dropped_at_close: 16,
            still_inside: 32,
        };
        assert!(law.holds());
        assert_eq!(
            law.to_string(),
            "offered 63 == delivered 1 + evicted 2 + shed 4 + conflated 8 + dropped_at_close 16 + still_inside 32"
        );
        for broken in [
            Law { offered: 64, ..law },
            Law { delivered: 0, ..law },
            Law { evicted: 3, ..law },
            Law { shed: 3, ..law },
            Law { conflated: 7, ..law },
            Law { dropped_at_close: 15, ..law },
            Law { still_inside: 33, ..law },
        ] {
            assert!(!broken.holds());
            assert!(broken.to_string().contains(" != "));
        }
    }

    #[test]
    fn the_readers_are_taken_together() {
        let books = Books::new(2);
        for reader in [0, 1] {
            let mut intake = books.intake(reader);
            (intake.offered, intake.shed, intake.replaced) = (10, 1 + reader as u64, 2);
        }
        books.delivery().taken = 5;
        let tally = books.tally();
        assert_eq!((tally.offered, tally.lost, tally.depth()), (20, 7, 8));
        books.delivery().missed = 6;
        assert_eq!(books.tally().lost, 9);
        assert_eq!(books.close(), (20, 3));
        assert!(books.intake(0).closed && books.intake(1).closed);
    }

    #[test]
    fn waiting_is_summed_up_and_shows_while_it_lasts() {
        let (books, start) = (Books::new(1), Instant::now());
        let second = Duration::from_secs(1);
        let mut intake = books.intake(0);
        intake.hold(start);
        assert_eq!(intake.held(start + second), second);
        intake.release(start + 2 * second);
        assert_eq!(intake.held(start + 9 * second), 2 * second);
        intake.hold(start + 10 * second);
        assert_eq!(intake.held(start + 11 * second), 3 * second);
    }
}
