//! The ring of several producers that never evicts.

use forebay_core::mpsc::{HeapRing, OwnedConsumer, OwnedProducer, Ring as InPlace};
use forebay_core::{Overflow, PopError, Refusal};

use crate::declared;
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, nearly_two_laps, turned};
use crate::{looks, pressure, takes};

struct Mpsc;

impl Ring for Mpsc {
    const NAME: &'static str = "mpsc";
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject, Overflow::DropIncoming];
    /// A batch that stands still holds the slots that it has tickets for.
    const HELD: usize = MINE.len();

    type Tx = OwnedProducer<u32>;
    type Rx = OwnedConsumer<u32>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let refusal = shape.overflow.try_into().expect("it never evicts");
        let ends = HeapRing::with_refusal(shape.capacity, refusal).expect("a small capacity").into_ends();
        let (mut tx, rx) = turned::<Self>(ends, shape, nearly_two_laps(shape), |tx, marks| {
            tx.set_watermarks(marks).expect("within the capacity");
        });
        assert_eq!(tx.push_iter(shape.numbers()), shape.inside);
        (tx, rx)
    }

    fn another(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.put(number, tx.push(number))
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|number| log.took([number]))
    }
}

#[test]
fn all() {
    let mut ring = Operations::<Mpsc>::new();
    ring.tx("Producer::push", |tx, log| log.put(MINE[0], tx.push(MINE[0])));
    ring.tx("Producer::push_under", |tx, log| {
        let _ = log.put(MINE[0], tx.push_under(Refusal::DropIncoming, MINE[0]));
        let _ = log.put(MINE[1], tx.push_under(Refusal::Reject, MINE[1]));
    });
    ring.tx("Producer::push_iter", |tx, log| log.put_first(tx.push_iter(MINE)));
    ring.tx("Producer::set_refusal", |tx, _| tx.set_refusal(Refusal::DropIncoming));
    looks!(ring.tx, "Producer", tx => tx, refusal, shed, len, is_empty, is_full, free, capacity, is_closed, clone);
    pressure!(ring.tx, "Producer", tx => tx);
    ring.tx_goes("Producer::drop", drop);

    takes!(ring, number => number);
    ring.rx("Consumer::pop_all", |rx, log| {
        rx.pop_all(|number| log.took([number]));
    });
    ring.rx("Consumer::set_refusal", |rx, _| rx.set_refusal(Refusal::DropIncoming));
    looks!(ring.rx, "Consumer", rx => rx, lost, refusal, shed, len, is_empty, is_full, free, capacity, is_closed, is_bare, meet);
    pressure!(ring.rx, "Consumer", rx => rx);
    ring.rx_closes("Consumer::close", OwnedConsumer::close);

    ring.shared("Ring::try_split", InPlace::<u32, 2>::new, |ring| ring.try_split().ok());
    declared::check_ring("core/src/mpsc", ring.names(), "Slot::new", &[]);
}
