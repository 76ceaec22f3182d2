//! Properties of the spsc ring, on one thread: whatever is done with it, it behaves as its specification says.
//!
//! Claims: capacity, order, answers, account.

use forebay_core::PushError;
use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer, SliceRing, Slot};
use forebay_tests::course;
use forebay_tests::ledger::Tracked;
use forebay_tests::payload::{Aligned, Large, Payload};
use forebay_tests::spsc::{Case, Runs};
use quickcheck::{Arbitrary, Gen};

#[path = "common/plan.rs"]
mod plan;

use self::plan::{Plan, check};

/// Every storage behaves as the specification says, and they show the same.
fn storages_agree<T: Payload, L: Runs>(plan: Plan<()>) -> bool {
    let Plan { capacity, start, fresh, with: (), .. } = plan;
    course::storages_agree(|storage| Case { capacity, start, fresh, ops: &plan.ops }.run::<T, L>(storage))
}

#[test]
fn a_dense_ring_of_numbers_is_a_bounded_queue() {
    check(2000, storages_agree::<u32, Dense>);
}

#[test]
fn a_flagged_ring_of_numbers_is_a_bounded_queue() {
    check(2000, storages_agree::<u32, Flagged>);
}

#[test]
fn a_dense_ring_of_tracked_items_is_a_bounded_queue() {
    check(2000, storages_agree::<Tracked, Dense>);
}

#[test]
fn a_flagged_ring_of_tracked_items_is_a_bounded_queue() {
    check(2000, storages_agree::<Tracked, Flagged>);
}

#[test]
fn a_dense_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, storages_agree::<Aligned, Dense>);
}

#[test]
fn a_flagged_ring_of_aligned_items_is_a_bounded_queue() {
    check(500, storages_agree::<Aligned, Flagged>);
}

#[test]
fn a_dense_ring_of_large_items_is_a_bounded_queue() {
    check(100, storages_agree::<Large, Dense>);
}

#[test]
fn a_flagged_ring_of_large_items_is_a_bounded_queue() {
    check(100, storages_agree::<Large, Flagged>);
}

/// A number of items that go in or come out, and a way for them.
#[derive(Clone, Copy, Debug)]
struct Batch {
    goes_in: bool,
    count: usize,
    way: u8,
}

impl Arbitrary for Batch {
    fn arbitrary(g: &mut Gen) -> Self {
        Self { goes_in: bool::arbitrary(g), count: usize::arbitrary(g) % 12, way: u8::arbitrary(g) }
    }
}

/// Puts numbers in together.
fn put_together<L: Runs>(producer: &mut Producer<'_, u32, L>, numbers: &[u32], way: u8) -> usize {
    match way % 4 {
        0 => producer.push_iter(numbers.iter().copied()),
        1 => producer.push_slice(numbers),
        2 => match L::write_run(producer, numbers.len()) {
            Some(run) => run.fill(numbers.iter().copied()),
            None => producer.push_iter(numbers.iter().copied()),
        },
        _ => match L::write_run(producer, usize::MAX) {
            Some(run) => run.copy_from_slice(numbers),
            None => producer.push_slice(numbers),
        },
    }
}

/// Takes numbers out together.
fn take_together<L: Runs>(consumer: &mut Consumer<'_, u32, L>, count: usize, way: u8) -> Vec<u32> {
    match (way % 3, L::RUNS) {
        (0, true) => {
            let Some(run) = L::read_run(consumer, count) else { unreachable!("the layout has runs") };
            let (first, second) = run.as_slices();
            let numbers = [first, second].concat();
            run.release(count);
            numbers
        }
        (1, _) => consumer.drain().take(count).collect(),
        _ => {
            let mut numbers = vec![0; count];
            let count = consumer.pop_slice(&mut numbers);
            numbers.truncate(count);
            numbers
        }
    }
}

