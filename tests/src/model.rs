//! One source for the models of two threads: under the model checker every execution that the memory model allows, and
//! in an ordinary build a few hundred runs on real threads, or, with shuttle, in a random order.
//!
//! A model can go vacuous without failing: so each has a number of executions that it is known to need, and outcomes
//! that must have come up in some execution.

#[cfg(forebay_loom)]
mod build {
    pub use loom::sync::atomic;
    pub use loom::sync::{self, Arc};
    pub use loom::thread;

    pub(super) fn run(bound: Option<usize>, body: impl Fn() + Sync + Send + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = bound;
        builder.max_branches = 100_000;
        builder.check(body);
    }

    /// A word of plain memory: the model checker finds accesses to it that nothing orders.
    #[derive(Debug)]
    pub struct Plain(loom::cell::UnsafeCell<u32>);

    // SAFETY: the checker stops at the first unordered access, before the memory is touched.
    unsafe impl Sync for Plain {}

    impl Plain {
        /// A word.
        #[must_use]
        pub fn new(value: u32) -> Self {
            Self(loom::cell::UnsafeCell::new(value))
        }

        /// Reads it.
        #[must_use]
        pub fn get(&self) -> u32 {
            // SAFETY: checked before the closure runs.
            self.0.with(|word| unsafe { *word })
        }

        /// Writes it.
        pub fn set(&self, value: u32) {
            // SAFETY: checked before the closure runs.
            self.0.with_mut(|word| unsafe { *word = value });
        }
    }
}

#[cfg(not(forebay_loom))]
mod build {
    #[cfg(forebay_shuttle)]
    pub use shuttle::{
        sync::{self, Arc, atomic},
        thread,
    };
    #[cfg(not(forebay_shuttle))]
    pub use std::{
        sync::{self, Arc, atomic},
        thread,
    };

    const RUNS: usize = 300;

    pub(super) fn run(_bound: Option<usize>, body: impl Fn() + Sync + Send + 'static) {
        #[cfg(forebay_shuttle)]
        crate::schedules::check(RUNS, body);
        #[cfg(not(forebay_shuttle))]
        (0..RUNS).for_each(|_| body());
    }

    /// A word of plain memory, as far as real threads can check it: a stale value shows.
    #[derive(Debug)]
    pub struct Plain(atomic::AtomicU32);

    impl Plain {
        /// A word.
        #[must_use]
        pub fn new(value: u32) -> Self {
            Self(atomic::AtomicU32::new(value))
        }

        /// Reads it.
        #[must_use]
        pub fn get(&self) -> u32 {
            self.0.load(atomic::Ordering::Relaxed)
        }

        /// Writes it.
        pub fn set(&self, value: u32) {
            self.0.store(value, atomic::Ordering::Relaxed);
        }
    }
}

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use build::{Arc, Plain, atomic, sync, thread};

use crate::record::record;

/// Whether the model checker runs the models.
pub const CHECKED: bool = cfg!(forebay_loom);

/// With this variable set, a model fails by its invariant alone, and neither by its number of executions nor by outcomes
/// that don't come up: those change with a mutant too, but prove nothing about it.
pub const INVARIANTS_ALONE: &str = "FOREBAY_INVARIANTS_ALONE";

/// Names a file for the numbers of executions.
const RECORDS: &str = "FOREBAY_MODELS";

/// What the threads of one execution share with the model.
#[derive(Clone, Debug)]
pub struct Context {
    outcomes: std::sync::Arc<Mutex<BTreeSet<&'static str>>>,
    steps: Option<Arc<atomic::AtomicUsize>>,
}

impl Context {
    /// The pressure of the rings is a part of this model from now on. In others it is left out, as if it was not there: it would
    /// make them far larger, and its fences could hide what another ordering has to do.
    pub fn watch_pressure(&self) {
        #[cfg(forebay_loom)]
        forebay_core::model::watch_pressure(true);
    }

    /// Channels that are made from now on let the thread by which all wait do without fences. In other models they do not, as where
    /// the system has no barrier.
    pub fn let_threads_be_at_home(&self) {
        #[cfg(forebay_loom)]
        forebay::model::let_threads_be_at_home(true);
    }

    /// The first heavy fences after that are refused by the system.
    pub fn refuse_heavy_fences(&self, _count: usize) {
        #[cfg(forebay_loom)]
        forebay::model::refuse_heavy_fences(_count);
    }

    /// Fails in the model checker, if there have not been so many heavy fences since then.
    ///
    /// # Panics
    /// That is how it fails.
    pub fn expect_heavy_fences(&self, _count: usize) {
        #[cfg(forebay_loom)]
        assert_eq!(self.heavy_fences(), _count, "heavy fences");
    }

    /// How many there have been since then; without the model checker none that is counted.
    #[must_use]
    pub fn heavy_fences(&self) -> usize {
        #[cfg(forebay_loom)]
        return forebay::model::heavy_fences();
        #[cfg(not(forebay_loom))]
        0
    }

    /// Notes an outcome.
    pub fn note(&self, outcome: &'static str) {
        self.outcomes.lock().expect("no panic while it is held").insert(outcome);
    }

    /// Begins an operation. In a [stepwise](Model::stepwise) model the checker tries every order of those.
    pub fn step(&self) {
        if let Some(steps) = &self.steps {
            // Relaxed: it must not order anything.
            steps.fetch_add(1, atomic::Ordering::Relaxed);
        }
    }
}

