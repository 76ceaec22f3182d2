//! The ends of a relay's channel with all that is around them: the [`rules`](crate::rules), the policy, the level, and the end.

use std::sync::Arc;

use forebay::admission::{Rule, Sampler, Sampling};
use forebay::channel::{BuildError, SwapReceiver};
use forebay::expiry::{Clock, Stamped};
use forebay::{PopError, Pressure, PushError, Pushed};

use crate::executor::either;
use crate::halt::{Halt, Listener};
use crate::level::{Level, Lookout};
use crate::policy::Policy;
use crate::ring::{Plan, Rx, Tx};
use crate::rules::Age;

/// A channel: as many ends that send, and one that receives. A ring that can be switched obeys the policy.
pub(crate) fn channel<T>(
    plan: &Plan,
    policy: &Arc<Policy>,
    halt: &Arc<Halt>,
    senders: usize,
) -> Result<(Vec<Sender<T>>, Receiver<T>), BuildError> {
    let (txs, rx) = plan.ends(senders)?;
    let (lanes, age) = (plan.kind.lanes(senders), plan.rules.age());
    let levels: Vec<_> = (0..lanes).map(|_| Arc::new(Level::new())).collect();
    let sender = |(number, tx)| Sender {
        tx,
        lane: number % lanes,
        sampler: plan.rules.sampler(number),
        age,
        policy: policy.clone(),
        changes: policy.changes(),
        lookout: Lookout::new(&levels[number % lanes]),
    };
    let senders = txs.into_iter().enumerate().map(sender).collect();
    let lookouts = levels.iter().map(Lookout::new).collect();
    let receiver = Receiver { rx, age, listener: halt.listener(), lookouts, levels };
    Ok((senders, receiver))
}

/// Nobody will ever take an item again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// An end that puts items in.
pub(crate) struct Sender<T> {
    tx: Tx<Stamped<(usize, T)>>,
    lane: usize,
    sampler: Sampler<T, Sampling>,
    age: Age,
    policy: Arc<Policy>,
    changes: SwapReceiver<()>,
    lookout: Lookout,
}

impl<T> Sender<T> {
    /// Puts an item in if there is room now, or if the ring makes room.
    pub(crate) fn try_send(&mut self, item: T) -> Result<Pushed<T>, PushError<T>> {
        let fill = if self.tx.pressure() == Pressure::Open { 0 } else { u8::MAX };
        let item = self.sampler.admit(item, fill).map_err(PushError::Shed)?;
        let sent = self.tx.try_send(Stamped { value: (self.lane, item), at: self.age.now() }, self.policy.now());
        // What is refused raises it, too.
        self.lookout.look(|seen| self.tx.pressure_since(seen));
        match sent {
            Ok(Pushed::Stored) => Ok(Pushed::Stored),
            Ok(Pushed::Evicted(victim)) => Ok(Pushed::Evicted(victim.value.1)),
            Err(refused @ PushError::Full(_)) => Err(refused.map(|back| self.sampler.undo(back.value.1))),
            Err(error) => Err(error.map(|back| back.value.1)),
        }
    }

    /// How many items were kept out by the sample. They came back as [`Shed`](PushError::Shed). It wraps.
    pub(crate) const fn sampled(&self) -> usize {
        self.sampler.kept_out()
    }

    /// Waits until there is room, the policy has changed, or nobody will take an item again.
    pub(crate) async fn room(&mut self) {
        let changed = async { self.changes.recv().await.unwrap_or(()) };
        either(self.tx.ready(), changed).await;
    }
}

/// The end that takes items out.
pub(crate) struct Receiver<T> {
    rx: Rx<Stamped<(usize, T)>>,
    age: Age,
    listener: Listener,
    /// One of each lane.
    lookouts: Vec<Lookout>,
    levels: Vec<Arc<Level>>,
}

/// An item that was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken<T> {
    pub(crate) lane: usize,
    pub(crate) item: T,
    /// It has not been inside for too long.
    pub(crate) fresh: bool,
}

impl<T> Receiver<T> {
    /// Takes an item out if there is one now.
    pub(crate) fn try_recv(&mut self) -> Result<Taken<T>, PopError> {
        let taken = self.rx.try_recv();
        self.seen(taken)
    }

