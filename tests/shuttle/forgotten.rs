//! Futures that are forgotten in the middle of waiting, and drains: whoever uses the end after that makes good what they owed.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use forebay::PushError;
use forebay::channel::{self, CloneEnd, PressureEnd, ReceiveEnd, Receiver, RoomEnd, SendEnd, Sender, Shared};
use forebay_tests::schedules::check;
use shuttle::thread;

use super::some;

fn poll_and_forget<F: Future + Unpin>(mut future: F) {
    let polled = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
    if polled.is_pending() && some(4) > 0 {
        mem::forget(future);
    }
}

fn sends<P: SendEnd<Item = usize> + RoomEnd + PressureEnd>(mut sender: Sender<P, Shared>) {
    for _ in 0..some(4) {
        match some(9) {
            0 | 1 => drop(sender.blocking_send(1)),
            2 => poll_and_forget(sender.send(1)),
            3 => poll_and_forget(sender.ready()),
            4 => {
                poll_and_forget(sender.send(1));
                poll_and_forget(sender.pressure_changed());
            }
            5 => poll_and_forget(sender.closed()),
            6 => drop(sender.send_timeout(1, Duration::from_millis(some(3) as u64))),
            7 => drop(channel::block_on(sender.send_many([1, 1].into_iter()))),
            _ => match sender.try_send(1) {
                Err(PushError::Closed(_)) => return,
                _ => channel::block_on(sender.ready()),
            },
        }
    }
}

fn receives<C: ReceiveEnd>(mut receiver: Receiver<C, Shared>) {
    let goes = some(4) == 0;
    for look in 0.. {
        match some(5) {
            0 => {
                let mut drain = receiver.drain();
                let _ = drain.by_ref().take(some(3)).count();
                mem::forget(drain);
            }
            1 => drop(receiver.try_recv()),
            2 => poll_and_forget(receiver.recv()),
            _ => {}
        }
        if receiver.blocking_recv().is_err() || goes && look > 3 {
            return;
        }
    }
}

fn all<P, C>(executions: usize, make: impl Fn() -> (Sender<P, Shared>, Receiver<C, Shared>) + Sync + Send + 'static)
where
    P: SendEnd<Item = usize> + RoomEnd + PressureEnd + CloneEnd + Send + 'static,
    C: ReceiveEnd + Send + 'static,
{
    check(executions, move || {
        let (sender, receiver) = make();
        let senders: Vec<_> = (0..3).filter_map(|_| sender.try_clone().ok()).collect();
        let mut threads: Vec<_> = senders.into_iter().map(|sender| thread::spawn(move || sends(sender))).collect();
        threads.push(thread::spawn(move || receives(receiver)));
        sends(sender);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn mpsc_with_forgotten_futures() {
    all(5000, || channel::mpsc(1 + some(2)).unwrap());
}

#[test]
fn swap_with_forgotten_futures() {
    all(5000, || channel::swap(1 + some(2), 4, super::OVERFLOWS[some(3)]).unwrap());
}

#[test]
fn priority_with_forgotten_futures() {
    all(5000, || {
        channel::priority::<2, _, _>(1 + some(2), super::OVERFLOWS[some(3)], (|_| some(2)) as fn(&usize) -> usize)
            .unwrap()
    });
}
