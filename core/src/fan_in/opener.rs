//! The ends that open lanes.

use core::convert::Infallible;
use core::fmt;
use core::num::NonZeroU32;

use super::producer::{Producer, Tx};
use super::view::{Ctl, View};
use crate::Refusal;
use crate::owner::End;
use crate::sync::Ordering;

/// Counts as an end as long as it is there.
pub(super) struct Ticket<T>(View<T>);

impl<T> Ticket<T> {
    /// # Safety
    /// The ring is not being split or dropped by anybody while this is there.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        // Relaxed: whoever makes an end has another one, or the ring to itself.
        let producers = ring.ctl().producers.fetch_add(1, Ordering::Relaxed);
        if producers > Ctl::MANY {
            // Relaxed: as above. Ends that were forgotten count for ever, and the count must not come around to none.
            ring.ctl().producers.fetch_sub(1, Ordering::Relaxed);
        }
        Self(ring)
    }

    #[inline(always)]
    pub(super) const fn ring(&self) -> &View<T> {
        &self.0
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        // [A1] Release: pairs with [A2] and [A3]. Orders: all that this end did before the consumer's last look.
        self.0.ctl().producers.fetch_sub(1, Ordering::Release);
    }
}

/// The algorithm of an opener.
pub(super) struct Gate<T>(pub(super) Ticket<T>);

// SAFETY: an opener makes producers, which carry items to another thread, so they must be `Send`. The shared words are atomics.
unsafe impl<T: Send> Send for Gate<T> {}

impl<T> Gate<T> {
    fn open(&self, weight: NonZeroU32) -> Result<Tx<T>, NoLane> {
        let ring = *self.0.ring();
        if self.is_closed() {
            return Err(NoLane::Closed);
        }
        let Some(number) = (0..ring.count()).find(|&number| ring.lane(number).try_take()) else {
            return Err(if self.is_closed() { NoLane::Closed } else { NoLane::AllTaken });
        };
        let words = &ring.lane(number).words;
        words.set_weight(weight);
        words.policy.set(Refusal::Reject.into());
        // Relaxed: [L2] orders it.
        words.shed.store(0, Ordering::Relaxed);
        // SAFETY: I1: the lane is ours until we set it open.
        let lane = unsafe { ring.ring(number).producer() };
        // SAFETY: this end is there, so nobody splits or drops the ring.
        let ticket = unsafe { Ticket::new(ring) };
        let tx = Tx::new(lane, ticket, number);
        if ring.lane(number).set_open() { Ok(tx) } else { Err(NoLane::Closed) }
    }

    fn is_closed(&self) -> bool {
        self.0.ring().lane(0).is_shut()
    }
}

/// An end that opens lanes. There can be many: [`clone`](Clone::clone) it.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It is
/// [`Send`] if the items are, and never [`Sync`]: each thread has its own.
///
/// As long as one is there, lanes may be opened, and so the consumer is told [`Empty`](crate::PopError::Empty) and not
/// `Closed`.
pub struct Opener<'q, T, K = ()> {
    gate: End<'q, Gate<T>, K>,
}

impl<'q, T, K> Opener<'q, T, K> {
    pub(super) const fn new(gate: End<'q, Gate<T>, K>) -> Self {
        Self { gate }
    }

    /// Opens a free lane, whose producer has it to itself.
    ///
    /// `weight` is the lane's share: of lanes that all have items waiting, one of weight 3 is served three items for each item
    /// of one of weight 1, or by [`pop_by`](super::Consumer::pop_by) three times the cost. It can be
    /// [changed](super::Producer::set_weight). The lane starts with [`Reject`](Refusal::Reject) and the watermarks of a new ring.
    ///
    /// # Errors
    /// [`AllTaken`](NoLane::AllTaken): each lane has a producer, or items of one that is gone, or the consumer has not
    /// come by since, or another opener is at work on it. [`Closed`](NoLane::Closed): the consumer is gone.
    ///
    /// # Progress
    /// Lock-free: it looks at each lane at most once. An opener that is held up for ever has one lane.
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay_core::fan_in::{NoLane, Ring};
    ///
    /// let mut ring = Ring::<u32, 8, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let mut first = opener.open(NonZeroU32::MIN)?;
    /// let _second = opener.open(NonZeroU32::MIN)?;
    /// assert_eq!(opener.open(NonZeroU32::MIN).err(), Some(NoLane::AllTaken));
    ///
    /// // A lane is free again when its producer is gone and its items have been taken out.
    /// first.push(7).unwrap();
    /// let id = first.lane();
    /// drop(first);
    /// assert_eq!(consumer.pop(), Ok((id, 7)));
    /// assert!(consumer.pop().is_err());
    /// let third = opener.open(NonZeroU32::MIN)?;
    /// assert_eq!(third.lane().index(), id.index());
    /// assert_ne!(third.lane(), id);
    /// # Ok::<(), NoLane>(())
    /// ```
    pub fn open(&self, weight: NonZeroU32) -> Result<Producer<'q, T, K>, NoLane>
    where
        K: Clone,
    {
        // SAFETY: that is an end of the same ring.
        unsafe { self.gate.beside(|gate| gate.open(weight)) }.map(Producer::new)
    }

    /// How many lanes there are, open or not.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.gate.0.ring().count()
    }

    /// Whether the consumer is gone, so that no lane can be opened.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }
}

impl<T, K: Clone> Clone for Opener<'_, T, K> {
    /// Another end. Any number can be out.
    fn clone(&self) -> Self {
        // SAFETY: this end is there, so nobody splits or drops the ring.
        let another = |gate: &Gate<T>| Ok::<_, Infallible>(Gate(unsafe { Ticket::new(*gate.0.ring()) }));
        // SAFETY: that is one of the same ring.
        let Ok(gate) = unsafe { self.gate.beside(another) };
        Self { gate }
    }
}

impl<T, K> fmt::Debug for Opener<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("lanes", &self.lanes()).field("is_closed", &self.is_closed()).finish()
    }
}

/// Why no lane was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum NoLane {
    /// Each lane has a producer, or items of one that is gone, or no pop has come by since. One may be free at any time.
    AllTaken,
    /// The consumer is gone.
    Closed,
}

impl fmt::Display for NoLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllTaken => {
                "all lanes are taken: each has a producer, or items of one that is gone, or no pop has come by since"
            }
            Self::Closed => "no lane can be opened: the consumer is gone",
        })
    }
}

impl core::error::Error for NoLane {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fan_in::Ring;

    /// After more openers than can be counted were forgotten, the ring is in use for ever, however many come and go.
    #[test]
    fn the_count_of_openers_does_not_come_around() {
        let ring = Ring::<u8, 2, 1>::new();
        let (opener, consumer) = ring.try_split().unwrap();
        let gate: &Gate<u8> = &opener.gate;
        let count = &gate.0.ring().ctl().producers;
        // Relaxed: one thread.
        count.fetch_add(Ctl::MANY - 1, Ordering::Relaxed);
        for _ in 0..3 {
            let clones = [(); 9].map(|()| opener.clone());
            // Relaxed: as above.
            assert_eq!(count.load(Ordering::Relaxed), Ctl::MANY + 1);
            drop(clones);
        }
        drop((opener, consumer));
        assert!(ring.try_split().is_err());
    }
}
