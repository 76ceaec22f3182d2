//! The receiver's side.

use super::error::{CreditError, ItemRefused, NotHeld, Refused};
use super::frame::{Frame, Kind};
use super::{checked_window, precedes};

/// The side that receives items, and grants credit for as many as its queue has room for.
///
/// What is granted and not yet used, and what is held, is never more than the window. A sender that keeps to its credit never
/// finds the queue full; one that doesn't is noticed and refused.
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
pub struct Granter {
    window: u32,
    session: u8,
    /// Ticks after which a grant is repeated.
    renewal: u64,
    /// Items up to this count have been granted. `freed ≤ next ≤ limit ≤ freed + window`, as serial numbers.
    limit: u32,
    /// The count of the next item.
    next: u32,
    /// Items up to this count have left the queue, or were lost on the way.
    freed: u32,
    /// That of the last frame sent.
    sequence: u32,
    /// That of the last frame received.
    seen: Option<u32>,
    granted_at: u64,
    /// Whether a grant is due whatever the time.
    asked: bool,
}

impl Granter {
    /// For a queue with room for `window` items, which is empty. A grant is repeated after `renewal` ticks: choose a third of the
    /// sender's lifetime or less, so that a frame or two may be lost. `session` is the number that both sides use.
    ///
    /// # Errors
    /// When the window is 0 or above [`MAX_WINDOW`](super::MAX_WINDOW), or the renewal 0.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::{CreditError, Granter};
    ///
    /// assert!(Granter::new(50, 1, 1000).is_ok());
    /// assert_eq!(Granter::new(0, 1, 1000).unwrap_err(), CreditError::ZeroWindow);
    /// ```
    pub const fn new(window: u32, session: u8, renewal: u64) -> Result<Self, CreditError> {
        match checked_window(window, renewal) {
            Ok(()) => Ok(Self {
                window,
                session,
                renewal,
                limit: 0,
                next: 0,
                freed: 0,
                sequence: 0,
                seen: None,
                granted_at: 0,
                asked: true,
            }),
            Err(error) => Err(error),
        }
    }

    /// A frame for the sender, if one is due: the first, or half of the window can be granted, or the last grant is as old as
    /// the renewal, or the sender is blocked.
    ///
    /// Call it after each release, and when the renewal may be due: a link that loses frames is repaired by nothing else.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::Granter;
    ///
    /// let mut granter = Granter::new(10, 1, 1000)?;
    /// assert_eq!(granter.grant_due(0).map(|frame| frame.count), Some(10));
    /// assert_eq!(granter.grant_due(999), None);
    /// assert!(granter.grant_due(1000).is_some());
    /// # Ok::<(), forebay_core::credit::CreditError>(())
    /// ```
    pub const fn grant_due(&mut self, now: u64) -> Option<Frame> {
        let half = self.window - self.window / 2;
        if self.asked || self.grantable() >= half || now.wrapping_sub(self.granted_at) >= self.renewal {
            Some(self.grant(now))
        } else {
            None
        }
    }

    /// A frame for the sender with all that can be granted, due or not.
    pub const fn grant(&mut self, now: u64) -> Frame {
        self.limit = self.freed.wrapping_add(self.window);
        self.sequence = self.sequence.wrapping_add(1);
        self.granted_at = now;
        self.asked = false;
        Frame { kind: Kind::Grant, session: self.session, sequence: self.sequence, count: self.limit }
    }

    /// An item has come, which the sender has [spent](super::Spender::spend) at `position`: says how many before it are
    /// missing, and counts them as lost. The item goes into the queue, which has room for it.
    ///
    /// Missing items that come later are refused: what is accepted is in order, and nothing twice.
    ///
    /// # Errors
    /// When the item, or a later one, has come before; when there is no credit for it. Then it must not go into the queue.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::{Granter, ItemRefused};
    ///
    /// let mut granter = Granter::new(10, 1, 1000)?;
    /// granter.grant(0);
    /// assert_eq!(granter.accept(0), Ok(0));
    /// assert_eq!(granter.accept(2), Ok(1), "item 1 is lost");
    /// assert_eq!(granter.accept(1), Err(ItemRefused::Old));
    /// assert_eq!(granter.accept(10), Err(ItemRefused::Beyond));
    /// # Ok::<(), forebay_core::credit::CreditError>(())
    /// ```
    pub const fn accept(&mut self, position: u32) -> Result<u32, ItemRefused> {
        let missing = position.wrapping_sub(self.next);
        if missing >= self.limit.wrapping_sub(self.next) {
            return Err(if precedes(position, self.next) { ItemRefused::Old } else { ItemRefused::Beyond });
        }
        self.skip(missing);
        self.next = self.next.wrapping_add(1);
        Ok(missing)
    }

