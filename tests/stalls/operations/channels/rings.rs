//! The rings, as channels. Some are there twice: with other senders beside the one that is stopped, and without, for the operations that
//! would wait if others took the room.

use std::num::NonZeroU32;

use forebay::channel::{self, ReceiveEnd, Receiver, SendEnd, Sender, Shared};
use forebay_core::{Overflow, PopError, Refusal, Watermarks};
use forebay_tests::course::OVERFLOWS;

use super::{Became, Item, try_send};
use crate::world::{self, Log, MINE, Put, Ring, Shape};

fn put<P: SendEnd<Item = u32, Sent: Became>>(tx: &mut Sender<P, Shared>, number: u32, log: &mut Log) -> Put {
    try_send(tx, number, log)
}

fn get<C: ReceiveEnd<Item: Item>>(rx: &mut Receiver<C, Shared>, log: &mut Log) -> Result<(), PopError> {
    rx.try_recv().map(|item| log.took([item.number()]))
}

/// A channel that has been used, with the numbers of the shape inside. Whether it was made with watermarks or without, it looks at them.
fn used<R: Ring>(ends: (R::Tx, R::Rx), shape: Shape) -> (R::Tx, R::Rx) {
    // Of the last class.
    let through = world::a_lap(shape).map(|number| number - 1);
    world::used::<R>(ends, Shape { is_marked: true, ..shape }, through, |_, _| {})
}

/// A builder with the watermarks of the shape.
fn built(shape: Shape) -> channel::Builder {
    let builder = channel::builder(shape.capacity);
    if shape.is_marked { builder.watermarks(1, 0) } else { builder }
}

/// All but the ends.
macro_rules! as_any {
    () => {
        fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
            put(tx, number, log)
        }

        fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
            get(rx, log)
        }
    };
}

pub(super) struct Spsc;

impl Ring for Spsc {
    const NAME: &'static str = "channel, spsc";
    const HELD: usize = 0;

    type Tx = channel::SpscSender<u32>;
    type Rx = channel::SpscReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        used::<Self>(built(shape).spsc().expect("a small channel"), shape)
    }

    as_any!();
}

pub(super) struct Mpsc<const OTHERS: bool>;

impl<const OTHERS: bool> Ring for Mpsc<OTHERS> {
    const NAME: &'static str = "channel, mpsc";
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject, Overflow::DropIncoming];
    const HELD: usize = MINE.len();

    type Tx = channel::MpscSender<u32>;
    type Rx = channel::MpscReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let ends = built(shape).mpsc().expect("a small channel");
        ends.0.set_overflow(Refusal::try_from(shape.overflow).expect("it never evicts"));
        used::<Self>(ends, shape)
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        OTHERS.then(|| tx.clone())
    }

    as_any!();
}

pub(super) struct Swap<const OTHERS: bool>;

impl<const OTHERS: bool> Ring for Swap<OTHERS> {
    const NAME: &'static str = "channel, swap";
    const OVERFLOWS: &'static [Overflow] = &OVERFLOWS;
    const HELD: usize = 0;

    type Tx = channel::SwapSender<u32>;
    type Rx = channel::SwapReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        used::<Self>(built(shape).overflow(shape.overflow).senders(3).swap().expect("a small channel"), shape)
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        OTHERS.then(|| tx.try_clone().expect("a free seat"))
    }

    as_any!();

    fn check(rx: &mut Self::Rx, log: &Log) {
        let (stored, popped) = log.counts();
        assert_eq!(stored, popped + rx.end().evicted(), "{log:?}");
    }
}

/// The class, or the key, of a number.
fn third(number: &u32) -> usize {
    *number as usize % 3
}

type Third = fn(&u32) -> usize;

pub(super) struct Priority<const OTHERS: bool>;

impl<const OTHERS: bool> Ring for Priority<OTHERS> {
    const NAME: &'static str = "channel, priority";
    const OVERFLOWS: &'static [Overflow] = &OVERFLOWS;
    const HELD: usize = 1;

    type Tx = channel::PrioritySender<u32, Third, 3>;
    type Rx = channel::PriorityReceiver<u32, 3>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let ring = forebay::priority::HeapRing::with_overflow(shape.capacity, shape.overflow).expect("a small ring");
        let (mut tx, rx) = ring.into_ends();
        if shape.is_marked {
            tx.set_watermarks(Watermarks::new(1, 0).expect("low is below high")).expect("within the capacity");
        }
        used::<Self>(channel::over(tx.by(third as Third), rx.by_class()), shape)
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        OTHERS.then(|| tx.clone())
    }

    as_any!();
}

pub(super) struct Conflated;

impl Ring for Conflated {
    const NAME: &'static str = "channel, conflated";
    const CAPACITIES: &'static [usize] = &[3];
    const HELD: usize = 0;

    type Tx = channel::ConflatedSender<u32, Third>;
    type Rx = channel::ConflatedReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        used::<Self>(channel::conflated(3, third as Third).expect("a small channel"), shape)
    }

    as_any!();

    // What several at once have replaced is told by the count alone.
    fn check(rx: &mut Self::Rx, log: &Log) {
        let (stored, popped) = log.counts();
        assert_eq!(stored, popped + rx.end().conflated_total(), "{log:?}");
    }
}

pub(super) struct Latest;

impl Ring for Latest {
    const NAME: &'static str = "channel, latest";
    const CAPACITIES: &'static [usize] = &[1];
    const HELD: usize = 0;

    type Tx = channel::LatestSender<u32>;
    type Rx = channel::LatestReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        used::<Self>(channel::latest(), shape)
    }

    as_any!();

    fn check(rx: &mut Self::Rx, log: &Log) {
        let (stored, popped) = log.counts();
        assert_eq!(stored, popped + rx.end().conflated(), "{log:?}");
    }
}

/// A lane, with an opener for the others; or without, so that it is a sender alone.
pub(super) struct FanIn<const OPENER: bool>;

pub(super) type LaneOpener = channel::FanInOpener<u32>;
pub(super) type Lane = channel::FanInSender<u32>;

fn lanes(shape: Shape) -> (LaneOpener, Lane, channel::FanInReceiver<u32>) {
    let (opener, rx) = channel::fan_in(3, shape.capacity).expect("a small channel");
    let lane = opener.open(NonZeroU32::MIN).expect("a free lane");
    if shape.is_marked {
        let marks = Watermarks::new(1, 0).expect("low is below high");
        rx.end().lane_at(0).expect("it is open").set_watermarks(marks).expect("within the capacity");
    }
    lane.set_overflow(Refusal::try_from(shape.overflow).expect("it never evicts"));
    let (lane, rx) = used::<FanIn<false>>((lane, rx), shape);
    (opener, lane, rx)
}

impl Ring for FanIn<false> {
    const NAME: &'static str = "channel, fan_in";
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject, Overflow::DropIncoming];
    const HELD: usize = 0;

    type Tx = Lane;
    type Rx = channel::FanInReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let (_, lane, rx) = lanes(shape);
        (lane, rx)
    }

    as_any!();
}

impl Ring for FanIn<true> {
    const NAME: &'static str = "channel, fan_in";
    const HELD: usize = 0;

    type Tx = (LaneOpener, Lane);
    type Rx = channel::FanInReceiver<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let (opener, lane, rx) = lanes(shape);
        ((opener, lane), rx)
    }

    fn another((opener, _): &Self::Tx) -> Option<Self::Tx> {
        Some((opener.clone(), opener.open(NonZeroU32::MIN).expect("a free lane")))
    }

    fn push((_, lane): &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        put(lane, number, log)
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        get(rx, log)
    }
}
