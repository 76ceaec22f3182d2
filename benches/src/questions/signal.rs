//! What does the pressure cost? The same ring with watermarks and without, and with a look at the pressure before each push.
//!
//! On one thread, as in `pair`: no level changes, and what is left is what a push and a pop do for the marks. And from one core to another,
//! as in `throughput`: the level changes whenever the ring fills up to the high mark and is emptied down to the low one.

use std::hint::{black_box, spin_loop};
use std::time::Duration;

use forebay::seam::{Pop, Push};
use forebay::{Pressure, Watermarks, mpsc, spsc, swap};

use super::{last_of, least, stream};
use crate::contest::{Contest, Contestant, Turn};
use crate::goals::{Against, Goal};
use crate::queue::Check;

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
        contestants: names.into_iter().zip(turns).map(|(name, turn)| Contestant::ours(name, turn)).collect(),
        reference: PLAIN,
    }
}

/// One of our rings.
trait Ring {
    const NAME: &'static str;

    /// Its ends, with these marks, or those of a new ring: high at full.
    fn ends(capacity: usize, marks: Option<Watermarks>) -> (impl Push<Item = u64> + Send, impl Pop<Item = u64> + Send);
}

/// Sets the watermarks at both ends.
macro_rules! rings {
    ($($ring:ident $name:literal $made:expr;)*) => {$(
        struct $ring;

        impl Ring for $ring {
            const NAME: &'static str = $name;

            fn ends(
                capacity: usize,
                marks: Option<Watermarks>,
            ) -> (impl Push<Item = u64> + Send, impl Pop<Item = u64> + Send) {
                let (mut tx, mut rx) = $made(capacity).expect("there is memory for the ring");
                if let Some(marks) = marks {
                    tx.set_watermarks(marks).and(rx.set_watermarks(marks)).expect("not above the capacity");
                }
                (tx, rx)
            }
        }
    )*};
}

rings! {
    Spsc "spsc" spsc::ring;
    Mpsc "mpsc" mpsc::ring;
    Swap "swap" |capacity| swap::HeapRing::new(capacity, 1).map(swap::HeapRing::into_ends);
}

fn marks(capacity: usize, are_set: bool) -> Option<Watermarks> {
    are_set.then(|| Watermarks::new(capacity / 4 * 3, capacity / 4).expect("high above low"))
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
    let (mut tx, mut rx) = R::ends(capacity, marks(capacity, MARKS));
    let (mut check, mut seq, mut raised) = (Check::<1>::default(), 0, 0);
    // Once around first, so that all of the memory has been touched.
    let around = capacity as u64;
    let taken = last_of([around, around + count], |until| {
        while seq < until {
            if push::<LOOK>(&mut tx, seq, &mut raised)
                && let Ok(item) = rx.pop()
            {
                check.see(&item);
            }
            seq += 1;
        }
    });
    black_box(raised);
    assert_eq!(check.seen(), around + count, "each pair takes one item out");
    check.assert();
    taken.into()
}

fn across<R: Ring, const MARKS: bool, const LOOK: bool>(capacity: usize, count: u64) -> Turn {
    let (mut tx, mut rx) = R::ends(capacity, marks(capacity, MARKS));
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
