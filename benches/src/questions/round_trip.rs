//! An item goes to the other core through one queue and comes back through another: how long is it on its way?

use std::hint::spin_loop;
use std::marker::PhantomData;
use std::time::Duration;

use super::{CAPACITIES, across, last_of};
use crate::contest::{Contest, Contestant, Question};
use crate::contestants::{self, BareLine};
use crate::goals::{Against, Goal};
use crate::queue::{Block, Check, Item, Job, Queue, Rx, Tx};

const NAME: &str = "round_trip";

pub(crate) const GOALS: &[Goal] = &[goal(64), goal(1024), goal(65536)];

const fn goal(capacity: usize) -> Goal {
    Goal {
        what: "a round trip takes at most 1.25 x the bare cache line's",
        question: NAME,
        setting: "",
        capacity,
        who: "forebay flagged",
        against: Against::Named("bare cache line"),
        at_least: 1.0 / 1.25,
    }
}

pub(crate) fn contests() -> Vec<Contest> {
    let mut contests = Vec::from(CAPACITIES.map(contest::<u64, Spin>));
    contests.extend(CAPACITIES.map(contest::<u64, Hot>));
    contests.push(contest::<Block, Spin>(1024));
    contests
}

fn contest<T: Item, W: Wait>(capacity: usize) -> Contest {
    let mut contestants = contestants::single::<RoundTrip<W>, T>();
    contestants.push(Contestant::new::<RoundTrip<W>, T, BareLine>());
    Contest {
        question: NAME,
        setting: format!("{}/{capacity}/{}", T::NAME, W::NAME),
        capacity,
        least: 5_000,
        least_time: Duration::ZERO,
        contestants,
        reference: "bare cache line",
    }
}

/// What a side does between two looks at an empty queue.
trait Wait: Send {
    const NAME: &'static str;

    fn wait();
}

/// Leaves the core alone for a moment.
struct Spin;

impl Wait for Spin {
    const NAME: &'static str = "spin";

    #[inline(always)]
    fn wait() {
        spin_loop();
    }
}

/// Looks again at once.
struct Hot;

impl Wait for Hot {
    const NAME: &'static str = "hot";

    #[inline(always)]
    fn wait() {}
}

struct RoundTrip<W>(PhantomData<W>);

impl<W: Wait> Question for RoundTrip<W> {
    #[inline(never)]
    fn time<T: Item, Q: Queue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, There::<Q, W> { capacity, count, back: PhantomData })
    }
}

/// With the ends of the queue that leads there.
struct There<Q, W> {
    capacity: usize,
    count: u64,
    back: PhantomData<(Q, W)>,
}

impl<T: Item, Q: Queue<T>, W: Wait> Job<T> for There<Q, W> {
    fn run(self, tx: impl Tx<T>, rx: impl Rx<T>) -> Duration {
        Q::with(self.capacity, Back { count: self.count, tx, rx, wait: PhantomData::<W> })
    }
}

/// With the ends of both queues.
struct Back<S, R, W> {
    count: u64,
    tx: S,
    rx: R,
    wait: PhantomData<W>,
}

impl<T: Item, S: Tx<T>, R: Rx<T>, W: Wait> Job<T> for Back<S, R, W> {
    fn run(self, mut echo_tx: impl Tx<T>, mut rx: impl Rx<T>) -> Duration {
        const BEFORE: u64 = 200;
        let (mut tx, mut echo_rx) = (self.tx, self.rx);
        let total = BEFORE + self.count;
        across(
            move || {
                for _ in 0..total {
                    pass::<T, W>(&mut echo_tx, receive::<T, W>(&mut echo_rx));
                }
            },
            move || {
                let mut check = Check::default();
                let taken = last_of([BEFORE, total], |until| {
                    while check.seen() < until {
                        pass::<T, W>(&mut tx, T::new(check.seen()));
                        check.see(&receive::<T, W>(&mut rx));
                    }
                });
                check.assert();
                taken
            },
        )
    }
}

#[inline(always)]
fn pass<T: Item, W: Wait>(tx: &mut impl Tx<T>, item: T) {
    while !tx.offer(item) {
        W::wait();
    }
}

#[inline(always)]
fn receive<T: Item, W: Wait>(rx: &mut impl Rx<T>) -> T {
    loop {
        if let Some(item) = rx.take() {
            return item;
        }
        W::wait();
    }
}
