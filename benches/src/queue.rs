//! What a contestant must be able to do, and what it is asked to do.

use std::array;
use std::time::Duration;

use crate::contest::Turn;

/// The most items that go in or come out at once in the questions about batches.
pub(crate) const BATCH: usize = 64;

/// An item that bears its number, so that whoever receives it can tell that it is the right one.
pub(crate) trait Item: Copy + Default + Send + Sync + 'static {
    const NAME: &'static str;

    fn new(seq: u64) -> Self;

    /// The number it was made with.
    fn seq(&self) -> u64;

    /// Zero if every byte of the item is what `new(seq)` would give.
    fn differs(&self, seq: u64) -> u64;
}

impl Item for u64 {
    const NAME: &'static str = "u64";

    #[inline(always)]
    fn new(seq: u64) -> Self {
        seq
    }

    #[inline(always)]
    fn seq(&self) -> u64 {
        *self
    }

    #[inline(always)]
    fn differs(&self, seq: u64) -> u64 {
        self ^ seq
    }
}

/// A cache line of its own. With a smaller alignment it would depend on the allocator's mood whether an item lies in one
/// line or in two, for each queue differently and for the whole run.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
pub(crate) struct Block([u64; 8]);

impl Item for Block {
    const NAME: &'static str = "64B";

    #[inline(always)]
    fn new(seq: u64) -> Self {
        Self([seq; 8])
    }

    #[inline(always)]
    fn seq(&self) -> u64 {
        self.0[0]
    }

    #[inline(always)]
    fn differs(&self, seq: u64) -> u64 {
        self.0.iter().fold(0, |all, word| all | (word ^ seq))
    }
}

/// The number of a producer's first item. The others follow on it; so it can be told whose they are.
pub(crate) const fn first_of(producer: usize) -> u64 {
    (producer as u64) << PRODUCER_SHIFT
}

const PRODUCER_SHIFT: u32 = 48;

/// Checks that items arrive whole, and those of each of `P` producers in order, without a branch on the way.
#[derive(Clone, Copy)]
pub(crate) struct Check<const P: usize = 1> {
    /// The number of the next item, by producer.
    next: [u64; P],
    wrong: u64,
}

impl<const P: usize> Default for Check<P> {
    fn default() -> Self {
        Self { next: array::from_fn(first_of), wrong: 0 }
    }
}

impl Check {
    pub(crate) const fn seen(&self) -> u64 {
        self.next[0]
    }
}

impl<const P: usize> Check<P> {
    #[inline(always)]
    pub(crate) fn see<T: Item>(&mut self, item: &T) {
        const { assert!(P.is_power_of_two()) };
        // Within bounds even if the item is not what was put in.
        let producer = (item.seq() >> PRODUCER_SHIFT) as usize & (P - 1);
        self.wrong |= item.differs(self.next[producer]);
        self.next[producer] += 1;
    }

    /// By value, and without a reference to the figures: they stay in registers while items are counted.
    pub(crate) fn assert(self) {
        assert!(self.wrong == 0, "items were lost, doubled, torn or out of order");
    }
}

/// Checks that items are those that were put in, and come in the order of each of `P` producers, though some are missing.
#[derive(Clone, Copy)]
pub(crate) struct Rising<const P: usize> {
    /// The number of the next item at the earliest, by producer.
    next: [u64; P],
    wrong: bool,
}

impl<const P: usize> Default for Rising<P> {
    fn default() -> Self {
        Self { next: array::from_fn(first_of), wrong: false }
    }
}

impl<const P: usize> Rising<P> {
    #[inline(always)]
    pub(crate) fn see(&mut self, item: u64) {
        const { assert!(P.is_power_of_two()) };
        let producer = (item >> PRODUCER_SHIFT) as usize & (P - 1);
        self.wrong |= item < self.next[producer];
        self.next[producer] = item + 1;
    }

    /// Of each producer's items, the first so many were pushed.
    pub(crate) fn assert(&self, pushed: [u64; P]) {
        assert!(!self.wrong, "items were doubled or out of order");
        let known = (0..P).all(|producer| self.next[producer] - first_of(producer) <= pushed[producer]);
        assert!(known, "an item came out that nobody had put in");
    }
}

/// The end that puts items in.
pub(crate) trait Tx<T: Item>: Send {
    /// Puts an item in, or answers `false` at once if there is no room.
    fn offer(&mut self, item: T) -> bool;

    /// Puts in up to `max` items, numbered from `first` on, at once. Answers with how many.
    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        (first..).take(max).take_while(|&seq| self.offer(T::new(seq))).count()
    }
}

/// The end that takes items out.
pub(crate) trait Rx<T: Item>: Send {
    /// Takes an item out, or answers `None` at once if there is none.
    fn take(&mut self) -> Option<T>;

    /// Takes out up to `max` items at once and shows them to `check`. Answers with how many.
    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        (0..max).map_while(|_| self.take()).inspect(|item| check.see(item)).count()
    }
}

