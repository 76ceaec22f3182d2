//! The pressure of a ring as an interrupt sees it, and a consumer in the main loop that stands still: between two pops for many
//! interrupts, and within one for as long as an interrupt takes to fill the ring several times.
//!
//! The interrupt knows the pressure by its changes alone. So a release that it did not hear of would leave it waiting for ever.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use forebay_core::seam::{Pop, Push};
use forebay_core::{Overflow, PopError, Pressure, PushError, Pushed, Seen, Watermarks};
use forebay_core::{fan_in, mpsc, priority, spsc, swap};

use crate::interrupt;
use crate::item::{Account, Numbered};
use crate::random::Random;

/// A producer's end whose changes of pressure can be seen.
pub trait Inlet: Push<Item = Numbered> + Send {
    /// The pressure, if it has changed.
    fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure>;
}

/// A consumer's end, whose items come in streams, each in its order.
pub trait Outlet: Pop {
    /// The stream of an item, and the item.
    fn open(item: Self::Item) -> (usize, Numbered);

    /// The pressure. `None`: it says nothing of it.
    fn pressure(&self) -> Option<Pressure>;

    /// How many items were evicted, and how many shed, from any number on.
    fn losses(&mut self) -> [usize; 2];
}

macro_rules! inlet {
    ($end:ty $(, $inner:ident)?) => {
        impl Inlet for $end {
            fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
                self$(.$inner())?.pressure_since(seen)
            }
        }
    };
}

macro_rules! outlet {
    ($end:ty: $open:expr, $pressure:expr, $losses:expr) => {
        impl Outlet for $end {
            fn open(item: Self::Item) -> (usize, Numbered) {
                $open(item)
            }

            fn pressure(&self) -> Option<Pressure> {
                let pressure: fn(&Self) -> Option<Pressure> = $pressure;
                pressure(self)
            }

            fn losses(&mut self) -> [usize; 2] {
                let losses: fn(&mut Self) -> [usize; 2] = $losses;
                losses(self)
            }
        }
    };
}

/// How important an item is, where that counts.
pub type ClassOf = fn(&Numbered) -> usize;

