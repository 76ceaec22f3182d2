//! Threads that work windows together, and the check of what they have recorded.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, hint, thread};

use forebay_tests::history::record::{Call, Counter, Log, merge, overlaps};
use forebay_tests::history::search::{Report, Set, Spec, search};
pub(crate) use forebay_tests::random::Random;
pub(crate) use forebay_tests::stress::alone;

/// No window needs so many: those that are common need some hundreds.
const BUDGET: usize = 1_000_000;

/// So many pairs of operations should overlap: fewer where that is left to chance.
pub(crate) const ENOUGH: usize = if cfg!(forebay_steps) { 500 } else { 50 };

/// So many must have. Where they let each other in at each step that can be asked for; elsewhere, and in the queues of the
/// self-test, it is a matter of how busy the machine is, which is no failure of a ring. What came of it is printed.
pub(crate) const NEEDED: usize = if cfg!(forebay_steps) { ENOUGH / 25 } else { 0 };

/// How much longer a test may run until there is enough: where the machine is busy its threads seldom run at the same time.
const PATIENCE: Duration = Duration::from_secs(if cfg!(forebay_steps) { 30 } else { 3 });

/// So many windows are checked of each at least, however busy the machine is.
const LEAST: usize = 100;

/// Whether a faulty queue was found, and of each good one how many histories and windows were checked, goes into the file that the
/// variable `FOREBAY_HISTORIES` names. `tests/histories/table.sh` makes a table of it.
pub(crate) fn note(what: &str) {
    forebay_tests::record::record("FOREBAY_HISTORIES", what);
}

/// A thread that stops so long is stuck.
const TOO_LONG: Duration = Duration::from_secs(60);

/// An operation with its outcome.
pub(crate) trait Op: Copy + fmt::Debug + Send {
    /// Whether it tells what there is while nobody is at work. Such a record is carried over to the next window.
    fn is_rest(&self) -> bool;

    /// What came of it, in words.
    fn outcome(&self) -> &'static str;
}

/// What one thread does.
pub(crate) trait Hand<O>: Send {
    /// Works in a window.
    fn work(&mut self, window: usize, log: &mut Log<'_, O>, random: &mut Random);

    /// Records what there is, while nobody is at work. Only the last hand is asked.
    fn rest(&mut self, _log: &mut Log<'_, O>) {}

    /// Works for long, and records nothing.
    fn storm(&mut self, _random: &mut Random) {}

    /// After that, while nobody is at work: makes the ring as it was when it was new, and counts from there. Only the last hand is asked.
    fn calm(&mut self) {}
}

/// What is recorded of the hands' work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recorded {
    /// All of it, in windows one after another.
    Whole,
    /// Samples: a window after each storm.
    Sampled,
}

/// Lets the hands work so many windows, each in a thread of its own, and answers with what they have recorded.
pub(crate) fn work<'h, O: Op>(hands: Vec<Box<dyn Hand<O> + 'h>>, windows: usize, seed: u64) -> Vec<Vec<Call<O>>> {
    run(hands, windows, seed, Recorded::Whole)
}

/// The same of a long run, of which so many windows are samples. Each begins with a ring as it was when it was new.
pub(crate) fn sample<'h, O: Op>(hands: Vec<Box<dyn Hand<O> + 'h>>, windows: usize, seed: u64) -> Vec<Vec<Call<O>>> {
    run(hands, windows, seed, Recorded::Sampled)
}

/// As the window of a session in which nothing ends.
const MIDST: usize = 1;

