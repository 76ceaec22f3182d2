//! Room that is kept for one item.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::SendError;
use super::place::Desk;
use super::{RoomEnd, Sender};

/// A producer's end that nobody else pushes beside: room that it has seen stays until it is used.
pub trait ReserveEnd: RoomEnd {}

/// Waits for room, and keeps it: see [`Sender::reserve`].
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
    /// If it was ready before.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let sender = self.sender.as_mut().expect("a future that was not ready yet");
        if sender.poll_until(cx, Sender::<P, D>::ROOM, Sender::has_room).is_pending() {
            return Poll::Pending;
        }
        let Some(sender) = self.sender.take() else { unreachable!("seen above") };
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
            Err(_) => unreachable!("nobody else takes room that has been seen"),
        }
    }
}

impl<P: ReserveEnd, D: Desk> fmt::Debug for Permit<'_, P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}
