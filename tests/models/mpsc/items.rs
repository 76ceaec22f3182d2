//! Items: each comes out once, in order, and with all that its producer did before.

use super::*;

models! {
    fifo_capacity_1 [Some(3), 1812] &["full", "empty"] => |cx| super::fifo(1, 1, cx);
    fifo_capacity_2 [Some(3), 5742] &["empty"] => |cx| super::fifo(2, 3, cx);
    fifo_capacity_3 [Some(3), 13100] &["empty"] => |cx| super::fifo(3, 2, cx);
    one_producer_twice [Some(3), 53041] &["empty"] => super::one_producer_twice;
    push_happens_before_pop [Some(3), 13868] &["empty", "popped"] => super::push_happens_before_pop;
    pop_happens_before_push [Some(3), 6] &["full", "stored"] => super::pop_happens_before_push;
}

/// Each item comes out once, those of one producer in order, while two producers push and the consumer pops.
///
/// [MP1] [MP3] [MP4] [MC1] [MC3].
fn fifo(capacity: usize, start: usize, cx: &Context) {
    let (producer, mut consumer) = numbers(capacity, start);
    let first = pusher(producer.clone(), 0..1, cx);
    let second = pusher(producer, 100..101, cx);
    let mut popped = Vec::new();
    for _ in 0..2 {
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(_) => cx.note("empty"),
        }
    }
    let (mut stored, one) = first.join().unwrap();
    let (more, another) = second.join().unwrap();
    stored.extend(more);
    popped.extend(consumer.drain());
    check_order(&popped);
    check_all(popped, stored);
    drop((one, another));
}

/// A producer's second item never comes before its first, whatever another one does in between.
///
/// [MP3] [MP4] [MC1].
fn one_producer_twice(cx: &Context) {
    let (producer, mut consumer) = numbers(3, 1);
    let first = pusher(producer.clone(), 0..2, cx);
    let second = pusher(producer, 100..101, cx);
    let mut popped = Vec::new();
    for _ in 0..2 {
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(_) => cx.note("empty"),
        }
    }
    let (mut stored, _one) = first.join().unwrap();
    let (more, _another) = second.join().unwrap();
    stored.extend(more);
    popped.extend(consumer.drain());
    check_order(&popped);
    check_all(popped, stored);
}

/// What a producer did before its push is seen after the pop.
///
/// [MP4] [MC1].
fn push_happens_before_pop(cx: &Context) {
    let (producer, mut consumer) = ends(2, 1, || 0);
    let plain = Arc::new(Plain::new(0));
    let pusher = |number: usize| {
        let (mut producer, plain) = (producer.clone(), Arc::clone(&plain));
        thread::spawn(move || {
            if number == 1 {
                plain.set(1);
            }
            producer.push(number).unwrap();
        })
    };
    let (first, second) = (pusher(1), pusher(2));
    match consumer.pop() {
        Ok(number) => {
            cx.note("popped");
            if number == 1 {
                assert_eq!(plain.get(), 1);
            }
        }
        Err(_) => cx.note("empty"),
    }
    first.join().unwrap();
    second.join().unwrap();
}

/// What the consumer did before a pop is seen after a push into the room that it made.
///
/// [MP1] [MC3].
fn pop_happens_before_push(cx: &Context) {
    let (mut producer, mut consumer) = numbers(1, 1);
    producer.push(0).unwrap();
    let plain = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || match producer.push(1) {
            Ok(()) => {
                assert_eq!(plain.get(), 1);
                cx.note("stored");
            }
            Err(_) => cx.note("full"),
        }
    });
    plain.set(1);
    assert_eq!(consumer.pop(), Ok(0));
    pusher.join().unwrap();
}
