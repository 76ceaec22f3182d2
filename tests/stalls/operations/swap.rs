//! The ring that may evict, for one producer and for several.

use forebay_core::swap::{HeapRing, OwnedConsumer, OwnedProducer, Ring as InPlace};
use forebay_core::{Overflow, PopError};
use forebay_tests::course::OVERFLOWS;

use crate::declared;
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, a_lap, used};
use crate::{looks, pressure, takes};

struct Swap<const SEATS: usize>;

impl<const SEATS: usize> Ring for Swap<SEATS> {
    const NAME: &'static str = if SEATS == 1 { "swap, for one" } else { "swap" };
    const OVERFLOWS: &'static [Overflow] = &OVERFLOWS;
    /// Publishing is claiming.
    const HELD: usize = 0;

    type Tx = OwnedProducer<u32>;
    type Rx = OwnedConsumer<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let ring = HeapRing::with_overflow(shape.capacity, SEATS, shape.overflow).expect("a small ring");
        used::<Self>(ring.into_ends(), shape, a_lap(shape), |tx, marks| {
            tx.set_watermarks(marks).expect("within the capacity")
        })
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        tx.try_clone().ok()
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.pushed(number, tx.push(number))
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|number| log.took([number]))
    }

    /// What the consumer leaves behind is dropped in the ring, and counts as evicted.
    fn check(rx: &mut Self::Rx, log: &Log) {
        let (stored, popped) = log.counts();
        assert_eq!(stored, popped + rx.evicted(), "{log:?}");
    }
}

fn try_all<const SEATS: usize>() -> Operations<Swap<SEATS>> {
    let mut ring = Operations::<Swap<SEATS>>::new();
    ring.tx("Producer::push", |tx, log| log.pushed(MINE[0], tx.push(MINE[0])));
    ring.tx("Producer::force_push", |tx, log| log.pushed(MINE[0], tx.force_push(MINE[0])));
    ring.tx("Producer::push_under", |tx, log| {
        for (number, overflow) in MINE.into_iter().zip(OVERFLOWS) {
            let _ = log.pushed(number, tx.push_under(overflow, number));
        }
    });
    ring.tx("Producer::push_iter", |tx, log| {
        let batch = tx.push_iter(MINE, |victim| log.evicted(victim));
        log.put_first(batch.pushed);
    });
    ring.tx("Producer::try_clone", |tx, _| drop(tx.try_clone()));
    ring.tx("Producer::set_overflow", |tx, _| tx.set_overflow(Overflow::Reject));
    looks!(ring.tx, "Producer", tx => tx, overflow, evicted, shed, len, is_empty, is_full, free, capacity, is_closed);
    pressure!(ring.tx, "Producer", tx => tx);
    ring.tx_goes("Producer::drop", drop);

    takes!(ring, number => number);
    ring.rx("Consumer::pop_all", |rx, log| {
        rx.pop_all(|number| log.took([number]));
    });
    ring.rx("Consumer::set_overflow", |rx, _| rx.set_overflow(Overflow::Reject));
    looks!(
        ring.rx, "Consumer", rx => rx,
        lost, overflow, evicted, shed, len, is_empty, is_full, free, capacity, is_closed
    );
    pressure!(ring.rx, "Consumer", rx => rx);
    ring.rx_closes("Consumer::close", OwnedConsumer::close);

    ring.shared("Ring::try_split", InPlace::<u32, 2, SEATS>::new, |ring| ring.try_split().ok());
    ring
}

#[test]
fn for_several() {
    let ring = try_all::<3>();
    declared::check_ring("core/src/swap", ring.names(), "Slot::new", &[]);
}

#[test]
fn for_one() {
    try_all::<1>();
}
