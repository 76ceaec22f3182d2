//! The lanes as the consumer sees them: counters, pressure, policy.

#![forbid(unsafe_code)]

use core::fmt;
use core::num::NonZeroU32;

use super::LaneId;
use super::consumer::Rx;
use super::view::Words;
use crate::gauge::{Seen, WatermarkError, Watermarks};
use crate::sync::Ordering;
use crate::{Pressure, Refusal, spsc};

/// The lanes that are in use: see [`Consumer::lanes`](super::Consumer::lanes).
pub struct Lanes<'e, T> {
    rx: &'e Rx<T>,
    next: usize,
}

impl<'e, T> Lanes<'e, T> {
    pub(super) const fn new(rx: &'e Rx<T>) -> Self {
        Self { rx, next: 0 }
    }
}

impl<'e, T> Iterator for Lanes<'e, T> {
    type Item = Lane<'e, T>;

    fn next(&mut self) -> Option<Lane<'e, T>> {
        let number = self.rx.open_from(self.next)?;
        self.next = number + 1;
        Some(Lane::new(self.rx, number))
    }
}

impl<T> fmt::Debug for Lanes<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").finish_non_exhaustive()
    }
}

/// A lane as the consumer sees it: see [`Consumer::lanes`](super::Consumer::lanes).
pub struct Lane<'e, T> {
    rx: &'e Rx<T>,
    number: usize,
}

impl<'e, T> Lane<'e, T> {
    /// The lane with this number is open.
    pub(super) const fn new(rx: &'e Rx<T>, number: usize) -> Self {
        Self { rx, number }
    }

    fn words(&self) -> &Words {
        &self.rx.ring.lane(self.number).words
    }

    fn end(&self) -> &spsc::Consumer<'static, T> {
        self.rx.end_of(self.number)
    }

    /// Which lane it is.
    #[must_use]
    pub fn id(&self) -> LaneId {
        self.rx.id(self.number)
    }

    /// The lane's share: see [`Opener::open`](super::Opener::open).
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.words().weight()
    }

    /// Changes the lane's share, from its next turn on.
    pub fn set_weight(&self, weight: NonZeroU32) {
        self.words().set_weight(weight);
    }

    /// What a push does that finds no room in the lane.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.words().policy.refusal()
    }

    /// Changes what a push does that finds no room in the lane.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.words().policy.set(refusal.into());
    }

    /// How many values were [shed](crate::PushError::Shed) by the lane since it was opened.
    #[must_use]
    pub fn shed(&self) -> usize {
        // Relaxed: a count.
        self.words().shed.load(Ordering::Relaxed)
    }

    /// How many items are in the lane.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end().len()
    }

    /// Whether there was no item in the lane.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end().is_empty()
    }

    /// How full the lane is, from 0 to 255, which says that every slot is taken.
    #[must_use]
    pub fn fill(&self) -> u8 {
        self.end().fill()
    }

    /// How pressed the lane is: see [`Producer::pressure`](super::Producer::pressure).
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.end().pressure()
    }

    /// The pressure, if it has changed since it was last `seen`: see
    /// [`Producer::pressure_since`](super::Producer::pressure_since).
    pub fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
        self.end().pressure_since(seen)
    }

    /// Where the pressure rises and falls.
    #[must_use]
    pub fn watermarks(&self) -> Watermarks {
        self.end().watermarks()
    }

    /// Changes where the pressure rises and falls: by the consumer, where that knows more of the lane than its producer does.
    ///
    /// Both ends go by the old marks until they look again: each of them within as many items as the lane holds, the consumer also
    /// when it finds nothing in the lane, and the producer when it finds no room.
    /// [`Producer::set_watermarks`](super::Producer::set_watermarks) makes the producer look at once. A lane that is opened
    /// anew has those of a new ring.
    ///
    /// # Errors
    /// If the high mark is above the lane's capacity.
    ///
    /// # Examples
    /// ```
    /// # use core::num::NonZeroU32;
    /// use forebay_core::{Pressure, Watermarks, fan_in::Ring};
    ///
    /// let mut ring = Ring::<u32, 10, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    /// for lane in consumer.lanes() {
    ///     lane.set_watermarks(Watermarks::new(8, 2)?)?;
    /// }
    /// assert_eq!(producer.push_iter(0..8), 8);
    /// assert_eq!(producer.pressure(), Pressure::Slow);
    /// assert_eq!(consumer.drain().take(6).count(), 6);
    /// assert_eq!(producer.pressure(), Pressure::Open);
    /// # Ok::<(), forebay_core::WatermarkError>(())
    /// ```
    pub fn set_watermarks(&self, marks: Watermarks) -> Result<(), WatermarkError> {
        self.rx.ring.ring(self.number).set_watermarks(marks)
    }

    /// Whether the lane's producer is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.end().is_closed()
    }
}

impl<T> fmt::Debug for Lane<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("id", &self.id())
            .field("len", &self.len())
            .field("weight", &self.weight())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