    /// So many items have left the queue.
    ///
    /// # Errors
    /// When more are told of than are [held](Self::held); then nothing changes.
    pub const fn release(&mut self, items: u32) -> Result<(), NotHeld> {
        let held = self.held();
        if items > held {
            return Err(NotHeld { held });
        }
        self.freed = self.freed.wrapping_add(items);
        Ok(())
    }

    /// The queue holds `len` items, and no more: all others that have been accepted have left it. Answers with how many have,
    /// since this was last told.
    ///
    /// So whoever accepts items and pushes them into a ring needs no word of those that are taken out: the length of the ring,
    /// as its producer sees it, is enough, and is at most late. Every item of the ring must have been accepted, and every
    /// accepted one have been pushed by now, or been given up.
    ///
    /// # Errors
    /// When more are told of than are [held](Self::held): some were not accepted. Then nothing changes.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::credit::Granter;
    /// use forebay_core::spsc::Ring;
    ///
    /// let mut ring = Ring::<char, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let mut granter = Granter::new(4, 1, 1000)?;
    /// granter.grant(0);
    /// for (position, item) in [(0, 'a'), (1, 'b'), (2, 'c')] {
    ///     granter.accept(position)?;
    ///     producer.push(item).expect("what was granted has room");
    /// }
    /// consumer.pop()?;
    /// assert_eq!(granter.release_all_but(producer.len()), Ok(1));
    /// assert_eq!((granter.held(), granter.outstanding(), granter.grantable()), (2, 1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn release_all_but(&mut self, len: usize) -> Result<u32, NotHeld> {
        let held = self.held();
        if len as u64 > held as u64 {
            return Err(NotHeld { held });
        }
        let left = held - len as u32;
        self.freed = self.freed.wrapping_add(left);
        Ok(left)
    }

    /// A frame has come from the sender, which says that it is blocked: a grant is due. What it has sent and hasn't come is
    /// counted as lost; how many, is the answer.
    ///
    /// # Errors
    /// When the frame makes no sense; then nothing changes.
    pub const fn on_frame(&mut self, frame: &Frame) -> Result<u32, Refused> {
        if !matches!(frame.kind, Kind::Blocked) {
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
        let missing = frame.count.wrapping_sub(self.next);
        if missing > self.limit.wrapping_sub(self.next) {
            return Err(if precedes(frame.count, self.next) { Refused::Backward } else { Refused::Beyond });
        }
        self.seen = Some(frame.sequence);
        self.skip(missing);
        self.asked = true;
        Ok(missing)
    }

    /// How many items are in the queue.
    #[must_use]
    pub const fn held(&self) -> u32 {
        self.next.wrapping_sub(self.freed)
    }

    /// How many items have been granted and have not come: at most the window less what is held.
    #[must_use]
    pub const fn outstanding(&self) -> u32 {
        self.limit.wrapping_sub(self.next)
    }

    /// How many more could be granted.
    #[must_use]
    pub const fn grantable(&self) -> u32 {
        self.window - self.limit.wrapping_sub(self.freed)
    }

    /// Items that do not come. They are not in the queue either, so what was freed is counted past those that are held.
    const fn skip(&mut self, missing: u32) {
        self.next = self.next.wrapping_add(missing);
        self.freed = self.freed.wrapping_add(missing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_wrap() {
        let mut granter = Granter::new(10, 0, 100).expect("right");
        (granter.limit, granter.next, granter.freed) = (u32::MAX - 1, u32::MAX - 1, u32::MAX - 3);
        assert_eq!((granter.held(), granter.outstanding(), granter.grantable()), (2, 0, 8));
        assert_eq!(granter.grant(0).count, 6);
        assert_eq!(granter.accept(u32::MAX), Ok(1));
        assert_eq!(granter.accept(u32::MAX), Err(ItemRefused::Old));
        assert_eq!(granter.accept(6), Err(ItemRefused::Beyond));
        assert_eq!(granter.accept(5), Ok(5));
        assert_eq!((granter.held(), granter.outstanding(), granter.grantable()), (4, 0, 6));
        assert_eq!(granter.release(4), Ok(()));
        assert_eq!(granter.grant(0).count, 16);
    }
}
