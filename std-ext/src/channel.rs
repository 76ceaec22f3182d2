//! Channels: the rings, with ends that can wait, as threads or as tasks, mixed on the same channel.
//!
//! There is one [`Sender`] and one [`Receiver`] for all rings. What a ring can't promise, its ends don't have: where it
//! never evicts there is no `force_send`, and only where it has several producers its senders can be cloned.
//!
//! | made by | ring | senders |
//! |---|---|---|
//! | [`spsc`](fn@spsc) | [`spsc`](crate::spsc) | one |
//! | [`mpsc`](fn@mpsc) | [`mpsc`](crate::mpsc) | any number, by `clone` |
//! | [`swap`](fn@swap) | [`swap`](crate::swap), which may evict | up to a number, by [`try_clone`](Sender::try_clone) |
//!
//! Threads use what is called `blocking_`, or has a time limit; tasks use the futures, [`Stream`](futures_core::Stream) and
//! [`Sink`](futures_sink::Sink), with any executor.
//!
//! # The end
//! When the last sender is gone, the receiver gets what is inside, and then the end. When the receiver is gone, senders get their
//! values back, those that wait included. Where the ring can do it, the receiver [closes](Receiver::close) the channel first, and
//! loses nothing.
//!
//! # Threads
//! A thread that waits looks again for some 2 µs, then up to 64 times with a [`yield_now`](std::thread::yield_now) before each look,
//! and then sleeps. Each end learns whether that is worth while: where it was in vain, it looks less often the next time, and hardly at
//! all in the end, but for one wait in 64, in which it tries for up to 0.1 ms. So a receiver whose items come once a millisecond takes
//! about 0.5 % of a core, and 0.1 % where they come every ten milliseconds; most of that is the system's, for its sleep. Who waits with
//! a time limit looks at the clock before each look. To sleep does not allocate, but the first time that a thread does.
//!
//! # Examples
//! A thread that works, and others that hand it something; they wait where it is behind:
//! ```
//! use forebay::channel;
//!
//! let (mut sender, mut receiver) = channel::mpsc(2)?;
//! let worker = std::thread::spawn(move || receiver.blocking_iter().sum::<u32>());
//! let mut another = sender.clone();
//! std::thread::spawn(move || (1..=50).for_each(|number| another.blocking_send(number).unwrap()));
//! (51..=100).for_each(|number| sender.blocking_send(number).unwrap());
//! drop(sender);
//! assert_eq!(worker.join().unwrap(), 5050);
//! # Ok::<(), forebay::CapacityError>(())
//! ```

mod error;
#[cfg(feature = "alloc")]
mod heap;
mod many;
mod permit;
mod place;
mod receiver;
mod sender;
mod sink;
mod until;

pub use error::{NoSeat, RecvError, RecvTimeoutError, SendError, SendTimeoutError};
#[cfg(feature = "alloc")]
pub use heap::{MpscReceiver, MpscSender, SpscReceiver, SpscSender, SwapReceiver, SwapSender, mpsc, over, spsc, swap};
pub use many::{RecvMany, SendMany};
pub use permit::{Permit, Reserve, ReserveEnd};
#[cfg(feature = "alloc")]
pub use place::Shared;
pub use place::{Desk, Lobby, PressureChanged};
pub use receiver::{Receiver, RecvFuture};
pub use sender::{SendFuture, Sender};
pub use sink::SenderSink;
pub use until::{Closed, Ready};

#[cfg(feature = "std")]
use core::{future::Future, pin::pin};

use crate::seam::{Pop, Push};
use crate::spsc::Layout;
#[cfg(feature = "std")]
use crate::wait::{self, Deadline};
use crate::{Pressure, Pushed, Seen};

/// An end of a ring, as the ends of a channel need it.
pub trait End {
    /// How pressed the ring is.
    fn pressure(&self) -> Pressure;

    /// The pressure, if it has changed since it was seen.
    fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure>;
}

/// A producer's end of a ring, as a [`Sender`] needs it.
pub trait SendEnd: End + Push {
    /// What a send answers with: nothing, or where a push may evict, what became of the oldest.
    type Sent;

