//! Classes: what is more important does not wait where something less important is inside, whoever waits for room.

use std::sync::Arc;
use std::task::Poll;

use forebay::channel::{self, Lobby, NoSeat, PriorityReceiver, PrioritySender, SendError};
use forebay::{Overflow, PopError, PushError, Pushed, priority};

use super::{Counter, poll};

/// A class and a number.
type Item = (usize, u32);
type Sender = PrioritySender<Item, fn(&Item) -> usize, 3>;
type Receiver = PriorityReceiver<Item, 3>;

fn made(capacity: usize) -> (Sender, Receiver) {
    channel::priority(capacity, Overflow::Reject, (|&(class, _)| class) as fn(&Item) -> usize).unwrap()
}

/// At full an item takes the place of one that is less important, in every way of sending.
#[test]
fn who_is_important_does_not_wait() {
    let (mut sender, mut receiver) = made(3);
    (0..3).for_each(|number| assert_eq!(sender.try_send((2, number)), Ok(Pushed::Stored)));
    let mut waiter = sender.clone();
    let counter = Arc::<Counter>::default();
    let mut waits = waiter.send((2, 9));
    assert!(poll(&mut waits, &counter).is_pending());
    assert_eq!(sender.try_send((1, 10)), Ok(Pushed::Evicted((2, 0))));
    assert_eq!(sender.blocking_send((0, 11)), Ok(Pushed::Evicted((2, 1))));
    assert_eq!(poll(&mut sender.send((1, 12)), &counter), Poll::Ready(Ok(Pushed::Evicted((2, 2)))));
    assert_eq!(counter.count(), 0, "no room was made");
    // Now there is nothing less important than class 1.
    assert_eq!(sender.try_send((1, 13)), Err(PushError::Full((1, 13))));
    assert_eq!(sender.blocking_send((0, 14)), Ok(Pushed::Evicted((1, 10))));
    assert_eq!(receiver.try_recv(), Ok((0, (0, 11))));
    assert_eq!(counter.count(), 1);
    assert_eq!(poll(&mut waits, &counter), Poll::Ready(Ok(Pushed::Stored)));
    drop(waits);
    drop((sender, waiter));
    assert!(receiver.blocking_iter().eq([(0, (0, 14)), (1, (1, 12)), (2, (2, 9))]));
}

/// Nor behind one that comes first, as it takes no room from that; what takes room waits behind it, however important it is.
#[test]
fn who_comes_first_does_not_hold_up_evictions() {
    let (mut sender, mut receiver) = made(1);
    let (mut waiter, mut third) = (sender.clone(), sender.clone());
    let (counter, other) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    assert_eq!(sender.try_send((1, 0)), Ok(Pushed::Stored));
    let mut waits = waiter.send((1, 1));
    assert!(poll(&mut waits, &counter).is_pending());
    for late in 1..=2 {
        assert!(receiver.try_recv().is_ok());
        assert_eq!(sender.try_send((1, 2)), Ok(Pushed::Stored));
        assert_eq!(counter.count(), late);
        assert!(poll(&mut waits, &counter).is_pending());
    }
    // It comes first now.
    assert_eq!(poll(&mut third.send((0, 3)), &other), Poll::Ready(Ok(Pushed::Evicted((1, 2)))));
    assert!(poll(&mut sender.ready(), &other).is_pending());
    assert_eq!(receiver.try_recv(), Ok((0, (0, 3))));
    let mut behind = third.send((0, 4));
    assert!(poll(&mut behind, &other).is_pending(), "there is room, and it is the other's");
    assert_eq!(poll(&mut waits, &counter), Poll::Ready(Ok(Pushed::Stored)));
    // It may have that place now.
    assert_eq!(poll(&mut behind, &other), Poll::Ready(Ok(Pushed::Evicted((1, 1)))));
}

/// The receiver is called by what takes another's place, too.
#[test]
fn an_eviction_is_an_item() {
    let (mut sender, mut receiver) = made(1);
    let counter = Arc::<Counter>::default();
    let mut receive = receiver.recv();
    assert!(poll(&mut receive, &counter).is_pending());
    assert_eq!(sender.try_send((1, 0)), Ok(Pushed::Stored));
    assert_eq!(counter.count(), 1);
    assert!(matches!(sender.try_send((0, 1)), Ok(Pushed::Evicted((1, 0)))));
    assert_eq!(poll(&mut receive, &counter), Poll::Ready(Ok((0, (0, 1)))));
}

/// A close gives back what waits, and what is inside is still received.
#[test]
fn closed_with_some_inside() {
    let (mut sender, mut receiver) = made(1);
    let mut waiter = sender.clone();
    let counter = Arc::<Counter>::default();
    assert_eq!(sender.try_send((0, 0)), Ok(Pushed::Stored));
    let mut waits = waiter.send((0, 1));
    assert!(poll(&mut waits, &counter).is_pending());
    receiver.close();
    assert_eq!(counter.count(), 1);
    assert_eq!(poll(&mut waits, &counter), Poll::Ready(Err(SendError::Closed((0, 1)))));
    assert_eq!(sender.blocking_send((0, 2)), Err(SendError::Closed((0, 2))));
    assert_eq!(receiver.try_recv(), Ok((0, (0, 0))));
    assert_eq!(receiver.try_recv(), Err(PopError::Closed));
}

/// What the policy drops is told, and nobody waits.
#[test]
fn with_other_policies() {
    let class_of = |&(class, _): &Item| class;
    let (mut sender, _receiver) = channel::priority::<3, _, _>(1, Overflow::DropIncoming, class_of).unwrap();
    assert_eq!(sender.blocking_send((1, 0)), Ok(Pushed::Stored));
    assert_eq!(sender.blocking_send((1, 1)), Err(SendError::Shed((1, 1))));
    let (mut sender, _receiver) = channel::priority::<3, _, _>(1, Overflow::DropOldest, class_of).unwrap();
    assert_eq!(sender.blocking_send((1, 0)), Ok(Pushed::Stored));
    assert_eq!(sender.blocking_send((1, 1)), Ok(Pushed::Evicted((1, 0))));
    assert_eq!(sender.blocking_send((2, 2)), Err(SendError::Shed((2, 2))));
}

/// In statics, without the heap, as many senders as there are seats.
#[test]
fn over_a_lobby() {
    static RING: priority::Ring<u32, 2, 2> = priority::Ring::new();
    static LOBBY: Lobby<3> = Lobby::new();
    let (producer, consumer) = RING.try_split().unwrap();
    let by = producer.by(|&number: &u32| (number % 2) as usize);
    let (mut sender, mut receiver) = LOBBY.ends(by, consumer.by_class()).unwrap();
    let mut another = sender.try_clone().unwrap();
    assert_eq!(sender.try_clone().err(), Some(NoSeat));
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    assert_eq!(another.try_send(2), Ok(Pushed::Stored));
    assert_eq!(poll(&mut receiver.recv(), &Arc::default()), Poll::Ready(Ok((0, 2))));
    assert_eq!(poll(&mut receiver.recv(), &Arc::default()), Poll::Ready(Ok((1, 1))));
}
