//! The programs that judge a mutant: models in a program, or other tests, and how one is run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use forebay_schemata::{Result, VARIABLE};
use forebay_tests::model::INVARIANTS_ALONE;

use crate::notes::{Note, Notes};

/// What the model checker says of a loop that does not end. It may be one that would on a machine, where stores are seen sometime.
const ENDLESS: &str = "Model exceeded maximum number of branches";
/// What is said of a test that does not end.
const LATE: &str = "no end after";

/// How long one may take of which nobody knows how long it takes: without a mutant, with one under the model checker, and otherwise.
const PATIENCE: [Duration; 3] = [Duration::from_secs(900), Duration::from_secs(300), Duration::from_secs(60)];

/// What the programs are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Build {
    /// The model checker.
    Checked,
    /// The model checker, and counts of laps that come around at once.
    Narrow,
    /// Real threads.
    Ordinary,
}

/// The models of a ring, or other tests of it, which are one program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Suite {
    /// What for.
    pub(crate) build: Build,
    /// What cargo calls it.
    pub(crate) test: String,
}

impl Suite {
    /// What the table calls it.
    pub(crate) fn name(&self) -> String {
        if self.build == Build::Narrow { format!("{} (narrow)", self.test) } else { self.test.clone() }
    }
}

/// The program of a suite.
pub(crate) struct Program {
    pub(crate) suite: Suite,
    pub(crate) models: Vec<Model>,
}

/// A model in its program, or another test.
pub(crate) struct Model {
    program: PathBuf,
    pub(crate) name: String,
    /// Whether the model checker runs it, so that it may take far longer with a mutant.
    checked: bool,
    /// Whether its executions were counted in such a build.
    counted: bool,
    /// What its source says of it.
    note: Note,
    /// Whether it names the site of the mutant that is being judged: then it is enough that it does not end.
    is_of_site: bool,
    /// How long it takes without a mutant, if that is known: then it holds.
    took: Option<Duration>,
}

/// What became of a model.
struct Outcome {
    /// How it failed, if it did.
    failure: Option<String>,
    took: Duration,
}

/// One that failed.
pub(crate) struct Failure {
    pub(crate) model: String,
    pub(crate) how: String,
}

impl Program {
    pub(crate) fn new(suite: Suite, program: &Path, notes: &Notes) -> Result<Self> {
        let checked = suite.build != Build::Ordinary;
        let counted = suite.build != Build::Narrow;
        let model = |name: String| {
            let note = notes.of(&name);
            Model { program: program.to_path_buf(), name, checked, counted, note, is_of_site: false, took: None }
        };
        let models: Vec<Model> = list(program)?.into_iter().map(model).collect();
        if models.is_empty() {
            return Err(format!("there is nothing in {}", suite.name()));
        }
        Ok(Self { suite, models })
    }

    /// Puts the models first that name one of these sites, and small ones before large ones.
    pub(crate) fn sort_for(&mut self, ids: &str) {
        let is_apart = |note: &Note| !ids.split(' ').any(|id| note.ids.contains(id));
        self.models.iter_mut().for_each(|model| model.is_of_site = !is_apart(&model.note));
        let key = |model: &Model| (!model.is_of_site, model.note.executions, model.name.clone());
        self.models.sort_by_cached_key(key);
    }

    /// Makes sure that a model holds without a mutant.
    pub(crate) fn look_at_original(&mut self, name: &str, logs: &Path) -> Result<()> {
        let suite = self.suite.name();
        let model = self.models.iter_mut().find(|model| model.name == name).ok_or("it has been run")?;
        if model.took.is_none() {
            let Outcome { failure, took } = model.run(None, &logs.join("log"))?;
            if let Some(how) = failure {
                return Err(format!("{suite}: {name} fails without a mutant: {how}"));
            }
            model.took = Some(took);
        }
        Ok(())
    }

    /// Runs one model, or all until one fails or, if asked to, also those after it. Answers with those that failed, in order; one that
    /// fails by its invariant comes before those that don't end.
    pub(crate) fn try_mutant(&self, number: usize, only: Option<&str>, all: bool, logs: &Path) -> Result<Vec<Failure>> {
        let chosen: Vec<&Model> =
            self.models.iter().filter(|model| only.is_none_or(|name| model.name == name)).collect();
        let outcomes = run(&chosen, Some(number), !all, logs)?;
        let failed = |(model, outcome): (&&Model, Option<Outcome>)| {
            Some(Failure { model: model.name.clone(), how: outcome?.failure? })
        };
        let mut failed: Vec<Failure> = chosen.iter().zip(outcomes).filter_map(failed).collect();
        failed.sort_by_key(|failure| !is_plain(&failure.how));
        Ok(failed)
    }
}

