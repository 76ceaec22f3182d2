//! Iterators as safe code is free to write them: they say something wrong about how many items they have, and they panic.

use crate::ledger::{Ledger, Tracked, go_off};

/// What an iterator says about how many items it has: at least, and at most.
pub type Hint = (usize, Option<usize>);

/// The items of an iterator, with another hint.
#[derive(Debug)]
pub struct Says<I>(pub Hint, pub I);

impl<I: Iterator> Iterator for Says<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.1.next()
    }

    fn size_hint(&self) -> Hint {
        self.0
    }
}

/// Where a [`Fuse`] panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// When it becomes an iterator.
    Into,
    /// When it is asked for its hint.
    Hint,
    /// When it is asked for an item, after so many.
    Next(usize),
    /// When it is dropped.
    Drop,
}

/// Becomes an iterator over new items that panics somewhere.
#[derive(Debug)]
pub struct Fuse<'a> {
    /// Where the items are entered.
    pub ledger: &'a Ledger,
    /// What it says.
    pub hint: Hint,
    /// Where it panics.
    pub at: Where,
}

/// A [`Fuse`] that has become an iterator.
#[derive(Debug)]
pub struct Burning<'a> {
    fuse: Fuse<'a>,
    made: usize,
}

impl Fuse<'_> {
    fn burn(&self, at: Where) {
        if self.at == at {
            go_off();
        }
    }
}

impl<'a> IntoIterator for Fuse<'a> {
    type Item = Tracked;
    type IntoIter = Burning<'a>;

    fn into_iter(self) -> Burning<'a> {
        self.burn(Where::Into);
        Burning { fuse: self, made: 0 }
    }
}

impl Iterator for Burning<'_> {
    type Item = Tracked;

    fn next(&mut self) -> Option<Tracked> {
        self.fuse.burn(Where::Next(self.made));
        self.made += 1;
        Some(self.fuse.ledger.item())
    }

    fn size_hint(&self) -> Hint {
        self.fuse.burn(Where::Hint);
        self.fuse.hint
    }
}

impl Drop for Burning<'_> {
    fn drop(&mut self) {
        self.fuse.burn(Where::Drop);
    }
}
