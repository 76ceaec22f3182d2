//! What the ends can do beside sending and receiving one item.

use forebay::channel::{SendError, SwapReceiver, SwapSender};
use forebay::{Overflow, PushError, Pushed};

use super::*;

/// A channel that may evict, full of 1, 2, ...
fn full_swap(capacity: u32, overflow: Overflow) -> (SwapSender<u32>, SwapReceiver<u32>) {
    let (mut sender, receiver) = channel::swap(capacity as usize, 3, overflow).unwrap();
    (1..=capacity).for_each(|number| assert_eq!(sender.try_send(number), Ok(Pushed::Stored)));
    (sender, receiver)
}

#[test]
fn force_send_evicts_only_at_full() {
    for overflow in [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest] {
        let (mut sender, mut receiver) = full_swap(2, overflow);
        assert_eq!(sender.force_send(3), Ok(Pushed::Evicted(1)));
        assert_eq!(receiver.try_recv(), Ok(2));
        assert_eq!(sender.force_send(4), Ok(Pushed::Stored));
        assert_eq!(sender.force_send(5), Ok(Pushed::Evicted(3)));
        assert_eq!(sender.end().overflow(), overflow, "the others go by it as before");
        receiver.close();
        assert_eq!(sender.force_send(6), Err(SendError::Closed(6)));
        assert_eq!(receiver.try_recv(), Ok(4));
        drop(receiver);
        assert_eq!(sender.force_send(7), Err(SendError::Closed(7)));
    }
}

/// It wakes the receiver, and nobody who waits for room: there is none.
#[test]
fn force_send_calls_the_receiver_alone() {
    let (mut sender, mut receiver) = full_swap(1, Overflow::Reject);
    let mut other = sender.try_clone().unwrap();
    let (mut waits, room) = (other.send(10), Arc::<Counter>::default());
    assert!(poll(&mut waits, &room).is_pending());
    assert_eq!(sender.force_send(2), Ok(Pushed::Evicted(1)));
    assert_eq!(room.count(), 0);
    // What is taken is room, for the one that waits.
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(room.count(), 1);
    assert_eq!(poll(&mut waits, &room), Poll::Ready(Ok(Pushed::Stored)));
    assert_eq!(receiver.try_recv(), Ok(10));
    let (mut receives, item) = (receiver.recv(), Arc::<Counter>::default());
    assert!(poll(&mut receives, &item).is_pending());
    assert_eq!(sender.force_send(3), Ok(Pushed::Stored));
    assert_eq!(item.count(), 1);
    assert_eq!(poll(&mut receives, &item), Poll::Ready(Ok(3)));
}

/// The room for which another one has been called may be gone when it comes: it goes back to where it was.
#[test]
fn force_send_goes_before_those_who_wait() {
    let (mut sender, mut receiver) = full_swap(1, Overflow::Reject);
    let mut other = sender.try_clone().unwrap();
    let (mut waits, room) = (other.send(10), Arc::<Counter>::default());
    assert!(poll(&mut waits, &room).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(sender.force_send(2), Ok(Pushed::Stored));
    assert!(poll(&mut waits, &room).is_pending());
    assert_eq!(sender.try_send(3), Err(PushError::Full(3)));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(room.count(), 2);
    assert_eq!(poll(&mut waits, &room), Poll::Ready(Ok(Pushed::Stored)));
}
