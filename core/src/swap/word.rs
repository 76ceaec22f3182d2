//! What lies in the word of a slot, and positions.
//!
//! ```text
//!  Word::BITS-1                                        2     1    0
//!     +----------------------+--------------------------+-----+----+
//!     | lap                  | index of a payload cell  | bar |full|
//!     +----------------------+--------------------------+-----+----+
//! ```
//! | word | the slot | the cell |
//! |---|---|---|
//! | `FREE(L, c)` | waits for the item of lap `L` | holds none |
//! | `FULL(L, c)` | has the item of lap `L` | holds it |
//!
//! With a bar, no later item will come into the slot. A pop leaves the bar where it is.
//!
//! The lap has the bits that are left by as many as the cells need, and is added to in place: it comes around by itself.

#![forbid(unsafe_code)]

use core::convert::Infallible;

use crate::CapacityError;
use crate::sync::{LAPS_WRAP, MOST_LAP_BITS, Word};

/// Set in the word of a slot that has an item.
const FULL: Word = 1;
/// Set in the word of a slot that takes nothing in.
pub(crate) const BAR: Word = 2;
/// Below the index of the cell.
const FLAGS: u32 = 2;

/// How many slots, how many cells, and where the lap lies in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    slots: usize,
    producers: usize,
    /// 1, added to a lap in place.
    one_lap: Word,
}

/// What a word says to someone who is at a position of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The slot waits for the item of this position.
    Free,
    /// It has the item of this position.
    Full,
    /// It has the item of the same slot one lap before.
    Before,
    /// As one of the last two, and the item of this position will never come.
    Barred,
    /// It is further on than this position.
    Later,
}

impl Shape {
    /// Laps must be told apart while one thread is held up in an operation.
    const LEAST_LAP_BITS: u32 = 8;

    /// # Errors
    /// If the slots and the handles are too many for a word, or there are none.
    pub(crate) const fn new(slots: usize, producers: usize) -> Result<Self, CapacityError> {
        if slots == 0 || producers == 0 {
            return Err(CapacityError::Zero);
        }
        let Some(most) = slots.checked_add(producers) else { return Err(CapacityError::TooLarge) };
        // Cells are numbered from 0 to `most`.
        let lap_bits = (most.leading_zeros() + (Word::BITS - usize::BITS)).saturating_sub(FLAGS);
        if most > isize::MAX as usize || lap_bits < Self::LEAST_LAP_BITS {
            return Err(CapacityError::TooLarge);
        }
        let lap_bits = if lap_bits > MOST_LAP_BITS { MOST_LAP_BITS } else { lap_bits };
        Ok(Self { slots, producers, one_lap: 1 << (Word::BITS - lap_bits) })
    }

    /// The shape of an array, checked at compile time.
    pub(crate) const fn of_array<const N: usize, const P: usize>() -> Self {
        const { assert!(N > 0, "a ring holds at least one item: its capacity can't be 0") };
        const { assert!(P > 0, "a ring has at least one producer: their number can't be 0") };
        const {
            match Self::new(N, P) {
                Ok(shape) => shape,
                Err(_) => panic!("the slots and producers are too many for the words of this target"),
            }
        }
    }

    #[inline(always)]
    pub(crate) const fn slots(self) -> usize {
        self.slots
    }

    #[inline(always)]
    pub(crate) const fn producers(self) -> usize {
        self.producers
    }

    /// One for each slot, each producer, and the consumer.
    #[inline(always)]
    pub(crate) const fn cells(self) -> usize {
        self.slots + self.producers + 1
    }

    #[inline(always)]
    pub(crate) const fn free(self, at: Position, cell: usize) -> Word {
        at.lap | (cell as Word) << FLAGS
    }

    /// What becomes of the word of a slot whose item, at this position, is exchanged for an empty cell.
    #[inline(always)]
    pub(crate) const fn freed(self, word: Word, at: Position, cell: usize) -> Word {
        self.free(self.lap_later(at), cell) | (word & BAR)
    }

