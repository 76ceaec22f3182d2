//! Runs of [shuttle](https://crates.io/crates/shuttle), the second model checker: it takes more threads than loom, as it tries some
//! schedules and not all. Its memory is sequentially consistent, so it finds what is wrong whatever the orderings are: above all,
//! threads that sleep for ever.
//!
//! Every other execution is by a scheduler that changes to any thread at any time, and the others are by *probabilistic
//! concurrency testing* (Burckhardt, Kothari, Musuvathi and Nagarakatte, 2010), in which priorities rule that change a few times:
//! so some threads stand still for long.

use std::time::Instant;

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};

/// A seed for other schedules than the usual ones.
pub const SEED: &str = "FOREBAY_SHUTTLE_SEED";
/// How many times as many executions there are to be.
pub const TIMES: &str = "FOREBAY_SHUTTLE_TIMES";
/// A schedule that was printed when an execution failed, to be had again, alone.
pub const REPLAY: &str = "FOREBAY_SHUTTLE_REPLAY";

/// More than any execution takes: then some thread goes round for ever.
const MOST_STEPS: usize = 200_000;
/// With so many changes of priorities.
const DEPTH: usize = 5;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{variable}: a number")))
}

/// Runs a body in so many executions by each of the two schedulers.
///
/// # Panics
/// If the body does, if all threads sleep before all have come to an end, or if that takes too many steps. The schedule is printed
/// then.
pub fn check(executions: usize, body: impl Fn() + Sync + Send + 'static) {
    let body = std::sync::Arc::new(body);
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        let mut config = Config::new();
        config.stack_size = 1 << 18;
        config.max_steps = MaxSteps::FailAfter(MOST_STEPS);
        // That orderings are taken for stronger than they are.
        config.silence_warnings = true;
        let body = std::sync::Arc::clone(&body);
        Runner::new(scheduler, config).run(move || body())
    };
    if let Ok(schedule) = std::env::var(REPLAY) {
        run(Box::new(ReplayScheduler::new_from_encoded(&schedule)));
        return;
    }
    let (seed, executions) = (number(SEED, 1), executions * number(TIMES, 1) as usize);
    let schedulers: [(_, Box<dyn Scheduler + Send>); 2] = [
        ("random", Box::new(RandomScheduler::new_from_seed(seed, executions))),
        ("by priority", Box::new(PctScheduler::new_from_seed(seed, DEPTH, executions))),
    ];
    for (name, scheduler) in schedulers {
        let begin = Instant::now();
        println!("{name}, seed {seed}: {executions} executions");
        run(scheduler);
        println!("{:.0} executions a second", executions as f64 / begin.elapsed().as_secs_f64());
    }
}
