//! The stages before and behind a ring, here `mpsc`.

use std::num::{NonZeroU64, NonZeroUsize};

use forebay_core::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::mpsc::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::spill::Spill;
use forebay_core::{Overflow, PopError, Pushed, Refusal};

use crate::declared::{self, PARTS, VALUE};
use crate::looks;
use crate::world::{Log, MINE, Operations, Put, Ring, Shape};

/// With values that are stamped with the time 0.
struct Stages;

type Tx = OwnedProducer<Stamped<u32>>;
type Rx = OwnedConsumer<Stamped<u32>>;

fn stamped(value: u32) -> Stamped<u32> {
    Stamped { value, at: 0 }
}

impl Ring for Stages {
    const NAME: &'static str = "stages";
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject, Overflow::DropIncoming];
    const HELD: usize = 1;

    type Tx = Tx;
    type Rx = Rx;

    fn ends(shape: Shape) -> (Tx, Rx) {
        let refusal = shape.overflow.try_into().expect("it never evicts");
        let (mut tx, rx) = HeapRing::with_refusal(shape.capacity, refusal).expect("a small capacity").into_ends();
        assert_eq!(tx.push_iter(shape.numbers().map(stamped)), shape.inside);
        (tx, rx)
    }

    fn another(tx: &Tx) -> Option<Tx> {
        Some(tx.clone())
    }

    fn push(tx: &mut Tx, number: u32, log: &mut Log) -> Put {
        log.put(number, tx.push(stamped(number)).map_err(|error| error.map(|back| back.value)))
    }

    fn pop(rx: &mut Rx, log: &mut Log) -> Result<(), PopError> {
        rx.pop().map(|item| log.took([item.value]))
    }
}

/// From half full on half of them.
fn sampling() -> Sampling {
    Sampling::new(Rate::new(1, 2).expect("a half"), 128)
}

fn thresholds() -> Thresholds<2> {
    Thresholds::new([255, 128]).expect("falling")
}

#[test]
fn all() {
    let mut stages = Operations::<Stages>::new();
    stages.of_tx("Gate::push", |tx, log| {
        let mut gate = Gate::new(Gate::at_watermark(tx, Sampler::new(sampling())), Classes::new(thresholds(), |_| 1));
        let outcome = gate.push(stamped(MINE[0]));
        let _ = log.pushed(MINE[0], outcome.map(|_| Pushed::Stored).map_err(|error| error.map(|back| back.value)));
        Some(gate.into_parts().0.into_parts().0)
    });
    stages.of_tx("Gate::push_by", |tx, log| {
        let mut gate = Gate::new(tx, Sampler::new(sampling()));
        let outcome = gate.push_by(stamped(MINE[0]), |tx, value| {
            tx.push_under(Refusal::DropIncoming, value).map(|()| Pushed::Stored)
        });
        let _ = log.pushed(MINE[0], outcome.map(|_| Pushed::Stored).map_err(|error| error.map(|back| back.value)));
        Some(gate.into_parts().0)
    });
    stages.of_tx("Stamping::push", |tx, log| {
        let mut stamping = Stamping::new(tx, || 0);
        let _ = log.pushed(MINE[0], stamping.push(MINE[0]));
        Some(stamping.into_parts().0)
    });
    stages.of_tx("Stamping::push_by", |tx, log| {
        let mut stamping = Stamping::new(tx, || 0);
        let outcome =
            stamping.push_by(MINE[0], |tx, value| tx.push_under(Refusal::Reject, value).map(|()| Pushed::Stored));
        let _ = log.pushed(MINE[0], outcome);
        Some(stamping.into_parts().0)
    });
    stages.of_tx("Spill::push", |tx, log| {
        let mut spill = Spill::new(tx, |_: Stamped<u32>, _| ());
        if matches!(spill.push(stamped(MINE[0])), Ok(None)) {
            log.stored(MINE[0], None);
        }
        Some(spill.into_parts().0)
    });
    stages.of_rx("Expiring::pop", false, |rx, log| {
        let mut rx = rx;
        let mut expired = Vec::new();
        let mut expiring = Expiring::new(Through(&mut rx), || 2, MaxAge::new(1)).with_sink(|value| expired.push(value));
        assert!(expiring.pop().is_err(), "all are too old");
        log.took(expired);
        Some(rx)
    });
    stages.of_rx("Expiring::pop_stamped", false, |rx, log| {
        let mut rx = rx;
        let mut expiring = Expiring::new(Through(&mut rx), || 1, MaxAge::new(1));
        let _ = log.popped(expiring.pop_stamped().map(|item| item.value));
        Some(rx)
    });
    stages.of_rx("Flush::oldest", false, |rx, log| {
        let mut rx = rx;
        let mut flush = Flush::new(Through(&mut rx), || 0, NonZeroU64::MIN, NonZeroUsize::MAX);
        assert_eq!(flush.wait(), 0);
        flush.oldest(|item| log.took([item.value]));
        Some(rx)
    });
    stages.of_rx("Flush::newest", false, |rx, log| {
        let mut rx = rx;
        let mut flush = Flush::new(Through(&mut rx), || 0, NonZeroU64::MIN, NonZeroUsize::MAX);
        let mut batch = [const { None }; 2];
        flush.newest(&mut batch, |item| log.took([item.value]));
        log.took(batch.into_iter().flatten().map(|item: Stamped<u32>| item.value));
        Some(rx)
    });
    // Settings: whoever shares one sets it and looks at it at any time.
    stages.tx("Sampling::set", |_, _| sampling().set(Rate::new(1, 4).expect("a quarter"), 0));
    stages.tx("Thresholds::set", |_, _| thresholds().set([255, 0]).expect("falling"));
    stages.tx("MaxAge::set", |_, _| MaxAge::new(1).set(2));
    stages.tx("Thresholds::get", |_, _| assert_eq!(thresholds().get(1), 128));
    looks!(stages.tx, "Sampling", _tx => sampling(), get);
    looks!(stages.tx, "MaxAge", _tx => MaxAge::new(1), get);

    let parts: declared::Exceptions<'_> = &[("Gate::*", PARTS)];
    let of = |types: &[&str]| {
        stages.names().iter().copied().filter(|name| types.contains(&name.split(':').next().unwrap_or(""))).collect()
    };
    declared::check(
        "core/src/admission",
        &of(&["Gate", "Sampling", "Thresholds"]),
        &[
            parts,
            &[
                ("Rate::*", VALUE),
                ("Sampling::new", PARTS),
                ("Thresholds::new", PARTS),
                ("Sampler::*", PARTS),
                ("Classes::*", PARTS),
                ("Weighing::*", PARTS),
            ],
        ]
        .concat(),
    );
    declared::check(
        "core/src/expiry",
        &of(&["Stamping", "Expiring", "MaxAge"]),
        &[
            ("Stamped::age", VALUE),
            ("Stamping::*", PARTS),
            ("Expiring::*", PARTS),
            ("MaxAge::new", PARTS),
            ("MaxAge::unlimited", PARTS),
        ],
    );
    declared::check("core/src/spill", &of(&["Spill"]), &[("Spill::*", PARTS)]);
    declared::check("core/src/flush", &of(&["Flush"]), &[("Flush::wait", "the time alone"), ("Flush::*", PARTS)]);
}

/// Lends an end to a stage that doesn't give it back.
struct Through<'r>(&'r mut Rx);

impl forebay_core::seam::Pop for Through<'_> {
    type Item = Stamped<u32>;

    fn pop(&mut self) -> Result<Stamped<u32>, PopError> {
        self.0.pop()
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}
