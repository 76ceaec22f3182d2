//! What a builder makes, and what it refuses.

use core::time::Duration;
use std::time::Instant;

use forebay::channel::{
    BuildError, Builder, MpscSender, PressureEnd, ReceiveEnd, Receiver, SendEnd, SendError, SendTimeoutError, Sender,
    Shared, SpscSender, SwapSender, WhenFull,
};
use forebay::{CapacityError, Overflow, Pressure, PushError, Pushed, WatermarkError};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn spsc(builder: Builder) -> Result<SpscSender<u32>, BuildError> {
    builder.spsc().map(|(sender, _)| sender)
}

fn mpsc(builder: Builder) -> Result<MpscSender<u32>, BuildError> {
    builder.mpsc().map(|(sender, _)| sender)
}

fn swap(builder: Builder) -> Result<SwapSender<u32>, BuildError> {
    builder.swap().map(|(sender, _)| sender)
}

/// What each ring says of a plan: `None` if it can be had.
fn refusals(plan: impl Fn() -> Builder) -> [Option<BuildError>; 3] {
    [spsc(plan()).err(), mpsc(plan()).err(), swap(plan()).err()]
}

/// Each contradiction, where the same without it is none.
#[test]
fn contradictions() {
    let builder = || channel::builder(4);
    assert_eq!(refusals(builder), [None; 3]);
    assert_eq!(refusals(|| channel::builder(0)), [Some(BuildError::ZeroCapacity); 3]);
    assert_eq!(refusals(|| builder().senders(1)), [None; 3]);
    assert_eq!(refusals(|| builder().senders(0)), [Some(BuildError::ZeroSenders); 3]);
    let too_many = BuildError::TooManySenders { senders: 2, limit: 1 };
    assert_eq!(refusals(|| builder().senders(2)), [Some(too_many), None, None]);
    let too_large = Some(BuildError::Ring(CapacityError::TooLarge));
    assert_eq!(refusals(|| channel::builder(usize::MAX)), [too_large; 3]);
    assert_eq!(refusals(|| builder().watermarks(4, 3)), [None; 3]);
    let not_below = BuildError::Watermarks(WatermarkError::LowNotBelowHigh { high: 3, low: 3 });
    assert_eq!(refusals(|| builder().watermarks(3, 3)), [Some(not_below); 3]);
    let above = BuildError::Watermarks(WatermarkError::HighAboveCapacity { high: 5, capacity: 4 });
    assert_eq!(refusals(|| builder().watermarks(5, 3)), [Some(above); 3]);
    let never_evicts = Some(BuildError::NeverEvicts);
    let drops = Some(BuildError::NeverDrops);
    for grace in [None, Some(SECOND)] {
        let graced = |overflow: Overflow| {
            let builder = builder().overflow(overflow);
            if let Some(time) = grace { builder.grace(time) } else { builder }
        };
        assert_eq!(refusals(|| graced(Overflow::DropOldest)), [never_evicts, never_evicts, None]);
        assert_eq!(refusals(|| graced(Overflow::DropIncoming)), [drops, None, None]);
    }
    let without = [Some(BuildError::GraceWithoutDrop); 3];
    assert_eq!(refusals(|| builder().grace(SECOND)), without);
    assert_eq!(refusals(|| builder().overflow(Overflow::Reject).grace(SECOND)), without);
    assert_eq!(refusals(|| builder().overflow(WhenFull::Block { within: Some(SECOND) }).grace(SECOND)), without);
    let zero = || builder().overflow(Overflow::DropIncoming).grace(Duration::ZERO);
    assert_eq!(refusals(zero), [Some(BuildError::ZeroGrace); 3]);
    assert_eq!(refusals(|| builder().overflow(WhenFull::Block { within: Some(SECOND) })), [None; 3]);
    let zero = || builder().overflow(WhenFull::Block { within: Some(Duration::ZERO) });
    assert_eq!(refusals(zero), [Some(BuildError::ZeroDeadline); 3]);
}

