//! The end of each side, seen by the other.

use atomic::{AtomicBool, Ordering};
use forebay_core::priority::Ring;

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    producers_end [8893, 302] &["popped", "empty"], FEW => super::producers_end;
    close_and_push_capacity_1 [1459, 180] ALL, FEW => |cx| super::close(1, &[], [100, 10], cx);
    close_and_push_capacity_2 [2719, 325] ALL, FEW => |cx| super::close(2, &[100], [110, 10], cx);
    close_and_evict_capacity_1 [6674, 1276] EVICTS, FEW => |cx| super::close(1, &[100], [10, 11], cx);
    close_and_evict_capacity_2 [8795, 2564] EVICTS, FEW => |cx| super::close(2, &[100, 101], [10, 11], cx);
    close_and_two_push [122599, 24772] &["evicted", "closed", "closed for good"], FEW => super::close_and_two_push;
    consumers_end [92, 429] &["stored", "closed"] => super::consumers_end;
    split_again [24303, 68426] &["split", "in use"] => super::split_again;
}

/// What may become of a push while the ring is closed.
const ALL: &[&str] = &["stored", "closed", "after", "closed for good"];
const EVICTS: &[&str] = &["evicted", "closed", "after", "closed for good"];

/// Closed comes after the last item of the last producer.
///
/// [PR5] [PR6].
fn producers_end(cx: &Context) {
    let (producer, mut consumer) = ends::<2>(2, 1, &[], Overflow::Reject);
    let pushers = [10, 100].map(|number| {
        let (mut producer, cx) = (producer.clone(), cx.clone());
        thread::spawn(move || {
            cx.step();
            assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored));
        })
    });
    drop(producer);
    let mut popped = 0;
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(_) => {
                popped += 1;
                cx.note("popped");
            }
            Err(PopError::Empty) => cx.note("empty"),
            Err(PopError::Closed) => panic!("closed with {popped} popped"),
        }
    }
    pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
    popped += consumer.drain().count();
    assert_eq!(popped, 2);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// No push is taken in that begins after the close has returned, room or not; what was taken in goes one way; and closed is final.
///
/// [PR1] [PR2] [PR3].
fn close(capacity: usize, inside: &[u32], numbers: [u32; 2], cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(capacity, 1, inside, Overflow::DropOldest);
    let before = Pusher::of(inside);
    let returned = Arc::new(AtomicBool::new(false));
    let there = thread::spawn({
        let (returned, cx) = (Arc::clone(&returned), cx.clone());
        move || {
            let mut pusher = Pusher::default();
            for number in numbers {
                cx.step();
                let after = returned.load(Ordering::Acquire);
                let stored = pusher.stored.len();
                pusher.push(&mut producer, number, &cx);
                if after {
                    cx.note("after");
                    assert_eq!(pusher.stored.len(), stored, "taken in after the close");
                }
                if let [_, ..] = pusher.closed[..] {
                    assert_eq!(pusher.stored.len(), stored, "closed is for good");
                }
            }
            (pusher, producer)
        }
    });
    cx.step();
    consumer.close();
    returned.store(true, Ordering::Release);
    let (mut popped, mut closed) = (Vec::new(), false);
    for _ in 0..=capacity {
        cx.step();
        match consumer.pop() {
            Ok((_, number)) => {
                assert!(!closed, "closed is final");
                popped.push(number);
            }
            Err(why) => {
                assert!(!closed || why == PopError::Closed, "closed is final");
                closed = why == PopError::Closed;
            }
        }
    }
    if closed {
        cx.note("closed for good");
    }
    let (there, mut producer) = there.join().unwrap();
    assert!(!closed || consumer.is_empty());
    assert!(producer.is_closed());
    assert_eq!(producer.push(0, 30), Err(PushError::Closed(30)));
    settle_with(capacity, &[&before, &there], popped, &mut consumer, PopError::Closed);
}

/// The same with two producers.
///
/// [PR1] [PR2] [PR3].
fn close_and_two_push(cx: &Context) {
    let (producer, mut consumer) = ends::<2>(1, 1, &[100], Overflow::DropOldest);
    let before = Pusher::of(&[100]);
    let one = Pusher::spawn(producer.clone(), [10], cx);
    let two = Pusher::spawn(producer, [120], cx);
    cx.step();
    consumer.close();
    let mut popped = Vec::new();
    let mut why = PopError::Empty;
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok((_, number)) => popped.push(number),
            Err(error) => why = error,
        }
    }
    if why == PopError::Closed {
        cx.note("closed for good");
    }
    let ((one, _one), (two, _two)) = (one.join().unwrap(), two.join().unwrap());
    assert!(why == PopError::Empty || consumer.is_empty());
    settle_with(1, &[&before, &one, &two], popped, &mut consumer, PopError::Closed);
}

/// When the consumer goes, pushes are refused, and what they have put in before stays.
fn consumers_end(cx: &Context) {
    let (producer, consumer) = ends::<2>(2, 1, &[100], Overflow::Reject);
    let there = Pusher::spawn(producer, [110, 10], cx);
    cx.step();
    drop(consumer);
    let (there, mut producer) = there.join().unwrap();
    assert_eq!(producer.push(0, 30), Err(PushError::Closed(30)));
    assert_eq!(producer.inside(0) + producer.inside(1), 1 + there.stored.len() - there.evicted.len());
}

/// Whoever splits a ring again after all its ends have gone finds what they left, and owns it.
///
/// [PR4] [PR6] [PR7] [PR8].
fn split_again(cx: &Context) {
    let ring: &'static Ring<u32, 2, 2> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let another = producer.clone();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let stored = producer.push(1, 1).is_ok();
            cx.step();
            drop(producer);
            stored
        }
    });
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            drop(another);
            let popped = consumer.pop().ok();
            cx.step();
            drop(consumer);
            popped
        }
    });
    cx.step();
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split" } else { "in use" });
    let was_early = early.is_ok();
    let found = early.map_or(0, |(mut producer, mut consumer)| {
        // One item may be inside, and gives way at full.
        let pushes = [producer.push(0, 10), producer.push(0, 11)];
        assert!(pushes.iter().all(Result::is_ok), "{pushes:?}");
        let evicted = pushes.into_iter().flatten().filter_map(Pushed::evicted).count();
        evicted + consumer.drain().filter(|&(class, _)| class == 1).count()
    });
    let stored = pusher.join().unwrap();
    let popped = popper.join().unwrap();
    let (mut producer, mut consumer) = ring.try_split().expect("all ends are gone");
    let later = consumer.drain().count();
    assert!(!was_early || later == 0);
    assert_eq!(usize::from(popped.is_some()) + found + later, usize::from(stored));
    // All of it is there.
    for number in 0..2 {
        assert_eq!(producer.push(0, number), Ok(Pushed::Stored));
    }
    assert_eq!(producer.push(0, 2), Err(PushError::Full(2)));
    assert_eq!(consumer.pop(), Ok((0, 0)));
}
