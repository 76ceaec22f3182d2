//! How a case takes its course on one thread: the ends of one split after another work through the operations, and after each
//! of them everything that the ends say is compared with the specification.
//!
//! The specifications themselves are beside: [`spsc`](crate::spsc), [`mpsc`](crate::mpsc), [`swap`](crate::swap).

use std::mem;

use forebay_core::Overflow;

use crate::payload::Maker;

/// The greatest capacity of a case.
pub const MAX_CAPACITY: usize = 9;

/// Every policy of a ring that may evict.
pub const OVERFLOWS: [Overflow; 3] = [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest];

/// Who owns the memory of the ring, and how it is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `Ring` by `split`.
    Array,
    /// `Ring` by `try_split`.
    Shared,
    /// `SliceRing`.
    Slice,
    /// `HeapRing` by `split`.
    Heap,
    /// `HeapRing` by `into_ends`.
    Owned,
}

impl Storage {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Array, Self::Shared, Self::Slice, Self::Heap, Self::Owned];
}

/// Runs a case with every owner, where nothing may be other than its specification says. Answers with whether those whose ends may be
/// forgotten, and leave behind what is inside, show the same. Ends that are never forgotten, or that own their ring and can't be made
/// anew, show something else.
#[must_use]
pub fn storages_agree(run: impl Fn(Storage) -> Vec<u32>) -> bool {
    let _ = run(Storage::Shared);
    let _ = run(Storage::Owned);
    let traces = [Storage::Array, Storage::Slice, Storage::Heap].map(run);
    traces.iter().all(|trace| *trace == traces[0])
}

/// Operations with their arguments, from the bytes that a fuzzer comes up with, up to a number: more tell nothing new, and take longer.
#[must_use]
pub fn operations(bytes: &[u8]) -> Vec<(u8, u8)> {
    bytes.chunks_exact(2).map(|op| (op[0], op[1])).take(300).collect()
}

/// What is to be done, and what was seen.
pub(crate) struct Course<'a> {
    pub(crate) capacity: usize,
    /// How many items go through the ring first.
    start: usize,
    /// Whether the ends are made anew after that.
    fresh: bool,
    ops: &'a [(u8, u8)],
    /// Whether ends must be dropped, and not forgotten.
    pub(crate) keeps_ends: bool,
    pub(crate) maker: Maker,
    pub(crate) trace: Vec<u32>,
    /// Whether the first split is yet to come.
    first: bool,
}

impl<'a> Course<'a> {
    pub(crate) fn new(capacity: usize, start: usize, fresh: bool, ops: &'a [(u8, u8)], storage: Storage) -> Self {
        Self {
            capacity,
            start,
            fresh,
            ops,
            keeps_ends: matches!(storage, Storage::Shared | Storage::Owned),
            maker: Maker::default(),
            trace: Vec::new(),
            first: true,
        }
    }

    pub(crate) fn goes_on(&self) -> bool {
        self.first || !self.ops.is_empty()
    }

    /// Whether the next split ends when the start has been reached.
    pub(crate) fn is_about_to_start_afresh(&self) -> bool {
        self.first && self.fresh
    }

    pub(crate) fn saw(&mut self, what: usize) {
        self.trace.push(u32::try_from(what).expect("small numbers"));
    }

    /// The ledger is right, with so many items inside. What the ends own goes with the last of them.
    pub(crate) fn check_ledger(&self, inside: usize, are_gone: bool) {
        let ledger = self.maker.ledger();
        ledger.check();
        if ledger.born() > 0 && !(are_gone && self.keeps_ends) {
            assert_eq!(ledger.alive(), inside, "what is inside is alive, and nothing else");
        }
    }

    /// All that was seen, when nothing is left.
    pub(crate) fn finish(self) -> Vec<u32> {
        self.maker.ledger().settle();
        self.trace
    }
}

/// The ends, while they are there.
pub(crate) struct Ends<P, C> {
    pub(crate) producers: Vec<P>,
    pub(crate) consumer: Option<C>,
}

/// How many ends were forgotten instead of dropped.
pub(crate) struct Forgotten {
    pub(crate) producers: usize,
    pub(crate) consumer: bool,
}

impl<P, C> Ends<P, C> {
    pub(crate) fn producer(&mut self, which: usize) -> Option<&mut P> {
        let count = self.producers.len();
        self.producers.get_mut(which.checked_rem(count)?)
    }

    #[allow(clippy::missing_const_for_fn, reason = "not in the oldest Rust that is promised")]
    pub(crate) fn are_gone(&self) -> bool {
        self.producers.is_empty() && self.consumer.is_none()
    }

    /// Lets a producer go, the last one rarely. Answers with how many were forgotten, which is none where ends are kept.
    pub(crate) fn drop_producer(&mut self, argument: usize, keeps: bool) -> usize {
        let count = self.producers.len();
        let Some(which) = (argument / 8).checked_rem(count) else { return 0 };
        if count == 1 && argument % 8 != 0 {
            return 0;
        }
        let producer = self.producers.remove(which);
        let forgets = argument % 8 == 1 && !keeps;
        if forgets {
            mem::forget(producer);
        }
        usize::from(forgets)
    }

