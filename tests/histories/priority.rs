//! The ring by importance.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use forebay_core::priority::{Consumer, HeapRing, Producer};
use forebay_core::{Overflow, PopError, PushError, Pushed};
use forebay_tests::history::priority::{CLASSES, Op, Priority, State, class_of};
use forebay_tests::history::record::{Call, Log};
use forebay_tests::history::ring::Id;
use forebay_tests::swap::OVERFLOWS;

use crate::drive::{self, Hand, Lie, Pace, Random, Tally, check, check_samples, drive, sample, work};
use crate::latest::lies;
use crate::ring::{End, MOST_STORM, SAMPLES, STORM};

impl crate::drive::Op for Op {
    fn is_rest(&self) -> bool {
        matches!(self, Self::Rest(_))
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Takes => "place taken",
            Self::NothingLess(_) => "nothing less important",
            Self::Evicts(_) => "evicted",
            Self::Puts(_) => "stored",
            Self::Sheds(_) => "shed",
            Self::Full => "full",
            Self::PushClosed => "push closed",
            Self::Lacks(_) => "nothing of a class",
            Self::Pops(_) => "item",
            Self::Frees => "place freed",
            Self::Nothing => "empty",
            Self::PopClosed => "pop closed",
            Self::NoMore => "no more",
            Self::Len(_) => "length",
            Self::Inside(..) => "inside",
            Self::Close => "close",
            Self::ProducerGoes => "producer goes",
            Self::Split(_) => "split",
            Self::Rest(_) => "rest",
        }
    }
}

/// The first window is at rest; in this one an end goes or closes the ring.
const ENDING: usize = 4;
/// What comes after that.
const WINDOWS: usize = ENDING + 3;

/// A producer's end.
pub(crate) trait Pushing: Send {
    /// Pushes in one way or another. No steps if it isn't to be recorded.
    fn push(&mut self, id: Id, random: &mut Random) -> Vec<Op>;
    fn len(&self) -> usize;
    fn inside(&self, class: usize) -> usize;
}

/// A consumer's end.
pub(crate) trait Popping: Send {
    /// Takes the next item, if there is one.
    fn take(&mut self) -> Result<(usize, Id), PopError>;
    /// Takes in one way or another.
    fn pop(&mut self, random: &mut Random) -> Vec<Op>;
    fn len(&self) -> usize;
    fn close(&mut self);
    /// How many of a class are inside, and were popped, evicted and shed.
    fn counts(&self, class: usize) -> [usize; 4];
}

impl Pushing for Producer<'_, Id, CLASSES> {
    fn push(&mut self, id: Id, _random: &mut Random) -> Vec<Op> {
        let outcome = self.push(class_of(id), id);
        steps(id, outcome, self.overflow())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn inside(&self, class: usize) -> usize {
        self.inside(class)
    }
}

/// How many of a class are inside, and were popped, evicted and shed.
pub(crate) fn counts<K>(end: &Consumer<'_, Id, CLASSES, K>, class: usize) -> [usize; 4] {
    [end.inside(class), end.popped(class), end.evicted(class), end.shed(class)]
}

impl Popping for Consumer<'_, Id, CLASSES> {
    fn take(&mut self) -> Result<(usize, Id), PopError> {
        self.pop()
    }

    fn pop(&mut self, _random: &mut Random) -> Vec<Op> {
        steps_of_pop(self.pop())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn close(&mut self) {
        self.close();
    }

    fn counts(&self, class: usize) -> [usize; 4] {
        counts(self, class)
    }
}

struct Pusher<P> {
    end: Option<P>,
    goes: bool,
    count: usize,
    next: Id,
}

/// What a push came to.
pub(crate) fn steps(id: Id, outcome: Result<Pushed<Id>, PushError<Id>>, overflow: Overflow) -> Vec<Op> {
    let class = class_of(id);
    match outcome {
        Ok(Pushed::Stored) => vec![Op::Takes, Op::Puts(id)],
        Ok(Pushed::Evicted(victim)) => vec![Op::NothingLess(class_of(victim)), Op::Evicts(victim), Op::Puts(id)],
        Err(error) => {
            assert_eq!(error.into_inner(), id, "another value came back");
            match error {
                PushError::Full(_) => vec![Op::NothingLess(class), Op::Full],
                PushError::Shed(_) if overflow == Overflow::DropOldest => {
                    vec![Op::NothingLess(class), Op::Lacks(class), Op::Sheds(class)]
                }
                PushError::Shed(_) => vec![Op::NothingLess(class), Op::Sheds(class)],
                PushError::Closed(_) => vec![Op::PushClosed],
            }
        }
    }
}

