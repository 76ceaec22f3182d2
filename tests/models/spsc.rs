//! Models of the spsc ring: two or three threads, every execution. Each proves the invariant in its first line and names
//! the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_spsc`
//!
//! Without that configuration the same bodies run a few hundred times on real threads. The rings start just before a
//! wrap: of the slots, of the laps, or both.

use std::sync::Mutex;

use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Layout, Producer, Ring};
use forebay_core::{InUse, PopError, PushError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::model::atomic::{AtomicBool, Ordering};
use forebay_tests::model::{Arc, Context, Model, Plain, thread};

/// Declares a test of each model in both layouts, with the number of executions that each needs. `L` is the layout.
macro_rules! models {
    ($($test:ident [$dense:literal, $flagged:literal] $outcomes:expr => $body:expr;)*) => {
        mod dense {
            use super::*;
            type L = Dense;
            $(#[test]
            fn $test() {
                let name = concat!("dense ", stringify!($test));
                Model { name, executions: $dense, bound: None, stepwise: false, outcomes: $outcomes }.check($body);
            })*
        }
        mod flagged {
            use super::*;
            type L = Flagged;
            $(#[test]
            fn $test() {
                let name = concat!("flagged ", stringify!($test));
                Model { name, executions: $flagged, bound: Some(3), stepwise: true, outcomes: $outcomes }.check($body);
            })*
        }
    };
}

const FIFO: &[&str] = &["full", "empty", "more than a lap"];
const BATCHES: &[&str] = &["cut short", "several at once", "a single item"];
const CLOSED: &[&str] = &["empty", "closed"];

models! {
    fifo_capacity_1 [353, 152] FIFO => |cx| super::fifo::<L>(1, 1, 3, cx);
    fifo_capacity_2 [805, 252] FIFO => |cx| super::fifo::<L>(2, 3, 3, cx);
    fifo_capacity_3 [15770, 1036] FIFO => |cx| super::fifo::<L>(3, 5, 4, cx);
    batches_capacity_1 [5590, 797] &["cut short", "a single item"] => |cx| super::batches::<L>(1, 0, cx);
    batches_capacity_2 [7670, 3684] BATCHES => |cx| super::batches::<L>(2, 1, cx);
    batches_capacity_3 [9823, 6204] BATCHES => |cx| super::batches::<L>(3, 5, cx);
    slots_capacity_1 [9112, 1871] &["full", "empty", "taken"] => |cx| super::slots::<L>(1, 1, cx);
    slots_capacity_2 [11557, 3203] &["full", "empty", "taken"] => |cx| super::slots::<L>(2, 3, cx);
    closed_comes_last_capacity_1 [2861, 602] CLOSED => |cx| super::closed_comes_last::<L>(1, 1, cx);
    closed_comes_last_capacity_2 [4681, 834] CLOSED => |cx| super::closed_comes_last::<L>(2, 3, cx);
    closed_is_complete_capacity_1 [6, 22] &["open", "closed"] => |cx| super::closed_is_complete::<L>(1, 0, cx);
    closed_is_complete_capacity_3 [6, 22] &["open", "closed"] => |cx| super::closed_is_complete::<L>(3, 5, cx);
    consumer_gone_capacity_1 [1, 1] &["full", "closed"] => |cx| super::consumer_gone::<L>(1, 1, cx);
    consumer_gone_capacity_2 [1, 1] &["full", "closed"] => |cx| super::consumer_gone::<L>(2, 3, cx);
    consumer_is_seen_to_go [6, 16] &["there", "gone"] => super::consumer_is_seen_to_go::<L>;
    owned_ends_capacity_1 [570, 327] &["popped", "left inside"] => |cx| super::owned_ends::<L>(1, cx);
    owned_ends_capacity_2 [343, 298] &["popped", "left inside"] => |cx| super::owned_ends::<L>(2, cx);
    push_happens_before_pop [24, 25] &["popped"] => super::push_happens_before_pop::<L>;
    pop_happens_before_push [6, 9] &["pushed"] => super::pop_happens_before_push::<L>;
    a_push_is_seen [86, 179] &["signalled"] => |cx| super::a_push_is_seen::<L>(3, 5, cx);
    a_pop_makes_room_capacity_1 [19, 74] &["signalled"] => |cx| super::a_pop_makes_room::<L>(1, 1, cx);
    a_pop_makes_room_capacity_2 [86, 179] &["signalled"] => |cx| super::a_pop_makes_room::<L>(2, 3, cx);
    counts_capacity_1 [227, 1564] &["free", "full", "some"] => |cx| super::counts::<L>(1, 1, cx);
    counts_capacity_2 [26557, 7815] &["free", "full", "some"] => |cx| super::counts::<L>(2, 3, cx);
    one_pair_of_ends [1, 1] &["refused"] => super::one_pair_of_ends::<L>;
    split_again_capacity_1 [5432, 881] &["refused", "split early"] => super::split_again::<L, 1>;
    split_again_capacity_2 [2975, 558] &["refused", "split early"] => super::split_again::<L, 2>;
}

/// Ends that live as long as the execution, after `start` items went through.
fn ends<T: 'static, L: Layout>(
    capacity: usize,
    start: usize,
    item: impl Fn() -> T,
) -> (Producer<'static, T, L>, Consumer<'static, T, L>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    let ring = Box::leak(Box::new(HeapRing::<T, L>::new(capacity).unwrap()));
    let (mut producer, mut consumer) = ring.split();
    for _ in 0..start {
        assert!(producer.push(item()).is_ok());
        assert!(consumer.pop().is_ok());
    }
    drop((producer, consumer));
    ring.split()
}

