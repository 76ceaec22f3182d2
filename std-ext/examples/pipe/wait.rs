//! Waiting, added outside the ring: the ends of a ring that never waits, and a doorbell for each side.
//!
//! Whoever finds nothing to do lingers for some microseconds and then sleeps; the other side rings after each push, each
//! pop and when it goes. An idle side costs no time, and nobody can sleep through a ring (see [`Bell`]).

use std::sync::Arc;

use forebay::{CapacityError, PopError, PushError, Pushed};

use crate::bell::{Bell, linger};
use crate::halt::Halt;
use crate::level::{Level, Lookout};
use crate::policy::{OnFull, Policy};
use crate::ring::{Plan, Rx, Tx};

/// A ring between threads that can wait for each other: as many that send, and one that receives. A ring that can be
/// switched obeys the policy.
pub(crate) fn channel<T>(
    plan: &Plan,
    policy: &Arc<Policy>,
    halt: &Arc<Halt>,
    senders: usize,
) -> Result<(Vec<Sender<T>>, Receiver<T>), CapacityError> {
    let (txs, rx) = plan.ends(senders)?;
    let levels: Vec<_> = (0..plan.kind.lanes(senders)).map(|_| Arc::new(Level::new())).collect();
    let sender = |(number, ring)| Sender {
        ring,
        rings: Ringer(halt.items().clone()),
        policy: policy.clone(),
        lookout: Lookout::new(levels.get(number).unwrap_or(&levels[0])),
    };
    let senders = txs.into_iter().enumerate().map(sender).collect();
    let lookouts = levels.iter().map(Lookout::new).collect();
    let receiver = Receiver { ring: rx, rings: Ringer(policy.room().clone()), halt: halt.clone(), lookouts, levels };
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
    lookout: Lookout,
}

impl<T> Sender<T> {
    /// Puts an item in if there is room now, or if the ring makes room.
    pub(crate) fn try_send(&mut self, item: T) -> Result<Pushed<T>, PushError<T>> {
        self.ring.obey(self.policy.now());
        let pushed = self.ring.push(item);
        // A push that is refused raises it, too.
        self.lookout.look(|seen| self.ring.pressure_since(seen));
        let pushed = pushed?;
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
    halt: Arc<Halt>,
    /// One of each lane.
    lookouts: Vec<Lookout>,
    levels: Vec<Arc<Level>>,
}

impl<T> Receiver<T> {
    /// Takes an item out if there is one now, and tells of which lane it is.
    pub(crate) fn try_recv(&mut self) -> Result<(usize, T), PopError> {
        let taken = self.ring.pop();
        let looks = match &taken {
            Ok((lane, _)) => *lane..*lane + 1,
            // A ring may find out only now that its level is too high.
            Err(_) => 0..self.lookouts.len(),
        };
        for lane in looks {
            self.lookouts[lane].look(|seen| self.ring.pressure_since(lane, seen));
        }
        let taken = taken?;
        self.rings.0.ring();
        Ok(taken)
    }

    /// Takes an item out if there is one now or within some microseconds.
    pub(crate) fn recv_soon(&mut self) -> Result<(usize, T), PopError> {
        linger(|| match self.try_recv() {
            Err(PopError::Empty) => None,
            settled => Some(settled),
        })
        .unwrap_or(Err(PopError::Empty))
    }

    /// Takes an item out, and waits until there is one, or the senders are gone or [halted](Halt).
    pub(crate) fn recv(&mut self) -> Result<(usize, T), Closed> {
        let halt = self.halt.clone();
        halt.items().wait(|| {
            // Before the look, so that this finds all that came.
            let over = halt.is_over();
            match self.try_recv() {
                Ok(taken) => Some(Ok(taken)),
                Err(PopError::Empty) if !over => None,
                Err(PopError::Empty | PopError::Closed) => Some(Err(Closed)),
            }
        })
    }

    /// How pressed each lane was.
    pub(crate) fn levels(&self) -> &[Arc<Level>] {
        &self.levels
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
    use std::time::{Duration, Instant};

    use forebay::Pressure;

    use super::*;
    use crate::ring::Kind;

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
    fn carry(kind: Kind, senders: usize, count: u32) {
        let halt = Arc::new(Halt::new());
        let (ends, mut receiver) = channel(&Plan::of(kind), &blocking(), &halt, senders).unwrap();
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
            let (_, (name, number)) = receiver.recv().unwrap();
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
        let (mut senders, receiver) =
            channel(&Plan::of(Kind::Switched(1, OnFull::Block)), &blocking(), &Arc::new(Halt::new()), 1).unwrap();
        (senders.remove(0), receiver)
    }

    #[test]
    fn nobody_sleeps_through_a_ring() {
        let ring = |capacity| Kind::Fixed(capacity, OnFull::Block);
        let fair = |capacity| Kind::Fair(capacity, OnFull::Block);
        for (kind, senders, count) in [
            (ring(1), 1, 20_000),
            (ring(3), 1, 20_000),
            (ring(64), 1, 100_000),
            (ring(1), 3, 10_000),
            (ring(64), 3, 50_000),
            (fair(1), 3, 10_000),
            (fair(64), 3, 50_000),
        ] {
            in_time(move || carry(kind, senders, count));
        }
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
        assert_eq!(receiver.recv(), Ok((0, 2)));
    }

    #[test]
    fn a_sender_that_goes_wakes_the_receiver() {
        let (sender, mut receiver) = narrow();
        let bell = receiver.halt.items().clone();
        let worker = thread::spawn(move || receiver.recv());
        until_asleep(&bell);
        drop(sender);
        assert_eq!(in_time(|| worker.join().unwrap()), Err(Closed));
    }

    #[test]
    fn a_receiver_whose_senders_are_halted_has_everything_and_ends() {
        let (mut sender, mut receiver) = narrow();
        let halt = receiver.halt.clone();
        let mut reader = halt.enter();
        let _ = sender.try_send(1).unwrap();
        assert_eq!(receiver.recv(), Ok((0, 1)));
        let worker = thread::spawn(move || (receiver.recv(), receiver.recv()));
        until_asleep(halt.items());
        // Its input gives nothing, and its end of the ring stays there.
        let _ = sender.try_send(2).unwrap();
        let _ = reader.away(|| halt.ask(15, Instant::now()));
        assert_eq!(in_time(|| worker.join().unwrap()), (Ok((0, 2)), Err(Closed)));
    }

    #[test]
    fn both_ends_see_the_level() {
        let (mut sender, mut receiver) = narrow();
        let levels = receiver.levels().to_vec();
        let tally = || (levels[0].tally().level, levels[0].tally().changes);
        let _ = sender.try_send(1).unwrap();
        assert_eq!(tally(), (Pressure::Stop, 1));
        assert_eq!(receiver.try_recv(), Ok((0, 1)));
        assert_eq!(tally(), (Pressure::Open, 2));
    }
}
