//! Positions in a ring of any capacity, without a wasted slot and without a counter that overflows.
//!
//! ```text
//!        usize::BITS-1                        1   0
//!       +------------------------------------+---+
//!       | index of the slot, 0 to N − 1      |odd|   odd: set in every second lap
//!       +------------------------------------+---+
//! ```
//! Two positions that are 0 to N apart can be told from each other, full (N apart) from empty (0 apart) included. They
//! come around every second lap, so that every test meets the wrap. The position of the same slot one lap later is the
//! same number with the lowest bit flipped.

#![forbid(unsafe_code)]

use crate::CapacityError;

/// The number of slots, 1 to `isize::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Twice the number: no position of a lap is as great, and that is what each step asks for.
    end: usize,
}

impl Capacity {
    pub(crate) const MAX: usize = isize::MAX as usize;

    pub(crate) const fn new(slots: usize) -> Result<Self, CapacityError> {
        match slots {
            0 => Err(CapacityError::Zero),
            1..=Self::MAX => Ok(Self { end: 2 * slots }),
            _ => Err(CapacityError::TooLarge),
        }
    }

    /// The capacity of an array, checked at compile time.
    pub(crate) const fn of_array<const N: usize>() -> Self {
        const { assert!(N > 0, "a ring holds at least one item: its capacity can't be 0") };
        const { assert!(N <= Self::MAX, "the capacity of a ring can't be above isize::MAX") };
        Self { end: 2 * N }
    }

    /// As many as there are, which an array or [`Self::new`] has found to be right.
    #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
    pub(crate) const fn of_slots<V>(slots: &[V]) -> Self {
        Self { end: 2 * slots.len() }
    }

    #[inline(always)]
    pub(crate) const fn get(self) -> usize {
        self.end / 2
    }

    /// How many steps lead from one position to another: 0 to 2N − 1.
    #[cfg_attr(not(all(target_os = "none", not(target_pointer_width = "64"))), inline)]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), inline(never))]
    pub(crate) const fn distance(self, from: Position, to: Position) -> usize {
        self.distance_here(from, to)
    }

    /// The same, in line everywhere.
    #[inline(always)]
    pub(crate) const fn distance_here(self, from: Position, to: Position) -> usize {
        // Below 0 if the slot lies before that of `from`: as it would be, if the rest were in order.
        let ahead = to.idx().wrapping_sub(from.idx());
        let laps = if from.is_odd() != to.is_odd() {
            self.get()
        } else if to.idx() < from.idx() {
            // Within a lap, a step back is two laps forward less one.
            self.end
        } else {
            return ahead;
        };
        laps.wrapping_add(ahead)
    }

    /// `count` slots from a position on are at most two pieces: the slots up to the end of the memory, and the rest at its
    /// start. Answers with the lengths of both.
    #[inline]
    pub(crate) const fn pieces(self, at: Position, count: usize) -> (usize, usize) {
        let to_end = self.get() - at.idx();
        if count <= to_end { (count, 0) } else { (to_end, count - to_end) }
    }
}

/// Where an item is or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position(usize);

impl Position {
    /// The first slot in the first lap.
    pub(crate) const START: Self = Self(0);

    /// As it lies in an atomic word.
    #[inline(always)]
    pub(crate) const fn to_word(self) -> usize {
        self.0
    }

    /// From an atomic word.
    #[inline(always)]
    pub(crate) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    /// The slot.
    #[inline(always)]
    pub(crate) const fn idx(self) -> usize {
        self.0 >> 1
    }

    #[inline(always)]
    const fn is_odd(self) -> bool {
        self.0 & 1 == 1
    }

    /// The same slot, one lap later.
    #[inline(always)]
    pub(crate) const fn lap_later(self) -> Self {
        Self(self.0 ^ 1)
    }

    /// One step on.
    #[inline(always)]
    pub(crate) const fn next(self, capacity: Capacity) -> Self {
        let next = Self(self.0 + 2);
        if next.0 >= capacity.end { next.first_of_next_lap() } else { next }
    }

    // Cold, so that a step is a branch that is foreseen and not a computation that is always made.
    #[cold]
    #[inline(always)]
    const fn first_of_next_lap(self) -> Self {
        Self((self.0 & 1) ^ 1)
    }

    /// Whether another position is one step further on, in the same lap.
    #[inline(always)]
    pub(crate) const fn is_one_before(self, other: Self) -> bool {
        other.0 == self.0 + 2
    }

    /// `count` steps on; `count` is at most the capacity.
    #[cfg_attr(not(all(target_os = "none", not(target_pointer_width = "64"))), inline)]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), inline(never))]
    pub(crate) const fn advance(self, count: usize, capacity: Capacity) -> Self {
        // The steps are compared with the room before they are added, so that nothing overflows.
        let room = capacity.get() - self.idx();
        if count < room { Self(self.0 + 2 * count) } else { Self(2 * (count - room) + self.first_of_next_lap().0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The position after so many steps from the start, by plain arithmetic.
    fn after(steps: u128, capacity: usize) -> Position {
        let (lap, idx) = (steps / capacity as u128, (steps % capacity as u128) as usize);
        Position(2 * idx + (lap % 2) as usize)
    }

    #[test]
    fn small_capacities_agree_with_plain_arithmetic() {
        for n in 1..=5 {
            let capacity = Capacity::new(n).unwrap();
            assert_eq!(Position::START, after(0, n));
            for start in 0..2 * n {
                let at = after(start as u128, n);
                assert_eq!(at.idx(), start % n);
                assert_eq!(at.next(capacity), after(start as u128 + 1, n));
                assert_eq!(at.lap_later(), after((start + n) as u128, n));
                assert_eq!(Position::from_word(at.to_word()), at);
                for count in 0..=n {
                    let end = at.advance(count, capacity);
                    assert_eq!(end, after((start + count) as u128, n));
                    let (first, second) = capacity.pieces(at, count);
                    assert_eq!(first + second, count);
                    assert!(at.idx() + first <= n && second <= at.idx());
                }
                for count in 0..2 * n {
                    assert_eq!(capacity.distance(at, after((start + count) as u128, n)), count);
                }
            }
        }
    }

    #[test]
    fn the_greatest_capacity_does_not_overflow() {
        let n = Capacity::MAX;
        let capacity = Capacity::new(n).unwrap();
        for start in [0, 1, n - 1, n, n + 1, 2 * n - 2, 2 * n - 1] {
            let at = after(start as u128, n);
            assert_eq!(at.next(capacity), after(start as u128 + 1, n));
            for count in [0, 1, 2, n - 1, n] {
                let end = at.advance(count, capacity);
                assert_eq!(end, after(start as u128 + count as u128, n));
                assert_eq!(capacity.distance(at, end), count);
            }
        }
    }

    #[test]
    fn capacities_out_of_range_are_refused() {
        assert_eq!(Capacity::new(0), Err(CapacityError::Zero));
        assert_eq!(Capacity::new(Capacity::MAX + 1), Err(CapacityError::TooLarge));
        assert_eq!(Capacity::new(Capacity::MAX).map(Capacity::get), Ok(Capacity::MAX));
    }

    #[test]
    fn an_array_holds_as_many_as_it_has_slots() {
        assert_eq!([Capacity::of_array::<1>(), Capacity::of_array::<7>()].map(Capacity::get), [1, 7]);
        assert_eq!(Capacity::of_array::<{ Capacity::MAX }>().get(), Capacity::MAX);
    }
}
