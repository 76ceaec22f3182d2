//! What is newest takes the place of what was not received: a send never waits, and the receiver does for what is new.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use forebay::channel::{
    self, Lobby, ReceiveEnd, Receiver, RecvError, RecvTimeoutError, SendEnd, SendError, Sender, Shared,
};
use forebay::{PopError, Pressure, Pushed, latest};
use quickcheck::QuickCheck;

use super::{Counter, poll};

/// A key and a number.
type Item = (usize, u32);

/// Does what the bytes say: sends, and receives in all ways. At each step what is inside is known exactly, and so is whether the
/// receiver is called.
fn check<P, C>(
    keys: usize,
    ends: (Sender<P, Shared>, Receiver<C, Shared>),
    item: fn(C::Item) -> Item,
    ops: &[u8],
) -> bool
where
    P: SendEnd<Item = Item, Sent = Pushed<Item>>,
    C: ReceiveEnd + Unpin,
{
    let (mut sender, mut receiver) = (Some(ends.0), ends.1);
    // The keys with something new, the one that has had it longest first, and what that is.
    let mut inside = VecDeque::<Item>::new();
    let mut waits: Option<Arc<Counter>> = None;
    for (&op, number) in ops.iter().zip(0..) {
        let is_empty = inside.is_empty();
        let is_over = sender.is_none() && is_empty;
        let mut take = |taken: Option<C::Item>| assert_eq!(taken.map(item), inside.pop_front());
        match (op % 8, &mut sender) {
            (0..=2, Some(sender)) => {
                let key = usize::from(op / 8) % keys;
                let sent = match op % 3 {
                    0 => sender.try_send((key, number)).map_err(|_| ()),
                    1 => sender.blocking_send((key, number)).map_err(|_| ()),
                    _ => match poll(&mut sender.send((key, number)), &Arc::default()) {
                        Poll::Ready(sent) => sent.map_err(|_| ()),
                        Poll::Pending => panic!("there is room"),
                    },
                };
                let at = inside.iter().position(|&(of, _)| of == key);
                let before = at.map(|at| std::mem::replace(&mut inside[at], (key, number)));
                if at.is_none() {
                    inside.push_back((key, number));
                }
                assert_eq!(sent, Ok(before.map_or(Pushed::Stored, Pushed::Evicted)));
            }
            (3, _) => {
                let counter = Arc::<Counter>::default();
                match receiver.poll_recv(&mut Context::from_waker(&Waker::from(Arc::clone(&counter)))) {
                    Poll::Ready(taken) => {
                        assert_eq!(taken.is_err(), is_over);
                        take(taken.ok());
                        waits = None;
                    }
                    Poll::Pending => {
                        assert!(is_empty && !is_over);
                        waits = Some(counter);
                    }
                }
                continue;
            }
            (4, _) => {
                let taken = receiver.try_recv();
                assert_eq!(matches!(taken, Err(PopError::Closed)), is_over);
                waits = waits.filter(|_| matches!(taken, Err(PopError::Empty)));
                take(taken.ok());
            }
            (5, _) => {
                let taken = receiver.recv_timeout(Duration::ZERO);
                assert_eq!(matches!(taken, Err(RecvTimeoutError::Closed)), is_over);
                waits = None;
                take(taken.ok());
            }
            (6, _) => {
                let (mut items, max) = (Vec::new(), usize::from(op / 8) % 4 + 1);
                let polled = poll(&mut receiver.recv_many(&mut items, max), &Arc::default());
                assert_eq!(polled.is_pending(), is_empty && !is_over);
                items.into_iter().for_each(|taken| take(Some(taken)));
                waits = None;
            }
            (7, _) if op > 250 => sender = None,
            _ => {}
        }
        if let Some(counter) = &waits {
            assert_eq!(counter.count() > 0, !inside.is_empty() || sender.is_none(), "called, and only then");
        }
        assert_eq!(receiver.len(), inside.len());
    }
    true
}

#[test]
fn the_newest_value() {
    fn holds(ops: Vec<u8>) -> bool {
        check(1, channel::latest(), |item| item, &ops)
    }
    QuickCheck::new().tests(3000).quickcheck(holds as fn(Vec<u8>) -> bool);
}

