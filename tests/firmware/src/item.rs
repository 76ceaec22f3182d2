//! Items that tell whether they are whole and whose turn it is.

/// An item that can be told from all the others of its sequence.
pub trait Item: Copy + Send + 'static {
    /// The item with this number.
    fn nth(number: u32) -> Self;

    /// Whether this is the item with this number, whole.
    fn is_nth(&self, number: u32) -> bool;
}

impl Item for u32 {
    fn nth(number: u32) -> Self {
        // An odd factor: every number has its own value, and all bits change.
        number.wrapping_mul(0x9e37_79b1)
    }

    fn is_nth(&self, number: u32) -> bool {
        *self == Self::nth(number)
    }
}

/// Three words that must arrive together.
#[derive(Clone, Copy)]
pub struct Sample {
    number: u32,
    value: u32,
    checksum: u32,
}

impl Sample {
    fn checksum(number: u32, value: u32) -> u32 {
        (number.rotate_left(7) ^ value).wrapping_mul(0x85eb_ca6b)
    }
}

impl Item for Sample {
    fn nth(number: u32) -> Self {
        let value = !u32::nth(number);
        Self { number, value, checksum: Self::checksum(number, value) }
    }

    fn is_nth(&self, number: u32) -> bool {
        self.number == number && self.checksum == Self::checksum(self.number, self.value)
    }
}

/// An item of one of two streams that knows what was in before it.
#[derive(Clone, Copy)]
pub struct Stamped {
    /// The number in its stream, and the stream in the lowest bit.
    number: u32,
    /// How many items of the other stream had been put in before the push of this one began.
    seen: u32,
    checksum: u32,
}

impl Stamped {
    /// Item `number` of a stream, whose push begins when `seen` items of the other are in.
    pub fn new(stream: usize, number: u32, seen: u32) -> Self {
        let number = 2 * number + stream as u32;
        Self { number, seen, checksum: Sample::checksum(number, seen) }
    }

    /// Its stream and number, and what it has seen of the other stream, if it has come through whole.
    pub fn open(&self) -> (usize, u32, u32) {
        assert!(self.checksum == Sample::checksum(self.number, self.seen), "an item is torn");
        ((self.number % 2) as usize, self.number / 2, self.seen)
    }
}

/// A value of a key.
#[derive(Clone, Copy)]
pub struct Reading {
    key: u32,
    /// How many values of the key were made before.
    number: u32,
    checksum: u32,
}

impl Reading {
    /// Value `number` of a key.
    pub fn new(key: usize, number: u32) -> Self {
        let key = key as u32;
        Self { key, number, checksum: Sample::checksum(key, number) }
    }

    /// Its key and number, if it has come through whole.
    pub fn open(&self) -> (usize, u32) {
        assert!(self.checksum == Sample::checksum(self.key, self.number), "a value is torn");
        (self.key as usize, self.number)
    }
}

/// An item that is nothing but its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    number: u32,
    checksum: u32,
}

impl Numbered {
    /// The item with this number.
    pub fn new(number: u32) -> Self {
        Self { number, checksum: Sample::checksum(number, !number) }
    }

    /// Its number, if it has come through whole.
    pub fn open(&self) -> u32 {
        assert!(self.checksum == Sample::checksum(self.number, !self.number), "an item is torn");
        self.number
    }
}

/// An item that knows its number.
pub trait Numbers: Copy + Send + 'static {
    /// The item with this number.
    fn nth(number: u32) -> Self;

    /// Its number, if it has come through whole.
    fn open(&self) -> u32;
}

impl Numbers for Numbered {
    fn nth(number: u32) -> Self {
        Self::new(number)
    }

    fn open(&self) -> u32 {
        self.open()
    }
}

/// The more words, the more instructions at which one half can be of another item.
impl<const N: usize> Numbers for [Numbered; N] {
    fn nth(number: u32) -> Self {
        [Numbered::new(number); N]
    }

    fn open(&self) -> u32 {
        assert!(self.iter().all(|part| *part == self[0]), "an item is torn");
        self[0].open()
    }
}

/// What tells whether two heaps of items are the same, whatever their order.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Account {
    /// How many they are.
    pub count: u32,
    sum: u32,
}

impl Account {
    /// Adds an item, which is known by its number and its stream, its key say.
    pub fn enter(&mut self, stream: usize, number: u32) {
        self.count += 1;
        // Two of them make no third: each is a random number.
        let name = u32::nth(number).rotate_left(16) ^ u32::nth(stream as u32 ^ 0x5bd1_e995);
        self.sum = self.sum.wrapping_add(u32::nth(name ^ name >> 15));
    }

    /// Both heaps.
    pub fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum.wrapping_add(other.sum) }
    }
}
