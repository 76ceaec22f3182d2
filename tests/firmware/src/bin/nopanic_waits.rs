//! As `nopanic`, with all that the ends of channels over statics can do, futures polled by hand: an `async` block of one's own has a
//! panic of the compiler's, for who polls it after its end.

#![no_std]
#![no_main]

use core::future::{pending, poll_fn};
use core::hint::black_box;
use core::num::NonZeroU32;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use forebay::channel::{Lobby, RecvError, RoomEnd, SendError, Sender};
use forebay::{Overflow, PopError, Pressure, Pushed, conflated, fan_in, latest, mpsc, priority, spsc, swap};
use forebay_firmware::board;

forebay_firmware::no_panic!();

static SPSC: spsc::Ring<u32, 3> = spsc::Ring::new();
static MPSC: mpsc::Ring<u32, 3> = mpsc::Ring::new();
static SWAP: swap::Ring<u32, 3, 2> = swap::Ring::new();
static FAN_IN: fan_in::Ring<u32, 3, 2> = fan_in::Ring::new();
static PRIORITY: priority::Ring<u32, 3, 2> = priority::Ring::new();
static CONFLATED: conflated::Ring<u32, 2> = conflated::Ring::new();
static LATEST: latest::TripleBuffer<u32> = latest::TripleBuffer::new();

/// What a future has when it is polled once.
fn now<F: Future>(future: F) -> Option<F::Output> {
    again(pin!(future))
}

/// The same of one that is polled again.
fn again<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// What comes out of a channel.
#[derive(Default)]
struct Sum(u32);

impl Extend<u32> for Sum {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, items: I) {
        self.0 += items.into_iter().sum::<u32>();
    }
}

/// Fills a channel of three, by every way to send but those that take another's place.
fn fill<P: RoomEnd<Item = u32, Sent = ()>>(sender: &mut Sender<P, &Lobby<3>>) -> Option<()> {
    now(sender.ready())?;
    now(sender.send(black_box(1)))?.ok()?;
    now(sender.send_many([black_box(2), 3].into_iter()))?.ok()?;
    let full = now(sender.ready()).is_none() && sender.is_full() && sender.len() == sender.capacity();
    let back = {
        let mut waits = sender.send(4);
        again(Pin::new(&mut waits)).is_none() && waits.into_inner() == Some(4)
    };
    let timed = now(sender.send(5).within(poll_fn(|_| Poll::Ready(())))).is_some_and(|sent| sent.is_err());
    let graceful = now(sender.send(5).with_grace(pending::<()>())).is_none();
    let open = now(sender.closed()).is_none() && !sender.is_closed() && sender.stats().waits > 0;
    (full && back && timed && graceful && open).then_some(())
}

fn through_spsc(lobby: &Lobby<3>) -> Option<()> {
    let (producer, consumer) = SPSC.try_split().ok()?;
    let (mut sender, mut receiver) = lobby.ends(producer, consumer).ok()?;
    fill(&mut sender)?;
    let raised = now(sender.pressure_changed()) == Some(Pressure::Stop) && receiver.pressure() == Pressure::Stop;
    let reserved = now(sender.reserve()).is_none() && sender.try_reserve().is_err();
    let mut sum = Sum::default();
    let many = now(receiver.recv_many(&mut sum, black_box(2))) == Some(2) && now(receiver.recv()) == Some(Ok(3));
    let none = now(receiver.recv()).is_none() && now(receiver.pressure_changed()).is_some();
    now(sender.reserve())?.ok()?.send(black_box(7)).ok()?;
    let sender = sender.try_reserve_owned().ok()?.send(8).ok()?;
    let drained = receiver.drain().sum::<u32>() == 15 && receiver.try_recv() == Err(PopError::Empty);
    drop(sender);
    let ended = now(receiver.recv()) == Some(Err(RecvError)) && receiver.is_closed() && receiver.is_empty();
    (raised && reserved && many && none && sum.0 == 3 && drained && ended).then_some(())
}

fn through_mpsc(lobby: &Lobby<3>) -> Option<()> {
    let (producer, consumer) = MPSC.try_split().ok()?;
    let (mut sender, mut receiver) = lobby.ends(producer, consumer).ok()?;
    let mut second = sender.try_clone().ok()?;
    let seats = sender.try_clone().is_err();
    fill(&mut sender)?;
    // Both wait, and one after the other is called, and comes or goes.
    let (mut first, mut other) = (sender.send(10), second.send(20));
    let wait = again(Pin::new(&mut first)).is_none() && again(Pin::new(&mut other)).is_none();
    let received = receiver.try_recv() == Ok(1);
    drop(first);
    let called = again(Pin::new(&mut other)).is_some_and(|sent| sent.is_ok());
    drop(other);
    let mut late = second.send(30);
    let waits = again(Pin::new(&mut late)).is_none();
    let mut level = sender.pressure_changed();
    let raised = again(Pin::new(&mut level)) == Some(Pressure::Stop) && again(Pin::new(&mut level)).is_none();
    receiver.close();
    let closed = matches!(again(Pin::new(&mut late)), Some(Err(SendError::Closed(30))));
    let told = again(Pin::new(&mut level)) == Some(Pressure::Closed);
    drop((level, late));
    let all = receiver.drain().sum::<u32>() == 25 && now(sender.closed()).is_some() && sender.try_send(1).is_err();
    (seats && wait && received && called && waits && raised && closed && told && all).then_some(())
}

