//! Every value is dropped exactly once: whoever owns the ring, whatever is left inside, whatever panics, whatever is forgotten, and
//! in whatever order the ends go. And how much memory a ring takes.
//!
//! Claims: drops, misuse.

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use forebay_core::conflated::{Consumer, HeapRing, KeyMemory, NoKey, OwnedProducer, Producer, Ring, SliceRing, Slot};
use forebay_core::{CapacityError, InUse, PopError};
use forebay_tests::ledger::{Ledger, Tracked, forget, go_off, goes_off};
use forebay_tests::owners::end;

/// How many keys the rings have.
const N: usize = 3;

/// Hands the ends of every kind of ring to an action, after `turns` values went through each key, and drops the ring after it. An
/// armed value that was left inside must have gone off then, and all values must have been dropped once.
macro_rules! on_every_ring {
    ($action:expr) => {
        forebay_tests::on_every_ring! {
            turned, 0..3;
            Ring::<_, N>::new();
            memory = memory() => SliceRing::new(&mut memory.0, &mut memory.1).unwrap();
            HeapRing::new(N).unwrap();
            $action
        }
    };
}

type Ends<'q, K> = (Producer<'q, Tracked, K>, Consumer<'q, Tracked, K>);

/// So that each of the buffers is in the middle in turn.
fn turned<'q, K>(turns: usize, ledger: &Ledger, (mut producer, mut consumer): Ends<'q, K>) -> Ends<'q, K> {
    for key in (0..turns).flat_map(|_| 0..N) {
        assert!(producer.push(key, ledger.item()).unwrap().is_none());
        assert!(consumer.pop().is_ok());
    }
    assert_eq!(ledger.alive(), 0);
    (producer, consumer)
}

fn memory<T>() -> ([KeyMemory<T>; N], [Slot<usize>; N + 1]) {
    ([const { KeyMemory::new() }; N], [const { Slot::new() }; N + 1])
}

/// Puts a value into each of the keys whose bits are set. Answers with their numbers.
fn fill<K>(ledger: &Ledger, producer: &mut Producer<'_, Tracked, K>, keys: usize) -> Vec<u32> {
    let keys = (0..N).filter(|key| keys >> key & 1 == 1);
    keys.map(|key| {
        let item = ledger.item();
        let id = item.id();
        assert!(producer.push(key, item).unwrap().is_none());
        id
    })
    .collect()
}

#[test]
fn ends_go_in_either_order() {
    for keys in 0..1 << N {
        on_every_ring!(|ledger: &Ledger, mut producer: Producer<Tracked, _>, mut consumer: Consumer<Tracked, _>| {
            let ids = fill(ledger, &mut producer, keys);
            drop(producer);
            assert!(consumer.is_closed());
            let popped: Vec<_> = std::iter::from_fn(|| consumer.pop().ok()).map(|(_, item)| item.id()).collect();
            assert_eq!(popped, ids);
            assert_eq!(consumer.pop().err(), Some(PopError::Closed));
        });
        on_every_ring!(|ledger: &Ledger, mut producer: Producer<Tracked, _>, consumer: Consumer<Tracked, _>| {
            fill(ledger, &mut producer, keys);
            drop(consumer);
            assert!(producer.is_closed());
            let before = producer.push(0, ledger.item()).unwrap();
            assert_eq!(before.is_some(), keys & 1 == 1);
            drop(before);
            assert_eq!(ledger.alive(), (keys | 1).count_ones() as usize, "they wait for another split");
        });
    }
}

/// If the drop of a value that was left inside panics, the others are dropped all the same.
#[test]
fn a_value_that_is_left_inside_goes_off_at_the_end() {
    for which in 0..N {
        on_every_ring!(|ledger: &Ledger, mut producer: Producer<Tracked, _>, _consumer: Consumer<Tracked, _>| {
            let ids = fill(ledger, &mut producer, (1 << N) - 1);
            ledger.arm(ids[which]);
        });
    }
}

#[test]
fn a_value_goes_off_where_it_comes_back() {
    on_every_ring!(|ledger: &Ledger, mut producer: Producer<Tracked, _>, mut consumer: Consumer<Tracked, _>| {
        let ids = fill(ledger, &mut producer, 0b111);
        ledger.arm(ids[1]);
        assert!(goes_off(|| producer.push(1, ledger.item())));
        assert_eq!((producer.conflated(1), ledger.alive()), (Some(1), 3));
        let item = ledger.item();
        ledger.arm(item.id());
        assert!(goes_off(|| drop(producer.push(N, item).unwrap_err())));
        assert_eq!(consumer.pop().map(|(key, item)| (key, item.id())), Ok((0, ids[0])));
        ledger.arm(ids[2]);
        assert!(goes_off(|| (consumer.pop(), consumer.pop())));
        assert_eq!((consumer.pop().err(), ledger.alive()), (Some(PopError::Empty), 0));
    });
}