/// Those of a channel with lanes.
#[test]
fn contradictions_of_lanes() {
    let refusal = |builder: Builder| builder.fan_in::<u32>().map(drop).err();
    let builder = || channel::builder(4);
    for plan in
        [builder().lanes(2), builder().weights([1, 2]), builder().lanes(2).weights([1, 2]), builder().senders(2)]
    {
        assert_eq!(refusal(plan.clone()), None);
        assert_eq!(refusal(plan.clone().senders(2)), None);
        assert_eq!(refusal(plan.clone().senders(0)), Some(BuildError::ZeroSenders));
        assert_eq!(refusal(plan.overflow(Overflow::DropOldest)), Some(BuildError::NeverEvicts));
    }
    let too_many = Some(BuildError::TooManySenders { senders: 3, limit: 2 });
    assert_eq!(refusal(builder().lanes(2).senders(3)), too_many);
    for plan in [builder(), builder().lanes(0), builder().weights([])] {
        assert_eq!(refusal(plan), Some(BuildError::ZeroLanes));
    }
    let endless = refusal(builder().lanes(usize::MAX / 4));
    assert!(matches!(endless, Some(BuildError::Ring(_))), "and nothing is made for them before");
    let weights = Some(BuildError::Weights { weights: 1, lanes: 2 });
    assert_eq!(refusal(builder().lanes(2).weights([1])), weights);
    assert_eq!(refusal(builder().weights([1, 0])), Some(BuildError::ZeroWeight { lane: 1 }));
    assert_eq!(refusal(channel::builder(0).lanes(1)), Some(BuildError::ZeroCapacity));
    let above = BuildError::Watermarks(WatermarkError::HighAboveCapacity { high: 5, capacity: 4 });
    assert_eq!(refusal(builder().lanes(2).watermarks(5, 1)), Some(above));
    assert_eq!(refusal(builder().lanes(2).grace(SECOND)), Some(BuildError::GraceWithoutDrop));
    let no_lanes = [Some(BuildError::NoLanes); 3];
    assert_eq!(refusals(|| builder().lanes(1)), no_lanes);
    assert_eq!(refusals(|| builder().weights([1])), no_lanes);
}

/// Each lane is as it was asked for, and ends when all senders are gone.
#[test]
fn lanes_as_they_were_asked_for() {
    let plan = || channel::builder(2).weights([3, 1]).watermarks(2, 1);
    let (mut senders, mut receiver) = plan().overflow(Overflow::DropIncoming).fan_in().unwrap();
    let [first, second] = &mut senders[..] else { panic!("two lanes") };
    assert_eq!((first.end().weight(), second.end().weight()), (3, 1));
    assert_eq!([first.try_send(1), first.try_send(2), first.try_send(3)], [Ok(()), Ok(()), Err(PushError::Shed(3))]);
    assert_eq!(second.try_send(4), Ok(()));
    assert_eq!((first.pressure(), second.pressure()), (Pressure::Stop, Pressure::Open));
    assert_eq!(
        (first.stats().ring.shed, second.stats().ring.shed, receiver.stats().ring.shed),
        (Some(1), Some(0), Some(1))
    );
    assert_eq!(receiver.stats().pressure, None, "it is the lanes that have one");
    drop(senders);
    assert_eq!(receiver.blocking_iter().map(|(_, number)| number).collect::<Vec<_>>(), [1, 2, 4]);
    // A grace is one of each lane.
    let (mut senders, mut receiver) =
        plan().overflow(Overflow::DropIncoming).grace(Duration::from_millis(5)).fan_in().unwrap();
    let [first, second] = &mut senders[..] else { panic!("two lanes") };
    assert_eq!([first.blocking_send(1), first.blocking_send(2)], [Ok(()); 2]);
    assert_eq!(first.try_send(3), Err(PushError::Full(3)));
    assert_eq!(first.blocking_send(3), Err(SendError::Shed(3)));
    assert_eq!(second.blocking_send(4), Ok(()));
    assert_eq!(receiver.try_recv().map(|(_, number)| number), Ok(1));
    assert_eq!(receiver.stats().ring.shed, Some(1));
}

