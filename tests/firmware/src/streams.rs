//! A stream of items from the interrupt and one from the main loop, or either of them alone, to one of the two. Every item is
//! checked, wherever it comes out, and so is the account at the end.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use forebay_core::{Overflow, PopError, PushError, Pushed};

use crate::interrupt;
use crate::item::{Account, Stamped};
use crate::random::{Random, Rests};
use crate::rings::{Offer, Take};

/// Who consumes: the interrupt or the main loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum To {
    /// The interrupt.
    Above,
    /// The main loop.
    Below,
}

impl To {
    /// The consumer takes its steps here and the producer on the other side, until the consumer has come to its end, which `None` is.
    /// Answers with how often the interrupt ran.
    pub fn run(self, mut produce: impl FnMut() + Send, mut consume: impl FnMut() -> Option<()> + Send) -> u32 {
        let mut interrupts = 0;
        match self {
            Self::Above => {
                let ended = AtomicBool::new(false);
                let mut tick = || {
                    interrupts += 1;
                    // Relaxed: the interrupt alone changes it.
                    if !ended.load(Ordering::Relaxed) && consume().is_none() {
                        // Release: what the interrupt has counted is there for who sees the end.
                        ended.store(true, Ordering::Release);
                    }
                };
                interrupt::during(&mut tick, || {
                    // Acquire: pairs with the store above.
                    while !ended.load(Ordering::Acquire) {
                        produce();
                    }
                });
            }
            Self::Below => {
                let mut tick = || {
                    interrupts += 1;
                    produce();
                };
                interrupt::during(&mut tick, || while consume().is_some() {});
            }
        }
        interrupts
    }
}

/// What came of it.
#[derive(Default)]
pub struct Figures {
    /// Items that were put in, and came out.
    pub items: u32,
    /// How many of them were popped.
    pub popped: u32,
    /// How many of them were evicted.
    pub evicted: u32,
    /// Values that were shed.
    pub shed: u32,
    /// How often a producer found the ring full, and its value came back.
    pub full: u32,
    /// How often the consumer found the ring empty.
    pub empty: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, popped, evicted, shed, full, empty, interrupts, places } = self;
        write!(f, "{items} items, {popped} popped, {evicted} evicted; {shed} shed, {full} full, {empty} empty; ")?;
        write!(f, "{interrupts} interrupts at {places} places")
    }
}

/// Checks items where they come out, one after another.
#[derive(Default)]
struct Exit {
    /// No item of a stream before this one can come now.
    least: [u32; 2],
    account: Account,
}

impl Exit {
    /// Answers with how many items of its stream are missing before this one.
    fn check(&mut self, item: &Stamped) -> u32 {
        let (stream, number, seen) = item.open();
        let missing = number.checked_sub(self.least[stream]).expect("an item is repeated or out of turn");
        self.least[stream] = number + 1;
        // What had been put in before this item comes before it.
        self.least[1 - stream] = self.least[1 - stream].max(seen);
        self.account.enter(stream, number);
        missing
    }
}

/// A stream where it begins.
struct Source<'a> {
    stream: usize,
    next: u32,
    total: u32,
    /// How many items of each stream are in.
    done: &'a [AtomicU32; 2],
    policies: &'a [Overflow],
    stored: Account,
    victims: Exit,
    shed: u32,
    full: u32,
    rests: Rests,
    random: Random,
}

impl<'a> Source<'a> {
    fn new(stream: usize, total: u32, done: &'a [AtomicU32; 2], policies: &'a [Overflow]) -> Self {
        let random = Random::new(total + stream as u32);
        let (stored, victims) = (Account::default(), Exit::default());
        Self {
            stream,
            next: 0,
            total,
            done,
            policies,
            stored,
            victims,
            shed: 0,
            full: 0,
            rests: Rests::default(),
            random,
        }
    }

    fn seen(&self) -> u32 {
        // Acquire: pairs with the store in `stored`. What the other has put in is in before what we put in now.
        self.done[1 - self.stream].load(Ordering::Acquire)
    }

