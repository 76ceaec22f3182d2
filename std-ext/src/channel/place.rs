//! The place of an end in the lines of its channel.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::stats::Tally;
use super::{End, Ends, LanesError, Opener, PressureEnd, ReceiveEnd, Receiver, Room, SendEnd, Sender};
use crate::fan_in::{self, ByLane, LaneSet};
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
use crate::sync::Arc;
use crate::sync::{always_const, shielded};
use crate::wait::{Awaited, InLane, Keep, Kind, Kinds, Lull, RECEIVER, Registrar, Seat, Seats, Waiting, can_meet};
use crate::{InUse, Pressure, Seen};

/// What the ends of a channel share beside the ring.
pub trait Desk: Clone + fmt::Debug {
    /// Where its seats are.
    type Seats: Seats;
    /// What keeps the receiver's cell there.
    type Keep: Keep + Send + Sync;

    /// The right to wait in that. `None`: somebody has it.
    fn registrar(&self) -> Option<Registrar<Self::Keep>>;

    /// Who waits.
    fn waiting(&self) -> &Waiting<Self::Seats>;
}

/// The ends share it on the heap: there can be any number of them.
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
#[derive(Clone, Debug)]
pub struct Shared(Arc<Waiting<alloc::vec::Vec<Seat>>>);

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
impl Shared {
    pub(super) fn new() -> Self {
        Self(Arc::new(Waiting::new(alloc::vec![Seat::FREE, Seat::FREE])))
    }

    /// For the receiver, and the senders of so many lanes. `None`: there is no memory for that.
    pub(super) fn with_lanes(lanes: usize) -> Option<Self> {
        let mut seats = alloc::vec::Vec::new();
        seats.try_reserve_exact(lanes + 1).ok()?;
        seats.resize_with(lanes + 1, || Seat::FREE);
        Some(Self(Arc::new(Waiting::new(seats))))
    }
}

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
impl Desk for Shared {
    type Seats = alloc::vec::Vec<Seat>;
    type Keep = Arc<Waiting<Self::Seats>>;

    fn registrar(&self) -> Option<Registrar<Self::Keep>> {
        Registrar::claim(Arc::clone(&self.0), Waiting::receiver)
    }

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
    pub fn ends<P: SendEnd, C: ReceiveEnd>(&self, producer: P, consumer: C) -> Result<Ends<P, C, &Self>, InUse> {
        check::<P, C>();
        let (sender, receiver) = Place::pair(self).ok_or(InUse)?;
        Ok((Sender::new(producer, sender), Receiver::new(consumer, receiver)))
    }

    /// The ends of a ring with lanes, as ends of a channel that can wait here: an opener, and the receiver. There must be a seat
    /// for each lane and one for the receiver. If the ends are not of the same ring, or if an [opener](fan_in::Opener) of the ring is
    /// kept and opens lanes by itself, the receiver may wait for ever for what is pushed there.
    ///
    /// # Errors
    /// [`InUse`](LanesError::InUse) while the ends of another channel are here; [`TooFewSeats`](LanesError::TooFewSeats).
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay::channel::Lobby;
    /// use forebay::fan_in::{NoLane, Ring};
    ///
    /// // Two lanes for four items each.
    /// static RING: Ring<u32, 4, 2> = Ring::new();
    /// static LOBBY: Lobby<3> = Lobby::new();
    ///
    /// let (opener, consumer) = RING.try_split()?;
    /// let (opener, mut receiver) = LOBBY.lanes(opener, consumer)?;
    /// let mut radio = opener.open(NonZeroU32::MIN)?;
    /// let mut sensor = opener.open(NonZeroU32::MIN)?;
    /// assert_eq!(opener.open(NonZeroU32::MIN).err(), Some(NoLane::AllTaken));
    /// (1..=4).for_each(|number| radio.try_send(number).unwrap());
    /// assert!(radio.try_send(5).is_err());
    /// sensor.try_send(100).unwrap();
    /// let received: Vec<u32> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, number)| number).collect();
    /// assert_eq!(received, [1, 100, 2, 3, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lanes<'q, T, K>(
        &self,
        opener: fan_in::Opener<'q, T, K>,
        consumer: fan_in::Consumer<'q, T, K>,
    ) -> Result<LaneEnds<'q, T, K, &Self>, LanesError> {
        if opener.lanes() > SEATS - 1 {
            return Err(LanesError::TooFewSeats);
        }
        Place::with_lanes(self).map(|place| lanes(opener, consumer, place)).ok_or(LanesError::InUse)
    }
}

