//! Wakers are foreign code: they may panic, and they may use the channel themselves.

use std::cell::Cell;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread;

use forebay::PushError;
use forebay::channel::{self, MpscReceiver, MpscSender, RecvError, SendError};
use forebay_core::waker_cell::{Registrar, WakerCell};
use forebay_tests::ledger::{Ledger, Tracked, go_off, goes_off};

use super::{Counter, poll};

std::thread_local! {
    static ARMED: Cell<&'static str> = const { Cell::new("") };
    static WENT_OFF: Cell<usize> = const { Cell::new(0) };
}

fn maybe_go_off(at: &'static str) {
    if ARMED.get() == at {
        ARMED.set("");
        WENT_OFF.set(WENT_OFF.get() + 1);
        go_off();
    }
}

/// A waker that panics at what it is armed for, once.
fn bomb() -> Waker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |_| {
            maybe_go_off("clone");
            RawWaker::new(std::ptr::null(), &VTABLE)
        },
        |_| maybe_go_off("wake"),
        |_| maybe_go_off("wake"),
        |_| maybe_go_off("drop"),
    );
    // SAFETY: there is no state but that of the thread.
    unsafe { Waker::new(std::ptr::null(), &VTABLE) }
}

fn poll_with<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

fn full_of_tracked(ledger: &Ledger) -> (MpscSender<Tracked>, MpscSender<Tracked>, MpscReceiver<Tracked>) {
    let (mut sender, receiver) = channel::mpsc(1).unwrap();
    assert!(sender.try_send(ledger.item()).is_ok());
    (sender.clone(), sender, receiver)
}

/// A sender's waker that panics: the receiver has its item all the same, and nobody is forgotten.
#[test]
fn a_senders_waker_may_panic() {
    for at in ["clone", "wake", "drop"] {
        let ledger = Ledger::new();
        let (mut first, mut second, mut receiver) = full_of_tracked(&ledger);
        let (waker, counter) = (bomb(), Arc::<Counter>::default());
        let before = WENT_OFF.get();
        let mut send = first.send(ledger.item());
        if at == "clone" {
            ARMED.set(at);
            assert!(goes_off(|| poll_with(&mut send, &waker)));
        }
        assert!(poll_with(&mut send, &waker).is_pending());
        let mut next = second.send(ledger.item());
        assert!(poll(&mut next, &counter).is_pending());
        if at == "drop" {
            ARMED.set(at);
            // The old waker is dropped when another one takes its place.
            assert!(poll_with(&mut send, &Waker::from(Arc::clone(&counter))).is_pending());
            assert!(poll_with(&mut send, &waker).is_pending());
        }
        if at == "wake" {
            ARMED.set(at);
        }
        assert_eq!(receiver.try_recv().map(|item| item.id()), Ok(0));
        assert_eq!(WENT_OFF.get() - before, 1, "{at}");
        assert!(matches!(poll_with(&mut send, &waker), Poll::Ready(Ok(()))));
        assert!(poll(&mut next, &counter).is_pending());
        drop(receiver.try_recv().unwrap());
        assert!(matches!(poll(&mut next, &counter), Poll::Ready(Ok(()))));
        drop(receiver.try_recv().unwrap());
        drop((send, next));
        drop((first, second, receiver));
        ledger.settle();
    }
}

/// What a waker's panic carries is dropped, and may panic in that.
#[test]
fn what_a_wakers_panic_carries_may_panic() {
    struct Panics(Tracked);

    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            let Self(item) = Arc::into_inner(self).expect("there is one");
            std::panic::resume_unwind(Box::new(item));
        }
    }

    for armed in [false, true] {
        let ledger = Ledger::new();
        let (mut sender, another, mut receiver) = full_of_tracked(&ledger);
        let carried = ledger.item();
        if armed {
            ledger.arm(carried.id());
        }
        let mut send = sender.send(ledger.item());
        assert!(poll_with(&mut send, &Waker::from(Arc::new(Panics(carried)))).is_pending());
        drop(receiver.try_recv().unwrap());
        assert_eq!((ledger.alive(), ledger.armed()), (1, 0), "what the panic carried is gone");
        assert!(matches!(poll(&mut send, &Arc::default()), Poll::Ready(Ok(()))));
        drop((receiver.try_recv().unwrap(), send));
        drop((sender, another, receiver));
        ledger.settle();
    }
}