fn run<'h, O: Op>(
    hands: Vec<Box<dyn Hand<O> + 'h>>,
    windows: usize,
    seed: u64,
    recorded: Recorded,
) -> Vec<Vec<Call<O>>> {
    let (counter, gate) = (Counter::default(), Gate::new(hands.len()));
    let mut windows = thread::scope(|threads| {
        let hands = hands.into_iter().enumerate();
        let at_work: Vec<_> = hands
            .map(|(which, mut hand)| {
                let (counter, gate) = (&counter, &gate);
                threads.spawn(move || {
                    let _breaks = gate.breaks();
                    let mut random = Random::new(seed * 8 + which as u64);
                    let mut log = Log::new(counter, which);
                    for at in 0..windows {
                        let mut window = at;
                        if recorded == Recorded::Sampled {
                            window = MIDST;
                            gate.pass();
                            let step_seed = random.below(1 << 20) as u64;
                            disturbed(step_seed, || hand.storm(&mut random));
                            gate.pass();
                            if which + 1 == gate.count {
                                hand.calm();
                                hand.rest(&mut log);
                            }
                        }
                        gate.pass();
                        let step_seed = random.below(1 << 20) as u64;
                        disturbed(step_seed, || hand.work(window, &mut log, &mut random));
                        gate.pass();
                        if which + 1 == gate.count {
                            hand.rest(&mut log);
                        }
                        log.end_window();
                    }
                    log.into_windows()
                })
            })
            .collect();
        merge(at_work.into_iter().map(|thread| thread.join().expect("a panic in the thread has told why")).collect())
    });
    let carried = if recorded == Recorded::Whole { 1..windows.len() } else { 0..0 };
    for at in carried {
        if let Some(rest) = windows[at - 1].last().filter(|call| call.op.is_rest()).copied() {
            windows[at].insert(0, rest);
        }
    }
    windows
}

/// Runs something with stops of random length before some of its atomic steps: none, many short ones, or a few so long that
/// others come in between with whole operations. Few stops find most: S. Burckhardt et al., *A randomized scheduler with
/// probabilistic guarantees of finding bugs* (2010).
#[cfg(forebay_steps)]
fn disturbed<R>(seed: u64, body: impl FnOnce() -> R) -> R {
    let mut random = Random::new(seed);
    let manner = random.below(3);
    let hook = move || match (manner, random.below(16)) {
        (1, 0..=3) => thread::yield_now(),
        (1, 4 | 5) => (0..random.below(300)).for_each(|_| hint::spin_loop()),
        (2, 0) => (0..5 + random.below(60)).for_each(|_| thread::yield_now()),
        _ => {}
    };
    forebay_core::steps::with(hook, body)
}

/// Runs something: in an ordinary build nothing can come between its atomic steps but other threads.
#[cfg(not(forebay_steps))]
fn disturbed<R>(_seed: u64, body: impl FnOnce() -> R) -> R {
    body()
}

/// Where the threads wait for each other.
struct Gate {
    count: usize,
    arrived: AtomicUsize,
    broken: AtomicBool,
    /// How long a thread waits without letting others have its core, so that all are there when they set out.
    patience: u32,
}

/// A thread that panics lets the others know.
struct Breaks<'g>(&'g Gate);

impl Drop for Breaks<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.broken.store(true, Ordering::Relaxed);
        }
    }
}

impl Gate {
    fn new(count: usize) -> Self {
        let each_has_a_core = thread::available_parallelism().is_ok_and(|cores| cores.get() >= count);
        let patience = if each_has_a_core { 5000 } else { 50 };
        Self { count, arrived: AtomicUsize::new(0), broken: AtomicBool::new(false), patience }
    }

    const fn breaks(&self) -> Breaks<'_> {
        Breaks(self)
    }

    /// Waits until all are here.
    fn pass(&self) {
        let all = (self.arrived.fetch_add(1, Ordering::AcqRel) / self.count + 1) * self.count;
        let (mut rounds, mut since) = (0_u32, None);
        while self.arrived.load(Ordering::Acquire) < all {
            rounds += 1;
            if rounds < self.patience {
                hint::spin_loop();
                continue;
            }
            assert!(!self.broken.load(Ordering::Relaxed), "another thread has panicked");
            thread::yield_now();
            if rounds % 1024 == 0 {
                assert!(since.get_or_insert_with(Instant::now).elapsed() < TOO_LONG, "another thread is stuck");
            }
        }
    }
}

/// A pause between two operations of a thread.
pub(crate) struct Pace(usize);

impl Pace {
    /// One that a thread keeps for a window.
    pub(crate) const fn any(random: &mut Random) -> Self {
        Self([1, 10, 40, 200][random.below(4)])
    }

