//! forebay's ring for several producers.

use std::time::Duration;

use forebay::mpsc::{self, OwnedConsumer, OwnedProducer};

use crate::queue::{Check, MpscJob, MpscQueue, Role, Rx, Tx};

fn ends(capacity: usize) -> mpsc::Ends<u64> {
    mpsc::ring(capacity).expect("there is memory for the ring")
}

/// forebay's ring of tickets.
pub(crate) struct Tickets;

impl MpscQueue for Tickets {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = ends(capacity);
        job.run(tx, rx)
    }
}

impl Tx<u64> for OwnedProducer<u64> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.push(item).is_ok()
    }
}

impl Rx<u64> for OwnedConsumer<u64> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.pop().ok()
    }
}

/// The same ring, item by item where the others are: among batches.
pub(crate) struct TicketSingles;

impl MpscQueue for TicketSingles {
    const NAME: &'static str = "forebay singles";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        Tickets::with(capacity, job)
    }
}

/// The same ring with its batches.
pub(crate) struct TicketBatches;

#[derive(Clone)]
struct AtOnce<E>(E);

impl MpscQueue for TicketBatches {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl MpscJob) -> Duration {
        let (tx, rx) = ends(capacity);
        job.run(AtOnce(tx), AtOnce(rx))
    }
}

impl Tx<u64> for AtOnce<OwnedProducer<u64>> {
    #[inline(always)]
    fn offer(&mut self, item: u64) -> bool {
        self.0.offer(item)
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        self.0.push_iter(first..first + max as u64)
    }
}

impl Rx<u64> for AtOnce<OwnedConsumer<u64>> {
    #[inline(always)]
    fn take(&mut self) -> Option<u64> {
        self.0.take()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        self.0.drain().take(max).inspect(|item| check.see(item)).count()
    }
}
