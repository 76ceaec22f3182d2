//! How long a thread looks for something before it sleeps.
//!
//! To fall asleep and be woken costs a thread some microseconds of work, and takes longer: up to 50 µs where its core has gone idle
//! meanwhile and is a virtual one. What it waits for mostly comes sooner while both sides are at work. So it looks again first:
//!
//! 1. with a few [pauses](spin_loop) before each look: the other side may be at work on another core;
//! 2. then with a [`yield_now`] before each: the other side may need this core. Where others want to run, that costs nobody anything.
//!
//! How often it looks is learnt, for each of the two by itself: more often after it was of use, less often after it was in vain. So
//! an end whose items come once a millisecond hardly looks at all, and neither does one pause that shares its core with the other
//! side. But now and then it tries for longer, as only that shows that times have changed: two ends that both sleep keep each other
//! waiting for as long as it takes to wake one.
//!
//! An end learns for itself: how long a wait takes is a matter of the other side of its channel, not of the thread, which may wait
//! for other ends in between. It takes six bytes that nobody else writes to.
//!
//! The number of cores is not asked for: the system tells a thread how many *it* may use, so one that stays on its core would take it
//! that there are no others.
//!
//! # Measured
//! `cargo bench -- '^ping_pong/'` shows an item that goes to another core and back, and to another thread on the same core, beside channels
//! that sleep at once or look for long.

use core::hint::spin_loop;
use std::thread::yield_now;

use super::Deadline;

/// What an end has learnt of how long it is worth while to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How many looks with pauses.
    paused: u16,
    /// How many with yields, after those.
    yielded: u16,
    /// How many waits there were.
    waits: u16,
}

/// How many looks of a kind there are in a wait.
struct Range {
    first: u16,
    least: u16,
    most: u16,
    /// Every so often.
    trial: u16,
}

/// They take 2.5 µs at most, which helps nobody else; so nothing is left of them where they are in vain.
const PAUSED: Range = Range { first: 16, least: 0, most: 16, trial: 8 };

/// At most they take about as long as it takes to sleep and to wake. A trial takes so long that one that sleeps is woken, and
/// answers; and the few that are left make that answer find the other side awake.
const YIELDED: Range = Range { first: 32, least: 2, most: 64, trial: 256 };

/// How many waits there are for a trial. It takes 0.1 ms at most.
const WAITS: u16 = 64;

/// How many pauses there are before a look at most. The first looks have fewer, or a trip to a near core and back takes a third longer.
/// If all had fewer, a thousand items in a ring would take 6 % longer, between cores that are far apart: each look takes a cache line
/// away from the side that works on it.
const PAUSES: u32 = 8;

impl Range {
    /// How many there are after it took so many.
    fn more(&self, looks: u16, made: u16) -> u16 {
        // Where every fifth wait is over in time, they are worth while.
        (looks.max(2 * made) + 4).min(self.most)
    }

    /// How many there are after they were in vain.
    fn fewer(&self, looks: u16) -> u16 {
        (looks - looks / 8).saturating_sub(1).max(self.least)
    }
}

/// The looks of one wait.
#[derive(Debug)]
pub(crate) struct Looks {
    paused: u16,
    yielded: u16,
    made: u16,
}

/// What a thread does before it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Pauses(u32),
    Yield,
}

impl Patience {
    pub(crate) const fn new() -> Self {
        Self { paused: PAUSED.first, yielded: YIELDED.first, waits: 0 }
    }

    /// For a wait that begins.
    pub(crate) fn looks(&mut self) -> Looks {
        self.waits = (self.waits + 1) % WAITS;
        if self.waits == 0 {
            Looks { paused: PAUSED.trial, yielded: YIELDED.trial, made: 0 }
        } else {
            Looks { paused: self.paused, yielded: self.yielded, made: 0 }
        }
    }

    /// The last look was of use.
    pub(crate) fn found(&mut self, Looks { paused, made, .. }: Looks) {
        if made <= paused {
            self.paused = PAUSED.more(self.paused, made);
        } else {
            self.paused = PAUSED.fewer(self.paused);
            self.yielded = YIELDED.more(self.yielded, made - paused);
        }
    }

    /// None was, or the time was over.
    pub(crate) fn in_vain(&mut self) {
        self.paused = PAUSED.fewer(self.paused);
        self.yielded = YIELDED.fewer(self.yielded);
    }
}

