//! Panics in the items' drop, in iterators and in closures: the ring stays whole, and nothing is lost or dropped twice. An iterator that
//! says something wrong is no worse.

use forebay_core::mpsc::{Consumer, Producer};
use forebay_core::{PopError, Refusal};
use forebay_tests::iterators::{Fuse, Hint, Says, Where};
use forebay_tests::ledger::{Ledger, Tracked, go_off, goes_off};

use crate::rings::{N, Owner, holds, ids, next, number, on_every_owner, on_every_ring, push, works};

/// Every number of items with every one of them armed: `(count, which)`.
fn bombs() -> impl Iterator<Item = (usize, u32)> {
    (1..=N).flat_map(|count| ids(0, count).map(move |which| (count, which)))
}

fn drain<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    for (count, which) in bombs() {
        let first = push(ledger, &mut producer, count);
        ledger.arm(first + which);
        assert!(goes_off(|| consumer.drain().for_each(drop)));
        let rest = ids(first, count).skip_while(|&id| id <= first + which);
        assert_eq!(consumer.len(), rest.clone().count(), "the room of what was taken is there");
        holds(&mut consumer, rest);
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn a_drop_while_draining() {
    on_every_ring!(drain);
}

/// The closure goes off with an item in hand, or the drop of the item that it was handed.
fn pop_all<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    for ((count, which), is_armed) in bombs().flat_map(|bomb| [(bomb, false), (bomb, true)]) {
        let first = push(ledger, &mut producer, count);
        let last = first + which;
        if is_armed {
            ledger.arm(last);
        }
        let gone_off = goes_off(|| {
            consumer.pop_all(|item| {
                if item.id() == last && !is_armed {
                    go_off();
                }
            })
        });
        assert!(gone_off);
        let rest = ids(first, count).skip_while(|&id| id <= last);
        assert_eq!((consumer.len(), ledger.alive()), (rest.clone().count(), rest.clone().count()));
        holds(&mut consumer, rest);
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn a_panic_in_pop_all() {
    on_every_ring!(pop_all);
}

fn taken<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    let first = push(ledger, &mut producer, N);
    ledger.arm(first);
    assert!(goes_off(|| consumer.pop()));
    let last = push(ledger, &mut producer, 1);
    for refusal in [Refusal::Reject, Refusal::DropIncoming] {
        producer.set_refusal(refusal);
        let refused = ledger.item();
        ledger.arm(refused.id());
        assert!(goes_off(|| producer.push(refused)), "a refused value comes back, and goes off");
    }
    producer.set_refusal(Refusal::Reject);
    holds(&mut consumer, [first + 1, first + 2, last]);
    works(ledger, &mut producer, &mut consumer);
    consumer.close();
    let refused = ledger.item();
    ledger.arm(refused.id());
    assert!(goes_off(|| producer.push(refused)), "so does one that a closed ring gives back");
    assert_eq!(consumer.pop().err(), Some(PopError::Closed));
}

#[test]
fn a_drop_of_what_came_out_or_back() {
    on_every_ring!(taken);
}

/// Leaves items behind with one of them armed, and lets the ends go in one of the two orders.
fn leave<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    consumer: Consumer<'_, Tracked, K>,
    (count, which): (usize, u32),
    producer_first: bool,
) {
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
            on_every_ring!(|ledger, tx, rx| leave(ledger, tx, rx, bomb, producer_first));
        }
    }
}

/// Nothing, little, much, and nonsense, which safe code is free to say.
const HINTS: [Hint; 5] = [(0, None), (1, None), (2, Some(2)), (usize::MAX, None), (usize::MAX, Some(1))];

/// Pushes a batch that meets a panic: what came before it is in, and others go on.
fn batch<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    let mut another = producer.clone();
    for hint in HINTS {
        for inside in 0..N {
            let room = N - inside;
            let inner = (0..room).map(|made| (Where::Next(made), made));
            for (at, stored) in inner.chain([(Where::Into, 0), (Where::Hint, 0), (Where::Drop, room)]) {
                let first = push(ledger, &mut producer, inside);
                assert!(goes_off(|| producer.push_iter(Fuse { ledger, hint, at })), "{at:?}");
                assert_eq!(ledger.alive(), inside + stored, "{at:?}");
                // The other producer goes on, at the latest after the consumer has come by.
                let id = next(ledger);
                let went_on = another.push(ledger.item()).is_ok();
                assert!(!went_on || stored < room);
                holds(&mut consumer, ids(first, inside + stored).chain(went_on.then_some(id)));
                let last = push(ledger, &mut another, N);
                assert!(another.push(ledger.item()).is_err_and(|error| error.is_full()));
                holds(&mut consumer, ids(last, N));
                works(ledger, &mut producer, &mut consumer);
            }
        }
    }
}

#[test]
fn an_iterator_in_push_iter() {
    on_every_ring!(batch);
}

