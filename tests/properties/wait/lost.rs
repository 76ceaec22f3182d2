//! Calls that once were lost, found by [`rings`](super::rings).

use std::cell::Cell;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use forebay::channel::{self, Receiver, RecvError, SendEnd, Sender, Shared};
use forebay::{Overflow, PushError, Pushed, Refusal};

use super::{Counter, full, poll};

/// One that has been called for room, and is polled for a pressure that is there at once, passes the call on.
#[test]
fn a_call_that_a_forgotten_future_has_got_is_passed_on_by_one_for_the_pressure() {
    let (mut senders, mut receiver) = full(1, 2);
    let [first, second] = &mut senders[..] else { panic!("two") };
    let (one, other) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut forgotten = first.send(1);
    assert!(poll(&mut forgotten, &one).is_pending());
    mem::forget(forgotten);
    let mut waits = second.send(2);
    assert!(poll(&mut waits, &other).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    assert_eq!((one.count(), other.count()), (1, 0));
    drop(first.pressure_changed());
    assert_eq!(other.count(), 1, "nobody else knows that there is room");
    assert_eq!(poll(&mut waits, &other), Poll::Ready(Ok(())));
}

/// With one producer a ring knows that it is over when a push has been refused: a receiver that waits for that is told.
#[test]
fn a_receiver_that_waits_for_the_end_is_told_of_a_refusal() {
    let ways: [fn(&mut channel::SwapSender<u32>); 3] = [
        |sender| assert_eq!(sender.try_send(1), Err(PushError::Closed(1))),
        |sender| assert!(sender.blocking_send(1).is_err()),
        |sender| assert!(sender.force_send(1).is_err()),
    ];
    for way in ways {
        let (mut sender, mut receiver) = channel::swap::<u32>(1, 1, Overflow::Reject).unwrap();
        receiver.close();
        let counter = Arc::<Counter>::default();
        let mut receive = receiver.recv();
        assert!(poll(&mut receive, &counter).is_pending());
        way(&mut sender);
        assert_eq!(counter.count(), 1, "it is over");
        assert_eq!(poll(&mut receive, &counter), Poll::Ready(Err(RecvError)));
    }
}

/// Where nobody waits for room to send any more, as the policy drops by now, nobody queues up behind one that is first come either.
#[test]
fn what_drops_does_not_queue_up() {
    fn holds<P, C>(
        (mut sender, mut receiver): (Sender<P, Shared>, Receiver<C, Shared>),
        another: impl Fn(&Sender<P, Shared>) -> Sender<P, Shared>,
        switch: impl Fn(&Sender<P, Shared>),
        name: &str,
    ) where
        P: channel::RoomEnd + SendEnd<Item = u32>,
        C: channel::ReceiveEnd,
    {
        let (mut waiter, mut third) = (another(&sender), another(&sender));
        let counter = Arc::<Counter>::default();
        assert!(sender.try_send(0).is_ok());
        let mut waits = waiter.ready();
        assert!(poll(&mut waits, &counter).is_pending());
        for late in 1..=2 {
            assert!(receiver.try_recv().is_ok());
            assert!(sender.try_send(0).is_ok());
            assert_eq!(counter.count(), late);
            assert!(poll(&mut waits, &counter).is_pending());
        }
        // It comes first now.
        assert!(receiver.try_recv().is_ok());
        assert!(poll(&mut third.send(3), &Arc::default()).is_pending(), "{name}");
        switch(&sender);
        assert!(poll(&mut third.send(3), &Arc::default()).is_ready(), "{name}");
    }
    for overflow in [Overflow::DropIncoming, Overflow::DropOldest] {
        let switch = |sender: &channel::SwapSender<u32>| sender.end().set_overflow(overflow);
        holds(channel::swap(1, 3, Overflow::Reject).unwrap(), |sender| sender.try_clone().unwrap(), switch, "swap");
        holds(
            channel::priority::<2, u32, _>(1, Overflow::Reject, |_| 0).unwrap(),
            |sender| sender.try_clone().unwrap(),
            |sender| sender.end().get_ref().set_overflow(overflow),
            "priority",
        );
    }
    holds(
        channel::mpsc(1).unwrap(),
        |sender| sender.try_clone().unwrap(),
        |sender| sender.end().set_refusal(Refusal::DropIncoming),
        "mpsc",
    );
}

/// A drain that is forgotten has not called those who wait for room: then whoever looks next does.
#[test]
fn what_a_forgotten_drain_has_taken_is_room() {
    let (mut senders, mut receiver) = full(2, 2);
    let [first, second] = &mut senders[..] else { panic!("two") };
    let (one, other) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let (mut send, mut another) = (first.send(1), second.send(2));
    assert!(poll(&mut send, &one).is_pending() && poll(&mut another, &other).is_pending());
    let mut drain = receiver.drain();
    assert_eq!((drain.next(), drain.next()), (Some(0), Some(0)));
    mem::forget(drain);
    assert!(poll(&mut receiver.recv(), &Arc::default()).is_pending());
    assert_eq!(one.count(), 1);
    assert_eq!(poll(&mut send, &one), Poll::Ready(Ok(())));
    assert_eq!(other.count(), 1);
}

/// A thread that panics in the middle of waiting, in what says which class its item is of, and keeps its sender, is in line no more.
#[test]
fn who_panics_goes_out_of_line() {
    let calls = Cell::new(0);
    let class_of = |_: &u32| {
        calls.set(calls.get() + 1);
        // The first look, the second one before it waits, and the one in line.
        assert!(calls.get() != 4, "in line");
        0
    };
    let (mut sender, mut receiver) = channel::priority::<1, _, _>(1, Overflow::Reject, class_of).unwrap();
    let mut waiter = sender.clone();
    assert_eq!(sender.try_send(0), Ok(Pushed::Stored));
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| sender.send_timeout(1, Duration::ZERO)));
    assert!(panicked.is_err());
    let counter = Arc::<Counter>::default();
    let mut waits = waiter.send(2);
    assert!(poll(&mut waits, &counter).is_pending());
    assert_eq!(receiver.try_recv(), Ok((0, 0)));
    assert_eq!(counter.count(), 1, "nobody else is there to be called");
    assert_eq!(poll(&mut waits, &counter), Poll::Ready(Ok(Pushed::Stored)));
}