    fn stored(&mut self, count: u32) {
        for number in self.next..self.next + count {
            self.stored.enter(self.stream, number);
        }
        self.next += count;
        // Release: pairs with the load in `seen`.
        self.done[self.stream].store(self.next, Ordering::Release);
    }

    /// Whether the item is in, or was lost.
    fn push(&mut self, end: &mut impl Offer) -> bool {
        let obeyed = |policy| assert!(self.policies.contains(&policy), "a policy that was not set");
        match end.push(Stamped::new(self.stream, self.next, self.seen())) {
            Ok(Pushed::Stored) => self.stored(1),
            Ok(Pushed::Evicted(victim)) => {
                obeyed(Overflow::DropOldest);
                self.victims.check(&victim);
                self.stored(1);
            }
            Err(PushError::Shed(item)) => {
                obeyed(Overflow::DropIncoming);
                assert_eq!(item.open().1, self.next, "a value comes back as it was");
                self.shed += 1;
            }
            Err(PushError::Full(item)) => {
                obeyed(Overflow::Reject);
                assert_eq!(item.open().1, self.next, "a value comes back as it was");
                self.full += 1;
                return false;
            }
            Err(PushError::Closed(_)) => panic!("the consumer is still there"),
        }
        true
    }

    /// Some pushes, or nothing, as chance says. The end goes after the last one.
    fn step(&mut self, place: &mut Option<impl Offer>, capacity: usize) {
        let Some(end) = place else { return };
        if self.rests.now(&mut self.random, 8, 16) {
            return;
        }
        let most = if self.random.below(8) == 0 { 2 * capacity as u32 } else { 1 + self.random.below(8) };
        let most = most.min(self.total - self.next);
        let (stream, first, seen) = (self.stream, self.next, self.seen());
        let mut items = (first..first + most).map(|number| Stamped::new(stream, number, seen));
        let batch = if self.random.below(4) == 0 { end.push_batch(&mut items) } else { None };
        if let Some(count) = batch {
            assert_eq!(items.len(), most as usize - count, "a batch takes what it stores, and no more");
            self.full += u32::from(count < most as usize);
            self.stored(count as u32);
        } else {
            for _ in 0..most {
                if !self.push(end) {
                    break;
                }
            }
        }
        if self.random.below(16) == 0 {
            if let Some(other) = end.another() {
                *end = other;
            }
        }
        if self.next == self.total {
            *place = None;
        }
    }
}

/// Where the streams end.
struct Sink<'a, C> {
    consumer: C,
    exit: Exit,
    missing: u32,
    empty: u32,
    /// How many items of each stream are in.
    done: &'a [AtomicU32; 2],
    policies: &'a [Overflow],
    /// Whether there is one stream only, of which the ring tells what is missing.
    single: bool,
    turn: usize,
    rests: Rests,
    random: Random,
}

impl<C: Take> Sink<'_, C> {
    /// Some pops, or nothing, as chance says; `None` at the end.
    fn step(&mut self) -> Option<()> {
        if self.rests.now(&mut self.random, 16, 64) {
            return Some(());
        }
        self.turn += 1;
        if self.turn % 64 == 0 {
            self.consumer.set_overflow(self.policies[self.turn / 64 % self.policies.len()]);
        }
        let capacity = self.consumer.capacity();
        assert!(self.consumer.len() <= capacity);
        if self.random.below(4) == 0 {
            let max = if self.random.below(2) == 0 { capacity } else { 1 + self.random.below(8) as usize };
            let (mut count, mut missing) = (0, 0);
            let taken = self.consumer.pop_several(max, |item| {
                missing += self.exit.check(&item);
                count += 1;
            });
            assert_eq!(taken, count);
            self.told(missing);
            return Some(());
        }
        for _ in 0..=self.random.below(16) {
            // Acquire: pairs with the store in `stored`.
            let done = [0, 1].map(|stream| self.done[stream].load(Ordering::Acquire));
            match self.consumer.pop() {
                Ok(item) => {
                    let missing = self.exit.check(&item);
                    self.told(missing);
                }
                Err(error) => {
                    let all = done.iter().zip(self.exit.least).all(|(&done, least)| done <= least);
                    assert!(all || self.policies.contains(&Overflow::DropOldest), "empty, with items inside");
                    if error == PopError::Closed {
                        return None;
                    }
                    self.empty += 1;
                    break;
                }
            }
        }
        Some(())
    }

    /// What is missing is what the ring says, of one stream exactly.
    fn told(&mut self, missing: u32) {
        let told = self.consumer.missing() as u32;
        assert!(!self.single || told == missing, "{told} were lost, and {missing} are missing");
        self.missing += told;
    }
}

