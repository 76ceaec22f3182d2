//! The users' code uses the ring itself: it finds it consistent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use forebay_core::mpsc::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{PopError, PushError, Refusal};

/// An item whose drop pushes another into the ring that it came from, through a producer of its own.
struct Item {
    id: u32,
    desk: Rc<Desk>,
}

/// What the items share.
struct Desk {
    producer: RefCell<Option<OwnedProducer<Item>>>,
    alive: Cell<usize>,
    /// What the drops met: the number of the item, and whether its push was stored.
    log: RefCell<Vec<(u32, bool)>>,
}

impl Item {
    fn new(id: u32, desk: &Rc<Desk>) -> Self {
        desk.alive.set(desk.alive.get() + 1);
        Self { id, desk: Rc::clone(desk) }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.desk.alive.set(self.desk.alive.get().checked_sub(1).expect("an item was dropped twice"));
        // A refused item must not try again in its own drop: then there is no producer to be had.
        let Ok(producer) = self.desk.producer.try_borrow_mut() else { return };
        let Some(producer) = &*producer else { return };
        let outcome = producer.clone().push(Self::new(self.id + 100, &self.desk));
        self.desk.log.borrow_mut().push((self.id, outcome.is_ok()));
    }
}

fn desk(capacity: usize) -> (Rc<Desk>, OwnedProducer<Item>, OwnedConsumer<Item>) {
    let (producer, consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
    let desk = Desk { producer: RefCell::new(Some(producer.clone())), alive: Cell::new(0), log: RefCell::default() };
    (Rc::new(desk), producer, consumer)
}

fn push(desk: &Rc<Desk>, producer: &mut OwnedProducer<Item>, ids: impl Iterator<Item = u32>) {
    for id in ids {
        assert!(producer.push(Item::new(id, desk)).is_ok());
    }
}

/// Takes everything without dropping it, while there is no producer to be had for the drops.
fn ids(desk: &Desk, consumer: &mut OwnedConsumer<Item>) -> Vec<u32> {
    let _none = desk.producer.borrow_mut();
    consumer.drain().map(|item| item.id).collect()
}

#[test]
fn drops_that_push() {
    let (desk, mut producer, mut consumer) = desk(3);
    push(&desk, &mut producer, 0..3);

    // A refused one is dropped by its pusher, and the ring is still full.
    for refusal in [Refusal::Reject, Refusal::DropIncoming] {
        consumer.set_refusal(refusal);
        drop(producer.push(Item::new(7, &desk)));
        assert_eq!(desk.log.take(), [(7, false)]);
    }
    assert_eq!(consumer.lost(), 2, "it, and the one that its drop pushed");
    consumer.set_refusal(Refusal::Reject);

    // What is popped is dropped outside, with its slot free.
    drop(consumer.pop());
    assert_eq!(desk.log.take(), [(0, true)]);
    assert_eq!((consumer.len(), desk.alive.get()), (3, 3));
    drop(consumer.pop());
    drop(consumer.pop());
    assert_eq!(desk.log.take(), [(1, true), (2, true)]);

    // While it is drained, the room need not be there yet.
    let before = consumer.len();
    let mut count = 0;
    consumer.drain().for_each(|item| {
        drop(item);
        count += 1;
    });
    assert_eq!(count, before, "as many as the ring holds at most");
    let log = desk.log.take();
    assert_eq!(log.iter().map(|&(id, _)| id).collect::<Vec<_>>(), [100, 101, 102]);
    let stored: Vec<u32> = log.iter().filter(|&&(_, stored)| stored).map(|&(id, _)| id + 100).collect();
    assert_eq!(consumer.len(), stored.len());
    assert_eq!(ids(&desk, &mut consumer), stored);
    assert_eq!(desk.alive.get(), 0);

    // One slot is free: what the drops push finds room, and comes out of the same drain.
    push(&desk, &mut producer, 0..2);
    assert_eq!(consumer.drain().map(|item| item.id).collect::<Vec<_>>(), [0, 1, 100]);
    let log = desk.log.take();
    assert_eq!(log[0], (0, true));
    let stored: Vec<u32> = log[1..].iter().filter(|&&(_, stored)| stored).map(|&(id, _)| id + 100).collect();
    assert_eq!(ids(&desk, &mut consumer), stored);
    assert_eq!(desk.alive.get(), 0);

    // A closed ring gives to its drops' pushes nothing but the value back.
    push(&desk, &mut producer, 0..2);
    consumer.close();
    drop(consumer.pop());
    assert_eq!(desk.log.take(), [(0, false)]);

    // The last end takes the ring along, which has no producer then.
    drop(desk.producer.take());
    drop((producer, consumer));
    assert_eq!(desk.log.take(), []);
    assert_eq!((desk.alive.get(), Rc::strong_count(&desk)), (0, 1), "all items are gone");
}

#[test]
fn iterators_that_use_the_other_ends() {
    for capacity in 4..=8 {
        for start in 0..capacity {
            let (mut producer, mut consumer) = HeapRing::<u32>::new(capacity).expect("a small capacity").into_ends();
            let mut another = producer.clone();
            for _ in 0..start {
                producer.push(0).expect("there is room");
                assert_eq!(consumer.pop(), Ok(0));
            }
            // The batch holds two slots while it asks for items.
            let mut seen = Vec::new();
            let items = [0, 1].into_iter().inspect(|&number| {
                another.push(10 + number).expect("there is room beside the batch");
                seen.push(consumer.pop());
                seen.push(consumer.pop());
            });
            assert_eq!(producer.push_iter(items), 2);
            // What was over is found at once, before what is not: and nothing else is.
            assert_eq!(seen[..2], [Ok(10), Err(PopError::Empty)]);
            let mut rest = vec![seen[2], seen[3]];
            rest.extend(consumer.drain().map(Ok));
            rest.retain(|popped| popped.is_ok());
            assert_eq!(rest, [Ok(0), Ok(11), Ok(1)]);
            assert_eq!((consumer.len(), consumer.pop()), (0, Err(PopError::Empty)));
            assert_eq!(producer.push_iter(0..), capacity, "all slots are there");
        }
    }
}

#[test]
fn iterators_that_close_the_ring() {
    let (mut producer, mut consumer) = HeapRing::<u32>::new(4).expect("a small capacity").into_ends();
    let stored = producer.push_iter((0..4).inspect(|&number| {
        if number == 1 {
            consumer.close();
            assert_eq!(consumer.pop(), Ok(0));
            assert_eq!(consumer.pop(), Err(PopError::Empty), "a push is under way");
        }
    }));
    let popped: Vec<u32> = consumer.drain().collect();
    assert_eq!(popped, (1..u32::try_from(stored).expect("few")).collect::<Vec<_>>());
    assert_eq!(consumer.pop(), Err(PopError::Closed));
    assert_eq!(producer.push(9), Err(PushError::Closed(9)));
}

/// An item that has a producer of its own ring.
struct Last(#[expect(dead_code, reason = "held for its drop")] Option<OwnedProducer<Last>>);

#[test]
fn producers_that_go_with_an_item() {
    let (mut producer, mut consumer) = HeapRing::<Last>::new(2).expect("a small capacity").into_ends();
    let inner = producer.clone();
    assert!(producer.push(Last(Some(inner))).is_ok());
    drop(producer);
    assert!(!consumer.is_closed(), "the last producer is inside");
    let item = consumer.pop();
    assert!(item.is_ok() && matches!(consumer.pop(), Err(PopError::Empty)));
    drop(item);
    assert!(consumer.is_closed() && matches!(consumer.pop(), Err(PopError::Closed)), "it went with its item");
}
