//! Where mutants are made: a copy of the workspace that is built with the model checker, and its models that are run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use forebay_tests::model::INVARIANTS_ALONE;

use crate::{Mutant, Result};

/// What is copied. The members of the workspace are among it.
const PARTS: &[&str] = &["Cargo.lock", "README.md", "core", "std-ext", "tests"];
const MEMBERS: &str = "members = [\"core\", \"std-ext\", \"tests\"]";
/// What isn't: packages of their own, and what they built.
const LEFT_OUT: &[&str] = &["firmware", "compile-fail", "target"];

/// What the model checker says of a loop that does not end. It may be one that would on a machine, where stores are seen sometime.
const ENDLESS: &str = "Model exceeded maximum number of branches";

/// What became of a mutant.
pub(crate) enum Verdict {
    /// A model failed, the first of `count`.
    Killed { model: String, how: String, count: usize },
    /// None did.
    Survived,
}

/// A model in its program, or another test.
struct Model {
    program: PathBuf,
    name: String,
    /// Whether the model checker runs it, so that it may take far longer with a mutant.
    checked: bool,
    /// How long it takes, for the order: the quick ones come first.
    took: Duration,
    /// How long it may take.
    limit: Duration,
}

/// The models of a ring, or other tests of it, which are one program.
struct Suite {
    ring: String,
    /// What cargo calls it.
    test: String,
    models: Vec<Model>,
}

/// Those that need neither a second thread nor the model checker, for the mutants without an ordering: what a ring forgets to store
/// is mostly missing with one thread, too. All kinds of them, and those about what is in several rings.
const ORDINARY: &[&str] = &["drops", "properties"];
const ORDINARY_OF_SEVERAL: (&str, &str) = ("pressure", "properties_pressure");

/// The copy, and its models, suite by suite: those that are run quickly come first.
pub(crate) struct Workshop {
    folder: PathBuf,
    suites: Vec<Suite>,
}

impl Workshop {
    /// Copies the workspace.
    pub(crate) fn furnish(root: &Path) -> Result<Self> {
        // The program lies in a folder of the target directory.
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let target = program.ancestors().nth(2).ok_or("the program has no target directory")?;
        let workshop = Self { folder: target.join("mutants"), suites: Vec::new() };
        let copy = workshop.copy();
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
        }
        fs::create_dir_all(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
        for part in PARTS {
            copy_all(&root.join(part), &copy.join(part))?;
        }
        let manifest = root.join("Cargo.toml");
        let manifest = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
        let lines = manifest.lines().map(|line| if line.starts_with("members = ") { MEMBERS } else { line });
        let manifest: String = lines.flat_map(|line| [line, "\n"]).collect();
        fs::write(copy.join("Cargo.toml"), manifest).map_err(|error| error.to_string())?;
        Ok(workshop)
    }

    /// Where the copy is.
    pub(crate) fn copy(&self) -> PathBuf {
        self.folder.join("workspace")
    }

