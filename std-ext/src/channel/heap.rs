//! Channels on the heap.

use super::place::{self, Place};
use super::{Ends, Opener, ReceiveEnd, Receiver, SendEnd, Sender, Shared};
use crate::{CapacityError, Overflow, conflated, fan_in, latest, mpsc, priority, spsc, swap};

/// A channel for one sender, over [`spsc::ring`](crate::spsc::ring).
///
/// # Errors
/// As that.
///
/// # Single items
/// Where threads wait for each item by itself, as for an answer, [`over`] a [ring with flags](crate::spsc::flagged_ring) is the better
/// one: an item takes one cache line from core to core then, and not three. (With room for one it is about three times as fast:
/// `cargo bench -- '^(blocking|ping_pong)/'`.)
/// ```
/// use forebay::{channel, spsc};
///
/// let (producer, consumer) = spsc::flagged_ring(1)?;
/// let (mut asks, mut answers) = channel::over(producer, consumer);
/// let thread = std::thread::spawn(move || answers.blocking_recv());
/// asks.blocking_send("which?").unwrap();
/// assert_eq!(thread.join().unwrap(), Ok("which?"));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
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
///
/// # Examples
/// ```
/// use forebay::channel;
///
/// let (sender, mut receiver) = channel::mpsc(16)?;
/// for number in 0..4 {
///     let mut sender = sender.clone();
///     std::thread::spawn(move || sender.blocking_send(number).expect("the receiver is there"));
/// }
/// drop(sender); // or the receiver would wait for what this one sends
/// assert_eq!(receiver.blocking_iter().sum::<u32>(), 6);
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn mpsc<T>(capacity: usize) -> Result<(MpscSender<T>, MpscReceiver<T>), CapacityError> {
    mpsc::ring(capacity).map(|(tx, rx)| over(tx, rx))
}

/// A channel for up to so many senders, over [`swap::ring`](crate::swap::ring): at full, `overflow` says what happens. With
/// [`Overflow::Reject`] a sender waits for room; with the others none ever waits.
///
/// The policy can be [switched](Sender::set_overflow) while it runs, by [either side](Receiver::set_overflow): a sender that waits for
/// room and needs it no longer is woken.
///
/// Made for one sender, a channel that the receiver has [closed](Receiver::close) is over for it when that sender has had a send
/// refused, or is gone, and not before: see [the ring](crate::swap).
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

/// A channel with so many lanes, for so many items each, over [`fan_in::ring`](crate::fan_in::ring). Each [`Sender`] has a lane to
/// itself, which the [`Opener`] opens for it: it waits for nothing but room there, and its [pressure](Sender::pressure) is that lane's. The
/// receiver is told by each item which lane it was in. Watermarks can be set lane by lane, by what the receiver has of each:
/// `receiver.end().end().lane(id)`; or for all at once by a [builder](crate::channel::builder).
///
/// # Errors
/// As that.
///
/// # Examples
/// A sender that always has more, and one that is served in between all the same:
/// ```
/// use std::num::NonZeroU32;
///
/// use forebay::channel;
///
/// let (opener, mut receiver) = channel::fan_in(2, 4)?;
/// let mut modest = opener.open(NonZeroU32::MIN).expect("a free lane");
/// let mut noisy = opener.open(NonZeroU32::MIN).expect("a free lane");
/// let lane = modest.end().lane();
/// drop(opener);
/// let noise = std::thread::spawn(move || while noisy.blocking_send(0).is_ok() {});
/// for number in 1..=100 {
///     modest.blocking_send(number).unwrap();
///     let before = receiver.blocking_iter().take_while(|&(of, _)| of != lane).count();
///     assert!(before <= 1, "it waits for one item of the other at most");
/// }
/// drop(receiver);
/// noise.join().unwrap();
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn fan_in<T>(lanes: usize, lane_capacity: usize) -> Result<(FanInOpener<T>, FanInReceiver<T>), CapacityError> {
    let (opener, consumer) = fan_in::ring(lanes, lane_capacity)?;
    let desk = Shared::with_lanes(lanes).ok_or(CapacityError::OutOfMemory)?;
    let Some(receiver) = Place::with_lanes(desk) else { unreachable!("it is new") };
    Ok(place::lanes(opener, consumer, receiver))
}

