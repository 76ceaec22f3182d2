//! What happens to a record that finds the ring full, and how that is changed while the relay is at work.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::ValueEnum;
use forebay::Overflow;
use forebay::channel::{self, SwapReceiver, SwapSender};

/// What happens to a record that finds the ring full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[repr(u8)]
pub(crate) enum OnFull {
    /// The reader waits for room: nothing is lost, and the input is held back
    Block = 0,
    /// The record is dropped and counted: the input is never held back
    DropIncoming = 1,
    /// The oldest record is dropped for it and counted: the input is never held back
    DropOldest = 2,
}

impl OnFull {
    const fn of(number: u8) -> Self {
        match number {
            0 => Self::Block,
            1 => Self::DropIncoming,
            _ => Self::DropOldest,
        }
    }

    pub(crate) const fn overflow(self) -> Overflow {
        match self {
            Self::Block => Overflow::Reject,
            Self::DropIncoming => Overflow::DropIncoming,
            Self::DropOldest => Overflow::DropOldest,
        }
    }
}

/// As it is called on the command line.
impl fmt::Display for OnFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Block => "block",
            Self::DropIncoming => "drop-incoming",
            Self::DropOldest => "drop-oldest",
        })
    }
}

/// The policy of a relay at work.
pub(crate) struct Policy {
    now: AtomicU8,
    /// Of each reader, to wake it: it may need room no longer.
    readers: Mutex<Vec<SwapSender<()>>>,
}

impl Policy {
    pub(crate) fn new(on_full: OnFull) -> Self {
        Self { now: AtomicU8::new(on_full as u8), readers: Mutex::default() }
    }

    pub(crate) fn now(&self) -> OnFull {
        // Relaxed: it orders nothing. Whoever waits for room is woken after a change.
        OnFull::of(self.now.load(Ordering::Relaxed))
    }

    /// Changes it, and answers with what it was. Readers that wait for room no longer do if they need not.
    pub(crate) fn set(&self, on_full: OnFull) -> OnFull {
        // Relaxed: as above.
        let before = self.now.swap(on_full as u8, Ordering::Relaxed);
        for reader in self.readers.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            // It may be gone.
            let _ = reader.try_send(());
        }
        OnFull::of(before)
    }

    /// Receives something after a change, or some of them.
    pub(crate) fn changes(&self) -> SwapReceiver<()> {
        let (sender, receiver) = channel::swap(1, 1, Overflow::DropOldest).expect("that is little");
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for on_full in OnFull::value_variants() {
            assert_eq!(on_full.to_possible_value().unwrap().get_name(), on_full.to_string());
        }
    }

    #[test]
    fn what_is_set_is_what_there_is() {
        for on_full in [OnFull::Block, OnFull::DropIncoming, OnFull::DropOldest] {
            assert_eq!(Policy::new(on_full).now(), on_full);
            let policy = Policy::new(OnFull::Block);
            assert_eq!((policy.set(on_full), policy.now()), (OnFull::Block, on_full));
        }
    }
}