    #[inline(always)]
    pub(crate) const fn full(self, at: Position, cell: usize) -> Word {
        self.free(at, cell) | FULL
    }

    #[inline(always)]
    pub(crate) const fn cell(self, word: Word) -> usize {
        ((word & (self.one_lap - 1)) >> FLAGS) as usize
    }

    /// The cell of a slot that has an item, whatever its lap.
    #[inline(always)]
    pub(crate) const fn full_cell(self, word: Word) -> Option<usize> {
        if word & FULL == 0 { None } else { Some(self.cell(word)) }
    }

    #[inline(always)]
    pub(crate) const fn state(self, word: Word, at: Position) -> State {
        let ahead = word.wrapping_sub(at.lap);
        if ahead < self.one_lap {
            match ahead & (FULL | BAR) {
                0 => State::Free,
                BAR => State::Barred,
                _ => State::Full,
            }
        } else if ahead.wrapping_add(self.one_lap) < self.one_lap && ahead & FULL != 0 {
            if ahead & BAR == 0 { State::Before } else { State::Barred }
        } else {
            State::Later
        }
    }

    /// The position after the last one that was published in a slot.
    #[inline(always)]
    pub(crate) const fn after_last(self, word: Word, idx: usize) -> Position {
        let lap = word & !(self.one_lap - 1);
        let lap = if word & FULL == 0 { lap.wrapping_sub(self.one_lap) } else { lap };
        self.next(Position { lap, idx })
    }

    /// The position of a slot in the lap that its word names.
    #[inline(always)]
    pub(crate) const fn in_lap(self, word: Word, idx: usize) -> Position {
        Position { lap: word & !(self.one_lap - 1), idx }
    }

    #[inline(always)]
    pub(crate) const fn next(self, at: Position) -> Position {
        if at.idx + 1 == self.slots {
            Position { lap: at.lap.wrapping_add(self.one_lap), idx: 0 }
        } else {
            Position { lap: at.lap, idx: at.idx + 1 }
        }
    }

    /// The position before. There is one before the first, too.
    #[inline(always)]
    pub(crate) const fn previous(self, at: Position) -> Position {
        if at.idx == 0 {
            Position { lap: at.lap.wrapping_sub(self.one_lap), idx: self.slots - 1 }
        } else {
            Position { lap: at.lap, idx: at.idx - 1 }
        }
    }

    /// `count` steps on; `count` is below the number of slots.
    #[inline(always)]
    pub(crate) const fn advance(self, at: Position, count: usize) -> Position {
        let room = self.slots - at.idx;
        if count < room {
            Position { lap: at.lap, idx: at.idx + count }
        } else {
            Position { lap: at.lap.wrapping_add(self.one_lap), idx: count - room }
        }
    }

    #[inline(always)]
    pub(crate) const fn lap_later(self, at: Position) -> Position {
        Position { lap: at.lap.wrapping_add(self.one_lap), idx: at.idx }
    }

    #[inline(always)]
    pub(crate) const fn lap_before(self, at: Position) -> Position {
        Position { lap: at.lap.wrapping_sub(self.one_lap), idx: at.idx }
    }

    /// How many steps lead from one position to a later one. It wraps as the laps do.
    pub(crate) const fn distance(self, from: Position, to: Position) -> usize {
        let lap_at = self.one_lap.trailing_zeros();
        let laps = (to.lap.wrapping_sub(from.lap) >> lap_at) as usize;
        if LAPS_WRAP && laps == 0 && to.idx < from.idx {
            // A few steps back in the lap are all laps forward less those steps.
            return (self.slots << (Word::BITS - lap_at)) - (from.idx - to.idx);
        }
        laps.wrapping_mul(self.slots).wrapping_add(to.idx).wrapping_sub(from.idx)
    }

    /// Whether a slot still waits for the item of the lap before a position, though items after that have been seen: where laps
    /// come around, somebody who was held up for that long between two steps has put one in ahead of the others. It is the next
    /// position then; to go on would be to go in circles.
    #[inline(always)]
    const fn is_gap(self, word: Word, at: Position) -> bool {
        LAPS_WRAP && word & FULL == 0 && at.lap.wrapping_sub(word & !(self.one_lap - 1)) == self.one_lap
    }