    pub(crate) fn pause(&self, random: &mut Random) {
        if random.below(16) == 0 {
            return thread::yield_now();
        }
        (0..random.below(self.0)).for_each(|_| hint::spin_loop());
    }
}

/// What a hand with one end does next.
pub(crate) enum Turn {
    Works,
    Goes,
}

/// Takes some turns, fewer than `most`, at a pace; and if the end goes in this window, somewhere among them.
pub(crate) fn turns(most: usize, goes: bool, random: &mut Random, mut take: impl FnMut(Turn, &mut Random)) {
    let (count, pace) = (random.below(most), Pace::any(random));
    let goes = goes.then(|| random.below(count + 1));
    for at in 0..=count {
        pace.pause(random);
        if goes == Some(at) {
            take(Turn::Goes, random);
        } else if at < count {
            take(Turn::Works, random);
        }
    }
}

/// What was done, so that a test that does too little is noticed.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    pub(crate) sessions: usize,
    pub(crate) windows: usize,
    /// Of these, those that are samples of a longer run.
    pub(crate) sampled: usize,
    pub(crate) calls: usize,
    /// Pairs of operations of different threads that were under way at a time.
    pub(crate) overlaps: usize,
    /// How often each outcome came.
    pub(crate) outcomes: BTreeMap<&'static str, usize>,
    /// Configurations that the searches looked at.
    pub(crate) configurations: usize,
    /// The most of one search.
    pub(crate) most: usize,
}

/// Looks for an order of each window, from the states on in which the one before can have ended.
pub(crate) fn check<S: Spec<Op: Op>>(
    spec: &S,
    begin: S::State,
    windows: &[Vec<Call<S::Op>>],
    tally: &mut Tally,
) -> Result<(), String> {
    let mut states = Set::from_iter([begin]);
    tally.sessions += 1;
    for (at, window) in windows.iter().enumerate() {
        states = check_window(spec, &states, window, tally).map_err(|why| format!("window {at}:\n{why}"))?;
    }
    Ok(())
}

/// Looks for an order of each sample, from the same state on.
pub(crate) fn check_samples<S: Spec<Op: Op>>(
    spec: &S,
    begin: S::State,
    windows: &[Vec<Call<S::Op>>],
    tally: &mut Tally,
) -> Result<(), String> {
    let begin = Set::from_iter([begin]);
    tally.sessions += 1;
    for (at, window) in windows.iter().enumerate() {
        check_window(spec, &begin, window, tally).map_err(|why| format!("sample {at}:\n{why}"))?;
        tally.sampled += 1;
    }
    Ok(())
}

/// Answers with the states in which the window can have ended.
fn check_window<S: Spec<Op: Op>>(
    spec: &S,
    begin: &Set<S::State>,
    window: &[Call<S::Op>],
    tally: &mut Tally,
) -> Result<Set<S::State>, String> {
    let found = search(spec, begin, window, BUDGET).map_err(|failure| {
        let report: Report<'_, S> = Report { window, begin, failure: &failure };
        report.to_string()
    })?;
    tally.windows += 1;
    tally.calls += window.len();
    tally.overlaps += overlaps(window);
    tally.configurations += found.looked_at;
    tally.most = tally.most.max(found.looked_at);
    let remark = found.states.iter().find_map(|state| spec.remark(state));
    for outcome in window.iter().map(|call| call.op.outcome()).chain(remark) {
        *tally.outcomes.entry(outcome).or_default() += 1;
    }
    Ok(found.states)
}

fn from_environment(name: &str) -> Option<f64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}

