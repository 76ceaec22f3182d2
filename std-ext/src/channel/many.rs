//! Many items, for one call of the other side.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::error::SendError;
use super::place::Desk;
use super::{Drain, ReceiveEnd, Receiver, SendEnd, Sender};

/// Sends the items of an iterator: see [`Sender::send_many`].
///
/// # Cancel safety
/// Dropped before it is ready, it drops the one item that it waits with, unless [`into_inner`](Self::into_inner) gives that back. Those
/// before it were sent, and [`sent`](Self::sent) says how many; those after it are still in the iterator.
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
            sent: u64,
        }

        impl<P: SendEnd, D: Desk> Batch<'_, P, D> {
            fn tell(&mut self) {
                let sent = core::mem::take(&mut self.sent);
                if sent > 0 {
                    self.sender.sent(sent);
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
///
/// # Cancel safety
/// Dropped before it is ready, it has taken no item, and the receiver does not wait any more.
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

impl<C: ReceiveEnd, D: Desk> Receiver<C, D> {
    /// Takes what there is, up to `max`. `None`: nothing yet.
    fn take_many(&mut self, into: &mut impl Extend<C::Item>, max: usize) -> Option<usize> {
        let mut drain = Drain::new(self, max);
        into.extend(drain.by_ref());
        (drain.taken() > 0 || drain.is_over() || max == 0).then_some(drain.taken())
    }

    /// Takes items, up to `max`, and appends them; waits until there is one, as a thread. Answers with how many: 0 when all that was
    /// accepted has been received and nothing will come, or if `max` is 0.
    ///
    /// # Examples
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut sender, mut receiver) = channel::spsc(8)?;
    /// let source = std::thread::spawn(move || sender.blocking_send_many(1..=100));
    /// let mut numbers = Vec::new();
    /// while receiver.blocking_recv_many(&mut numbers, 10) > 0 {}
    /// assert!(numbers.into_iter().eq(1..=100));
    /// assert_eq!(source.join().unwrap(), Ok(100));
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn blocking_recv_many(&mut self, into: &mut impl Extend<C::Item>, max: usize) -> usize {
        if let Some(taken) = self.take_many(into, max) {
            return taken;
        }
        let Ok(item) = self.blocking_recv() else { return 0 };
        into.extend(Some(item));
        1 + self.take_many(into, max - 1).unwrap_or(0)
    }
}

#[cfg(feature = "std")]
impl<P: SendEnd, D: Desk> Sender<P, D> {
    /// Puts in all items of an iterator, and waits for room as often as it takes, as a thread: each item as
    /// [`blocking_send`](Self::blocking_send) does, and the receiver is called once for as many as there is room for. Answers with
    /// how many there were.
    ///
    /// # Errors
    /// See [`SendError`]: the value that was not sent comes back. Those before it were sent, those after it are still in the iterator.
    ///
    /// # Examples
    /// See [`Receiver::blocking_recv_many`].
    pub fn blocking_send_many(&mut self, items: impl Iterator<Item = P::Item>) -> Result<usize, SendError<P::Item>> {
        let mut many = SendMany::new(self, items);
        while !many.send()? {
            if let Some(item) = many.next.take() {
                many.sender.blocking_send(item)?;
                many.sent += 1;
            }
        }
        Ok(many.sent)
    }
}

impl<C: ReceiveEnd, E: Extend<C::Item>, D: Desk> Future for RecvMany<'_, C, E, D> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let this = &mut *self;
        if let Some(taken) = this.receiver.take_many(this.into, this.max) {
            return Poll::Ready(taken);
        }
        let taken = this.receiver.wait_and_look(cx, |receiver| receiver.take_many(this.into, this.max));
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
