//! The pressure of a ring: one word that its ends change at the watermarks, and everybody can read.
//!
//! ```text
//!  usize::BITS-1                                2   1   0
//!     +--------------------------------------------+-----+
//!     | how often it has changed                   |level|
//!     +--------------------------------------------+-----+
//! ```
//!
//! All ends change it in one way, [`settle`]: bring the level to what the number of items says, and as long as that has changed
//! it, fence (`G3`) and look at the number again. Producers do so after they have published an item that fills the ring up to the
//! high watermark by what they know, or been refused; the consumer after it has taken one that empties the ring to the low
//! watermark, or found it empty. None looks at the level but at those places: the ring tells them where they are.
//!
//! | number of items | level |
//! |---|---|
//! | up to the low mark | `Open` |
//! | between the marks | as before |
//! | from the high mark on | `Slow` at least |
//! | full | `Stop` |
//!
//! ## What holds
//! *It is not stuck too high.* A producer raises the level by what it knew of the consumer, which may have emptied the ring since,
//! and wait for an item now that never comes, since the producers wait for the level to fall (known from netty's issue 4739). So
//! whoever changes it looks at the ring once more: change (`G2`), fence (`G3`), look. And whoever waits for an item looks once
//! more before it does: take, fence, pop, which looks at the level (`G1`) when it finds nothing. Of these two looks one sees what
//! the other side did before its fence: either the producer sees what was taken, and lowers the level again; or the consumer
//! sees that it was raised, and lowers it. A consumer that polls has no need of that fence: it looks again anyway.
//!
//! *It is too low until the next push at most.* Whoever lowers it, a consumer or a producer that has raised it in vain, looks
//! again as well, and raises it if the ring has been filled meanwhile. So for a push that had taken place when that fence did, in
//! whatever order their own looks were, the level is right. What may be missed are pushes that the look after the fence does not
//! see yet, while these saw the level as it was before the change: they are on their way out of a processor's store buffer at
//! that moment. A producer that asks for the level after a fence of its own is not deceived even then: it sees that it was
//! lowered, or the push has been seen. To wait for its pushes to be seen is all that is missing to a push, and would be a fence in
//! each push beyond the high mark; instead the level is put right by the next push of anybody, which is beyond the mark and looks.
//! So a producer that pushes while the level is `Open` oversteps it by one.
//!
//! The models in `tests/models/*/pressure.rs` fail without the fence, without the look after a rise (`a_consumer_that_waits`),
//! without the one after a fall (`a_push_beside_a_pop_that_lowers_it`, `pushes_beside_a_pop`), without the one after a producer has
//! raised it in vain (`pushes_of_two_beside_a_pop`), and where `G2` is no exchange (`a_consumer_that_goes`).
//!
//! *Changes end.* Each further turn of the loop needs a push or a pop of another end that came between, over the distance from one
//! mark to the other. In a ring with one producer there are three at most, as the other end is in the same operation.
//!
//! # Room for one
//! In a ring with room for one item the marks are 1 and 0, and the level follows from whether it is there. Where a push or a pop that
//! fails changes nothing, nobody keeps it then: who asks looks at the ring ([`Depth::FOLLOWS`]). An item that comes and goes would be two
//! changes otherwise, and each of these an exchange and a fence. How often it has changed is told by how many items there were.
//!
//! # Who waits for another pressure
//! A push that is refused, or a pop that finds nothing, and has changed the pressure by that, has made a fence since: `G3`, or where
//! it follows that of the ring. (Not for `Closed`: that is told by the consumer, which closes the ring.) So whoever calls those who
//! wait for another pressure may look for them after that without one more, if they make such a fence between saying so and their
//! look at the pressure.

#![forbid(unsafe_code)]

pub(crate) mod methods;

use core::fmt;

use crate::Pressure;
use crate::sync::{AtomicUsize, Ordering, SMALL, SwapUsize, fence, has_pressure};

/// Where the pressure of a ring rises and falls, in items.
///
/// It becomes [`Slow`](Pressure::Slow) when the ring fills up to the high mark, and is [`Open`](Pressure::Open) again when the
/// ring has been emptied down to the low one. In between it stays as it is, so that it doesn't flap.
///
/// # Choosing
/// With items that come at a rate λ and leave at μ, from N producers that each may push b more before they take notice after a
/// delay d: the capacity should be at least `high + (λ − μ) · d + N · b`, so that nothing is refused, and `low` at least
/// `μ · d`, so that the consumer doesn't run dry. The level changes about `2 / (Δ / (λ − μ) + Δ / μ)` times a second, Δ being
/// `high − low`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Watermarks {
    high: usize,
    low: usize,
}

