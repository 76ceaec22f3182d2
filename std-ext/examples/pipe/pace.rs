//! Slowing down to a rate.

use std::time::{Duration, Instant};

/// Spaces steps in time. It has no clock and does not sleep: it says how long to.
///
/// A step that comes late does not shift the ones after it, so the rate holds on average however coarse sleeping is. Only
/// a delay of more than [`SLACK`](Self::SLACK) is not made up for: after a pause no flood follows.
#[derive(Default)]
pub(crate) struct Pacer {
    /// When the next step is due; at once, if there was none yet.
    due: Option<Instant>,
}

impl Pacer {
    /// How much lateness is made up for.
    const SLACK: Duration = Duration::from_millis(20);

    /// How long to wait before the next step. The step after it will be due `interval` later.
    pub(crate) fn delay(&mut self, now: Instant, interval: Duration) -> Duration {
        let earliest = now.checked_sub(Self::SLACK).unwrap_or(now);
        let due = self.due.map_or(now, |due| due.max(earliest));
        self.due = Some(due + interval);
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_first_step_is_due_at_once_and_the_others_in_turn() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        assert_eq!(pacer.delay(now, 10 * MS), Duration::ZERO);
        assert_eq!(pacer.delay(now, 10 * MS), 10 * MS);
        assert_eq!(pacer.delay(now + 13 * MS, 10 * MS), 7 * MS);
    }

    #[test]
    fn lateness_is_made_up_for() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        pacer.delay(now, 10 * MS);
        // Due at 10, asked at 25: late by 15. The one after it is due at 20, and then 30.
        let late = now + 25 * MS;
        assert_eq!(pacer.delay(late, 10 * MS), Duration::ZERO);
        assert_eq!(pacer.delay(late, 10 * MS), Duration::ZERO);
        assert_eq!(pacer.delay(late, 10 * MS), 5 * MS);
    }

    #[test]
    fn no_flood_follows_a_pause() {
        let (mut pacer, now) = (Pacer::default(), Instant::now());
        pacer.delay(now, 10 * MS);
        let later = now + 60_000 * MS;
        let at_once = (0..100).take_while(|_| pacer.delay(later, 10 * MS).is_zero()).count();
        assert_eq!(at_once, 3, "two for the slack, and the one that is due");
    }
}
