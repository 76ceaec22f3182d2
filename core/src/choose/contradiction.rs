//! What can't be.

use core::fmt;

/// Why there is no plan: two things that were said don't go together, in figures, or one that is needed was not said.
///
/// Rates are items per second, times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Contradiction {
    /// What is served is 0, or the rate or the time of a burst, or nothing is ever offered.
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
    /// As much is offered as is served, so that what a burst, or a moment's delay, has left behind never goes.
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
    /// The most important items alone are more than is served; where producers are isolated, than their lane's share of it.
    TooMuchImportant {
        /// What of them is offered.
        important: u32,
        /// What is served.
        served: u32,
    },
    /// There are several producers, and a [`conflated`](super::newest_per_key) ring or a [triple buffer](super::newest) has one.
    OneProducer {
        /// How many there are.
        producers: u32,
    },
    /// Producers are to be isolated from each other, and a `swap` ring, in which the oldest item gives way, has no lanes.
    NoLanes {
        /// How many there are.
        producers: u32,
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
            Self::NoRate => f.write_str("`served` is 0, or the rate or the time of a burst, or nothing is ever offered"),
            Self::NoProducer => f.write_str("there are no producers"),
            Self::NoRoom => f.write_str("there is room for no item, or no time, or no key"),
            Self::NoBound => f.write_str(
                "nothing bounds the queue: say for how many items there is room, or after how long an item must be delivered",
            ),
            Self::FillsUp { offered, served, room, after } => write!(
                f,
                "{offered} items a second are offered and {served} served: room for {room} is full after {}; slow the producer \
                 down, say what may be lost, or say that it is a burst, and how long it is",
                Seconds(after)
            ),
            Self::NeverDrains { offered } => write!(
                f,
                "{offered} items a second are offered and as many served: what a burst or a delay leaves behind never goes; \
                 slow the producer down, or say what may be lost"
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
                "{important} items a second of the most important class are offered, and {served} of any served, for each lane if \
                 there are some: they can't all be kept"
            ),
            Self::OneProducer { producers } => write!(
                f,
                "the newest value is kept where there is one producer, and there are {producers}: plan a ring for each of them, \
                 with its share of what is served; or let them push by turns, behind a lock, and say that there is one"
            ),
            Self::NoLanes { producers } => write!(
                f,
                "the oldest item gives way in a ring without lanes, where {producers} producers are not isolated: plan a ring for \
                 each of them, with its share of what is served; or let them share one; or say that what comes may be lost instead"
            ),
        }
    }
}

impl core::error::Error for Contradiction {}