    /// From a position before which all are past to the first one that is not, with the word that is there; or with the error of
    /// a look that gives up. If a position is past, so are all before it. `beyond` answers with a position that a word of a slot
    /// says all before are past of.
    ///
    /// Strides double as long as they land on positions that are past, and are halved after that.
    #[inline]
    pub(crate) fn seek<E>(
        self,
        mut at: Position,
        mut look: impl FnMut(Position) -> Result<Word, E>,
        is_past: impl Fn(State) -> bool,
        beyond: impl Fn(Word, usize) -> Position,
    ) -> Result<(Position, Word), E> {
        let (mut stride, mut grow) = (0, true);
        loop {
            let probe = self.advance(at, stride);
            let word = look(probe)?;
            if is_past(self.state(word, probe)) {
                if self.is_gap(word, probe) {
                    return Ok((self.in_lap(word, probe.idx()), word));
                }
                at = beyond(word, probe.idx());
                if stride == 0 {
                    grow = true;
                }
                stride = if grow { (2 * stride + 1).min(self.slots() - 1) } else { stride / 2 };
            } else if stride == 0 {
                return Ok((at, word));
            } else {
                grow = false;
                stride /= 2;
            }
        }
    }

    /// From a position at or before the tail to the tail, with the word that is there: that of a slot that is free, or has
    /// the item of a lap before.
    #[inline]
    pub(crate) fn seek_tail(self, from: Position, look: impl Fn(Position) -> Word) -> (Position, Word) {
        let Ok(tail) = self.seek(
            from,
            |at| Ok::<_, Infallible>(look(at)),
            |state| matches!(state, State::Full | State::Later),
            |word, idx| self.after_last(word, idx),
        );
        tail
    }

    /// How many positions from one on were published, one after another: at most as many as there are slots. Unlike a search for
    /// the tail, halving the lap that begins there ends while others push.
    #[inline]
    pub(crate) fn published_from(self, from: Position, look: impl Fn(Position) -> Word) -> usize {
        let (mut least, mut more) = (0, self.slots());
        while more > 0 {
            let half = more.div_ceil(2);
            let at = self.advance(from, least + half - 1);
            if matches!(self.state(look(at), at), State::Full | State::Later) {
                least += half;
                more -= half;
            } else {
                more = half - 1;
            }
        }
        least
    }

    /// How many steps lead from one slot to another, less than a lap.
    pub(crate) const fn steps(self, from: usize, to: usize) -> usize {
        if to < from { self.slots - (from - to) } else { to - from }
    }

    /// A position as it lies in an atomic word.
    #[inline(always)]
    pub(crate) const fn to_word(self, at: Position) -> Word {
        self.free(at, at.idx)
    }

    /// From an atomic word.
    #[inline(always)]
    pub(crate) const fn position(self, word: Word) -> Position {
        Position { lap: word & !(self.one_lap - 1), idx: self.cell(word) }
    }
}

/// Where an item is or will be: its lap, in place, and its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    lap: Word,
    idx: usize,
}

impl Position {
    /// The first slot in the first lap.
    pub(crate) const START: Self = Self { lap: 0, idx: 0 };

    #[inline(always)]
    pub(crate) const fn idx(self) -> usize {
        self.idx
    }

