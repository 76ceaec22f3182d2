//! Tickets, and what is said about them in a word.
//!
//! ```text
//!          BITS-1          2+b 1+b        2   1 0
//!         +-------------------+------------+-----+
//! ticket  | lap               | turn       | 0 0 |   b bits for the turn, as many as N - 1 has
//!         +-------------------+------------+-----+
//! stamp   | ticket                         |state|   full or void; none before the first
//!          BITS-1    1+BITS/2    2+b 1+b   2   1   0
//!         +--------------------+---+---+-----+---+---+
//! grant   | slot - turn, mod N |...|odd|turn |h  |odd|   odd: the lowest bit of the lap; h: the slot beside it is a hole
//!         +--------------------+---+---+-----+---+---+   of a ticket of this turn and this odd
//! ```
//! Tickets are dealt out in order, each once. The first one is in the last lap that there is, so that every ring meets the
//! wrap of the laps after its first N items. A lap comes around after 2^(BITS - 2 - b) laps: never with 64 bits, after 2^29
//! items at least with 32.

#![forbid(unsafe_code)]

use crate::CapacityError;

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
    /// So that there is room in a grant for two numbers of slots.
    pub(super) const MAX: usize = 1 << (usize::BITS / 2 - 2);

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
        const { assert!(N <= Self::MAX, "the capacity of an mpsc ring can't be above 2^(usize::BITS / 2 - 2)") };
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
        Ticket(usize::MAX << self.shift)
    }

    /// Its turn within its lap, below the count.
    #[inline(always)]
    pub(super) const fn turn(self, ticket: Ticket) -> usize {
        (ticket.0 & (self.lap - 1)) >> 2
    }

    /// The grant of a slot to a ticket.
    #[inline(always)]
    pub(super) const fn grant(self, ticket: Ticket, slot: usize) -> Grant {
        let turn = self.turn(ticket);
        let ahead = if slot >= turn { slot - turn } else { slot + self.count - turn };
        Grant(ahead << Grant::AHEAD | ticket.0 & self.lap)
    }

    /// The slot that is granted to a ticket, below the count. `None`: it is a grant to another ticket of the same turn.
    #[inline(always)]
    pub(super) const fn granted(self, ticket: Ticket, grant: Grant) -> Option<usize> {
        if (grant.0 ^ ticket.0) & self.lap == 0 { Some(self.slot(ticket, grant)) } else { None }
    }

    /// The slot of a grant to a ticket of this turn.
    #[inline(always)]
    pub(super) const fn slot(self, ticket: Ticket, grant: Grant) -> usize {
        let slot = self.turn(ticket) + (grant.0 >> Grant::AHEAD);
        if slot < self.count { slot } else { self.around(slot) }
    }

    // Cold, so that this is a branch: most slots have their own turns.
    #[cold]
    #[inline(always)]
    const fn around(self, slot: usize) -> usize {
        slot - self.count
    }

    /// The grant of the same slot to the ticket N after the one that had it.
    #[inline(always)]
    pub(super) const fn again(self, grant: Grant) -> Grant {
        Grant(grant.0 ^ self.lap)
    }

    /// What of a grant is about the slot beside it.
    const fn mark(self, grant: Grant) -> usize {
        grant.0 & (self.lap - 1)
    }

    /// That a slot is a hole of that ticket, among 2 N in a row.
    const fn mark_of(self, ticket: Ticket) -> usize {
        ticket.0 & (self.lap - 1) | Grant::HOLE | (ticket.0 & self.lap != 0) as usize
    }

    /// The same grant beside a slot that is a hole of that ticket, or of none.
    pub(super) const fn with_hole(self, grant: Grant, hole: Option<Ticket>) -> Grant {
        let mark = match hole {
            Some(ticket) => self.mark_of(ticket),
            None => 0,
        };
        Grant(grant.0 ^ self.mark(grant) ^ mark)
    }

    /// The same grant beside the slot that the other one lies beside.
    pub(super) const fn beside(self, grant: Grant, other: Grant) -> Grant {
        Grant(grant.0 | self.mark(other))
    }

    /// The ticket that has been used in a slot, if the slot is a hole of that ticket. Older stamps are of tickets that are N
    /// before it at most.
    pub(super) const fn used_hole(self, beside: Grant, stamp: Stamp) -> Option<Ticket> {
        match stamp.ticket() {
            Some(ticket) if self.mark(beside) == self.mark_of(ticket) => Some(ticket),
            _ => None,
        }
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

    /// Whether it is dealt out earlier than another one, which is less than half of all laps away.
    #[inline(always)]
    pub(super) const fn is_before(self, other: Self) -> bool {
        (self.0.wrapping_sub(other.0) as isize) < 0
    }
}

/// Whose item is in a slot, or was last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(usize);

impl Stamp {
    /// Of a slot that nobody has used.
    pub(super) const NONE: Self = Self(0);
    const FULL: usize = 1;
    const VOID: usize = 2;

