//! Ends that go: what the other side is told, and when.

use super::*;

const CLOSED: &[&str] = &["empty", "closed"];
const COMPLETE: &[&str] = &["open", "closed", "left inside"];

models! {
    exhaustive;
    closed_comes_last_capacity_1 [5885, 729] CLOSED => |cx| super::closed_comes_last::<L>(1, 1, cx);
    closed_comes_last_capacity_2 [6766, 873] CLOSED => |cx| super::closed_comes_last::<L>(2, 3, cx);
    closed_comes_last_capacity_3 [6766, 1659] CLOSED => |cx| super::closed_comes_last::<L>(3, 5, cx);
    closed_is_complete_capacity_1 [103831, 4237] COMPLETE => |cx| super::closed_is_complete::<L>(1, 1, cx);
    closed_is_complete_capacity_2 [244078, 6093] COMPLETE => |cx| super::closed_is_complete::<L>(2, 3, cx);
    closed_is_complete_capacity_3 [133741, 8662] COMPLETE => |cx| super::closed_is_complete::<L>(3, 5, cx);
    consumer_gone_capacity_1 [2169, 752] &["full", "closed"] => |cx| super::consumer_gone::<L>(1, 1, cx);
    consumer_gone_capacity_2 [3771, 480] &["full", "closed"] => |cx| super::consumer_gone::<L>(2, 3, cx);
    consumer_gone_capacity_3 [2940, 256] &["full", "closed"] => |cx| super::consumer_gone::<L>(3, 5, cx);
    consumer_is_seen_to_go [6, 16] &["there", "gone"] => super::consumer_is_seen_to_go::<L>;
}

/// A pop says `Closed` only after the last item.
///
/// [P6] [C4], and the second look behind it with [C1].
fn closed_comes_last<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || push_numbers(&mut producer, 2, &cx)
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

/// Whoever sees that the producer is gone sees all its items, by every way of looking.
///
/// [P6] [C5].
fn closed_is_complete<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || push_numbers(&mut producer, 3, &cx)
    });
    let mut popped = Vec::new();
    for _ in 0..3 {
        cx.step();
        let closed = consumer.is_closed();
        cx.note(if closed { "closed" } else { "open" });
        if closed {
            let left = consumer.len();
            assert_eq!(consumer.is_empty(), left == 0);
            assert_eq!(consumer.peek().is_some(), left > 0);
            assert_eq!(consumer.iter().count(), left);
            if left > 0 {
                cx.note("left inside");
            }
            popped.extend(consumer.drain());
            assert_eq!(consumer.pop(), Err(PopError::Closed));
            assert_eq!(popped, pusher.join().unwrap());
            return;
        }
        cx.step();
        popped.extend(consumer.pop());
    }
    let stored = pusher.join().unwrap();
    assert!(consumer.is_closed());
    popped.extend(consumer.drain());
    assert_eq!(popped, stored);
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
            Err(PushError::Shed(_)) => unreachable!("spsc never drops"),
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
