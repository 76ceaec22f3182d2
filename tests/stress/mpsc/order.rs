//! What is over before something else begins comes before it; "empty" and "full" are true.
//!
//! Here a clock orders the threads, too: one is over before another begins if the one's last tick comes before the other's
//! first one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use forebay_core::mpsc::{Consumer, HeapRing, Producer};
use forebay_core::{PopError, PushError};
use forebay_tests::random::Random;
use forebay_tests::stress::{Wait, alone};

/// Items of all producers together.
const ITEMS: usize = 20_000;

/// What the threads share beside the ring.
struct Office {
    clock: AtomicUsize,
    /// When the push of each item was over.
    over: Vec<AtomicUsize>,
    /// How many pushes were begun, refused, and over with an item stored; how many items were taken.
    begun: AtomicUsize,
    refused: AtomicUsize,
    stored: AtomicUsize,
    taken: AtomicUsize,
}

/// An item: its number, and when its push began.
#[derive(Clone, Copy)]
struct Stamped {
    number: usize,
    begun: usize,
}

impl Office {
    fn new(items: usize) -> Self {
        Self {
            clock: AtomicUsize::new(0),
            over: (0..items).map(|_| AtomicUsize::new(0)).collect(),
            begun: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            stored: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
        }
    }

    fn tick(&self) -> usize {
        // AcqRel: what comes after a tick is not done before it, and the other way round.
        self.clock.fetch_add(1, Ordering::AcqRel)
    }

    /// Pushes the items of these numbers.
    fn send<K>(&self, producer: &mut Producer<'_, Stamped, K>, numbers: std::ops::Range<usize>, seed: u64) {
        let mut random = Random::new(seed);
        let mut wait = Wait::default();
        let mut next = numbers.start;
        while next < numbers.end {
            let before = next;
            if random.below(4) == 0 {
                let count = (1 + random.below(6)).min(numbers.end - next);
                self.begun.fetch_add(count, Ordering::AcqRel);
                let begun = self.tick();
                let items = (next..next + count).map(|number| Stamped { number, begun });
                // Some give the others time, while they hold slots.
                let stored = match random.below(2) {
                    0 => producer.push_iter(items),
                    _ => producer.push_iter(items.inspect(|_| thread::yield_now())),
                };
                let over = self.tick();
                self.over[next..next + stored].iter().for_each(|slot| slot.store(over, Ordering::Relaxed));
                next += stored;
                self.stored.fetch_add(stored, Ordering::AcqRel);
                self.refused.fetch_add(count - stored, Ordering::AcqRel);
            } else {
                // How many slots can be taken: those that were begun so far and not refused, less those that were popped.
                let free = self.refused.load(Ordering::Acquire) + self.taken.load(Ordering::Acquire);
                self.begun.fetch_add(1, Ordering::AcqRel);
                let begun = self.tick();
                match producer.push(Stamped { number: next, begun }) {
                    Ok(()) => {
                        self.over[next].store(self.tick(), Ordering::Relaxed);
                        next += 1;
                        self.stored.fetch_add(1, Ordering::AcqRel);
                    }
                    Err(PushError::Full(_)) => {
                        let others = self.begun.load(Ordering::Acquire) - 1;
                        assert!(others - free >= producer.capacity(), "full, with room");
                        self.refused.fetch_add(1, Ordering::AcqRel);
                    }
                    Err(_) => panic!("neither shed nor closed"),
                }
            }
            if next > before { wait.reset() } else { wait.wait() }
        }
    }

    /// Takes everything out. Answers with what came, in order.
    fn receive<K>(&self, consumer: &mut Consumer<'_, Stamped, K>) -> Vec<Stamped> {
        let mut items = Vec::new();
        let mut random = Random::new(7);
        let mut wait = Wait::default();
        loop {
            let stored = self.stored.load(Ordering::Acquire);
            if random.below(8) == 0 {
                let before = items.len();
                items.extend(consumer.drain().take(1 + random.below(8)));
                self.taken.fetch_add(items.len() - before, Ordering::AcqRel);
                continue;
            }
            match consumer.pop() {
                Ok(item) => {
                    items.push(item);
                    self.taken.fetch_add(1, Ordering::AcqRel);
                    wait.reset();
                }
                Err(PopError::Empty) => {
                    assert!(items.len() >= stored, "empty, with {} items inside", stored - items.len());
                    wait.wait();
                }
                Err(PopError::Closed) => return items,
            }
        }
    }
}

/// The pushes of two to four threads, whose items come out in an order that the clock does not contradict.
fn ordered(producers: usize, capacity: usize) {
    let each = ITEMS / producers;
    let office = Office::new(each * producers);
    let (producer, mut consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
    let items = thread::scope(|threads| {
        for from in 0..producers {
            let (mut producer, office) = (producer.clone(), &office);
            threads.spawn(move || office.send(&mut producer, each * from..each * (from + 1), from as u64));
        }
        drop(producer);
        office.receive(&mut consumer)
    });
    assert_eq!(items.len(), office.over.len());
    let mut came: Vec<_> = items.iter().map(|item| item.number).collect();
    came.sort_unstable();
    assert!(came.into_iter().eq(0..each * producers), "an item is missing, or came twice");
    // From the last one on: when the earliest of the later ones was over.
    let mut earliest = usize::MAX;
    for item in items.iter().rev() {
        assert!(item.begun < earliest, "item {} was begun after a later one was over", item.number);
        earliest = earliest.min(office.over[item.number].load(Ordering::Relaxed));
    }
}

#[test]
fn what_was_over_before_comes_before() {
    let _alone = alone();
    for producers in [1, 2, 4] {
        for capacity in [1, 2, 3, 64] {
            ordered(producers, capacity);
        }
    }
}
