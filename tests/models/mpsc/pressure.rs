//! The pressure: never stuck, whoever is late, and whoever is held up.

use forebay_core::{Pressure, Seen, Watermarks};
use forebay_tests::model::atomic::fence;

use super::*;

models! {
    a_consumer_that_waits_leaves_it_open_capacity_1 [Some(2), 69, stepwise] WAITS => |cx| super::a_consumer_that_waits(1, 1, 1, 1, FENCED, cx);
    a_consumer_that_waits_leaves_it_open_capacity_2 [Some(2), 13604, stepwise] WAITS => |cx| super::a_consumer_that_waits(2, 3, 1, 1, FENCED, cx);
    a_consumer_that_waits_leaves_it_open_when_full [Some(2), 445, stepwise] WAITS => |cx| super::a_consumer_that_waits(2, 3, 2, 1, FENCED, cx);
    a_consumer_that_meets_leaves_it_open_capacity_1 [Some(2), 152, stepwise] WAITS => |cx| super::a_consumer_that_waits(1, 1, 1, 1, MET, cx);
    a_consumer_that_meets_leaves_it_open_capacity_2 [Some(2), 50697, stepwise] WAITS => |cx| super::a_consumer_that_waits(2, 3, 1, 1, MET, cx);
    a_consumer_that_meets_leaves_it_open_when_full [Some(2), 2310, stepwise] WAITS => |cx| super::a_consumer_that_waits(2, 3, 2, 1, MET, cx);
    beside_two_producers [Some(2), 121155] WAITS => |cx| super::a_consumer_that_waits(3, 2, 2, 2, FENCED, cx);
    a_pop_that_takes_back_what_holds_no_item_tells_it [None, 36, stepwise] TOLD => super::a_pop_that_takes_back_what_holds_no_item_tells_it;
    beside_one_that_is_held_up [Some(2), 598, stepwise] WAITS => super::beside_one_that_is_held_up;
    two_producers_raise_it_capacity_2 [Some(3), 9649] &["stop"] => |cx| super::two_producers_raise_it(2, 1, cx);
    two_producers_raise_it_capacity_3 [Some(3), 1292] &["slow"] => |cx| super::two_producers_raise_it(3, 2, cx);
    pushes_beside_a_pop [Some(3), 653] BESIDE => |cx| super::pushes_beside_a_pop(1, cx);
    pushes_of_two_beside_a_pop [Some(1), 7820] BESIDE => |cx| super::pushes_beside_a_pop(2, cx);
    changes_are_told [Some(2), 1804, stepwise] &["open", "stop"] => super::changes_are_told;
    a_consumer_that_goes_leaves_it_closed [Some(2), 3442, stepwise] &["stored", "closed"] => |cx| super::a_consumer_that_goes(true, cx);
    a_consumer_that_closes_leaves_it_closed [Some(2), 8834, stepwise] &["stored", "closed"] => |cx| super::a_consumer_that_goes(false, cx);
}

const WAITS: &[&str] = &["waits", "is woken"];

const TOLD: &[&str] = &["sees that it is open", "is told"];

const BESIDE: &[&str] = &["full", "room"];

/// What a consumer does between its two looks.
type Between = fn(&Consumer<'static, u32>);

const FENCED: Between = |_| fence(Ordering::SeqCst);
const MET: Between = |consumer| {
    let _ = consumer.meet();
};

/// Ends of a ring with a high watermark, and a low one at half of it.
fn watched(capacity: usize, start: usize, high: usize) -> (Producer<'static, u32>, Consumer<'static, u32>) {
    let (mut producer, mut consumer) = numbers(capacity, start);
    let marks = Watermarks::high_and_half(high).unwrap();
    producer.set_watermarks(marks).unwrap();
    consumer.set_watermarks(marks).unwrap();
    (producer, consumer)
}

/// A consumer that finds nothing, twice with a fence or a meeting between, and then waits, has left the pressure open or will be woken by an
/// item: the producers never wait for it while it waits for them.
///
/// [G3] [MC9], and each look after it.
fn a_consumer_that_waits(capacity: usize, start: usize, high: usize, producers: u32, between: Between, cx: &Context) {
    cx.watch_pressure();
    let (producer, consumer) = watched(capacity, start, high);
    check_waiting(&producer, consumer, if producers == 1 { 2 } else { 1 }, producers, between, cx);
}

fn check_waiting(
    producer: &Producer<'static, u32>,
    mut consumer: Consumer<'static, u32>,
    pushes: u32,
    producers: u32,
    between: Between,
    cx: &Context,
) -> Consumer<'static, u32> {
    let pushers: Vec<_> =
        (0..producers).map(|which| pusher(producer.clone(), 100 * which..100 * which + pushes, cx)).collect();
    let mut popped = 0;
    let waits = (0..=pushes * producers).any(|_| {
        cx.step();
        if consumer.pop().is_ok() {
            popped += 1;
            return false;
        }
        between(&consumer);
        let is_empty = consumer.pop().is_err();
        popped += usize::from(!is_empty);
        is_empty
    });
    let stored: usize = pushers.into_iter().map(|pusher| pusher.join().unwrap().0.len()).sum();
    if stored == popped {
        cx.note(if waits { "waits" } else { "took all" });
        if !waits {
            // It looks again.
            assert!(consumer.pop().is_err());
        }
    } else {
        cx.note("is woken");
        while consumer.pop().is_ok() {}
    }
    assert_eq!(producer.pressure(), Pressure::Open);
    consumer
}