    /// Builds the models that these mutants need, and finds that they hold.
    pub(crate) fn find_models(&mut self, mutants: &[Mutant]) -> Result<()> {
        let folder = self.copy().join("tests/models");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut rings: Vec<String> =
            entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
        if mutants.iter().all(|mutant| rings.iter().any(|ring| ring == mutant.part())) {
            rings.retain(|ring| mutants.iter().any(|mutant| mutant.part() == ring));
        }
        let is_in_several = mutants.iter().any(|mutant| !rings.iter().any(|ring| ring == mutant.part()));
        let mut suites: Vec<(String, String)> =
            rings.iter().map(|ring| (ring.clone(), format!("models_{ring}"))).collect();
        if mutants.iter().any(|mutant| mutant.ids.is_empty()) {
            let of_ring = |ring: &String| {
                ORDINARY.iter().map({
                    let ring = ring.clone();
                    move |kind| (ring.clone(), format!("{kind}_{ring}"))
                })
            };
            let is_there = |(ring, test): &(String, String)| {
                let kind = self.copy().join("tests").join(test.strip_suffix(&format!("_{ring}")).unwrap_or(test));
                kind.join(format!("{ring}.rs")).exists() || kind.join(ring).join("main.rs").exists()
            };
            suites.extend(rings.iter().flat_map(of_ring).filter(is_there));
            let (name, test) = ORDINARY_OF_SEVERAL;
            suites.extend(is_in_several.then(|| (name.to_string(), test.to_string())));
        }
        for (ring, test) in suites {
            let program = self.build(&test).map_err(|error| format!("{test} does not build\n{error}"))?;
            let (took, limit, checked) = (Duration::ZERO, Duration::from_secs(600), is_checked(&test));
            let model = |name| Model { program: program.clone(), name, checked, took, limit };
            let mut models: Vec<Model> = list(&program)?.into_iter().map(model).collect();
            let runs = self.run_models(&models, false, false)?;
            for (model, run) in models.iter_mut().zip(runs) {
                let Some(Outcome { failure, took }) = run else {
                    return Err(format!("{} was left out", model.name));
                };
                if let Some(how) = failure {
                    return Err(format!("{} fails without a mutant: {how}", model.name));
                }
                model.took = took;
                model.limit = took * 5 + Duration::from_secs(15);
            }
            if models.is_empty() {
                return Err(format!("there is nothing in {test}"));
            }
            models.sort_by(|a, b| (a.took, &a.name).cmp(&(b.took, &b.name)));
            self.suites.push(Suite { ring, test, models });
        }
        self.suites.sort_by_key(Suite::took);
        Ok(())
    }

    /// How many models there are, and other tests.
    pub(crate) fn models(&self) -> usize {
        self.suites.iter().map(|suite| suite.models.len()).sum()
    }

    /// Builds a mutant and runs the models of its ring, or one ring's after another's if it is in several, until one of them
    /// fails or, if asked to, all.
    pub(crate) fn judge(&self, mutant: &Mutant, all: bool) -> Result<Verdict> {
        let file = self.copy().join(&mutant.file);
        fs::write(&file, &mutant.text).map_err(|error| format!("{}: {error}", file.display()))?;
        let verdict = self.try_suites(mutant, all);
        fs::write(&file, &mutant.original).map_err(|error| format!("{}: {error}", file.display()))?;
        verdict
    }

    fn try_suites(&self, mutant: &Mutant, all: bool) -> Result<Verdict> {
        let is_in_several = !self.suites.iter().any(|suite| suite.ring == mutant.part());
        let concerned = self.suites.iter().filter(|suite| {
            (is_in_several || suite.ring == mutant.part()) && (mutant.ids.is_empty() || is_checked(&suite.test))
        });
        let mut verdict = Verdict::Survived;
        for suite in concerned {
            self.build(&suite.test).map_err(|error| format!("{} does not build\n{error}", mutant.name()))?;
            let runs = self.run_models(&suite.models, true, !all)?;
            let mut failed: Vec<(&Model, String)> =
                (suite.models.iter().zip(runs)).filter_map(|(model, run)| Some((model, run?.failure?))).collect();
            // A model that fails by its invariant says more.
            failed.sort_by_key(|(_, how)| how.starts_with(ENDLESS));
            let Some((first, how)) = failed.first() else { continue };
            verdict = match verdict {
                Verdict::Survived => Verdict::Killed {
                    model: format!("{}: {}", suite.test, first.name),
                    how: how.clone(),
                    count: failed.len(),
                },
                Verdict::Killed { model, how, count } => Verdict::Killed { model, how, count: count + failed.len() },
            };
            if !all {
                break;
            }
        }
        Ok(verdict)
    }

