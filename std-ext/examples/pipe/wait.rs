//! Waiting, added outside the ring: the ends of a ring that never waits, and a doorbell for each side.
//!
//! Whoever finds nothing to do lingers for some microseconds and then sleeps; the other side rings after each push, each
//! pop and when it goes. An idle side costs no time, and nobody can sleep through a ring (see [`Bell`]).

use std::sync::Arc;

use forebay::{CapacityError, PopError, PushError, Pushed};

use crate::bell::{Bell, linger};
use crate::policy::{OnFull, Policy};
use crate::ring::{Kind, Rx, Tx};

/// A ring between threads that can wait for each other: as many that send, and one that receives. A ring that can be
/// switched obeys the policy.
pub(crate) fn channel<T>(
    kind: Kind,
    policy: &Arc<Policy>,
    senders: usize,
) -> Result<(Vec<Sender<T>>, Receiver<T>), CapacityError> {
    let (txs, rx) = kind.ends(senders)?;
    let items = Arc::new(Bell::new());
    let sender = |ring| Sender { ring, rings: Ringer(items.clone()), policy: policy.clone() };
    let senders = txs.into_iter().map(sender).collect();
    let receiver = Receiver { ring: rx, rings: Ringer(policy.room().clone()), hears: items };
    Ok((senders, receiver))
}

/// The receiver is gone: nobody will ever take an item again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// An end that puts items in.
pub(crate) struct Sender<T> {
    // The order matters: the end goes before the other side is told.
    ring: Tx<T>,
    rings: Ringer,
    policy: Arc<Policy>,
}

impl<T> Sender<T> {
    /// Puts an item in if there is room now, or if the ring makes room.
    pub(crate) fn try_send(&mut self, item: T) -> Result<Pushed<T>, PushError<T>> {
        self.ring.obey(self.policy.now());
        let pushed = self.ring.push(item)?;
        self.rings.0.ring();
        Ok(pushed)
    }

    /// Waits until there is room, or the policy needs none. If this is the only sender, the next
    /// [`try_send`](Self::try_send) finds it so.
    pub(crate) fn wait_for_room(&self) -> Result<(), Closed> {
        self.policy.room().wait(|| match () {
            () if self.ring.is_closed() => Some(Err(Closed)),
            () if !self.ring.is_full() || self.policy.now() != OnFull::Block => Some(Ok(())),
            () => None,
        })
    }
}

/// The end that takes items out.
pub(crate) struct Receiver<T> {
    // The order matters: the end goes before the other side is told.
    ring: Rx<T>,
    rings: Ringer,
    hears: Arc<Bell>,
}

impl<T> Receiver<T> {
    /// Takes an item out if there is one now.
    pub(crate) fn try_recv(&mut self) -> Result<T, PopError> {
        let item = self.ring.pop()?;
        self.rings.0.ring();
        Ok(item)
    }

    /// Takes an item out if there is one now or within some microseconds.
    pub(crate) fn recv_soon(&mut self) -> Result<T, PopError> {
        linger(|| match self.try_recv() {
            Err(PopError::Empty) => None,
            settled => Some(settled),
        })
        .unwrap_or(Err(PopError::Empty))
    }

    /// Takes an item out, and waits until there is one or the sender is gone.
    pub(crate) fn recv(&mut self) -> Result<T, Closed> {
        let item = self.hears.wait(|| match self.ring.pop() {
            Ok(item) => Some(Ok(item)),
            Err(PopError::Closed) => Some(Err(Closed)),
            Err(PopError::Empty) => None,
        })?;
        self.rings.0.ring();
        Ok(item)
    }

    /// How many items were missing before the one that was taken last.
    pub(crate) fn missed(&mut self) -> u64 {
        self.ring.missed()
    }

    /// The ring, for its counts.
    pub(crate) const fn ring(&self) -> &Rx<T> {
        &self.ring
    }
}

/// Rings for the last time when its owner goes.
struct Ringer(Arc<Bell>);

impl Drop for Ringer {
    fn drop(&mut self) {
        self.0.ring();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Does `work` in a thread of its own: whoever sleeps for ever fails the test.
    fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(work()));
        result.recv_timeout(Duration::from_secs(60)).expect("it ends in time")
    }

    fn until_asleep(bell: &Bell) {
        while !bell.is_needed() {
            thread::yield_now();
        }
    }

    /// Passes `count` numbers of each sender through a ring, each side waiting for the other whenever it can.
    fn carry(capacity: usize, senders: usize, count: u32) {
        let (ends, mut receiver) = channel(Kind::Fixed(capacity, OnFull::Block), &blocking(), senders).unwrap();
        let send = |(name, mut sender): (usize, Sender<_>)| {
            thread::spawn(move || {
                for number in 0..count {
                    let mut item = (name, number);
                    while let Err(refused) = sender.try_send(item) {
                        item = refused.into_inner();
                        sender.wait_for_room().unwrap();
                    }
                }
            })
        };
        let workers: Vec<_> = ends.into_iter().enumerate().map(send).collect();
        let mut next = vec![0; senders];
        for _ in 0..count * senders as u32 {
            let (name, number) = receiver.recv().unwrap();
            assert_eq!(number, next[name]);
            next[name] += 1;
        }
        assert_eq!(receiver.recv(), Err(Closed));
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }

    fn blocking() -> Arc<Policy> {
        Arc::new(Policy::new(OnFull::Block))
    }

    /// The ends of a ring for one item.
    fn narrow() -> (Sender<u8>, Receiver<u8>) {
        let (mut senders, receiver) = channel(Kind::Switched(1, OnFull::Block), &blocking(), 1).unwrap();
        (senders.remove(0), receiver)
    }

    #[test]
    fn nobody_sleeps_through_a_ring() {
        in_time(|| carry(1, 1, 20_000));
        in_time(|| carry(3, 1, 20_000));
        in_time(|| carry(64, 1, 100_000));
        in_time(|| carry(1, 3, 10_000));
        in_time(|| carry(64, 3, 50_000));
    }

    #[test]
    fn a_receiver_that_goes_wakes_the_sender() {
        let (mut sender, receiver) = narrow();
        let _ = sender.try_send(1).unwrap();
        let policy = sender.policy.clone();
        let worker = thread::spawn(move || sender.wait_for_room());
        until_asleep(policy.room());
        drop(receiver);
        assert_eq!(in_time(|| worker.join().unwrap()), Err(Closed));
    }

    #[test]
    fn a_policy_that_needs_no_room_wakes_the_sender() {
        let (mut sender, mut receiver) = narrow();
        let _ = sender.try_send(1).unwrap();
        let policy = sender.policy.clone();
        let worker = thread::spawn(move || {
            sender.wait_for_room().unwrap();
            sender.try_send(2)
        });
        until_asleep(policy.room());
        policy.set(OnFull::DropOldest);
        assert_eq!(in_time(|| worker.join().unwrap()), Ok(Pushed::Evicted(1)));
        assert_eq!(receiver.recv(), Ok(2));
    }

    #[test]
    fn a_sender_that_goes_wakes_the_receiver() {
        let (sender, mut receiver) = narrow();
        let bell = receiver.hears.clone();
        let worker = thread::spawn(move || receiver.recv());
        until_asleep(&bell);
        drop(sender);
        assert_eq!(in_time(|| worker.join().unwrap()), Err(Closed));
    }
}
