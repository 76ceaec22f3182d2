//! True answers: "empty" never while the push of an item was over, "full" only without a free slot, whoever else is in the
//! middle of a push.

use super::*;

models! {
    empty_is_true_capacity_2 [Some(3), 365] &["the other", "both"] => |cx| super::empty_is_true(2, 1, cx);
    empty_is_true_capacity_3 [Some(3), 365] &["the other", "both"] => |cx| super::empty_is_true(3, 2, cx);
    empty_is_true_twice [Some(2), 89665] &["gap", "in order"] => super::empty_is_true_twice;
    empty_is_true_beyond_two [Some(2), 6247] &["ahead"] => super::empty_is_true_beyond_two;
    order_is_true [Some(3), 18818] &["the other first"] => super::order_is_true;
    room_after_a_pop_capacity_1 [Some(3), 25] &["ours", "theirs"] => |cx| super::room_after_a_pop(1, cx);
    room_after_a_pop_capacity_2 [Some(3), 25] &["ours"] => |cx| super::room_after_a_pop(2, cx);
    one_slot_is_held [Some(2), 2410] &["later"] => super::one_slot_is_held;
    shed_is_counted [Some(3), 4279] &["shed", "stored"] => super::shed_is_counted;
    counts_are_true [Some(3), 26072, stepwise] &["none", "one", "two"] => super::counts_are_true;
}

/// An item whose push was over before is found, although another producer is in the middle of a push with an earlier ticket.
///
/// [MP5] [MC4] [MP6] [MP4] [MC1].
fn empty_is_true(capacity: usize, start: usize, cx: &Context) {
    let (producer, mut consumer) = numbers(capacity, start);
    let first = pusher(producer.clone(), 0..1, cx);
    let second = pusher(producer, 100..101, cx);
    let (_, _one) = second.join().unwrap();
    let popped = consumer.pop().expect("the second producer's push is over");
    if popped == 100 {
        cx.note("the other");
    }
    let (_, _another) = first.join().unwrap();
    let rest: Vec<u32> = consumer.drain().collect();
    if popped == 0 {
        cx.note("both");
    }
    check_all([&[popped][..], &rest].concat(), vec![0, 100]);
}

/// The same for the items after such a one, while the consumer pops all the time.
///
/// [MP5] [MC4] [MP6].
fn empty_is_true_twice(cx: &Context) {
    let (producer, mut consumer) = numbers(3, 2);
    let first = pusher(producer.clone(), 0..1, cx);
    let over = Arc::new(AtomicUsize::new(0));
    let second = thread::spawn({
        let (mut producer, over) = (producer, Arc::clone(&over));
        move || {
            for count in 1..=2 {
                producer.push(99 + u32::try_from(count).unwrap()).unwrap();
                over.store(count, Ordering::Release);
            }
        }
    });
    let mut popped = Vec::new();
    for _ in 0..2 {
        let over = over.load(Ordering::Acquire);
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(_) => {
                let seen = popped.iter().filter(|&&number| number >= 100).count();
                assert!(seen >= over, "{popped:?}: empty, and {over} pushes were over");
            }
        }
    }
    cx.note(if popped.first() == Some(&100) { "gap" } else { "in order" });
    second.join().unwrap();
    let (_, _one) = first.join().unwrap();
    popped.extend(consumer.drain());
    check_order(&popped);
    check_all(popped, vec![0, 100, 101]);
}

/// The same beyond two producers in the middle of a push.
///
/// [MP5] [MC4] [MP6].
fn empty_is_true_beyond_two(cx: &Context) {
    let (mut producer, mut consumer) = numbers(3, 2);
    let first = pusher(producer.clone(), 0..1, cx);
    let second = pusher(producer.clone(), 1..2, cx);
    producer.push(100).unwrap();
    let popped = consumer.pop().expect("a push is over");
    if popped == 100 {
        cx.note("ahead");
    }
    let (_, _one) = first.join().unwrap();
    let (_, _another) = second.join().unwrap();
    let mut all: Vec<u32> = consumer.drain().collect();
    all.push(popped);
    check_all(all, vec![0, 1, 100]);
}

