//! Channels over each ring: what is sent, received and waited for, by tasks and by threads.

use std::future::{Future, pending};
use std::hint::black_box;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use forebay::channel::{
    self, Desk, PressureEnd, ReceiveEnd, Receiver, RecvTimeoutError, Room, SendEnd, SendTimeoutError, Sender,
};
use forebay_core::{Overflow, PopError};

use super::calls;

/// How many items fit in, where there is an end to that.
const CAPACITY: usize = 2;

struct NoOp;

impl Wake for NoOp {
    fn wake(self: Arc<Self>) {}
}

fn no_op() -> Waker {
    Waker::from(Arc::new(NoOp))
}

/// Polls a future that may be moved.
fn poll<F: Future + Unpin>(future: &mut F, cx: &mut Context<'_>) -> Poll<F::Output> {
    Pin::new(future).poll(cx)
}

/// Takes items in and keeps none.
struct Void;

impl<T> Extend<T> for Void {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| drop(black_box(item)));
    }
}

/// Sends, receives and waits in every way that all channels have. It begins and ends with nothing inside.
fn exchange<P, C, D>(sender: &mut Sender<P, D>, receiver: &mut Receiver<C, D>, cx: &mut Context<'_>)
where
    P: SendEnd<Item = u64>,
    C: ReceiveEnd,
    D: Desk,
{
    // A task waits for an item, and gets it.
    let mut receive = receiver.recv();
    assert!(poll(&mut receive, cx).is_pending());
    assert!(sender.try_send(1).is_ok());
    assert!(matches!(poll(&mut receive, cx), Poll::Ready(Ok(_))));
    drop(receive);
    // One gives up.
    assert!(poll(&mut receiver.recv(), cx).is_pending());
    // A thread waits until the time is over.
    assert!(matches!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout)));
    // By threads, without waiting.
    assert!(sender.blocking_send(2).is_ok());
    assert!(receiver.blocking_recv().is_ok());
    assert!(sender.send_timeout(3, Duration::ZERO).is_ok());
    assert!(receiver.recv_timeout(Duration::ZERO).is_ok());
    // By tasks, likewise.
    assert!(matches!(poll(&mut sender.send(4), cx), Poll::Ready(Ok(_))));
    assert!(matches!(poll(&mut receiver.recv(), cx), Poll::Ready(Ok(_))));
    // Several at once; one key, one value, one class of them may be all that is left.
    assert!(matches!(poll(&mut sender.send_many(0..2), cx), Poll::Ready(Ok(2))));
    let mut into = Void;
    assert!(matches!(poll(&mut receiver.recv_many(&mut into, 8), cx), Poll::Ready(1..)));
    assert!(matches!(sender.blocking_send_many(0..2), Ok(2)));
    assert!(receiver.blocking_recv_many(&mut Void, 8) >= 1);
    // For the end.
    assert!(poll(&mut sender.closed(), cx).is_pending());
    if P::ROOM != Room::Always {
        wait_for_room(sender, receiver, cx);
    }
    assert!(matches!(receiver.try_recv(), Err(PopError::Empty)));
}

