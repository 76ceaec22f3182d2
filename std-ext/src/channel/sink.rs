//! A sender as a sink.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::error::SendError;
use super::place::Desk;
use super::{SendEnd, Sender};

/// A sender as a [`Sink`]: see [`Sender::into_sink`].
///
/// It reserves nothing: when others were faster after it was ready, it keeps the one item that was given to it, and sends that
/// before it is ready for another one, or is flushed. The item comes back with [`into_parts`](Self::into_parts).
///
/// It waits where a send does: by a policy that drops it is always ready. What is evicted is dropped then, and so is what is shed: that
/// is no error here, it has been counted. To close it is to flush it: the receiver sees the end when it is dropped.
///
/// # Cancel safety
/// An item that was given to it is sent, or still in it, whatever is dropped of the futures that flush it or wait until it is ready. If the
/// sink itself is dropped with an item in it that has found no room, that item is dropped, and not sent: flush it before, or take the item
/// back by [`into_parts`](Self::into_parts).
pub struct SenderSink<P: SendEnd, D: Desk> {
    sender: Sender<P, D>,
    pending: Option<P::Item>,
}

impl<P: SendEnd, D: Desk> SenderSink<P, D> {
    pub(super) const fn new(sender: Sender<P, D>) -> Self {
        Self { sender, pending: None }
    }

    /// The sender, and the item that was given to the sink and has found no room yet.
    pub fn into_parts(self) -> (Sender<P, D>, Option<P::Item>) {
        let Self { mut sender, pending } = self;
        sender.stop_waiting();
        (sender, pending)
    }

    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError<P::Item>>> {
        match self.pending {
            Some(_) => self.sender.poll_send(cx, &mut self.pending).map(done),
            None => Poll::Ready(Ok(())),
        }
    }
}

/// What has been dropped by the channel's rule is done, too.
fn done<S, T>(outcome: Result<S, SendError<T>>) -> Result<(), SendError<T>> {
    match outcome {
        Ok(_) | Err(SendError::Shed(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

impl<P: SendEnd, D: Desk> Unpin for SenderSink<P, D> {}

impl<P: SendEnd, D: Desk> Sink<P::Item> for SenderSink<P, D> {
    type Error = SendError<P::Item>;

    /// Waits until the item before is sent, and there is room for another one, or none is needed.
    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        ready!(self.poll_pending(cx))?;
        self.sender.poll_until(cx, Sender::<P, D>::ROOM, Sender::is_ready).map(Ok)
    }

    /// # Panics
    /// If it was not ready.
    fn start_send(mut self: Pin<&mut Self>, item: P::Item) -> Result<(), Self::Error> {
        assert!(self.pending.is_none(), "start_send comes after poll_ready was ready");
        match self.sender.attempt(item) {
            Ok(outcome) => done(outcome),
            Err(item) => {
                self.pending = Some(item);
                self.sender.found_no_room();
                Ok(())
            }
        }
    }

    /// Waits until the item before is sent. Whether it was received is not asked.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.poll_pending(cx)
    }

    /// As [`poll_flush`](Sink::poll_flush): the sender is gone when it is dropped.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.poll_flush(cx)
    }
}

impl<P: SendEnd, D: Desk> fmt::Debug for SenderSink<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderSink").field("is_flushed", &self.pending.is_none()).finish_non_exhaustive()
    }
}
