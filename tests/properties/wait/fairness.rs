//! Who is woken, and in which order they are served.

use std::sync::Arc;
use std::task::Poll;

use forebay::Refusal;
use forebay::channel::{MpscReceiver, MpscSender};

use super::{Counter, Waits, full, poll, waiting};

/// A slot that gets free wakes one, and those that are served wake nobody in vain.
#[test]
fn so_many_are_woken_as_slots_get_free() {
    for capacity in 1..=4 {
        for senders in 1..=5 {
            for pops in 0..=capacity {
                let (mut senders, mut receiver) = full(capacity, senders);
                let mut sends = waiting(&mut senders);
                (0..pops).for_each(|_| assert_eq!(receiver.try_recv(), Ok(0)));
                let woken =
                    |sends: &[(_, Arc<Counter>)]| sends.iter().map(|(_, counter)| counter.count()).sum::<usize>();
                assert_eq!(woken(&sends), pops.min(sends.len()));
                for (send, counter) in &mut sends {
                    let is_woken = counter.count() > 0;
                    assert_eq!(poll(send, counter).is_ready(), is_woken, "{capacity} {pops}");
                }
                assert_eq!(woken(&sends), pops.min(sends.len()), "somebody was woken for nothing");
            }
        }
    }
}

/// Those who wait are served in the order in which they came.
#[test]
fn first_in_first_out() {
    for capacity in 1..=3 {
        for at_once in 1..=capacity {
            let (mut senders, mut receiver) = full(capacity, 6);
            let mut sends = waiting(&mut senders);
            let (mut received, mut done) = (Vec::new(), 0);
            while received.len() < capacity + 6 {
                received.extend((0..at_once).map_while(|_| receiver.try_recv().ok()));
                let woken = sends.iter().filter(|(_, counter)| counter.count() > 0).count();
                for (send, counter) in &mut sends[done..woken] {
                    assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
                }
                done = woken;
            }
            assert_eq!(received, [vec![0; capacity], (1..=6).collect()].concat());
        }
    }
}

/// Those who were called and came too late are in the order in which they came at first, whatever the order in which they are
/// polled.
#[test]
fn who_is_late_keeps_its_place() {
    for first in [0, 1] {
        let (mut senders, mut receiver) = full(2, 4);
        let (barger, senders) = senders.split_last_mut().unwrap();
        let mut sends = waiting(senders);
        (0..2).for_each(|_| assert_eq!(receiver.try_recv(), Ok(0)));
        (10..12).for_each(|number| barger.try_send(number).unwrap());
        for at in [first, 1 - first] {
            let (send, counter) = &mut sends[at];
            assert!(poll(send, counter).is_pending());
        }
        assert_eq!(receiver.try_recv(), Ok(10));
        assert_eq!(sends.iter().map(|(_, counter)| counter.count()).collect::<Vec<_>>(), [2, 1, 0]);
    }
}

/// One who waits is passed by twice by those who also may wait; then they wait behind it.
#[test]
fn barging_is_bounded() {
    let (mut senders, mut receiver) = full(1, 3);
    let [waiter, barger, third] = &mut senders[..] else { unreachable!() };
    let mut sends = waiting(std::slice::from_mut(waiter));
    let (send, counter) = &mut sends[0];
    let idle = Arc::default();
    for passed in 1..=2 {
        receiver.try_recv().unwrap();
        assert_eq!(poll(&mut barger.send(100), &idle), Poll::Ready(Ok(())));
        assert_eq!(counter.count(), passed);
        assert!(poll(send, counter).is_pending());
    }
    // Now there are some behind it, with room, and when it is done they are called one after another.
    assert_eq!(receiver.try_recv(), Ok(100));
    let (mut second, behind) = (barger.send(101), Arc::<Counter>::default());
    assert!(poll(&mut second, &behind).is_pending());
    assert!(poll(&mut third.ready(), &idle).is_pending());
    let (mut third, last) = (third.send(102), Arc::<Counter>::default());
    assert!(poll(&mut third, &last).is_pending());
    assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
    assert_eq!((behind.count(), last.count()), (0, 0), "there is no room for more");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!((behind.count(), last.count()), (1, 0));
    assert_eq!(poll(&mut second, &behind), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(101));
    assert_eq!(poll(&mut third, &last), Poll::Ready(Ok(())));
}

