//! Producers that come and go.

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    a_dropped_handle_is_reused [19, 19] &["reused", "too many"] => super::reused;
    a_seat_of_one_who_still_counts [284, 233] &["reused", "evicted"] => super::still_counted;
    forgotten_ends [1, 1] &["split"] => super::forgotten;
    two_ask_for_one_seat [76, 76] &["got it"] => super::two_for_one;
}

/// A cell that a dropped producer leaves is the next one's alone.
///
/// [S9] [S10] [S11] [S12].
fn reused(cx: &Context) {
    let (producer, mut consumer) = ends(1, 2, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let first = other.push(10);
            assert!(matches!(first, Ok(Pushed::Stored)), "{first:?}");
            cx.step();
            drop(other);
        }
    });
    cx.step();
    let mut pushed = Pusher::default();
    match producer.try_clone() {
        Ok(mut third) => {
            cx.note("reused");
            pushed.push(&mut third, 20, cx);
            pushed.push(&mut third, 21, cx);
        }
        Err(TooManyProducers) => cx.note("too many"),
    }
    pusher.join().unwrap();
    let first = Pusher { stored: vec![10], ..Pusher::default() };
    settle(1, &[&first, &pushed], Vec::new(), &mut consumer);
}

/// A seat may be taken again before its last producer has counted itself out; its cell is the next one's alone all the same.
///
/// [S11] [S12].
fn still_counted(cx: &Context) {
    let (producer, mut consumer) = ends(1, 3, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let mut before = Pusher::default();
    before.push(&mut other, 0, cx);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut pusher = Pusher::default();
            // It ends with the victim in its own cell.
            pusher.push(&mut other, 10, &cx);
            cx.step();
            drop(other);
            pusher
        }
    });
    cx.step();
    let mut third = producer.try_clone().expect("there are three seats");
    let mut pushed = Pusher::default();
    pushed.push(&mut third, 20, cx);
    let first = pusher.join().unwrap();
    cx.note("reused");
    settle(1, &[&before, &first, &pushed], Vec::new(), &mut consumer);
}

/// One of two gets the only seat.
///
/// [S9] [S10] [S11] [S12].
fn two_for_one(cx: &Context) {
    let (producer, mut consumer) = ends(1, 3, 1, Overflow::DropOldest);
    let (first, second) = (producer.try_clone().unwrap(), producer.try_clone().unwrap());
    drop(first);
    let asker = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let third = second.try_clone();
            let mut pusher = Pusher::default();
            if let Ok(mut third) = third {
                pusher.push(&mut third, 10, &cx);
            }
            (pusher, second)
        }
    });
    cx.step();
    let third = producer.try_clone();
    let mut here = Pusher::default();
    if let Ok(mut third) = third {
        cx.note("got it");
        here.push(&mut third, 20, cx);
    }
    let (there, _second) = asker.join().unwrap();
    assert!(here.stored.len() + there.stored.len() > 0, "nobody got the seat");
    settle(1, &[&here, &there], Vec::new(), &mut consumer);
}

/// The cells of ends that were forgotten are found again when the ring is split anew.
fn forgotten(cx: &Context) {
    let mut ring = HeapRing::with_overflow(2, 2, Overflow::DropOldest).unwrap();
    for pops in 1..6 {
        let (mut producer, mut consumer) = ring.split();
        let mut other = producer.try_clone().unwrap();
        // So that the consumer has another cell than it began with.
        for number in 0..pops {
            assert!(producer.push(number).is_ok());
            assert_eq!(consumer.pop(), Ok(number));
        }
        for _ in 0..5 {
            assert!(producer.push(10).is_ok());
            assert!(other.push(20).is_ok());
            assert_eq!((consumer.pop(), consumer.pop()), (Ok(10), Ok(20)));
        }
        cx.note("split");
        std::mem::forget((producer, other, consumer));
    }
}
