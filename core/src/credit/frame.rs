//! What goes over the wire.

use core::fmt;

/// What a [`Frame`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Kind {
    /// From the receiver: items up to this count may be sent.
    Grant = 0,
    /// From the sender: this many items have been sent, and there is no credit for more.
    Blocked = 1,
}

/// A message from one side to the other.
///
/// # Wire form
/// Ten bytes, whole numbers with the most significant byte first:
///
/// | byte | bits | what |
/// |---|---|---|
/// | 0 | 7–4 | the version of this form: 1 |
/// | 0 | 3–0 | the [kind](Kind): 0 or 1 |
/// | 1 | all | the session |
/// | 2–5 | all | the sequence number of this frame, from 1, modulo 2³² |
/// | 6–9 | all | the count of items since the session began, modulo 2³² |
///
/// # Examples
/// ```
/// use forebay_core::credit::{Frame, Kind};
///
/// let frame = Frame { kind: Kind::Grant, session: 7, sequence: 1, count: 50 };
/// assert_eq!(frame.encode(), [0x10, 7, 0, 0, 0, 1, 0, 0, 0, 50]);
/// assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame {
    /// What it says.
    pub kind: Kind,
    /// Of which session it speaks.
    pub session: u8,
    /// Its place among the frames of its side in this session.
    pub sequence: u32,
    /// The limit that is granted, or what has been sent.
    pub count: u32,
}

impl Frame {
    /// The bytes of a frame.
    pub const LEN: usize = 10;

    const VERSION: u8 = 1;

    /// The frame as bytes.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::LEN] {
        let (s, c) = (self.sequence.to_be_bytes(), self.count.to_be_bytes());
        [(Self::VERSION << 4) | self.kind as u8, self.session, s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]]
    }

    /// The frame that these bytes are, all of them.
    ///
    /// # Errors
    /// When they are not as many as a frame has, or when version or kind are unknown. Every other number is a frame; whether it
    /// makes sense is told by whom it is given to.
    pub const fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let &[first, session, s0, s1, s2, s3, c0, c1, c2, c3] = bytes else {
            return Err(FrameError::Length { length: bytes.len() });
        };
        if first >> 4 != Self::VERSION {
            return Err(FrameError::Version { version: first >> 4 });
        }
        let kind = match first & 0xF {
            0 => Kind::Grant,
            1 => Kind::Blocked,
            kind => return Err(FrameError::Kind { kind }),
        };
        let (sequence, count) = (u32::from_be_bytes([s0, s1, s2, s3]), u32::from_be_bytes([c0, c1, c2, c3]));
        Ok(Self { kind, session, sequence, count })
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameError {
    /// There are fewer or more bytes than [`Frame::LEN`].
    Length {
        /// In bytes.
        length: usize,
    },
    /// The version is not one that this crate knows.
    Version {
        /// As it was found.
        version: u8,
    },
    /// The kind is not one that this version has.
    Kind {
        /// As it was found.
        kind: u8,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { length } => write!(f, "a frame has {} bytes, and not {length}", Frame::LEN),
            Self::Version { version } => {
                write!(f, "a frame of version {version}, and only {} is known", Frame::VERSION)
            }
            Self::Kind { kind } => write!(f, "a frame of the unknown kind {kind}"),
        }
    }
}

impl core::error::Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_are_no_frame() {
        let frame = Frame { kind: Kind::Blocked, session: 255, sequence: u32::MAX, count: 0x0102_0304 };
        let mut bytes = frame.encode();
        assert_eq!(bytes, [0x11, 255, 255, 255, 255, 255, 1, 2, 3, 4]);
        assert_eq!(Frame::decode(&bytes[1..]), Err(FrameError::Length { length: 9 }));
        assert_eq!(Frame::decode(&[0; 11]), Err(FrameError::Length { length: 11 }));
        assert_eq!(Frame::decode(&[]), Err(FrameError::Length { length: 0 }));
        bytes[0] = 0x12;
        assert_eq!(Frame::decode(&bytes), Err(FrameError::Kind { kind: 2 }));
        bytes[0] = 0x21;
        assert_eq!(Frame::decode(&bytes), Err(FrameError::Version { version: 2 }));
    }
}
