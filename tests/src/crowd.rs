//! A crowd at one channel: senders and a receiver that do, in a random order, all that ends can do: they wait as threads and as
//! tasks, times run out, futures are dropped, ends come and go, and the receiver may go first, or close the channel.
//!
//! What has to hold afterwards is in the [`Account`]: each item was received, or came back, or was lost by the ring's policy and
//! counted, and each once; each sender's in order.
//!
//! The threads are those of the [build](crate::model): real ones, or those of a model checker, which tells when one sleeps for
//! ever.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use forebay::channel::{
    Desk, LaneEnds, Opener, ReceiveEnd, Receiver, RecvError, RecvTimeoutError, ReserveEnd, SendEnd, SendError,
    SendTimeoutError, Sender,
};
use forebay::fan_in::{self, LaneId, NoLane};
use forebay::spsc::Layout;
use forebay::{PopError, Pressure, PushError, Pushed, Refusal, conflated, latest, mpsc, priority, spsc, swap};
use futures_sink::Sink;

use crate::model::{sync, thread};

/// Answers with a number below the one that it is given.
pub type Dice = Box<dyn FnMut(usize) -> usize + Send>;

/// An item, by its sender and its number among that one's.
#[derive(Debug)]
pub struct Item {
    sender: usize,
    number: usize,
    deaths: Arc<Deaths>,
}

impl Item {
    /// Who sends it: numbers from 0 in the order of the records.
    #[must_use]
    pub const fn sender(&self) -> usize {
        self.sender
    }

    /// Its number among those of its sender.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.deaths.0[self.number % Deaths::ENTRIES].fetch_add(1, Ordering::Relaxed);
    }
}

/// How many items of one sender were dropped, by their numbers modulo the number of entries. It orders nothing, and nobody waits
/// for it.
#[derive(Debug)]
struct Deaths([AtomicUsize; Self::ENTRIES]);

impl Deaths {
    const ENTRIES: usize = 256;

    /// Whether of so many items each was dropped once.
    fn are_those_of(&self, made: usize) -> bool {
        let expected = |at| made / Self::ENTRIES + usize::from(at < made % Self::ENTRIES);
        self.0.iter().enumerate().all(|(at, deaths)| deaths.load(Ordering::Relaxed) == expected(at))
    }
}

/// What one sender does: it makes its items here, and enters what came of them.
#[derive(Debug)]
pub struct Record {
    sender: usize,
    made: usize,
    deaths: Arc<Deaths>,
    /// The numbers of the items that it was told to be sent.
    sent: Vec<usize>,
    /// Items that its own have evicted.
    victims: Vec<(usize, usize)>,
    shed: usize,
    shed_by_ring: usize,
    /// How many came back as the channel's own time was over. `None`: it has none.
    late: Option<usize>,
}

impl Record {
    /// The next item.
    pub fn item(&mut self) -> Item {
        self.made += 1;
        Item { sender: self.sender, number: self.made - 1, deaths: Arc::clone(&self.deaths) }
    }

    /// An item was sent.
    pub fn sent(&mut self, number: usize, sent: impl Sent) {
        self.sent.push(number);
        self.victims.extend(sent.victim().map(|item| (item.sender, item.number)));
    }

    /// An item came back as lost by policy.
    pub const fn shed(&mut self) {
        self.shed += 1;
    }

    /// An item came back as the channel's own time was over.
    ///
    /// # Panics
    /// If it has none.
    pub const fn late(&mut self) {
        match &mut self.late {
            Some(late) => *late += 1,
            None => panic!("the channel has no deadline"),
        }
    }

    /// This was all, and the ring has counted so far.
    pub fn ends<P: Tx, D: Desk>(mut self, sender: &Sender<P, D>) -> Self {
        self.shed_by_ring = P::shed(sender.end());
        self
    }
}

/// What was sent, what came of it, and whether that is all right.
#[derive(Debug, Default)]
pub struct Account {
    senders: usize,
    records: Vec<Record>,
    /// By their senders.
    received: Vec<Vec<usize>>,
    /// What the ring had counted before: evicted, if it may do that, and shed.
    before: Option<(Option<usize>, usize)>,
    /// Whether each sender has a lane of its own, which counts for itself.
    by_lane: bool,
    /// Whether the channel was built with a time after which values come back.
    has_deadline: bool,
}

