//! What `swap` promises: a queue whose every operation is one step, and whose push at full may take the oldest item out in the
//! same step; but a pop that has lost a race may leave items behind.
//!
//! # What is left behind
//! Where producers evict faster than the consumer can take one item, it goes on to a later one, half a ring from the oldest; and
//! at the second pop after that or later, if it is overtaken each time, to any later one, the newest at most.
//! Those before it are no longer inside: they count as evicted, and their slots are room. They come out in the pushes that come
//! to their slots, as evicted whatever the policy is and whoever is there, or are dropped by the pop that finds the ring empty. A
//! pop may do so only if
//! - it was overtaken: an item was evicted since the last one that it has taken,
//! - and it lost a race: a push that evicts overlaps it, or did so at an earlier pop, since which it has not taken as many
//!   items in a row as the ring holds, without one missing, nor found the ring empty.
//!
//! The pop that finds the ring empty drops what was left behind item by item, while pushes may still take some of them: at least
//! those that no such push takes are gone when it is over.
//!
//! A receive of a channel that waits is more than one pop: it may find the ring empty, and so drop what was left behind, before it
//! gets an item. That is a step of its own ([`Op::Look`]). One that gets nothing is one step: an item that came between two of its pops
//! would be received.
//!
//! # What is exact
//! A forced push evicts at full whatever the policy is; all else is as with any push, but that it is never told "full" or "shed". Those
//! are said only if as many items are inside as the ring holds, and nothing was left behind; "empty" only if
//! nothing is inside. The consumer is told exactly how many items are missing before the one that it gets. Its length is exact.
//! An eviction is one step: no length and no push sees one item less in between. A producer's length may be out of date, and
//! is not recorded.
//!
//! # Closing
//! The consumer closes the ring, or goes, which is the same. From then on each push is told "closed", under every policy, room
//! or not, and none before that; what is inside comes out, and then the consumer is told "closed". It is one step if the ring
//! was made for several producers, whether they are there or not.
//!
//! In a ring that was made for one, a push that overlaps the close may store or evict after it. The consumer is told "closed"
//! only when a push was refused, or the producer is gone, and "empty" until then; after that nothing comes. "Full" and "shed"
//! are never said after the close, though: what is full for the only producer was so when its push began.
//!
//! Another split takes in again. What was inside, left behind, missing and counted stays.

use forebay_core::Overflow;

use super::mpsc::obeys_at_rest;
use super::ring::{Items, Op, Pop, Push, Rest, UNTOLD, obeys};
use super::search::{Around, Spec};

/// A ring of a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    /// How many items it holds.
    pub capacity: usize,
    /// How many producers it was made for.
    pub seats: usize,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What was left behind and still has its slots.
    left: Items,
    /// How many slots between those and the oldest item inside have been freed.
    freed: u8,
    inside: Items,
    producers: u8,
    closed: bool,
    /// A push was refused as the ring was closed.
    noticed: bool,
    evicted: u16,
    shed: u16,
    /// How many were evicted since the consumer took one.
    missing: u16,
    /// At how many more pops it may leave items behind without losing another race.
    haste: u8,
    /// At how many pops in a row it may have left items behind in vain, up to [`MOST_JUMPS`].
    jumps: u8,
}

/// After so many of those, the one at hand among them, it may leave more than half a ring behind.
const MOST_JUMPS: u8 = 2;

impl State {
    /// A new ring with so many producers.
    #[must_use]
    pub fn new(producers: u8) -> Self {
        let (left, inside) = (Items::default(), Items::default());
        let (closed, noticed) = (false, false);
        Self { left, freed: 0, inside, producers, closed, noticed, evicted: 0, shed: 0, missing: 0, haste: 0, jumps: 0 }
    }

    /// With ends of another split, for so many producers.
    const fn split_again(self, producers: u8) -> Self {
        Self { producers, closed: false, noticed: false, haste: 0, ..self }
    }