/// A channel for the newest value alone, over [`latest::triple_buffer`](crate::latest::triple_buffer). A send never waits, and answers
/// with the value that it has replaced, if that was not received. The receiver waits for one that it has not received yet.
///
/// # Examples
/// ```
/// use forebay::{Pushed, channel};
///
/// let (mut operator, mut worker) = channel::latest();
/// assert_eq!(operator.try_send("slow"), Ok(Pushed::Stored));
/// assert_eq!(operator.try_send("fast"), Ok(Pushed::Evicted("slow")));
/// assert_eq!(worker.blocking_recv(), Ok("fast"));
/// let waits = std::thread::spawn(move || worker.blocking_recv());
/// assert_eq!(operator.try_send("stop"), Ok(Pushed::Stored));
/// assert_eq!(waits.join().unwrap(), Ok("stop"));
/// ```
#[must_use]
pub fn latest<T>() -> (LatestSender<T>, LatestReceiver<T>) {
    let (writer, reader) = latest::triple_buffer();
    over(writer, reader)
}

/// A channel for the newest value of each of so many keys, over [`conflated::ring`](crate::conflated::ring): `key_of` says which key a
/// value is of, below that number. A send never waits, and answers with the value of the same key that it has replaced, if that was not
/// received. The receiver gets keys with their values, and first the key that has had something new for longest.
///
/// A value whose key is none of those comes back as [`Shed`](crate::channel::SendError::Shed), and is
/// [counted](crate::conflated::Keyed::without_key).
///
/// # Errors
/// As [`conflated::ring`](crate::conflated::ring).
///
/// # Examples
/// ```
/// use forebay::channel::{self, SendError};
/// use forebay::Pushed;
///
/// let (mut feed, mut display) = channel::conflated(500, |&(stock, _): &(usize, u32)| stock)?;
/// assert_eq!(feed.blocking_send((7, 101)), Ok(Pushed::Stored));
/// assert_eq!(feed.blocking_send((3, 55)), Ok(Pushed::Stored));
/// assert_eq!(feed.blocking_send((7, 102)), Ok(Pushed::Evicted((7, 101))));
/// assert_eq!(feed.blocking_send((500, 1)), Err(SendError::Shed((500, 1))));
/// drop(feed);
/// assert!(display.blocking_iter().eq([(7, (7, 102)), (3, (3, 55))]));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn conflated<T, F: FnMut(&T) -> usize>(
    keys: usize,
    key_of: F,
) -> Result<(ConflatedSender<T, F>, ConflatedReceiver<T>), CapacityError> {
    conflated::ring(keys).map(|(tx, rx)| over(tx.by(key_of), rx))
}