impl Account {
    /// Nothing was sent yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same of a channel that was built with a time after which values come back.
    #[must_use]
    pub fn with_deadline() -> Self {
        Self { has_deadline: true, ..Self::default() }
    }

    /// Notes what the ring has counted, if these are the first ends.
    pub fn begins<P: Tx, C: Rx, D: Desk>(&mut self, sender: &Sender<P, D>, receiver: &Receiver<C, D>) {
        self.before.get_or_insert((receiver.end().evicted(), P::shed(sender.end())));
    }

    /// Of the sender who comes next.
    pub fn record(&mut self) -> Record {
        self.received.push(Vec::new());
        self.senders += 1;
        Record {
            sender: self.senders - 1,
            made: 0,
            deaths: Arc::new(Deaths([const { AtomicUsize::new(0) }; Deaths::ENTRIES])),
            sent: Vec::new(),
            victims: Vec::new(),
            shed: 0,
            shed_by_ring: 0,
            late: self.has_deadline.then_some(0),
        }
    }

    /// A sender is gone.
    pub fn enter(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Enters what was received.
    pub fn received(&mut self, item: Item) {
        self.received[item.sender].push(item.number);
    }

    /// How many items were received so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.received.iter().map(Vec::len).sum()
    }

    /// How many were sent.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.records.iter().map(|record| record.sent.len()).sum()
    }

    /// How many items were shed, or evicted by one that was sent.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.records.iter().map(|record| record.shed + record.victims.len()).sum()
    }

    /// How many came back as the channel's own time was over.
    #[must_use]
    pub fn late(&self) -> usize {
        self.records.iter().filter_map(|record| record.late).sum()
    }

    /// Checks that it is all right, when all ends are gone, and the ring too if it had them.
    ///
    /// # Panics
    /// If an item was lost without having been counted so, or was there twice, or came in another order.
    pub fn check(&self, over: Over) {
        assert_eq!(self.records.len(), self.senders, "all were entered");
        let (evicted_before, shed_before) = self.before.unwrap_or_default();
        let shed: usize = self.records.iter().map(|record| record.shed).sum();
        if self.by_lane {
            let is_right = |record: &Record| record.shed == record.shed_by_ring;
            assert!(self.records.iter().all(is_right), "what was shed in a lane");
        } else {
            // Who ends last knows it all.
            let shed_by_ring = self.records.iter().map(|record| record.shed_by_ring).max();
            assert_eq!(shed_by_ring.unwrap_or(shed_before) - shed_before, shed, "what was shed");
        }
        let mut missing = BTreeSet::new();
        for Record { sender, made, deaths, sent, .. } in &self.records {
            let received = &self.received[*sender];
            assert!(received.is_sorted_by(|a, b| a < b), "in the sender's order, and each once");
            let mut next = received.iter().peekable();
            missing.extend(
                sent.iter().filter(|number| next.next_if_eq(number).is_none()).map(|number| (*sender, *number)),
            );
            assert_eq!(next.next(), None, "received, and not sent");
            assert!(evicted_before.is_some() || sent.starts_with(received), "none is left out");
            assert!(deaths.are_those_of(*made), "dropped twice, or never");
        }
        let mut victims = self.records.iter().flat_map(|record| &record.victims);
        assert!(victims.all(|victim| missing.contains(victim)), "evicted, and not sent, or received too");
        if let Over::Complete(evicted) = over {
            let evicted = evicted.unwrap_or(0) - evicted_before.unwrap_or(0);
            assert_eq!(missing.len(), evicted, "what was sent was received or evicted");
        }
    }
}

/// How it ended for the receiver.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    /// It has seen the end, and its ring had evicted so many. `None`: it never does.
    Complete(Option<usize>),
    /// It went before.
    Gone,
}

/// What a send answers with.
pub trait Sent {
    /// The victim.
    fn victim(self) -> Option<Item>;
}

impl Sent for () {
    fn victim(self) -> Option<Item> {
        None
    }
}

impl Sent for Option<Item> {
    fn victim(self) -> Option<Item> {
        self
    }
}

impl Sent for Pushed<Item> {
    fn victim(self) -> Option<Item> {
        match self {
            Self::Stored => None,
            Self::Evicted(victim) => Some(victim),
        }
    }
}