impl Watermarks {
    /// Two marks.
    ///
    /// # Errors
    /// If the low mark is not below the high one.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{WatermarkError, Watermarks};
    ///
    /// let marks = Watermarks::new(48, 16)?;
    /// assert_eq!((marks.high(), marks.low()), (48, 16));
    /// assert_eq!(Watermarks::new(16, 16), Err(WatermarkError::LowNotBelowHigh { high: 16, low: 16 }));
    /// # Ok::<(), WatermarkError>(())
    /// ```
    pub const fn new(high: usize, low: usize) -> Result<Self, WatermarkError> {
        if low < high { Ok(Self { high, low }) } else { Err(WatermarkError::LowNotBelowHigh { high, low }) }
    }

    /// A high mark, and a low one at half of it.
    ///
    /// # Errors
    /// If the high mark is 0.
    pub const fn high_and_half(high: usize) -> Result<Self, WatermarkError> {
        Self::new(high, high / 2)
    }

    /// For a ring of this capacity.
    const fn checked(self, capacity: usize) -> Result<Self, WatermarkError> {
        if self.high <= capacity {
            Ok(self)
        } else {
            Err(WatermarkError::HighAboveCapacity { high: self.high, capacity })
        }
    }

    /// The number of items at which the pressure rises.
    #[must_use]
    pub const fn high(self) -> usize {
        self.high
    }

    /// The number of items at which it falls.
    #[must_use]
    pub const fn low(self) -> usize {
        self.low
    }
}

/// Why watermarks can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WatermarkError {
    /// The low mark is not below the high one: the level would rise and fall at the same item.
    LowNotBelowHigh {
        /// What was asked for.
        high: usize,
        /// What was asked for.
        low: usize,
    },
    /// The ring never holds as many items as the high mark.
    HighAboveCapacity {
        /// What was asked for.
        high: usize,
        /// What the ring holds at most.
        capacity: usize,
    },
}

impl fmt::Display for WatermarkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LowNotBelowHigh { high, low } => {
                write!(f, "the low watermark ({low}) is not below the high one ({high})")
            }
            Self::HighAboveCapacity { high, capacity } => {
                write!(f, "the high watermark ({high}) is above the capacity ({capacity})")
            }
        }
    }
}

impl core::error::Error for WatermarkError {}

/// What an observer has seen of a ring's pressure, so that it is told of changes only.
///
/// A new one ([`Default`]) has seen a ring that is [`Open`](Pressure::Open). It tells changes apart as long as there are not
/// exactly 2<sup>BITS − 2</sup> of them between two looks. One belongs to one end: in a ring with room for one item each counts for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Seen(usize);

impl Seen {
    /// The level that was seen.
    #[must_use]
    pub const fn pressure(self) -> Pressure {
        level(self.0)
    }
}

/// The level, and where it changes.
pub(crate) struct Gauge {
    word: SwapUsize,
    /// How far the high mark is below the capacity, and the low one above half of it: so a ring for which none were set is all
    /// zeros at first, and has no other way to go.
    below: AtomicUsize,
    above: AtomicUsize,
}

/// A ring, as its gauge has to know it. Whoever makes one knows the end that asks; it is the same for all types of items.
pub(crate) trait Depth {
    /// Whether the level follows from the number of items where there is room for one: a push or a pop that fails changes nothing, but
    /// that it takes away what holds the room and is no item.
    const FOLLOWS: bool = false;

    fn gauge(&self) -> &Gauge;

    /// How many items there is room for.
    fn capacity(&self) -> usize;

    /// How many items are inside now. `None`: nothing is taken out any more.
    fn look(&self) -> Option<usize>;

    /// Where the level follows: how many items have gone in or out, as far as the end that asks has to know it to see that the level has
    /// changed and come back.
    #[inline(always)]
    fn turns(&self) -> usize {
        0
    }

