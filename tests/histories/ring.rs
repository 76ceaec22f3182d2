//! Sessions of a ring: producers and a consumer that work windows, and then end in one of the ways in which a ring ends.

use std::ops::Range;

use forebay_core::Overflow;
use forebay_tests::history::record::{Call, Log};
use forebay_tests::history::ring::{Id, Items, Op, Pop, Push, Rest, UNTOLD};

use crate::drive::{Hand, Pace, Random, sample, work};

impl crate::drive::Op for Op {
    fn is_rest(&self) -> bool {
        matches!(self, Self::Rest(_))
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Push(_, Push::Stored) => "stored",
            Self::Push(_, Push::Evicted(_)) => "evicted",
            Self::Push(_, Push::Full) => "full",
            Self::Push(_, Push::Shed) => "shed",
            Self::Push(_, Push::Closed) => "push closed",
            Self::Forced(_, Push::Closed) => "force closed",
            Self::Forced(..) => "forced",
            Self::NoRoom => "no room",
            Self::Pop(Pop::Item(_), 0 | UNTOLD) => "item",
            Self::Pop(Pop::Item(_), _) => "item after others",
            Self::Pop(Pop::Empty, _) => "empty",
            Self::Pop(Pop::Closed, _) => "pop closed",
            Self::Look => "look",
            Self::NoMore => "no more",
            Self::Len(_) | Self::ProducersLen(_) => "length",
            Self::Switch(_) => "switch",
            Self::Close => "close",
            Self::IsClosed(_) => "is closed",
            Self::Split(_) => "split",
            Self::ConsumerGoes => "consumer goes",
            Self::ProducerGoes => "producer goes",
            Self::Rest(_) => "rest",
            Self::Left(_) => "left",
        }
    }
}

/// Those of samples: nothing ends in them.
pub(crate) fn sampled_outcomes(policies: &[Overflow]) -> Vec<&'static str> {
    outcomes(policies).into_iter().filter(|outcome| !["push closed", "pop closed"].contains(outcome)).collect()
}

/// The outcomes that must have come of any ring.
pub(crate) const ALWAYS: [&str; 6] = ["stored", "push closed", "item", "empty", "pop closed", "length"];

/// And those of the policies.
pub(crate) fn outcomes(policies: &[Overflow]) -> Vec<&'static str> {
    let of = |policy: &Overflow| match policy {
        Overflow::Reject => "full",
        Overflow::DropIncoming => "shed",
        Overflow::DropOldest => "evicted",
    };
    let mut outcomes: Vec<_> = policies.iter().map(of).chain(ALWAYS).collect();
    outcomes.extend((policies.len() > 1).then_some("switch"));
    outcomes.extend(policies.contains(&Overflow::DropOldest).then_some("item after others"));
    outcomes
}

/// A producer's end.
pub(crate) trait Producing: Send {
    fn push(&mut self, id: Id) -> Push;
    fn switch(&mut self, policy: Overflow);
    /// Nothing if it isn't to be recorded.
    fn len(&self) -> Option<usize> {
        None
    }
    /// Nothing if it isn't to be recorded.
    fn is_closed(&self) -> Option<bool> {
        None
    }
    /// A push whatever the policy is. Nothing if there is no such thing.
    fn force(&mut self, _id: Id) -> Option<Push> {
        None
    }
    /// One of so many is a batch.
    const BATCHES: usize = 5;

    /// What putting in several items comes to, as operations one after another. Nothing if there is no such thing.
    fn push_batch(&mut self, _ids: Range<Id>) -> Option<Vec<Op>> {
        None
    }
}

/// A consumer's end.
pub(crate) trait Consuming: Send {
    /// With how many were missing before, where that is told.
    fn pop(&mut self) -> (Pop, usize);
    /// One of so many is a batch.
    const BATCHES: usize = 5;

    /// What taking several items out, or waiting for one, comes to. Nothing if there is no such thing.
    fn pop_batch(&mut self, _most: usize) -> Option<Vec<Op>> {
        None
    }
    fn len(&self) -> usize;
    fn switch(&mut self, policy: Overflow);
    fn close(&mut self);
    fn rest(&mut self) -> Rest;
}

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    ProducersGo,
    ConsumerGoes,
    ConsumerCloses,
}