/// Each has a message of its own, in one line.
#[test]
fn messages() {
    let all = [
        BuildError::ZeroCapacity,
        BuildError::ZeroSenders,
        BuildError::TooManySenders { senders: 3, limit: 1 },
        BuildError::ZeroLanes,
        BuildError::NoLanes,
        BuildError::Weights { weights: 1, lanes: 2 },
        BuildError::ZeroWeight { lane: 2 },
        BuildError::Ring(CapacityError::TooLarge),
        BuildError::Watermarks(WatermarkError::LowNotBelowHigh { high: 1, low: 2 }),
        BuildError::NeverEvicts,
        BuildError::NeverDrops,
        BuildError::NeverFull,
        BuildError::GraceWithoutDrop,
        BuildError::ZeroGrace,
        BuildError::ZeroDeadline,
    ];
    let mut messages = all.map(|error| error.to_string());
    assert_eq!(messages[2], "3 senders were asked for, and this ring has 1 at most");
    assert_eq!(messages[5], "the number of weights, 1, is not that of lanes, 2");
    assert_eq!(messages[6], "the weight of lane 2 is 0: it would never be served");
    assert_eq!(messages[8], "the low watermark (2) is not below the high one (1)");
    assert!(messages.iter().all(|message| !message.contains('\n') && message.len() < 100));
    messages.sort();
    assert!(messages.is_sorted_by(|a, b| a < b), "two are the same");
}

/// The pressure rises at the high mark and falls at the low one, from the first time on.
#[test]
fn the_marks_are_those_of_both_ends() {
    fn holds<P, C>((mut sender, mut receiver): (Sender<P, Shared>, Receiver<C, Shared>), high: usize, low: usize)
    where
        P: SendEnd<Item = u32> + PressureEnd,
        C: ReceiveEnd + PressureEnd,
    {
        for _ in 0..3 {
            while sender.len() < high {
                assert_eq!(sender.pressure(), Pressure::Open);
                assert!(sender.try_send(0).is_ok());
            }
            let level = if high == sender.capacity() { Pressure::Stop } else { Pressure::Slow };
            while receiver.len() > low {
                assert_eq!((sender.pressure(), receiver.pressure()), (level, level));
                assert!(receiver.try_recv().is_ok());
            }
            assert_eq!(sender.pressure(), Pressure::Open, "{low} of {}", sender.capacity());
        }
    }
    for capacity in 1..=9 {
        for high in 1..=capacity {
            for low in 0..high {
                let plan = || channel::builder(capacity).watermarks(high, low);
                holds(plan().spsc().unwrap(), high, low);
                holds(plan().mpsc().unwrap(), high, low);
                holds(plan().swap().unwrap(), high, low);
                holds(plan().priority::<2, _, _>(|_| 1).unwrap(), high, low);
                let mut key = 0..;
                holds(plan().conflated(move |_| key.next().unwrap_or(0) % capacity).unwrap(), high, low);
            }
        }
    }
}

/// What was asked for is what there is.
#[test]
fn as_it_was_asked_for() {
    let (mut sender, receiver) = channel::builder(4).watermarks(2, 0).senders(2).swap().unwrap();
    let another = sender.try_clone().unwrap();
    assert!(another.try_clone().is_err(), "it was made for two");
    assert!(sender.try_send(1).is_ok());
    assert_eq!(receiver.pressure(), Pressure::Open);
    assert!(sender.try_send(2).is_ok());
    assert_eq!((sender.pressure(), receiver.capacity()), (Pressure::Slow, 4));
    assert_eq!(sender.end().overflow(), Overflow::Reject);
    for overflow in [Overflow::DropIncoming, Overflow::DropOldest] {
        assert_eq!(swap(channel::builder(4).overflow(overflow)).unwrap().end().overflow(), overflow);
    }
    let (mut sender, _receiver) = channel::builder(1).watermarks(1, 0).spsc().unwrap();
    assert_eq!((sender.try_send(1), sender.try_send(2)), (Ok(()), Err(PushError::Full(2))));
    let (mut sender, _receiver) = channel::builder(1).overflow(Overflow::DropIncoming).mpsc().unwrap();
    assert_eq!((sender.try_send(1), sender.try_send(2)), (Ok(()), Err(PushError::Shed(2))));
    // A deadline of its own goes before that of the channel.
    let (mut sender, _receiver) =
        channel::builder(1).overflow(WhenFull::Block { within: Some(Duration::MAX) }).mpsc().unwrap();
    sender.blocking_send(1).unwrap();
    assert_eq!(sender.send_timeout(2, Duration::from_millis(1)), Err(SendTimeoutError::Timeout(2)));
}

