//! True answers: "empty" never while the push of an item was over, "full" only without a free slot, whoever else is in the
//! middle of a push.

use std::iter;

use super::*;

models! {
    empty_is_true_capacity_2 [Some(3), 231] &["the other", "both"] => |cx| super::empty_is_true(2, 1, cx);
    empty_is_true_capacity_3 [Some(3), 264] &["the other", "both"] => |cx| super::empty_is_true(3, 2, cx);
    empty_is_true_twice [Some(2), 35625] &["gap", "in order"] => super::empty_is_true_twice;
    empty_is_true_beyond_two [Some(2), 3451] &["ahead"] => super::empty_is_true_beyond_two;
    order_is_true [Some(3), 20519] &["the other first"] => super::order_is_true;
    room_after_a_pop_capacity_1 [Some(3), 20] &["ours", "theirs"] => |cx| super::room_after_a_pop(1, cx);
    room_after_a_pop_capacity_2 [Some(3), 20] &["ours"] => |cx| super::room_after_a_pop(2, cx);
    one_slot_is_held [Some(2), 1413] &["later"] => super::one_slot_is_held;
    room_beside_what_moves_up [Some(3), 3459, stepwise] &["ahead", "in between"] => super::room_beside_what_moves_up;
    shed_is_counted [Some(3), 4311] &["shed", "stored"] => super::shed_is_counted;
    counts_are_true [Some(3), 13160, stepwise] &["none", "one", "two"] => super::counts_are_true;
    a_producer_counts_truly [Some(3), 2175, stepwise] &["one", "two"] => super::a_producer_counts_truly;
    a_producer_calls_it_empty_truly [Some(3), 1134, stepwise] &["inside"] => super::a_producer_calls_it_empty_truly;
    a_producer_calls_it_full_truly [Some(3), 581, stepwise] &["room"] => super::a_producer_calls_it_full_truly;
    a_guess_that_is_late [Some(3), 239] &["full", "stored"] => super::a_guess_that_is_late;
    room_that_was_seen_is_there [Some(3), 9, stepwise] &["full", "room"] => super::room_that_was_seen_is_there;
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

/// A producer that has not looked for a lap is not told that the ring is full by a grant that has been moved up since: it was
/// full at no time.
///
/// [MC7] [MP1].
fn room_beside_what_moves_up(cx: &Context) {
    let (mut producer, mut consumer) = numbers(3, 1);
    let mut late = producer.clone();
    let mover = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut held_up = producer.clone();
            let mut pass = |number| {
                cx.step();
                producer.push(number).unwrap();
                consumer.pop().unwrap()
            };
            let _ = (pass(0), pass(1));
            // In the middle of a push, so that the consumer steps over its ticket. The one after that has the first one's turn.
            let held = iter::once_with(|| {
                cx.note(if pass(3) == 3 { "ahead" } else { "in between" });
                2
            });
            assert_eq!(held_up.push_iter(held), 1);
            (producer, consumer)
        }
    });
    cx.step();
    late.push(100).expect("two slots at most were taken");
    drop(mover.join().unwrap());
}

/// A value that was shed is counted, and one that was stored is not.
fn shed_is_counted(cx: &Context) {
    let (producer, mut consumer) = numbers(1, 1);
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

/// What a producer says of a ring with room for three, while another thread pushes and pops again and again, so that one item
/// is inside, or two.
fn from_one_to_two<R>(look: impl FnOnce(&Producer<'static, u32>) -> R, cx: &Context) -> R {
    let (mut producer, mut consumer) = numbers(3, 1);
    producer.push(0).unwrap();
    let mover = thread::spawn({
        let (mut producer, cx) = (producer.clone(), cx.clone());
        move || {
            for number in 1..3 {
                cx.step();
                producer.push(number).unwrap();
                cx.step();
                assert_eq!(consumer.pop(), Ok(number - 1));
            }
            consumer
        }
    });
    cx.step();
    let seen = look(&producer);
    let consumer = mover.join().unwrap();
    assert_eq!((producer.len(), producer.free(), consumer.len()), (1, 2, 1), "exact at rest");
    seen
}

/// A producer never says that more or fewer items are inside than there were at some moment.
///
/// [MP1] [MP2] [MP3] [MC3].
fn a_producer_counts_truly(cx: &Context) {
    let len = from_one_to_two(Producer::len, cx);
    cx.note(["none", "one", "two", "three"][len]);
    assert!((1..=2).contains(&len), "{len} items were inside at no time");
}

/// A producer never says that nothing is inside when something was all the time.
///
/// [MP1] [MP2] [MP3] [MC3].
fn a_producer_calls_it_empty_truly(cx: &Context) {
    assert!(!from_one_to_two(Producer::is_empty, cx), "it was empty at no time");
    cx.note("inside");
}

/// A producer never says that there is no room when there was some all the time.
///
/// [MP1] [MP2] [MP3] [MC3].
fn a_producer_calls_it_full_truly(cx: &Context) {
    assert!(!from_one_to_two(Producer::is_full, cx), "it was full at no time");
    cx.note("room");
}

/// Where nobody else pushes, room that a producer has seen is there for its push; and it sees it after a pop that it knows of.
///
/// [MP1] [MC3].
fn room_that_was_seen_is_there(cx: &Context) {
    let (mut producer, mut consumer) = numbers(1, 1);
    producer.push(0).unwrap();
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            assert_eq!(consumer.pop(), Ok(0));
            consumer
        }
    });
    cx.step();
    if producer.is_full() {
        cx.note("full");
    } else {
        cx.note("room");
        producer.push(1).unwrap();
    }
    let consumer = popper.join().unwrap();
    assert_eq!(producer.is_full(), consumer.is_full());
}

/// A producer that was idle for two laps, and takes the grant of its turn for one to its ticket, is dealt none that is another's.
///
/// [MP1] [MP2] [MP3] [MC3].
fn a_guess_that_is_late(cx: &Context) {
    let (mut producer, mut consumer) = numbers(1, 1);
    producer.push(0).unwrap();
    assert_eq!(consumer.pop(), Ok(0));
    let others = thread::spawn({
        let (mut other, cx) = (producer.clone(), cx.clone());
        move || {
            let (mut stored, mut popped) = (Vec::new(), Vec::new());
            for number in 100..103 {
                match other.push(number) {
                    Ok(()) => stored.push(number),
                    Err(_) => cx.note("full"),
                }
                popped.extend(consumer.pop().ok());
            }
            (stored, popped, consumer)
        }
    });
    let ours = producer.push(1).is_ok();
    let (mut stored, mut popped, mut consumer) = others.join().unwrap();
    if ours {
        cx.note("stored");
        stored.push(1);
    }
    popped.extend(consumer.drain());
    check_order(&popped);
    check_all(popped, stored);
    producer.push(2).unwrap();
    assert_eq!((consumer.pop(), consumer.pop()), (Ok(2), Err(PopError::Empty)));
}
