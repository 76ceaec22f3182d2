//! Errors. Those of a push give the value back.

use core::fmt;

/// Why a push did not store its value, and the value itself, which need not be `Debug`: [`Debug`](fmt::Debug) does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PushError<T> {
    /// Every slot holds an item that the consumer has not taken yet. There may be room at any time. The value is the
    /// caller's again, as if it had never been offered.
    Full(T),
    /// The value is lost by rule: it is counted, and handed back to be looked at. A ring says so at full, if that is its
    /// [policy](crate::Overflow::DropIncoming); so do rules [before a ring](crate::admission), and what has
    /// [no key](crate::conflated::Keyed) for it. Where there is no such rule, it is never so.
    Shed(T),
    /// The ring takes nothing in: the consumer is gone, or has closed the ring. Some rings say so only where there is no room
    /// either, as their `push` tells.
    Closed(T),
}

impl<T> PushError<T> {
    /// The value that was not stored.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Shed(value) | Self::Closed(value) => value,
        }
    }

    /// The same with another value.
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> PushError<U> {
        match self {
            Self::Full(value) => PushError::Full(other(value)),
            Self::Shed(value) => PushError::Shed(other(value)),
            Self::Closed(value) => PushError::Closed(other(value)),
        }
    }

    /// Whether the ring was full, and a later push may succeed.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the value counts as lost, by rule.
    pub const fn is_shed(&self) -> bool {
        matches!(self, Self::Shed(_))
    }

    /// Whether the ring takes nothing in, so that no later push can succeed.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl<T> fmt::Debug for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Shed(_) => "Shed(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the ring is full",
            Self::Shed(_) => "the value was dropped by rule, and counted",
            Self::Closed(_) => "the ring takes nothing in: its consumer is gone or has closed it",
        })
    }
}

impl<T> core::error::Error for PushError<T> {}

#[cfg(feature = "defmt")]
impl<T> defmt::Format for PushError<T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Full(_) => defmt::write!(f, "Full(..)"),
            Self::Shed(_) => defmt::write!(f, "Shed(..)"),
            Self::Closed(_) => defmt::write!(f, "Closed(..)"),
        }
    }
}

/// What a push did that stored its value in a ring that may evict. [`Debug`](fmt::Debug) does not show the item, which need not be
/// `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use = "the value that was evicted may have to be accounted for"]
pub enum Pushed<T> {
    /// There was room.
    Stored,
    /// There was none, and the oldest item made room: here it is. It is counted.
    Evicted(T),
}

impl<T> Pushed<T> {
    /// The item that made room, if one had to.
    pub fn evicted(self) -> Option<T> {
        match self {
            Self::Stored => None,
            Self::Evicted(item) => Some(item),
        }
    }
}

impl<T> fmt::Debug for Pushed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "Stored",
            Self::Evicted(_) => "Evicted(..)",
        })
    }
}

#[cfg(feature = "defmt")]
impl<T> defmt::Format for Pushed<T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Stored => defmt::write!(f, "Stored"),
            Self::Evicted(_) => defmt::write!(f, "Evicted(..)"),
        }
    }
}

/// Why a pop returned no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum PopError {
    /// There is no item now. There may be one at any time.
    Empty,
    /// There is no item, and there will be none, unless the ring is split again: the last producer is gone, or the ring is
    /// closed.
    Closed,
}

impl fmt::Display for PopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the ring is empty",
            Self::Closed => "the ring is empty, and its producers are gone or it is closed",
        })
    }
}

impl core::error::Error for PopError {}

/// Why a ring of the asked capacity can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CapacityError {
    /// The capacity was 0. A ring holds at least one item.
    Zero,
    /// The capacity was above `isize::MAX` items or bytes, or above the ring's own limit; or the number of something else was.
    TooLarge,
    /// The caller's memory has fewer slots than the ring needs for one item, beside those of its ends, or in each lane.
    TooShort,
    /// The allocator has no room for the slots.
    OutOfMemory,
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "a capacity, or a number of producers, of lanes or of keys, is 0",
            Self::TooLarge => {
                "a capacity, or a number of producers, of lanes or of keys, is above isize::MAX bytes or a limit"
            }
            Self::TooShort => "the memory is too short: it has fewer slots than the ring needs, with room for one item",
            Self::OutOfMemory => "the allocator has no room for the slots",
        })
    }
}

impl core::error::Error for CapacityError {}

/// The ends of this ring are out already: a ring is split once at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InUse;

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ends of this ring are in use: drop all of them before splitting again")
    }
}

impl core::error::Error for InUse {}