fn numbers<L: Layout>(capacity: usize, start: usize) -> (Producer<'static, u32, L>, Consumer<'static, u32, L>) {
    ends(capacity, start, || u32::MAX)
}

/// Pushes the numbers from 0 on, and gives up those that don't fit. Answers with those that did.
fn push_numbers<L: Layout>(producer: &mut Producer<'static, u32, L>, count: u32, cx: &Context) -> Vec<u32> {
    let mut stored = Vec::new();
    for number in 0..count {
        cx.step();
        match producer.push(number) {
            Ok(()) => stored.push(number),
            Err(error) => {
                assert_eq!(error, PushError::Full(number));
                cx.note("full");
            }
        }
    }
    stored
}

/// Items come out as they were stored: in order, none lost, none twice, none torn.
///
/// Dense: [P1] [C1], [C3] [P3]. Flagged: [P2] [C2], [C8] [P8].
fn fifo<L: Layout>(capacity: usize, start: usize, count: u32, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || (push_numbers(&mut producer, count, &cx), producer)
    });
    let mut popped = Vec::new();
    for _ in 0..count {
        cx.step();
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                cx.note("empty");
            }
        }
    }
    let (stored, producer) = pusher.join().unwrap();
    if stored.len() > capacity {
        cx.note("more than a lap");
    }
    popped.extend(consumer.drain());
    assert_eq!(popped, stored);
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    drop(producer);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// Batches come out as they were put in, mixed with single items and over the wrap.
///
/// Dense: [P1] [C1], [C3] [P3]. Flagged: as for single items, and for the batches [P1] [C1], [C3] [P3] too.
fn batches<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut numbers = 0..u32::MAX;
            cx.step();
            let mut stored = producer.push_iter(numbers.by_ref().take(2));
            numbers.start = u32::try_from(stored).unwrap();
            cx.step();
            if producer.push(numbers.start).is_ok() {
                stored += 1;
                numbers.start += 1;
            }
            let values: Vec<u32> = numbers.take(3).collect();
            cx.step();
            let count = producer.push_slice(&values);
            if count < 3 {
                cx.note("cut short");
            }
            stored + count
        }
    });
    let mut popped = Vec::new();
    cx.step();
    if let Ok(number) = consumer.pop() {
        popped.push(number);
        cx.note("a single item");
    }
    let mut values = [u32::MAX; 3];
    cx.step();
    let count = consumer.pop_slice(&mut values);
    popped.extend_from_slice(&values[..count]);
    if count > 1 {
        cx.note("several at once");
    }
    cx.step();
    popped.extend(consumer.drain());
    let stored = pusher.join().unwrap();
    let left = consumer.iter().count();
    popped.extend(consumer.iter());
    assert_eq!(consumer.clear(), left);
    assert_eq!(popped.len(), stored);
    assert!(popped.into_iter().eq(0..u32::try_from(stored).unwrap()));
}

