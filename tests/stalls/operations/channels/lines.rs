//! Who waits may take a lock, and stand still while it is held: then those wait who have brought what it waits for, and nobody else.
//! Those take no lock, wherever it stands still. And whoever stood still is called for what came, or finds it. A receiver that waits for an
//! item holds nobody up.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use std::{future, mem};

use forebay::channel;
use forebay_core::{PopError, Pressure, PushError, steps};
use forebay_tests::stall;

use super::{Future, Pin, Poll};

/// Notes that it was called.
#[derive(Default)]
struct Called(AtomicBool);

impl Wake for Called {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// Whether what the others do is what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brings {
    It,
    /// Then they take no lock.
    SomethingElse,
}

/// Polls a future once, and leaves it in its line. Answers with whether it was ready.
fn poll<F: Future + Unpin>(mut future: F, cx: &mut Context<'_>) -> bool {
    let is_ready = Pin::new(&mut future).poll(cx).is_ready();
    mem::forget(future);
    is_ready
}

/// Stops one that waits before each of its steps, while others do something. Answers with whether they had to wait anywhere.
fn stands_still<A: Send + 'static, B: Send + 'static>(
    names: (&str, &str),
    make: impl Fn() -> (A, B),
    waits: impl Fn(&mut A, &mut Context<'_>) -> bool + Copy + Send + Sync + 'static,
    others: impl Fn(&mut B) + Copy + Send + Sync + 'static,
    brings: Brings,
) -> bool {
    stands_still_and_looks(names, make, waits, |_| false, others, brings)
}

/// The same with one that may have given up before it came: then its next look finds it.
fn stands_still_and_looks<A: Send + 'static, B: Send + 'static>(
    (who, meanwhile): (&str, &str),
    make: impl Fn() -> (A, B),
    waits: impl Fn(&mut A, &mut Context<'_>) -> bool + Copy + Send + Sync + 'static,
    looks: impl Fn(&mut A) -> bool,
    others: impl Fn(&mut B) + Copy + Send + Sync + 'static,
    brings: Brings,
) -> bool {
    let mut is_held_up = false;
    stall::named("channel, in line", &format!("{who}` while `{meanwhile}"), || {
        let stops = stall::held_up(
            || {
                let (a, b) = make();
                let called = Arc::new(Called::default());
                ((a, Arc::clone(&called)), (b, called))
            },
            move |(mut a, called)| {
                let waker = Waker::from(called);
                let is_ready = waits(&mut a, &mut Context::from_waker(&waker));
                (a, is_ready)
            },
            move |(b, _)| {
                let locks = steps::locks();
                others(b);
                steps::locks() - locks
            },
            |(mut a, is_ready), locks, (b, called)| {
                match brings {
                    Brings::It => {
                        let is_told = is_ready || called.0.load(Ordering::Acquire) || looks(&mut a);
                        assert!(is_told, "it came, and nobody was told");
                    }
                    Brings::SomethingElse => assert_eq!((is_ready, locks), (false, 0), "it is not what is waited for"),
                }
                drop((a, b));
            },
        );
        assert!(!stops.is_empty());
        for stop in &stops {
            assert!(!stop.waited || stop.holds_lock && brings == Brings::It, "{who}, {meanwhile}: {stops:?}");
            is_held_up |= stop.waited;
        }
        0
    });
    is_held_up
}

type Mpsc = (channel::MpscSender<u32>, (channel::MpscSender<u32>, channel::MpscReceiver<u32>));

/// One sender, and another with the receiver, of a channel for one with so many items inside.
fn mpsc(inside: usize) -> Mpsc {
    let (mut tx, rx) = channel::mpsc(1).expect("a small channel");
    let another = tx.clone();
    (0..inside).for_each(|_| tx.try_send(0).expect("room"));
    (tx, (another, rx))
}

fn try_recv((_, rx): &mut (channel::MpscSender<u32>, channel::MpscReceiver<u32>)) {
    assert_eq!(rx.try_recv(), Ok(0));
}

fn is_refused((tx, _): &mut (channel::MpscSender<u32>, channel::MpscReceiver<u32>)) {
    assert_eq!(tx.try_send(1), Err(PushError::Full(1)));
}

fn is_taken((tx, _): &mut (channel::MpscSender<u32>, channel::MpscReceiver<u32>)) {
    assert_eq!(tx.try_send(1), Ok(()));
}

fn finds_nothing((_, rx): &mut (channel::MpscSender<u32>, channel::MpscReceiver<u32>)) {
    assert_eq!(rx.try_recv(), Err(PopError::Empty));
}

#[test]
fn for_room() {
    let send = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.send(9), cx);
    let names = |other| ("Sender::send", other);
    let is_held_up = stands_still(names("Receiver::try_recv"), || mpsc(1), send, try_recv, Brings::It);
    assert!(is_held_up, "the lines are behind a lock");
    stands_still(names("Sender::try_send"), || mpsc(1), send, is_refused, Brings::SomethingElse);
    let ready = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.ready(), cx);
    stands_still(("Sender::ready", "Receiver::try_recv"), || mpsc(1), ready, try_recv, Brings::It);
    stands_still(("Sender::ready", "Sender::try_send"), || mpsc(1), ready, is_refused, Brings::SomethingElse);
    let many = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.send_many([9].into_iter()), cx);
    stands_still(("Sender::send_many", "Receiver::try_recv"), || mpsc(1), many, try_recv, Brings::It);
    let within =
        |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.send(9).within(future::pending::<()>()), cx);
    stands_still(("SendFuture::within", "Receiver::try_recv"), || mpsc(1), within, try_recv, Brings::It);
}