#[test]
fn the_newest_value_of_each_key() {
    fn holds(ops: Vec<u8>) -> bool {
        (1..4)
            .all(|keys| check(keys, channel::conflated(keys, |&(key, _): &Item| key).unwrap(), |(_, item)| item, &ops))
    }
    QuickCheck::new().tests(3000).quickcheck(holds as fn(Vec<u8>) -> bool);
}

/// A receiver that has the newest value waits for another one; the end is seen after the last value.
#[test]
fn the_last_value_comes_before_the_end() {
    let (mut sender, mut receiver) = channel::latest();
    let counter = Arc::<Counter>::default();
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    assert_eq!(poll(&mut receiver.recv(), &counter), Poll::Ready(Ok(1)));
    let mut receive = receiver.recv();
    assert!(poll(&mut receive, &counter).is_pending());
    assert_eq!(sender.try_send(2), Ok(Pushed::Stored));
    assert_eq!(sender.try_send(3), Ok(Pushed::Evicted(2)));
    drop(sender);
    assert_eq!(counter.count(), 1, "once, as it was not polled since");
    assert_eq!(poll(&mut receive, &counter), Poll::Ready(Ok(3)));
    assert_eq!(poll(&mut receive, &counter), Poll::Ready(Err(RecvError)));
}

/// The receiver that goes: what is sent then comes back, and who waits for that is called.
#[test]
fn the_end_of_the_receiver() {
    let counter = Arc::<Counter>::default();
    let (mut sender, receiver) = channel::latest();
    let mut closed = sender.closed();
    assert!(poll(&mut closed, &counter).is_pending());
    drop(receiver);
    assert_eq!(counter.count(), 1);
    assert!(poll(&mut closed, &counter).is_ready());
    drop(closed);
    assert_eq!(sender.blocking_send(1), Err(SendError::Closed(1)));
    let (mut sender, receiver) = channel::conflated(1, |_: &u32| 0).unwrap();
    drop(receiver);
    assert_eq!(sender.blocking_send(1), Err(SendError::Closed(1)));
}

/// The pressure says how many keys have something new; a value without a key is counted, and changes nothing.
#[test]
fn keys_press() {
    let (mut sender, mut receiver) = channel::conflated(2, |&key: &usize| key).unwrap();
    let (counter, its) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    assert!(poll(&mut receiver.pressure_changed(), &its).is_pending());
    assert_eq!(sender.blocking_send(2), Err(SendError::Shed(2)));
    assert_eq!(sender.end().without_key(), 1);
    (0..2).for_each(|key| assert_eq!(sender.blocking_send(key), Ok(Pushed::Stored)));
    assert_eq!(poll(&mut sender.pressure_changed(), &counter), Poll::Ready(Pressure::Stop));
    let mut changed = sender.pressure_changed();
    assert!(poll(&mut changed, &counter).is_pending());
    assert_eq!(receiver.blocking_recv(), Ok((0, 0)));
    assert_eq!(receiver.blocking_recv(), Ok((1, 1)));
    assert_eq!(counter.count(), 1);
    assert_eq!(poll(&mut changed, &counter), Poll::Ready(Pressure::Open));
}

/// In statics, without the heap.
#[test]
fn over_a_lobby() {
    static BUFFER: latest::TripleBuffer<u32> = latest::TripleBuffer::new();
    static KEYS: forebay::conflated::Ring<u32, 2> = forebay::conflated::Ring::new();
    static LOBBY: Lobby<2> = Lobby::new();
    {
        let (writer, reader) = BUFFER.try_split().unwrap();
        let (mut sender, mut receiver) = LOBBY.ends(writer, reader).unwrap();
        assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
        assert_eq!(poll(&mut receiver.recv(), &Arc::default()), Poll::Ready(Ok(1)));
    }
    let (producer, consumer) = KEYS.try_split().unwrap();
    let (mut sender, mut receiver) = LOBBY.ends(producer.by(|&number| number as usize), consumer).unwrap();
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    assert_eq!(poll(&mut receiver.recv(), &Arc::default()), Poll::Ready(Ok((1, 1))));
}
