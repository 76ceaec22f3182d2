//! Evictions against pops and against each other.

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    evict_pop_capacity_1 [278, 1170] &["evicted", "popped"] => |cx| super::evict_pop(1, 1, 3, cx);
    evict_pop_capacity_2 [350, 659] &["evicted", "popped"] => |cx| super::evict_pop(2, 3, 3, cx);
    evict_pop_capacity_3 [290, 582] &["evicted", "popped"] => |cx| super::evict_pop(3, 5, 3, cx);
    evict_evict_capacity_1 [324, 714] &["evicted"] => |cx| super::evict_evict(1, 1, cx);
    evict_evict_capacity_2 [227, 313] &["evicted"] => |cx| super::evict_evict(2, 3, cx);
    evict_evict_pop_capacity_1 [2531, 6211] &["evicted", "popped"] => |cx| super::evict_evict_pop(1, 1, (1, 1, 1), cx);
    evict_evict_pop_capacity_2 [2418, 2636] &["evicted", "popped"] => |cx| super::evict_evict_pop(2, 2, (1, 1, 1), cx);
    evict_evict_pop_more_capacity_1 [21133, 111475] &["evicted", "popped"] => |cx| super::evict_evict_pop(1, 1, (2, 1, 2), cx);
    evict_evict_pop_more_capacity_2 [34044, 61376] &["evicted", "popped"] => |cx| super::evict_evict_pop(2, 1, (2, 1, 2), cx);
    reject_capacity_1 [424, 309] &["full", "popped"] => |cx| super::reject(1, 1, Overflow::Reject, cx);
    reject_capacity_2 [416, 122] &["full", "popped"] => |cx| super::reject(2, 1, Overflow::Reject, cx);
    shed_capacity_1 [463, 335] &["shed", "popped"] => |cx| super::reject(1, 1, Overflow::DropIncoming, cx);
    forced_capacity_1 [3624, 3748] &["evicted", "full", "popped"] => |cx| super::forced(1, 1, cx);
    forced_capacity_2 [3402, 1310] &["evicted", "full", "popped"] => |cx| super::forced(2, 1, cx);
    policy_switched [282, 282] &["evicted", "shed", "full"] => super::policy_switched;
    never_one_short [2167, 781] &["evicted"] => |cx| super::never_one_short(2, cx);
    len_is_of_one_time [1125, 1125] &["none", "one"] => super::len_is_of_one_time;
    push_happens_before_pop [25, 32] &["popped"] => super::push_happens_before_pop;
    push_happens_before_eviction [18, 28] &["evicted"] => super::push_happens_before_eviction;
    pop_happens_before_push [25, 14] &["pushed"] => super::pop_happens_before_push;
}

fn noted(popped: Vec<u32>, cx: &Context) -> Vec<u32> {
    if !popped.is_empty() {
        cx.note("popped");
    }
    popped
}

/// An item that is popped while it is evicted goes one way, and the newest are kept.
///
/// [S1] [S2] [S3].
fn evict_pop(capacity: usize, start: usize, count: u32, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 1, start, Overflow::DropOldest);
    let mut before = Pusher::default();
    (0..capacity as u32).for_each(|number| before.push(&mut producer, number, cx));
    let pusher = Pusher::spawn(producer, 10..10 + count, cx);
    let popped = noted(pop_some(&mut consumer, 2, cx), cx);
    let (pusher, _producer) = pusher.join().unwrap();
    // The first pop may have left one behind, and taken the newest.
    assert!(!popped.is_empty(), "empty with items inside");
    settle(capacity, &[&before, &pusher], popped, &mut consumer);
}

/// Two evictors take the oldest in turn, and each item goes one way.
///
/// [S1] [S2].
fn evict_evict(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 2, start, Overflow::DropOldest);
    let mut here = Pusher::default();
    (0..capacity as u32).for_each(|number| here.push(&mut producer, number, cx));
    let there = Pusher::spawn(producer.try_clone().unwrap(), 10..12, cx);
    (5..7).for_each(|number| here.push(&mut producer, number, cx));
    let (there, _producer) = there.join().unwrap();
    assert_eq!(here.evicted.len() + there.evicted.len(), 4);
    // At rest the newest are inside: the last of one producer at least.
    assert_eq!(consumer.len(), capacity);
    let last: Vec<u32> = here.stored.iter().chain(&there.stored).copied().collect();
    let evicted: Vec<u32> = here.evicted.iter().chain(&there.evicted).copied().collect();
    assert!((0..capacity as u32).all(|oldest| evicted.contains(&oldest)), "{last:?} {evicted:?}");
    settle(capacity, &[&here, &there], Vec::new(), &mut consumer);
}

/// As both.
///
/// [S1] [S2].
fn evict_evict_pop(capacity: usize, start: usize, (first, second, pops): (u32, u32, usize), cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 2, start, Overflow::DropOldest);
    let mut before = Pusher::default();
    (0..capacity as u32).for_each(|number| before.push(&mut producer, number, cx));
    let one = Pusher::spawn(producer.try_clone().unwrap(), 10..10 + first, cx);
    let two = Pusher::spawn(producer, 20..20 + second, cx);
    let popped = noted(pop_some(&mut consumer, pops, cx), cx);
    let ((one, _one), (two, _two)) = (one.join().unwrap(), two.join().unwrap());
    assert!(!popped.is_empty(), "empty with an item inside");
    settle(capacity, &[&before, &one, &two], popped, &mut consumer);
}