/// A model: its name, how many executions it needed when it was last looked at, and the outcomes that it must meet.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// What it is called where the number of its executions is printed.
    pub name: &'static str,
    /// The committed number of executions.
    pub executions: usize,
    /// The greatest number of preemptions in an execution. `None`: any.
    pub bound: Option<usize>,
    /// Whether the checker tries every order of the steps.
    ///
    /// It does not by itself where a thread loads a word and then stores to the same: of each atomic it remembers the last
    /// access only, and so the load hides from it that others have loaded the word before. Where each word has one reader
    /// and one writer it needs no help.
    pub stepwise: bool,
    /// The outcomes.
    pub outcomes: &'static [&'static str],
}

impl Model {
    /// Runs a body in every execution.
    ///
    /// # Panics
    /// If the number of executions is more than a fifth away from the committed one, or an outcome never came up; not in
    /// an ordinary build, and not with [`INVARIANTS_ALONE`].
    pub fn check(&self, body: impl Fn(&Context) + Sync + Send + 'static) {
        let all = std::sync::Arc::new(Mutex::new(BTreeSet::new()));
        let count = std::sync::Arc::new(AtomicUsize::new(0));
        let (outcomes, executions) = (std::sync::Arc::clone(&all), std::sync::Arc::clone(&count));
        let stepwise = self.stepwise;
        build::run(self.bound, move || {
            executions.fetch_add(1, Ordering::Relaxed);
            #[cfg(forebay_loom)]
            forebay_core::model::watch_pressure(false);
            #[cfg(forebay_loom)]
            forebay::model::let_threads_be_at_home(false);
            let steps = stepwise.then(|| Arc::new(atomic::AtomicUsize::new(0)));
            body(&Context { outcomes: std::sync::Arc::clone(&outcomes), steps });
        });
        let count = count.load(Ordering::Relaxed);
        let seen = all.lock().expect("no panic while it is held");
        println!("model {}: {count} executions, outcomes {seen:?}", self.name);
        record(RECORDS, &count.to_string());
        if CHECKED && std::env::var_os(INVARIANTS_ALONE).is_none() {
            for outcome in self.outcomes {
                assert!(seen.contains(outcome), "{}: no execution in which {outcome}", self.name);
            }
            let (least, most) = (self.executions * 4 / 5, self.executions * 6 / 5);
            assert!(
                (least..=most).contains(&count),
                "{}: {count} executions where {} were committed: look what has changed",
                self.name,
                self.executions
            );
        }
    }
}

/// Declares a test of each model, a row each: what it is called, `[` the greatest number of preemptions, the number of executions that it
/// needs, and whether it goes by steps (see [`Model::stepwise`]) `]`, the outcomes, and the body.
///
/// ```
/// # use forebay_tests::{model::Context, models};
/// # fn main() {}
/// models! {
///     two [Some(3), 17] &["one", "other"] => |cx| super::of(2, cx);
///     three [Some(2), 4711, stepwise] &[] => |cx| super::of(3, cx);
/// }
///
/// fn of(threads: usize, cx: &Context) {}
/// ```
///
/// Or what is in brackets comes first for all of them, and the rows have the numbers alone: of executions, and if they differ, of
/// those where laps come around at once. Such a row may have a number of preemptions of its own. The body is that of the same name, if
/// it is not said.
///
/// ```
/// # use forebay_tests::{model::Context, models};
/// # fn main() {}
/// models! {
///     mod model: [Some(3), stepwise];
///     one [17] &["one", "other"];
///     two [4711, 815] &[], 2 => |cx| super::of(2, cx);
/// }
///
/// fn one(cx: &Context) {}
/// fn of(threads: usize, cx: &Context) {}
/// ```
#[macro_export]
macro_rules! models {
    (mod $module:ident: [$bound:expr $(, $stepwise:ident)?]; $($rows:tt)*) => {
        mod $module {
            use super::*;
            $crate::models! { @each "" [$bound, $crate::models!(@goes $($stepwise)?)]; $($rows)* }
        }
    };
    // In no module, with a prefix to the names.
    (@each $prefix:literal [$bound:expr, $stepwise:expr];
        $($test:ident [$($executions:literal),+] $outcomes:expr $(, $own:expr)? $(=> $body:expr)?;)*) => {
        $($crate::models! {
            @test $test concat!($prefix, stringify!($test)),
            [[$bound $(, Some($own))?].last().copied().flatten(), $crate::model::counted(&[$($executions),+]), $stepwise],
            $outcomes, $crate::models!(@body $test $($body)?)
        })*
    };
    (@test $test:ident $name:expr, [$bound:expr, $executions:expr, $stepwise:expr], $outcomes:expr, $body:expr) => {
        #[test]
        fn $test() {
            let (name, bound, executions, outcomes) = ($name, $bound, $executions, $outcomes);
            $crate::model::Model { name, executions, bound, stepwise: $stepwise, outcomes }.check($body);
        }
    };
    (@goes) => { false };
    (@goes stepwise) => { true };
    (@body $test:ident) => { super::$test };
    (@body $test:ident $body:expr) => { $body };
    ($($test:ident [$bound:expr, $executions:literal $(, $stepwise:ident)?] $outcomes:expr => $body:expr;)*) => {
        mod model {
            use super::*;
            $($crate::models! {
                @test $test stringify!($test),
                [$bound, $executions, $crate::models!(@goes $($stepwise)?)], $outcomes, $body
            })*
        }
    };
}

/// The number of executions: the last one is that where laps come around at once.
#[doc(hidden)]
#[must_use]
pub const fn counted(executions: &[usize]) -> usize {
    executions[if cfg!(forebay_narrow) { executions.len() - 1 } else { 0 }]
}
