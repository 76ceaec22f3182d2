//! The sending end.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
#[cfg(feature = "std")]
use std::time::{Duration, Instant};

#[cfg(feature = "std")]
use super::error::SendTimeoutError;
use super::error::{NoSeat, SendError};
use super::grace::Rule;
use super::place::{Desk, Party, Place, PressureChanged};
use super::{
    CloneEnd, Closed, Outcome, Permit, PressureEnd, Ready, Reserve, ReserveEnd, Room, RoomEnd, SendEnd, SendMany,
    SenderSink, was_ready,
};
#[cfg(feature = "std")]
use crate::channel::block_on as block_on_future;
use crate::wait::Kind;
#[cfg(feature = "std")]
use crate::wait::{Deadline, Patience, block_on};
use crate::{Pressure, PushError, Pushed};

/// An end of a channel that puts items in, and may wait for room.
///
/// `P` is the producer's end of the ring, and `D` what the ends share beside it: [`MpscSender`](super::MpscSender) and its like name
/// both. It is [`Send`] if those are, and never [`Sync`]: see [there](crate::channel#coming-from-another-channel).
pub struct Sender<P: SendEnd, D: Desk> {
    pub(super) party: Party<P, D>,
    pub(super) rule: Rule,
    #[cfg(feature = "std")]
    patience: Patience,
}

impl<P: SendEnd, D: Desk> Sender<P, D> {
    /// Where it waits for room.
    pub(super) const ROOM: Kind = match P::ROOM {
        Room::InLanes => Kind::Lane,
        Room::Shared | Room::Always => Kind::Room,
    };

    pub(super) fn new(end: P, place: Place<D>) -> Self {
        Self {
            party: Party::new(end, place),
            rule: Rule::Wait,
            #[cfg(feature = "std")]
            patience: Patience::new(),
        }
    }

    /// Puts a value in now, or hands it back.
    ///
    /// # Errors
    /// The value comes back: [`Full`](PushError::Full), or the other reasons of [`PushError`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{PushError, channel};
    ///
    /// let (mut sender, receiver) = channel::mpsc(1)?;
    /// assert_eq!(sender.try_send("one"), Ok(()));
    /// assert_eq!(sender.try_send("two"), Err(PushError::Full("two")));
    /// drop(receiver);
    /// assert_eq!(sender.try_send("three"), Err(PushError::Closed("three")));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    ///
    /// # Progress
    /// The ring's, if nobody waits for an item; else a short lock, and the receiver is woken. It does not queue up behind those who
    /// wait for room.
    #[inline]
    pub fn try_send(&mut self, value: P::Item) -> Result<P::Sent, PushError<P::Item>> {
        self.offer(value, P::push).map(P::sent)
    }

    /// Pushes in one way or another, without waiting.
    #[inline(always)]
    pub(super) fn offer(
        &mut self,
        value: P::Item,
        push: impl FnOnce(&mut P, P::Item) -> Result<Pushed<P::Item>, PushError<P::Item>>,
    ) -> Result<Pushed<P::Item>, PushError<P::Item>> {
        if self.party.end.is_to_be_asked() && self.party.end.is_closed() {
            return Err(PushError::Closed(value));
        }
        let pushed = push(&mut self.party.end, value);
        match &pushed {
            Ok(_) => {
                self.sent(1);
                self.stop_waiting();
            }
            Err(error) => {
                if error.is_closed() {
                    self.party.place.tell_of_refusal();
                }
                self.party.tally.refused += u64::from(error.is_full());
                self.found_no_room();
            }
        }
        pushed
    }

