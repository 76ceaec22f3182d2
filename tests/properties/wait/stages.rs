//! Channels whose ends are stages: what expires leaves its room to those who wait, and what a gate keeps out does not wait.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use forebay::admission::{Classes, Gate, Thresholds};
use forebay::channel::{PolicyEnd, ReceiveEnd, Receiver, SendEnd, SendError, SendFuture, Sender, Shared};
use forebay::expiry::{Clock, Expiring, MaxAge, Stamped, Stamping};
use forebay::mpsc::OwnedConsumer;
use forebay::{Overflow, PopError, Pressure, PushError, Pushed, Refusal, Watermarks, latest, mpsc, spsc, swap};
use forebay_tests::ledger::{go_off, goes_off};
use quickcheck::QuickCheck;

use super::*;

/// A clock that is set.
#[derive(Clone, Default)]
struct Ticks(Rc<Cell<u64>>);

impl Clock for Ticks {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

type Tx = Stamping<OwnedProducer<Stamped<u32>>, Ticks>;
type Rx<F> = Expiring<OwnedConsumer<Stamped<u32>>, Ticks, MaxAge, F>;

/// A clock, senders and the receiver.
type Made<F> = (Ticks, Vec<Sender<Tx, Shared>>, Receiver<Rx<F>, Shared>);

/// A channel for one tick, with so many senders and a sink.
fn one_tick<F: FnMut(u32)>(capacity: usize, senders: usize, sink: F) -> Made<F> {
    let clock = Ticks::default();
    let (tx, rx) = mpsc::ring(capacity).unwrap();
    let rx = Expiring::new(rx, clock.clone(), MaxAge::new(0)).with_sink(sink);
    let (sender, receiver) = channel::over(Stamping::new(tx, clock.clone()), rx);
    let others: Vec<_> = (1..senders).map(|_| sender.clone()).collect();
    (clock, std::iter::once(sender).chain(others).collect(), receiver)
}

/// The future of a send that waits, and how often that was woken.
type Waits<'s> = (SendFuture<'s, Tx, Shared>, Arc<Counter>);

fn waiting<'s>(senders: impl Iterator<Item = &'s mut Sender<Tx, Shared>>) -> Vec<Waits<'s>> {
    let sends = senders.zip(1..).map(|(sender, number)| {
        let (mut send, counter) = (sender.send(number), Arc::<Counter>::default());
        assert!(poll(&mut send, &counter).is_pending());
        (send, counter)
    });
    sends.collect()
}