/// Whoever gives up goes out of its line, and owes nobody anything here.
#[test]
fn no_longer() {
    let gives_up = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| {
        let mut send = tx.send(9);
        let is_ready = Pin::new(&mut send).poll(cx).is_ready();
        drop(send);
        is_ready
    };
    let who = "Sender::send, and given up";
    stands_still((who, "Sender::try_send"), || mpsc(1), gives_up, is_refused, Brings::SomethingElse);
    let gives_up = |rx: &mut channel::MpscReceiver<u32>, cx: &mut Context<'_>| {
        let mut recv = rx.recv();
        Pin::new(&mut recv).poll(cx).is_ready()
    };
    let who = "Receiver::recv, and given up";
    stands_still((who, "Sender::len"), no_items, gives_up, |tx| assert_eq!(tx.len(), 0), Brings::SomethingElse);
}

fn no_items() -> (channel::MpscReceiver<u32>, channel::MpscSender<u32>) {
    let (tx, rx) = channel::mpsc(1).expect("a small channel");
    (rx, tx)
}

#[test]
fn for_an_item() {
    let recv = |rx: &mut channel::MpscReceiver<u32>, cx: &mut Context<'_>| poll(rx.recv(), cx);
    let send = |tx: &mut channel::MpscSender<u32>| assert_eq!(tx.try_send(1), Ok(()));
    assert!(
        !stands_still(("Receiver::recv", "Sender::try_send"), no_items, recv, send, Brings::It),
        "there is no lock"
    );
    let look = |tx: &mut channel::MpscSender<u32>| {
        assert_eq!((tx.len(), tx.is_full(), tx.is_closed(), tx.pressure()), (0, false, false, Pressure::Open));
    };
    stands_still(("Receiver::recv", "Sender::len"), no_items, recv, look, Brings::SomethingElse);
    let poll_recv =
        |rx: &mut channel::MpscReceiver<u32>, cx: &mut Context<'_>| matches!(rx.poll_recv(cx), Poll::Ready(Ok(_)));
    assert!(
        !stands_still(("Receiver::poll_recv", "Sender::try_send"), no_items, poll_recv, send, Brings::It),
        "there is no lock"
    );
}

#[test]
fn for_the_end() {
    let closed = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.closed(), cx);
    let names = |other| ("Sender::closed", other);
    stands_still(names("Receiver::try_recv"), || mpsc(1), closed, try_recv, Brings::SomethingElse);
    stands_still(names("Receiver::try_recv, empty"), || mpsc(0), closed, finds_nothing, Brings::SomethingElse);
    stands_still(names("Sender::try_send"), || mpsc(0), closed, is_taken, Brings::SomethingElse);
    let is_held_up = stands_still(names("Receiver::close"), || mpsc(0), closed, |(_, rx)| rx.close(), Brings::It);
    assert!(is_held_up, "the lines are behind a lock");
}

