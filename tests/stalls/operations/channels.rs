//! The channels, where nobody has to wait: no operation takes a lock then but those by which an end comes or goes, and while it is held
//! the others go on.

mod lines;
mod rings;

use std::collections::BTreeSet;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use forebay::channel::{
    CloseEnd, ForceEnd, PolicyEnd, PressureEnd, ReceiveEnd, Receiver, ReserveEnd, RoomEnd, SendEnd, SendError, Sender,
    Shared,
};
use forebay_core::{Overflow, Pushed, Refusal};
use forebay_tests::stall;

use self::rings::{Conflated, FanIn, Latest, Mpsc, Priority, Spsc, Swap};
use crate::declared::{self, OWNERS, VALUE};
use crate::looks;
use crate::world::{How, Log, MINE, Operations, Put, Ring};

/// That of what waits, and of nothing else.
const WAITS: &str = "it waits: see `lines`";
/// That of what polls the same as one of those, and sleeps in between, for as long as it takes.
const SLEEPS: &str = "it sleeps until it is told: `lines` has what it polls, and not the sleep, which only others end";

/// What a send answers with.
trait Became {
    fn evicted(self) -> Option<u32>;
}

impl Became for () {
    fn evicted(self) -> Option<u32> {
        None
    }
}

impl Became for Pushed<u32> {
    fn evicted(self) -> Option<u32> {
        Self::evicted(self)
    }
}

/// What a receiver gets.
trait Item {
    fn number(self) -> u32;
}

impl Item for u32 {
    fn number(self) -> u32 {
        self
    }
}

impl<A> Item for (A, u32) {
    fn number(self) -> u32 {
        self.1
    }
}

/// What a future comes to at once.
fn once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    match Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// A try of a send.
fn try_send<P: SendEnd<Item = u32, Sent: Became>>(tx: &mut Sender<P, Shared>, number: u32, log: &mut Log) -> Put {
    log.pushed(number, tx.try_send(number).map(|sent| sent.evicted().map_or(Pushed::Stored, Pushed::Evicted)))
}

/// Enters a send.
fn sent<S: Became, E>(number: u32, outcome: Result<S, E>, log: &mut Log) {
    if let Ok(sent) = outcome {
        log.stored(number, sent.evicted());
    }
}

type SentBy<P> = Result<<P as SendEnd>::Sent, SendError<u32>>;

/// What all senders have. `has_room`: whether it is sure that so many sends need not wait.
fn senders<R, P>(ring: &mut Operations<R>, has_room: fn(&Sender<P, Shared>, usize) -> bool)
where
    R: Ring<Tx = Sender<P, Shared>>,
    P: SendEnd<Item = u32, Sent: Became> + 'static,
{
    let number = MINE[0];
    ring.tx("Sender::try_send", move |tx, log| try_send(tx, number, log));
    looks!(ring.tx, "Sender", tx => tx, is_closed, len, is_empty, is_full, capacity, stats);
    ring.tx("Sender::end", |tx, _| tx.end().len());
    ring.tx_goes("Sender::drop", drop);
    let mut send = |name, send: fn(&mut Sender<P, Shared>, u32) -> SentBy<P>| {
        ring.tx(name, move |tx, log| {
            if has_room(tx, 1) {
                sent(number, send(tx, number), log);
            }
        });
    };
    send("Sender::send", |tx, number| once(tx.send(number)).expect("there is room"));
    send("Sender::blocking_send", |tx, number| tx.blocking_send(number));
    send("Sender::send_timeout", |tx, number| {
        tx.send_timeout(number, Duration::MAX).map_err(|error| SendError::Closed(error.into_inner()))
    });
    send("Sender::send_deadline", |tx, number| {
        tx.send_deadline(number, Instant::now()).map_err(|error| SendError::Closed(error.into_inner()))
    });
    send("SendFuture::within", |tx, number| {
        let future = tx.send(number).within(std::future::pending::<()>());
        once(future).expect("there is room").map_err(|error| SendError::Closed(error.into_inner()))
    });
    ring.tx("SendFuture::into_inner", move |tx, _| assert_eq!(tx.send(number).into_inner(), Some(number)));
    ring.tx("SendWithin::into_inner", move |tx, _| {
        assert_eq!(tx.send(number).within(std::future::pending::<()>()).into_inner(), Some(number));
    });
    ring.tx("Sender::send_many", move |tx, log| {
        if has_room(tx, MINE.len()) {
            assert_eq!(once(tx.send_many(MINE.into_iter())), Some(Ok(MINE.len())));
            log.put_first(MINE.len());
        }
    });
    ring.tx("Sender::blocking_send_many", move |tx, log| {
        if has_room(tx, MINE.len()) {
            assert_eq!(tx.blocking_send_many(MINE.into_iter()), Ok(MINE.len()));
            log.put_first(MINE.len());
        }
    });
    ring.tx("SendMany::sent", |tx, _| tx.send_many(MINE.into_iter()).sent());
    ring.tx("SendMany::into_inner", |tx, _| tx.send_many(MINE.into_iter()).into_inner());
}

