//! What comes back when nothing was sent or received.

use core::error::Error;
use core::fmt;

use crate::InUse;

/// Why a value was not sent: here it is. [`Debug`](fmt::Debug) does not show the value, which need not be `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendError<T> {
    /// The receiver is gone, or has closed the channel.
    Closed(T),
    /// It was dropped by rule, and counted: by the queue's policy at full, by a rule before the ring
    /// ([`Gate`](crate::admission::Gate)), or as it has no key.
    Shed(T),
    /// There was no room for as long as the channel was built to wait, see [`WhenFull`](super::WhenFull). Where nothing of that kind
    /// was said, it is never so.
    Timeout(T),
}

/// Why a value was not sent in time: here it is. [`Debug`](fmt::Debug) does not show the value, which need not be `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// There was no room for so long, or others came first.
    Timeout(T),
    /// The receiver is gone, or has closed the channel.
    Closed(T),
    /// It was dropped by rule, and counted: by the queue's policy at full, by a rule before the ring
    /// ([`Gate`](crate::admission::Gate)), or as it has no key.
    Shed(T),
}

/// Nothing is left, and nothing will come: all senders are gone, or the channel has been closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// Why nothing was received in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// Nothing came for so long.
    Timeout,
    /// Nothing is left, and nothing will come.
    Closed,
}

/// There are as many senders as the channel was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSeat;

/// Why there is no channel with lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LanesError {
    /// The ends of another channel are there.
    InUse,
    /// There are fewer seats than lanes and one for the receiver.
    TooFewSeats,
}

impl<T> SendError<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        match self {
            Self::Closed(value) | Self::Shed(value) | Self::Timeout(value) => value,
        }
    }
}

impl<T> SendTimeoutError<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) | Self::Shed(value) => value,
        }
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(error: SendError<T>) -> Self {
        match error {
            SendError::Closed(value) => Self::Closed(value),
            SendError::Shed(value) => Self::Shed(value),
            SendError::Timeout(value) => Self::Timeout(value),
        }
    }
}

const CLOSED: &str = "the channel is closed";
const SHED: &str = "the value was dropped by rule, and counted";
const NO_ROOM: &str = "there was no room in time";

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => CLOSED,
            Self::Shed(_) => SHED,
            Self::Timeout(_) => NO_ROOM,
        })
    }
}

// Without the value, which need not be `Debug`.
impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed(..)",
            Self::Shed(_) => "Shed(..)",
            Self::Timeout(_) => "Timeout(..)",
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => NO_ROOM,
            Self::Closed(_) => CLOSED,
            Self::Shed(_) => SHED,
        })
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Closed(_) => "Closed(..)",
            Self::Shed(_) => "Shed(..)",
        })
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed, and nothing is left in it")
    }
}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("nothing came in time"),
            Self::Closed => RecvError.fmt(f),
        }
    }
}

impl fmt::Display for NoSeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are as many senders as the channel was made for")
    }
}

impl fmt::Display for LanesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => InUse.fmt(f),
            Self::TooFewSeats => f.write_str("there must be a seat for each lane, and one for the receiver"),
        }
    }
}

impl Error for LanesError {}
impl<T> Error for SendError<T> {}
impl Error for NoSeat {}
impl<T> Error for SendTimeoutError<T> {}
impl Error for RecvError {}
impl Error for RecvTimeoutError {}