    /// Whether nobody keeps the level, as it follows from what is inside.
    #[inline(always)]
    fn follows(&self) -> bool {
        // Where bytes count there is one way for all capacities.
        !SMALL && Self::FOLLOWS && self.capacity() == 1
    }
}

/// The level that lies in the word.
const fn level(word: usize) -> Pressure {
    Pressure::from_u8((word & LEVEL) as u8)
}

/// The bits of the level.
const LEVEL: usize = 3;

/// The word after one more change.
const fn next(word: usize, level: usize) -> usize {
    (word & !LEVEL).wrapping_add(LEVEL + 1) | level
}

impl Gauge {
    pub(crate) const fn new() -> Self {
        Self { word: SwapUsize::new(0), below: AtomicUsize::new(0), above: AtomicUsize::new(0) }
    }

    #[inline(always)]
    fn load(&self) -> usize {
        // [G1] Relaxed: the level orders nothing. That it is seen is the matter of the fences.
        if has_pressure() { self.word.load(Ordering::Relaxed) } else { 0 }
    }

    /// The level that is kept.
    #[inline(always)]
    pub(crate) fn level(&self) -> Pressure {
        level(self.load())
    }

    /// How far the high mark is below the capacity. While the marks are being changed this may be new and the other one old.
    #[inline(always)]
    pub(crate) fn below(&self) -> usize {
        // Relaxed: one that was set.
        if has_pressure() { self.below.load(Ordering::Relaxed) } else { 0 }
    }

    /// The marks. One may be new and the other one old while they are being changed, or set by two ends at the same time; the low
    /// one is below the high one all the same.
    #[inline(always)]
    pub(crate) fn marks(&self, capacity: usize) -> Watermarks {
        let high = capacity - self.below();
        // Relaxed: one that was set.
        let low = (capacity / 2).wrapping_add(if has_pressure() { self.above.load(Ordering::Relaxed) } else { 0 });
        Watermarks { high, low: low.min(high - 1) }
    }

    /// Others than before, if they are right for this capacity.
    pub(crate) fn set_marks(&self, marks: Watermarks, capacity: usize) -> Result<(), WatermarkError> {
        let Watermarks { high, low } = marks.checked(capacity)?;
        // Relaxed, both: as above.
        self.below.store(capacity - high, Ordering::Relaxed);
        // Relaxed: as above.
        self.above.store(low.wrapping_sub(capacity / 2), Ordering::Relaxed);
        Ok(())
    }

    /// As if none had been set: the pressure is [`Stop`](Pressure::Stop) when the ring is full, until it is half empty, and never
    /// [`Slow`](Pressure::Slow).
    #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
    pub(crate) fn forget_marks(&self) {
        // Relaxed, both: as above.
        self.below.store(0, Ordering::Relaxed);
        // Relaxed: as above.
        self.above.store(0, Ordering::Relaxed);
    }

    /// For whoever has the ring to itself: as if nothing had been known of it.
    #[inline(always)]
    pub(crate) fn open(&self) {
        let word = self.load();
        if word & LEVEL != 0 {
            // Relaxed: nobody else has the ring.
            self.word.store(next(word, Pressure::Open as usize), Ordering::Relaxed);
        }
    }

    /// Whether the level is below what it is at least with so much room.
    #[inline(always)]
    pub(crate) fn is_below(&self, room: usize, below: usize) -> bool {
        has_pressure() && self.load() & LEVEL < least(room, below)
    }

    /// Whether there is nothing to lower.
    #[inline(always)]
    pub(crate) fn is_open(&self) -> bool {
        self.load() & LEVEL == 0
    }

    /// From now on nothing is taken out.
    pub(crate) fn close(&self) {
        if !has_pressure() {
            return;
        }
        let mut word = self.load();
        while level(word) != Pressure::Closed {
            word = self.exchange(word, next(word, Pressure::Closed as usize));
        }
    }

    /// Changes the word, if it is still as it was. Answers with what it is then.
    #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
    fn exchange(&self, current: usize, new: usize) -> usize {
        // [G2] Relaxed, both: [G3] makes it seen.
        match self.word.compare_exchange(current, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => new,
            Err(now) => now,
        }
    }

