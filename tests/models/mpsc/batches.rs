//! Batches: several tickets at once.

use super::*;

models! {
    batches_capacity_2 [Some(3), 20974] &["all", "some"] => |cx| super::batches(2, 1, cx);
    batches_capacity_3 [Some(3), 79326] &["all"] => |cx| super::batches(3, 2, cx);
    two_holes [Some(2), 11892] &["beyond"] => super::two_holes;
    a_batch_cut_short [Some(3), 66, stepwise] &["empty"] => super::a_batch_cut_short;
    room_after_draining [Some(3), 213] &["full", "stored"] => super::room_after_draining;
}

/// The items of a batch come out in order and once, beside those of another producer.
///
/// [MP3] [MP4] [MP6] [MC1].
fn batches(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers(capacity, start);
    let other = pusher(producer.clone(), 100..101, cx);
    let batch = thread::spawn(move || producer.push_iter(0..2));
    let mut popped: Vec<u32> = (0..2).filter_map(|_| consumer.pop().ok()).collect();
    let count = batch.join().unwrap();
    cx.note(if count == 2 { "all" } else { "some" });
    let (mut stored, _one) = other.join().unwrap();
    popped.extend(consumer.drain());
    stored.extend(0..u32::try_from(count).unwrap());
    check_order(&popped);
    check_all(popped, stored);
}

/// The room that is made while more tickets are open than the consumer lists is seen with the reads that made it.
///
/// [MP1] [MC3].
fn two_holes(cx: &Context) {
    let (mut producer, mut consumer) = numbers(3, 2);
    let other = pusher(producer.clone(), 100..102, cx);
    let batch = thread::spawn(move || producer.push_iter(0..2));
    let mut popped: Vec<u32> = (0..2).filter_map(|_| consumer.pop().ok()).collect();
    if popped.first() == Some(&100) && popped.contains(&0) {
        cx.note("beyond");
    }
    let count = batch.join().unwrap();
    let (mut stored, _one) = other.join().unwrap();
    popped.extend(consumer.drain());
    stored.extend(0..u32::try_from(count).unwrap());
    check_order(&popped);
    check_all(popped, stored);
}

/// Tickets that a batch gives back hold nobody up, and their slots come back.
///
/// [MP4] [MC1].
fn a_batch_cut_short(cx: &Context) {
    let (mut producer, mut consumer) = numbers(2, 1);
    let batch = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            assert_eq!(producer.push_iter(Says((2, None), 0..1)), 1);
            producer
        }
    });
    let mut popped = Vec::new();
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(_) => cx.note("empty"),
        }
    }
    let mut producer = batch.join().unwrap();
    popped.extend(consumer.drain());
    assert_eq!(popped, [0]);
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    assert_eq!(producer.push_iter(5..9), 2);
    assert_eq!(consumer.drain().collect::<Vec<_>>(), [5, 6]);
}

/// The room that a drain makes is there when it is over.
///
/// [MP1] [MC3].
fn room_after_draining(cx: &Context) {
    let (mut producer, mut consumer) = numbers(2, 1);
    assert_eq!(producer.push_iter(0..2), 2);
    let other = pusher(producer.clone(), 100..101, cx);
    assert_eq!(consumer.drain().take(2).collect::<Vec<_>>(), [0, 1]);
    producer.push(1).unwrap();
    let (stored, _one) = other.join().unwrap();
    if !stored.is_empty() {
        cx.note("stored");
    }
    let rest: Vec<u32> = consumer.drain().collect();
    check_all(rest, [&[1][..], &stored].concat());
}
