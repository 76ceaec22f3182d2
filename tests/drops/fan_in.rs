//! Every item is dropped exactly once: whoever owns the ring, whoever takes the item out, whatever panics, whatever is
//! forgotten, and in whatever order the ends go.
//!
//! Claims: drops.

use std::mem;
use std::num::NonZeroU32;

use forebay_core::fan_in::{Consumer, HeapRing, LaneMemory, NoLane, Opener, Ring, SliceRing, Slot};
use forebay_core::{CapacityError, PopError};
use forebay_tests::ledger::{Ledger, Tracked, forget, goes_off};
use forebay_tests::owners::end;

const ONE: NonZeroU32 = NonZeroU32::MIN;
const N: usize = 3;
const P: usize = 2;

/// Hands the ends of every kind of ring to an action, and drops the ring after it.
fn on_every_ring(action: &mut dyn FnMut(&Ledger, Kind<'_>)) {
    let ledger = Ledger::new();
    let mut ring = Ring::<Tracked, N, P>::new();
    action(&ledger, Kind::Borrowed(ring.split()));
    end(&ledger, ring);

    let ledger = Ledger::new();
    let ring = Ring::<Tracked, N, P>::new();
    action(&ledger, Kind::Borrowed(ring.try_split().unwrap()));
    end(&ledger, ring);

    let ledger = Ledger::new();
    let mut ring = HeapRing::<Tracked>::new(P, N).unwrap();
    action(&ledger, Kind::Borrowed(ring.split()));
    end(&ledger, ring);

    let ledger = Ledger::new();
    let (mut lanes, mut slots) = ([const { LaneMemory::new() }; P], [const { Slot::new() }; N * P + 1]);
    let mut ring = SliceRing::<Tracked>::new(&mut lanes, &mut slots).unwrap();
    action(&ledger, Kind::Borrowed(ring.split()));
    end(&ledger, ring);

    let ledger = Ledger::new();
    let ring = HeapRing::<Tracked>::new(P, N).unwrap();
    action(&ledger, Kind::Owned(ring.into_ends()));
    ledger.check();
}

enum Kind<'q> {
    Borrowed((Opener<'q, Tracked>, Consumer<'q, Tracked>)),
    Owned((Opener<'static, Tracked, Keep>, Consumer<'static, Tracked, Keep>)),
}

type Keep = forebay_core::fan_in::Keep<Tracked>;

/// Runs the same code on both kinds of ends.
macro_rules! with {
    ($ends:expr, |$opener:ident, $consumer:ident| $body:expr) => {
        match $ends {
            Kind::Borrowed(($opener, $consumer)) => $body,
            Kind::Owned(($opener, $consumer)) => $body,
        }
    };
}

/// The ends go in every order, with items in every lane at every place of its slots.
#[test]
fn ends_go_in_any_order() {
    for order in 0..24 {
        for start in 0..2 * N {
            for inside in 0..=N {
                on_every_ring(&mut |ledger, ends| {
                    with!(ends, |opener, consumer| {
                        let mut consumer = consumer;
                        let mut first = opener.open(ONE).unwrap();
                        let mut second = opener.open(ONE).unwrap();
                        for _ in 0..start {
                            assert!(first.push(ledger.item()).is_ok() && second.push(ledger.item()).is_ok());
                            assert!(consumer.pop().is_ok() && consumer.pop().is_ok());
                        }
                        assert_eq!(first.push_iter(ledger.items(inside)), inside);
                        assert_eq!(second.push_iter(ledger.items(N)), N);
                        let mut ends: Vec<Box<dyn FnOnce() + '_>> = vec![
                            Box::new(|| drop(opener)),
                            Box::new(|| drop(first)),
                            Box::new(|| drop(second)),
                            Box::new(|| drop(consumer)),
                        ];
                        let mut order = order;
                        for left in (1..=ends.len()).rev() {
                            ends.swap_remove(order % left)();
                            order /= left;
                        }
                        ledger.check();
                    });
                });
            }
        }
    }
}

/// A lane whose producer is gone is drained, and then another one's; what was refused is the caller's.
#[test]
fn lanes_are_used_again() {
    on_every_ring(&mut |ledger, ends| {
        with!(ends, |opener, consumer| {
            let mut consumer = consumer;
            for _ in 0..20 {
                let mut producers = [opener.open(ONE).unwrap(), opener.open(ONE).unwrap()];
                for producer in &mut producers {
                    while producer.push(ledger.item()).is_ok() {}
                }
                assert_eq!(ledger.alive(), P * N);
                drop(producers);
                assert_eq!(opener.open(ONE).err(), Some(NoLane::AllTaken));
                assert_eq!(consumer.drain().count(), P * N);
                assert_eq!(consumer.pop().err(), Some(PopError::Empty));
                assert_eq!(ledger.alive(), 0);
            }
        });
    });
}

/// What was left inside can be taken after another split, from lanes that are free then.
#[test]
fn what_is_left_inside_stays() {
    let ledger = Ledger::new();
    let ring = Ring::<Tracked, N, P>::new();
    for round in 0..4 {
        let (opener, mut consumer) = ring.try_split().unwrap();
        assert_eq!(consumer.len(), if round == 0 { 0 } else { N });
        if round > 0 {
            // In the first lane, where nobody else puts anything in.
            let other = opener.open(ONE).unwrap();
            assert_eq!(other.lane().index(), 1);
            assert!(other.is_empty());
        }
        assert_eq!(consumer.drain().count(), if round == 0 { 0 } else { N });
        assert!(consumer.pop().is_err());
        let mut producer = opener.open(ONE).unwrap();
        assert_eq!(producer.push_iter(ledger.items(N)), N);
    }
    end(&ledger, ring);
}