/// The channel is full, and who sends waits.
fn wait_for_room<P, C, D>(sender: &mut Sender<P, D>, receiver: &mut Receiver<C, D>, cx: &mut Context<'_>)
where
    P: SendEnd<Item = u64>,
    C: ReceiveEnd,
    D: Desk,
{
    (0..CAPACITY).for_each(|_| assert!(sender.try_send(5).is_ok()));
    assert!(sender.try_send(6).is_err());
    // One gives up.
    assert!(poll(&mut sender.send(6), cx).is_pending());
    assert!(matches!(sender.send_timeout(6, Duration::ZERO), Err(SendTimeoutError::Timeout(6))));
    let mut send = sender.send(6);
    assert!(poll(&mut send, cx).is_pending());
    assert!(receiver.try_recv().is_ok());
    assert!(matches!(poll(&mut send, cx), Poll::Ready(Ok(_))));
    drop(send);
    let mut many = sender.send_many(0..2);
    for _ in 0..2 {
        assert!(poll(&mut many, cx).is_pending());
        assert!(receiver.try_recv().is_ok());
    }
    assert!(matches!(poll(&mut many, cx), Poll::Ready(Ok(2))));
    drop(many);
    (0..CAPACITY).for_each(|_| assert!(receiver.try_recv().is_ok()));
}

/// Who waits for another pressure, at both ends.
fn wait_for_pressure<P, C, D>(sender: &mut Sender<P, D>, receiver: &mut Receiver<C, D>, cx: &mut Context<'_>)
where
    P: SendEnd<Item = u64> + PressureEnd,
    C: ReceiveEnd,
    D: Desk,
{
    // What has been told by now is not told again.
    while poll(&mut sender.pressure_changed(), cx).is_ready() {}
    for number in 0..2 * CAPACITY as u64 {
        let _ = black_box(sender.try_send(number));
    }
    assert!(poll(&mut sender.pressure_changed(), cx).is_ready());
    let mut changed = sender.pressure_changed();
    assert!(poll(&mut changed, cx).is_pending());
    while receiver.try_recv().is_ok() {}
    assert!(poll(&mut changed, cx).is_ready());
}

/// How often the allocator is called while two threads send and receive, where each waits for the other again and again.
fn between_threads<P, C, D>(sender: &mut Sender<P, D>, receiver: &mut Receiver<C, D>) -> usize
where
    P: SendEnd<Item = u64> + Send,
    C: ReceiveEnd,
    D: Desk + Send,
    Sender<P, D>: Send,
{
    const ITEMS: u64 = 2_000;
    // A thread makes its waker when it waits for the first time.
    let make_waker = || assert_eq!(channel::block_on_timeout(pending::<()>(), Duration::ZERO), None);
    let barrier = Barrier::new(2);
    make_waker();
    thread::scope(|scope| {
        scope.spawn(|| {
            make_waker();
            barrier.wait();
            barrier.wait();
            for number in 0..ITEMS {
                assert!(sender.blocking_send(number).is_ok());
                // Time and again it lets the other side run dry.
                if number % 64 == 0 {
                    thread::sleep(Duration::from_micros(100));
                }
            }
            barrier.wait();
            barrier.wait();
        });
        barrier.wait();
        let calls = calls(|| {
            barrier.wait();
            // What is overtaken never comes.
            while receiver.recv_timeout(Duration::from_millis(200)).is_ok() {}
            barrier.wait();
        });
        barrier.wait();
        calls
    })
}

/// All of it, which allocates nothing.
fn check<P, C, D>(
    name: &str,
    (mut sender, mut receiver): (Sender<P, D>, Receiver<C, D>),
    pressure: impl Fn(&mut Sender<P, D>, &mut Receiver<C, D>, &mut Context<'_>),
) where
    P: SendEnd<Item = u64> + Send,
    C: ReceiveEnd,
    D: Desk + Send,
    Sender<P, D>: Send,
{
    let waker = no_op();
    let mut cx = Context::from_waker(&waker);
    // A thread makes its waker when it waits for the first time.
    assert!(receiver.recv_timeout(Duration::ZERO).is_err());
    let work = || {
        (0..20).for_each(|_| {
            exchange(&mut sender, &mut receiver, &mut cx);
            pressure(&mut sender, &mut receiver, &mut cx);
        });
    };
    assert_eq!(calls(work), 0, "a channel over {name}");
    assert_eq!(between_threads(&mut sender, &mut receiver), 0, "a channel over {name}, between threads");
}

/// Those who send and the one who receives wait in every way, several at once.
fn several_senders() {
    let (mut sender, mut receiver) = channel::mpsc(CAPACITY).unwrap();
    let mut senders: Vec<_> = (0..3).map(|_| sender.clone()).collect();
    let waker = no_op();
    let mut cx = Context::from_waker(&waker);
    let wait = || {
        for _ in 0..40 {
            (0..CAPACITY).for_each(|_| sender.try_send(1).unwrap());
            // Each of them waits, one gives up, and the others are served.
            senders.iter_mut().for_each(|sender| assert!(poll(&mut sender.send(4), &mut cx).is_pending()));
            let [one, two, ..] = &mut senders[..] else { unreachable!("there are three") };
            let (mut one, mut two) = (one.send(5), two.send(6));
            assert!(poll(&mut one, &mut cx).is_pending());
            assert!(poll(&mut two, &mut cx).is_pending());
            (0..2).for_each(|_| assert!(receiver.blocking_recv().is_ok()));
            assert_eq!(poll(&mut one, &mut cx), Poll::Ready(Ok(())));
            assert_eq!(poll(&mut two, &mut cx), Poll::Ready(Ok(())));
            drop((one, two));
            (0..CAPACITY).for_each(|_| assert!(receiver.try_recv().is_ok()));
        }
    };
    assert_eq!(calls(wait), 0, "several senders");
    let come_and_go = || (0..20).for_each(|_| drop((sender.clone(), sender.clone())));
    come_and_go();
    assert_eq!(calls(come_and_go), 0, "senders come and go");
}

pub(super) fn none() {
    check("spsc", channel::spsc(CAPACITY).unwrap(), wait_for_pressure);
    check("mpsc", channel::mpsc(CAPACITY).unwrap(), wait_for_pressure);
    check("swap", channel::swap(CAPACITY, 2, Overflow::Reject).unwrap(), wait_for_pressure);
    check(
        "priority",
        channel::priority::<2, _, _>(CAPACITY, Overflow::Reject, |_: &u64| 1).unwrap(),
        wait_for_pressure,
    );
    check("latest", channel::latest(), |_, _, _| {});
    let key_of = |number: &u64| *number as usize % CAPACITY;
    check("conflated", channel::conflated(CAPACITY, key_of).unwrap(), wait_for_pressure);
    let (opener, receiver) = channel::fan_in(2, CAPACITY).unwrap();
    check("fan_in", (opener.open(NonZeroU32::MIN).unwrap(), receiver), wait_for_pressure);
    several_senders();
}
