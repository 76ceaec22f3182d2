//! Counts: what one side may rely on of what the other has done.

use super::*;

models! {
    exhaustive;
    a_push_is_seen_capacity_2 [119, 227] &["signalled"] => |cx| super::a_push_is_seen::<L>(2, 3, cx);
    a_push_is_seen_capacity_3 [119, 227] &["signalled"] => |cx| super::a_push_is_seen::<L>(3, 5, cx);
    a_pop_makes_room_capacity_1 [19, 74] &["signalled"] => |cx| super::a_pop_makes_room::<L>(1, 1, cx);
    a_pop_makes_room_capacity_2 [86, 179] &["signalled"] => |cx| super::a_pop_makes_room::<L>(2, 3, cx);
    a_pop_makes_room_capacity_3 [379, 365] &["signalled"] => |cx| super::a_pop_makes_room::<L>(3, 5, cx);
    counts_capacity_1 [227, 1564] &["free", "full", "some"] => |cx| super::counts::<L>(1, 1, cx);
    counts_capacity_2 [47654, 7815] &["free", "full", "some"] => |cx| super::counts::<L>(2, 3, cx);
    what_is_seen_is_counted_capacity_1 [87, 445] SEEN => |cx| super::what_is_seen_is_counted::<L>(1, 1, cx);
    what_is_seen_is_counted_capacity_2 [660, 1660] SEEN => |cx| super::what_is_seen_is_counted::<L>(2, 3, cx);
    what_is_seen_is_counted_capacity_3 [3618, 4367] SEEN => |cx| super::what_is_seen_is_counted::<L>(3, 5, cx);
}

const SEEN: &[&str] = &["room", "no room", "an item", "no item"];

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

/// Room and items that an end has seen stay until it uses them, and are in its counts.
///
/// Flagged: the counts [P1] [C1] and [C3] [P3], which may lag behind the flags [P2] [C2] and [C8] [P8] by one.
fn what_is_seen_is_counted<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let filled = u32::try_from(producer.push_iter(0..)).unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            if producer.write_slot().is_err() {
                cx.note("no room");
                return 0;
            }
            cx.note("room");
            assert!(!producer.is_full());
            assert!(producer.free() > 0);
            cx.step();
            producer.push(filled).unwrap();
            1
        }
    });
    for number in 0..filled {
        cx.step();
        assert_eq!(consumer.pop(), Ok(number));
    }
    cx.step();
    if consumer.read_slot().is_ok() {
        cx.note("an item");
        assert!(!consumer.is_empty());
        assert_eq!(consumer.len(), 1);
        assert_eq!(consumer.peek(), Some(&filled));
    } else {
        cx.note("no item");
    }
    let pushed = pusher.join().unwrap();
    assert_eq!(consumer.len(), pushed);
}
