//! What the rings for several producers have in common, for the traffic through them.

use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_core::{mpsc, swap};

use crate::item::Stamped;

/// A producer's end.
pub trait Offer: Send + Sized {
    /// Puts an item in.
    fn push(&mut self, item: Stamped) -> Result<Pushed<Stamped>, PushError<Stamped>>;

    /// Puts items in as a batch. Answers with how many, or `None` where there are no batches.
    fn push_batch(&mut self, items: impl Iterator<Item = Stamped>) -> Option<usize>;

    /// Another end of the same ring, if there may be one more.
    fn another(&self) -> Option<Self>;
}

/// A consumer's end.
pub trait Take: Send {
    /// Takes an item out.
    fn pop(&mut self) -> Result<Stamped, PopError>;

    /// Takes up to `max` items out, by the means that the ring has for several. Answers with how many.
    fn pop_several(&mut self, max: usize, take: impl FnMut(Stamped)) -> usize;

    /// How many items are missing before the last one that was taken, since this was last asked.
    fn missing(&mut self) -> usize;

    /// How many items were evicted. Like the next one it counts from any number on.
    fn evicted(&mut self) -> usize;

    /// How many values were shed.
    fn shed(&mut self) -> usize;

    /// How many items are inside.
    fn len(&self) -> usize;

    /// How many items there can be.
    fn capacity(&self) -> usize;

    /// Sets what a push does at full.
    fn set_overflow(&self, overflow: Overflow);
}

impl Offer for swap::Producer<'static, Stamped> {
    fn push(&mut self, item: Stamped) -> Result<Pushed<Stamped>, PushError<Stamped>> {
        assert!(self.len() <= self.capacity());
        self.push(item)
    }

    fn push_batch(&mut self, _: impl Iterator<Item = Stamped>) -> Option<usize> {
        None
    }

    fn another(&self) -> Option<Self> {
        self.try_clone().ok()
    }
}

impl Take for swap::Consumer<'static, Stamped> {
    fn pop(&mut self) -> Result<Stamped, PopError> {
        self.pop()
    }

    fn pop_several(&mut self, max: usize, mut take: impl FnMut(Stamped)) -> usize {
        if max >= self.capacity() {
            return self.pop_all(take);
        }
        (0..max).map_while(|_| self.pop().ok()).map(&mut take).count()
    }

    fn missing(&mut self) -> usize {
        self.lost()
    }

    fn evicted(&mut self) -> usize {
        swap::Consumer::evicted(self)
    }

    fn shed(&mut self) -> usize {
        swap::Consumer::shed(self)
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn set_overflow(&self, overflow: Overflow) {
        self.set_overflow(overflow);
    }
}

impl Offer for mpsc::Producer<'static, Stamped> {
    fn push(&mut self, item: Stamped) -> Result<Pushed<Stamped>, PushError<Stamped>> {
        self.push(item).map(|()| Pushed::Stored)
    }

    fn push_batch(&mut self, items: impl Iterator<Item = Stamped>) -> Option<usize> {
        Some(self.push_iter(items))
    }

    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Take for mpsc::Consumer<'static, Stamped> {
    fn pop(&mut self) -> Result<Stamped, PopError> {
        self.pop()
    }

    fn pop_several(&mut self, max: usize, take: impl FnMut(Stamped)) -> usize {
        self.drain().take(max).map(take).count()
    }

    fn missing(&mut self) -> usize {
        0
    }

    fn evicted(&mut self) -> usize {
        0
    }

    fn shed(&mut self) -> usize {
        // What was shed since the ring was split: it is asked for at the start, and at the end.
        self.lost()
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn set_overflow(&self, overflow: Overflow) {
        self.set_refusal(overflow.try_into().expect("a policy without evictions"));
    }
}
