//! Keeps the consumer a distance behind the producer while items stream.

#![forbid(unsafe_code)]

use core::hint::spin_loop;

use crate::position::{Capacity, Position};
use crate::sync::SEVERAL_CORES;

/// What the consumer has found lately when it looked for new items.
///
/// A consumer that is a little faster than its producer catches up with it. Then each of them waits for the cache lines that
/// the other has just touched, and both are several times slower than they would be apart. So a consumer that has found
/// only a few new items several times running lets some more come in before it takes them: for [`PAUSES`](Self::PAUSES)
/// spin-loop hints at most, well under a microsecond on most machines.
///
/// It does so only where it helps. A consumer that finds nothing in between isn't on the producer's heels, and doesn't wait:
/// so a request and its answer are not delayed. If nothing has come in during a wait, because the producer runs on the same
/// thread, or waits for an answer, or puts in items at long intervals, then the next try is put off, twice as long each time.
/// A single item is taken at once without being counted, but for one in each lap.
///
/// Source: J. Giacomoni et al., *FastForward for efficient pipeline parallelism* (2008), who call the distance a temporal
/// slip. Deviation: theirs is set up in advance and corrected by the clock; this one goes by counts of items alone.
pub(crate) struct Slip {
    /// How often the consumer has found few items, about, since it last found none.
    few: u32,
    /// How often it must be for a wait to be tried.
    patience: u32,
}

impl Slip {
    /// Nothing is known.
    pub(crate) const NEW: Self = Self { few: 0, patience: Self::SHORT };

    /// The least patience.
    const SHORT: u32 = 4;
    /// The greatest patience.
    const LONG: u32 = 1 << 16;
    /// So many items are not few in any ring.
    const PLENTY: usize = 256;
    /// In a smaller ring there is no wait at all.
    const LEAST: usize = 8;
    /// The longest wait. It has to be longer than a cache line takes from one core to the other and back.
    const PAUSES: usize = 32;

    /// Loads the producer's tail by `load`, and once more after a wait if the producer is near. Answers with whether it is
    /// further on than `head`, too.
    #[inline(always)]
    pub(crate) fn look(&mut self, head: Position, capacity: Capacity, load: impl Fn() -> Position) -> (Position, bool) {
        let tail = load();
        if head.is_one_before(tail) {
            return (tail, true);
        }
        if SEVERAL_CORES && self.learn(capacity.distance(head, tail), capacity.get()) {
            Self::wait(capacity.get());
            let later = load();
            self.judge(later != tail);
            return (later, true);
        }
        (tail, tail != head)
    }

    /// Takes note of how many items were found. Answers with whether to wait for more.
    // Cold, but no call: the consumer can stay in registers.
    #[cold]
    #[inline(always)]
    pub(crate) const fn learn(&mut self, found: usize, capacity: usize) -> bool {
        if capacity < Self::LEAST {
            return false;
        }
        if found == 0 {
            self.few /= 2;
            return false;
        }
        if found >= Self::PLENTY || found >= capacity / 4 {
            return false;
        }
        if self.few < self.patience {
            self.few += 1;
            return false;
        }
        true
    }

    /// Lets some items come in.
    #[inline(always)]
    pub(crate) fn wait(capacity: usize) {
        // A small ring would be full before the longest wait is over.
        for _ in 0..Self::PAUSES.min(capacity / Self::LEAST) {
            spin_loop();
        }
    }

