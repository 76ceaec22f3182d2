//! When requests come: at fixed periods or at random, at one rate for most of the time and at another during a spike.

use std::ops::Range;

use super::SECOND;

/// The instants at which requests come, in ticks.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// Requests a second.
    usual: u64,
    spike: Spike,
    random: Option<Random>,
    next: u64,
}

/// A rate that replaces the usual one for some time.
#[derive(Clone, Debug)]
pub struct Spike {
    /// In ticks.
    pub when: Range<u64>,
    /// Requests a second.
    pub rate: u64,
}

impl Arrivals {
    /// The first request comes at `first`, each further one a period later.
    #[must_use]
    pub const fn fixed(usual: u64, spike: Spike, first: u64) -> Self {
        Self { usual, spike, random: None, next: first }
    }

    /// A Poisson process, the same one for the same seed.
    #[must_use]
    pub fn poisson(usual: u64, spike: Spike, seed: u64) -> Self {
        let mut arrivals = Self { usual, spike, random: Some(Random(seed)), next: 0 };
        arrivals.next = arrivals.after(0);
        arrivals
    }

    /// When the next request comes.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// It has come. Answers with when.
    pub(super) fn take(&mut self) -> u64 {
        let now = self.next;
        self.next = self.after(now);
        now
    }

    /// The first arrival after an instant. What would come beyond a change of the rate comes by the new rate from there on.
    fn after(&mut self, mut now: u64) -> u64 {
        loop {
            let Range { start, end } = self.spike.when;
            let (rate, change) = match now {
                _ if now < start => (self.usual, start),
                _ if now < end => (self.spike.rate, end),
                _ => (self.usual, u64::MAX),
            };
            let next = match rate {
                0 => u64::MAX,
                rate => now + self.random.as_mut().map_or(SECOND / rate, |random| random.gap(rate)),
            };
            if next <= change {
                return next;
            }
            now = change;
        }
    }
}

/// Splitmix64, after G. Steele, D. Lea and C. Flood (2014): chance that can be repeated.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    /// The ticks between two events of which there are so many a second on average: 1 at least.
    fn gap(&mut self, rate: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let uniform = ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (-uniform.ln() * SECOND as f64 / rate as f64) as u64 + 1
    }
}
