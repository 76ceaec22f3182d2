//! Owners: who drops what is left.

use super::*;

models! {
    exhaustive;
    owned_ends_capacity_1 [1338, 538] &["popped", "left inside"] => |cx| super::owned_ends::<L>(1, cx);
    owned_ends_capacity_2 [841, 528] &["popped", "left inside"] => |cx| super::owned_ends::<L>(2, cx);
    owned_ends_capacity_3 [841, 528] &["popped", "left inside"] => |cx| super::owned_ends::<L>(3, cx);
    last_end_drops_the_rest_capacity_1 [78, 59] LAST => |cx| super::last_end_drops_the_rest::<L>(1, cx);
    last_end_drops_the_rest_capacity_2 [78, 59] LAST => |cx| super::last_end_drops_the_rest::<L>(2, cx);
    last_end_drops_the_rest_capacity_3 [78, 59] LAST => |cx| super::last_end_drops_the_rest::<L>(3, cx);
    owner_drops_the_rest_capacity_1 [210, 361] &["left inside", "nothing left"] => |cx| super::owner_drops_the_rest::<L>(1, cx);
    owner_drops_the_rest_capacity_2 [234, 184] &["left inside"] => |cx| super::owner_drops_the_rest::<L>(2, cx);
    owner_drops_the_rest_capacity_3 [63, 47] &["left inside"] => |cx| super::owner_drops_the_rest::<L>(3, cx);
}

const LAST: &[&str] = &["by the producer", "by the consumer"];

/// Ends that own their ring leave nothing behind, whichever goes last.
///
/// The reference count of the ring, with [P1] [C1] or [P2] [C2] for the item that is popped.
fn owned_ends<L: Layout>(capacity: usize, cx: &Context) {
    let ledger = Ledger::new();
    let (mut producer, mut consumer) = HeapRing::<Tracked, L>::new(capacity).unwrap().into_ends();
    let pusher = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            for _ in 0..2 {
                cx.step();
                let _ = producer.push(ledger.item());
            }
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
    }
    cx.step();
    if !consumer.is_empty() {
        cx.note("left inside");
    }
    drop(consumer);
    pusher.join().unwrap();
    ledger.settle();
    assert_eq!(ledger.born(), 2);
}

/// Ends that own their ring can go in any order: the last one drops what is inside, once, and the other one nothing.
///
/// The reference count of the ring, which orders the last accesses of the one before the drops of the other.
fn last_end_drops_the_rest<L: Layout>(capacity: usize, cx: &Context) {
    let ledger = Ledger::new();
    let (mut producer, mut consumer) = HeapRing::<Tracked, L>::new(capacity).unwrap().into_ends();
    // The items lie over the wrap, where there are two of them at least.
    for _ in 1..capacity {
        assert!(producer.push(ledger.item()).is_ok());
        assert!(consumer.pop().is_ok());
    }
    assert_eq!(producer.push_iter(ledger.items(capacity)), capacity);
    let pusher = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            cx.step();
            // Stored if there was a pop, and otherwise given back.
            drop(producer.push(ledger.item()));
            let alive = ledger.alive();
            drop(producer);
            if ledger.alive() < alive {
                cx.note("by the producer");
            }
        }
    });
    cx.step();
    drop(consumer.pop().unwrap());
    let alive = ledger.alive();
    drop(consumer);
    if ledger.alive() < alive {
        cx.note("by the consumer");
    }
    pusher.join().unwrap();
    ledger.settle();
    assert_eq!(ledger.born(), 2 * capacity);
}

/// An owner that goes after its ends drops what they left, wherever they were dropped.
///
/// Whatever told the owner that they are gone: here the end of their threads.
fn owner_drops_the_rest<L: Layout>(capacity: usize, cx: &Context) {
    let ledger = Ledger::new();
    let owner = Box::into_raw(Box::new(HeapRing::<Tracked, L>::new(capacity).unwrap()));
    // SAFETY: nobody else has it.
    let ring: &'static mut HeapRing<Tracked, L> = unsafe { &mut *owner };
    let (mut producer, mut consumer) = ring.split();
    assert!(producer.push(ledger.item()).is_ok());
    let pusher = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            for _ in 0..2 {
                cx.step();
                drop(producer.push(ledger.item()));
            }
        }
    });
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            drop(consumer.pop().unwrap());
        }
    });
    popper.join().unwrap();
    pusher.join().unwrap();
    cx.note(if ledger.alive() > 0 { "left inside" } else { "nothing left" });
    // SAFETY: it was made from a box above, and the ends that borrowed it are gone.
    drop(unsafe { Box::from_raw(owner) });
    ledger.settle();
    assert_eq!(ledger.born(), 3);
}