/// What is done in a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) capacity: usize,
    pub(crate) producers: usize,
    /// The first one is in force at the start. If there are others, they are switched between.
    pub(crate) policies: &'static [Overflow],
    pub(crate) end: End,
    /// The first item of the first producer.
    first: Id,
}

impl Plan {
    /// One of the small shapes, by its number.
    pub(crate) fn of(seed: u64, producers: &[usize], policies: &'static [Overflow], ends: &[End]) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        Self {
            capacity: [1, 2, 3, 5][random.below(4)],
            producers: producers[random.below(producers.len())],
            policies,
            end: ends[random.below(ends.len())],
            first: 0,
        }
    }

    /// One for the same ring after another split.
    pub(crate) fn again(&self, seed: u64, ends: &[End]) -> Self {
        Self { end: ends[Random::new(seed ^ 0xa9a1).below(ends.len())], first: self.first + 1000, ..*self }
    }

    fn other_policy(&self, random: &mut Random) -> Option<Overflow> {
        let switches = self.policies.len() > 1 && random.below(6) == 0;
        switches.then(|| self.policies[random.below(self.policies.len())])
    }
}

/// The first window is at rest.
const FIRST: usize = 1;
/// In this one an end goes or closes the ring.
const ENDING: usize = 4;
/// What comes after that.
const WINDOWS: usize = ENDING + 3;

/// Works the ends by a plan.
pub(crate) fn session(
    plan: &Plan,
    seed: u64,
    producers: Vec<impl Producing>,
    consumer: impl Consuming,
) -> Vec<Vec<Call<Op>>> {
    work(hands(plan, producers, consumer), WINDOWS, seed)
}

fn hands<'h>(
    plan: &'h Plan,
    producers: Vec<impl Producing + 'h>,
    consumer: impl Consuming + 'h,
) -> Vec<Box<dyn Hand<Op> + 'h>> {
    assert_eq!(producers.len(), plan.producers);
    let mut hands: Vec<Box<dyn Hand<Op> + 'h>> = Vec::new();
    for (which, end) in producers.into_iter().enumerate() {
        let next = plan.first + Id::try_from(which).expect("few producers") * 10_000;
        hands.push(Box::new(Producer { plan, end: Some(end), next }));
    }
    hands.push(Box::new(Consumer { plan, end: Some(consumer), base: [0; 2] }));
    hands
}

/// So many samples are taken of one long run.
pub(crate) const SAMPLES: usize = 10;

/// Works the ends for long by a plan, whose end doesn't matter, and takes samples of that.
pub(crate) fn samples(
    plan: &Plan,
    seed: u64,
    producers: Vec<impl Producing>,
    consumer: impl Consuming,
) -> Vec<Vec<Call<Op>>> {
    sample(hands(plan, producers, consumer), SAMPLES, seed)
}

/// As many pushes of each producer are in a storm at most.
pub(crate) const MOST_STORM: usize = 100;

/// The item of storms. All of them are the same, and none is left in the ring.
pub(crate) const STORM: Id = Id::MAX;

/// A window in which the ring is split again, after all its ends are gone.
pub(crate) fn split(producers: usize) -> Vec<Call<Op>> {
    let producers = u8::try_from(producers).expect("few producers");
    vec![Call { thread: 0, begin: 0, end: 0, op: Op::Split(producers) }]
}

/// A last window, of what is left in a ring when all its ends are gone, by the consumer of another split.
pub(crate) fn left(mut consumer: impl Consuming) -> Vec<Call<Op>> {
    let mut items = Items::default();
    while let (Pop::Item(id), _) = consumer.pop() {
        items = items.with(id);
    }
    vec![Call { thread: 0, begin: 0, end: 0, op: Op::Left(items) }]
}

struct Producer<'p, P> {
    plan: &'p Plan,
    end: Option<P>,
    next: Id,
}