/// A future whose waker panics in its drop still passes its call on.
#[test]
fn a_call_goes_on_although_a_waker_panics() {
    let ledger = Ledger::new();
    let (mut first, mut second, mut receiver) = full_of_tracked(&ledger);
    let mut third = second.clone();
    let (waker, counter, last) = (bomb(), Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut send = first.send(ledger.item());
    assert!(poll(&mut send, &counter).is_pending());
    let mut next = second.send(ledger.item());
    assert!(poll_with(&mut next, &waker).is_pending());
    let mut after = third.send(ledger.item());
    assert!(poll(&mut after, &last).is_pending());
    drop(receiver.try_recv().unwrap());
    assert_eq!(counter.count(), 1);
    ARMED.set("wake");
    drop(send);
    assert_eq!(ARMED.get(), "", "the call went on");
    drop(next);
    assert_eq!(last.count(), 1);
    assert!(matches!(poll(&mut after, &last), Poll::Ready(Ok(()))));
    drop(after);
    drop((first, second, third, receiver));
    ledger.settle();
}

/// A close wakes all, although one waker panics.
#[test]
fn a_close_wakes_all_although_a_waker_panics() {
    let ledger = Ledger::new();
    let (mut first, mut second, mut receiver) = full_of_tracked(&ledger);
    let (waker, counter) = (bomb(), Arc::<Counter>::default());
    let (mut send, mut next) = (first.send(ledger.item()), second.send(ledger.item()));
    assert!(poll_with(&mut send, &waker).is_pending());
    assert!(poll(&mut next, &counter).is_pending());
    ARMED.set("wake");
    receiver.close();
    assert_eq!((ARMED.get(), counter.count()), ("", 1));
    assert!(matches!(poll(&mut next, &counter), Poll::Ready(Err(SendError::Closed(item))) if item.id() == 2));
    assert!(matches!(poll_with(&mut send, &waker), Poll::Ready(Err(SendError::Closed(item))) if item.id() == 1));
    drop((send, next));
    drop((first, second, receiver));
    ledger.settle();
}

/// The receiver's waker may panic: what was sent is inside.
#[test]
fn the_receivers_waker_may_panic() {
    for at in ["clone", "wake", "drop"] {
        let ledger = Ledger::new();
        let (mut sender, mut receiver) = channel::mpsc(2).unwrap();
        let waker = bomb();
        let before = WENT_OFF.get();
        let mut receive = receiver.recv();
        if at == "clone" {
            ARMED.set(at);
            assert!(goes_off(|| poll_with(&mut receive, &waker)));
        }
        assert!(poll_with(&mut receive, &waker).is_pending());
        if at == "wake" {
            ARMED.set(at);
        }
        assert!(sender.try_send(ledger.item()).is_ok());
        if at == "drop" {
            drop(receive);
            drop(receiver.try_recv().unwrap());
            receive = receiver.recv();
            assert!(poll_with(&mut receive, &waker).is_pending());
            ARMED.set(at);
            // The one that is registered is dropped when another one takes its place.
            assert!(poll(&mut receive, &Arc::default()).is_pending());
            drop(receive);
            assert!(sender.try_send(ledger.item()).is_ok());
            receive = receiver.recv();
        }
        assert_eq!(WENT_OFF.get() - before, 1, "{at}");
        assert!(matches!(poll_with(&mut receive, &waker), Poll::Ready(Ok(_))));
        drop(receive);
        drop((sender, receiver));
        ledger.settle();
    }
}

/// The receiver's waker may panic as it goes with the receiver: the senders are told all the same.
#[test]
fn a_waker_may_panic_as_the_receiver_goes() {
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    sender.try_send(1).unwrap();
    let counter = Arc::<Counter>::default();
    let mut send = sender.send(2);
    assert!(poll(&mut send, &counter).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(())));
    drop(send);
    assert_eq!(receiver.try_recv(), Ok(2));
    assert!(poll_with(&mut receiver.recv(), &bomb()).is_pending());
    ARMED.set("drop");
    drop(receiver);
    assert_eq!(ARMED.get(), "");
    assert_eq!(sender.try_send(3), Err(PushError::Closed(3)));
}

