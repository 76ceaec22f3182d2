//! What `priority` promises: a queue for each class, which share their places, and of which a push or a pop looks at one after
//! another.
//!
//! # Its operations are several steps
//! Each operation is written down as those of its steps that follow from its outcome, in their order; and each of them takes
//! effect at one moment within the operation:
//!
//! | operation | steps |
//! |---|---|
//! | push that stores | it takes a free place; its item is in |
//! | push that evicts | no place is free and nothing less important than the victim inside; the victim, the oldest of its class, is out; its own item is in |
//! | push that is refused | no place is free and nothing less important inside; to drop the oldest, nothing of its own class either |
//! | pop that takes | one after another, each class that is more important has nothing; the oldest of its class is out; its place is free |
//! | pop that finds nothing | nothing is inside, of any class |
//!
//! So nothing is weaker than that: what is said to be empty together was so at one moment, places are counted exactly, and the order
//! of each class is that of a queue. Between its steps a push or a pop has a place to itself.
//!
//! # Closing
//! It is one step: then no place is free any more, and those that become free are out of use. Pushes that have a place by then, or
//! have seen that none is free, may go on. "Closed" is said to a push only after it, and to the consumer when all places are out of use,
//! or no producer is left and nothing inside.

use super::ring::{Id, Items};
use super::search::{Around, Spec};

/// How many classes there are.
pub const CLASSES: usize = 3;

/// The class of an item.
#[must_use]
pub const fn class_of(id: Id) -> usize {
    id as usize % CLASSES
}

/// A step of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A push has a free place.
    Takes,
    /// No place is free, and nothing inside that is less important than this class.
    NothingLess(usize),
    /// This item is evicted.
    Evicts(Id),
    /// This item is in.
    Puts(Id),
    /// A value of this class is shed.
    Sheds(usize),
    /// A push is refused only because of that.
    Full,
    /// A push is told that the ring is closed.
    PushClosed,
    /// There is nothing of this class.
    Lacks(usize),
    /// This item is popped.
    Pops(Id),
    /// Its place is free.
    Frees,
    /// The consumer is told that there is nothing.
    Nothing,
    /// The consumer is told that there will be nothing.
    PopClosed,
    /// A batch has taken what there was, and found nothing more: one of these two.
    NoMore,
    /// How many places are not free, as somebody sees it.
    Len(usize),
    /// How many items of a class are inside, as somebody sees it.
    Inside(usize, usize),
    /// The consumer closes the ring, or goes.
    Close,
    /// A producer goes.
    ProducerGoes,
    /// All ends are gone, and the ring is split again, for so many producers.
    Split(u8),
    /// All counts while nobody works the ring: of each class what is inside, popped, evicted, shed.
    Rest([[usize; 4]; CLASSES]),
}

/// A ring of a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Priority {
    /// How many places there are.
    pub capacity: usize,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    inside: [Items; CLASSES],
    /// Places that are free, and those that are out of use.
    free: u8,
    retired: u8,
    producers: u8,
    closed: bool,
    popped: [u16; CLASSES],
    evicted: [u16; CLASSES],
    shed: [u16; CLASSES],
}

impl State {
    /// A new ring with so many producers.
    ///
    /// # Panics
    /// If it is not a small one.
    #[must_use]
    pub fn new(capacity: usize, producers: u8) -> Self {
        let none = [0; CLASSES];
        Self {
            inside: [Items::default(); CLASSES],
            free: u8::try_from(capacity).expect("a small ring"),
            retired: 0,
            producers,
            closed: false,
            popped: none,
            evicted: none,
            shed: none,
        }
    }

    fn is_empty(&self) -> bool {
        self.inside.iter().all(Items::is_empty)
    }

    /// Takes an item out, if it is the oldest of its class.
    fn take(&mut self, id: Id) -> bool {
        let items = &mut self.inside[class_of(id)];
        let is_oldest = items.oldest() == Some(id);
        if is_oldest {
            *items = items.without_oldest(1);
        }
        is_oldest
    }

    fn counts(&self) -> [[usize; 4]; CLASSES] {
        std::array::from_fn(|class| {
            let [popped, evicted, shed] = [&self.popped, &self.evicted, &self.shed].map(|counts| counts[class].into());
            [self.inside[class].len(), popped, evicted, shed]
        })
    }
}

impl Priority {
    /// Nothing is inside, and something may come.
    fn has_nothing(self, state: &State) -> bool {
        let may_come = if state.closed { usize::from(state.retired) < self.capacity } else { state.producers > 0 };
        state.is_empty() && may_come
    }

    fn is_over(self, state: &State) -> bool {
        usize::from(state.retired) == self.capacity || state.producers == 0 && state.is_empty()
    }
}

impl Spec for Priority {
    type Op = Op;
    type State = State;

