//! Tickets and stamps: which turn of which slot it is.
//!
//! ```text
//!          BITS-1          2+b 1+b        2   1 0
//!         +-------------------+------------+-----+
//! ticket  | lap               | slot       | 0 0 |   b bits for the slot, as many as N - 1 has
//!         +-------------------+------------+-----+
//! stamp   | 0 .. 0 lap                     |state|   free, full, or void, in that lap
//!         +--------------------------------+-----+
//! ```
//! Tickets are dealt out in order, each once. The first one is in the last lap that there is, so that every ring meets the
//! wrap of the laps after its first N items. A lap comes around after 2^(BITS - 2 - b) laps: never with 64 bits, after 2^30
//! items or somewhat more with 32.

#![forbid(unsafe_code)]

use crate::CapacityError;

/// The number of slots, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    count: usize,
    /// How many bits the number of a slot takes, and two more.
    shift: u32,
}

impl Slots {
    /// So that at least a thousand laps can be told apart.
    pub(super) const MAX: usize = 1 << (usize::BITS - 12);

    pub(super) const fn new(count: usize) -> Result<Self, CapacityError> {
        match count {
            0 => Err(CapacityError::Zero),
            1..=Self::MAX => Ok(Self { count, shift: 2 + usize::BITS - (count - 1).leading_zeros() }),
            _ => Err(CapacityError::TooLarge),
        }
    }

    /// Those of an array, checked at compile time.
    pub(super) const fn of_array<const N: usize>() -> Self {
        const { assert!(N > 0, "a ring holds at least one item: its capacity can't be 0") };
        const { assert!(N <= Self::MAX, "the capacity of an mpsc ring can't be above 2^(usize::BITS - 12)") };
        match Self::new(N) {
            Ok(slots) => slots,
            Err(_) => unreachable!(),
        }
    }

    #[inline(always)]
    pub(super) const fn count(self) -> usize {
        self.count
    }

    #[inline(always)]
    const fn lap(self) -> usize {
        1 << self.shift
    }

    /// The ticket that is dealt out first.
    pub(super) const fn start(self) -> Ticket {
        Ticket(usize::MAX << self.shift)
    }

    /// The slot of a ticket, below the count.
    #[inline(always)]
    pub(super) const fn idx(self, ticket: Ticket) -> usize {
        (ticket.0 & (self.lap() - 1)) >> 2
    }

    /// What the stamp of the ticket's slot is while it is the ticket's turn and nothing has been put in.
    #[inline(always)]
    pub(super) const fn free(self, ticket: Ticket) -> Stamp {
        Stamp((ticket.0 >> (self.shift - 2)) & !3)
    }

    /// What it is once the item is inside.
    #[inline(always)]
    pub(super) const fn full(self, ticket: Ticket) -> Stamp {
        Stamp(self.free(ticket).0 | Stamp::FULL)
    }

    /// What it is once its producer has given the ticket back without an item.
    #[inline(always)]
    pub(super) const fn void(self, ticket: Ticket) -> Stamp {
        Stamp(self.free(ticket).0 | Stamp::VOID)
    }

    /// The ticket after this one.
    #[inline(always)]
    pub(super) const fn next(self, ticket: Ticket) -> Ticket {
        if self.idx(ticket) + 1 < self.count { Ticket(ticket.0 + 4) } else { self.first_of_next_lap(ticket) }
    }

    #[cold]
    #[inline(always)]
    const fn first_of_next_lap(self, ticket: Ticket) -> Ticket {
        Ticket((ticket.0 & !(self.lap() - 1)).wrapping_add(self.lap()))
    }

    /// The ticket before this one.
    #[inline(always)]
    pub(super) const fn previous(self, ticket: Ticket) -> Ticket {
        if self.idx(ticket) > 0 {
            Ticket(ticket.0 - 4)
        } else {
            Ticket(ticket.0.wrapping_sub(self.lap()) | ((self.count - 1) << 2))
        }
    }

    /// The ticket `count` steps on; `count` is at most the number of slots.
    #[inline]
    pub(super) const fn advance(self, ticket: Ticket, count: usize) -> Ticket {
        let room = self.count - self.idx(ticket);
        if count < room {
            Ticket(ticket.0 + 4 * count)
        } else {
            let first = self.first_of_next_lap(ticket);
            Ticket(first.0 + 4 * (count - room))
        }
    }

