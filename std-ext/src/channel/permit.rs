//! Room that is kept for one item.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::SendError;
use super::place::Desk;
use super::{RoomEnd, Sender, was_ready};
use crate::PushError;

/// A producer's end that nobody else pushes beside: room that it has seen stays until it is used.
pub trait ReserveEnd: RoomEnd {}

/// Waits for room, and keeps it: see [`Sender::reserve`].
///
/// # Cancel safety
/// Dropped before it is ready, it has kept nothing, and nothing is lost.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Reserve<'s, P: ReserveEnd, D: Desk> {
    /// Taken when it is ready.
    sender: Option<&'s mut Sender<P, D>>,
}

impl<'s, P: ReserveEnd, D: Desk> Reserve<'s, P, D> {
    pub(super) const fn new(sender: &'s mut Sender<P, D>) -> Self {
        Self { sender: Some(sender) }
    }
}

impl<P: ReserveEnd, D: Desk> Unpin for Reserve<'_, P, D> {}

impl<'s, P: ReserveEnd, D: Desk> Future for Reserve<'s, P, D> {
    type Output = Result<Permit<'s, P, D>, SendError<()>>;

    /// # Panics
    /// With `std`, if it was ready before; without, it is never ready again.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(sender) = &mut self.sender else { return was_ready() };
        if sender.poll_until(cx, Sender::<P, D>::ROOM, Sender::has_room).is_pending() {
            return Poll::Pending;
        }
        let Some(sender) = self.sender.take() else { return was_ready() };
        Poll::Ready(sender.permit().ok_or(SendError::Closed(())))
    }
}

impl<P: ReserveEnd, D: Desk> Drop for Reserve<'_, P, D> {
    fn drop(&mut self) {
        if let Some(sender) = &mut self.sender {
            sender.stop_waiting();
        }
    }
}

impl<P: ReserveEnd, D: Desk> fmt::Debug for Reserve<'_, P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserve").finish_non_exhaustive()
    }
}

/// Room for one item, which nobody can take away: dropped, it is room as before.
#[must_use = "room that is not used is room as before"]
pub struct Permit<'s, P: ReserveEnd, D: Desk>(&'s mut Sender<P, D>);

impl<'s, P: ReserveEnd, D: Desk> Permit<'s, P, D> {
    /// For a sender that has seen room.
    pub(super) const fn new(sender: &'s mut Sender<P, D>) -> Self {
        Self(sender)
    }

    /// Puts a value in, without waiting.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed): the receiver has gone meanwhile.
    pub fn send(self, value: P::Item) -> Result<P::Sent, SendError<P::Item>> {
        match self.0.attempt(value) {
            Ok(done) => done,
            Err(value) => {
                debug_assert!(false, "nobody else takes room that has been seen");
                Err(SendError::Closed(value))
            }
        }
    }
}

impl<P: ReserveEnd, D: Desk> fmt::Debug for Permit<'_, P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl<P: ReserveEnd, D: Desk> Sender<P, D> {
    /// Waits for room and keeps it, as a task, together with the sender: for a permit that borrows nothing.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed), and the sender comes back.
    ///
    /// # Cancel safety
    /// The sender is dropped with the future, which may close the channel: [`ReserveOwned::into_inner`] gives it back. Nothing
    /// else is lost.
    ///
    /// # Examples
    /// A job that takes its room along, and gives the sender back:
    /// ```
    /// use forebay::channel;
    ///
    /// let (sender, mut receiver) = channel::spsc(1)?;
    /// let permit = channel::block_on(sender.reserve_owned()).expect("it is not closed");
    /// let job = std::thread::spawn(|| permit.send("done").expect("it is not closed"));
    /// let sender = job.join().unwrap();
    /// let sender = sender.try_reserve_owned().unwrap_err().into_inner();
    /// assert_eq!(receiver.try_recv(), Ok("done"));
    /// let sender = sender.try_reserve_owned().expect("there is room again").release();
    /// assert!(sender.is_empty());
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[inline]
    pub const fn reserve_owned(self) -> ReserveOwned<P, D> {
        ReserveOwned { sender: Some(self) }
    }

    /// Keeps room, if there is some, together with the sender.
    ///
    /// # Errors
    /// [`Full`](PushError::Full), [`Closed`](PushError::Closed): the sender comes back.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<P, D>, PushError<Self>> {
        if self.is_closed() {
            return Err(PushError::Closed(self));
        }
        if self.has_room() { Ok(OwnedPermit(self)) } else { Err(PushError::Full(self)) }
    }
}

/// Waits for room, and keeps it together with the sender: see [`Sender::reserve_owned`].
///
/// # Cancel safety
/// Dropped before it is ready, it drops the sender, which may end the channel, unless [`into_inner`](Self::into_inner) gives that back.
#[must_use = "futures do nothing unless they are awaited"]
pub struct ReserveOwned<P: ReserveEnd, D: Desk> {
    /// Taken when it is ready.
    sender: Option<Sender<P, D>>,
}

impl<P: ReserveEnd, D: Desk> ReserveOwned<P, D> {
    /// Gives up, and gives the sender back. `None`: it went with what the future was ready with.
    pub fn into_inner(mut self) -> Option<Sender<P, D>> {
        let mut sender = self.sender.take()?;
        sender.stop_waiting();
        Some(sender)
    }
}

// The sender is not pinned.
impl<P: ReserveEnd, D: Desk> Unpin for ReserveOwned<P, D> {}

impl<P: ReserveEnd, D: Desk> Future for ReserveOwned<P, D> {
    type Output = Result<OwnedPermit<P, D>, SendError<Sender<P, D>>>;

    /// # Panics
    /// With `std`, if it was ready before; without, it is never ready again.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(sender) = &mut self.sender else { return was_ready() };
        if sender.poll_until(cx, Sender::<P, D>::ROOM, Sender::has_room).is_pending() {
            return Poll::Pending;
        }
        let Some(sender) = self.sender.take() else { return was_ready() };
        Poll::Ready(if sender.is_closed() { Err(SendError::Closed(sender)) } else { Ok(OwnedPermit(sender)) })
    }
}

impl<P: ReserveEnd, D: Desk> fmt::Debug for ReserveOwned<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReserveOwned").finish_non_exhaustive()
    }
}

/// Room for one item, which nobody can take away, and the sender that has it. Dropping it drops the sender;
/// [`release`](Self::release) gives that back.
#[must_use = "the sender is in it"]
pub struct OwnedPermit<P: ReserveEnd, D: Desk>(Sender<P, D>);

impl<P: ReserveEnd, D: Desk> OwnedPermit<P, D> {
    /// Puts a value in, without waiting, and gives the sender back.
    ///
    /// # Errors
    /// [`Closed`](SendError::Closed): the receiver has gone meanwhile. The value comes back; the sender, which is of no use any
    /// more, goes.
    pub fn send(mut self, value: P::Item) -> Result<Sender<P, D>, SendError<P::Item>> {
        Permit::new(&mut self.0).send(value)?;
        Ok(self.0)
    }

    /// Gives the sender back. The room is room as before.
    #[must_use]
    pub fn release(self) -> Sender<P, D> {
        self.0
    }
}

impl<P: ReserveEnd, D: Desk> fmt::Debug for OwnedPermit<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}
