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
mod many;
mod place;
mod receiver;
mod sender;
mod sink;
mod until;

pub use error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError};
pub use many::{RecvMany, SendMany};
pub use place::{Desk, Shared};
pub use receiver::{Receiver, Recv};
pub use sender::{Send, Sender};
pub use sink::SenderSink;
pub use until::{Closed, Ready};

#[cfg(feature = "std")]
use core::{future::Future, pin::pin};

use crate::seam::{Pop, Push};
use crate::spsc::Layout;
#[cfg(feature = "std")]
use crate::wait::{self, Deadline};
use crate::{CapacityError, Overflow, Pushed, mpsc, spsc, swap};
use place::Place;

/// A producer's end of a ring, as a [`Sender`] needs it.
pub trait SendEnd: Push {
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

/// What a send comes to.
type Outcome<P> = Result<<P as SendEnd>::Sent, SendError<<P as Push>::Item>>;

/// A consumer's end of a ring, as a [`Receiver`] needs it.
pub trait ReceiveEnd: Pop {}

/// One that can close its ring and still take all that has been accepted, and nothing else.
pub trait CloseEnd: ReceiveEnd {
    /// Nothing is taken in from now on.
    fn close(&mut self);
}

impl<T, L: Layout> SendEnd for spsc::OwnedProducer<T, L> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}

    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        true
    }
}

impl<T, L: Layout> ReceiveEnd for spsc::OwnedConsumer<T, L> {}

impl<T> SendEnd for mpsc::OwnedProducer<T> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}
}

impl<T> ReceiveEnd for mpsc::OwnedConsumer<T> {}

impl<T> CloseEnd for mpsc::OwnedConsumer<T> {
    fn close(&mut self) {
        self.close();
    }
}

impl<T> SendEnd for swap::OwnedProducer<T> {
    /// The victim, or none.
    type Sent = Pushed<T>;

    #[inline(always)]
    fn sent(pushed: Pushed<T>) -> Pushed<T> {
        pushed
    }
}

impl<T> ReceiveEnd for swap::OwnedConsumer<T> {}

impl<T> CloseEnd for swap::OwnedConsumer<T> {
    fn close(&mut self) {
        self.close();
    }
}

/// A channel for one sender, over [`spsc::ring`](crate::spsc::ring).
///
/// # Errors
/// As that.
///
/// # Examples
/// ```
/// use forebay::channel;
///
/// let (mut sender, mut receiver) = channel::spsc(1)?;
/// let reader = std::thread::spawn(move || receiver.blocking_iter().collect::<String>());
/// for letter in ["a", "b", "c"] {
///     sender.blocking_send(letter).unwrap();
/// }
/// drop(sender);
/// assert_eq!(reader.join().unwrap(), "abc");
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn spsc<T>(capacity: usize) -> Result<(SpscSender<T>, SpscReceiver<T>), CapacityError> {
    spsc::ring(capacity).map(|(tx, rx)| ends(tx, rx))
}

/// A channel for several senders, over [`mpsc::ring`](crate::mpsc::ring).
///
/// # Errors
/// As that.
pub fn mpsc<T>(capacity: usize) -> Result<(MpscSender<T>, MpscReceiver<T>), CapacityError> {
    mpsc::ring(capacity).map(|(tx, rx)| ends(tx, rx))
}

/// A channel for up to so many senders, over [`swap::ring`](crate::swap::ring): at full, `overflow` says what happens. With
/// [`Overflow::Reject`] a sender waits for room; with the others none ever waits.
///
/// # Errors
/// As that.
///
/// # Examples
/// The two newest:
/// ```
/// use forebay::{Overflow, Pushed, channel};
///
/// let (mut sender, mut receiver) = channel::swap(2, 1, Overflow::DropOldest)?;
/// for number in 1..=2 {
///     assert_eq!(sender.blocking_send(number), Ok(Pushed::Stored));
/// }
/// assert_eq!(sender.blocking_send(3), Ok(Pushed::Evicted(1)));
/// drop(sender);
/// assert!(receiver.blocking_iter().eq([2, 3]));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn swap<T>(
    capacity: usize,
    senders: usize,
    overflow: Overflow,
) -> Result<(SwapSender<T>, SwapReceiver<T>), CapacityError> {
    swap::HeapRing::with_overflow(capacity, senders, overflow).map(|ring| {
        let (tx, rx) = ring.into_ends();
        ends(tx, rx)
    })
}

/// The sender of [`spsc`](fn@spsc).
pub type SpscSender<T> = Sender<spsc::OwnedProducer<T>>;
/// The receiver of [`spsc`](fn@spsc).
pub type SpscReceiver<T> = Receiver<spsc::OwnedConsumer<T>>;
/// A sender of [`mpsc`](fn@mpsc).
pub type MpscSender<T> = Sender<mpsc::OwnedProducer<T>>;
/// The receiver of [`mpsc`](fn@mpsc).
pub type MpscReceiver<T> = Receiver<mpsc::OwnedConsumer<T>>;
/// A sender of [`swap`](fn@swap).
pub type SwapSender<T> = Sender<swap::OwnedProducer<T>>;
/// The receiver of [`swap`](fn@swap).
pub type SwapReceiver<T> = Receiver<swap::OwnedConsumer<T>>;

fn ends<P: SendEnd, C: ReceiveEnd>(tx: P, rx: C) -> (Sender<P>, Receiver<C>) {
    let desk = Shared::new();
    let Some(place) = Place::sender(desk.clone()) else { unreachable!("on the heap there is always a seat") };
    (Sender::new(tx, place), Receiver::new(rx, Place::receiver(desk)))
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

/// How a thread looks for something before it sleeps.
#[cfg(feature = "std")]
struct Backoff(crossbeam_utils::Backoff);

#[cfg(feature = "std")]
impl Backoff {
    fn new() -> Self {
        Self(crossbeam_utils::Backoff::new())
    }

    /// Waits for a moment. `false`: that was long enough.
    fn wait(&self) -> bool {
        if self.0.is_completed() || cfg!(forebay_loom) {
            return false;
        }
        self.0.snooze();
        true
    }
}
