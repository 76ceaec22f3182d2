//! The rate: additive increase and multiplicative decrease around a measured share. The law is told in the module above.

use core::mem;

use super::rates::Rates;
use super::schedule::Schedule;
use crate::pressure::Pressure;

/// The bits of a rate's fraction: rates are in 1/256 of an item per period.
pub(super) const FRACTION: u32 = 8;

/// Before the first drain is known, a rate is tried for so many of its gaps before it is changed.
const TRIAL: u64 = 2;

/// While the level is raised the rate loses 1/8, and at `Stop` 1/2.
const SLOW: u32 = 8;

/// The first increment, in items per drain.
const PROBE: u64 = 4;

/// The increment doubles after this part of a drain.
const PARTS: u64 = 4;

/// The level is looked at so many times in a drain at least, however seldom an item is due.
const GLANCES: u64 = 16;

/// A long `Stop` takes no more than this from the share: 1/8 of it remains.
const HELD: u32 = 8;

/// From one cycle to the next the share falls to its half at most, and a drain changes by a factor of 4 at most: a consumer
/// that once stands still for an hour says nothing of the hour after it.
const OUTLIER: u64 = 4;

/// The first drain takes so many gaps of the least rate at most: until then the rate falls to the least at `Stop`, and what
/// comes after it is a consumer that stands still.
const FIRST: u64 = 4;

/// What is known of the queue, and the rate that follows from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Control {
    rates: Rates,
    /// The rate now.
    rate: u32,
    /// What the queue took from this producer in the last cycle, as a rate; 0 before the first has ended.
    share: u32,
    /// What the next increase adds.
    increment: u32,
    /// Items sent in this cycle.
    sent: u32,
    /// What was missing to the next item when the cycle began, in 2⁻¹⁶ items.
    missing: u64,
    /// When the rate was changed last.
    changed: u64,
    /// When the level fell last: the cycle's beginning.
    fell: u64,
    /// When it rose last.
    rose: u64,
    /// How long the level was raised, the last time; 0 before it has fallen once.
    drain: u64,
    raised: bool,
    /// Whether allowance was left unused since the last change.
    idle: bool,
    /// Whether allowance was left unused in this cycle.
    idle_cycle: bool,
}

impl Control {
    pub(super) const fn new(rates: Rates) -> Self {
        Self {
            rates,
            rate: rates.start,
            share: 0,
            increment: 0,
            sent: 0,
            missing: 0,
            changed: 0,
            fell: 0,
            rose: 0,
            drain: 0,
            raised: false,
            idle: false,
            idle_cycle: false,
        }
    }

    /// Time begins.
    pub(super) const fn begin(&mut self, now: u64) {
        (self.changed, self.fell) = (now, now);
    }

    /// The share, 0 while there is none, in 1/256 of an item per period.
    pub(super) const fn share(&self) -> u32 {
        self.share
    }

    /// In ticks.
    pub(super) const fn period(&self) -> u32 {
        self.rates.period
    }

    /// In 1/256 of an item per period.
    pub(super) const fn rate(&self) -> u32 {
        self.rate
    }

    /// An item went out.
    pub(super) const fn sent(&mut self, now: u64) {
        self.sent += 1;
        if self.sent >> 31 > 0 {
            // Half of the items in half of the time: the same rate.
            self.sent /= 2;
            self.fell = now.wrapping_sub(now.wrapping_sub(self.fell) / 2);
        }
    }

    /// The producer has left allowance unused.
    pub(super) const fn left_unused(&mut self) {
        (self.idle, self.idle_cycle) = (true, true);
    }

    /// Takes notice of the level, and changes the rate if it is time to; says whether it did.
    pub(super) fn observe(&mut self, now: u64, pressure: Pressure, schedule: &Schedule) -> bool {
        match (self.raised, pressure.is_raised()) {
            (false, true) => self.rise(now),
            (true, false) => self.fall(now, schedule.missing(now)),
            _ if now.wrapping_sub(self.changed) < self.interval(schedule.gap_ticks()) => return false,
            (true, true) => self.decrease(pressure),
            (false, false) => self.increase(),
        }
        self.changed = now;
        self.rate = self.rates.clamp(self.rate);
        true
    }

    /// For how long at most not to look at the level: a part of the time that it takes to fall, or of the gap in ticks before
    /// that is known.
    pub(super) const fn glance(&self, gap: u64) -> u64 {
        let whole = match (self.drain, self.raised) {
            (0, false) => return u64::MAX,
            (0, true) => gap,
            (drain, _) => drain,
        };
        if whole < GLANCES { 1 } else { whole / GLANCES }
    }

    /// How long a rate lasts if the level stays the same. `gap` is that of the rate, in ticks.
    fn interval(&self, gap: u64) -> u64 {
        match (self.drain, self.raised) {
            (0, _) => gap.saturating_mul(TRIAL),
            (drain, true) => drain.max(gap),
            (drain, false) => (drain / PARTS).max(gap),
        }
    }

