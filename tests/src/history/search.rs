//! The search for an order of the operations of a window that a specification allows.
//!
//! Source: J. M. Wing and C. Gong, *Testing and verifying concurrent objects* (1993): take any operation that no other must come
//! before, see whether the specification allows it, and go on with the rest. G. Lowe, *Testing for linearizability* (2017):
//! remember each configuration, that is which operations have been taken and in which state the specification is then, so that
//! none is looked at twice.
//!
//! Deviations: the specification may have several states after an operation. And the search doesn't stop at the first
//! order: it finds all states that the window can have ended in, which are those that the next window can begin in. So a long
//! history is checked window by window, cut where no operation is under way, and nothing is lost by the cutting.

use std::collections::HashSet;
use std::fmt::{self, Debug};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::record::Call;

/// As many operations has a window at most.
pub const LONGEST: usize = 64;

/// What a queue does when one operation comes after another.
pub trait Spec {
    /// An operation with its outcome.
    type Op: Debug;
    /// All that later outcomes depend on.
    type State: Clone + Eq + Hash + Debug;

    /// All states after an operation in a state: none if its outcome can't be.
    fn step(&self, state: &Self::State, call: &Around<'_, Self::Op>, after: &mut Vec<Self::State>);

    /// What is seldom about a state, so that it can be seen whether there was any such.
    fn remark(&self, _state: &Self::State) -> Option<&'static str> {
        None
    }
}

/// An operation that is about to be taken, and the others of its window.
#[derive(Debug)]
pub struct Around<'w, O> {
    calls: &'w [Call<O>],
    at: usize,
    overlapping: u64,
    taken: u64,
}

impl<'w, O> Around<'w, O> {
    /// The operation itself.
    #[must_use]
    pub fn op(&self) -> &'w O {
        &self.calls[self.at].op
    }

    /// With when it was.
    #[must_use]
    pub fn call(&self) -> &'w Call<O> {
        &self.calls[self.at]
    }

    /// All operations of the window, in the order in which they began.
    #[must_use]
    pub const fn window(&self) -> &'w [Call<O>] {
        self.calls
    }

    /// The others that overlap it.
    pub fn overlapping(&self) -> impl Iterator<Item = &'w O> + use<'w, O> {
        of(self.calls, self.overlapping)
    }

    /// The others that overlap it and have not been taken yet.
    pub fn pending(&self) -> impl Iterator<Item = &'w O> + use<'w, O> {
        of(self.calls, self.overlapping & !self.taken)
    }
}

fn of<O>(calls: &[Call<O>], set: u64) -> impl Iterator<Item = &O> {
    calls.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, call)| &call.op)
}

/// A set of states or of configurations.
pub type Set<T> = HashSet<T, BuildHasherDefault<Mix>>;

/// Why a window was not found to be in order.
#[derive(Clone, Debug)]
pub enum Failure<S> {
    /// There is no order.
    NoOrder {
        /// As many operations as could be taken at most.
        most: usize,
        /// Those that could not be, after as many: their places in the window.
        stuck: Vec<usize>,
        /// In which state that was.
        state: S,
    },
    /// There are more configurations than the search was allowed to look at.
    TooMany,
}

/// All states in which a window can end that begins in one of the given states. Looks at no more than `budget` configurations.
///
/// # Errors
/// There is no such state, or the budget is used up.
///
/// # Panics
/// If the window is longer than [`LONGEST`], or there is no state to begin in.
pub fn search<S: Spec>(
    spec: &S,
    begin: &Set<S::State>,
    window: &[Call<S::Op>],
    budget: usize,
) -> Result<Found<S::State>, Failure<S::State>> {
    assert!(window.len() <= LONGEST, "a window of {} operations", window.len());
    assert!(!begin.is_empty(), "no state to begin in");
    let all = window.iter().enumerate().fold(0, |set, (at, _)| set | 1 << at);
    // A thread does one thing after another, also where it was recorded as one.
    let comes_first = |one: usize, other: usize| {
        let (call, later) = (&window[one], &window[other]);
        call.is_before(later) || one < other && call.thread == later.thread
    };
    let those =
        |is: &dyn Fn(usize) -> bool| (0..window.len()).fold(0_u64, |set, at| if is(at) { set | 1 << at } else { set });
    let places = 0..window.len();
    let before: Vec<u64> = places.clone().map(|at| those(&|other| comes_first(other, at))).collect();
    let after: Vec<u64> = places.map(|at| those(&|other| comes_first(at, other))).collect();

    let mut found = Found { states: Set::default(), looked_at: 0 };
    let mut seen: Set<(u64, S::State)> = begin.iter().map(|state| (0, state.clone())).collect();
    let mut open: Vec<(u64, S::State)> = seen.iter().cloned().collect();
    let mut best: Option<(u64, S::State)> = None;
    let mut next = Vec::new();
    while let Some((taken, state)) = open.pop() {
        found.looked_at += 1;
        if found.looked_at > budget {
            return Err(Failure::TooMany);
        }
        if best.as_ref().is_none_or(|(most, _)| most.count_ones() < taken.count_ones()) {
            best = Some((taken, state.clone()));
        }
        if taken == all {
            found.states.insert(state);
            continue;
        }
        for at in 0..window.len() {
            if taken >> at & 1 == 1 || before[at] & !taken != 0 {
                continue;
            }
            let overlapping = all & !(before[at] | after[at] | 1 << at);
            spec.step(&state, &Around { calls: window, at, overlapping, taken }, &mut next);
            for state in next.drain(..) {
                let configuration = (taken | 1 << at, state);
                if seen.insert(configuration.clone()) {
                    open.push(configuration);
                }
            }
        }
    }
    if found.states.is_empty() {
        let (taken, state) = best.expect("there was a state to begin in");
        let stuck = |&at: &usize| taken >> at & 1 == 0 && before[at] & !taken == 0;
        let stuck = (0..window.len()).filter(stuck).collect();
        return Err(Failure::NoOrder { most: taken.count_ones() as usize, stuck, state });
    }
    Ok(found)
}

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Found<S> {
    /// The states in which the window can have ended.
    pub states: Set<S>,
    /// How many configurations there were.
    pub looked_at: usize,
}

