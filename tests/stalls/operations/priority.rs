//! The ring by importance.

use std::iter;
use std::num::NonZeroUsize;

use forebay_core::priority::{HeapRing, OwnedConsumer, OwnedProducer, Ring as InPlace};
use forebay_core::seam::{Pop, Push};
use forebay_core::{Overflow, PopError};
use forebay_tests::course::OVERFLOWS;

use crate::declared::{self, PARTS};
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, used};
use crate::{looks, pressure, takes};

const CLASSES: usize = 3;

struct Priority;

fn class_of(number: &u32) -> usize {
    *number as usize % CLASSES
}

impl Ring for Priority {
    const NAME: &'static str = "priority";
    const OVERFLOWS: &'static [Overflow] = &OVERFLOWS;
    /// A push or a pop has one place to itself between its steps.
    const HELD: usize = 1;

    type Tx = OwnedProducer<u32, CLASSES>;
    type Rx = OwnedConsumer<u32, CLASSES>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let ring = HeapRing::with_overflow(shape.capacity, shape.overflow).expect("a small ring");
        let of_each = (u32::MAX - 2..=u32::MAX).flat_map(|number| iter::repeat_n(number, shape.capacity + 1));
        used::<Self>(ring.into_ends(), shape, of_each, |tx, marks| {
            tx.set_watermarks(marks).expect("within the capacity")
        })
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.pushed(number, tx.push(class_of(&number), number))
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|(_, number)| log.took([number]))
    }
}

#[test]
fn all() {
    let mut ring = Operations::<Priority>::new();
    ring.tx("Producer::push", |tx, log| {
        let _ = log.pushed(MINE[0], tx.push(class_of(&MINE[0]), MINE[0]));
    });
    ring.tx("Producer::push_under", |tx, log| {
        for (number, overflow) in MINE.into_iter().zip(OVERFLOWS) {
            let _ = log.pushed(number, tx.push_under(overflow, class_of(&number), number));
        }
    });
    ring.of_tx("By::push_under", |tx, log| {
        let mut tx = tx.by(class_of);
        let _ = log.pushed(MINE[0], tx.push(MINE[0]));
        let _ = log.pushed(MINE[1], tx.push_under(Overflow::DropOldest, MINE[1]));
        Some(tx.into_inner())
    });
    ring.tx("Producer::set_overflow", |tx, _| tx.set_overflow(Overflow::Reject));
    ring.tx("Producer::set_bypass", |tx, _| tx.set_bypass(NonZeroUsize::MIN));
    looks!(
        ring.tx, "Producer", tx => tx,
        overflow, bypass, classes, len, is_empty, is_full, capacity, is_closed, clone
    );
    ring.tx("Producer::inside", |tx, _| assert!(tx.inside(1) < 10));
    ring.tx("Producer::popped", |tx, _| tx.popped(1));
    ring.tx("Producer::evicted", |tx, _| tx.evicted(1));
    ring.tx("Producer::shed", |tx, _| tx.shed(1));
    pressure!(ring.tx, "Producer", tx => tx);
    ring.tx_goes("Producer::drop", drop);

    takes!(ring, (_, number) => number);
    ring.of_rx("Consumer::by_class", false, |rx, log| {
        let mut rx = rx.by_class();
        let _ = log.popped(rx.pop().map(|(_, number)| number));
        Some(rx.into_end())
    });
    ring.rx("Consumer::set_overflow", |rx, _| rx.set_overflow(Overflow::Reject));
    ring.rx("Consumer::set_bypass", |rx, _| rx.set_bypass(NonZeroUsize::MIN));
    looks!(ring.rx, "Consumer", rx => rx, overflow, bypass, classes, len, is_empty, is_full, capacity, is_closed);
    ring.rx("Consumer::inside", |rx, _| assert!(rx.inside(1) < 10));
    ring.rx("Consumer::popped", |rx, _| rx.popped(1));
    ring.rx("Consumer::evicted", |rx, _| rx.evicted(1));
    ring.rx("Consumer::shed", |rx, _| rx.shed(1));
    pressure!(ring.rx, "Consumer", rx => rx);
    ring.rx_closes("Consumer::close", OwnedConsumer::close);

    ring.shared("Ring::try_split", InPlace::<u32, 2, CLASSES>::new, |ring| ring.try_split().ok());
    declared::check_ring(
        "core/src/priority",
        ring.names(),
        "Slot::new",
        &[
            ("Producer::by", PARTS),
            ("By::get_ref", PARTS),
            ("By::get_mut", PARTS),
            ("By::into_inner", PARTS),
            ("ByClass::*", PARTS),
        ],
    );
}
