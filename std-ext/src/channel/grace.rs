//! How long a sender waits for room, and what comes then.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use super::error::{SendError, SendTimeoutError};
use super::place::Desk;
use super::{Outcome, SendEnd, SendFuture, Sender, was_ready};
#[cfg(feature = "std")]
use crate::wait::Deadline;
use crate::{Overflow, PushError, Pushed};

/// What a sender does that finds no room.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "std"), allow(dead_code, reason = "the times are for threads, and tasks have timers"))]
pub(super) enum Rule {
    /// It waits.
    Wait,
    /// It waits for so long, and gives up.
    GiveUp(Duration),
    /// It waits for so long, and goes by a policy that drops.
    Grace {
        time: Duration,
        then: Overflow,
        /// How many this end had sent when something was dropped. If it is still as many, there was no room since.
        dropped_at: Option<u64>,
    },
}

impl Rule {
    /// For another end.
    pub(super) const fn afresh(self) -> Self {
        match self {
            Self::Grace { time, then, dropped_at: _ } => Self::Grace { time, then, dropped_at: None },
            rule => rule,
        }
    }

    /// Whether there was no room since a grace has ended, for one that has sent so many.
    fn is_used_up(self, items: u64) -> bool {
        matches!(self, Self::Grace { dropped_at: Some(at), .. } if at == items)
    }

    /// Until when a thread waits. `None`: it does not.
    #[cfg(feature = "std")]
    fn deadline(self, items: u64) -> Option<Deadline> {
        match self {
            _ if self.is_used_up(items) => None,
            Self::Wait => Some(Deadline::Never),
            Self::GiveUp(time) | Self::Grace { time, .. } => Some(Deadline::after(time)),
        }
    }
}

impl<P: SendEnd, D: Desk> Sender<P, D> {
    #[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
    pub(super) const fn with_rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    /// Has a thread wait that has found no room.
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    pub(super) fn block_by_rule(&mut self, value: P::Item) -> Outcome<P> {
        let mut value = Some(value);
        if let Some(deadline) = self.rule.deadline(self.party.tally.items) {
            if let Some(done) = self.block(&mut value, deadline) {
                return done;
            }
        }
        match value {
            Some(value) => self.out_of_time(value),
            None => unreachable!("a value that was not sent is still there"),
        }
    }

    /// The time is over, and there was no room: what becomes of a value.
    #[cold]
    fn out_of_time(&mut self, value: P::Item) -> Outcome<P> {
        let Rule::Grace { then, .. } = self.rule else { return Err(SendError::Timeout(value)) };
        let pushed = self.offer(value, |end, value| end.push_under(then, value));
        if let (Rule::Grace { dropped_at, .. }, Ok(Pushed::Evicted(_)) | Err(PushError::Shed(_))) =
            (&mut self.rule, &pushed)
        {
            *dropped_at = Some(self.party.tally.items);
        }
        match pushed {
            Ok(pushed) => Ok(P::sent(pushed)),
            Err(PushError::Full(value)) => Err(SendError::Timeout(value)),
            Err(PushError::Shed(value)) => Err(SendError::Shed(value)),
            Err(PushError::Closed(value)) => Err(SendError::Closed(value)),
        }
    }
}

impl<'s, P: SendEnd, D: Desk> SendFuture<'s, P, D> {
    /// Waits for room until a timer is ready, and gives up then: any future will do, as there is no clock here.
    ///
    /// It is to be [`Unpin`]; [`pin!`](core::pin::pin) makes one of a future that isn't. What it is ready with does not matter. It
    /// is polled only while there is no room.
    ///
    /// # Errors
    /// See [`SendTimeoutError`]: the value comes back.
    ///
    /// # Cancel safety
    /// As [`Sender::send`]. [`SendWithin::into_inner`] gives the value back.
    ///
    /// # Examples
    /// ```
    /// use core::future::ready;
    /// use forebay::channel::{self, SendTimeoutError};
    ///
    /// let (mut sender, mut receiver) = channel::mpsc(1)?;
    /// let over = ready(());
    /// assert_eq!(channel::block_on(sender.send("one").within(over.clone())), Ok(()), "there is room");
    /// assert_eq!(channel::block_on(sender.send("two").within(over)), Err(SendTimeoutError::Timeout("two")));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    /// With a clock of tokio: `sender.send("three").within(pin!(tokio::time::sleep(time))).await`.
    #[inline]
    pub const fn within<F: Future + Unpin>(self, timer: F) -> SendWithin<'s, P, D, F> {
        SendWithin(Timed { send: self, timer })
    }

    /// Waits for room until a timer is ready, as [`within`](Self::within), and goes by the channel's policy then: the grace that
    /// it was [built with](super::Builder::grace), for a task.
    ///
    /// As with threads, the timer is not waited for after a grace that has ended in a drop, until this sender has found room
    /// again.
    ///
    /// # Errors
    /// See [`SendError`]: the value comes back. [`Timeout`](SendError::Timeout) where the channel was not built with a grace.
    ///
    /// # Cancel safety
    /// As [`Sender::send`]: until it is ready, nothing was dropped. [`SendWithGrace::into_inner`] gives the value back.
    ///
    /// # Examples
    /// ```
    /// use core::future::{pending, ready};
    /// use core::time::Duration;
    /// use forebay::{Overflow, Pushed, channel};
    ///
    /// let (mut sender, _receiver) =
    ///     channel::builder(1).overflow(Overflow::DropOldest).grace(Duration::from_millis(5)).swap()?;
    /// assert_eq!(channel::block_on(sender.send(1).with_grace(pending::<()>())), Ok(Pushed::Stored));
    /// assert_eq!(channel::block_on(sender.send(2).with_grace(ready(()))), Ok(Pushed::Evicted(1)));
    /// assert_eq!(channel::block_on(sender.send(3).with_grace(pending::<()>())), Ok(Pushed::Evicted(2)), "at once");
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    #[inline]
    pub const fn with_grace<F: Future + Unpin>(self, timer: F) -> SendWithGrace<'s, P, D, F> {
        SendWithGrace(Timed { send: self, timer })
    }
}

