//! What an end has done, and what the ring says of itself.

use core::fmt;

use super::place::Desk;
use super::{End, ReceiveEnd, Receiver, SendEnd, Sender};
use crate::Pressure;

/// What an end of a channel has done, and how the channel is: see [`Sender::stats`] and [`Receiver::stats`].
///
/// # Memory
/// An end counts for itself, without atomic operations: one number per item that is sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How many items this end has sent, or received.
    pub items: u64,
    /// How often [`try_send`](Sender::try_send) found no room and gave the value back, or [`try_recv`](Receiver::try_recv) found
    /// nothing.
    pub refused: u64,
    /// How often this end got in line for room, or for an item. What was there before a thread slept is not a wait.
    pub waits: u64,
    /// How often it was still in line when it looked, and did not find what it waits for: somebody else was faster, or it was polled
    /// without having been called.
    pub in_vain: u64,
    /// How many items are inside. It may be out of date.
    pub len: usize,
    /// How many there is room for.
    pub capacity: usize,
    /// How pressed the channel is, or the sender's lane; if there is such a thing.
    pub pressure: Option<Pressure>,
    /// What the ring counts, for all ends. What is [shed](super::SendError::Shed) before it, see [`RingCounts::shed`], is not in it.
    pub ring: RingCounts,
}

/// What a ring counts for all its ends, since it was made; `None` where this end can't say so. Counts wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RingCounts {
    /// How many items made room for others.
    pub evicted: Option<usize>,
    /// How many values were dropped at full by its policy. What a [`Gate`](crate::admission::Gate) keeps out never comes to the ring: its
    /// rule counts that, as in [`Sampler::kept_out`](crate::admission::Sampler::kept_out) and
    /// [`Classes::kept_out`](crate::admission::Classes::kept_out). Nor are values in it that have no key:
    /// [`Keyed::without_key`](crate::conflated::Keyed::without_key) counts those.
    pub shed: Option<usize>,
    /// How many were replaced by newer ones before they were received.
    pub conflated: Option<usize>,
    /// How many were too old when their turn came.
    pub expired: Option<usize>,
}

impl RingCounts {
    /// With how many made room for others.
    #[must_use]
    pub const fn with_evicted(self, evicted: usize) -> Self {
        Self { evicted: Some(evicted), ..self }
    }

    /// With how many were dropped at full.
    #[must_use]
    pub const fn with_shed(self, shed: usize) -> Self {
        Self { shed: Some(shed), ..self }
    }

    /// With how many were replaced.
    #[must_use]
    pub const fn with_conflated(self, conflated: usize) -> Self {
        Self { conflated: Some(conflated), ..self }
    }

    /// With how many were too old.
    #[must_use]
    pub const fn with_expired(self, expired: usize) -> Self {
        Self { expired: Some(expired), ..self }
    }
}

/// In one line.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, refused, waits, in_vain, len, capacity, pressure, ring } = self;
        write!(f, "{items} items, {refused} refused, {waits} waits, {in_vain} in vain; {len} of {capacity} inside")?;
        if let Some(pressure) = pressure {
            write!(f, ", {pressure:?}")?;
        }
        let RingCounts { evicted, shed, conflated, expired } = ring;
        for (count, what) in [(evicted, "evicted"), (shed, "shed"), (conflated, "conflated"), (expired, "expired")] {
            if let Some(count) = count {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

/// What an end counts for itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) items: u64,
    pub(super) refused: u64,
    waits: u64,
    in_vain: u64,
}

impl Tally {
    /// It takes a place in line, or has one.
    pub(super) const fn waits(&mut self, was_in_line: bool) {
        if was_in_line {
            self.in_vain += 1;
        } else {
            self.waits += 1;
        }
    }

    fn stats(self, end: &impl End, len: usize, capacity: usize) -> Stats {
        let Self { items, refused, waits, in_vain } = self;
        Stats { items, refused, waits, in_vain, len, capacity, pressure: end.level(), ring: end.counts() }
    }
}

impl<P: SendEnd, D: Desk> Sender<P, D> {
    /// What this sender has done, and how the channel is. A clone begins at zero.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Overflow, channel};
    ///
    /// let (mut sender, _receiver) = channel::swap(2, 1, Overflow::DropOldest)?;
    /// for number in 0..5 {
    ///     let _ = sender.try_send(number);
    /// }
    /// let stats = sender.stats();
    /// assert_eq!((stats.items, stats.ring.evicted), (5, Some(3)));
    /// assert_eq!(
    ///     stats.to_string(),
    ///     "5 items, 0 refused, 0 waits, 0 in vain; 2 of 2 inside, Stop, 3 evicted, 0 shed",
    /// );
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.party.tally.stats(&self.party.end, self.len(), self.capacity())
    }
}

impl<C: ReceiveEnd, D: Desk> Receiver<C, D> {
    /// What this receiver has done, and how the channel is.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.party.tally.stats(&self.party.end, self.len(), self.capacity())
    }
}
