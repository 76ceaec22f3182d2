//! Channels between the interrupt and tasks in the main loop, which wait for room and for items. Every item is checked, and so is the
//! end.

use core::cell::Cell;
use core::fmt;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Poll;

use forebay::channel::{Lobby, ReceiveEnd, Receiver, RecvError, RoomEnd, Sender};
use forebay::{PopError, PushError};

use crate::executor::{self, Flag};
use crate::interrupt;
use crate::item::Reading;
use crate::random::{Random, Rests};

/// Where all these channels have their places.
pub type Place = &'static Lobby<SEATS>;
/// The receiver's, and one for each stream.
pub const SEATS: usize = 1 + STREAMS;
const STREAMS: usize = 3;

static FLAGS: [Flag; STREAMS] = [const { Flag::new() }; STREAMS];
/// How often the interrupt has come.
static TICKS: AtomicU32 = AtomicU32::new(0);
/// Until when each task rests; 0 if it doesn't.
static RESTS_UNTIL: [AtomicU32; STREAMS] = [const { AtomicU32::new(0) }; STREAMS];

/// What came of it.
pub struct Figures {
    /// Items that were received.
    pub items: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
    /// How often the interrupt found no room, or no item.
    pub refused: u32,
    /// How often a task had to wait for room or an item.
    pub waited: u32,
    /// How often all had to wait, and the core slept.
    pub slept: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, interrupts, places, refused, waited, slept } = self;
        write!(f, "{items} items, {interrupts} interrupts at {places} places, {refused} in vain; ")?;
        write!(f, "{waited} waits of tasks, {slept} sleeps")
    }
}

/// A sender's end that says nothing but that it has sent.
pub trait Tx: RoomEnd<Item = Reading, Sent = ()> + Send + 'static {}

impl<P: RoomEnd<Item = Reading, Sent = ()> + Send + 'static> Tx for P {}

/// A receiver's end.
pub trait Rx: ReceiveEnd<Item = Reading> + Send + 'static {}

impl<C: ReceiveEnd<Item = Reading> + Send + 'static> Rx for C {}

/// Checks the items of all streams, each of which comes in its own order.
#[derive(Default)]
struct Exit {
    next: [u32; STREAMS],
}

impl Exit {
    fn items(&self) -> u32 {
        self.next.iter().sum()
    }
}

impl Extend<Reading> for Exit {
    fn extend<I: IntoIterator<Item = Reading>>(&mut self, items: I) {
        for item in items {
            let (stream, number) = item.open();
            assert_eq!(number, self.next[stream], "an item is lost, repeated or out of turn");
            self.next[stream] += 1;
        }
    }
}

