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
