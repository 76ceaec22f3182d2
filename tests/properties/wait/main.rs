//! Properties of waiting, on one thread that is a free executor: whatever order polls, wakes, cancellations and ends that come
//! and go have, nothing is lost, and nobody sleeps when what it waits for is there.
//!
//! Claims: waiting, misuse.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use forebay::channel::{self, MpscReceiver, MpscSender};
use forebay::mpsc::OwnedProducer;

mod blocking;
mod builder;
mod cancellation;
mod classes;
mod fairness;
mod grace;
mod lanes;
mod lost;
mod meetings;
mod methods;
mod newest;
mod orders;
mod policy;
mod pressure;
mod rings;
mod stages;
mod stats;
mod wakers;

/// Counts how often it is woken.
#[derive(Debug, Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Counter {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Polls once with a counter as the waker.
fn poll<F: Future + Unpin>(future: &mut F, counter: &Arc<Counter>) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&Waker::from(Arc::clone(counter))))
}

/// A channel of this capacity that is full of zeros, and so many senders.
fn full(capacity: usize, senders: usize) -> (Vec<MpscSender<u32>>, MpscReceiver<u32>) {
    let (mut sender, receiver) = channel::mpsc(capacity).unwrap();
    (0..capacity).for_each(|_| sender.try_send(0).unwrap());
    let others: Vec<_> = (1..senders).map(|_| sender.clone()).collect();
    (std::iter::once(sender).chain(others).collect(), receiver)
}

/// The future of a send that waits, and how often that was woken.
type Waits<'s> = (channel::SendFuture<'s, OwnedProducer<u32>, channel::Shared>, Arc<Counter>);

/// The futures of sends of 1, 2, ..., which wait in this order, and their counters.
fn waiting(senders: &mut [MpscSender<u32>]) -> Vec<Waits<'_>> {
    let sends = senders.iter_mut().zip(1..).map(|(sender, number)| {
        let (mut send, counter) = (sender.send(number), Arc::<Counter>::default());
        assert!(poll(&mut send, &counter).is_pending());
        (send, counter)
    });
    sends.collect()
}
