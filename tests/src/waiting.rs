//! The specification of waiting: tasks on the ends of a channel, in whatever order they are polled, woken, cancelled and dropped.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it, as an executor does that
//! is free to poll any task at any time, and must poll each that was woken. So what a channel answers is known exactly, and so
//! is who must be awake: when no task is woken any more, nobody may wait for what is there.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{Future, Ready, poll_fn};
use std::marker::PhantomData;
use std::mem;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use forebay::channel::{
    self, CloneEnd, CloseEnd, PolicyEnd, ReceiveEnd, Receiver, RecvError, RecvTimeoutError, RoomEnd, SendEnd,
    SendError, SendTimeoutError, Sender, Shared,
};
use forebay::seam::Pop;
use forebay::{CapacityError, Overflow, PopError, PushError, Pushed};

use crate::ledger::{Ledger, Tracked};

/// As many items there is room for at most.
pub const MAX_CAPACITY: usize = 3;
/// As many senders are there at most.
const MAX_SENDERS: usize = 4;
/// As many polls of woken tasks are needed at most until nobody is woken any more: each of those who wait is woken a few times.
const MAX_POLLS: usize = 200;

/// What a channel is made over. Each has one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// `channel::spsc`.
    Spsc,
    /// `channel::mpsc`.
    Mpsc,
    /// `channel::swap`.
    Swap,
    /// `channel::priority` with one class.
    Priority,
    /// `channel::fan_in` with one lane, which has a sender from the beginning.
    Lane,
    /// `channel::latest`: its capacity is 1.
    Latest,
    /// `channel::conflated` with one key: its capacity is 1.
    Conflated,
}

impl Over {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Mpsc, Self::Swap, Self::Priority, Self::Spsc, Self::Lane, Self::Latest, Self::Conflated];
}

/// A channel, and what is done with its ends.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// At first it rejects at full.
    pub over: Over,
    /// 1 to [`MAX_CAPACITY`].
    pub capacity: usize,
    /// What is done: an operation and its argument.
    pub ops: &'a [(u8, u8)],
}

impl Case<'_> {
    /// Runs the case, and panics where the channel differs from its specification. Answers with the items that were received.
    #[must_use]
    pub fn run(&self) -> Vec<u32> {
        let reject = Overflow::Reject;
        match self.over {
            Over::Spsc => self.run_with::<Single<_, _>>(channel::spsc(self.capacity), reject),
            Over::Mpsc => self.run_with::<Queue<_, _>>(channel::mpsc(self.capacity), reject),
            Over::Swap => self.run_with::<Queue<_, _>>(channel::swap(self.capacity, MAX_SENDERS, reject), reject),
            Over::Priority => {
                let ends = channel::priority::<1, _, _>(self.capacity, reject, zero);
                self.run_with::<Queue<_, _>>(ends, reject)
            }
            Over::Lane => {
                let ends = channel::fan_in(1, self.capacity)
                    .map(|(opener, receiver)| (opener.open(NonZeroU32::MIN).expect("a lane is free"), receiver));
                self.run_with::<Single<_, _>>(ends, reject)
            }
            Over::Latest => {
                Case { capacity: 1, ..*self }.run_with::<Newest<_, _>>(Ok(channel::latest()), Overflow::DropOldest)
            }
            Over::Conflated => {
                let ends = channel::conflated(1, zero);
                Case { capacity: 1, ..*self }.run_with::<Newest<_, _>>(ends, Overflow::DropOldest)
            }
        }
    }

    fn run_with<R: Ring>(&self, ends: Result<Ends<R>, CapacityError>, overflow: Overflow) -> Vec<u32> {
        let ledger = Ledger::new();
        let mut run = Run::<R>::new(ends.expect("a small capacity above 0"), self.capacity, overflow, ledger.clone());
        self.ops.iter().for_each(|&(op, arg)| run.step(op, usize::from(arg)));
        run.settle();
        run.finish();
        ledger.settle();
        mem::take(&mut run.received)
    }
}