    /// The item of that ticket is inside.
    #[inline(always)]
    pub(super) const fn full(ticket: Ticket) -> Self {
        Self(ticket.0 | Self::FULL)
    }

    /// The producer has given that ticket back without an item.
    #[inline(always)]
    pub(super) const fn void(ticket: Ticket) -> Self {
        Self(ticket.0 | Self::VOID)
    }

    #[inline(always)]
    pub(super) const fn to_word(self) -> usize {
        self.0
    }

    #[inline(always)]
    pub(super) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    /// Whether the ticket has been used, with an item or without.
    #[inline(always)]
    pub(super) const fn is_of(self, ticket: Ticket) -> bool {
        self.0 & !3 == ticket.0 && self.0 & 3 != 0
    }

    /// Whether an item was put in.
    #[inline(always)]
    pub(super) const fn is_full(self) -> bool {
        self.0 & 3 == Self::FULL
    }

    /// The ticket that has been used.
    pub(super) const fn ticket(self) -> Option<Ticket> {
        if self.0 & 3 == 0 { None } else { Some(Ticket::from_word(self.0)) }
    }
}

/// Which slot a ticket has. There is one for each turn, and beside it, for the consumer, whether the slot of the same number
/// is a hole, and of which ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant(usize);

impl Grant {
    /// To the first ticket of each turn: its own slot. Odd, wherever that stands, and so there is more in it than in any other
    /// one, which nobody looks at: it is no hole.
    pub(super) const FIRST: Self = Self((1 << Self::AHEAD) - 4);
    /// Where it says how far ahead of its turn the slot is.
    const AHEAD: u32 = usize::BITS / 2 + 1;
    const HOLE: usize = 2;

    #[inline(always)]
    pub(super) const fn to_word(self) -> usize {
        self.0
    }

    #[inline(always)]
    pub(super) const fn from_word(word: usize) -> Self {
        Self(word)
    }

    pub(super) const fn is_hole(self) -> bool {
        self.0 & Self::HOLE != 0
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
                let later = slots.advance(ticket, n);
                for slot in 0..n {
                    let grant = slots.grant(ticket, slot);
                    assert_eq!((slots.granted(ticket, grant), slots.granted(later, grant)), (Some(slot), None));
                    assert!(!grant.is_hole());
                    let hole = slots.with_hole(grant, Some(later));
                    assert!(hole.is_hole());
                    assert_eq!(slots.granted(ticket, hole), Some(slot));
                    assert_eq!(slots.with_hole(hole, None), grant);
                    assert_eq!(slots.beside(grant, hole), hole);
                    let mut used = slots.advance(slots.start(), turn);
                    for steps in turn..=n + turn {
                        let expected = (used == later).then_some(later);
                        assert_eq!(slots.used_hole(hole, Stamp::full(used)), expected, "{n} {turn} {steps}");
                        used = slots.next(used);
                    }
                    assert_eq!(slots.used_hole(hole, Stamp::NONE), None);
                    assert_eq!(slots.used_hole(grant, Stamp::full(later)), None);
                    assert_eq!(Grant::from_word(grant.to_word()), grant);
                }
                ticket = slots.next(ticket);
            }
        }
    }

    #[test]
    fn stamps_say_whose_item() {
        let slots = Slots::new(5).unwrap();
        let (ticket, other) = (slots.start(), slots.next(slots.start()));
        let (full, void) = (Stamp::full(ticket), Stamp::void(ticket));
        assert!(full.is_full() && full.is_of(ticket) && !full.is_of(other));
        assert!(!void.is_full() && void.is_of(ticket) && !void.is_of(other));
        assert_eq!((full.ticket(), void.ticket(), Stamp::NONE.ticket()), (Some(ticket), Some(ticket), None));
        assert!(!Stamp::NONE.is_of(slots.advance(other, 4)), "not even of the ticket 0");
        assert_eq!(Stamp::from_word(full.to_word()), full);
    }

    #[test]
    fn the_greatest_number_of_slots_wraps_as_well() {
        let slots = Slots::new(Slots::MAX).unwrap();
        let last = slots.advance(slots.start(), Slots::MAX - 1);
        assert_eq!(slots.turn(last), Slots::MAX - 1);
        assert_eq!(slots.next(last), slots.advance(slots.start(), Slots::MAX));
        assert_eq!(slots.next(last).to_word(), 0, "the laps start again");
        assert!(last.is_before(slots.next(last)));
        assert_eq!(slots.distance(slots.start(), slots.next(last)), Slots::MAX);
        let grant = slots.grant(slots.start(), Slots::MAX - 1);
        assert_eq!(slots.granted(slots.start(), grant), Some(Slots::MAX - 1));
    }

    #[test]
    fn capacities_out_of_range_are_refused() {
        assert_eq!(Slots::new(0).unwrap_err(), CapacityError::Zero);
        assert_eq!(Slots::new(Slots::MAX + 1).unwrap_err(), CapacityError::TooLarge);
    }
}