/// Full means full, and after a pop there is room.
///
/// [S1] [S2] [S3].
fn reject(capacity: usize, start: usize, overflow: Overflow, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 2, start, overflow);
    let mut here = Pusher::default();
    (0..capacity as u32).for_each(|number| here.push(&mut producer, number, cx));
    let there = Pusher::spawn(producer.try_clone().unwrap(), 10..12, cx);
    let popped = noted(pop_some(&mut consumer, 1, cx), cx);
    cx.step();
    let room = producer.push(5);
    let (there, _producer) = there.join().unwrap();
    // There was room for one of the three.
    match room {
        Ok(_) => here.stored.push(5),
        Err(_) => assert_eq!(there.stored.len(), 1),
    }
    if matches!(room, Err(PushError::Shed(_))) {
        here.shed.push(5);
    }
    assert_eq!(here.stored.len() + there.stored.len(), capacity + 1);
    assert_eq!(consumer.len(), capacity);
    settle(capacity, &[&here, &there], popped, &mut consumer);
}

/// Where others are refused, a push by force always stores, and evicts only where it is full.
///
/// [S1] [S2].
fn forced(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 2, start, Overflow::Reject);
    let mut here = Pusher::default();
    (0..capacity as u32).for_each(|number| here.push(&mut producer, number, cx));
    let there = Pusher::spawn(producer.try_clone().unwrap(), 10..11, cx);
    let forcing = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut pusher = Pusher::default();
            cx.step();
            pusher.enter(20, producer.force_push(20), &cx);
            (pusher, producer)
        }
    });
    let popped = noted(pop_some(&mut consumer, 1, cx), cx);
    let ((there, _there), (forced, _producer)) = (there.join().unwrap(), forcing.join().unwrap());
    assert_eq!(forced.stored, [20]);
    assert!(capacity > 1 || there.evicted.is_empty(), "nothing is left behind there that the other might get");
    assert!(consumer.len() >= capacity - 1);
    settle(capacity, &[&here, &there, &forced], popped, &mut consumer);
}

/// Each push obeys one policy, and says which.
fn policy_switched(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 1, 1, Overflow::DropOldest);
    let mut before = Pusher::default();
    before.push(&mut producer, 0, cx);
    let pusher = Pusher::spawn(producer, 10..13, cx);
    cx.step();
    consumer.set_overflow(Overflow::DropIncoming);
    cx.step();
    consumer.set_overflow(Overflow::Reject);
    let (pusher, _producer) = pusher.join().unwrap();
    settle(1, &[&before, &pusher], Vec::new(), &mut consumer);
}

/// A ring that nobody pops is never seen empty or one short.
fn never_one_short(capacity: usize, cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, 1, 1, Overflow::DropOldest);
    let mut before = Pusher::default();
    (0..capacity as u32).for_each(|number| before.push(&mut producer, number, cx));
    let pusher = Pusher::spawn(producer, 10..12, cx);
    for _ in 0..2 {
        cx.step();
        assert!(consumer.is_full() && !consumer.is_empty());
        assert_eq!(consumer.len(), capacity);
    }
    let (pusher, _producer) = pusher.join().unwrap();
    settle(capacity, &[&before, &pusher], Vec::new(), &mut consumer);
}

/// Who counts finds no more than there ever were, though it knows less of the tail than of the head.
///
/// [S4] [S5].
fn len_is_of_one_time(cx: &Context) {
    let (producer, mut consumer) = ends(3, 2, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            assert_eq!(other.push(0), Ok(Pushed::Stored));
        }
    });
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let _ = consumer.pop();
            consumer
        }
    });
    cx.step();
    match producer.len() {
        0 => cx.note("none"),
        1 => cx.note("one"),
        more => panic!("{more} where there was one"),
    }
    pusher.join().unwrap();
    popper.join().unwrap();
}

/// What happens before a push happens before what follows the pop of that item.
///
/// [S1], [S2], [S3].
fn push_happens_before_pop(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 1, 1, Overflow::DropOldest);
    let plain = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            let _ = producer.push(0);
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
        assert_eq!(plain.get(), 7);
    }
    pusher.join().unwrap();
}

/// What happens before a push happens before what follows the eviction of that item.
///
/// [S1], [S2].
fn push_happens_before_eviction(cx: &Context) {
    let (mut producer, _consumer) = ends(1, 2, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let plain = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            let _ = producer.push(0);
            producer
        }
    });
    cx.step();
    if let Ok(Pushed::Evicted(victim)) = other.push(1) {
        cx.note("evicted");
        assert_eq!((victim, plain.get()), (0, 7));
    }
    pusher.join().unwrap();
}

/// What happens before a pop happens before what follows a push into the freed slot.
///
/// [S1], [S2].
fn pop_happens_before_push(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 1, 1, Overflow::Reject);
    assert_eq!(producer.push(0), Ok(Pushed::Stored));
    let plain = Arc::new(Plain::new(0));
    let popper = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            consumer.pop().unwrap();
            consumer
        }
    });
    cx.step();
    if producer.push(1).is_ok() {
        cx.note("pushed");
        assert_eq!(plain.get(), 7);
    }
    popper.join().unwrap();
}