    /// The first ticket from `from` on that is of the slot of `ticket`.
    #[inline(always)]
    pub(super) const fn first_of_slot(self, from: Ticket, ticket: Ticket) -> Ticket {
        let mask = self.lap() - 1;
        let same_lap = (from.0 & !mask) | (ticket.0 & mask);
        if same_lap & mask < from.0 & mask { Ticket(same_lap.wrapping_add(self.lap())) } else { Ticket(same_lap) }
    }

    /// How many tickets there are from one to another, which is not before it.
    pub(super) const fn distance(self, from: Ticket, to: Ticket) -> usize {
        let mask = self.lap() - 1;
        let laps = (to.0 & !mask).wrapping_sub(from.0 & !mask) >> self.shift;
        laps.wrapping_mul(self.count).wrapping_add(self.idx(to)).wrapping_sub(self.idx(from))
    }

    /// The ticket of a slot that a stamp stands for, the nearest to `near`.
    pub(super) const fn ticket(self, idx: usize, stamp: Stamp) -> Ticket {
        Ticket(((stamp.0 & !3) << (self.shift - 2)) | (idx << 2))
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

    /// Whether it is dealt out earlier than another one, which is less than half of all laps away.
    #[inline(always)]
    pub(super) const fn is_before(self, other: Self) -> bool {
        (self.0.wrapping_sub(other.0) as isize) < 0
    }
}

/// Whose turn it is at a slot, and what has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(usize);

impl Stamp {
    const FULL: usize = 1;
    const VOID: usize = 2;

    #[inline(always)]
    pub(super) const fn to_word(self) -> usize {
        self.0
    }

    #[inline(always)]
    pub(super) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    pub(super) const fn is_free(self) -> bool {
        self.0 & 3 == 0
    }

    /// Whether there is an item.
    pub(super) const fn is_full(self) -> bool {
        self.0 & 3 == Self::FULL
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
                assert_eq!(slots.idx(ticket), steps % n);
                assert_eq!(slots.previous(slots.next(ticket)), ticket);
                assert_eq!(Ticket::from_word(ticket.to_word() | 3), ticket);
                // Stamps differ from lap to lap, and are the same within one.
                let lap_later = after(steps + n);
                assert_ne!(slots.free(ticket), slots.free(lap_later));
                assert_eq!(slots.free(ticket), slots.free(after(steps / n * n)));
                assert_eq!(slots.ticket(steps % n, slots.full(ticket)), ticket);
                assert!(slots.full(ticket).is_full() && !slots.free(ticket).is_full());
                assert!(!slots.void(ticket).is_full());
                for count in 0..=2 * n {
                    let to = after(steps + count);
                    assert_eq!(slots.distance(ticket, to), count, "{n} {steps} {count}");
                    assert_eq!(ticket.is_before(to), count > 0);
                    assert!(!to.is_before(ticket));
                    if count <= n {
                        assert_eq!(slots.advance(ticket, count), to);
                    }
                    let expected = (count..).find(|&more| (steps + more) % n == steps % n).unwrap();
                    assert_eq!(slots.first_of_slot(to, ticket), after(steps + expected));
                }
            }
        }
    }

    #[test]
    fn the_greatest_number_of_slots_wraps_as_well() {
        let slots = Slots::new(Slots::MAX).unwrap();
        let last = slots.advance(slots.start(), Slots::MAX - 1);
        assert_eq!(slots.idx(last), Slots::MAX - 1);
        assert_eq!(slots.next(last), slots.advance(slots.start(), Slots::MAX));
        assert_eq!(slots.next(last).to_word(), 0, "the laps start again");
        assert!(last.is_before(slots.next(last)));
        assert_eq!(slots.distance(slots.start(), slots.next(last)), Slots::MAX);
    }

    #[test]
    fn capacities_out_of_range_are_refused() {
        assert_eq!(Slots::new(0).unwrap_err(), CapacityError::Zero);
        assert_eq!(Slots::new(Slots::MAX + 1).unwrap_err(), CapacityError::TooLarge);
    }
}
