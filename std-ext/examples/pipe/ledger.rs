//! The books: what came in, what went out, and the law that binds them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::level::{Level, LevelTally};

/// The accounts of a relay at work: one of each reader, one of the writer.
///
/// A reader holds its account while it puts a record in and counts it. So whoever has that account sees no record half
/// in, even while the reader is blocked in a read; and whoever closes it knows that no record goes in any more.
pub(crate) struct Books {
    intakes: Vec<Mutex<Intake>>,
    delivery: Mutex<Delivery>,
    /// Of each lane; of all readers' ring where they have no lanes; of none where there is no level.
    levels: Vec<Arc<Level>>,
}

/// What a reader did.
#[derive(Default)]
pub(crate) struct Intake {
    /// No record may go in any more.
    pub(crate) closed: bool,
    pub(crate) offered: u64,
    pub(crate) shed: u64,
    /// Records that the sample kept out.
    pub(crate) sampled: u64,
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
pub(crate) struct Delivery {
    /// Of each lane; of the first one where there are no lanes.
    pub(crate) lanes: Vec<Passed>,
    /// Records that gave way to newer ones, by the ring's count, when one was taken last.
    pub(crate) evicted: u64,
    pub(crate) bytes: u64,
}

/// What the writer did with the records of a lane.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    /// Records taken out of the ring, to be written.
    pub(crate) taken: u64,
    /// Records taken out that were too old.
    pub(crate) expired: u64,
    /// Records that the output took.
    pub(crate) delivered: u64,
}

impl Books {
    /// As many lanes as readers, or one for all of them.
    pub(crate) fn new(readers: usize, lanes: usize, levels: Vec<Arc<Level>>) -> Self {
        Self {
            intakes: (0..readers).map(|_| Mutex::default()).collect(),
            delivery: Mutex::new(Delivery { lanes: vec![Passed::default(); lanes], evicted: 0, bytes: 0 }),
            levels,
        }
    }

    pub(crate) fn intake(&self, reader: usize) -> MutexGuard<'_, Intake> {
        self.intakes[reader].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The accounts of all readers. Whoever holds one asks for no other, so nobody waits for ever.
    fn all_intakes(&self) -> Vec<MutexGuard<'_, Intake>> {
        (0..self.intakes.len()).map(|reader| self.intake(reader)).collect()
    }

    /// From now on no record goes in.
    pub(crate) fn close(&self) {
        self.all_intakes().iter_mut().for_each(|intake| intake.closed = true);
    }

    pub(crate) fn delivery(&self) -> MutexGuard<'_, Delivery> {
        self.delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The figures at one instant.
    pub(crate) fn tally(&self) -> Tallies {
        let (intakes, delivery, now) = (self.all_intakes(), self.delivery(), Instant::now());
        let level = |lane: usize| self.levels.get(lane).map(|level| level.tally());
        let lane = |lane: usize, intakes: &[MutexGuard<'_, Intake>], evicted: u64| {
            let sum = |count: fn(&Intake) -> u64| intakes.iter().map(|intake| count(intake)).sum::<u64>();
            let (shed, replaced) = (sum(|intake| intake.shed), sum(|intake| intake.replaced));
            let (sampled, expired) = (sum(|intake| intake.sampled), delivery.lanes[lane].expired);
            Tally {
                offered: sum(|intake| intake.offered),
                shed,
                sampled,
                expired,
                // Most come back to a reader, and the writer knows of all, up to now and then.
                lost: shed + sampled + replaced.max(evicted) + expired,
                // Inputs are held back at the same time, so these don't add up.
                held: intakes.iter().map(|intake| intake.held(now)).max().unwrap_or_default(),
                taken: delivery.lanes[lane].taken,
                delivered: delivery.lanes[lane].delivered,
                bytes_out: delivery.bytes,
                level: level(lane),
            }
        };
        match delivery.lanes.len() {
            1 => Tallies { all: lane(0, &intakes, delivery.evicted), lanes: Vec::new() },
            count => {
                let lanes: Vec<_> = (0..count).map(|number| lane(number, &intakes[number..=number], 0)).collect();
                Tallies { all: lanes.iter().fold(Tally::default(), Tally::beside), lanes }
            }
        }
    }
}

/// The figures of a relay at one instant: of all, and of each lane if there are several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tallies {
    pub(crate) all: Tally,
    pub(crate) lanes: Vec<Tally>,
}

/// The figures of a relay or a lane at one instant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) offered: u64,
    /// Records lost by `drop-incoming`.
    pub(crate) shed: u64,
    /// Records kept out by `--sample`.
    pub(crate) sampled: u64,
    /// Records that `--max-age` did not let out.
    pub(crate) expired: u64,
    /// Records lost by rule, whatever the rule.
    pub(crate) lost: u64,
    /// For how long an input was held back, the one that was so the longest.
    pub(crate) held: Duration,
    /// Records taken out of the ring, to be written.
    pub(crate) taken: u64,
    pub(crate) delivered: u64,
    /// Of all lanes together.
    pub(crate) bytes_out: u64,
    /// Of what has one: a ring, or a lane.
    pub(crate) level: Option<LevelTally>,
}

impl Tally {
    /// How many records were in the ring, give or take the one that the writer is taking, and those that the ring has just
    /// dropped.
    pub(crate) const fn depth(&self) -> u64 {
        self.offered.saturating_sub(self.lost + self.taken)
    }

    /// Those of two lanes together.
    fn beside(self, other: &Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            shed: self.shed + other.shed,
            sampled: self.sampled + other.sampled,
            expired: self.expired + other.expired,
            lost: self.lost + other.lost,
            held: self.held.max(other.held),
            taken: self.taken + other.taken,
            delivered: self.delivered + other.delivered,
            bytes_out: other.bytes_out,
            level: None,
        }
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
    /// Records kept out by `--sample`.
    pub(crate) sampled: u64,
    /// Records that `--max-age` did not let out.
    pub(crate) expired: u64,
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