/// The class or the key of every item.
fn zero(_: &Tracked) -> usize {
    0
}

type Tx<R> = Sender<<R as Ring>::Tx, Shared>;
type Rx<R> = Receiver<<R as Ring>::Rx, Shared>;
type Ends<R> = (Tx<R>, Rx<R>);

/// The ends of a ring, and what they can do beyond what all can.
trait Ring: Sized + 'static {
    type Tx: SendEnd<Item = Tracked, Sent: Answer> + 'static;
    type Rx: ReceiveEnd<Item: Answered> + 'static;

    /// Another sender, if there can be one.
    fn another(_: &Tx<Self>) -> Option<Tx<Self>> {
        None
    }

    /// Waits for room, if there may be none.
    fn ready(_: &mut Tx<Self>) -> Option<impl Future<Output = ()> + Unpin> {
        None::<Ready<()>>
    }

    /// Whether the policy is another one now.
    fn set_overflow(_: &Rx<Self>, _: Overflow) -> bool {
        false
    }

    /// Whether it is closed now.
    fn close(_: &mut Rx<Self>) -> bool {
        false
    }
}

/// For several senders, with a policy.
struct Queue<P, C>(PhantomData<(P, C)>);

impl<P, C> Ring for Queue<P, C>
where
    P: RoomEnd<Item = Tracked, Sent: Answer> + CloneEnd + PolicyEnd<Policy: TryFrom<Overflow>> + 'static,
    C: CloseEnd<Item: Answered> + PolicyEnd<Policy = P::Policy> + 'static,
{
    type Tx = P;
    type Rx = C;

    fn another(sender: &Tx<Self>) -> Option<Tx<Self>> {
        Some(sender.try_clone().expect("there are seats"))
    }

    fn ready(sender: &mut Tx<Self>) -> Option<impl Future<Output = ()> + Unpin> {
        Some(sender.ready())
    }

    fn set_overflow(receiver: &Rx<Self>, overflow: Overflow) -> bool {
        P::Policy::try_from(overflow).map(|policy| receiver.set_overflow(policy)).is_ok()
    }

    fn close(receiver: &mut Rx<Self>) -> bool {
        receiver.close();
        true
    }
}

/// For one sender.
struct Single<P, C>(PhantomData<(P, C)>);

impl<P, C> Ring for Single<P, C>
where
    P: RoomEnd<Item = Tracked, Sent: Answer> + 'static,
    C: ReceiveEnd<Item: Answered> + 'static,
{
    type Tx = P;
    type Rx = C;

    fn ready(sender: &mut Tx<Self>) -> Option<impl Future<Output = ()> + Unpin> {
        Some(sender.ready())
    }
}

/// For one sender, and for the newest item.
struct Newest<P, C>(PhantomData<(P, C)>);

impl<P: SendEnd<Item = Tracked, Sent: Answer> + 'static, C: ReceiveEnd<Item: Answered> + 'static> Ring
    for Newest<P, C>
{
    type Tx = P;
    type Rx = C;
}

/// What a send answers with.
trait Answer {
    fn pushed(self) -> Pushed<Tracked>;
}

impl Answer for () {
    fn pushed(self) -> Pushed<Tracked> {
        Pushed::Stored
    }
}

impl Answer for Pushed<Tracked> {
    fn pushed(self) -> Pushed<Tracked> {
        self
    }
}

/// What is received.
trait Answered {
    fn item(self) -> Tracked;
}

impl Answered for Tracked {
    fn item(self) -> Tracked {
        self
    }
}

// With its class, key or lane.
impl<N> Answered for (N, Tracked) {
    fn item(self) -> Tracked {
        self.1
    }
}

/// What a task's waker does: it notes when it was woken first.
#[derive(Debug, Default)]
pub struct Alarm {
    rung: AtomicUsize,
}

