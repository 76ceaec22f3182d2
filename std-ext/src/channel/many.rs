//! Many items, for one call of the other side.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::SendError;
use super::place::Desk;
use super::{ReceiveEnd, Receiver, SendEnd, Sender};
use crate::PopError;

/// Sends the items of an iterator: see [`Sender::send_many`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct SendMany<'s, P: SendEnd, I, D: Desk> {
    sender: &'s mut Sender<P, D>,
    items: I,
    /// The item that has found no room.
    next: Option<P::Item>,
    sent: usize,
}

impl<'s, P: SendEnd, I, D: Desk> SendMany<'s, P, I, D> {
    pub(super) const fn new(sender: &'s mut Sender<P, D>, items: I) -> Self {
        Self { sender, items, next: None, sent: 0 }
    }

    /// How many were sent.
    #[must_use]
    pub const fn sent(&self) -> usize {
        self.sent
    }

    /// Gives up, and gives back the item that it waited with, if there is one.
    pub fn into_inner(mut self) -> Option<P::Item> {
        self.next.take()
    }
}

// The items are not pinned, and neither is the iterator.
impl<P: SendEnd, I, D: Desk> Unpin for SendMany<'_, P, I, D> {}

impl<P: SendEnd, I: Iterator<Item = P::Item>, D: Desk> SendMany<'_, P, I, D> {
    /// Sends what there is room for. `true`: those were all.
    fn send(&mut self) -> Result<bool, SendError<P::Item>> {
        /// Calls the receiver in the end, even if the iterator panics.
        struct Batch<'b, P: SendEnd, D: Desk> {
            sender: &'b mut Sender<P, D>,
            sent: usize,
        }

        impl<P: SendEnd, D: Desk> Batch<'_, P, D> {
            fn tell(&mut self) {
                if core::mem::take(&mut self.sent) > 0 {
                    self.sender.sent();
                }
            }
        }

        impl<P: SendEnd, D: Desk> Drop for Batch<'_, P, D> {
            fn drop(&mut self) {
                self.tell();
            }
        }

        let mut batch = Batch { sender: self.sender, sent: 0 };
        loop {
            let Some(item) = self.next.take().or_else(|| self.items.next()) else { return Ok(true) };
            match batch.sender.attempt_quietly(item) {
                Ok(Ok(_)) => {
                    batch.sent += 1;
                    self.sent += 1;
                    // The iterator may have to wait for the next one.
                    if self.items.size_hint().0 == 0 {
                        batch.tell();
                    }
                }
                Ok(Err(error)) => return Err(error),
                Err(item) => {
                    self.next = Some(item);
                    return Ok(false);
                }
            }
        }
    }
}

impl<P: SendEnd, I: Iterator<Item = P::Item>, D: Desk> Future for SendMany<'_, P, I, D> {
    /// How many were sent.
    type Output = Result<usize, SendError<P::Item>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        while !this.send()? {
            let sent = this.sent;
            this.sender.wait(Sender::<P, D>::ROOM, cx);
            if this.send()? {
                break;
            }
            // Who has sent something is out of line: then it waits again.
            if this.sent == sent {
                this.sender.found_no_room();
                return Poll::Pending;
            }
        }
        Poll::Ready(Ok(this.sent))
    }
}

impl<P: SendEnd, I, D: Desk> Drop for SendMany<'_, P, I, D> {
    fn drop(&mut self) {
        self.sender.stop_waiting();
    }
}

impl<P: SendEnd, I, D: Desk> fmt::Debug for SendMany<'_, P, I, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMany").field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// Receives some items: see [`Receiver::recv_many`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct RecvMany<'r, C: ReceiveEnd, E, D: Desk> {
    receiver: &'r mut Receiver<C, D>,
    into: &'r mut E,
    max: usize,
}

impl<'r, C: ReceiveEnd, E, D: Desk> RecvMany<'r, C, E, D> {
    pub(super) const fn new(receiver: &'r mut Receiver<C, D>, into: &'r mut E, max: usize) -> Self {
        Self { receiver, into, max }
    }
}

impl<C: ReceiveEnd, E, D: Desk> Unpin for RecvMany<'_, C, E, D> {}

impl<C: ReceiveEnd, E: Extend<C::Item>, D: Desk> RecvMany<'_, C, E, D> {
    /// Takes what there is. `None`: nothing yet.
    fn take(&mut self) -> Option<usize> {
        /// Calls a sender in the end, even if the collection panics.
        struct Batch<'b, C: ReceiveEnd, D: Desk> {
            receiver: &'b mut Receiver<C, D>,
            left: usize,
            taken: usize,
            is_over: bool,
        }

        impl<C: ReceiveEnd, D: Desk> Iterator for Batch<'_, C, D> {
            type Item = C::Item;

            fn next(&mut self) -> Option<C::Item> {
                self.left = self.left.checked_sub(1)?;
                let item = self.receiver.take_quietly();
                match item {
                    Ok(_) => self.taken += 1,
                    Err(error) => (self.left, self.is_over) = (0, error == PopError::Closed),
                }
                item.ok()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (0, Some(self.left))
            }
        }

        impl<C: ReceiveEnd, D: Desk> Drop for Batch<'_, C, D> {
            fn drop(&mut self) {
                if self.taken > 0 {
                    self.receiver.taken();
                }
            }
        }

        let mut batch = Batch { receiver: self.receiver, left: self.max, taken: 0, is_over: self.max == 0 };
        self.into.extend(batch.by_ref());
        (batch.taken > 0 || batch.is_over).then_some(batch.taken)
    }
}

impl<C: ReceiveEnd, E: Extend<C::Item>, D: Desk> Future for RecvMany<'_, C, E, D> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let this = &mut *self;
        if let Some(taken) = this.take() {
            return Poll::Ready(taken);
        }
        this.receiver.wait(cx);
        let taken = this.take();
        if taken.is_none() {
            this.receiver.found_nothing();
        }
        taken.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<C: ReceiveEnd, E, D: Desk> Drop for RecvMany<'_, C, E, D> {
    fn drop(&mut self) {
        self.receiver.stop_waiting();
    }
}

impl<C: ReceiveEnd, E, D: Desk> fmt::Debug for RecvMany<'_, C, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvMany").field("max", &self.max).finish_non_exhaustive()
    }
}
