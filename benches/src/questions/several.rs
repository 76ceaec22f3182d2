//! What the questions about several producers share.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::cores::Cores;
use crate::queue::{Check, Item, Producers, Rx, Tx, first_of};

/// How a setting is called.
pub(super) fn setting(producers: usize, capacity: usize) -> String {
    format!("{producers}p/{capacity}")
}

/// Where several threads pass on each item by itself, it takes the system some ten milliseconds to find out which of them share a core
/// best. This is much longer.
pub(super) const SETTLED: Duration = Duration::from_millis(150);

/// So many items are passed on in a turn at least: enough that the start of the threads doesn't count.
pub(super) fn least(capacity: usize) -> u64 {
    (4 * capacity as u64).max(20_000)
}

/// Waits until it can go on: for a moment, and when that was in vain, for others that may need this core.
#[derive(Default)]
pub(super) struct Patience {
    spun: u32,
}

impl Patience {
    #[inline(always)]
    pub(super) fn wait(&mut self) {
        const SPINS: u32 = 64;
        if self.spun < SPINS {
            self.spun += 1;
            spin_loop();
        } else {
            thread::yield_now();
        }
    }
}

/// Lets all of some threads go at once. Nobody sleeps, so nobody comes late because he has to be woken.
pub(super) struct Start {
    missing: AtomicUsize,
}

impl Start {
    pub(super) const fn of(threads: usize) -> Self {
        Self { missing: AtomicUsize::new(threads) }
    }

    pub(super) fn wait(&self) {
        // Release and Acquire: all that anybody did before comes before all that anybody does then.
        self.missing.fetch_sub(1, Ordering::AcqRel);
        let mut patience = Patience::default();
        // Acquire: see above.
        while self.missing.load(Ordering::Acquire) != 0 {
            patience.wait();
        }
    }
}

/// Sends `count` items through a queue, divided among `P` producers, and takes the time from when the first producer starts
/// until all have been received.
///
/// Before that, the queue has been filled and emptied, so that all of its memory has been touched. A single producer and the
/// consumer have a core each. So it is where they are to be apart: several producers share theirs. Otherwise the system places them.
pub(super) fn gather<const P: usize, const APART: bool, T, S, R>(
    capacity: usize,
    count: u64,
    mut tx: S,
    mut rx: R,
    send: impl Fn(S::Producer, u64, u64) + Sync,
    receive: impl FnOnce(&mut R, u64) -> Check<P> + Send,
) -> Duration
where
    T: Item,
    S: Producers<T>,
    R: Rx<T>,
{
    touch::<T>(capacity, &mut tx, &mut rx);
    race::<P, APART, _, _>(count, (0..P).map(|_| tx.another()).collect(), rx, send, receive)
}

/// The same with queues whose memory has been touched already: `P` ends send, and one receives.
pub(super) fn race<const P: usize, const APART: bool, S: Send, R: Send>(
    count: u64,
    senders: Vec<S>,
    mut rx: R,
    send: impl Fn(S, u64, u64) + Sync,
    receive: impl FnOnce(&mut R, u64) -> Check<P> + Send,
) -> Duration {
    let (rx, send, cores) = (&mut rx, &send, Cores::get());
    let start = &Start::of(P + 1);
    thread::scope(|scope| {
        let consumer = scope.spawn(move || {
            if P == 1 || APART {
                cores.stay_on_first();
            }
            start.wait();
            let check = receive(rx, count);
            let end = Instant::now();
            check.assert();
            end
        });
        let producers: Vec<_> = senders
            .into_iter()
            .enumerate()
            .map(|(producer, tx)| {
                let share = share::<P>(count, producer);
                scope.spawn(move || {
                    if P == 1 || APART {
                        cores.stay_on_second();
                    }
                    start.wait();
                    let begin = Instant::now();
                    send(tx, first_of(producer), share);
                    begin
                })
            })
            .collect();
        let begin = producers.into_iter().map(|producer| producer.join().expect("producers don't panic")).min();
        let end = consumer.join().expect("every item arrived, in its producer's order");
        begin.map_or(Duration::ZERO, |begin| end.duration_since(begin))
    })
}

/// How many of `count` items a producer sends.
pub(super) const fn share<const P: usize>(count: u64, producer: usize) -> u64 {
    count / P as u64 + ((producer as u64) < count % P as u64) as u64
}

/// Fills a queue and empties it.
fn touch<T: Item>(capacity: usize, tx: &mut impl Tx<T>, rx: &mut impl Rx<T>) {
    let mut check = Check::<1>::default();
    for item in 0..capacity as u64 {
        assert!(tx.offer(T::new(item)), "there is room for as many items as asked for");
    }
    while let Some(item) = rx.take() {
        check.see(&item);
    }
    assert_eq!(check.seen(), capacity as u64, "all of them can be taken out");
    check.assert();
}
