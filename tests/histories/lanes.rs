//! Sessions of a ring of lanes: producers that open and leave lanes, and a consumer, work windows, and then one side goes.

use forebay_core::Refusal;
use forebay_tests::history::fan_in::{FanIn, LANES, Lane, Op, Open, Pop, Rest};
use forebay_tests::history::record::{Call, Log};
use forebay_tests::history::ring::{Id, Items, Push};

use crate::drive::{Hand, Pace, Random, sample, work};
use crate::ring::{MOST_STORM, SAMPLES, STORM};

impl crate::drive::Op for Op {
    fn is_rest(&self) -> bool {
        matches!(self, Self::Rest(_))
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Open(Open::Lane(_)) => "opened",
            Self::Open(Open::AllTaken) => "all taken",
            Self::Open(Open::Closed) => "open closed",
            Self::Push(_, _, Push::Stored) => "stored",
            Self::Push(_, _, Push::Full) => "full",
            Self::Push(_, _, Push::Shed) => "shed",
            Self::Push(_, _, Push::Closed) => "push closed",
            Self::Push(_, _, Push::Evicted(_)) => "evicted",
            Self::Pop(Pop::Item(..)) => "item",
            Self::Pop(Pop::Empty) => "empty",
            Self::Pop(Pop::Closed) => "pop closed",
            Self::NoMore => "no more",
            Self::Len(..) => "length",
            Self::Switch(..) => "switch",
            Self::Leave(_) => "leave",
            Self::OpenerGoes => "opener goes",
            Self::ConsumerGoes => "consumer goes",
            Self::Rest(_) => "rest",
            Self::Left(_) => "left",
        }
    }
}

/// The outcomes that must have come.
pub(crate) const OUTCOMES: &[&str] = &[
    "opened",
    "all taken",
    "open closed",
    "stored",
    "full",
    "shed",
    "push closed",
    "item",
    "empty",
    "pop closed",
    "length",
    "switch",
    "leave",
];

/// An end that opens lanes.
pub(crate) trait Opening: Send {
    type Lane: Producing;
    /// The lane, or what came of it instead.
    fn open(&mut self) -> Result<Self::Lane, Open>;
}

/// The producer of a lane.
pub(crate) trait Producing: Send {
    fn lane(&self) -> Lane;
    fn push(&mut self, id: Id) -> Push;
    /// In one way or another. Answers with what came of the first ones; what is not to be recorded is left out.
    fn push_batch(&mut self, ids: &[Id]) -> Vec<Push>;
    fn len(&self) -> usize;
    fn switch(&mut self, policy: Refusal);
}

/// The consumer's end.
pub(crate) trait Consuming: Send {
    fn pop(&mut self) -> Pop;
    /// What taking several items out, or waiting for one, comes to. Nothing if there is no such thing.
    fn pop_batch(&mut self, _most: usize) -> Option<Vec<Op>> {
        None
    }
    /// Of a lane, if it is in use.
    fn len(&self, lane: Lane) -> Option<usize>;
    /// Of a lane, if it is in use. Answers with whether it is.
    fn switch(&mut self, lane: Lane, policy: Refusal) -> bool;
    fn rest(&mut self) -> Rest;
}

/// What is done in a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) lanes: usize,
    pub(crate) capacity: usize,
    pub(crate) openers: usize,
    consumer_goes: bool,
}

impl Plan {
    /// One of the small shapes, by its number.
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        Self {
            lanes: 1 + random.below(LANES),
            capacity: [1, 2, 3][random.below(3)],
            openers: 2 + random.below(2),
            consumer_goes: random.below(2) == 0,
        }
    }

    /// What such a ring promises, whose pushes ask first, or don't.
    pub(crate) const fn spec(&self, asks: bool) -> FanIn {
        FanIn { lanes: self.lanes, capacity: self.capacity, asks }
    }
}

/// In this window one side goes.
const ENDING: usize = 4;
/// What comes after that.
const WINDOWS: usize = ENDING + 3;

/// Works the ends by a plan.
pub(crate) fn session(
    plan: &Plan,
    seed: u64,
    openers: Vec<impl Opening>,
    consumer: impl Consuming,
) -> Vec<Vec<Call<Op>>> {
    work(hands(plan, openers, consumer), WINDOWS, seed)
}

/// Works them for long, and takes samples of that.
pub(crate) fn samples(
    plan: &Plan,
    seed: u64,
    openers: Vec<impl Opening>,
    consumer: impl Consuming,
) -> Vec<Vec<Call<Op>>> {
    sample(hands(plan, openers, consumer), SAMPLES, seed)
}

fn hands<'h>(
    plan: &'h Plan,
    openers: Vec<impl Opening + 'h>,
    consumer: impl Consuming + 'h,
) -> Vec<Box<dyn Hand<Op> + 'h>> {
    assert_eq!(openers.len(), plan.openers);
    let mut hands: Vec<Box<dyn Hand<Op> + 'h>> = Vec::new();
    for (which, opener) in openers.into_iter().enumerate() {
        let next = Id::try_from(which).expect("few producers") * 10_000;
        hands.push(Box::new(Producer { plan, opener: Some(opener), lane: None, next }));
    }
    hands.push(Box::new(Consumer { plan, end: Some(consumer), base: 0 }));
    hands
}

/// A last window, of what is left in the lanes when all ends are gone, by the consumer of another split.
pub(crate) fn left(mut consumer: impl Consuming) -> Vec<Call<Op>> {
    let mut lanes = [Items::default(); LANES];
    while let Pop::Item(lane, id) = consumer.pop() {
        let items = &mut lanes[usize::from(lane)];
        *items = items.with(id);
    }
    vec![Call { thread: 0, begin: 0, end: 0, op: Op::Left(lanes) }]
}