/// Memory can be another ring afterwards, even if the ring before and its ends were forgotten: its items are then, too.
#[test]
fn memory_is_used_again() {
    let (mut lanes, mut slots) = ([const { LaneMemory::new() }; P], [const { Slot::new() }; N * P]);
    for round in 0..4 {
        let ledger = Ledger::new();
        let mut ring = SliceRing::<Tracked>::new(&mut lanes[round % 2..], &mut slots).unwrap();
        let (opener, mut consumer) = ring.split();
        let mut producer = opener.open(ONE).unwrap();
        assert_eq!(producer.push_iter(ledger.items(N)), N);
        assert!(consumer.pop().is_ok());
        assert_eq!(producer.push_iter(ledger.items(1)), 1);
        if round < 2 {
            mem::forget((opener, producer, consumer));
            mem::forget(ring);
            forget(ledger.clone());
            assert_eq!(ledger.alive(), N, "forgotten");
        } else {
            drop((opener, producer, consumer));
            end(&ledger, ring);
        }
    }
}

/// Ends that are forgotten are gone with the next split, and their items stay.
#[test]
fn forgotten_ends() {
    for forgotten in 0..8 {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N, P>::new();
        let (opener, consumer) = ring.split();
        let mut producer = opener.open(ONE).unwrap();
        assert_eq!(producer.push_iter(ledger.items(2)), 2);
        if forgotten & 1 == 1 {
            mem::forget(opener)
        } else {
            drop(opener)
        }
        if forgotten & 2 == 2 {
            mem::forget(consumer)
        } else {
            drop(consumer)
        }
        if forgotten & 4 == 4 {
            mem::forget(producer)
        } else {
            drop(producer)
        }
        assert_eq!(ring.try_split().is_err(), forgotten > 0);
        let (opener, mut consumer) = ring.split();
        let mut producer = opener.open(ONE).unwrap();
        assert_eq!(producer.push_iter(ledger.items(1)), 1);
        drop((producer, opener));
        assert_eq!(consumer.drain().count(), 3);
        assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        drop(consumer);
        end(&ledger, ring);
    }
}

/// If the drop of an item panics, the others are dropped all the same.
#[test]
fn an_item_that_panics() {
    for armed in 0..6 {
        let ledger = Ledger::new();
        let mut ring = Ring::<Tracked, N, P>::new();
        let (opener, consumer) = ring.split();
        let mut producers = [opener.open(ONE).unwrap(), opener.open(ONE).unwrap()];
        for producer in &mut producers {
            assert_eq!(producer.push_iter(ledger.items(N)), N);
        }
        drop((producers, opener, consumer));
        ledger.arm(armed);
        end(&ledger, ring);
    }
}

/// If a closure or an iterator panics, nothing is lost.
#[test]
fn user_code_that_panics() {
    on_every_ring(&mut |ledger, ends| {
        with!(ends, |opener, consumer| {
            let mut consumer = consumer;
            let mut producer = opener.open(ONE).unwrap();
            let mut left = 2;
            let items = std::iter::from_fn(|| {
                if left == 0 {
                    forebay_tests::ledger::go_off();
                }
                left -= 1;
                Some(ledger.item())
            });
            assert!(goes_off(|| producer.push_iter(items)));
            assert!(goes_off(|| consumer.pop_by(|_| forebay_tests::ledger::go_off())));
            assert_eq!((consumer.len(), ledger.alive()), (2, 2));
            assert_eq!(consumer.drain().count(), 2);
        });
    });
}

#[test]
fn shapes_that_cannot_be() {
    assert_eq!(HeapRing::<u8>::new(0, 1).err(), Some(CapacityError::Zero));
    assert_eq!(HeapRing::<u8>::new(1, 0).err(), Some(CapacityError::Zero));
    assert_eq!(HeapRing::<u8>::new(usize::MAX / 2, 3).err(), Some(CapacityError::TooLarge));
    // With 32 bits there may be as much memory.
    #[cfg(target_pointer_width = "64")]
    assert_eq!(HeapRing::<u64>::new(2, usize::MAX / 32).err(), Some(CapacityError::OutOfMemory));
    let (mut lanes, mut slots) = ([const { LaneMemory::<u8>::new() }; 3], [const { Slot::new() }; 5]);
    assert_eq!(SliceRing::new(&mut [], &mut slots).err(), Some(CapacityError::Zero));
    assert_eq!(SliceRing::new(&mut lanes, &mut slots[..2]).err(), Some(CapacityError::TooShort));
    assert_eq!(SliceRing::new(&mut lanes, &mut []).err(), Some(CapacityError::TooShort));
    let mut ring = SliceRing::new(&mut lanes, &mut slots).unwrap();
    let (opener, consumer) = ring.split();
    assert_eq!((opener.lanes(), consumer.lane_capacity()), (3, 1), "two slots are to spare");
    // Items without a size, and more lanes than a word has bits.
    let mut ring = HeapRing::<()>::new(100, 1000).unwrap();
    let (opener, mut consumer) = ring.split();
    let mut producers: Vec<_> = (0..100).map(|_| opener.open(ONE).unwrap()).collect();
    producers.iter_mut().for_each(|producer| assert_eq!(producer.push_iter(std::iter::repeat(())), 1000));
    assert_eq!(consumer.drain().count(), 100_000);
}