#[test]
fn ends_that_are_forgotten() {
    for forgotten in 0..4 {
        let ledger = Ledger::new();
        let mut ring = Ring::<_, N>::new();
        for round in 0..6 {
            let (mut producer, mut consumer) = ring.split();
            assert_eq!(consumer.len(), if round > 0 { N - 1 } else { 0 }, "what was inside still is");
            let back: Vec<_> = (0..N).map(|key| producer.push(key, ledger.item()).unwrap().is_some()).collect();
            // The key that was popped in the round before is the last in this one.
            assert_eq!(back, (0..N).map(|key| round > 0 && key != (round - 1) % N).collect::<Vec<_>>());
            assert_eq!(consumer.pop().map(|(key, _)| key), Ok(round % N));
            if forgotten & 1 == 1 {
                mem::forget(producer)
            } else {
                drop(producer)
            }
            if forgotten & 2 == 2 {
                mem::forget(consumer)
            } else {
                drop(consumer)
            }
            assert_eq!(ledger.alive(), N - 1);
        }
        assert_eq!(ring.try_split().err(), (forgotten > 0).then_some(InUse));
        end(&ledger, ring);
    }
}

/// Memory can be another ring afterwards, even if the ring before and its ends were forgotten: its values are then, too.
#[test]
fn memory_is_used_again() {
    let (mut keys, mut order) = memory();
    for round in 0..4 {
        let ledger = Ledger::new();
        let mut ring = SliceRing::new(&mut keys[round % 2..], &mut order).unwrap();
        let (mut producer, mut consumer) = ring.split();
        assert_eq!((producer.capacity(), producer.len()), (N - round % 2, 0));
        for key in [0, 1, 0] {
            assert_eq!(producer.conflated(key), Some(0));
            drop(producer.push(key, ledger.item()).unwrap());
        }
        assert!(consumer.pop().is_ok());
        if round < 2 {
            mem::forget((producer, consumer));
            mem::forget(ring);
            forget(ledger.clone());
            assert_eq!(ledger.alive(), 1, "forgotten");
        } else {
            drop((producer, consumer));
            end(&ledger, ring);
        }
    }
}

#[test]
fn it_moves_with_what_is_inside() {
    let ledger = Ledger::new();
    let mut ring = Ring::<_, N>::new();
    fill(&ledger, &mut ring.split().0, 0b101);
    let mut boxed = Box::new(ring);
    let (mut producer, mut consumer) = boxed.split();
    assert!(producer.push(2, ledger.item()).unwrap().is_some_and(|item| item.id() == 1));
    let popped: Vec<_> = std::iter::from_fn(|| consumer.pop().ok()).map(|(key, item)| (key, item.id())).collect();
    assert_eq!(popped, [(0, 0), (2, 2)]);
    drop((producer, consumer));
    end(&ledger, boxed);
}

/// If the function that tells the key panics, the ring is as it was, and the value is dropped.
#[test]
fn a_key_function_that_panics() {
    on_every_ring!(|ledger: &Ledger, producer: Producer<Tracked, _>, mut consumer: Consumer<Tracked, _>| {
        let mut calls = 0;
        let mut keyed = producer.by(|_: &Tracked| {
            calls += 1;
            if calls == 2 { go_off() } else { calls }
        });
        assert!(keyed.push(ledger.item()).unwrap().is_none());
        assert!(goes_off(|| keyed.push(ledger.item())));
        assert_eq!((keyed.end().len(), ledger.alive(), keyed.without_key()), (1, 1, 0));
        assert!(matches!(keyed.push(ledger.item()), Err(NoKey(item)) if item.id() > 0));
        assert_eq!((keyed.without_key(), ledger.alive()), (1, 1));
        assert_eq!(consumer.pop().map(|(key, _)| key), Ok(1));
    });
}

/// A value whose drop pushes another into the ring that it came from.
struct Pushes {
    number: u32,
    producer: Rc<RefCell<Option<OwnedProducer<Pushes>>>>,
}

