//! What does the pressure cost? The same ring with watermarks and without, and with a look at the pressure before each push.
//!
//! On one thread, as in `pair`: no level changes, and what is left is what a push and a pop do for the marks. And from one core to another,
//! as in `throughput`: the level changes whenever the ring fills up to the high mark and is emptied down to the low one.

use std::hint::{black_box, spin_loop};
use std::time::Duration;

use forebay::Pressure;
use forebay::seam::{Pop, Push};

use super::rings::{Mpsc, Ring, Spsc, Swap, marks};
use super::{least, pairs as in_turns, stream};
use crate::contest::{Contest, Contestant, Turn};
use crate::goals::{Against, Goal};

const CAPACITY: usize = 1024;
const PAIR: &str = "signal_pair";
const STREAM: &str = "signal_stream";
const PLAIN: &str = "without marks";

pub(crate) const GOALS: &[Goal] = &[Goal {
    what: "watermarks cost a one-thread pair nothing",
    question: PAIR,
    setting: "",
    capacity: CAPACITY,
    who: "with marks",
    against: Against::Named(PLAIN),
    at_least: 0.97,
}];

/// On one thread.
pub(crate) fn pairs() -> Vec<Contest> {
    vec![of_pairs::<Spsc>(), of_pairs::<Mpsc>(), of_pairs::<Swap>()]
}

/// From one core to another.
pub(crate) fn streams() -> Vec<Contest> {
    vec![of_streams::<Spsc>(), of_streams::<Mpsc>(), of_streams::<Swap>()]
}

fn of_pairs<R: Ring>() -> Contest {
    contest::<R>(PAIR, [pair::<R, false, false>, pair::<R, true, false>, pair::<R, false, true>, pair::<R, true, true>])
}

fn of_streams<R: Ring>() -> Contest {
    contest::<R>(
        STREAM,
        [across::<R, false, false>, across::<R, true, false>, across::<R, false, true>, across::<R, true, true>],
    )
}

fn contest<R: Ring>(question: &'static str, turns: [fn(usize, u64) -> Turn; 4]) -> Contest {
    let names = [PLAIN, "with marks", "looks without marks", "looks with marks"];
    Contest {
        question,
        setting: format!("{}/{CAPACITY}", R::NAME),
        capacity: CAPACITY,
        least: least(CAPACITY),
        least_time: Duration::ZERO,
        contestants: names.into_iter().zip(turns).map(|(name, turn)| Contestant::ours(name, turn)).collect(),
        reference: PLAIN,
    }
}

/// Puts an item in, after a look at the pressure perhaps.
#[inline(always)]
fn push<const LOOK: bool>(tx: &mut impl Push<Item = u64>, item: u64, raised: &mut u64) -> bool {
    if LOOK {
        *raised += u64::from(tx.pressure() >= Pressure::Slow);
    }
    tx.push(item).is_ok()
}

fn pair<R: Ring, const MARKS: bool, const LOOK: bool>(capacity: usize, count: u64) -> Turn {
    let (mut tx, mut rx) = R::ends(capacity, MARKS.then(|| marks(capacity)));
    let mut raised = 0;
    let taken = in_turns(0, capacity, count, |item| push::<LOOK>(&mut tx, item, &mut raised), || rx.pop().ok());
    black_box(raised);
    taken.into()
}

fn across<R: Ring, const MARKS: bool, const LOOK: bool>(capacity: usize, count: u64) -> Turn {
    let (mut tx, mut rx) = R::ends(capacity, MARKS.then(|| marks(capacity)));
    let (mut sent, mut raised) = (0, 0);
    let taken: Duration = stream(
        capacity,
        count,
        move |until| {
            while sent < until {
                while !push::<LOOK>(&mut tx, sent, &mut raised) {
                    spin_loop();
                }
                sent += 1;
            }
            black_box(raised);
        },
        move |check, until| {
            while check.seen() < until {
                match rx.pop() {
                    Ok(item) => check.see(&item),
                    Err(_) => spin_loop(),
                }
            }
        },
    );
    taken.into()
}
