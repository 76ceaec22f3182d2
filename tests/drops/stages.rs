//! What goes through stages is dropped exactly once, whichever item panics in its drop: by a sink, by a stage that has none, in a
//! batch, in the caller's hands, or with the ring.
//!
//! Claims: drops.

use std::cell::Cell;
use std::num::{NonZeroU64, NonZeroUsize};

use forebay_core::admission::{Gate, Rate, Sampler, Sampling};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::seam::{Pop, Push};
use forebay_core::spill::Spill;
use forebay_tests::ledger::{Ledger, Tracked, goes_off};
use forebay_tests::rings::{Another, Kind, Visitor, each};

/// How many items the rings hold, and how many are pushed into each.
const N: usize = 4;
const ITEMS: usize = 14;

struct Stages {
    /// Whose drop panics.
    bomb: u32,
}

impl Visitor<Stamped<Tracked>> for Stages {
    fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
    where
        P: Push<Item = Stamped<Tracked>> + 'static,
        C: Pop<Item = Stamped<Tracked>> + 'static,
    {
        let ledger = Ledger::new();
        let mut items = ledger.items(ITEMS).into_iter();
        ledger.arm(self.bomb);

        let now = Cell::new(0);
        let clock = || now.get();
        let two_of_three = Sampling::new(Rate::new(2, 3).unwrap(), 0);
        let gate = Gate::new(Stamping::new(push, clock), Sampler::new(two_of_three));
        let mut producer = Spill::new(gate, |lost: Tracked, _| drop(lost));
        let consumer = Expiring::new(pop, clock, MaxAge::new(5));
        let mut flush = Flush::new(consumer, clock, NonZeroU64::MIN, NonZeroUsize::MAX);
        let mut batch = [const { None }; 1];
        let mut panics = 0;
        for (count, most) in [(3, 0), (6, 2), (5, 3)] {
            for item in items.by_ref().take(count) {
                panics += usize::from(goes_off(|| producer.push(item)));
            }
            now.set(now.get() + 4);
            if most > 0 {
                // Some expire, some are skipped, one is in the batch, and what was in it is dropped; twice, as the bomb may go off.
                for _ in 0..2 {
                    panics += usize::from(goes_off(|| flush.newest(&mut batch, drop)));
                    now.set(now.get() + 1);
                }
            }
        }
        panics += usize::from(goes_off(|| drop(batch)));
        panics += usize::from(goes_off(|| drop(producer)));
        panics += usize::from(goes_off(|| drop(flush)));
        assert_eq!((panics, ledger.armed()), (1, 0), "{kind:?}: it goes off once");
        ledger.settle();
    }
}

#[test]
fn every_item_is_dropped_once_whichever_panics() {
    (0..ITEMS as u32).for_each(|bomb| each(N, None, &mut Stages { bomb }));
}

/// What is too old, and has no sink, is dropped by the stage: the panic of one leaves the others where they were, and is counted.
#[test]
fn the_drop_of_one_that_is_too_old_panics() {
    struct Expired;

    impl Visitor<Stamped<Tracked>> for Expired {
        fn visit<P, C>(&mut self, kind: Kind, push: P, _: Another<P>, pop: C)
        where
            P: Push<Item = Stamped<Tracked>> + 'static,
            C: Pop<Item = Stamped<Tracked>> + 'static,
        {
            let ledger = Ledger::new();
            ledger.arm(1);
            let now = Cell::new(0);
            let clock = || now.get();
            let mut producer = Stamping::new(push, clock);
            let mut consumer = Expiring::new(pop, clock, MaxAge::new(0));
            (0..3).for_each(|_| assert!(producer.push(ledger.item()).is_ok()));
            now.set(1);
            assert!(producer.push(ledger.item()).is_ok());
            assert!(goes_off(|| consumer.pop()), "{}", kind.name);
            assert_eq!((consumer.expired(), consumer.len(), ledger.alive()), (2, 2, 2), "{}", kind.name);
            assert_eq!(consumer.pop().map(|item| item.id()), Ok(3), "{}", kind.name);
            drop((producer, consumer));
            ledger.settle();
        }
    }
    each(N, None, &mut Expired);
}