    /// Puts a value in; waits for room, as a task.
    ///
    /// # Errors
    /// See [`SendError`]: the value comes back.
    ///
    /// # Progress
    /// Those who wait for room are served in the order in which they came, but others may find room at once: with
    /// [`try_send`](Self::try_send) at any time, and else until one that has been woken for it comes. One that has come too late twice
    /// goes first, and the others queue up behind it. So one that has been woken should be polled or dropped: if it is just kept, or
    /// forgotten, the others may wait until its sender sends, or is dropped.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is ready, the value was not sent and is dropped with it; a call that it had been woken
    /// for goes to the next who waits. [`SendFuture::into_inner`] gives the value back.
    ///
    /// # Examples
    /// What was not sent in time is had back. (With `tokio::time::timeout(…, sender.send(…))` it is dropped. See
    /// [`within`](SendFuture::within), too.)
    /// ```
    /// use std::time::Duration;
    ///
    /// use forebay::channel;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let (mut sender, _receiver) = channel::mpsc(1)?;
    /// sender.send("one").await.expect("there is room");
    /// let mut send = sender.send("two");
    /// let is_sent = tokio::select! {
    ///     sent = &mut send => sent.is_ok(),
    ///     () = tokio::time::sleep(Duration::from_millis(1)) => false,
    /// };
    /// assert_eq!((is_sent, send.into_inner()), (false, Some("two")));
    /// # Ok::<(), forebay::CapacityError>(())
    /// # }).unwrap();
    /// ```
    #[inline]
    pub fn send(&mut self, value: P::Item) -> SendFuture<'_, P, D> {
        SendFuture { sender: self, value: Some(value), is_done: false }
    }

    /// Puts a value in; waits for room, as a thread, or for as long as the channel was [built](super::Builder) to wait.
    ///
    /// # Errors
    /// See [`SendError`]: the value comes back.
    ///
    /// # Progress
    /// Blocking: it looks for room again for up to 25 µs, as long as that has been of use lately, and then sleeps until it is called.
    /// See [Threads](crate::channel#threads).
    #[cfg(feature = "std")]
    #[inline]
    pub fn blocking_send(&mut self, value: P::Item) -> Result<P::Sent, SendError<P::Item>> {
        match self.attempt(value) {
            Ok(done) => done,
            Err(value) => self.block_by_rule(value),
        }
    }

    /// Puts a value in; waits for room for so long at most, as a thread, whatever the channel was [built](super::Builder) to wait.
    ///
    /// # Errors
    /// See [`SendTimeoutError`]: the value comes back.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// use forebay::channel::{self, SendTimeoutError};
    ///
    /// let (mut sender, _receiver) = channel::mpsc(1)?;
    /// let millisecond = Duration::from_millis(1);
    /// assert_eq!(sender.send_timeout("one", millisecond), Ok(()));
    /// assert_eq!(sender.send_timeout("two", millisecond), Err(SendTimeoutError::Timeout("two")));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn send_timeout(&mut self, value: P::Item, timeout: Duration) -> Result<P::Sent, SendTimeoutError<P::Item>> {
        self.send_until(value, || Deadline::after(timeout))
    }

    /// Puts a value in; waits for room until then at most, as a thread.
    ///
    /// # Errors
    /// See [`SendTimeoutError`]: the value comes back.
    #[cfg(feature = "std")]
    pub fn send_deadline(&mut self, value: P::Item, deadline: Instant) -> Result<P::Sent, SendTimeoutError<P::Item>> {
        self.send_until(value, || Deadline::At(deadline))
    }

    #[cfg(feature = "std")]
    fn send_until(
        &mut self,
        value: P::Item,
        deadline: impl FnOnce() -> Deadline,
    ) -> Result<P::Sent, SendTimeoutError<P::Item>> {
        let mut value = match self.attempt(value) {
            Ok(done) => return done.map_err(Into::into),
            Err(value) => Some(value),
        };
        match (self.block(&mut value, deadline()), value) {
            (Some(done), _) => done.map_err(Into::into),
            (None, Some(value)) => Err(SendTimeoutError::Timeout(value)),
            (None, None) => unreachable!("a value that was not sent is still there"),
        }
    }

    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    pub(super) fn block(&mut self, value: &mut Option<P::Item>, deadline: Deadline) -> Option<Outcome<P>> {
        let mut looks = self.patience.looks();
        while looks.wait(deadline) {
            let Some(unsent) = value.take() else { unreachable!("put there by the caller") };
            match self.attempt(unsent) {
                Ok(done) => {
                    self.patience.found(looks);
                    return Some(done);
                }
                Err(unsent) => *value = Some(unsent),
            }
        }
        self.patience.in_vain();
        /// Goes out of line when the time is over, or foreign code panics: a rule, or what says which class a value is of.
        struct InLine<'s, P: SendEnd, D: Desk>(&'s mut Sender<P, D>);

        impl<P: SendEnd, D: Desk> Drop for InLine<'_, P, D> {
            fn drop(&mut self) {
                self.0.stop_waiting();
            }
        }

        let sender = InLine(self);
        block_on(deadline, |cx| sender.0.poll_send(cx, value))
    }

    /// Polls for room for the value, which is taken when it is done.
    ///
    /// # Panics
    /// With `std`, if there is no value.
    #[inline(always)]
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<P::Item>) -> Poll<Outcome<P>> {
        let Some(unsent) = value.take() else { return was_ready() };
        match self.attempt(unsent) {
            Ok(done) => Poll::Ready(done),
            Err(unsent) => {
                *value = Some(unsent);
                self.poll_in_line(cx, value)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn poll_in_line(&mut self, cx: &mut Context<'_>, value: &mut Option<P::Item>) -> Poll<Outcome<P>> {
        // Foreign code runs in this, which may panic.
        self.wait(Self::ROOM, cx);
        if !self.party.end.is_stuffed() {
            let Some(unsent) = value.take() else { return was_ready() };
            match self.attempt(unsent) {
                Ok(done) => return Poll::Ready(done),
                Err(unsent) => *value = Some(unsent),
            }
        }
        self.found_no_room();
        Poll::Pending
    }

    /// Puts a value in if there is room, and nobody else comes first. The error is for one who may wait.
    #[inline(always)]
    pub(super) fn attempt(&mut self, value: P::Item) -> Result<Outcome<P>, P::Item> {
        self.attempt_and(value, |sender| sender.sent(1))
    }

    /// The same, but the receiver is not called.
    #[inline(always)]
    pub(super) fn attempt_quietly(&mut self, value: P::Item) -> Result<Outcome<P>, P::Item> {
        self.attempt_and(value, |_| {})
    }

    #[inline(always)]
    fn attempt_and(&mut self, value: P::Item, then: impl FnOnce(&mut Self)) -> Result<Outcome<P>, P::Item> {
        if self.is_behind() && self.party.end.takes_room() && !self.party.end.is_closed() {
            return Err(value);
        }
        let error = if self.party.end.is_to_be_asked() && self.party.end.is_closed() {
            SendError::Closed(value)
        } else {
            match self.party.end.push(value) {
                Ok(sent) => {
                    self.stop_waiting();
                    then(self);
                    return Ok(Ok(P::sent(sent)));
                }
                Err(PushError::Full(value)) => return Err(value),
                Err(PushError::Closed(value)) => {
                    self.party.place.tell_of_refusal();
                    SendError::Closed(value)
                }
                Err(PushError::Shed(value)) => {
                    self.party.tell_pressure();
                    SendError::Shed(value)
                }
            }
        };
        self.stop_waiting();
        Ok(Err(error))
    }

    /// What was refused may have raised the pressure.
    pub(super) fn found_no_room(&mut self) {
        self.party.tell_pressure();
    }

    /// Polls until something is so.
    pub(super) fn poll_until(&mut self, cx: &Context<'_>, kind: Kind, is_so: impl Fn(&Self) -> bool) -> Poll<()> {
        if !is_so(self) {
            self.wait(kind, cx);
            if !is_so(self) {
                return Poll::Pending;
            }
        }
        self.stop_waiting();
        Poll::Ready(())
    }

    /// Whether a send would not have to wait.
    pub(super) fn is_ready(&self) -> bool {
        !self.party.end.waits_at_full() || self.has_room()
    }

    pub(super) fn has_room(&self) -> bool {
        self.is_closed() || !self.is_full() && !self.is_behind()
    }

    /// Whether somebody else comes first.
    #[inline(always)]
    fn is_behind(&self) -> bool {
        matches!(P::ROOM, Room::Shared) && self.party.place.is_behind()
    }

    /// Takes its place in a line. After that it looks again.
    pub(super) fn wait(&mut self, kind: Kind, cx: &Context<'_>) {
        match kind {
            // No wait of a send.
            Kind::Closed => self.party.place.wait(kind, cx.waker(), 0),
            kind => self.party.wait(kind, cx),
        }
    }

    /// After so many were put in.
    #[inline(always)]
    pub(super) fn sent(&mut self, count: u64) {
        self.party.tally.items += count;
        self.party.tell(Kind::Item);
    }

    /// Goes out of line, and calls the next if it should have been called in place of this end.
    #[inline(always)]
    pub(super) fn stop_waiting(&mut self) {
        if let Some(called) = self.party.place.stop_waiting() {
            if self.party.end.capacity().saturating_sub(self.party.end.len()) > called {
                self.party.place.call(Kind::Room);
            }
        }
    }

    /// Puts in all items of an iterator, and waits for room as often as it takes, as a task. The receiver is called once for as
    /// many as there is room for and the iterator says that it has at least: an iterator that waits for its items keeps none back.
    ///
    /// # Errors
    /// See [`SendError`]: the value that was not sent comes back. Those before it were sent, those after it are still in the iterator.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is ready, the items that were sent are sent. The one that was waited with is dropped, unless
    /// [`SendMany::into_inner`] has given it back, and the others are still in the iterator.
    #[inline]
    pub fn send_many<I: Iterator<Item = P::Item>>(&mut self, items: I) -> SendMany<'_, P, I, D> {
        SendMany::new(self, items)
    }

    /// Waits until the receiver is gone, or has closed the channel.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    #[inline]
    pub fn closed(&mut self) -> Closed<'_, P, D> {
        Closed::new(self)
    }

    /// The same as a thread: it sleeps until then.
    ///
    /// # Examples
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut sender, receiver) = channel::spsc::<u32>(1)?;
    /// let goes = std::thread::spawn(move || drop(receiver));
    /// sender.blocking_closed();
    /// assert!(sender.is_closed());
    /// # goes.join().unwrap();
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn blocking_closed(&mut self) {
        block_on_future(self.closed());
    }

    /// A [`Sink`](futures_sink::Sink) that sends. It ends the channel when it is dropped, and not when it is closed. See [`SenderSink`].
    #[must_use]
    pub const fn into_sink(self) -> SenderSink<P, D> {
        SenderSink::new(self)
    }

    /// Whether the receiver is gone, or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.party.end.is_closed()
    }

    /// How many items are inside. It may be out of date.
    #[must_use]
    pub fn len(&self) -> usize {
        self.party.end.len()
    }

    /// Whether nothing was inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.party.end.is_empty()
    }

    /// Whether there was no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.party.end.is_full()
    }

    /// How many items there is room for at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.party.end.capacity()
    }

    /// The end of the ring, for what only this kind of ring can do and what changes nothing that others wait for. The policy is
    /// none of those things: whoever waits is told of another one by [`set_overflow`](Self::set_overflow) alone.
    #[must_use]
    pub const fn end(&self) -> &P {
        &self.party.end
    }
}