    fn rise(&mut self, now: u64) {
        (self.raised, self.rose) = (true, now);
        if self.share == 0 {
            self.rate /= 2;
        } else {
            self.rate = self.rate.min(self.share);
            self.rate -= self.rate / SLOW;
        }
    }

    fn decrease(&mut self, pressure: Pressure) {
        if pressure < Pressure::Stop {
            self.rate -= self.rate / SLOW;
        } else if self.rate / 2 >= self.share / HELD {
            self.rate /= 2;
        }
    }

    fn increase(&mut self) {
        if mem::take(&mut self.idle) {
            return;
        }
        if self.share == 0 {
            self.rate = self.rate.saturating_mul(2);
        } else {
            self.rate = self.rate.saturating_add(self.increment);
            self.increment = self.increment.saturating_mul(2);
        }
    }

    /// A cycle ends. `missing` is what is missing to the next item, in 2⁻¹⁶ items.
    fn fall(&mut self, now: u64, missing: u64) {
        self.raised = false;
        let earned = (u64::from(self.sent) << 16).saturating_add(self.missing).saturating_sub(missing);
        let measured = mean(earned, now.wrapping_sub(self.fell), self.rates.period);
        let drain = now.wrapping_sub(self.rose).max(1);
        if self.share == 0 {
            self.drain = drain.min(FIRST * self.rates.longest_gap());
            // After a start from far below the mean says little, and the rate by which it drained is nearer.
            self.share = measured.max(self.rate);
        } else {
            self.drain = drain.max(self.drain / OUTLIER).min(self.drain.saturating_mul(OUTLIER));
            // A cycle in which the producer was the limit says little, too.
            let least = if self.idle_cycle { self.share - self.share / SLOW } else { self.share / 2 };
            self.share = measured.max(least);
        }
        self.share = self.rates.clamp(self.share);
        let probe = ((PROBE * u64::from(self.rates.period)) << FRACTION) / self.drain.max(1);
        self.increment = u32::try_from(probe).unwrap_or(u32::MAX).max(1);
        self.rate = self.share;
        self.increase();
        (self.sent, self.missing, self.fell) = (0, missing, now);
        (self.idle, self.idle_cycle) = (false, false);
    }
}

