//! Models of the mpsc ring: two or three threads, every execution up to a number of preemptions. Each proves the invariant in
//! its first line and names the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_mpsc`
//!
//! Without that configuration the same bodies run some times on real threads. The laps of a ring wrap after its first lap, so
//! the models meet the wrap. Some go by steps (see [`forebay_tests::model::Model::stepwise`]): where the checker by itself tries too
//! few orders.
//!
//! Claims: order, answers, pressure.

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring};
use forebay_core::{PopError, PushError, Refusal};
use forebay_tests::iterators::Says;
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::model::atomic::{AtomicUsize, Ordering};
use forebay_tests::model::{Arc, Context, Plain, thread};
use forebay_tests::models;

mod batches;
mod closing;
mod items;
mod meeting;
mod pressure;
mod splitting;
mod truth;

/// Ends that live as long as the execution, after `start` items went through, the last of them through these: so the consumer's next pop
/// may go the short way.
fn ends<T: 'static>(
    capacity: usize,
    start: usize,
    item: impl Fn() -> T,
) -> (Producer<'static, T>, Consumer<'static, T>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::<T>::new(capacity).unwrap()));
    let through = |(producer, consumer): &mut (Producer<'_, T>, Consumer<'_, T>), count| {
        for _ in 0..count {
            assert!(producer.push(item()).is_ok());
            assert!(consumer.pop().is_ok());
        }
    };
    let last = start.min(1);
    through(&mut ring.split(), start - last);
    let mut ends = ring.split();
    through(&mut ends, last);
    ends
}

fn numbers(capacity: usize, start: usize) -> (Producer<'static, u32>, Consumer<'static, u32>) {
    ends(capacity, start, || u32::MAX)
}

/// A thread that pushes the numbers, and gives up those that don't fit. Answers with those that did, and its end.
fn pusher(
    mut producer: Producer<'static, u32>,
    numbers: impl IntoIterator<Item = u32> + Send + 'static,
    cx: &Context,
) -> thread::JoinHandle<(Vec<u32>, Producer<'static, u32>)> {
    let cx = cx.clone();
    thread::spawn(move || {
        let mut stored = Vec::new();
        for number in numbers {
            cx.step();
            match producer.push(number) {
                Ok(()) => stored.push(number),
                Err(error) => {
                    assert_eq!(error, PushError::Full(number));
                    cx.note("full");
                }
            }
        }
        (stored, producer)
    })
}

/// The numbers of each producer come in its order: those below 100, and those from 100 on.
fn check_order(popped: &[u32]) {
    for producer in [0..100, 100..200] {
        let own: Vec<u32> = popped.iter().copied().filter(|number| producer.contains(number)).collect();
        assert!(own.is_sorted(), "{popped:?}");
    }
}

/// What was popped is what was stored.
fn check_all(mut popped: Vec<u32>, mut stored: Vec<u32>) {
    popped.sort_unstable();
    stored.sort_unstable();
    assert_eq!(popped, stored);
}
