//! Tickets, and what is said about them in a word.
//!
//! ```text
//!          BITS-1       3+b 2+b 1+b     2   1 0
//!         +----------------+---+---------+-----+
//! ticket  | lap            |odd| turn    | 0 0 |   b bits for the turn, as many as N - 1 has; odd: the lowest bit of the lap
//!         +----------------+---+---------+-----+
//! grant                    |odd| slot    | 0 0 |   in which the same bits of the ticket are flipped
//!                          +---+---------+-----+
//! ```
//! Tickets are dealt out in order, each once. The first one is in the last lap but one that there is, so that every ring meets
//! the wrap of the laps after its first 2 N items. A lap comes around after 2^(BITS - 2 - b) laps: never with 64 bits, after 2^29
//! items at least with 32.

#![forbid(unsafe_code)]

use crate::CapacityError;
use crate::sync::Index;

/// The number of slots, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    count: usize,
    /// How far apart two laps are.
    lap: usize,
    /// How many bits below the lap.
    shift: u32,
}

impl Slots {
    /// So that a grant fits into an index, and there are a few laps.
    pub(super) const MAX: usize = 1 << if Index::BITS < usize::BITS { Index::BITS - 3 } else { usize::BITS - 6 };

    pub(super) const fn new(count: usize) -> Result<Self, CapacityError> {
        match count {
            0 => Err(CapacityError::Zero),
            1..=Self::MAX => {
                let shift = 2 + usize::BITS - (count - 1).leading_zeros();
                Ok(Self { count, lap: 1 << shift, shift })
            }
            _ => Err(CapacityError::TooLarge),
        }
    }

    /// Those of an array, checked at compile time.
    pub(super) const fn of_array<const N: usize>() -> Self {
        const { assert!(N > 0, "a ring holds at least one item: its capacity can't be 0") };
        const { assert!(N <= Self::MAX, "the capacity of an mpsc ring can't be above 2^29, or with 32 bits 2^26") };
        const {
            match Self::new(N) {
                Ok(slots) => slots,
                Err(_) => unreachable!(),
            }
        }
    }

    #[inline(always)]
    pub(super) const fn count(self) -> usize {
        self.count
    }

    /// The ticket that is dealt out first.
    pub(super) const fn start(self) -> Ticket {
        Ticket(usize::MAX << (self.shift + 1))
    }

    /// Its turn within its lap, below the count.
    #[inline(always)]
    pub(super) const fn turn(self, ticket: Ticket) -> usize {
        (ticket.0 & (self.lap - 1)) >> 2
    }

    /// The grant of a slot to a ticket.
    #[inline(always)]
    pub(super) const fn grant(self, ticket: Ticket, slot: usize) -> Grant {
        // No bits are lost: these are as many as MAX has, and one for the lap.
        Grant(((slot << 2 ^ ticket.0) & self.granting()) as Index)
    }

    /// The bits of a ticket that are in a grant.
    #[inline(always)]
    const fn granting(self) -> usize {
        self.lap | (self.lap - 1)
    }

    /// The slot that is granted to a ticket, below the count. `None`: it is a grant to another ticket of the same turn.
    #[inline(always)]
    pub(super) const fn granted(self, ticket: Ticket, grant: Grant) -> Option<usize> {
        let flipped = (grant.0 as usize ^ ticket.0) & self.granting();
        if flipped < self.lap { Some(flipped >> 2) } else { None }
    }

    /// The slot of a grant to a ticket of this turn.
    #[inline(always)]
    pub(super) const fn slot(self, ticket: Ticket, grant: Grant) -> usize {
        ((grant.0 as usize ^ ticket.0) & (self.lap - 1)) >> 2
    }

    /// The grant of the same slot to the ticket N after the one that had it.
    #[inline(always)]
    pub(super) const fn again(self, grant: Grant) -> Grant {
        Grant(grant.0 ^ self.lap as Index)
    }

    /// The ticket after this one.
    #[inline(always)]
    pub(super) const fn next(self, ticket: Ticket) -> Ticket {
        if self.turn(ticket) + 1 < self.count { Ticket(ticket.0 + 4) } else { self.first_of_next_lap(ticket) }
    }

    #[cold]
    #[inline(always)]
    const fn first_of_next_lap(self, ticket: Ticket) -> Ticket {
        Ticket((ticket.0 & !(self.lap - 1)).wrapping_add(self.lap))
    }

    /// The ticket before this one.
    #[inline(always)]
    pub(super) const fn previous(self, ticket: Ticket) -> Ticket {
        if self.turn(ticket) > 0 {
            Ticket(ticket.0 - 4)
        } else {
            Ticket(ticket.0.wrapping_sub(self.lap) | ((self.count - 1) << 2))
        }
    }

    /// The ticket `count` steps on; `count` is at most the number of slots.
    #[cfg_attr(not(all(target_os = "none", not(target_pointer_width = "64"))), inline)]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), inline(never))]
    pub(super) const fn advance(self, ticket: Ticket, count: usize) -> Ticket {
        let room = self.count - self.turn(ticket);
        if count < room {
            Ticket(ticket.0 + 4 * count)
        } else {
            let first = self.first_of_next_lap(ticket);
            Ticket(first.0 + 4 * (count - room))
        }
    }

    /// The ticket N before this one.
    #[inline]
    pub(super) const fn lap_before(self, ticket: Ticket) -> Ticket {
        Ticket(ticket.0.wrapping_sub(self.lap))
    }

    /// The ticket N after this one.
    #[inline(always)]
    pub(super) const fn lap_after(self, ticket: Ticket) -> Ticket {
        Ticket(ticket.0.wrapping_add(self.lap))
    }