/// The first two ends of a channel with lanes.
pub type LaneEnds<'q, T, K, D> = (Opener<'q, T, K, D>, Receiver<ByLane<'q, T, K>, D>);

/// Refuses ends that don't go together, or for whose senders there is no [`Opener`].
pub(super) const fn check<P: SendEnd, C: ReceiveEnd>() {
    const {
        assert!(
            !matches!(P::ROOM, Room::InLanes),
            "for a ring with lanes there is `channel::fan_in`, or `Lobby::lanes`"
        );
        assert!(P::ROOM as u8 == C::ROOM as u8, "they are not ends of one ring");
        assert!(
            P::MEETS == C::MEETS,
            "they are not ends of one ring, or one that is around another end does not hand on `MEETS`"
        );
    }
}

/// Those ends, with a place for the receiver.
pub(super) fn lanes<'q, T, K, D: Desk>(
    opener: fan_in::Opener<'q, T, K>,
    consumer: fan_in::Consumer<'q, T, K>,
    receiver: Place<D>,
) -> LaneEnds<'q, T, K, D> {
    (Opener::new(opener, receiver.desk.clone()), Receiver::new(consumer.by_lane(), receiver))
}

impl<const SEATS: usize> Default for Lobby<SEATS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'l, const SEATS: usize> Desk for &'l Lobby<SEATS> {
    type Seats = [Seat; SEATS];
    type Keep = &'l Lobby<SEATS>;

    fn registrar(&self) -> Option<Registrar<Self::Keep>> {
        Registrar::claim(*self, |lobby| lobby.0.receiver())
    }

    fn waiting(&self) -> &Waiting<Self::Seats> {
        &self.0
    }
}

/// What an end has beside that of the ring: a seat among those who wait, until the end of the ring goes. It goes after that, and tells
/// the others.
#[derive(Debug)]
pub(super) struct Place<D: Desk> {
    desk: D,
    seat: usize,
    /// If it is the receiver's, the right to wait in its cell.
    registrar: Option<Registrar<D::Keep>>,
    has_left: bool,
    /// The line in which it may be, or from which it may have been called.
    line: Option<Kind>,
    lull: Lull,
}

impl<D: Desk> Place<D> {
    /// Of a first sender and the receiver. `None`: some end has a seat there.
    pub(super) fn pair(desk: D) -> Option<(Self, Self)> {
        let seat = desk.waiting().open()?;
        Some((Self::at(desk.clone(), seat), Self::of_receiver(desk)?))
    }

    const fn at(desk: D, seat: usize) -> Self {
        Self { desk, seat, registrar: None, has_left: false, line: None, lull: Lull::new() }
    }

    /// That of the receiver, who has its seat. So nobody else has the right to wait in its cell.
    fn of_receiver(desk: D) -> Option<Self> {
        let registrar = desk.registrar()?;
        Some(Self { desk, seat: RECEIVER, registrar: Some(registrar), has_left: false, line: None, lull: Lull::new() })
    }

    /// Of the receiver, where senders have lanes. `None`: some end has a seat there.
    pub(super) fn with_lanes(desk: D) -> Option<Self> {
        if desk.waiting().open_lanes() { Self::of_receiver(desk) } else { None }
    }

    /// Of the sender in a lane of the channel that was opened then. `None`: somebody has it, or there is another channel.
    pub(super) fn in_lane(desk: &D, lane: usize, opening: usize) -> Option<Self> {
        let seat = desk.waiting().enter_lane(lane, opening)?;
        Some(Self::at(desk.clone(), seat))
    }

    /// Of another sender beside this one.
    pub(super) fn beside(&self) -> Option<Self> {
        let seat = self.desk.waiting().enter()?;
        Some(Self::at(self.desk.clone(), seat))
    }

