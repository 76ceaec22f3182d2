//! forebay's ring for several producers.

use std::time::Duration;

use forebay::mpsc::{self, OwnedConsumer, OwnedProducer};

use crate::queue::{Check, Item, MpscJob, MpscQueue, Role, Rx, Tx};

fn ends<T>(capacity: usize) -> mpsc::Ends<T> {
    mpsc::ring(capacity).expect("there is memory for the ring")
}

/// forebay's ring of tickets.
pub(crate) struct Tickets;

impl<T: Item> MpscQueue<T> for Tickets {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = ends(capacity);
        job.run(tx, rx)
    }
}

impl<T: Item> Tx<T> for OwnedProducer<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for OwnedConsumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok()
    }
}

/// The same ring, item by item where the others are: among batches.
pub(crate) struct TicketSingles;

impl<T: Item> MpscQueue<T> for TicketSingles {
    const NAME: &'static str = "forebay singles";
    const ROLE: Role = Role::Ours;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        Tickets::with(capacity, job)
    }
}

/// The same ring with its batches.
pub(crate) struct TicketBatches;

#[derive(Clone)]
struct AtOnce<E>(E);

impl<T: Item> MpscQueue<T> for TicketBatches {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let (tx, rx) = ends(capacity);
        job.run(AtOnce(tx), AtOnce(rx))
    }
}

impl<T: Item> Tx<T> for AtOnce<OwnedProducer<T>> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.0.offer(item)
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        self.0.push_iter((first..first + max as u64).map(T::new))
    }
}

impl<T: Item> Rx<T> for AtOnce<OwnedConsumer<T>> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        self.0.drain().take(max).inspect(|item| check.see(item)).count()
    }
}
