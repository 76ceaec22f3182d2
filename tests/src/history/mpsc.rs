//! What `mpsc` promises: a queue whose every operation is one step, but for pushes that are under way.
//!
//! A push takes a slot first and puts its item in then; that is when it counts as done. In between
//! - the slot is not free: another push may be told "full" as if the item were inside, and the length may count it;
//! - the ring may be closed: the item still comes in, and until then the consumer is told "empty", and not "closed".
//!
//! So a push that is not done where another operation takes place, overlaps it and stores in the end, may count there as holding
//! a slot. That is less than a queue promises: one producer may be told "full" because of a push that the consumer doesn't see
//! yet, and is told "empty", right after it.
//!
//! All else is as in a queue. "Full" is never said with fewer items and such pushes than there are slots, nor after the ring was
//! closed. "Empty" is never said while an item is inside whose push is over. After "closed" nothing comes.

use forebay_core::Overflow;

use super::ring::{Items, Op, Pop, Push, Rest, obeys};
use super::search::{Around, Spec};

/// A ring of a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Mpsc {
    /// How many items it holds.
    pub capacity: usize,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    inside: Items,
    producers: u8,
    /// The ring takes no more pushes in than are under way.
    closed: bool,
    /// The consumer was told that there will be nothing.
    ended: bool,
    shed: u16,
}

impl State {
    /// A new ring with so many producers.
    #[must_use]
    pub fn new(producers: u8) -> Self {
        Self { inside: Items::default(), producers, closed: false, ended: false, shed: 0 }
    }
}

impl Spec for Mpsc {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let (mut state, inside) = (*state, state.inside);
        let held = || call.pending().filter(|op| op.has_stored()).count();
        let is_full = || !state.closed && inside.len() + held() >= self.capacity;
        let can_be = match *call.op() {
            Op::Push(id, Push::Stored) => {
                let was_under_way = || call.overlapping().any(|op| matches!(op, Op::Close | Op::ConsumerGoes));
                let can_be = inside.len() < self.capacity && !state.ended && (!state.closed || was_under_way());
                if can_be {
                    state.inside = inside.with(id);
                }
                can_be
            }
            Op::Push(_, Push::Full) => is_full() && obeys(call, Overflow::Reject),
            Op::Push(_, Push::Shed) => {
                let can_be = is_full() && obeys(call, Overflow::DropIncoming);
                state.shed += 1;
                can_be
            }
            Op::Push(_, Push::Closed) => state.closed,
            Op::NoRoom => state.closed || is_full(),
            Op::Pop(Pop::Item(id), _) if inside.oldest() == Some(id) => {
                state.inside = inside.without_oldest(1);
                true
            }
            Op::Pop(Pop::Empty, _) => inside.is_empty() && state.producers > 0 && (!state.closed || held() > 0),
            Op::Pop(Pop::Closed, _) => {
                let can_be = inside.is_empty() && (state.closed || state.producers == 0);
                state.ended = true;
                can_be
            }
            Op::Look => true,
            Op::NoMore => {
                // The end, if it can't be anything else.
                state.ended |= state.producers == 0 || state.closed && held() == 0;
                inside.is_empty()
            }
            Op::Len(len) => (inside.len()..=self.capacity.min(inside.len() + held())).contains(&len),
            Op::Switch(_) => true,
            Op::Rest(rest) => {
                let Rest { len, evicted, shed, policy } = rest;
                (inside.len(), 0, usize::from(state.shed)) == (len, evicted, shed) && obeys_at_rest(call, policy)
            }
            Op::Left(items) => inside == items,
            Op::Close | Op::ConsumerGoes => {
                state.closed = true;
                true
            }
            Op::ProducerGoes => {
                state.producers -= 1;
                true
            }
            _ => false,
        };
        if can_be {
            after.push(state);
        }
    }
}

/// Whether that can be the policy in force when nobody works the ring. At the beginning of a window it is taken for granted.
pub(super) fn obeys_at_rest(call: &Around<'_, Op>, policy: Overflow) -> bool {
    std::ptr::eq(call.call(), &raw const call.window()[0]) || obeys(call, policy)
}

#[cfg(test)]
mod tests {
    use super::super::record::Call;
    use super::super::search::{Set, search};
    use super::*;
    use Op::{Pop as Popped, Push as Pushed};

    /// In a ring of one slot.
    fn can_be(window: &[(u64, u64, Op)]) -> bool {
        let rest = Op::Rest(Rest { len: 0, evicted: 0, shed: 0, policy: Overflow::Reject });
        let calls = [(0, 0, rest)].into_iter().chain(window.iter().copied());
        // Each of a thread that does nothing else.
        let call = |(thread, (begin, end, op))| Call { thread, begin, end, op };
        let calls: Vec<_> = calls.enumerate().map(call).collect();
        search(&Mpsc { capacity: 1 }, &Set::from_iter([State::new(2)]), &calls, 10_000).is_ok()
    }

    #[test]
    fn a_push_under_way_may_hold_the_slot() {
        let (full, empty, item) =
            ((2, 3, Pushed(2, Push::Full)), (4, 5, Popped(Pop::Empty, 0)), (8, 9, Popped(Pop::Item(1), 0)));
        assert!(can_be(&[(1, 6, Pushed(1, Push::Stored)), full, empty, (4, 5, Op::Len(1)), item]));
        // Once it is over, or if it stores nothing, it does not.
        assert!(!can_be(&[(0, 1, Pushed(1, Push::Stored)), full, empty, item]));
        assert!(!can_be(&[(1, 6, Pushed(1, Push::Full)), full]));
        assert!(!can_be(&[full]));
    }

    #[test]
    fn a_push_under_way_may_outlast_a_close() {
        let push = (1, 8, Pushed(1, Push::Stored));
        let (close, empty, closed) = ((2, 3, Op::Close), (4, 5, Popped(Pop::Empty, 0)), (4, 5, Popped(Pop::Closed, 0)));
        let (item, then_closed) = ((9, 10, Popped(Pop::Item(1), 0)), (11, 12, Popped(Pop::Closed, 0)));
        assert!(can_be(&[push, close, empty, item, then_closed]));
        // But not one that began later, nor after the consumer was told that nothing comes.
        assert!(!can_be(&[close, (4, 8, Pushed(1, Push::Stored)), item]));
        assert!(!can_be(&[push, close, closed, item]));
        assert!(!can_be(&[close, empty]));
        assert!(can_be(&[close, closed]));
        assert!(!can_be(&[close, (4, 5, Pushed(1, Push::Full))]));
    }
}