/// What is done with the two ends of a queue. Answers with the time it took.
pub(crate) trait Job<T: Item> {
    fn run(self, tx: impl Tx<T>, rx: impl Rx<T>) -> Duration;
}

/// What makes the producers of a queue. It puts items in itself, before there are any.
pub(crate) trait Producers<T: Item>: Tx<T> {
    type Producer: Tx<T>;

    /// One more.
    fn another(&mut self) -> Self::Producer;
}

impl<T: Item, P: Tx<T> + Clone> Producers<T> for P {
    type Producer = P;

    fn another(&mut self) -> P {
        self.clone()
    }
}

/// What is done with the ends of a queue for several producers. Answers with the time it took.
pub(crate) trait MpscJob<T: Item> {
    /// How many producers there will be.
    const PRODUCERS: usize;

    fn run(self, tx: impl Producers<T>, rx: impl Rx<T>) -> Duration;
}

/// Whose queue it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Ours,
    Peer,
    /// No queue at all, but what the machine can do at best.
    Limit,
}

/// A queue, or what stands for one.
pub(crate) trait Queue<T: Item> {
    const NAME: &'static str;
    const ROLE: Role;

    /// Makes a queue that holds `capacity` items and lets the job have its ends.
    fn with(capacity: usize, job: impl Job<T>) -> Duration;
}

/// A queue for several producers.
pub(crate) trait MpscQueue<T: Item> {
    const NAME: &'static str;
    const ROLE: Role;

    /// Makes a queue that holds `capacity` items and lets the job have its ends.
    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration;
}

/// The end that puts every item in: at full, in the place of the oldest.
pub(crate) trait Put<T: Item>: Send {
    /// Answers with the item whose place was taken, if the queue hands it out.
    fn put(&mut self, item: T) -> Option<T>;
}

/// What is done with the ends of a queue whose items take the place of the oldest.
pub(crate) trait OverwriteJob<T: Item> {
    fn run<W: Put<T>>(self, producers: Vec<W>, rx: impl Rx<T>) -> Turn;
}

/// A queue whose items take the place of the oldest.
pub(crate) trait Overwriting<T: Item> {
    const NAME: &'static str;
    const ROLE: Role;

    /// Makes a queue that holds `capacity` items and lets the job have its ends, with so many producers.
    fn with(capacity: usize, producers: usize, job: impl OverwriteJob<T>) -> Turn;
}

/// The end that puts new values of keys in.
pub(crate) trait PutKey<T: Item>: Send {
    fn put(&mut self, key: usize, item: T);
}

/// The end that takes out the newest value of some key that has one.
pub(crate) trait TakeKey<T: Item>: Send {
    fn take(&mut self) -> Option<(usize, T)>;
}

/// What is done with the ends of what keeps the newest of each key.
pub(crate) trait ConflatingJob<T: Item> {
    fn run(self, tx: impl PutKey<T>, rx: impl TakeKey<T>) -> Turn;
}

/// What keeps the newest of each key.
pub(crate) trait Conflating<T: Item> {
    const NAME: &'static str;
    const ROLE: Role;

    /// Makes one for so many keys and lets the job have its ends.
    fn with(keys: usize, job: impl ConflatingJob<T>) -> Turn;
}

/// A queue whose items are of several classes, by which they come out: the keys are those.
pub(crate) trait Prioritizing<T: Item> {
    const NAME: &'static str;
    const ROLE: Role;

    /// Makes one for so many items and lets the job have its ends.
    fn with(capacity: usize, job: impl ConflatingJob<T>) -> Turn;
}

/// The end of a channel that puts items in, and has its thread wait for room.
pub(crate) trait HandIn: Send + 'static {
    fn hand_in(&mut self, item: u64);
}

/// The end of a channel that takes items out, and has its thread wait for one.
pub(crate) trait HandOut: Send + 'static {
    fn hand_out(&mut self) -> u64;
}

/// A channel for threads that wait.
pub(crate) trait Channel {
    const NAME: &'static str;
    const ROLE: Role;

    type Tx: HandIn;
    type Rx: HandOut;

    /// Makes one that holds `capacity` items, with so many ends that put items in.
    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx);
}

/// The end of a channel that puts items in, and has its task wait for room.
pub(crate) trait TaskHandIn: Send + 'static {
    fn hand_in(&mut self, item: u64) -> impl Future<Output = ()> + Send;
}

/// The end of a channel that takes items out, and has its task wait for one.
pub(crate) trait TaskHandOut: Send + 'static {
    fn hand_out(&mut self) -> impl Future<Output = u64> + Send;
}

/// A channel for tasks that wait.
pub(crate) trait TaskChannel {
    const NAME: &'static str;
    const ROLE: Role;

    type Tx: TaskHandIn;
    type Rx: TaskHandOut;

    /// As [`Channel::ends`].
    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx);
}
