//! What is there, and all that comes, as iterators.

use core::fmt;
#[cfg(feature = "std")]
use core::iter::FusedIterator;

use super::place::Desk;
use super::{ReceiveEnd, Receiver};
use crate::PopError;

/// Takes what is there: see [`Receiver::drain`].
#[must_use = "nothing is taken before the iterator is asked"]
pub struct Drain<'r, C: ReceiveEnd, D: Desk> {
    receiver: &'r mut Receiver<C, D>,
    /// How many may be taken.
    left: usize,
    taken: usize,
    /// Why there was nothing.
    end: Option<PopError>,
}

impl<'r, C: ReceiveEnd, D: Desk> Drain<'r, C, D> {
    pub(super) const fn new(receiver: &'r mut Receiver<C, D>, max: usize) -> Self {
        Self { receiver, left: max, taken: 0, end: None }
    }

    /// How many were taken.
    pub(super) const fn taken(&self) -> usize {
        self.taken
    }

    /// Whether nothing is left, and nothing will come.
    pub(super) fn is_over(&self) -> bool {
        self.end == Some(PopError::Closed)
    }
}

impl<C: ReceiveEnd, D: Desk> Iterator for Drain<'_, C, D> {
    type Item = C::Item;

    #[inline]
    fn next(&mut self) -> Option<C::Item> {
        self.left = self.left.checked_sub(1)?;
        match self.receiver.take_quietly() {
            Ok(item) => {
                self.taken += 1;
                self.receiver.has_untold = true;
                Some(item)
            }
            Err(error) => {
                (self.left, self.end) = (0, Some(error));
                None
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl<C: ReceiveEnd, D: Desk> core::iter::FusedIterator for Drain<'_, C, D> {}

/// The senders are called, even where somebody panics with an item.
impl<C: ReceiveEnd, D: Desk> Drop for Drain<'_, C, D> {
    fn drop(&mut self) {
        if self.taken > 0 {
            self.receiver.has_untold = false;
            self.receiver.taken(self.taken as u64);
        } else if self.end == Some(PopError::Empty) {
            self.receiver.found_nothing();
        }
    }
}

impl<C: ReceiveEnd, D: Desk> fmt::Debug for Drain<'_, C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// All that comes, until nothing will: for threads, which wait for each. [`Receiver`] becomes one.
#[cfg(feature = "std")]
pub struct IntoIter<C: ReceiveEnd, D: Desk>(Receiver<C, D>);

#[cfg(feature = "std")]
impl<C: ReceiveEnd, D: Desk> IntoIter<C, D> {
    /// The receiver.
    pub fn into_inner(self) -> Receiver<C, D> {
        self.0
    }
}

#[cfg(feature = "std")]
impl<C: ReceiveEnd, D: Desk> Iterator for IntoIter<C, D> {
    type Item = C::Item;

    #[inline]
    fn next(&mut self) -> Option<C::Item> {
        self.0.blocking_recv().ok()
    }
}

#[cfg(feature = "std")]
impl<C: ReceiveEnd, D: Desk> FusedIterator for IntoIter<C, D> {}

#[cfg(feature = "std")]
impl<C: ReceiveEnd, D: Desk> IntoIterator for Receiver<C, D> {
    type Item = C::Item;
    type IntoIter = IntoIter<C, D>;

    /// All that comes: see [`blocking_iter`](Receiver::blocking_iter).
    fn into_iter(self) -> IntoIter<C, D> {
        IntoIter(self)
    }
}

#[cfg(feature = "std")]
impl<C: ReceiveEnd, D: Desk> fmt::Debug for IntoIter<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.0).finish()
    }
}

impl<C: ReceiveEnd, D: Desk> Receiver<C, D> {
    /// Takes what is there, without waiting. The iterator ends when it finds nothing, so it may go on for long where others put
    /// items in: [`take`](Iterator::take) bounds it. Those who wait for room are called once, when it is dropped; what it has not
    /// been asked for stays inside. Whether nothing more will come, the next [`try_recv`](Self::try_recv) says.
    ///
    /// # Examples
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut sender, mut receiver) = channel::mpsc(4)?;
    /// channel::block_on(sender.send_many(1..=4)).unwrap();
    /// assert_eq!(receiver.drain().take(3).collect::<Vec<_>>(), [1, 2, 3]);
    /// assert_eq!(receiver.drain().sum::<u32>(), 4);
    /// assert_eq!(receiver.drain().next(), None);
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[inline]
    pub const fn drain(&mut self) -> Drain<'_, C, D> {
        Drain::new(self, usize::MAX)
    }
}