impl Drop for Pushes {
    fn drop(&mut self) {
        // One that comes back from such a push must not try again in its own drop.
        let Ok(mut producer) = self.producer.try_borrow_mut() else { return };
        if let Some(producer) = &mut *producer {
            let _ = producer.push(0, Self { number: self.number + 100, producer: Rc::clone(&self.producer) });
        }
    }
}

#[test]
fn drops_that_push() {
    let (producer, mut consumer) = HeapRing::new(2).unwrap().into_ends();
    let desk = Rc::new(RefCell::new(Some(producer)));
    let value = Pushes { number: 1, producer: Rc::clone(&desk) };
    assert!(desk.borrow_mut().as_mut().unwrap().push(1, value).is_ok_and(|before| before.is_none()));
    for (key, number) in [(1, 1), (0, 101), (0, 201)] {
        assert_eq!(consumer.pop().map(|(key, value)| (key, value.number)), Ok((key, number)));
    }
    drop(desk.borrow_mut().take());
    drop(consumer);
    assert_eq!(Rc::strong_count(&desk), 1, "all values are gone");
}

#[test]
fn values_without_size() {
    thread_local! {
        static DROPS: Cell<usize> = const { Cell::new(0) };
    }

    struct Counted;

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }

    let mut ring = HeapRing::new(100).unwrap();
    let (mut producer, mut consumer) = ring.split();
    for key in (0..100).chain(0..50) {
        assert_eq!(producer.push(key, Counted).unwrap().is_some(), producer.conflated(key) == Some(1));
    }
    assert_eq!(DROPS.get(), 50);
    assert!(consumer.pop().is_ok());
    assert_eq!(DROPS.get(), 51);
    drop((producer, consumer));
    drop(ring);
    assert_eq!(DROPS.get(), 150);
}

#[test]
fn shapes_that_cannot_be() {
    assert_eq!(HeapRing::<u8>::new(0).err(), Some(CapacityError::Zero));
    assert_eq!(HeapRing::<u8>::new(usize::MAX).err(), Some(CapacityError::TooLarge));
    let most = isize::MAX as usize / size_of::<KeyMemory<u64>>();
    assert_eq!(HeapRing::<u64>::new(most + 1).err(), Some(CapacityError::TooLarge));
    // With 32 bits there may be as much memory.
    #[cfg(target_pointer_width = "64")]
    assert_eq!(HeapRing::<u64>::new(most).err(), Some(CapacityError::OutOfMemory));
    let (mut keys, mut order) = memory::<u8>();
    assert_eq!(SliceRing::new(&mut [], &mut order).map(|ring: SliceRing<'_, u8>| drop(ring)), Err(CapacityError::Zero));
    assert_eq!(SliceRing::new(&mut keys, &mut order[..N - 1]).err(), Some(CapacityError::TooShort));
    assert_eq!(SliceRing::new(&mut keys, &mut []).err(), Some(CapacityError::TooShort));
    assert_eq!(SliceRing::new(&mut keys, &mut order).unwrap().split().0.capacity(), N, "a slot is to spare");
}

/// As documented: three values, a word and three bytes, rounded up; and a word.
#[test]
fn memory_per_key() {
    fn check<T>() {
        let word = size_of::<usize>();
        let key = (3 * size_of::<T>() + word + 3).next_multiple_of(align_of::<T>().max(align_of::<usize>()));
        assert_eq!(
            (size_of::<KeyMemory<T>>(), size_of::<Slot<usize>>()),
            (key, word),
            "{}",
            std::any::type_name::<T>()
        );
        // What is shared doesn't grow with the keys, but by what aligns the whole.
        let (one, many) = (size_of::<Ring<T, 1>>(), size_of::<Ring<T, 100>>());
        assert!((many - one).abs_diff(99 * (key + word)) < align_of::<Ring<T, 1>>(), "{one} {many}");
    }

    #[repr(align(128))]
    struct Aligned(#[expect(dead_code, reason = "only its size counts")] u8);

    check::<()>();
    check::<u8>();
    check::<[u8; 5]>();
    check::<u16>();
    check::<u32>();
    check::<u64>();
    check::<u128>();
    check::<(u64, u8)>();
    check::<[u64; 8]>();
    check::<String>();
    check::<Aligned>();
    if size_of::<usize>() == 8 {
        assert_eq!(size_of::<KeyMemory<u64>>() + size_of::<Slot<usize>>(), 48);
    }
}
