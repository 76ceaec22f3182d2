//! The triple buffer.

use forebay_core::PopError;
use forebay_core::latest::{OwnedReader, OwnedWriter, TripleBuffer};

use crate::declared::{self, OWNERS};
use crate::looks;
use crate::world::{Log, MINE, Operations, Put, Ring, Shape};

struct Latest;

impl Ring for Latest {
    const NAME: &'static str = "latest";
    const CAPACITIES: &'static [usize] = &[1];
    const HELD: usize = 0;

    type Tx = OwnedWriter<u32>;
    type Rx = OwnedReader<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let (mut tx, mut rx) = TripleBuffer::new().into_ends();
        if shape.is_marked {
            // Not its first value.
            assert_eq!((tx.write(u32::MAX), rx.read()), (None, Ok(u32::MAX)));
        }
        shape.numbers().for_each(|number| assert_eq!(tx.write(number), None));
        (tx, rx)
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.stored(number, tx.write(number));
        Put::Stored
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.read().map(|number| log.took([number]))
    }

    fn is_told(tx: &mut Self::Tx) -> bool {
        tx.is_closed()
    }

    /// One that was looked at, and written over then, comes back to nobody.
    fn check(rx: &mut Self::Rx, log: &Log) {
        let (stored, popped) = log.counts();
        assert_eq!(stored, popped + rx.conflated(), "{log:?}");
    }
}

#[test]
fn all() {
    let mut ring = Operations::<Latest>::new();
    ring.tx("Writer::write", |tx, log| log.stored(MINE[0], tx.write(MINE[0])));
    ring.tx("Writer::write_slot", |tx, _| drop(tx.write_slot()));
    ring.tx("WriteSlot::write", |tx, log| log.stored(MINE[0], tx.write_slot().write(MINE[0])));
    ring.tx("WriteSlot::uninit", |tx, _| {
        tx.write_slot().uninit().write(MINE[0]);
    });
    looks!(ring.tx, "Writer", tx => tx, conflated, is_empty, is_closed);
    ring.tx_goes("Writer::drop", drop);

    ring.rx("Reader::read", |rx, log| log.popped(rx.read()));
    ring.rx("Reader::read_slot", |rx, _| drop(rx.read_slot()));
    ring.rx("ReadSlot::take", |rx, log| log.popped(rx.read_slot().map(|slot| slot.take())));
    ring.rx("ReadSlot::release", |rx, log| {
        if let Ok(slot) = rx.read_slot() {
            log.took([*slot]);
            slot.release();
        }
    });
    ring.rx("Reader::peek", |rx, _| rx.peek().copied());
    looks!(ring.rx, "Reader", rx => rx, conflated, is_empty, is_closed);
    ring.rx_goes("Reader::drop", drop);

    ring.shared("TripleBuffer::try_split", TripleBuffer::<u32>::new, |buffer| buffer.try_split().ok());
    declared::check(
        "core/src/latest",
        ring.names(),
        &[("TripleBuffer::*", OWNERS), ("WriteSlot::commit", "`WriteSlot::write` ends in it")],
    );
}
