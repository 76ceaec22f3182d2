//! What can't be.

use core::fmt;

/// Why there is no plan: two things that were said don't go together, in figures, or one that is needed was not said.
///
/// Rates are items per second, times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Contradiction {
    /// A rate, or the time of a burst, is 0.
    NoRate,
    /// There are no producers.
    NoProducer,
    /// There is no room, no time, or no key.
    NoRoom,
    /// Neither the room nor the time is known, and one of them must bound the queue.
    NoBound,
    /// More is offered than served for as long as one looks, the producer can't be slowed down, and nothing may be lost. If it ends
    /// after some time, say so: it is a [burst](super::Choice::burst).
    FillsUp {
        /// What is offered.
        offered: u32,
        /// What is served.
        served: u32,
        /// How many items there is room for.
        room: u32,
        /// When it is full, at the latest.
        after: u64,
    },
    /// As much is offered as is served, so that what a burst has left behind never goes.
    NeverDrains {
        /// Both rates.
        offered: u32,
    },
    /// There is not enough room for it.
    RoomTooSmall {
        /// How many items there must be room for.
        needed: u64,
        /// For how many there is.
        room: u32,
    },
    /// There are more items than this machine can count.
    TooLarge {
        /// How many items there must be room for.
        needed: u64,
    },
    /// An item would wait for too long.
    TooLate {
        /// How long it would.
        wait: u64,
        /// How long it may.
        within: u32,
    },
    /// Less than one item of 1000 would be kept, and that is no sample.
    SampleTooThin {
        /// What is offered.
        offered: u32,
        /// What is served.
        served: u32,
    },
    /// The most important items alone are more than is served.
    TooMuchImportant {
        /// What of them is offered.
        important: u32,
        /// What is served.
        served: u32,
    },
}

/// Milliseconds, shown as seconds.
struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} s", self.0 / 1000, self.0 % 1000)
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoRate => f.write_str("a rate or the time of a burst is 0"),
            Self::NoProducer => f.write_str("there are no producers"),
            Self::NoRoom => f.write_str("there is room for no item, or no time, or no key"),
            Self::NoBound => f.write_str(
                "nothing bounds the queue: say for how many items there is room, or after how long an item must be delivered",
            ),
            Self::FillsUp { offered, served, room, after } => write!(
                f,
                "{offered} items a second are offered and {served} served: room for {room} is full after {}; slow the producer \
                 down, or say what may be lost",
                Seconds(after)
            ),
            Self::NeverDrains { offered } => write!(
                f,
                "{offered} items a second are offered and as many served: what a burst leaves behind never goes; say what may \
                 be lost"
            ),
            Self::RoomTooSmall { needed, room } => {
                write!(f, "there must be room for {needed} items, and there is for {room}")
            }
            Self::TooLarge { needed } => write!(f, "there must be room for {needed} items, which is too much to count"),
            Self::TooLate { wait, within } => {
                write!(f, "an item would wait for {}, and may for {}", Seconds(wait), Seconds(u64::from(within)))
            }
            Self::SampleTooThin { offered, served } => write!(
                f,
                "{offered} items a second are offered and {served} served: less than one of 1000 would be kept"
            ),
            Self::TooMuchImportant { important, served } => write!(
                f,
                "{important} items a second of the most important class are offered, and {served} of any served: they can't all \
                 be kept"
            ),
        }
    }
}

impl core::error::Error for Contradiction {}