impl<P: RoomEnd, D: Desk> Sender<P, D> {
    /// Waits until there is room, or the channel is closed. Nothing is reserved: others may be faster. By a policy that drops it does not
    /// wait, as no send does.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    #[inline]
    pub fn ready(&mut self) -> Ready<'_, P, D> {
        Ready::new(self)
    }

    /// The same as a thread.
    ///
    /// # Progress
    /// Blocking: as [`block_on`](super::block_on).
    ///
    /// # Examples
    /// Work that is begun only when there is room for what comes of it:
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut sender, mut receiver) = channel::mpsc(1)?;
    /// sender.try_send(1).unwrap();
    /// let takes = std::thread::spawn(move || (receiver.blocking_recv(), receiver));
    /// sender.blocking_ready();
    /// assert_eq!(sender.try_send(1 + 1), Ok(()));
    /// # takes.join().unwrap();
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn blocking_ready(&mut self) {
        block_on_future(self.ready());
    }
}

impl<P: SendEnd + PressureEnd, D: Desk> Sender<P, D> {
    /// Waits until the pressure is another one than this sender was last told of here, and says which.
    ///
    /// At first it takes the queue for [`Open`](Pressure::Open). It may miss that the pressure rose and fell meanwhile, but never how
    /// it is. What [`pressure`](Self::pressure) says does not count as told. [`Closed`](Pressure::Closed) is told once: after that nothing
    /// changes any more, and this waits for ever.
    ///
    /// # Examples
    /// A task that goes on while the pressure is off, and waits while it is not:
    /// ```
    /// use forebay::{Pressure, channel};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let (mut sender, mut receiver) = channel::builder(50).watermarks(40, 20).mpsc()?;
    /// let source = tokio::spawn(async move {
    ///     let mut pressure = sender.pressure();
    ///     for number in 0..1000 {
    ///         while pressure != Pressure::Open {
    ///             if pressure == Pressure::Closed {
    ///                 return;
    ///             }
    ///             pressure = sender.pressure_changed().await;
    ///         }
    ///         sender.send(number).await.expect("it was not closed");
    ///         pressure = sender.pressure();
    ///     }
    /// });
    /// let mut most = 0;
    /// while let Ok(_number) = receiver.recv().await {
    ///     most = most.max(1 + receiver.len());
    /// }
    /// source.await.expect("it does not panic");
    /// assert_eq!(most, 40);
    /// # Ok::<(), channel::BuildError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Cancel safety
    /// Nothing is lost.
    #[inline]
    pub fn pressure_changed(&mut self) -> PressureChanged<'_, P, D> {
        PressureChanged::new(&mut self.party)
    }

    /// How pressed the queue is: the signal to slow down. Without watermarks it is [`Stop`](Pressure::Stop) from full until half empty.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        PressureEnd::pressure(&self.party.end)
    }
}

