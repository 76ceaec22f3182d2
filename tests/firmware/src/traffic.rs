//! Items from the interrupt to the main loop, and the other way; every one is checked, and so is the end.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use forebay_core::spsc::{Consumer, Layout, Producer};
use forebay_core::{PopError, Pressure, PushError};

use crate::batch::{ReadInPlace, WriteInPlace};
use crate::interrupt;
use crate::item::Item;
use crate::random::Random;

/// What came of it.
pub struct Figures {
    /// Items that went through.
    pub items: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How often the producer found the ring full.
    pub full: u32,
    /// How often the consumer found the ring empty.
    pub empty: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, interrupts, full, empty, places } = self;
        write!(f, "{items} items, {interrupts} interrupts at {places} places, {full} full, {empty} empty")
    }
}

/// Fills the ring and empties it, three times: the level is up when it is full, and down when it is empty, also on a core that has no
/// exchange to change it.
pub fn level<T: Item, L: Layout>(producer: &mut Producer<'_, T, L>, consumer: &mut Consumer<'_, T, L>) {
    for _ in 0..3 {
        assert!(producer.pressure() == Pressure::Open, "it is empty");
        let mut number = 0;
        while producer.push(T::nth(number)).is_ok() {
            number += 1;
        }
        assert!(producer.pressure() == Pressure::Stop && consumer.pressure() == Pressure::Stop, "it is full");
        for number in 0..number {
            assert!(consumer.pop().is_ok_and(|item| item.is_nth(number)));
        }
        assert!(consumer.pop().is_err());
    }
}

/// Counts pushes, and keeps the number of the next item.
struct Source {
    next: u32,
    total: u32,
    full: u32,
}

impl Source {
    fn left(&self) -> usize {
        (self.total - self.next) as usize
    }

    fn push<T: Item, L: Layout>(&mut self, producer: &mut Producer<'_, T, L>) -> bool {
        match producer.push(T::nth(self.next)) {
            Ok(()) => {
                self.next += 1;
                true
            }
            Err(PushError::Full(item)) => {
                assert!(item.is_nth(self.next), "a refused item comes back as it was");
                self.full += 1;
                false
            }
            Err(_) => panic!("the consumer is still there"),
        }
    }

    /// One operation of the producer, of the kind that chance says.
    fn step<T: Item, L: Layout>(&mut self, producer: &mut Producer<'_, T, L>, random: &mut Random)
    where
        for<'q> Producer<'q, T, L>: WriteInPlace,
    {
        let (len, capacity) = (producer.len(), producer.capacity());
        assert!(len <= capacity && producer.free() <= capacity);
        assert!(producer.write_slot().is_err() || producer.free() > 0, "a slot that can be written counts as free");
        let max = self.left().min(1 + random.below(8) as usize);
        let count = match random.below(4) {
            0 => producer.push_iter((self.next..).map(T::nth).take(max)),
            1 => {
                let mut values = [T::nth(0); 8];
                for (value, number) in values.iter_mut().zip(self.next..) {
                    *value = T::nth(number);
                }
                producer.push_slice(&values[..max])
            }
            2 => producer.write_in_place(self.next, max),
            _ => {
                while self.left() > 0 && self.push(producer) {}
                return;
            }
        };
        assert!(count <= max);
        self.full += u32::from(count < max);
        self.next += count as u32;
    }
}

/// Counts and checks items.
struct Sink {
    next: u32,
    empty: u32,
}

impl Sink {
    fn check<T: Item>(&mut self, item: &T) {
        assert!(item.is_nth(self.next), "an item is torn, lost, repeated or out of turn");
        self.next += 1;
    }

    /// Whether there was an item; `None` at the end.
    fn pop<T: Item, L: Layout>(&mut self, consumer: &mut Consumer<'_, T, L>) -> Option<bool> {
        match consumer.pop() {
            Ok(item) => {
                self.check(&item);
                Some(true)
            }
            Err(PopError::Empty) => {
                self.empty += 1;
                Some(false)
            }
            Err(_) => None,
        }
    }