/// So many 2⁻¹⁶ items in so many ticks, as a rate.
fn mean(items: u64, ticks: u64, period: u32) -> u32 {
    // So few that the product keeps within 64 bits: 2^(33 + 31).
    let excess = (64 - 33u32).saturating_sub(items.leading_zeros());
    let (items, ticks) = (items >> excess, ticks >> excess);
    let rate = (items * u64::from(period) / ticks.max(1)) >> (16 - FRACTION);
    u32::try_from(rate).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u32 = 1_000_000;

    /// A control with a schedule, at a rate of whole items, as the pacer drives them.
    struct Driver(Control, Schedule);

    impl Driver {
        fn new(start: u32) -> Self {
            let rates = Rates::new(SECOND, 1, 10_000).and_then(|rates| rates.starting_at(start)).expect("right");
            let (mut control, mut schedule) = (Control::new(rates), Schedule::new(1));
            control.begin(0);
            schedule.restart(0);
            schedule.set_rate(0, control.rate(), SECOND);
            Self(control, schedule)
        }

        fn observe(&mut self, now: u64, pressure: Pressure) -> u32 {
            if self.0.observe(now, pressure, &self.1) {
                self.1.set_rate(now, self.0.rate(), SECOND);
            }
            self.0.rate()
        }

        /// With a share of 1000/s and a drain of 0.08 s, at time 0.18 s.
        fn settled() -> Self {
            let mut driver = Self::new(1000);
            assert_eq!(driver.observe(100_000, Pressure::Slow), 500 << FRACTION);
            for _ in 0..180 {
                driver.0.sent(100_000);
            }
            driver.1.restart(180_000);
            // The first increment is 4 items per drain: 50/s.
            assert_eq!(driver.observe(180_000, Pressure::Open), 1050 << FRACTION);
            assert_eq!((driver.0.share, driver.0.drain), (1000 << FRACTION, 80_000));
            driver
        }
    }

    #[test]
    fn the_start_doubles_every_two_gaps_up_to_the_greatest_rate() {
        let mut driver = Driver::new(4000);
        assert_eq!(driver.observe(499, Pressure::Open), 4000 << FRACTION);
        assert_eq!(driver.observe(500, Pressure::Open), 8000 << FRACTION);
        assert_eq!(driver.observe(750, Pressure::Open), 10_000 << FRACTION);
        assert_eq!(driver.observe(751, Pressure::Stop), 5000 << FRACTION);
    }

    #[test]
    fn increments_double_four_times_in_a_drain() {
        let mut driver = Driver::settled();
        assert_eq!(driver.observe(199_999, Pressure::Open), 1050 << FRACTION);
        assert_eq!(driver.observe(200_000, Pressure::Open), 1150 << FRACTION);
        assert_eq!(driver.observe(220_000, Pressure::Open), 1350 << FRACTION);
    }

    #[test]
    fn no_increase_while_the_producer_is_the_limit() {
        let mut driver = Driver::settled();
        driver.0.left_unused();
        assert_eq!(driver.observe(200_000, Pressure::Open), 1050 << FRACTION);
        assert_eq!(driver.observe(220_000, Pressure::Open), 1150 << FRACTION);
    }

    #[test]
    fn a_decrease_starts_from_the_share_and_comes_once_in_a_drain() {
        let mut driver = Driver::settled();
        assert_eq!(driver.observe(200_000, Pressure::Slow), 875 << FRACTION);
        assert_eq!(driver.observe(279_999, Pressure::Slow), 875 << FRACTION);
        assert_eq!(driver.observe(280_000, Pressure::Slow), (875 * 7) << (FRACTION - 3));
        assert_eq!(driver.observe(360_000, Pressure::Stop), (875 * 7) << (FRACTION - 4));
    }

    #[test]
    fn a_long_stop_does_not_collapse_it() {
        let mut driver = Driver::settled();
        let mut now = 200_000;
        for _ in 0..1000 {
            driver.observe(now, Pressure::Stop);
            now += 80_000;
        }
        assert_eq!(driver.0.rate(), 875 << (FRACTION - 2));
        // No item in 80 s: the share is halved at most, the drain longer by four times at most.
        assert_eq!(driver.observe(now, Pressure::Open), 512 << FRACTION | 0x80);
        assert_eq!((driver.0.share, driver.0.drain), (500 << FRACTION, 320_000));
    }

    #[test]
    fn a_first_stop_of_any_length_is_no_drain() {
        let mut driver = Driver::new(1000);
        for now in (100_000..3_600_000_000).step_by(62_500) {
            driver.observe(now, Pressure::Stop);
        }
        // The least rate is 1/s, and the first increment 4 items in 4 s.
        assert_eq!(driver.observe(3_600_000_000, Pressure::Open), 2 << FRACTION);
        assert_eq!((driver.0.share, driver.0.drain), (1 << FRACTION, 4_000_000));
    }

    #[test]
    fn a_cycle_with_pauses_takes_an_eighth_at_most() {
        let mut driver = Driver::settled();
        driver.0.left_unused();
        driver.observe(10_000_000, Pressure::Slow);
        driver.observe(10_080_000, Pressure::Open);
        assert_eq!(driver.0.share, 875 << FRACTION);
    }

    #[test]
    fn a_drain_changes_by_a_factor_of_four_at_most() {
        for (drain, expected) in
            [(1, 20_000), (20_000, 20_000), (50_000, 50_000), (320_000, 320_000), (999_999, 320_000)]
        {
            let mut driver = Driver::settled();
            driver.observe(300_000, Pressure::Slow);
            driver.observe(300_000 + drain, Pressure::Open);
            assert_eq!(driver.0.drain, expected);
        }
    }

    #[test]
    fn the_level_is_looked_at_sixteen_times_in_a_drain() {
        let mut driver = Driver::new(1000);
        assert_eq!(driver.0.glance(1000), u64::MAX, "nothing is known, and nothing is raised");
        driver.observe(100_000, Pressure::Slow);
        assert_eq!([2000, 16, 15, 1].map(|gap| driver.0.glance(gap)), [125, 1, 1, 1]);
        assert_eq!(Driver::settled().0.glance(1000), 80_000 / 16);
    }

    #[test]
    fn means_are_right_to_the_last_bit_and_do_not_overflow() {
        assert_eq!(mean(25 << 16, 1_000_000, SECOND), 25 << FRACTION);
        assert_eq!(mean(1 << 15, 1_000_000, SECOND), 1 << (FRACTION - 1));
        assert_eq!(mean(0, 0, SECOND), 0);
        assert_eq!(mean(u64::MAX, 0, u32::MAX >> 1), u32::MAX);
        assert_eq!(mean((1 << 31) << 16, 1 << 31, 1000), 1000 << FRACTION);
    }

    #[test]
    fn a_count_that_grows_for_ever_keeps_its_mean() {
        let mut driver = Driver::settled();
        driver.0.sent = (1 << 31) - 1;
        let now = 180_000 + 1000 * (1 << 31);
        driver.0.sent(now);
        assert!(driver.0.sent < 1 << 31, "there is room for as many again");
        assert_eq!(mean(u64::from(driver.0.sent) << 16, now - driver.0.fell, SECOND), 1000 << FRACTION);
    }
}
