//! The receiving end.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
#[cfg(feature = "std")]
use std::time::{Duration, Instant};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::error::RecvError;
#[cfg(feature = "std")]
use super::error::RecvTimeoutError;
use super::place::{Desk, Party, Place, PressureChanged};
use super::stage::Popping;
use super::{CloseEnd, PressureEnd, ReceiveEnd, RecvMany};
#[cfg(feature = "std")]
use crate::wait::{Deadline, Patience, block_on};
use crate::{PopError, Pressure};

/// The end of a channel that takes items out, and may wait for them. There is one.
///
/// It is a [`Stream`], and for threads an iterator that waits ([`blocking_iter`](Self::blocking_iter)). Dropping it closes the
/// channel: what is inside then is dropped with the ring, when the last sender is gone, too. Who keeps a sender, and waits for an
/// answer to what is inside, is to wait for the [end](super::Sender::closed) as well. A receiver that must not lose anything
/// [closes](Self::close) the channel first, and receives until [`RecvError`].
///
/// It keeps the waker of the task that it last waited for, so that waiting again need not clone it: until it waits for another one, or
/// is dropped.
pub struct Receiver<C: ReceiveEnd, D: Desk> {
    pub(super) party: Party<C, D>,
    #[cfg(feature = "std")]
    patience: Patience,
    /// The end has been seen.
    is_over: bool,
    /// Whether a [`Drain`](super::Drain) has taken something, and has not told it: if it was forgotten, it never does.
    pub(super) has_untold: bool,
}

impl<C: ReceiveEnd, D: Desk> Receiver<C, D> {
    pub(super) fn new(end: C, place: Place<D>) -> Self {
        Self {
            party: Party::new(end, place),
            #[cfg(feature = "std")]
            patience: Patience::new(),
            is_over: false,
            has_untold: false,
        }
    }

    /// Takes the next item, if there is one.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty); [`Closed`](PopError::Closed), when all that was accepted has been received and nothing will come.
    #[inline]
    pub fn try_recv(&mut self) -> Result<C::Item, PopError> {
        let item = self.take();
        if matches!(item, Err(PopError::Empty)) {
            self.party.tally.refused += 1;
            self.found_nothing();
        }
        item
    }

    #[inline(always)]
    fn take(&mut self) -> Result<C::Item, PopError> {
        let item = self.take_quietly();
        if item.is_ok() {
            self.taken(1);
        }
        item
    }

    /// The ring may have taken back the pressure.
    pub(super) fn found_nothing(&mut self) {
        let has_untold = core::mem::take(&mut self.has_untold);
        self.party.tell_senders(has_untold);
    }