impl<P: Pushing> Hand<Op> for Pusher<P> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        let count = match window {
            0 => return,
            1..=ENDING => 1 + random.below(self.count),
            _ => 1,
        };
        let goes = (window == ENDING && self.goes).then(|| random.below(count));
        let pace = Pace::any(random);
        for at in 0..count {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            match random.below(8) {
                0 => log.record(|| end.len(), Op::Len),
                1 => {
                    let class = random.below(CLASSES);
                    log.record(|| end.inside(class), |len| Op::Inside(class, len));
                }
                _ => {
                    let id = self.next + random.below(CLASSES) as Id;
                    self.next += CLASSES as Id;
                    log.record_all(|| end.push(id, random), |steps| steps);
                }
            }
            if goes == Some(at) {
                log.record(|| drop(self.end.take()), |()| Op::ProducerGoes);
            }
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..random.below(MOST_STORM) {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            let _ = end.push(STORM - random.below(CLASSES) as Id, random);
        }
    }
}

struct Popper<C> {
    end: Option<C>,
    ends: End,
    /// The counts of each class before the sample.
    base: [[usize; 4]; CLASSES],
}

/// What a pop came to.
pub(crate) fn steps_of_pop(outcome: Result<(usize, Id), PopError>) -> Vec<Op> {
    match outcome {
        Ok((class, id)) => {
            assert_eq!(class, class_of(id));
            (0..class).map(Op::Lacks).chain([Op::Pops(id), Op::Frees]).collect()
        }
        Err(PopError::Empty) => vec![Op::Nothing],
        Err(PopError::Closed) => vec![Op::PopClosed],
    }
}

impl<C: Popping> Hand<Op> for Popper<C> {
    fn work(&mut self, window: usize, log: &mut Log<'_, Op>, random: &mut Random) {
        let count = match window {
            0 => return,
            1..=ENDING => random.below(7),
            _ => 6,
        };
        let mut ends = (window == ENDING).then(|| random.below(count + 1));
        let (pace, mut at) = (Pace::any(random), 0);
        while at <= count {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            at += 1;
            if ends.take_if(|ends| *ends < at).is_some() {
                match self.ends {
                    End::ProducersGo => {}
                    End::ConsumerGoes => log.record(|| drop(self.end.take()), |()| Op::Close),
                    End::ConsumerCloses => log.record(|| end.close(), |()| Op::Close),
                }
            } else if at <= count {
                if random.below(6) == 0 {
                    log.record(|| end.len(), Op::Len);
                } else {
                    // As many steps at most as a pop has.
                    at += log.record_all(|| end.pop(random), |steps| steps) / (CLASSES + 2);
                }
            }
        }
    }

    fn rest(&mut self, log: &mut Log<'_, Op>) {
        if let Some(end) = &self.end {
            let since = |class: usize| {
                let (counts, [_, base @ ..]) = (end.counts(class), self.base[class]);
                let [inside, popped, evicted, shed] = counts;
                [inside, popped - base[0], evicted - base[1], shed - base[2]]
            };
            log.record(|| std::array::from_fn(since), Op::Rest);
        }
    }

    fn storm(&mut self, random: &mut Random) {
        let pace = Pace::any(random);
        for _ in 0..MOST_STORM {
            pace.pause(random);
            let Some(end) = &mut self.end else { return };
            let _ = end.pop(random);
        }
    }

    fn calm(&mut self) {
        let Some(end) = &mut self.end else { return };
        while end.take().is_ok() {}
        self.base = std::array::from_fn(|class| end.counts(class));
    }
}

fn split<'q>(
    ring: &'q mut HeapRing<Id, CLASSES>,
    producers: usize,
) -> (Vec<Producer<'q, Id, CLASSES>>, Consumer<'q, Id, CLASSES>) {
    let (producer, consumer) = ring.split();
    producer.set_bypass(NonZeroUsize::MAX);
    (vec![producer; producers], consumer)
}

/// Works the ends, of which the producers begin with this item.
pub(crate) fn session(
    (producers, consumer): (Vec<impl Pushing>, impl Popping),
    ends: End,
    first: Id,
    seed: u64,
) -> Vec<Vec<Call<Op>>> {
    work(hands(producers, consumer, ends, first), WINDOWS, seed)
}

fn hands<'h>(
    producers: Vec<impl Pushing + 'h>,
    consumer: impl Popping + 'h,
    ends: End,
    first: Id,
) -> Vec<Box<dyn Hand<Op> + 'h>> {
    let (goes, count) = (ends == End::ProducersGo, [6, 4, 3][producers.len() - 1]);
    let mut hands: Vec<Box<dyn Hand<Op> + 'h>> = Vec::new();
    for (which, end) in producers.into_iter().enumerate() {
        let next = first + Id::try_from(which).expect("few producers") * 12_000;
        hands.push(Box::new(Pusher { end: Some(end), goes, count, next }));
    }
    hands.push(Box::new(Popper { end: Some(consumer), ends, base: [[0; 4]; CLASSES] }));
    hands
}

/// Works them for long, and takes samples of that.
pub(crate) fn samples((producers, consumer): (Vec<impl Pushing>, impl Popping), seed: u64) -> Vec<Vec<Call<Op>>> {
    sample(hands(producers, consumer, End::ProducersGo, 0), SAMPLES, seed)
}

