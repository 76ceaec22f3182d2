//! Two interrupts of different priority and the main loop. Two of them open lanes of a fan-in ring and leave them again, and the
//! third one consumes: the main loop, or the upper interrupt. Every item is checked, and so is what the pressure says where it is
//! seen: within an interrupt, as far as nothing can come in between.

use core::fmt;
use core::num::NonZeroU32;
use core::sync::atomic::{AtomicBool, Ordering};

use forebay_core::fan_in::{Consumer, LaneId, NoLane, Opener, Producer, Ring};
use forebay_core::{PopError, Pressure, PushError, Refusal, Watermarks};

use crate::interrupt;
use crate::item::{Account, Stamped};
use crate::random::{Random, Rests};
use crate::streams::To;

/// What came of it.
#[derive(Default)]
pub struct Figures {
    /// Items that were put in, and came out.
    pub items: u32,
    /// How often a producer found its lane full, and its value came back.
    pub full: u32,
    /// Values that were shed.
    pub shed: u32,
    /// How often a producer obeyed the pressure, and did nothing.
    pub held_back: u32,
    /// How often a lane was opened.
    pub opened: u32,
    /// How often there was none to be had.
    pub all_taken: u32,
    /// How often the consumer found nothing.
    pub empty: u32,
    /// How often the upper interrupt ran.
    pub interrupts: u32,
    /// How often it interrupted the lower one.
    pub nested: u32,
    /// How many different instructions were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, full, shed, held_back, opened, all_taken, empty, interrupts, nested, places } = self;
        write!(
            f,
            "{items} items; {full} full, {shed} shed, {held_back} held back, {empty} empty; {opened} lanes opened, "
        )?;
        write!(f, "{all_taken} not; {interrupts} interrupts, {nested} of them in the lower one, at {places} places")
    }
}

/// A stream where it begins.
struct Source {
    stream: usize,
    /// Whether the consumer can come in between.
    is_below: bool,
    next: u32,
    total: u32,
    opener: Option<Opener<'static, Stamped>>,
    lane: Option<Producer<'static, Stamped>>,
    stored: Account,
    figures: Figures,
    rests: Rests,
    random: Random,
}

impl Source {
    fn new(stream: usize, is_below: bool, total: u32, opener: Opener<'static, Stamped>) -> Self {
        let random = Random::new(total + stream as u32);
        let figures = Figures::default();
        Self {
            stream,
            is_below,
            next: 0,
            total,
            opener: Some(opener),
            lane: None,
            stored: Account::default(),
            figures,
            rests: Rests::default(),
            random,
        }
    }

    /// A lane, if there is one, and how it is to be used.
    fn open(&mut self) {
        let Some(opener) = &self.opener else { return };
        let weight = NonZeroU32::MIN.saturating_add(self.random.below(4));
        let mut lane = match opener.open(weight) {
            Ok(lane) => lane,
            Err(NoLane::AllTaken) => return self.figures.all_taken += 1,
            Err(NoLane::Closed) => panic!("the consumer is still there"),
        };
        // The consumer may have changed the weight since.
        assert!(self.is_below || lane.weight() == weight.get());
        assert!(lane.is_empty() && lane.shed() == 0, "a new lane has nothing of the one before");
        assert!(lane.pressure() == Pressure::Open);
        self.figures.opened += 1;
        let high = 1 + self.random.below(128) as usize % lane.capacity();
        let low = high / (1 + self.random.below(4) as usize);
        lane.set_watermarks(Watermarks::new(high, low.min(high - 1)).expect("the low one is below")).expect("it fits");
        if self.random.below(4) == 0 {
            lane.set_refusal(Refusal::DropIncoming);
        }
        self.lane = Some(lane);
    }

    /// Some pushes, or nothing, as chance and the pressure say. The ends go after the last one.
    fn step(&mut self) {
        if self.opener.is_none() {
            return;
        }
        if self.rests.now(&mut self.random, 8, 16) {
            return;
        }
        if self.lane.is_none() {
            self.open();
        }
        let Some(lane) = &mut self.lane else { return };
        if lane.pressure() >= Pressure::Slow && self.random.below(4) > 0 {
            self.figures.held_back += 1;
            return;
        }
        let most = if self.random.below(8) == 0 { 2 * lane.capacity() as u32 } else { 1 + self.random.below(8) };
        let most = most.min(self.total - self.next);
        let (stream, first, place) = (self.stream, self.next, lane.lane().index() as u32);
        if self.random.below(4) == 0 {
            let free = lane.free();
            let count = lane.push_iter((first..first + most).map(|number| Stamped::new(stream, number, place)));
            let right = if self.is_below { count >= free.min(most as usize) } else { count == free.min(most as usize) };
            assert!(right, "a batch takes what there is room for");
            self.next += count as u32;
        } else {
            for _ in 0..most {
                let back = match lane.push(Stamped::new(stream, self.next, place)) {
                    Ok(()) => {
                        self.next += 1;
                        continue;
                    }
                    Err(PushError::Full(item)) => {
                        self.figures.full += 1;
                        item
                    }
                    Err(PushError::Shed(item)) => {
                        self.figures.shed += 1;
                        item
                    }
                    Err(PushError::Closed(_)) => panic!("the consumer is still there"),
                };
                assert!(back.open().1 == self.next, "a value comes back as it was");
                // The main loop may be about to raise what it has just lowered; a refusal does not wait for that.
                assert!(
                    self.is_below || lane.pressure() == Pressure::Stop,
                    "no room, and the pressure does not say so"
                );
                break;
            }
        }
        for number in first..self.next {
            self.stored.enter(stream, number);
        }
        let (put, above) = (self.next > first, lane.len() >= lane.watermarks().high());
        assert!(self.is_below || !put || !above || lane.pressure() > Pressure::Open, "above the high mark");
        if self.next == self.total {
            self.opener = None;
        }
        // What is inside stays behind.
        if self.next == self.total || self.random.below(32) == 0 {
            self.lane = None;
        }
    }
}

