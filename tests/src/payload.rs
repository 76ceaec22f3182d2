//! Items of several shapes that all carry a number, so that one specification serves them all.

use forebay_core::fan_in;
use forebay_core::spsc::{Consumer, Layout, Producer, WriteRun};

use crate::ledger::{Ledger, Tracked};

/// An item with a number.
pub trait Payload: Sized {
    /// The next item of a sequence: its number is how many were made with this ledger before.
    fn make(maker: &mut Maker) -> Self;

    /// Its number. Panics if the rest of the item has not come through whole.
    fn id(&self) -> u32;

    /// Makes the drop of the item of a number panic, if it can be made so. Answers with whether it can.
    fn arm(maker: &Maker, id: u32) -> bool {
        let _ = (maker, id);
        false
    }

    /// Pushes new items through `push_slice`, or one by one where the item can't be copied. Answers with how many.
    fn push_slice<L: Layout, K>(producer: &mut Producer<'_, Self, L, K>, count: usize, maker: &mut Maker) -> usize {
        (0..count).take_while(|_| producer.push(Self::make(maker)).is_ok()).count()
    }

    /// The same in a lane.
    fn push_slice_into_lane<K>(lane: &mut fan_in::Producer<'_, Self, K>, count: usize, maker: &mut Maker) -> usize {
        lane.push_iter((0..count).map(|_| Self::make(maker)))
    }

    /// Pops up to `count` items through `pop_slice`, or one by one where the item can't be copied.
    fn pop_slice<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<u32> {
        (0..count).map_while(|_| consumer.pop().ok()).map(|item| item.id()).collect()
    }

    /// Hands `count` new items to `copy_from_slice`, or to `fill` where the item can't be copied.
    fn copy_into(run: WriteRun<'_, Self>, count: usize, maker: &mut Maker) -> usize {
        run.fill((0..count).map(|_| Self::make(maker)))
    }
}

/// Makes items with consecutive numbers.
#[derive(Debug, Default)]
pub struct Maker {
    next: u32,
    ledger: Ledger,
}

impl Maker {
    /// The number of the item that will be made next.
    #[must_use]
    pub const fn next_id(&self) -> u32 {
        self.next
    }

    /// The ledger of the tracked items.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn number(&mut self) -> u32 {
        let id = self.next;
        self.next += 1;
        id
    }
}

/// An item that is its number and nothing else.
trait Copied: Payload + Copy {
    fn of(id: u32) -> Self;

    fn push_copies<L: Layout, K>(producer: &mut Producer<'_, Self, L, K>, count: usize, maker: &mut Maker) -> usize {
        let values: Vec<Self> = (0..count).map(|_| Self::make(maker)).collect();
        producer.push_slice(&values)
    }

    fn push_copies_into_lane<K>(lane: &mut fan_in::Producer<'_, Self, K>, count: usize, maker: &mut Maker) -> usize {
        let values: Vec<Self> = (0..count).map(|_| Self::make(maker)).collect();
        lane.push_slice(&values)
    }

    fn pop_copies<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<u32> {
        let mut values = vec![Self::of(u32::MAX); count];
        let popped = consumer.pop_slice(&mut values);
        assert!(values[popped..].iter().all(|value| value.id() == u32::MAX), "pop_slice wrote more than it said");
        values[..popped].iter().map(Self::id).collect()
    }

    fn copies_into(run: WriteRun<'_, Self>, count: usize, maker: &mut Maker) -> usize {
        let values: Vec<Self> = (0..count).map(|_| Self::make(maker)).collect();
        run.copy_from_slice(&values)
    }
}

impl Copied for u32 {
    fn of(id: u32) -> Self {
        id
    }
}

/// The smallest item that can tell itself from others.
impl Payload for u32 {
    fn make(maker: &mut Maker) -> Self {
        maker.number()
    }

    fn id(&self) -> u32 {
        *self
    }

    fn push_slice<L: Layout, K>(producer: &mut Producer<'_, Self, L, K>, count: usize, maker: &mut Maker) -> usize {
        Self::push_copies(producer, count, maker)
    }

    fn push_slice_into_lane<K>(lane: &mut fan_in::Producer<'_, Self, K>, count: usize, maker: &mut Maker) -> usize {
        Self::push_copies_into_lane(lane, count, maker)
    }

    fn pop_slice<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<u32> {
        Self::pop_copies(consumer, count)
    }

    fn copy_into(run: WriteRun<'_, Self>, count: usize, maker: &mut Maker) -> usize {
        Self::copies_into(run, count, maker)
    }
}

/// An item aligned to 128 bytes, and larger than that, whose every word must come through.
#[derive(Clone, Copy, Debug)]
#[repr(align(128))]
pub struct Aligned([u32; 33]);

impl Copied for Aligned {
    fn of(id: u32) -> Self {
        Self([id; 33])
    }
}

impl Payload for Aligned {
    fn make(maker: &mut Maker) -> Self {
        Self::of(maker.number())
    }

    fn id(&self) -> u32 {
        assert_eq!(core::ptr::from_ref(self).addr() % 128, 0, "an item that is not aligned");
        assert!(self.0.iter().all(|&word| word == self.0[0]), "a torn item: {:?}", self.0);
        self.0[0]
    }

    fn push_slice<L: Layout, K>(producer: &mut Producer<'_, Self, L, K>, count: usize, maker: &mut Maker) -> usize {
        Self::push_copies(producer, count, maker)
    }

    fn push_slice_into_lane<K>(lane: &mut fan_in::Producer<'_, Self, K>, count: usize, maker: &mut Maker) -> usize {
        Self::push_copies_into_lane(lane, count, maker)
    }

    fn pop_slice<L: Layout, K>(consumer: &mut Consumer<'_, Self, L, K>, count: usize) -> Vec<u32> {
        Self::pop_copies(consumer, count)
    }

    fn copy_into(run: WriteRun<'_, Self>, count: usize, maker: &mut Maker) -> usize {
        Self::copies_into(run, count, maker)
    }
}

/// Its ledger finds what is lost or dropped twice.
impl Payload for Tracked {
    fn make(maker: &mut Maker) -> Self {
        let item = maker.ledger.item();
        assert_eq!(item.id(), maker.number());
        item
    }

    fn id(&self) -> u32 {
        self.id()
    }

    fn arm(maker: &Maker, id: u32) -> bool {
        maker.ledger.arm(id);
        true
    }
}

/// A tracked item that is larger than a page, and must come through whole.
#[derive(Debug)]
pub struct Large {
    item: Tracked,
    words: [u32; 1100],
}

impl Payload for Large {
    fn make(maker: &mut Maker) -> Self {
        let item = Tracked::make(maker);
        Self { words: [item.id(); 1100], item }
    }

    fn id(&self) -> u32 {
        assert!(self.words.iter().all(|&word| word == self.item.id()), "a torn item");
        self.item.id()
    }

    fn arm(maker: &Maker, id: u32) -> bool {
        Tracked::arm(maker, id)
    }
}