/// Slots written and read in place are as whole as items, and a guard that is dropped changes nothing.
///
/// As [`fifo`].
fn slots<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut stored = 0;
            for _ in 0..3 {
                cx.step();
                if let Ok(mut slot) = producer.write_slot() {
                    // Not committed: nobody must see it.
                    slot.uninit().write(u32::MAX);
                }
                cx.step();
                match producer.write_slot() {
                    Ok(mut slot) => {
                        slot.uninit().write(stored);
                        // SAFETY: written just now.
                        unsafe { slot.commit() };
                        stored += 1;
                    }
                    Err(_) => cx.note("full"),
                }
            }
            stored
        }
    });
    let mut next = 0;
    for _ in 0..2 {
        cx.step();
        let peeked = consumer.peek().copied();
        assert!(peeked.is_none_or(|number| number == next));
        cx.step();
        match consumer.read_slot() {
            Ok(mut slot) => {
                assert_eq!(*slot, next);
                *slot += 100;
            }
            Err(_) => {
                assert_eq!(peeked, None);
                cx.note("empty");
                continue;
            }
        }
        cx.step();
        assert_eq!(consumer.read_slot().unwrap().take(), next + 100);
        cx.note("taken");
        next += 1;
    }
    let stored = pusher.join().unwrap();
    while let Ok(slot) = consumer.read_slot() {
        assert_eq!(*slot, next);
        slot.release();
        next += 1;
    }
    assert_eq!(next, stored);
}

/// A pop says `Closed` only after the last item.
///
/// [P6] [C4], and the second look behind it with [C1].
fn closed_comes_last<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || push_numbers(&mut producer, 3, &cx)
    });
    let (mut popped, mut closed) = (Vec::new(), false);
    for _ in 0..3 {
        cx.step();
        match consumer.pop() {
            Ok(number) => {
                assert!(!closed, "an item after the end");
                popped.push(number);
            }
            Err(PopError::Empty) => {
                assert!(!closed, "open again");
                cx.note("empty");
            }
            Err(PopError::Closed) => {
                cx.note("closed");
                closed = true;
            }
        }
    }
    let stored = pusher.join().unwrap();
    if closed {
        assert_eq!(popped, stored);
    }
    popped.extend(consumer.drain());
    assert_eq!(popped, stored);
}

/// Whoever sees that the producer is gone sees all its items.
///
/// [P6] [C5].
fn closed_is_complete<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || push_numbers(&mut producer, 3, &cx).len()
    });
    cx.step();
    if consumer.is_closed() {
        cx.note("closed");
        let len = consumer.len();
        assert_eq!(pusher.join().unwrap(), len);
        assert_eq!(consumer.drain().count(), len);
        assert_eq!(consumer.pop(), Err(PopError::Closed));
    } else {
        cx.note("open");
        pusher.join().unwrap();
        assert!(consumer.is_closed());
    }
}

/// `Closed` is the last answer of a push, and what was stored is still there, once.
///
/// [P4] [C6].
fn consumer_gone<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let ledger = Ledger::new();
    let item = {
        let ledger = ledger.clone();
        move || ledger.item()
    };
    let ring = Box::leak(Box::new(HeapRing::<Tracked, L>::new(capacity).unwrap()));
    // What outlives the threads is leaked, so its items count as alive.
    {
        let (mut producer, mut consumer) = ring.split();
        for _ in 0..start {
            assert!(producer.push(item()).is_ok());
            assert!(consumer.pop().is_ok());
        }
    }
    let (mut producer, mut consumer) = ring.split();
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let popped = consumer.pop().is_ok();
            cx.step();
            popped
        }
    });
    let (mut stored, mut closed) = (0, false);
    for _ in 0..4 {
        cx.step();
        match producer.push(item()) {
            Ok(()) => {
                assert!(!closed, "room after the end");
                stored += 1;
            }
            Err(PushError::Full(_)) => {
                assert!(!closed, "open again");
                cx.note("full");
            }
            Err(PushError::Closed(_)) => {
                cx.note("closed");
                closed = true;
            }
        }
    }
    let popped = usize::from(popper.join().unwrap());
    ledger.check();
    assert_eq!(ledger.alive(), stored - popped);
    assert_eq!(producer.len(), stored - popped);
    assert!(producer.is_closed());
}

/// Whoever sees that the consumer is gone sees what it did before.
///
/// [C6] [P7].
fn consumer_is_seen_to_go<L: Layout>(cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(2, 1);
    producer.push(0).unwrap();
    let plain = Arc::new(Plain::new(0));
    let popper = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            cx.step();
            consumer.pop().unwrap();
            plain.set(1);
        }
    });
    cx.step();
    if producer.is_closed() {
        cx.note("gone");
        assert_eq!(plain.get(), 1);
        assert_eq!(producer.free(), 2);
    } else {
        cx.note("there");
    }
    popper.join().unwrap();
    assert!(producer.is_closed());
}

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

