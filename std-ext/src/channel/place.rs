//! The place of an end in the lines of its channel.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::{End, Ends, ReceiveEnd, Receiver, SendEnd, Sender};
#[cfg(feature = "alloc")]
use crate::sync::Arc;
use crate::sync::always_const;
use crate::wait::{Awaited, Kind, RECEIVER, Seat, Seats, Waiting};
use crate::{InUse, Pressure, Seen};

/// What the ends of a channel share beside the ring.
pub trait Desk: Clone + fmt::Debug {
    /// Where its seats are.
    type Seats: Seats;

    /// Who waits.
    fn waiting(&self) -> &Waiting<Self::Seats>;
}

/// The ends share it on the heap: there can be any number of them.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct Shared(Arc<Waiting<alloc::vec::Vec<Seat>>>);

#[cfg(feature = "alloc")]
impl Shared {
    pub(super) fn new() -> Self {
        Self(Arc::new(Waiting::new(alloc::vec![Seat::FREE, Seat::FREE])))
    }
}

#[cfg(feature = "alloc")]
impl Desk for Shared {
    type Seats = alloc::vec::Vec<Seat>;

    fn waiting(&self) -> &Waiting<Self::Seats> {
        &self.0
    }
}

/// Where the ends of a channel without a heap wait, in a `static` say: `SEATS` is how many ends there can be at a time, the
/// receiver and at least one sender.
///
/// # Examples
/// A channel in statics; a second sender would find no seat:
/// ```
/// use forebay::channel::Lobby;
/// use forebay::mpsc::Ring;
///
/// static RING: Ring<u32, 8> = Ring::new();
/// static LOBBY: Lobby<2> = Lobby::new();
///
/// let (producer, consumer) = RING.try_split()?;
/// let (mut sender, mut receiver) = LOBBY.ends(producer, consumer)?;
/// sender.try_send(1).unwrap();
/// assert_eq!(receiver.try_recv(), Ok(1));
/// assert!(sender.try_clone().is_err());
/// # Ok::<(), forebay::InUse>(())
/// ```
#[derive(Debug)]
pub struct Lobby<const SEATS: usize>(Waiting<[Seat; SEATS]>);

impl<const SEATS: usize> Lobby<SEATS> {
    always_const! {
        /// Nobody waits. Fewer than two seats do not compile.
        #[must_use]
        pub fn new() -> Self {
            const { assert!(SEATS >= 2, "a lobby has a seat for the receiver, and one for a sender at least") };
            Self(Waiting::new([const { Seat::FREE }; SEATS]))
        }
    }

    /// The ends of a ring, as ends of a channel that can wait here. If they are not of the same ring, they wait for ever.
    ///
    /// # Errors
    /// [`InUse`] while the ends of another channel are here.
    pub fn ends<P: SendEnd, C: ReceiveEnd<Item = P::Item>>(
        &self,
        producer: P,
        consumer: C,
    ) -> Result<Ends<P, C, &Self>, InUse> {
        let (sender, receiver) = Place::pair(self).ok_or(InUse)?;
        Ok((Sender::new(producer, sender), Receiver::new(consumer, receiver)))
    }
}

impl<const SEATS: usize> Default for Lobby<SEATS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SEATS: usize> Desk for &Lobby<SEATS> {
    type Seats = [Seat; SEATS];

    fn waiting(&self) -> &Waiting<Self::Seats> {
        &self.0
    }
}

/// What an end has beside that of the ring: a seat among those who wait. It goes after that, and tells the others.
#[derive(Debug)]
pub(super) struct Place<D: Desk> {
    desk: D,
    seat: usize,
    /// The line in which it may be, or from which it may have been called.
    line: Option<Kind>,
}

impl<D: Desk> Place<D> {
    /// Of a first sender and the receiver. `None`: some end has a seat there.
    pub(super) fn pair(desk: D) -> Option<(Self, Self)> {
        let seat = desk.waiting().open()?;
        let receiver = Self { desk: desk.clone(), seat: RECEIVER, line: None };
        Some((Self { desk, seat, line: None }, receiver))
    }

    /// Of another sender beside this one.
    pub(super) fn beside(&self) -> Option<Self> {
        let seat = self.desk.waiting().enter()?;
        Some(Self { desk: self.desk.clone(), seat, line: None })
    }

    /// Takes its place in a line. After that whoever waits looks at the ring again.
    pub(super) fn wait(&mut self, kind: Kind, waker: &Waker) {
        if self.line == Some(Kind::Item) {
            self.leave_line();
        }
        // The waker may panic, and then nothing has changed.
        self.desk.waiting().wait(self.seat, kind, waker, self.line.is_some());
        self.line = Some(kind);
    }

    /// The same for the receiver and an item.
    pub(super) fn wait_for_item(&mut self, waker: &Waker) {
        if self.line.is_some_and(|line| line != Kind::Item) {
            // It was left there by a future that has been forgotten.
            self.leave_line();
        }
        self.desk.waiting().wait_for_item(waker);
        self.line = Some(Kind::Item);
    }

