//! A thread that sleeps while it runs a future, and what the polls of that may do.

use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use forebay::channel::{self, RecvTimeoutError, SendTimeoutError};
use forebay_tests::crowd;

/// A task whose polls do something that uses the thread's park token up, as channels of the standard library do, is not forgotten.
#[test]
fn a_token_may_be_used_up() {
    let mut polls = 0;
    channel::block_on(std::future::poll_fn(|cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        thread::spawn(move || waker.wake()).join().unwrap();
        thread::park();
        Poll::Pending
    }));
    assert_eq!(polls, 2);
}

/// Nor is one whose polls sleep themselves.
#[test]
fn one_may_sleep_within_another() {
    let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
    let mut polls = 0;
    channel::block_on(std::future::poll_fn(|cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        let (waker, mut sender) = (cx.waker().clone(), sender.clone());
        let other = thread::spawn(move || {
            waker.wake();
            thread::sleep(Duration::from_millis(10));
            sender.try_send(1).unwrap();
        });
        assert_eq!(receiver.blocking_recv(), Ok(1));
        other.join().unwrap();
        Poll::Pending
    }));
    assert_eq!(polls, 2);
    sender.try_send(2).unwrap();
    assert_eq!(receiver.blocking_recv(), Ok(2));
}

/// A future that wakes its own task at each poll, as one that yields does, has no more time than another one.
#[test]
fn a_future_that_is_always_woken_has_its_time_limit() {
    let restless = std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        std::task::Poll::<()>::Pending
    });
    assert_eq!(channel::block_on_timeout(restless, std::time::Duration::from_millis(1)), None);
}

/// What has a future to wait without sending has it for threads, too: each sleeps until the receiver does something.
#[test]
fn threads_wait_without_sending() {
    let (mut sender, mut receiver) = channel::spsc(1).unwrap();
    sender.blocking_ready();
    let taker = |mut receiver: channel::SpscReceiver<u32>| {
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            let _ = receiver.try_recv();
            receiver
        })
    };
    for number in 1..=3 {
        sender.blocking_reserve().expect("there is room, and nobody has closed").send(number).unwrap();
        assert!(sender.is_full());
        let takes = taker(receiver);
        if number % 2 == 0 {
            sender.blocking_ready()
        } else {
            drop(sender.blocking_reserve().unwrap())
        }
        assert!(sender.is_empty());
        receiver = takes.join().unwrap();
    }
    let goes = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        drop(receiver);
    });
    assert!(!sender.is_closed());
    sender.blocking_closed();
    assert!(sender.is_closed());
    sender.blocking_ready();
    assert_eq!(sender.blocking_reserve().err(), Some(channel::SendError::Closed(())));
    goes.join().unwrap();
}

/// Far more than it takes: who is not done by then sleeps for ever.
const LIMIT: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(5);

/// An instant that is over ends the wait: not before it, and with the value. One that has been over for long ends it at once.
#[test]
fn a_deadline_ends_a_wait() {
    crowd::within(LIMIT, || {
        let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
        for number in [0, 2, 4] {
            let (begin, soon) = (Instant::now(), Instant::now() + SOON);
            let past = begin.checked_sub(SOON).unwrap_or(begin);
            for deadline in [soon, past, begin] {
                assert_eq!(receiver.recv_deadline(deadline), Err(RecvTimeoutError::Timeout));
                assert!(Instant::now() >= deadline);
            }
            // What finds room, or an item, does not look at the time.
            assert_eq!(sender.send_deadline(number, past), Ok(()));
            let (begin, soon) = (Instant::now(), Instant::now() + SOON);
            for deadline in [soon, past, begin] {
                assert_eq!(sender.send_deadline(number + 1, deadline), Err(SendTimeoutError::Timeout(number + 1)));
                assert!(Instant::now() >= deadline);
            }
            assert_eq!(receiver.recv_deadline(past), Ok(number));
        }
        // Who gave up waits no more: nobody is called, and nothing is left over.
        assert_eq!((sender.len(), receiver.stats().items), (0, 3));
    });
}

/// Until then it waits, for as long as it takes.
#[test]
fn before_a_deadline_there_is_time() {
    crowd::within(LIMIT, || {
        let (mut sender, mut receiver) = channel::spsc(1).unwrap();
        let later = Instant::now() + 2 * LIMIT;
        assert_eq!(sender.send_deadline(1, later), Ok(()));
        let takes = thread::spawn(move || {
            thread::sleep(2 * SOON);
            assert_eq!(receiver.try_recv(), Ok(1));
            receiver
        });
        assert_eq!(sender.send_deadline(2, later), Ok(()));
        let mut receiver = takes.join().unwrap();
        assert_eq!(receiver.recv_deadline(later), Ok(2));
        let sends = thread::spawn(move || {
            thread::sleep(2 * SOON);
            sender.try_send(3).unwrap();
            sender
        });
        assert_eq!(receiver.recv_deadline(later), Ok(3));
        sends.join().unwrap();
    });
}

/// The end comes before any deadline: to who comes then, and to who waits.
#[test]
fn a_close_ends_a_wait_before_its_deadline() {
    crowd::within(LIMIT, || {
        let later = Instant::now() + 2 * LIMIT;
        let (mut sender, mut receiver) = channel::mpsc(1).unwrap();
        assert_eq!(sender.send_deadline(1, later), Ok(()));
        let closes = thread::spawn(move || {
            thread::sleep(2 * SOON);
            receiver.close();
            receiver
        });
        assert_eq!(sender.send_deadline(2, later), Err(SendTimeoutError::Closed(2)));
        let mut receiver = closes.join().unwrap();
        for deadline in [Instant::now(), later] {
            assert_eq!(sender.send_deadline(3, deadline), Err(SendTimeoutError::Closed(3)));
        }
        // What is left comes first.
        assert_eq!(receiver.recv_deadline(later), Ok(1));
        for deadline in [Instant::now(), later] {
            assert_eq!(receiver.recv_deadline(deadline), Err(RecvTimeoutError::Closed));
        }

        let (sender, mut receiver) = channel::mpsc::<u32>(1).unwrap();
        let goes = thread::spawn(move || {
            thread::sleep(2 * SOON);
            drop(sender);
        });
        assert_eq!(receiver.recv_deadline(later), Err(RecvTimeoutError::Closed));
        goes.join().unwrap();
    });
}