    /// The same on a core that has no exchange: there is one producer then, and what comes between the load and the store is
    /// an interrupt with the other end, which does all of what it does. Whatever it changed, our next look says what is right.
    #[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
    fn exchange(&self, current: usize, new: usize) -> usize {
        let now = self.load();
        if now != current {
            return now;
        }
        // Relaxed: as above.
        self.word.store(new, Ordering::Relaxed);
        new
    }
}

/// The level of a ring now.
#[inline(always)]
pub(crate) fn pressure<D: Depth>(ring: &D) -> Pressure {
    level(word_of(ring))
}

/// The same, if it has changed since it was `seen`.
#[inline]
pub(crate) fn pressure_since<D: Depth>(ring: &D, seen: &mut Seen) -> Option<Pressure> {
    let word = word_of(ring);
    if word == seen.0 {
        return None;
    }
    seen.0 = word;
    Some(level(word))
}

/// The word of the gauge, or where nobody keeps it, one that says the same of the level, and is another one when that has changed.
#[inline(always)]
fn word_of<D: Depth>(ring: &D) -> usize {
    if !ring.follows() || !has_pressure() {
        return ring.gauge().load();
    }
    // Before the look: what comes between is counted by the next look then. If it were counted by this one already, an item that comes
    // between and is taken out later would not be a change for this end.
    let turns = ring.turns();
    match following(ring).1 {
        // What is put in after that changes nothing.
        Pressure::Closed => LEVEL,
        level => turns << LEVEL.count_ones() | level as usize,
    }
}

/// The number of items (the capacity, if nothing is taken out any more), and the level that follows from it.
#[inline(always)]
fn following<D: Depth>(ring: &D) -> (usize, Pressure) {
    let len = ring.look();
    let pressure = match len {
        _ if ring.gauge().level() == Pressure::Closed => Pressure::Closed,
        None => Pressure::Closed,
        Some(0) => Pressure::Open,
        Some(_) => Pressure::Stop,
    };
    (len.unwrap_or(ring.capacity()), pressure)
}

/// What the level is at least with so much room.
#[inline(always)]
const fn least(room: usize, below: usize) -> usize {
    (room <= below) as usize + (room == 0) as usize
}

/// Brings the level to what the number of items says, until it has been so after the last change. Answers with that number (the
/// capacity, if nothing is taken out any more), and with the level.
#[cold]
#[inline(never)]
pub(crate) fn settle<D: Depth>(ring: D) -> (usize, Pressure) {
    if ring.follows() {
        return following(&ring);
    }
    let (gauge, capacity) = (ring.gauge(), ring.capacity());
    let Watermarks { high, low } = gauge.marks(capacity);
    let mut word = gauge.load();
    loop {
        let before = word & LEVEL;
        let (len, wanted) = match ring.look() {
            Some(len) if before != LEVEL => {
                (len, if len <= low { 0 } else { before.max(least(capacity - len, capacity - high)) })
            }
            _ => (capacity, LEVEL),
        };
        if wanted == before || !has_pressure() {
            return (len, level(wanted));
        }
        word = gauge.exchange(word, next(word, wanted));
        // [G3] SeqCst: pairs with the fence of whoever looks at the level after what it took or put in: a consumer that is about to
        // wait, a producer that asks. Orders: the change before our next look, so that either we see that, or it sees the change.
        fence(Ordering::SeqCst);
    }
}

/// Lowers the level, if the ring is that empty. Answers with how many items the consumer may take before it can come to the low
/// mark with a level that is up, and whether it is.
#[inline(always)]
pub(crate) fn span<D: Depth>(ring: D) -> (usize, bool) {
    let (gauge, capacity) = (ring.gauge(), ring.capacity());
    let Watermarks { high, low } = gauge.marks(capacity);
    // It isn't raised before there are `high` items.
    let mut from = (high, false);
    if !gauge.is_open() {
        let (len, level) = settle(ring);
        if level != Pressure::Open {
            from = (len, true);
        }
    }
    (from.0.saturating_sub(low + 1), from.1)
}

/// How full a ring is, from 0 to 255, which is full.
#[inline]
pub(crate) const fn fill(len: usize, capacity: usize) -> u8 {
    if len >= capacity {
        return u8::MAX;
    }
    match len.checked_mul(FULL) {
        Some(product) => (product / capacity) as u8,
        None => {
            // By a part that is greater than the 255th by one at most, of a capacity that is far above 255²: it is this or one more.
            let fill = (len / (capacity / FULL + 1)) as u8;
            fill + (len >= filled_to(fill + 1, capacity)) as u8
        }
    }
}

