//! The sender's side.

use super::error::{CreditError, Refused};
use super::frame::{Frame, Kind};
use super::{checked_window, precedes};

/// The side that sends items, as many as it has been granted.
///
/// Without a grant there is no credit; a grant that is older than the lifetime is none. Whatever frames come, there is never
/// credit for more than the window.
///
/// # Memory
/// At most 56 bytes, whatever the window.
///
/// # Progress
/// Every method is wait-free; additions and comparisons only.
///
/// # Examples
/// See the [module](super).
#[derive(Clone, Debug)]
pub struct Spender {
    window: u32,
    session: u8,
    /// Ticks after which a grant has expired.
    lifetime: u64,
    /// Items up to this count may be sent. `spent ≤ limit ≤ spent + window`, as serial numbers.
    limit: u32,
    /// Items up to this count have been sent.
    spent: u32,
    /// That of the last frame sent.
    sequence: u32,
    /// That of the last frame received.
    seen: Option<u32>,
    granted_at: u64,
}

impl Spender {
    /// Without credit. The window is the most that the receiver may grant, the lifetime how many ticks a grant is good for
    /// without another, by this side's clock. `session` is the number that both sides use.
    ///
    /// # Errors
    /// When the window is 0 or above [`MAX_WINDOW`](super::MAX_WINDOW), or the lifetime 0.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::{CreditError, Spender};
    ///
    /// assert_eq!(Spender::new(50, 1, 3000)?.available(0), 0);
    /// assert_eq!(Spender::new(50, 1, 0).unwrap_err(), CreditError::ZeroTime);
    /// # Ok::<(), CreditError>(())
    /// ```
    pub const fn new(window: u32, session: u8, lifetime: u64) -> Result<Self, CreditError> {
        match checked_window(window, lifetime) {
            Ok(()) => {
                Ok(Self { window, session, lifetime, limit: 0, spent: 0, sequence: 0, seen: None, granted_at: 0 })
            }
            Err(error) => Err(error),
        }
    }

    /// A frame has come from the receiver: says how many items may be sent now.
    ///
    /// # Errors
    /// When the frame makes no sense, is not newer than those before, or grants more than the window; then nothing changes, and
    /// the credit there is expires as before.
    pub const fn on_frame(&mut self, now: u64, frame: &Frame) -> Result<u32, Refused> {
        if !matches!(frame.kind, Kind::Grant) {
            return Err(Refused::WrongKind);
        }
        if frame.session != self.session {
            return Err(Refused::OtherSession { session: frame.session });
        }
        if let Some(seen) = self.seen {
            if !precedes(seen, frame.sequence) {
                return Err(Refused::Old);
            }
        }
        if precedes(frame.count, self.limit) {
            return Err(Refused::Backward);
        }
        let credit = frame.count.wrapping_sub(self.spent);
        if credit > self.window {
            return Err(Refused::Beyond);
        }
        self.seen = Some(frame.sequence);
        self.limit = frame.count;
        self.granted_at = now;
        Ok(credit)
    }

    /// How many items may be sent now: 0 once the last grant has expired.
    #[must_use]
    pub const fn available(&self, now: u64) -> u32 {
        // A clock that has gone back makes this a very long time: no credit.
        if self.seen.is_none() || now.wrapping_sub(self.granted_at) >= self.lifetime {
            return 0;
        }
        self.limit.wrapping_sub(self.spent)
    }

    /// Spends credit for one item: its position, which goes over the wire with it; `None` without credit.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::{Frame, Kind, Spender};
    ///
    /// let mut spender = Spender::new(50, 1, 3000)?;
    /// let grant = Frame { kind: Kind::Grant, session: 1, sequence: 1, count: 2 };
    /// assert_eq!(spender.on_frame(0, &grant), Ok(2));
    /// assert_eq!((spender.spend(1), spender.spend(1), spender.spend(1)), (Some(0), Some(1), None));
    /// # Ok::<(), forebay_core::credit::CreditError>(())
    /// ```
    #[must_use = "credit is spent for an item that should be sent"]
    pub const fn spend(&mut self, now: u64) -> Option<u32> {
        if self.available(now) == 0 {
            return None;
        }
        let position = self.spent;
        self.spent = self.spent.wrapping_add(1);
        Some(position)
    }

    /// A frame for the receiver: so many items have been sent. It counts as lost those that haven't come, so send this only
    /// when there is no credit, and none has come for longer than items are under way.
    pub const fn blocked(&mut self) -> Frame {
        self.sequence = self.sequence.wrapping_add(1);
        Frame { kind: Kind::Blocked, session: self.session, sequence: self.sequence, count: self.spent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sequence_numbers_and_time_wrap() {
        let mut spender = Spender::new(10, 0, 100).expect("right");
        (spender.limit, spender.spent, spender.seen) = (u32::MAX - 2, u32::MAX - 2, Some(u32::MAX));
        let grant = Frame { kind: Kind::Grant, session: 0, sequence: 0, count: 4 };
        assert_eq!(spender.on_frame(u64::MAX - 50, &grant), Ok(7));
        for position in [u32::MAX - 2, u32::MAX - 1, u32::MAX, 0, 1, 2, 3] {
            assert_eq!(spender.spend(48), Some(position));
        }
        assert_eq!(spender.spend(48), None);
        assert_eq!(spender.blocked().count, 4);
        assert_eq!(spender.on_frame(u64::MAX - 50, &Frame { sequence: 1, count: 15, ..grant }), Err(Refused::Beyond));
        assert_eq!(spender.on_frame(u64::MAX - 50, &Frame { sequence: 1, count: 14, ..grant }), Ok(10));
        assert_eq!((spender.available(48), spender.available(49)), (10, 0));
        assert_eq!(spender.available(u64::MAX - 51), 0, "the clock has gone back");
    }
}