/// A channel for several senders whose values are of `C` classes, as `class_of` says, from 0, which is the most important one; a
/// class beyond the last counts as the last. It is over [`priority::HeapRing`](crate::priority::HeapRing). The receiver gets classes
/// with their items, the most important ones first. At full an item takes the place of one that is less important, which its send
/// answers with; where there is none, `overflow` says what happens. With [`Overflow::Reject`] a sender waits for room; with the others
/// none ever waits. It can be switched as with [`swap`](fn@swap).
///
/// [`ready`](Sender::ready), [`is_full`](Sender::is_full) and a [`Sink`](futures_sink::Sink) know nothing of an item's class: they are of
/// room for any item. What is so important that it finds room all the same is to be sent without them.
///
/// Those who wait for room wait in one line, first come, first served, whatever their class: one with something important may wait
/// behind others, and is not woken because something less important, which it could replace, has come in since. What must not wait is
/// sent by [`try_send`](Sender::try_send), which replaces what is less important at once.
///
/// # Errors
/// As [`priority::HeapRing::new`](crate::priority::HeapRing::new).
///
/// # Examples
/// ```
/// use forebay::{Overflow, PushError, Pushed, channel};
///
/// let (mut sender, mut receiver) = channel::priority::<2, _, _>(2, Overflow::Reject, |line: &&str| match *line {
///     "alarm" => 0,
///     _ => 1,
/// })?;
/// let mut another = sender.clone();
/// assert_eq!(sender.blocking_send("speed"), Ok(Pushed::Stored));
/// assert_eq!(sender.blocking_send("height"), Ok(Pushed::Stored));
/// assert_eq!(another.try_send("heading"), Err(PushError::Full("heading")));
/// assert_eq!(another.blocking_send("alarm"), Ok(Pushed::Evicted("speed")));
/// drop((sender, another));
/// assert!(receiver.blocking_iter().eq([(0, "alarm"), (1, "height")]));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub fn priority<const C: usize, T, F: FnMut(&T) -> usize>(
    capacity: usize,
    overflow: Overflow,
    class_of: F,
) -> Result<(PrioritySender<T, F, C>, PriorityReceiver<T, C>), CapacityError> {
    priority::HeapRing::with_overflow(capacity, overflow).map(|ring| {
        let (tx, rx) = ring.into_ends();
        over(tx.by(class_of), rx.by_class())
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

/// What opens lanes for the senders of [`fan_in`](fn@fan_in).
pub type FanInOpener<T> = Opener<'static, T, fan_in::Keep<T>, Shared>;
/// A sender of [`fan_in`](fn@fan_in).
pub type FanInSender<T> = Sender<fan_in::OwnedProducer<T>, Shared>;
/// The receiver of [`fan_in`](fn@fan_in).
pub type FanInReceiver<T> = Receiver<fan_in::ByLane<'static, T, fan_in::Keep<T>>, Shared>;

/// The sender of [`latest`](fn@latest).
pub type LatestSender<T> = Sender<latest::OwnedWriter<T>, Shared>;
/// The receiver of [`latest`](fn@latest).
pub type LatestReceiver<T> = Receiver<latest::OwnedReader<T>, Shared>;
/// The sender of [`conflated`](fn@conflated). `F` is what says a value's key: to name the type, make the channel with a `fn` pointer.
///
/// # Examples
/// ```
/// use forebay::channel::{self, ConflatedSender};
///
/// type Quote = (usize, u32);
///
/// struct Feed {
///     quotes: ConflatedSender<Quote, fn(&Quote) -> usize>,
/// }
///
/// let stock: fn(&Quote) -> usize = |&(stock, _)| stock;
/// let (quotes, mut display) = channel::conflated(500, stock)?;
/// let mut feed = Feed { quotes };
/// feed.quotes.try_send((7, 101)).unwrap();
/// assert_eq!(display.try_recv(), Ok((7, (7, 101))));
/// # Ok::<(), forebay::CapacityError>(())
/// ```
pub type ConflatedSender<T, F> = Sender<conflated::Keyed<'static, T, F, conflated::Keep<T>>, Shared>;
/// The receiver of [`conflated`](fn@conflated).
pub type ConflatedReceiver<T> = Receiver<conflated::OwnedConsumer<T>, Shared>;
/// A sender of [`priority`](fn@priority). `F` can be a `fn` pointer: see [`ConflatedSender`].
pub type PrioritySender<T, F, const C: usize> = Sender<priority::By<'static, T, F, C, priority::Keep<T, C>>, Shared>;
/// The receiver of [`priority`](fn@priority).
pub type PriorityReceiver<T, const C: usize> = Receiver<priority::ByClass<'static, T, C, priority::Keep<T, C>>, Shared>;

/// A channel over the ends of any ring but one with lanes: its producer's end, or the first one, and its consumer's end.
///
/// For a ring with lanes there is [`fan_in`](fn@fan_in), or [`Lobby::lanes`](super::Lobby::lanes): with the ends of one, this does not
/// compile. Those make the senders themselves, of the bare ends of lanes, so no [`Gate`](crate::admission::Gate) or other stage can stand
/// before a lane of a channel at present, nor behind it.
///
/// What it is told by them must be true when they say it, as the rings of this crate do: a push is refused only where there is no
/// room, and a pop finds nothing only where no push is over. And there is room for one more after a pop.
///
/// # Examples
/// A channel by importance whose ends are made before (a [builder](super::builder) makes such a one, too):
/// ```
/// use forebay::{Pressure, Watermarks, channel, priority};
///
/// let (mut producer, consumer) = priority::ring::<_, 2>(8)?;
/// producer.set_watermarks(Watermarks::new(2, 1)?)?;
/// let (mut sender, mut receiver) = channel::over(producer.by(|&(class, _)| class), consumer.by_class());
/// sender.blocking_send((1, "speed"))?;
/// sender.blocking_send((0, "alarm"))?;
/// assert_eq!(sender.pressure(), Pressure::Slow);
/// assert_eq!(receiver.blocking_recv(), Ok((0, (0, "alarm"))));
/// assert_eq!(sender.pressure(), Pressure::Open);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn over<P: SendEnd, C: ReceiveEnd>(tx: P, rx: C) -> Ends<P, C, Shared> {
    place::check::<P, C>();
    let Some((sender, receiver)) = Place::pair(Shared::new()) else { unreachable!("it is new") };
    (Sender::new(tx, sender), Receiver::new(rx, receiver))
}
