//! The same test on every ring: two layouts, five ways to own it, and every position to start at.

use forebay_core::spsc::{Consumer, HeapRing, Layout, Producer, Ring, SliceRing};
use forebay_core::{PopError, PushError};
use forebay_tests::ledger::{Ledger, Tracked};

/// The capacity of the rings here.
pub(crate) const N: usize = 3;

/// Hands the ends of every kind of ring to an action, and drops the ring after it. An armed item that was left inside must
/// have gone off then, and all items must have been dropped once.
macro_rules! on_every_ring {
    ($action:expr) => {
        $crate::rings::on_every_ring!($action, forebay_core::spsc::Dense);
        $crate::rings::on_every_ring!($action, forebay_core::spsc::Flagged);
    };
    ($action:expr, $layout:ty) => {
        forebay_tests::on_every_ring! {
            $crate::rings::at, 0..2 * $crate::rings::N;
            forebay_core::spsc::Ring::<forebay_tests::ledger::Tracked, { $crate::rings::N }, $layout>::new();
            memory = [const { forebay_core::spsc::Slot::new() }; $crate::rings::N] =>
                forebay_core::spsc::SliceRing::<_, $layout>::new(&mut memory).expect("a capacity above 0");
            forebay_core::spsc::HeapRing::<_, $layout>::new($crate::rings::N).expect("a small capacity");
            $action
        }
    };
}
pub(crate) use on_every_ring;

type Ends<'q, L, K> = (Producer<'q, Tracked, L, K>, Consumer<'q, Tracked, L, K>);

/// Lets items through the ring, so that its positions start elsewhere.
pub(crate) fn at<'q, L: Layout, K>(start: usize, ledger: &Ledger, ends: Ends<'q, L, K>) -> Ends<'q, L, K> {
    let (mut producer, mut consumer) = ends;
    for _ in 0..start {
        push(ledger, &mut producer, 1);
        drop(consumer.pop());
    }
    (producer, consumer)
}

/// Pushes new items, and answers with the number of the first.
pub(crate) fn push<L: Layout, K>(ledger: &Ledger, producer: &mut Producer<'_, Tracked, L, K>, count: usize) -> u32 {
    let first = u32::try_from(ledger.born()).expect("few items");
    for _ in 0..count {
        producer.push(ledger.item()).expect("there is room");
    }
    first
}

/// Pops what is inside and compares it with what is expected: the items of these numbers and no other.
pub(crate) fn holds<L: Layout, K>(consumer: &mut Consumer<'_, Tracked, L, K>, expected: impl IntoIterator<Item = u32>) {
    for id in expected {
        assert_eq!(consumer.pop().map(|item| item.id()), Ok(id));
    }
    assert!(consumer.pop().is_err());
}

/// Sees that an empty ring works as a new one: a lap and a half, full and empty.
pub(crate) fn works<L: Layout, K>(
    ledger: &Ledger,
    producer: &mut Producer<'_, Tracked, L, K>,
    consumer: &mut Consumer<'_, Tracked, L, K>,
) {
    assert_eq!((producer.len(), producer.free(), consumer.len(), consumer.free()), (0, N, 0, N));
    for count in [N - 1, N] {
        assert_eq!(consumer.pop().err(), Some(PopError::Empty));
        let first = push(ledger, producer, count);
        assert_eq!((producer.len(), consumer.len()), (count, count));
        if count == N {
            let refused = producer.push(ledger.item()).expect_err("it is full");
            assert!(matches!(refused, PushError::Full(_)));
        }
        holds(consumer, first..first + u32::try_from(count).expect("few items"));
    }
    ledger.check();
    assert_eq!(ledger.alive(), 0);
}

/// An owner that can be split again whatever happened to the ends.
pub(crate) trait Owner<T, L: Layout> {
    /// New ends.
    fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>);
}

impl<T, L: Layout, const CAPACITY: usize> Owner<T, L> for Ring<T, CAPACITY, L> {
    fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        self.split()
    }
}

impl<T, L: Layout> Owner<T, L> for SliceRing<'_, T, L> {
    fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        self.split()
    }
}

impl<T, L: Layout> Owner<T, L> for HeapRing<T, L> {
    fn split(&mut self) -> (Producer<'_, T, L>, Consumer<'_, T, L>) {
        self.split()
    }
}

/// Hands every owner that can be split again to an action; as [`on_every_ring`].
macro_rules! on_every_owner {
    ($action:expr) => {{
        $crate::rings::on_every_owner!($action, forebay_core::spsc::Dense);
        $crate::rings::on_every_owner!($action, forebay_core::spsc::Flagged);
    }};
    ($action:expr, $layout:ty) => {{
        use forebay_core::spsc::{HeapRing, Ring, SliceRing, Slot};
        use forebay_tests::ledger::{Ledger, Tracked};

        use forebay_tests::owners::end;

        use $crate::rings::{N, at};

        for start in 0..2 * N {
            let ledger = Ledger::new();
            let mut ring = Ring::<Tracked, N, $layout>::new();
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);

            let ledger = Ledger::new();
            let mut memory = [const { Slot::new() }; N];
            let mut ring = SliceRing::<Tracked, $layout>::new(&mut memory).expect("a capacity above 0");
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);

            let ledger = Ledger::new();
            let mut ring = HeapRing::<Tracked, $layout>::new(N).expect("a small capacity");
            drop(at(start, &ledger, ring.split()));
            ($action)(&ledger, &mut ring);
            end(&ledger, ring);
        }
    }};
}
pub(crate) use on_every_owner;
