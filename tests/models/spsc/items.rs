//! Single items: in order, none lost, none twice, none torn.

use super::*;

models! {
    exhaustive;
    fifo_capacity_1 [4139, 307] FIFO => |cx| super::fifo::<L>(1, 1, 3, cx);
    fifo_capacity_2 [12946, 548] FIFO => |cx| super::fifo::<L>(2, 3, 3, cx);
    fifo_capacity_3 [597872, 7455] FIFO => |cx| super::fifo::<L>(3, 5, 4, cx);
    slots_capacity_1 [9112, 3677] &["full", "empty", "taken"] => |cx| super::slots::<L>(1, 1, cx);
    slots_capacity_2 [11557, 6906] &["full", "empty", "taken"] => |cx| super::slots::<L>(2, 3, cx);
    slots_capacity_3 [3750, 4882] &["empty", "taken"] => |cx| super::slots::<L>(3, 5, cx);
    push_happens_before_pop [57, 41] &["popped"] => super::push_happens_before_pop::<L>;
    pop_happens_before_push [6, 9] &["pushed"] => super::pop_happens_before_push::<L>;
    changed_in_place_capacity_1 [4965, 939] &["some", "none"] => |cx| super::changed_in_place::<L>(1, 1, cx);
    changed_in_place_capacity_3 [7821, 1401] &["some", "none"] => |cx| super::changed_in_place::<L>(3, 5, cx);
    dropped_in_place_capacity_1 [109, 125] DROPPED => |cx| super::dropped_in_place::<L>(1, 1, cx);
    dropped_in_place_capacity_2 [537, 376] DROPPED => |cx| super::dropped_in_place::<L>(2, 3, cx);
    dropped_in_place_capacity_3 [530, 363] DROPPED => |cx| super::dropped_in_place::<L>(3, 5, cx);
}

const FIFO: &[&str] = &["full", "empty", "more than a lap"];
const DROPPED: &[&str] = &["cleared", "released", "full"];

/// Items come out as they were stored: in order, none lost, none twice, none torn.
///
/// Dense: [P1] [C1], [C3] [P3]. Flagged: [P2] [C2], [C8] [P8].
fn fifo<L: Layout>(capacity: usize, start: usize, count: u32, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || (push_numbers(&mut producer, count, &cx), producer)
    });
    let mut popped = Vec::new();
    for _ in 0..count {
        cx.step();
        match consumer.pop() {
            Ok(number) => popped.push(number),
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                cx.note("empty");
            }
        }
    }
    let (stored, producer) = pusher.join().unwrap();
    if stored.len() > capacity {
        cx.note("more than a lap");
    }
    popped.extend(consumer.drain());
    assert_eq!(popped, stored);
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    drop(producer);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// Slots written and read in place are as whole as items, and a guard that is dropped changes nothing.
///
/// As [`fifo`](fifo()).
fn slots<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut stored = 0;
            for _ in 0..3 {
                cx.step();
                if let Ok(mut slot) = producer.write_slot() {
                    // Not committed: nobody must see it.
                    slot.uninit().write(u32::MAX);
                }
                cx.step();
                match producer.write_slot() {
                    Ok(mut slot) => {
                        slot.uninit().write(stored);
                        // SAFETY: written just now.
                        unsafe { slot.commit() };
                        stored += 1;
                    }
                    Err(_) => cx.note("full"),
                }
            }
            stored
        }
    });
    let mut next = 0;
    for _ in 0..2 {
        cx.step();
        let peeked = consumer.peek().copied();
        assert!(peeked.is_none_or(|number| number == next));
        cx.step();
        match consumer.read_slot() {
            Ok(mut slot) => {
                assert_eq!(*slot, next);
                *slot += 100;
            }
            Err(_) => {
                assert_eq!(peeked, None);
                cx.note("empty");
                continue;
            }
        }
        cx.step();
        assert_eq!(consumer.read_slot().unwrap().take(), next + 100);
        cx.note("taken");
        next += 1;
    }
    let stored = pusher.join().unwrap();
    while let Ok(slot) = consumer.read_slot() {
        assert_eq!(*slot, next);
        slot.release();
        next += 1;
    }
    assert_eq!(next, stored);
}

/// What happens before a push happens before what follows the pop of that item.
///
/// Dense: [P1] [C1]. Flagged: [P2] [C2].
fn push_happens_before_pop<L: Layout>(cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(1, 1);
    let plain = Arc::new(Plain::new(0));
    let pusher = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            plain.set(7);
            cx.step();
            producer.push(0).unwrap();
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
        assert_eq!(plain.get(), 7);
    }
    pusher.join().unwrap();
}

/// What happens before a pop happens before what follows a push into the freed slot.
///
/// Dense: [C3] [P3]. Flagged: [C8] [P8].
fn pop_happens_before_push<L: Layout>(cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(1, 1);
    producer.push(0).unwrap();
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

/// Items can be changed where they are while others come in, and those come in as they were stored.
///
/// As [`fifo`](fifo()).
fn changed_in_place<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let (mut producer, mut consumer) = numbers::<L>(capacity, start);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || push_numbers(&mut producer, 3, &cx)
    });
    cx.step();
    let mut changed = 0;
    for number in consumer.iter_mut() {
        *number += 100;
        changed += 1;
    }
    cx.note(if changed > 0 { "some" } else { "none" });
    let mut popped = Vec::new();
    for index in 0..2 {
        cx.step();
        popped.extend(consumer.pop().map(|number| if index < changed { number - 100 } else { number }));
    }
    let stored = pusher.join().unwrap();
    let done = popped.len();
    popped.extend(
        consumer.drain().zip(done..).map(|(number, index)| if index < changed { number - 100 } else { number }),
    );
    assert_eq!(popped, stored);
}

/// Items that are dropped in the ring are dropped before their slots are given back, each once.
///
/// Dense: [C3] [P3]. Flagged: [C8] [P8].
fn dropped_in_place<L: Layout>(capacity: usize, start: usize, cx: &Context) {
    let ledger = Ledger::new();
    let (mut producer, mut consumer) = ends::<Tracked, L>(capacity, start, || ledger.item());
    assert!(producer.push(ledger.item()).is_ok());
    let pusher = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            for _ in 0..3 {
                cx.step();
                if producer.push(ledger.item()).is_err() {
                    cx.note("full");
                }
            }
            producer
        }
    });
    cx.step();
    assert!(consumer.clear() > 0);
    cx.note("cleared");
    cx.step();
    if let Ok(slot) = consumer.read_slot() {
        slot.release();
        cx.note("released");
    }
    let producer = pusher.join().unwrap();
    ledger.check();
    let left = ledger.alive();
    assert_eq!(producer.len(), left);
    assert_eq!(consumer.clear(), left);
    ledger.settle();
}
