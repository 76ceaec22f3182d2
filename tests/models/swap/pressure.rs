//! The pressure: never stuck, whoever is late.

use atomic::{Ordering, fence};
use forebay_core::{Pressure, Seen, Watermarks};

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    a_consumer_that_waits_leaves_it_open_capacity_1 [4087, 7354] WAITS => |cx| super::a_consumer_that_waits(1, 1, (1, 2), 3, cx);
    a_consumer_that_waits_leaves_it_open_capacity_2 [27527, 24057] WAITS => |cx| super::a_consumer_that_waits(2, 1, (1, 2), 3, cx);
    a_consumer_that_waits_leaves_it_open_when_full [4207, 5437] WAITS => |cx| super::a_consumer_that_waits(2, 1, (2, 2), 3, cx);
    a_consumer_that_waits_for_two_capacity_1 [19118, 27161] WAITS, 2 => |cx| super::a_consumer_that_waits(1, 2, (1, 1), 2, cx);
    a_consumer_that_waits_for_two_capacity_2 [72601, 32402] WAITS, 2 => |cx| super::a_consumer_that_waits(2, 2, (1, 1), 2, cx);
    two_raise_it_capacity_2 [18, 36] &["slow", "stop"] => |cx| super::two_raise_it(2, cx);
    two_raise_it_capacity_3 [18, 21] &["slow", "stop"] => |cx| super::two_raise_it(3, cx);
    pushes_beside_a_pop [280, 114] BESIDE => |cx| super::pushes_beside_a_pop(1, cx);
    pushes_of_two_beside_a_pop [7978, 820] BESIDE, FEW => |cx| super::pushes_beside_a_pop(2, cx);
    changes_are_told_capacity_1 [409, 685] &["open", "stop"] => |cx| super::changes_are_told(1, cx);
    changes_are_told_capacity_2 [1394, 1310] &["open", "slow", "stop"] => |cx| super::changes_are_told(2, cx);
    a_close_leaves_it_closed_capacity_1 [3051, 4093] CLOSED => |cx| super::a_close(1, 1, false, cx);
    a_close_leaves_it_closed_capacity_2 [8446, 7734] CLOSED => |cx| super::a_close(2, 1, false, cx);
    a_close_of_two_leaves_it_closed [40278, 2134] CLOSED, FEW => |cx| super::a_close(1, 2, false, cx);
    a_consumer_that_goes_leaves_it_closed [64356, 2134] CLOSED, FEW => |cx| super::a_close(1, 2, true, cx);
    a_storm_ends_in_stop_capacity_1 [2982, 5814] &["evicted"] => |cx| super::a_storm(1, cx);
    a_storm_ends_in_stop_capacity_2 [10201, 8229] &["evicted"] => |cx| super::a_storm(2, cx);
    a_storm_and_a_pop [2820, 1687] &["evicted", "open", "stop"] => super::a_storm_and_a_pop;
}

const WAITS: &[&str] = &["waits", "is woken"];
const BESIDE: &[&str] = &["full", "empty"];
const CLOSED: &[&str] = &["pushed", "closed"];

/// Ends of a ring with a high watermark, and a low one at half of it.
fn watched(capacity: usize, seats: usize, high: usize, overflow: Overflow) -> (P, C) {
    let (mut producer, mut consumer) = ends(capacity, seats, 1, overflow);
    let marks = Watermarks::high_and_half(high).unwrap();
    producer.set_watermarks(marks).unwrap();
    consumer.set_watermarks(marks).unwrap();
    (producer, consumer)
}

/// So many producers.
fn clones(producer: P, count: usize) -> Vec<P> {
    let mut producers: Vec<P> = (1..count).map(|_| producer.try_clone().unwrap()).collect();
    producers.push(producer);
    producers
}

fn name(level: Pressure) -> &'static str {
    match level {
        Pressure::Open => "open",
        Pressure::Slow => "slow",
        Pressure::Stop => "stop",
        Pressure::Closed => "closed",
    }
}

/// A consumer that finds nothing, twice with a fence between, and then waits, has left the pressure open or will be woken by an
/// item: no producer waits for it while it waits for the producers.
///
/// `G3`, and each look after it.
fn a_consumer_that_waits(capacity: usize, seats: usize, (high, pushes): (usize, u32), tries: usize, cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(capacity, seats, high, Overflow::DropOldest);
    let pushers: Vec<_> = clones(producer, seats)
        .into_iter()
        .zip([10, 20])
        .map(|(producer, from)| Pusher::spawn(producer, from..from + pushes, cx))
        .collect();
    let waits = (0..tries).any(|_| {
        cx.step();
        consumer.pop().is_err() && {
            fence(Ordering::SeqCst);
            consumer.pop().is_err()
        }
    });
    let _producers: Vec<_> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
    cx.note(if waits { "waits" } else { "finds more" });
    if !waits || !consumer.is_empty() {
        cx.note("is woken");
        while consumer.pop().is_ok() {}
    }
    assert_eq!(consumer.pressure(), Pressure::Open);
}