    /// What a push that stored comes to.
    fn sent(pushed: Pushed<Self::Item>) -> Self::Sent;

    /// Whether it is to be asked, before a push, whether the receiver is gone, as the push itself doesn't always tell.
    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        false
    }
}

/// One beside which there can be another one.
pub trait CloneEnd: Sized {
    /// Another one. `None`: there are as many as there can be.
    fn another(&self) -> Option<Self>;
}

/// The first two ends of a channel.
pub type Ends<P, C, D> = (Sender<P, D>, Receiver<C, D>);

/// What a send comes to.
type Outcome<P> = Result<<P as SendEnd>::Sent, SendError<<P as Push>::Item>>;

/// A consumer's end of a ring, as a [`Receiver`] needs it.
pub trait ReceiveEnd: End + Pop {}

/// One that can close its ring and still take all that has been accepted, and nothing else.
pub trait CloseEnd: ReceiveEnd {
    /// Nothing is taken in from now on.
    fn close(&mut self);
}

/// What the end of a ring says of itself by methods of the same names.
macro_rules! end {
    ([$($generics:tt)+] $end:ty) => {
        impl<$($generics)+> End for $end {
            fn pressure(&self) -> Pressure {
                self.pressure()
            }

            fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
                self.pressure_since(seen)
            }
        }
    };
}

end!([T, L: Layout, K] crate::spsc::Producer<'_, T, L, K>);
end!([T, L: Layout, K] crate::spsc::Consumer<'_, T, L, K>);
end!([T, K] crate::mpsc::Producer<'_, T, K>);
end!([T, K] crate::mpsc::Consumer<'_, T, K>);
end!([T, K] crate::swap::Producer<'_, T, K>);
end!([T, K] crate::swap::Consumer<'_, T, K>);

impl<T, L: Layout, K> SendEnd for crate::spsc::Producer<'_, T, L, K> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, L: Layout, K> ReserveEnd for crate::spsc::Producer<'_, T, L, K> {}

impl<T, L: Layout, K> ReceiveEnd for crate::spsc::Consumer<'_, T, L, K> {}

impl<T, K> SendEnd for crate::mpsc::Producer<'_, T, K> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}
}

impl<T, K: Clone> CloneEnd for crate::mpsc::Producer<'_, T, K> {
    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<T, K> ReceiveEnd for crate::mpsc::Consumer<'_, T, K> {}

impl<T, K> CloseEnd for crate::mpsc::Consumer<'_, T, K> {
    fn close(&mut self) {
        self.close();
    }
}

impl<T, K> SendEnd for crate::swap::Producer<'_, T, K> {
    /// The victim, or none.
    type Sent = Pushed<T>;

    #[inline(always)]
    fn sent(pushed: Pushed<T>) -> Pushed<T> {
        pushed
    }
}

impl<T, K: Clone> CloneEnd for crate::swap::Producer<'_, T, K> {
    fn another(&self) -> Option<Self> {
        self.try_clone().ok()
    }
}

impl<T, K> ReceiveEnd for crate::swap::Consumer<'_, T, K> {}

impl<T, K> CloseEnd for crate::swap::Consumer<'_, T, K> {
    fn close(&mut self) {
        self.close();
    }
}

/// Runs a future on this thread, which sleeps while there is nothing to do: for those that have no blocking twin.
///
/// The thread's park token is used, so a token that somebody else gave may be gone after that.
///
/// # Examples
/// ```
/// use forebay::channel;
///
/// let (mut sender, mut receiver) = channel::mpsc(8)?;
/// channel::block_on(sender.send_many(1..=5)).unwrap();
/// let mut numbers = Vec::new();
/// assert_eq!(channel::block_on(receiver.recv_many(&mut numbers, 3)), 3);
/// assert_eq!(numbers, [1, 2, 3]);
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(feature = "std")]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match wait::block_on(Deadline::Never, |cx| future.as_mut().poll(cx)) {
        Some(output) => output,
        None => unreachable!("without a deadline no time is over"),
    }
}