/// Counts wakes, so that they have an order.
static RINGS: AtomicUsize = AtomicUsize::new(1);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        let now = RINGS.fetch_add(1, Ordering::Relaxed);
        let _ = self.rung.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Alarm {
    /// When it was rung, if it was.
    #[must_use]
    pub fn rung(&self) -> Option<usize> {
        Some(self.rung.load(Ordering::Relaxed)).filter(|&rung| rung > 0)
    }
}

/// What a poll is made with.
#[derive(Debug, Default)]
struct Bell {
    alarm: Arc<Alarm>,
}

impl Bell {
    fn poll<R>(&mut self, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.alarm.rung.store(0, Ordering::Relaxed);
        poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.alarm))))
    }

    /// From now on another waker stands for the task.
    fn change(&mut self) {
        let rung = self.alarm.rung();
        let old = mem::take(&mut self.alarm);
        self.alarm.rung.store(rung.unwrap_or(0), Ordering::Relaxed);
        drop(old);
    }
}

type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// What a sender waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// To send the item of this number.
    Send(u32),
    Room,
    Close,
}

/// How that ended.
enum Sent {
    Done(Result<Pushed<Tracked>, SendError<Tracked>>),
    /// There was room, or a close.
    IsSo,
    Cancelled(Option<Tracked>),
}

struct Sending<R: Ring> {
    task: Task<(Tx<R>, Sent)>,
    cancel: Rc<Cell<bool>>,
    bell: Bell,
    goal: Goal,
}

enum SenderState<R: Ring> {
    Idle(Tx<R>),
    Waits(Sending<R>),
}

/// What was received, if it was not cancelled.
type Received = Option<Result<Tracked, RecvError>>;

struct Receiving<R: Ring> {
    task: Task<(Rx<R>, Received)>,
    cancel: Rc<Cell<bool>>,
    bell: Bell,
}

enum ReceiverState<R: Ring> {
    Idle(Rx<R>),
    Waits(Receiving<R>),
    /// It was polled without a future, and has registered.
    Polled(Rx<R>, Bell),
    Gone,
}

async fn send<R: Ring>(mut sender: Tx<R>, item: Tracked, cancel: Rc<Cell<bool>>) -> (Tx<R>, Sent) {
    let mut future = sender.send(item);
    let done = poll_fn(|cx| match cancel.get() {
        true => Poll::Ready(None),
        false => Pin::new(&mut future).poll(cx).map(Some),
    })
    .await;
    let sent = match done {
        Some(done) => {
            drop(future);
            Sent::Done(done.map(Answer::pushed))
        }
        None => Sent::Cancelled(future.into_inner()),
    };
    (sender, sent)
}

async fn wait_until<R: Ring>(mut sender: Tx<R>, goal: Goal, cancel: Rc<Cell<bool>>) -> (Tx<R>, Sent) {
    async fn unless_cancelled(future: impl Future<Output = ()> + Unpin, cancel: &Cell<bool>) -> Sent {
        let mut future = future;
        poll_fn(|cx| match cancel.get() {
            true => Poll::Ready(Sent::Cancelled(None)),
            false => Pin::new(&mut future).poll(cx).map(|()| Sent::IsSo),
        })
        .await
    }
    let sent = match goal {
        Goal::Close => unless_cancelled(sender.closed(), &cancel).await,
        _ => unless_cancelled(R::ready(&mut sender).expect("there may be no room"), &cancel).await,
    };
    (sender, sent)
}

async fn receive<R: Ring>(mut receiver: Rx<R>, cancel: Rc<Cell<bool>>) -> (Rx<R>, Received) {
    let mut future = receiver.recv();
    let done = poll_fn(|cx| match cancel.get() {
        true => Poll::Ready(None),
        false => Pin::new(&mut future).poll(cx).map(Some),
    });
    let received = done.await.map(|received| received.map(Answered::item));
    drop(future);
    (receiver, received)
}