    /// Without some of those that were left behind: the oldest are evicted, the latest dropped.
    fn with_left(mut self, left: Items, freed: usize) -> Self {
        self.left = left;
        self.freed = if left.is_empty() { 0 } else { self.freed + small(freed) };
        self
    }

    /// With an item taken from the front.
    fn popped(mut self) -> Self {
        self.inside = self.inside.without_oldest(1);
        if !self.left.is_empty() {
            self.freed += 1;
        }
        self
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).expect("a small number")
}

impl Swap {
    /// Whether the slot at the tail has an item.
    fn is_occupied(self, state: &State) -> bool {
        state.left.len() + usize::from(state.freed) + state.inside.len() == self.capacity
    }

    fn push(self, state: &State, call: &Around<'_, Op>, id: u16, outcome: Push) -> Option<State> {
        let mut next = *state;
        let is_full = self.is_occupied(state) && state.left.is_empty();
        let is_forced = matches!(call.op(), Op::Forced(..));
        let is_refused = |policy| is_full && !state.closed && !is_forced && obeys(call, policy);
        let can_be = match outcome {
            Push::Stored | Push::Evicted(_) if state.closed && !self.may_be_late(state, call) => false,
            Push::Stored => {
                next.inside = state.inside.with_if(id, !self.is_occupied(state));
                !self.is_occupied(state)
            }
            Push::Evicted(victim) if is_full => {
                next.inside = state.inside.without_oldest(1).with(id);
                next.evicted += 1;
                next.missing += 1;
                state.inside.oldest() == Some(victim) && (is_forced || obeys(call, Overflow::DropOldest))
            }
            Push::Evicted(victim) if self.is_occupied(state) => {
                next = next.with_left(state.left.without_oldest(1), 0);
                next.inside = state.inside.with(id);
                state.left.oldest() == Some(victim)
            }
            Push::Evicted(_) => false,
            Push::Full => is_refused(Overflow::Reject),
            Push::Shed => {
                next.shed += 1;
                is_refused(Overflow::DropIncoming)
            }
            Push::Closed => {
                next.noticed = true;
                state.closed
            }
        };
        can_be.then_some(next)
    }

    /// Whether a push may have an effect though the ring was closed.
    fn may_be_late(self, state: &State, call: &Around<'_, Op>) -> bool {
        let closes = |op: &Op| matches!(op, Op::Close | Op::ConsumerGoes);
        self.seats == 1 && !state.noticed && call.overlapping().any(closes)
    }

    /// Whether the consumer is told that nothing comes when nothing is inside.
    const fn is_over(self, state: &State) -> bool {
        state.producers == 0 || state.closed && (self.seats > 1 || state.noticed)
    }

    fn take(self, state: &State, call: &Around<'_, Op>, id: u16, missing: usize) -> Option<State> {
        let leaves = state.inside.older_than(id)?;
        let is_missing = usize::from(state.missing) + leaves;
        if missing != is_missing && missing != UNTOLD {
            return None;
        }
        let missing = is_missing;
        let lost_a_race = call.overlapping().any(Op::has_evicted);
        let jumps = if state.haste > 0 { (state.jumps + 1).min(MOST_JUMPS) } else { 0 };
        let most = if jumps == MOST_JUMPS { self.capacity - 1 } else { self.capacity / 2 };
        let mut next = *state;
        if leaves > 0 {
            let was_overtaken = state.missing > 0 && state.left.is_empty();
            if !was_overtaken || leaves > most || !(lost_a_race || state.haste > 0) {
                return None;
            }
            next.left = state.inside.up_to(leaves);
            next.inside = state.inside.without_oldest(leaves);
            next.evicted += u16::from(small(leaves));
        }
        if missing > 0 && (lost_a_race || state.haste > 0) {
            next.haste = small(self.capacity + 1);
            next.jumps = jumps;
        }
        next.haste = next.haste.saturating_sub(1);
        next.missing = 0;
        Some(next.popped())
    }