    /// Takes the next item; waits for it, as a task.
    ///
    /// # Errors
    /// [`RecvError`], when all that was accepted has been received and nothing will come.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is ready, no item has been taken.
    #[inline]
    pub fn recv(&mut self) -> RecvFuture<'_, C, D> {
        RecvFuture { receiver: self }
    }

    /// Takes the next item; waits for it, as a thread.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Progress
    /// Blocking: it looks for an item again for up to 25 µs, as long as that has been of use lately, and then sleeps until it is called.
    /// See [Threads](crate::channel#threads).
    #[cfg(feature = "std")]
    #[inline]
    pub fn blocking_recv(&mut self) -> Result<C::Item, RecvError> {
        match self.take() {
            Ok(item) => Ok(item),
            Err(PopError::Closed) => Err(RecvError),
            Err(PopError::Empty) => match self.block(Deadline::Never) {
                Some(item) => item,
                None => unreachable!("without a deadline no time is over"),
            },
        }
    }

    /// Takes the next item; waits for it for so long at most, as a thread.
    ///
    /// # Errors
    /// See [`RecvTimeoutError`].
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// use forebay::channel::{self, RecvTimeoutError};
    ///
    /// let (mut sender, mut receiver) = channel::mpsc(1)?;
    /// let millisecond = Duration::from_millis(1);
    /// assert_eq!(receiver.recv_timeout(millisecond), Err(RecvTimeoutError::Timeout));
    /// sender.try_send("one").unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv_timeout(millisecond), Ok("one"));
    /// assert_eq!(receiver.recv_timeout(millisecond), Err(RecvTimeoutError::Closed));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<C::Item, RecvTimeoutError> {
        self.recv_until(|| Deadline::after(timeout))
    }

    /// Takes the next item; waits for it until then at most, as a thread.
    ///
    /// # Errors
    /// See [`RecvTimeoutError`].
    #[cfg(feature = "std")]
    pub fn recv_deadline(&mut self, deadline: Instant) -> Result<C::Item, RecvTimeoutError> {
        self.recv_until(|| Deadline::At(deadline))
    }

    #[cfg(feature = "std")]
    fn recv_until(&mut self, deadline: impl FnOnce() -> Deadline) -> Result<C::Item, RecvTimeoutError> {
        match self.take() {
            Ok(item) => Ok(item),
            Err(PopError::Closed) => Err(RecvTimeoutError::Closed),
            Err(PopError::Empty) => match self.block(deadline()) {
                Some(item) => item.map_err(|RecvError| RecvTimeoutError::Closed),
                None => Err(RecvTimeoutError::Timeout),
            },
        }
    }

    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn block(&mut self, deadline: Deadline) -> Option<Result<C::Item, RecvError>> {
        let mut looks = self.patience.looks();
        while looks.wait(deadline) {
            match self.take() {
                Ok(item) => {
                    self.patience.found(looks);
                    return Some(Ok(item));
                }
                Err(PopError::Closed) => return Some(Err(RecvError)),
                Err(PopError::Empty) => {}
            }
        }
        self.patience.in_vain();
        let item = block_on(deadline, |cx| self.poll_recv(cx));
        if item.is_none() {
            self.party.place.stop_waiting();
        }
        item
    }

    /// Polls for the next item.
    ///
    /// # Cancel safety
    /// While it is pending, no item has been taken. The receiver stays registered with that waker, which may be woken once more though
    /// nobody polls again; what comes is received by the next call, of whatever kind.
    #[inline]
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<C::Item, RecvError>> {
        match self.take() {
            Ok(item) => Poll::Ready(Ok(item)),
            Err(PopError::Closed) => Poll::Ready(Err(RecvError)),
            Err(PopError::Empty) => self.poll_in_line(cx),
        }
    }

    #[cold]
    #[inline(never)]
    fn poll_in_line(&mut self, cx: &mut Context<'_>) -> Poll<Result<C::Item, RecvError>> {
        let look = |this: &mut Self| match this.take() {
            Ok(item) => Some(Ok(item)),
            Err(PopError::Closed) => Some(Err(RecvError)),
            Err(PopError::Empty) => None,
        };
        match self.wait_and_look(cx, |this| if this.party.end.is_bare() { None } else { look(this) }) {
            Some(item) => Poll::Ready(item),
            None => {
                self.found_nothing();
                Poll::Pending
            }
        }
    }

    /// Items as long as there are some: for threads, which wait for each. Ends when nothing will come.
    #[cfg(feature = "std")]
    pub fn blocking_iter(&mut self) -> impl Iterator<Item = C::Item> + use<'_, C, D> {
        core::iter::from_fn(|| self.blocking_recv().ok())
    }

    /// Takes items, up to `max`, and appends them; waits until there is one, as a task. Answers with how many: 0 when all that was
    /// accepted has been received and nothing will come, or if `max` is 0. Those who wait for room are called once.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is ready, no item has been taken.
    #[inline]
    pub fn recv_many<'r, E: Extend<C::Item>>(&'r mut self, into: &'r mut E, max: usize) -> RecvMany<'r, C, E, D> {
        RecvMany::new(self, into, max)
    }

    /// Nothing is taken in from now on; what is inside can still be received. Senders that wait have their values back.
    ///
    /// # Examples
    /// ```
    /// use forebay::channel::{self, SendError};
    ///
    /// let (mut sender, mut receiver) = channel::mpsc(4)?;
    /// sender.blocking_send("accepted").unwrap();
    /// receiver.close();
    /// assert_eq!(sender.blocking_send("late"), Err(SendError::Closed("late")));
    /// assert!(receiver.blocking_iter().eq(["accepted"]));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    pub fn close(&mut self)
    where
        C: CloseEnd,
    {
        self.party.end.close();
        self.party.place.call_senders();
    }

    /// Takes its place in the line, alone, and looks again.
    pub(super) fn wait_and_look<R>(
        &mut self,
        cx: &Context<'_>,
        mut look: impl FnMut(&mut Self) -> Option<R>,
    ) -> Option<R> {
        let is_enough = self.party.wait_for_item(cx);
        let found = look(self);
        if found.is_some() || is_enough {
            return found;
        }
        self.party.order_all(cx);
        look(self)
    }

    pub(super) fn stop_waiting(&mut self) {
        self.party.place.stop_waiting();
    }

    /// Takes the next item, but calls nobody who waits for its room.
    #[inline(always)]
    pub(super) fn take_quietly(&mut self) -> Result<C::Item, PopError> {
        let item = Popping::new(&mut self.party).pop();
        match item {
            Ok(_) | Err(PopError::Empty) => {}
            Err(PopError::Closed) => {
                self.is_over = true;
                self.party.place.stop_waiting();
            }
        }
        item
    }

    /// After so many were taken.
    #[inline(always)]
    pub(super) fn taken(&mut self, count: u64) {
        self.party.tally.items += count;
        self.party.tell_senders(true);
        self.party.place.stop_waiting();
    }

    /// Whether nothing is taken in any more. There may still be items inside.
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

    /// How many items there is room for at most.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.party.end.capacity()
    }

    /// The end of the ring, for what only this kind of ring can do and what changes nothing that others wait for. The policy is
    /// none of those things: whoever waits is told of another one by [`set_overflow`](Self::set_overflow) alone.
    #[must_use]
    pub const fn end(&self) -> &C {
        &self.party.end
    }
}