fn woken(waits: &[Waits<'_>]) -> usize {
    waits.iter().filter(|(_, counter)| counter.count() > 0).count()
}

/// However a receiver looks, those who wait are called for each item that it discards and for each that it delivers, no more and
/// no less, and in that order.
#[test]
fn room_is_told_of_once_for_each_that_expires() {
    for old in 0..=4 {
        for new in 0..=4 - old {
            for waits in 0..=6 {
                for way in 0..4 {
                    let (now, mut senders, mut receiver) = one_tick(4, 7, |_| ());
                    let (first, others) = senders.split_first_mut().unwrap();
                    (0..4 - new).for_each(|_| first.try_send(0).unwrap());
                    // Those that are neither old nor new are taken in time, so that the ring is as full as it should be.
                    (0..4 - new - old).for_each(|_| assert_eq!(receiver.try_recv(), Ok(0)));
                    now.0.set(1);
                    (0..4 - old).for_each(|_| first.try_send(0).unwrap());
                    let waits = waiting(others.iter_mut().take(waits));
                    let took = match way {
                        0 => usize::from(receiver.try_recv().is_ok()),
                        1 => {
                            let mut future = receiver.recv();
                            usize::from(poll(&mut future, &Arc::default()).is_ready())
                        }
                        2 => usize::from(receiver.recv_timeout(std::time::Duration::ZERO).is_ok()),
                        // Many are told of at the end, once: each who is served calls the next.
                        _ => {
                            let (mut into, counter) = (Vec::new(), Arc::default());
                            let _ = poll(&mut receiver.recv_many(&mut into, 9), &counter);
                            usize::from(!into.is_empty())
                        }
                    };
                    assert_eq!(took, usize::from(old < 4));
                    assert_eq!(receiver.end().expired(), old);
                    let expected = waits.len().min(old + took);
                    assert_eq!(woken(&waits), expected, "{old} old, {way}");
                    assert!(waits[..expected].iter().all(|(_, counter)| counter.count() == 1));
                }
            }
        }
    }
}

/// Room that was made before the sink panicked is told of, and the receiver goes on.
#[test]
fn room_is_told_of_when_the_sink_panics() {
    let expired = RefCell::new(Vec::new());
    let sink = |number| {
        expired.borrow_mut().push(number);
        if number == 1 {
            go_off();
        }
    };
    let (now, mut senders, mut receiver) = one_tick(4, 5, sink);
    let (first, others) = senders.split_first_mut().unwrap();
    (0..4).for_each(|number| first.try_send(number).unwrap());
    now.0.set(1);
    let waits = waiting(others.iter_mut());
    assert!(goes_off(|| receiver.try_recv()));
    assert_eq!((expired.borrow().as_slice(), woken(&waits)), ([0, 1].as_slice(), 2));
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
    assert_eq!((receiver.end().expired(), woken(&waits)), (4, 4));
}

/// In any order of sends that wait, of time and of receiving, what was sent is received, or has expired, or is inside, in order; and
/// whoever is not woken waits for good reason.
fn nobody_waits_for_what_has_expired(capacity: u8, ops: Vec<(u8, u8)>) -> bool {
    let capacity = 1 + usize::from(capacity % 4);
    let expired = RefCell::new(VecDeque::new());
    let (now, senders, mut receiver) = one_tick(capacity, 4, |number| expired.borrow_mut().push_back(number));
    let mut idle: Vec<_> = senders.into_iter().collect();
    // Leaked ends would stay in their lines: tasks own theirs.
    type Task = std::pin::Pin<Box<dyn Future<Output = Sender<Tx, Shared>>>>;
    let mut tasks: Vec<(Task, Arc<Counter>, usize)> = Vec::new();
    let (order, mut inside, mut number) = (Rc::new(RefCell::new(Vec::new())), VecDeque::new(), 0);
    for (op, arg) in ops {
        match op % 6 {
            0 | 1 => {
                if let Some(mut sender) = idle.pop() {
                    number += 1;
                    let (number, order, now) = (number, Rc::clone(&order), now.clone());
                    let task = async move {
                        sender.send(number).await.unwrap();
                        order.borrow_mut().push((number, now.0.get()));
                        sender
                    };
                    let counter = Arc::<Counter>::default();
                    counter.0.store(1, Ordering::Relaxed);
                    tasks.push((Box::pin(task), counter, 0));
                }
            }
            2 => now.0.set(now.0.get() + u64::from(arg % 2)),
            3 => {
                // One that is woken, or any other one.
                if !tasks.is_empty() {
                    let at = usize::from(arg) % tasks.len();
                    let (task, counter, seen) = &mut tasks[at];
                    *seen = counter.count();
                    if let Poll::Ready(sender) = poll(task, counter) {
                        drop(tasks.remove(at));
                        idle.push(sender);
                    }
                }
            }
            _ => {
                let received = match arg % 3 {
                    0 => receiver.try_recv().ok(),
                    1 => match poll(&mut receiver.recv(), &Arc::default()) {
                        Poll::Ready(received) => received.ok(),
                        Poll::Pending => None,
                    },
                    _ => receiver.recv_timeout(std::time::Duration::ZERO).ok(),
                };
                inside.extend(order.borrow_mut().drain(..));
                let mut expected = None;
                while let Some((number, at)) = inside.pop_front() {
                    if at == now.0.get() {
                        expected = Some(number);
                        break;
                    }
                    assert_eq!(expired.borrow_mut().pop_front(), Some(number));
                }
                assert_eq!(received, expected);
                assert!(expired.borrow().is_empty(), "what was not too old has expired");
            }
        }
        // All who are woken come.
        while let Some(at) = tasks.iter().position(|(_, counter, seen)| counter.count() > *seen) {
            let (task, counter, seen) = &mut tasks[at];
            *seen = counter.count();
            if let Poll::Ready(sender) = poll(task, counter) {
                drop(tasks.remove(at));
                idle.push(sender);
            }
        }
        let room = receiver.len() < capacity;
        assert!(tasks.is_empty() || !room, "a sender sleeps, and there is room");
    }
    true
}

#[test]
fn no_sender_sleeps_when_what_was_inside_has_expired() {
    QuickCheck::new().tests(5000).quickcheck(nobody_waits_for_what_has_expired as fn(u8, Vec<(u8, u8)>) -> bool);
}

/// A stage answers as the end behind it does: with nothing where nothing is evicted, and with what was, by itself.
#[test]
fn sends_through_a_stage_answer_as_the_ring_does() {
    let clock = || 7;
    let (tx, rx) = swap::HeapRing::with_overflow(1, 2, Overflow::DropOldest).unwrap().into_ends();
    let (mut sender, mut receiver) =
        channel::over(Stamping::new(tx, clock), Expiring::new(rx, clock, MaxAge::unlimited()));
    let mut another = sender.try_clone().expect("there may be two");
    assert!(sender.try_clone().is_err());
    assert_eq!(sender.try_send("old"), Ok(Pushed::Stored));
    assert_eq!(another.blocking_send("new"), Ok(Pushed::Evicted("old")));
    assert_eq!(receiver.end().end().len(), 1);
    receiver.close();
    assert_eq!(another.blocking_send("late"), Err(SendError::Closed("late")));
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok("new"), Err(PopError::Closed)));

    let (tx, rx) = spsc::ring(1).unwrap();
    let (mut sender, receiver) = channel::over(Stamping::new(tx, clock), Expiring::new(rx, clock, MaxAge::new(0)));
    let () = sender.try_reserve().expect("there is room").send("kept").unwrap();
    assert_eq!((sender.pressure(), receiver.pressure()), (Pressure::Stop, Pressure::Stop));
    drop(receiver);
    assert_eq!(sender.try_send("late"), Err(PushError::Closed("late")), "an spsc ring has to be asked");
    assert!(sender.is_closed());
}

