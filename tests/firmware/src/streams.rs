//! One stream of items from the interrupt, and one from the main loop itself, to the main loop. Every item is checked,
//! wherever it comes out, and so is the account at the end.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use forebay_core::{Overflow, PopError, PushError, Pushed};

use crate::interrupt;
use crate::item::{Item, Stamped};
use crate::random::Random;
use crate::rings::{Offer, Take};

/// The interrupt's stream.
const ABOVE: usize = 0;
/// The main loop's.
const BELOW: usize = 1;

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

/// What tells whether two heaps of items are the same, whatever their order.
#[derive(Clone, Copy, Default, PartialEq)]
struct Account {
    count: u32,
    sum: u32,
}

impl Account {
    fn enter(&mut self, stream: usize, number: u32) {
        self.count += 1;
        // Two of them make no third: each is a random number.
        self.sum = self.sum.wrapping_add(u32::nth(u32::nth(2 * number + stream as u32).rotate_left(16) ^ 0x5bd1_e995));
    }

    fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum.wrapping_add(other.sum) }
    }
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
    /// For so many times it does nothing.
    rest: u32,
    random: Random,
}

impl<'a> Source<'a> {
    fn new(stream: usize, total: u32, done: &'a [AtomicU32; 2], policies: &'a [Overflow]) -> Self {
        let random = Random::new(total + stream as u32);
        let (stored, victims) = (Account::default(), Exit::default());
        Self { stream, next: 0, total, done, policies, stored, victims, shed: 0, full: 0, rest: 0, random }
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
        if self.rest > 0 {
            self.rest -= 1;
            return;
        }
        if self.random.below(8) == 0 {
            self.rest = self.random.below(16);
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
        if self.random.below(16) == 0
            && let Some(other) = end.another()
        {
            *end = other;
        }
        if self.next == self.total {
            *place = None;
        }
    }
}

/// Where the streams end.
struct Sink {
    exit: Exit,
    missing: u32,
    empty: u32,
    /// Whether there is one stream only, of which the ring tells what is missing.
    single: bool,
    random: Random,
}

impl Sink {
    /// Some pops; `None` at the end.
    fn step(&mut self, consumer: &mut impl Take) -> Option<()> {
        let capacity = consumer.capacity();
        assert!(consumer.len() <= capacity);
        if self.random.below(4) == 0 {
            let max = if self.random.below(2) == 0 { capacity } else { 1 + self.random.below(8) as usize };
            let (mut count, mut missing) = (0, 0);
            let taken = consumer.pop_several(max, |item| {
                missing += self.exit.check(&item);
                count += 1;
            });
            assert_eq!(taken, count);
            self.told(consumer, missing);
            return Some(());
        }
        for _ in 0..=self.random.below(16) {
            match consumer.pop() {
                Ok(item) => {
                    let missing = self.exit.check(&item);
                    self.told(consumer, missing);
                }
                Err(PopError::Empty) => {
                    self.empty += 1;
                    break;
                }
                Err(PopError::Closed) => return None,
            }
        }
        Some(())
    }

    /// What is missing is what the ring says, of one stream exactly.
    fn told(&mut self, consumer: &mut impl Take, missing: u32) {
        let told = consumer.missing() as u32;
        assert!(!self.single || told == missing, "{told} were lost, and {missing} are missing");
        self.missing += told;
    }
}

/// The interrupt produces `total` items, the main loop consumes them; and produces as many itself, if it has an end for that.
/// The policies are set in turn.
pub fn run<P: Offer, C: Take>(
    above: P,
    mut below: Option<P>,
    mut consumer: C,
    policies: &[Overflow],
    total: u32,
) -> Figures {
    let done = [AtomicU32::new(0), AtomicU32::new(0)];
    let mut interrupts = 0;
    let mut first = Source::new(ABOVE, total, &done, policies);
    let mut second = Source::new(BELOW, if below.is_some() { total } else { 0 }, &done, policies);
    let mut sink =
        Sink { exit: Exit::default(), missing: 0, empty: 0, single: below.is_none(), random: Random::new(!total) };
    let capacity = consumer.capacity();
    let (evicted, shed) = (consumer.evicted(), consumer.shed());
    consumer.set_overflow(policies[0]);

    let mut above = Some(above);
    let mut tick = || {
        interrupts += 1;
        first.step(&mut above, capacity);
    };
    interrupt::during(&mut tick, || {
        for turn in 1.. {
            second.step(&mut below, capacity);
            if sink.step(&mut consumer).is_none() {
                break;
            }
            if turn % 64 == 0 {
                consumer.set_overflow(policies[turn / 64 % policies.len()]);
            }
        }
    });
    assert!(above.is_none() && below.is_none() && consumer.len() == 0);

    // The law: what was stored was popped or evicted, and each item once.
    let victims = first.victims.account.and(second.victims.account);
    let stored = first.stored.and(second.stored);
    assert!(stored == sink.exit.account.and(victims), "what was taken in came out, once");
    assert_eq!(stored.count, first.total + second.total);
    // What was lost is counted, and nothing else.
    let (evicted, shed) = (consumer.evicted().wrapping_sub(evicted), consumer.shed().wrapping_sub(shed));
    assert_eq!((evicted as u32, sink.missing), (victims.count, victims.count), "the ring counts what it evicts");
    assert_eq!(shed as u32, first.shed + second.shed, "the ring counts what it sheds");

    let figures = Figures {
        items: stored.count,
        popped: sink.exit.account.count,
        evicted: victims.count,
        shed: first.shed + second.shed,
        full: first.full + second.full,
        empty: sink.empty,
        interrupts,
        places: interrupt::take_places(),
    };
    let at_full = figures.evicted + figures.shed + figures.full;
    assert!(at_full > 20 && figures.empty > 20, "each side was the faster one for a while: {figures}");
    assert!(figures.places > 100, "the main loop was interrupted everywhere");
    figures
}
