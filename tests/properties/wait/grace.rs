//! How long a sender waits for room, and what comes then.

use std::cell::Cell;
use std::time::{Duration, Instant};

use forebay::channel::{SendError, SendTimeoutError, WhenFull};
use forebay::{Overflow, PushError, Pushed};

use super::*;

const A_WHILE: Duration = Duration::from_millis(60);

/// What comes of something, and how long it took.
fn timed<R>(what: impl FnOnce() -> R) -> (R, Duration) {
    let before = Instant::now();
    (what(), before.elapsed())
}

/// A future that is ready as soon as it is told.
#[derive(Default)]
struct Timer {
    is_over: Cell<bool>,
    polls: Cell<usize>,
}

impl Future for &Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        self.polls.set(self.polls.get() + 1);
        if self.is_over.get() { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[test]
fn a_thread_gives_up_in_time() {
    let within = WhenFull::Block { within: Some(A_WHILE) };
    let (mut sender, mut receiver) = channel::builder(1).overflow(within).mpsc().unwrap();
    assert_eq!(sender.blocking_send(1), Ok(()));
    for mut sender in [sender.clone(), sender.try_clone().unwrap(), sender] {
        // As often as one likes, and as long each time.
        for _ in 0..2 {
            let (sent, time) = timed(|| sender.blocking_send(2));
            assert_eq!(sent, Err(SendError::Timeout(2)));
            assert!(time >= A_WHILE, "{time:?}");
        }
    }
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// Before the first drop of a row it waits, and before the others it does not.
#[test]
fn a_thread_has_a_grace() {
    let (mut sender, mut receiver) =
        channel::builder(2).overflow(Overflow::DropOldest).grace(A_WHILE).senders(2).swap().unwrap();
    for number in 1..=2 {
        assert_eq!(sender.blocking_send(number), Ok(Pushed::Stored));
    }
    for row in [0, 20] {
        let (sent, time) = timed(|| sender.blocking_send(row + 3));
        assert_eq!(sent, Ok(Pushed::Evicted(row + 1)));
        assert!(time >= A_WHILE, "{time:?}");
        let (_, time) = timed(|| {
            for number in row + 4..=row + 20 {
                assert_eq!(sender.blocking_send(number), Ok(Pushed::Evicted(number - 2)));
            }
        });
        assert!(time < 10 * A_WHILE, "17 in {time:?}");
        assert_eq!(receiver.try_recv(), Ok(row + 19));
        // There is room again, and it is used.
        assert_eq!(sender.blocking_send(row + 21), Ok(Pushed::Stored));
        assert_eq!(receiver.try_recv(), Ok(row + 20));
        assert_eq!(sender.blocking_send(row + 22), Ok(Pushed::Stored));
    }
    // Each has its own.
    let mut other = sender.try_clone().unwrap();
    let (sent, time) = timed(|| other.blocking_send(99));
    assert_eq!(sent, Ok(Pushed::Evicted(41)));
    assert!(time >= A_WHILE, "{time:?}");
    assert_eq!(receiver.stats().ring.evicted, Some(37));
}

/// Room that comes in time is used.
#[test]
fn a_grace_may_not_be_used_up() {
    let (mut sender, mut receiver) =
        channel::builder(1).overflow(Overflow::DropOldest).grace(Duration::MAX).swap().unwrap();
    assert_eq!(sender.blocking_send(1), Ok(Pushed::Stored));
    let taking = std::thread::spawn(move || {
        std::thread::sleep(A_WHILE);
        (receiver.try_recv(), receiver)
    });
    assert_eq!(sender.blocking_send(2), Ok(Pushed::Stored));
    let (taken, receiver) = taking.join().unwrap();
    assert_eq!(taken, Ok(1));
    // And at the end the value comes back.
    let gone = std::thread::spawn(move || drop(receiver));
    assert_eq!(sender.blocking_send(3), Err(SendError::Closed(3)));
    gone.join().unwrap();
}

/// What is dropped may be what is sent; the ring counts it.
#[test]
fn what_is_sent_is_dropped_after_a_grace() {
    let (mut sender, mut receiver) =
        channel::builder(1).overflow(Overflow::DropIncoming).grace(A_WHILE).mpsc().unwrap();
    assert_eq!(sender.blocking_send(1), Ok(()));
    let (sent, time) = timed(|| sender.blocking_send(2));
    assert_eq!(sent, Err(SendError::Shed(2)));
    assert!(time >= A_WHILE, "{time:?}");
    let (_, time) =
        timed(|| (3..20).for_each(|number| assert_eq!(sender.blocking_send(number), Err(SendError::Shed(number)))));
    assert!(time < 10 * A_WHILE, "17 in {time:?}");
    assert_eq!(receiver.stats().ring.shed, Some(18));
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// A clone begins anew, also of one that has never sent anything.
#[test]
fn a_clone_has_a_grace_of_its_own() {
    let (mut sender, _receiver) = channel::builder(1).overflow(Overflow::DropIncoming).grace(A_WHILE).mpsc().unwrap();
    let mut idle = sender.clone();
    assert_eq!(sender.blocking_send(1), Ok(()));
    assert_eq!(idle.blocking_send(2), Err(SendError::Shed(2)));
    for mut another in [idle.clone(), idle.try_clone().unwrap()] {
        let (sent, time) = timed(|| another.blocking_send(3));
        assert_eq!(sent, Err(SendError::Shed(3)));
        assert!(time >= A_WHILE, "{time:?}");
    }
}

/// Who gives up by itself drops nothing.
#[test]
fn nothing_is_dropped_by_who_gives_up() {
    let (mut sender, mut receiver) = channel::builder(1).overflow(Overflow::DropOldest).grace(A_WHILE).swap().unwrap();
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    assert_eq!(sender.try_send(2), Err(PushError::Full(2)));
    assert_eq!(sender.send_timeout(2, Duration::from_millis(1)), Err(SendTimeoutError::Timeout(2)));
    let timer = Timer { is_over: Cell::new(true), ..Timer::default() };
    assert_eq!(channel::block_on(sender.send(2).within(&timer)), Err(SendTimeoutError::Timeout(2)));
    let (mut send, counter) = (sender.send(2), Arc::<Counter>::default());
    assert!(poll(&mut send, &counter).is_pending());
    drop(send);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.stats().ring.evicted, Some(0));
}

#[test]
fn a_task_has_a_grace() {
    let (mut sender, mut receiver) = channel::builder(1).overflow(Overflow::DropOldest).grace(A_WHILE).swap().unwrap();
    let counter = Arc::<Counter>::default();
    let never = Timer::default();
    assert_eq!(poll(&mut sender.send(1).with_grace(&never), &counter), Poll::Ready(Ok(Pushed::Stored)));
    for row in [0, 10] {
        let timer = Timer::default();
        let mut send = sender.send(row + 2).with_grace(&timer);
        assert!(poll(&mut send, &counter).is_pending());
        timer.is_over.set(true);
        assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(Pushed::Evicted(row + 1))));
        assert_eq!(timer.polls.get(), 2);
        drop(send);
        // At once now.
        assert_eq!(
            poll(&mut sender.send(row + 3).with_grace(&never), &counter),
            Poll::Ready(Ok(Pushed::Evicted(row + 2)))
        );
        assert_eq!(receiver.try_recv(), Ok(row + 3));
        assert_eq!(poll(&mut sender.send(row + 11).with_grace(&never), &counter), Poll::Ready(Ok(Pushed::Stored)));
    }
    assert_eq!(never.polls.get(), 0);
    // One that is dropped has dropped nothing.
    let mut send = sender.send(99).with_grace(&never);
    assert!(poll(&mut send, &counter).is_pending());
    assert_eq!(send.into_inner(), Some(99));
    assert_eq!(receiver.try_recv(), Ok(21));
}

