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

#[test]
fn owned_room_is_kept() {
    let (sender, mut receiver) = channel::spsc(1).unwrap();
    let permit = sender.try_reserve_owned().expect("there is room");
    let sender = permit.send(1).expect("it is not closed");
    let sender = sender.try_reserve_owned().expect_err("it is full").into_inner();
    let (mut waits, room) = (sender.reserve_owned(), Arc::<Counter>::default());
    assert!(poll(&mut waits, &room).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(room.count(), 1);
    let Poll::Ready(Ok(permit)) = poll(&mut waits, &room) else { panic!("there is room") };
    assert!(waits.into_inner().is_none());
    let sender = permit.release();
    let Poll::Ready(Ok(permit)) = poll(&mut sender.reserve_owned(), &room) else { panic!("there is room") };
    drop(receiver);
    assert_eq!(permit.send(2).expect_err("the receiver is gone"), SendError::Closed(2));
}

/// One that is given up gives its sender back, which waits no longer; one that is dropped takes its sender along.
#[test]
fn owned_room_is_given_up() {
    let (mut sender, mut receiver) = channel::spsc(1).unwrap();
    sender.try_send(1).unwrap();
    let (mut waits, room) = (sender.reserve_owned(), Arc::<Counter>::default());
    assert!(poll(&mut waits, &room).is_pending());
    let sender = waits.into_inner().expect("it was not ready");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(room.count(), 0, "it waits no longer");
    drop(sender.reserve_owned());
    assert_eq!(receiver.try_recv(), Err(forebay::PopError::Closed));
}

/// At the end the sender comes back with the error.
#[test]
fn owned_room_at_the_end() {
    let (mut sender, receiver) = channel::spsc(1).unwrap();
    sender.try_send(1).unwrap();
    let (mut waits, room) = (sender.reserve_owned(), Arc::<Counter>::default());
    assert!(poll(&mut waits, &room).is_pending());
    drop(receiver);
    assert_eq!(room.count(), 1);
    let Poll::Ready(Err(SendError::Closed(sender))) = poll(&mut waits, &room) else { panic!("it is closed") };
    assert!(matches!(sender.try_reserve_owned(), Err(PushError::Closed(_))));
}
