//! Lanes: who waits in one is called for what comes to be there, and for nothing else.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use forebay::channel::{self, FanInReceiver, FanInSender, Lobby, RecvError, SendError, SendTimeoutError};
use forebay::fan_in::{LaneSet, NoLane, Ring};
use forebay::{PopError, Pressure, PushError, Watermarks};

use super::{Counter, poll};

const ONE: NonZeroU32 = NonZeroU32::MIN;

/// A channel with so many lanes of this capacity, all open and full of zeros.
fn full(lanes: usize, capacity: usize) -> (Vec<FanInSender<u32>>, FanInReceiver<u32>) {
    let (opener, receiver) = channel::fan_in(lanes, capacity).unwrap();
    let mut senders: Vec<_> = (0..lanes).map(|_| opener.open(ONE).unwrap()).collect();
    senders.iter_mut().for_each(|sender| (0..capacity).for_each(|_| sender.try_send(0).unwrap()));
    (senders, receiver)
}

/// A pop calls the sender in its lane, and nobody else: however many wait, and however many lanes there are.
#[test]
fn a_pop_calls_its_lane() {
    for lanes in [1, 2, 3, LaneSet::BITS, LaneSet::BITS + 1, 3 * LaneSet::BITS] {
        let (mut senders, mut receiver) = full(lanes, 2);
        let sends = senders.iter_mut().zip(1..).map(|(sender, number)| {
            let (mut send, counter) = (sender.send(number), Arc::<Counter>::default());
            assert!(poll(&mut send, &counter).is_pending());
            (send, counter)
        });
        let mut sends: Vec<_> = sends.collect();
        for round in 0..2 {
            let woken = sends.iter().filter(|(_, counter)| counter.count() > 0).count();
            assert_eq!(woken, if round == 0 { 0 } else { lanes });
            for _ in 0..lanes {
                let before: Vec<usize> = sends.iter().map(|(_, counter)| counter.count()).collect();
                let (lane, _) = receiver.try_recv().unwrap();
                let called = sends.iter().map(|(_, counter)| counter.count()).zip(before);
                let called: Vec<usize> = called.map(|(now, before)| now - before).collect();
                assert_eq!(called.iter().sum::<usize>(), 1 - round);
                assert_eq!(called[lane.index()], 1 - round);
            }
        }
        for (send, counter) in &mut sends {
            assert_eq!(poll(send, counter), Poll::Ready(Ok(())));
        }
    }
}

/// One that is called and doesn't use it owes nobody a call; whoever uses the lane next finds the room.
#[test]
fn nobody_is_owed_a_call() {
    let (mut senders, mut receiver) = full(2, 1);
    let mut second = senders.pop().unwrap();
    let mut first = senders.pop().unwrap();
    let counters: [Arc<Counter>; 2] = Default::default();
    let lane = first.end().lane();
    let (mut send, mut other) = (first.send(1), second.send(2));
    assert!(poll(&mut send, &counters[0]).is_pending() && poll(&mut other, &counters[1]).is_pending());
    assert_eq!(receiver.try_recv(), Ok((lane, 0)));
    assert_eq!(counters.each_ref().map(|counter| counter.count()), [1, 0]);
    drop(send);
    assert_eq!(counters[1].count(), 0);
    let mut ready = first.ready();
    assert!(poll(&mut ready, &counters[0]).is_ready());
    drop(ready);
    assert_eq!(first.try_send(3), Ok(()));
    // Nor does one owe it that waits for something else, or goes, when it has been called.
    let mut send = first.send(4);
    assert!(poll(&mut send, &counters[0]).is_pending());
    assert_eq!(receiver.try_recv().map(|(lane, _)| lane.index()), Ok(1));
    assert_eq!(poll(&mut other, &counters[1]), Poll::Ready(Ok(())));
    drop(other);
    let mut other = second.send(5);
    assert!(poll(&mut other, &counters[1]).is_pending());
    assert_eq!(receiver.try_recv(), Ok((lane, 3)));
    assert_eq!(counters[0].count(), 2);
    std::mem::forget(send);
    assert!(poll(&mut first.closed(), &counters[0]).is_pending());
    drop(first);
    assert_eq!(counters[1].count(), 1);
}

