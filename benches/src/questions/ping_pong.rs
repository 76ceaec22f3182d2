//! An item goes to another thread, or task, through one channel and comes back through another. Each has room for one, and both
//! sides wait as the channel has them wait.

use std::thread;
use std::time::{Duration, Instant};

use super::across;
use super::several::SETTLED;
use super::tasks::runtime;
use crate::contest::{ChannelQuestion, Contest, Contestant, TaskQuestion};
use crate::contestants::{self, BareYields};
use crate::goals::{Against, Goal};
use crate::queue::{Channel, Check, HandIn, HandOut, TaskChannel, TaskHandIn, TaskHandOut};

const OF_THREADS: &str = "ping_pong";
const OF_TASKS: &str = "ping_pong_tasks";

pub(crate) const GOALS: &[Goal] = &[
    Goal { setting: APART, ..shared(OF_THREADS) },
    // The one that is said to be for single items.
    Goal { setting: APART, ..alone(OF_THREADS).of("forebay flagged") },
    on_one_core("forebay"),
    on_one_core("forebay spsc"),
    shared(OF_TASKS),
    alone(OF_TASKS),
];

const APART: &str = "two cores";
const TOGETHER: &str = "one core";

const fn shared(question: &'static str) -> Goal {
    Goal::ahead_shared("there and back: ahead of every other channel of several senders", question, 1)
}

const fn alone(question: &'static str) -> Goal {
    Goal::ahead_alone("there and back: one sender's ahead of every other channel", question, 1)
}

/// Nobody can be far ahead of anybody else there: what the system takes to switch from one thread to another is nearly all.
const fn on_one_core(who: &'static str) -> Goal {
    let against = Against::Named("bare yields");
    let what = "there and back: little more than two switches of threads take";
    Goal { what, question: OF_THREADS, setting: TOGETHER, capacity: 1, who, against, at_least: 0.9 }
}

/// So many before the clock starts.
const BEFORE: u64 = 50;

/// For a thread that stays on the first core.
pub(crate) fn of_threads() -> Vec<Contest> {
    vec![threads::<true>(APART), threads::<false>(TOGETHER)]
}

pub(crate) fn of_tasks() -> Vec<Contest> {
    vec![tasks::<1>("one thread"), tasks::<2>("two threads")]
}

fn threads<const APART: bool>(setting: &str) -> Contest {
    let mut contestants = contestants::channels::<Threads<APART>>();
    contestants.extend(contestants::channels_of_one::<Threads<APART>>());
    if !APART {
        contestants.push(Contestant::channel::<Threads<APART>, BareYields>());
    }
    Contest {
        question: OF_THREADS,
        setting: setting.to_owned(),
        capacity: 1,
        least: 200,
        least_time: Duration::ZERO,
        contestants,
        reference: "kanal",
    }
}

fn tasks<const THREADS: usize>(setting: &str) -> Contest {
    let mut contestants = contestants::task_channels::<Tasks<THREADS>>();
    contestants.extend(contestants::task_channels_of_one::<Tasks<THREADS>>());
    Contest {
        question: OF_TASKS,
        setting: setting.to_owned(),
        capacity: 1,
        least: 200,
        least_time: if THREADS > 1 { SETTLED } else { Duration::ZERO },
        contestants,
        reference: "kanal",
    }
}

/// One channel's ends.
fn ends<C: Channel>() -> (C::Tx, C::Rx) {
    let (senders, rx) = C::ends(1, 1);
    (senders.into_iter().next().expect("one was asked for"), rx)
}

fn task_ends<C: TaskChannel>() -> (C::Tx, C::Rx) {
    let (senders, rx) = C::ends(1, 1);
    (senders.into_iter().next().expect("one was asked for"), rx)
}

/// On two cores, or on this thread's.
struct Threads<const APART: bool>;

impl<const APART: bool> ChannelQuestion for Threads<APART> {
    #[inline(never)]
    fn time<C: Channel>(_capacity: usize, count: u64) -> Duration {
        let ((mut tx, mut echo_rx), (mut echo_tx, mut rx)) = (ends::<C>(), ends::<C>());
        let echo = move || {
            for _ in 0..BEFORE + count {
                echo_tx.hand_in(echo_rx.hand_out());
            }
        };
        let mut trips = || {
            let mut check = Check::default();
            let mut start = Instant::now();
            while check.seen() < BEFORE + count {
                if check.seen() == BEFORE {
                    start = Instant::now();
                }
                tx.hand_in(check.seen());
                check.see(&rx.hand_out());
            }
            let taken = start.elapsed();
            check.assert();
            taken
        };
        if APART {
            across(echo, trips)
        } else {
            thread::scope(|scope| {
                scope.spawn(echo);
                trips()
            })
        }
    }
}

struct Tasks<const THREADS: usize>;

impl<const THREADS: usize> TaskQuestion for Tasks<THREADS> {
    #[inline(never)]
    fn time<C: TaskChannel>(_capacity: usize, count: u64) -> Duration {
        let ((mut tx, mut echo_rx), (mut echo_tx, mut rx)) = (task_ends::<C>(), task_ends::<C>());
        runtime(THREADS).block_on(async move {
            tokio::spawn(async move {
                for _ in 0..BEFORE + count {
                    echo_tx.hand_in(echo_rx.hand_out().await).await;
                }
            });
            let trips = tokio::spawn(async move {
                let mut check = Check::<1>::default();
                let mut start = Instant::now();
                while check.seen() < BEFORE + count {
                    if check.seen() == BEFORE {
                        start = Instant::now();
                    }
                    tx.hand_in(check.seen()).await;
                    check.see(&rx.hand_out().await);
                }
                let taken = start.elapsed();
                check.assert();
                taken
            });
            trips.await.expect("every item came back, in order")
        })
    }
}
