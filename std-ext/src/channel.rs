//! Channels: the rings, with ends that can wait, as threads or as tasks, mixed on the same channel.
//!
//! There is one [`Sender`] and one [`Receiver`] for all rings. What a ring can't promise, its ends don't have: where there always is
//! room there is no [`ready`](Sender::ready), where nothing is evicted there is no [`force_send`](Sender::force_send), and only where
//! it has several producers its senders can be cloned.
//!
//! | made by | senders | a sender waits for | the receiver gets, and waits for | `pressure` | `close` | `reserve` |
//! |---|---|---|---|---|---|---|
//! | [`spsc`](fn@spsc) | one | room | items | yes | | yes |
//! | [`mpsc`](fn@mpsc) | any number, by `clone` | room | items | yes | yes | |
//! | [`swap`](fn@swap), which may evict | up to a number, by [`try_clone`](Sender::try_clone) | room, or nothing: as its policy is | items | yes | yes | |
//! | [`fan_in`](fn@fan_in) | one to a lane, by an [`Opener`] | room in its lane | items, and their lanes | that of each lane, at its sender | | yes |
//! | [`priority`](fn@priority) | any number, by `clone` | room, where nothing less important is inside, or nothing: as its policy is | items, and their classes | yes | yes | |
//! | [`conflated`](fn@conflated) | one | nothing | keys with something new, and that | yes: how many keys have something new | | |
//! | [`latest`](fn@latest) | one | nothing | the newest value, if it is another one | | | |
//!
//! All senders can wait for the [end](Sender::closed) of the receiver, and all ends that have a pressure for
//! [another one](Sender::pressure_changed). Without an allocator a channel is made of the ends of a ring, of whatever memory, by a
//! [`Lobby`].
//!
//! Any other ring's ends come [`over`], and so do stages before and behind them: what goes through a
//! [`Gate`](crate::admission::Gate) is let in or not, what [expires](crate::expiry) is not received. Those of
//! a ring with lanes do not, nor does a stage over one of them.
//!
//! Threads use what is called `blocking_`, or has a time limit; tasks use the futures, [`Stream`](futures_core::Stream) and
//! [`Sink`](futures_sink::Sink), with any executor.
//!
//! A send answers with `()`; with [`Pushed`], which says what has made room, where it may take the place of something: `swap`,
//! `priority`, `conflated`, `latest`. A [`builder`](fn@builder) makes all but `latest` with watermarks, time limits, and what happens at
//! full.
//!
//! # The end
//! When the last sender is gone, the receiver gets what is inside, and then the end. When the receiver is gone, senders get their
//! values back, those that wait included. Where the ring can do it, the receiver [closes](Receiver::close) the channel first, and
//! loses nothing. With the others, the senders are to be told to go, and the receiver receives to the end.
//!
//! # Threads
//! A thread that waits looks again for some 2 µs, then up to 64 times with a [`yield_now`](std::thread::yield_now) before each look,
//! and then sleeps. Each end learns whether that is worth while: where it was in vain, it looks less often the next time, and hardly at
//! all in the end, but for one wait in 64, in which it tries for up to 0.1 ms. So a receiver whose items come seldom takes hardly any
//! time but the system's, for its sleep. Who waits with a time limit looks at the clock before each look. To sleep does not allocate, but the first time that a thread does.
//!
//! # One thread
//! Where all ends that wait do so by one thread, as tasks of one, that thread does without the fences that two need, after 8 waits (or up to 900, if that was soon over the last times); and
//! where nobody waits at all for 4096 changes of an end, everybody does: on Linux, with the feature `membarrier`, which is on by default.
//! The first end that then waits, or waits by another thread, pays some microseconds for that, and the processors that the other threads
//! of the process are running on are interrupted for a moment. The system has to know beforehand: so the first channel that a process makes takes some ten milliseconds, if
//! the process has several threads by then, and some microseconds if it has not. Without the feature, or where the system call
//! *membarrier*(2) is refused, each change of the ring pays for its fence. If it
//! is refused later on, an end for which it would have been made does not sleep, but looks again and again.
//!
//! With that feature a send to [`mpsc`](fn@mpsc) makes no fence for the receiver, by whatever thread that waits, and however often: both make an
//! exchange on the word from which sends get their places. Only a receiver that finds nothing in the middle of a send, and who waits for
//! another pressure, has the system interrupt the others, as above.
//!
//! # Coming from another channel
//! | there | here |
//! |---|---|
//! | `Sender<T>`, in a signature | [`MpscSender<T>`](MpscSender), or whichever it is; of any channel, `&mut Sender<P, D>` where `P: SendEnd<Item = T>, D: Desk` |
//! | `&self`, one sender in an `Arc` | `&mut self`: ends are [`Send`] and never [`Sync`]. Each thread or task has a clone |
//! | two futures of one end in a `select!` | one at a time: a second sender is needed to send and to wait for another pressure at once |
//! | several receivers | one, which can't be cloned |
//! | no bound; no room at all, a rendezvous | neither: room for one at least |
//! | `capacity()` of tokio, what is left of it | what it was made with: `capacity() - len()` is left |
//! | `try_send` and `try_recv` with errors of their own | those of the rings, [`PushError`] and [`PopError`](crate::PopError) |
//! | tokio's `send_timeout`, which is awaited | [`send(…).within`](SendFuture::within) a timer; [`send_timeout`](Sender::send_timeout) and its like are for threads, as in std |
//! | `recv()` with an `Option` | with a [`Result`]: [`RecvError`] at the end |
//! | `iter`, `try_iter` | [`blocking_iter`](Receiver::blocking_iter), [`drain`](Receiver::drain) |
//! | `reserve` of several senders | [`ready`](Sender::ready), then [`try_send`](Sender::try_send), which others may precede. A lane of [`fan_in`](fn@fan_in) can `reserve` |
//! | `select!` of several channels, for threads | a lane of [`fan_in`](fn@fan_in) for each, and one receiver |
//! | tokio's `recv` yields now and then, though it is ready | a future that is ready never does: a task that always finds more keeps its thread, unless it yields by itself, by tokio's `consume_budget` say |
//! | tokio's `blocking_recv` panics in a task | it blocks the thread of the runtime |
//! | tokio's receiver drops what is inside when it goes | the ring does, with its last end: who keeps a sender, and waits for an answer to what is inside, is to wait for [`closed`](Sender::closed) as well |
//! | weak senders, how many senders there are, `same_channel` | not here |
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
//! Tasks, of tokio here: what comes while the worker is behind is refused, before it costs anything:
//! ```
//! use std::time::Duration;
//!
//! use forebay::{Pressure, channel};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), channel::BuildError> {
//!     let (mut sender, mut receiver) = channel::builder(100).watermarks(80, 20).mpsc()?;
//!     let worker = tokio::spawn(async move {
//!         let mut served = 0;
//!         loop {
//!             tokio::select! {
//!                 request = receiver.recv() => match request {
//!                     Ok(_request) => served += 1,
//!                     Err(_) => return served, // all senders are gone
//!                 },
//!                 () = tokio::time::sleep(Duration::from_secs(10)) => println!("nothing to do"),
//!             }
//!         }
//!     });
//!     let mut refused = 0;
//!     for request in 0..1000 {
//!         if sender.pressure() == Pressure::Open {
//!             sender.send(request).await.expect("the worker is there");
//!         } else {
//!             refused += 1;
//!         }
//!     }
//!     drop(sender);
//!     assert_eq!(worker.await.expect("it does not panic") + refused, 1000);
//!     Ok(())
//! }
//! ```

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod builder;
mod drain;
mod ends;
mod error;
mod force;
mod grace;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod heap;
#[cfg(feature = "std")]
mod level;
mod many;
mod opener;
mod permit;
mod place;
mod policy;
mod receiver;
mod sender;
mod sink;
mod stage;
mod stats;
mod until;

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use builder::{BuildError, Builder, WhenFull, builder};
pub use drain::Drain;
#[cfg(feature = "std")]
pub use drain::IntoIter;
pub use error::{LanesError, NoSeat, RecvError, RecvTimeoutError, SendError, SendTimeoutError};
pub use force::ForceEnd;
pub use grace::{SendWithGrace, SendWithin};
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use heap::{
    ConflatedReceiver, ConflatedSender, FanInOpener, FanInReceiver, FanInSender, LatestReceiver, LatestSender,
    MpscReceiver, MpscSender, PriorityReceiver, PrioritySender, SpscReceiver, SpscSender, SwapReceiver, SwapSender,
    conflated, fan_in, latest, mpsc, over, priority, spsc, swap,
};
pub use many::{RecvMany, SendMany};
pub use opener::Opener;
pub use permit::{OwnedPermit, Permit, Reserve, ReserveEnd, ReserveOwned};
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use place::Shared;
pub use place::{Desk, LaneEnds, Lobby, PressureChanged};
pub use policy::PolicyEnd;
pub use receiver::{Receiver, RecvFuture};
pub use sender::{SendFuture, Sender};
pub use sink::SenderSink;
pub use stats::{RingCounts, Stats};
pub use until::{Closed, Ready};