/// A batch calls each sender that has room again once, whichever lanes it goes through.
#[test]
fn a_batch_calls_its_lanes() {
    for lanes in [1, 3, LaneSet::BITS + 2] {
        for taken in 1..=3 * lanes {
            let (mut senders, mut receiver) = full(lanes, 3);
            let counters: Vec<Arc<Counter>> = senders.iter().map(|_| Arc::default()).collect();
            let sends: Vec<_> = senders
                .iter_mut()
                .zip(&counters)
                .map(|(sender, counter)| {
                    let mut send = sender.send(1);
                    assert!(poll(&mut send, counter).is_pending());
                    send
                })
                .collect();
            let mut items = Vec::new();
            assert_eq!(poll(&mut receiver.recv_many(&mut items, taken), &Arc::default()), Poll::Ready(taken));
            for (lane, counter) in counters.iter().enumerate() {
                let is_there = items.iter().any(|(of, _)| of.index() == lane);
                assert_eq!(counter.count(), usize::from(is_there), "{lane} of {lanes}, {taken}");
            }
            drop(sends);
        }
    }
}

/// One that waits for another pressure is called when that of its lane changes, and not before, and for no other lane.
#[test]
fn the_pressure_of_a_lane() {
    let (opener, mut receiver) = channel::fan_in::<u32>(2, 8).unwrap();
    let mut senders: Vec<_> = (0..2).map(|_| opener.open(ONE).unwrap()).collect();
    let [noisy, quiet] = &mut senders[..] else { unreachable!() };
    let lane = noisy.end().lane();
    receiver.end().end().lane(lane).unwrap().set_watermarks(Watermarks::new(6, 2).unwrap()).unwrap();
    (0..8).for_each(|number| noisy.try_send(number).unwrap());
    assert!(noisy.try_send(8).is_err());
    (0..3).for_each(|number| quiet.try_send(number).unwrap());
    let (counter, other) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    assert_eq!(poll(&mut noisy.pressure_changed(), &counter), Poll::Ready(Pressure::Stop));
    assert!(poll(&mut quiet.pressure_changed(), &other).is_pending());
    let (mut changed, mut never) = (noisy.pressure_changed(), quiet.pressure_changed());
    assert!(poll(&mut changed, &counter).is_pending() && poll(&mut never, &other).is_pending());
    let mut levels = Vec::new();
    while receiver.try_recv().is_ok() {
        if counter.count() > levels.len() {
            if let Poll::Ready(level) = poll(&mut changed, &counter) {
                levels.push(level);
                drop(changed);
                changed = noisy.pressure_changed();
                assert!(poll(&mut changed, &counter).is_pending());
            }
        }
    }
    assert_eq!(levels.last(), Some(&Pressure::Open));
    assert_eq!(counter.count(), levels.len(), "called for nothing");
    assert_eq!(other.count(), 0);
}

/// Openers count as senders that may come, and the last of them that goes wakes the receiver.
#[test]
fn the_last_opener_wakes_the_receiver() {
    let (opener, mut receiver) = channel::fan_in::<u32>(2, 1).unwrap();
    let counter = Arc::<Counter>::default();
    let another = opener.clone();
    let sender = opener.open(ONE).unwrap();
    let mut receive = receiver.recv();
    assert!(poll(&mut receive, &counter).is_pending());
    drop(opener);
    drop(sender);
    while counter.count() > 0 {
        let counter = Arc::<Counter>::default();
        if poll(&mut receive, &counter).is_pending() && counter.count() == 0 {
            break;
        }
    }
    let counter = Arc::<Counter>::default();
    assert!(poll(&mut receive, &counter).is_pending());
    drop(another);
    assert_eq!(counter.count(), 1);
    assert_eq!(poll(&mut receive, &counter), Poll::Ready(Err(RecvError)));
}

/// A receiver that waits comes by when a sender goes, and frees its lane; the seat is free, too.
#[test]
fn lanes_come_and_go() {
    let (opener, mut receiver) = channel::fan_in(2, 2).unwrap();
    let mut stays = opener.open(ONE).unwrap();
    for round in 0..100 {
        let mut sender = opener.open(ONE).unwrap();
        assert_eq!(opener.open(ONE).err(), Some(NoLane::AllTaken));
        let lane = sender.end().lane();
        (0..2).for_each(|number| sender.try_send(number).unwrap());
        let counter = Arc::<Counter>::default();
        let mut send = sender.send(2);
        assert!(poll(&mut send, &counter).is_pending());
        if round % 2 == 0 {
            assert_eq!(receiver.try_recv(), Ok((lane, 0)));
            assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(())));
            assert_eq!(counter.count(), 1);
        }
        drop(send);
        if round % 3 == 0 {
            stays.try_send(100).unwrap();
        }
        while receiver.try_recv().is_ok() {}
        let mut receive = receiver.recv();
        assert!(poll(&mut receive, &counter).is_pending());
        let before = counter.count();
        drop(sender);
        assert_eq!(counter.count(), before + 1);
        assert!(poll(&mut receive, &counter).is_pending());
    }
}

