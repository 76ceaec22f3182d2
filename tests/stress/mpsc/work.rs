//! What the threads do: all the ways into the ring and out of it, mixed, with every item checked.

use std::sync::atomic::AtomicU8;
use std::{hint, thread};

use forebay_core::mpsc::{Consumer, Producer};
use forebay_core::{PopError, PushError, Refusal};
use forebay_tests::random::Random;
use forebay_tests::stress::{self, Wait};

/// An item that says which producer made it, and as which.
pub(crate) trait Item: Sized {
    /// The producer, and how many it had made before. Panics if the rest of the item doesn't fit to it.
    fn origin(&self) -> (usize, usize);

    /// Undoes the making of an item that the ring refused.
    fn undo(self) {}
}

/// Two numbers, and more that fit to them: they can tear.
pub(crate) struct Words([usize; 4]);

impl Words {
    pub(crate) const fn new(from: usize, number: usize) -> Self {
        Self([from, number, !number, from ^ number])
    }
}

impl Item for Words {
    fn origin(&self) -> (usize, usize) {
        let Self([from, number, other, both]) = *self;
        assert!(other == !number && both == from ^ number, "a torn item");
        (from, number)
    }
}

/// Which item was dropped how often: a row for each producer.
pub(crate) type Drops = Vec<Vec<AtomicU8>>;

/// A book for the drops of the items of so many producers.
pub(crate) fn drops(producers: usize, items: usize) -> Drops {
    (0..producers).map(|_| stress::drops(items)).collect()
}

/// Sees that every item was dropped once.
pub(crate) fn settle(drops: Drops) {
    for (from, row) in drops.into_iter().enumerate() {
        for (number, drops) in row.into_iter().enumerate() {
            assert_eq!(drops.into_inner(), 1, "drops of item {number} of producer {from}");
        }
    }
}

/// An item with memory of its own, whose drop is entered.
pub(crate) struct Owner<'a> {
    from: usize,
    item: stress::Owner<'a>,
}

impl<'a> Owner<'a> {
    pub(crate) fn new(from: usize, number: usize, drops: &'a Drops) -> Self {
        Self { from, item: stress::Owner::new(number, &drops[from]) }
    }
}

impl Item for Owner<'_> {
    fn origin(&self) -> (usize, usize) {
        (self.from, self.item.number())
    }

    fn undo(self) {
        self.item.undo();
    }
}

/// The policy that somebody sets: mostly the one that loses nothing.
pub(crate) const fn any_refusal(random: &mut Random) -> Refusal {
    if random.below(3) == 0 { Refusal::DropIncoming } else { Refusal::Reject }
}

/// Works a producer: items are numbered from 0.
pub(crate) struct Sender<'q, T, K, F> {
    pub(crate) producer: Producer<'q, T, K>,
    from: usize,
    /// How many were made and stored or shed.
    pub(crate) sent: usize,
    /// Those that were shed.
    pub(crate) shed: Vec<usize>,
    make: F,
    random: Random,
    /// Whether it changes the policy now and then.
    flips: bool,
}

impl<'q, T: Item, K, F: Fn(usize, usize) -> T> Sender<'q, T, K, F> {
    pub(crate) fn new(producer: Producer<'q, T, K>, from: usize, flips: bool, make: F) -> Self {
        Self { producer, from, sent: 0, shed: Vec::new(), make, random: Random::new(from as u64 + 100), flips }
    }

    /// Sends all up to a number, or until nobody takes more. Answers with whether all was sent.
    pub(crate) fn send_to(&mut self, end: usize) -> bool {
        let mut wait = Wait::default();
        while self.sent < end {
            let before = self.sent;
            if !self.step(end - before) {
                return false;
            }
            if self.sent > before { wait.reset() } else { wait.wait() }
        }
        true
    }