/// Of two that fill the ring one looks after the other has published: at rest the level is what the ring asks for.
fn two_raise_it(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (producer, consumer) = watched(capacity, 2, 2, Overflow::Reject);
    let mut producers = clones(producer, 2).into_iter();
    let mut here = producers.next().unwrap();
    let there = Pusher::spawn(producers.next().unwrap(), 10..11, cx);
    let mut pusher = Pusher::default();
    pusher.push(&mut here, 20, cx);
    let (_, mut producer) = there.join().unwrap();
    assert_eq!(consumer.pressure(), if capacity == 2 { Pressure::Stop } else { Pressure::Slow });
    cx.note("slow");
    pusher.push(&mut producer, 30, cx);
    cx.note(name(consumer.pressure()));
    assert_eq!(consumer.pressure(), Pressure::Stop);
}

/// A pop lowers the pressure, or a producer that has raised it in vain does, while another one puts an item in: a producer that has
/// fenced, and then sees the level that its push asks for, has that level in the end.
///
/// `G3`, and the look after it when the level falls.
fn pushes_beside_a_pop(seats: usize, cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = watched(1, seats, 1, Overflow::Reject);
    if seats == 1 {
        assert!(producer.push(100).is_ok());
    }
    let pushers: Vec<_> = clones(producer, seats)
        .into_iter()
        .zip(0..)
        .map(|(mut producer, number)| {
            let cx = cx.clone();
            thread::spawn(move || {
                cx.step();
                let stored = producer.push(number).is_ok();
                fence(Ordering::SeqCst);
                (stored, producer.pressure(), producer)
            })
        })
        .collect();
    cx.step();
    let popped = consumer.pop().ok();
    let pushed: Vec<_> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
    let level = consumer.pressure();
    for (number, (stored, seen, _)) in (0..).zip(&pushed) {
        if *stored && popped != Some(number) {
            assert!(
                *seen < Pressure::Stop || level == Pressure::Stop,
                "{seen:?} was seen, and it is {level:?} at full"
            );
        }
    }
    cx.note(if consumer.is_full() { "full" } else { "empty" });
}

/// An observer that looks at the end knows the level that there is then, and each look tells a change.
fn changes_are_told(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = watched(capacity, 2, 1, Overflow::DropOldest);
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
    cx.note(name(last));
    assert_eq!(producer.pressure(), last, "what was told last is what there is");
    assert_eq!(producer.pressure_since(&mut seen), None, "told twice");
}

/// The consumer closes the ring, or goes, while producers raise the pressure: it is closed in the end, and to a producer as soon
/// as a push of it has been refused for that.
fn a_close(capacity: usize, seats: usize, goes: bool, cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(capacity, seats, 1, Overflow::DropOldest);
    let pushers: Vec<_> = clones(producer, seats)
        .into_iter()
        .map(|mut producer| {
            let cx = cx.clone();
            thread::spawn(move || {
                for number in 0..3 - seats as u32 {
                    cx.step();
                    match producer.push(number) {
                        Ok(_) => cx.note("pushed"),
                        Err(error) => {
                            assert!(error.is_closed());
                            cx.note("closed");
                            assert_eq!(producer.pressure(), Pressure::Closed);
                        }
                    }
                }
                producer
            })
        })
        .collect();
    cx.step();
    let _ = consumer.pop();
    if goes {
        drop(consumer);
    } else {
        consumer.close();
        assert_eq!(consumer.pressure(), Pressure::Closed);
    }
    let producers: Vec<P> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
    for producer in producers {
        assert_eq!(producer.pressure(), Pressure::Closed);
    }
}

/// Two that evict leave the level at stop.
fn a_storm(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (producer, consumer) = watched(capacity, 2, 1, Overflow::DropOldest);
    let mut producers = clones(producer, 2).into_iter();
    let mut here = producers.next().unwrap();
    let there = Pusher::spawn(producers.next().unwrap(), 10..12, cx);
    let mut pusher = Pusher::default();
    (20..22).for_each(|number| pusher.push(&mut here, number, cx));
    assert_eq!(here.pressure(), Pressure::Stop);
    let _ = there.join().unwrap();
    assert!(consumer.is_full());
    assert_eq!(consumer.pressure(), Pressure::Stop);
}

/// Evictions with a consumer that takes an item, and may leave others behind. A push that the consumer doesn't see while it lowers
/// the level may be missed, but not the next one; and the level is open when all has been taken.
fn a_storm_and_a_pop(cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = watched(2, 1, 2, Overflow::DropOldest);
    let mut before = Pusher::default();
    (0..3).for_each(|number| before.push(&mut producer, number, cx));
    assert_eq!(consumer.pressure(), Pressure::Stop);
    let there = Pusher::spawn(producer, 10..13, cx);
    let _ = pop_some(&mut consumer, 1, cx);
    let (mut pusher, mut producer) = there.join().unwrap();
    cx.note(name(producer.pressure()));
    (13..15).for_each(|number| pusher.push(&mut producer, number, cx));
    assert_eq!(producer.pressure(), Pressure::Stop);
    while consumer.pop().is_ok() {}
    assert_eq!(producer.pressure(), Pressure::Open);
}