/// A call is over when the waker has panicked.
#[test]
fn a_call_ends_by_a_panic_too() {
    let cell = WakerCell::new();
    let mut registrar = Registrar::claim(&cell, |cell| cell).unwrap();
    let waker = bomb();
    assert!(registrar.register(&waker).is_ok());
    ARMED.set("wake");
    assert!(goes_off(|| cell.call(Waker::wake_by_ref)));
    assert!(!cell.is_waiting());
    assert!(registrar.register(&waker).is_ok(), "nobody is calling");
    assert!(cell.call(Waker::wake_by_ref));
    ARMED.set("clone");
    assert!(registrar.register(&waker).is_ok(), "there is no need to clone it again");
    assert!(goes_off(|| registrar.register(Waker::noop()).map(|_| registrar.register(&waker))));
    assert!(cell.is_waiting(), "nothing has changed");
    assert!(Registrar::claim(&cell, |cell| cell).is_none());
    drop(registrar);
    assert!(Registrar::claim(&cell, |cell| cell).is_some());
}

/// One that does not wait any more is not called, although its waker is kept.
#[test]
fn a_receiver_that_has_given_up_is_not_called() {
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    let counter = Arc::<Counter>::default();
    assert!(poll(&mut receiver.recv(), &counter).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!((receiver.try_recv(), counter.count()), (Ok(1), 0));
}

/// A waker that holds up the first who wakes it, until it is told to let go.
struct Slow {
    counter: Arc<Counter>,
    held: Barrier,
    told: Barrier,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self { counter: Arc::default(), held: Barrier::new(2), told: Barrier::new(2) })
    }
}

impl Wake for Slow {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.counter.wake_by_ref();
        if self.counter.count() == 1 {
            self.held.wait();
            self.told.wait();
        }
    }
}

/// A sender that is held up as it wakes the receiver holds up nobody else: the receiver goes on receiving and waiting, and others
/// wake it, whichever waker it has then.
#[test]
fn a_sender_may_be_held_up_as_it_wakes() {
    let (mut sender, mut receiver) = channel::mpsc(4).unwrap();
    let mut slow_sender = sender.clone();
    let slow = Slow::new();
    let (waker, counter) = (Waker::from(Arc::clone(&slow)), Arc::<Counter>::default());
    let other = Waker::from(Arc::clone(&counter));
    let poll_with = |receiver: &mut MpscReceiver<_>, waker| receiver.poll_recv(&mut Context::from_waker(waker));
    assert!(poll_with(&mut receiver, &waker).is_pending());
    let held = thread::spawn(move || slow_sender.try_send(1).unwrap());
    slow.held.wait();
    assert_eq!(poll_with(&mut receiver, &waker), Poll::Ready(Ok(1)));
    for number in 2..5 {
        assert!(poll_with(&mut receiver, &waker).is_pending());
        sender.try_send(number).unwrap();
        assert_eq!(slow.counter.count(), number);
        assert_eq!(poll_with(&mut receiver, &waker), Poll::Ready(Ok(number)));
        // Out of line it is not called.
        assert!(poll(&mut receiver.recv(), &counter).is_pending());
        sender.try_send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
        assert!(poll_with(&mut receiver, &waker).is_pending());
        assert!(poll_with(&mut receiver, &other).is_pending());
        sender.try_send(number).unwrap();
        assert_eq!((slow.counter.count(), counter.count()), (number, number - 1));
        assert_eq!(poll_with(&mut receiver, &other), Poll::Ready(Ok(number)));
    }
    assert!(poll_with(&mut receiver, &other).is_pending());
    slow.told.wait();
    held.join().unwrap();
    assert_eq!(counter.count(), 4, "a sender has gone");
    assert!(poll_with(&mut receiver, &waker).is_pending());
    sender.try_send(5).unwrap();
    assert_eq!((slow.counter.count(), counter.count()), (5, 4));
    assert_eq!(poll_with(&mut receiver, &waker), Poll::Ready(Ok(5)));
    assert!(poll_with(&mut receiver, &waker).is_pending());
    drop((waker, other));
    assert_eq!((Arc::strong_count(&slow), Arc::strong_count(&counter)), (2, 1), "one stays");
    assert!(poll(&mut receiver.recv(), &counter).is_pending());
    assert_eq!((Arc::strong_count(&slow), Arc::strong_count(&counter)), (1, 2), "the one it had last");
    drop(receiver);
    assert_eq!(Arc::strong_count(&counter), 1, "it goes with the receiver");
}

