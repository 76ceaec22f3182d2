//! A push and a pop allocate nothing, nor do those of a channel and who waits for them, and a ring in an array or a slice is made without an allocation.
//!
//! Claims: allocations.

mod channels;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{Overflow, Refusal, conflated, fan_in, latest, mpsc, priority, spsc, swap};

/// Counts what is asked of the allocator.
struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: it hands on what it is asked.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often the allocator is called.
fn calls(body: impl FnOnce()) -> usize {
    let before = CALLS.load(Ordering::Relaxed);
    body();
    CALLS.load(Ordering::Relaxed) - before
}

/// Fills it, beyond that too, and empties it, some times.
fn work(push: &mut impl Push<Item = u64>, pop: &mut impl Pop<Item = u64>) {
    for _ in 0..3 {
        for number in 0..20 {
            let _ = black_box(push.push(number));
        }
        while pop.pop().is_ok() {}
    }
}

/// One test, as the count is of the whole program.
#[test]
fn none_in_a_push_or_a_pop_and_none_in_an_array_or_a_slice() {
    assert_eq!(calls(|| drop(black_box(Box::new(1)))), 2, "they are counted");

    macro_rules! on_the_heap {
        ($ends:expr) => {
            let (mut push, mut pop) = $ends;
            assert_eq!(calls(|| work(&mut push, &mut pop)), 0, stringify!($ends));
        };
    }
    on_the_heap!(spsc::HeapRing::<u64, Dense>::new(8).unwrap().into_ends());
    on_the_heap!(spsc::HeapRing::<u64, Flagged>::new(8).unwrap().into_ends());
    on_the_heap!(mpsc::HeapRing::with_refusal(8, Refusal::DropIncoming).unwrap().into_ends());
    on_the_heap!(swap::HeapRing::with_overflow(8, 1, Overflow::DropOldest).unwrap().into_ends());
    on_the_heap!(swap::HeapRing::with_overflow(8, 2, Overflow::DropOldest).unwrap().into_ends());
    let (push, mut pop) = priority::HeapRing::<_, 2>::with_overflow(8, Overflow::DropOldest).unwrap().into_ends();
    let mut push = push.by(|&number| number as usize % 2);
    assert_eq!(calls(|| work(&mut push, &mut pop)), 0, "by importance");
    let (opener, mut pop) = fan_in::HeapRing::new(2, 8).unwrap().into_ends();
    let open = || {
        let mut lane = opener.open(NonZeroU32::MIN).unwrap();
        work(&mut lane, &mut pop);
    };
    assert_eq!(calls(open), 0, "lanes come and go");
    let (mut writer, mut reader) = latest::TripleBuffer::new().into_ends();
    let write = || (0..20).for_each(|number| assert_eq!((writer.write(number), reader.read()), (None, Ok(number))));
    assert_eq!(calls(write), 0);
    let (producer, consumer) = conflated::HeapRing::new(8).unwrap().into_ends();
    let (mut push, mut pop) = (producer.by(|number: &u64| *number as usize), consumer.values());
    assert_eq!(calls(|| work(&mut push, &mut pop)), 0);

    channels::none();

    let in_place = || {
        let mut ring = spsc::Ring::<u64, 8>::new();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut ring = mpsc::Ring::<u64, 8>::new();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut ring = swap::Ring::<u64, 8, 2>::new();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut ring = fan_in::Ring::<u64, 8, 2>::new();
        let (opener, mut pop) = ring.split();
        work(&mut opener.open(NonZeroU32::MIN).unwrap(), &mut pop);
        let mut memory = [const { spsc::Slot::<u64>::new() }; 8];
        let mut ring = spsc::SliceRing::new(&mut memory).unwrap();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut memory = [const { mpsc::Slot::<u64>::new() }; 8];
        let mut ring = mpsc::SliceRing::new(&mut memory).unwrap();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut memory = [const { swap::Slot::<u64>::new() }; 8];
        let mut ring = swap::SliceRing::new(&mut memory, 2).unwrap();
        let (mut push, mut pop) = ring.split();
        work(&mut push, &mut pop);
        let mut ring = conflated::Ring::<u64, 8>::new();
        let (producer, consumer) = ring.split();
        work(&mut producer.by(|number| *number as usize), &mut consumer.values());
        let mut keys = [const { conflated::KeyMemory::<u64>::new() }; 8];
        let mut order = [const { conflated::Slot::new() }; 8];
        let mut ring = conflated::SliceRing::new(&mut keys, &mut order).unwrap();
        let (producer, consumer) = ring.split();
        work(&mut producer.by(|number| *number as usize), &mut consumer.values());
        let mut ring = priority::Ring::<u64, 8, 2>::new();
        let (push, mut pop) = ring.split();
        work(&mut push.by(|&number| number as usize % 2), &mut pop);
        let mut memory = [const { priority::Slot::<u64, 2>::new() }; 8];
        let mut ring = priority::SliceRing::new(&mut memory).unwrap();
        let (push, mut pop) = ring.split();
        work(&mut push.by(|&number| number as usize % 2), &mut pop);
    };
    assert_eq!(calls(in_place), 0);
}
