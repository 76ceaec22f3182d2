//! What the two threads do: all the ways into the ring and out of it, mixed, with every item checked.

use std::sync::atomic::AtomicU8;

use forebay_core::PopError;
use forebay_core::spsc::{Consumer, Layout, Producer};
use forebay_tests::random::Random;
use forebay_tests::spsc::Runs;
use forebay_tests::stress::{Owner, Wait};

/// An item with a number.
pub(crate) trait Item: Sized {
    /// The number. Panics if the rest of the item doesn't fit to it.
    fn number(&self) -> usize;

    /// Undoes the making of an item that the ring refused.
    fn undo(self) {}

    /// Pushes items through `push_slice`, if they can be copied.
    fn push_slice<L: Layout, K>(
        producer: &mut Producer<'_, Self, L, K>,
        items: impl ExactSizeIterator<Item = Self>,
    ) -> usize {
        producer.push_iter(items)
    }

    /// Pops up to `count` items through `pop_slice`, if they can be copied.
    fn pop_slice<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<Self> {
        consumer.drain().take(count).collect()
    }
}

/// A number, and another that fits to it: two words can tear.
#[derive(Clone, Copy)]
pub(crate) struct Pair(usize, usize);

impl Pair {
    pub(crate) const fn new(number: usize) -> Self {
        Self(number, !number)
    }
}

impl Item for Pair {
    fn number(&self) -> usize {
        assert_eq!(self.1, !self.0, "a torn item");
        self.0
    }

    fn push_slice<L: Layout, K>(
        producer: &mut Producer<'_, Self, L, K>,
        items: impl ExactSizeIterator<Item = Self>,
    ) -> usize {
        producer.push_slice(&items.collect::<Vec<_>>())
    }

    fn pop_slice<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<Self> {
        let mut items = vec![Self(0, 0); count];
        let count = consumer.pop_slice(&mut items);
        items.truncate(count);
        items
    }
}

impl Item for Owner<'_> {
    fn number(&self) -> usize {
        self.number()
    }

    fn undo(self) {
        self.undo();
    }
}

/// Sees that of all items the first `made` were dropped, once each.
pub(crate) fn settle(drops: Vec<AtomicU8>, made: usize) {
    for (number, drops) in drops.into_iter().enumerate() {
        assert_eq!(drops.into_inner(), u8::from(number < made), "drops of item {number} of {made}");
    }
}

/// Works a producer: items are numbered from 0.
pub(crate) struct Sender<'q, T, L: Layout, K, F> {
    pub(crate) producer: Producer<'q, T, L, K>,
    /// How many were stored.
    pub(crate) sent: usize,
    make: F,
    random: Random,
}

impl<'q, T: Item, L: Runs, K, F: Fn(usize) -> T> Sender<'q, T, L, K, F> {
    pub(crate) fn new(producer: Producer<'q, T, L, K>, seed: u64, make: F) -> Self {
        Self { producer, sent: 0, make, random: Random::new(seed) }
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
        let few = 1 + self.random.below(16).min(left - 1);
        let first = self.sent;
        let items = (first..first + few).map(&self.make);
        self.sent += match self.random.below(8) {
            0 | 1 => return self.push(),
            2 => match self.producer.write_slot() {
                Ok(mut slot) => match self.random.below(3) {
                    0 => return true,
                    1 => {
                        slot.write((self.make)(first));
                        1
                    }
                    _ => {
                        slot.uninit().write((self.make)(first));
                        // SAFETY: written just now.
                        unsafe { slot.commit() };
                        1
                    }
                },
                Err(error) => return error.is_full(),
            },
            3 => self.producer.push_iter(items),
            4 => T::push_slice(&mut self.producer, items),
            5 => match L::write_run(&mut self.producer, few) {
                Some(run) => run.fill(items),
                None => self.producer.push_iter(items),
            },
            6 => match L::write_run(&mut self.producer, few) {
                Some(mut run) => {
                    let count = self.random.below(run.len() + 1);
                    let (head, rest) = run.as_mut_slices();
                    for (place, number) in head.iter_mut().chain(rest).take(count).zip(first..) {
                        place.write((self.make)(number));
                    }
                    // SAFETY: that many were written.
                    unsafe { run.commit(count) };
                    count
                }
                None => return self.push(),
            },
            _ => {
                let (free, capacity) = (self.producer.free(), self.producer.capacity());
                assert!(
                    free <= capacity && self.producer.free() >= free,
                    "under the producer there can only be more room"
                );
                for _ in 0..free.min(left).min(40) {
                    let stored = self.producer.push((self.make)(self.sent)).is_ok();
                    assert!(stored, "there was room for that many");
                    self.sent += 1;
                }
                return true;
            }
        };
        true
    }