/// A sender behind a gate: what the rule keeps out comes back at once, and the rest waits.
#[test]
fn what_a_gate_keeps_out_does_not_wait() {
    let (mut tx, rx) = mpsc::ring_with_refusal(2, Refusal::Reject).unwrap();
    tx.set_watermarks(Watermarks::new(2, 1).unwrap()).unwrap();
    let thresholds = Thresholds::new([255, 100]).unwrap();
    let gate = Gate::new(tx, Classes::new(&thresholds, |number: &u32| usize::from(*number >= 10)));
    let (mut sender, mut receiver) = channel::over(gate, rx);
    let counter = Arc::default();
    assert_eq!(sender.try_send(10), Ok(()));
    assert_eq!(poll(&mut sender.send(11), &counter), Poll::Ready(Err(SendError::Shed(11))));
    assert_eq!(sender.try_send(1), Ok(()));
    let mut send = sender.send(2);
    assert!(poll(&mut send, &counter).is_pending());
    assert_eq!(receiver.try_recv(), Ok(10));
    assert_eq!(counter.count(), 1);
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(())));
    drop(send);
    assert_eq!(sender.end().rule().kept_out(1), 1);
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));

    let (tx, rx) = spsc::ring(1).unwrap();
    let (mut sender, receiver) = channel::over(Gate::new(tx, Classes::new(&thresholds, |_| 0)), rx);
    drop(receiver);
    assert_eq!(sender.try_send(1), Err(PushError::Closed(1)), "as above");
}

/// What goes under another policy, or at any price, is stamped as well, and comes to the rule.
#[test]
fn stages_pass_other_ways_of_pushing_on() {
    let (tx, rx) = swap::HeapRing::with_overflow(1, 1, Overflow::Reject).unwrap().into_ends();
    let clock = || 7;
    let (mut sender, mut receiver) = channel::over(Stamping::new(tx, clock), Expiring::new(rx, clock, MaxAge::new(0)));
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    assert_eq!(sender.try_send(2), Err(PushError::Full(2)));
    assert_eq!(sender.force_send(3), Ok(Pushed::Evicted(1)));
    assert_eq!(receiver.try_recv(), Ok(3));

    let (tx, mut rx) = swap::HeapRing::with_overflow(1, 1, Overflow::Reject).unwrap().into_ends();
    let mut stamping = Stamping::new(tx, clock);
    assert_eq!(stamping.push_under(Overflow::DropOldest, 1), Ok(Pushed::Stored));
    assert_eq!(stamping.push_under(Overflow::DropOldest, 2), Ok(Pushed::Evicted(1)));
    assert_eq!(stamping.push_under(Overflow::DropIncoming, 3), Err(PushError::Shed(3)));
    assert_eq!(rx.pop().map(|item| (item.value, item.at)), Ok((2, 7)));

    let (tx, _rx) = swap::HeapRing::with_overflow(1, 1, Overflow::Reject).unwrap().into_ends();
    let thresholds = Thresholds::new([255, 1]).unwrap();
    let mut gate = Gate::new(tx, Classes::new(&thresholds, |number: &u32| usize::from(*number >= 10)));
    assert_eq!(gate.push_under(Overflow::DropOldest, 1), Ok(Pushed::Stored));
    assert_eq!(gate.push_under(Overflow::DropOldest, 10), Err(PushError::Shed(10)));
    assert_eq!(gate.push_under(Overflow::DropOldest, 2), Ok(Pushed::Evicted(1)));
    assert_eq!(gate.rule().kept_out(1), 1);
}

