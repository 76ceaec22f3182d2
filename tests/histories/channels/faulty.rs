//! A receiver's end that loses items.

use forebay::channel::{CloseEnd, End, ReceiveEnd, Room};
use forebay_core::PopError;
use forebay_core::seam::Pop;

use crate::drive::Random;

/// Now and then an item is taken out, and there is said to be none.
pub(super) struct Lossy<C> {
    end: C,
    dice: Random,
}

impl<C> Lossy<C> {
    pub(super) fn new(end: C, seed: u64) -> Self {
        Self { end, dice: Random::new(seed ^ 0x1055) }
    }

    pub(super) const fn end(&self) -> &C {
        &self.end
    }
}

impl<C: Pop> Pop for Lossy<C> {
    type Item = C::Item;

    fn pop(&mut self) -> Result<C::Item, PopError> {
        let item = self.end.pop()?;
        if self.dice.below(8) == 0 { Err(PopError::Empty) } else { Ok(item) }
    }

    fn capacity(&self) -> usize {
        self.end.capacity()
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn is_closed(&self) -> bool {
        self.end.is_closed()
    }
}

impl<C: End> End for Lossy<C> {
    const ROOM: Room = C::ROOM;
}

impl<C: ReceiveEnd> ReceiveEnd for Lossy<C> {}

impl<C: CloseEnd> CloseEnd for Lossy<C> {
    fn close(&mut self) {
        self.end.close();
    }
}
