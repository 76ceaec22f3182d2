//! What is refused.

use core::fmt;

/// Why a side of a credit can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CreditError {
    /// The window was 0 items: nothing could ever be sent.
    ZeroWindow,
    /// The window was above [`MAX_WINDOW`](super::MAX_WINDOW).
    WindowTooLarge {
        /// In items.
        window: u32,
    },
    /// The lifetime, or the time after which a grant is repeated, was 0 ticks.
    ZeroTime,
}

impl fmt::Display for CreditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroWindow => f.write_str("the window is 0: at least 1 item must fit in"),
            Self::WindowTooLarge { window } => {
                write!(f, "the window, {window} items, is above {}", super::MAX_WINDOW)
            }
            Self::ZeroTime => f.write_str("the time is 0 ticks: a grant would have expired when it comes"),
        }
    }
}

impl core::error::Error for CreditError {}

/// Why a frame has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refused {
    /// It is of the kind that this side sends.
    WrongKind,
    /// It is of another session: the peer has begun anew, or the frame is an old one.
    OtherSession {
        /// The frame's.
        session: u8,
    },
    /// A frame as new or newer has come before.
    Old,
    /// It grants less than what has been granted or sent, or tells of less than what has come: no peer does so in the
    /// same session.
    Backward,
    /// It grants more than the window, or tells of more than what has been granted.
    Beyond,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongKind => f.write_str("a frame of the kind that this side sends"),
            Self::OtherSession { session } => write!(f, "a frame of another session, {session}"),
            Self::Old => f.write_str("a frame that has come before, or comes too late"),
            Self::Backward => f.write_str("a frame that takes back what was granted or sent"),
            Self::Beyond => f.write_str("a frame that goes beyond the window"),
        }
    }
}

impl core::error::Error for Refused {}

/// Why an item has no place in the receiver's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ItemRefused {
    /// It has come before, or a later one has.
    Old,
    /// There is no credit for it: the sender has broken the rules.
    Beyond,
}

impl fmt::Display for ItemRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "this item, or one after it, has come before",
            Self::Beyond => "no credit was granted for this item",
        })
    }
}

impl core::error::Error for ItemRefused {}

/// More items were released than are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotHeld {
    /// How many are held.
    pub held: u32,
}

impl fmt::Display for NotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more items were released than the {} that are held", self.held)
    }
}

impl core::error::Error for NotHeld {}