    /// Takes its place in a line, after so many items since it last did. After that whoever waits looks at the ring again.
    pub(super) fn wait(&mut self, kind: Kind, waker: &Waker, items: u16) {
        if self.line == Some(Kind::Item) {
            self.leave_line();
        }
        self.lull = Lull::new();
        // The waker may panic, and then nothing has changed.
        match kind {
            Kind::Lane => self.desk.waiting().wait_in_lane(self.seat, InLane::Room, waker, items),
            _ => self.desk.waiting().wait(self.seat, kind, waker, self.line.is_some(), items),
        }
        self.line = Some(kind);
    }

    /// The same for another pressure than was seen.
    fn wait_for_level(&mut self, room: Room, seen: Seen, waker: &Waker) {
        match room {
            Room::InLanes => {
                self.lull = Lull::new();
                self.desk.waiting().wait_in_lane(self.seat, InLane::Level(seen), waker, 0);
                self.line = Some(Kind::Lane);
            }
            _ => self.wait(Kind::Level, waker, 0),
        }
    }

    /// The same for the receiver and an item, but that it has to be ordered.
    #[inline(always)]
    fn register_for_item(&mut self, waker: &Waker) {
        if self.line.is_some_and(|line| line != Kind::Item) {
            // It was left there by a future that has been forgotten.
            self.leave_line();
        }
        if let Some(registrar) = &mut self.registrar {
            self.desk.waiting().register_for_item(registrar, waker);
        }
        self.line = Some(Kind::Item);
    }

    /// Orders that before its next look at the ring, after so many items since it last did.
    fn order(&mut self, waker: &Waker, items: u16) {
        self.lull = Lull::new();
        self.desk.waiting().order(waker, items);
    }

    /// Whether it is in line, or has been called from there.
    pub(super) const fn is_in_line(&self) -> bool {
        self.line.is_some()
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
        if let Some(registrar) = &mut self.registrar {
            registrar.unregister();
        }
        self.desk.waiting().leave_line(self.seat, kind)
    }

    /// Whether somebody else comes first.
    #[inline(always)]
    pub(super) fn is_behind(&self) -> bool {
        let waiting = self.desk.waiting();
        waiting.has_first_come() && !waiting.comes_first(self.seat)
    }

    /// After a push that meets the receiver: what is waited for.
    #[inline(always)]
    pub(super) fn awaited_met(&self, kinds: Kinds) -> Awaited {
        self.desk.waiting().awaited_met(kinds)
    }

    /// After a look at the ring, or a push that was refused, which have [fenced](End) if they have changed something: what is waited for.
    #[inline(always)]
    pub(super) fn awaited_fenced(&self, kinds: Kinds) -> Awaited {
        self.desk.waiting().who_waits(kinds)
    }

    /// After a change of the ring: what is waited for.
    #[inline(always)]
    pub(super) fn awaited(&mut self, kinds: Kinds) -> Awaited {
        self.desk.waiting().awaited(kinds, &mut self.lull)
    }

    /// A push has been refused as the channel is closed. With one producer the ring knows by that alone that nothing more comes: then
    /// the receiver may wait for it.
    #[cold]
    #[inline(never)]
    pub(super) fn tell_of_refusal(&self) {
        tell_of_end(&self.desk);
    }

    pub(super) fn call(&self, kind: Kind) {
        self.desk.waiting().call(kind);
    }

    /// The receiver takes nothing in any more.
    pub(super) fn call_senders(&self) {
        let kinds = [Kind::Room, Kind::Closed, Kind::Level, Kind::Lane];
        let awaited = self.desk.waiting().awaited_once(kinds.into_iter().fold(Kinds::NONE, Kinds::and));
        for kind in kinds {
            if awaited.has_line(kind) {
                self.call_all(kind);
            }
        }
    }

    /// A sender that finds no room need not wait any more.
    pub(super) fn call_for_room(&self, kind: Kind) {
        if self.desk.waiting().awaited_once(Kinds::of(kind)).has_line(kind) {
            self.call_all(kind);
        }
    }

    fn call_all(&self, kind: Kind) {
        self.desk.waiting().call_all(kind);
    }
}

impl<D: Desk> Place<D> {
    /// Gives the seat back. Before the end of the ring goes: whoever has that after this end, or its lane, may have the seat too.
    fn leave(&mut self) {
        if self.line == Some(Kind::Item) {
            self.leave_line();
        }
        if !core::mem::replace(&mut self.has_left, true) {
            // Its waker goes.
            let registrar = self.registrar.take();
            shielded(|| drop(registrar));
            self.desk.waiting().leave(self.seat);
        }
    }
}