/// Runs sessions, each of a seed, as long as the test runs. All must be in order, each of the outcomes must have come, and the
/// threads must have been in each other's way.
pub(crate) fn drive(what: &str, outcomes: &[&str], mut session: impl FnMut(u64, &mut Tally) -> Result<(), String>) {
    let _alone = alone();
    let time = Duration::from_secs_f64(from_environment("FOREBAY_HISTORIES_SECONDS").unwrap_or(0.5));
    let mut seed = from_environment("FOREBAY_HISTORIES_SEED").unwrap_or(0.0) as u64;
    let (mut tally, start) = (Tally::default(), Instant::now());
    while start.elapsed() < time
        || tally.windows < LEAST
        || tally.is_enough(outcomes, ENOUGH).is_err() && start.elapsed() < time + PATIENCE
    {
        if let Err(why) = session(seed, &mut tally) {
            panic!("{what}, FOREBAY_HISTORIES_SEED={seed}: {why}");
        }
        seed += 1;
    }
    let rate = |count: usize| count as f64 / start.elapsed().as_secs_f64();
    println!(
        "{what}: {} sessions, {} windows, {} of them sampled ({:.0}/s), {} operations ({:.0}/s), {} overlapping pairs, {} configurations, \
         at most {}, {:?}",
        tally.sessions,
        tally.windows,
        tally.sampled,
        rate(tally.windows),
        tally.calls,
        rate(tally.calls),
        tally.overlaps,
        tally.configurations,
        tally.most,
        tally.outcomes
    );
    note(&format!(
        "{what}\t{}\t{}\t{}\t{}\t{}",
        tally.sessions, tally.windows, tally.sampled, tally.calls, tally.overlaps
    ));
    assert!(tally.windows >= LEAST, "{what}: only {} windows", tally.windows);
    tally.is_enough(outcomes, NEEDED).unwrap_or_else(|why| panic!("{what}: {why}"));
}

impl Tally {
    /// Whether there was enough for the check to mean something.
    pub(crate) fn is_enough(&self, outcomes: &[&str], enough: usize) -> Result<(), String> {
        if self.windows == 0 || self.overlaps < enough {
            return Err(format!("only {} overlapping pairs in {} windows", self.overlaps, self.windows));
        }
        let missing: Vec<_> = outcomes.iter().filter(|&outcome| !self.outcomes.contains_key(outcome)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("there was no {missing:?} in {} windows", self.windows)) }
    }
}

/// A ring that is wrong now and then is found to be so: it takes some sessions until it errs, and some more until that shows.
pub(crate) fn is_found(what: &str, mut session: impl FnMut(u64, &mut Tally) -> Result<(), String>) {
    let _alone = alone();
    let (mut tally, start) = (Tally::default(), Instant::now());
    for seed in 0.. {
        if let Err(why) = session(seed, &mut tally) {
            assert!(why.contains("no order explains this"), "{why}");
            println!("{what} was found after {seed} sessions, {:?}", start.elapsed());
            note(&format!("{what}\tfound"));
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{what} was not found in {seed} sessions");
    }
}

/// How a ring may lie: changes an outcome, if that is one that it can change.
pub(crate) type Lie<O> = fn(&mut O) -> bool;

/// A history of a ring in which one outcome is not what it was finds no order, for each of the ways to lie: not every time, as another
/// order may explain it, but soon.
pub(crate) fn each_lie_is_found<O: Op>(
    what: &str,
    lies: &[(&str, Lie<O>)],
    mut session: impl FnMut(u64) -> Vec<Vec<Call<O>>>,
    judge: impl Fn(&[Vec<Call<O>>], &mut Tally) -> Result<(), String>,
) {
    let _alone = alone();
    for (name, lie) in lies {
        let (start, mut random) = (Instant::now(), Random::new(7));
        let is_found = |seed| {
            let mut windows = session(seed);
            let mut ops: Vec<&mut O> = windows.iter_mut().flatten().map(|call| &mut call.op).collect();
            let first = random.below(ops.len());
            ops.rotate_left(first);
            if !ops.into_iter().any(lie) {
                return false;
            }
            match judge(&windows, &mut Tally::default()) {
                Ok(()) => false,
                Err(why) => {
                    assert!(why.contains("no order explains this"), "{why}");
                    true
                }
            }
        };
        let found = (0..).map(is_found).position(|is| is || start.elapsed() > Duration::from_secs(30));
        assert!(start.elapsed() <= Duration::from_secs(30), "{what}: {name} was not found in {found:?} histories");
        note(&format!("{what}, {name}\tfound"));
    }
}