struct Run<R: Ring> {
    capacity: usize,
    overflow: Overflow,
    ledger: Ledger,
    inside: VecDeque<u32>,
    closed: bool,
    senders: Vec<SenderState<R>>,
    receiver: ReceiverState<R>,
    received: Vec<u32>,
}

impl<R: Ring> Run<R> {
    fn new((sender, receiver): Ends<R>, capacity: usize, overflow: Overflow, ledger: Ledger) -> Self {
        Self {
            capacity,
            overflow,
            ledger,
            inside: VecDeque::new(),
            closed: false,
            senders: vec![SenderState::Idle(sender)],
            receiver: ReceiverState::Idle(receiver),
            received: Vec::new(),
        }
    }

    fn step(&mut self, op: u8, arg: usize) {
        match op % 24 {
            0..=2 => self.with_idle_sender(arg, |run, sender| run.start(sender, Goal::Send(0))),
            3 => self.with_idle_sender(arg, |run, mut sender| match arg / 4 % 4 {
                0 => run.send_many(sender, arg / 16 % 4),
                1 => run.start(sender, Goal::Close),
                _ if R::ready(&mut sender).is_some() => run.start(sender, Goal::Room),
                _ => run.senders.push(SenderState::Idle(sender)),
            }),
            4 => self.with_idle_sender(arg, Self::try_send),
            5 => self.with_idle_sender(arg, Self::send_now_or_never),
            6 | 7 => self.with_idle_sender(arg, |run, sender| {
                if run.senders.len() < MAX_SENDERS - 1 {
                    run.senders.extend(R::another(&sender).map(SenderState::Idle));
                }
                run.senders.push(SenderState::Idle(sender));
            }),
            8 => self.with_idle_sender(arg, |_, _| {}),
            9 => self.poll(arg),
            10 => {
                let mut bells = self.bells();
                if !bells.is_empty() {
                    let at = arg % bells.len();
                    bells[at].change();
                    self.poll_nth(at);
                }
            }
            11 | 12 => drop(self.poll_woken(0)),
            13 => drop(self.poll_woken(arg)),
            14 | 15 => self.settle(),
            16 => self.with_waiting_sender(arg, |run, mut sending| {
                sending.cancel.set(true);
                run.poll_sender(&mut sending).into_iter().for_each(|sender| run.senders.push(sender));
            }),
            17 => self.with_waiting_sender(arg, |_, sending| drop(sending)),
            18 | 19 => self.receive(arg),
            20 | 21 => self.try_receive(arg),
            22 => self.stop_receiving(),
            _ => self.close(arg),
        }
    }

    fn with_idle_sender(&mut self, arg: usize, action: impl FnOnce(&mut Self, Tx<R>)) {
        let idle: Vec<usize> =
            (0..self.senders.len()).filter(|&at| matches!(self.senders[at], SenderState::Idle(_))).collect();
        if idle.is_empty() {
            return;
        }
        match self.senders.remove(idle[arg % idle.len()]) {
            SenderState::Idle(sender) => action(self, sender),
            SenderState::Waits(_) => unreachable!("filtered"),
        }
    }

    fn with_waiting_sender(&mut self, arg: usize, action: impl FnOnce(&mut Self, Sending<R>)) {
        let waiting: Vec<usize> =
            (0..self.senders.len()).filter(|&at| matches!(self.senders[at], SenderState::Waits(_))).collect();
        if waiting.is_empty() {
            return;
        }
        match self.senders.remove(waiting[arg % waiting.len()]) {
            SenderState::Waits(sending) => action(self, sending),
            SenderState::Idle(_) => unreachable!("filtered"),
        }
    }

    fn is_full(&self) -> bool {
        self.inside.len() == self.capacity
    }

    /// Whether others wait for room.
    fn others_wait(&self) -> bool {
        self.waits(|goal| goal != Goal::Close)
    }