/// From how many items on a ring is that full: the least number whose [`fill`] is not below it.
#[inline(always)]
pub(crate) const fn filled_to(fill: u8, capacity: usize) -> usize {
    match capacity.checked_mul(fill as usize) {
        Some(product) => product.div_ceil(FULL),
        None => capacity / FULL * fill as usize + (capacity % FULL * fill as usize).div_ceil(FULL),
    }
}

/// The fill of a full ring.
const FULL: usize = u8::MAX as usize;

#[cfg(test)]
mod tests {
    extern crate std;

    use core::cell::Cell;
    use std::vec::Vec;

    use super::*;

    /// A ring that has so many items, or takes none in any more.
    struct Ring {
        gauge: Gauge,
        capacity: usize,
        len: Cell<Option<usize>>,
    }

    impl Ring {
        fn new(capacity: usize, high: usize, low: usize) -> Self {
            let gauge = Gauge::new();
            gauge.set_marks(Watermarks::new(high, low).unwrap(), capacity).unwrap();
            Self { gauge, capacity, len: Cell::new(Some(0)) }
        }

        fn settle(&self, len: usize) -> (usize, Pressure) {
            self.len.set(Some(len));
            settle(self)
        }

        fn span(&self, len: usize) -> (usize, bool) {
            self.len.set(Some(len));
            span(self)
        }
    }

    impl Depth for &Ring {
        fn gauge(&self) -> &Gauge {
            &self.gauge
        }

        fn capacity(&self) -> usize {
            self.capacity
        }

        fn look(&self) -> Option<usize> {
            self.len.get()
        }
    }

    /// All rings of up to 6 items with all marks.
    fn rings() -> impl Iterator<Item = Ring> {
        let marks = |capacity| (1..=capacity).flat_map(move |high| (0..high).map(move |low| (capacity, high, low)));
        (1..=6).flat_map(marks).map(|(capacity, high, low)| Ring::new(capacity, high, low))
    }

    /// Every number of items after every other: as the table in the module's header says.
    #[test]
    fn the_level_goes_by_the_number_of_items() {
        for ring in rings() {
            let Watermarks { high, low } = ring.gauge.marks(ring.capacity);
            let (mut before, mut seen) = (Pressure::Open, Seen::default());
            for number in 0..(ring.capacity + 1) * (ring.capacity + 1) {
                let len = if number % 2 == 0 { number / 2 % (ring.capacity + 1) } else { number / (ring.capacity + 1) };
                let expected = match len {
                    len if len <= low => Pressure::Open,
                    len if len == ring.capacity => Pressure::Stop,
                    len if len >= high => before.max(Pressure::Slow),
                    _ => before,
                };
                assert_eq!(ring.settle(len), (len, expected), "{len} of {}, {high}, {low}", ring.capacity);
                assert_eq!((ring.gauge.level(), ring.gauge.is_open()), (expected, expected == Pressure::Open));
                assert_eq!(pressure_since(&&ring, &mut seen), (expected != before).then_some(expected));
                assert_eq!(pressure_since(&&ring, &mut seen), None);
                before = expected;
            }
        }
    }

    /// A level that has changed and come back is news: another look, with another level in between.
    #[test]
    fn a_change_and_another_one_are_seen() {
        let (ring, mut seen) = (Ring::new(4, 3, 1), Seen::default());
        for _ in 0..100 {
            ring.settle(4);
            assert_eq!(pressure_since(&&ring, &mut seen), Some(Pressure::Stop));
            ring.settle(0);
            ring.settle(4);
            assert_eq!(pressure_since(&&ring, &mut seen), Some(Pressure::Stop), "it was open in between");
            ring.settle(0);
            ring.settle(3);
            assert_eq!(pressure_since(&&ring, &mut seen), Some(Pressure::Slow));
            ring.settle(0);
            assert_eq!(pressure_since(&&ring, &mut seen), Some(Pressure::Open));
        }
    }