/// A producer's end, as a crowd uses it.
pub trait Tx: SendEnd<Item = Item, Sent: Sent + Send> + Send + Sized + 'static {
    /// Waits for room, where there may be none.
    fn ready<D: Desk>(_sender: &mut Sender<Self, D>) {}

    /// Polls so often for another pressure, where there is one.
    fn poll_pressure<D: Desk>(_sender: &mut Sender<Self, D>, _polls: usize) {}

    /// Waits for another pressure, where there is one, again and again, until the channel is closed.
    fn watch<D: Desk>(mut sender: Sender<Self, D>) {
        block_on(sender.closed());
    }

    /// Another sender, where there can be one.
    fn another<D: Desk>(_sender: &Sender<Self, D>) -> Option<Sender<Self, D>> {
        None
    }

    /// Sends through a permit, where there are such.
    fn send_by_permit<D: Desk>(sender: &mut Sender<Self, D>, item: Item) -> Result<Self::Sent, SendError<Item>> {
        block_on(sender.send(item))
    }

    /// How many values its ring has shed.
    fn shed(&self) -> usize {
        0
    }
}

/// A consumer's end, as a crowd uses it.
pub trait Rx: ReceiveEnd<Item: Send> + Send + Sized + 'static {
    /// The item, without what comes with it.
    fn item(received: Self::Item) -> Item;

    /// Polls so often for another pressure, where there is one.
    fn poll_pressure<D: Desk>(_receiver: &mut Receiver<Self, D>, _polls: usize) {}

    /// Closes the channel. `false`: this end can only go.
    fn close<D: Desk>(_receiver: &mut Receiver<Self, D>) -> bool {
        false
    }

    /// How many items its ring has evicted. `None`: it never does.
    fn evicted(&self) -> Option<usize> {
        None
    }
}

/// What a producer's end waits for, or both have.
macro_rules! waits {
    (Tx) => {
        fn ready<D: Desk>(sender: &mut Sender<Self, D>) {
            block_on(sender.ready());
        }

        fn watch<D: Desk>(mut sender: Sender<Self, D>) {
            while block_on(sender.pressure_changed()) != Pressure::Closed {}
            // The close may still be under way.
            block_on(sender.closed());
        }

        waits!(sender: Sender);
    };
    (Rx) => {
        fn item(received: Item) -> Item {
            received
        }

        waits!(receiver: Receiver);
    };
    ($end:ident: $of:ident) => {
        fn poll_pressure<D: Desk>($end: &mut $of<Self, D>, polls: usize) {
            poll_and_drop($end.pressure_changed(), polls);
        }
    };
}

impl<L: Layout, K: Send + 'static> Tx for spsc::Producer<'static, Item, L, K>
where
    Self: Send,
{
    waits!(Tx);

    fn send_by_permit<D: Desk>(sender: &mut Sender<Self, D>, item: Item) -> Result<(), SendError<Item>> {
        by_permit(sender, item)
    }
}

fn by_permit<P: ReserveEnd<Item = Item>, D: Desk>(
    sender: &mut Sender<P, D>,
    item: Item,
) -> Result<P::Sent, SendError<Item>> {
    match block_on(sender.reserve()) {
        Ok(permit) => permit.send(item),
        Err(_) => Err(SendError::Closed(item)),
    }
}

impl<L: Layout, K: Send + 'static> Rx for spsc::Consumer<'static, Item, L, K>
where
    Self: Send,
{
    waits!(Rx);
}

impl<K: Clone + Send + 'static> Tx for mpsc::Producer<'static, Item, K>
where
    Self: Send,
{
    waits!(Tx);

    fn another<D: Desk>(sender: &Sender<Self, D>) -> Option<Sender<Self, D>> {
        sender.try_clone().ok()
    }

    fn shed(&self) -> usize {
        self.shed()
    }
}

impl<K: Send + 'static> Rx for mpsc::Consumer<'static, Item, K>
where
    Self: Send,
{
    waits!(Rx);

    fn close<D: Desk>(receiver: &mut Receiver<Self, D>) -> bool {
        receiver.close();
        true
    }
}

