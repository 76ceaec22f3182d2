//! Readings by key from the interrupt to the main loop, or the other way, some keys far more often than others. Every reading is
//! checked, whether it is delivered or conflated, and so are the order of the keys and the account at the end.

use core::array;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use forebay_core::PopError;
use forebay_core::conflated::{Consumer, NoKey, Producer, Ring};

use crate::interrupt;
use crate::item::{Account, Item, Reading};
use crate::random::{Random, Rests};
use crate::streams::To;

/// What came of it.
pub struct Figures {
    /// Readings that were delivered or conflated.
    pub items: u32,
    /// How many of them were delivered.
    pub popped: u32,
    /// How often no key had anything new.
    pub empty: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, popped, empty, interrupts, places } = self;
        write!(f, "{items} items, {popped} popped, {empty} empty; {interrupts} interrupts at {places} places")
    }
}

/// What tells whether two sequences of keys are the same.
#[derive(Clone, Copy, Default, PartialEq)]
struct Order {
    count: u32,
    sum: u32,
}

impl Order {
    fn enter(&mut self, key: usize) {
        self.count += 1;
        self.sum = u32::nth(self.sum.rotate_left(5) ^ (key as u32 + 1));
    }
}

struct Source<'a, const N: usize> {
    /// The number of the next reading of each key.
    next: [u32; N],
    left: u32,
    /// How many readings of each key are in.
    done: &'a [AtomicU32; N],
    pushed: Account,
    back: Account,
    /// The keys in the order in which they had something new.
    order: Order,
    conflated: [u32; N],
    rests: Rests,
    random: Random,
}

impl<const N: usize> Source<'_, N> {
    /// Some pushes, or nothing, as chance says. The end goes after the last one.
    fn step(&mut self, place: &mut Option<Producer<'_, Reading>>) {
        let Some(end) = place else { return };
        if self.rests.now(&mut self.random, 8, 16) {
            return;
        }
        let most = if self.random.below(8) == 0 { 2 * N as u32 } else { 1 + self.random.below(8) };
        for _ in 0..most.min(self.left) {
            self.push(end);
        }
        if self.random.below(16) == 0 {
            assert!(matches!(end.push(N, Reading::new(N, 0)), Err(NoKey(back)) if back.open() == (N, 0)));
        }
        if self.left == 0 {
            let counted = array::from_fn(|key| end.conflated(key).unwrap_or_default() as u32);
            assert_eq!(self.conflated, counted, "the ring counts what it conflates, by key");
            *place = None;
        }
    }

    fn push(&mut self, end: &mut Producer<'_, Reading>) {
        // The fewer bits they have in common, the more often it is 0.
        let key = (self.random.below(32) & self.random.below(32)) as usize % N;
        let number = self.next[key];
        match end.push(key, Reading::new(key, number)) {
            Ok(None) => self.order.enter(key),
            Ok(Some(before)) => {
                assert_eq!(before.open(), (key, number.wrapping_sub(1)), "the one that is overtaken comes back");
                self.back.enter(key, number - 1);
                self.conflated[key] += 1;
            }
            Err(NoKey(_)) => panic!("there is such a key"),
        }
        self.pushed.enter(key, number);
        self.next[key] += 1;
        self.left -= 1;
        // Release: pairs with the load in `Sink::pop`.
        self.done[key].store(self.next[key], Ordering::Release);
    }
}

struct Sink<'a, const N: usize> {
    consumer: Consumer<'static, Reading>,
    /// No reading of a key before this one can come now.
    least: [u32; N],
    /// How many readings of each key are in.
    done: &'a [AtomicU32; N],
    popped: Account,
    /// The keys in the order in which they came.
    order: Order,
    empty: u32,
    rests: Rests,
    random: Random,
}

impl<const N: usize> Sink<'_, N> {
    /// Some pops, or nothing, as chance says; `None` at the end.
    fn step(&mut self) -> Option<()> {
        if self.rests.now(&mut self.random, 16, 64) {
            return Some(());
        }
        assert!(self.consumer.len() <= N);
        for _ in 0..=self.random.below(16) {
            if !self.pop()? {
                break;
            }
        }
        Some(())
    }

    /// Whether there was a reading; `None` at the end.
    fn pop(&mut self) -> Option<bool> {
        // Acquire: pairs with the store in `Source::push`. What is in by now is delivered, or something newer.
        let done: [_; N] = array::from_fn(|key| self.done[key].load(Ordering::Acquire));
        match self.consumer.pop() {
            Ok((key, reading)) => {
                let (of, number) = reading.open();
                assert_eq!(of, key, "a reading of another key");
                assert!(number >= self.least[key], "a reading is repeated or out of turn");
                assert!(number + 1 >= done[key], "there was a newer one");
                self.least[key] = number + 1;
                self.order.enter(key);
                self.popped.enter(key, number);
                Some(true)
            }
            Err(error) => {
                assert!(done.iter().zip(&self.least).all(|(done, least)| done <= least), "empty, with something new");
                if error == PopError::Closed {
                    return None;
                }
                self.empty += 1;
                Some(false)
            }
        }
    }
}

/// Who does not consume produces `total` readings.
pub fn run<const N: usize>(ring: &'static Ring<Reading, N>, to: To, total: u32) -> Figures {
    let Ok((producer, consumer)) = ring.try_split() else { panic!("both ends are back") };
    assert!(ring.try_split().is_err(), "one pair at a time");
    let done: [_; N] = array::from_fn(|_| AtomicU32::new(0));
    let conflated = array::from_fn(|key| producer.conflated(key).unwrap_or_default() as u32);
    let mut source = Source {
        next: [0; N],
        left: total,
        done: &done,
        pushed: Account::default(),
        back: Account::default(),
        order: Order::default(),
        conflated,
        rests: Rests::default(),
        random: Random::new(total),
    };
    let mut sink = Sink {
        consumer,
        least: [0; N],
        done: &done,
        popped: Account::default(),
        order: Order::default(),
        empty: 0,
        rests: Rests::default(),
        random: Random::new(!total),
    };

    let mut producer = Some(producer);
    let interrupts = to.run(|| source.step(&mut producer), || sink.step());

    assert!(sink.consumer.is_empty() && sink.consumer.is_closed());
    assert_eq!(sink.least, source.next, "the last reading of each key was delivered");
    assert!(source.order == sink.order, "keys come in the order in which they had something new");
    // The law: what was pushed was delivered or conflated, and each reading once.
    let (pushed, popped, back) = (source.pushed, sink.popped, source.back);
    assert!(pushed == popped.and(back), "what was pushed came out, or back, once");
    assert_eq!(pushed.count, total);

    let figures =
        Figures { items: total, popped: popped.count, empty: sink.empty, interrupts, places: interrupt::take_places() };
    assert!(back.count > 50 && figures.empty > 50, "each side was the faster one at times: {figures}");
    assert!(figures.places > 100, "the main loop was interrupted everywhere: {figures}");
    figures
}