    fn step(&self, state: &State, call: &Around<'_, Op>, after: &mut Vec<State>) {
        let mut next = *state;
        let can_be = match *call.op() {
            Op::Takes => {
                next.free = state.free.saturating_sub(1);
                state.free > 0
            }
            Op::NothingLess(class) => {
                state.free == 0 && !state.closed && state.inside[class + 1..].iter().all(Items::is_empty)
            }
            Op::Evicts(id) => {
                next.evicted[class_of(id)] += 1;
                next.take(id)
            }
            Op::Puts(id) => {
                let items = &mut next.inside[class_of(id)];
                *items = items.with(id);
                true
            }
            Op::Sheds(class) => {
                next.shed[class] += 1;
                true
            }
            Op::Full => true,
            Op::PushClosed => state.closed,
            Op::Lacks(class) => state.inside[class].is_empty(),
            Op::Pops(id) => {
                next.popped[class_of(id)] += 1;
                next.take(id)
            }
            Op::Frees => {
                if state.closed {
                    next.retired += 1;
                } else {
                    next.free += 1;
                }
                true
            }
            Op::Nothing => self.has_nothing(state),
            Op::PopClosed => self.is_over(state),
            Op::NoMore => self.has_nothing(state) || self.is_over(state),
            Op::Len(len) => usize::from(state.free + state.retired) + len == self.capacity,
            Op::Inside(class, len) => state.inside[class].len() == len,
            Op::Close => {
                next.closed = true;
                next.retired += state.free;
                next.free = 0;
                true
            }
            Op::ProducerGoes => {
                next.producers -= 1;
                true
            }
            Op::Split(producers) => {
                next = State { producers, closed: false, free: state.free + state.retired, retired: 0, ..*state };
                // Nobody has a place to itself.
                usize::from(next.free) + next.inside.iter().map(Items::len).sum::<usize>() == self.capacity
            }
            Op::Rest(counts) => state.counts() == counts,
        };
        after.extend(can_be.then_some(next));
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Call;
    use super::super::search::{Set, search};
    use super::*;
    use Op::{Close, Evicts, Frees, Lacks, Nothing, NothingLess, PopClosed, Pops, PushClosed, Puts, Takes};

    /// Operations of threads, each with its thread, when it began and was over, and its steps.
    fn can_be(capacity: usize, operations: &[(usize, u64, u64, &[Op])]) -> bool {
        let calls: Vec<Call<Op>> = operations
            .iter()
            .flat_map(|&(thread, begin, end, steps)| steps.iter().map(move |&op| Call { thread, begin, end, op }))
            .collect();
        search(&Priority { capacity }, &Set::from_iter([State::new(capacity, 2)]), &calls, 100_000).is_ok()
    }

    #[test]
    fn a_class_is_a_queue() {
        let pushes: [(usize, u64, u64, &[Op]); 2] = [(0, 1, 2, &[Takes, Puts(2)]), (0, 3, 4, &[Takes, Puts(5)])];
        let with = |last: &'static [Op]| can_be(3, &[pushes[0], pushes[1], (1, 5, 6, last)]);
        assert!(with(&[Lacks(0), Lacks(1), Pops(2), Frees]));
        assert!(!with(&[Lacks(0), Lacks(1), Pops(5), Frees]));
        assert!(!with(&[Nothing]) && !with(&[Op::NoMore]));
        assert!(!with(&[Lacks(0), Lacks(1), Pops(2), Frees, Op::NoMore]));
        assert!(with(&[Lacks(0), Lacks(1), Pops(2), Frees, Lacks(0), Lacks(1), Pops(5), Frees, Op::NoMore]));
    }

    #[test]
    fn what_is_more_important_comes_first_if_it_was_there() {
        let first: (usize, u64, u64, &[Op]) = (0, 1, 2, &[Takes, Puts(2)]);
        let pop: &[Op] = &[Lacks(0), Lacks(1), Pops(2), Frees];
        assert!(!can_be(3, &[first, (0, 3, 4, &[Takes, Puts(0)]), (1, 5, 6, pop)]));
        assert!(can_be(3, &[first, (0, 3, 5, &[Takes, Puts(0)]), (1, 4, 6, pop)]));
    }

    #[test]
    fn the_least_important_gives_way() {
        let inside: [(usize, u64, u64, &[Op]); 2] = [(0, 1, 2, &[Takes, Puts(1)]), (0, 3, 4, &[Takes, Puts(2)])];
        let with = |steps: &'static [Op]| can_be(2, &[inside[0], inside[1], (1, 5, 6, steps)]);
        assert!(with(&[NothingLess(2), Evicts(2), Puts(0)]));
        assert!(!with(&[NothingLess(1), Evicts(1), Puts(0)]));
        assert!(!with(&[NothingLess(0), Op::Full]));
        assert!(!with(&[Takes, Puts(0)]), "it is full");
        assert!(!can_be(3, &[inside[0], inside[1], (1, 5, 6, &[NothingLess(2), Evicts(2), Puts(0)])]), "it is not");
    }

    #[test]
    fn a_place_that_is_held_up_is_lacking() {
        let push: &[Op] = &[Takes, Puts(0)];
        assert!(can_be(1, &[(0, 1, 4, push), (1, 2, 3, &[NothingLess(0), Op::Full])]));
        assert!(can_be(1, &[(0, 1, 4, push), (1, 2, 3, &[Nothing])]));
        assert!(!can_be(1, &[(0, 1, 2, push), (1, 3, 4, &[Nothing])]));
    }

    #[test]
    fn closed_is_final() {
        let push: &[Op] = &[Takes, Puts(0)];
        assert!(can_be(1, &[(0, 1, 2, &[Close]), (1, 3, 4, &[PushClosed]), (0, 5, 6, &[PopClosed])]));
        assert!(!can_be(1, &[(0, 1, 2, &[Close]), (1, 3, 4, push)]));
        assert!(can_be(
            1,
            &[(0, 2, 3, &[Close]), (1, 1, 8, push), (0, 4, 5, &[Nothing]), (0, 6, 7, &[Pops(0), Frees])]
        ));
        assert!(!can_be(
            1,
            &[(0, 2, 3, &[Close]), (1, 1, 8, push), (0, 4, 5, &[PopClosed]), (0, 6, 7, &[Pops(0), Frees])]
        ));
        assert!(!can_be(1, &[(1, 1, 2, &[PushClosed])]));
    }
}
