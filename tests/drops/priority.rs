//! Every item is dropped exactly once: whoever owns the ring, whoever takes the item out, whatever panics, whatever is
//! forgotten, and in whatever order the ends go.
//!
//! Claims: drops.

#![allow(unused_mut, reason = "each test has both ends, and changes those that it needs to")]

use std::mem;

use forebay_core::priority::{Consumer, HeapRing, Keep, Producer, Ring, SliceRing, Slot};
use forebay_core::{CapacityError, Overflow, PopError, Pushed};
use forebay_tests::ledger::{Ledger, Tracked, go_off, goes_off};
use forebay_tests::owners::end;

const N: usize = 3;
const C: usize = 2;

type Both<'q, K> = (Producer<'q, Tracked, C, K>, Consumer<'q, Tracked, C, K>);

enum Ends<'q> {
    Borrowed(Both<'q, ()>),
    Owned(Both<'static, Keep<Tracked, C>>),
}

impl<'q> From<Both<'q, ()>> for Ends<'q> {
    fn from(ends: Both<'q, ()>) -> Self {
        Self::Borrowed(ends)
    }
}

impl From<Both<'static, Keep<Tracked, C>>> for Ends<'_> {
    fn from(ends: Both<'static, Keep<Tracked, C>>) -> Self {
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

/// Hands the ends of every kind of ring, at every position of its slots, to an action, and drops the ring after it.
fn on_every_ring(action: impl Fn(&Ledger, Ends<'_>)) {
    fn at<'q, K>(start: usize, ledger: &Ledger, (mut producer, mut consumer): Both<'q, K>) -> Both<'q, K> {
        for number in 0..start {
            assert!(producer.push(number % C, ledger.item()).is_ok());
            assert!(consumer.pop().is_ok());
        }
        (producer, consumer)
    }

    forebay_tests::on_every_ring! {
        at, 0..2 * N;
        Ring::<Tracked, N, C>::with_overflow(Overflow::DropOldest);
        memory = [const { Slot::new() }; N] => SliceRing::with_overflow(&mut memory, Overflow::DropOldest).unwrap();
        HeapRing::with_overflow(N, Overflow::DropOldest).unwrap();
        |ledger, producer, consumer| action(ledger, Ends::from((producer, consumer)))
    }
}

#[test]
fn what_is_left_is_dropped_with_the_ring() {
    for left in 0..=N {
        on_every_ring(|ledger, ends| {
            with!(ends, |producer, consumer| {
                (0..left).for_each(|number| assert!(producer.push(number % C, ledger.item()).is_ok()));
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
            let another = producer.clone();
            (0..N + 2).for_each(|number| drop(producer.push(number % C, ledger.item())));
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
                    assert!(matches!(producer.push(1, item), Ok(Pushed::Stored)));
                    id
                })
                .collect();
            for id in inside {
                let Ok(Pushed::Evicted(victim)) = producer.push(0, ledger.item()) else { panic!("it was full") };
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
            (0..N).for_each(|_| assert!(producer.push(0, ledger.item()).is_ok()));
            for overflow in [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest] {
                producer.set_overflow(overflow);
                let item = ledger.item();
                let id = item.id();
                let back = producer.push(1, item).unwrap_err();
                assert_eq!(back.is_full(), overflow == Overflow::Reject);
                assert_eq!(back.is_shed(), overflow != Overflow::Reject);
                assert!(!ledger.is_dropped(id));
                assert_eq!(back.into_inner().id(), id);
            }
            consumer.close();
            let item = ledger.item();
            let id = item.id();
            assert_eq!(producer.push(0, item).unwrap_err().into_inner().id(), id);
        });
    });
}

/// A victim whose drop panics is the pusher's by then: the ring goes on, with the new item.
#[test]
fn a_victim_that_panics_harms_nothing() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            let ids: Vec<u32> = (0..N)
                .map(|_| {
                    let item = ledger.item();
                    let id = item.id();
                    assert!(producer.push(1, item).is_ok());
                    id
                })
                .collect();
            ledger.arm(ids[0]);
            assert!(goes_off(|| drop(producer.push(0, ledger.item()))));
            assert_eq!((producer.len(), producer.inside(0), producer.evicted(1)), (N, 1, 1));
            assert!(matches!(consumer.pop(), Ok((0, _))));
            assert!(producer.push(0, ledger.item()).is_ok());
        });
    });
}