    fn waits(&self, is_meant: impl Fn(Goal) -> bool) -> bool {
        self.senders.iter().any(|sender| matches!(sender, SenderState::Waits(sending) if is_meant(sending.goal)))
    }

    /// Whether a send waits that finds no room.
    fn rejects(&self) -> bool {
        self.overflow == Overflow::Reject
    }

    fn stored(&mut self, id: u32, pushed: &Pushed<Tracked>) {
        assert!(!self.closed, "a closed channel took an item");
        if let Pushed::Evicted(victim) = pushed {
            assert!(self.is_full() && self.overflow == Overflow::DropOldest);
            assert_eq!(self.inside.pop_front(), Some(victim.id()), "the oldest item goes");
        }
        assert!(!self.is_full(), "a full channel took an item");
        self.inside.push_back(id);
    }

    fn shed(&self, id: u32, item: &Tracked) {
        assert!(self.is_full() && !self.closed && self.overflow == Overflow::DropIncoming && item.id() == id);
    }

    fn set_overflow(&mut self, overflow: Overflow) {
        if let ReceiverState::Idle(receiver) | ReceiverState::Polled(receiver, _) = &self.receiver {
            if R::set_overflow(receiver, overflow) {
                self.overflow = overflow;
            }
        }
    }

    fn start(&mut self, sender: Tx<R>, goal: Goal) {
        let cancel = Rc::new(Cell::new(false));
        let (task, goal): (Task<_>, _) = match goal {
            Goal::Send(_) => {
                let item = self.ledger.item();
                let goal = Goal::Send(item.id());
                (Box::pin(send::<R>(sender, item, Rc::clone(&cancel))), goal)
            }
            _ => (Box::pin(wait_until::<R>(sender, goal, Rc::clone(&cancel))), goal),
        };
        let mut sending = Sending { task, cancel, bell: Bell::default(), goal };
        let next = self.poll_sender(&mut sending).unwrap_or(SenderState::Waits(sending));
        self.senders.push(next);
    }

    /// Sends some items as far as there is room, and gives up.
    fn send_many(&mut self, mut sender: Tx<R>, count: usize) {
        // By a policy that drops it finds no end.
        let count = if self.rejects() { count } else { 0 };
        let items = self.ledger.items(count);
        let ids: Vec<u32> = items.iter().map(Tracked::id).collect();
        let mut items = items.into_iter();
        let mut future = sender.send_many(&mut items);
        let polled = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
        let sent = future.sent();
        let unsent = match polled {
            Poll::Pending => future.into_inner(),
            Poll::Ready(done) => {
                drop(future);
                assert_eq!(done.is_err(), self.closed && count > 0);
                done.err().map(SendError::into_inner)
            }
        };
        let room = if self.closed { 0 } else { self.capacity - self.inside.len() };
        // It is done, or has found no room, or others came first before it sent any.
        assert!(sent == count.min(room) || sent == 0 && self.others_wait());
        assert_eq!(unsent.map(|item| item.id()), ids.get(sent).copied());
        assert_eq!(items.len(), count.saturating_sub(sent + 1));
        ids[..sent].iter().for_each(|&id| self.stored(id, &Pushed::Stored));
        self.senders.push(SenderState::Idle(sender));
    }

    fn try_send(&mut self, mut sender: Tx<R>) {
        let item = self.ledger.item();
        let id = item.id();
        match sender.try_send(item) {
            Ok(sent) => self.stored(id, &sent.pushed()),
            Err(PushError::Full(item)) => {
                assert!(self.is_full() && !self.closed && self.rejects() && item.id() == id);
            }
            Err(PushError::Closed(item)) => assert!(self.closed && item.id() == id),
            Err(PushError::Shed(item)) => self.shed(id, &item),
        }
        self.senders.push(SenderState::Idle(sender));
    }

