//! What the ends count.

use forebay::channel::{RingCounts, Stats};
use forebay::{Overflow, PopError, Pressure, Pushed};

use super::*;

fn done(stats: Stats) -> (u64, u64, u64, u64) {
    (stats.items, stats.refused, stats.waits, stats.in_vain)
}

#[test]
fn each_end_counts_what_it_does() {
    let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
    let mut other = sender.clone();
    let counter = Arc::<Counter>::default();
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
    sender.try_send(1).unwrap();
    sender.blocking_send(2).unwrap();
    assert!(sender.try_send(3).is_err());
    let mut send = other.send(4);
    for _ in 0..3 {
        assert!(poll(&mut send, &counter).is_pending());
    }
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(())));
    drop(send);
    let mut numbers = Vec::new();
    assert_eq!(channel::block_on(receiver.recv_many(&mut numbers, 9)), 2);
    assert!(poll(&mut receiver.recv(), &counter).is_pending());
    assert_eq!(channel::block_on(sender.send_many(5..=6)), Ok(2));
    assert_eq!(done(sender.stats()), (4, 1, 0, 0));
    assert_eq!(done(other.stats()), (1, 0, 1, 2));
    assert_eq!(done(receiver.stats()), (3, 1, 1, 0));
    assert_eq!(done(sender.clone().stats()), (0, 0, 0, 0), "a clone begins anew");
    let Stats { len, capacity, pressure, ring, .. } = receiver.stats();
    assert_eq!((len, capacity, pressure, ring), (2, 2, Some(Pressure::Stop), RingCounts::default().with_shed(0)));
}

/// The ends of a ring that drops say so, both of them, and the law holds: what was sent was received, evicted or is inside.
#[test]
fn what_is_dropped_is_counted() {
    let (mut sender, mut receiver) = channel::swap(2, 1, Overflow::DropOldest).unwrap();
    (0..5).for_each(|number| assert!(sender.try_send(number).is_ok()));
    assert_eq!(receiver.try_recv(), Ok(3));
    assert_eq!(sender.force_send(9), Ok(Pushed::Stored));
    sender.end().set_overflow(Overflow::DropIncoming);
    assert!(sender.try_send(10).is_err());
    let counts = RingCounts::default().with_evicted(3).with_shed(1);
    for stats in [sender.stats(), receiver.stats()] {
        assert_eq!((stats.ring, stats.len), (counts, 2));
    }
    let (sent, received) = (sender.stats(), receiver.stats());
    assert_eq!(done(sent), (6, 0, 0, 0), "what is shed was not refused");
    assert_eq!(sent.items as usize, received.items as usize + counts.evicted.unwrap() + received.len);
}

#[test]
fn they_are_one_line() {
    let (mut sender, receiver) = channel::spsc(3).unwrap();
    sender.try_send(1).unwrap();
    assert_eq!(sender.stats().to_string(), "1 items, 0 refused, 0 waits, 0 in vain; 1 of 3 inside, Open");
    drop(receiver);
    assert_eq!(sender.stats().to_string(), "1 items, 0 refused, 0 waits, 0 in vain; 1 of 3 inside, Closed");
}

#[test]
fn each_count_of_a_ring_has_a_place_of_its_own() {
    let counts = RingCounts::default().with_evicted(1).with_shed(2).with_conflated(3).with_expired(4);
    let of_each = [counts.evicted, counts.shed, counts.conflated, counts.expired];
    assert_eq!(of_each, [Some(1), Some(2), Some(3), Some(4)]);
}
