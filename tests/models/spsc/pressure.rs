//! The pressure: never stuck, whoever is late.

use forebay_core::{Pressure, Seen, Watermarks};
use forebay_tests::model::atomic::fence;

use super::*;

models! {
    twice;
    a_consumer_that_waits_leaves_it_open_capacity_1 [111, 34] WAITS => |cx| super::a_consumer_that_waits::<L>(1, 1, 1, 2, cx);
    a_consumer_that_waits_leaves_it_open_capacity_2 [8693, 9801] WAITS => |cx| super::a_consumer_that_waits::<L>(2, 3, 1, 2, cx);
    a_consumer_that_waits_leaves_it_open_when_full [1628, 242] WAITS => |cx| super::a_consumer_that_waits::<L>(2, 3, 2, 2, cx);
    a_push_beside_a_pop_that_lowers_it_capacity_1 [20, 27] NEVER_LOWERED => |cx| super::a_push_beside_a_pop_that_lowers_it::<L>(1, 1, 1, cx);
    a_push_beside_a_pop_that_lowers_it_capacity_2 [854, 2053] BESIDE => |cx| super::a_push_beside_a_pop_that_lowers_it::<L>(2, 3, 1, cx);
    changes_are_told_capacity_1 [82, 17] TOLD => |cx| super::changes_are_told::<L>(1, 1, 1, cx);
    changes_are_told_capacity_2 [1065, 718] TOLD => |cx| super::changes_are_told::<L>(2, 3, 1, cx);
    a_consumer_that_goes_leaves_it_closed_capacity_1 [75, 33] GOES => |cx| super::a_consumer_that_goes::<L>(1, 1, 1, cx);
    a_consumer_that_goes_leaves_it_closed_capacity_2 [4508, 3193] GOES => |cx| super::a_consumer_that_goes::<L>(2, 3, 1, cx);
}

const WAITS: &[&str] = &["waits", "waits for nothing"];
/// With room for one it is never lower than what is inside says.
const NEVER_LOWERED: &[&str] = &["raised"];

const BESIDE: &[&str] = &["lowered", "raised"];
const TOLD: &[&str] = &["open", "stop"];
const GOES: &[&str] = &["full", "room"];

/// Ends of a ring with a high watermark, and a low one just below it or at 0.
fn watched<L: Layout>(
    capacity: usize,
    start: usize,
    high: usize,
    cx: &Context,
) -> (Producer<'static, u32, L>, Consumer<'static, u32, L>) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let marks = Watermarks::high_and_half(high).unwrap();
    producer.set_watermarks(marks).unwrap();
    consumer.set_watermarks(marks).unwrap();
    (producer, consumer)
}

/// A consumer that finds nothing, twice with a fence between, and then waits, has left the pressure open or will be woken by an
/// item: the producer never waits for it while it waits for the producer.
///
/// `G3`, and each look after it.
fn a_consumer_that_waits<L: Layout>(capacity: usize, start: usize, high: usize, pushes: u32, cx: &Context) {
    let (mut producer, mut consumer) = watched::<L>(capacity, start, high, cx);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            push_numbers(&mut producer, pushes, &cx);
            producer
        }
    });
    let stored = if capacity == 1 { 1 } else { pushes };
    let waits = (0..=stored).any(|_| {
        cx.step();
        consumer.pop().is_err() && {
            fence(Ordering::SeqCst);
            consumer.pop().is_err()
        }
    });
    let producer = pusher.join().unwrap();
    if producer.is_empty() {
        cx.note(if waits { "waits" } else { "took all" });
    } else {
        // It is woken.
        cx.note("waits for nothing");
        while consumer.pop().is_ok() {}
    }
    if waits || !producer.is_empty() {
        assert_eq!(producer.pressure(), Pressure::Open);
    }
}

/// A pop lowers the pressure while a push puts back what it asks for: a producer that has fenced, and then sees the level that its
/// push asks for, has that level in the end.
///
/// `G3`, and the look after it when the level falls.
fn a_push_beside_a_pop_that_lowers_it<L: Layout>(capacity: usize, start: usize, high: usize, cx: &Context) {
    let (mut producer, mut consumer) = watched::<L>(capacity, start, high, cx);
    assert_eq!(producer.push(0), Ok(()));
    let asked = producer.pressure();
    assert_ne!(asked, Pressure::Open);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let stored = producer.push(1).is_ok();
            fence(Ordering::SeqCst);
            (stored, producer.pressure(), producer)
        }
    });
    cx.step();
    assert_eq!(consumer.pop(), Ok(0));
    let (stored, seen, producer) = pusher.join().unwrap();
    let level = producer.pressure();
    if stored {
        assert!(seen < asked || level >= asked, "{seen:?} was seen, and it is {level:?} with an item inside");
        cx.note(if level < asked { "lowered" } else { "raised" });
    } else {
        assert_eq!(level, Pressure::Open);
        cx.note("refused");
    }
}

/// An observer that looks at the end knows the level that there is then, and each look tells a change.
fn changes_are_told<L: Layout>(capacity: usize, start: usize, high: usize, cx: &Context) {
    let (mut producer, mut consumer) = watched::<L>(capacity, start, high, cx);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut seen = Seen::default();
            let mut last = Pressure::Open;
            for number in 0..2 {
                cx.step();
                let _ = producer.push(number);
                if let Some(level) = producer.pressure_since(&mut seen) {
                    last = level;
                }
            }
            (producer, seen, last)
        }
    });
    cx.step();
    let _ = consumer.pop();
    let (producer, mut seen, mut last) = pusher.join().unwrap();
    if let Some(level) = producer.pressure_since(&mut seen) {
        last = level;
    }
    cx.note(match last {
        Pressure::Open => "open",
        Pressure::Slow => "slow",
        Pressure::Stop => "stop",
        Pressure::Closed => "closed",
    });
    assert_eq!(producer.pressure(), last, "what was told last is what there is");
    assert_eq!(producer.pressure_since(&mut seen), None, "told twice");
}

/// The consumer goes while the producer raises the pressure: it is closed in the end.
fn a_consumer_that_goes<L: Layout>(capacity: usize, start: usize, high: usize, cx: &Context) {
    let (mut producer, mut consumer) = watched::<L>(capacity, start, high, cx);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            for number in 0..2 {
                cx.step();
                let _ = producer.push(number);
            }
            producer
        }
    });
    cx.step();
    let _ = consumer.pop();
    drop(consumer);
    let producer = pusher.join().unwrap();
    cx.note(if producer.is_full() { "full" } else { "room" });
    assert_eq!(producer.pressure(), Pressure::Closed);
}