fn any_policy(random: &mut Random) -> Refusal {
    if random.below(2) == 0 { Refusal::Reject } else { Refusal::DropIncoming }
}

struct Producer<'p, O: Opening> {
    plan: &'p Plan,
    opener: Option<O>,
    lane: Option<O::Lane>,
    next: Id,
}

impl<O: Opening> Producer<'_, O> {
    fn open(&mut self, log: &mut Log<'_, Op>) {
        let Some(opener) = &mut self.opener else { return };
        let mut opened = None;
        log.record(
            || opener.open(),
            |outcome| match outcome {
                Ok(lane) => Op::Open(Open::Lane(opened.insert(lane).lane())),
                Err(outcome) => Op::Open(outcome),
            },
        );
        self.lane = opened;
    }

    fn leave(&mut self, log: &mut Log<'_, Op>) {
        if let Some(lane) = self.lane.take() {
            let number = lane.lane();
            log.record(|| drop(lane), |()| Op::Leave(number));
        }
    }

    /// Answers with how many operations it comes to.
    fn step(&mut self, log: &mut Log<'_, Op>, random: &mut Random) -> usize {
        let Some(lane) = &mut self.lane else {
            self.open(log);
            return 1;
        };
        let (number, id) = (lane.lane(), self.next);
        match random.below(16) {
            0..=1 => self.leave(log),
            2 => {
                let policy = any_policy(random);
                log.record(|| lane.switch(policy), |()| Op::Switch(number, policy));
            }
            3..=4 => log.record(|| lane.len(), |len| Op::Len(number, len)),
            5..=7 => {
                let ids: Vec<Id> = (id..id + 2 + random.below(2) as Id).collect();
                self.next += ids.len() as Id;
                let pushed = |outcomes: Vec<Push>| {
                    ids.iter().zip(outcomes).map(|(&id, outcome)| Op::Push(number, id, outcome)).collect()
                };
                return log.record_all(|| lane.push_batch(&ids), pushed);
            }
            _ => {
                self.next += 1;
                log.record(|| lane.push(id), |outcome| Op::Push(number, id, outcome));
            }
        }
        1
    }
}

impl<O: Opening> Hand<Op> for Producer<'_, O> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        let count = if window <= ENDING { 1 + random.below(9 - self.plan.openers) } else { random.below(4) };
        let goes = (window == ENDING && !self.plan.consumer_goes).then(|| random.below(count));
        let (pace, mut at) = (Pace::any(random), 0);
        while at < count {
            pace.pause(random);
            at += self.step(log, random).max(1);
            if goes.is_some_and(|goes| goes < at) {
                // Its lane after it, or before.
                let leaves_first = random.below(2) == 0;
                if leaves_first {
                    self.leave(log);
                }
                if let Some(opener) = self.opener.take() {
                    log.record(|| drop(opener), |()| Op::OpenerGoes);
                }
                self.leave(log);
            }
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..random.below(MOST_STORM) {
            pace.pause(random);
            match &mut self.lane {
                Some(_) if random.below(16) == 0 => self.lane = None,
                Some(lane) if random.below(4) == 0 => {
                    let _ = lane.push_batch(&[STORM; 3]);
                }
                Some(lane) => {
                    let _ = lane.push(STORM);
                }
                None => self.lane = self.opener.as_mut().and_then(|opener| opener.open().ok()),
            }
        }
        self.lane = None;
    }
}

struct Consumer<'p, C> {
    plan: &'p Plan,
    end: Option<C>,
    /// How many were shed before the sample.
    base: usize,
}

impl<C: Consuming> Hand<Op> for Consumer<'_, C> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        // After the ending all that can be inside, and the end.
        let count = if window <= ENDING { random.below(12) } else { self.plan.lanes * self.plan.capacity + 1 };
        let ends = (window == ENDING && self.plan.consumer_goes).then(|| random.below(count + 1));
        let (pace, mut at) = (Pace::any(random), 0);
        while at <= count {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            at += 1;
            if ends.is_some_and(|ends| ends < at) {
                log.record(|| drop(self.end.take()), |()| Op::ConsumerGoes);
            } else if at <= count {
                let lane = random.below(self.plan.lanes) as Lane;
                match random.below(8) {
                    0 => {
                        log.record_all(|| end.len(lane), |len| len.map(|len| Op::Len(lane, len)).into_iter().collect());
                    }
                    1 => {
                        let policy = any_policy(random);
                        let is_open = |is: bool| is.then_some(Op::Switch(lane, policy)).into_iter().collect();
                        log.record_all(|| end.switch(lane, policy), is_open);
                    }
                    2..=4 => {
                        let pops = log.record_all(|| end.pop_batch(3), Option::unwrap_or_default);
                        at += pops.saturating_sub(1);
                    }
                    _ => log.record(|| end.pop(), Op::Pop),
                }
            }
        }
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &mut self.end {
            let base = self.base;
            log.record(|| end.rest(), |rest| Op::Rest(Rest { shed: rest.shed - base, ..rest }));
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..self.plan.openers * MOST_STORM / 2 {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            match random.below(8) {
                0 => {
                    end.switch(random.below(self.plan.lanes) as Lane, any_policy(random));
                }
                1..=3 => {
                    let _ = end.pop_batch(3);
                }
                _ => {
                    let _ = end.pop();
                }
            }
        }
    }

    /// The lanes have been left, and what is in them is taken out.
    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while let Pop::Item(..) = end.pop() {}
        self.base = end.rest().shed;
    }
}
