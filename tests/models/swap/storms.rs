//! A consumer that loses races, and leaves items behind.

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    left_behind_capacity_2 [260, 474] LEFT => |cx| super::left_behind(2, 3, Overflow::DropOldest, cx);
    left_behind_capacity_3 [221, 369] LEFT => |cx| super::left_behind(3, 3, Overflow::DropOldest, cx);
    left_behind_then_reject [364, 494] LEFT => |cx| super::left_behind(2, 3, Overflow::Reject, cx);
    jumps_in_vain [103, 208] SNATCHED, 2 => super::jumps_in_vain;
    laps_in_one_step [55343, 101406] &["evicted"] => super::laps_in_one_step;
}

const LEFT: &[&str] = if cfg!(forebay_narrow) { &[] } else { &["left behind"] };

const SNATCHED: &[&str] = if cfg!(forebay_narrow) { &[] } else { &["left behind", "left two behind"] };

/// A consumer that lost a race and was overtaken at two pops more takes what is in the same slot, while another one comes into it.
///
/// [S1] [S2] [S4] [S5].
fn jumps_in_vain(cx: &Context) {
    let (mut producer, mut consumer) = ends(3, 1, 1, Overflow::DropOldest);
    let mut here = Pusher::default();
    (0..4).for_each(|number| here.push(&mut producer, number, cx));
    let pusher = Pusher::spawn(producer, 10..12, cx);
    let mut popped = pop_some(&mut consumer, 1, cx);
    let (first, mut producer) = pusher.join().unwrap();
    for numbers in [4..8, 20..24, 24..27] {
        numbers.for_each(|number| here.push(&mut producer, number, cx));
        if here.stored.len() < 15 {
            popped.extend(consumer.pop());
        }
    }
    let pusher = Pusher::spawn(producer, 12..14, cx);
    popped.extend(pop_some(&mut consumer, 1, cx));
    let (second, mut producer) = pusher.join().unwrap();
    let mut after = Pusher::default();
    let room = 3 - consumer.len() as u32;
    (14..14 + room).for_each(|number| after.push(&mut producer, number, cx));
    match after.evicted.len() {
        0 => {}
        1 => cx.note("left behind"),
        // Half a ring is one.
        _ => cx.note("left two behind"),
    }
    // It may be overtaken once more.
    popped.extend(std::iter::from_fn(|| consumer.pop().ok()));
    settle(3, &[&here, &first, &second, &after], popped, &mut consumer);
}

/// What the consumer leaves behind goes one way, is counted, and is room to the producers.
///
/// [S1] [S2] [S4] [S5].
fn left_behind(capacity: usize, count: u32, then: Overflow, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 1, 1, Overflow::DropOldest);
    let mut here = Pusher::default();
    // Overtaken from the start: the consumer looks for the oldest at once.
    (0..=capacity as u32).for_each(|number| here.push(&mut producer, number, cx));
    let pusher = Pusher::spawn(producer, 10..10 + count, cx);
    cx.step();
    let first = consumer.pop().expect("never empty");
    consumer.set_overflow(then);
    let (pusher, mut producer) = pusher.join().unwrap();
    // The oldest items at the time of the pop may still be inside, though they won't be received.
    let mut after = Pusher::default();
    let room = capacity - consumer.len();
    for number in 20..20 + room as u32 {
        after.push(&mut producer, number, cx);
    }
    assert_eq!(after.stored.len(), room, "there was room");
    if !after.evicted.is_empty() && then == Overflow::Reject {
        assert!(after.evicted.iter().all(|&victim| victim < first || (victim < 10) == (first < 10)));
    }
    if !after.evicted.is_empty() {
        cx.note("left behind");
    }
    if then == Overflow::Reject {
        assert_eq!(producer.push(29), Err(PushError::Full(29)));
    }
    settle(capacity, &[&here, &pusher, &after], vec![first], &mut consumer);
}

/// A push that is held up between two steps while all laps come around takes one for another, and still owns what it gets:
/// nothing goes two ways.
///
/// [S2].
fn laps_in_one_step(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 2, 1, Overflow::DropOldest);
    let mut here = Pusher::default();
    here.push(&mut producer, 0, cx);
    let there = Pusher::spawn(producer.try_clone().unwrap(), 10..11, cx);
    // Eight laps, after which the same cell is in the slot.
    (1..9).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    let last = consumer.pop().unwrap();
    let mut all = vec![last];
    all.extend(here.evicted.iter().chain(&there.evicted));
    all.sort_unstable();
    let mut stored: Vec<u32> = here.stored.iter().chain(&there.stored).copied().collect();
    stored.sort_unstable();
    assert_eq!(all, stored);
    // The counts are off then, by whole laps.
    if !cfg!(forebay_narrow) {
        settle(1, &[&here, &there], vec![last], &mut consumer);
    }
}
