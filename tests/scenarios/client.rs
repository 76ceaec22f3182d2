//! A client gets 20,000 events a second over 500 keys, and can show 333 of them 60 times a second: in virtual time, on the real
//! rings. It can't slow the server down.
//!
//! What goes by key is conflated: each key shows its newest value. What is of importance goes through a ring of its own, is shown
//! first, and is never lost. Both rings are as large at the end as at the beginning.
//!
//! Claims: account, systems.

use std::cell::Cell;
use std::num::{NonZeroU64, NonZeroUsize};

use forebay_core::expiry::Stamped;
use forebay_core::flush::Flush;
use forebay_core::seam::Pop;
use forebay_core::{PopError, conflated, spsc};

const SECOND: u64 = 1_000_000;
const EVENTS: u64 = 20_000;
const KEYS: usize = 500;
const FRAMES: u64 = 60;
const SHOWN: usize = 333;
/// So many of the events are important.
const IMPORTANT: u64 = 50;
const SECONDS: u64 = 10;

/// Numbers that look like chance, and are the same in every run: a multiplicative congruential generator (D. H. Lehmer, 1951; the
/// multiplier of S. K. Park and K. W. Miller, 1988).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0 * 48_271 % 0x7FFF_FFFF;
        self.0 % bound
    }
}

/// Which key an event has.
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// One after the other.
    InTurn,
    /// Any.
    Evenly,
    /// The k-th with a weight of 1/k, about.
    Zipf,
}

impl Keys {
    fn of(self, event: u64, chance: &mut Chance) -> usize {
        let keys = KEYS as u64;
        let key = match self {
            Self::InTurn => event % keys,
            Self::Evenly => chance.below(keys),
            // A power of a number that is evenly distributed has a density of 1/k.
            Self::Zipf => {
                let even = chance.below(SECOND) as f64 / SECOND as f64;
                (KEYS as f64).powf(even) as u64 - 1
            }
        };
        usize::try_from(key.min(keys - 1)).expect("few keys")
    }
}

/// A consumer of the two rings: the important first.
struct Both<'q, C> {
    important: spsc::Consumer<'q, Stamped<u64>>,
    state: C,
}

/// What is shown.
enum Shown {
    Important(Stamped<u64>),
    Value(usize, Stamped<u64>),
}

impl Pop for Both<'_, conflated::Consumer<'_, Stamped<u64>>> {
    type Item = Shown;

    fn pop(&mut self) -> Result<Shown, PopError> {
        match self.important.pop() {
            Ok(alarm) => Ok(Shown::Important(alarm)),
            Err(_) => self.state.pop().map(|(key, value)| Shown::Value(key, value)),
        }
    }

    fn capacity(&self) -> usize {
        self.important.capacity() + self.state.capacity()
    }

    fn len(&self) -> usize {
        self.important.len() + self.state.len()
    }

    fn is_closed(&self) -> bool {
        self.important.is_closed() && self.state.is_closed()
    }
}

fn client(keys: Keys, seed: u64) {
    let now = Cell::new(0);
    let mut chance = Chance(seed);
    let mut state = conflated::HeapRing::new(KEYS).unwrap();
    let mut important = spsc::HeapRing::<_>::new(16).unwrap();
    let ((mut updates, state), (mut alarms, important)) = (state.split(), important.split());
    let (frame, most) = (NonZeroU64::new(SECOND / FRAMES).unwrap(), NonZeroUsize::new(SHOWN).unwrap());
    let mut screen = Flush::new(Both { important, state }, || now.get(), frame, most);

    let (mut newest, mut shown) = (vec![None; KEYS], vec![None; KEYS]);
    let (mut ages, mut sent, mut seen, mut pushed, mut conflated) = (Vec::new(), 0_u64, 0_u64, 0_usize, 0_usize);
    for event in 0..EVENTS * SECONDS {
        now.set(event * SECOND / EVENTS);
        let at = now.get();
        if event % (EVENTS / IMPORTANT) == 0 {
            alarms.push(Stamped { value: sent, at }).expect("importance class 0 is complete");
            sent += 1;
        } else {
            let key = keys.of(event, &mut chance);
            pushed += 1;
            conflated +=
                usize::from(updates.push(key, Stamped { value: event, at }).expect("a key below 500").is_some());
            newest[key] = Some(event);
        }
        let before = screen.end().len();
        let count = screen.oldest(|item| match item {
            Shown::Important(alarm) => {
                assert_eq!(alarm.value, seen, "in order, and none is missing");
                seen += 1;
                ages.push(alarm.age(at));
            }
            Shown::Value(key, value) => {
                assert!(shown[key] < Some(value.value), "a key never goes back");
                shown[key] = Some(value.value);
                ages.push(value.age(at));
            }
        });
        assert!(count.is_none_or(|count| count == before.min(SHOWN)));
    }
    // The storm is over: two frames, and all is there.
    for _ in 0..2 {
        now.set(now.get() + SECOND / FRAMES);
        screen.oldest(|item| match item {
            Shown::Important(_) => seen += 1,
            Shown::Value(key, value) => shown[key] = Some(value.value),
        });
    }
    assert_eq!(shown, newest, "every key shows its last value");
    assert_eq!((seen, sent), (IMPORTANT * SECONDS, IMPORTANT * SECONDS), "importance class 0 is complete");
    assert!(screen.end().is_empty());
    let counted: usize = updates.conflated_total();
    let delivered = ages.len() - usize::try_from(seen).unwrap();
    assert!(counted == conflated && pushed >= delivered + conflated, "{pushed} {delivered} {conflated}");
    assert!(pushed <= delivered + conflated + KEYS, "those of the last two frames");
    ages.sort_unstable();
    let p99 = ages[ages.len() * 99 / 100];
    assert!(p99 <= 50_000, "{keys:?}: p99 of what was shown is {p99} us old");
}

#[test]
fn each_key_in_turn() {
    client(Keys::InTurn, 1);
}

#[test]
fn any_key() {
    (1..=3).for_each(|seed| client(Keys::Evenly, seed));
}

#[test]
fn some_keys_far_more_than_others() {
    (1..=3).for_each(|seed| client(Keys::Zipf, seed));
}

/// Without conflation, a ring for as many items loses most of them, and the keys show old values: what the client would have.
#[test]
fn a_ring_that_keeps_the_oldest_shows_old_values() {
    let mut ring = spsc::HeapRing::<_>::new(KEYS).unwrap();
    let (mut updates, mut screen) = ring.split();
    let (mut chance, mut newest, mut shown) = (Chance(1), vec![None; KEYS], vec![None; KEYS]);
    for event in 0..EVENTS * SECONDS {
        let key = Keys::Evenly.of(event, &mut chance);
        newest[key] = Some(event);
        let _ = updates.push((key, event));
        // Half as many as can be shown, as the rest is for something else.
        if event % (EVENTS / FRAMES) == 0 {
            screen.drain().take(SHOWN / 2).for_each(|(key, event)| shown[key] = Some(event));
        }
    }
    screen.drain().for_each(|(key, event)| shown[key] = Some(event));
    let old = shown.iter().zip(&newest).filter(|(shown, newest)| shown != newest).count();
    assert!(old > KEYS / 10, "{old} keys show an old value for ever");
}
