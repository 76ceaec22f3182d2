//! Another policy, while ends wait for room.

use std::pin::pin;

use forebay::channel::{PolicyEnd, ReceiveEnd, Receiver, RoomEnd, SendError, Sender, Shared};
use forebay::expiry::{Expiring, MaxAge, Stamping};
use forebay::{Overflow, PushError, Pushed, Refusal, swap};
use futures_sink::Sink;

use super::*;

/// Waits in two ways at a full channel, and has the policy changed by the sender or the receiver. What a send comes to then.
fn switched<P, C>(
    [first, second, third]: [&mut Sender<P, Shared>; 3],
    receiver: &Receiver<C, Shared>,
    [reject, other]: [P::Policy; 2],
    by_receiver: bool,
) -> Result<P::Sent, SendError<u32>>
where
    P: RoomEnd<Item = u32, Sent: std::fmt::Debug + PartialEq> + PolicyEnd<Policy: Copy>,
    C: ReceiveEnd + PolicyEnd<Policy = P::Policy>,
{
    let set = |sender: &Sender<P, Shared>, overflow| match by_receiver {
        true => receiver.set_overflow(overflow),
        false => sender.set_overflow(overflow),
    };
    let (mut send, sent) = (first.send(7), Arc::<Counter>::default());
    let (mut ready, room) = (second.ready(), Arc::<Counter>::default());
    assert!(poll(&mut send, &sent).is_pending());
    assert!(poll(&mut ready, &room).is_pending());
    set(third, reject);
    assert_eq!((sent.count(), room.count()), (0, 0), "they wait for room as before");
    set(third, other);
    assert_eq!((sent.count(), room.count()), (1, 1));
    assert!(third.overflow().into() == other.into() && receiver.overflow().into() == other.into());
    assert!(poll(&mut ready, &room).is_ready());
    match poll(&mut send, &sent) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits for room that it does not need"),
    }
}

const REFUSALS: [Refusal; 2] = [Refusal::Reject, Refusal::DropIncoming];

#[test]
fn whoever_waits_is_told_of_a_policy_that_needs_no_room() {
    for by_receiver in [false, true] {
        let policies = |other| [Overflow::Reject, other];
        for (other, expected) in
            [(Overflow::DropIncoming, Err(SendError::Shed(7))), (Overflow::DropOldest, Ok(Pushed::Evicted(0)))]
        {
            let (mut first, receiver) = channel::swap(1, 3, Overflow::Reject).unwrap();
            assert_eq!(first.try_send(0), Ok(Pushed::Stored));
            let [mut second, mut third] = [first.try_clone().unwrap(), first.try_clone().unwrap()];
            let senders = [&mut first, &mut second, &mut third];
            assert_eq!(switched(senders, &receiver, policies(other), by_receiver), expected);

            let (mut first, receiver) = channel::priority::<2, _, _>(1, Overflow::Reject, |_: &u32| 1).unwrap();
            assert_eq!(first.try_send(0), Ok(Pushed::Stored));
            let [mut second, mut third] = [first.clone(), first.clone()];
            let senders = [&mut first, &mut second, &mut third];
            assert_eq!(switched(senders, &receiver, policies(other), by_receiver), expected);

            let (tx, rx) = swap::HeapRing::with_overflow(1, 3, Overflow::Reject).unwrap().into_ends();
            let (mut first, receiver) =
                channel::over(Stamping::new(tx, || 0), Expiring::new(rx, || 0, MaxAge::unlimited()));
            assert_eq!(first.try_send(0), Ok(Pushed::Stored));
            let [mut second, mut third] = [first.try_clone().unwrap(), first.try_clone().unwrap()];
            let senders = [&mut first, &mut second, &mut third];
            assert_eq!(switched(senders, &receiver, policies(other), by_receiver), expected);
        }
        let (mut senders, receiver) = full(1, 3);
        let [first, second, third] = &mut senders[..] else { unreachable!("three") };
        assert_eq!(switched([first, second, third], &receiver, REFUSALS, by_receiver), Err(SendError::Shed(7)));
    }
}

/// A lane has a policy to itself.
#[test]
fn a_lane_is_told_of_its_policy() {
    let (opener, mut receiver) = channel::fan_in(2, 1).unwrap();
    let mut lanes = [(); 2].map(|()| opener.open(std::num::NonZeroU32::MIN).unwrap());
    lanes.iter_mut().for_each(|lane| lane.try_send(0).unwrap());
    let [first, second] = &mut lanes;
    second.set_overflow(Refusal::DropIncoming);
    assert_eq!((first.overflow(), second.try_send(1)), (Refusal::Reject, Err(PushError::Shed(1))));
    let counter = Arc::<Counter>::default();
    assert!(poll(&mut first.send(1), &counter).is_pending());
    assert_eq!(receiver.try_recv().map(|(_, number)| number), Ok(0));
}

/// Nor does one wait behind another one that has come first, and has not come yet.
#[test]
fn nobody_queues_up_who_needs_no_room() {
    for (other, expected) in
        [(Overflow::DropIncoming, Err(SendError::Shed(7))), (Overflow::DropOldest, Ok(Pushed::Evicted(9)))]
    {
        let (mut first, mut receiver) = channel::swap(1, 3, Overflow::Reject).unwrap();
        let [mut second, mut barger] = [first.try_clone().unwrap(), first.try_clone().unwrap()];
        assert_eq!(barger.try_send(0), Ok(Pushed::Stored));
        let (mut send, counter) = (first.send(1), Arc::<Counter>::default());
        assert!(poll(&mut send, &counter).is_pending());
        for number in [8, 9] {
            receiver.try_recv().unwrap();
            assert_eq!(barger.try_send(number), Ok(Pushed::Stored));
            assert!(poll(&mut send, &counter).is_pending());
        }
        assert!(poll(&mut second.send(7), &counter).is_pending());
        barger.set_overflow(other);
        assert_eq!(poll(&mut second.send(7), &counter), Poll::Ready(expected));
    }
}

/// A sink is ready where its sends need no room.
#[test]
fn a_sink_needs_no_room_where_the_policy_drops() {
    let (sender, receiver) = channel::swap(1, 1, Overflow::DropOldest).unwrap();
    let mut sink = pin!(sender.into_sink());
    for number in 1..=3 {
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
        assert_eq!(sink.as_mut().start_send(number), Ok(()));
    }
    assert_eq!(receiver.len(), 1);
    receiver.set_overflow(Overflow::Reject);
    assert!(sink.as_mut().poll_ready(&mut Context::from_waker(Waker::noop())).is_pending());
}
