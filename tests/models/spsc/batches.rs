//! Batches and runs: as whole as single items, over the wrap too.

use super::*;

models! {
    exhaustive;
    batches_capacity_1 [12937, 797] &["cut short", "a single item"] => |cx| super::batches::<L>(1, 0, cx);
    batches_capacity_2 [16315, 3684] BATCHES => |cx| super::batches::<L>(2, 1, cx);
    batches_capacity_3 [22851, 6204] BATCHES => |cx| super::batches::<L>(3, 5, cx);
    drained_in_part_capacity_1 [836, 674] &["one of several", "nothing"] => |cx| super::drained_in_part::<L>(1, 1, cx);
    drained_in_part_capacity_2 [904, 7200] &["one of several", "nothing"] => |cx| super::drained_in_part::<L>(2, 3, cx);
    drained_in_part_capacity_3 [1344, 12652] &["one of several", "nothing"] => |cx| super::drained_in_part::<L>(3, 5, cx);
}

models! {
    dense;
    runs_capacity_1 [2829] &["little room"] => |cx| runs(1, 1, cx);
    runs_capacity_2 [1807] &["little room", "over the wrap"] => |cx| runs(2, 3, cx);
    runs_capacity_3 [1807] &["little room", "over the wrap"] => |cx| runs(3, 5, cx);
    runs_without_effect_capacity_1 [130221] &["empty", "seen"] => |cx| runs_without_effect(1, 1, cx);
    runs_without_effect_capacity_2 [60238] &["empty", "seen", "over the wrap"] => |cx| runs_without_effect(2, 3, cx);
    runs_without_effect_capacity_3 [59918] &["empty", "seen", "over the wrap"] => |cx| runs_without_effect(3, 5, cx);
}

const BATCHES: &[&str] =
    &["cut short", "several at once", "a single item", "written over the wrap", "read over the wrap"];

/// Whether `count` items from one on lie over the wrap, where the first one ever is number 0 in slot `start`.
fn is_over_the_wrap(capacity: usize, start: usize, first: usize, count: usize) -> bool {
    (start + first) % capacity + count > capacity
}

/// Batches come out as they were put in, mixed with single items and over the wrap.
///
/// Dense: [P1] [C1], [C3] [P3]. Flagged: as for single items, and for the batches [P1] [C1], [C3] [P3] too.
fn batches<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut numbers = 0..u32::MAX;
            cx.step();
            let mut stored = producer.push_iter(numbers.by_ref().take(2));
            numbers.start = u32::try_from(stored).unwrap();
            cx.step();
            if producer.push(numbers.start).is_ok() {
                stored += 1;
                numbers.start += 1;
            }
            let values: Vec<u32> = numbers.take(3).collect();
            cx.step();
            let count = producer.push_slice(&values);
            if is_over_the_wrap(capacity, start, stored, count) {
                cx.note("written over the wrap");
            }
            if count < 3 {
                cx.note("cut short");
            }
            stored + count
        }
    });
    let mut popped = Vec::new();
    cx.step();
    if let Ok(number) = consumer.pop() {
        popped.push(number);
        cx.note("a single item");
    }
    let mut values = [u32::MAX; 3];
    cx.step();
    let count = consumer.pop_slice(&mut values);
    if is_over_the_wrap(capacity, start, popped.len(), count) {
        cx.note("read over the wrap");
    }
    popped.extend_from_slice(&values[..count]);
    if count > 1 {
        cx.note("several at once");
    }
    cx.step();
    popped.extend(consumer.drain());
    let stored = pusher.join().unwrap();
    let left = consumer.iter().count();
    popped.extend(consumer.iter());
    assert_eq!(consumer.clear(), left);
    assert_eq!(popped.len(), stored);
    assert!(popped.into_iter().eq(0..u32::try_from(stored).unwrap()));
}

/// Runs in place are as whole as items, and what is not committed or released stays as it was.
///
/// [P1] [C1], [C3] [P3].
fn runs(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<Dense>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let mut run = producer.write_run(2);
            let count = run.len().min(1);
            let (first, second) = run.as_mut_slices();
            for (place, number) in first.iter_mut().chain(second).zip(0..) {
                place.write(number);
            }
            // SAFETY: all of them were written.
            unsafe { run.commit(count) };
            let next = u32::try_from(count).unwrap();
            cx.step();
            let run = producer.write_run(usize::MAX);
            if run.len() < capacity {
                cx.note("little room");
            }
            let next = next + u32::try_from(run.fill(next..)).unwrap();
            cx.step();
            next + u32::try_from(producer.write_run(2).copy_from_slice(&[next, next + 1, next + 2])).unwrap()
        }
    });
    let mut next = 0;
    for release in [1, usize::MAX] {
        cx.step();
        let run = consumer.read_run(usize::MAX);
        let (first, second) = run.as_slices();
        if !second.is_empty() {
            cx.note("over the wrap");
        }
        let items = first.iter().chain(second).copied();
        assert!(items.eq(next..next + u32::try_from(run.len()).unwrap()));
        next += u32::try_from(release.min(run.len())).unwrap();
        run.release(release);
    }
    let stored = pusher.join().unwrap();
    assert!(consumer.drain().eq(next..stored));
}

/// A drain that is dropped early takes what it gave out and nothing else, and what came in meanwhile is not in it.
///
/// As [`batches`](batches()).
fn drained_in_part<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let stored = producer.push_iter(0..2);
            cx.step();
            stored + usize::from(producer.push(u32::try_from(stored).unwrap()).is_ok())
        }
    });
    let mut popped = Vec::new();
    for _ in 0..2 {
        cx.step();
        let seen = consumer.len();
        let mut drain = consumer.drain();
        assert!(drain.len() >= seen);
        let left = drain.len();
        cx.step();
        popped.extend(drain.next());
        assert_eq!(drain.len(), left.saturating_sub(1));
        cx.note(if left > 0 { "one of several" } else { "nothing" });
        assert!(consumer.len() >= left.saturating_sub(1));
    }
    let stored = pusher.join().unwrap();
    popped.extend(consumer.drain());
    assert_eq!(popped.len(), stored);
    assert!(popped.into_iter().eq(0..u32::try_from(stored).unwrap()));
}

/// Runs that are neither committed nor released have changed nothing.
///
/// [P1] [C1], [C3] [P3].
fn runs_without_effect(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<Dense>(capacity, start);
    let pusher = thread::spawn(move || {
        let mut stored = 0;
        for _ in 0..2 {
            let mut run = producer.write_run(2);
            let (first, second) = run.as_mut_slices();
            for place in first.iter_mut().chain(second) {
                place.write(u32::MAX);
            }
            drop(run);
            stored += u32::try_from(producer.write_run(2).fill(stored..)).unwrap();
        }
        stored
    });
    let mut next = 0;
    for _ in 0..2 {
        let run = consumer.read_run(usize::MAX);
        cx.note(if run.is_empty() { "empty" } else { "seen" });
        let len = run.len();
        let (first, second) = run.as_slices();
        if !second.is_empty() {
            cx.note("over the wrap");
        }
        for (&item, number) in first.iter().chain(second).zip(next..) {
            assert_eq!(item, number, "something that was not committed");
        }
        drop(run);
        assert!(consumer.len() >= len, "nothing was released");
        if let Ok(number) = consumer.pop() {
            assert_eq!(number, next);
            next += 1;
        }
    }
    let stored = pusher.join().unwrap();
    assert!(consumer.drain().eq(next..stored));
}