/// A batch is its items one after the other.
fn batches_are_their_items<L: Runs>((capacity, batches): (u8, Vec<Batch>)) -> bool {
    let capacity = 1 + usize::from(capacity) % 10;
    let mut ring = HeapRing::<u32, L>::new(capacity).expect("a small capacity");
    let (mut producer, mut consumer) = ring.split();
    let mut single = HeapRing::<u32, L>::new(capacity).expect("a small capacity");
    let (mut single_producer, mut single_consumer) = single.split();
    let mut next = 0;
    batches.iter().all(|batch| {
        if batch.goes_in {
            let numbers: Vec<u32> = (next..).take(batch.count).collect();
            next += 100;
            let stored = numbers.iter().take_while(|&&number| single_producer.push(number).is_ok()).count();
            assert_eq!(put_together(&mut producer, &numbers, batch.way), stored);
        } else {
            let numbers: Vec<u32> = (0..batch.count).map_while(|_| single_consumer.pop().ok()).collect();
            assert_eq!(take_together(&mut consumer, batch.count, batch.way), numbers);
        }
        consumer.iter().eq(single_consumer.iter()) && producer.free() == single_producer.free()
    })
}

#[test]
fn dense_batches_are_their_items() {
    check(2000, batches_are_their_items::<Dense>);
}

#[test]
fn flagged_batches_are_their_items() {
    check(2000, batches_are_their_items::<Flagged>);
}

/// What the ends say of the ring fits together, and is what comes of it.
fn counts_are_true<L: Runs>((capacity, batches): (u8, Vec<Batch>)) -> bool {
    let capacity = 1 + usize::from(capacity) % 10;
    let mut ring = HeapRing::<u32, L>::new(capacity).expect("a small capacity");
    let (mut producer, mut consumer) = ring.split();
    batches.iter().all(|batch| {
        let (len, free) = (consumer.len(), producer.free());
        if batch.goes_in {
            let stored = put_together(&mut producer, &vec![7; batch.count], batch.way);
            assert_eq!(stored, batch.count.min(free));
            assert_eq!(consumer.len(), len + stored);
        } else {
            let taken = take_together(&mut consumer, batch.count, batch.way).len();
            assert_eq!(taken, batch.count.min(len));
            assert_eq!(producer.free(), free + taken);
        }
        let (len, free) = (consumer.len(), producer.free());
        len <= capacity
            && len + free == capacity
            && (producer.len(), consumer.free()) == (len, free)
            && (producer.capacity(), consumer.capacity()) == (capacity, capacity)
            && (producer.is_empty(), consumer.is_empty()) == (len == 0, len == 0)
            && (producer.is_full(), consumer.is_full()) == (free == 0, free == 0)
            && (consumer.iter().len(), consumer.iter().count()) == (len, len)
            && consumer.peek().is_some() == (len > 0)
            && consumer.read_slot().is_ok() == (len > 0)
            && producer.write_slot().is_ok() == (free > 0)
    })
}

#[test]
fn the_counts_of_a_dense_ring_are_true() {
    check(2000, counts_are_true::<Dense>);
}

#[test]
fn the_counts_of_a_flagged_ring_are_true() {
    check(2000, counts_are_true::<Flagged>);
}

/// A ring holds as many items as was asked for, not more and not fewer, wherever its positions are.
fn capacity_is_exact<L: Layout>((capacity, start): (u16, u16)) -> bool {
    let capacity = 1 + usize::from(capacity) % 3000;
    let start = usize::from(start) % (2 * capacity);
    let holds = |mut producer: Producer<'_, u32, L>, mut consumer: Consumer<'_, u32, L>| {
        for _ in 0..start {
            assert_eq!(producer.push(0), Ok(()));
            assert_eq!(consumer.pop(), Ok(0));
        }
        let stored = (0..).take_while(|&number| producer.push(number).is_ok()).count();
        stored == capacity
            && producer.push(7) == Err(PushError::Full(7))
            && consumer.drain().eq((0..).take(capacity))
            && producer.push_iter(0..) == capacity
    };
    let mut memory: Vec<Slot<u32, L>> = (0..capacity).map(|_| Slot::new()).collect();
    let mut slice = SliceRing::new(&mut memory).expect("a capacity above 0");
    let mut heap = HeapRing::new(capacity).expect("a small capacity");
    let (producer, consumer) = slice.split();
    let slice_holds = holds(producer, consumer);
    let (producer, consumer) = heap.split();
    slice_holds && holds(producer, consumer)
}

#[test]
fn the_capacity_of_a_dense_ring_is_exact() {
    check(100, capacity_is_exact::<Dense>);
}

#[test]
fn the_capacity_of_a_flagged_ring_is_exact() {
    check(100, capacity_is_exact::<Flagged>);
}