/// What those of rings have that may be full.
fn ready<R, P>(ring: &mut Operations<R>)
where
    R: Ring<Tx = Sender<P, Shared>>,
    P: RoomEnd<Item = u32, Sent: Became> + 'static,
{
    ring.tx("Sender::ready", |tx, _| {
        if has_room(tx, 1) {
            once(tx.ready()).expect("there is room");
        }
    });
    ring.tx("Sender::blocking_ready", |tx, _| {
        if has_room(tx, 1) {
            tx.blocking_ready();
        }
    });
    ring.of_tx("SenderSink::into_parts", |tx, log| {
        if !has_room(&tx, 1) {
            return Some(tx);
        }
        let mut sink = tx.into_sink();
        assert!(once(Sending(&mut sink, Some(MINE[0]))).is_some_and(|sent| sent));
        log.put_first(1);
        Some(sink.into_parts().0)
    });
    ring.of_tx("Sender::into_sink", |tx, _| Some(tx.into_sink().into_parts().0));
}

/// Sends one value through a sink.
struct Sending<'s, P: SendEnd<Item = u32>>(&'s mut forebay::channel::SenderSink<P, Shared>, Option<u32>);

impl<P: SendEnd<Item = u32>> Unpin for Sending<'_, P> {}

impl<P: SendEnd<Item = u32>> Future for Sending<'_, P> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        use futures_sink::Sink;

        let Self(sink, value) = &mut *self;
        let mut sink = Pin::new(&mut **sink);
        match sink.as_mut().poll_ready(cx) {
            Poll::Ready(Ok(())) => {}
            _ => return Poll::Ready(false),
        }
        let is_taken = sink.as_mut().start_send(value.take().expect("it is polled once")).is_ok();
        Poll::Ready(is_taken && matches!(sink.poll_flush(cx), Poll::Ready(Ok(()))))
    }
}