    /// The account of a relay whose writer is stuck in its output, as far as the books know it: what is inside is what is left.
    pub(crate) const fn of_books(tally: &Tally) -> Self {
        Self {
            offered: tally.offered,
            delivered: tally.delivered,
            evicted: tally.lost - tally.shed - tally.sampled - tally.expired,
            shed: tally.shed,
            sampled: tally.sampled,
            expired: tally.expired,
            conflated: 0,
            dropped_at_close: tally.taken - tally.delivered,
            still_inside: tally.depth(),
        }
    }

    /// Those of all lanes together.
    pub(crate) fn sum(lanes: &[Self]) -> Self {
        let sum = |count: fn(&Self) -> u64| lanes.iter().map(count).sum();
        Self {
            offered: sum(|law| law.offered),
            delivered: sum(|law| law.delivered),
            evicted: sum(|law| law.evicted),
            shed: sum(|law| law.shed),
            sampled: sum(|law| law.sampled),
            expired: sum(|law| law.expired),
            conflated: sum(|law| law.conflated),
            dropped_at_close: sum(|law| law.dropped_at_close),
            still_inside: sum(|law| law.still_inside),
        }
    }

    /// Records that were inside when the relay ended, wherever.
    pub(crate) const fn left(&self) -> u64 {
        self.dropped_at_close + self.still_inside
    }

    /// Records lost by rule.
    pub(crate) const fn lost(&self) -> u64 {
        self.evicted + self.shed + self.sampled + self.expired + self.conflated
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offered, delivered, evicted, shed, sampled, expired, conflated, dropped_at_close, still_inside } =
            self;
        let relation = if self.holds() { "==" } else { "!=" };
        write!(
            f,
            "offered {offered} {relation} delivered {delivered} + evicted {evicted} + shed {shed} + \
             sampled {sampled} + expired {expired} + conflated {conflated} + dropped_at_close {dropped_at_close} + still_inside {still_inside}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_counts() {
        let law = Law {
            offered: 255,
            delivered: 1,
            evicted: 2,
            shed: 4,
            conflated: 8,
            dropped_at_close: 16,
            still_inside: 32,
            sampled: 64,
            expired: 128,
        };
        assert!(law.holds());
        assert_eq!(
            law.to_string(),
            "offered 255 == delivered 1 + evicted 2 + shed 4 + sampled 64 + expired 128 + conflated 8 + \
             dropped_at_close 16 + still_inside 32"
        );
        for broken in [
            Law { offered: 256, ..law },
            Law { delivered: 0, ..law },
            Law { evicted: 3, ..law },
            Law { shed: 3, ..law },
            Law { sampled: 63, ..law },
            Law { expired: 129, ..law },
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
        let books = Books::new(2, 1, Vec::new());
        for reader in [0, 1] {
            let mut intake = books.intake(reader);
            (intake.offered, intake.shed, intake.replaced) = (10, 1 + reader as u64, 2);
        }
        books.delivery().lanes[0].taken = 5;
        let Tallies { all, lanes } = books.tally();
        assert_eq!((all.offered, all.shed, all.lost, all.depth()), (20, 3, 7, 8));
        assert!(lanes.is_empty());
        books.delivery().evicted = 6;
        assert_eq!(books.tally().all.lost, 9);
        books.close();
        assert!(books.intake(0).closed && books.intake(1).closed);
    }

    #[test]
    fn what_the_sample_and_the_age_took_is_lost_and_not_inside() {
        let books = Books::new(2, 1, Vec::new());
        for reader in [0, 1] {
            (books.intake(reader).offered, books.intake(reader).shed, books.intake(reader).sampled) = (20, 1, 4);
        }
        books.delivery().lanes[0] = Passed { taken: 6, delivered: 5, expired: 3 };
        books.delivery().evicted = 2;
        let all = books.tally().all;
        assert_eq!((all.sampled, all.expired, all.lost, all.depth()), (8, 3, 15, 19));
        let law = Law::of_books(&all);
        assert!(law.holds(), "{law}");
        assert_eq!((law.evicted, law.shed, law.left()), (2, 2, 20));
    }

    #[test]
    fn each_lane_has_its_account_and_all_have_the_sum() {
        let books = Books::new(2, 2, vec![Arc::new(Level::new()), Arc::new(Level::new())]);
        for reader in [0, 1] {
            (books.intake(reader).offered, books.intake(reader).shed) = (10 + reader as u64, reader as u64);
            books.delivery().lanes[reader] = Passed { taken: 3, delivered: 2, expired: 0 };
        }
        let Tallies { all, lanes } = books.tally();
        let depths: Vec<_> = lanes.iter().map(|lane| (lane.offered, lane.lost, lane.depth())).collect();
        assert_eq!(depths, [(10, 0, 7), (11, 1, 7)]);
        assert_eq!((all.offered, all.lost, all.depth(), all.delivered), (21, 1, 14, 4));
        assert!(all.level.is_none() && lanes.iter().all(|lane| lane.level.is_some()));
        let laws: Vec<_> = lanes.iter().map(Law::of_books).collect();
        let law = Law::sum(&laws);
        assert!(laws.iter().all(Law::holds) && law.holds());
        assert_eq!((law.offered, law.dropped_at_close, law.still_inside, law.left()), (21, 2, 14, 16));
    }

    #[test]
    fn waiting_is_summed_up_and_shows_while_it_lasts() {
        let (books, start) = (Books::new(1, 1, Vec::new()), Instant::now());
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
