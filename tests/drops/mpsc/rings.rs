//! The same test on every ring: five ways to own it, and several tickets to start at.

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring, SliceRing};
use forebay_core::{PopError, PushError};
use forebay_tests::ledger::{Ledger, Tracked};

/// The capacity of the rings here.
pub(crate) const N: usize = 3;

/// Hands the first ends of every kind of ring to an action, and drops the ring after it. An armed item that was left inside
/// must have gone off then, and all items must have been dropped once.
macro_rules! on_every_ring {
    ($action:expr) => {
        forebay_tests::on_every_ring! {
            $crate::rings::at, 0..2 * $crate::rings::N;
            forebay_core::mpsc::Ring::<forebay_tests::ledger::Tracked, { $crate::rings::N }>::new();
            memory = [const { forebay_core::mpsc::Slot::new() }; $crate::rings::N] =>
                forebay_core::mpsc::SliceRing::new(&mut memory).expect("a capacity above 0");
            forebay_core::mpsc::HeapRing::new($crate::rings::N).expect("a small capacity");
            $action
        }
    };
}
pub(crate) use on_every_ring;

type Ends<'q, K> = (Producer<'q, Tracked, K>, Consumer<'q, Tracked, K>);

/// Lets items through the ring, so that its tickets start elsewhere.
pub(crate) fn at<'q, K>(start: usize, ledger: &Ledger, ends: Ends<'q, K>) -> Ends<'q, K> {
    let (mut producer, mut consumer) = ends;
    for _ in 0..start {
        push(ledger, &mut producer, 1);
        drop(consumer.pop());
    }
    (producer, consumer)
}

/// A number of items as the ledger counts them.
pub(crate) fn number(of: usize) -> u32 {
    u32::try_from(of).expect("few items")
}

/// The number that the next item will have.
pub(crate) fn next(ledger: &Ledger) -> u32 {
    number(ledger.born())
}

/// The numbers of `count` items from the first on.
pub(crate) fn ids(first: u32, count: usize) -> std::ops::Range<u32> {
    first..first + number(count)
}

/// Pushes new items, and answers with the number of the first.
pub(crate) fn push<K>(ledger: &Ledger, producer: &mut Producer<'_, Tracked, K>, count: usize) -> u32 {
    let first = next(ledger);
    for _ in 0..count {
        producer.push(ledger.item()).expect("there is room");
    }
    first
}

/// Pops what is inside and compares it with what is expected: the items of these numbers and no other.
pub(crate) fn holds<K>(consumer: &mut Consumer<'_, Tracked, K>, expected: impl IntoIterator<Item = u32>) {
    for id in expected {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(id));
    }
    assert!(consumer.pop().is_err(), "there is nothing more");
}

/// Sees that an empty ring that is not closed works as a new one: a lap and a half, full and empty, with two producers.
pub(crate) fn works<K: Clone>(
    ledger: &Ledger,
    producer: &mut Producer<'_, Tracked, K>,
    consumer: &mut Consumer<'_, Tracked, K>,
) {
    let alive = ledger.alive();
    let mut another = producer.clone();
    for count in [N - 1, N] {
        assert_eq!((consumer.pop().err(), consumer.len()), (Some(PopError::Empty), 0));
        let first = push(ledger, producer, count / 2);
        push(ledger, &mut another, count - count / 2);
        assert_eq!(consumer.len(), count);
        if count == N {
            for producer in [&mut *producer, &mut another] {
                let refused = producer.push(ledger.item()).expect_err("it is full");
                assert!(matches!(refused, PushError::Full(_)));
            }
        }
        holds(consumer, ids(first, count));
    }
    ledger.check();
    assert_eq!(ledger.alive(), alive);
}

/// An owner that can be split again whatever happened to the ends.
pub(crate) trait Owner<T> {
    /// New ends.
    fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>);
}

impl<T, const CAPACITY: usize> Owner<T> for Ring<T, CAPACITY> {
    fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        self.split()
    }
}

impl<T> Owner<T> for SliceRing<'_, T> {
    fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        self.split()
    }
}

impl<T> Owner<T> for HeapRing<T> {
    fn split(&mut self) -> (Producer<'_, T>, Consumer<'_, T>) {
        self.split()
    }
}

/// Hands every owner that can be split again to an action; as [`on_every_ring`].
macro_rules! on_every_owner {
    ($action:expr) => {{
        use forebay_core::mpsc::{HeapRing, Ring, SliceRing, Slot};
        use forebay_tests::ledger::{Ledger, Tracked};

        use forebay_tests::owners::end;

        use $crate::rings::{N, at};

        for start in 0..2 * N {
            let ledger = Ledger::new();
            let mut ring = Ring::<Tracked, N>::new();
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);

            let ledger = Ledger::new();
            let mut memory = [const { Slot::new() }; N];
            let mut ring = SliceRing::<Tracked>::new(&mut memory).expect("a capacity above 0");
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);

            let ledger = Ledger::new();
            let mut ring = HeapRing::<Tracked>::new(N).expect("a small capacity");
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);
        }
    }};
}
pub(crate) use on_every_owner;
