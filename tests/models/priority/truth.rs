//! What an answer says is true of one moment of the operation.

use std::num::NonZeroUsize;

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    important_is_never_refused_for_what_comes_and_goes [71966, 7324] &["stored", "evicted"], FEW => |cx| super::never_refused(Overflow::Reject, cx);
    important_is_never_evicted_for_what_comes_and_goes [71966, 7324] &["stored", "evicted"], FEW => |cx| super::never_refused(Overflow::DropOldest, cx);
    less_important_goes_first [1088, 527] &["stored", "evicted"] => super::less_important_goes_first;
    what_comes_and_goes_goes_first [5895, 347] &["evicted", "stored"], FEW => super::what_comes_and_goes_goes_first;
    what_stays_goes_first [64, 27] &["evicted"] => super::what_stays_goes_first;
    empty_is_true [450, 471] &["popped"] => super::empty_is_true;
    after_a_pop_there_is_room_capacity_1 [95, 83] &["stored", "full"] => |cx| super::after_a_pop_there_is_room(1, &[0], cx);
    after_a_pop_there_is_room_capacity_2 [95, 49] &["stored", "full"] => |cx| super::after_a_pop_there_is_room(2, &[0, 1], cx);
    full_is_true [21, 44] &["stored"] => super::full_is_true;
    counts_are_of_one_time [30669, 21022] &["none", "one", "two"] => super::counts_are_of_one_time;
    bypass_is_switched [8, 8] &["0", "1"] => super::bypass_is_switched;
}

/// Class 0 loses nothing while something less important is inside throughout, whatever that is: while others of different classes
/// come and go.
///
/// [PR1] [PR2].
fn never_refused(overflow: Overflow, cx: &Context) {
    let (mut producer, mut consumer) = ends::<3>(2, 1, &[100, 101], Overflow::Reject);
    producer.set_overflow(overflow);
    let pusher = thread::spawn({
        let (mut producer, cx) = (producer.clone(), cx.clone());
        move || {
            let mut pusher = Pusher::default();
            pusher.push(&mut producer, 10, &cx);
            (pusher, producer)
        }
    });
    let (before, mut here, mut popped) = (Pusher::of(&[100, 101]), Pusher::default(), Vec::new());
    // There is one of class 1 inside, or one of class 2, always.
    for number in [200, 201] {
        cx.step();
        popped.extend(consumer.pop().map(|(_, number)| number));
        here.push(&mut producer, number, cx);
    }
    let (there, _producer) = pusher.join().unwrap();
    assert_eq!(there.stored, [10], "{there:?} beside {here:?}");
    assert!(there.evicted.iter().all(|&victim| victim >= 100));
    settle(2, &[&before, &here, &there], popped, &mut consumer);
}

/// What is evicted is of the least important class that has something throughout.
///
/// [PR1] [PR2].
fn less_important_goes_first(cx: &Context) {
    let (mut producer, mut consumer) = ends::<3>(3, 1, &[100, 200, 201], Overflow::Reject);
    let (before, mut here) = (Pusher::of(&[100, 200, 201]), Pusher::default());
    let there = Pusher::spawn(producer.clone(), [10], cx);
    // One of the two less important ones stays.
    here.push(&mut producer, 0, cx);
    cx.step();
    let popped = pop_some(&mut consumer, 1, cx);
    let (there, _producer) = there.join().unwrap();
    let evicted: Vec<u32> = here.evicted.iter().chain(&there.evicted).copied().collect();
    assert!(!evicted.contains(&100), "{evicted:?}");
    settle(3, &[&before, &here, &there], popped, &mut consumer);
}

/// An item of class 1 is not evicted while something less important is inside throughout, be it of class 2 at first and then of class 3.
///
/// [PR1] [PR2].
fn what_comes_and_goes_goes_first(cx: &Context) {
    let (mut producer, mut consumer) = ends::<4>(3, 0, &[], Overflow::Reject);
    // Class 2 is due one pop after the next, and class 3 is not.
    producer.set_bypass(NonZeroUsize::new(2).unwrap());
    for class in [0, 3] {
        assert_eq!(producer.push(class, 0), Ok(Pushed::Stored));
        assert_eq!(consumer.pop(), Ok((class, 0)));
    }
    let inside = [0, 100, 200];
    inside.iter().for_each(|&number| assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored)));
    let there = Pusher::spawn(producer.clone(), [10], cx);
    let (before, mut here) = (Pusher::of(&inside), Pusher::default());
    let mut popped = pop_some(&mut consumer, 1, cx);
    here.push(&mut producer, 300, cx);
    popped.extend(pop_some(&mut consumer, 1, cx));
    let (there, _producer) = there.join().unwrap();
    assert_eq!(there.stored, [10]);
    assert!(!there.evicted.contains(&100), "{there:?} beside {here:?}, {popped:?}");
    consumer.set_bypass(NonZeroUsize::MAX);
    settle(3, &[&before, &here, &there], popped, &mut consumer);
}