    /// A thread that waits for no time at all: it registers, and its time is over.
    fn send_now_or_never(&mut self, mut sender: Tx<R>) {
        let item = self.ledger.item();
        let id = item.id();
        match sender.send_timeout(item, Duration::ZERO) {
            Ok(sent) => self.stored(id, &sent.pushed()),
            Err(SendTimeoutError::Timeout(item)) => {
                assert!(item.id() == id && !self.closed && self.rejects());
                assert!(self.is_full() || self.others_wait(), "there was room");
            }
            Err(SendTimeoutError::Closed(item)) => assert!(self.closed && item.id() == id),
            Err(SendTimeoutError::Shed(item)) => self.shed(id, &item),
        }
        self.senders.push(SenderState::Idle(sender));
    }

    /// `None`: it still waits.
    fn poll_sender(&mut self, sending: &mut Sending<R>) -> Option<SenderState<R>> {
        let Sending { task, bell, goal, cancel } = sending;
        match bell.poll(|cx| task.as_mut().poll(cx)) {
            Poll::Pending => {
                assert!(!cancel.get() && !self.closed, "a sender waits at a closed channel");
                assert!(
                    *goal == Goal::Close || self.rejects() && (self.is_full() || self.others_wait()),
                    "a sender waits, with room and nobody before it"
                );
                None
            }
            Poll::Ready((sender, sent)) => {
                match (sent, *goal) {
                    (Sent::Done(Ok(pushed)), Goal::Send(id)) => self.stored(id, &pushed),
                    (Sent::Done(Err(SendError::Shed(item))), Goal::Send(id)) => self.shed(id, &item),
                    (Sent::Done(Err(SendError::Closed(item))), Goal::Send(id)) => {
                        assert!(self.closed && item.id() == id)
                    }
                    (Sent::IsSo, Goal::Room) => assert!(self.closed || !self.is_full() || !self.rejects()),
                    (Sent::IsSo, Goal::Close) => assert!(self.closed),
                    (Sent::Cancelled(Some(item)), Goal::Send(id)) => assert_eq!(item.id(), id),
                    (Sent::Cancelled(None), Goal::Room | Goal::Close) => {}
                    _ => unreachable!("each has its own end"),
                }
                Some(SenderState::Idle(sender))
            }
        }
    }

    fn is_over(&self) -> bool {
        self.inside.is_empty() && (self.closed || self.senders.is_empty())
    }

    fn take(&mut self, item: &Tracked) {
        assert_eq!(self.inside.pop_front(), Some(item.id()), "the items come out in order");
        self.received.push(item.id());
    }

    fn received(&mut self, item: Result<Tracked, RecvError>) {
        match item {
            Ok(item) => self.take(&item),
            Err(RecvError) => assert!(self.is_over(), "an end that is none"),
        }
    }

    /// `None`: it still waits.
    fn poll_receiver(&mut self, receiving: &mut Receiving<R>) -> Option<ReceiverState<R>> {
        let Receiving { task, bell, cancel } = receiving;
        match bell.poll(|cx| task.as_mut().poll(cx)) {
            Poll::Pending => {
                assert!(
                    !cancel.get() && self.inside.is_empty() && !self.is_over(),
                    "the receiver waits for what is there"
                );
                None
            }
            Poll::Ready((receiver, received)) => {
                received.into_iter().for_each(|item| self.received(item));
                Some(ReceiverState::Idle(receiver))
            }
        }
    }

    fn poll_bare(&mut self, mut receiver: Rx<R>, mut bell: Bell) -> ReceiverState<R> {
        match bell.poll(|cx| receiver.poll_recv(cx)) {
            Poll::Pending => {
                assert!(self.inside.is_empty() && !self.is_over(), "the receiver waits for what is there");
                ReceiverState::Polled(receiver, bell)
            }
            Poll::Ready(item) => {
                self.received(item.map(Answered::item));
                ReceiverState::Idle(receiver)
            }
        }
    }

