//! Channels on the heap.

use super::place::Place;
use super::{Ends, ReceiveEnd, Receiver, SendEnd, Sender, Shared};
use crate::{CapacityError, Overflow, mpsc, spsc, swap};

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
    spsc::ring(capacity).map(|(tx, rx)| over(tx, rx))
}

/// A channel for several senders, over [`mpsc::ring`](crate::mpsc::ring).
///
/// # Errors
/// As that.
pub fn mpsc<T>(capacity: usize) -> Result<(MpscSender<T>, MpscReceiver<T>), CapacityError> {
    mpsc::ring(capacity).map(|(tx, rx)| over(tx, rx))
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
        over(tx, rx)
    })
}

/// The sender of [`spsc`](fn@spsc).
pub type SpscSender<T> = Sender<spsc::OwnedProducer<T>, Shared>;
/// The receiver of [`spsc`](fn@spsc).
pub type SpscReceiver<T> = Receiver<spsc::OwnedConsumer<T>, Shared>;
/// A sender of [`mpsc`](fn@mpsc).
pub type MpscSender<T> = Sender<mpsc::OwnedProducer<T>, Shared>;
/// The receiver of [`mpsc`](fn@mpsc).
pub type MpscReceiver<T> = Receiver<mpsc::OwnedConsumer<T>, Shared>;
/// A sender of [`swap`](fn@swap).
pub type SwapSender<T> = Sender<swap::OwnedProducer<T>, Shared>;
/// The receiver of [`swap`](fn@swap).
pub type SwapReceiver<T> = Receiver<swap::OwnedConsumer<T>, Shared>;

/// A channel over the ends of any ring: its producer's end, or the first one, and its consumer's end.
///
/// What it is told by them must be true when they say it, as the rings of this crate do: a push is refused only where there is no
/// room, and a pop finds nothing only where no push is over. And there is room for one more after a pop.
pub fn over<P: SendEnd, C: ReceiveEnd>(tx: P, rx: C) -> Ends<P, C, Shared> {
    let Some((sender, receiver)) = Place::pair(Shared::new()) else { unreachable!("it is new") };
    (Sender::new(tx, sender), Receiver::new(rx, receiver))
}
