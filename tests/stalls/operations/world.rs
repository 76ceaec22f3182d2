//! What goes on around an operation that is stopped: the others work, and in the end all that was put in is accounted for, all room
//! is there, and each end knows whether the other is gone.

use std::collections::BTreeSet;
use std::iter;
use std::marker::PhantomData;
use std::sync::Arc;

use forebay_core::{Overflow, PopError, PushError, Pushed, Watermarks, steps};
use forebay_tests::stall;

/// Steps of one operation of the others at most, in a ring of a few items.
const MOST: usize = 250;

/// The numbers that the stopped operation puts in. Those inside at first count from 0.
pub(crate) const MINE: [u32; 3] = [100, 101, 102];
/// From this one on those of the others.
const THEIRS: u32 = 200;
/// From this one on those with which the room is counted in the end.
const LAST: u32 = 900;

/// What became of the numbers.
#[derive(Debug, Default)]
pub(crate) struct Log {
    stored: Vec<u32>,
    popped: Vec<u32>,
    evicted: Vec<u32>,
}

/// What came of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Stored,
    NoRoom,
    Closed,
}

impl Log {
    /// Enters a push that may evict.
    pub(crate) fn pushed(&mut self, number: u32, outcome: Result<Pushed<u32>, PushError<u32>>) -> Put {
        match outcome {
            Ok(pushed) => {
                self.stored(number, pushed.evicted());
                Put::Stored
            }
            Err(error) => {
                let is_closed = error.is_closed();
                assert_eq!(error.into_inner(), number);
                if is_closed { Put::Closed } else { Put::NoRoom }
            }
        }
    }

    /// Enters a push that never does.
    pub(crate) fn put(&mut self, number: u32, outcome: Result<(), PushError<u32>>) -> Put {
        self.pushed(number, outcome.map(|()| Pushed::Stored))
    }

    pub(crate) fn stored(&mut self, number: u32, instead_of: Option<u32>) {
        self.stored.push(number);
        self.evicted.extend(instead_of);
    }

    /// The first of [`MINE`].
    pub(crate) fn put_first(&mut self, count: usize) {
        self.stored.extend(&MINE[..count]);
    }

    pub(crate) fn evicted(&mut self, number: u32) {
        self.evicted.push(number);
    }

    /// Enters a pop. Answers with whether there was an item.
    pub(crate) fn popped(&mut self, outcome: Result<u32, PopError>) -> bool {
        self.popped.extend(outcome.ok());
        outcome.is_ok()
    }

    pub(crate) fn took(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.popped.extend(numbers);
    }

    fn add(&mut self, other: Self) {
        self.stored.extend(other.stored);
        self.popped.extend(other.popped);
        self.evicted.extend(other.evicted);
    }

    /// How many came to be inside, and how many of them the consumer got.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.stored.len(), self.popped.len())
    }

    /// Nothing came out twice, or that was not put in.
    fn check_once(&self) {
        let mut left: BTreeSet<u32> = self.stored.iter().copied().collect();
        assert_eq!(left.len(), self.stored.len());
        for number in self.popped.iter().chain(&self.evicted) {
            assert!(left.remove(number), "{number} came out twice, or was never inside: {self:?}");
        }
    }

    /// And all that was put in came out.
    pub(crate) fn check_all(&self) {
        assert_eq!(self.stored.len(), self.popped.len() + self.evicted.len(), "{self:?}");
    }
}

/// A ring as it is at first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) capacity: usize,
    pub(crate) inside: usize,
    pub(crate) overflow: Overflow,
    /// Whether the watermarks are 1 and 0, and not at full.
    pub(crate) is_marked: bool,
}

impl Shape {
    /// The numbers inside.
    pub(crate) fn numbers(self) -> impl Iterator<Item = u32> {
        (0..).take(self.inside)
    }
}

/// A ring whose operations are tried.
pub(crate) trait Ring: 'static {
    /// In the table.
    const NAME: &'static str;
    /// Its policies.
    const OVERFLOWS: &'static [Overflow] = &[Overflow::Reject];
    /// How many items it is made for. Where the number is fixed, that.
    const CAPACITIES: &'static [usize] = &[1, 2, 5];
    /// How many items fewer the others have room for at most, while one operation stands still.
    const HELD: usize;

    type Tx: Send + 'static;
    type Rx: Send + 'static;

    /// Ends of a ring that has been used, with the numbers of the shape inside.
    fn ends(shape: Shape) -> (Self::Tx, Self::Rx);
    /// Another producer's end, if there can be one.
    fn another(_tx: &Self::Tx) -> Option<Self::Tx> {
        None
    }
    fn push(tx: &mut Self::Tx, number: u32, log: &mut Log) -> Put;
    /// Answers with whether there was an item.
    fn pop(rx: &mut Self::Rx, log: &mut Log) -> Result<(), PopError>;
    /// Whether a producer's end knows that the consumer is gone, and takes nothing more in than there was room for.
    fn is_told(tx: &mut Self::Tx) -> bool {
        let mut log = Log::default();
        (0..20).any(|number| Self::push(tx, LAST + number, &mut log) == Put::Closed)
    }
    /// Whether all that was put in is accounted for.
    fn check(_rx: &mut Self::Rx, log: &Log) {
        log.check_all();
    }
}

