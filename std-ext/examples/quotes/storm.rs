//! A stream that is made up: three seconds, with a storm in the second one. The same one for the same seed.

use crate::SECOND;
use crate::feed::{CLASSES, Event, Item, What};

/// Events a second of each class, usually and in the storm.
const EVENTS: [(u64, u64); CLASSES.len()] = [(5, 30), (60, 450), (150, 4_000)];

/// The keys, the busiest one first: the k-th has 1/k of its quotes.
const KEYS: [&str; 12] =
    ["ACME", "BOLT", "CRUX", "DELI", "ECHO", "FLUX", "GRIT", "HALO", "IRIS", "JADE", "KILO", "LYNX"];

/// Quotes a second of the busiest key, usually and in the storm.
const QUOTES: (u64, u64) = (400, 4_000);

const SECONDS: u64 = 3;

/// One thing that comes again and again.
struct Source {
    /// How often in a second, usually and in the storm.
    rates: (u64, u64),
    chance: Chance,
    /// When it comes next, and what it is.
    at: u64,
    next: What,
    /// How many came.
    count: u64,
}

/// All items, in the order of their times.
pub(crate) struct Storm(Vec<Source>);

impl Storm {
    pub(crate) fn new(seed: u64) -> Self {
        let event = |class| What::Event(Event { class, text: String::new() });
        let quote = |key: usize| What::Quote(KEYS[key].into(), 10_000 / (key as i64 + 1));
        let events = EVENTS.into_iter().enumerate().map(|(class, rates)| (rates, event(class)));
        let quotes = (0..KEYS.len()).map(|key| {
            let share = key as u64 + 1;
            ((QUOTES.0 / share, QUOTES.1 / share), quote(key))
        });
        let source = |(number, (rates, next))| {
            // Each has chance of its own.
            let chance = Chance::new(seed.wrapping_mul(1_000).wrapping_add(number));
            let mut source = Source { rates, chance, at: 0, next, count: 0 };
            source.pass();
            source
        };
        Self((0..).zip(events.chain(quotes)).map(source).collect())
    }
}

impl Source {
    /// It has come. From one to the next it takes up to twice as long as the rate says, by chance.
    fn pass(&mut self) {
        let rate = if self.at / SECOND == 1 { self.rates.1 } else { self.rates.0 };
        self.at += 1 + self.chance.below(2 * SECOND / rate);
    }
}

impl Iterator for Storm {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let source = self.0.iter_mut().min_by_key(|source| source.at)?;
        let at = source.at;
        if at >= SECONDS * SECOND {
            return None;
        }
        source.pass();
        source.count += 1;
        match &mut source.next {
            What::Event(Event { class, text }) => *text = format!("{} {}", CLASSES[*class], source.count),
            // The time is by chance, and so is what is left of it: the price goes down, stays, or goes up.
            What::Quote(_, price) => *price += (at % 3) as i64 - 1,
        }
        Some(Item { at, what: source.next.clone() })
    }
}

/// Numbers that look like chance, and are the same for the same seed: a multiplicative congruential generator (D. H. Lehmer, 1951;
/// the multiplier of S. K. Park and K. W. Miller, 1988).
struct Chance(u64);

impl Chance {
    const MODULUS: u64 = (1 << 31) - 1;

    fn new(seed: u64) -> Self {
        Self(1 + seed % (Self::MODULUS - 1))
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0 * 48_271 % Self::MODULUS;
        self.0 % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_is_that_of_its_seed() {
        let items = |seed| Storm::new(seed).collect::<Vec<_>>();
        assert!(items(1) == items(1) && items(1) != items(2));
        assert!(items(1).is_sorted_by_key(|item| item.at));
        let within = |second: u64| items(1).iter().filter(|item| item.at / SECOND == second).count();
        assert!(within(1) > 5 * within(0) && within(1) > 5 * within(2) && within(2) > 0);
    }
}