    /// Nothing is inside, and what was left behind is dropped, but for what pushes take meanwhile.
    ///
    /// A second time in a row it changes nothing, so one [`Op::Look`] stands for any number of them.
    fn find_empty(state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let taken = call.pending().filter(|op| op.has_evicted()).count();
        for stays in 0..=state.left.len().min(taken) {
            let mut next = state.with_left(state.left.up_to(stays), state.left.len() - stays);
            next.haste = 0;
            after.push(next);
        }
    }
}

impl Items {
    fn with_if(self, id: u16, there_is_room: bool) -> Self {
        if there_is_room { self.with(id) } else { self }
    }
}

impl Spec for Swap {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        match *call.op() {
            Op::Push(id, outcome) | Op::Forced(id, outcome) => after.extend(self.push(state, call, id, outcome)),
            Op::Pop(Pop::Item(id), missing) => after.extend(self.take(state, call, id, missing)),
            Op::Pop(why, missing) => {
                let expected = if self.is_over(state) { Pop::Closed } else { Pop::Empty };
                if state.inside.is_empty() && (missing == 0 || missing == UNTOLD) && why == expected {
                    Self::find_empty(state, call, after);
                }
            }
            Op::Look => {
                after.push(*state);
                if state.inside.is_empty() && !self.is_over(state) {
                    Self::find_empty(state, call, after);
                }
            }
            Op::NoMore if state.inside.is_empty() => Self::find_empty(state, call, after),
            Op::Len(len) => after.extend((state.inside.len() == len).then_some(*state)),
            Op::Rest(Rest { len, evicted, shed, policy }) => {
                let known = (state.inside.len(), state.evicted.into(), state.shed.into());
                after.extend((known == (len, evicted, shed) && obeys_at_rest(call, policy)).then_some(*state));
            }
            Op::Left(items) => after.extend((state.inside == items).then_some(*state)),
            Op::Switch(_) => after.push(*state),
            Op::Close | Op::ConsumerGoes => after.push(State { closed: true, ..*state }),
            Op::IsClosed(closed) => after.extend((state.closed == closed).then_some(*state)),
            Op::Split(producers) => after.push(state.split_again(producers)),
            Op::ProducerGoes => after.push(State { producers: state.producers - 1, ..*state }),
            Op::NoMore | Op::NoRoom | Op::ProducersLen(_) => {}
        }
    }

    fn remark(&self, state: &State) -> Option<&'static str> {
        (!state.left.is_empty()).then_some("left behind")
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Call;
    use super::super::search::{Failure, Set, search};
    use super::*;
    use Op::{Pop as Popped, Push as Pushed, Switch};

    fn states_of(seats: u8, capacity: usize, window: &[(u64, u64, Op)]) -> Set<State> {
        let rest = Op::Rest(Rest { len: 0, evicted: 0, shed: 0, policy: Overflow::DropOldest });
        let calls = [(0, 0, rest)].into_iter().chain(window.iter().copied());
        // Each of a thread that does nothing else.
        let call = |(thread, (begin, end, op))| Call { thread, begin, end, op };
        let calls: Vec<_> = calls.enumerate().map(call).collect();
        match search(&Swap { capacity, seats: seats.into() }, &Set::from_iter([State::new(seats)]), &calls, 10_000) {
            Ok(found) => found.states,
            Err(Failure::NoOrder { .. }) => Set::default(),
            Err(Failure::TooMany) => panic!("a small window"),
        }
    }

    fn can_be(capacity: usize, window: &[(u64, u64, Op)]) -> bool {
        !states_of(2, capacity, window).is_empty()
    }

    fn can_be_for_one(capacity: usize, window: &[(u64, u64, Op)]) -> bool {
        !states_of(1, capacity, window).is_empty()
    }

    /// Four items in a ring of four, by the time 9.
    const FULL: [(u64, u64, Op); 4] = [
        (1, 2, Pushed(1, Push::Stored)),
        (3, 4, Pushed(2, Push::Stored)),
        (5, 6, Pushed(3, Push::Stored)),
        (7, 8, Pushed(4, Push::Stored)),
    ];

    fn after_full(window: &[(u64, u64, Op)]) -> bool {
        can_be(4, &[&FULL[..], window].concat())
    }

    #[test]
    fn at_full_the_oldest_goes() {
        assert!(after_full(&[(10, 11, Pushed(5, Push::Evicted(1)))]));
        assert!(!after_full(&[(10, 11, Pushed(5, Push::Evicted(2)))]));
        assert!(!after_full(&[(10, 11, Pushed(5, Push::Stored))]));
        assert!(!after_full(&[(10, 11, Pushed(5, Push::Full))]));
        assert!(!can_be(5, &[&FULL[..], &[(10, 11, Pushed(5, Push::Evicted(1)))]].concat()));
    }

    #[test]
    fn a_forced_push_obeys_no_policy() {
        let (reject, forced) = ((10, 11, Switch(Overflow::Reject)), |outcome| (12, 13, Op::Forced(5, outcome)));
        assert!(after_full(&[reject, forced(Push::Evicted(1))]) && !after_full(&[reject, forced(Push::Evicted(2))]));
        assert!(!after_full(&[reject, forced(Push::Full)]) && !after_full(&[reject, forced(Push::Stored)]));
        assert!(!after_full(&[reject, (12, 13, Pushed(5, Push::Evicted(1)))]));
        assert!(can_be(5, &[&FULL[..], &[forced(Push::Stored)]].concat()));
        assert!(!can_be(5, &[&FULL[..], &[forced(Push::Evicted(1))]].concat()), "there is room");
        // Nor once it is closed.
        assert!(after_full(&[(10, 11, Op::Close), forced(Push::Closed)]));
        assert!(!after_full(&[(10, 11, Op::Close), forced(Push::Evicted(1))]));
    }

    #[test]
    fn the_consumer_is_told_what_is_missing() {
        let evicts = (10, 11, Pushed(5, Push::Evicted(1)));
        assert!(after_full(&[evicts, (12, 13, Popped(Pop::Item(2), 1)), (14, 15, Popped(Pop::Item(3), 0))]));
        assert!(!after_full(&[evicts, (12, 13, Popped(Pop::Item(2), 0))]));
        assert!(!after_full(&[evicts, (12, 13, Popped(Pop::Item(2), 1)), (14, 15, Popped(Pop::Item(3), 1))]));
    }

    #[test]
    fn only_a_pop_that_lost_a_race_leaves_items_behind() {
        let pop = |end, id, missing| (12, end, Popped(Pop::Item(id), missing));
        let (evicts, evicts_meanwhile) = ((10, 11, Pushed(5, Push::Evicted(1))), (13, 14, Pushed(6, Push::Evicted(2))));
        // It found 1 gone, then 2, and went half a ring on from 3.
        assert!(after_full(&[evicts, pop(15, 5, 4), evicts_meanwhile]));
        // Without a race, or further than that, or without anything gone.
        assert!(!after_full(&[evicts, pop(13, 4, 3)]));
        assert!(!after_full(&[evicts, pop(15, 6, 5), evicts_meanwhile]));
        assert!(!after_full(&[pop(15, 3, 2), (13, 14, Pushed(6, Push::Evicted(5)))]));
    }

    #[test]
    fn what_was_left_behind_is_room() {
        let until_then = [
            (10, 11, Pushed(5, Push::Evicted(1))),
            (12, 15, Popped(Pop::Item(5), 4)),
            (13, 14, Pushed(6, Push::Evicted(2))),
            (16, 17, Switch(Overflow::Reject)),
        ];
        let then = |window: &[(u64, u64, Op)]| after_full(&[&until_then[..], window].concat());
        // 3 and 4 were left behind, 5 was taken, 6 is inside.
        assert!(then(&[(20, 21, Op::Len(1))]));
        assert!(then(&[(20, 21, Pushed(7, Push::Evicted(3))), (22, 23, Pushed(8, Push::Evicted(4)))]));
        assert!(!then(&[(20, 21, Pushed(7, Push::Evicted(4)))]));
        assert!(!then(&[(20, 21, Pushed(7, Push::Full))]));
        assert!(!then(&[(20, 21, Pushed(7, Push::Stored))]));
        // They are gone when the ring was found empty, and the slots are free.
        let empty = [(20, 21, Popped(Pop::Item(6), 0)), (22, 25, Popped(Pop::Empty, 0))];
        assert!(then(&[&empty[..], &[(26, 27, Pushed(7, Push::Stored))]].concat()));
        assert!(!then(&[&empty[..], &[(26, 27, Pushed(7, Push::Evicted(3)))]].concat()));
        // A push meanwhile may get the first of them. Then that slot is not free.
        assert!(then(&[&empty[..], &[(23, 24, Pushed(7, Push::Evicted(3)))]].concat()));
        assert!(!then(&[&empty[..], &[(23, 24, Pushed(7, Push::Evicted(4)))]].concat()));
    }

    /// As what was left behind was dropped before that.
    #[test]
    fn only_what_waits_finds_nothing_and_then_an_item() {
        let until_then = [
            (10, 11, Pushed(5, Push::Evicted(1))),
            (12, 15, Popped(Pop::Item(5), 4)),
            (13, 14, Pushed(6, Push::Evicted(2))),
            (16, 17, Popped(Pop::Item(6), 0)),
        ];
        let then = |window: &[(u64, u64, Op)]| after_full(&[&until_then[..], window].concat());
        let (stored, evicts) = (Push::Stored, Push::Evicted(3));
        let push = |outcome| (21, 22, Pushed(7, outcome));
        let (look, item) = ((20, 23, Op::Look), (20, 23, Popped(Pop::Item(7), 0)));
        assert!(then(&[push(evicts), item]) && then(&[push(evicts), look, item]));
        assert!(then(&[push(stored), look, item]) && !then(&[push(stored), item]));
        // Not while an item is inside.
        assert!(!then(&[(18, 19, Pushed(7, evicts)), look, (21, 22, Pushed(8, stored))]));
        assert!(then(&[(18, 19, Pushed(7, evicts)), look, (21, 22, Pushed(8, Push::Evicted(4)))]));
        // A batch that stops has found nothing for sure.
        assert!(then(&[(18, 19, Op::NoMore), push(stored)]) && !then(&[(18, 19, Op::NoMore), push(evicts)]));
        assert!(!then(&[(18, 19, Pushed(7, evicts)), (20, 21, Op::NoMore)]));
    }

    #[test]
    fn a_push_obeys_a_policy_of_its_time() {
        let full = (20, 29, Pushed(5, Push::Full));
        assert!(after_full(&[(10, 11, Switch(Overflow::Reject)), full]));
        assert!(after_full(&[full, (21, 22, Switch(Overflow::Reject)), (23, 24, Switch(Overflow::DropOldest))]));
        assert!(!after_full(&[(10, 11, Switch(Overflow::Reject)), (12, 13, Switch(Overflow::DropOldest)), full]));
        assert!(!after_full(&[full, (30, 31, Switch(Overflow::Reject))]));
        // Which of two switches came last is not known.
        assert!(after_full(&[(10, 13, Switch(Overflow::Reject)), (11, 12, Switch(Overflow::DropOldest)), full]));
        // Whatever the policy is, the ring was full.
        assert!(!can_be(5, &[&FULL[..], &[(10, 11, Switch(Overflow::Reject)), full]].concat()));
    }

    #[test]
    fn the_end_of_the_producers_is_seen() {
        let producers_go = [(1, 2, Op::ProducerGoes), (1, 2, Op::ProducerGoes)];
        assert!(can_be(1, &[&producers_go[..], &[(3, 4, Popped(Pop::Closed, 0))]].concat()));
        assert!(!can_be(1, &[&producers_go[..], &[(3, 4, Popped(Pop::Empty, 0))]].concat()));
        assert!(!can_be(1, &[(1, 2, Op::ProducerGoes), (3, 4, Popped(Pop::Closed, 0))]));
    }

    #[test]
    fn a_close_is_one_step() {
        let (close, refused) = ((3, 4, Op::Close), (5, 6, Pushed(1, Push::Closed)));
        let (empty, closed) = ((7, 8, Popped(Pop::Empty, 0)), (7, 8, Popped(Pop::Closed, 0)));
        for close in [close, (3, 4, Op::ConsumerGoes)] {
            assert!(can_be(1, &[close, refused, closed]));
            assert!(!can_be(1, &[close, (5, 6, Pushed(1, Push::Stored))]));
        }
        assert!(can_be(1, &[close, closed]));
        assert!(!can_be(1, &[close, empty]));
        assert!(!can_be(1, &[refused]));
        // Whatever the policy is.
        assert!(after_full(&[(10, 11, Op::Close), (12, 13, Pushed(5, Push::Closed))]));
        assert!(!after_full(&[(10, 11, Op::Close), (12, 13, Pushed(5, Push::Evicted(1)))]));
        // A push under way is before it or refused.
        let late = |outcome| (2, 9, Pushed(1, outcome));
        assert!(can_be(1, &[close, late(Push::Stored), (5, 6, Popped(Pop::Item(1), 0)), closed]));
        assert!(can_be(1, &[close, late(Push::Closed), closed]));
        assert!(!can_be(1, &[close, late(Push::Stored), closed]));
        assert!(!can_be(1, &[close, (2, 9, Pushed(2, Push::Stored)), (5, 6, Op::Len(0))]));
        assert!(!can_be(1, &[(1, 2, Pushed(2, Push::Closed)), late(Push::Closed), close]));
        // What a producer is told agrees.
        assert!(can_be(1, &[(1, 2, Op::IsClosed(false)), close, (5, 6, Op::IsClosed(true))]));
        assert!(!can_be(1, &[close, (5, 6, Op::IsClosed(false))]));
        assert!(!can_be(1, &[(1, 2, Op::IsClosed(true)), close]));
    }

    #[test]
    fn the_push_of_one_producer_may_be_late() {
        let (close, late) = ((3, 4, Op::Close), (2, 9, Pushed(1, Push::Stored)));
        let (empty, item) = ((5, 6, Popped(Pop::Empty, 0)), (7, 8, Popped(Pop::Item(1), 0)));
        assert!(can_be_for_one(1, &[close, late, empty, item]));
        assert!(!can_be(1, &[close, late, empty, item]));
        // But not one that began after it, nor after one that was refused or after it was told that all is over.
        assert!(!can_be_for_one(1, &[close, (5, 9, Pushed(1, Push::Stored))]));
        let refused = (2, 4, Pushed(2, Push::Closed));
        assert!(can_be_for_one(1, &[close, refused, (5, 6, Popped(Pop::Closed, 0))]));
        assert!(!can_be_for_one(1, &[close, refused, empty]));
        assert!(!can_be_for_one(1, &[close, refused, (5, 6, Op::Len(0)), late]));
        assert!(!can_be_for_one(1, &[close, (5, 6, Popped(Pop::Closed, 0))]));
        // Nor is anything full then.
        let full = (2, 9, Pushed(2, Push::Full));
        let reject = [(0, 0, Switch(Overflow::Reject)), (0, 0, Pushed(1, Push::Stored))];
        assert!(can_be_for_one(1, &[&reject[..], &[close, full]].concat()));
        assert!(!can_be_for_one(1, &[&reject[..], &[close, (5, 9, Pushed(2, Push::Full))]].concat()));
    }

    #[test]
    fn another_split_takes_in_again() {
        let until_then = [(1, 2, Pushed(1, Push::Stored)), (3, 4, Op::Close), (5, 6, Op::Split(1))];
        let then = |op| [&until_then[..], &[(7, 8, op)]].concat();
        for can_be in [can_be, can_be_for_one] {
            assert!(can_be(2, &then(Pushed(2, Push::Stored))));
            assert!(!can_be(2, &then(Pushed(2, Push::Closed))));
            assert!(can_be(2, &then(Popped(Pop::Item(1), 0))));
            assert!(!can_be(2, &then(Popped(Pop::Empty, 0))));
        }
    }
}
