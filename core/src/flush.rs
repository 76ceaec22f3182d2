//! Behind a queue: all that is there at once, at most so many, at most so often.
//!
//! A screen is drawn sixty times a second, a log is shipped in batches: what comes in between waits in the queue, and a [`Flush`]
//! takes it when it is due. [Oldest first](Flush::oldest), the rest stays inside and the next batch begins with it;
//! [newest first](Flush::newest), what is older than the batch is skipped, counted, and handed to a sink.
//!
//! # Examples
//! ```
//! use core::cell::Cell;
//! use core::num::{NonZeroU64, NonZeroUsize};
//! use forebay_core::flush::Flush;
//! use forebay_core::spsc;
//!
//! let milliseconds = Cell::new(0);
//! let mut ring = spsc::Ring::<u32, 8>::new();
//! let (mut producer, consumer) = ring.split();
//! let frame = NonZeroU64::new(16).unwrap();
//! let mut flush = Flush::new(consumer, || milliseconds.get(), frame, NonZeroUsize::new(3).unwrap());
//!
//! producer.push_iter(0..5);
//! let mut drawn = Vec::new();
//! assert_eq!(flush.oldest(|item| drawn.push(item)), Some(3));
//! assert_eq!((flush.oldest(|item| drawn.push(item)), flush.wait()), (None, 16)); // not yet
//! milliseconds.set(16);
//! assert_eq!(flush.oldest(|item| drawn.push(item)), Some(2));
//! assert_eq!(drawn, [0, 1, 2, 3, 4]);
//!
//! milliseconds.set(40);
//! producer.push_iter(5..10);
//! let mut batch = [None; 3];
//! assert_eq!(flush.newest(&mut batch, |_older| ()), Some(3));
//! assert_eq!(batch, [Some(9), Some(8), Some(7)]);
//! assert_eq!(flush.skipped(), 2);
//! ```
//! With the clock of the standard library, until the producer is gone and everything has been taken:
//! ```
//! use core::num::{NonZeroU64, NonZeroUsize};
//! use std::thread::{scope, sleep};
//! use std::time::{Duration, Instant};
//!
//! use forebay_core::flush::Flush;
//! use forebay_core::spsc;
//!
//! let begin = Instant::now();
//! let milliseconds = move || begin.elapsed().as_millis() as u64;
//! let mut ring = spsc::Ring::<String, 512>::new();
//! let (mut producer, consumer) = ring.split();
//! let (frame, most) = (NonZeroU64::new(16).unwrap(), NonZeroUsize::new(333).unwrap());
//! let mut flush = Flush::new(consumer, milliseconds, frame, most);
//!
//! let mut batch = [const { None }; 333]; // with `const`, as a `String` is not `Copy`
//! let mut drawn = 0;
//! scope(|threads| {
//!     threads.spawn(move || (0..400).for_each(|line| producer.push(line.to_string()).unwrap()));
//!     loop {
//!         let last = flush.end().is_closed(); // before the batch: what was pushed until then is in it
//!         match flush.newest(&mut batch, |_older| ()) {
//!             Some(0) if last => break,
//!             Some(lines) => drawn += lines,
//!             None => sleep(Duration::from_millis(flush.wait())),
//!         }
//!     }
//! });
//! assert_eq!(drawn + flush.skipped(), 400);
//! ```

#![forbid(unsafe_code)]

use core::num::{NonZeroU64, NonZeroUsize};

use crate::expiry::Clock;
use crate::seam::Pop;

/// A consumer's end that is emptied in batches.
///
/// # Progress
/// A batch pops at most as often as the queue is large: bounded, if the end's pop is.
#[derive(Clone, Debug)]
pub struct Flush<C, K> {
    end: C,
    clock: K,
    every: NonZeroU64,
    most: NonZeroUsize,
    /// When the last batch was taken.
    last: Option<u64>,
    skipped: usize,
}

impl<C: Pop, K: Clock> Flush<C, K> {
    /// A batch of at most `most` items every `every` ticks. The first one is due at once.
    ///
    /// A batch that is taken late is late, and the next one is due `every` ticks after it.
    pub const fn new(end: C, clock: K, every: NonZeroU64, most: NonZeroUsize) -> Self {
        Self { end, clock, every, most, last: None, skipped: 0 }
    }

    /// How many ticks it is until the next batch is due: 0 if it is.
    pub fn wait(&self) -> u64 {
        self.wait_at(self.clock.now())
    }

    fn wait_at(&self, now: u64) -> u64 {
        match self.last {
            Some(last) => self.every.get().saturating_sub(now.wrapping_sub(last)),
            None => 0,
        }
    }

    /// If it is due, notes so. Answers with how many items there are.
    fn begin(&mut self) -> Option<usize> {
        let now = self.clock.now();
        if self.wait_at(now) > 0 {
            return None;
        }
        self.last = Some(now);
        // Those that come meanwhile wait for the next batch, so that it ends.
        Some(self.end.len())
    }

    /// If a batch is due, hands its items to `each`, the oldest first. Answers with how many there were, or nothing if none is due.
    /// What doesn't fit stays in the queue. If `each` panics, the item is gone and the others stay.
    pub fn oldest(&mut self, mut each: impl FnMut(C::Item)) -> Option<usize> {
        let most = self.begin()?.min(self.most.get());
        let mut count = 0;
        while count < most {
            let Ok(item) = self.end.pop() else { break };
            count += 1;
            each(item);
        }
        Some(count)
    }

    /// If a batch is due, takes all that there is, and puts the newest into `batch`, the newest first, as many as fit, and at most
    /// as many as were asked for. What `batch` held before is dropped. Older items are counted as skipped, one by one, and
    /// handed to `older`, which may panic: then what was taken for the batch is in it, in no order.
    ///
    /// Answers with how many are in the batch, or nothing if none is due, and then `batch` is as it was.
    pub fn newest(&mut self, batch: &mut [Option<C::Item>], mut older: impl FnMut(C::Item)) -> Option<usize> {
        let inside = self.begin()?;
        batch.fill_with(|| None);
        let room = batch.len().min(self.most.get());
        let mut at = 0;
        for _ in 0..inside {
            let Ok(item) = self.end.pop() else { break };
            let before = match batch[..room].get_mut(at) {
                Some(place) => place.replace(item),
                None => Some(item),
            };
            at = if at + 1 < room { at + 1 } else { 0 };
            if let Some(item) = before {
                self.skipped = self.skipped.wrapping_add(1);
                older(item);
            }
        }
        let batch = &mut batch[..room];
        // The next place is that of the oldest item, or the first of those without one: from there on they are in order.
        batch.rotate_left(at.min(room));
        batch.reverse();
        Some(batch.iter().flatten().count())
    }
}

impl<C, K> Flush<C, K> {
    /// Changes how many ticks are between two batches, from the last one on.
    pub const fn set_every(&mut self, every: NonZeroU64) {
        self.every = every;
    }

    /// Changes how many items a batch has at most.
    pub const fn set_most(&mut self, most: NonZeroUsize) {
        self.most = most;
    }

    /// How many items were older than a batch of the newest. It wraps.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// The end behind it.
    pub const fn end(&self) -> &C {
        &self.end
    }

    /// The end behind it, from which one can pop between two batches.
    pub const fn end_mut(&mut self) -> &mut C {
        &mut self.end
    }
}
