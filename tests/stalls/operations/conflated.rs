//! The conflated ring.

use forebay_core::PopError;
use forebay_core::conflated::{HeapRing, OwnedConsumer, OwnedProducer, Ring as InPlace};
use forebay_core::seam::Pop;

use crate::declared::{self, PARTS};
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, used};
use crate::{looks, pressure};

struct Conflated;

const KEYS: usize = 3;

fn key_of(number: &u32) -> usize {
    *number as usize % KEYS
}

impl Ring for Conflated {
    const NAME: &'static str = "conflated";
    const CAPACITIES: &'static [usize] = &[KEYS];
    const HELD: usize = 0;

    type Tx = OwnedProducer<u32>;
    type Rx = OwnedConsumer<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        used::<Self>(HeapRing::new(KEYS).expect("a small ring").into_ends(), shape, [u32::MAX], |tx, marks| {
            tx.set_watermarks(marks).expect("within the capacity")
        })
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.stored(number, tx.push(key_of(&number), number).expect("there is such a key"));
        Put::Stored
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|(_, number)| log.took([number]))
    }

    fn is_told(tx: &mut Self::Tx) -> bool {
        tx.is_closed()
    }
}

#[test]
fn all() {
    let mut ring = Operations::<Conflated>::new();
    ring.tx("Producer::push", |tx, log| Conflated::push(tx, MINE[0], log));
    ring.of_tx("Keyed::push", |tx, log| {
        let mut tx = tx.by(key_of);
        log.stored(MINE[0], tx.push(MINE[0]).expect("there is such a key"));
        Some(tx.into_parts().0)
    });
    looks!(ring.tx, "Producer", tx => tx, conflated_total, capacity, len, is_empty, is_closed);
    ring.tx("Producer::conflated", |tx, _| tx.conflated(1));
    pressure!(ring.tx, "Producer", tx => tx);
    ring.tx_goes("Producer::drop", drop);

    ring.rx("Consumer::pop", Conflated::pop);
    ring.of_rx("Consumer::values", false, |rx, log| {
        let mut rx = rx.values();
        let _ = log.popped(rx.pop());
        Some(rx.into_end())
    });
    looks!(ring.rx, "Consumer", rx => rx, conflated_total, capacity, len, is_empty, is_closed);
    ring.rx("Consumer::conflated", |rx, _| rx.conflated(1));
    pressure!(ring.rx, "Consumer", rx => rx);
    ring.rx_goes("Consumer::drop", drop);

    ring.shared("Ring::try_split", InPlace::<u32, 2>::new, |ring| ring.try_split().ok());
    declared::check_ring(
        "core/src/conflated",
        ring.names(),
        "KeyMemory::new",
        &[("Producer::by", PARTS), ("Keyed::*", PARTS), ("Values::*", PARTS)],
    );
}
