//! Channels: the rings, with ends that can wait, as threads or as tasks, mixed on the same channel.
//!
//! There is one [`Sender`] and one [`Receiver`] for all rings. What a ring can't promise, its ends don't have: where it
//! never evicts there is no `force_send`, and only where it has several producers its senders can be cloned.
//!
//! | made by | ring | senders |
//! |---|---|---|
//! | [`spsc`] | [`spsc`](crate::spsc) | one |
//! | [`mpsc`] | [`mpsc`](crate::mpsc) | any number, by `clone` |
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
mod place;
mod receiver;
mod sender;

pub use error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError};
pub use place::{Desk, Shared};
pub use receiver::{Receiver, Recv};
pub use sender::{Send, Sender};

use crate::seam::{Pop, Push};
use crate::{CapacityError, Pushed};
use place::Place;

/// A producer's end of a ring, as a [`Sender`] needs it.
pub trait SendEnd: Push {
    /// What a send answers with: nothing, or the victim where a push may evict.
    type Sent;

    /// What a push that stored comes to.
    fn sent(pushed: Pushed<Self::Item>) -> Self::Sent;
}

/// A consumer's end of a ring, as a [`Receiver`] needs it.
pub trait ReceiveEnd: Pop {
    /// Nothing is taken in from now on.
    fn close(&mut self);
}

impl<T> SendEnd for crate::mpsc::OwnedProducer<T> {
    type Sent = ();

    #[inline(always)]
    fn sent(_: Pushed<T>) {}
}

impl<T> ReceiveEnd for crate::mpsc::OwnedConsumer<T> {
    fn close(&mut self) {
        self.close();
    }
}

/// A channel for several senders, over [`mpsc::ring`](crate::mpsc::ring).
///
/// # Errors
/// As that.
pub fn mpsc<T>(capacity: usize) -> Result<(MpscSender<T>, MpscReceiver<T>), CapacityError> {
    crate::mpsc::ring(capacity).map(|(tx, rx)| over(tx, rx))
}

/// A sender of [`mpsc`].
pub type MpscSender<T> = Sender<crate::mpsc::OwnedProducer<T>>;
/// The receiver of [`mpsc`].
pub type MpscReceiver<T> = Receiver<crate::mpsc::OwnedConsumer<T>>;

/// A channel over the ends of any ring: its producer's end, or the first one, and its consumer's end.
///
/// What it is told by them must be true when they say it, as the rings of this crate do: a push is refused only where there is no
/// room, and a pop finds nothing only where no push is over. And there is room for one more after a pop.
pub fn over<P: SendEnd, C: ReceiveEnd>(tx: P, rx: C) -> (Sender<P>, Receiver<C>) {
    let desk = Shared::new();
    let Some(place) = Place::sender(desk.clone()) else { unreachable!("on the heap there is always a seat") };
    (Sender::new(tx, place), Receiver::new(rx, Place::receiver(desk)))
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