    /// Tries to send at least one item and at most `left`. Answers with whether the ring may take more some time.
    fn step(&mut self, left: usize) -> bool {
        if self.flips && self.random.below(16) == 0 {
            self.producer.set_refusal(any_refusal(&mut self.random));
        }
        if self.random.below(4) > 0 {
            return self.push();
        }
        let count = (1 + self.random.below(16)).min(left);
        let (from, first) = (self.from, self.sent);
        let mut items = (first..first + count).map(|number| (self.make)(from, number));
        let stored = match self.random.below(4) {
            0 => self.producer.push_iter(&mut items),
            1 => {
                // It doesn't say how many there are.
                let mut items = items.by_ref().map(Some).chain([None]);
                self.producer.push_iter(std::iter::from_fn(|| items.next().flatten()))
            }
            // It gives the others time, while it holds slots.
            2 => self.producer.push_iter(items.by_ref().inspect(|_| thread::yield_now())),
            _ => {
                let mut random = Random::new(first as u64);
                let pause = |_: &T| (0..random.below(50)).for_each(|_| hint::spin_loop());
                self.producer.push_iter(items.by_ref().inspect(pause))
            }
        };
        assert_eq!(items.len(), count - stored, "what isn't stored is not made");
        self.sent += stored;
        stored > 0 || !self.producer.is_closed()
    }

    fn push(&mut self) -> bool {
        let item = (self.make)(self.from, self.sent);
        let (closed, item) = match self.producer.push(item) {
            Ok(()) => {
                self.sent += 1;
                return true;
            }
            Err(PushError::Shed(item)) => {
                assert_eq!(item.origin(), (self.from, self.sent), "another item came back");
                self.shed.push(self.sent);
                self.sent += 1;
                return true;
            }
            Err(PushError::Full(item)) => (false, item),
            Err(PushError::Closed(item)) => (true, item),
        };
        assert_eq!(item.origin(), (self.from, self.sent), "another item came back");
        item.undo();
        !closed
    }
}

/// Works a consumer: the items of each producer must come in order.
pub(crate) struct Receiver<'q, T, K> {
    pub(crate) consumer: Consumer<'q, T, K>,
    /// What came from each producer.
    pub(crate) received: Vec<Vec<usize>>,
    pub(crate) lost: usize,
    random: Random,
    flips: bool,
}

impl<'q, T: Item, K> Receiver<'q, T, K> {
    pub(crate) fn new(consumer: Consumer<'q, T, K>, producers: usize, flips: bool) -> Self {
        Self { consumer, received: vec![Vec::new(); producers], lost: 0, random: Random::new(1), flips }
    }

    /// How many came.
    pub(crate) fn count(&self) -> usize {
        self.received.iter().map(Vec::len).sum()
    }

    /// Receives at least so many, or to the end. Answers with whether more may come.
    pub(crate) fn receive(&mut self, least: usize) -> bool {
        let mut wait = Wait::default();
        let mut count = 0;
        while count < least {
            match self.step() {
                Ok(0) => wait.wait(),
                Ok(some) => {
                    count += some;
                    wait.reset();
                }
                Err(()) => return false,
            }
        }
        true
    }

    fn enter(received: &mut [Vec<usize>], item: &T) {
        let (from, number) = item.origin();
        assert!(received[from].last().is_none_or(|&last| last < number), "out of order, or twice");
        received[from].push(number);
    }

    /// Tries to receive some items. Answers with how many came, or that no more will.
    fn step(&mut self) -> Result<usize, ()> {
        if self.flips && self.random.below(16) == 0 {
            self.consumer.set_refusal(any_refusal(&mut self.random));
        }
        match self.random.below(8) {
            0 => {
                let few = 1 + self.random.below(16);
                let mut count = 0;
                for item in self.consumer.drain().take(few) {
                    Self::enter(&mut self.received, &item);
                    count += 1;
                }
                Ok(count)
            }
            1 => {
                let len = self.consumer.len();
                assert!(len <= self.consumer.capacity(), "more than the ring holds");
                self.lost += self.consumer.lost();
                Ok(0)
            }
            _ => match self.consumer.pop() {
                Ok(item) => {
                    Self::enter(&mut self.received, &item);
                    Ok(1)
                }
                Err(PopError::Empty) => Ok(0),
                Err(PopError::Closed) => Err(()),
            },
        }
    }
}
