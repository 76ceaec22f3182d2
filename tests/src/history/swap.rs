//! What `swap` promises: a queue whose every operation is one step, and whose push at full may take the oldest item out in the
//! same step; but a pop that has lost a race may leave items behind.
//!
//! # What is left behind
//! Where producers evict faster than the consumer can take one item, it goes on to a later one, half a ring from the oldest.
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
//! # What is exact
//! "Full" and "shed" are said only if as many items are inside as the ring holds, and nothing was left behind; "empty" only if
//! nothing is inside. The consumer is told exactly how many items are missing before the one that it gets. Its length is exact.
//! An eviction is one step: no length and no push sees one item less in between. A producer's length may be out of date, and
//! is not recorded.

use forebay_core::Overflow;

use super::mpsc::obeys_at_rest;
use super::ring::{Items, Op, Pop, Push, Rest, obeys};
use super::search::{Around, Spec};

/// A ring of a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    /// How many items it holds.
    pub capacity: usize,
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
    consumer: bool,
    evicted: u16,
    shed: u16,
    /// How many were evicted since the consumer took one.
    missing: u16,
    /// At how many more pops it may leave items behind without losing another race.
    haste: u8,
}

impl State {
    /// A new ring with so many producers.
    #[must_use]
    pub fn new(producers: u8) -> Self {
        let (left, inside) = (Items::default(), Items::default());
        Self { left, freed: 0, inside, producers, consumer: true, evicted: 0, shed: 0, missing: 0, haste: 0 }
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
        let is_refused = |policy| is_full && state.consumer && obeys(call, policy);
        let can_be = match outcome {
            Push::Stored => {
                next.inside = state.inside.with_if(id, !self.is_occupied(state));
                !self.is_occupied(state)
            }
            Push::Evicted(victim) if is_full => {
                next.inside = state.inside.without_oldest(1).with(id);
                next.evicted += 1;
                next.missing += 1;
                state.inside.oldest() == Some(victim) && is_refused(Overflow::DropOldest)
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
            Push::Closed => is_full && !state.consumer,
        };
        can_be.then_some(next)
    }

    fn take(self, state: &State, call: &Around<'_, Op>, id: u16, missing: usize) -> Option<State> {
        let leaves = state.inside.older_than(id)?;
        if usize::from(state.missing) + leaves != missing {
            return None;
        }
        let lost_a_race = call.overlapping().any(|op| matches!(op, Op::Push(_, Push::Evicted(_))));
        let mut next = *state;
        if leaves > 0 {
            let was_overtaken = state.missing > 0 && state.left.is_empty();
            if !was_overtaken || leaves > self.capacity / 2 || !(lost_a_race || state.haste > 0) {
                return None;
            }
            next.left = state.inside.up_to(leaves);
            next.inside = state.inside.without_oldest(leaves);
            next.evicted += u16::from(small(leaves));
        }
        if missing > 0 && (lost_a_race || state.haste > 0) {
            next.haste = small(self.capacity + 1);
        }
        next.haste = next.haste.saturating_sub(1);
        next.missing = 0;
        Some(next.popped())
    }

    /// Nothing is inside, and what was left behind is dropped, but for what pushes take meanwhile.
    fn find_empty(state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let taken = call.pending().filter(|op| matches!(op, Op::Push(_, Push::Evicted(_)))).count();
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
            Op::Push(id, outcome) => after.extend(self.push(state, call, id, outcome)),
            Op::Pop(Pop::Item(id), missing) => after.extend(self.take(state, call, id, missing)),
            Op::Pop(why, missing) => {
                let expected = if state.producers > 0 { Pop::Empty } else { Pop::Closed };
                if state.inside.is_empty() && missing == 0 && why == expected {
                    Self::find_empty(state, call, after);
                }
            }
            Op::Len(len) => after.extend((state.inside.len() == len).then_some(*state)),
            Op::Rest(Rest { len, evicted, shed, policy }) => {
                let known = (state.inside.len(), state.evicted.into(), state.shed.into());
                after.extend((known == (len, evicted, shed) && obeys_at_rest(call, policy)).then_some(*state));
            }
            Op::Switch(_) => after.push(*state),
            Op::ConsumerGoes => after.push(State { consumer: false, ..*state }),
            Op::ProducerGoes => after.push(State { producers: state.producers - 1, ..*state }),
            Op::Close | Op::ProducersLen(_) => {}
        }
    }
    fn remark(&self, state: &State) -> Option<&'static str> {
        (!state.left.is_empty()).then_some("left behind")
    }
}