fn through_swap(lobby: &Lobby<3>) -> Option<()> {
    let (producer, consumer) = SWAP.try_split().ok()?;
    let (mut sender, mut receiver) = lobby.ends(producer, consumer).ok()?;
    for number in 0..3 {
        let Pushed::Stored = now(sender.send(black_box(number)))?.ok()? else { return None };
    }
    let full = now(sender.send(3)).is_none() && sender.overflow() == Overflow::Reject;
    let forced = sender.force_send(3).is_ok_and(|sent| sent.evicted() == Some(0));
    receiver.set_overflow(Overflow::DropOldest);
    let evicted = now(sender.send(4)).is_some_and(|sent| matches!(sent, Ok(Pushed::Evicted(1))));
    let received = receiver.try_recv() == Ok(2) && receiver.stats().waits == 0;
    (full && forced && evicted && received).then_some(())
}

fn through_fan_in(lobby: &Lobby<3>) -> Option<()> {
    let (opener, consumer) = FAN_IN.try_split().ok()?;
    let (opener, mut receiver) = lobby.lanes(opener, consumer).ok()?;
    let (mut one, mut other) = (opener.open(NonZeroU32::MIN).ok()?, opener.open(NonZeroU32::MIN).ok()?);
    let none = opener.open(NonZeroU32::MIN).is_err() && opener.lanes() == 2 && !opener.is_closed();
    fill(&mut one)?;
    let mut waits = one.send(black_box(9));
    let first = again(Pin::new(&mut waits)).is_none() && other.try_send(5).is_ok();
    let received = receiver.try_recv().is_ok() && receiver.try_recv().is_ok() && receiver.try_recv().is_ok();
    let called = again(Pin::new(&mut waits)).is_some_and(|sent| sent.is_ok());
    drop(waits);
    let level = now(one.pressure_changed()).is_some() && now(one.reserve()).is_some_and(|permit| permit.is_ok());
    drop((one, other, opener));
    let rest = receiver.drain().map(|(_, number)| number).sum::<u32>() > 0 && now(receiver.recv()).is_some();
    (none && first && received && called && level && rest).then_some(())
}

fn through_others(lobby: &Lobby<3>) -> Option<()> {
    let (producer, consumer) = PRIORITY.try_split().ok()?;
    let (sender, receiver) = (producer.by(|&number| number as usize), consumer.by_class());
    let (mut sender, mut receiver) = lobby.ends(sender, receiver).ok()?;
    let stored = now(sender.send(black_box(1))).is_some_and(|sent| sent.is_ok());
    let received = now(receiver.recv()) == Some(Ok((1, 1))) && now(receiver.recv()).is_none();
    drop((sender, receiver));

    let (producer, consumer) = CONFLATED.try_split().ok()?;
    let (mut sender, mut receiver) = lobby.ends(producer.by(|&number| number as usize), consumer).ok()?;
    let keyed = now(sender.send(black_box(1))).is_some_and(|sent| sent.is_ok()) && sender.try_send(2).is_err();
    let newest = now(receiver.recv()) == Some(Ok((1, 1))) && now(receiver.recv()).is_none();
    drop((sender, receiver));

    let (writer, reader) = LATEST.try_split().ok()?;
    let (mut sender, mut receiver) = lobby.ends(writer, reader).ok()?;
    let written = now(sender.send(black_box(1))).is_some_and(|sent| sent.is_ok());
    let read = now(receiver.recv()) == Some(Ok(1)) && now(receiver.recv()).is_none();
    (stored && received && keyed && newest && written && read).then_some(())
}

/// `None` where something is not as it should be.
fn works() -> Option<()> {
    static LOBBY: Lobby<3> = Lobby::new();

    through_spsc(&LOBBY)?;
    through_mpsc(&LOBBY)?;
    through_swap(&LOBBY)?;
    through_fan_in(&LOBBY)?;
    through_others(&LOBBY)
}

#[board::entry]
fn main() -> ! {
    board::exit(works().is_some())
}