impl<K: Clone + Send + 'static> Tx for swap::Producer<'static, Item, K>
where
    Self: Send,
{
    waits!(Tx);

    fn another<D: Desk>(sender: &Sender<Self, D>) -> Option<Sender<Self, D>> {
        sender.try_clone().ok()
    }

    fn shed(&self) -> usize {
        self.shed()
    }
}

impl<K: Send + 'static> Rx for swap::Consumer<'static, Item, K>
where
    Self: Send,
{
    waits!(Rx);

    fn close<D: Desk>(receiver: &mut Receiver<Self, D>) -> bool {
        receiver.close();
        true
    }

    fn evicted(&self) -> Option<usize> {
        Some(self.evicted())
    }
}

impl<K: Send + 'static> Tx for fan_in::Producer<'static, Item, K>
where
    Self: Send,
{
    waits!(Tx);

    fn send_by_permit<D: Desk>(sender: &mut Sender<Self, D>, item: Item) -> Result<(), SendError<Item>> {
        by_permit(sender, item)
    }

    fn shed(&self) -> usize {
        self.shed()
    }
}

impl<K: Send + 'static> Rx for fan_in::ByLane<'static, Item, K>
where
    Self: Send,
{
    fn item((_, item): (LaneId, Item)) -> Item {
        item
    }
}

impl<F: FnMut(&Item) -> usize + Clone + Send + 'static, const C: usize, K: Clone + Send + 'static> Tx
    for priority::By<'static, Item, F, C, K>
where
    Self: Send,
{
    waits!(Tx);

    fn another<D: Desk>(sender: &Sender<Self, D>) -> Option<Sender<Self, D>> {
        sender.try_clone().ok()
    }

    fn shed(&self) -> usize {
        (0..C).map(|class| self.get_ref().shed(class)).sum()
    }
}

impl<const C: usize, K: Send + 'static> Rx for priority::ByClass<'static, Item, C, K>
where
    Self: Send,
{
    fn item((_, item): (usize, Item)) -> Item {
        item
    }

    waits!(receiver: Receiver);

    fn close<D: Desk>(receiver: &mut Receiver<Self, D>) -> bool {
        receiver.close();
        true
    }

    fn evicted(&self) -> Option<usize> {
        Some((0..C).map(|class| self.end().evicted(class)).sum())
    }
}

impl<K: Send + 'static> Tx for latest::Writer<'static, Item, K> where Self: Send {}

impl<K: Send + 'static> Rx for latest::Reader<'static, Item, K>
where
    Self: Send,
{
    fn item(received: Item) -> Item {
        received
    }

    fn evicted(&self) -> Option<usize> {
        Some(self.conflated())
    }
}

impl<F: FnMut(&Item) -> usize + Send + 'static, K: Send + 'static> Tx for conflated::Keyed<'static, Item, F, K>
where
    Self: Send,
{
    waits!(sender: Sender);
}

impl<K: Send + 'static> Rx for conflated::Consumer<'static, Item, K>
where
    Self: Send,
{
    fn item((_, item): (usize, Item)) -> Item {
        item
    }

    waits!(receiver: Receiver);

    fn evicted(&self) -> Option<usize> {
        Some(self.conflated_total())
    }
}

/// When the receiver goes, and how.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// The senders go first.
    Senders,
    /// It closes the channel after so many items, and has all that was accepted; where it can't, it goes.
    Close(usize),
    /// It just goes after so many.
    Drop(usize),
}

/// What a crowd does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many senders there are, where there can be several.
    pub senders: usize,
    /// How many items each has. It has more, until it is over, where the receiver goes first.
    pub items: usize,
    /// How it ends.
    pub end: End,
    /// Whether others wait for another pressure and for the end, if the receiver goes before the senders do.
    pub watched: bool,
    /// One of so many sends is by another sender than the one before.
    pub renewal: usize,
}