impl<C: ReceiveEnd + PressureEnd, D: Desk> Receiver<C, D> {
    /// Waits until the pressure is another one than this receiver was last told of here, and says which.
    ///
    /// At first it takes the queue for [`Open`](Pressure::Open). It may miss that the pressure rose and fell meanwhile, but never how
    /// it is. What [`pressure`](Self::pressure) says does not count as told. [`Closed`](Pressure::Closed) is told once: after that nothing
    /// changes any more, and this waits for ever.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    #[inline]
    pub fn pressure_changed(&mut self) -> PressureChanged<'_, C, D> {
        PressureChanged::new(&mut self.party)
    }

    /// How pressed the queue is.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.party.end.pressure()
    }
}

/// All that comes, until nothing will.
///
/// # Cancel safety
/// A future that asks for the next item, as those of the `futures` crate do, can be dropped: if it was pending, no item has been taken, as
/// with [`poll_recv`](Receiver::poll_recv).
impl<C: ReceiveEnd + Unpin, D: Desk + Unpin> Stream for Receiver<C, D> {
    type Item = C::Item;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<C::Item>> {
        self.poll_recv(cx).map(Result::ok)
    }
}

impl<C: ReceiveEnd + Unpin, D: Desk + Unpin> FusedStream for Receiver<C, D> {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<C: ReceiveEnd, D: Desk> fmt::Debug for Receiver<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Receives an item: see [`Receiver::recv`]. Polled again after it was ready, it receives another one.
///
/// # Cancel safety
/// Dropped before it is ready, it has taken no item, and the receiver does not wait any more.
#[must_use = "futures do nothing unless they are awaited"]
pub struct RecvFuture<'r, C: ReceiveEnd, D: Desk> {
    receiver: &'r mut Receiver<C, D>,
}

impl<C: ReceiveEnd, D: Desk> Unpin for RecvFuture<'_, C, D> {}

impl<C: ReceiveEnd, D: Desk> Future for RecvFuture<'_, C, D> {
    type Output = Result<C::Item, RecvError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.receiver.poll_recv(cx)
    }
}

impl<C: ReceiveEnd, D: Desk> Drop for RecvFuture<'_, C, D> {
    #[inline]
    fn drop(&mut self) {
        self.receiver.stop_waiting();
    }
}

impl<C: ReceiveEnd, D: Desk> fmt::Debug for RecvFuture<'_, C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvFuture").finish_non_exhaustive()
    }
}
