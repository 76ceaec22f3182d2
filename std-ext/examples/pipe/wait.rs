//! Waiting, added outside the ring: the ends of a ring that never waits, and a doorbell for each side.
//!
//! Whoever finds nothing to do lingers for some microseconds and then sleeps; the other side rings after each push, each
//! pop and when it goes. An idle side costs no time, and nobody can sleep through a ring (see [`Bell`]).

use std::sync::Arc;

use forebay::expiry::Stamped;
use forebay::seam::Push;
use forebay::{CapacityError, PopError, PushError, Pushed};

use crate::bell::{Bell, linger};
use crate::halt::Halt;
use crate::level::{Level, Lookout};
use crate::policy::{OnFull, Policy};
use crate::ring::{Plan, Rx, Tx};
use crate::rules::{self, Before, Behind};

/// A ring between threads that can wait for each other: as many that send, and one that receives. A ring that can be
/// switched obeys the policy.
pub(crate) fn channel<T: 'static>(
    plan: &Plan,
    policy: &Arc<Policy>,
    halt: &Arc<Halt>,
    senders: usize,
) -> Result<(Vec<Sender<T>>, Receiver<T>), CapacityError> {
    let (txs, rx) = plan.ends(senders)?;
    let (txs, rx) = rules::around(plan.rules, txs, rx);
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
    ring: Before<T>,
    rings: Ringer,
    policy: Arc<Policy>,
    lookout: Lookout,
}

impl<T> Sender<T> {
    /// Puts an item in if there is room now, or if the ring makes room.
    pub(crate) fn try_send(&mut self, item: T) -> Result<Pushed<T>, PushError<T>> {
        self.end().obey(self.policy.now());
        let pushed = self.ring.push(item);
        // A push that is refused raises it, too.
        let ring = self.ring.end().end();
        self.lookout.look(|seen| ring.pressure_since(seen));
        let pushed = pushed?;
        self.rings.0.ring();
        Ok(pushed)
    }

    /// The end of the ring itself.
    const fn end(&self) -> &Tx<Stamped<T>> {
        self.ring.end().end()
    }

    /// How many items were kept out by the sample. They came back as [`Shed`](PushError::Shed). It wraps.
    pub(crate) const fn sampled(&self) -> usize {
        self.ring.end().rule().kept_out()
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
    ring: Behind<T>,
    rings: Ringer,
    halt: Arc<Halt>,
    /// One of each lane.
    lookouts: Vec<Lookout>,
    levels: Vec<Arc<Level>>,
}

impl<T> Receiver<T> {
    /// The same with something that gets the items that are too old, each when it is out of the ring.
    pub(crate) fn with_sink(self, sink: impl FnMut((usize, T)) + Send + 'static) -> Self {
        Self { ring: self.ring.with_sink(Box::new(sink)), ..self }
    }

    /// Takes an item out if there is one now that is not too old, and tells of which lane it is.
    pub(crate) fn try_recv(&mut self) -> Result<(usize, T), PopError> {
        let before = self.ring.expired();
        let taken = self.ring.pop();
        let expired = self.ring.expired() != before;
        let looks = match &taken {
            Ok((lane, _)) if !expired => *lane..*lane + 1,
            // Items of any lane went. Or none did: a ring may find out only now that its level is too high.
            Ok(_) | Err(_) => 0..self.lookouts.len(),
        };
        for lane in looks {
            self.lookouts[lane].look(|seen| self.ring.end().pressure_since(lane, seen));
        }
        if expired || taken.is_ok() {
            self.rings.0.ring();
        }
        taken
    }

    /// Takes an item out that is left when all is over, however old it is, and tells of which lane it is.
    pub(crate) fn take_left(&mut self) -> Option<usize> {
        self.ring.end_mut().pop().ok().map(|(lane, _)| lane)
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
        self.ring.end_mut().missed()
    }

    /// The ring, for its counts.
    pub(crate) const fn ring(&self) -> &Rx<Stamped<T>> {
        self.ring.end()
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

    use forebay::admission::Rate;
    use forebay::{Pressure, Watermarks};

    use super::*;
    use crate::ring::Kind;
    use crate::rules::Rules;

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

    /// A ring for 8 under a policy, with a sample of this rate from 4 inside on.
    fn sampled(on_full: OnFull, keep: u16, of: u16) -> (Sender<u8>, Receiver<u8>) {
        let marks = Some(Watermarks::new(4, 1).unwrap());
        let rules = Rules { rate: Rate::new(keep, of).unwrap(), max_age: None };
        let plan = Plan { marks, rules, ..Plan::of(Kind::Switched(8, on_full)) };
        let policy = Arc::new(Policy::new(on_full));
        let (mut senders, receiver) = channel(&plan, &policy, &Arc::new(Halt::new()), 1).unwrap();
        (senders.remove(0), receiver)
    }

    /// What is inside.
    fn all(receiver: &mut Receiver<u8>) -> Vec<u8> {
        std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, item)| item).collect()
    }