/// A send, and how long it may take.
struct Timed<'s, P: SendEnd, D: Desk, F> {
    send: SendFuture<'s, P, D>,
    timer: F,
}

impl<P: SendEnd, D: Desk, F: Future + Unpin> Timed<'_, P, D, F> {
    /// Polls for room, and then for the timer, if there is `time` at all. The error is the value when that is over.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        time: impl FnOnce(&Sender<P, D>) -> bool,
    ) -> Poll<Result<Outcome<P>, P::Item>> {
        if let Poll::Ready(done) = Pin::new(&mut self.send).poll(cx) {
            return Poll::Ready(Ok(done));
        }
        if time(self.send.sender) {
            ready!(Pin::new(&mut self.timer).poll(cx));
        }
        self.send.sender.stop_waiting();
        match self.send.value.take() {
            Some(value) => Poll::Ready(Err(value)),
            None => was_ready(),
        }
    }
}

/// Sends a value, or gives up when a timer is ready: see [`SendFuture::within`].
///
/// # Cancel safety
/// Dropped before it is ready, it drops the value, which was not sent, unless [`into_inner`](Self::into_inner) gives that back; and the
/// timer with it.
#[must_use = "futures do nothing unless they are awaited"]
pub struct SendWithin<'s, P: SendEnd, D: Desk, F>(Timed<'s, P, D, F>);

impl<P: SendEnd, D: Desk, F> SendWithin<'_, P, D, F> {
    /// Gives up, and gives the value back. `None`: it has been sent, or came back with an error.
    pub fn into_inner(self) -> Option<P::Item> {
        self.0.send.into_inner()
    }
}

impl<P: SendEnd, D: Desk, F: Future + Unpin> Future for SendWithin<'_, P, D, F> {
    type Output = Result<P::Sent, SendTimeoutError<P::Item>>;

    /// # Panics
    /// With `std`, if it was ready before; without, it is never ready again.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.0.poll(cx, |_| true)) {
            Ok(done) => done.map_err(Into::into),
            Err(value) => Err(SendTimeoutError::Timeout(value)),
        })
    }
}

/// Sends a value, or goes by the channel's policy when a timer is ready: see [`SendFuture::with_grace`].
///
/// # Cancel safety
/// Dropped before it is ready, it drops the value, which was not sent, unless [`into_inner`](Self::into_inner) gives that back; and the
/// timer with it. Nothing was dropped by the policy.
#[must_use = "futures do nothing unless they are awaited"]
pub struct SendWithGrace<'s, P: SendEnd, D: Desk, F>(Timed<'s, P, D, F>);

impl<P: SendEnd, D: Desk, F> SendWithGrace<'_, P, D, F> {
    /// Gives up, and gives the value back. `None`: it has been sent, or came back with an error.
    pub fn into_inner(self) -> Option<P::Item> {
        self.0.send.into_inner()
    }
}

impl<P: SendEnd, D: Desk, F: Future + Unpin> Future for SendWithGrace<'_, P, D, F> {
    type Output = Result<P::Sent, SendError<P::Item>>;

    /// # Panics
    /// With `std`, if it was ready before; without, it is never ready again.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let has_time = |sender: &Sender<P, D>| !sender.rule.is_used_up(sender.party.tally.items);
        Poll::Ready(match ready!(self.0.poll(cx, has_time)) {
            Ok(done) => done,
            Err(value) => self.0.send.sender.out_of_time(value),
        })
    }
}

impl<P: SendEnd, D: Desk, F> fmt::Debug for SendWithin<'_, P, D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendWithin").field("is_done", &self.0.send.value.is_none()).finish_non_exhaustive()
    }
}

impl<P: SendEnd, D: Desk, F> fmt::Debug for SendWithGrace<'_, P, D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendWithGrace").field("is_done", &self.0.send.value.is_none()).finish_non_exhaustive()
    }
}