#[cfg(feature = "std")]
use core::future::Future;
#[cfg(feature = "std")]
use core::pin::{Pin, pin};
#[cfg(feature = "std")]
use core::task::Context;
use core::task::Poll;

use crate::fan_in::LaneSet;
use crate::seam::{Pop, Push};
#[cfg(feature = "std")]
use crate::wait::{self, Deadline, Patience};
use crate::{Overflow, Pressure, PushError, Pushed, Seen};

/// An end of a ring, as the ends of a channel need it.
///
/// A push that is refused, and a pop that finds nothing, make a sequentially consistent fence after they have changed the pressure, if they do: who
/// waits for that is looked at without another one.
pub trait End {
    /// Where its ring has room. It is the same at both ends.
    const ROOM: Room = Room::Shared;

    /// Whether it is a [`PressureEnd`], and so somebody may wait for another pressure.
    const HAS_PRESSURE: bool = false;

    /// Whether each push of its ring, and the end of each producer, [meets](ReceiveEnd::meet) the consumer. It is the same at both ends: an
    /// end around another one hands it on, and what goes with it.
    const MEETS: bool = false;

    /// Whether the pressure is another one than was seen: then those who wait for that are called.
    #[inline]
    fn has_changed(&self, _seen: &mut Seen) -> bool {
        false
    }