/// Runs a crowd to its end. The dice are made for a number that says for whom.
///
/// # Panics
/// If an end is told what can't be.
pub fn run<P: Tx, C: Rx, D: Desk + Send + 'static>(
    account: &mut Account,
    (sender, receiver): (Sender<P, D>, Receiver<C, D>),
    plan: Plan,
    dice: impl Fn(u64) -> Dice,
) -> Over {
    account.begins(&sender, &receiver);
    let mut watchers = Vec::new();
    if plan.watched && !matches!(plan.end, End::Senders) {
        watchers.extend(P::another(&sender).map(|sender| thread::spawn(|| P::watch(sender))));
        watchers.extend(P::another(&sender).map(|mut sender| thread::spawn(move || block_on(sender.closed()))));
    }
    let others: Vec<_> = (1..plan.senders).map_while(|_| P::another(&sender)).collect();
    let idle = Arc::new(Mutex::new(Idle { at_work: 1 + others.len(), senders: Vec::new() }));
    let senders: Vec<_> = (0..)
        .zip([sender].into_iter().chain(others))
        .map(|(number, sender)| {
            let (record, mut dice) = (account.record(), dice(number));
            let idle = Arc::clone(&idle);
            thread::spawn(move || {
                let stays = dice(2) == 0;
                let (sender, record) = send_all(sender, record, plan, dice);
                let sender = Some(sender).filter(|_| stays);
                // Dropped without the lock.
                let _all = idle.lock().expect("no panic while it is held").done(sender);
                record
            })
        })
        .collect();
    let receiver = receive_all(account, receiver, plan.end, dice(99));
    senders.into_iter().for_each(|sender| account.enter(sender.join().expect("no panic")));
    watchers.into_iter().for_each(|watcher| watcher.join().expect("no panic"));
    // What was evicted is known when nothing is under way.
    receiver.map_or(Over::Gone, |receiver| Over::Complete(receiver.end().evicted()))
}

/// The same over lanes: each sender has one lane after another, for a part of its items, from an opener of its own. All lanes have
/// this policy.
///
/// # Panics
/// As [`run`]; and if the receiver has not counted what all lanes have shed.
pub fn run_lanes<K: Clone + Send + 'static, D: Desk + Send + 'static>(
    account: &mut Account,
    (opener, receiver): LaneEnds<'static, Item, K, D>,
    refusal: Refusal,
    plan: Plan,
    dice: impl Fn(u64) -> Dice,
) -> Over
where
    Opener<'static, Item, K, D>: Send,
    Sender<fan_in::Producer<'static, Item, K>, D>: Send,
    fan_in::Producer<'static, Item, K>: Send,
    fan_in::ByLane<'static, Item, K>: Send,
{
    const LANES: usize = 5;
    account.before.get_or_insert((None, 0));
    account.by_lane = true;
    let plan_of_lane = Plan { items: plan.items / LANES, ..plan };
    let senders: Vec<_> = (0..plan.senders as u64)
        .map(|number| {
            let opener = opener.clone();
            let lanes: Vec<_> =
                (0..LANES as u64).map(|lane| (account.record(), dice(LANES as u64 * number + lane))).collect();
            thread::spawn(move || {
                let send = |(mut record, mut dice): (Record, Dice)| {
                    loop {
                        let opener = if dice(2) == 0 { &opener.clone() } else { &opener };
                        match opener.open(NonZeroU32::MIN) {
                            Ok(sender) => {
                                sender.set_overflow(refusal);
                                break record = send_all(sender, record, plan_of_lane, dice).1;
                            }
                            Err(NoLane::AllTaken) => thread::yield_now(),
                            Err(NoLane::Closed) => break,
                        }
                    }
                    record
                };
                lanes.into_iter().map(send).collect::<Vec<_>>()
            })
        })
        .collect();
    drop(opener);
    let receiver = receive_all(account, receiver, plan.end, dice(99));
    senders.into_iter().flat_map(|sender| sender.join().expect("no panic")).for_each(|record| account.enter(record));
    let Some(receiver) = receiver else { return Over::Gone };
    let shed: usize = account.records.iter().map(|record| record.shed).sum();
    assert_eq!(receiver.end().end().shed(), shed, "what all lanes have shed");
    Over::Complete(None)
}

/// Senders that have nothing to do any more, and stay until all are done: what they have left behind among those who wait stays
/// too.
struct Idle<S> {
    at_work: usize,
    senders: Vec<S>,
}

impl<S> Idle<S> {
    /// One is done, and may stay. Answers with all that stayed, if it was the last one.
    fn done(&mut self, sender: Option<S>) -> Vec<S> {
        self.at_work -= 1;
        self.senders.extend(sender);
        if self.at_work == 0 { std::mem::take(&mut self.senders) } else { Vec::new() }
    }
}