/// What those have whose room is nobody else's.
fn reserve<R, P>(ring: &mut Operations<R>)
where
    R: Ring<Tx = Sender<P, Shared>>,
    P: ReserveEnd<Item = u32, Sent = ()> + 'static,
{
    ring.tx("Sender::reserve", |tx, _| {
        if has_room(tx, 1) {
            assert!(once(tx.reserve()).expect("there is room").is_ok());
        }
    });
    ring.tx("Sender::blocking_reserve", |tx, _| {
        if has_room(tx, 1) {
            assert!(tx.blocking_reserve().is_ok());
        }
    });
    ring.tx("Sender::try_reserve", |tx, _| tx.try_reserve().is_ok());
    ring.tx("Permit::send", |tx, log| {
        if let Ok(permit) = tx.try_reserve() {
            assert_eq!(permit.send(MINE[0]), Ok(()));
            log.put_first(1);
        }
    });
    ring.of_tx("Sender::reserve_owned", |tx, _| {
        if has_room(&tx, 1) { Some(once(tx.reserve_owned()).expect("there is room").ok()?.release()) } else { Some(tx) }
    });
    ring.of_tx("ReserveOwned::into_inner", |tx, _| tx.reserve_owned().into_inner());
    ring.of_tx("Sender::try_reserve_owned", |tx, _| match tx.try_reserve_owned() {
        Ok(permit) => Some(permit.release()),
        Err(error) => Some(error.into_inner()),
    });
    ring.of_tx("OwnedPermit::release", |tx, _| match tx.try_reserve_owned() {
        Ok(permit) => Some(permit.release()),
        Err(error) => Some(error.into_inner()),
    });
    ring.of_tx("OwnedPermit::send", |tx, log| match tx.try_reserve_owned() {
        Ok(permit) => {
            log.put_first(1);
            permit.send(MINE[0]).ok()
        }
        Err(error) => Some(error.into_inner()),
    });
}

fn force<R, P>(ring: &mut Operations<R>)
where
    R: Ring<Tx = Sender<P, Shared>>,
    P: ForceEnd<Item = u32> + 'static,
{
    ring.tx("Sender::force_send", |tx, log| {
        if let Ok(pushed) = tx.force_send(MINE[0]) {
            log.stored(MINE[0], pushed.evicted());
        }
    });
}

/// What all receivers have.
fn receivers<R, C>(ring: &mut Operations<R>)
where
    R: Ring<Rx = Receiver<C, Shared>>,
    C: ReceiveEnd<Item: Item> + 'static,
{
    ring.rx("Receiver::try_recv", |rx, log| log.popped(rx.try_recv().map(Item::number)));
    ring.rx("Receiver::drain", |rx, log| log.took(rx.drain().take(20).map(Item::number)));
    looks!(ring.rx, "Receiver", rx => rx, is_closed, len, is_empty, capacity, stats);
    ring.rx("Receiver::end", |rx, _| rx.end().len());
    ring.rx_goes("Receiver::drop", drop);
    ring.of_rx("IntoIter::into_inner", false, |rx, _| Some(rx.into_iter().into_inner()));
    let mut recv = |name, recv: fn(&mut Receiver<C, Shared>) -> C::Item| {
        ring.rx(name, move |rx, log| {
            if !rx.is_empty() {
                log.took([recv(rx).number()]);
            }
        });
    };
    recv("Receiver::recv", |rx| once(rx.recv()).expect("there is one").expect("there is one"));
    recv("Receiver::blocking_recv", |rx| rx.blocking_recv().expect("there is one"));
    recv("Receiver::recv_timeout", |rx| rx.recv_timeout(Duration::MAX).unwrap_or_else(|_| panic!("there is one")));
    recv("Receiver::recv_deadline", |rx| rx.recv_deadline(Instant::now()).unwrap_or_else(|_| panic!("there is one")));
    recv("Receiver::poll_recv", |rx| match rx.poll_recv(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(item)) => item,
        _ => panic!("there is one"),
    });
    recv("Receiver::blocking_iter", |rx| rx.blocking_iter().next().expect("there is one"));
    let mut recv_many = |name, recv: fn(&mut Receiver<C, Shared>, &mut Vec<C::Item>) -> usize| {
        ring.rx(name, move |rx, log| {
            let mut items = vec![];
            if !rx.is_empty() {
                assert!(recv(rx, &mut items) > 0);
            }
            log.took(items.into_iter().map(Item::number));
        });
    };
    recv_many("Receiver::recv_many", |rx, items| once(rx.recv_many(items, 2)).expect("there is one"));
    recv_many("Receiver::blocking_recv_many", |rx, items| rx.blocking_recv_many(items, 2));
}