    /// One operation of the consumer, of the kind that chance says; `None` at the end.
    fn step<T: Item, L: Layout>(&mut self, consumer: &mut Consumer<'_, T, L>, random: &mut Random) -> Option<()>
    where
        for<'q> Consumer<'q, T, L>: ReadInPlace<T>,
    {
        let (len, capacity) = (consumer.len(), consumer.capacity());
        assert!(len <= capacity && consumer.free() <= capacity);
        assert!(consumer.read_slot().is_err() || !consumer.is_empty(), "an item that can be read counts");
        let max = 1 + random.below(8) as usize;
        let first = self.next;
        match random.below(8) {
            0 => {
                let mut values = [T::nth(0); 8];
                let count = consumer.pop_slice(&mut values[..max]);
                values[..count].iter().for_each(|item| self.check(item));
            }
            1 | 2 => {
                let count = consumer.read_in_place(max, |step, item| assert!(item.is_nth(first + step)));
                self.next += count as u32;
            }
            3 => consumer.drain().take(max).for_each(|item| self.check(&item)),
            4 => consumer.iter().zip(first..).for_each(|(item, number)| assert!(item.is_nth(number))),
            5 => {
                if let Some(item) = consumer.peek() {
                    assert!(item.is_nth(first));
                    assert_eq!(self.pop(consumer), Some(true), "what was seen is there to take");
                }
            }
            _ => while self.pop(consumer)? {},
        }
        Some(())
    }
}

/// The interrupt produces `total` items, the main loop consumes them.
pub fn from_interrupt<T: Item, L: Layout>(
    producer: Producer<'static, T, L>,
    mut consumer: Consumer<'static, T, L>,
    total: u32,
) -> Figures
where
    for<'q> Producer<'q, T, L>: WriteInPlace,
    for<'q> Consumer<'q, T, L>: ReadInPlace<T>,
{
    let mut source = Source { next: 0, total, full: 0 };
    let mut sink = Sink { next: 0, empty: 0 };
    let mut interrupts = 0;
    let mut random = Random::new(total);
    let mut producer = Some(producer);
    let mut tick = || {
        interrupts += 1;
        if let Some(end) = &mut producer {
            source.step(end, &mut random);
            if source.left() == 0 {
                producer = None;
            }
        }
    };
    interrupt::during(&mut tick, || {
        let mut random = Random::new(!total);
        while sink.step(&mut consumer, &mut random).is_some() {}
    });
    assert!(producer.is_none() && consumer.is_closed() && consumer.is_empty());
    figures(&source, &sink, interrupts)
}

/// The main loop produces `total` items, the interrupt consumes them.
pub fn to_interrupt<T: Item, L: Layout>(
    mut producer: Producer<'static, T, L>,
    consumer: Consumer<'static, T, L>,
    total: u32,
) -> Figures
where
    for<'q> Producer<'q, T, L>: WriteInPlace,
    for<'q> Consumer<'q, T, L>: ReadInPlace<T>,
{
    let mut source = Source { next: 0, total, full: 0 };
    let mut sink = Sink { next: 0, empty: 0 };
    let mut interrupts = 0;
    let mut random = Random::new(total);
    let mut consumer = Some(consumer);
    let ended = AtomicBool::new(false);
    let mut tick = || {
        interrupts += 1;
        if let Some(end) = &mut consumer {
            if sink.step(end, &mut random).is_none() {
                consumer = None;
                // Release: what the interrupt has counted is there for who sees the end.
                ended.store(true, Ordering::Release);
            }
        }
    };
    interrupt::during(&mut tick, || {
        let mut random = Random::new(!total);
        while source.left() > 0 {
            source.step(&mut producer, &mut random);
        }
        drop(producer);
        // Acquire: pairs with the store in the interrupt.
        while !ended.load(Ordering::Acquire) {}
    });
    assert!(consumer.is_none());
    figures(&source, &sink, interrupts)
}

/// Checks that all went through, and that it was a test at all.
fn figures(source: &Source, sink: &Sink, interrupts: u32) -> Figures {
    assert_eq!((source.next, sink.next), (source.total, source.total), "what was taken in came out");
    let places = interrupt::take_places();
    assert!(source.full > 50 && sink.empty > 50, "each side was the faster one for a while");
    assert!(places > 100, "the main loop was interrupted everywhere");
    Figures { items: sink.next, interrupts, full: source.full, empty: sink.empty, places }
}
