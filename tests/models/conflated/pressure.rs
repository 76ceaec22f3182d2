//! The pressure, which is that of the ring of keys: it follows how many of them have something new, and is never stuck.

use forebay_core::{Pressure, Watermarks};
use forebay_tests::model::atomic::{Ordering, fence};

use super::*;

models! {
    mod model: [Some(2), stepwise];
    a_consumer_that_waits_leaves_it_open [83] &["conflated", "waits", "waits for nothing"];
    a_consumer_that_waits_leaves_it_open_of_two_keys [8658] &["waits", "waits for nothing"];
    a_change_beside_a_pop_that_lowers_it [17] &["conflated", "raised"];
    a_key_beside_a_pop_that_lowers_it [878] &["lowered", "raised"];
    a_consumer_that_goes_leaves_it_closed [32] &["conflated", "popped"];
}

/// Ends of a ring with a high watermark, and a low one at half of it.
fn watched<const N: usize>(high: usize, cx: &Context) -> (Producer<'static, u32>, Consumer<'static, u32>) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = ends::<u32, N>();
    let marks = Watermarks::high_and_half(high).unwrap();
    producer.set_watermarks(marks).unwrap();
    consumer.set_watermarks(marks).unwrap();
    (producer, consumer)
}

/// A consumer that finds no key, twice with a fence between, and then waits, has left the pressure open or will be woken by a key that
/// has something new: the producer never waits for it while it waits for the producer. So it is where values are conflated, too, which
/// brings no key.
///
/// `G3`, and each look after it.
fn a_consumer_that_waits_leaves_it_open(cx: &Context) {
    a_consumer_that_waits::<1>([0, 0], cx);
}

/// The same of several keys.
fn a_consumer_that_waits_leaves_it_open_of_two_keys(cx: &Context) {
    a_consumer_that_waits::<2>([0, 1], cx);
}

fn a_consumer_that_waits<const N: usize>(keys: [usize; 2], cx: &Context) {
    let (mut producer, mut consumer) = watched::<N>(1, cx);
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            for key in keys {
                cx.step();
                if producer.push(key, 7).unwrap().is_some() {
                    cx.note("conflated");
                }
            }
            producer
        }
    });
    let waits = (0..3).any(|_| {
        cx.step();
        consumer.pop().is_err() && {
            fence(Ordering::SeqCst);
            consumer.pop().is_err()
        }
    });
    let producer = pushing.join().unwrap();
    assert!(waits, "there are two values");
    if producer.is_empty() {
        cx.note("waits");
    } else {
        // It is woken.
        cx.note("waits for nothing");
        while consumer.pop().is_ok() {}
    }
    assert_eq!(producer.pressure(), Pressure::Open);
}

/// A pop lowers the pressure while its key has something new again: where that is conflated, the key is taken with it and the level falls;
/// else the key goes in after it has been taken out, and raises the level again.
///
/// K1, and the look of each push at the level.
fn a_change_beside_a_pop_that_lowers_it(cx: &Context) {
    beside_a_pop::<1>(0, cx);
}

/// A pop lowers the pressure while another key has something new: a producer that has fenced, and then sees the level that this asks
/// for, has that level in the end.
///
/// `G3`, and the look after it when the level falls.
fn a_key_beside_a_pop_that_lowers_it(cx: &Context) {
    beside_a_pop::<2>(1, cx);
}

/// Key 0 has something new and the level is up; while that is taken `key` gets something new, too.
fn beside_a_pop<const N: usize>(key: usize, cx: &Context) {
    let (mut producer, mut consumer) = watched::<N>(1, cx);
    assert_eq!(producer.push(0, 1), Ok(None));
    let asked = producer.pressure();
    assert_ne!(asked, Pressure::Open);
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let before = producer.push(key, 2).unwrap();
            fence(Ordering::SeqCst);
            (before, producer.pressure(), producer)
        }
    });
    cx.step();
    let popped = consumer.pop().unwrap();
    let (before, seen, producer) = pushing.join().unwrap();
    let level = producer.pressure();
    if before.is_some() {
        cx.note("conflated");
        assert_eq!((popped, level), ((0, 2), Pressure::Open));
    } else {
        assert!(seen < asked || level >= asked, "{seen:?} was seen, and it is {level:?} with a key inside");
        cx.note(if level < asked { "lowered" } else { "raised" });
        assert_eq!(consumer.pop(), Ok((key, 2)));
        assert_eq!(producer.pressure(), Pressure::Open);
    }
}

/// The consumer goes while the producer raises the pressure: it is closed in the end.
fn a_consumer_that_goes_leaves_it_closed(cx: &Context) {
    let (mut producer, mut consumer) = watched::<1>(1, cx);
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            for value in 0..2 {
                cx.step();
                if producer.push(0, value).unwrap().is_some() {
                    cx.note("conflated");
                }
            }
            producer
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
    }
    drop(consumer);
    let producer = pushing.join().unwrap();
    assert_eq!(producer.pressure(), Pressure::Closed);
}