/// In a ring with room for one, a pop that finds nothing, but has taken back a ticket without an item, and so the pressure, sees who waits
/// for that; or whoever does sees that it is open.
///
/// [MC10], where the level follows.
fn a_pop_that_takes_back_what_holds_no_item_tells_it(cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = numbers(1, 1);
    // It says that there is an item.
    assert_eq!(producer.push_iter(Says((1, Some(1)), core::iter::empty())), 0);
    assert_eq!(producer.pressure(), Pressure::Stop);
    let waits = Arc::new(AtomicUsize::new(0));
    let waiter = {
        let (waits, cx) = (waits.clone(), cx.clone());
        thread::spawn(move || {
            // Relaxed: the fence orders it.
            waits.store(1, Ordering::Relaxed);
            fence(Ordering::SeqCst);
            cx.step();
            (producer.pressure(), producer)
        })
    };
    cx.step();
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    // Relaxed: the pop has made a fence.
    let is_told = waits.load(Ordering::Relaxed) == 1;
    let (seen, _producer) = waiter.join().unwrap();
    let is_open = seen == Pressure::Open;
    cx.note(if is_told { "is told" } else { "sees that it is open" });
    assert!(is_told || is_open, "it waits for what is there");
}

/// A consumer that waits, while another producer stands still in the middle of a push.
///
/// The look at the stamps.
fn beside_one_that_is_held_up(cx: &Context) {
    cx.watch_pressure();
    let (producer, consumer) = watched(3, 2, 1);
    let (mut held_up, mut consumer) = (producer.clone(), Some(consumer));
    // While the iterator works out its item, a ticket is open.
    let items = (7..8).inspect(|_| {
        let free = consumer.take().unwrap();
        consumer = Some(check_waiting(&producer, free, 1, 1, FENCED, cx));
    });
    assert_eq!(held_up.push_iter(items), 1);
    let mut consumer = consumer.unwrap();
    assert_eq!(consumer.pop(), Ok(7));
    assert_eq!((consumer.pop(), producer.pressure()), (Err(PopError::Empty), Pressure::Open));
}

/// Of two producers the last one knows how full the ring is, and has raised the pressure.
///
/// [G2] [MP3].
fn two_producers_raise_it(capacity: usize, high: usize, cx: &Context) {
    cx.watch_pressure();
    let (producer, consumer) = watched(capacity, 1, high);
    let pushers = [pusher(producer.clone(), 0..1, cx), pusher(producer.clone(), 100..101, cx)];
    for pusher in pushers {
        assert_eq!(pusher.join().unwrap().0.len(), 1);
    }
    let level = producer.pressure();
    assert_eq!(level, if capacity == 2 { Pressure::Stop } else { Pressure::Slow });
    cx.note(if capacity == 2 { "stop" } else { "slow" });
    drop(consumer);
}

/// A pop lowers the pressure, or a producer that has raised it in vain does, while another one puts an item in: a producer that has
/// fenced, and then sees the level that its push asks for, has that level in the end.
///
/// `G3`, and the look after it when the level falls.
fn pushes_beside_a_pop(producers: u32, cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = watched(2, 1, 2);
    let inside = 100..if producers == 1 { 102 } else { 101 };
    assert!(inside.clone().all(|number| producer.push(number).is_ok()));
    let pushers: Vec<_> = (0..producers)
        .map(|number| {
            let (mut producer, cx) = (producer.clone(), cx.clone());
            thread::spawn(move || {
                cx.step();
                let stored = producer.push(number).is_ok();
                fence(Ordering::SeqCst);
                (stored, producer.pressure())
            })
        })
        .collect();
    cx.step();
    assert_eq!(consumer.pop(), Ok(100));
    let seen: Vec<_> = pushers.into_iter().map(|pusher| pusher.join().unwrap()).collect();
    // One of those who have put something in has filled it.
    let all_saw_stop = seen.iter().all(|&(stored, seen)| !stored || seen == Pressure::Stop);
    let level = producer.pressure();
    if consumer.is_full() {
        assert!(!all_saw_stop || level == Pressure::Stop, "all have seen that it is full, and it is {level:?}");
    }
    cx.note(if consumer.is_full() { "full" } else { "room" });
    drop(consumer);
}

/// An observer that looks at the end knows the level that there is then, and each look tells a change.
fn changes_are_told(cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(2, 3, 1);
    let pusher = thread::spawn({
        let (mut producer, cx) = (producer.clone(), cx.clone());
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
            (seen, last)
        }
    });
    cx.step();
    let _ = consumer.pop();
    let (mut seen, mut last) = pusher.join().unwrap();
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

/// The consumer goes, or closes the ring, while a producer raises the pressure: it is closed in the end.
fn a_consumer_that_goes(drops: bool, cx: &Context) {
    cx.watch_pressure();
    let (producer, mut consumer) = watched(2, 3, 1);
    let pusher = thread::spawn({
        let (mut producer, cx) = (producer.clone(), cx.clone());
        move || {
            for number in 0..2 {
                cx.step();
                cx.note(if producer.push(number).is_ok() { "stored" } else { "closed" });
            }
        }
    });
    cx.step();
    let _ = consumer.pop();
    let kept = if drops {
        drop(consumer);
        None
    } else {
        consumer.close();
        let _ = consumer.pop();
        Some(consumer)
    };
    pusher.join().unwrap();
    assert_eq!(producer.pressure(), Pressure::Closed);
    assert!(kept.is_none_or(|mut consumer| consumer.drain().count() <= 2));
    assert_eq!(producer.pressure(), Pressure::Closed);
}
