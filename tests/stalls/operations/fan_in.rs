//! The ring of lanes.

use std::num::NonZeroU32;

use forebay_core::fan_in::{HeapRing, OwnedConsumer, OwnedOpener, OwnedProducer, Ring as InPlace};
use forebay_core::seam::Pop;
use forebay_core::{Overflow, PopError, Refusal};

use crate::declared::{self, PARTS, VALUE};
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, nearly_two_laps, turned};
use crate::{looks, pressure, takes};

const ONE: NonZeroU32 = NonZeroU32::MIN;

struct FanIn;

/// An opener, and a lane.
struct Tx {
    opener: OwnedOpener<u32>,
    lane: OwnedProducer<u32>,
}

impl Ring for FanIn {
    const NAME: &'static str = "fan_in";
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject, Overflow::DropIncoming];
    /// Each lane has its own room.
    const HELD: usize = 0;

    type Tx = Tx;
    type Rx = OwnedConsumer<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let (opener, rx) = HeapRing::new(3, shape.capacity).expect("a small ring").into_ends();
        let lane = opener.open(ONE).expect("a free lane");
        lane.set_refusal(shape.overflow.try_into().expect("it never evicts"));
        let ends = (Tx { opener, lane }, rx);
        let (mut tx, rx) = turned::<Self>(ends, shape, nearly_two_laps(shape), |tx, marks| {
            tx.lane.set_watermarks(marks).expect("within the capacity");
        });
        assert_eq!(tx.lane.push_iter(shape.numbers()), shape.inside);
        (tx, rx)
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(Tx { opener: tx.opener.clone(), lane: tx.opener.open(ONE).expect("a free lane") })
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.put(number, tx.lane.push(number))
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|(_, number)| log.took([number]))
    }
}

#[test]
fn all() {
    let mut ring = Operations::<FanIn>::new();
    ring.tx("Producer::push", |tx, log| log.put(MINE[0], tx.lane.push(MINE[0])));
    ring.tx("Producer::push_under", |tx, log| {
        let _ = log.put(MINE[0], tx.lane.push_under(Refusal::DropIncoming, MINE[0]));
        let _ = log.put(MINE[1], tx.lane.push_under(Refusal::Reject, MINE[1]));
    });
    ring.tx("Producer::push_iter", |tx, log| log.put_first(tx.lane.push_iter(MINE)));
    ring.tx("Producer::push_slice", |tx, log| log.put_first(tx.lane.push_slice(&MINE)));
    ring.tx("Producer::set_weight", |tx, _| tx.lane.set_weight(ONE));
    ring.tx("Producer::set_refusal", |tx, _| tx.lane.set_refusal(Refusal::DropIncoming));
    looks!(
        ring.tx, "Producer", tx => tx.lane,
        lane, weight, refusal, shed, len, is_empty, is_full, free, capacity, is_closed
    );
    pressure!(ring.tx, "Producer", tx => tx.lane);
    ring.of_tx("Producer::drop", |tx, _| {
        drop(tx.lane);
        None
    });
    ring.tx("Opener::open", |tx, log| {
        let mut lane = tx.opener.open(ONE).expect("a free lane");
        let _ = log.put(MINE[0], lane.push(MINE[0]));
    });
    looks!(ring.tx, "Opener", tx => tx.opener, lanes, is_closed, clone);
    ring.of_tx("Opener::drop", |tx, _| {
        drop(tx.opener);
        None
    });

    takes!(ring, (_, number) => number);
    ring.rx("Consumer::pop_by", |rx, log| log.popped(rx.pop_by(|_| 2).map(|(_, number)| number)));
    ring.of_rx("ByLane::take_touched", false, |rx, log| {
        let mut rx = rx.by_lane();
        let _ = log.popped(rx.pop().map(|(_, number)| number));
        assert!(rx.take_touched().below(3).count() <= 3);
        Some(rx.into_end())
    });
    ring.of_rx("ByLane::lane_at", false, |rx, _| {
        let rx = rx.by_lane();
        assert!(rx.lane_at(0).is_some());
        Some(rx.into_end())
    });
    ring.rx("Consumer::lanes", |rx, _| assert_eq!(rx.lanes().count(), 1));
    ring.rx("Consumer::lane", |rx, _| {
        let id = rx.lanes().next().expect("one").id();
        assert!(rx.lane(id).is_some());
    });
    looks!(ring.rx, "Consumer", rx => rx, len, is_empty, capacity, lane_capacity, shed, is_closed);
    ring.rx("Lane::set_weight", |rx, _| rx.lanes().for_each(|lane| lane.set_weight(ONE)));
    ring.rx("Lane::set_refusal", |rx, _| rx.lanes().for_each(|lane| lane.set_refusal(Refusal::DropIncoming)));
    looks!(
        ring.rx, "Lane", rx => rx.lanes().next().expect("one"),
        id, weight, refusal, shed, len, is_empty, is_closed
    );
    pressure!(ring.rx, "Lane", rx => rx.lanes().next().expect("one"));

    ring.shared("Ring::try_split", InPlace::<u32, 2, 2>::new, |ring| ring.try_split().ok());
    declared::check_ring(
        "core/src/fan_in",
        ring.names(),
        "LaneMemory::new",
        &[("Consumer::by_lane", PARTS), ("ByLane::*", PARTS), ("LaneId::index", VALUE), ("LaneSet::*", VALUE)],
    );
}