/// An item of class 1 is not evicted while one of class 2 is inside from before the push to after it.
///
/// [PR1] [PR2].
fn what_stays_goes_first(cx: &Context) {
    let (mut producer, mut consumer) = ends::<3>(2, 1, &[100, 200], Overflow::Reject);
    let (before, mut here) = (Pusher::of(&[100, 200]), Pusher::default());
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            let popped = pop_some(&mut consumer, 1, &cx);
            (popped, consumer)
        }
    });
    here.push(&mut producer, 0, cx);
    let (popped, mut consumer) = popper.join().unwrap();
    assert!(!here.evicted.contains(&100));
    assert!(here.full.is_empty());
    settle(2, &[&before, &here], popped, &mut consumer);
}

/// A pop does not find the ring empty that never was, though all that is inside changes meanwhile, by pushes that evict.
///
/// [PR1] [PR2].
fn empty_is_true(cx: &Context) {
    let (producer, mut consumer) = ends::<2>(2, 1, &[100, 101], Overflow::Reject);
    let before = Pusher::of(&[100, 101]);
    let there = Pusher::spawn(producer, 10..12, cx);
    let popped = pop_some(&mut consumer, 1, cx);
    assert_eq!(popped.len(), 1, "empty with an item inside");
    let (there, _producer) = there.join().unwrap();
    settle(2, &[&before, &there], popped, &mut consumer);
}

/// A push is refused only until a pop has returned.
///
/// [PR1] [PR2] [PR3].
fn after_a_pop_there_is_room(capacity: usize, inside: &[u32], cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(capacity, 1, inside, Overflow::Reject);
    let (before, mut here) = (Pusher::of(inside), Pusher::default());
    let popped = Arc::new(atomic::AtomicBool::new(false));
    let popper = thread::spawn({
        let (popped, cx) = (Arc::clone(&popped), cx.clone());
        move || {
            let numbers = pop_some(&mut consumer, 1, &cx);
            popped.store(true, atomic::Ordering::Release);
            (numbers, consumer)
        }
    });
    let after = popped.load(atomic::Ordering::Acquire);
    here.push(&mut producer, 110, cx);
    assert!(!after || here.full.is_empty(), "full after a pop");
    let (numbers, mut consumer) = popper.join().unwrap();
    settle(capacity, &[&before, &here], numbers, &mut consumer);
}

/// A push is not refused while there is room: another one that takes a place leaves the rest.
///
/// [PR1] [PR2].
fn full_is_true(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(2, 1, &[], Overflow::Reject);
    let mut here = Pusher::default();
    let there = Pusher::spawn(producer.clone(), [10], cx);
    here.push(&mut producer, 100, cx);
    let (there, _producer) = there.join().unwrap();
    assert_eq!((&here.stored[..], &there.stored[..]), (&[100][..], &[10][..]));
    assert!(there.evicted.is_empty());
    settle(2, &[&here, &there], Vec::new(), &mut consumer);
}

/// Who counts finds no more and no fewer than there were at some moment.
///
/// [PR1] [PR2] [PR3].
fn counts_are_of_one_time(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(3, 1, &[100], Overflow::Reject);
    let watcher = producer.clone();
    let worker = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut pusher = Pusher::default();
            for number in 110..112 {
                // One, or two.
                pusher.push(&mut producer, number, &cx);
                cx.step();
                assert!(consumer.pop().is_ok());
            }
            (pusher, producer, consumer)
        }
    });
    cx.step();
    let (len, inside) = (watcher.len(), watcher.inside(1));
    assert!((1..=2).contains(&len) && (1..=2).contains(&inside), "{len} {inside}");
    cx.note(if inside == 1 { "one" } else { "two" });
    assert_eq!(watcher.inside(0), 0);
    cx.note("none");
    worker.join().unwrap();
}

/// A setting that is changed at any time is obeyed or not.
fn bypass_is_switched(cx: &Context) {
    let (producer, mut consumer) = ends::<2>(3, 1, &[0, 1, 100], Overflow::Reject);
    let setter = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            producer.set_bypass(NonZeroUsize::MIN);
            producer
        }
    });
    let first = pop_some(&mut consumer, 2, cx);
    assert_eq!(first[0], 0);
    cx.note(if first[1] == 1 { "0" } else { "1" });
    let _producer = setter.join().unwrap();
    settle(3, &[&Pusher::of(&[0, 1, 100])], first, &mut consumer);
}