    /// How pressed it is, if it says so: see [`PressureEnd`].
    fn level(&self) -> Option<Pressure> {
        None
    }

    /// What its ring counts.
    fn counts(&self) -> RingCounts {
        RingCounts::default()
    }
}

/// Where a ring has room, and who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// In one place, for whoever comes first.
    Shared,
    /// In lanes, of which each sender has one to itself: see [`ReceiveEnd::take_touched`].
    InLanes,
    /// There always is some.
    Always,
}

/// One that says how pressed it is, or its ring.
pub trait PressureEnd: End {
    /// How pressed it is.
    fn pressure(&self) -> Pressure;

    /// The pressure, if it has changed since it was seen.
    fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure>;
}

/// A producer's end of a ring, as a [`Sender`] needs it.
pub trait SendEnd: End + Push {
    /// What a send answers with: nothing, or where a push may take another item's place, what became of that.
    type Sent: Through<Self::Item, Sent = Self::Sent>;

    /// What a push that stored comes to.
    #[inline(always)]
    fn sent(pushed: Pushed<Self::Item>) -> Self::Sent {
        Self::Sent::sent(pushed)
    }

    /// Puts a value in, at full under a policy, whatever that of the ring is.
    ///
    /// # Errors
    /// As [`push`](Push::push), by that policy. What has none, or can't go by this one, goes by its own.
    fn push_under(
        &mut self,
        _overflow: Overflow,
        value: Self::Item,
    ) -> Result<Pushed<Self::Item>, PushError<Self::Item>> {
        self.push(value)
    }

    /// Whether it is to be asked, before a push, whether the receiver is gone, as the push itself doesn't always tell.
    #[inline(always)]
    fn is_to_be_asked(&self) -> bool {
        false
    }

    /// Whether a send waits where there is no room: not so by a policy that drops.
    #[inline]
    fn waits_at_full(&self) -> bool {
        true
    }

    /// Whether a push now takes room that others may be waiting for, and so has to wait behind those who come first.
    #[inline]
    fn takes_room(&self) -> bool {
        self.waits_at_full()
    }

    /// Whether it is sure that a push would find no room now, and the pressure where it is at full, and that the receiver is there, by
    /// less than a push does. It is asked where a push has just been refused, and looks at the ring as a push would: no room that has come before is overlooked, and
    /// no policy by which a push would not come back as [`Full`](PushError::Full).
    #[inline(always)]
    fn is_stuffed(&self) -> bool {
        false
    }
}

/// What a send answers with: nothing, or what became of another item. And what one through a stage for `T` does, by what one past the stage
/// does.
pub trait Through<T> {
    /// The same, of a `T`.
    type Sent: Through<T, Sent = Self::Sent>;

    /// What a push that stored comes to.
    fn sent(pushed: Pushed<T>) -> Self::Sent;
}

