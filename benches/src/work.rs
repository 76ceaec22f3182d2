//! About 50 ns of work on an item.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

const NANOSECONDS: f64 = 50.0;

/// Work in registers alone: how far it has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    state: u64,
    steps: u32,
}

impl Work {
    /// The same amount for everybody in this run.
    pub(crate) fn get() -> Self {
        static STEPS: OnceLock<u32> = OnceLock::new();
        Self { state: 1, steps: *STEPS.get_or_init(measure) }
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

/// How many steps it takes. The fastest of some measurements: in the others something came between.
fn measure() -> u32 {
    const STEPS: u32 = 10_000;
    let fastest = (0..50)
        .map(|_| {
            let start = Instant::now();
            black_box(steps(black_box(1), STEPS));
            start.elapsed()
        })
        .min();
    let step = fastest.map_or(1.0, |taken| taken.as_nanos() as f64 / f64::from(STEPS));
    (NANOSECONDS / step).round() as u32
}
