//! The ring of one producer and one consumer, in both layouts.

use forebay_core::PopError;
use forebay_core::spsc::{Dense, Flagged, HeapRing, Layout, OwnedConsumer, OwnedProducer, Ring as InPlace};

use crate::declared;
use crate::world::{Log, MINE, Operations, Put, Ring, Shape, nearly_two_laps, turned};
use crate::{looks, pressure, takes};

pub(crate) struct Spsc<L>(L);

trait Named: Layout + 'static {
    const NAME: &'static str;
}

impl Named for Dense {
    const NAME: &'static str = "spsc, dense";
}

impl Named for Flagged {
    const NAME: &'static str = "spsc, flagged";
}

impl<L: Named> Ring for Spsc<L> {
    const NAME: &'static str = L::NAME;
    const HELD: usize = 0;

    type Tx = OwnedProducer<u32, L>;
    type Rx = OwnedConsumer<u32, L>;

    fn ends(shape: Shape) -> (Self::Tx, Self::Rx) {
        let ends = HeapRing::new(shape.capacity).expect("a small capacity").into_ends();
        let (mut tx, rx) = turned::<Self>(ends, shape, nearly_two_laps(shape), |tx, marks| {
            tx.set_watermarks(marks).expect("within the capacity");
        });
        assert_eq!(tx.push_iter(shape.numbers()), shape.inside);
        (tx, rx)
    }

    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put {
        log.put(number, tx.push(number))
    }

    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|number| log.took([number]))
    }
}

fn try_all<L: Named>() -> Operations<Spsc<L>> {
    let mut ring = Operations::<Spsc<L>>::new();
    ring.tx("Producer::push", |tx, log| log.put(MINE[0], tx.push(MINE[0])));
    ring.tx("Producer::write_slot", |tx, _| drop(tx.write_slot()));
    ring.tx("WriteSlot::write", |tx, log| {
        if let Ok(slot) = tx.write_slot() {
            slot.write(MINE[0]);
            log.stored(MINE[0], None);
        }
    });
    ring.tx("WriteSlot::uninit", |tx, _| {
        if let Ok(mut slot) = tx.write_slot() {
            slot.uninit().write(MINE[0]);
        }
    });
    ring.tx("Producer::push_iter", |tx, log| log.put_first(tx.push_iter(MINE)));
    ring.tx("Producer::push_slice", |tx, log| log.put_first(tx.push_slice(&MINE)));
    looks!(ring.tx, "Producer", tx => tx, len, is_empty, is_full, free, capacity, is_closed);
    pressure!(ring.tx, "Producer", tx => tx);
    ring.tx_goes("Producer::drop", drop);

    takes!(ring, number => number);
    ring.rx("Consumer::peek", |rx, _| rx.peek().copied());
    ring.rx("Consumer::peek_mut", |rx, _| rx.peek_mut().copied());
    ring.rx("Consumer::read_slot", |rx, _| drop(rx.read_slot()));
    ring.rx("ReadSlot::take", |rx, log| log.popped(rx.read_slot().map(|slot| slot.take())));
    ring.rx("ReadSlot::release", |rx, log| {
        if let Ok(slot) = rx.read_slot() {
            log.took([*slot]);
            slot.release();
        }
    });
    ring.rx("Consumer::pop_slice", |rx, log| {
        let mut numbers = [0; 3];
        let count = rx.pop_slice(&mut numbers);
        log.took(numbers.into_iter().take(count));
    });
    ring.rx("Consumer::iter", |rx, _| assert!(rx.iter().count() < 10));
    ring.rx("Consumer::iter_mut", |rx, _| assert!(rx.iter_mut().count() < 10));
    ring.rx("Consumer::clear", |rx, log| {
        // Those that were looked at are the same that are taken: others come in behind them.
        let inside: Vec<u32> = rx.iter().copied().collect();
        let count = rx.clear();
        let more = (200..).take(count.saturating_sub(inside.len()));
        log.took(inside.iter().copied().chain(more));
    });
    looks!(ring.rx, "Consumer", rx => rx, len, is_empty, is_full, free, capacity, is_closed, is_bare);
    pressure!(ring.rx, "Consumer", rx => rx);

    ring.shared("Ring::try_split", InPlace::<u32, 2, L>::new, |ring| ring.try_split().ok());
    ring
}

#[test]
fn dense() {
    let mut ring = try_all::<Dense>();
    ring.tx("Producer::write_run", |tx, _| drop(tx.write_run(2)));
    looks!(ring.tx, "WriteRun", tx => tx.write_run(2), len, is_empty, as_mut_slices);
    ring.tx("WriteRun::fill", |tx, log| log.put_first(tx.write_run(3).fill(MINE)));
    ring.tx("WriteRun::copy_from_slice", |tx, log| log.put_first(tx.write_run(3).copy_from_slice(&MINE)));
    ring.rx("Consumer::read_run", |rx, _| drop(rx.read_run(2)));
    looks!(ring.rx, "ReadRun", rx => rx.read_run(2), len, is_empty, as_slices, as_mut_slices);
    ring.rx("ReadRun::release", |rx, log| {
        let run = rx.read_run(2);
        let (first, second) = run.as_slices();
        log.took([first, second].concat());
        let count = run.len();
        run.release(count);
    });
    declared::check_ring(
        "core/src/spsc",
        ring.names(),
        "Slot::new",
        &[("WriteSlot::commit", "`WriteSlot::write` ends in it"), ("WriteRun::commit", "`WriteRun::fill` ends in it")],
    );
}

#[test]
fn flagged() {
    try_all::<Flagged>();
}