/// Does nothing for some ticks, now and then, so that the other side catches up.
async fn rest(task: usize, random: &mut Random) {
    if random.below(32) == 0 {
        // Relaxed, all: one core, and what wakes it orders nothing else.
        let until = TICKS.load(Ordering::Relaxed) + 1 + random.below(64);
        RESTS_UNTIL[task].store(until, Ordering::Relaxed);
        poll_fn(|_| if RESTS_UNTIL[task].load(Ordering::Relaxed) == 0 { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// In the interrupt: wakes the tasks that have rested. No other one: who waits for the channel is woken by that, or never.
fn tick_for_tasks() {
    // Relaxed, all: as above.
    let ticks = TICKS.load(Ordering::Relaxed) + 1;
    TICKS.store(ticks, Ordering::Relaxed);
    for (until, flag) in RESTS_UNTIL.iter().zip(&FLAGS) {
        if (1..=ticks).contains(&until.load(Ordering::Relaxed)) {
            until.store(0, Ordering::Relaxed);
            flag.set();
        }
    }
}

/// Awaits a future, and counts if it has to.
async fn counted<F: Future>(future: F, waited: &Cell<u32>) -> F::Output {
    let (mut future, mut first) = (pin!(future), true);
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        if polled.is_pending() && core::mem::take(&mut first) {
            waited.set(waited.get() + 1);
        }
        polled
    })
    .await
}

/// A task that sends its stream, in all the ways that there are.
async fn produce<P: Tx>(mut sender: Sender<P, Place>, task: usize, stream: usize, total: u32, waited: &Cell<u32>) {
    let mut random = Random::new(total + stream as u32);
    let mut next = 0;
    while next < total {
        rest(task, &mut random).await;
        let item = Reading::new(stream, next);
        match random.below(4) {
            // Waits for room, and may find that others were faster.
            0 => {
                counted(sender.ready(), waited).await;
                match sender.try_send(item) {
                    Ok(()) => next += 1,
                    Err(error) => assert!(error.is_full()),
                }
            }
            // Gives up, and has its item back.
            1 => {
                let mut send = sender.send(item);
                let sent = poll_fn(|cx| Poll::Ready(Pin::new(&mut send).poll(cx))).await;
                match sent {
                    Poll::Ready(sent) => {
                        sent.expect("the receiver is there");
                        next += 1;
                    }
                    Poll::Pending => {
                        let (whose, number) = send.into_inner().expect("it was not sent").open();
                        assert_eq!((whose, number), (stream, next));
                    }
                }
            }
            2 => {
                let count = (total - next).min(1 + random.below(8));
                let items = (next..next + count).map(|number| Reading::new(stream, number));
                let sent = counted(sender.send_many(items), waited).await.expect("the receiver is there");
                assert_eq!(sent, count as usize);
                next += count;
            }
            _ => {
                counted(sender.send(item), waited).await.expect("the receiver is there");
                next += 1;
            }
        }
    }
}

/// A task that receives until the end.
async fn consume<C: Rx>(mut receiver: Receiver<C, Place>, task: usize, exit: &mut Exit, waited: &Cell<u32>) {
    let mut random = Random::new(1);
    loop {
        rest(task, &mut random).await;
        if random.below(2) == 0 {
            let most = 1 + random.below(8) as usize;
            if counted(receiver.recv_many(exit, most), waited).await == 0 {
                break;
            }
        } else {
            match counted(receiver.recv(), waited).await {
                Ok(item) => exit.extend([item]),
                Err(RecvError) => break,
            }
        }
    }
}

/// The interrupt sends a stream, and tasks send others, to a task.
pub fn to_task<P: Tx, C: Rx>(
    first: Sender<P, Place>,
    others: [Option<Sender<P, Place>>; 2],
    receiver: Receiver<C, Place>,
    total: u32,
) -> Figures {
    let (mut interrupts, mut refused, mut next) = (0, 0, 0);
    let mut expected = [total, 0, 0];
    for (expected, other) in expected[1..].iter_mut().zip(&others) {
        *expected = if other.is_some() { total } else { 0 };
    }
    let (mut sender, mut rests, mut random) = (Some(first), Rests::default(), Random::new(total));
    let mut tick = || {
        interrupts += 1;
        tick_for_tasks();
        let Some(end) = &mut sender else { return };
        if rests.now(&mut random, 32, 64) {
            return;
        }
        for _ in 0..1 + random.below(4) {
            match end.try_send(Reading::new(0, next)) {
                Ok(()) => next += 1,
                Err(PushError::Full(_)) => {
                    refused += 1;
                    return;
                }
                Err(error) => panic!("{error}"),
            }
            if next == total {
                sender = None;
                return;
            }
        }
    };
    let (mut exit, waited) = (Exit::default(), Cell::new(0));
    let slept = {
        let receive = pin!(consume(receiver, 0, &mut exit, &waited));
        let [second, third] = others.map(Some);
        let waited = &waited;
        let send = |other: Option<Option<Sender<P, Place>>>, stream| async move {
            if let Some(sender) = other.flatten() {
                produce(sender, stream, stream, total, waited).await;
            }
        };
        let (second, third) = (pin!(send(second, 1)), pin!(send(third, 2)));
        FLAGS.iter().for_each(Flag::set);
        interrupt::during(&mut tick, || executor::run([receive, second, third], &FLAGS))
    };
    assert_eq!(exit.next, expected, "what was taken in came out");
    figures(Figures { items: exit.items(), interrupts, places: 0, refused, waited: waited.get(), slept })
}

/// Tasks send to the interrupt.
pub fn to_interrupt<P: Tx, C: Rx>(
    first: Sender<P, Place>,
    other: Option<Sender<P, Place>>,
    receiver: Receiver<C, Place>,
    total: u32,
) -> Figures {
    let (mut interrupts, mut refused, mut exit) = (0, 0, Exit::default());
    let expected = [total, if other.is_some() { total } else { 0 }, 0];
    let (mut receiver, mut rests, mut random) = (Some(receiver), Rests::default(), Random::new(total));
    let ended = AtomicBool::new(false);
    let mut tick = || {
        interrupts += 1;
        tick_for_tasks();
        let Some(end) = &mut receiver else { return };
        if rests.now(&mut random, 32, 64) {
            return;
        }
        for _ in 0..1 + random.below(4) {
            match end.try_recv() {
                Ok(item) => exit.extend([item]),
                Err(PopError::Empty) => {
                    refused += 1;
                    return;
                }
                Err(PopError::Closed) => {
                    receiver = None;
                    // Release: what the interrupt has counted is there for who sees the end.
                    ended.store(true, Ordering::Release);
                    FLAGS[2].set();
                    return;
                }
            }
        }
    };
    let waited = Cell::new(0);
    let slept = {
        let first = pin!(produce(first, 0, 0, total, &waited));
        let second = pin!(async {
            if let Some(other) = other {
                produce(other, 1, 1, total, &waited).await;
            }
        });
        // Acquire: pairs with the store in the interrupt, which wakes it.
        let end = pin!(poll_fn(|_| if ended.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }));
        FLAGS.iter().for_each(Flag::set);
        interrupt::during(&mut tick, || executor::run([first, second, end], &FLAGS))
    };
    assert_eq!(exit.next, expected, "what was taken in came out");
    figures(Figures { items: exit.items(), interrupts, places: 0, refused, waited: waited.get(), slept })
}

/// Checks that it was a test at all.
fn figures(figures: Figures) -> Figures {
    let places = interrupt::take_places();
    let Figures { refused, waited, slept, .. } = figures;
    assert!(refused > 20 && waited > 50 && slept > 50, "each side was the faster one for a while, and nobody at times");
    assert!(places > 100, "the main loop was interrupted everywhere");
    Figures { places, ..figures }
}