/// One that has been called twice, and each time the barger was faster: it comes first now.
fn first_come<'s>(
    waiter: &'s mut MpscSender<u32>,
    barger: &mut MpscSender<u32>,
    receiver: &mut MpscReceiver<u32>,
) -> Waits<'s> {
    let mut first = waiting(std::slice::from_mut(waiter)).pop().unwrap();
    for late in 1..=2 {
        receiver.try_recv().unwrap();
        barger.try_send(0).unwrap();
        assert_eq!(first.1.count(), late);
        assert!(poll(&mut first.0, &first.1).is_pending());
    }
    first
}

/// When the one that comes first goes away, those that queued up behind it, with room, are all served.
#[test]
fn who_waits_behind_one_that_goes_is_called() {
    for capacity in 1..=3 {
        let (mut senders, mut receiver) = full(capacity, 5);
        let (waiter, others) = senders.split_first_mut().unwrap();
        let (barger, others) = others.split_first_mut().unwrap();
        let first = first_come(waiter, barger, &mut receiver);
        (0..capacity).for_each(|_| assert_eq!(receiver.try_recv(), Ok(0)));
        let mut behind = waiting(others);
        drop(first);
        for served in 0..behind.len().min(capacity) {
            let woken: Vec<usize> = behind.iter().map(|(_, counter)| counter.count()).collect();
            assert_eq!(woken.iter().position(|&count| count == 0).unwrap_or(behind.len()), served + 1, "{woken:?}");
            let (send, counter) = &mut behind[served];
            assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
        }
    }
}

/// As long as one that comes first has been called and has not come, all others would be called in vain. It calls the next one when
/// it has been served.
#[test]
fn who_waits_behind_one_that_is_called_is_not_called() {
    let (mut senders, mut receiver) = full(3, 4);
    let (waiter, others) = senders.split_first_mut().unwrap();
    let (barger, others) = others.split_first_mut().unwrap();
    let mut first = first_come(waiter, barger, &mut receiver);
    let mut behind = waiting(others);
    let counts = |behind: &[(_, Arc<Counter>)]| behind.iter().map(|(_, counter)| counter.count()).collect::<Vec<_>>();
    (0..3).for_each(|_| assert!(receiver.try_recv().is_ok()));
    assert_eq!((first.1.count(), counts(&behind)), (3, vec![0, 0]));
    assert_eq!(poll(&mut first.0, &first.1), Poll::Ready(Ok(())));
    assert_eq!(counts(&behind), [1, 0]);
    let (next, counter) = &mut behind[0];
    assert_eq!(poll(next, counter), Poll::Ready(Ok(())));
    assert_eq!(counts(&behind), [1, 1]);
}

/// One that comes first, and has been called, keeps neither the end from the others nor that nobody waits for room any more.
#[test]
fn who_waits_behind_one_that_is_called_hears_of_the_end() {
    enum End {
        Closed,
        Gone,
        Dropping,
    }
    for end in [End::Closed, End::Gone, End::Dropping] {
        let (mut senders, mut receiver) = full(1, 3);
        let (waiter, others) = senders.split_first_mut().unwrap();
        let (barger, others) = others.split_first_mut().unwrap();
        let first = first_come(waiter, barger, &mut receiver);
        let mut behind = waiting(others);
        receiver.try_recv().unwrap();
        assert_eq!((first.1.count(), behind[0].1.count()), (3, 0));
        match end {
            End::Closed => receiver.close(),
            End::Gone => drop(receiver),
            End::Dropping => receiver.set_overflow(Refusal::DropIncoming),
        }
        let (next, counter) = &mut behind[0];
        assert_eq!(counter.count(), 1);
        assert!(poll(next, counter).is_ready());
    }
}

