//! Capacities at the edge: nothing, too much, and more than there is memory for.

use forebay_core::CapacityError;
use forebay_core::mpsc::{HeapRing, SliceRing};

/// The most that there can be.
const MAX: usize = 1 << if usize::BITS == 64 { 29 } else { 26 };

fn refusal<T>(capacity: usize) -> Option<CapacityError> {
    HeapRing::<T>::new(capacity).err()
}

#[test]
fn nothing() {
    assert_eq!(refusal::<u32>(0), Some(CapacityError::Zero));
    assert_eq!(refusal::<()>(0), Some(CapacityError::Zero));
    assert_eq!(SliceRing::<u32>::new(&mut []).err(), Some(CapacityError::Zero));
}

#[test]
fn more_than_can_be_counted() {
    for capacity in [MAX + 1, isize::MAX as usize, isize::MAX as usize + 1, usize::MAX - 1, usize::MAX] {
        assert_eq!(refusal::<()>(capacity), Some(CapacityError::TooLarge));
        assert_eq!(refusal::<u64>(capacity), Some(CapacityError::TooLarge));
    }
}
