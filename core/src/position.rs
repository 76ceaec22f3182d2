//! Positions in a ring of any capacity, without a wasted slot and without a counter that overflows.
//!
//! A position runs from 0 to 2N − 1 and then starts again. Its slot is itself modulo N; which half it lies in tells odd
//! laps from even ones. Two positions that are 0 to N apart can be told from each other, full (N apart) from empty
//! (0 apart) included, and the wrap comes every second lap, so that every test meets it.

#![forbid(unsafe_code)]

use crate::CapacityError;

/// The number of slots, 1 to `isize::MAX`, and the arithmetic of positions modulo twice that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity(usize);

impl Capacity {
    pub(crate) const MAX: usize = isize::MAX as usize;

    pub(crate) const fn new(slots: usize) -> Result<Self, CapacityError> {
        match slots {
            0 => Err(CapacityError::Zero),
            1..=Self::MAX => Ok(Self(slots)),
            _ => Err(CapacityError::TooLarge),
        }
    }

    /// The capacity of an array, checked at compile time.
    pub(crate) const fn of_array<const N: usize>() -> Self {
        const { assert!(N > 0, "a ring holds at least one item: its capacity can't be 0") };
        const { assert!(N <= Self::MAX, "the capacity of a ring can't be above isize::MAX") };
        Self(N)
    }

    #[inline(always)]
    pub(crate) const fn get(self) -> usize {
        self.0
    }

    /// The slot of a position.
    #[inline(always)]
    const fn idx(self, pos: usize) -> usize {
        if pos >= self.0 { pos - self.0 } else { pos }
    }

    /// The position `count` later; `count` is at most the capacity.
    #[inline(always)]
    pub(crate) const fn advance(self, pos: usize, count: usize) -> usize {
        // Neither side overflows: both addends are below 2N, and the sum is taken modulo 2N before it could.
        let room = 2 * self.0 - pos;
        if count >= room { count - room } else { pos + count }
    }

    /// How many steps lead from `from` to `to`: 0 to 2N − 1.
    #[inline(always)]
    pub(crate) const fn distance(self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { 2 * self.0 - (from - to) }
    }

    /// `count` slots from a cursor on are at most two pieces: the slots up to the end of the memory, and the rest at its
    /// start. Answers with the lengths of both.
    #[inline(always)]
    pub(crate) const fn pieces(self, at: Cursor, count: usize) -> (usize, usize) {
        let to_end = self.0 - at.idx;
        if count <= to_end { (count, 0) } else { (to_end, count - to_end) }
    }

    /// The cursor at a position.
    #[inline(always)]
    pub(crate) const fn cursor(self, pos: usize) -> Cursor {
        Cursor { pos, idx: self.idx(pos) }
    }
}

/// A position that moves on step by step, with its slot beside it, so that a step costs no arithmetic but at the end of
/// the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pos: usize,
    idx: usize,
}

impl Cursor {
    #[inline(always)]
    pub(crate) const fn pos(self) -> usize {
        self.pos
    }

    #[inline(always)]
    pub(crate) const fn idx(self) -> usize {
        self.idx
    }

    /// Moves one step on.
    #[inline(always)]
    pub(crate) const fn step(&mut self, capacity: Capacity) {
        self.pos += 1;
        self.idx += 1;
        if self.idx == capacity.0 {
            self.wrap(capacity);
        }
    }

    /// At the end of the memory.
    #[cold]
    const fn wrap(&mut self, capacity: Capacity) {
        self.idx = 0;
        if self.pos != capacity.0 {
            self.pos = 0;
        }
    }

    /// Moves `count` steps on; `count` is at most the capacity.
    #[inline(always)]
    pub(crate) const fn skip(&mut self, count: usize, capacity: Capacity) {
        *self = capacity.cursor(capacity.advance(self.pos, count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(capacity: usize, pos: u128) -> usize {
        (pos % (2 * capacity as u128)) as usize
    }

    #[test]
    fn small_capacities_agree_with_plain_arithmetic() {
        for n in 1..=5 {
            let capacity = Capacity::new(n).unwrap();
            for start in 0..2 * n {
                let at = capacity.cursor(start);
                assert_eq!((at.pos(), at.idx()), (start, start % n));
                let mut next = at;
                next.step(capacity);
                assert_eq!(next, capacity.cursor((start + 1) % (2 * n)));
                for count in 0..=n {
                    let end = capacity.advance(start, count);
                    assert_eq!(end, (start + count) % (2 * n));
                    assert_eq!(capacity.distance(start, end), count);
                    let mut skipped = at;
                    skipped.skip(count, capacity);
                    assert_eq!(skipped, capacity.cursor(end));
                    let (first, second) = capacity.pieces(at, count);
                    assert_eq!(first + second, count);
                    assert!(at.idx() + first <= n && second <= at.idx());
                }
            }
        }
    }

    #[test]
    fn the_greatest_capacity_does_not_overflow() {
        let n = Capacity::MAX;
        let capacity = Capacity::new(n).unwrap();
        let last = 2 * n - 1;
        let mut at = capacity.cursor(last);
        at.step(capacity);
        assert_eq!(at, capacity.cursor(0));
        for start in [0, 1, n - 1, n, n + 1, last - 1, last] {
            for count in [0, 1, 2, n - 1, n] {
                let end = capacity.advance(start, count);
                assert_eq!(end, wide(n, start as u128 + count as u128));
                assert_eq!(capacity.distance(start, end), count);
            }
        }
    }

    #[test]
    fn capacities_out_of_range_are_refused() {
        assert_eq!(Capacity::new(0), Err(CapacityError::Zero));
        assert_eq!(Capacity::new(Capacity::MAX + 1), Err(CapacityError::TooLarge));
        assert_eq!(Capacity::new(Capacity::MAX).map(Capacity::get), Ok(Capacity::MAX));
    }
}