/// Where the streams end.
struct Sink<const P: usize> {
    consumer: Consumer<'static, Stamped>,
    popped: Account,
    /// Of each lane: whose item was the last, and its number.
    last: [Option<(LaneId, usize, u32)>; P],
    empty: u32,
    random: Random,
}

impl<const P: usize> Sink<P> {
    fn check(&mut self, (lane, item): (LaneId, Stamped)) {
        let (stream, number, place) = item.open();
        assert!(lane.index() == place as usize, "an item of another lane");
        if let Some((before, of, last)) = self.last[lane.index()] {
            assert!(before != lane || (of == stream && last < number), "an item is out of turn");
        }
        self.last[lane.index()] = Some((lane, stream, number));
        self.popped.enter(stream, number);
    }

    /// Some pops, as chance says; `None` at the end.
    fn step(&mut self) -> Option<()> {
        if self.random.below(32) == 0 {
            for lane in self.consumer.lanes() {
                lane.set_weight(NonZeroU32::MIN.saturating_add(self.random.below(8)));
                assert!(lane.len() <= self.consumer.lane_capacity());
            }
        }
        if self.random.below(16) == 0 {
            // Slower for a while.
            (0..8 * self.random.below(64)).for_each(|_| core::hint::spin_loop());
        }
        let by_cost = self.random.below(2) == 0;
        for _ in 0..=self.random.below(16) {
            let popped = if by_cost { self.consumer.pop_by(|item| 1 + item.open().1 % 5) } else { self.consumer.pop() };
            match popped {
                Ok(served) => self.check(served),
                Err(PopError::Empty) => {
                    self.empty += 1;
                    break;
                }
                Err(PopError::Closed) => return None,
            }
        }
        Some(())
    }
}

/// Two produce `total` items each, and the third one consumes them: the upper interrupt, or the main loop.
pub fn run<const N: usize, const P: usize>(ring: &'static Ring<Stamped, N, P>, to: To, total: u32) -> Figures {
    let (opener, consumer) = ring.try_split().expect("all ends are back");
    assert!(ring.try_split().is_err(), "one split at a time");
    let is_below = to == To::Above;
    let mut lower = Source::new(1, is_below, total, opener.clone());
    let mut other = Source::new(0, is_below, total, opener);
    let mut interrupts = 0;
    let popped = Account::default();
    let mut sink = Sink::<P> { consumer, popped, last: [None; P], empty: 0, random: Random::new(!total) };

    let mut between = || lower.step();
    let nested = match to {
        To::Below => {
            let mut upper = || {
                interrupts += 1;
                other.step();
            };
            let ((), nested) = interrupt::during_both(&mut upper, &mut between, || while sink.step().is_some() {});
            nested
        }
        To::Above => {
            let ended = AtomicBool::new(false);
            let mut upper = || {
                interrupts += 1;
                if !ended.load(Ordering::Relaxed) && sink.step().is_none() {
                    // Release: what the interrupt has counted is there for who sees the end.
                    ended.store(true, Ordering::Release);
                }
            };
            let ((), nested) = interrupt::during_both(&mut upper, &mut between, || {
                // Acquire: pairs with the store in the interrupt.
                while !ended.load(Ordering::Acquire) {
                    other.step();
                }
            });
            nested
        }
    };

    assert!(other.lane.is_none() && lower.lane.is_none() && other.next == total && lower.next == total);
    assert!(sink.consumer.is_closed() && sink.consumer.is_empty() && sink.consumer.lanes().count() == 0);
    assert!(sink.popped == other.stored.and(lower.stored), "what was taken in came out, once");
    assert!(sink.popped.count == 2 * total, "each stream has come to its end");
    let (one, other) = (other.figures, lower.figures);
    assert!(
        sink.consumer.shed() as u32 == one.shed + other.shed,
        "what was shed is counted, also of lanes that are gone"
    );
    let figures = Figures {
        items: sink.popped.count,
        full: one.full + other.full,
        shed: one.shed + other.shed,
        held_back: one.held_back + other.held_back,
        opened: one.opened + other.opened,
        all_taken: one.all_taken + other.all_taken,
        empty: sink.empty,
        interrupts,
        nested,
        places: interrupt::take_places(),
    };
    let Figures { full, shed, held_back, opened, empty, nested, places, .. } = figures;
    assert!(full + shed > 5 && held_back > 5 && empty > 5, "each side was the faster one at times: {figures}");
    assert!(opened > 10 && nested > 50, "lanes came and went, and one interrupt came into the other: {figures}");
    assert!(places > 100, "the main loop was interrupted everywhere: {figures}");
    figures
}