impl<T> Through<T> for () {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}
}

impl<T, B> Through<T> for Pushed<B> {
    type Sent = Pushed<T>;

    #[inline(always)]
    fn sent(pushed: Pushed<T>) -> Pushed<T> {
        pushed
    }
}

/// One of a ring that may be full.
pub trait RoomEnd: SendEnd {}

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
pub trait ReceiveEnd: End + Pop {
    /// Of a ring with lanes, those in which there may be more room or another pressure since this was last asked.
    #[inline]
    fn take_touched(&mut self) -> LaneSet {
        LaneSet::EMPTY
    }

    /// Whether a lane has room, or another pressure than was `seen`. Asked under a lock: it just looks.
    #[inline]
    fn has_come(&self, _lane: usize, _seen: Option<Seen>) -> bool {
        true
    }

    /// How many items its pops have taken out and delivered to nobody. It wraps.
    ///
    /// Each has left room that somebody may wait for, whatever the pop answers with; so it counts before anything else is done
    /// with the item that might panic. An end that delivers all that it takes out says 0, always.
    #[inline(always)]
    fn discarded(&self) -> usize {
        0
    }

    /// Where producers [meet](End::MEETS) the consumer: what this thread did before this call happens before what follows each push that is
    /// not counted in the answer, and what follows the end of each producer of which the next pop does not know. The answer is whether all
    /// that are counted have been taken: see [`mpsc::Consumer::meet`](crate::mpsc::Consumer::meet).
    #[inline(always)]
    fn meet(&self) -> bool {
        false
    }

    /// Whether it is sure that a pop would find nothing now, and no end, and no pressure to take back, by less than a pop does. It is
    /// asked where a pop has just found nothing, and looks at the ring as a pop would: nothing that has come before is overlooked.
    #[inline(always)]
    fn is_bare(&self) -> bool {
        false
    }
}

/// One that can close its ring and still take all that has been accepted, and nothing else.
#[diagnostic::on_unimplemented(message = "the receiver of this channel can't close it and keep what is inside")]
pub trait CloseEnd: ReceiveEnd {
    /// Nothing is taken in from now on.
    fn close(&mut self);
}

/// Runs a future on this thread, which sleeps while there is nothing to do: for those that have no blocking twin.
///
/// The thread's park token is used, so a token that somebody else gave may be gone after that.
///
/// # Examples
/// ```
/// use forebay::channel;
///
/// let (mut sender, mut receiver) = channel::spsc(1)?;
/// channel::block_on(sender.reserve()).expect("it is not closed").send("one").expect("it is not closed");
/// assert_eq!(receiver.try_recv(), Ok("one"));
/// drop(receiver);
/// channel::block_on(sender.closed());
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(feature = "std")]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match wait::block_on(Deadline::Never, |cx| poll_patiently(future.as_mut(), cx, Deadline::Never)) {
        Some(output) => output,
        None => unreachable!("without a deadline no time is over"),
    }
}

/// The same for so long at most. `None`: the time is over, and the future is dropped.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use forebay::channel;
///
/// let (mut sender, mut receiver) = channel::mpsc(1)?;
/// let millisecond = Duration::from_millis(1);
/// sender.try_send(1).unwrap();
/// assert_eq!(channel::block_on_timeout(sender.ready(), millisecond), None);
/// assert_eq!(receiver.try_recv(), Ok(1));
/// assert_eq!(channel::block_on_timeout(sender.ready(), millisecond), Some(()));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
#[cfg(feature = "std")]
pub fn block_on_timeout<F: Future>(future: F, timeout: std::time::Duration) -> Option<F::Output> {
    let mut future = pin!(future);
    let deadline = Deadline::after(timeout);
    wait::block_on(deadline, |cx| poll_patiently(future.as_mut(), cx, deadline))
}

/// Polls some times, before the thread sleeps.
#[cfg(feature = "std")]
fn poll_patiently<F: Future>(mut future: Pin<&mut F>, cx: &mut Context<'_>, deadline: Deadline) -> Poll<F::Output> {
    let mut looks = Patience::new().looks();
    loop {
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() || !looks.wait(deadline) {
            return polled;
        }
    }
}

/// What a future answers with that was ready, and is polled again. Without `std` no panic is left in an image.
#[cold]
fn was_ready<T>() -> Poll<T> {
    #[cfg(feature = "std")]
    panic!("a future is polled that was ready before");
    #[cfg(not(feature = "std"))]
    Poll::Pending
}
