//! What is taken by a push against what is taken and put in by others.

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    evict_pop_capacity_1 [10832, 16435] &["evicted", "popped"] => |cx| super::evict_pop(1, 1, &[100], 0..2, cx);
    evict_pop_capacity_2 [13269, 18363] &["evicted", "popped"] => |cx| super::evict_pop(2, 1, &[100, 101], 0..2, cx);
    evict_pop_capacity_3 [8389, 8474] &["evicted", "popped"] => |cx| super::evict_pop(3, 2, &[100, 101, 102], 0..2, cx);
    evict_of_ones_own_capacity_1 [15709, 4672] &["evicted", "popped"], FEW => |cx| super::evict_pop(1, 1, &[100], 110..113, cx);
    evict_of_ones_own_capacity_2 [21212, 4001] &["evicted", "popped"], FEW => |cx| super::evict_pop(2, 3, &[100, 101], 110..113, cx);
    evict_evict_capacity_1 [18754, 1434] &["evicted"], FEW => |cx| super::evict_evict(1, 1, &[100], Overflow::DropOldest, cx);
    evict_evict_capacity_2 [18572, 53715] &["evicted"] => |cx| super::evict_evict(2, 3, &[100, 101], Overflow::DropOldest, cx);
    evict_evict_and_reject_capacity_1 [107, 78] &["evicted", "full"] => |cx| super::evict_evict(1, 1, &[100], Overflow::Reject, cx);
    evict_evict_and_shed_capacity_2 [767, 1341] &["evicted", "shed"] => |cx| super::evict_evict(2, 1, &[100, 101], Overflow::DropIncoming, cx);
    evict_evict_pop_capacity_1 [75990, 15080] &["evicted", "popped"], FEW => |cx| super::evict_evict_pop(1, &[100], cx);
    evict_evict_pop_capacity_2 [29478, 6966] &["evicted", "popped"], FEW => |cx| super::evict_evict_pop(2, &[100, 101], cx);
    evict_while_it_is_filled [5568, 12720] &["evicted", "stored"] => super::evict_while_it_is_filled;
    two_fill_a_lane [2163, 4075] &["stored", "full"] => super::two_fill_a_lane;
    laps_in_one_step [79019, 58843] &["evicted"], 1 => super::laps_in_one_step;
    push_happens_before_pop [54, 40] &["popped"] => super::push_happens_before_pop;
    push_happens_before_eviction [115, 129] &["evicted"] => super::push_happens_before_eviction;
    pop_happens_before_push [57, 35] &["pushed"] => super::pop_happens_before_push;
}

/// An item that is popped while it is evicted goes one way, and what is important is in.
///
/// [PR1] [PR2] [PR3].
fn evict_pop(capacity: usize, start: usize, inside: &[u32], numbers: Range<u32>, cx: &Context) {
    let (producer, mut consumer) = ends::<2>(capacity, start, inside, Overflow::DropOldest);
    let before = Pusher::of(inside);
    let pusher = Pusher::spawn(producer, numbers, cx);
    let popped = pop_some(&mut consumer, 2, cx);
    let (pusher, _producer) = pusher.join().unwrap();
    // One in a push that evicts may have been alone inside, and none was lost that could be kept.
    assert!(capacity == 1 || !popped.is_empty(), "empty with an item inside");
    assert!(pusher.full.is_empty());
    settle(capacity, &[&before, &pusher], popped, &mut consumer);
}

/// Two that evict take the oldest in turn, and each item goes one way.
///
/// [PR1] [PR2].
fn evict_evict(capacity: usize, start: usize, inside: &[u32], overflow: Overflow, cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(capacity, start, inside, overflow);
    let (before, mut here) = (Pusher::of(inside), Pusher::default());
    let there = Pusher::spawn(producer.clone(), 10..12, cx);
    (0..2).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    // What is less important has gone, and the ring is full of the rest.
    let evicted: Vec<u32> = here.evicted.iter().chain(&there.evicted).copied().collect();
    assert!(inside.iter().all(|number| evicted.contains(number)), "{evicted:?}");
    assert_eq!(consumer.inside(0), capacity);
    settle(capacity, &[&before, &here, &there], Vec::new(), &mut consumer);
}