    /// Goes out of line, if it is in one. `Some`: it owes the others a call, if more of what they wait for is there than so many
    /// have been called for.
    #[inline(always)]
    pub(super) fn stop_waiting(&mut self) -> Option<usize> {
        if self.line.is_some() { self.leave_line() } else { None }
    }

    #[cold]
    #[inline(never)]
    fn leave_line(&mut self) -> Option<usize> {
        let kind = self.line.take()?;
        self.desk.waiting().stop_waiting(self.seat, kind)
    }

    /// Whether somebody else comes first.
    #[inline(always)]
    pub(super) fn is_behind(&self) -> bool {
        let waiting = self.desk.waiting();
        waiting.has_first_come() && !waiting.comes_first(self.seat)
    }

    /// After a change of the ring: what is waited for.
    #[inline(always)]
    pub(super) fn awaited(&self) -> Awaited {
        self.desk.waiting().awaited()
    }

    /// Wakes the first who waits for that, and if the pressure has changed, all who wait for that.
    #[cold]
    #[inline(never)]
    pub(super) fn tell(&self, awaited: Awaited, kind: Kind, has_changed: impl FnOnce() -> bool) {
        if awaited.has(kind) {
            self.call(kind);
        }
        if awaited.has(Kind::Level) && has_changed() {
            self.call_all(Kind::Level);
        }
    }

    pub(super) fn call(&self, kind: Kind) {
        self.desk.waiting().call(kind);
    }

    /// The receiver takes nothing in any more.
    pub(super) fn call_senders(&self) {
        let awaited = self.awaited();
        for kind in [Kind::Room, Kind::Closed, Kind::Level] {
            if awaited.has(kind) {
                self.call_all(kind);
            }
        }
    }

    fn call_all(&self, kind: Kind) {
        self.desk.waiting().call_all(kind);
    }
}

/// The end itself is gone by now.
impl<D: Desk> Drop for Place<D> {
    fn drop(&mut self) {
        self.desk.waiting().leave(self.seat);
        if self.seat == RECEIVER {
            self.call_senders();
        } else {
            // It may have been the last one.
            self.tell(self.awaited(), Kind::Item, || false);
        }
    }
}

/// An end of a ring with its place, and what it knows of the pressure.
pub(super) struct Party<E, D: Desk> {
    // In this order: the ring's end is gone when the others are told.
    pub(super) end: E,
    pub(super) place: Place<D>,
    /// What it has seen of the pressure when it last looked whether those who wait for that are to be called.
    seen: Seen,
    /// What it has told who uses it.
    told: Seen,
}

impl<E: End, D: Desk> Party<E, D> {
    pub(super) fn new(end: E, place: Place<D>) -> Self {
        Self { end, place, seen: Seen::default(), told: Seen::default() }
    }

    /// After a change of the ring, which has brought something, and may have changed the pressure: wakes who waits for that.
    #[inline(always)]
    pub(super) fn tell(&mut self, brought: Kind) {
        let awaited = self.place.awaited();
        if !awaited.is_nothing() {
            self.place.tell(awaited, brought, || self.end.pressure_since(&mut self.seen).is_some());
        }
    }

    /// After a look at the ring that has changed the pressure at most: if it has, wakes who waits for that. A pressure that has been
    /// seen here may have been told by others, but none that this end has changed is left out.
    pub(super) fn tell_pressure(&mut self) {
        if self.end.pressure_since(&mut self.seen).is_some() && self.place.awaited().has(Kind::Level) {
            self.place.call_all(Kind::Level);
        }
    }

    /// Polls for another pressure than it has told last.
    fn poll_pressure(&mut self, cx: &Context<'_>) -> Poll<Pressure> {
        if let Some(pressure) = self.end.pressure_since(&mut self.told) {
            return Poll::Ready(pressure);
        }
        self.place.wait(Kind::Level, cx.waker());
        self.end.pressure_since(&mut self.told).map_or(Poll::Pending, Poll::Ready)
    }
}

/// Waits for another pressure: see `pressure_changed` of [`Sender`] and [`Receiver`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct PressureChanged<'e, E: End, D: Desk>(&'e mut Party<E, D>);

impl<'e, E: End, D: Desk> PressureChanged<'e, E, D> {
    pub(super) const fn new(party: &'e mut Party<E, D>) -> Self {
        Self(party)
    }
}

impl<E: End, D: Desk> Unpin for PressureChanged<'_, E, D> {}

impl<E: End, D: Desk> Future for PressureChanged<'_, E, D> {
    type Output = Pressure;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Pressure> {
        self.0.poll_pressure(cx)
    }
}

impl<E: End, D: Desk> Drop for PressureChanged<'_, E, D> {
    fn drop(&mut self) {
        // Whoever waits for a pressure is owed nothing: all have been called.
        self.0.place.stop_waiting();
    }
}

impl<E: End, D: Desk> fmt::Debug for PressureChanged<'_, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PressureChanged").finish_non_exhaustive()
    }
}