    /// Polls the receiver, if it waits, or makes it wait.
    fn receive(&mut self, arg: usize) {
        self.receiver = match mem::replace(&mut self.receiver, ReceiverState::Gone) {
            ReceiverState::Idle(receiver) if arg % 3 == 0 => self.poll_bare(receiver, Bell::default()),
            ReceiverState::Idle(receiver) => {
                let cancel = Rc::new(Cell::new(false));
                let task = Box::pin(receive::<R>(receiver, Rc::clone(&cancel)));
                let mut receiving = Receiving { task, cancel, bell: Bell::default() };
                self.poll_receiver(&mut receiving).unwrap_or(ReceiverState::Waits(receiving))
            }
            ReceiverState::Waits(mut receiving) => {
                self.poll_receiver(&mut receiving).unwrap_or(ReceiverState::Waits(receiving))
            }
            ReceiverState::Polled(receiver, bell) => self.poll_bare(receiver, bell),
            ReceiverState::Gone => ReceiverState::Gone,
        };
    }

    fn try_receive(&mut self, arg: usize) {
        self.receiver = match mem::replace(&mut self.receiver, ReceiverState::Gone) {
            ReceiverState::Idle(mut receiver) => {
                if arg % 8 == 6 {
                    self.receive_many(&mut receiver, arg / 8 % 4);
                } else if arg % 8 == 7 {
                    match receiver.recv_timeout(Duration::ZERO) {
                        Ok(item) => self.take(&item.item()),
                        Err(RecvTimeoutError::Timeout) => assert!(self.inside.is_empty() && !self.is_over()),
                        Err(RecvTimeoutError::Closed) => assert!(self.is_over(), "an end that is none"),
                    }
                } else {
                    self.try_recv(&mut receiver);
                }
                ReceiverState::Idle(receiver)
            }
            ReceiverState::Polled(mut receiver, bell) => {
                if self.try_recv(&mut receiver) {
                    ReceiverState::Idle(receiver)
                } else {
                    ReceiverState::Polled(receiver, bell)
                }
            }
            other => other,
        };
    }

    /// Answers with whether there was an item, or the end.
    fn try_recv(&mut self, receiver: &mut Rx<R>) -> bool {
        match receiver.try_recv() {
            Ok(item) => self.take(&item.item()),
            Err(PopError::Empty) => {
                assert!(self.inside.is_empty() && !self.is_over());
                return false;
            }
            Err(PopError::Closed) => assert!(self.is_over(), "an end that is none"),
        }
        true
    }

    /// Takes some items if there are any, and gives up.
    fn receive_many(&mut self, receiver: &mut Rx<R>, max: usize) {
        let mut items: Vec<<R::Rx as Pop>::Item> = Vec::new();
        let polled = Pin::new(&mut receiver.recv_many(&mut items, max)).poll(&mut Context::from_waker(Waker::noop()));
        match polled {
            Poll::Ready(0) => assert!(max == 0 || self.is_over(), "an end that is none"),
            Poll::Ready(count) => assert_eq!(count, max.min(self.inside.len())),
            Poll::Pending => assert!(self.inside.is_empty() && !self.is_over()),
        }
        items.into_iter().for_each(|item| self.take(&item.item()));
    }

    fn stop_receiving(&mut self) {
        self.receiver = match mem::replace(&mut self.receiver, ReceiverState::Gone) {
            ReceiverState::Waits(mut receiving) => {
                receiving.cancel.set(true);
                self.poll_receiver(&mut receiving).expect("it was cancelled")
            }
            other => other,
        };
    }