/// A batch that asked for one slot and got no item for it holds no other: the others are there, and what is put in there is
/// found.
fn beside<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    let mut another = producer.clone();
    for before in 0..N - 1 {
        let first = push(ledger, &mut producer, before);
        let fuse = Fuse { ledger, hint: (1, None), at: Where::Next(0) };
        assert!(goes_off(|| producer.push_iter(fuse)));
        push(ledger, &mut another, N - 1 - before);
        holds(&mut consumer, ids(first, N - 1));
        works(ledger, &mut another, &mut consumer);
    }
}

#[test]
fn others_go_on_beside_a_batch_that_met_a_panic() {
    on_every_ring!(beside);
}

/// The slots that a batch gave back are there again when the consumer has come by, and it is exact what is inside.
fn given_back<K: Clone>(
    ledger: &Ledger,
    mut producer: Producer<'_, Tracked, K>,
    mut consumer: Consumer<'_, Tracked, K>,
) {
    for good in 0..N {
        let first = next(ledger);
        let fuse = Fuse { ledger, hint: (usize::MAX, None), at: Where::Next(good) };
        assert!(goes_off(|| producer.push_iter(fuse)));
        holds(&mut consumer, ids(first, good));
        assert_eq!(consumer.len(), 0);
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn slots_that_a_batch_gave_back() {
    on_every_ring!(given_back);
}

/// So it is where an iterator says nothing wrong, but not how many there are.
fn unsaid<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    for count in 0..N {
        let first = next(ledger);
        let mut items = ledger.items(count).into_iter();
        assert_eq!(producer.push_iter(std::iter::from_fn(|| items.next())), count);
        // One slot is held for an item that there wasn't.
        let rest = push(ledger, &mut producer, N - count - 1);
        holds(&mut consumer, ids(first, count).chain(ids(rest, N - count - 1)));
        works(ledger, &mut producer, &mut consumer);
    }
}

#[test]
fn an_iterator_that_does_not_say_how_many_there_are() {
    on_every_ring!(unsaid);
}

/// Iterators that say too much, too little, and that there is nothing.
fn liars<K: Clone>(ledger: &Ledger, mut producer: Producer<'_, Tracked, K>, mut consumer: Consumer<'_, Tracked, K>) {
    let mut another = producer.clone();
    let hints = (0..=N + 1).flat_map(|least| [(least, None), (least, Some(0)), (least, Some(1)), (least, Some(9))]);
    for hint in hints.chain(HINTS) {
        for (inside, count) in (0..=N).flat_map(|inside| (0..=N + 1).map(move |count| (inside, count))) {
            let first = push(ledger, &mut producer, inside);
            let batch = next(ledger);
            let mut items = ledger.items(count).into_iter();
            let stored = producer.push_iter(Says(hint, items.by_ref()));
            assert_eq!(items.len(), count - stored, "what isn't inside is still in the iterator");
            assert!(stored <= N - inside);
            if hint.1 != Some(0) {
                assert_eq!(stored, count.min(N - inside), "{hint:?}");
            }
            let id = next(ledger);
            let went_on = another.push(ledger.item()).is_ok();
            assert!(!went_on || inside + stored < N);
            holds(&mut consumer, ids(first, inside).chain(ids(batch, stored)).chain(went_on.then_some(id)));
            drop(items);
            works(ledger, &mut producer, &mut consumer);
        }
    }
}

#[test]
fn iterators_that_say_something_wrong() {
    on_every_ring!(liars);
}

/// A batch that met a panic and then another split: the next ends have all the slots.
fn split_after(ledger: &Ledger, ring: &mut impl Owner<Tracked>, (before, good): (usize, usize)) {
    let (mut producer, mut consumer) = ring.split();
    let first = push(ledger, &mut producer, before);
    let fuse = Fuse { ledger, hint: (usize::MAX, None), at: Where::Next(good) };
    assert!(goes_off(|| producer.push_iter(fuse)));
    let taken = usize::from(before > 0);
    assert_eq!(consumer.drain().take(taken).count(), taken);
    drop((producer, consumer));

    let (mut producer, mut consumer) = ring.split();
    holds(&mut consumer, ids(first, before + good).skip(taken));
    works(ledger, &mut producer, &mut consumer);
}

#[test]
fn another_split_after_a_batch_that_met_a_panic() {
    for before in 0..N {
        for good in 0..N - before {
            on_every_owner!(|ledger: &Ledger, ring: &mut _| split_after(ledger, ring, (before, good)));
        }
    }
}

#[test]
fn while_the_ends_live() {
    fn unwound(ledger: &Ledger, ring: &mut impl Owner<Tracked>) {
        let first = next(ledger);
        assert!(goes_off(|| {
            let (mut producer, mut consumer) = ring.split();
            push(ledger, &mut producer.clone(), 2);
            push(ledger, &mut producer, 1);
            let _drain = consumer.drain().by_ref().next();
            go_off();
        }));
        let (mut producer, mut consumer) = ring.split();
        assert_eq!((consumer.len(), producer.is_closed(), consumer.is_closed()), (2, false, false));
        holds(&mut consumer, ids(first, 3).skip(1));
        works(ledger, &mut producer, &mut consumer);
        assert!(number(ledger.born()) > first);
    }
    on_every_owner!(|ledger: &Ledger, ring: &mut _| unwound(ledger, ring));
}