    /// Takes an item out, and waits until there is one, or the senders are gone or [halted](Halt).
    pub(crate) async fn recv(&mut self) -> Result<Taken<T>, Closed> {
        let Self { rx, listener, .. } = self;
        let taken = async { rx.recv().await.map_err(|_| PopError::Closed) };
        let over = async {
            listener.over().await;
            Err(PopError::Empty)
        };
        let taken = match either(taken, over).await {
            // This finds what came last.
            Err(PopError::Empty) => self.rx.try_recv(),
            settled => settled,
        };
        self.seen(taken).map_err(|_| Closed)
    }

    fn seen(&mut self, taken: Result<Stamped<(usize, T)>, PopError>) -> Result<Taken<T>, PopError> {
        let looks = match &taken {
            Ok(Stamped { value: (lane, _), .. }) => *lane..*lane + 1,
            // A ring may find out only now that its level is too high.
            Err(_) => 0..self.lookouts.len(),
        };
        for lane in looks {
            self.lookouts[lane].look(|seen| self.rx.pressure_since(lane, seen));
        }
        let fresh = taken.as_ref().is_ok_and(|taken| self.age.allows(taken));
        taken.map(|Stamped { value: (lane, item), .. }| Taken { lane, item, fresh })
    }

    /// How pressed each lane was.
    pub(crate) fn levels(&self) -> &[Arc<Level>] {
        &self.levels
    }

    /// How many items gave way to newer ones. Exact while nobody puts items in.
    pub(crate) fn evicted(&self) -> u64 {
        self.rx.evicted()
    }

