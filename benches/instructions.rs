//! The instructions of a one-thread pair, to be counted by valgrind: see `instructions.sh`.
//!
//! Each function below does a thousand pairs on a queue that the caller has made.

use forebay::mpsc;
use forebay::spsc::{self, Consumer, Dense, Flagged, Layout, OwnedConsumer, OwnedProducer, Producer};

const CAPACITY: usize = 1024;
const PAIRS: u64 = 1000;

/// Puts an item in and takes one out, in turns. Answers with zero if they were the same.
///
/// Around the two calls there are only the three instructions of the loop and the two of the comparison.
#[inline(always)]
fn pairs(mut push: impl FnMut(u64) -> bool, mut pop: impl FnMut() -> Option<u64>) -> u64 {
    let mut wrong = 0;
    for item in 0..PAIRS {
        if !push(item) {
            return u64::MAX;
        }
        match pop() {
            Some(popped) => wrong |= popped ^ item,
            None => return u64::MAX,
        }
    }
    wrong
}

#[inline(always)]
fn ours<L: Layout, K>(tx: &mut Producer<'_, u64, L, K>, rx: &mut Consumer<'_, u64, L, K>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_forebay_heap(tx: &mut OwnedProducer<u64>, rx: &mut OwnedConsumer<u64>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_forebay_array(tx: &mut Producer<'_, u64>, rx: &mut Consumer<'_, u64>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_flagged_heap(tx: &mut OwnedProducer<u64, Flagged>, rx: &mut OwnedConsumer<u64, Flagged>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_flagged_array(tx: &mut Producer<'_, u64, Flagged>, rx: &mut Consumer<'_, u64, Flagged>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_mpsc_heap(tx: &mut mpsc::OwnedProducer<u64>, rx: &mut mpsc::OwnedConsumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_mpsc_array(tx: &mut mpsc::Producer<'_, u64>, rx: &mut mpsc::Consumer<'_, u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_heapless(tx: &mut heapless::spsc::Producer<'_, u64>, rx: &mut heapless::spsc::Consumer<'_, u64>) -> u64 {
    pairs(|item| tx.enqueue(item).is_ok(), || rx.dequeue())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_rtrb(tx: &mut rtrb::Producer<u64>, rx: &mut rtrb::Consumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

fn heap_ends<L: Layout>() -> (OwnedProducer<u64, L>, OwnedConsumer<u64, L>) {
    spsc::HeapRing::new(CAPACITY).expect("there is memory for the ring").into_ends()
}

/// The name of one function is the one argument; a second one says how many items are inside before and after each pair.
fn main() {
    let mut arguments = std::env::args().skip(1);
    let function = arguments.next().unwrap_or_default();
    let inside: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0);
    let wrong = match function.as_str() {
        "pairs_forebay_heap" => {
            let (mut tx, mut rx) = heap_ends::<Dense>();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_forebay_heap(&mut tx, &mut rx)
        }
        "pairs_forebay_array" => {
            let mut ring = spsc::Ring::<u64, CAPACITY>::new();
            let (mut tx, mut rx) = ring.split();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_forebay_array(&mut tx, &mut rx)
        }
        "pairs_flagged_heap" => {
            let (mut tx, mut rx) = heap_ends::<Flagged>();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_flagged_heap(&mut tx, &mut rx)
        }
        "pairs_flagged_array" => {
            let mut ring = spsc::Ring::<u64, CAPACITY, Flagged>::new();
            let (mut tx, mut rx) = ring.split();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_flagged_array(&mut tx, &mut rx)
        }
        "pairs_mpsc_heap" => {
            let ring = mpsc::HeapRing::new(CAPACITY).expect("there is memory for the ring");
            let (mut tx, mut rx) = ring.into_ends();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_mpsc_heap(&mut tx, &mut rx)
        }
        "pairs_mpsc_array" => {
            let mut ring = mpsc::Ring::<u64, CAPACITY>::new();
            let (mut tx, mut rx) = ring.split();
            fill(inside, |item| tx.push(item).is_ok());
            pairs_mpsc_array(&mut tx, &mut rx)
        }
        "pairs_heapless" => {
            let mut queue = heapless::spsc::Queue::<u64, { CAPACITY + 1 }>::new();
            let (mut tx, mut rx) = queue.split();
            fill(inside, |item| tx.enqueue(item).is_ok());
            pairs_heapless(&mut tx, &mut rx)
        }
        "pairs_rtrb" => {
            let (mut tx, mut rx) = rtrb::RingBuffer::new(CAPACITY);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_rtrb(&mut tx, &mut rx)
        }
        other => panic!("there is no function {other:?}; instructions.sh knows them"),
    };
    if inside == 0 {
        assert_eq!(wrong, 0, "items were lost or out of order");
    }
}

fn fill(items: u64, mut push: impl FnMut(u64) -> bool) {
    for item in 0..items {
        assert!(push(item), "the capacity has room for them");
    }
}