inlet!(spsc::Producer<'static, Numbered>);
inlet!(mpsc::Producer<'static, Numbered>);
inlet!(swap::Producer<'static, Numbered>);
inlet!(fan_in::Producer<'static, Numbered>);
inlet!(priority::By<'static, Numbered, ClassOf, 2>, get_ref);
outlet!(spsc::Consumer<'static, Numbered>: |item| (0, item), |end| Some(end.pressure()), |_| [0, 0]);
outlet!(mpsc::Consumer<'static, Numbered>: |item| (0, item), |end| Some(end.pressure()), |end| [0, end.lost()]);
outlet!(
    swap::Consumer<'static, Numbered>: |item| (0, item), |end| Some(end.pressure()), |end| [end.evicted(), end.shed()]
);
outlet!(
    fan_in::Consumer<'static, Numbered>: |item| (0, item),
    |end| end.lanes().next().map(|lane| lane.pressure()),
    |end| [0, end.shed()]
);
outlet!(
    priority::ByClass<'static, Numbered, 2>: |item| item,
    |end| Some(end.end().pressure()),
    |end| {
        let end = end.end();
        [end.evicted(0).wrapping_add(end.evicted(1)), end.shed(0).wrapping_add(end.shed(1))]
    }
);

/// What came of it.
#[derive(Default)]
pub struct Figures {
    /// Items that were put in, and came out.
    pub items: u32,
    /// How many of them were evicted.
    pub evicted: u32,
    /// Values that were shed.
    pub shed: u32,
    /// Values that came back as there was no room.
    pub full: u32,
    /// How often the interrupt held back, as the pressure had risen.
    pub held_back: u32,
    /// How often it saw another pressure.
    pub changes: u32,
    /// How often the main loop stood still.
    pub stalls: u32,
    /// How often the main loop found nothing.
    pub empty: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, evicted, shed, full, held_back, changes, stalls, empty, interrupts, places } = self;
        write!(f, "{items} items, {evicted} evicted; {shed} shed, {full} full, {empty} empty; {changes} changes of ")?;
        write!(f, "pressure, {held_back} held back, {stalls} stalls; {interrupts} interrupts at {places} places")
    }
}

/// The producer in the interrupt.
struct Source<P> {
    end: Option<P>,
    policy: Overflow,
    high: usize,
    next: u32,
    total: u32,
    seen: Seen,
    /// The pressure, as far as its changes have told.
    known: Pressure,
    stored: Account,
    victims: Account,
    random: Random,
    figures: Figures,
}

impl<P: Inlet> Source<P> {
    fn look(&mut self) {
        let Some(end) = &self.end else { return };
        while let Some(pressure) = end.pressure_since(&mut self.seen) {
            self.known = pressure;
            self.figures.changes += 1;
        }
        // Nothing comes in between here.
        assert!(end.pressure() == self.known, "a change that was not told");
    }

    /// Whether the item is in, or was lost.
    fn push(&mut self) -> bool {
        let Some(end) = &mut self.end else { return false };
        let item = Numbered::new(self.next);
        let goes_on = match end.push(item) {
            Ok(pushed) => {
                if let Pushed::Evicted(victim) = pushed {
                    self.victims.enter(0, victim.open());
                }
                self.stored.enter(0, self.next);
                self.next += 1;
                assert!(end.len() < self.high || end.pressure() > Pressure::Open, "above the high mark");
                true
            }
            Err(PushError::Full(back)) => {
                assert!(self.policy == Overflow::Reject && back.open() == self.next);
                self.figures.full += 1;
                assert!(end.pressure() == Pressure::Stop, "no room, and the pressure does not say so");
                false
            }
            Err(PushError::Shed(back)) => {
                // By importance it may be what comes that is the oldest.
                assert!(self.policy != Overflow::Reject && back.open() == self.next);
                self.figures.shed += 1;
                assert!(end.pressure() == Pressure::Stop, "no room, and the pressure does not say so");
                true
            }
            Err(PushError::Closed(_)) => panic!("the consumer is still there"),
        };
        goes_on
    }

    fn step(&mut self) {
        self.figures.interrupts += 1;
        self.look();
        let Some(capacity) = self.end.as_ref().map(Push::capacity) else { return };
        let laps = self.random.below(64) == 0;
        let obeys = !laps && self.random.below(8) > 0;
        let most = if laps { 4 * capacity as u32 } else { 1 + self.random.below(16) };
        for _ in 0..most {
            if obeys && self.known > Pressure::Open {
                self.figures.held_back += 1;
                break;
            }
            if self.next == self.total || !self.push() {
                break;
            }
            self.look();
        }
        if self.next == self.total {
            self.end = None;
        }
    }
}

/// The interrupt produces `total` items, the main loop consumes them.
pub fn run<P: Inlet, C: Outlet>(
    producer: P,
    mut consumer: C,
    marks: Watermarks,
    policy: Overflow,
    total: u32,
) -> Figures {
    let ticks = AtomicU32::new(0);
    let before = consumer.losses();
    let mut source = Source {
        end: Some(producer),
        policy,
        high: marks.high(),
        next: 0,
        total,
        seen: Seen::default(),
        known: Pressure::Open,
        stored: Account::default(),
        victims: Account::default(),
        random: Random::new(total),
        figures: Figures::default(),
    };
    let (mut popped, mut empty, mut stalls) = (Account::default(), 0, 0);
    let mut tick = || {
        ticks.store(ticks.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        source.step();
    };
    interrupt::during(&mut tick, || {
        let (mut random, mut least) = (Random::new(!total), [0; 2]);
        loop {
            let before = ticks.load(Ordering::Relaxed);
            match consumer.pop() {
                Ok(item) => {
                    let (stream, item) = C::open(item);
                    let number = item.open();
                    assert!(number >= least[stream], "an item is repeated or out of turn");
                    least[stream] = number + 1;
                    popped.enter(0, number);
                    let (pressure, len) = (consumer.pressure(), consumer.len());
                    // The interrupt may have come, and put something in.
                    if len <= marks.low() && ticks.load(Ordering::Relaxed) == before {
                        assert!(pressure.is_none_or(|pressure| pressure == Pressure::Open), "pressed at the low mark");
                    }
                }
                Err(PopError::Empty) => {
                    let pressure = consumer.pressure();
                    // The interrupt may have come, and put something in.
                    if ticks.load(Ordering::Relaxed) == before {
                        assert!(pressure.is_none_or(|pressure| pressure == Pressure::Open), "pressed by nothing");
                    }
                    empty += 1;
                }
                Err(PopError::Closed) => break,
            }
            if random.below(512) == 0 {
                stalls += 1;
                let until = before + 16 + random.below(64);
                while ticks.load(Ordering::Relaxed) < until && !consumer.is_closed() {}
            }
        }
    });

    let (stored, victims) = (source.stored, source.victims);
    assert!(stored == popped.and(victims), "what was taken in came out, once");
    assert!(stored.count == total && source.end.is_none());
    let after = consumer.losses();
    let [evicted, shed] = [0, 1].map(|at| after[at].wrapping_sub(before[at]) as u32);
    assert!((evicted, shed) == (victims.count, source.figures.shed), "what was lost is counted, and nothing else");
    let figures = Figures { items: total, evicted, empty, stalls, places: interrupt::take_places(), ..source.figures };
    let Figures { full, held_back, changes, places, .. } = figures;
    let at_full = match policy {
        Overflow::Reject => full + evicted,
        Overflow::DropIncoming => shed,
        Overflow::DropOldest => evicted,
    };
    assert!(
        at_full > 20 && held_back > 20 && changes > 50 && stalls > 5 && empty > 5,
        "it was overloaded at times: {figures}"
    );
    assert!(places > 50, "the main loop was interrupted everywhere: {figures}");
    figures
}