/// Runs models, as many at a time as there are processors. Answers with what became of each that was run: of all of them, or
/// of those up to the first one that failed and perhaps some more.
fn run(models: &[&Model], mutant: Option<usize>, stop: bool, logs: &Path) -> Result<Vec<Option<Outcome>>> {
    let next = AtomicUsize::new(0);
    let first_failed = AtomicUsize::new(usize::MAX);
    let outcomes = Mutex::new(models.iter().map(|_| None).collect::<Vec<_>>());
    let error = Mutex::new(None);
    thread::scope(|threads| {
        for worker in 0..thread::available_parallelism().map_or(1, usize::from) {
            let log = logs.join(format!("log-{worker}"));
            let (next, first_failed, outcomes, error) = (&next, &first_failed, &outcomes, &error);
            threads.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    // The first one in the order is the one that counts, so those before it go on.
                    let over = stop && first_failed.load(Ordering::Relaxed) < index;
                    let Some(model) = models.get(index).filter(|_| !over) else { return };
                    match model.run(mutant, &log) {
                        Ok(outcome) => {
                            if outcome.failure.as_ref().is_some_and(|how| model.is_of_site || is_plain(how)) {
                                first_failed.fetch_min(index, Ordering::Relaxed);
                            }
                            outcomes.lock().expect("no panic while it is held")[index] = Some(outcome);
                        }
                        Err(message) => *error.lock().expect("no panic while it is held") = Some(message),
                    }
                }
            });
        }
    });
    match error.into_inner().expect("no panic while it was held") {
        Some(message) => Err(message),
        None => Ok(outcomes.into_inner().expect("no panic while it was held")),
    }
}

impl Model {
    /// Runs it with a mutant, or with the original.
    fn run(&self, mutant: Option<usize>, log: &Path) -> Result<Outcome> {
        let output = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.program);
        command.args(["--exact", &self.name, "--nocapture", "--test-threads=1"]);
        command.env("RUST_BACKTRACE", "0").env_remove(INVARIANTS_ALONE).env_remove(VARIABLE);
        if mutant.is_some() || !self.counted {
            command.env(INVARIANTS_ALONE, "1");
        }
        if let Some(number) = mutant {
            command.env(VARIABLE, number.to_string());
        }
        let patience = PATIENCE[if mutant.is_none() { 0 } else { 1 + usize::from(!self.checked) }];
        let limit = self.took.map_or(patience, |took| took * 5 + Duration::from_secs(15));
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let status = wait(&mut child, limit)?;
        let took = start.elapsed();
        let said = fs::read(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let said = String::from_utf8_lossy(&said);
        let failure = match status {
            // It says nothing about the invariant.
            None if mutant.is_some() && self.checked => None,
            None => Some(format!("{LATE} {} s", limit.as_secs())),
            Some(status) if status.success() => None,
            Some(status) => Some(panic_message(&said).unwrap_or_else(|| status.to_string())),
        };
        Ok(Outcome { failure, took })
    }
}

/// Waits for the end of a process, and ends it if that does not come in time.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill().map_err(|error| error.to_string())?;
            child.wait().map_err(|error| error.to_string())?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The first line of what the first panic said.
fn panic_message(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("panicked at ")?;
    rest.lines().skip(1).map(str::trim).find(|line| !line.is_empty()).map(str::to_string)
}

/// Whether an invariant is broken, which says more than that there is no end.
fn is_plain(how: &str) -> bool {
    !how.starts_with(ENDLESS) && !how.starts_with(LATE)
}

/// The models in a program.
fn list(program: &Path) -> Result<Vec<String>> {
    let output = Command::new(program)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_says_is_understood() {
        let said = "running 1 test\n\nthread 'a' (7) panicked at a.rs:1:2:\n\nCausality violation: one.\nmore\n";
        assert_eq!(panic_message(said).as_deref(), Some("Causality violation: one."));
        assert_eq!(panic_message("all is well"), None);
    }
}
