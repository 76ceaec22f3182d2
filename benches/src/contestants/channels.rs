//! forebay's channels, for threads and for tasks.

use forebay::channel::{self, ReceiveEnd, Receiver, SendEnd, Sender};
use forebay::spsc;

use crate::queue::{Channel, HandIn, HandOut, Role, TaskChannel, TaskHandIn, TaskHandOut};

/// Over the ring for several producers.
pub(crate) struct Shared;

/// For one, over the ring for that.
pub(crate) struct Single;

fn shared(capacity: usize, producers: usize) -> (Vec<channel::MpscSender<u64>>, channel::MpscReceiver<u64>) {
    let (tx, rx) = channel::mpsc(capacity).expect("there is memory for the ring");
    (vec![tx; producers], rx)
}

impl Channel for Shared {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;
    type Tx = channel::MpscSender<u64>;
    type Rx = channel::MpscReceiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        shared(capacity, producers)
    }
}

impl TaskChannel for Shared {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;
    type Tx = channel::MpscSender<u64>;
    type Rx = channel::MpscReceiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        shared(capacity, producers)
    }
}

impl Channel for Single {
    const NAME: &'static str = "forebay spsc";
    const ROLE: Role = Role::Ours;
    type Tx = channel::SpscSender<u64>;
    type Rx = channel::SpscReceiver<u64>;

    fn ends(capacity: usize, _: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (tx, rx) = channel::spsc(capacity).expect("there is memory for the ring");
        (vec![tx], rx)
    }
}

/// For one, where single items are waited for, and threads do.
pub(crate) struct Flagged;

impl Channel for Flagged {
    const NAME: &'static str = "forebay flagged";
    const ROLE: Role = Role::Ours;
    type Tx = Sender<spsc::OwnedProducer<u64, spsc::Flagged>, channel::Shared>;
    type Rx = Receiver<spsc::OwnedConsumer<u64, spsc::Flagged>, channel::Shared>;

    fn ends(capacity: usize, _: usize) -> (Vec<Self::Tx>, Self::Rx) {
        let (producer, consumer) = spsc::flagged_ring(capacity).expect("there is memory for the ring");
        let (tx, rx) = channel::over(producer, consumer);
        (vec![tx], rx)
    }
}

impl TaskChannel for Single {
    const NAME: &'static str = "forebay spsc";
    const ROLE: Role = Role::Ours;
    type Tx = channel::SpscSender<u64>;
    type Rx = channel::SpscReceiver<u64>;

    fn ends(capacity: usize, producers: usize) -> (Vec<Self::Tx>, Self::Rx) {
        <Self as Channel>::ends(capacity, producers)
    }
}

impl<P: SendEnd<Item = u64> + Send + 'static> HandIn for Sender<P, channel::Shared> {
    #[inline(always)]
    fn hand_in(&mut self, item: u64) {
        assert!(self.blocking_send(item).is_ok(), "the receiver is there");
    }
}

impl<C: ReceiveEnd<Item = u64> + Send + 'static> HandOut for Receiver<C, channel::Shared> {
    #[inline(always)]
    fn hand_out(&mut self) -> u64 {
        self.blocking_recv().expect("all items have been sent")
    }
}

impl<P: SendEnd<Item = u64> + Send + 'static> TaskHandIn for Sender<P, channel::Shared> {
    #[inline(always)]
    async fn hand_in(&mut self, item: u64) {
        assert!(self.send(item).await.is_ok(), "the receiver is there");
    }
}

impl<C: ReceiveEnd<Item = u64> + Send + 'static> TaskHandOut for Receiver<C, channel::Shared> {
    #[inline(always)]
    async fn hand_out(&mut self) -> u64 {
        self.recv().await.expect("all items have been sent")
    }
}
