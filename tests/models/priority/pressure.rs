//! The pressure: never stuck, whoever is late.

use atomic::{Ordering, fence};
use forebay_core::{Pressure, Watermarks};

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    a_consumer_that_waits_leaves_it_open_capacity_1 [117, 15] WAITS, FEW => |cx| super::a_consumer_that_waits(1, 1, cx);
    a_consumer_that_waits_leaves_it_open_capacity_2 [70, 11] WAITS, FEW => |cx| super::a_consumer_that_waits(2, 1, cx);
    a_consumer_that_waits_leaves_it_open_when_full [986, 38] WAITS, FEW => |cx| super::a_consumer_that_waits(2, 2, cx);
    two_raise_it_capacity_2 [25, 85] &["stop"] => |cx| super::two_raise_it(2, cx);
    two_raise_it_capacity_3 [25, 77] &["slow"] => |cx| super::two_raise_it(3, cx);
    a_storm_leaves_it_at_stop [113, 170] &["evicted"] => super::a_storm;
    a_push_beside_a_pop [1058, 1354] &["full", "room"] => super::a_push_beside_a_pop;
    a_close_leaves_it_closed [5438, 55] &["stored", "closed"], FEW => super::a_close;
}

const WAITS: &[&str] = &["waits", "is woken"];

/// Ends of a ring with a high watermark, and a low one at half of it.
fn watched(capacity: usize, high: usize, inside: &[u32]) -> (P<2>, C<2>) {
    let (mut producer, mut consumer) = ends(capacity, 1, &[], Overflow::DropOldest);
    let marks = Watermarks::high_and_half(high).unwrap();
    producer.set_watermarks(marks).unwrap();
    consumer.set_watermarks(marks).unwrap();
    for &number in inside {
        assert_eq!(producer.push(class_of(number), number), Ok(Pushed::Stored));
    }
    (producer, consumer)
}

/// A consumer that finds nothing, twice with a fence between, and then waits, has left the pressure open or will be woken by an
/// item: no producer waits for it while it waits for the producers.
///
/// `G3`, and each look after it.
fn a_consumer_that_waits(capacity: usize, high: usize, cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(capacity, high, &[]);
    let pusher = Pusher::spawn(producer, 10..10 + high as u32, cx);
    let waits = (0..2).any(|_| {
        cx.step();
        consumer.pop().is_err() && {
            fence(Ordering::SeqCst);
            consumer.pop().is_err()
        }
    });
    let _producer = pusher.join().unwrap();
    cx.note(if waits { "waits" } else { "finds more" });
    if !waits || !consumer.is_empty() {
        cx.note("is woken");
        while consumer.pop().is_ok() {}
    }
    assert_eq!(consumer.pressure(), Pressure::Open);
}

/// Of two that fill the ring one looks after the other has taken a place: at rest the level is what the ring asks for.
fn two_raise_it(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (mut producer, consumer) = watched(capacity, 2, &[]);
    let there = Pusher::spawn(producer.clone(), [10], cx);
    let mut here = Pusher::default();
    here.push(&mut producer, 120, cx);
    let _there = there.join().unwrap();
    let level = if capacity == 2 { Pressure::Stop } else { Pressure::Slow };
    assert_eq!(consumer.pressure(), level);
    cx.note(if capacity == 2 { "stop" } else { "slow" });
}

/// Two that evict leave the level at stop.
fn a_storm(cx: &Context) {
    cx.watch_pressure();
    let (mut producer, consumer) = watched(2, 1, &[100, 101]);
    let there = Pusher::spawn(producer.clone(), [10], cx);
    let mut here = Pusher::default();
    here.push(&mut producer, 20, cx);
    assert_eq!(producer.pressure(), Pressure::Stop);
    let _there = there.join().unwrap();
    assert!(consumer.is_full());
    assert_eq!(consumer.pressure(), Pressure::Stop);
}

/// A pop lowers the pressure while a producer puts an item in: one that has fenced, and then sees the level that its push asks for,
/// has that level in the end.
///
/// `G3`, and the look after it when the level falls.
fn a_push_beside_a_pop(cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = watched(1, 1, &[100]);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let stored = producer.push(1, 110).is_ok();
            fence(Ordering::SeqCst);
            (stored, producer.pressure(), producer)
        }
    });
    let popped = pop_some(&mut consumer, 1, cx);
    let (stored, seen, _producer) = pusher.join().unwrap();
    let level = consumer.pressure();
    if stored && popped != [110] {
        assert!(seen < Pressure::Stop || level == Pressure::Stop, "{seen:?} was seen, and it is {level:?} at full");
    }
    cx.note(if consumer.is_full() { "full" } else { "room" });
}

/// The consumer closes the ring while a producer raises the pressure: it is closed in the end, and to the producer as soon as a push
/// of it has been refused for that.
fn a_close(cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(1, 1, &[]);
    let there = Pusher::spawn(producer, 10..12, cx);
    cx.step();
    let _ = consumer.pop();
    consumer.close();
    assert_eq!(consumer.pressure(), Pressure::Closed);
    let (_, producer) = there.join().unwrap();
    assert_eq!(producer.pressure(), Pressure::Closed);
}