/// A panic in the loop over a drain leaves the rest inside.
#[test]
fn a_panic_while_it_is_drained() {
    on_every_ring(|ledger, ends| {
        with!(ends, |producer, consumer| {
            (0..N).for_each(|number| assert!(producer.push(number % C, ledger.item()).is_ok()));
            let mut drained = 0;
            assert!(goes_off(|| {
                consumer.drain().for_each(|_| {
                    drained += 1;
                    if drained == 2 {
                        go_off();
                    }
                });
            }));
            assert_eq!((consumer.len(), ledger.alive()), (N - 2, N - 2));
            assert_eq!(consumer.drain().count(), N - 2);
            assert_eq!(consumer.pop().err(), Some(PopError::Empty));
        });
    });
}

/// Of what is dropped with the ring one panics: the others are dropped all the same.
#[test]
fn a_panic_when_the_ring_goes() {
    for armed in 0..N {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N, C>::new();
        let (mut producer, consumer) = ring.split();
        for number in 0..N {
            let item = ledger.item();
            if number == armed {
                ledger.arm(item.id());
            }
            assert!(producer.push(number % C, item).is_ok());
        }
        drop((producer, consumer));
        end(&ledger, ring);
    }
}

/// Ends that are forgotten leave their ring as it is: what is inside is found by the next ones, or dropped with the ring.
#[test]
fn ends_that_are_forgotten() {
    for which in 0..4 {
        let ledger = Ledger::new();
        let mut ring = HeapRing::<Tracked, C>::new(N).unwrap();
        for round in 0..2 * N {
            let (mut producer, mut consumer) = ring.split();
            assert_eq!(producer.len(), ledger.alive());
            let _ = producer.push(round % C, ledger.item());
            if round % 2 == 1 {
                assert!(consumer.pop().is_ok());
            }
            if which % 2 == 1 {
                consumer.close();
            }
            if which / 2 == 1 {
                mem::forget((producer, consumer));
            } else {
                mem::forget(producer);
            }
        }
        assert_eq!(ring.split().1.len(), ledger.alive());
        end(&ledger, ring);
    }
    // Of a shared ring they stay out.
    let ring = Ring::<u32, 1, 1>::new();
    mem::forget(ring.try_split().unwrap().0);
    assert!(ring.try_split().is_err());
}

/// Memory that had a ring before is as good as new.
#[test]
fn memory_is_used_again() {
    let ledger = Ledger::new();
    let mut memory = [const { Slot::<_, C>::new() }; N];
    for round in 0..3 {
        let mut ring = SliceRing::new(&mut memory).unwrap();
        let (mut producer, consumer) = ring.split();
        (0..round + 1).for_each(|number| assert!(producer.push(number % C, ledger.item()).is_ok()));
        assert_eq!(consumer.len(), round + 1);
        drop((producer, consumer));
        drop(ring);
        assert_eq!(ledger.alive(), 0);
    }
    assert_eq!(SliceRing::<u8, C>::new(&mut []).unwrap_err(), CapacityError::Zero);
    assert_eq!(HeapRing::<u8, C>::new(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(HeapRing::<u8, C>::new(usize::MAX).unwrap_err(), CapacityError::TooLarge);
    assert_eq!(
        HeapRing::<u64, C>::new(isize::MAX as usize / size_of::<u64>() + 1).unwrap_err(),
        CapacityError::TooLarge
    );
}

/// A ring that was never split has nothing to drop.
#[test]
fn a_ring_that_was_never_split() {
    drop(Ring::<Tracked, N, C>::new());
    drop(HeapRing::<Tracked, C>::new(N).unwrap());
}
