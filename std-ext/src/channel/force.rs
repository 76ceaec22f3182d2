//! Sending at any price: the oldest item makes room.

use super::error::SendError;
use super::place::Desk;
use super::{SendEnd, Sender};
use crate::{PushError, Pushed};

/// A producer's end that can evict the oldest item, whatever the ring's policy is.
pub trait ForceEnd: SendEnd {
    /// Puts a value in; at full, the oldest item makes room for it, and comes back.
    ///
    /// # Errors
    /// [`Closed`](PushError::Closed), with the value.
    fn force_push(&mut self, value: Self::Item) -> Result<Pushed<Self::Item>, PushError<Self::Item>>;
}

impl<P: ForceEnd, D: Desk> Sender<P, D> {
    /// Puts a value in now, whatever the channel's policy is: at full, the oldest item makes room, and comes back.
    ///
    /// It goes before those who wait for room. As what makes room is used at once, none of them is called.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed), and the value comes back.
    ///
    /// # Progress
    /// As [`try_send`](Self::try_send).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Overflow, PushError, Pushed, channel};
    ///
    /// let (mut sender, mut receiver) = channel::swap(2, 1, Overflow::Reject)?;
    /// sender.try_send("level 7").unwrap();
    /// sender.try_send("level 8").unwrap();
    /// assert_eq!(sender.try_send("level 9"), Err(PushError::Full("level 9")));
    /// assert_eq!(sender.force_send("the valve is open"), Ok(Pushed::Evicted("level 7")));
    /// drop(sender);
    /// assert!(receiver.blocking_iter().eq(["level 8", "the valve is open"]));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[inline]
    pub fn force_send(&mut self, value: P::Item) -> Result<Pushed<P::Item>, SendError<P::Item>> {
        self.offer(value, P::force_push).map_err(|error| SendError::Closed(error.into_inner()))
    }
}