#[test]
fn for_another_pressure() {
    let changed = |tx: &mut channel::MpscSender<u32>, cx: &mut Context<'_>| poll(tx.pressure_changed(), cx);
    let names = |other| ("Sender::pressure_changed", other);
    let is_held_up = stands_still(names("Sender::try_send"), || mpsc(0), changed, is_taken, Brings::It);
    assert!(is_held_up, "the lines are behind a lock");
    let changed = |rx: &mut channel::MpscReceiver<u32>, cx: &mut Context<'_>| poll(rx.pressure_changed(), cx);
    let send = |tx: &mut channel::MpscSender<u32>| assert_eq!(tx.try_send(1), Ok(()));
    stands_still(("Receiver::pressure_changed", "Sender::try_send"), no_items, changed, send, Brings::It);
}

/// A thread that waits, for so short a time that it sleeps for none of it: it gets in line, looks once more, and goes out of it.
#[test]
fn for_another_pressure_as_a_thread() {
    let of_sender = |tx: &mut channel::MpscSender<u32>| tx.pressure_changed_timeout(Duration::ZERO).is_some();
    let waits = move |tx: &mut channel::MpscSender<u32>, _: &mut Context<'_>| of_sender(tx);
    let names = |other| ("Sender::pressure_changed_timeout", other);
    let is_held_up =
        stands_still_and_looks(names("Sender::try_send"), || mpsc(0), waits, of_sender, is_taken, Brings::It);
    assert!(is_held_up, "the lines are behind a lock");
    stands_still(names("Receiver::try_recv, empty"), || mpsc(0), waits, finds_nothing, Brings::SomethingElse);
    let of_receiver = |rx: &mut channel::MpscReceiver<u32>| rx.pressure_changed_timeout(Duration::ZERO).is_some();
    let waits = move |rx: &mut channel::MpscReceiver<u32>, _: &mut Context<'_>| of_receiver(rx);
    let names = |other| ("Receiver::pressure_changed_timeout", other);
    let send = |tx: &mut channel::MpscSender<u32>| assert_eq!(tx.try_send(1), Ok(()));
    stands_still_and_looks(names("Sender::try_send"), no_items, waits, of_receiver, send, Brings::It);
    stands_still(names("Sender::len"), no_items, waits, |tx| assert_eq!(tx.len(), 0), Brings::SomethingElse);
}

/// One that waits for room in its lane costs the others no lock: neither who sends in another one, nor a pop from there.
#[test]
fn for_room_in_a_lane() {
    let make = || {
        let (opener, rx) = channel::fan_in(2, 1).expect("a small channel");
        let [mut other, mut mine] = [(); 2].map(|()| opener.open(NonZeroU32::MIN).expect("a free lane"));
        other.try_send(0).expect("room");
        mine.try_send(5).expect("room");
        (mine, (other, rx))
    };
    let send = |tx: &mut channel::FanInSender<u32>, cx: &mut Context<'_>| poll(tx.send(9), cx);
    let names = |other| ("Sender::send, in a lane", other);
    let refused = |(other, _): &mut (channel::FanInSender<u32>, channel::FanInReceiver<u32>)| {
        assert_eq!(other.try_send(1), Err(PushError::Full(1)));
    };
    stands_still(names("Sender::try_send, in another"), make, send, refused, Brings::SomethingElse);
    let from_other = |(_, rx): &mut (channel::FanInSender<u32>, channel::FanInReceiver<u32>)| {
        assert_eq!(rx.try_recv().map(|(_, number)| number), Ok(0), "the first lane comes first");
    };
    stands_still(names("Receiver::try_recv, from another"), make, send, from_other, Brings::SomethingElse);
    let from_mine = |(_, rx): &mut (channel::FanInSender<u32>, channel::FanInReceiver<u32>)| {
        assert_eq!([0; 2].map(|_| rx.try_recv().map(|(_, number)| number)), [Ok(0), Ok(5)]);
    };
    let is_held_up = stands_still(names("Receiver::try_recv, from it"), make, send, from_mine, Brings::It);
    assert!(is_held_up, "the lines are behind a lock");
    let reserve = |tx: &mut channel::FanInSender<u32>, cx: &mut Context<'_>| poll(tx.reserve(), cx);
    let names = |other| ("Sender::reserve, in a lane", other);
    stands_still(names("Receiver::try_recv, from another"), make, reserve, from_other, Brings::SomethingElse);
    stands_still(names("Receiver::try_recv, from it"), make, reserve, from_mine, Brings::It);
}
