//! Stages before and behind a ring, as ends of a channel.
//!
//! A stage is an end over another end. Before a ring it changes what a send answers with as little as what a push does; behind one it
//! may take out more than it delivers, and all that room has to be told of.

use core::borrow::Borrow;

use super::place::{Desk, Party};
use super::{
    CloneEnd, CloseEnd, End, ForceEnd, PolicyEnd, PressureEnd, ReceiveEnd, ReserveEnd, RingCounts, Room, RoomEnd,
    SendEnd, Through,
};
use crate::admission::{Gate, Rule};
use crate::expiry::{Clock, Expiring, MaxAge, Stamped, Stamping};
use crate::fan_in::LaneSet;
use crate::seam::Push;
use crate::wait::{Kind, Kinds};
use crate::{Overflow, PopError, Pressure, PushError, Pushed, Seen};

/// A stage is what is behind it, but for what it does.
macro_rules! end {
    ($end:ident, [$($generics:tt)*] $stage:ty $(; $with:ident = $count:expr)?) => {
        impl<$end: End, $($generics)*> End for $stage {
            const ROOM: Room = $end::ROOM;
            const HAS_PRESSURE: bool = $end::HAS_PRESSURE;
            const MEETS: bool = $end::MEETS;

            #[inline]
            fn has_changed(&self, seen: &mut Seen) -> bool {
                self.end().has_changed(seen)
            }

            fn level(&self) -> Option<Pressure> {
                self.end().level()
            }

            fn counts(&self) -> RingCounts {
                self.end().counts()$(.$with(($count)(self)))?
            }
        }

        impl<$end: PressureEnd, $($generics)*> PressureEnd for $stage {
            #[inline]
            fn pressure(&self) -> Pressure {
                self.end().pressure()
            }

            #[inline]
            fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
                self.end().pressure_since(seen)
            }
        }

        impl<$end: PolicyEnd, $($generics)*> PolicyEnd for $stage {
            type Policy = $end::Policy;

            fn overflow(&self) -> Self::Policy {
                self.end().overflow()
            }

            fn set_overflow(&self, overflow: Self::Policy) {
                self.end().set_overflow(overflow);
            }
        }
    };
}

end!(P, [R] Gate<P, R>);
end!(P, [K] Stamping<P, K>);
end!(C, [K, M, F] Expiring<C, K, M, F>; with_expired = Self::expired);

/// A push through a stage to a producer's end behind it: a push as that does it, and what that knows of it.
macro_rules! through {
    () => {
        #[inline(always)]
        fn is_to_be_asked(&self) -> bool {
            self.end().is_to_be_asked()
        }

        fn push_under(
            &mut self,
            overflow: Overflow,
            value: Self::Item,
        ) -> Result<Pushed<Self::Item>, PushError<Self::Item>> {
            self.push_by(value, |end, value| end.push_under(overflow, value))
        }

        /// A rule is not asked again where it has let the value through, and the ring then has not.
        #[inline(always)]
        fn is_stuffed(&self) -> bool {
            self.end().is_stuffed()
        }

        #[inline]
        fn waits_at_full(&self) -> bool {
            self.end().waits_at_full()
        }

        #[inline]
        fn takes_room(&self) -> bool {
            self.end().takes_room()
        }
    };
}

/// A send is kept out by the rule ([`Shed`](super::SendError::Shed)), or waits for room.
impl<P: SendEnd<Sent: Through<R::Value>>, R: Rule<P::Item>> SendEnd for Gate<P, R> {
    type Sent = <P::Sent as Through<R::Value>>::Sent;

    through!();
}

impl<P: RoomEnd<Sent: Through<R::Value>>, R: Rule<P::Item>> RoomEnd for Gate<P, R> {}

/// A value that waits for room gets the time when it has found some.
impl<T, P: SendEnd<Item = Stamped<T>, Sent: Through<T>>, K: Clock> SendEnd for Stamping<P, K> {
    type Sent = <P::Sent as Through<T>>::Sent;

    through!();
}

impl<T, P: CloneEnd + Push<Item = Stamped<T>>, K: Clock + Clone> CloneEnd for Stamping<P, K> {
    fn another(&self) -> Option<Self> {
        self.end().another().map(|end| Self::new(end, self.clock().clone()))
    }
}

impl<T, P: RoomEnd<Item = Stamped<T>, Sent: Through<T>>, K: Clock> RoomEnd for Stamping<P, K> {}

impl<T, P: ForceEnd<Item = Stamped<T>, Sent: Through<T>>, K: Clock> ForceEnd for Stamping<P, K> {
    fn force_push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push_by(value, P::force_push)
    }
}

impl<T, P: ReserveEnd<Item = Stamped<T>, Sent: Through<T>>, K: Clock> ReserveEnd for Stamping<P, K> {}

/// What is too old is received by nobody, and its room is free as soon as the receiver has looked at it.
impl<T, C: ReceiveEnd<Item = Stamped<T>>, K: Clock, M: Borrow<MaxAge>, F: FnMut(T)> ReceiveEnd
    for Expiring<C, K, M, F>
{
    #[inline(always)]
    fn discarded(&self) -> usize {
        self.expired().wrapping_add(self.end().discarded())
    }

    #[inline(always)]
    fn take_touched(&mut self) -> LaneSet {
        self.end_mut().take_touched()
    }

    fn has_come(&self, lane: usize, seen: Option<Seen>) -> bool {
        self.end().has_come(lane, seen)
    }

    #[inline(always)]
    fn meet(&self) -> bool {
        self.end().meet()
    }

    #[inline(always)]
    fn is_bare(&self) -> bool {
        self.end().is_bare()
    }
}

impl<T, C: CloseEnd<Item = Stamped<T>>, K: Clock, M: Borrow<MaxAge>, F: FnMut(T)> CloseEnd for Expiring<C, K, M, F> {
    fn close(&mut self) {
        self.end_mut().close();
    }
}

/// A pop, after which those are called who wait for the room of what it has discarded, even if it panics in the middle of that.
pub(super) struct Popping<'p, C: ReceiveEnd, D: Desk> {
    party: &'p mut Party<C, D>,
    /// How many were discarded before.
    before: usize,
}

impl<'p, C: ReceiveEnd, D: Desk> Popping<'p, C, D> {
    #[inline(always)]
    pub(super) fn new(party: &'p mut Party<C, D>) -> Self {
        Self { before: party.end.discarded(), party }
    }

    #[inline(always)]
    pub(super) fn pop(self) -> Result<C::Item, PopError> {
        self.party.end.pop()
    }
}

impl<C: ReceiveEnd, D: Desk> Drop for Popping<'_, C, D> {
    #[inline(always)]
    fn drop(&mut self) {
        let freed = self.party.end.discarded().wrapping_sub(self.before);
        if freed > 0 {
            self.party.freed(freed);
        }
    }
}

impl<C: ReceiveEnd, D: Desk> Party<C, D> {
    /// There is room for so many more: calls as many.
    #[cold]
    #[inline(never)]
    fn freed(&mut self, count: usize) {
        self.tell_senders(true);
        for _ in 1..count {
            if C::ROOM != Room::Shared || !self.place.awaited(Kinds::of(Kind::Room)).has(Kind::Room) {
                break;
            }
            self.place.call(Kind::Room);
        }
    }
}