/// What happens before a push happens before what follows the pop of that item.
///
/// Dense: [P1] [C1]. Flagged: [P2] [C2].
fn push_happens_before_pop<L: Layout>(cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(1, 1);
    let plain = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            producer.push(0).unwrap();
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
        assert_eq!(plain.get(), 7);
    }
    pusher.join().unwrap();
}

/// What happens before a pop happens before what follows a push into the freed slot.
///
/// Dense: [C3] [P3]. Flagged: [C8] [P8].
fn pop_happens_before_push<L: Layout>(cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(1, 1);
    producer.push(0).unwrap();
    let plain = Arc::new(Plain::new(0));
    let popper = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            consumer.pop().unwrap();
            consumer
        }
    });
    cx.step();
    if producer.push(1).is_ok() {
        cx.note("pushed");
        assert_eq!(plain.get(), 7);
    }
    popper.join().unwrap();
}

/// Whoever knows that pushes have been completed finds the items, and counts them.
///
/// The publication itself: no store may be missing, or late.
fn a_push_is_seen<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pushed = Arc::new(AtomicBool::new(false));
    let pusher = thread::spawn({
        let (pushed, cx) = (Arc::clone(&pushed), cx.clone());
        move || {
            cx.step();
            producer.push(0).unwrap();
            cx.step();
            producer.push(1).unwrap();
            pushed.store(true, Ordering::Release);
            producer
        }
    });
    cx.step();
    if pushed.load(Ordering::Acquire) {
        cx.note("signalled");
        assert!(!consumer.is_empty());
        assert_eq!(consumer.len(), 2);
        assert!(consumer.iter().eq(&[0, 1]));
        let mut values = [u32::MAX; 3];
        assert_eq!(consumer.pop_slice(&mut values), 2);
    } else if let Some(&number) = consumer.peek() {
        assert_eq!(number, 0);
        assert!(!consumer.is_empty(), "what has been seen stays");
        assert_eq!(consumer.pop(), Ok(0));
    }
    pusher.join().unwrap();
}

/// Whoever knows that pops have been completed finds the room, and counts it.
///
/// The release itself: no store may be missing, or late.
fn a_pop_makes_room<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let filled = u32::try_from(producer.push_iter(0..)).unwrap();
    let popped = Arc::new(AtomicBool::new(false));
    let popper = thread::spawn({
        let (popped, cx) = (Arc::clone(&popped), cx.clone());
        move || {
            for number in 0..filled {
                cx.step();
                assert_eq!(consumer.pop(), Ok(number));
            }
            popped.store(true, Ordering::Release);
            consumer
        }
    });
    cx.step();
    if popped.load(Ordering::Acquire) {
        cx.note("signalled");
        assert!(!producer.is_full());
        assert_eq!(producer.free(), capacity);
        assert!(producer.is_empty());
        assert_eq!(producer.push_iter(0..), capacity);
    } else if !producer.is_full() {
        assert!(!producer.is_full(), "what has been seen stays");
        producer.push(filled).unwrap();
    }
    popper.join().unwrap();
}

/// Counts stay within the capacity, move one way only, and promise no more than there is: so many pushes as a producer
/// saw free succeed, and so many pops as a consumer saw items.
///
/// Dense: [P3] [C1]. Flagged: [P3] [C1] behind the marks [P8] [C2].
fn counts<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    producer.push(0).unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut next = 1;
            for _ in 0..2 {
                cx.step();
                let (free, len) = (producer.free(), producer.len());
                assert!(free <= capacity && len <= capacity);
                assert!(capacity - len >= free, "there can only be more room");
                cx.note(if free == 0 { "full" } else { "free" });
                for _ in 0..free {
                    cx.step();
                    producer.push(next).unwrap();
                    next += 1;
                }
            }
            (next, producer)
        }
    });
    let mut next = 0;
    for _ in 0..2 {
        cx.step();
        let (len, free) = (consumer.len(), consumer.free());
        assert!(free <= capacity && len <= capacity);
        assert!(capacity - free >= len, "there can only be more items");
        if len > 0 {
            cx.note("some");
        }
        for _ in 0..len {
            cx.step();
            assert_eq!(consumer.pop(), Ok(next));
            next += 1;
        }
    }
    let (stored, producer) = pusher.join().unwrap();
    assert_eq!(consumer.len(), (stored - next) as usize);
    assert_eq!(producer.len(), (stored - next) as usize);
}

