//! What a value that was let in stands for.

use super::{Fill, Rule};

/// A value, and how many values that were offered it stands for: itself, and those before it of which nothing else came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Weighted<T> {
    /// The value.
    pub value: T,
    /// At least 1.
    pub weight: u32,
}

/// A rule, and the weights of what it lets in.
///
/// The weights of what is delivered and what is still [pending](Self::pending) add up to all that was offered, whatever the rule
/// was at which time, and also where the ring sheds or evicts what was let in: what is lost there is added to the next value.
/// A value that comes back as [`Full`](crate::PushError::Full) has not been offered yet, and is in no weight: who doesn't push it
/// again takes a ring that drops it ([`DropIncoming`](crate::Refusal::DropIncoming)). Neither is one that comes back as
/// [`Closed`](crate::PushError::Closed).
///
/// So counts are exact. A sum of `weight × value` has the sum of all values for its mean, over the phases of a
/// [`Sampler`](super::Sampler) that keeps evenly as well as over the seeds of one that goes by chance. With a rule that looks at the value, as
/// [`Classes`](super::Classes) does, weights tell how many are missing, and not what they were.
#[derive(Debug)]
pub struct Weighing<R> {
    rule: R,
    pending: u32,
}

impl<R> Weighing<R> {
    /// With nothing pending.
    pub const fn new(rule: R) -> Self {
        Self { rule, pending: 0 }
    }

    /// For how many values the next one that is let in will stand besides itself. It stays at [`u32::MAX`] − 1.
    pub const fn pending(&self) -> u32 {
        self.pending
    }

    /// The rule, and what it has counted.
    pub const fn rule(&self) -> &R {
        &self.rule
    }

    fn owe(&mut self, weight: u32) {
        self.pending = self.pending.saturating_add(weight).min(u32::MAX - 1);
    }
}

impl<T, R: Rule<T, Value = T>> Rule<Weighted<T>> for Weighing<R> {
    type Value = T;

    #[inline]
    fn admit(&mut self, value: T, fill: impl Fill) -> Result<Weighted<T>, T> {
        match self.rule.admit(value, fill) {
            Ok(value) => Ok(Weighted { value, weight: core::mem::take(&mut self.pending) + 1 }),
            Err(value) => {
                self.owe(1);
                Err(value)
            }
        }
    }

    fn undo(&mut self, stored: Weighted<T>) -> T {
        self.owe(stored.weight - 1);
        self.rule.undo(stored.value)
    }

    fn lost(&mut self, stored: Weighted<T>) -> T {
        self.owe(stored.weight);
        self.rule.lost(stored.value)
    }
}
