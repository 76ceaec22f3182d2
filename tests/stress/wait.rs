//! Threads and tasks that wait for each other on one channel, with times that run out, futures that are dropped, and ends that
//! come and go: every item is received once or comes back, each sender's are in order, and all come to an end.
//!
//! What they do is random, by fixed seeds. They run under ThreadSanitizer too.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use forebay::PushError;
use forebay::channel::{self, MpscReceiver, MpscSender, RecvError, RecvTimeoutError, SendError, SendTimeoutError};

#[path = "spsc/random.rs"]
mod random;

use random::Random;

const SENDERS: usize = 3;
const ITEMS: usize = 8000;
/// Far more than it takes: who is not done by then sleeps for ever.
const LIMIT: Duration = Duration::from_secs(120);

/// An item that counts its drops, by the sender and the number of the item.
struct Item {
    sender: usize,
    number: usize,
    drops: Arc<Vec<Vec<AtomicU32>>>,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.drops[self.sender][self.number].fetch_add(1, Ordering::Relaxed);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Polls a future some times, without a wake, and drops it.
fn poll_and_drop<F: Future>(future: F, polls: u32) -> Option<F::Output> {
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

fn short(random: &mut Random) -> Duration {
    Duration::from_micros(random.below(60) as u64)
}

fn try_send(sender: &mut MpscSender<Item>, item: Item) -> Result<bool, SendError<Item>> {
    match sender.try_send(item) {
        Ok(()) => Ok(true),
        Err(PushError::Full(_)) => Ok(false),
        Err(PushError::Closed(item)) => Err(SendError::Closed(item)),
        Err(PushError::Shed(item)) => Err(SendError::Shed(item)),
    }
}

/// Sends an item in some way. Answers with whether it was sent, or why not.
fn send(sender: &mut MpscSender<Item>, item: Item, random: &mut Random) -> Result<bool, SendError<Item>> {
    match random.below(8) {
        0 | 1 => sender.blocking_send(item).map(|()| true),
        2 => block_on(sender.send(item)).map(|()| true),
        3 => match sender.send_timeout(item, short(random)) {
            Ok(()) => Ok(true),
            Err(SendTimeoutError::Timeout(_)) => Ok(false),
            Err(SendTimeoutError::Closed(item)) => Err(SendError::Closed(item)),
            Err(SendTimeoutError::Shed(item)) => Err(SendError::Shed(item)),
        },
        4 => try_send(sender, item),
        5 => {
            // Others may be faster.
            block_on(sender.ready());
            try_send(sender, item)
        }
        6 => block_on(sender.send_many(std::iter::once(item))).map(|_| true),
        _ => match poll_and_drop(sender.send(item), random.below(4) as u32) {
            Some(done) => done.map(|()| true),
            None => Ok(false),
        },
    }
}

/// Receives in some way: nothing, one, or several.
fn receive(receiver: &mut MpscReceiver<Item>, random: &mut Random) -> Result<Vec<Item>, RecvError> {
    match random.below(6) {
        0 | 1 => receiver.blocking_recv().map(|item| vec![item]),
        2 => block_on(receiver.recv()).map(|item| vec![item]),
        3 => match receiver.recv_timeout(short(random)) {
            Ok(item) => Ok(vec![item]),
            Err(RecvTimeoutError::Timeout) => Ok(vec![]),
            Err(RecvTimeoutError::Closed) => Err(RecvError),
        },
        4 => {
            let mut items = Vec::new();
            match block_on(receiver.recv_many(&mut items, 1 + random.below(4))) {
                0 => Err(RecvError),
                _ => Ok(items),
            }
        }
        _ => match poll_and_drop(receiver.recv(), random.below(4) as u32) {
            Some(item) => item.map(|item| vec![item]),
            None => Ok(vec![]),
        },
    }
}

/// When the receiver goes, and how.
#[derive(Clone, Copy)]
enum End {
    /// The senders go first.
    Senders,
    /// It closes the channel after so many items, and has all that was accepted.
    Close(usize),
    /// It just goes after so many.
    Drop(usize),
}

/// Runs a body in a thread, as it may never come to an end.
fn within_limit(body: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let body = thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    if wait.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("somebody sleeps for ever");
    }
    body.join().unwrap();
}

fn run(capacity: usize, seed: u64, end: End) {
    let drops: Arc<Vec<Vec<AtomicU32>>> =
        Arc::new((0..SENDERS).map(|_| (0..ITEMS).map(|_| AtomicU32::new(0)).collect()).collect());
    let (sender, mut receiver) = channel::mpsc(capacity).unwrap();
    let senders: Vec<_> = (0..SENDERS)
        .map(|number| {
            let (mut sender, drops) = (sender.clone(), Arc::clone(&drops));
            thread::spawn(move || {
                let mut random = Random::new(seed * 100 + number as u64);
                let mut sent = Vec::new();
                for item in 0..ITEMS {
                    match send(
                        &mut sender,
                        Item { sender: number, number: item, drops: Arc::clone(&drops) },
                        &mut random,
                    ) {
                        Ok(true) => sent.push(item),
                        Ok(false) => {}
                        Err(error) => {
                            assert!(matches!(&error, SendError::Closed(back) if back.number == item));
                            break;
                        }
                    }
                    if random.below(50) == 0 {
                        sender = sender.clone();
                    }
                }
                sent
            })
        })
        .collect();
    drop(sender);
    let mut random = Random::new(seed * 100 + 99);
    let mut received = vec![Vec::new(); SENDERS];
    let mut count = 0;
    let is_complete = loop {
        match end {
            End::Close(after) if after <= count => receiver.close(),
            End::Drop(after) if after <= count => break false,
            _ => {}
        }
        match receive(&mut receiver, &mut random) {
            Ok(items) => {
                count += items.len();
                items.iter().for_each(|item| received[item.sender].push(item.number));
            }
            Err(RecvError) => break true,
        }
    };
    drop(receiver);
    let sent: Vec<Vec<usize>> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    for (received, sent) in received.iter().zip(&sent) {
        assert!(received.is_sorted_by(|a, b| a < b), "in the sender's order, and each once");
        if is_complete {
            assert_eq!(received, sent);
        } else {
            assert!(sent.starts_with(received), "none is left out");
        }
    }
    if matches!(end, End::Senders) {
        assert!(sent.iter().all(|sent| sent.len() > ITEMS / 4));
    }
    for drops in drops.iter().flatten() {
        assert!(drops.load(Ordering::Relaxed) <= 1, "dropped twice");
    }
    for (drops, sent) in drops.iter().zip(&sent) {
        assert!(sent.iter().all(|&item| drops[item].load(Ordering::Relaxed) == 1), "an item was forgotten");
    }
}

#[test]
fn all_is_received() {
    within_limit(|| {
        for (seed, capacity) in (0..).zip([1, 2, 3, 16]) {
            run(capacity, seed, End::Senders);
        }
    });
}

#[test]
fn closed_in_the_middle() {
    within_limit(|| (0..40).for_each(|seed| run(1 + seed % 3, 100 + seed as u64, End::Close(37 * seed))));
}

#[test]
fn receiver_gone_in_the_middle() {
    within_limit(|| (0..40).for_each(|seed| run(1 + seed % 3, 200 + seed as u64, End::Drop(37 * seed))));
}

/// Threads alone, and as fast as they can: a lost wake-up stops them.
#[test]
fn threads_that_sleep_again_and_again() {
    within_limit(|| {
        for capacity in [1, 2] {
            let (sender, mut receiver) = channel::mpsc(capacity).unwrap();
            let senders: Vec<_> = (0..4)
                .map(|_| {
                    let mut sender: MpscSender<usize> = sender.clone();
                    thread::spawn(move || (0..5000).for_each(|number| sender.blocking_send(number).unwrap()))
                })
                .collect();
            drop(sender);
            assert_eq!(receiver.blocking_iter().sum::<usize>(), 4 * (0..5000).sum::<usize>());
            senders.into_iter().for_each(|sender| sender.join().unwrap());
        }
    });
}