    #[test]
    fn the_sample_is_taken_evenly_while_the_level_is_not_open() {
        let (mut sender, mut receiver) = sampled(OnFull::Block, 1, 3);
        let kept = |sender: &mut Sender<u8>, items: std::ops::Range<u8>| {
            items.filter(|&item| sender.try_send(item) == Ok(Pushed::Stored)).collect::<Vec<_>>()
        };
        assert_eq!(kept(&mut sender, 0..12), [0, 1, 2, 3, 6, 9]);
        // Below the high mark, and above the low one.
        assert_eq!((0..4).map(|_| receiver.try_recv().unwrap().1).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(kept(&mut sender, 12..16), [12, 15]);
        assert_eq!((all(&mut receiver), sender.sampled()), (vec![6, 9, 12, 15], 8));
        assert_eq!(kept(&mut sender, 16..20), [16, 17, 18, 19], "it is open again");
    }

    #[test]
    fn what_waits_for_room_has_been_chosen_once_and_for_all() {
        let (mut sender, mut receiver) = sampled(OnFull::Block, 1, 2);
        let refused = |sender: &mut Sender<u8>, item| sender.try_send(item).unwrap_err();
        for item in 0..12 {
            let _ = sender.try_send(item);
        }
        assert!(refused(&mut sender, 12).is_shed());
        (0..5).for_each(|_| assert!(refused(&mut sender, 13).is_full()));
        assert_eq!((receiver.try_recv(), sender.try_send(13)), (Ok((0, 0)), Ok(Pushed::Stored)));
        assert!(refused(&mut sender, 14).is_shed());
        assert_eq!((all(&mut receiver), sender.sampled()), (vec![1, 2, 3, 5, 7, 9, 11, 13], 6));
    }

    #[test]
    fn readers_in_step_keep_different_records() {
        let rules = Rules { rate: Rate::new(1, 3).unwrap(), max_age: None };
        let marks = Some(Watermarks::new(1, 0).unwrap());
        let plan = Plan { marks, rules, ..Plan::of(Kind::Fixed(100, OnFull::Block)) };
        let (mut senders, mut receiver) = channel(&plan, &blocking(), &Arc::new(Halt::new()), 4).unwrap();
        let _ = senders[0].try_send((9, 0)).unwrap();
        for round in 0..6 {
            for (number, sender) in senders.iter_mut().enumerate() {
                let _ = sender.try_send((number, round));
            }
        }
        let kept = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, item)| item).skip(1).collect::<Vec<_>>();
        assert_eq!(kept, [(2, 0), (1, 1), (0, 2), (3, 2), (2, 3), (1, 4), (0, 5), (3, 5)]);
    }

    #[test]
    fn what_is_too_old_goes_to_the_sink_and_wakes_the_sender() {
        let rules = Rules { rate: Rate::ALL, max_age: Some(Duration::from_millis(1)) };
        let plan = Plan { rules, ..Plan::of(Kind::Fair(2, OnFull::Block)) };
        let policy = blocking();
        let (mut senders, receiver) = channel(&plan, &policy, &Arc::new(Halt::new()), 2).unwrap();
        let (old, olds) = mpsc::channel();
        let mut receiver = receiver.with_sink(move |item| old.send(item).unwrap());
        let mut last = senders.pop().unwrap();
        for sender in [&mut senders[0], &mut last] {
            assert_eq!([1, 2].map(|item| sender.try_send(item)), [Ok(Pushed::Stored); 2]);
        }
        thread::sleep(Duration::from_millis(5));
        let worker = thread::spawn(move || last.wait_for_room());
        until_asleep(policy.room());
        assert_eq!(receiver.try_recv(), Err(PopError::Empty));
        let mut expired: Vec<_> = olds.try_iter().collect();
        expired.sort_unstable();
        assert_eq!(expired, [(0, 1), (0, 2), (1, 1), (1, 2)]);
        assert_eq!(in_time(|| worker.join().unwrap()), Ok(()));
        assert!(receiver.levels().iter().all(|level| level.tally().level == Pressure::Open), "it was seen to fall");
        // What is left when all is over is no matter of age.
        let _ = senders[0].try_send(3).unwrap();
        thread::sleep(Duration::from_millis(5));
        assert_eq!((receiver.take_left(), receiver.take_left(), olds.try_iter().count()), (Some(0), None, 0));
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
