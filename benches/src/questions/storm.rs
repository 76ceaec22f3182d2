//! Producers that never pause, and a consumer that can't keep up, or could: how often does it get an item, and how many are
//! pushed meanwhile?
//!
//! A turn takes a time and not a number of items: where others evict what it is after, a consumer may hardly get any.

use std::array;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::several::{Patience, Start};
use crate::contest::{Contest, Contestant, OverwriteQuestion, Turn};
use crate::contestants::{self, WorkAlone, WorkAndLine};
use crate::cores::Cores;
use crate::goals::{Against, Goal};
use crate::queue::{Item, OverwriteJob, Overwriting, Put, Rising, Role, Rx, first_of};
use crate::work::Work;

pub(crate) const GOALS: &[Goal] = &[goal(1), goal(8), goal(64), goal(1024)];

const fn goal(capacity: usize) -> Goal {
    Goal {
        what: "in a storm, a consumer of 250 ns an item gets at least 0.85 of what it could take",
        question: SlowConsumer::NAME,
        setting: "",
        capacity,
        who: "forebay",
        against: Against::Named("work alone"),
        at_least: 0.85,
    }
}

pub(crate) fn contests() -> Vec<Contest> {
    let mut contests = Vec::new();
    for capacity in [1, 8, 64, 1024] {
        contests.push(contest::<1, SlowConsumer, Apart>(capacity));
        contests.push(contest::<2, SlowConsumer, Apart>(capacity));
        contests.push(contest::<4, SlowConsumer, Apart>(capacity));
    }
    contests.push(contest::<2, SlowConsumer, Anywhere>(64));
    contests.push(contest::<4, SlowConsumer, Anywhere>(1024));
    for capacity in [64, 1024] {
        contests.push(contest::<1, Fast, Apart>(capacity));
        contests.push(contest::<2, Fast, Apart>(capacity));
        contests.push(contest::<4, Fast, Apart>(capacity));
    }
    for capacity in [64, 1024] {
        contests.push(contest::<1, SlowProducers, Apart>(capacity));
        contests.push(contest::<4, SlowProducers, Apart>(capacity));
    }
    contests
}

fn contest<const P: usize, W: Pace, L: Place>(capacity: usize) -> Contest {
    let mut contestants = contestants::overwriting::<Storm<P, W, L>>(P);
    if W::CONSUMER > 0.0 {
        contestants.push(Contestant::overwriting::<Storm<P, W, L>, u64, WorkAlone>());
        contestants.push(Contestant::overwriting::<Storm<P, W, L>, u64, WorkAndLine>());
    }
    // Longer where threads take turns on a core: each gets some milliseconds at a time.
    let turn = Duration::from_millis(match (P, L::APART) {
        (1, _) => 6,
        (_, true) => 24,
        (_, false) => 60,
    });
    Contest {
        question: W::NAME,
        setting: format!("{P}p/{capacity}{}", L::NAME),
        capacity,
        least: turn.as_nanos() as u64 / u64::from(W::ITEM),
        least_time: Duration::ZERO,
        contestants,
        reference: if W::CONSUMER > 0.0 { "work alone" } else { "ArrayQueue" },
    }
}

/// Nanoseconds of work on an item.
trait Pace: Send + 'static {
    const NAME: &'static str;
    /// By a producer, before it pushes it.
    const PRODUCERS: f64;
    /// By the consumer, after it has got it.
    const CONSUMER: f64;
    /// How many nanoseconds it takes to receive one, about, if all goes well.
    const ITEM: u32;
}

struct SlowConsumer;

impl Pace for SlowConsumer {
    const NAME: &'static str = "storm";
    const PRODUCERS: f64 = 0.0;
    const CONSUMER: f64 = 250.0;
    const ITEM: u32 = 250;
}

struct Fast;

impl Pace for Fast {
    const NAME: &'static str = "storm_fast_consumer";
    const PRODUCERS: f64 = 0.0;
    const CONSUMER: f64 = 0.0;
    const ITEM: u32 = 50;
}

struct SlowProducers;

impl Pace for SlowProducers {
    const NAME: &'static str = "storm_slow_producers";
    const PRODUCERS: f64 = 250.0;
    const CONSUMER: f64 = 0.0;
    const ITEM: u32 = 250;
}