/// By importance there are all policies, a grace and a deadline, for what is not more important than anything inside.
#[test]
fn by_importance() {
    let class_of = |&value: &u32| usize::from(value >= 100);
    let none = channel::builder(2).watermarks(3, 1).priority::<2, _, _>(class_of);
    let above = BuildError::Watermarks(WatermarkError::HighAboveCapacity { high: 3, capacity: 2 });
    assert_eq!(none.err(), Some(above));
    assert_eq!(channel::builder(0).priority::<2, _, _>(class_of).err(), Some(BuildError::ZeroCapacity));
    assert_eq!(channel::builder(2).lanes(2).priority::<2, _, _>(class_of).err(), Some(BuildError::NoLanes));
    for grace in [None, Some(Duration::from_millis(5))] {
        for overflow in [Overflow::DropIncoming, Overflow::DropOldest] {
            let plan = channel::builder(2).overflow(overflow);
            let plan = if let Some(time) = grace { plan.grace(time) } else { plan };
            let (mut sender, mut receiver) = plan.priority::<2, _, _>(class_of).unwrap();
            let begin = Instant::now();
            assert_eq!(
                (sender.blocking_send(100), sender.blocking_send(101)),
                (Ok(Pushed::Stored), Ok(Pushed::Stored))
            );
            assert_eq!(sender.blocking_send(1), Ok(Pushed::Evicted(100)), "less important makes room at once");
            let dropped = sender.blocking_send(102);
            match overflow {
                Overflow::DropIncoming => assert_eq!(dropped, Err(SendError::Shed(102))),
                _ => assert_eq!(dropped, Ok(Pushed::Evicted(101))),
            }
            assert!(begin.elapsed() >= grace.unwrap_or_default());
            assert_eq!(receiver.try_recv(), Ok((0, 1)));
        }
    }
    let within = WhenFull::Block { within: Some(Duration::from_millis(1)) };
    let (mut sender, _receiver) = channel::builder(1).overflow(within).priority::<2, _, _>(class_of).unwrap();
    assert_eq!(sender.blocking_send(100), Ok(Pushed::Stored));
    assert_eq!(sender.blocking_send(101), Err(SendError::Timeout(101)));
}

/// What keeps the newest of each key is never full: whatever is to be done then is a contradiction.
#[test]
fn of_keys() {
    let key_of = |&(key, _): &(usize, u32)| key;
    let (mut sender, mut receiver) = channel::builder(2).senders(1).conflated(key_of).unwrap();
    assert_eq!((sender.try_send((1, 7)), sender.try_send((1, 8))), (Ok(Pushed::Stored), Ok(Pushed::Evicted((1, 7)))));
    assert_eq!(receiver.try_recv(), Ok((1, (1, 8))));
    assert_eq!(channel::builder(0).conflated(key_of).err(), Some(BuildError::ZeroCapacity));
    let too_many = BuildError::TooManySenders { senders: 2, limit: 1 };
    assert_eq!(channel::builder(2).senders(2).conflated(key_of).err(), Some(too_many));
    assert_eq!(channel::builder(2).grace(SECOND).conflated(key_of).err(), Some(BuildError::GraceWithoutDrop));
    for when_full in [
        WhenFull::Overflow(Overflow::Reject),
        WhenFull::Overflow(Overflow::DropIncoming),
        WhenFull::Overflow(Overflow::DropOldest),
        WhenFull::Block { within: Some(SECOND) },
    ] {
        let refused = channel::builder(2).overflow(when_full).conflated(key_of).err();
        assert_eq!(refused, Some(BuildError::NeverFull), "{when_full:?}");
    }
}
