//! How pressed a ring or a lane was: for how long at each level, and how often that changed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use forebay::{Pressure, Seen};

/// What the ends of a ring saw of its level.
///
/// The ring changes its level itself, within a push or a pop. Each end looks at it after each of these, and whoever finds
/// it changed writes down how it is now; so a level that comes and goes within one of them is seen late, but no change is
/// lost that lasts.
pub(crate) struct Level {
    history: Mutex<History>,
}

struct History {
    /// What was written down last. The ring's word is loaded while this is held, so nobody writes an older level.
    seen: Seen,
    level: Pressure,
    since: Instant,
    /// For how long at each level, before `since`.
    spent: [Duration; 3],
    changes: u64,
}

impl Level {
    pub(crate) fn new() -> Self {
        let history = History {
            seen: Seen::default(),
            level: Pressure::Open,
            since: Instant::now(),
            spent: [Duration::ZERO; 3],
            changes: 0,
        };
        Self { history: Mutex::new(history) }
    }

    /// Writes down how it is now, if it has changed.
    fn note(&self, since: impl FnOnce(&mut Seen) -> Option<Pressure>) {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        match since(&mut history.seen) {
            // Nobody takes anything out any more: the account is of the time before.
            None | Some(Pressure::Closed) => {}
            Some(level) => {
                // It has changed, so it was another one in between.
                history.changes += if level == history.level { 2 } else { 1 };
                history.spend(Instant::now());
                history.level = level;
            }
        }
    }

    /// The figures at this instant.
    pub(crate) fn tally(&self) -> LevelTally {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.spend(Instant::now());
        LevelTally { level: history.level, spent: history.spent, changes: history.changes }
    }
}

impl History {
    fn spend(&mut self, now: Instant) {
        self.spent[self.level as usize] += now.saturating_duration_since(self.since);
        self.since = now;
    }
}

/// One end's look at the level.
pub(crate) struct Lookout {
    seen: Seen,
    level: Arc<Level>,
}

impl Lookout {
    pub(crate) fn new(level: &Arc<Level>) -> Self {
        Self { seen: Seen::default(), level: level.clone() }
    }

    /// Looks whether it has changed: one load if it has not. `since` asks the ring.
    pub(crate) fn look(&mut self, since: impl Fn(&mut Seen) -> Option<Pressure>) {
        if since(&mut self.seen).is_some() {
            self.level.note(since);
        }
    }
}

/// The figures of a level at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LevelTally {
    pub(crate) level: Pressure,
    /// For how long it was open, slow and stop.
    pub(crate) spent: [Duration; 3],
    pub(crate) changes: u64,
}

impl LevelTally {
    /// Whether there is anything to tell.
    pub(crate) const fn has_changed(&self) -> bool {
        self.changes > 0
    }
}

/// As the account has it.
impl fmt::Display for LevelTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.spent.iter().sum::<Duration>();
        let share = |part: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64().max(1e-9);
        let [open, slow, stop] = self.spent.map(share);
        let (seconds, changes) = (whole.as_secs_f64(), self.changes);
        write!(f, "open {open:.1}% + slow {slow:.1}% + stop {stop:.1}% of {seconds:.2} s, changes {changes}")
    }
}

/// A level in four letters.
pub(crate) const fn word(level: Pressure) -> &'static str {
    match level {
        Pressure::Open => "open",
        Pressure::Slow => "slow",
        Pressure::Stop | Pressure::Closed => "stop",
    }
}

#[cfg(test)]
mod tests {
    use forebay::{Watermarks, spsc};

    use super::*;

    #[test]
    fn both_ends_write_one_history() {
        let level = Arc::new(Level::new());
        let (mut above, mut below) = (Lookout::new(&level), Lookout::new(&level));
        let (mut tx, mut rx) = spsc::ring(4).unwrap();
        tx.set_watermarks(Watermarks::new(3, 1).unwrap()).unwrap();
        let mut expect = |push: bool, expected, changes| {
            if push {
                let _ = tx.push(0);
                above.look(|seen| tx.pressure_since(seen));
            } else {
                rx.pop().unwrap();
                below.look(|seen| rx.pressure_since(seen));
            }
            let tally = level.tally();
            assert_eq!((tally.level, tally.changes), (expected, changes));
        };
        expect(true, Pressure::Open, 0);
        expect(true, Pressure::Open, 0);
        expect(true, Pressure::Slow, 1);
        expect(true, Pressure::Stop, 2);
        expect(true, Pressure::Stop, 2);
        for left in [3, 2, 1] {
            expect(false, if left == 1 { Pressure::Open } else { Pressure::Stop }, if left == 1 { 3 } else { 2 });
        }
        expect(true, Pressure::Open, 3);
        expect(true, Pressure::Slow, 4);
    }

    #[test]
    fn who_looks_late_writes_down_what_is_and_not_what_was() {
        let level = Arc::new(Level::new());
        let (mut above, mut below) = (Lookout::new(&level), Lookout::new(&level));
        let (mut tx, mut rx) = spsc::ring(1).unwrap();
        tx.push(0).unwrap();
        rx.pop().unwrap();
        below.look(|seen| rx.pressure_since(seen));
        above.look(|seen| tx.pressure_since(seen));
        assert_eq!((level.tally().level, level.tally().changes), (Pressure::Open, 2), "it was stopped in between");
        // A closed ring is at no level of the three.
        drop(rx);
        above.look(|seen| tx.pressure_since(seen));
        assert_eq!((level.tally().level, level.tally().changes), (Pressure::Open, 2));
    }

    #[test]
    fn the_shares_are_of_the_whole_time() {
        let ms = Duration::from_millis;
        let tally = LevelTally { level: Pressure::Slow, spent: [ms(1500), ms(300), ms(200)], changes: 7 };
        assert_eq!(tally.to_string(), "open 75.0% + slow 15.0% + stop 10.0% of 2.00 s, changes 7");
        let level = Level::new();
        let spent = |level: &Level| level.tally().spent;
        let (before, after) = (spent(&level), spent(&level));
        assert!(after[0] >= before[0] && after[1..] == [Duration::ZERO; 2]);
    }
}