    /// Whether it comes before another one that is less than half the laps away.
    #[inline(always)]
    pub(crate) const fn is_before(self, other: Self) -> bool {
        let laps = other.lap.wrapping_sub(self.lap);
        if laps == 0 { self.idx < other.idx } else { laps <= Word::MAX / 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(steps: usize, shape: Shape) -> Position {
        (0..steps).fold(Position::START, |at, _| shape.next(at))
    }

    #[test]
    fn small_shapes_agree_with_plain_arithmetic() {
        for slots in 1..=5 {
            let shape = Shape::new(slots, 2).unwrap();
            assert_eq!(shape.cells(), slots + 3);
            for start in 0..3 * slots {
                let at = after(start, shape);
                assert_eq!(at.idx(), start % slots);
                assert_eq!(shape.previous(shape.next(at)), at);
                assert_eq!(shape.lap_later(at), after(start + slots, shape));
                assert_eq!(shape.lap_before(shape.lap_later(at)), at);
                assert_eq!(shape.position(shape.to_word(at)), at);
                for count in 0..slots {
                    let to = shape.advance(at, count);
                    assert_eq!(to, after(start + count, shape));
                    assert_eq!(shape.distance(at, to), count);
                    assert_eq!(at.is_before(to), count > 0);
                    assert!(!to.is_before(at));
                    assert_eq!(shape.steps(at.idx(), to.idx()), count);
                }
                assert_eq!(shape.distance(at, after(start + 2 * slots + 1, shape)), 2 * slots + 1);
            }
        }
    }

    #[test]
    fn words_say_what_was_put_in() {
        let shape = Shape::new(3, 2).unwrap();
        for start in 0..9 {
            let at = after(start, shape);
            for cell in 0..shape.cells() {
                let (free, full) = (shape.free(at, cell), shape.full(at, cell));
                assert_eq!((shape.cell(free), shape.cell(full)), (cell, cell));
                assert_eq!((shape.full_cell(free), shape.full_cell(full)), (None, Some(cell)));
                assert_eq!((shape.state(free, at), shape.state(full, at)), (State::Free, State::Full));
                let later = shape.lap_later(at);
                assert_eq!(shape.state(full, later), State::Before);
                let before = shape.lap_before(at);
                assert_eq!((shape.state(free, before), shape.state(full, before)), (State::Later, State::Later));
                assert_eq!(shape.after_last(full, at.idx()), shape.next(at));
                assert_eq!(shape.after_last(free, at.idx()), shape.next(before));

                assert_eq!((shape.cell(free | BAR), shape.full_cell(full | BAR)), (cell, Some(cell)));
                assert_eq!((shape.state(free | BAR, at), shape.state(full | BAR, at)), (State::Barred, State::Full));
                assert_eq!(shape.state(full | BAR, later), State::Barred);
                assert_eq!(shape.state(free | BAR, before), State::Later);
                assert_eq!(shape.state(full | BAR, before), State::Later);
                assert_eq!(shape.after_last(full | BAR, at.idx()), shape.next(at));
                assert_eq!(shape.after_last(free | BAR, at.idx()), shape.next(before));
                assert_eq!(shape.freed(full, at, 5), shape.free(later, 5));
                assert_eq!(shape.freed(full | BAR, at, 5), shape.free(later, 5) | BAR);
            }
        }
    }

    #[test]
    fn positions_go_around() {
        let shape = Shape::new(3, 1).unwrap();
        let first = Position::START;
        let before = shape.previous(first);
        assert!(before.is_before(first) && !first.is_before(before));
        assert_eq!(shape.distance(before, first), 1);
        assert_eq!(shape.state(shape.full(shape.lap_before(first), 2), first), State::Before);
    }

    #[test]
    fn shapes_out_of_range_are_refused() {
        assert_eq!(Shape::new(0, 1), Err(CapacityError::Zero));
        assert_eq!(Shape::new(1, 0), Err(CapacityError::Zero));
        for slots in [usize::MAX, usize::MAX - 1, usize::MAX / 2] {
            assert_eq!(Shape::new(slots, 1), Err(CapacityError::TooLarge));
            assert_eq!(Shape::new(1, slots), Err(CapacityError::TooLarge));
        }
        let most_bits = Word::BITS - FLAGS - Shape::LEAST_LAP_BITS;
        if most_bits < usize::BITS {
            assert!(Shape::new((1 << most_bits) - 2, 1).is_ok());
            assert_eq!(Shape::new((1 << most_bits) - 1, 1), Err(CapacityError::TooLarge));
        }
    }
}
