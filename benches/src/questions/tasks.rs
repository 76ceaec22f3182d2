//! One, two or four tasks send through a channel, and one receives, on one thread or on two.

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::blocking::least;
use super::several::{SETTLED, setting, share};
use crate::contest::{Contest, TaskQuestion};
use crate::contestants;
use crate::goals::Goal;
use crate::queue::{Check, TaskChannel, TaskHandIn, TaskHandOut, first_of};

/// By the number of threads.
const NAMES: [&str; 2] = ["tasks", "tasks_two_threads"];

pub(crate) const GOALS: &[Goal] = &[
    shared(1, 64),
    shared(1, 1024),
    shared(2, 64),
    shared(2, 1024),
    alone(1, 64),
    alone(1, 1024),
    alone(2, 64),
    alone(2, 1024),
];

const fn shared(threads: usize, capacity: usize) -> Goal {
    let what = match threads {
        1 => "tasks that wait: ahead of every other channel of several senders",
        _ => "tasks that wait on two threads: ahead of every other channel of several senders",
    };
    Goal::ahead_shared(what, NAMES[threads - 1], capacity)
}

const fn alone(threads: usize, capacity: usize) -> Goal {
    let what = match threads {
        1 => "tasks that wait: one sender's ahead of every other channel",
        _ => "tasks that wait on two threads: one sender's ahead of every other channel",
    };
    Goal::ahead_alone(what, NAMES[threads - 1], capacity)
}

pub(crate) fn contests() -> Vec<Contest> {
    on_threads::<1>().into_iter().chain(on_threads::<2>()).collect()
}

fn on_threads<const THREADS: usize>() -> Vec<Contest> {
    let of_capacity = |capacity| {
        let mut alone = contest::<1, THREADS>(capacity);
        alone.contestants.extend(contestants::task_channels_of_one::<Tasks<1, THREADS>>());
        [alone, contest::<2, THREADS>(capacity), contest::<4, THREADS>(capacity)]
    };
    [64, 1024].into_iter().flat_map(of_capacity).collect()
}

fn contest<const P: usize, const THREADS: usize>(capacity: usize) -> Contest {
    Contest {
        question: NAMES[THREADS - 1],
        setting: setting(P, capacity),
        capacity,
        least: least(capacity),
        least_time: if THREADS > 1 { SETTLED } else { Duration::ZERO },
        contestants: contestants::task_channels::<Tasks<P, THREADS>>(),
        reference: "kanal",
    }
}

/// What runs the tasks: this thread, or so many others.
pub(super) fn runtime(threads: usize) -> Runtime {
    let mut builder = if threads == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.worker_threads(threads).build().expect("threads can be started")
}

/// Fills a channel and empties it, so that its memory has been touched.
async fn touch(capacity: usize, tx: &mut impl TaskHandIn, rx: &mut impl TaskHandOut) {
    let mut check = Check::<1>::default();
    for item in 0..capacity as u64 {
        tx.hand_in(item).await;
    }
    for _ in 0..capacity {
        check.see(&rx.hand_out().await);
    }
    check.assert();
}

struct Tasks<const P: usize, const THREADS: usize>;

impl<const P: usize, const THREADS: usize> TaskQuestion for Tasks<P, THREADS> {
    #[inline(never)]
    fn time<C: TaskChannel>(capacity: usize, count: u64) -> Duration {
        let (mut senders, mut rx) = C::ends(capacity, P);
        runtime(THREADS).block_on(async move {
            touch(capacity, &mut senders[0], &mut rx).await;
            let receiver = tokio::spawn(async move {
                let mut check = Check::<P>::default();
                for _ in 0..count {
                    check.see(&rx.hand_out().await);
                }
                let end = Instant::now();
                check.assert();
                end
            });
            let send = |(producer, mut tx): (usize, C::Tx)| {
                let (first, share) = (first_of(producer), share::<P>(count, producer));
                tokio::spawn(async move {
                    let begin = Instant::now();
                    for item in first..first + share {
                        tx.hand_in(item).await;
                    }
                    begin
                })
            };
            let senders: Vec<_> = senders.into_iter().enumerate().map(send).collect();
            let mut begin = None;
            for sender in senders {
                let began = sender.await.expect("producers don't panic");
                begin = Some(begin.map_or(began, |begin| Instant::min(begin, began)));
            }
            let end = receiver.await.expect("every item arrived, in its producer's order");
            begin.map_or(Duration::ZERO, |begin| end.duration_since(begin))
        })
    }
}