/// Receives until it is over, and answers with the receiver then; or goes.
///
/// # Panics
/// If there is something after the end.
pub fn receive_all<C: Rx, D: Desk>(
    account: &mut Account,
    mut receiver: Receiver<C, D>,
    end: End,
    mut dice: Dice,
) -> Option<Receiver<C, D>> {
    let before = account.count();
    loop {
        match end {
            End::Close(after) if before + after <= account.count() && !C::close(&mut receiver) => return None,
            End::Drop(after) if before + after <= account.count() => return None,
            _ => {}
        }
        match receive(&mut receiver, &mut dice) {
            Ok(items) => items.into_iter().for_each(|item| account.received(C::item(item))),
            Err(RecvError) => break,
        }
    }
    assert_eq!(receiver.try_recv().err(), Some(PopError::Closed), "it was over");
    Some(receiver)
}

/// Sends all items until the channel is closed, and gives the sender back.
///
/// # Panics
/// If another value than the one that was sent comes back.
pub fn send_all<P: Tx, D: Desk>(
    mut sender: Sender<P, D>,
    mut record: Record,
    plan: Plan,
    mut dice: Dice,
) -> (Sender<P, D>, Record) {
    for sent in 0.. {
        if sent >= plan.items {
            if matches!(plan.end, End::Senders) {
                break;
            }
            // Others are to come, too.
            thread::yield_now();
        }
        let item = record.item();
        let number = item.number;
        let done = match dice(10) {
            // It does not tell what its rule has dropped.
            0 if sender.end().waits_at_full() => {
                let done;
                (sender, done) = send_by_sink(sender, item, &mut dice);
                done.map(|is_sent| is_sent.then_some(None))
            }
            1 => block_on(sender.send_many(std::iter::once(item))).map(|_| Some(None)),
            _ => send(&mut sender, item, &mut dice).map(|sent| sent.map(Sent::victim)),
        };
        match done {
            Ok(Some(victim)) => record.sent(number, victim),
            Ok(None) => {}
            Err(SendError::Shed(item)) => {
                assert_eq!(item.number, number);
                record.shed();
            }
            Err(SendError::Closed(item)) => {
                assert_eq!(item.number, number);
                block_on(sender.closed());
                break;
            }
            Err(SendError::Timeout(item)) => {
                assert_eq!(item.number, number);
                record.late();
            }
        }
        if dice(plan.renewal) == 0 {
            if let Some(another) = P::another(&sender) {
                sender = another;
            }
        }
    }
    let record = record.ends(&sender);
    (sender, record)
}

/// Sends an item in some way. `None`: it came back, or was dropped with its future.
fn send<P: Tx, D: Desk>(
    sender: &mut Sender<P, D>,
    item: Item,
    dice: &mut Dice,
) -> Result<Option<P::Sent>, SendError<Item>> {
    match dice(10) {
        0 | 1 => sender.blocking_send(item).map(Some),
        2 => block_on(sender.send(item)).map(Some),
        3 => match sender.send_timeout(item, short(dice)) {
            Ok(sent) => Ok(Some(sent)),
            Err(SendTimeoutError::Timeout(_)) => Ok(None),
            Err(SendTimeoutError::Closed(item)) => Err(SendError::Closed(item)),
            Err(SendTimeoutError::Shed(item)) => Err(SendError::Shed(item)),
        },
        4 => try_send(sender, item),
        5 => {
            // Others may be faster.
            P::ready(sender);
            try_send(sender, item)
        }
        6 => P::send_by_permit(sender, item).map(Some),
        7 => {
            // Who sees the pressure last knows it.
            P::poll_pressure(sender, dice(3));
            block_on(sender.send(item)).map(Some)
        }
        _ => match poll_and_drop(sender.send(item), dice(4)) {
            Some(done) => done.map(Some),
            None => Ok(None),
        },
    }
}

