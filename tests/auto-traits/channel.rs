//! Channels: their ends go where those of their rings go, and so do their futures.

use std::fmt::Debug;
use std::future::Pending;
use std::rc::Rc;

use forebay::channel::{
    Closed, ConflatedReceiver, ConflatedSender, Drain, FanInOpener, FanInReceiver, FanInSender, IntoIter, LanesError,
    LatestReceiver, LatestSender, Lobby, MpscReceiver, MpscSender, NoSeat, Opener, OwnedPermit, Permit,
    PressureChanged, PriorityReceiver, PrioritySender, Ready, Receiver, RecvError, RecvFuture, RecvMany,
    RecvTimeoutError, Reserve, ReserveOwned, SendFuture, SendMany, SendWithGrace, SendWithin, Sender, SenderSink,
    Shared, SpscReceiver, SpscSender, SwapReceiver, SwapSender,
};
use forebay::{conflated, fan_in, latest, mpsc, priority};

use crate::ask::{CLONED_END, END, NEITHER, each_is, forever, sent, shared, traits};

type ClassOf<T> = fn(&T) -> usize;

#[test]
fn senders() {
    each_is!(
        END,
        |T| SpscSender<T>,
        |T| SwapSender<T>,
        |T| FanInSender<T>,
        |T| LatestSender<T>,
        |T| ConflatedSender<T, ClassOf<T>>,
    );
    each_is!(CLONED_END, |T| MpscSender<T>, |T| PrioritySender<T, ClassOf<T>, 2>, |T| FanInOpener<T>);
}

#[test]
fn receivers() {
    each_is!(
        END,
        |T| SpscReceiver<T>,
        |T| MpscReceiver<T>,
        |T| SwapReceiver<T>,
        |T| FanInReceiver<T>,
        |T| LatestReceiver<T>,
        |T| ConflatedReceiver<T>,
        |T| PriorityReceiver<T, 2>,
    );
}

#[test]
fn over_a_lobby() {
    type Desk = &'static Lobby<4>;
    each_is!(
        END,
        |T| Sender<fan_in::Producer<'static, T>, Desk>,
        |T| Receiver<fan_in::ByLane<'static, T>, Desk>,
        |T| Sender<latest::Writer<'static, T>, Desk>,
        |T| Receiver<latest::Reader<'static, T>, Desk>,
        |T| Sender<conflated::Keyed<'static, T, ClassOf<T>>, Desk>,
        |T| Receiver<conflated::Consumer<'static, T>, Desk>,
        |T| Sender<priority::By<'static, T, ClassOf<T>, 2>, Desk>,
        |T| Receiver<priority::ByClass<'static, T, 2>, Desk>,
    );
    each_is!(CLONED_END, |T| Opener<'static, T, (), Desk>);
    sent::<Lobby<2>>();
    shared::<Lobby<2>>();
}

#[test]
fn futures() {
    type Tx<T> = fan_in::OwnedProducer<T>;
    type Rx<T> = fan_in::ByLane<'static, T, fan_in::Keep<T>>;
    each_is!(
        END,
        |T| SendFuture<'static, Tx<T>, Shared>,
        |T| RecvFuture<'static, Rx<T>, Shared>,
        |T| Ready<'static, Tx<T>, Shared>,
        |T| Closed<'static, Tx<T>, Shared>,
        |T| PressureChanged<'static, Tx<T>, Shared>,
        |T| SenderSink<Tx<T>, Shared>,
        |T| SendMany<'static, Tx<T>, std::vec::IntoIter<T>, Shared>,
        |T| RecvMany<'static, Rx<T>, Vec<(usize, T)>, Shared>,
        |T| SendWithin<'static, Tx<T>, Shared, Pending<()>>,
        |T| SendWithGrace<'static, Tx<T>, Shared, Pending<()>>,
        |T| Reserve<'static, Tx<T>, Shared>,
        |T| ReserveOwned<Tx<T>, Shared>,
        |T| Permit<'static, Tx<T>, Shared>,
        |T| OwnedPermit<Tx<T>, Shared>,
        |T| Drain<'static, Rx<T>, Shared>,
        |T| IntoIter<Rx<T>, Shared>,
    );
}

#[test]
fn functions_and_what_keeps_the_ring_must_be_sent_too() {
    type RcOf = Box<dyn Fn(&u32) -> usize>;
    assert_eq!(traits!(|T| (ConflatedSender<u32, RcOf>, T)).crossing, NEITHER);
    assert_eq!(traits!(|T| (PrioritySender<u32, RcOf, 2>, T)).crossing, NEITHER);
    assert_eq!(traits!(|T| Opener<'static, T, Rc<()>, Shared>).crossing, NEITHER);
    assert_eq!(traits!(|T| Sender<mpsc::Producer<'static, T, Rc<()>>, Shared>).crossing, NEITHER);
}

#[test]
fn ends_that_own_their_ring_are_static_and_errors_are_errors() {
    forever::<FanInOpener<String>>();
    forever::<PrioritySender<String, ClassOf<String>, 2>>();
    const fn is_error<E: std::error::Error + Copy + Eq + Debug + Send + Sync + 'static>() {}
    is_error::<LanesError>();
    is_error::<NoSeat>();
    is_error::<RecvError>();
    is_error::<RecvTimeoutError>();
}