    /// Lets all go, in one order or another, so that the ring is split anew. Where ends are kept, none is forgotten.
    pub(crate) fn let_go(&mut self, argument: usize, keeps: bool) -> Forgotten {
        let (producers, mut consumer) = (mem::take(&mut self.producers), self.consumer.take());
        let (forgets_producers, forgets_consumer) = match argument % 6 {
            _ if keeps => (false, false),
            0 => (true, true),
            1 => (true, false),
            2 => (false, true),
            _ => (false, false),
        };
        let forgotten = Forgotten {
            producers: if forgets_producers { producers.len() } else { 0 },
            consumer: forgets_consumer && consumer.is_some(),
        };
        if forgets_consumer {
            mem::forget(consumer.take());
        }
        if argument / 6 % 2 == 0 {
            drop(consumer.take());
        }
        if forgets_producers {
            producers.into_iter().for_each(mem::forget);
        } else if argument / 12 % 2 == 0 {
            drop(producers);
        } else {
            producers.into_iter().rev().for_each(drop);
        }
        drop(consumer);
        forgotten
    }
}

/// A specification beside a ring whose ends are of these types.
pub(crate) trait Run<'a, P, C> {
    fn course(&mut self) -> &mut Course<'a>;

    /// The ring was split.
    fn made_anew(&mut self);

    /// Pushes one item through one of the producers.
    fn push(&mut self, ends: &mut Ends<P, C>, which: usize);

    fn pop(&mut self, ends: &mut Ends<P, C>);

    /// One operation.
    fn step(&mut self, ends: &mut Ends<P, C>, op: u8, argument: usize);

    /// Everything that the ends say is as specified, and so is the account of the items.
    fn look(&mut self, ends: &Ends<P, C>);

    /// Works with the ends of one split until the operations ask for another, or are used up. `splits` tells whether the ring
    /// can be split meanwhile, if one can ask.
    fn session(&mut self, producer: P, consumer: C, splits: &dyn Fn() -> Option<bool>) {
        let mut ends = Ends { producers: vec![producer], consumer: Some(consumer) };
        self.made_anew();
        if mem::take(&mut self.course().first) {
            for which in 0..self.course().start {
                self.push(&mut ends, which);
                self.pop(&mut ends);
            }
            if self.course().fresh {
                return;
            }
        }
        self.look(&ends);
        while let Some((&(op, argument), rest)) = self.course().ops.split_first() {
            self.course().ops = rest;
            self.step(&mut ends, op, usize::from(argument));
            self.look(&ends);
            assert!(splits().is_none_or(|splits| splits == ends.are_gone()), "a shared ring is split once at a time");
            if ends.are_gone() {
                break;
            }
        }
    }
}

/// Works with the ends of a ring that is borrowed, split after split.
macro_rules! sessions {
    ($run:expr, $ring:expr) => {
        while $run.course.goes_on() {
            let (producer, consumer) = $ring.split();
            $run.session(producer, consumer, &|| None);
        }
    };
}
pub(crate) use sessions;

/// The same with a ring in an array that is split by `try_split`, if it is `shared`.
macro_rules! sessions_in_array {
    ($run:expr, $ring:expr, $shared:expr) => {
        if $shared {
            while $run.course.goes_on() {
                let (producer, consumer) = $ring.try_split().expect("all ends are gone");
                $run.session(producer, consumer, &|| Some($ring.try_split().is_ok()));
            }
        } else {
            $crate::course::sessions!($run, $ring);
        }
    };
}
pub(crate) use sessions_in_array;

/// Works with the ends that own their ring, and take with them what is inside.
macro_rules! sessions_of_owned {
    ($run:expr, $ring:expr) => {
        while $run.course.goes_on() {
            let mut ring = $ring;
            if $run.course.is_about_to_start_afresh() {
                let (producer, consumer) = ring.split();
                $run.session(producer, consumer, &|| None);
            }
            let (producer, consumer) = ring.into_ends();
            $run.session(producer, consumer, &|| None);
            $run.course.maker.ledger().check();
            assert_eq!($run.course.maker.ledger().alive(), 0, "the ends are gone, and with them the ring");
        }
    };
}
pub(crate) use sessions_of_owned;

/// An expression for each capacity from 1 to [`MAX_CAPACITY`], which is a constant in it.
macro_rules! for_capacity {
    ($capacity:expr, $N:ident => $body:expr) => {
        $crate::course::for_capacity!(@ $capacity, $N, $body, 1 2 3 4 5 6 7 8 9)
    };
    (@ $capacity:expr, $N:ident, $body:expr, $($each:literal)*) => {
        match $capacity {
            $($each => {
                const $N: usize = $each;
                const { assert!($N <= $crate::course::MAX_CAPACITY) };
                $body
            })*
            other => panic!("a case of capacity {other}"),
        }
    };
}
pub(crate) use for_capacity;

/// Sets watermarks at all ends, which take them if they fit.
macro_rules! set_watermarks {
    ($run:expr, $ends:expr, $argument:expr) => {
        let Some(marks) = $run.gauge.set_marks($argument % 12, $argument / 12 % 12) else { return };
        for producer in &mut $ends.producers {
            assert_eq!(producer.set_watermarks(marks).is_ok(), $run.gauge.fits(marks));
        }
        if let Some(consumer) = &mut $ends.consumer {
            assert_eq!(consumer.set_watermarks(marks).is_ok(), $run.gauge.fits(marks));
        }
    };
}
pub(crate) use set_watermarks;