/// What both ends have where there is a pressure.
fn pressures<R, P, C>(ring: &mut Operations<R>)
where
    R: Ring<Tx = Sender<P, Shared>, Rx = Receiver<C, Shared>>,
    P: SendEnd + PressureEnd + 'static,
    C: ReceiveEnd + PressureEnd + 'static,
{
    ring.tx("Sender::pressure", |tx, _| tx.pressure());
    ring.rx("Receiver::pressure", |rx, _| rx.pressure());
}

/// What both ends have where there is a policy.
fn policies<R, P, C, O>(ring: &mut Operations<R>, policy: O)
where
    R: Ring<Tx = Sender<P, Shared>, Rx = Receiver<C, Shared>>,
    P: SendEnd + PolicyEnd<Policy = O> + 'static,
    C: ReceiveEnd + PolicyEnd<Policy = O> + 'static,
    O: Copy + Send + Sync + 'static,
{
    ring.tx("Sender::overflow", |tx, _| {
        let _ = tx.overflow();
    });
    ring.tx("Sender::set_overflow", move |tx, _| tx.set_overflow(policy));
    ring.rx("Receiver::overflow", |rx, _| {
        let _ = rx.overflow();
    });
    ring.rx("Receiver::set_overflow", move |rx, _| rx.set_overflow(policy));
}

/// Whether there is room for so many, which nobody else takes.
fn has_room<P: SendEnd>(tx: &Sender<P, Shared>, count: usize) -> bool {
    tx.len() + count <= tx.capacity()
}

/// What both ends of a queue have: a ring that may be full.
fn queue<R, P, C>(ring: &mut Operations<R>)
where
    R: Ring<Tx = Sender<P, Shared>, Rx = Receiver<C, Shared>>,
    P: RoomEnd<Item = u32, Sent: Became> + 'static,
    C: ReceiveEnd<Item: Item> + 'static,
{
    senders(ring, has_room);
    ready(ring);
    receivers(ring);
}

/// What both ends of a queue of several senders have, where others take the room.
fn beside_others<R, P, C, O>(ring: &mut Operations<R>, policy: O)
where
    R: Ring<Tx = Sender<P, Shared>, Rx = Receiver<C, Shared>>,
    P: SendEnd<Item = u32, Sent: Became> + PolicyEnd<Policy = O> + 'static,
    C: ReceiveEnd + CloseEnd + PolicyEnd<Policy = O> + 'static,
    O: Copy + Send + Sync + 'static,
{
    ring.tx("Sender::try_send", |tx, log| try_send(tx, MINE[0], log));
    policies(ring, policy);
    ring.rx_closes("Receiver::close", Receiver::close);
}

/// Names of operations.
type Names = BTreeSet<&'static str>;

/// Those of a ring.
fn names<R: Ring>(how: How, operations: impl FnOnce(&mut Operations<R>)) -> Names {
    let mut ring = Operations::of(how);
    operations(&mut ring);
    ring.names().clone()
}

fn spsc(how: How) -> Names {
    names::<Spsc>(how, |ring| {
        queue(ring);
        reserve(ring);
        pressures(ring);
    })
}

fn mpsc(how: How) -> Names {
    let beside_others = names::<Mpsc<true>>(how, |ring| {
        beside_others(ring, Refusal::DropIncoming);
        ring.tx("Sender::clone", |tx, _| drop(tx.clone()));
        ring.tx("Sender::try_clone", |tx, _| drop(tx.try_clone()));
    });
    let by_itself = names::<Mpsc<false>>(how, |ring| {
        queue(ring);
        pressures(ring);
    });
    &beside_others | &by_itself
}