impl<P: ReserveEnd, D: Desk> Sender<P, D> {
    /// Waits for room and keeps it, as a task.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed).
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Examples
    /// Something is made only when there is room for it:
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut sender, mut receiver) = channel::spsc(1)?;
    /// let permit = channel::block_on(sender.reserve()).expect("it is not closed");
    /// permit.send("made for that room").unwrap();
    /// assert!(sender.try_reserve().unwrap_err().is_full());
    /// assert_eq!(receiver.try_recv(), Ok("made for that room"));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[inline]
    pub fn reserve(&mut self) -> Reserve<'_, P, D> {
        Reserve::new(self)
    }

    /// The same as a thread.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed).
    ///
    /// # Progress
    /// Blocking: as [`block_on`](super::block_on).
    #[cfg(feature = "std")]
    pub fn blocking_reserve(&mut self) -> Result<Permit<'_, P, D>, SendError<()>> {
        block_on_future(self.reserve())
    }

    /// Keeps room, if there is some.
    ///
    /// # Errors
    /// [`Full`](PushError::Full), [`Closed`](PushError::Closed).
    pub fn try_reserve(&mut self) -> Result<Permit<'_, P, D>, PushError<()>> {
        if !self.has_room() {
            return Err(PushError::Full(()));
        }
        self.permit().ok_or(PushError::Closed(()))
    }

    /// Where room has been seen. `None`: it was closed.
    pub(super) fn permit(&mut self) -> Option<Permit<'_, P, D>> {
        (!self.is_closed()).then_some(Permit::new(self))
    }
}

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
impl<P: SendEnd + Clone> Clone for Sender<P, super::Shared> {
    /// Another sender, with the same time limit or grace, whole. There can be any number of them.
    fn clone(&self) -> Self {
        let Some(place) = self.party.place.beside() else { unreachable!("on the heap there is always one more seat") };
        Self { rule: self.rule.afresh(), ..Self::new(self.party.end.clone(), place) }
    }
}

