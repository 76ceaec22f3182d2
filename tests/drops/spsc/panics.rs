//! Panics in the items' drop, in iterators and in closures: the ring stays whole, and nothing is lost or dropped twice.

use forebay_core::spsc::{Consumer, Producer};
use forebay_tests::iterators::{Fuse, Hint, Where};
use forebay_tests::ledger::{Ledger, Tracked, go_off, goes_off};
use forebay_tests::spsc::Runs;

use crate::rings::{N, holds, on_every_owner, on_every_ring, push, works};

/// The numbers of `count` items from the first on.
fn ids(first: u32, count: usize) -> std::ops::Range<u32> {
    first..first + u32::try_from(count).expect("few items")
}

/// Every number of items with every one of them armed: `(count, which)`.
fn bombs() -> impl Iterator<Item = (usize, u32)> {
    (1..=N).flat_map(|count| ids(0, count).map(move |which| (count, which)))
}

fn clear<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for (count, which) in bombs() {
        let first = push(ledger, &mut producer, count);
        ledger.arm(first + which);
        assert!(goes_off(|| consumer.clear()));
        assert_eq!(ledger.alive(), 0, "the others are dropped all the same");
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn a_drop_in_clear() {
    on_every_ring!(clear);
}

fn release_slot<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for count in 1..=N {
        let first = push(ledger, &mut producer, count);
        ledger.arm(first);
        let slot = consumer.read_slot().expect("there is an item");
        assert!(goes_off(|| slot.release()));
        holds(&mut consumer, ids(first, count).skip(1));
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn a_drop_in_release_of_a_slot() {
    on_every_ring!(release_slot);
}

fn release_run<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for (released, which) in bombs() {
        for count in released..=N {
            let first = push(ledger, &mut producer, count);
            ledger.arm(first + which);
            let Some(run) = L::read_run(&mut consumer, count) else { unreachable!("the layout has runs") };
            assert!(goes_off(|| run.release(released)));
            assert_eq!(ledger.alive(), count - released, "the others of the run are dropped all the same");
            assert_eq!((producer.len(), consumer.len()), (count - released, count - released));
            holds(&mut consumer, ids(first, count).skip(released));
            works(ledger, &mut producer, &mut consumer);
        }
    }
}

#[test]
fn a_drop_in_release_of_a_run() {
    on_every_ring!(release_run, forebay_core::spsc::Dense);
}

fn drain<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for (count, which) in bombs() {
        let first = push(ledger, &mut producer, count);
        ledger.arm(first + which);
        assert!(goes_off(|| consumer.drain().for_each(drop)));
        holds(&mut consumer, ids(first, count).skip_while(|&id| id <= first + which));
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn a_drop_while_draining() {
    on_every_ring!(drain);
}

fn taken<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    let first = push(ledger, &mut producer, N);
    ledger.arm(first);
    assert!(goes_off(|| consumer.pop()));
    ledger.arm(first + 1);
    let slot = consumer.read_slot().expect("there is an item");
    assert!(goes_off(|| slot.take()));
    let refused = ledger.item();
    push(ledger, &mut producer, 2);
    ledger.arm(refused.id());
    assert!(goes_off(|| producer.push(refused)), "a refused value comes back, and goes off");
    holds(&mut consumer, [first + 2, first + 4, first + 5]);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn a_drop_of_what_came_out_or_back() {
    on_every_ring!(taken);
}

fn replaced<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    let first = push(ledger, &mut producer, N);
    ledger.arm(first);
    assert!(goes_off(|| *consumer.read_slot().expect("there is an item") = ledger.item()));
    ledger.arm(first + 1);
    assert!(goes_off(|| consumer.iter_mut().skip(1).for_each(|item| *item = ledger.item())));
    let born = u32::try_from(ledger.born()).expect("few items");
    holds(&mut consumer, [born - 2, born - 1, first + 2]);
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn a_drop_of_what_was_replaced_inside() {
    on_every_ring!(replaced);
}

/// Leaves items behind with one of them armed, and lets the ends go in one of the two orders.
fn leave<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
    (count, which): (usize, u32),
    producer_first: bool,
) {
    consumer.clear();
    let first = push(ledger, &mut producer, count);
    ledger.arm(first + which);
    if producer_first {
        drop(producer);
        drop(consumer);
    } else {
        drop(consumer);
        drop(producer);
    }
}

#[test]
fn a_drop_with_the_ring_or_with_the_last_end() {
    for bomb in bombs() {
        for producer_first in [false, true] {
            on_every_ring!(|ledger, producer, consumer| leave(ledger, producer, consumer, bomb, producer_first));
        }
    }
}

/// Nonsense, which safe code is free to say.
const NONSENSE: Hint = (usize::MAX, Some(0));

/// Pushes through a batch operation that meets a panic: what came before it is in.
fn batch<L: Runs, K>(
    ledger: &Ledger,
    producer: &mut Producer<'_, Tracked, L, K>,
    consumer: &mut Consumer<'_, Tracked, L, K>,
    push_iter: impl Fn(&mut Producer<'_, Tracked, L, K>, Fuse<'_>),
) {
    for inside in 0..N {
        let room = N - inside;
        let inner = (0..room).map(|made| (Where::Next(made), made));
        for (at, stored) in inner.chain([(Where::Into, 0), (Where::Drop, room)]) {
            let first = push(ledger, producer, inside);
            assert!(goes_off(|| push_iter(producer, Fuse { ledger, hint: NONSENSE, at })), "{at:?}");
            assert_eq!((producer.len(), consumer.len()), (inside + stored, inside + stored), "{at:?}");
            holds(consumer, ids(first, inside + stored));
            works(ledger, producer, consumer);
        }
    }
}

fn push_iter<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    batch(ledger, &mut producer, &mut consumer, |producer, fuse| {
        producer.push_iter(fuse);
    });
}