    /// How many items are inside, in this lane.
    pub(crate) fn len(&self, lane: usize) -> u64 {
        self.rx.len(lane) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use forebay::Watermarks;
    use forebay::admission::Rate;
    use forebay::channel::block_on;

    use super::*;
    use crate::executor::Executor;
    use crate::policy::OnFull;
    use crate::ring::Kind;
    use crate::rules::Rules;

    /// Does `work` in a thread of its own: whoever sleeps for ever fails the test.
    fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(work()));
        result.recv_timeout(Duration::from_secs(60)).expect("it ends in time")
    }

    /// Whoever is to be woken sleeps by then, most likely.
    fn soon() {
        thread::sleep(Duration::from_millis(20));
    }

    /// What an item was, if it was not too old.
    fn item<T>(taken: Taken<T>) -> (usize, T) {
        assert!(taken.fresh);
        (taken.lane, taken.item)
    }

    fn recv<T>(receiver: &mut Receiver<T>) -> Result<(usize, T), Closed> {
        block_on(receiver.recv()).map(item)
    }

    /// Passes `count` numbers of each sender through a ring, each side waiting for the other whenever it can.
    fn carry(executor: Executor, kind: Kind, senders: usize, count: u32) {
        let halt = Arc::new(Halt::new());
        let (ends, mut receiver) = channel(&Plan::of(kind), &blocking(), &halt, senders).unwrap();
        executor.run(async {
            for (name, mut sender) in ends.into_iter().enumerate() {
                executor.spawn(async move {
                    for number in 0..count {
                        let mut item = (name, number);
                        while let Err(refused) = sender.try_send(item) {
                            item = refused.into_inner();
                            sender.room().await;
                        }
                    }
                });
            }
            let mut next = vec![0; senders];
            for _ in 0..count * senders as u32 {
                let (_, (name, number)) = receiver.recv().await.map(item).unwrap();
                assert_eq!(number, next[name]);
                next[name] += 1;
            }
            assert_eq!(receiver.recv().await, Err(Closed));
        });
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
            (ring(1), 1, 5_000),
            (ring(3), 1, 10_000),
            (ring(64), 1, 50_000),
            (ring(1), 3, 3_000),
            (ring(64), 3, 30_000),
            (fair(1), 3, 3_000),
            (fair(64), 3, 30_000),
        ] {
            for executor in [Executor::Threads, Executor::Tasks] {
                in_time(move || carry(executor, kind, senders, count));
            }
        }
    }

    #[test]
    fn a_receiver_that_goes_wakes_the_sender() {
        let (mut sender, receiver) = narrow();
        let _ = sender.try_send(1).unwrap();
        let worker = thread::spawn(move || {
            block_on(sender.room());
            sender.try_send(2).unwrap_err().is_closed()
        });
        soon();
        drop(receiver);
        assert!(in_time(|| worker.join().unwrap()));
    }

    #[test]
    fn a_policy_that_needs_no_room_wakes_the_sender() {
        let (mut sender, mut receiver) = narrow();
        let _ = sender.try_send(1).unwrap();
        let policy = sender.policy.clone();
        let worker = thread::spawn(move || {
            block_on(sender.room());
            sender.try_send(2)
        });
        soon();
        policy.set(OnFull::DropOldest);
        assert_eq!(in_time(|| worker.join().unwrap()), Ok(Pushed::Evicted(1)));
        assert_eq!(recv(&mut receiver), Ok((0, 2)));
    }

    #[test]
    fn a_sender_that_goes_wakes_the_receiver() {
        let (sender, mut receiver) = narrow();
        let worker = thread::spawn(move || recv(&mut receiver));
        soon();
        drop(sender);
        assert_eq!(in_time(|| worker.join().unwrap()), Err(Closed));
    }

    #[test]
    fn a_receiver_whose_senders_are_halted_has_everything_and_ends() {
        let (mut sender, mut receiver) = narrow();
        let halt = receiver.listener.halt.clone();
        let mut reader = halt.enter();
        let _ = sender.try_send(1).unwrap();
        assert_eq!(recv(&mut receiver), Ok((0, 1)));
        let worker = thread::spawn(move || (recv(&mut receiver), recv(&mut receiver)));
        soon();
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
        std::iter::from_fn(|| receiver.try_recv().ok()).map(|taken| item(taken).1).collect()
    }

    #[test]
    fn the_sample_is_taken_evenly_while_the_level_is_not_open() {
        let (mut sender, mut receiver) = sampled(OnFull::Block, 1, 3);
        let kept = |sender: &mut Sender<u8>, items: Range<u8>| {
            items.filter(|&item| sender.try_send(item) == Ok(Pushed::Stored)).collect::<Vec<_>>()
        };
        assert_eq!(kept(&mut sender, 0..12), [0, 1, 2, 3, 6, 9]);
        // Below the high mark, and above the low one.
        assert_eq!((0..4).map(|_| item(receiver.try_recv().unwrap()).1).collect::<Vec<_>>(), [0, 1, 2, 3]);
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
        assert_eq!((receiver.try_recv().map(item), sender.try_send(13)), (Ok((0, 0)), Ok(Pushed::Stored)));
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
        let kept =
            std::iter::from_fn(|| receiver.try_recv().ok()).map(|taken| item(taken).1).skip(1).collect::<Vec<_>>();
        assert_eq!(kept, [(2, 0), (1, 1), (0, 2), (3, 2), (2, 3), (1, 4), (0, 5), (3, 5)]);
    }

    #[test]
    fn what_is_too_old_says_so_and_wakes_the_sender() {
        let rules = Rules { rate: Rate::ALL, max_age: Some(Duration::from_millis(1)) };
        let plan = Plan { rules, ..Plan::of(Kind::Fair(2, OnFull::Block)) };
        let (mut senders, mut receiver) = channel(&plan, &blocking(), &Arc::new(Halt::new()), 2).unwrap();
        let mut last = senders.pop().unwrap();
        for sender in [&mut senders[0], &mut last] {
            assert_eq!([1, 2].map(|item| sender.try_send(item)), [Ok(Pushed::Stored); 2]);
        }
        thread::sleep(Duration::from_millis(5));
        let worker = thread::spawn(move || block_on(last.room()));
        soon();
        let mut expired: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok())
            .map(|Taken { lane, item, fresh }| (lane, item, fresh))
            .collect();
        expired.sort_unstable();
        assert_eq!(expired, [(0, 1, false), (0, 2, false), (1, 1, false), (1, 2, false)]);
        in_time(|| worker.join().unwrap());
        assert!(receiver.levels().iter().all(|level| level.tally().level == Pressure::Open), "it was seen to fall");
    }

    #[test]
    fn both_ends_see_the_level() {
        let (mut sender, mut receiver) = narrow();
        let levels = receiver.levels().to_vec();
        let tally = || (levels[0].tally().level, levels[0].tally().changes);
        let _ = sender.try_send(1).unwrap();
        assert_eq!(tally(), (Pressure::Stop, 1));
        assert_eq!(receiver.try_recv().map(item), Ok((0, 1)));
        assert_eq!(tally(), (Pressure::Open, 2));
    }
}