/// As both.
///
/// [PR1] [PR2] [PR3].
fn evict_evict_pop(capacity: usize, inside: &[u32], cx: &Context) {
    let (producer, mut consumer) = ends::<2>(capacity, 1, inside, Overflow::DropOldest);
    let before = Pusher::of(inside);
    let one = Pusher::spawn(producer.clone(), 10..11, cx);
    let two = Pusher::spawn(producer, 20..21, cx);
    let popped = pop_some(&mut consumer, 1, cx);
    let ((one, _one), (two, _two)) = (one.join().unwrap(), two.join().unwrap());
    settle(capacity, &[&before, &one, &two], popped, &mut consumer);
}

/// One evicts from a lane into which another one puts: each item goes one way, and the lane is a queue.
///
/// [PR1] [PR2].
fn evict_while_it_is_filled(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(2, 1, &[100], Overflow::DropOldest);
    let (before, mut here) = (Pusher::of(&[100]), Pusher::default());
    let there = Pusher::spawn(producer.clone(), 110..112, cx);
    (0..2).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    // The oldest of all goes first, if any does.
    assert!(here.evicted.iter().chain(&there.evicted).any(|&number| number == 100));
    assert_eq!(consumer.len(), 2);
    settle(2, &[&before, &here, &there], Vec::new(), &mut consumer);
}

/// Two fill the ring up to its capacity, and no further.
///
/// [PR1] [PR2].
fn two_fill_a_lane(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(3, 2, &[], Overflow::Reject);
    let mut here = Pusher::default();
    let there = Pusher::spawn(producer.clone(), [110, 10], cx);
    (100..102).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    assert_eq!(here.stored.len() + there.stored.len(), 3 + here.evicted.len() + there.evicted.len());
    settle(3, &[&here, &there], Vec::new(), &mut consumer);
}

/// A push that is held up between two steps while all laps come around takes one for another, and still owns what it gets:
/// nothing goes two ways.
///
/// [PR2].
fn laps_in_one_step(cx: &Context) {
    let (mut producer, mut consumer) = ends::<1>(1, 1, &[0], Overflow::DropOldest);
    let (before, mut here) = (Pusher::of(&[0]), Pusher::default());
    let there = Pusher::spawn(producer.clone(), [10], cx);
    // Eight laps, after which the same cell is in the slot.
    (1..9).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    settle(1, &[&before, &here, &there], Vec::new(), &mut consumer);
}

/// What was done before a push is seen after the pop of its item.
///
/// [PR1] [PR2].
fn push_happens_before_pop(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(2, 1, &[], Overflow::Reject);
    let word = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (cx, word) = (cx.clone(), Arc::clone(&word));
        move || {
            word.set(7);
            cx.step();
            assert_eq!(producer.push(1, 100), Ok(Pushed::Stored));
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
        assert_eq!(word.get(), 7);
    }
    pusher.join().unwrap();
}

/// What was done before a push is seen after the eviction of its item.
///
/// [PR1] [PR2].
fn push_happens_before_eviction(cx: &Context) {
    let (mut producer, _consumer) = ends::<2>(1, 1, &[], Overflow::Reject);
    let word = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (cx, word, mut producer) = (cx.clone(), Arc::clone(&word), producer.clone());
        move || {
            word.set(7);
            cx.step();
            let _ = producer.push(1, 100);
        }
    });
    cx.step();
    if producer.push(0, 0) == Ok(Pushed::Evicted(100)) {
        cx.note("evicted");
        assert_eq!(word.get(), 7);
    }
    pusher.join().unwrap();
}

/// What was done before a pop is seen after a push that got the place of its item.
///
/// [PR2] [PR3].
fn pop_happens_before_push(cx: &Context) {
    let (mut producer, mut consumer) = ends::<2>(1, 1, &[0], Overflow::Reject);
    let word = Arc::new(Plain::new(0));
    let popper = thread::spawn({
        let (cx, word) = (cx.clone(), Arc::clone(&word));
        move || {
            word.set(7);
            cx.step();
            assert_eq!(consumer.pop(), Ok((0, 0)));
            consumer
        }
    });
    cx.step();
    if producer.push(1, 100).is_ok() {
        cx.note("pushed");
        assert_eq!(word.get(), 7);
    }
    popper.join().unwrap();
}
