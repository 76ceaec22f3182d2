//! One producer has new values of many things, a few of which change far more often than the rest; one consumer takes the newest of each.
//! Both as fast as they can.
//!
//! As in a storm a turn takes a time: nanoseconds per value that is delivered, and how many are pushed meanwhile.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::several::{Patience, Start};
use crate::contest::{Contest, Dice, Turn};
use crate::contestants;
use crate::cores::Cores;
use crate::goals::{Against, Goal};
use crate::queue::{Block, Conflating, ConflatingJob, Item, PutKey, TakeKey};

const NAME: &str = "conflation";
const KEYS: usize = 500;

pub(crate) const GOALS: &[Goal] = &[Goal {
    what: "the newest of each key come out no slower than from behind a lock",
    question: NAME,
    setting: "",
    capacity: KEYS,
    who: "forebay",
    against: Against::Named("Mutex<Vec>"),
    at_least: 1.0,
}];

/// How many nanoseconds it takes to receive a value, about.
const ITEM: u64 = 100;

pub(crate) fn contests() -> Vec<Contest> {
    vec![contest::<u64>(), contest::<Block>()]
}

fn contest<T: Item>() -> Contest {
    Contest {
        question: NAME,
        setting: format!("{}/{KEYS} keys", T::NAME),
        capacity: KEYS,
        least: Duration::from_millis(6).as_nanos() as u64 / ITEM,
        least_time: Duration::ZERO,
        contestants: contestants::conflating::<T>(),
        reference: "forebay",
    }
}

/// The keys of so many values in a row, and over again.
const ROUND: usize = 1 << 16;

/// Which key the value of a number is of. Zipf's law: of the keys in some order, the second changes half as often as the first, the third a
/// third as often. They lie in no order.
fn keys() -> &'static [u16] {
    static KEYS_IN_TURN: OnceLock<Vec<u16>> = OnceLock::new();
    KEYS_IN_TURN.get_or_init(|| {
        let mut dice = Dice::new(1);
        let mut by_rank: Vec<usize> = (0..KEYS).collect();
        dice.shuffle(&mut by_rank);
        let up_to: Vec<f64> = (1..=KEYS)
            .scan(0.0, |sum, rank| {
                *sum += 1.0 / rank as f64;
                Some(*sum)
            })
            .collect();
        let all = up_to[KEYS - 1];
        (0..ROUND)
            .map(|_| {
                let at = dice.below(1 << 40) as f64 / (1_u64 << 40) as f64 * all;
                by_rank[up_to.partition_point(|&sum| sum <= at).min(KEYS - 1)] as u16
            })
            .collect()
    })
}

/// Something that is asked of what keeps the newest of each key.
pub(crate) struct Flood {
    count: u64,
}

impl Flood {
    /// What it takes to deliver `count` values.
    #[inline(never)]
    pub(crate) fn turn<T: Item, C: Conflating<T>>(keys: usize, count: u64) -> Turn {
        C::with(keys, Self { count })
    }
}

impl<T: Item> ConflatingJob<T> for Flood {
    fn run(self, tx: impl PutKey<T>, mut rx: impl TakeKey<T>) -> Turn {
        let (cores, keys, start, stop) = (Cores::get(), keys(), &Start::of(3), &AtomicBool::new(false));
        thread::scope(|scope| {
            let consumer = scope.spawn(move || {
                cores.stay_on_first();
                start.wait();
                let mut seen = Newest { keys, last: [0; KEYS], wrong: 0 };
                let (received, lasted) = receive(&mut rx, &mut seen, stop);
                (received, lasted, seen, rx)
            });
            let producer = scope.spawn(move || {
                cores.stay_on_second();
                start.wait();
                send(tx, keys, stop)
            });
            start.wait();
            thread::sleep(Duration::from_nanos(self.count * ITEM).max(Duration::from_millis(1)));
            // Relaxed: they end some time after it.
            stop.store(true, Ordering::Relaxed);
            let pushed = producer.join().expect("the producer doesn't panic");
            let (received, lasted, mut seen, mut rx) = consumer.join().expect("the consumer doesn't panic");
            while let Some((key, item)) = rx.take() {
                seen.see(key, &item);
            }
            seen.assert(pushed);
            let taken = lasted.mul_f64(self.count as f64 / (received as f64).max(0.5));
            Turn { taken, pushed: Some(pushed as f64 / lasted.as_secs_f64()) }
        })
    }
}

/// The numbers begin at 1, so that none is newer than nothing. Answers with the last one.
#[inline(always)]
fn send<T: Item>(mut tx: impl PutKey<T>, keys: &[u16], stop: &AtomicBool) -> u64 {
    let mut seq = 0;
    // Relaxed: it orders nothing.
    while !stop.load(Ordering::Relaxed) {
        seq += 1;
        tx.put(usize::from(keys[seq as usize % ROUND]), T::new(seq));
    }
    seq
}

/// Answers with how many values were received, and in which time.
#[inline(always)]
fn receive<T: Item>(rx: &mut impl TakeKey<T>, seen: &mut Newest<'_>, stop: &AtomicBool) -> (u64, Duration) {
    let (mut received, mut patience) = (0, Patience::default());
    let start = Instant::now();
    // Relaxed: it orders nothing.
    while !stop.load(Ordering::Relaxed) {
        let Some((key, item)) = rx.take() else {
            patience.wait();
            continue;
        };
        patience = Patience::default();
        seen.see(key, &item);
        received += 1;
    }
    (received, start.elapsed())
}

/// Checks that values are whole, of their key, and newer than the one before of that key, without a branch on the way.
struct Newest<'a> {
    keys: &'a [u16],
    last: [u64; KEYS],
    wrong: u64,
}

impl Newest<'_> {
    #[inline(always)]
    fn see<T: Item>(&mut self, key: usize, item: &T) {
        let seq = item.seq();
        let whole = item.differs(seq) == 0;
        let of_the_key = usize::from(self.keys[seq as usize % ROUND]) == key;
        self.wrong |= u64::from(!(whole & of_the_key & (seq > self.last[key])));
        self.last[key] = seq;
    }

    /// So many were pushed, and nothing is left inside: the newest of each key was delivered.
    fn assert(&self, pushed: u64) {
        assert!(self.wrong == 0, "values were torn, mixed up or out of order");
        let mut newest = [0; KEYS];
        for seq in pushed.saturating_sub(ROUND as u64) + 1..=pushed {
            newest[usize::from(self.keys[seq as usize % ROUND])] = seq;
        }
        assert!(newest == self.last, "the newest value of a key is missing");
    }
}
