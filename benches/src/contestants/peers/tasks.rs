//! The others' channels, for tasks that wait.

use super::blocking::{CrossfireOfOne, Loole, only};
use super::several::{Crossfire, Flume, Kanal, ThingBufChannel, Tokio};
use crate::queue::{Role, TaskChannel, TaskHandIn, TaskHandOut};

impl TaskChannel for Tokio {
    const NAME: &'static str = "tokio";
    const ROLE: Role = Role::Peer;
    type Tx = tokio::sync::mpsc::Sender<u64>;
    type Rx = tokio::sync::mpsc::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = tokio::sync::mpsc::channel(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for tokio::sync::mpsc::Sender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for tokio::sync::mpsc::Receiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}

/// async-channel: concurrent-queue and lists of listeners.
pub(super) struct AsyncChannel;

impl TaskChannel for AsyncChannel {
    const NAME: &'static str = "async-channel";
    const ROLE: Role = Role::Peer;
    type Tx = async_channel::Sender<u64>;
    type Rx = async_channel::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = async_channel::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for async_channel::Sender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for async_channel::Receiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}

impl TaskChannel for Flume {
    const NAME: &'static str = "flume";
    const ROLE: Role = Role::Peer;
    type Tx = flume::Sender<u64>;
    type Rx = flume::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = flume::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for flume::Sender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send_async(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for flume::Receiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv_async().await.expect("all items have been sent")
    }
}

impl TaskChannel for Kanal {
    const NAME: &'static str = "kanal";
    const ROLE: Role = Role::Peer;
    type Tx = kanal::AsyncSender<u64>;
    type Rx = kanal::AsyncReceiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = kanal::bounded_async(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for kanal::AsyncSender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for kanal::AsyncReceiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}

impl TaskChannel for Crossfire {
    const NAME: &'static str = "crossfire";
    const ROLE: Role = Role::Peer;
    type Tx = crossfire::MAsyncTx<crossfire::mpsc::Array<u64>>;
    type Rx = crossfire::AsyncRx<crossfire::mpsc::Array<u64>>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = crossfire::mpsc::bounded_async(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for crossfire::MAsyncTx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for crossfire::AsyncRx<crossfire::mpsc::Array<u64>> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}

impl TaskChannel for CrossfireOfOne {
    const NAME: &'static str = "crossfire spsc";
    const ROLE: Role = Role::Peer;
    type Tx = crossfire::AsyncTx<crossfire::spsc::Array<u64>>;
    type Rx = crossfire::AsyncRx<crossfire::spsc::Array<u64>>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = crossfire::spsc::bounded_async(capacity);
        (only(tx, producers), rx)
    }
}

impl TaskHandIn for crossfire::AsyncTx<crossfire::spsc::Array<u64>> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for crossfire::AsyncRx<crossfire::spsc::Array<u64>> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}

impl TaskChannel for Loole {
    const NAME: &'static str = "loole";
    const ROLE: Role = Role::Peer;
    type Tx = loole::Sender<u64>;
    type Rx = loole::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = loole::bounded(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for loole::Sender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send_async(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for loole::Receiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv_async().await.expect("all items have been sent")
    }
}

impl TaskChannel for ThingBufChannel {
    const NAME: &'static str = "thingbuf";
    const ROLE: Role = Role::Peer;
    type Tx = thingbuf::mpsc::Sender<u64>;
    type Rx = thingbuf::mpsc::Receiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = thingbuf::mpsc::channel(capacity);
        (vec![tx; producers], rx)
    }
}

impl TaskHandIn for thingbuf::mpsc::Sender<u64> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        self.send(item).await.expect("the receiver is there");
    }
}

impl TaskHandOut for thingbuf::mpsc::Receiver<u64> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}
