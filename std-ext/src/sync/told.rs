//! Whether a thread was told to go on.

#![cfg_attr(not(forebay_loom), expect(unreachable_pub, reason = "its model sees it"))]

use super::{AtomicBool, Ordering};

/// A flag that whoever wakes a thread leaves it.
///
/// What was done before [`tell`](Self::tell) comes before all that is done after a [`take`](Self::take) that sees it.
#[derive(Debug)]
pub struct Told(AtomicBool);

impl Told {
    /// Nobody has told it.
    pub fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Whether it was told since it was last asked.
    pub fn take(&self) -> bool {
        // [U1] Acquire: pairs with [U2]. Orders: what the wakers did before, whoever they are, before our next poll; a future may
        // rely on that, and the thread's token isn't asked for where it was told before it slept.
        self.0.swap(false, Ordering::Acquire)
    }

    /// Tells it.
    pub fn tell(&self) {
        // [U2] Release: pairs with [U1]. An exchange, so that of several wakers none's release is hidden by the next one's.
        self.0.swap(true, Ordering::Release);
    }
}
