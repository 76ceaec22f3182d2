//! Whoever waits for another pressure is woken by every operation that changes it.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use forebay::channel::{self, End, PressureEnd, ReceiveEnd, SendEnd};
use forebay::mpsc::{self, OwnedConsumer, OwnedProducer};
use forebay::seam::{Pop, Push};
use forebay::{PopError, Pressure, PushError, Pushed, Seen};

use super::{Counter, full, poll};

#[test]
fn a_push_and_a_pop_tell_of_it() {
    let (mut senders, mut receiver) = full(1, 2);
    let (mut other, mut sender) = (senders.pop().unwrap(), senders.pop().unwrap());
    assert_eq!(poll(&mut sender.pressure_changed(), &Arc::default()), Poll::Ready(Pressure::Stop));
    let (mut changed, counter) = (sender.pressure_changed(), Arc::<Counter>::default());
    assert!(poll(&mut changed, &counter).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    assert_eq!((counter.count(), poll(&mut changed, &counter)), (1, Poll::Ready(Pressure::Open)));
    assert!(poll(&mut changed, &counter).is_pending());
    other.try_send(1).unwrap();
    assert_eq!((counter.count(), poll(&mut changed, &counter)), (2, Poll::Ready(Pressure::Stop)));
}

/// With a time: what it has changed to, or nothing when that is over.
#[test]
fn a_change_is_waited_for_in_time() {
    const A_MOMENT: Duration = Duration::from_millis(1);
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    let changes = |sender: &mut channel::MpscSender<u32>, receiver: &mut channel::MpscReceiver<u32>| {
        let both = [sender.pressure_changed_timeout(A_MOMENT), receiver.pressure_changed_timeout(A_MOMENT)];
        assert_eq!(both[0], both[1]);
        assert_eq!(sender.pressure_changed_timeout(A_MOMENT), None);
        both[0]
    };
    assert_eq!(changes(&mut sender, &mut receiver), None);
    sender.try_send(1).unwrap();
    assert_eq!(changes(&mut sender, &mut receiver), Some(Pressure::Stop));
    receiver.try_recv().unwrap();
    assert_eq!(changes(&mut sender, &mut receiver), Some(Pressure::Open));
}

/// The receiver waits for one thing at a time, and for the latest, even if the future of the other was forgotten.
#[test]
fn the_receiver_waits_for_one_thing() {
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    let counters: [Arc<Counter>; 2] = Default::default();
    for (change_first, counts) in [(true, [0, 1]), (false, [1, 1])] {
        for wait_for_change in [change_first, !change_first] {
            if wait_for_change {
                let mut changed = receiver.pressure_changed();
                assert!(poll(&mut changed, &counters[0]).is_pending());
                std::mem::forget(changed);
            } else {
                let mut recv = receiver.recv();
                assert!(poll(&mut recv, &counters[1]).is_pending());
                std::mem::forget(recv);
            }
        }
        sender.try_send(1).unwrap();
        assert_eq!(counters.each_ref().map(|counter| counter.count()), counts);
        assert_eq!(receiver.try_recv(), Ok(1));
        while poll(&mut receiver.pressure_changed(), &Arc::default()).is_ready() {}
    }
}

/// An end whose refusal of a 0, or whose pop that finds a 0 and says that it has found nothing, changes the pressure.
struct Odd<E>(E);

impl<E: End> End for Odd<E> {
    const HAS_PRESSURE: bool = E::HAS_PRESSURE;

    fn has_changed(&self, seen: &mut Seen) -> bool {
        self.0.has_changed(seen)
    }
}

impl<E: PressureEnd> PressureEnd for Odd<E> {
    fn pressure(&self) -> Pressure {
        self.0.pressure()
    }

    fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
        self.0.pressure_since(seen)
    }
}

impl Push for Odd<OwnedProducer<u32>> {
    type Item = u32;

    fn push(&mut self, value: u32) -> Result<Pushed<u32>, PushError<u32>> {
        self.0.push(value)?;
        if value == 0 { Err(PushError::Full(value)) } else { Ok(Pushed::Stored) }
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn pressure(&self) -> Pressure {
        self.0.pressure()
    }
}

impl SendEnd for Odd<OwnedProducer<u32>> {
    type Sent = ();
}

impl Pop for Odd<OwnedConsumer<u32>> {
    type Item = u32;

    fn pop(&mut self) -> Result<u32, PopError> {
        self.0.pop().and_then(|item| if item == 0 { Err(PopError::Empty) } else { Ok(item) })
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl ReceiveEnd for Odd<OwnedConsumer<u32>> {}

#[test]
fn a_refusal_and_a_pop_of_nothing_tell_of_it() {
    let (tx, rx) = mpsc::ring(1).unwrap();
    let (mut sender, mut receiver) = channel::over(Odd(tx), Odd(rx));
    let counter = Arc::<Counter>::default();
    for round in 0..3 {
        let mut changed = receiver.pressure_changed();
        assert!(poll(&mut changed, &counter).is_pending());
        assert_eq!(sender.try_send(0), Err(PushError::Full(0)));
        assert_eq!((counter.count(), poll(&mut changed, &counter)), (2 * round + 1, Poll::Ready(Pressure::Stop)));
        drop(changed);
        let mut changed = sender.pressure_changed();
        // It was told of nothing so far.
        while poll(&mut changed, &counter).is_ready() {}
        assert_eq!(receiver.try_recv(), Err(PopError::Empty));
        assert_eq!((counter.count(), poll(&mut changed, &counter)), (2 * round + 2, Poll::Ready(Pressure::Open)));
        drop(changed);
        let _ = poll(&mut receiver.pressure_changed(), &counter);
    }
}