/// Ends of a new ring after some numbers went through, and with the watermarks of the shape. What is done to mark it is for the ring to
/// say; the consumer looks at it then.
pub(crate) fn turned<R: Ring>(
    (mut tx, mut rx): (R::Tx, R::Rx),
    shape: Shape,
    through: impl IntoIterator<Item = u32>,
    mark: impl FnOnce(&mut R::Tx, Watermarks),
) -> (R::Tx, R::Rx) {
    let log = &mut Log::default();
    for number in through {
        assert_eq!(R::push(&mut tx, number, log), Put::Stored);
        assert!(R::pop(&mut rx, log).is_ok());
    }
    if shape.is_marked {
        mark(&mut tx, Watermarks::new(1, 0).expect("low is below high"));
        assert!(R::pop(&mut rx, log).is_err());
    }
    (tx, rx)
}

/// And with the numbers of the shape inside, pushed one by one.
pub(crate) fn used<R: Ring>(
    ends: (R::Tx, R::Rx),
    shape: Shape,
    through: impl IntoIterator<Item = u32>,
    mark: impl FnOnce(&mut R::Tx, Watermarks),
) -> (R::Tx, R::Rx) {
    let (mut tx, rx) = turned::<R>(ends, shape, through, mark);
    let log = &mut Log::default();
    shape.numbers().for_each(|number| assert_eq!(R::push(&mut tx, number, log), Put::Stored));
    (tx, rx)
}

/// Numbers that are those of no operation, one more than there is room for.
pub(crate) fn a_lap(shape: Shape) -> impl Iterator<Item = u32> {
    iter::repeat_n(u32::MAX, shape.capacity + 1)
}

/// The same, nearly twice as many as there is room for: so a lap ends in the middle of what comes then.
pub(crate) fn nearly_two_laps(shape: Shape) -> impl Iterator<Item = u32> {
    iter::repeat_n(u32::MAX, 2 * shape.capacity - 1)
}

/// Empty, half full and full; with watermarks at one of the capacities.
fn shapes<R: Ring>() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for &capacity in R::CAPACITIES {
        let insides = BTreeSet::from([0, capacity / 2, capacity]);
        let marked: &[bool] =
            if capacity == R::CAPACITIES[R::CAPACITIES.len() / 2] { &[false, true] } else { &[false] };
        for (inside, &is_marked) in insides.iter().flat_map(|&inside| marked.iter().map(move |is| (inside, is))) {
            shapes.extend(R::OVERFLOWS.iter().map(|&overflow| Shape { capacity, inside, overflow, is_marked }));
        }
    }
    shapes
}

fn number(of: usize) -> u32 {
    u32::try_from(of).expect("few")
}

/// Does an operation with nobody else there. Answers with how many steps it took, and how many locks.
fn alone<E>(operation: impl FnOnce() -> E) -> (E, usize, usize) {
    let before = steps::locks();
    let (end, count) = stall::counted(operation);
    (end, count, steps::locks() - before)
}

/// Takes all that is there.
fn pop_all<R: Ring>(rx: &mut R::Rx, log: &mut Log) -> PopError {
    for _ in 0..30 {
        if let Err(why) = stall::within(MOST, || R::pop(rx, log)) {
            return why;
        }
    }
    panic!("more than was put in")
}

/// How many of so many numbers find room. `None`: it is closed.
fn fill<R: Ring>(tx: &mut R::Tx, from: u32, count: usize, log: &mut Log) -> Option<usize> {
    let mut stored = 0;
    for number in from..from + number(count) {
        match stall::within(MOST, || R::push(tx, number, log)) {
            Put::Stored => stored += 1,
            Put::NoRoom => {}
            Put::Closed => return None,
        }
    }
    Some(stored)
}

