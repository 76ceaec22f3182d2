//! Waiting without sending.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::place::Desk;
use super::{SendEnd, Sender};
use crate::wait::Kind;

/// A future that waits until a sender finds something to be so.
macro_rules! until {
    ($(#[$attribute:meta])* $name:ident, $kind:expr, $is_so:expr) => {
        $(#[$attribute])*
        #[must_use = "futures do nothing unless they are awaited"]
        pub struct $name<'s, P: SendEnd, D: Desk> {
            sender: &'s mut Sender<P, D>,
        }

        impl<'s, P: SendEnd, D: Desk> $name<'s, P, D> {
            pub(super) const fn new(sender: &'s mut Sender<P, D>) -> Self {
                Self { sender }
            }
        }

        impl<P: SendEnd, D: Desk> Unpin for $name<'_, P, D> {}

        impl<P: SendEnd, D: Desk> Future for $name<'_, P, D> {
            type Output = ();

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                self.sender.poll_until(cx, $kind, $is_so)
            }
        }

        impl<P: SendEnd, D: Desk> Drop for $name<'_, P, D> {
            fn drop(&mut self) {
                self.sender.stop_waiting();
            }
        }

        impl<P: SendEnd, D: Desk> fmt::Debug for $name<'_, P, D> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

until! {
    /// Waits for room: see [`Sender::ready`]. Polled again after it was ready, it begins anew.
    ///
    /// # Cancel safety
    /// Nothing is lost. If it had been woken for room, and did not look, the next who waits is woken for that.
    Ready, Sender::<P, D>::ROOM, Sender::is_ready
}

until! {
    /// Waits for the end: see [`Sender::closed`]. Polled again after it was ready, it begins anew.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    Closed, Kind::Closed, Sender::is_closed
}
