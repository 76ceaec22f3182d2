//! How long all this may take.

use std::env;
use std::time::Duration;

const VARIABLE: &str = "FOREBAY_BENCH";

/// What the time is spent on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) name: &'static str,
    /// Rounds of a comparison.
    pub(crate) rounds: usize,
    /// What a contestant gets in a round, about.
    pub(crate) slice: Duration,
    /// For criterion.
    pub(crate) warm_up: Duration,
    /// For criterion.
    pub(crate) measurement: Duration,
}

const QUICK: Effort = Effort {
    name: "quick",
    rounds: 9,
    slice: Duration::from_millis(3),
    warm_up: Duration::from_millis(20),
    measurement: Duration::from_millis(60),
};

const USUAL: Effort = Effort {
    name: "usual",
    rounds: 25,
    slice: Duration::from_millis(6),
    warm_up: Duration::from_millis(100),
    measurement: Duration::from_millis(300),
};

const LONG: Effort = Effort {
    name: "long",
    rounds: 101,
    slice: Duration::from_millis(12),
    warm_up: Duration::from_millis(500),
    measurement: Duration::from_secs(2),
};

impl Effort {
    /// As the environment asks for.
    pub(crate) fn get() -> Self {
        match env::var(VARIABLE).as_deref() {
            Err(_) | Ok("" | "usual") => USUAL,
            Ok("quick") => QUICK,
            Ok("long") => LONG,
            Ok(other) => panic!("{VARIABLE} is quick, usual or long, not {other}"),
        }
    }
}
