//! A thread that sleeps while it runs a future, and what the polls of that may do.

use std::task::Poll;
use std::thread;
use std::time::Duration;

use forebay::channel;

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