/// The interrupt and the main loop each produce `total` items, if they have an end for that, and one of them consumes all. The
/// policies are set in turn.
pub fn run<P: Offer, C: Take>(
    (mut above, mut below): (Option<P>, Option<P>),
    (mut consumer, to): (C, To),
    policies: &[Overflow],
    total: u32,
) -> Figures {
    let done = [AtomicU32::new(0), AtomicU32::new(0)];
    let ended = AtomicBool::new(false);
    let mut interrupts = 0;
    let mut first = Source::new(0, if above.is_some() { total } else { 0 }, &done, policies);
    let mut second = Source::new(1, if below.is_some() { total } else { 0 }, &done, policies);
    let (evicted, shed) = (consumer.evicted(), consumer.shed());
    consumer.set_overflow(policies[0]);
    let capacity = consumer.capacity();
    let mut sink = Sink {
        consumer,
        exit: Exit::default(),
        missing: 0,
        empty: 0,
        done: &done,
        policies,
        single: above.is_none() || below.is_none(),
        turn: 0,
        rests: Rests::default(),
        random: Random::new(!total),
    };

    let (mut sink_above, mut sink_below) = match to {
        To::Above => (Some(&mut sink), None),
        To::Below => (None, Some(&mut sink)),
    };
    let end = |sink: &mut Option<&mut Sink<'_, C>>| {
        if sink.as_mut().is_some_and(|sink| sink.step().is_none()) {
            *sink = None;
            // Release: what the interrupt has counted is there for who sees the end.
            ended.store(true, Ordering::Release);
        }
    };
    let mut tick = || {
        interrupts += 1;
        first.step(&mut above, capacity);
        end(&mut sink_above);
    };
    interrupt::during(&mut tick, || {
        // Acquire: pairs with the store above.
        while !ended.load(Ordering::Acquire) {
            second.step(&mut below, capacity);
            end(&mut sink_below);
        }
    });
    let Sink { mut consumer, exit, missing, empty, .. } = sink;
    assert!(above.is_none() && below.is_none() && consumer.len() == 0);

    // The law: what was stored was popped or evicted, and each item once.
    let victims = first.victims.account.and(second.victims.account);
    let stored = first.stored.and(second.stored);
    assert!(stored == exit.account.and(victims), "what was taken in came out, once");
    assert_eq!(stored.count, first.total + second.total);
    // What was lost is counted, and nothing else.
    let (evicted, shed) = (consumer.evicted().wrapping_sub(evicted), consumer.shed().wrapping_sub(shed));
    assert_eq!((evicted as u32, missing), (victims.count, victims.count), "the ring counts what it evicts");
    assert_eq!(shed as u32, first.shed + second.shed, "the ring counts what it sheds");

    let figures = Figures {
        items: stored.count,
        popped: exit.account.count,
        evicted: victims.count,
        shed: first.shed + second.shed,
        full: first.full + second.full,
        empty,
        interrupts,
        places: interrupt::take_places(),
    };
    let at_full = figures.evicted + figures.shed + figures.full;
    assert!(at_full > 5 && figures.empty > 5, "each side was the faster one at times: {figures}");
    assert!(figures.places > 100, "the main loop was interrupted everywhere: {figures}");
    figures
}