/// The receiver goes while a sender is held up as it wakes it: the waker goes with the channel.
#[test]
fn the_receiver_may_go_while_it_is_woken() {
    let (sender, mut receiver) = channel::mpsc(1).unwrap();
    let mut slow_sender = sender.clone();
    let slow = Slow::new();
    assert!(receiver.poll_recv(&mut Context::from_waker(&Waker::from(Arc::clone(&slow)))).is_pending());
    let held = thread::spawn(move || slow_sender.try_send(1).unwrap());
    slow.held.wait();
    drop(receiver);
    slow.told.wait();
    held.join().unwrap();
    drop(sender);
    assert_eq!(Arc::strong_count(&slow), 1);
}

/// A waker that polls the receiver itself, in the middle of the send that wakes it, and goes on as long as there are items.
struct Inline {
    receiver: Mutex<MpscReceiver<u32>>,
    received: Mutex<Vec<u32>>,
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut receiver = self.receiver.lock().unwrap();
        while let Poll::Ready(Ok(number)) = receiver.poll_recv(&mut Context::from_waker(&waker)) {
            self.received.lock().unwrap().push(number);
        }
    }
}

#[test]
fn a_waker_may_receive() {
    let (mut sender, receiver) = channel::mpsc(1).unwrap();
    let inline = Arc::new(Inline { receiver: Mutex::new(receiver), received: Mutex::default() });
    Waker::from(Arc::clone(&inline)).wake();
    (0..10).for_each(|number| sender.try_send(number).unwrap());
    assert_eq!(*inline.received.lock().unwrap(), (0..10).collect::<Vec<_>>());
    // The receiver keeps the waker, which has the receiver.
    let (_, another) = channel::mpsc(1).unwrap();
    drop(mem::replace(&mut *inline.receiver.lock().unwrap(), another));
    assert_eq!(Arc::strong_count(&inline), 1);
}

/// A waker that has an end of its own channel: it goes with the waker, in the middle of a call.
struct Owner {
    _sender: Mutex<MpscSender<u32>>,
    counter: Arc<Counter>,
}

impl Wake for Owner {
    fn wake(self: Arc<Self>) {
        self.counter.clone().wake();
    }
}

#[test]
fn a_waker_may_have_an_end() {
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    let counter = Arc::<Counter>::default();
    let waker = Waker::from(Arc::new(Owner { _sender: Mutex::new(sender.clone()), counter: Arc::clone(&counter) }));
    assert!(receiver.poll_recv(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    sender.try_send(1).unwrap();
    assert_eq!(counter.count(), 1);
    drop(sender);
    assert_eq!(poll(&mut receiver.recv(), &counter), Poll::Ready(Ok(1)));
    // That of the waker has gone, too.
    assert_eq!(poll(&mut receiver.recv(), &counter), Poll::Ready(Err(RecvError)));
}