#[test]
fn an_iterator_in_push_iter() {
    on_every_ring!(push_iter);
}

fn fill<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    batch(ledger, &mut producer, &mut consumer, |producer, fuse| {
        let Some(run) = L::write_run(producer, usize::MAX) else { unreachable!("the layout has runs") };
        run.fill(fuse);
    });
}

#[test]
fn an_iterator_in_fill() {
    on_every_ring!(fill, forebay_core::spsc::Dense);
}

fn closures<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    for after in 0..N {
        let first = push(ledger, &mut producer, N);
        let last = first + u32::try_from(after).expect("few items");
        let go_off_at = |item: &Tracked| {
            if item.id() == last {
                go_off();
            }
        };
        assert!(goes_off(|| consumer.iter().for_each(go_off_at)));
        assert!(goes_off(|| consumer.iter_mut().for_each(|item| go_off_at(item))));
        assert_eq!(consumer.len(), N, "looking takes nothing");
        // The closure has the item when it panics.
        assert!(goes_off(|| consumer.drain().for_each(|item| go_off_at(&item))));
        holds(&mut consumer, last + 1..first + 3);
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn closures_over_items() {
    on_every_ring!(closures);
}

fn guards<L: Runs, K>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, L, K>,
    mut consumer: Consumer<'_, Tracked, L, K>,
) {
    assert!(goes_off(|| {
        let _slot = producer.write_slot().expect("there is room");
        go_off();
    }));
    assert!(goes_off(|| {
        let _run = L::write_run(&mut producer, 2);
        go_off();
    }));
    assert_eq!(consumer.len(), 0, "nothing was committed");
    let first = push(ledger, &mut producer, 2);
    assert!(goes_off(|| {
        let _slot = consumer.read_slot().expect("there is an item");
        go_off();
    }));
    assert!(goes_off(|| {
        let _run = L::read_run(&mut consumer, 2);
        go_off();
    }));
    holds(&mut consumer, ids(first, 2));
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn while_a_guard_lives() {
    on_every_ring!(guards);
}

#[test]
fn while_the_ends_live() {
    on_every_owner!(|ledger: &Ledger, ring: &mut _| unwound(ledger, ring));
}

fn unwound<L: Runs>(ledger: &Ledger, ring: &mut impl crate::rings::Owner<Tracked, L>) {
    let first = u32::try_from(ledger.born()).expect("few items");
    assert!(goes_off(|| {
        let (mut producer, _consumer) = ring.split();
        push(ledger, &mut producer, 2);
        go_off();
    }));
    let (mut producer, mut consumer) = ring.split();
    assert_eq!((producer.len(), producer.is_closed(), consumer.is_closed()), (2, false, false));
    holds(&mut consumer, ids(first, 2));
    works(ledger, &mut producer, &mut consumer);
}