/// A shared ring hands out one pair of ends at a time, and to one of those who ask.
///
/// [K1] [K2] between two who ask at once, [O1] [P6] and [O2] [C6] after the ends of the first are gone.
fn one_pair_of_ends<L: Layout>(cx: &Context) {
    let ring: &'static Ring<u32, 1, L> = Box::leak(Box::new(Ring::new()));
    // The model checker learns of the ring while one thread has it.
    drop(ring.try_split().unwrap());
    // Beyond the model checker's sight: it must not order anything.
    let out = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let ask = {
        let (cx, out) = (cx.clone(), std::sync::Arc::clone(&out));
        move |number| match ring.try_split() {
            Ok((mut producer, mut consumer)) => {
                assert_eq!(out.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "two pairs of ends");
                assert!(ring.try_split().is_err());
                producer.push(number).unwrap();
                assert_eq!(consumer.pop(), Ok(number));
                out.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                true
            }
            Err(InUse) => {
                cx.note("refused");
                false
            }
        }
    };
    let other = thread::spawn({
        let ask = ask.clone();
        move || ask(1)
    });
    let won = ask(2);
    let lost = !other.join().unwrap();
    assert!(won || !lost, "nobody got the ends");
    assert!(ring.try_split().is_ok());
}

/// Ends that are made anew go on where the last ones stopped, whichever threads those were dropped in.
///
/// [P6] [O1] and [C6] [O2].
fn split_again<L: Layout, const N: usize>(cx: &Context) {
    let ring: &'static Ring<u32, N, L> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    // Beyond the model checker's sight: they must not order anything.
    let (stored, popped) = (std::sync::Arc::new(Mutex::new(Vec::new())), std::sync::Arc::new(Mutex::new(Vec::new())));
    let pusher = thread::spawn({
        let stored = std::sync::Arc::clone(&stored);
        move || {
            for number in 0..2 {
                if producer.push(number).is_ok() {
                    stored.lock().unwrap().push(number);
                }
            }
        }
    });
    let popper = thread::spawn({
        let popped = std::sync::Arc::clone(&popped);
        move || popped.lock().unwrap().extend(consumer.pop())
    });
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split early" } else { "refused" });
    let late = early.is_err();
    if late {
        pusher.join().unwrap();
        popper.join().unwrap();
    }
    let (mut producer, mut consumer) = early.unwrap_or_else(|InUse| ring.try_split().unwrap());
    let mut all = popped.lock().unwrap().clone();
    all.extend(consumer.drain());
    assert_eq!(all, *stored.lock().unwrap());
    assert_eq!(producer.push_iter(0..), N);
    assert!(consumer.drain().map(|number| number as usize).eq(0..N));
}

/// Runs in place are as whole as items, and what is not committed or released stays as it was.
///
/// [P1] [C1], [C3] [P3].
fn runs(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<Dense>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let mut run = producer.write_run(2);
            let count = run.len().min(1);
            let (first, second) = run.as_mut_slices();
            for (place, number) in first.iter_mut().chain(second).zip(0..) {
                place.write(number);
            }
            // SAFETY: all of them were written.
            unsafe { run.commit(count) };
            let next = u32::try_from(count).unwrap();
            cx.step();
            let run = producer.write_run(usize::MAX);
            if run.len() < capacity {
                cx.note("little room");
            }
            let next = next + u32::try_from(run.fill(next..)).unwrap();
            cx.step();
            next + u32::try_from(producer.write_run(2).copy_from_slice(&[next, next + 1, next + 2])).unwrap()
        }
    });
    let mut next = 0;
    for release in [1, usize::MAX] {
        cx.step();
        let run = consumer.read_run(usize::MAX);
        let (first, second) = run.as_slices();
        if !second.is_empty() {
            cx.note("over the wrap");
        }
        let items = first.iter().chain(second).copied();
        assert!(items.eq(next..next + u32::try_from(run.len()).unwrap()));
        next += u32::try_from(release.min(run.len())).unwrap();
        run.release(release);
    }
    let stored = pusher.join().unwrap();
    assert!(consumer.drain().eq(next..stored));
}

#[test]
fn runs_capacity_2() {
    Model {
        name: "runs_capacity_2",
        executions: 1807,
        bound: None,
        stepwise: false,
        outcomes: &["little room", "over the wrap"],
    }
    .check(|cx| runs(2, 3, cx));
}

#[test]
fn runs_capacity_3() {
    Model {
        name: "runs_capacity_3",
        executions: 1807,
        bound: None,
        stepwise: false,
        outcomes: &["little room", "over the wrap"],
    }
    .check(|cx| runs(3, 5, cx));
}