/// A channel that was built without one has none, whatever the ring could do.
#[test]
fn without_a_grace_a_timer_ends_the_wait() {
    let (mut sender, mut receiver) = channel::builder(1).swap().unwrap();
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    let over = Timer { is_over: Cell::new(true), ..Timer::default() };
    assert_eq!(channel::block_on(sender.send(2).with_grace(&over)), Err(SendError::Timeout(2)));
    receiver.close();
    assert_eq!(channel::block_on(sender.send(2).with_grace(&over)), Err(SendError::Closed(2)));
    assert_eq!(channel::block_on(sender.send(2).within(&over)), Err(SendTimeoutError::Closed(2)));
}

/// One whose time is over when it has been called passes the call on.
#[test]
fn a_call_that_comes_too_late_goes_on() {
    let (mut senders, mut receiver) = full(1, 3);
    let [first, second, barger] = &mut senders[..] else { panic!("three senders") };
    let timer = Timer::default();
    let (mut send, called) = (first.send(1).within(&timer), Arc::<Counter>::default());
    assert!(poll(&mut send, &called).is_pending());
    let (mut next, counter) = (second.send(2), Arc::<Counter>::default());
    assert!(poll(&mut next, &counter).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    assert_eq!((called.count(), counter.count()), (1, 0));
    barger.try_send(3).unwrap();
    timer.is_over.set(true);
    assert_eq!(poll(&mut send, &called), Poll::Ready(Err(SendTimeoutError::Timeout(1))));
    assert_eq!(counter.count(), 0, "there is no room");
    // It is out of line, though it is still there.
    assert_eq!(receiver.try_recv(), Ok(3));
    assert_eq!((called.count(), counter.count()), (1, 1));
    drop(send);
    assert_eq!(poll(&mut next, &counter), Poll::Ready(Ok(())));
}

/// A send that is given up gives its value back, if it still has it, and shows whether it is over.
#[test]
fn a_send_that_is_given_up_gives_its_value_back() {
    let (mut sender, mut receiver) = channel::builder(1).overflow(Overflow::DropOldest).grace(A_WHILE).swap().unwrap();
    assert_eq!(sender.try_send(1), Ok(Pushed::Stored));
    let (timer, counter) = (Timer::default(), Arc::<Counter>::default());
    for number in [2, 3] {
        let mut send = sender.send(number).within(&timer);
        assert!(poll(&mut send, &counter).is_pending());
        assert_eq!(format!("{send:?}"), "SendWithin { is_done: false, .. }");
        assert_eq!(send.into_inner(), Some(number));
        let mut send = sender.send(number).with_grace(&timer);
        assert!(poll(&mut send, &counter).is_pending());
        assert_eq!(format!("{send:?}"), "SendWithGrace { is_done: false, .. }");
        assert_eq!(send.into_inner(), Some(number));
    }
    assert_eq!(receiver.try_recv(), Ok(1));
    let mut send = sender.send(4).within(&timer);
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(Pushed::Stored)));
    assert_eq!(format!("{send:?}"), "SendWithin { is_done: true, .. }");
    assert_eq!(send.into_inner(), None);
    timer.is_over.set(true);
    let mut send = sender.send(5).with_grace(&timer);
    assert_eq!(poll(&mut send, &counter), Poll::Ready(Ok(Pushed::Evicted(4))));
    assert_eq!(format!("{send:?}"), "SendWithGrace { is_done: true, .. }");
    assert_eq!(send.into_inner(), None);
}