impl<P: SendEnd + CloneEnd, D: Desk> Sender<P, D> {
    /// Another sender, with the same time limit or grace, whole.
    ///
    /// # Errors
    /// [`NoSeat`] if there are as many as the channel was made for.
    pub fn try_clone(&self) -> Result<Self, NoSeat> {
        // The seat first: where it is given back nobody takes it for the end of a sender.
        let place = self.party.place.beside().ok_or(NoSeat)?;
        Ok(Self { rule: self.rule.afresh(), ..Self::new(self.party.end.another().ok_or(NoSeat)?, place) })
    }
}

impl<P: SendEnd, D: Desk> fmt::Debug for Sender<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Sends a value: see [`Sender::send`].
///
/// # Cancel safety
/// Dropped before it is ready, it drops the value, which was not sent, unless [`into_inner`](Self::into_inner) gives that back. If it had
/// been woken for room, and did not look, the next who waits is woken for that.
#[must_use = "futures do nothing unless they are awaited"]
pub struct SendFuture<'s, P: SendEnd, D: Desk> {
    pub(super) sender: &'s mut Sender<P, D>,
    pub(super) value: Option<P::Item>,
    /// It was ready, and so its sender is out of line.
    is_done: bool,
}

impl<P: SendEnd, D: Desk> SendFuture<'_, P, D> {
    /// Gives up, and gives the value back. `None`: it has been sent, or came back with an error.
    pub fn into_inner(mut self) -> Option<P::Item> {
        self.value.take()
    }
}

impl<P: SendEnd, D: Desk> Unpin for SendFuture<'_, P, D> {}

impl<P: SendEnd, D: Desk> Future for SendFuture<'_, P, D> {
    type Output = Result<P::Sent, SendError<P::Item>>;

    /// # Panics
    /// With `std`, if it was ready before; without, it is never ready again.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { sender, value, is_done } = &mut *self;
        let polled = sender.poll_send(cx, value);
        *is_done = polled.is_ready();
        polled
    }
}

impl<P: SendEnd, D: Desk> Drop for SendFuture<'_, P, D> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_done {
            self.sender.stop_waiting();
        }
    }
}

impl<P: SendEnd, D: Desk> fmt::Debug for SendFuture<'_, P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture").field("is_done", &self.is_done).finish_non_exhaustive()
    }
}