/// The end of the ring is gone by now.
impl<D: Desk> Drop for Place<D> {
    fn drop(&mut self) {
        self.leave();
        if self.seat == RECEIVER {
            self.call_senders();
        } else {
            tell_of_end(&self.desk);
        }
    }
}

/// One that puts items in, or makes others that do, is gone: it may have been the last one.
pub(super) fn tell_of_end(desk: &impl Desk) {
    let waiting = desk.waiting();
    if waiting.awaited_once(Kinds::of(Kind::Item)).has(Kind::Item) {
        waiting.call(Kind::Item);
    }
}

/// An end of a ring with its place, and what it knows of the pressure.
pub(super) struct Party<E, D: Desk> {
    // In this order: the ring's end is gone when the others are told.
    pub(super) end: E,
    pub(super) place: Place<D>,
    pub(super) tally: Tally,
    /// What it has seen of the pressure when it last looked whether those who wait for that are to be called.
    seen: Seen,
    /// What it has told who uses it.
    told: Seen,
    /// How many items there were when it last took a place in line, but for the higher bits: of so many it is no matter.
    before: u16,
}

impl<E, D: Desk> Drop for Party<E, D> {
    fn drop(&mut self) {
        self.place.leave();
    }
}

impl<E: End, D: Desk> Party<E, D> {
    pub(super) fn new(end: E, place: Place<D>) -> Self {
        Self { end, place, tally: Tally::default(), seen: Seen::default(), told: Seen::default(), before: 0 }
    }

    /// What of a change at this end others can wait for, beside what it has brought.
    const CHANGES: Kinds = match E::ROOM {
        Room::Shared | Room::Always if E::HAS_PRESSURE => Kinds::NONE.and(Kind::Level),
        _ => Kinds::NONE,
    };

    /// After a change of the ring, which has brought something, and may have changed the pressure: wakes who waits for that.
    #[inline(always)]
    pub(super) fn tell(&mut self, brought: Kind) {
        let kinds = Self::CHANGES.and(brought);
        let awaited = match brought {
            Kind::Item if meets::<E>() => self.place.awaited_met(kinds),
            _ => self.place.awaited(kinds),
        };
        if awaited.has_any(kinds) {
            if awaited.has(brought) {
                self.place.call(brought);
            }
            if awaited.has(Kind::Level) {
                self.tell_who_waits_for_pressure();
            }
        }
    }

    /// After a change of the ring that brings nobody anything, but may have changed the pressure: wakes who waits for that.
    #[inline(always)]
    fn tell_changed_pressure(&mut self) {
        if Self::CHANGES != Kinds::NONE && self.place.awaited(Self::CHANGES).has(Kind::Level) {
            self.tell_who_waits_for_pressure();
        }
    }