    /// How many slots are held where the next ticket is `tail`, and those before `limit` have a slot. The two may have been
    /// looked at at different times.
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), inline(never))]
    pub(super) const fn held(self, tail: Ticket, limit: Ticket) -> usize {
        if tail.is_before(limit) { self.count.saturating_sub(self.distance(tail, limit)) } else { self.count }
    }

    /// How many tickets there are from one to another, which is not before it.
    pub(super) const fn distance(self, from: Ticket, to: Ticket) -> usize {
        let mask = self.lap - 1;
        let laps = (to.0 & !mask).wrapping_sub(from.0 & !mask) >> self.shift;
        laps.wrapping_mul(self.count).wrapping_add(self.turn(to)).wrapping_sub(self.turn(from))
    }
}

/// A turn of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(usize);

impl Ticket {
    #[inline(always)]
    pub(super) const fn to_word(self) -> usize {
        self.0
    }

    /// From a word whose lowest two bits may be used for something else.
    #[inline(always)]
    pub(super) const fn from_word(word: usize) -> Self {
        Self(word & !3)
    }

    /// One that is as far ahead as one can be that is not [before](Self::is_before) it.
    pub(super) const fn farthest(self) -> Self {
        Self::from_word(self.0.wrapping_add(isize::MAX as usize))
    }

    /// Whether it is dealt out earlier than another one, which is less than half of all laps away.
    #[inline(always)]
    pub(super) const fn is_before(self, other: Self) -> bool {
        (self.0.wrapping_sub(other.0) as isize) < 0
    }
}

/// What a producer has done with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u8);

impl Stamp {
    /// Nothing yet.
    pub(super) const NONE: Self = Self(0);
    /// It has put an item in.
    pub(super) const FULL: Self = Self(1);
    /// It has given its ticket back without an item.
    pub(super) const VOID: Self = Self(2);

    #[inline(always)]
    pub(super) const fn to_word(self) -> u8 {
        self.0
    }

    #[inline(always)]
    pub(super) const fn from_word(word: u8) -> Self {
        Self(word)
    }
}

/// Which slot a ticket has. There is one for each turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant(Index);

impl Grant {
    /// To the first ticket of each turn, whose lap is even: its own slot.
    pub(super) const FIRST: Self = Self(0);

    #[inline(always)]
    pub(super) const fn to_word(self) -> Index {
        self.0
    }

    #[inline(always)]
    pub(super) const fn from_word(word: Index) -> Self {
        Self(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_agree_with_plain_arithmetic() {
        for n in 1..=9 {
            let slots = Slots::new(n).unwrap();
            assert_eq!(slots.count(), n);
            let after = |steps: usize| (0..steps).fold(slots.start(), |ticket, _| slots.next(ticket));
            for steps in 0..5 * n {
                let ticket = after(steps);
                assert_eq!(slots.turn(ticket), steps % n);
                assert_eq!(slots.previous(slots.next(ticket)), ticket);
                assert_eq!(slots.lap_before(slots.advance(ticket, n)), ticket);
                assert_eq!((slots.held(slots.next(ticket), ticket), slots.held(ticket, after(steps + n + 1))), (n, 0));
                assert_eq!(Ticket::from_word(ticket.to_word() | 3), ticket);
                for count in 0..=2 * n {
                    let to = after(steps + count);
                    assert_eq!(slots.distance(ticket, to), count, "{n} {steps} {count}");
                    assert_eq!(ticket.is_before(to), count > 0);
                    assert!(!to.is_before(ticket));
                    if count <= n {
                        assert_eq!(slots.advance(ticket, count), to);
                        assert_eq!(slots.held(ticket, to), n - count);
                    }
                }
            }
        }
    }

    #[test]
    fn grants_say_which_slot_and_to_whom() {
        for n in 1..=9 {
            let slots = Slots::new(n).unwrap();
            let mut ticket = slots.start();
            for turn in 0..n {
                assert_eq!(slots.granted(ticket, Grant::FIRST), Some(turn));
                ticket = slots.next(ticket);
            }
            for _ in 0..4 * n {
                let later = slots.advance(ticket, n);
                for slot in 0..n {
                    let grant = slots.grant(ticket, slot);
                    assert_eq!((slots.granted(ticket, grant), slots.granted(later, grant)), (Some(slot), None));
                    assert_eq!((slots.slot(ticket, grant), slots.slot(later, grant)), (slot, slot));
                    assert_eq!(slots.again(grant), slots.grant(later, slot));
                    assert_eq!(Grant::from_word(grant.to_word()), grant);
                }
                ticket = slots.next(ticket);
            }
        }
    }

    #[test]
    fn the_greatest_number_of_slots_wraps_as_well() {
        let slots = Slots::new(Slots::MAX).unwrap();
        let start = slots.advance(slots.start(), Slots::MAX);
        let last = slots.advance(start, Slots::MAX - 1);
        assert_eq!(slots.turn(last), Slots::MAX - 1);
        assert_eq!(slots.next(last), slots.advance(start, Slots::MAX));
        assert_eq!(slots.next(last).to_word(), 0, "the laps start again");
        assert!(last.is_before(slots.next(last)));
        assert_eq!(slots.distance(start, slots.next(last)), Slots::MAX);
        for ticket in [slots.start(), start, last] {
            for slot in [0, 1, Slots::MAX - 1] {
                assert_eq!(slots.granted(ticket, slots.grant(ticket, slot)), Some(slot));
            }
        }
    }

    #[test]
    fn capacities_out_of_range_are_refused() {
        assert_eq!(Slots::new(0).unwrap_err(), CapacityError::Zero);
        assert_eq!(Slots::new(Slots::MAX + 1).unwrap_err(), CapacityError::TooLarge);
    }
}