/// A failure with its window, to be read by people.
#[derive(Debug)]
pub struct Report<'w, S: Spec> {
    /// The window.
    pub window: &'w [Call<S::Op>],
    /// The states in which it began.
    pub begin: &'w Set<S::State>,
    /// What is wrong with it.
    pub failure: &'w Failure<S::State>,
}

impl<S: Spec> fmt::Display for Report<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "begins in {:?}", self.begin)?;
        for call in self.window {
            writeln!(f, "{call:?}")?;
        }
        match self.failure {
            Failure::TooMany => writeln!(f, "the search was given up: its budget is used up"),
            Failure::NoOrder { most, stuck, state } => {
                writeln!(f, "no order explains this. {most} operations can be taken, up to {state:?}; then none of")?;
                stuck.iter().try_for_each(|&at| writeln!(f, "{:?}", self.window[at]))
            }
        }
    }
}

/// A hash for small keys, by multiplication: D. Knuth, *The art of computer programming* 3, section 6.4.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..piece.len()].copy_from_slice(piece);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register of one number.
    struct Register;

    #[derive(Clone, Copy, Debug)]
    enum Op {
        Write(u8),
        Read(u8),
    }

    impl Spec for Register {
        type Op = Op;
        type State = u8;

        fn step(&self, state: &u8, call: &Around<'_, Op>, after: &mut Vec<u8>) {
            match *call.op() {
                Op::Write(number) => after.push(number),
                Op::Read(number) if number == *state => after.push(number),
                Op::Read(_) => {}
            }
        }
    }

    /// Of a thread that has done nothing else.
    const fn call(begin: u64, end: u64, op: Op) -> Call<Op> {
        let thread = (100 * begin + end) as usize;
        Call { thread, begin, end, op }
    }

    fn ends(window: &[Call<Op>]) -> Result<Vec<u8>, Failure<u8>> {
        let mut ends: Vec<u8> = search(&Register, &Set::from_iter([0]), window, 1000)?.states.into_iter().collect();
        ends.sort_unstable();
        Ok(ends)
    }

    #[test]
    fn what_overlaps_comes_in_either_order() {
        assert_eq!(ends(&[call(0, 3, Op::Write(1)), call(1, 2, Op::Write(2))]).unwrap(), [1, 2]);
        assert_eq!(ends(&[call(0, 3, Op::Write(1)), call(1, 2, Op::Write(2)), call(4, 5, Op::Read(1))]).unwrap(), [1]);
        assert_eq!(ends(&[call(0, 3, Op::Write(1)), call(1, 2, Op::Read(0))]).unwrap(), [1]);
        assert_eq!(ends(&[]).unwrap(), [0]);
    }

    #[test]
    fn what_was_over_comes_first() {
        assert_eq!(ends(&[call(0, 1, Op::Write(1)), call(2, 3, Op::Write(2))]).unwrap(), [2]);
        let stale = ends(&[call(0, 1, Op::Write(1)), call(2, 3, Op::Read(0))]);
        assert!(matches!(stale, Err(Failure::NoOrder { most: 1, state: 1, stuck }) if stuck == [1]));
    }

    /// One thread has seen the new number, and another one the old one after that.
    #[test]
    fn a_register_does_not_go_back() {
        let back = [call(0, 9, Op::Write(1)), call(1, 2, Op::Read(1)), call(3, 4, Op::Read(0))];
        assert!(matches!(ends(&back), Err(Failure::NoOrder { .. })));
    }

    #[test]
    fn a_thread_does_one_thing_after_another() {
        let two = |thread| [call(0, 3, Op::Write(1)), call(0, 3, Op::Write(2))].map(|call| Call { thread, ..call });
        assert_eq!(ends(&two(7)).unwrap(), [2]);
        let [one, other] = two(7);
        assert_eq!(ends(&[one, Call { thread: 8, ..other }]).unwrap(), [1, 2]);
    }

    #[test]
    fn a_budget_is_an_error() {
        let at_once = |number| Call { thread: usize::from(number), ..call(0, 9, Op::Write(number)) };
        let window: Vec<_> = (0..20).map(at_once).collect();
        assert!(matches!(ends(&window), Err(Failure::TooMany)));
    }

    #[test]
    fn no_configuration_is_looked_at_twice() {
        // Ten operations at once have 10! orders, but only two to the tenth sets.
        let window: Vec<_> = (0..10).map(|thread| Call { thread, ..call(0, 9, Op::Write(1)) }).collect();
        let found = search(&Register, &Set::from_iter([0]), &window, 10_000).unwrap();
        assert_eq!(found.looked_at, 1 << 10);
    }
}
