//! Every item is dropped exactly once: whoever owns the ring, whoever takes the item out, whatever panics, whatever is
//! forgotten, and in whatever order the ends go.
//!
//! Claims: capacity, drops, misuse.

#![allow(unused_mut, reason = "each test has both ends, and changes those that it needs to")]

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use forebay_core::swap::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_core::{CapacityError, Overflow, PopError, Pushed};
use forebay_tests::ledger::{Ledger, Tracked, forget, go_off, goes_off};
use forebay_tests::owners::end;

const N: usize = 3;
const P: usize = 2;

/// Hands the ends of every kind of ring, at every position of its slots, to an action, and drops the ring after it.
fn on_every_ring(action: impl Fn(&Ledger, Ends<'_>)) {
    fn at<'q, K>(
        start: usize,
        ledger: &Ledger,
        ends: (Producer<'q, Tracked, K>, Consumer<'q, Tracked, K>),
    ) -> Both<'q, K> {
        let (mut producer, mut consumer) = ends;
        for _ in 0..start {
            assert!(producer.push(ledger.item()).is_ok());
            assert!(consumer.pop().is_ok());
        }
        (producer, consumer)
    }

    forebay_tests::on_every_ring! {
        at, 0..2 * N;
        Ring::<Tracked, N, P>::with_overflow(Overflow::DropOldest);
        memory = [const { Slot::new() }; N + P + 1] =>
            SliceRing::with_overflow(&mut memory, P, Overflow::DropOldest).unwrap();
        HeapRing::with_overflow(N, P, Overflow::DropOldest).unwrap();
        |ledger, producer, consumer| action(ledger, Ends::from((producer, consumer)))
    }
}

type Both<'q, K> = (Producer<'q, Tracked, K>, Consumer<'q, Tracked, K>);

enum Ends<'q> {
    Borrowed(Both<'q, ()>),
    Owned(Both<'static, forebay_core::swap::Keep<Tracked>>),
}

impl<'q> From<Both<'q, ()>> for Ends<'q> {
    fn from(ends: Both<'q, ()>) -> Self {
        Self::Borrowed(ends)
    }
}

impl From<Both<'static, forebay_core::swap::Keep<Tracked>>> for Ends<'_> {
    fn from(ends: Both<'static, forebay_core::swap::Keep<Tracked>>) -> Self {
        Self::Owned(ends)
    }
}

/// Runs the same code on both kinds of ends.
macro_rules! with {
    ($ends:expr, |$producer:ident, $consumer:ident| $body:expr) => {
        match $ends {
            Ends::Borrowed((mut $producer, mut $consumer)) => $body,
            Ends::Owned((mut $producer, mut $consumer)) => $body,
        }
    };
}

#[test]
fn what_is_left_is_dropped_with_the_ring() {
    for left in 0..=N {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                (0..left).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
                assert_eq!(ledger.alive(), left);
                drop(consumer);
                assert_eq!(producer.len(), left);
                drop(producer);
            });
        });
    }
}

#[test]
fn either_end_may_go_first() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            let another = producer.try_clone().unwrap();
            (0..N + 2).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
            drop(producer);
            assert!(consumer.pop().is_ok());
            drop(another);
            assert!(consumer.pop().is_ok());
            drop(consumer);
        });
    });
}

#[test]
fn what_is_evicted_is_the_pushers() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, _consumer| {
            let inside: Vec<u32> = (0..N)
                .map(|_| {
                    let item = ledger.item();
                    let id = item.id();
                    assert!(matches!(producer.push(item), Ok(Pushed::Stored)));
                    id
                })
                .collect();
            for id in inside {
                let Ok(Pushed::Evicted(victim)) = producer.push(ledger.item()) else { panic!("it was full") };
                assert_eq!(victim.id(), id);
                assert!(!ledger.is_dropped(id));
                drop(victim);
                assert!(ledger.is_dropped(id));
            }
        });
    });
}

#[test]
fn what_is_refused_comes_back_whole() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            (0..N).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
            for overflow in [Overflow::Reject, Overflow::DropIncoming] {
                producer.set_overflow(overflow);
                let item = ledger.item();
                let id = item.id();
                let back = producer.push(item).unwrap_err();
                assert_eq!(
                    (back.is_full(), back.is_shed()),
                    (overflow == Overflow::Reject, overflow != Overflow::Reject)
                );
                assert_eq!(back.into_inner().id(), id);
            }
            drop(consumer.pop());
            drop(consumer);
            // Room or not.
            let item = ledger.item();
            let id = item.id();
            let back = producer.push(item).unwrap_err();
            assert!(back.is_closed());
            assert_eq!((back.into_inner().id(), producer.len()), (id, N - 1));
        });
    });
}

