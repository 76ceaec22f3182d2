//! What the ends can do beside sending and receiving one item.

use std::time::Duration;

use forebay::channel::{SendError, SwapReceiver, SwapSender};
use forebay::{Overflow, PopError, Pressure, PushError, Pushed};

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
    assert_eq!(receiver.try_recv(), Err(PopError::Closed));
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

/// What is there is taken, and one who waits is called once, at the end; that one calls the next.
#[test]
fn a_drain_calls_at_its_end() {
    let (mut senders, mut receiver) = full(3, 4);
    let (_, rest) = senders.split_first_mut().unwrap();
    let mut sends = waiting(rest);
    let mut drain = receiver.drain();
    assert_eq!(drain.by_ref().take(2).collect::<Vec<_>>(), [0, 0]);
    assert!(sends.iter().all(|(_, counter)| counter.count() == 0));
    assert_eq!((drain.next(), drain.next(), drain.next()), (Some(0), None, None));
    drop(drain);
    assert_eq!(sends.iter().map(|(_, counter)| counter.count()).sum::<usize>(), 1);
    for (send, counter) in &mut sends {
        assert_eq!(counter.count(), 1, "each calls the next");
        assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
    }
    drop(sends);
    assert_eq!(receiver.drain().collect::<Vec<_>>(), [1, 2, 3]);
    drop(senders);
    assert_eq!(receiver.drain().next(), None);
    assert!(futures_util::stream::FusedStream::is_terminated(&receiver));
}

/// One that is not used up leaves the rest, and what it has taken is told of even if it is with a panic.
#[test]
fn a_drain_may_stop_early() {
    let (mut senders, mut receiver) = full(2, 2);
    let (_, rest) = senders.split_first_mut().unwrap();
    let sends = waiting(rest);
    assert!(receiver.drain().size_hint().1.is_some());
    assert_eq!(sends[0].1.count(), 0, "nothing was taken");
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut drain = receiver.drain();
        assert!(drain.next().is_some());
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(panics.is_err());
    assert_eq!(sends[0].1.count(), 1);
    assert_eq!(receiver.len(), 1);
    assert_eq!(receiver.stats().items, 1);
}

#[test]
fn a_receiver_is_all_that_comes() {
    let (mut sender, receiver) = channel::mpsc(2).unwrap();
    let sends = std::thread::spawn(move || sender.blocking_send_many(1..=50));
    let mut all = receiver.into_iter();
    assert!(all.by_ref().take(50).eq(1..=50));
    assert_eq!((all.next(), all.next()), (None, None));
    assert_eq!(all.into_inner().stats().items, 50);
    assert_eq!(sends.join().unwrap(), Ok(50));
    // And in a loop.
    let (mut sender, receiver) = channel::spsc(1).unwrap();
    sender.try_send(7).unwrap();
    drop(sender);
    for number in receiver {
        assert_eq!(number, 7);
    }
}

/// Batches wait in threads: for room as often as it takes, and for one item.
#[test]
fn batches_in_threads() {
    let (mut sender, mut receiver) = channel::mpsc(3).unwrap();
    let mut numbers = Vec::new();
    assert_eq!(receiver.blocking_recv_many(&mut numbers, 0), 0);
    sender.try_send(0).unwrap();
    assert_eq!(receiver.blocking_recv_many(&mut numbers, 9), 1);
    let sends = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        let sent = sender.blocking_send_many(1..=100);
        (sent, sender)
    });
    while numbers.len() < 101 {
        let taken = receiver.blocking_recv_many(&mut numbers, 2);
        assert!((1..=2).contains(&taken));
    }
    assert!(numbers.iter().copied().eq(0..=100));
    let (sent, mut sender) = sends.join().unwrap();
    assert_eq!(sent, Ok(100));
    // At the end the item that was not sent comes back, and the others are where they were.
    receiver.close();
    let mut rest = 1..=3;
    assert_eq!(sender.blocking_send_many(&mut rest), Err(SendError::Closed(1)));
    assert_eq!(rest, 2..=3);
    assert_eq!(receiver.blocking_recv_many(&mut numbers, 9), 0);
}

/// A batch goes by the deadline of its channel, item by item.
#[test]
fn a_batch_gives_up_in_time() {
    let within = channel::WhenFull::Block { within: Some(Duration::from_millis(5)) };
    let (mut sender, receiver) = channel::builder(2).overflow(within).mpsc().unwrap();
    assert_eq!(sender.blocking_send_many(1..=9), Err(SendError::Timeout(3)));
    assert_eq!(receiver.len(), 2);
}

#[test]
fn a_thread_waits_for_another_pressure() {
    let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
    let short = Duration::from_millis(1);
    assert_eq!(sender.pressure_changed_timeout(short), None);
    assert_eq!(receiver.pressure_changed_timeout(short), None);
    let mut other = sender.clone();
    let fills = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        other.blocking_send_many(1..=2)
    });
    let (mut here, mut there) = (sender.blocking_pressure_changed(), receiver.blocking_pressure_changed());
    assert_eq!(fills.join().unwrap(), Ok(2));
    // There may have been a level in between.
    while here != Pressure::Stop {
        here = sender.blocking_pressure_changed();
    }
    while there != Pressure::Stop {
        there = receiver.blocking_pressure_changed();
    }
    assert_eq!(sender.pressure_changed_timeout(short), None);
    receiver.close();
    assert_eq!(sender.blocking_pressure_changed(), Pressure::Closed);
}

/// A sink is ready, and so is a sender, where a send does not wait; what the rule drops is no error.
#[test]
fn a_sink_and_ready_wait_where_a_send_does() {
    use futures_sink::Sink;

    for overflow in [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest] {
        let (mut sender, mut receiver) = full_swap(2, overflow);
        let waits = overflow == Overflow::Reject;
        assert_eq!(poll(&mut sender.ready(), &Arc::default()).is_pending(), waits);
        let mut sink = sender.into_sink();
        let waker = Waker::from(Arc::<Counter>::default());
        let mut cx = Context::from_waker(&waker);
        for number in 3..=4 {
            assert_eq!(Pin::new(&mut sink).poll_ready(&mut cx).is_pending(), waits);
            if !waits {
                assert_eq!(Pin::new(&mut sink).start_send(number), Ok(()));
                assert_eq!(Pin::new(&mut sink).poll_flush(&mut cx), Poll::Ready(Ok(())));
            }
        }
        let kept = if overflow == Overflow::DropOldest { [3, 4] } else { [1, 2] };
        assert!(receiver.drain().eq(kept));
        assert_eq!(receiver.stats().ring.shed, Some(if overflow == Overflow::DropIncoming { 2 } else { 0 }));
    }
}