impl<P: Producing> Hand<Op> for Producer<'_, P> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        let count = match window {
            0..FIRST => return,
            FIRST..=ENDING => 1 + random.below([8, 6, 5][self.plan.producers - 1]),
            _ => random.below(3),
        };
        let goes = (window == ENDING && self.plan.end == End::ProducersGo).then(|| random.below(count));
        let pace = Pace::any(random);
        let mut at = 0;
        while at < count {
            at += 1;
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            if let Some(policy) = self.plan.other_policy(random) {
                log.record(|| end.switch(policy), |()| Op::Switch(policy));
                continue;
            }
            if random.below(6) == 0 && end.len().is_some() {
                log.record(|| end.len().unwrap_or_default(), Op::ProducersLen);
                continue;
            }
            if random.below(8) == 0 && end.is_closed().is_some() {
                log.record(|| end.is_closed().unwrap_or_default(), Op::IsClosed);
                continue;
            }
            let id = self.next;
            let forced = |outcome: Option<_>| outcome.map(|outcome| Op::Forced(id, outcome)).into_iter().collect();
            if random.below(12) == 0 && log.record_all(|| end.force(id), forced) > 0 {
                self.next += 1;
            } else if random.below(P::BATCHES) == 0 {
                let ids = id..id + 2 + random.below(2) as Id;
                self.next = ids.end;
                at += log.record_all(|| end.push_batch(ids), Option::unwrap_or_default);
            } else {
                self.next += 1;
                log.record(|| end.push(id), |outcome| Op::Push(id, outcome));
            }
            if goes.is_some_and(|goes| goes < at) {
                log.record(|| drop(self.end.take()), |()| Op::ProducerGoes);
            }
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..random.below(MOST_STORM) {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            match self.plan.other_policy(random) {
                Some(policy) => end.switch(policy),
                None if random.below(12) == 0 => {
                    let _ = end.force(STORM);
                }
                None => {
                    let _ = end.push(STORM);
                }
            }
        }
    }
}

struct Consumer<'p, C> {
    plan: &'p Plan,
    end: Option<C>,
    /// What was evicted and shed before the sample.
    base: [usize; 2],
}

impl<C: Consuming> Hand<Op> for Consumer<'_, C> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        let count = match window {
            0..FIRST => return,
            FIRST..=ENDING => random.below(12),
            // All that can be inside, and the end.
            _ => self.plan.capacity + 1,
        };
        let ends = (window == ENDING).then(|| random.below(count + 1));
        let pace = Pace::any(random);
        for at in 0..=count {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            if ends == Some(at) {
                match self.plan.end {
                    End::ProducersGo => {}
                    End::ConsumerGoes => log.record(|| drop(self.end.take()), |()| Op::ConsumerGoes),
                    End::ConsumerCloses => log.record(|| end.close(), |()| Op::Close),
                }
            } else if at < count {
                match self.plan.other_policy(random) {
                    Some(policy) => log.record(|| end.switch(policy), |()| Op::Switch(policy)),
                    None if random.below(4) == 0 => log.record(|| end.len(), Op::Len),
                    None if random.below(C::BATCHES) == 0 => {
                        log.record_all(|| end.pop_batch(3), Option::unwrap_or_default);
                    }
                    None => log.record(|| end.pop(), |(outcome, missing)| Op::Pop(outcome, missing)),
                }
            }
        }
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &mut self.end {
            let [evicted, shed] = self.base;
            let since = |rest: Rest| Rest {
                evicted: rest.evicted.wrapping_sub(evicted),
                shed: rest.shed.wrapping_sub(shed),
                ..rest
            };
            log.record(|| end.rest(), |rest| Op::Rest(since(rest)));
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..self.plan.producers * MOST_STORM / 2 {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            match self.plan.other_policy(random) {
                Some(policy) => end.switch(policy),
                None if random.below(C::BATCHES) == 0 => {
                    let _ = end.pop_batch(3);
                }
                None => {
                    let _ = end.pop();
                }
            }
        }
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while let (Pop::Item(id), _) = end.pop() {
            assert_eq!(id, STORM, "what was put in before the last sample was taken out after it");
        }
        let Rest { evicted, shed, .. } = end.rest();
        self.base = [evicted, shed];
    }
}
