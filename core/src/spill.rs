//! Before a queue: what is lost goes to a function instead of coming back.
//!
//! Where a loss is not the business of whoever pushes but of a log, a counter or a file, a [`Spill`] stands outermost and hands
//! it there. What is refused, because the queue is full or closed, still comes back: it is not lost. (A queue that drops at full, by
//! its policy, says so, and that goes there.) What is lost behind the queue, as too old or as skipped, has sinks of its own there:
//! [`Expiring`](crate::expiry::Expiring::with_sink), [`Flush`](crate::flush::Flush::newest).
//!
//! # Examples
//! ```
//! use forebay_core::spill::{Loss, Spill};
//! use forebay_core::{Overflow, swap};
//!
//! let mut ring = swap::Ring::<u32, 2>::with_overflow(Overflow::DropOldest);
//! let (producer, _consumer) = ring.split();
//! let mut lost = Vec::new();
//! let mut producer = Spill::new(producer, |item, loss| lost.push((item, loss)));
//! for number in 0..3 {
//!     producer.push(number).unwrap();
//! }
//! producer.end().set_overflow(Overflow::DropIncoming);
//! assert_eq!(producer.push(3), Ok(Some(Loss::Shed)));
//! assert_eq!(lost, [(0, Loss::Evicted), (3, Loss::Shed)]);
//! ```

#![forbid(unsafe_code)]

use crate::seam::Push;
use crate::{PushError, Pushed};

/// How a value was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Loss {
    /// It was the oldest, and made room for the one that was pushed.
    Evicted,
    /// It is the one that was pushed: the queue was full, or a rule before it kept it out.
    Shed,
}

/// A producer's end whose losses go to a function.
///
/// The function is called with nothing held, when the push is over: it may push elsewhere, and panic.
#[derive(Clone, Debug)]
pub struct Spill<P, F> {
    end: P,
    sink: F,
}

impl<P: Push, F: FnMut(P::Item, Loss)> Spill<P, F> {
    /// What is lost when something is pushed into `end` goes to `sink`.
    pub const fn new(end: P, sink: F) -> Self {
        Self { end, sink }
    }

    /// Puts a value in, and answers with how one was lost, if one was.
    ///
    /// # Errors
    /// The value comes back, as [`Full`](PushError::Full) or [`Closed`](PushError::Closed).
    #[inline]
    pub fn push(&mut self, value: P::Item) -> Result<Option<Loss>, PushError<P::Item>> {
        let (item, loss) = match self.end.push(value) {
            Ok(Pushed::Stored) => return Ok(None),
            Ok(Pushed::Evicted(victim)) => (victim, Loss::Evicted),
            Err(PushError::Shed(back)) => (back, Loss::Shed),
            Err(refused) => return Err(refused),
        };
        (self.sink)(item, loss);
        Ok(Some(loss))
    }
}

impl<P, F> Spill<P, F> {
    /// The end behind it.
    pub const fn end(&self) -> &P {
        &self.end
    }

    /// The end behind it. What is lost there comes back.
    pub const fn end_mut(&mut self) -> &mut P {
        &mut self.end
    }

    /// The end and the sink.
    pub fn into_parts(self) -> (P, F) {
        (self.end, self.sink)
    }
}