#[test]
fn a_drop_that_panics_in_the_ring() {
    for armed in 0..N {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                for at in 0..N {
                    let item = ledger.item();
                    if at == armed {
                        ledger.arm(item.id());
                    }
                    assert!(producer.push(item).is_ok());
                }
                drop(consumer);
                // The ring goes with the last end that owns it.
                goes_off(|| drop(producer));
            });
        });
    }
}

#[test]
fn a_closure_that_panics_loses_its_item_alone() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            (0..N).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
            let alive = ledger.alive();
            assert!(goes_off(|| consumer.pop_all(|_item| go_off())));
            assert_eq!((ledger.alive(), consumer.len()), (alive - 1, N - 1));
            assert!(producer.push(ledger.item()).is_ok());
            assert_eq!(consumer.pop_all(drop), N);
            assert!(matches!(consumer.pop(), Err(PopError::Empty)));
        });
    });
}

#[test]
fn a_drain_that_ends_early_leaves_the_others_inside() {
    for taken in 0..=N {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                (0..N).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
                let alive = ledger.alive();
                assert_eq!(consumer.drain().take(taken).count(), taken);
                assert_eq!((ledger.alive(), consumer.len()), (alive - taken, N - taken));
            });
        });
    }
}

/// An iterator that panics instead of an item: what it gave before is in, and nothing is lost or dropped twice.
#[test]
fn an_iterator_that_panics() {
    for (good, inside) in (0..2 * N).flat_map(|good| (0..=N).map(move |inside| (good, inside))) {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                (0..inside).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
                let alive = ledger.alive();
                let mut made = 0;
                let mut items = std::iter::from_fn(|| {
                    if made == good {
                        go_off();
                    }
                    made += 1;
                    Some(ledger.item())
                });
                let mut victims = 0;
                assert!(goes_off(|| producer.push_iter(&mut items, |_victim| victims += 1)));
                assert_eq!(victims, (inside + good).saturating_sub(N));
                assert_eq!(ledger.alive(), alive + good - victims);
                assert_eq!(producer.len(), inside + good - victims);
                assert!(producer.push(ledger.item()).is_ok());
                assert_eq!(consumer.pop_all(drop), (inside + good + 1).min(N));
            });
        });
    }
}

/// A closure that panics with a victim: that is gone, the item for which it had to go is in, and the rest is with the iterator.
#[test]
fn a_closure_that_panics_with_a_victim() {
    for (good, inside) in (0..2 * N).flat_map(|good| (0..=N).map(move |inside| (good, inside))) {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                (0..inside).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
                let count = N - inside + good + 3;
                let mut items = ledger.items(count).into_iter();
                let mut victims = 0;
                assert!(goes_off(|| {
                    producer.push_iter(&mut items, |_victim| {
                        if victims == good {
                            go_off();
                        }
                        victims += 1;
                    })
                }));
                assert_eq!((victims, items.len(), producer.len()), (good, 2, N));
                assert_eq!(ledger.alive(), N + 2);
                drop(items);
                assert_eq!(consumer.pop_all(drop), N);
                assert!(matches!(consumer.pop(), Err(PopError::Empty)));
            });
        });
    }
}

/// The drop of a victim panics in the closure.
#[test]
fn a_victim_that_panics() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            let bomb = ledger.item();
            ledger.arm(bomb.id());
            assert!(producer.push(bomb).is_ok());
            let mut items = ledger.items(N + 2).into_iter();
            assert!(goes_off(|| producer.push_iter(&mut items, drop)));
            assert_eq!((items.len(), producer.len()), (2, N));
            assert_eq!(producer.push_iter(items, drop).pushed, 2);
            assert_eq!(consumer.drain().count(), N);
        });
    });
}

/// The item that a batch could not put in comes back, and the rest stays with the iterator.
#[test]
fn what_a_batch_leaves() {
    for closes in [false, true] {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                producer.set_overflow(Overflow::Reject);
                assert!(producer.push(ledger.item()).is_ok());
                if closes {
                    consumer.close();
                }
                let mut items = ledger.items(N + 2).into_iter();
                let first = items.as_slice()[if closes { 0 } else { N - 1 }].id();
                let batch = producer.push_iter(&mut items, |_| panic!("nothing is evicted"));
                assert_eq!(batch.pushed, if closes { 0 } else { N - 1 });
                let refused = batch.refused.expect("there were more than there is room for");
                assert_eq!((refused.is_closed(), refused.is_full()), (closes, !closes));
                assert_eq!(refused.into_inner().id(), first);
                assert_eq!(items.len(), if closes { N + 1 } else { 2 });
            });
        });
    }
}

