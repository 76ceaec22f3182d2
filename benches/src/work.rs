//! Some nanoseconds of work on an item.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

/// Work in registers alone: how far it has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    state: u64,
    steps: u32,
}

impl Work {
    /// About so many nanoseconds of work on each item: the same number of steps for everybody in this run.
    pub(crate) fn of(nanoseconds: f64) -> Self {
        static STEP: OnceLock<f64> = OnceLock::new();
        Self { state: 1, steps: (nanoseconds / STEP.get_or_init(measure)).round() as u32 }
    }

    /// Works on an item: no step begins before the item is there and the step before is done.
    #[inline(always)]
    pub(crate) fn on(&mut self, item: u64) {
        self.state = black_box(steps(self.state ^ item, self.steps));
    }
}

/// A xorshift generator: each step needs the one before.
#[inline(always)]
fn steps(mut state: u64, steps: u32) -> u64 {
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

/// How many nanoseconds a step takes. The fastest of some measurements: in the others something came between.
fn measure() -> f64 {
    const STEPS: u32 = 10_000;
    let fastest = (0..50)
        .map(|_| {
            let start = Instant::now();
            black_box(steps(black_box(1), STEPS));
            start.elapsed()
        })
        .min();
    fastest.map_or(1.0, |taken| taken.as_nanos() as f64 / f64::from(STEPS))
}
