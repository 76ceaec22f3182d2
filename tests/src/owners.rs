//! The same test on the ends of every kind of owner of a ring.

use crate::ledger::{Ledger, goes_off};

/// Drops an owner, with what is inside: an armed item must go off then, and all items must have been dropped once.
///
/// # Panics
/// If it was otherwise.
pub fn end(ledger: &Ledger, owner: impl Sized) {
    let armed = ledger.armed() > 0;
    assert_eq!(goes_off(|| drop(owner)), armed);
    ledger.settle();
}

/// Hands the first ends of every kind of owner to an action, at every start, and [ends](end) the owner after it; the last end takes a
/// ring of its own with it.
///
/// It is told how the ends are brought to their starts, and what those are; a ring in an array; memory, and a ring in that; a ring on the
/// heap; and the action, which is another one for each type of ends.
#[macro_export]
macro_rules! on_every_ring {
    (
        $at:path, $starts:expr;
        $array:expr;
        $memory:ident = $pieces:expr => $slice:expr;
        $heap:expr;
        $action:expr
    ) => {
        for start in $starts {
            let ledger = $crate::ledger::Ledger::new();
            let mut ring = $array;
            let (producer, consumer) = $at(start, &ledger, ring.split());
            ($action)(&ledger, producer, consumer);
            $crate::owners::end(&ledger, ring);

            let ledger = $crate::ledger::Ledger::new();
            let ring = $array;
            let (producer, consumer) = $at(start, &ledger, ring.try_split().expect("no end is out"));
            ($action)(&ledger, producer, consumer);
            $crate::owners::end(&ledger, ring);

            let ledger = $crate::ledger::Ledger::new();
            let mut $memory = $pieces;
            let mut ring = $slice;
            let (producer, consumer) = $at(start, &ledger, ring.split());
            ($action)(&ledger, producer, consumer);
            $crate::owners::end(&ledger, ring);

            let ledger = $crate::ledger::Ledger::new();
            let mut ring = $heap;
            let (producer, consumer) = $at(start, &ledger, ring.split());
            ($action)(&ledger, producer, consumer);
            $crate::owners::end(&ledger, ring);

            let ledger = $crate::ledger::Ledger::new();
            let (producer, consumer) = $at(start, &ledger, $heap.into_ends());
            $crate::ledger::goes_off(|| ($action)(&ledger, producer, consumer));
            ledger.settle();
        }
    };
}
