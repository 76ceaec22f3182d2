//! The specification of a ring's pressure: what it is after each operation of one thread.

use forebay_core::{Pressure, WatermarkError, Watermarks};

/// The pressure as it has to be.
#[derive(Clone, Debug)]
pub struct Gauge {
    capacity: usize,
    high: usize,
    low: usize,
    level: Pressure,
}

impl Gauge {
    /// Of a ring without items, for which no watermarks were set.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, high: capacity, low: capacity / 2, level: Pressure::Open }
    }

    /// The level as it has to be.
    #[must_use]
    pub const fn level(&self) -> Pressure {
        self.level
    }

    /// What the level is at least with so many items inside.
    #[must_use]
    pub fn least(&self, len: usize) -> Pressure {
        match len {
            len if len == self.capacity => Pressure::Stop,
            len if len >= self.high => Pressure::Slow,
            _ => Pressure::Open,
        }
    }

    /// The ends were made anew, with so many items inside.
    pub fn made_anew(&mut self, len: usize) {
        self.level = self.least(len);
    }

    /// Items were put in, or one was refused: now there are so many inside.
    pub fn pushed(&mut self, len: usize) {
        self.level = self.level.max(self.least(len));
    }

    /// Whoever has looked how many items are inside may have opened it, if they are no more than the low mark: other marks were set.
    pub fn may_have_opened(&mut self, len: usize, level: Pressure) {
        if self.level == Pressure::Slow && level == Pressure::Open {
            self.popped(len);
        }
    }

    /// Items were taken out, or none was there: now there are so many inside.
    pub fn popped(&mut self, len: usize) {
        if len <= self.low && self.level < Pressure::Closed {
            self.level = Pressure::Open;
        }
    }

    /// The consumer has gone or has closed the ring.
    pub fn closed(&mut self) {
        self.level = Pressure::Closed;
    }

    /// Whether a ring has to take these watermarks.
    #[must_use]
    pub const fn fits(&self, marks: Watermarks) -> bool {
        marks.high() <= self.capacity
    }

    /// Watermarks are to be changed: answers with them if they are any.
    pub fn set_marks(&mut self, high: usize, low: usize) -> Option<Watermarks> {
        match Watermarks::new(high, low) {
            Ok(marks) => {
                assert!(low < high && (marks.high(), marks.low()) == (high, low));
                if self.fits(marks) {
                    (self.high, self.low) = (high, low);
                }
                Some(marks)
            }
            Err(error) => {
                assert!(low >= high && error == WatermarkError::LowNotBelowHigh { high, low });
                None
            }
        }
    }

    /// Compares with what an end says.
    pub fn check(&self, len: usize, level: Pressure, fill: u8, marks: Watermarks) {
        assert_eq!(level, self.level, "pressure with {len} items inside and {self:?}");
        assert_eq!(usize::from(fill), len * 255 / self.capacity, "fill");
        assert_eq!((marks.high(), marks.low()), (self.high, self.low), "watermarks");
    }
}

/// The pressure where the number of items is known within bounds: between what follows from the least and from the greatest.
#[derive(Clone, Debug)]
pub struct Between {
    least: Gauge,
    most: Gauge,
}

impl Between {
    /// Of a ring without items, for which no watermarks were set.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { least: Gauge::new(capacity), most: Gauge::new(capacity) }
    }

    /// The same happened to both; what follows from more items is never less.
    pub fn each(&mut self, [least, most]: [usize; 2], happened: impl Fn(&mut Gauge, usize)) {
        assert!(least <= most);
        happened(&mut self.least, least);
        happened(&mut self.most, most);
    }

    /// As [`Gauge::pushed`], if anything was: a slot may have been taken in vain.
    pub fn may_have_pushed(&mut self, most: usize) {
        self.most.pushed(most);
    }

    /// As [`Gauge::set_marks`].
    pub fn set_marks(&mut self, high: usize, low: usize) -> Option<Watermarks> {
        self.most.set_marks(high, low);
        self.least.set_marks(high, low)
    }

    /// As [`Gauge::fits`].
    #[must_use]
    pub const fn fits(&self, marks: Watermarks) -> bool {
        self.least.fits(marks)
    }

    /// Compares with what an end says, and knows it from then on.
    pub fn check(&mut self, len: usize, level: Pressure, fill: u8, marks: Watermarks) {
        assert!(
            (self.least.level..=self.most.level).contains(&level),
            "{level:?} with {len} items inside and {self:?}"
        );
        (self.least.level, self.most.level) = (level, level);
        self.least.check(len, level, fill, marks);
    }
}