/// An item whose push began after another one's was over never comes before it, although the earlier one's ticket had been
/// stepped over.
///
/// [MP4] [MC1].
fn order_is_true(cx: &Context) {
    let (producer, mut consumer) = numbers(3, 1);
    let first = pusher(producer.clone(), 0..1, cx);
    let second = thread::spawn({
        let mut producer = producer.clone();
        move || producer.push(1).unwrap()
    });
    let (_, mut one) = first.join().unwrap();
    // The first push is over.
    one.push(2).unwrap();
    let popped: Vec<u32> = (0..3).map_while(|_| consumer.pop().ok()).collect();
    second.join().unwrap();
    let at = |number| popped.iter().position(|&other| other == number);
    assert!(at(0) < at(2) && at(0).is_some(), "{popped:?}");
    if at(1).is_some_and(|at| at == 0) {
        cx.note("the other first");
    }
    drop(producer);
}

/// After a pop there is room: for us, or the other producer has had it.
///
/// [MP1] [MC3].
fn room_after_a_pop(capacity: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers(capacity, 1);
    for number in 0..capacity {
        producer.push(200 + u32::try_from(number).unwrap()).unwrap();
    }
    let other = pusher(producer.clone(), 0..1, cx);
    assert_eq!(consumer.pop(), Ok(200));
    let ours = producer.push(100);
    let (theirs, _one) = other.join().unwrap();
    cx.note(if ours.is_ok() { "ours" } else { "theirs" });
    assert_eq!(theirs.len() + usize::from(ours.is_ok()), 1);
    let _ = consumer.drain().count();
}

/// A producer in the middle of a push holds one slot, and all the others are there, lap after lap.
///
/// [MP1] [MP2] [MP3] [MC3].
fn one_slot_is_held(cx: &Context) {
    let (mut producer, mut consumer) = numbers(2, 1);
    let other = pusher(producer.clone(), 0..1, cx);
    let mut theirs = 0;
    for number in 100..103 {
        // At most one item of theirs is inside.
        producer.push(number).unwrap();
        let mut popped = consumer.pop().unwrap();
        if popped == 0 {
            theirs += 1;
            popped = consumer.pop().unwrap();
        }
        assert_eq!(popped, number);
    }
    let (stored, _one) = other.join().unwrap();
    assert_eq!(stored, [0], "a slot was free all the time");
    if theirs == 0 {
        cx.note("later");
        assert_eq!(consumer.pop(), Ok(0));
    }
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    // All slots are there again.
    for number in 0..2 {
        producer.push(number).unwrap();
    }
    assert_eq!(producer.push(2), Err(PushError::Full(2)));
    assert_eq!(consumer.len(), 2);
    assert_eq!(consumer.drain().count(), 2);
    assert_eq!(consumer.len(), 0);
}

/// A value that was shed is counted, and one that was stored is not.
fn shed_is_counted(cx: &Context) {
    let (producer, mut consumer) = numbers(1, 0);
    consumer.set_refusal(Refusal::DropIncoming);
    let pushers: Vec<_> = (0..2)
        .map(|number| {
            let (mut producer, cx) = (producer.clone(), cx.clone());
            thread::spawn(move || match producer.push(number) {
                Ok(()) => {
                    cx.note("stored");
                    0
                }
                Err(error) => {
                    assert_eq!(error, PushError::Shed(number));
                    cx.note("shed");
                    1
                }
            })
        })
        .collect();
    let popped = usize::from(consumer.pop().is_ok());
    let shed: usize = pushers.into_iter().map(|pusher| pusher.join().unwrap()).sum();
    assert_eq!(consumer.lost(), shed);
    assert_eq!(consumer.lost(), 0);
    assert_eq!(producer.shed(), shed);
    assert_eq!(popped + consumer.drain().count() + shed, 2, "offered = delivered + shed");
}

/// A count is between what was inside and what may come, and exact at rest.
fn counts_are_true(cx: &Context) {
    let (producer, mut consumer) = numbers(2, 1);
    let first = pusher(producer.clone(), 0..1, cx);
    let second = pusher(producer, 100..101, cx);
    cx.step();
    let len = consumer.len();
    assert!(len <= 2);
    cx.note(["none", "one", "two"][len]);
    cx.step();
    let popped = consumer.pop();
    assert!(len < 2 || popped.is_ok() || consumer.len() == 2);
    let (_, _one) = first.join().unwrap();
    let (_, _another) = second.join().unwrap();
    assert_eq!(consumer.len(), 2 - usize::from(popped.is_ok()));
}