/// An end goes by a policy that is asked of it, if it can; what never evicts goes by its own instead, and so does what has none.
#[test]
fn what_cannot_go_by_a_policy_goes_by_its_own() {
    let (mut tx, mut rx) = mpsc::ring(1).unwrap();
    let under = |tx: &mut mpsc::OwnedProducer<u32>, overflow, value| SendEnd::push_under(tx, overflow, value);
    assert_eq!(under(&mut tx, Overflow::DropOldest, 1), Ok(Pushed::Stored));
    assert_eq!(under(&mut tx, Overflow::DropOldest, 2), Err(PushError::Full(2)));
    assert_eq!(under(&mut tx, Overflow::DropIncoming, 3), Err(PushError::Shed(3)));
    rx.set_overflow(Refusal::DropIncoming);
    assert_eq!(under(&mut tx, Overflow::DropOldest, 4), Err(PushError::Shed(4)));
    assert_eq!(under(&mut tx, Overflow::Reject, 5), Err(PushError::Full(5)));
    assert_eq!(rx.pop(), Ok(1));

    let (mut tx, mut rx) = spsc::ring(1).unwrap();
    assert_eq!(SendEnd::push_under(&mut tx, Overflow::DropOldest, 1), Ok(Pushed::Stored));
    assert_eq!(SendEnd::push_under(&mut tx, Overflow::DropOldest, 2), Err(PushError::Full(2)));
    assert_eq!(rx.pop(), Ok(1));

    let (mut tx, mut rx) = latest::triple_buffer();
    assert_eq!(SendEnd::push_under(&mut tx, Overflow::DropIncoming, 1), Ok(Pushed::Stored));
    assert_eq!(SendEnd::push_under(&mut tx, Overflow::DropIncoming, 2), Ok(Pushed::Evicted(1)), "there is always room");
    assert_eq!(rx.read(), Ok(2));
}

/// A stage is as sure as its ring that a push or a pop would be in vain.
#[test]
fn stages_know_what_their_ring_is_sure_of() {
    let (tx, rx) = mpsc::ring(1).unwrap();
    let thresholds = Thresholds::new([255]).unwrap();
    let mut before = Stamping::new(Gate::new(tx, Classes::new(&thresholds, |_: &Stamped<u32>| 0)), || 7);
    let mut behind = Expiring::new(rx, || 7, MaxAge::new(0));
    assert_eq!((before.is_stuffed(), behind.is_bare()), (false, true));
    assert_eq!(before.push(1), Ok(Pushed::Stored));
    assert_eq!((before.is_stuffed(), behind.is_bare()), (true, false));
    before.set_overflow(Refusal::DropIncoming);
    assert!(!before.is_stuffed(), "a push would not be refused for now");
    assert_eq!(before.push(2), Err(PushError::Shed(2)));
    before.set_overflow(Refusal::Reject);
    behind.end_mut().close();
    assert_eq!((before.is_stuffed(), behind.is_bare()), (false, false));
    assert_eq!(behind.pop(), Ok(1));
    assert!(!behind.is_bare(), "it is the end");
}

/// Where all are as important, a policy decides.
#[test]
fn a_class_goes_under_a_policy() {
    let (tx, mut rx) = forebay::priority::ring::<u32, 2>(1).unwrap();
    let mut tx = tx.by(|number: &u32| usize::from(*number >= 10));
    for (overflow, value, outcome) in [
        (Overflow::Reject, 10, Ok(Pushed::Stored)),
        (Overflow::Reject, 11, Err(PushError::Full(11))),
        (Overflow::DropIncoming, 11, Err(PushError::Shed(11))),
        (Overflow::DropOldest, 11, Ok(Pushed::Evicted(10))),
        (Overflow::DropIncoming, 1, Ok(Pushed::Evicted(11))),
        (Overflow::DropOldest, 12, Err(PushError::Shed(12))),
    ] {
        assert_eq!(SendEnd::push_under(&mut tx, overflow, value), outcome);
    }
    assert_eq!((tx.get_ref().overflow(), rx.pop()), (Overflow::Reject, Ok((0, 1))));
}