/// All that is inside when all ends are gone, popped by another consumer.
fn left(ring: &mut HeapRing<Id, CLASSES>) -> Vec<Call<Op>> {
    let (_producer, mut consumer) = ring.split();
    let mut steps = vec![Op::Split(1)];
    loop {
        let outcome = consumer.pop();
        steps.extend(steps_of_pop(outcome));
        if outcome.is_err() {
            return steps.into_iter().map(|op| Call { thread: 0, begin: 0, end: 0, op }).collect();
        }
    }
}

/// A ring, and what was done with it.
struct Worked {
    capacity: usize,
    producers: u8,
    ends: [End; 2],
    windows: Vec<Vec<Call<Op>>>,
}

impl Worked {
    fn under(overflow: Overflow, seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        let (capacity, producers) = ([1, 2, 3, 5][random.below(4)], 1 + random.below(3));
        let mut ends = || [End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses][random.below(3)];
        let ends = [ends(), ends()];
        let mut ring = HeapRing::with_overflow(capacity, overflow).expect("a small ring");
        let mut windows = session(split(&mut ring, producers), ends[0], 0, seed);
        let again = u8::try_from(producers).expect("few producers");
        windows.push(vec![Call { thread: 0, begin: 0, end: 0, op: Op::Split(again) }]);
        windows.append(&mut session(split(&mut ring, producers), ends[1], 6000, seed + 1));
        windows.push(left(&mut ring));
        Self { capacity, producers: again, ends, windows }
    }

    fn check(&self, windows: &[Vec<Call<Op>>], tally: &mut Tally) -> Result<(), String> {
        let Self { capacity, producers, ends, .. } = *self;
        check(&Priority { capacity }, State::new(capacity, producers), windows, tally)
            .map_err(|why| format!("capacity {capacity}, {producers} producers, {ends:?}, {why}"))
    }
}

fn histories_under(what: &str, overflow: Overflow, outcomes: &[&str]) {
    let always = ["place taken", "evicted", "stored", "push closed", "item", "empty", "pop closed", "length", "inside"];
    let outcomes: Vec<&str> = always.iter().chain(outcomes).copied().collect();
    drive(what, &outcomes, |seed, tally| {
        let worked = Worked::under(overflow, seed);
        worked.check(&worked.windows, tally)
    });
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "another item": Op::Pops(id @ 3..) => Op::Pops(id - 3);
        "less important first": Op::Lacks(class) => Op::Lacks((class + 1) % CLASSES);
        "false empty": Op::Pops(_) => Op::Nothing;
        "closed before the end": Op::Nothing => Op::PopClosed;
        "never closed": Op::PopClosed => Op::Nothing;
        "another victim": Op::Evicts(id @ 3..) => Op::Evicts(id - 3);
        "evicts the more important": Op::NothingLess(class @ 1..) => Op::NothingLess(class - 1);
        "full with room": Op::Takes => Op::NothingLess(CLASSES - 1);
        "closed, and not": Op::NothingLess(_) => Op::PushClosed;
        "one too many": Op::Len(len) => Op::Len(len + 1);
        "one too many of a class": Op::Inside(class, len) => Op::Inside(class, len + 1);
        "evictions are not counted": Op::Rest([one, two, [inside, popped, evicted @ (1..), shed]]) =>
            Op::Rest([one, two, [inside, popped, evicted - 1, shed]]);
    };
    let worked = RefCell::new(None);
    drive::each_lie_is_found(
        "priority",
        lies,
        |seed| {
            let mut new = Worked::under(Overflow::Reject, seed);
            let windows = std::mem::take(&mut new.windows);
            worked.replace(Some(new));
            windows
        },
        |windows, tally| worked.borrow().as_ref().expect("there is one").check(windows, tally),
    );
}

#[test]
fn reject() {
    histories_under("priority, reject", Overflow::Reject, &["full"]);
}

#[test]
fn drop_incoming() {
    histories_under("priority, drop incoming", Overflow::DropIncoming, &["shed"]);
}

#[test]
fn drop_oldest() {
    histories_under("priority, drop oldest", Overflow::DropOldest, &["shed"]);
}

#[test]
fn samples_of_it() {
    let outcomes = ["place taken", "evicted", "stored", "item", "empty", "length", "inside"];
    drive("priority, sampled", &outcomes, |seed, tally| {
        let mut random = Random::new(seed ^ 0x5eed);
        let (capacity, producers) = ([1, 2, 3, 5][random.below(4)], 1 + random.below(3));
        let overflow = OVERFLOWS[random.below(OVERFLOWS.len())];
        let mut ring = HeapRing::with_overflow(capacity, overflow).expect("a small ring");
        let windows = samples(split(&mut ring, producers), seed);
        let producers = u8::try_from(producers).expect("few producers");
        check_samples(&Priority { capacity }, State::new(capacity, producers), &windows, tally)
            .map_err(|why| format!("capacity {capacity}, {producers} producers, {overflow:?}, {why}"))
    });
}