/// Sends an item through a sink, and answers with whether it was sent. The sink may go with its item, or be taken apart.
fn send_by_sink<P: Tx, D: Desk>(
    sender: Sender<P, D>,
    item: Item,
    dice: &mut Dice,
) -> (Sender<P, D>, Result<bool, SendError<Item>>) {
    let another = P::another(&sender);
    let mut sink = sender.into_sink();
    let is_ready = block_on(poll_fn(|cx| Pin::new(&mut sink).poll_ready(cx)));
    assert!(is_ready.is_ok(), "it held no item");
    if let Err(error) = Pin::new(&mut sink).start_send(item) {
        return (sink.into_parts().0, Err(error));
    }
    let polls = 1 + dice(2);
    let flush = poll_fn(|cx| Pin::new(&mut sink).poll_flush(cx));
    match (dice(3), another) {
        (0, Some(another)) => (another, poll_and_drop(flush, polls).transpose().map(|flushed| flushed.is_some())),
        (1, _) => match poll_and_drop(flush, polls) {
            Some(Err(error)) => (sink.into_parts().0, Err(error)),
            _ => {
                let (sender, item) = sink.into_parts();
                (sender, Ok(item.is_none()))
            }
        },
        _ => {
            let flushed = block_on(flush);
            (sink.into_parts().0, flushed.map(|()| true))
        }
    }
}

fn try_send<P: Tx, D: Desk>(sender: &mut Sender<P, D>, item: Item) -> Result<Option<P::Sent>, SendError<Item>> {
    match sender.try_send(item) {
        Ok(sent) => Ok(Some(sent)),
        Err(PushError::Full(_)) => Ok(None),
        Err(PushError::Closed(item)) => Err(SendError::Closed(item)),
        Err(PushError::Shed(item)) => Err(SendError::Shed(item)),
    }
}

/// Receives in some way: nothing, one, or several.
fn receive<C: Rx, D: Desk>(receiver: &mut Receiver<C, D>, dice: &mut Dice) -> Result<Vec<C::Item>, RecvError> {
    match dice(7) {
        0 | 1 => receiver.blocking_recv().map(|item| vec![item]),
        2 => block_on(receiver.recv()).map(|item| vec![item]),
        3 => match receiver.recv_timeout(short(dice)) {
            Ok(item) => Ok(vec![item]),
            Err(RecvTimeoutError::Timeout) => Ok(vec![]),
            Err(RecvTimeoutError::Closed) => Err(RecvError),
        },
        4 => {
            let mut items = Vec::new();
            match block_on(receiver.recv_many(&mut items, 1 + dice(4))) {
                0 => Err(RecvError),
                _ => Ok(items),
            }
        }
        5 => {
            C::poll_pressure(receiver, dice(3));
            match receiver.try_recv() {
                Ok(item) => Ok(vec![item]),
                Err(PopError::Empty) => Ok(vec![]),
                Err(PopError::Closed) => Err(RecvError),
            }
        }
        _ => match poll_and_drop(receiver.recv(), dice(4)) {
            Some(item) => item.map(|item| vec![item]),
            None => Ok(vec![]),
        },
    }
}

fn short(dice: &mut Dice) -> Duration {
    Duration::from_micros(if cfg!(forebay_shuttle) { 1000 * dice(4) } else { dice(60) } as u64)
}

/// Runs a body in a real thread, as it may never come to an end.
///
/// # Panics
/// If it does, or isn't done within so long.
pub fn within(limit: Duration, body: impl FnOnce() + Send + 'static) {
    let (done, wait) = std::sync::mpsc::channel();
    let body = std::thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    assert_ne!(wait.recv_timeout(limit), Err(std::sync::mpsc::RecvTimeoutError::Timeout), "somebody sleeps for ever");
    body.join().expect("no panic");
}

/// Tells a thread that sleeps to go on.
#[derive(Debug, Default)]
struct Signal(sync::Mutex<bool>, sync::Condvar);

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *self.0.lock().expect("no panic while it is held") = true;
        self.1.notify_one();
    }
}

/// Runs a future to its end, with a waker that is not the channel's own.
///
/// # Panics
/// If the future does.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::<Signal>::default();
    let waker = Waker::from(Arc::clone(&signal));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let mut is_on = signal.0.lock().expect("no panic while it is held");
        while !*is_on {
            is_on = signal.1.wait(is_on).expect("no panic while it is held");
        }
        *is_on = false;
    }
}

/// Polls a future some times, without a wake, and drops it.
pub fn poll_and_drop<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    for poll in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        if poll % 2 == 1 {
            thread::yield_now();
        }
    }
    None
}
