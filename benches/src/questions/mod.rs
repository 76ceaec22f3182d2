//! What is asked, a file for each question.

pub(crate) mod batches;
pub(crate) mod blocking;
pub(crate) mod conflation;
pub(crate) mod importance;
pub(crate) mod lanes;
pub(crate) mod mpsc_batches;
pub(crate) mod overwrite;
pub(crate) mod pair;
pub(crate) mod ping_pong;
pub(crate) mod producers;
mod rings;
pub(crate) mod round_trip;
pub(crate) mod rules;
mod several;
pub(crate) mod signal;
pub(crate) mod storm;
pub(crate) mod tasks;
pub(crate) mod throughput;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::cores::Cores;
use crate::queue::{BATCH, Check, Item};

const CAPACITIES: [usize; 3] = [64, 1024, 65536];

/// So many items are passed on in a turn at least: enough that one queue full more or less at the ends doesn't count.
fn least(capacity: usize) -> u64 {
    (16 * capacity as u64).max(20_000)
}

/// The size of the next batch, with so many items to go.
fn batch(left: u64) -> usize {
    left.min(BATCH as u64) as usize
}

/// Does the work up to each mark in turn, and answers with the time that the last part took.
///
/// It is one loop, with one call in it, so that every contestant is compiled in the same way: the whole work inline, and
/// once. The compiler isn't told how many marks there are, or it would make two copies of it.
#[inline(always)]
fn last_of(marks: [u64; 2], mut work: impl FnMut(u64)) -> Duration {
    let mut taken = Duration::ZERO;
    for &mark in black_box(&marks[..]) {
        let start = Instant::now();
        work(mark);
        taken = start.elapsed();
    }
    taken
}

/// Puts an item in and takes one out, in turns, on one thread and with so many inside before and after each pair: the time of
/// the last `count` pairs.
#[inline(always)]
fn pairs<T: Item>(
    inside: u64,
    capacity: usize,
    count: u64,
    mut push: impl FnMut(T) -> bool,
    mut pop: impl FnMut() -> Option<T>,
) -> Duration {
    for seq in 0..inside {
        assert!(push(T::new(seq)), "there is room for them");
    }
    // Once around first, so that all of the memory has been touched.
    let around = inside + capacity as u64;
    let end = around + count;
    let mut check = Check::default();
    let mut seq = inside;
    let taken = last_of([around, end], |until| {
        while seq < until {
            if push(T::new(seq))
                && let Some(item) = pop()
            {
                check.see(&item);
            }
            seq += 1;
        }
    });
    assert_eq!(check.seen(), end - inside, "each pair takes one item out");
    check.assert();
    taken
}

/// Runs `other` on the second core and `timed` on this one, which is the first.
fn across(other: impl FnOnce() + Send, timed: impl FnOnce() -> Duration) -> Duration {
    let both = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            Cores::get().stay_on_second();
            both.wait();
            other();
        });
        both.wait();
        timed()
    })
}

/// Streams items from the second core to the first, and times the last `count` of them as the receiver sees it.
///
/// The sender fills the queue first; then the receiver starts, and the clock when it has taken those items out. So all of
/// the queue's memory has been touched, and everybody comes from the same side: from a full queue.
///
/// Both `send` and `receive` go on until so many items have been sent or seen in all.
fn stream(
    capacity: usize,
    count: u64,
    mut send: impl FnMut(u64) + Send,
    mut receive: impl FnMut(&mut Check, u64),
) -> Duration {
    let full = &Barrier::new(2);
    let total = capacity as u64 + count;
    across(
        // The sender's end goes with this closure, before the other thread ends: some publish the last items then.
        move || {
            last_of([capacity as u64, total], |until| {
                send(until);
                if until != total {
                    full.wait();
                }
            });
        },
        || {
            full.wait();
            let mut check = Check::default();
            let taken = last_of([capacity as u64, total], |until| receive(&mut check, until));
            check.assert();
            taken
        },
    )
}
