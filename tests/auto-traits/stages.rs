//! Stages: what counts is there once, and what counts nothing may be had twice.

use core::marker::PhantomData;

use forebay::channel::{Receiver, RecvFuture, SendFuture, Sender, Shared};
use forebay::expiry::InstantClock;
use forebay::pacer::InstantPacer;
use forebay_core::admission::{Classes, Gate, Sampler, Sampling, Thresholds, Weighing};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::mpsc;

use crate::ask::{Ask, Otherwise as _, SendOnly};

type Clock = fn() -> u64;
type Producer = mpsc::Producer<'static, u32>;
type Sample = Sampler<u32, &'static Sampling>;
type ByClass = Classes<u32, &'static Thresholds<2>, fn(&u32) -> usize, 2>;

/// Whether a type is `Clone`, where all is that it holds.
macro_rules! clones {
    ($($type:ty),* $(,)?) => {
        [$(Ask::<$type>::CLONE),*]
    };
}

#[test]
fn what_counts_is_there_once() {
    assert_eq!(clones!(Producer, Clock, &'static Sampling, PhantomData<u32>), [true; 4]);
    assert_eq!(clones!(Sample, Weighing<()>, ByClass, Gate<Producer, ()>), [false; 4]);
    assert_eq!(clones!(Expiring<(), Clock, &'static MaxAge, fn(u32)>), [false]);
    assert_eq!(clones!(Stamping<mpsc::Producer<'static, Stamped<u32>>, Clock>), [true]);
}

type Tx<T> = Stamping<forebay::mpsc::OwnedProducer<Stamped<T>>, InstantClock>;
type Rx<T> = Expiring<forebay::mpsc::OwnedConsumer<Stamped<T>>, InstantClock, MaxAge, fn(T)>;

/// Whether the ends of a channel with stages, and their futures, have a trait.
macro_rules! ends {
    ($item:ty, $trait:ident) => {
        [
            Ask::<Sender<Tx<$item>, Shared>>::$trait,
            Ask::<Receiver<Rx<$item>, Shared>>::$trait,
            Ask::<SendFuture<'_, Tx<$item>, Shared>>::$trait,
            Ask::<RecvFuture<'_, Rx<$item>, Shared>>::$trait,
        ]
    };
}

#[test]
fn channels_with_stages_cross_threads_as_their_items_do() {
    assert_eq!((ends!(SendOnly, SEND), ends!(*const u32, SEND)), ([true; 4], [false; 4]));
    assert_eq!(ends!(SendOnly, UNPIN), [true; 4]);
    assert_eq!(ends!(SendOnly, CLONE), [true, false, false, false]);
}

#[test]
fn what_counts_in_instants_goes_anywhere() {
    assert_eq!((Ask::<InstantClock>::SYNC, Ask::<InstantClock>::COPY), (true, true));
    assert_eq!((Ask::<InstantPacer>::SYNC, Ask::<InstantPacer>::SEND, Ask::<InstantPacer>::COPY), (true, true, false));
}