    fn close(&mut self, arg: usize) {
        if arg % 4 == 3 {
            let overflows = [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest];
            self.set_overflow(overflows[arg / 4 % 3]);
        }
        if arg % 4 > 0 {
            return;
        }
        self.receiver = match mem::replace(&mut self.receiver, ReceiverState::Gone) {
            ReceiverState::Idle(receiver) | ReceiverState::Polled(receiver, _) if arg % 8 > 0 => {
                drop(receiver);
                ReceiverState::Gone
            }
            ReceiverState::Idle(mut receiver) | ReceiverState::Polled(mut receiver, _) => {
                let is_closed = R::close(&mut receiver);
                self.receiver = ReceiverState::Idle(receiver);
                self.closed |= is_closed;
                return;
            }
            // In the middle of a future.
            ReceiverState::Waits(receiving) => {
                drop(receiving);
                ReceiverState::Gone
            }
            ReceiverState::Gone => return,
        };
        self.closed = true;
    }

    /// The bells of those who wait.
    fn bells(&mut self) -> Vec<&mut Bell> {
        let senders = self.senders.iter_mut().filter_map(|sender| match sender {
            SenderState::Waits(sending) => Some(&mut sending.bell),
            SenderState::Idle(_) => None,
        });
        let receiver = match &mut self.receiver {
            ReceiverState::Waits(receiving) => Some(&mut receiving.bell),
            ReceiverState::Polled(_, bell) => Some(bell),
            _ => None,
        };
        senders.chain(receiver).collect()
    }

    /// Polls one who waits, woken or not.
    fn poll(&mut self, arg: usize) {
        let waiting = self.bells().len();
        if waiting > 0 {
            self.poll_nth(arg % waiting);
        }
    }

    fn poll_nth(&mut self, nth: usize) {
        let waits = |sender: &SenderState<R>| matches!(sender, SenderState::Waits(_));
        let Some(at) = (0..self.senders.len()).filter(|&at| waits(&self.senders[at])).nth(nth) else {
            return self.receive(0);
        };
        if let SenderState::Waits(mut sending) = self.senders.remove(at) {
            let next = self.poll_sender(&mut sending).unwrap_or(SenderState::Waits(sending));
            self.senders.insert(at, next);
        }
    }

    /// Polls one of those that were woken, the `nth` by the time of that. Answers with whether there was one.
    fn poll_woken(&mut self, nth: usize) -> bool {
        let mut woken: Vec<(usize, usize)> =
            self.bells().iter().enumerate().filter_map(|(at, bell)| Some((bell.alarm.rung()?, at))).collect();
        if woken.is_empty() {
            return false;
        }
        woken.sort_unstable();
        self.poll_nth(woken[nth % woken.len()].1);
        true
    }

    /// Polls all that are woken until there is none, and looks whether somebody waits for what is there.
    fn settle(&mut self) {
        let polls = (0..MAX_POLLS).take_while(|_| self.poll_woken(0)).count();
        assert!(polls < MAX_POLLS, "they wake each other for ever");
        let is_receiver_waiting = matches!(self.receiver, ReceiverState::Waits(_) | ReceiverState::Polled(..));
        assert!(!is_receiver_waiting || self.inside.is_empty(), "the receiver sleeps, and there is an item");
        assert!(!is_receiver_waiting || !self.is_over(), "the receiver sleeps, and all is over");
        assert!(!self.others_wait() || self.is_full(), "a sender sleeps, and there is room");
        assert!(!self.others_wait() || self.rejects(), "a sender sleeps, and needs no room");
        assert!(!self.closed || !self.waits(|_| true), "a sender sleeps, and the channel is closed");
    }

    /// Everybody goes, one after another, and those that are left are told.
    fn finish(&mut self) {
        let keep_receiver = self.senders.len() % 2 == 0;
        if keep_receiver {
            while !self.senders.is_empty() {
                self.senders.swap_remove(self.senders.len() / 2);
                self.settle();
            }
        }
        if !matches!(self.receiver, ReceiverState::Gone) {
            self.receiver = ReceiverState::Gone;
            self.closed = true;
        }
        self.settle();
        self.senders.clear();
    }
}
