//! The smallest ring that a channel can be made over: all of it in one word.
//!
//! Its answers are as stale as those of a ring may be: a push and a pop that do nothing have only loaded the word, and nothing is
//! ordered by it. So whatever a model finds to be ordered is ordered by the waiting.

use std::sync::Arc;

use forebay::channel::{CloneEnd, CloseEnd, End, ReceiveEnd, RoomEnd, SendEnd};
use forebay::seam::{Pop, Push};
use forebay::{PopError, Pressure, PushError, Pushed};
use forebay_tests::model::atomic::{AtomicU64, Ordering};

/// Up to four items of a byte that is not 0, the oldest in the lowest one; the number of senders; whether it is closed.
struct Ring {
    word: AtomicU64,
    capacity: usize,
}

const SENDER: u64 = 1 << 32;
const CLOSED: u64 = 1 << 40;

impl Ring {
    fn load(&self) -> u64 {
        self.word.load(Ordering::Relaxed)
    }

    /// Changes the word, if there is a change to be made.
    fn change<E>(&self, change: impl Fn(u64) -> Result<u64, E>) -> Result<u64, E> {
        let mut word = self.load();
        loop {
            let new = change(word)?;
            match self.word.compare_exchange(word, new, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(word),
                Err(other) => word = other,
            }
        }
    }

    fn items(word: u64) -> u64 {
        word % SENDER
    }

    fn len(word: u64) -> usize {
        Self::items(word).to_le_bytes().iter().filter(|&&item| item > 0).count()
    }
}

pub(crate) struct Tx(Arc<Ring>);

pub(crate) struct Rx(Arc<Ring>);

pub(crate) fn ring(capacity: usize) -> (Tx, Rx) {
    let ring = Arc::new(Ring { word: AtomicU64::new(SENDER), capacity });
    (Tx(Arc::clone(&ring)), Rx(ring))
}

impl Push for Tx {
    type Item = u32;

    fn push(&mut self, value: u32) -> Result<Pushed<u32>, PushError<u32>> {
        let pushed = self.0.change(|word| match Ring::len(word) {
            _ if word & CLOSED != 0 => Err(PushError::Closed(value)),
            len if len == self.0.capacity => Err(PushError::Full(value)),
            len => Ok(word | u64::from(value) << (8 * len)),
        });
        pushed.map(|_| Pushed::Stored)
    }

    fn capacity(&self) -> usize {
        self.0.capacity
    }

    fn len(&self) -> usize {
        Ring::len(self.0.load())
    }

    fn is_closed(&self) -> bool {
        self.0.load() & CLOSED != 0
    }

    fn pressure(&self) -> Pressure {
        Pressure::Open
    }
}

impl End for Tx {}

impl End for Rx {}

impl SendEnd for Tx {
    type Sent = ();
}

impl RoomEnd for Tx {}

impl Clone for Tx {
    fn clone(&self) -> Self {
        self.0.word.fetch_add(SENDER, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl CloneEnd for Tx {
    fn another(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        self.0.word.fetch_sub(SENDER, Ordering::Relaxed);
    }
}

impl Pop for Rx {
    type Item = u32;

    fn pop(&mut self) -> Result<u32, PopError> {
        let word = self.0.change(|word| match Ring::items(word) {
            0 if word & CLOSED != 0 || word == 0 => Err(PopError::Closed),
            0 => Err(PopError::Empty),
            items => Ok(word - items + (items >> 8)),
        })?;
        Ok(word as u32 % 256)
    }

    fn capacity(&self) -> usize {
        self.0.capacity
    }

    fn len(&self) -> usize {
        Ring::len(self.0.load())
    }

    fn is_closed(&self) -> bool {
        self.0.load() & CLOSED != 0
    }
}

impl ReceiveEnd for Rx {}

impl CloseEnd for Rx {
    fn close(&mut self) {
        self.0.word.fetch_or(CLOSED, Ordering::Relaxed);
    }
}

impl Drop for Rx {
    fn drop(&mut self) {
        self.close();
    }
}