/// What is inside a closed ring can be taken, is there after another split, and goes with the ring.
#[test]
fn what_a_closed_ring_has() {
    for taken in 0..=N {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N, P>::with_overflow(Overflow::DropOldest);
        let (mut producer, mut consumer) = ring.split();
        (0..N).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
        consumer.close();
        consumer.close();
        assert!(producer.push(ledger.item()).is_err_and(|error| error.is_closed()));
        assert_eq!(consumer.drain().take(taken).count(), taken);
        drop((producer, consumer));
        let (mut producer, mut consumer) = ring.split();
        assert!(!producer.is_closed() && !consumer.is_closed());
        assert_eq!(producer.len(), N - taken);
        assert_eq!(producer.push_iter(ledger.items(taken), drop).pushed, taken);
        assert_eq!(consumer.drain().take(taken).count(), taken);
        drop((producer, consumer));
        end(&ledger, ring);
    }
}

#[test]
fn ends_that_were_forgotten_leave_a_ring_that_works() {
    for forgotten in 0..8 {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N, P>::with_overflow(Overflow::DropOldest);
        for round in 0..3 {
            let (mut producer, mut consumer) = ring.split();
            let mut another = producer.try_clone().unwrap();
            assert!(producer.try_clone().is_err());
            for _ in 0..2 {
                assert!(producer.push(ledger.item()).is_ok());
                assert!(another.push(ledger.item()).is_ok());
            }
            assert!(consumer.pop().is_ok());
            assert_eq!(consumer.len(), N - 1, "in round {round}");
            if forgotten & 1 != 0 {
                mem::forget(producer);
            }
            if forgotten & 2 != 0 {
                mem::forget(another);
            }
            if forgotten & 4 != 0 {
                mem::forget(consumer);
            }
        }
        assert_eq!(ring.try_split().is_err(), forgotten != 0);
        end(&ledger, ring);
    }
}

#[test]
fn items_without_a_size() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);

    struct Nothing;

    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }

    let ring = HeapRing::with_overflow(5, 2, Overflow::DropOldest).unwrap();
    let (mut producer, mut consumer) = ring.into_ends();
    (0..12).for_each(|_| assert!(producer.push(Nothing).is_ok()));
    assert_eq!(DROPS.load(Ordering::Relaxed), 7);
    assert!(consumer.pop().is_ok());
    assert_eq!(DROPS.load(Ordering::Relaxed), 8);
    drop((producer, consumer));
    assert_eq!(DROPS.load(Ordering::Relaxed), 12);
}

#[test]
fn rings_that_cant_be_made() {
    assert!(matches!(HeapRing::<u8>::new(0, 1), Err(CapacityError::Zero)));
    assert!(matches!(HeapRing::<u8>::new(1, 0), Err(CapacityError::Zero)));
    assert!(matches!(HeapRing::<u8>::new(usize::MAX, 1), Err(CapacityError::TooLarge)));
    assert!(matches!(HeapRing::<u8>::new(1, usize::MAX), Err(CapacityError::TooLarge)));
    assert!(matches!(HeapRing::<[u8; 1 << 20]>::new(usize::MAX >> 12, 1), Err(CapacityError::TooLarge)));
    #[cfg(target_pointer_width = "64")]
    assert!(matches!(HeapRing::<u8>::new(1 << 48, 1), Err(CapacityError::OutOfMemory)));
    let mut memory = [const { Slot::<u8>::new() }; 4];
    for (len, producers) in [(0, 0), (1, 0), (0, 1), (2, 1), (4, 3), (4, usize::MAX)] {
        assert!(matches!(SliceRing::new(&mut memory[..len], producers), Err(CapacityError::TooShort)));
    }
    assert!(matches!(SliceRing::new(&mut memory, 0), Err(CapacityError::Zero)));
    assert!(SliceRing::new(&mut memory, 1).is_ok_and(|mut ring| ring.split().0.capacity() == 2));
    assert!(SliceRing::new(&mut memory, 2).is_ok_and(|mut ring| ring.split().0.capacity() == 1));
}

/// The memory of a ring serves for another one, whatever was in it: also that of a ring that was forgotten.
#[test]
fn memory_is_used_again() {
    let ledger = Ledger::new();
    let mut memory = [const { Slot::new() }; N + P + 2];
    for round in 0..6 {
        let mut ring = SliceRing::with_overflow(&mut memory[round % 2..], P, Overflow::DropOldest).unwrap();
        let (mut producer, mut consumer) = ring.split();
        assert_eq!((consumer.len(), consumer.evicted()), (0, 0), "the memory is that of a new ring");
        let mut another = producer.try_clone().unwrap();
        for _ in 0..=round {
            let _ = producer.push(ledger.item());
            let _ = another.push(ledger.item());
        }
        let _ = consumer.pop().unwrap();
        let alive = ledger.alive();
        let inside = consumer.len();
        drop((producer, another, consumer));
        if round % 3 == 2 {
            mem::forget(ring);
            forget(ledger.clone());
            assert_eq!(ledger.alive(), alive, "what was in a forgotten ring is forgotten too");
        } else {
            drop(ring);
            assert_eq!(ledger.alive(), alive - inside);
        }
    }
    ledger.check();
}
