//! What a push does when the ring is full.

#![forbid(unsafe_code)]

use core::fmt;

use crate::sync::{AtomicU8, Ordering};

/// What a push does when the ring is full, in a ring that may evict.
///
/// Each push obeys one policy, and its outcome says which: a policy that is set while a push is under way may or may not
/// apply to that push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Overflow {
    /// The value comes back as [`Full`](crate::PushError::Full), is the caller's again, and isn't counted.
    #[default]
    Reject = 0,
    /// The value is lost: it comes back as [`Shed`](crate::PushError::Shed) to be looked at, and is counted.
    DropIncoming = 1,
    /// The oldest item makes room: it comes back as [`Evicted`](crate::Pushed::Evicted), and is counted.
    DropOldest = 2,
}

/// What a push does when the ring is full, in a ring that never evicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Refusal {
    /// The value comes back as [`Full`](crate::PushError::Full), is the caller's again, and isn't counted.
    #[default]
    Reject = 0,
    /// The value is lost: it comes back as [`Shed`](crate::PushError::Shed) to be looked at, and is counted.
    DropIncoming = 1,
}

impl From<Refusal> for Overflow {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Reject => Self::Reject,
            Refusal::DropIncoming => Self::DropIncoming,
        }
    }
}

impl TryFrom<Overflow> for Refusal {
    type Error = NeverEvicts;

    fn try_from(overflow: Overflow) -> Result<Self, NeverEvicts> {
        match overflow {
            Overflow::Reject => Ok(Self::Reject),
            Overflow::DropIncoming => Ok(Self::DropIncoming),
            Overflow::DropOldest => Err(NeverEvicts),
        }
    }
}

/// A ring that never evicts can't drop its oldest item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NeverEvicts;

impl fmt::Display for NeverEvicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this ring never evicts, so it can't drop its oldest item")
    }
}

impl core::error::Error for NeverEvicts {}

/// A policy that can be changed while the ring runs. It is read only when the ring is full.
pub(crate) struct Policy(AtomicU8);

#[allow(dead_code, reason = "not every target has a ring that needs it")]
impl Policy {
    pub(crate) const fn new(overflow: Overflow) -> Self {
        Self(AtomicU8::new(overflow as u8))
    }

    /// For a ring that never evicts.
    pub(crate) const fn of_refusal(refusal: Refusal) -> Self {
        // The numbers are those of the same policies.
        Self(AtomicU8::new(refusal as u8))
    }

    /// In a ring that never evicts.
    pub(crate) fn refusal(&self) -> Refusal {
        Refusal::try_from(self.get()).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(&self) -> Overflow {
        // Relaxed: the policy orders nothing, and any that was or is set will do.
        match self.0.load(Ordering::Relaxed) {
            0 => Overflow::Reject,
            1 => Overflow::DropIncoming,
            _ => Overflow::DropOldest,
        }
    }

    pub(crate) fn set(&self, overflow: Overflow) {
        // Relaxed: as above.
        self.0.store(overflow as u8, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_there_is() {
        for overflow in [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest] {
            assert_eq!(Policy::new(overflow).get(), overflow);
            let policy = Policy::new(Overflow::default());
            policy.set(overflow);
            assert_eq!(policy.get(), overflow);
        }
    }

    #[test]
    fn the_two_kinds_agree() {
        for refusal in [Refusal::Reject, Refusal::DropIncoming] {
            assert_eq!(Refusal::try_from(Overflow::from(refusal)), Ok(refusal));
            assert_eq!(refusal as u8, Overflow::from(refusal) as u8);
            assert_eq!(Policy::of_refusal(refusal).refusal(), refusal);
        }
        assert_eq!(Refusal::try_from(Overflow::DropOldest), Err(NeverEvicts));
    }
}