impl Looks {
    /// Waits for a moment before another look. `false`: that was long enough, or the time is over.
    pub(crate) fn wait(&mut self, deadline: Deadline) -> bool {
        // The model checker tries all orders without that.
        if cfg!(any(forebay_loom, forebay_shuttle)) || deadline.is_over() {
            return false;
        }
        match self.next() {
            Some(Before::Pauses(count)) => (0..count).for_each(|_| spin_loop()),
            Some(Before::Yield) => yield_now(),
            None => return false,
        }
        true
    }

    fn next(&mut self) -> Option<Before> {
        let before = if self.made < self.paused {
            Before::Pauses((1 << (self.made / 2)).min(PAUSES))
        } else if self.made < self.paused + self.yielded {
            Before::Yield
        } else {
            return None;
        };
        self.made += 1;
        Some(before)
    }
}

#[cfg(all(test, not(forebay_loom)))]
mod tests {
    use core::time::Duration;
    use std::time::Instant;
    use std::vec::Vec;

    use super::*;

    /// A wait in which the look after so many is of use. Answers with how many were made, of each kind.
    fn wait(patience: &mut Patience, of_use: u16) -> (u16, u16) {
        let mut looks = patience.looks();
        let (mut paused, mut yielded) = (0, 0);
        while let Some(before) = looks.next() {
            match before {
                Before::Pauses(count) => {
                    assert!((1..=PAUSES).contains(&count) && yielded == 0);
                    paused += 1;
                }
                Before::Yield => yielded += 1,
            }
            if paused + yielded == of_use {
                patience.found(looks);
                return (paused, yielded);
            }
        }
        patience.in_vain();
        (paused, yielded)
    }

    const NEVER: u16 = u16::MAX;

    /// After many waits in vain.
    fn weary() -> Patience {
        let mut patience = Patience::new();
        (0..2 * WAITS - 1).for_each(|_| _ = wait(&mut patience, NEVER));
        patience
    }

    #[test]
    fn what_is_in_vain_is_given_up_but_tried_every_so_often() {
        let mut patience = Patience::new();
        let waits: Vec<_> = (1..=3 * WAITS).map(|_| wait(&mut patience, NEVER)).collect();
        assert_eq!(waits[0], (PAUSED.first, YIELDED.first));
        let (trials, others): (Vec<_>, Vec<_>) = (1..).zip(&waits).partition(|(number, _)| number % WAITS == 0);
        assert!(trials.iter().all(|&(_, &looks)| looks == (PAUSED.trial, YIELDED.trial)));
        assert!(others.iter().skip(32).all(|&(_, &looks)| looks == (PAUSED.least, YIELDED.least)));
        assert!(others.windows(2).all(|pair| pair[1].1 <= pair[0].1));
    }

    #[test]
    fn a_trial_that_is_of_use_is_not_the_last_one() {
        let mut patience = weary();
        assert_eq!(wait(&mut patience, 3), (3, 0));
        assert!((0..10).all(|_| wait(&mut patience, 3) == (3, 0)));
        let mut patience = weary();
        assert_eq!(wait(&mut patience, PAUSED.trial + 200), (PAUSED.trial, 200));
        assert_eq!(wait(&mut patience, NEVER), (0, YIELDED.most));
        let mut patience = weary();
        assert_eq!(wait(&mut patience, PAUSED.trial + 10), (PAUSED.trial, 10));
        assert_eq!(wait(&mut patience, NEVER), (0, 2 * 10 + 4));
    }

    #[test]
    fn what_mostly_helps_is_kept() {
        let mut patience = Patience::new();
        assert_eq!(wait(&mut patience, PAUSED.first), (PAUSED.first, 0));
        assert_eq!(wait(&mut patience, NEVER), (PAUSED.first, YIELDED.first));
        // One in four, and where they are no trials.
        for number in 0..1000 {
            patience.waits = 0;
            wait(&mut patience, if number % 4 == 0 { 2 } else { NEVER });
        }
        assert!((4..PAUSED.most).contains(&patience.paused));
        // The other side needs this core.
        patience.waits = 0;
        for _ in 0..WAITS - 1 {
            let after = patience.paused + 1;
            wait(&mut patience, after);
        }
        assert_eq!((patience.paused, patience.yielded), (0, YIELDED.most));
    }

    #[test]
    fn it_ends_with_its_time() {
        let mut looks = Patience::new().looks();
        assert!(looks.wait(Deadline::At(Instant::now() + Duration::from_secs(60))));
        assert!(!looks.wait(Deadline::At(Instant::now())));
        assert_eq!(looks.made, 1);
    }
}
