//! Capacities at the edge: nothing, too much, and the most that there can be.

use std::cell::Cell;

use forebay_core::spsc::{Dense, Flagged, HeapRing, Layout, SliceRing, Slot};
use forebay_core::{CapacityError, PushError};

const MAX: usize = isize::MAX as usize;

fn refusal<T, L: Layout>(capacity: usize) -> Option<CapacityError> {
    HeapRing::<T, L>::new(capacity).err()
}

#[test]
fn nothing() {
    assert_eq!(refusal::<u32, Dense>(0), Some(CapacityError::Zero));
    assert_eq!(refusal::<u32, Flagged>(0), Some(CapacityError::Zero));
    assert_eq!(refusal::<(), Dense>(0), Some(CapacityError::Zero));
    assert_eq!(SliceRing::<u32, Dense>::new(&mut []).err(), Some(CapacityError::Zero));
    assert_eq!(SliceRing::<u32, Flagged>::new(&mut []).err(), Some(CapacityError::Zero));
    assert_eq!(SliceRing::<(), Dense>::new(&mut []).err(), Some(CapacityError::Zero));
}

#[test]
fn more_items_than_can_be_counted() {
    for capacity in [MAX + 1, usize::MAX - 1, usize::MAX] {
        assert_eq!(refusal::<(), Dense>(capacity), Some(CapacityError::TooLarge));
        assert_eq!(refusal::<u8, Dense>(capacity), Some(CapacityError::TooLarge));
        assert_eq!(refusal::<(), Flagged>(capacity), Some(CapacityError::TooLarge));
        assert_eq!(refusal::<u8, Flagged>(capacity), Some(CapacityError::TooLarge));
    }
}

#[test]
fn more_bytes_than_can_be_counted() {
    for capacity in [MAX / 8 + 1, MAX / 4, MAX / 2 + 1, MAX] {
        assert_eq!(refusal::<u64, Dense>(capacity), Some(CapacityError::TooLarge));
        assert_eq!(refusal::<u64, Flagged>(capacity), Some(CapacityError::TooLarge));
    }
    // The flag counts.
    let most = MAX / (size_of::<u64>() + align_of::<u64>());
    assert_eq!(refusal::<u64, Flagged>(most + 1), Some(CapacityError::TooLarge));
    assert_eq!(refusal::<u8, Flagged>(MAX / 2 + 1), Some(CapacityError::TooLarge));
}

/// They can be counted, and no machine has them; with 32 bits there may be as many.
#[cfg(target_pointer_width = "64")]
#[test]
fn more_bytes_than_there_are() {
    assert_eq!(refusal::<u8, Dense>(MAX), Some(CapacityError::OutOfMemory));
    assert_eq!(refusal::<u64, Dense>(MAX / 8), Some(CapacityError::OutOfMemory));
    assert_eq!(refusal::<(), Flagged>(MAX), Some(CapacityError::OutOfMemory));
    assert_eq!(refusal::<u64, Flagged>(MAX / 16), Some(CapacityError::OutOfMemory));
    assert_eq!(refusal::<[u8; 5000], Dense>(MAX / 5000), Some(CapacityError::OutOfMemory));
}

thread_local! {
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// An item without size.
struct Nothing(());

impl Nothing {
    fn new() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self(())
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get().checked_sub(1).expect("an item was dropped twice"));
    }
}

/// Making it and dropping it must not go through the slots, or it would take for ever.
#[test]
fn the_most_items_without_size() {
    let mut ring = HeapRing::<Nothing>::new(MAX).expect("it needs no memory");
    for start in [0, 1, 5] {
        let (mut producer, mut consumer) = ring.split();
        assert_eq!((producer.capacity(), producer.free(), consumer.free()), (MAX, MAX - start, MAX - start));
        producer.push_iter((0..4).map(|_| Nothing::new()));
        assert!(producer.push(Nothing::new()).is_ok());
        assert_eq!((producer.len(), consumer.len(), ALIVE.get()), (5 + start, 5 + start, 5 + start));
        assert_eq!(producer.write_run(usize::MAX).len(), MAX - 5 - start);
        assert_eq!(consumer.read_run(usize::MAX).len(), 5 + start);
        assert!(!producer.is_full() && !consumer.is_full());
        if start == 0 {
            assert_eq!(consumer.drain().take(4).count(), 4);
        }
        if start == 1 {
            drop(consumer.pop());
        }
    }
    assert_eq!(ALIVE.get(), 10);
    let (producer, mut consumer) = ring.into_ends();
    assert_eq!(consumer.clear(), 10);
    assert_eq!((producer.free(), ALIVE.get()), (MAX, 0));
}

#[test]
fn the_most_items_without_size_to_the_last() {
    // As many units as there can be are written in one step, as they have no bytes.
    let mut ring = HeapRing::<()>::new(MAX).expect("it needs no memory");
    for _ in 0..3 {
        let (mut producer, mut consumer) = ring.split();
        let run = producer.write_run(usize::MAX);
        assert_eq!(run.len(), MAX);
        // SAFETY: a unit is valid without being written.
        unsafe { run.commit(MAX - 1) };
        assert_eq!((producer.free(), producer.len(), consumer.len(), consumer.free()), (1, MAX - 1, MAX - 1, 1));
        assert_eq!(producer.push(()), Ok(()));
        assert_eq!(producer.push(()), Err(PushError::Full(())));
        assert!(producer.is_full() && consumer.is_full());
        consumer.read_run(MAX).release(MAX - 2);
        assert_eq!((producer.free(), consumer.len()), (MAX - 2, 2));
        assert_eq!(consumer.clear(), 2);
        assert!(producer.is_empty() && consumer.is_empty());
        // The next round starts one slot before the end of the memory.
        assert_eq!(producer.push(()), Ok(()));
        // SAFETY: as above.
        unsafe { producer.write_run(MAX - 2).commit(MAX - 2) };
        assert_eq!(consumer.clear(), MAX - 1);
    }
}

#[test]
fn slices_of_items_without_size() {
    let mut memory = [const { Slot::<(), Dense>::new() }; 1000];
    let mut ring = SliceRing::new(&mut memory).expect("a capacity above 0");
    let (mut producer, consumer) = ring.split();
    assert_eq!(producer.push_slice(&[(); 2000]), 1000);
    assert_eq!(consumer.len(), 1000);
}
