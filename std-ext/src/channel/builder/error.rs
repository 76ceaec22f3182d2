//! What contradicts itself.

use core::error::Error;
use core::fmt;

use crate::{CapacityError, WatermarkError};

/// Why a channel can't be built as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// It is to have room for no item.
    ZeroCapacity,
    /// It is to be for no sender.
    ZeroSenders,
    /// It is to be for more senders than this ring has.
    TooManySenders {
        /// What was asked for.
        senders: usize,
        /// What there can be.
        limit: usize,
    },
    /// It is to have no lane, or nothing says how many.
    ZeroLanes,
    /// It is to have lanes, and this ring has none.
    NoLanes,
    /// There are not as many weights as lanes.
    Weights {
        /// How many weights there are.
        weights: usize,
        /// How many lanes.
        lanes: usize,
    },
    /// A lane is to have a weight of 0, and would never be served.
    ZeroWeight {
        /// Which one it is, from 0.
        lane: usize,
    },
    /// The ring can't be made so large.
    Ring(CapacityError),
    /// The watermarks don't fit each other, or the capacity.
    Watermarks(WatermarkError),
    /// It is to drop the oldest item, and this ring never does.
    NeverEvicts,
    /// It is to drop what is sent, and this ring never does.
    NeverDrops,
    /// Something is to be done at full, and this ring never is.
    NeverFull,
    /// Senders are to wait before something is dropped, and nothing is ever dropped.
    GraceWithoutDrop,
    /// Senders are to wait for no time before something is dropped.
    ZeroGrace,
    /// Senders are to wait for no time before they give up.
    ZeroDeadline,
}

impl From<CapacityError> for BuildError {
    fn from(error: CapacityError) -> Self {
        Self::Ring(error)
    }
}

impl From<WatermarkError> for BuildError {
    fn from(error: WatermarkError) -> Self {
        Self::Watermarks(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ZeroCapacity => "the capacity is 0: a channel has room for one item at least",
            Self::ZeroSenders => "the number of senders is 0: a channel has one at least",
            Self::TooManySenders { senders, limit } => {
                return write!(f, "{senders} senders were asked for, and this ring has {limit} at most");
            }
            Self::ZeroLanes => "there is no lane: say how many lanes there are, or the weight of each",
            Self::NoLanes => "this ring has no lanes, and no weights: take `fan_in`",
            Self::Weights { weights, lanes } => {
                return write!(f, "the number of weights, {weights}, is not that of lanes, {lanes}");
            }
            Self::ZeroWeight { lane } => {
                return write!(f, "the weight of lane {lane} is 0: it would never be served");
            }
            Self::Ring(error) => return error.fmt(f),
            Self::Watermarks(error) => return error.fmt(f),
            Self::NeverEvicts => "this ring never drops its oldest item: take `swap` or `priority`, or another policy",
            Self::NeverDrops => {
                "this ring never drops what is sent: take `mpsc`, `swap`, `fan_in` or `priority`, or another policy"
            }
            Self::NeverFull => "this ring is never full: leave the policy and the time out",
            Self::GraceWithoutDrop => {
                "there is a grace before the first drop, and the policy never drops: take one that does, or no grace"
            }
            Self::ZeroGrace => "the grace before the first drop is 0: leave it out",
            Self::ZeroDeadline => "the deadline is 0, so that no sender ever waits: take `try_send`",
        })
    }
}

impl Error for BuildError {}