fn swap(how: How) -> Names {
    let beside_others = names::<Swap<true>>(how, |ring| {
        beside_others(ring, Overflow::Reject);
        force(ring);
        ring.tx("Sender::try_clone", |tx, _| drop(tx.try_clone()));
    });
    let by_itself = names::<Swap<false>>(how, |ring| {
        queue(ring);
        pressures(ring);
        ring.tx("SendFuture::with_grace", |tx, log| {
            if has_room(tx, 1) {
                let future = tx.send(MINE[0]).with_grace(std::future::pending::<()>());
                sent(MINE[0], once(future).expect("there is room"), log);
            }
        });
        ring.tx("SendWithGrace::into_inner", |tx, _| {
            assert!(tx.send(MINE[0]).with_grace(std::future::pending::<()>()).into_inner().is_some());
        });
    });
    &beside_others | &by_itself
}

fn priority(how: How) -> Names {
    let beside_others = names::<Priority<true>>(how, |ring| {
        beside_others(ring, Overflow::Reject);
        ring.tx("Sender::clone", |tx, _| drop(tx.clone()));
    });
    let by_itself = names::<Priority<false>>(how, |ring| {
        queue(ring);
        pressures(ring);
    });
    &beside_others | &by_itself
}

fn conflated(how: How) -> Names {
    names::<Conflated>(how, |ring| {
        senders(ring, |_, _| true);
        receivers(ring);
        pressures(ring);
    })
}

fn latest(how: How) -> Names {
    names::<Latest>(how, |ring| {
        senders(ring, |_, _| true);
        receivers(ring);
    })
}

fn fan_in(how: How) -> Names {
    let lane = names::<FanIn<false>>(how, |ring| {
        queue(ring);
        reserve(ring);
        ring.tx("Sender::pressure", |tx, _| tx.pressure());
        ring.tx("Sender::overflow", |tx, _| {
            let _ = tx.overflow();
        });
        ring.tx("Sender::set_overflow", |tx, _| tx.set_overflow(Refusal::DropIncoming));
    });
    let opener = names::<FanIn<true>>(how, |ring| {
        ring.tx("Opener::open", |(opener, _), log| {
            let mut lane = opener.open(NonZeroU32::MIN).expect("a free lane");
            try_send(&mut lane, MINE[0], log)
        });
        looks!(ring.tx, "Opener", tx => tx.0, lanes, is_closed);
        ring.tx("Opener::clone", |(opener, _), _| drop(opener.clone()));
        ring.of_tx("Opener::drop", |(opener, _), _| {
            drop(opener);
            None
        });
    });
    &lane | &opener
}

/// Each in a test of its own.
macro_rules! each {
    ($($name:ident),+) => {
        mod tried {
            $(
                #[test]
                fn $name() {
                    super::$name(super::How::Tries);
                }
            )+
        }

        /// On such a machine the steps are not those of the committed table.
        #[test]
        fn whether_there_is_a_barrier() {
            if !forebay::has_barrier() {
                stall::note("no barrier", 0, 0, 0);
            }
        }

        #[test]
        fn none_is_left_out() {
            let mut names = Names::new();
            $(names.extend($name(How::Names));)+
            check(&names);
        }
    };
}

each!(spsc, mpsc, swap, priority, conflated, latest, fan_in);

fn check(names: &BTreeSet<&str>) {
    declared::check(
        "std-ext/src/channel",
        names,
        &[
            ("Sender::closed", WAITS),
            ("Sender::blocking_closed", SLEEPS),
            ("Sender::pressure_changed", WAITS),
            ("Sender::blocking_pressure_changed", SLEEPS),
            ("Sender::pressure_changed_timeout", WAITS),
            ("Receiver::pressure_changed", WAITS),
            ("Receiver::blocking_pressure_changed", SLEEPS),
            ("Receiver::pressure_changed_timeout", WAITS),
            ("Builder::*", OWNERS),
            ("Lobby::*", OWNERS),
            ("SendError::into_inner", VALUE),
            ("SendTimeoutError::into_inner", VALUE),
            ("RingCounts::*", VALUE),
        ],
    );
}
