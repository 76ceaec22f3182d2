//! What happens at full, changed while ends wait for room.

use super::place::{Desk, Party};
use super::{End, ReceiveEnd, Receiver, Room, SendEnd, Sender};
use crate::Overflow;
use crate::wait::Kind;

/// An end of a ring that has a policy for what a push does at full.
pub trait PolicyEnd: End {
    /// [`Overflow`], or where nothing is ever evicted, [`Refusal`](crate::Refusal).
    type Policy: Into<Overflow>;

    /// What a push does at full.
    fn overflow(&self) -> Self::Policy;

    /// Changes that, from now on. A push that is under way may or may not obey.
    fn set_overflow(&self, overflow: Self::Policy);
}

/// An end of a ring that has a policy, by its methods of these names, or one behind it does.
macro_rules! policy_end {
    ([$($generics:tt)+] $end:ty $(, $behind:ident)?; $policy:ty = $get:ident, $set:ident) => {
        impl<$($generics)+> $crate::channel::PolicyEnd for $end {
            type Policy = $policy;

            fn overflow(&self) -> $policy {
                self$(.$behind())?.$get()
            }

            fn set_overflow(&self, overflow: $policy) {
                self$(.$behind())?.$set(overflow);
            }
        }
    };
}
pub(super) use policy_end;

impl<E: PolicyEnd, D: Desk> Party<E, D> {
    fn set_overflow(&self, overflow: E::Policy) {
        self.end.set_overflow(overflow);
        // Where a push comes back when there is no room, whoever waits goes on waiting.
        if self.end.overflow().into() != Overflow::Reject {
            self.place.call_for_room(match E::ROOM {
                Room::InLanes => Kind::Lane,
                Room::Shared | Room::Always => Kind::Room,
            });
        }
    }
}

impl<P: SendEnd + PolicyEnd, D: Desk> Sender<P, D> {
    /// What the ring does at full. With a [grace](super::Builder#grace) that is to reject, as senders wait before they drop something.
    #[must_use]
    pub fn overflow(&self) -> P::Policy {
        self.party.end.overflow()
    }

    /// Changes that, from now on: in a channel with [lanes](fn@crate::channel::fan_in), in the lane of this sender. Those who wait
    /// for room are called, if they need it no longer. A send that is under way may or may not obey. A [grace](super::Builder#grace)
    /// stays: with `Reject` set again it is in force again.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Overflow, Pushed, channel};
    ///
    /// let (mut sender, mut receiver) = channel::swap(1, 2, Overflow::Reject)?;
    /// let mut another = sender.try_clone().unwrap();
    /// sender.try_send("old").unwrap();
    /// let waits = std::thread::spawn(move || another.blocking_send("new"));
    /// sender.set_overflow(Overflow::DropOldest);
    /// assert_eq!(waits.join().unwrap(), Ok(Pushed::Evicted("old")));
    /// assert_eq!(receiver.try_recv(), Ok("new"));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    pub fn set_overflow(&self, overflow: P::Policy) {
        self.party.set_overflow(overflow);
    }
}

impl<C: ReceiveEnd + PolicyEnd, D: Desk> Receiver<C, D> {
    /// What the ring does at full: see [`Sender::overflow`].
    #[must_use]
    pub fn overflow(&self) -> C::Policy {
        self.party.end.overflow()
    }

    /// Changes that, from now on: see [`Sender::set_overflow`].
    pub fn set_overflow(&self, overflow: C::Policy) {
        self.party.set_overflow(overflow);
    }
}