    /// After what was refused, or has found nothing, and has changed the pressure at most: if it has, wakes who waits for that. A pressure that has been seen here may have been
    /// told by others, but none that this end has changed is left out.
    #[inline(always)]
    pub(super) fn tell_pressure(&mut self) {
        if Self::CHANGES != Kinds::NONE && self.place.awaited_fenced(Self::CHANGES).has(Kind::Level) {
            self.tell_who_waits_for_pressure();
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_who_waits_for_pressure(&mut self) {
        if self.end.has_changed(&mut self.seen) {
            self.place.call_all(Kind::Level);
        }
    }
}

impl<E, D: Desk> Party<E, D> {
    /// Sees to it that the next look at the ring overlooks nothing of those who have made no fence: or there is a further look.
    #[cold]
    #[inline(never)]
    pub(super) fn order_all(&self, cx: &Context<'_>) {
        self.place.desk.waiting().order_all(cx.waker());
    }

    /// Takes a place in a line, not for an item. After that it looks again.
    pub(super) fn wait(&mut self, kind: Kind, cx: &Context<'_>) {
        self.tally.waits(self.place.is_in_line());
        let items = self.items_since();
        self.place.wait(kind, cx.waker(), items);
    }

    /// How many items there were since it last took a place in line, about.
    fn items_since(&mut self) -> u16 {
        let now = self.tally.items as u16;
        now.wrapping_sub(core::mem::replace(&mut self.before, now))
    }
}

/// Whether the receiver is met by each push, and nobody needs another fence for it.
#[inline(always)]
fn meets<E: End>() -> bool {
    E::MEETS && can_meet()
}

impl<C: ReceiveEnd, D: Desk> Party<C, D> {
    /// Waits for an item. After that it looks again. `false`: that look may overlook one for which it is not called.
    pub(super) fn wait_for_item(&mut self, cx: &Context<'_>) -> bool {
        self.tally.waits(self.place.is_in_line());
        self.place.register_for_item(cx.waker());
        if meets::<C>() {
            self.end.meet()
        } else {
            let items = self.items_since();
            self.place.order(cx.waker(), items);
            true
        }
    }
}

impl<C: ReceiveEnd, D: Desk> Party<C, D> {
    /// After items were taken, or none was there: wakes who waits for room, or another pressure.
    #[inline(always)]
    pub(super) fn tell_senders(&mut self, has_taken: bool) {
        match C::ROOM {
            Room::Shared if has_taken => self.tell(Kind::Room),
            Room::Always if has_taken => self.tell_changed_pressure(),
            Room::Shared | Room::Always => self.tell_pressure(),
            Room::InLanes => {
                if self.place.awaited(Kinds::of(Kind::Lane)).has(Kind::Lane) {
                    let touched = self.end.take_touched();
                    let lanes = self.place.desk.waiting().awaited_lanes(touched);
                    if !lanes.is_empty() {
                        self.tell_lanes(lanes);
                    }
                }
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_lanes(&self, lanes: LaneSet) {
        self.place.desk.waiting().call_lanes(lanes, |lane, wanted| {
            let seen = match wanted {
                InLane::Room => None,
                InLane::Level(seen) => Some(seen),
            };
            self.end.has_come(lane, seen)
        });
    }
}

impl<E: PressureEnd, D: Desk> Party<E, D> {
    /// Polls for another pressure than it has told last.
    pub(super) fn poll_pressure(&mut self, cx: &Context<'_>) -> Poll<Pressure> {
        if let Some(pressure) = self.end.pressure_since(&mut self.told) {
            return Poll::Ready(pressure);
        }
        self.place.wait_for_level(E::ROOM, self.told, cx.waker());
        if meets::<E>() {
            // Those that only meet the receiver make no fence.
            self.order_all(cx);
        }
        self.end.pressure_since(&mut self.told).map_or(Poll::Pending, Poll::Ready)
    }
}

impl<E, D: Desk> Party<E, D> {
    /// Does not wait for a pressure any more. That is owed to nobody, as all have been called; but a future that has been forgotten may
    /// have left it in line for room.
    pub(super) fn stop_waiting_for_pressure(&mut self) {
        if self.place.stop_waiting().is_some() {
            self.place.call(Kind::Room);
        }
    }
}

/// Waits for another pressure: see `pressure_changed` of [`Sender`] and [`Receiver`]. Polled again after it was ready, it begins anew.
///
/// # Cancel safety
/// Nothing is lost: if the pressure is another one than was told last, the next of these is ready at once.
#[must_use = "futures do nothing unless they are awaited"]
pub struct PressureChanged<'e, E: PressureEnd, D: Desk>(&'e mut Party<E, D>);

impl<'e, E: PressureEnd, D: Desk> PressureChanged<'e, E, D> {
    pub(super) const fn new(party: &'e mut Party<E, D>) -> Self {
        Self(party)
    }
}

impl<E: PressureEnd, D: Desk> Unpin for PressureChanged<'_, E, D> {}

impl<E: PressureEnd, D: Desk> Future for PressureChanged<'_, E, D> {
    type Output = Pressure;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Pressure> {
        self.0.poll_pressure(cx)
    }
}

impl<E: PressureEnd, D: Desk> Drop for PressureChanged<'_, E, D> {
    fn drop(&mut self) {
        self.0.stop_waiting_for_pressure();
    }
}

impl<E: PressureEnd, D: Desk> fmt::Debug for PressureChanged<'_, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PressureChanged").finish_non_exhaustive()
    }
}