    /// A ring whose level follows from its length, where that is one at most.
    struct Following<'r>(&'r Ring, usize);

    impl Depth for Following<'_> {
        const FOLLOWS: bool = true;

        fn gauge(&self) -> &Gauge {
            &self.0.gauge
        }

        fn capacity(&self) -> usize {
            self.0.capacity
        }

        fn look(&self) -> Option<usize> {
            self.0.len.get()
        }

        fn turns(&self) -> usize {
            self.1
        }
    }

    /// What is inside says it, until the ring is closed; what was seen is compared with that; and nothing is written.
    #[test]
    fn with_room_for_one_it_follows() {
        let (ring, mut seen) = (Ring::new(1, 1, 0), Seen::default());
        assert_eq!(pressure_since(&Following(&ring, 0), &mut seen), None);
        for (len, level) in [(1, Pressure::Stop), (0, Pressure::Open), (1, Pressure::Stop)] {
            ring.len.set(Some(len));
            assert_eq!(pressure(&Following(&ring, 0)), level);
            assert_eq!(pressure_since(&Following(&ring, 0), &mut seen), Some(level));
            assert_eq!(pressure_since(&Following(&ring, 0), &mut seen), None);
            assert_eq!((settle(Following(&ring, 0)), span(Following(&ring, 0))), ((len, level), (0, false)));
            assert_eq!(ring.gauge.load(), 0);
        }
        assert_eq!(seen.pressure(), Pressure::Stop);
        assert_eq!(pressure_since(&Following(&ring, 1), &mut seen), Some(Pressure::Stop), "it was open in between");
        assert_eq!(pressure_since(&Following(&ring, 1), &mut seen), None);
        ring.len.set(None);
        assert_eq!(
            (pressure(&Following(&ring, 0)), settle(Following(&ring, 0))),
            (Pressure::Closed, (1, Pressure::Closed))
        );
        ring.len.set(Some(0));
        ring.gauge.close();
        assert_eq!(pressure_since(&Following(&ring, 0), &mut seen), Some(Pressure::Closed));
        assert_eq!(pressure_since(&Following(&ring, 1), &mut seen), None, "it stays closed");
        ring.gauge.open();
        assert_eq!(pressure_since(&Following(&ring, 0), &mut seen), Some(Pressure::Open));
        // Where there is room for more it is kept.
        let ring = Ring::new(2, 1, 0);
        ring.len.set(Some(1));
        assert_eq!(pressure(&Following(&ring, 0)), Pressure::Open);
        assert_eq!(settle(Following(&ring, 0)), (1, Pressure::Slow));
        assert_eq!(pressure(&Following(&ring, 0)), Pressure::Slow);
    }

    /// A consumer may take that many before the level can have to fall, and is told whether it has to look.
    #[test]
    fn a_span_ends_before_the_low_mark() {
        for ring in rings() {
            let Watermarks { high, low } = ring.gauge.marks(ring.capacity);
            for len in 0..=ring.capacity {
                ring.gauge.open();
                assert_eq!(ring.span(len), (high - low - 1, false), "it is open");
                ring.settle(ring.capacity);
                let expected = if len <= low { (high - low - 1, false) } else { (len - low - 1, true) };
                assert_eq!(ring.span(len), expected, "{len} of {}, {high}, {low}", ring.capacity);
                assert_eq!(ring.gauge.is_open(), len <= low);
            }
        }
    }

    /// A producer looks where the level is lower than it is at least with so much room.
    #[test]
    fn a_level_is_at_least_what_the_room_says() {
        for ring in rings() {
            let below = ring.gauge.below();
            assert_eq!(below, ring.capacity - ring.gauge.marks(ring.capacity).high);
            for room in 0..=ring.capacity {
                let least = if room == 0 {
                    Pressure::Stop
                } else {
                    [Pressure::Open, Pressure::Slow][usize::from(room <= below)]
                };
                ring.gauge.open();
                assert_eq!(ring.gauge.is_below(room, below), least > Pressure::Open, "{room}");
                ring.settle(ring.capacity);
                assert!(!ring.gauge.is_below(room, below));
            }
        }
        let ring = Ring::new(4, 3, 1);
        ring.settle(3);
        assert_eq!(ring.gauge.level(), Pressure::Slow);
        assert_eq!([0, 1, 2].map(|room| ring.gauge.is_below(room, 1)), [true, false, false]);
    }

    #[test]
    fn a_closed_ring_stays_so() {
        let (ring, mut seen) = (Ring::new(4, 3, 1), Seen::default());
        ring.settle(4);
        ring.len.set(None);
        assert_eq!(settle(&ring), (4, Pressure::Closed));
        assert_eq!(ring.settle(0), (4, Pressure::Closed), "whatever is inside");
        assert_eq!(pressure_since(&&ring, &mut seen), Some(Pressure::Closed));
        let ring = Ring::new(4, 3, 1);
        ring.gauge.close();
        assert_eq!((ring.gauge.level(), ring.settle(4)), (Pressure::Closed, (4, Pressure::Closed)));
        assert_eq!(pressure_since(&&ring, &mut Seen::default()), Some(Pressure::Closed));
        // Whoever has the ring to itself begins anew, and that is a change.
        let mut seen = Seen::default();
        pressure_since(&&ring, &mut seen);
        ring.gauge.open();
        assert_eq!((ring.gauge.level(), pressure_since(&&ring, &mut seen)), (Pressure::Open, Some(Pressure::Open)));
        ring.gauge.open();
        assert_eq!(pressure_since(&&ring, &mut seen), None, "nothing to open");
    }

    #[test]
    fn marks_are_as_they_were_set() {
        assert_eq!(Watermarks::new(3, 3), Err(WatermarkError::LowNotBelowHigh { high: 3, low: 3 }));
        assert_eq!(Watermarks::new(3, 4), Err(WatermarkError::LowNotBelowHigh { high: 3, low: 4 }));
        assert_eq!(Watermarks::high_and_half(0), Err(WatermarkError::LowNotBelowHigh { high: 0, low: 0 }));
        assert_eq!(Watermarks::high_and_half(7).map(|marks| (marks.high(), marks.low())), Ok((7, 3)));
        let gauge = Gauge::new();
        for capacity in 1..=9 {
            let whole = Watermarks { high: capacity, low: capacity / 2 };
            assert_eq!(gauge.marks(capacity), whole, "none were set");
            for (high, low) in (1..=capacity).flat_map(|high| (0..high).map(move |low| (high, low))) {
                let marks = Watermarks::new(high, low).unwrap();
                assert_eq!(gauge.set_marks(marks, capacity), Ok(()));
                assert_eq!(gauge.marks(capacity), marks);
                let less = capacity - 1;
                if high > less {
                    let refused = WatermarkError::HighAboveCapacity { high, capacity: less };
                    assert_eq!(gauge.set_marks(marks, less), Err(refused));
                    assert_eq!(gauge.marks(capacity), marks, "nothing was changed");
                }
            }
            #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
            gauge.forget_marks();
            #[cfg(not(any(target_has_atomic = "ptr", feature = "portable-atomic")))]
            gauge.set_marks(whole, capacity).unwrap();
        }
        // Relaxed: nobody else is there. While they are being changed one may be new and the other one old.
        gauge.below.store(3, Ordering::Relaxed);
        assert_eq!(gauge.marks(4), Watermarks { high: 1, low: 0 });
    }

    #[test]
    fn fill_is_a_share() {
        assert_eq!((fill(0, 1), fill(1, 1)), (0, 255));
        assert_eq!((fill(0, 4), fill(1, 4), fill(2, 4), fill(3, 4), fill(4, 4)), (0, 63, 127, 191, 255));
        assert_eq!(fill(usize::MAX / 2, usize::MAX), 127);
        for capacity in 1..600 {
            let fills: Vec<u8> = (0..=capacity).map(|len| fill(len, capacity)).collect();
            assert!(fills.is_sorted());
            assert_eq!(fills.iter().filter(|&&fill| fill == 255).count(), 1, "only full is full: {capacity}");
        }
    }

    /// With small capacities, and with those whose products don't fit into a word.
    #[test]
    fn a_ring_is_filled_from_the_first_number_on_that_says_so() {
        let large = [0, 1, 2, 254, 255, 256, 1 << 20].map(|less| usize::MAX - less);
        let first = usize::MAX / FULL;
        for capacity in (1..600).chain(first - 3..first + 300).chain(large) {
            for at_least in 0..=u8::MAX {
                let least = filled_to(at_least, capacity);
                assert!(least <= capacity && fill(least, capacity) >= at_least, "{at_least} of {capacity}");
                assert!(least == 0 || fill(least - 1, capacity) < at_least, "{at_least} of {capacity}");
            }
        }
    }
}
