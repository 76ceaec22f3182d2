//! Items of three classes, the more of them the less important, and the most important come out first: what does it take on one
//! thread, and where one core puts in and the other takes out as fast as they can?
//!
//! In the second, as in a storm, a turn takes a time: nanoseconds per item that is delivered, and how many are pushed meanwhile. At full
//! the least important give way, where they can be found; what is not delivered is no item of this count.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::last_of;
use super::several::{Patience, Start};
use crate::contest::{Contest, Contestant, Turn};
use crate::contestants::{self, CLASSES};
use crate::cores::Cores;
use crate::goals::{Against, Goal};
use crate::queue::{Block, ConflatingJob, Item, Prioritizing, PutKey, TakeKey};

const NAME: &str = "importance";
const CAPACITY: usize = 1024;

pub(crate) const GOALS: &[Goal] = &[Goal {
    what: "by importance between two cores no slower than a heap behind a lock",
    question: NAME,
    setting: "",
    capacity: CAPACITY,
    who: "forebay",
    against: Against::Named("Mutex<BinaryHeap>"),
    at_least: 1.0,
}];

/// How many nanoseconds it takes to receive an item, about.
const ITEM: u64 = 100;

/// On one thread, half full all the time.
pub(crate) fn alone() -> Vec<Contest> {
    let of = |setting: String, contestants| Contest {
        question: "importance_alone",
        setting,
        capacity: CAPACITY,
        least: 20_000,
        least_time: Duration::ZERO,
        contestants,
        reference: "forebay",
    };
    vec![
        of(format!("{}/{CAPACITY}/half full", u64::NAME), contestants::by_importance::<Alone, u64>()),
        of(format!("{}/{CAPACITY}/half full", Block::NAME), contestants::by_importance::<Alone, Block>()),
    ]
}

pub(crate) fn contests() -> Vec<Contest> {
    let of = |setting: String, contestants| Contest {
        question: NAME,
        setting,
        capacity: CAPACITY,
        least: Duration::from_millis(6).as_nanos() as u64 / ITEM,
        least_time: Duration::ZERO,
        contestants,
        reference: "forebay",
    };
    vec![
        of(format!("{}/{CAPACITY}", u64::NAME), contestants::by_importance::<Flood, u64>()),
        of(format!("{}/{CAPACITY}", Block::NAME), contestants::by_importance::<Flood, Block>()),
    ]
}

/// The class of the item of a number: 1 of 16 is of the first, 3 of the second, and they come in no order.
const fn class_of(seq: u64) -> usize {
    match seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60 {
        0 => 0,
        1..=3 => 1,
        _ => 2,
    }
}

/// Something that is asked of a queue by importance.
pub(crate) trait ImportanceQuestion: Sized {
    fn turn<T: Item, Q: Prioritizing<T>>(capacity: usize, count: u64) -> Turn;
}

/// Who is asked.
pub(crate) fn contestant<Q: ImportanceQuestion, T: Item, C: Prioritizing<T>>() -> Contestant {
    Contestant::of(C::NAME, C::ROLE, Q::turn::<T, C>)
}

/// Checks that items are whole, of their class, and in the order of that, without a branch on the way.
#[derive(Default)]
struct InOrder {
    last: [u64; CLASSES],
    wrong: u64,
}

impl InOrder {
    #[inline(always)]
    fn see<T: Item>(&mut self, class: usize, item: &T) {
        let seq = item.seq();
        let right = (item.differs(seq) == 0) & (class_of(seq) == class) & (seq > self.last[class]);
        self.wrong |= u64::from(!right);
        self.last[class] = seq;
    }

    fn assert(&self) {
        assert!(self.wrong == 0, "items were torn, mixed up or out of order");
    }
}

/// One in and one out, on one thread.
pub(crate) struct Alone {
    capacity: usize,
    count: u64,
}

impl ImportanceQuestion for Alone {
    #[inline(never)]
    fn turn<T: Item, Q: Prioritizing<T>>(capacity: usize, count: u64) -> Turn {
        Q::with(capacity, Self { capacity, count })
    }
}

impl<T: Item> ConflatingJob<T> for Alone {
    fn run(self, mut tx: impl PutKey<T>, mut rx: impl TakeKey<T>) -> Turn {
        let (inside, mut seen) = (self.capacity as u64 / 2, InOrder::default());
        let mut seq = 0;
        let mut put = |tx: &mut _| {
            seq += 1;
            PutKey::put(tx, class_of(seq), T::new(seq));
        };
        (0..inside).for_each(|_| put(&mut tx));
        let taken = last_of([self.capacity as u64, self.count], |pairs| {
            for _ in 0..pairs {
                put(&mut tx);
                let (class, item) = rx.take().expect("it is half full");
                seen.see(class, &item);
            }
        });
        seen.assert();
        taken.into()
    }
}

/// Both as fast as they can.
pub(crate) struct Flood {
    count: u64,
}

impl ImportanceQuestion for Flood {
    #[inline(never)]
    fn turn<T: Item, Q: Prioritizing<T>>(capacity: usize, count: u64) -> Turn {
        Q::with(capacity, Self { count })
    }
}

impl<T: Item> ConflatingJob<T> for Flood {
    fn run(self, mut tx: impl PutKey<T>, mut rx: impl TakeKey<T>) -> Turn {
        let (cores, start, stop) = (Cores::get(), &Start::of(3), &AtomicBool::new(false));
        thread::scope(|scope| {
            let consumer = scope.spawn(move || {
                cores.stay_on_first();
                start.wait();
                let (mut seen, mut received, mut patience) = (InOrder::default(), 0_u64, Patience::default());
                let begin = Instant::now();
                // Relaxed: it orders nothing.
                while !stop.load(Ordering::Relaxed) {
                    let Some((class, item)) = rx.take() else {
                        patience.wait();
                        continue;
                    };
                    patience = Patience::default();
                    seen.see(class, &item);
                    received += 1;
                }
                let lasted = begin.elapsed();
                seen.assert();
                (received, lasted)
            });
            let producer = scope.spawn(move || {
                cores.stay_on_second();
                start.wait();
                let mut seq = 0;
                // Relaxed: it orders nothing.
                while !stop.load(Ordering::Relaxed) {
                    seq += 1;
                    tx.put(class_of(seq), T::new(seq));
                }
                seq
            });
            start.wait();
            thread::sleep(Duration::from_nanos(self.count * ITEM).max(Duration::from_millis(1)));
            // Relaxed: they end some time after it.
            stop.store(true, Ordering::Relaxed);
            let pushed = producer.join().expect("the producer doesn't panic");
            let (received, lasted) = consumer.join().expect("the consumer doesn't panic");
            let taken = lasted.mul_f64(self.count as f64 / (received as f64).max(0.5));
            Turn { taken, pushed: Some(pushed as f64 / lasted.as_secs_f64()) }
        })
    }
}