/// One side of a ring: the end that stands still in an operation, while the others go on.
trait Side<R: Ring>: 'static {
    /// That end.
    type Mine: Send + 'static;
    /// The other side's.
    type Other: Send + 'static;

    /// Which is which.
    fn of(ends: (R::Tx, R::Rx)) -> (Self::Mine, Self::Other);
    /// Another end of this side, if there can be one.
    fn beside(mine: &Self::Mine) -> Option<Self::Mine>;
    /// What those do meanwhile.
    fn others(shape: Shape, closes: bool, beside: Option<&mut Self::Mine>, other: &mut Self::Other, log: &mut Log);
    /// What is left.
    fn left(mine: impl Iterator<Item = Self::Mine>, other: Self::Other) -> (Vec<R::Tx>, Option<R::Rx>);
}

/// A producer stands still.
struct OfTx;

impl<R: Ring> Side<R> for OfTx {
    type Mine = R::Tx;
    type Other = R::Rx;

    fn of(ends: (R::Tx, R::Rx)) -> (R::Tx, R::Rx) {
        ends
    }

    fn beside(mine: &R::Tx) -> Option<R::Tx> {
        R::another(mine)
    }

    fn others(shape: Shape, _: bool, mut beside: Option<&mut R::Tx>, rx: &mut R::Rx, log: &mut Log) {
        for round in 0..2 {
            pop_all::<R>(rx, log);
            let Some(another) = &mut beside else { continue };
            let stored = fill::<R>(another, THEIRS + 100 * round, shape.capacity, log).expect("it is not closed");
            assert!(stored + R::HELD >= shape.capacity, "room for {stored} in {shape:?}");
        }
    }

    fn left(txs: impl Iterator<Item = R::Tx>, rx: R::Rx) -> (Vec<R::Tx>, Option<R::Rx>) {
        (txs.collect(), Some(rx))
    }
}

/// The consumer stands still.
struct OfRx;

impl<R: Ring> Side<R> for OfRx {
    type Mine = R::Rx;
    type Other = R::Tx;

    fn of((tx, rx): (R::Tx, R::Rx)) -> (R::Rx, R::Tx) {
        (rx, tx)
    }

    fn beside(_: &R::Rx) -> Option<R::Rx> {
        None
    }

    fn others(shape: Shape, closes: bool, _: Option<&mut R::Rx>, tx: &mut R::Tx, log: &mut Log) {
        let stored = fill::<R>(tx, THEIRS, shape.capacity + 1, log);
        let is_enough = stored.is_some_and(|stored| stored + R::HELD + shape.inside >= shape.capacity);
        assert!(closes || is_enough, "{stored:?} in {shape:?}");
    }

    fn left(mut rx: impl Iterator<Item = R::Rx>, tx: R::Tx) -> (Vec<R::Tx>, Option<R::Rx>) {
        (vec![tx], rx.next())
    }
}

/// What an end does, and whether it is there afterwards. Of one type for each ring, or the compiler would be busy for long.
type Operation<E> = Arc<dyn Fn(E, &mut Log) -> Option<E> + Send + Sync>;

/// What is done with the operations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// All.
    Tries,
    /// Nothing: what would be tried is to be known.
    Names,
}

/// The operations of a ring that were tried.
pub(crate) struct Operations<R> {
    how: How,
    names: BTreeSet<&'static str>,
    ring: PhantomData<R>,
}

impl<R: Ring> Operations<R> {
    pub(crate) const fn new() -> Self {
        Self::of(How::Tries)
    }

    pub(crate) const fn of(how: How) -> Self {
        Self { how, names: BTreeSet::new(), ring: PhantomData }
    }