/// One that was called already when another one came to be first does not take the call away from that.
#[test]
fn a_call_goes_to_the_one_that_comes_first() {
    let (mut senders, mut receiver) = full(2, 3);
    let (barger, senders) = senders.split_last_mut().unwrap();
    let mut sends = waiting(senders);
    let [(one, one_counter), (two, two_counter)] = &mut sends[..] else { unreachable!() };
    for _ in 0..2 {
        (0..2).for_each(|_| assert!(receiver.try_recv().is_ok()));
        (0..2).for_each(|_| barger.try_send(9).unwrap());
        // The second is late twice, and first now; the first comes back only then.
        assert!(poll(two, two_counter).is_pending());
    }
    assert!(poll(one, one_counter).is_pending());
    let before = (one_counter.count(), two_counter.count());
    receiver.try_recv().unwrap();
    let woken = (one_counter.count() - before.0, two_counter.count() - before.1);
    assert_eq!(woken, (0, 1));
    assert_eq!(poll(two, two_counter), Poll::Ready(Ok(())));
}

/// A seat that was given back is taken again, and is nobody's in between.
#[test]
fn senders_come_and_go() {
    let (mut senders, mut receiver) = full(1, 4);
    for round in 0..50 {
        let gone = senders.remove(round % senders.len());
        senders.push(senders[0].clone());
        drop(gone);
        let mut sends = waiting(&mut senders);
        assert_eq!(sends.len(), 4);
        let rest = sends.split_off(round % 4);
        drop(rest);
        for (send, counter) in &mut sends {
            receiver.try_recv().unwrap();
            assert_eq!(counter.count(), 1);
            assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
        }
    }
}

/// Who sends many waits for room again and again, and is called each time.
#[test]
fn a_batch_waits_as_one_item_does() {
    let (mut senders, mut receiver) = full(2, 2);
    let [sender, another] = &mut senders[..] else { unreachable!() };
    let counter = Arc::<Counter>::default();
    let mut send = sender.send_many(1..=5);
    assert!(poll(&mut send, &counter).is_pending());
    let mut sends = waiting(std::slice::from_mut(another));
    let (next, its) = &mut sends[0];
    for round in 1..=2 {
        (0..2).for_each(|_| assert!(receiver.try_recv().is_ok()));
        assert_eq!((counter.count(), its.count()), (round, 1), "one each, and then it is alone");
        if round == 1 {
            assert_eq!(poll(next, its), Poll::Ready(Ok(())));
        }
        assert!(poll(&mut send, &counter).is_pending());
    }
    assert_eq!(send.sent(), 3);
    let mut items = Vec::new();
    assert_eq!(poll(&mut receiver.recv_many(&mut items, 9), its), Poll::Ready(2));
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(5)));
    assert_eq!(poll(&mut receiver.recv_many(&mut items, 9), its), Poll::Ready(2));
    assert_eq!(items, [2, 3, 4, 5]);
}

/// An iterator that may have to wait for its next item does not keep back those before it.
#[test]
fn a_batch_is_told_of_before_its_iterator_may_wait() {
    let (mut sender, mut receiver) = forebay::channel::mpsc(4).unwrap();
    let counter = Arc::<Counter>::default();
    let mut receive = receiver.recv();
    assert!(poll(&mut receive, &counter).is_pending());
    let mut number = 0;
    let items = std::iter::from_fn(|| {
        assert_eq!(counter.count(), number.min(1), "the receiver sleeps, and there is an item");
        number += 1;
        (number <= 3).then_some(number)
    });
    assert_eq!(poll(&mut sender.send_many(items), &Arc::default()), Poll::Ready(Ok(3)));
    assert_eq!(poll(&mut receive, &counter), Poll::Ready(Ok(1)));
}

/// One that was called while nobody else waited, and has come, does not count among those who are still to come.
#[test]
fn who_has_come_does_not_count() {
    let (mut senders, mut receiver) = full(1, 3);
    let (first, others) = senders.split_at_mut(1);
    for number in [0, 1, 1] {
        let mut sends = waiting(first);
        assert_eq!(receiver.try_recv(), Ok(number));
        let (send, counter) = &mut sends[0];
        assert_eq!(counter.count(), 1);
        assert!(poll(send, counter).is_ready());
    }
    let mut sends = waiting(others);
    assert_eq!(receiver.try_recv(), Ok(1));
    let (last, counter) = sends.pop().unwrap();
    drop(sends);
    assert_eq!(counter.count(), 1, "the first of the two was called, and is gone");
    drop(last);
}
