//! How fast forebay's rings are, beside others and beside the machine's own limits.
//!
//! `README.md` says how to run it and how to read it.

mod contest;
mod contestants;
mod cores;
mod effort;
mod goals;
mod questions;
mod queue;
mod ratios;
mod report;
mod stages;
mod watch;
mod work;

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use criterion::Criterion;

use crate::contest::{Contest, Outcome};
use crate::cores::Cores;
use crate::effort::Effort;
use crate::questions::{
    batches, blocking, conflation, importance, lanes, mpsc_batches, overwrite, pair, ping_pong, producers, round_trip,
    rules, signal, storm, tasks, throughput,
};

/// Names some contestants, as in `overwrite/u64/64/forebay,pair/u64/64/heapless`: they have one turn each and nothing else is
/// done. For comparisons of two builds.
const TURNS: &str = "FOREBAY_BENCH_TURNS";

fn main() -> Result<(), Box<dyn Error>> {
    let (effort, cores) = (Effort::get(), Cores::get());
    // First, while this thread may run anywhere: those that it starts may run where it may.
    let (mut several, mut contests) = (Vec::new(), pair::contests());
    contests.extend(overwrite::contests());
    contests.extend(lanes::contests());
    contests.extend(signal::pairs());
    contests.extend(rules::contests());
    contests.extend(importance::alone());
    if cores.two() {
        several.extend(producers::contests());
        several.extend(mpsc_batches::contests());
        several.extend(storm::contests());
        several.extend(conflation::contests());
        several.extend(importance::contests());
        several.extend(blocking::contests());
        several.extend(tasks::contests());
        several.extend(ping_pong::of_tasks());
        contests.extend(throughput::contests());
        contests.extend(signal::streams());
        contests.extend(batches::contests());
        contests.extend(round_trip::contests());
        contests.extend(ping_pong::of_threads());
    }
    if let Ok(names) = env::var(TURNS) {
        several.iter().for_each(|contest| contest.turns(&names, &effort));
        cores.stay_on_first();
        contests.iter().for_each(|contest| contest.turns(&names, &effort));
        return Ok(());
    }

    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(10)
        .nresamples(2_000)
        .warm_up_time(effort.warm_up)
        .measurement_time(effort.measurement)
        .configure_from_args();

    let goals = [
        pair::GOALS,
        throughput::GOALS,
        batches::GOALS,
        round_trip::GOALS,
        producers::GOALS,
        overwrite::GOALS,
        storm::GOALS,
        signal::GOALS,
        rules::GOALS,
        conflation::GOALS,
        importance::GOALS,
        blocking::GOALS,
        tasks::GOALS,
        ping_pong::GOALS,
    ];
    let goals: Vec<_> = goals.into_iter().flatten().collect();

    let start = Instant::now();
    let mut hold = |contests: Vec<Contest>| -> Vec<Outcome> {
        contests.iter().filter_map(|contest| contest.hold(&mut criterion, &effort)).collect()
    };
    let several = hold(several);
    cores.stay_on_first();
    let mut outcomes = hold(contests);
    outcomes.extend(several);
    criterion.final_summary();
    if outcomes.is_empty() {
        return Ok(());
    }
    let heading = format!(
        "{}, {}; {} effort, {} rounds, {} s",
        processor(),
        cores.describe(),
        effort.name,
        effort.rounds,
        start.elapsed().as_secs()
    );
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("the target folder has no name")?;
    report::report(&outcomes, &goals, &heading, &target.join("forebay"))
}

/// What the processor calls itself.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}
