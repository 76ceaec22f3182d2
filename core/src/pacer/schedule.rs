//! When the next item is due, at a given rate: the generic cell rate algorithm (ITU-T I.371), "virtual scheduling".

/// The bits of a tick's fraction.
const FRACTION: u32 = 24;
const MASK: u64 = (1 << FRACTION) - 1;

/// Due times that are a gap apart, in ticks and 2⁻²⁴ of a tick, so that rates of several items per tick hold as well.
///
/// Items that come late don't shift those after them, up to a tolerance of `burst` gaps: the rate holds on average
/// however coarse sleeping is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// When the next item is due; compared by its distance from now, so that ticks may wrap.
    due: u64,
    /// The fraction of a tick that comes to it.
    fraction: u32,
    /// How many gaps of lateness are made up for.
    burst: u32,
    /// In 2⁻²⁴ ticks.
    gap: u64,
}

impl Schedule {
    pub(super) const fn new(burst: u32) -> Self {
        Self { due: 0, fraction: 0, burst, gap: 0 }
    }

    /// The same, but so many gaps of lateness are made up for.
    pub(super) const fn with_burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }

    /// From now on the next item is due, or would be if it were not: nothing that was missed is made up for.
    pub(super) const fn restart(&mut self, now: u64) {
        (self.due, self.fraction) = (now, 0);
    }

    /// As [`restart`](Self::restart), if the next item is late by a tick at least.
    pub(super) const fn forgive(&mut self, now: u64) {
        if self.lateness(now) > 0 {
            self.restart(now);
        }
    }

    /// `rate` is in 1/256 of an item per period, and at least 256. The part of an item that is already earned stays so.
    pub(super) const fn set_rate(&mut self, now: u64, rate: u32, period: u32) {
        let missing = self.missing(now);
        // Below 2^(31 + 8 + 24 - 8).
        self.gap = (((period as u64) << 8) << FRACTION) / if rate == 0 { 1 } else { rate as u64 };
        if missing > 0 {
            let wait = (self.gap >> 8).saturating_mul(missing) >> 8;
            self.due = now.wrapping_add(wait >> FRACTION);
            self.fraction = (wait & MASK) as u32;
        }
    }

    /// What is missing until the next item is due, in 2⁻¹⁶ items; 0 if it is due, and more than 1 item after a batch.
    pub(super) const fn missing(&self, now: u64) -> u64 {
        let late = self.lateness(now);
        if late >= 0 || self.gap == 0 {
            return 0;
        }
        // The lateness is rounded down to whole ticks where there is a fraction.
        let ticks = late.unsigned_abs() - (self.fraction > 0) as u64;
        let wait = ticks.saturating_mul(1 << FRACTION).saturating_add(self.fraction as u64);
        let part = self.gap >> 16;
        wait / if part == 0 { 1 } else { part }
    }

    /// A gap, in ticks rounded up; at least one.
    pub(super) const fn gap_ticks(&self) -> u64 {
        let ticks = self.gap.div_ceil(1 << FRACTION);
        if ticks == 0 { 1 } else { ticks }
    }

    /// How late the next item is, in whole ticks; below 0 before it is due.
    const fn lateness(&self, now: u64) -> i64 {
        let since = now.wrapping_sub(self.due) as i64;
        if self.fraction > 0 { since.saturating_sub(1) } else { since }
    }

    /// Ticks until the next item is due, 0 if it is.
    pub(super) const fn wait(&self, now: u64) -> u64 {
        let late = self.lateness(now);
        if late < 0 { late.unsigned_abs() } else { 0 }
    }

    /// Gives up what is too late to be made up for; says whether there was any.
    pub(super) const fn cut(&mut self, now: u64) -> bool {
        // Below 2^40, so that distances in time stay far from where they would change their sign.
        let tolerance = self.gap.saturating_mul(self.burst as u64) >> FRACTION;
        let late = self.lateness(now);
        if late <= 0 || late.unsigned_abs() <= tolerance {
            return false;
        }
        (self.due, self.fraction) = (now.wrapping_sub(tolerance), 0);
        true
    }

    /// An item went out.
    pub(super) const fn book(&mut self) {
        let sum = self.gap + self.fraction as u64;
        self.due = self.due.wrapping_add(sum >> FRACTION);
        self.fraction = (sum & MASK) as u32;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    fn schedule(now: u64, rate: u32, period: u32, burst: u32) -> Schedule {
        let mut schedule = Schedule::new(burst);
        schedule.restart(now);
        schedule.set_rate(now, rate << 8, period);
        schedule
    }

    /// The times at which items go out that are asked for as soon as they are due.
    fn times(mut schedule: Schedule, start: u64, count: usize) -> Vec<u64> {
        let mut now = start;
        let mut times = vec![];
        for _ in 0..count {
            now = now.wrapping_add(schedule.wait(now));
            assert!(!schedule.cut(now));
            assert_eq!(schedule.wait(now), 0);
            schedule.book();
            times.push(now.wrapping_sub(start));
        }
        times
    }

    #[test]
    fn the_rate_holds_to_a_fraction_of_a_tick() {
        assert_eq!(times(schedule(7, 3, 10, 1), 7, 7), [0, 4, 7, 10, 14, 17, 20]);
    }

    #[test]
    fn several_items_a_tick() {
        assert_eq!(times(schedule(0, 5, 2, 1), 0, 11), [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4]);
    }

    #[test]
    fn time_may_wrap() {
        let start = u64::MAX - 4;
        assert_eq!(times(schedule(start, 1, 3, 1), start, 4), [0, 3, 6, 9]);
    }

    #[test]
    fn lateness_is_made_up_for_to_a_bound() {
        let mut schedule = schedule(0, 1, 10, 2);
        schedule.book();
        // Due at 10; at 30 it is two gaps late.
        assert!(!schedule.cut(30));
        assert!(schedule.cut(32));
        // Two gaps are made up for, and the item of now.
        for _ in 0..3 {
            assert_eq!(schedule.wait(32), 0);
            schedule.book();
        }
        assert_eq!(schedule.wait(32), 10);
        schedule.forgive(32);
        assert_eq!(schedule.wait(32), 10, "what is not due is not forgiven");
        schedule.forgive(99);
        schedule.book();
        assert_eq!(schedule.wait(99), 10, "nothing is made up for");
    }

    #[test]
    fn what_is_less_than_a_tick_late_is_not_forgiven() {
        let mut schedule = schedule(0, 3, 10, 1);
        schedule.book();
        // Due at 3 1/3.
        assert_eq!((schedule.wait(3), schedule.wait(4)), (1, 0));
        schedule.forgive(4);
        schedule.book();
        assert_eq!(schedule.wait(4), 3, "due at 6 2/3");
    }

    #[test]
    fn what_is_earned_stays_earned_at_another_rate() {
        let mut schedule = schedule(0, 1, 1000, 1);
        schedule.book();
        assert_eq!(schedule.wait(100), 900);
        schedule.set_rate(100, 10 << 8, 1000);
        assert_eq!(schedule.wait(100), 90, "nine tenths of an item are still missing");
        schedule.set_rate(100, 1 << 8, 1000);
        // As exact as the 2^-16 of an item in which what is missing is counted.
        assert!(schedule.wait(100).abs_diff(900) <= 1);
    }

    #[test]
    fn what_is_missing_is_a_part_of_an_item() {
        let mut schedule = schedule(7, 1, 1000, 1);
        assert_eq!(schedule.missing(7), 0);
        schedule.book();
        assert_eq!(
            [7, 257, 507, 1006, 1007, 1008].map(|now| schedule.missing(now)),
            [1 << 16, 3 << 14, 1 << 15, 65, 0, 0]
        );
        schedule.book();
        assert_eq!(schedule.missing(7), 2 << 16, "more than one after a batch");
    }

    #[test]
    fn extremes_do_not_overflow() {
        for (rate, period) in [(1, u32::MAX >> 1), (u32::MAX >> 8, 1), (1, 1), (u32::MAX >> 8, u32::MAX >> 1)] {
            let mut schedule = schedule(0, rate, period, u32::MAX);
            for now in [0, 1, 1 << 62, u64::MAX >> 1, u64::MAX] {
                schedule.cut(now);
                schedule.book();
                schedule.set_rate(now, rate << 8, period);
                schedule.missing(now);
                schedule.forgive(now);
                schedule.wait(now);
            }
        }
    }
}
