//! The conflated ring.

use forebay_core::conflated::{HeapRing, OwnedConsumer, OwnedProducer, Ring as InPlace};
use forebay_core::seam::Pop;
use forebay_core::{PopError, Watermarks};

use crate::declared::{self, OWNERS, PARTS};
use crate::world::{Log, MINE, Operations, Put, Ring, Shape};
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
        let (mut tx, mut rx) = HeapRing::new(KEYS).expect("a small ring").into_ends();
        assert_eq!((tx.push(0, u32::MAX), rx.pop()), (Ok(None), Ok((0, u32::MAX))));
        if shape.is_marked {
            tx.set_watermarks(Watermarks::new(1, 0).expect("low is below high")).expect("within the capacity");
            assert!(rx.pop().is_err());
        }
        shape.numbers().for_each(|number| assert_eq!(tx.push(key_of(&number), number), Ok(None)));
        (tx, rx)
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

    ring.shared(
        "Ring::try_split",
        || -> &'static InPlace<u32, 2> { Box::leak(Box::new(InPlace::new())) },
        |ring| ring.try_split().ok(),
    );
    declared::check(
        "core/src/conflated",
        ring.names(),
        &[
            ("Ring::*", OWNERS),
            ("SliceRing::*", OWNERS),
            ("KeyMemory::new", OWNERS),
            ("Producer::by", PARTS),
            ("Keyed::*", PARTS),
            ("Values::*", PARTS),
        ],
    );
}
