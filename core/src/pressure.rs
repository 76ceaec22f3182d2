//! How pressed a ring is, as its producers see it.

#![forbid(unsafe_code)]

/// How pressed a ring is. The later ones are the more pressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Pressure {
    /// There is room.
    #[default]
    Open = 0,
    /// The ring has filled up to its high watermark and not been emptied to the low one since.
    Slow = 1,
    /// It has been full, and not been emptied to the low watermark since.
    Stop = 2,
    /// Nothing is taken out any more.
    Closed = 3,
}