    /// Builds a test and answers with its program, or with what the compiler said.
    fn build(&self, test: &str) -> Result<PathBuf> {
        let (folder, flags) = if is_checked(test) {
            ("target", "--cfg forebay_loom -A warnings")
        } else {
            ("target-ordinary", "-A warnings")
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .current_dir(self.copy())
            // Only our own code is built over and over: quickly, as it takes little of the time of a model.
            .args(["test", "--release", "--no-run", "-p", "forebay-tests", "--test", test])
            .args(["--message-format", "json-render-diagnostics"])
            .args(["--config", "profile.release.opt-level=1", "--config", "profile.release.debug=false"])
            .args(["--config", "profile.release.codegen-units=64", "--config", "profile.release.incremental=true"])
            .args(["--config", "profile.release.package.\"*\".opt-level=3"])
            .env("CARGO_TARGET_DIR", self.folder.join(folder))
            .env("CARGO_INCREMENTAL", "1")
            .env("RUSTFLAGS", flags)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        let mut programs = messages.lines().filter_map(|message| {
            let (_, rest) = message.split_once("\"executable\":\"")?;
            Some(PathBuf::from(rest.split_once('"')?.0)).filter(|program| is_program(program, test))
        });
        programs.next().ok_or_else(|| format!("cargo names no program of {test}"))
    }

    /// Runs models, as many at a time as there are processors. Answers with what became of each that was run: of all of them, or
    /// of those up to the first one that failed and perhaps some more.
    fn run_models(&self, models: &[Model], invariants_alone: bool, stop: bool) -> Result<Vec<Option<Outcome>>> {
        let next = AtomicUsize::new(0);
        let first_failed = AtomicUsize::new(usize::MAX);
        let outcomes = Mutex::new(models.iter().map(|_| None).collect::<Vec<_>>());
        let error = Mutex::new(None);
        thread::scope(|threads| {
            for worker in 0..thread::available_parallelism().map_or(1, usize::from) {
                let log = self.folder.join(format!("log-{worker}"));
                let (next, first_failed, outcomes, error) = (&next, &first_failed, &outcomes, &error);
                threads.spawn(move || {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        // The first one in the order is the one that counts, so those before it go on.
                        let over = stop && first_failed.load(Ordering::Relaxed) < index;
                        let Some(model) = models.get(index).filter(|_| !over) else { return };
                        match model.run(&log, invariants_alone) {
                            Ok(outcome) => {
                                if outcome.failure.as_ref().is_some_and(|how| !how.starts_with(ENDLESS)) {
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
}

/// What became of a model.
struct Outcome {
    /// How it failed, if it did.
    failure: Option<String>,
    took: Duration,
}

impl Suite {
    /// How long its models take, one after another.
    fn took(&self) -> Duration {
        self.models.iter().map(|model| model.took).sum()
    }
}

impl Model {
    fn run(&self, log: &Path, invariants_alone: bool) -> Result<Outcome> {
        let output = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.program);
        command.args(["--exact", &self.name, "--nocapture", "--test-threads=1"]);
        command.env("RUST_BACKTRACE", "0").env_remove(INVARIANTS_ALONE);
        if invariants_alone {
            command.env(INVARIANTS_ALONE, "1");
        }
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let status = wait(&mut child, self.limit)?;
        let took = start.elapsed();
        let said = fs::read(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let said = String::from_utf8_lossy(&said);
        let failure = match status {
            // It says nothing about the invariant.
            None if invariants_alone && self.checked => None,
            None => Some(format!("no end after {} s", self.limit.as_secs())),
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

/// Whether the model checker runs a test.
fn is_checked(test: &str) -> bool {
    test.starts_with("models_")
}

/// Whether a program is that of a test.
fn is_program(program: &Path, test: &str) -> bool {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    name.strip_prefix(test).is_some_and(|rest| rest.starts_with('-'))
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

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ()).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            copy_all(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
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

    #[test]
    fn the_program_of_a_test_is_known_by_its_name() {
        assert!(is_program(Path::new("deps/models_spsc-0123456789abcdef"), "models_spsc"));
        assert!(!is_program(Path::new("deps/models_mpsc-0123456789abcdef"), "models_spsc"));
    }
}