/// Where the threads run.
trait Place: Send + 'static {
    const NAME: &'static str;
    const APART: bool;
}

/// The consumer has a core to itself, and the producers have the other one.
struct Apart;

impl Place for Apart {
    const NAME: &'static str = "";
    const APART: bool = true;
}

/// Where the system puts them.
struct Anywhere;

impl Place for Anywhere {
    const NAME: &'static str = "/anywhere";
    const APART: bool = false;
}

struct Storm<const P: usize, W, L> {
    count: u64,
    /// Whether items can be right or wrong.
    checked: bool,
    kind: PhantomData<(W, L)>,
}

impl<const P: usize, W: Pace, L: Place> OverwriteQuestion for Storm<P, W, L> {
    #[inline(never)]
    fn turn<T: Item, Q: Overwriting<T>>(capacity: usize, count: u64) -> Turn {
        Q::with(capacity, P, Self { count, checked: Q::ROLE != Role::Limit, kind: PhantomData })
    }
}

impl<const P: usize, W: Pace, L: Place, T: Item> OverwriteJob<T> for Storm<P, W, L> {
    fn run<E: Put<T>>(self, producers: Vec<E>, rx: impl Rx<T>) -> Turn {
        let (cores, start, stop) = (Cores::get(), &Start::of(P + 2), &AtomicBool::new(false));
        let mut pushed = [0; P];
        let (received, lasted) = thread::scope(|scope| {
            let consumer = scope.spawn(move || {
                if L::APART {
                    cores.stay_on_first();
                }
                start.wait();
                receive::<P, W, T>(rx, stop)
            });
            let producers: Vec<_> = (0..)
                .zip(producers)
                .map(|(producer, tx)| {
                    scope.spawn(move || {
                        if L::APART {
                            cores.stay_on_second();
                        }
                        start.wait();
                        send::<W, T>(tx, first_of(producer), stop)
                    })
                })
                .collect();
            start.wait();
            // Long enough to be worth the threads, though criterion begins with one item.
            thread::sleep(Duration::from_nanos(self.count * u64::from(W::ITEM)).max(Duration::from_millis(1)));
            // Relaxed: they end some time after it.
            stop.store(true, Ordering::Relaxed);
            let mut ends = producers.into_iter().map(|producer| producer.join().expect("producers don't panic"));
            pushed = array::from_fn(|_| ends.next().expect("there are P of them"));
            let (check, received, lasted) = consumer.join().expect("the consumer doesn't panic");
            if self.checked {
                check.assert(pushed);
            }
            (received, lasted)
        });
        // As if it had gone on until that many were received. Where there was none, half a one.
        let taken = lasted.mul_f64(self.count as f64 / (received as f64).max(0.5));
        let pushed = pushed.iter().sum::<u64>() as f64 / lasted.as_secs_f64();
        Turn { taken, pushed: Some(pushed) }
    }
}

/// Answers with how many items were pushed.
#[inline(always)]
fn send<W: Pace, T: Item>(mut tx: impl Put<T>, first: u64, stop: &AtomicBool) -> u64 {
    let mut work = Work::of(W::PRODUCERS);
    let mut item = first;
    // Relaxed: it orders nothing.
    while !stop.load(Ordering::Relaxed) {
        if W::PRODUCERS > 0.0 {
            work.on(item);
        }
        let _ = tx.put(T::new(item));
        item += 1;
    }
    item - first
}

/// Answers with how many items were received, and in which time.
#[inline(always)]
fn receive<const P: usize, W: Pace, T: Item>(mut rx: impl Rx<T>, stop: &AtomicBool) -> (Rising<P>, u64, Duration) {
    let mut work = Work::of(W::CONSUMER);
    let (mut check, mut received) = (Rising::default(), 0);
    let mut patience = Patience::default();
    let start = Instant::now();
    // Relaxed: it orders nothing.
    while !stop.load(Ordering::Relaxed) {
        let Some(item) = rx.take() else {
            patience.wait();
            continue;
        };
        patience = Patience::default();
        check.see(item.seq());
        received += 1;
        if W::CONSUMER > 0.0 {
            work.on(item.seq());
        }
    }
    (check, received, start.elapsed())
}
