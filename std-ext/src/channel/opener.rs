//! The end that opens lanes.

use core::fmt;
use core::num::NonZeroU32;

use super::Sender;
use super::place::{Desk, Place, tell_of_end};
use crate::fan_in::{self, NoLane, Producer};

/// An end of a channel with lanes that opens them: each for one [`Sender`], which has it to itself. It can be cloned.
///
/// As long as one is there, lanes may be opened, and so the receiver waits when there is nothing.
///
/// # Examples
/// ```
/// use std::num::NonZeroU32;
///
/// use forebay::channel;
///
/// let (opener, mut receiver) = channel::fan_in(4, 8)?;
/// let connections: Vec<_> = (0..3)
///     .map(|number| {
///         let opener = opener.clone();
///         std::thread::spawn(move || {
///             let mut sender = opener.open(NonZeroU32::MIN).expect("a free lane");
///             (0..100).for_each(|_| sender.blocking_send(number).expect("the receiver is there"));
///         })
///     })
///     .collect();
/// drop(opener);
/// let received = receiver.blocking_iter().map(|(_, number)| number);
/// assert_eq!(received.sum::<u32>(), 300);
/// connections.into_iter().for_each(|connection| connection.join().unwrap());
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub struct Opener<'q, T, K, D: Desk> {
    // In this order: the ring's end is gone when the receiver is told.
    end: fan_in::Opener<'q, T, K>,
    desk: Told<D>,
    /// It has no seat, and there may be another channel as soon as the receiver has given its own back: so it knows which one was its.
    opening: usize,
}

/// It is told when an end goes.
struct Told<D: Desk>(D);

impl<D: Desk> Drop for Told<D> {
    fn drop(&mut self) {
        tell_of_end(&self.0);
    }
}

impl<'q, T, K, D: Desk> Opener<'q, T, K, D> {
    pub(super) fn new(end: fan_in::Opener<'q, T, K>, desk: D) -> Self {
        Self { end, opening: desk.waiting().opening(), desk: Told(desk) }
    }

    /// Opens a free lane, for a sender: see [`fan_in::Opener::open`], of the weight, too. It does not wait for one.
    ///
    /// # Errors
    /// [`AllTaken`](NoLane::AllTaken): each lane has a sender, or items of one that is gone, or the receiver has not come by since:
    /// one that waits does when the sender goes. [`Closed`](NoLane::Closed): the receiver is gone.
    ///
    /// # Progress
    /// That of the ring, and a short lock.
    pub fn open(&self, weight: NonZeroU32) -> Result<Sender<Producer<'q, T, K>, D>, NoLane>
    where
        K: Clone,
    {
        let producer = self.end.open(weight)?;
        // A sender gives its seat back before its lane.
        let place = Place::in_lane(&self.desk.0, producer.lane().index(), self.opening).ok_or(NoLane::AllTaken)?;
        Ok(Sender::new(producer, place))
    }

    /// How many lanes there are, open or not.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.end.lanes()
    }

    /// Whether the receiver is gone, so that no lane can be opened.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.end.is_closed()
    }
}

impl<T, K: Clone, D: Desk> Clone for Opener<'_, T, K, D> {
    /// Another one. There can be any number.
    fn clone(&self) -> Self {
        Self { end: self.end.clone(), desk: Told(self.desk.0.clone()), opening: self.opening }
    }
}

impl<T, K, D: Desk> fmt::Debug for Opener<'_, T, K, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("lanes", &self.lanes()).field("is_closed", &self.is_closed()).finish()
    }
}
