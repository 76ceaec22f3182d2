//! The users' code uses the ring itself: it finds it consistent.

use std::cell::RefCell;
use std::rc::Rc;

use forebay_core::PushError;
use forebay_core::spsc::{Dense, Flagged, HeapRing, Layout, OwnedProducer};
use forebay_tests::spsc::Runs;

/// An item whose drop pushes another into the ring that it came from.
struct Item<L: Layout> {
    id: u32,
    desk: Rc<Desk<L>>,
}

/// What the items share.
struct Desk<L: Layout> {
    producer: RefCell<Option<OwnedProducer<Item<L>, L>>>,
    /// What the drops met: the number of the item, the free slots that it saw, and whether its push was stored.
    log: RefCell<Vec<(u32, usize, bool)>>,
}

impl<L: Layout> Drop for Item<L> {
    fn drop(&mut self) {
        // A refused item must not try again in its own drop: then there is no producer to be had.
        let Ok(mut producer) = self.desk.producer.try_borrow_mut() else { return };
        let Some(producer) = &mut *producer else { return };
        let free = producer.free();
        let outcome = producer.push(Item { id: self.id + 100, desk: Rc::clone(&self.desk) });
        assert!(!matches!(outcome, Err(PushError::Closed(_))));
        self.desk.log.borrow_mut().push((self.id, free, outcome.is_ok()));
    }
}

fn desk<L: Layout>() -> (Rc<Desk<L>>, forebay_core::spsc::OwnedConsumer<Item<L>, L>) {
    let (producer, consumer) = HeapRing::new(3).expect("a small capacity").into_ends();
    let desk = Rc::new(Desk { producer: RefCell::new(Some(producer)), log: RefCell::default() });
    push(&desk, 0..3);
    (desk, consumer)
}

fn push<L: Layout>(desk: &Rc<Desk<L>>, ids: impl Iterator<Item = u32>) {
    let mut producer = desk.producer.borrow_mut();
    for id in ids {
        let stored = producer.as_mut().expect("not gone yet").push(Item { id, desk: Rc::clone(desk) });
        assert!(stored.is_ok());
    }
}

fn seen<L: Layout>(desk: &Desk<L>) -> Vec<(u32, usize, bool)> {
    desk.log.take()
}

fn ids<L: Layout, K>(consumer: &forebay_core::spsc::Consumer<'_, Item<L>, L, K>) -> Vec<u32> {
    consumer.iter().map(|item| item.id).collect()
}

fn pushes_from_drops<L: Runs>() {
    // The slots are given back after the drops.
    let (desk, mut consumer) = desk::<L>();
    assert_eq!(consumer.clear(), 3);
    assert_eq!(seen(&desk), [(0, 0, false), (1, 0, false), (2, 0, false)]);
    assert!(consumer.is_empty());

    push(&desk, 3..6);
    consumer.read_slot().expect("there is an item").release();
    assert_eq!(seen(&desk), [(3, 0, false)]);
    if let Some(run) = L::read_run(&mut consumer, 2) {
        run.release(1);
        assert_eq!(seen(&desk), [(4, 1, true)], "the slot that was free before");
    } else {
        consumer.read_slot().expect("there is an item").release();
        assert_eq!(seen(&desk), [(4, 1, true)]);
    }
    assert_eq!(ids(&consumer), [5, 104]);

    // What is taken out is dropped outside, with its slot free. New items are for the next time.
    consumer.drain().for_each(drop);
    assert_eq!(seen(&desk), [(5, 2, true), (104, 2, true)]);
    assert_eq!(ids(&consumer), [105, 204]);
    drop(consumer.pop());
    assert_eq!(seen(&desk), [(105, 2, true)]);

    // What is replaced in place is dropped while its slot is taken.
    consumer.peek_mut().expect("there is an item").id = 7;
    let new = Item { id: 8, desk: Rc::clone(&desk) };
    *consumer.peek_mut().expect("there is an item") = new;
    assert_eq!(seen(&desk), [(7, 1, true)]);
    assert_eq!(ids(&consumer), [8, 205, 107]);

    // The last end takes the ring along, which has no producer then.
    drop(desk.producer.take());
    drop(consumer);
    assert_eq!(seen(&desk), []);
    assert_eq!(Rc::strong_count(&desk), 1, "all items are gone");
}

#[test]
fn drops_that_push() {
    pushes_from_drops::<Dense>();
    pushes_from_drops::<Flagged>();
}

fn iterators_that_pop<L: Runs>() {
    let (mut producer, mut consumer) = HeapRing::<u32, L>::new(3).expect("a small capacity").into_ends();
    producer.push_iter([0, 1]);
    // There was room for one at the call, whatever the iterator takes out meanwhile.
    let stored = producer.push_iter((2..10).inspect(|_| {
        let _ = consumer.pop();
    }));
    assert_eq!((stored, consumer.len()), (1, 2));
    let stored =
        producer.push_iter((3..10).inspect(|_| assert_eq!(consumer.len(), 2, "nothing is visible before the end")));
    assert_eq!((stored, consumer.len()), (1, 3));
    assert!(consumer.drain().eq([1, 2, 3]));
    if let Some(run) = L::write_run(&mut producer, 2) {
        assert_eq!(run.fill((4..10).inspect(|_| assert!(consumer.pop().is_err()))), 2);
        assert!(consumer.drain().eq([4, 5]));
    }
}

#[test]
fn iterators_that_use_the_other_end() {
    iterators_that_pop::<Dense>();
    iterators_that_pop::<Flagged>();
}

/// An item that has the producer of its own ring.
struct Last<L: Layout>(#[expect(dead_code, reason = "held for its drop")] Option<OwnedProducer<Last<L>, L>>);

fn the_producer_inside<L: Layout>() {
    let (mut producer, mut consumer) = HeapRing::<Last<L>, L>::new(2).expect("a small capacity").into_ends();
    assert!(producer.push(Last(None)).is_ok());
    let (mut others, mut other) = HeapRing::<Last<L>, L>::new(1).expect("a small capacity").into_ends();
    assert!(others.push(Last(Some(producer))).is_ok());
    assert!(!consumer.is_closed());
    assert_eq!(other.clear(), 1);
    assert!(consumer.is_closed(), "the producer went with the item");
    assert_eq!(consumer.clear(), 1);
}

#[test]
fn ends_that_go_with_an_item() {
    the_producer_inside::<Dense>();
    the_producer_inside::<Flagged>();
}