/// The receiver that goes wakes all, whatever they wait for in their lanes, and they have their values back.
#[test]
fn the_end_of_the_receiver_wakes_all_lanes() {
    let (mut senders, receiver) = full(3, 1);
    let counters: [Arc<Counter>; 3] = Default::default();
    let [first, second, third] = &mut senders[..] else { unreachable!() };
    assert_eq!(poll(&mut third.pressure_changed(), &counters[2]), Poll::Ready(Pressure::Stop));
    let (mut send, mut ready, mut changed) = (first.send(1), second.ready(), third.pressure_changed());
    assert!(poll(&mut send, &counters[0]).is_pending());
    assert!(poll(&mut ready, &counters[1]).is_pending());
    assert!(poll(&mut changed, &counters[2]).is_pending());
    drop(receiver);
    assert_eq!(counters.each_ref().map(|counter| counter.count()), [1; 3]);
    assert_eq!(poll(&mut send, &counters[0]), Poll::Ready(Err(SendError::Closed(1))));
    assert!(poll(&mut ready, &counters[1]).is_ready());
    assert_eq!(poll(&mut changed, &counters[2]), Poll::Ready(Pressure::Closed));
}

/// Room that is kept is in the sender's own lane.
#[test]
fn a_permit_is_of_a_lane() {
    let (mut senders, mut receiver) = full(2, 1);
    let counter = Arc::<Counter>::default();
    let mut reserve = senders[1].reserve();
    assert!(poll(&mut reserve, &counter).is_pending());
    receiver.try_recv().unwrap();
    assert_eq!(counter.count(), 0, "of the other lane");
    receiver.try_recv().unwrap();
    assert_eq!(counter.count(), 1);
    let Poll::Ready(permit) = poll(&mut reserve, &counter) else { panic!("there is room") };
    assert_eq!(permit.unwrap().send(7), Ok(()));
    drop(reserve);
    assert!(matches!(senders[1].try_reserve(), Err(PushError::Full(()))));
    assert_eq!(senders[1].send_timeout(8, Duration::ZERO), Err(SendTimeoutError::Timeout(8)));
    assert_eq!(receiver.try_recv().map(|(_, number)| number), Ok(7));
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
}

/// A lobby has the lanes of one ring after another, and of other rings in between.
#[test]
fn a_lobby_with_lanes() {
    use forebay::channel::LanesError;

    static LANES: Ring<u32, 1, 3> = Ring::new();
    static QUEUE: forebay::mpsc::Ring<u32, 1> = forebay::mpsc::Ring::new();
    static LOBBY: Lobby<4> = Lobby::new();
    static SMALL: Lobby<3> = Lobby::new();
    let (opener, consumer) = LANES.try_split().unwrap();
    assert_eq!(SMALL.lanes(opener, consumer).err(), Some(LanesError::TooFewSeats));
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let (opener, consumer) = LANES.try_split().unwrap();
        let (opener, receiver) = LOBBY.lanes(opener, consumer).unwrap();
        let mut senders: Vec<_> = (0..3).map(|_| Some(opener.open(ONE).unwrap())).collect();
        let (producer, consumer) = QUEUE.try_split().unwrap();
        assert!(LOBBY.ends(producer, consumer).is_err());
        order.into_iter().for_each(|at| drop(senders[at].take()));
        drop((opener, receiver));
        // Three senders of a queue have the same seats in whatever order.
        let (producer, consumer) = QUEUE.try_split().unwrap();
        let (sender, mut receiver) = LOBBY.ends(producer, consumer).unwrap();
        let (second, third) = (sender.try_clone().unwrap(), sender.try_clone().unwrap());
        assert!(sender.try_clone().is_err());
        drop(second);
        let mut second = third.try_clone().unwrap();
        second.try_send(1).unwrap();
        assert_eq!(receiver.try_recv(), Ok(1));
    }
}
