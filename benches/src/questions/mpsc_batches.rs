//! One to four producers and one consumer, with up to 64 items at a time where the queue can do that, and one by one where it
//! can't: how long does an item take from the first push to the last pop?

use std::time::Duration;

use super::batch;
use super::several::{Patience, gather, least, setting};
use crate::contest::{Contest, MpscQuestion};
use crate::contestants;
use crate::queue::{Check, Item, MpscJob, MpscQueue, Producers, Rx, Tx};

const NAME: &str = "mpsc_batches";

pub(crate) fn contests() -> Vec<Contest> {
    vec![contest::<1>(64), contest::<1>(1024), contest::<2>(1024), contest::<4>(1024)]
}

fn contest<const P: usize>(capacity: usize) -> Contest {
    Contest {
        question: NAME,
        setting: setting(P, capacity),
        capacity,
        least: least(capacity),
        least_time: Duration::ZERO,
        contestants: contestants::several_batching::<Batches<P>>(),
        reference: "forebay singles",
    }
}

struct Batches<const P: usize> {
    capacity: usize,
    count: u64,
}

impl<const P: usize> MpscQuestion for Batches<P> {
    #[inline(never)]
    fn time<T: Item, Q: MpscQueue<T>>(capacity: usize, count: u64) -> Duration {
        Q::with(capacity, Self { capacity, count })
    }
}

impl<T: Item, const P: usize> MpscJob<T> for Batches<P> {
    const PRODUCERS: usize = P;

    fn run(self, tx: impl Producers<T>, rx: impl Rx<T>) -> Duration {
        gather::<P, false, T, _, _>(self.capacity, self.count, tx, rx, send::<T, _>, receive::<P, T, _>)
    }
}

#[inline(always)]
fn send<T: Item, S: Tx<T>>(mut tx: S, first: u64, count: u64) {
    let (mut next, end) = (first, first + count);
    let mut patience = Patience::default();
    while next < end {
        match tx.offer_run(next, batch(end - next)) {
            0 => patience.wait(),
            run => {
                next += run as u64;
                patience = Patience::default();
            }
        }
    }
}

#[inline(always)]
fn receive<const P: usize, T: Item, R: Rx<T>>(rx: &mut R, count: u64) -> Check<P> {
    let mut check = Check::default();
    let mut left = count;
    let mut patience = Patience::default();
    while left > 0 {
        match rx.take_run(batch(left), &mut check) {
            0 => patience.wait(),
            run => {
                left -= run as u64;
                patience = Patience::default();
            }
        }
    }
    check
}
