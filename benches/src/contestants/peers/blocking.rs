//! The others' channels, for threads that wait.

use std::num::NonZeroUsize;
use std::sync::mpsc as std_mpsc;

use super::several::{Crossfire, Flume, GilMpsc, Kanal, StdChannel, ThingBufChannel};
use super::single::CrossbeamChannel;
use crate::queue::{Channel, HandIn, HandOut, Role};

impl Channel for CrossbeamChannel {
    const NAME: &'static str = "crossbeam-channel";
    const ROLE: Role = Role::Peer;
    type Tx = crossbeam_channel::Sender<u64>;
    type Rx = crossbeam_channel::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = crossbeam_channel::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for crossbeam_channel::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for crossbeam_channel::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

impl Channel for Flume {
    const NAME: &'static str = "flume";
    const ROLE: Role = Role::Peer;
    type Tx = flume::Sender<u64>;
    type Rx = flume::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = flume::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for flume::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for flume::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

impl Channel for Kanal {
    const NAME: &'static str = "kanal";
    const ROLE: Role = Role::Peer;
    type Tx = kanal::Sender<u64>;
    type Rx = kanal::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = kanal::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for kanal::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for kanal::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

impl Channel for Crossfire {
    const NAME: &'static str = "crossfire";
    const ROLE: Role = Role::Peer;
    type Tx = crossfire::MTx<crossfire::mpsc::Array<u64>>;
    type Rx = crossfire::Rx<crossfire::mpsc::Array<u64>>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = crossfire::mpsc::bounded_blocking(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for crossfire::MTx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for crossfire::Rx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

/// crossfire for one producer.
pub(super) struct CrossfireOfOne;

impl Channel for CrossfireOfOne {
    const NAME: &'static str = "crossfire spsc";
    const ROLE: Role = Role::Peer;
    type Tx = crossfire::Tx<crossfire::spsc::Array<u64>>;
    type Rx = crossfire::Rx<crossfire::spsc::Array<u64>>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = crossfire::spsc::bounded_blocking(capacity);
        (only(tx, producers), rx)
    }
}

impl HandIn for crossfire::Tx<crossfire::spsc::Array<u64>> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for crossfire::Rx<crossfire::spsc::Array<u64>> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

/// loole: a deque behind a lock, as flume.
pub(super) struct Loole;

impl Channel for Loole {
    const NAME: &'static str = "loole";
    const ROLE: Role = Role::Peer;
    type Tx = loole::Sender<u64>;
    type Rx = loole::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = loole::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for loole::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for loole::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

impl Channel for ThingBufChannel {
    const NAME: &'static str = "thingbuf";
    const ROLE: Role = Role::Peer;
    type Tx = thingbuf::mpsc::blocking::Sender<u64>;
    type Rx = thingbuf::mpsc::blocking::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = thingbuf::mpsc::blocking::channel(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for thingbuf::mpsc::blocking::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for thingbuf::mpsc::blocking::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

impl Channel for StdChannel {
    const NAME: &'static str = "std sync_channel";
    const ROLE: Role = Role::Peer;
    type Tx = std_mpsc::SyncSender<u64>;
    type Rx = std_mpsc::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = std_mpsc::sync_channel(capacity);
        (vec![tx; producers], rx)
    }
}

impl HandIn for std_mpsc::SyncSender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item).expect("the receiver is there");
    }
}

impl HandOut for std_mpsc::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv().expect("all items have been sent")
    }
}

/// Nobody sleeps: not a sender without room, and not a receiver without an item.
impl Channel for GilMpsc {
    const NAME: &'static str = "gil";
    const ROLE: Role = Role::Peer;
    type Tx = gil::mpsc::Sender<u64>;
    type Rx = gil::mpsc::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = gil::mpsc::channel(NonZeroUsize::new(capacity).expect("no capacity is 0"));
        (vec![tx; producers], rx)
    }
}

impl HandIn for gil::mpsc::Sender<u64> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        self.send(item);
    }
}

impl HandOut for gil::mpsc::Receiver<u64> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.recv()
    }
}

/// The one end, where there can't be more.
pub(super) fn only<S>(tx: S, producers: usize) -> Vec<S> {
    assert_eq!(producers, 1, "it is for one producer");
    vec![tx]
}