    fn push(&mut self) -> bool {
        match self.producer.push((self.make)(self.sent)) {
            Ok(()) => self.sent += 1,
            Err(refused) => {
                let open = refused.is_full();
                let item = refused.into_inner();
                assert_eq!(item.number(), self.sent, "another item came back");
                item.undo();
                return open;
            }
        }
        true
    }
}

/// Works a consumer: items must come in order, from 0.
pub(crate) struct Receiver<'q, T, L: Layout, K> {
    pub(crate) consumer: Consumer<'q, T, L, K>,
    /// How many came.
    pub(crate) received: usize,
    random: Random,
}

impl<'q, T: Item, L: Runs, K> Receiver<'q, T, L, K> {
    pub(crate) fn new(consumer: Consumer<'q, T, L, K>, seed: u64) -> Self {
        Self { consumer, received: 0, random: Random::new(seed) }
    }

    /// Receives all up to a number, or to the end. Answers with whether more may come.
    pub(crate) fn receive_to(&mut self, end: usize) -> bool {
        let mut wait = Wait::default();
        while self.received < end {
            let before = self.received;
            if !self.step() {
                return false;
            }
            if self.received > before { wait.reset() } else { wait.wait() }
        }
        true
    }

    fn receive(&mut self, items: impl IntoIterator<Item = T>) {
        for item in items {
            assert_eq!(item.number(), self.received, "out of order");
            self.received += 1;
        }
    }

    /// Tries to receive some items. Answers with whether more may come.
    fn step(&mut self) -> bool {
        let few = 1 + self.random.below(16);
        match self.random.below(9) {
            0 | 1 => return self.pop(),
            2 => match self.consumer.read_slot() {
                Ok(slot) => {
                    assert_eq!(slot.number(), self.received, "out of order");
                    match self.random.below(3) {
                        0 => return true,
                        1 => slot.release(),
                        _ => drop(slot.take()),
                    }
                    self.received += 1;
                }
                Err(error) => return error == PopError::Empty,
            },
            3 => {
                for item in self.consumer.drain().take(few) {
                    assert_eq!(item.number(), self.received, "out of order");
                    self.received += 1;
                }
            }
            4 => {
                let items = T::pop_slice(&mut self.consumer, few);
                self.receive(items);
            }
            5 | 6 => match L::read_run(&mut self.consumer, few) {
                Some(run) => {
                    let (head, rest) = run.as_slices();
                    for (item, number) in head.iter().chain(rest).zip(self.received..) {
                        assert_eq!(item.number(), number, "out of order");
                    }
                    let count = self.random.below(run.len() + 1);
                    run.release(count);
                    self.received += count;
                }
                None => return self.pop(),
            },
            7 => {
                let (len, capacity) = (self.consumer.len(), self.consumer.capacity());
                assert!(len <= capacity && self.consumer.len() >= len, "under the consumer there can only come more");
                for _ in 0..len.min(40) {
                    let item = self.consumer.pop().ok();
                    assert!(item.is_some(), "there were that many");
                    self.receive(item);
                }
            }
            _ => {
                let mut seen = 0;
                for (item, number) in self.consumer.iter().zip(self.received..) {
                    assert_eq!(item.number(), number, "out of order");
                    seen += 1;
                }
                if self.random.below(4) == 0 {
                    let cleared = self.consumer.clear();
                    assert!(cleared >= seen, "what was seen was there");
                    self.received += cleared;
                }
            }
        }
        true
    }

    fn pop(&mut self) -> bool {
        match self.consumer.pop() {
            Ok(item) => self.receive([item]),
            Err(PopError::Empty) => {}
            Err(PopError::Closed) => return false,
        }
        true
    }
}