    /// By their names, as the source declares them.
    pub(crate) const fn names(&self) -> &BTreeSet<&'static str> {
        &self.names
    }

    /// One of a producer's end. It enters into the log what it has done.
    pub(crate) fn tx<O>(
        &mut self,
        name: &'static str,
        operation: impl Fn(&mut R::Tx, &mut Log) -> O + Send + Sync + 'static,
    ) {
        self.of_tx(name, move |mut tx, log| {
            operation(&mut tx, log);
            Some(tx)
        });
    }

    /// One after which the end is gone.
    pub(crate) fn tx_goes(&mut self, name: &'static str, operation: impl Fn(R::Tx) + Send + Sync + 'static) {
        self.of_tx(name, move |tx, _| {
            operation(tx);
            None
        });
    }

    pub(crate) fn of_tx(
        &mut self,
        name: &'static str,
        operation: impl Fn(R::Tx, &mut Log) -> Option<R::Tx> + Send + Sync + 'static,
    ) {
        self.try_one::<OfTx>(name, false, Arc::new(operation));
    }

    /// One of the consumer's end.
    pub(crate) fn rx<O>(
        &mut self,
        name: &'static str,
        operation: impl Fn(&mut R::Rx, &mut Log) -> O + Send + Sync + 'static,
    ) {
        self.of_rx(name, false, move |mut rx, log| {
            operation(&mut rx, log);
            Some(rx)
        });
    }

    /// One that closes the ring.
    pub(crate) fn rx_closes(&mut self, name: &'static str, operation: impl Fn(&mut R::Rx) + Send + Sync + 'static) {
        self.of_rx(name, true, move |mut rx, _| {
            operation(&mut rx);
            Some(rx)
        });
    }

    /// One after which the end is gone.
    pub(crate) fn rx_goes(&mut self, name: &'static str, operation: impl Fn(R::Rx) + Send + Sync + 'static) {
        self.of_rx(name, true, move |rx, _| {
            operation(rx);
            None
        });
    }

    pub(crate) fn of_rx(
        &mut self,
        name: &'static str,
        closes: bool,
        operation: impl Fn(R::Rx, &mut Log) -> Option<R::Rx> + Send + Sync + 'static,
    ) {
        self.try_one::<OfRx>(name, closes, Arc::new(operation));
    }

    /// One of a side: alone, and then, if it has steps at all, stopped at each of them.
    fn try_one<S: Side<R>>(&mut self, name: &'static str, closes: bool, operation: Operation<S::Mine>) {
        self.names.insert(name);
        if self.how == How::Names {
            return;
        }
        stall::named(R::NAME, name, || {
            let mut most_locks = 0;
            for shape in shapes::<R>() {
                let (mine, other) = S::of(R::ends(shape));
                let (mine, steps, locks) = alone(|| operation(mine, &mut Log::default()));
                most_locks = most_locks.max(locks);
                drop((mine, other));
                if steps == 0 {
                    continue;
                }
                let operation = Arc::clone(&operation);
                stall::everywhere(
                    || {
                        let (mine, other) = S::of(R::ends(shape));
                        let beside = S::beside(&mine);
                        (mine, (beside, other))
                    },
                    move |mine| {
                        let mut log = Log::default();
                        let mine = operation(mine, &mut log);
                        (mine, log)
                    },
                    move |(beside, other)| {
                        let (mut log, locks) = (Log::default(), steps::locks());
                        S::others(shape, closes, beside.as_mut(), other, &mut log);
                        assert_eq!(steps::locks(), locks, "they took a lock, and nobody waits");
                        log
                    },
                    move |(mine, my_log), their_log, (beside, other)| {
                        let left = S::left(mine.into_iter().chain(beside), other);
                        finish::<R>(shape, [my_log, their_log], left, closes);
                    },
                );
            }
            most_locks
        });
    }

    /// One of what the ends are made by: whoever asks at the same time is refused, or gets them.
    pub(crate) fn shared<O: Send + Sync + 'static, E: Send + 'static>(
        &mut self,
        name: &'static str,
        make: impl Fn() -> O,
        operation: impl Fn(&'static O) -> Option<E> + Copy + Send + Sync + 'static,
    ) {
        self.names.insert(name);
        if self.how == How::Names {
            return;
        }
        stall::named(R::NAME, name, || {
            stall::everywhere(
                || {
                    let owner: &'static O = Box::leak(Box::new(make()));
                    (owner, owner)
                },
                operation,
                move |owner| operation(owner),
                |mine, theirs, owner| {
                    assert_ne!(mine.is_some(), theirs.is_some(), "one of them has the ends");
                    assert!(operation(owner).is_none(), "they are out");
                    drop((mine, theirs));
                    assert!(operation(owner).is_some(), "they are back");
                },
            );
            0
        });
    }
}

/// Everything is accounted for, and everybody knows how things are.
fn finish<R: Ring>(shape: Shape, logs: [Log; 2], (mut txs, rx): (Vec<R::Tx>, Option<R::Rx>), is_closed: bool) {
    let mut log = Log { stored: shape.numbers().collect(), ..Log::default() };
    logs.into_iter().for_each(|other| log.add(other));
    let Some(mut rx) = rx else {
        log.check_once();
        assert!(txs.iter_mut().all(R::is_told), "the consumer is gone");
        return;
    };
    pop_all::<R>(&mut rx, &mut log);
    log.check_once();
    R::check(&mut rx, &log);
    if is_closed {
        assert!(txs.iter_mut().all(R::is_told), "it is closed");
    } else if let Some(tx) = txs.first_mut() {
        for round in 0..2 {
            let mut log = Log::default();
            assert_eq!(
                fill::<R>(tx, LAST + 10 * round, shape.capacity, &mut log),
                Some(shape.capacity),
                "all room is there"
            );
            pop_all::<R>(&mut rx, &mut log);
            assert_eq!(log.counts(), (shape.capacity, shape.capacity), "and all items");
        }
    }
    drop(txs);
    assert_eq!(pop_all::<R>(&mut rx, &mut log), PopError::Closed, "all producers are gone");
}