    /// Takes note of whether a wait was of use.
    #[cold]
    #[inline(always)]
    pub(crate) const fn judge(&mut self, useful: bool) {
        if useful {
            self.patience = Self::SHORT;
        } else {
            self.few = 0;
            if self.patience < Self::LONG {
                self.patience *= 2;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    const CAPACITY: Capacity = match Capacity::new(4096) {
        Ok(capacity) => capacity,
        Err(_) => unreachable!(),
    };

    /// A consumer that takes all it finds.
    struct Consumer {
        slip: Slip,
        head: Position,
    }

    impl Consumer {
        fn new() -> Self {
            Self { slip: Slip::NEW, head: Position::START }
        }

        /// Finds `now` items, and `later` more if it waits. Answers with whether it did.
        fn finds(&mut self, now: usize, later: usize) -> bool {
            let loads = Cell::new(0);
            let (tail, further) = self.slip.look(self.head, CAPACITY, || {
                loads.set(loads.get() + 1);
                self.head.advance(if loads.get() == 1 { now } else { now + later }, CAPACITY)
            });
            let waited = loads.get() == 2;
            assert_eq!(tail, self.head.advance(if waited { now + later } else { now }, CAPACITY));
            assert_eq!(further, tail != self.head);
            self.head = tail;
            waited
        }

        /// How many looks it takes until it waits, up to `most`.
        fn until_it_waits(&mut self, most: u32, now: usize, later: usize) -> Option<u32> {
            (0..most).find(|_| self.finds(now, later))
        }
    }

    #[test]
    fn a_stream_of_few_items_at_a_time_is_waited_for() {
        let mut consumer = Consumer::new();
        assert_eq!(consumer.until_it_waits(100, 7, 50), Some(Slip::SHORT));
        assert!(consumer.finds(7, 50));
        assert!(consumer.finds(2, 1));
    }

    #[test]
    fn nobody_waits_for_what_comes_in_plenty_or_alone() {
        assert_eq!(Consumer::new().until_it_waits(1000, Slip::PLENTY, 1), None);
        // Within a lap: one item of each lap counts.
        assert_eq!(Consumer::new().until_it_waits(4000, 1, 1), None);
    }

    #[test]
    fn nobody_waits_after_having_found_nothing() {
        let mut consumer = Consumer::new();
        consumer.until_it_waits(100, 7, 50);
        for _ in 0..1000 {
            assert!(!consumer.finds(0, 1));
            assert!(!consumer.finds(3, 1));
        }
    }

    #[test]
    fn a_quarter_of_a_ring_is_not_few() {
        let waits = |found| {
            let mut slip = Slip::NEW;
            (0..1000).any(|_| slip.learn(found, 64))
        };
        assert_eq!([1, 15, 16, 17, 64].map(waits), [true, true, false, false, false]);
    }

    /// That nothing was found counts half: one look in four in vain, and it still waits once in a while.
    #[test]
    fn a_stream_with_gaps_is_waited_for() {
        let mut slip = Slip::NEW;
        for round in 0..20 {
            let waits = (0..3).filter(|_| slip.learn(7, 4096)).count();
            assert_eq!(waits > 0, round > 1, "{round}");
            assert!(!slip.learn(0, 4096));
        }
    }

    #[test]
    fn waits_that_are_of_no_use_become_rare() {
        let mut consumer = Consumer::new();
        for tries in 0..20 {
            let expected = (Slip::SHORT << tries).min(Slip::LONG);
            assert_eq!(consumer.until_it_waits(Slip::LONG + 1, 2, 0), Some(expected), "{tries}");
        }
        // Until one is.
        assert_eq!(consumer.until_it_waits(Slip::LONG + 1, 2, 1), Some(Slip::LONG));
        assert!(consumer.finds(2, 0));
        assert_eq!(consumer.until_it_waits(100, 2, 0), Some(2 * Slip::SHORT));
    }

    #[test]
    fn a_look_finds_what_came_in_meanwhile_in_rings_of_all_sizes() {
        for capacity in 1..70 {
            let capacity = Capacity::new(capacity).unwrap();
            let mut slip = Slip::NEW;
            let mut head = Position::START;
            for _ in 0..100 {
                let tail = head.next(capacity);
                assert_eq!(slip.look(head, capacity, || tail), (tail, true));
                head = tail;
            }
        }
    }
}
