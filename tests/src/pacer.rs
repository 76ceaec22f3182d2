//! What holds of a pacer whatever it is told, as data for a property test as well as for a fuzzer.

use forebay_core::Pressure;
use forebay_core::pacer::{Pacer, Rates};

/// A pacer, and what it is told.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// Ticks in a second, and the rates: least, at the start, greatest.
    pub period: u32,
    /// The rates are in order, and not 0.
    pub rates: [u32; 3],
    /// How many items it makes up for.
    pub burst: u32,
    /// When it begins.
    pub epoch: u64,
    /// A level, how much later it is told of it, below half of all that there is, and whether an item is sent if it may.
    pub told: &'a [(Pressure, u64, bool)],
}

impl Case<'_> {
    /// Runs the case.
    ///
    /// # Panics
    /// If the rate leaves its bounds, something is sent at `Stop`, what it says doesn't follow from what it was told, or arithmetic
    /// overflows.
    pub fn run(&self) {
        let [least, start, greatest] = self.rates;
        let rates = Rates::new(self.period, least, greatest).and_then(|rates| rates.starting_at(start)).expect("right");
        let mut pacer = Pacer::new(rates).with_burst(self.burst);
        let mut twin = pacer.clone();
        let mut now = self.epoch;
        for &(pressure, ticks, sends) in self.told {
            now = now.wrapping_add(ticks);
            let delay = pacer.next_delay(now, pressure);
            assert_eq!(twin.next_delay(now, pressure), delay);
            if pressure == Pressure::Closed {
                // That is for ever.
                return assert_eq!(delay, None);
            }
            assert!(delay.is_some() && (pressure != Pressure::Stop || delay != Some(0)));
            assert!(delay <= Some(u64::from(self.period / least) + 2), "{delay:?} of {self:?}");
            assert!((least..=greatest).contains(&pacer.rate()));
            if delay == Some(0) && sends {
                pacer.on_sent(now);
                twin.on_sent(now);
            }
        }
    }
}
