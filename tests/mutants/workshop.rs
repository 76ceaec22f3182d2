//! Where mutants are made: a copy of the workspace with all of them in it, built suite by suite as they are needed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::notes::Notes;
use crate::schema;
use crate::suite::{Build, Failure, Program, Suite};
use crate::{Mutant, Result};

/// What is copied. The members of the workspace are among it.
const PARTS: &[&str] = &["Cargo.lock", "README.md", "core", "std-ext", "tests"];
const MEMBERS: &str = "members = [\"core\", \"std-ext\", \"tests\"]";
/// What isn't: packages of their own, and what they built.
const LEFT_OUT: &[&str] = &["firmware", "compile-fail", "target"];

/// The crates, by the folders of their sources.
const CRATES: &[&str] = &[CORE, "std-ext/src"];
pub(crate) const CORE: &str = "core/src";
/// The tests in that folder.
pub(crate) const TESTS_OF_CORE: &str = "forebay_core";
/// Those that need neither a second thread nor the model checker, for the mutants without an ordering: what a ring forgets to store
/// is mostly missing with one thread, too. All kinds of them, and those about what is in several rings.
const ORDINARY: &[&str] = &["drops", "properties"];
const ORDINARY_OF_SEVERAL: &[&str] = &["properties_pressure", "properties_stages", "properties_rules"];
/// The rings with counts of laps, which come around sometime on a small machine, and the one with a way of its own in a few bytes.
const NARROW: &[&str] = &["priority", "spsc", "swap"];

/// What became of a mutant.
pub(crate) enum Verdict {
    /// A model failed, the first of `count`.
    Killed { by: String, how: String, count: usize },
    /// None did.
    Survived,
}

/// The copy, and the programs that were built there so far.
pub(crate) struct Workshop {
    folder: PathBuf,
    rings: Vec<String>,
    programs: BTreeMap<Suite, Program>,
}

impl Workshop {
    /// Copies the workspace.
    pub(crate) fn furnish(root: &Path) -> Result<Self> {
        // The program lies in a folder of the target directory.
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let target = program.ancestors().nth(2).ok_or("the program has no target directory")?;
        let mut workshop = Self { folder: target.join("mutants"), rings: Vec::new(), programs: BTreeMap::new() };
        let copy = workshop.copy();
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
        }
        fs::create_dir_all(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
        for part in PARTS {
            copy_all(&root.join(part), &copy.join(part))?;
        }
        let manifest = read(&root.join("Cargo.toml"))?;
        let lines = manifest.lines().map(|line| if line.starts_with("members = ") { MEMBERS } else { line });
        let manifest: String = lines.flat_map(|line| [line, "\n"]).collect();
        write(&copy.join("Cargo.toml"), &manifest)?;
        let rings = names(&copy.join("tests/models"))?;
        workshop.rings = rings.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        workshop.rings.sort();
        Ok(workshop)
    }

    /// Where the copy is.
    pub(crate) fn copy(&self) -> PathBuf {
        self.folder.join("copy")
    }

    /// Where it is built: the same, but that files are touched only when they change, as cargo goes by their times.
    fn workspace(&self) -> PathBuf {
        self.folder.join("workspace")
    }

    /// Makes the mutants in the copy. Their numbers are their places.
    pub(crate) fn make(&self, mutants: &[Mutant]) -> Result<()> {
        let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
        for (number, mutant) in mutants.iter().enumerate() {
            files.entry(&mutant.file).or_default().push((number, mutant));
        }
        for (file, mutants) in files {
            let path = self.copy().join(file);
            write(&path, &schema::weave(file, &read(&path)?, &mutants)?)?;
        }
        for sources in CRATES {
            let path = self.copy().join(sources).join("lib.rs");
            write(&path, &(read(&path)? + schema::CHOICE))?;
        }
        // Cargo would build this program beside each test.
        write(&self.copy().join("tests/mutants/main.rs"), "fn main() {}\n")?;
        mirror(&self.copy(), &self.workspace())
    }

    /// Runs the models of a mutant's ring, or one ring's after another's if it is in several, until one of them fails or, if asked to,
    /// all. The one that killed it the last time comes first, and then those that name its site. That the one that fails does not fail
    /// without the mutant is looked at once.
    pub(crate) fn judge(&mut self, number: usize, mutant: &Mutant, last: Option<&str>, all: bool) -> Result<Verdict> {
        let suites = self.suites(mutant);
        let logs = self.folder.clone();
        if let Some((suite, model)) = last.filter(|_| !all).and_then(|last| last.split_once(": ")) {
            if let Some(suite) = suites.iter().find(|concerned| concerned.name() == suite) {
                let program = self.program(suite)?;
                let failed = program.try_mutant(number, Some(model), all, &logs)?;
                if let Some(verdict) = verdict(program, failed, &logs)? {
                    return Ok(verdict);
                }
            }
        }
        let mut verdicts = Vec::new();
        for suite in &suites {
            let program = self.program(suite)?;
            program.sort_for(&mutant.ids);
            let failed = program.try_mutant(number, None, all, &logs)?;
            verdicts.extend(verdict(program, failed, &logs)?);
            if !all && !verdicts.is_empty() {
                break;
            }
        }
        let together = |first, next| match (first, next) {
            (Verdict::Killed { by, how, count }, Verdict::Killed { count: more, .. }) => {
                Verdict::Killed { by, how, count: count + more }
            }
            (first, _) => first,
        };
        Ok(verdicts.into_iter().reduce(together).unwrap_or(Verdict::Survived))
    }

    /// The suites that a mutant concerns, in the order in which they are run.
    fn suites(&self, mutant: &Mutant) -> Vec<Suite> {
        let part = mutant.part().to_string();
        let is_in_several = !self.rings.contains(&part);
        let rings = || self.rings.iter().filter(|ring| is_in_several || **ring == part);
        let of_ring = |build, kind: &str, ring: &String| Suite { build, test: format!("{kind}_{ring}") };
        let mut suites = Vec::new();
        if mutant.ids.is_empty() {
            let is_there = |kind: &str, ring: &str| {
                let kind = self.copy().join("tests").join(kind);
                kind.join(format!("{ring}.rs")).exists() || kind.join(ring).join("main.rs").exists()
            };
            let own = Suite { build: Build::Ordinary, test: TESTS_OF_CORE.to_string() };
            suites.extend(Some(own).filter(|_| mutant.file.starts_with(CORE)));
            let of_several = ORDINARY_OF_SEVERAL.iter().filter(|_| is_in_several);
            suites.extend(of_several.map(|test| Suite { build: Build::Ordinary, test: (*test).to_string() }));
            let own = ORDINARY.iter().filter(|_| is_in_several).map(|kind| (*kind, &part));
            let of_rings = ORDINARY.iter().flat_map(|kind| rings().map(move |ring| (*kind, ring)));
            let there = own.chain(of_rings).filter(|(kind, part)| is_there(kind, part));
            suites.extend(there.map(|(kind, part)| of_ring(Build::Ordinary, kind, part)));
        }
        suites.extend(rings().map(|ring| of_ring(Build::Checked, "models", ring)));
        let narrow = rings().filter(|ring| NARROW.contains(&ring.as_str()));
        suites.extend(narrow.map(|ring| of_ring(Build::Narrow, "models", ring)));
        suites
    }

    /// The program of a suite, which is built at its first use.
    fn program(&mut self, suite: &Suite) -> Result<&mut Program> {
        if !self.programs.contains_key(suite) {
            let program = self.build(suite).map_err(|error| format!("{} does not build\n{error}", suite.name()))?;
            let notes = Notes::read(&self.copy(), &suite.test)?;
            self.programs.insert(suite.clone(), Program::new(suite.clone(), &program, &notes)?);
        }
        Ok(self.programs.get_mut(suite).expect("it was there or has been put there"))
    }

    /// Builds a suite and answers with its program, or with what the compiler said.
    fn build(&self, suite: &Suite) -> Result<PathBuf> {
        let (folder, flags) = match suite.build {
            Build::Checked => ("target", "--cfg forebay_loom --cap-lints allow"),
            Build::Narrow => ("target-narrow", "--cfg forebay_loom --cfg forebay_narrow --cap-lints allow"),
            Build::Ordinary => ("target-ordinary", "--cap-lints allow"),
        };
        let target: &[&str] = match suite.test.as_str() {
            TESTS_OF_CORE => &["-p", "forebay-core", "--lib"],
            test => &["-p", "forebay-tests", "--test", test],
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .current_dir(self.workspace())
            .args(["test", "--release", "--no-run"])
            .args(target)
            .args(["--message-format", "json-render-diagnostics", "--config", "profile.release.debug=false"])
            // Our own code is built quickly, as it takes little of the time of a model.
            .args(["--config", "profile.release.opt-level=1", "--config", "profile.release.package.\"*\".opt-level=3"])
            .env("CARGO_TARGET_DIR", self.folder.join(folder))
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
            Some(PathBuf::from(rest.split_once('"')?.0)).filter(|program| is_program(program, &suite.test))
        });
        programs.next().ok_or_else(|| format!("cargo names no program of {}", suite.test))
    }
}

/// What the failures in a suite come to, if there are any.
fn verdict(program: &mut Program, failed: Vec<Failure>, logs: &Path) -> Result<Option<Verdict>> {
    let count = failed.len();
    let Some(Failure { model, how }) = failed.into_iter().next() else { return Ok(None) };
    program.look_at_original(&model, logs)?;
    Ok(Some(Verdict::Killed { by: format!("{}: {model}", program.suite.name()), how, count }))
}

/// Whether a program is that of a test.
fn is_program(program: &Path, test: &str) -> bool {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    name.strip_prefix(test).is_some_and(|rest| rest.starts_with('-'))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()));
    }
    fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    for name in names(from)? {
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            copy_all(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
}

/// Makes a folder the same as another one.
fn mirror(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    if !from.is_dir() {
        let text = fs::read(from).map_err(failed)?;
        let is_the_same = fs::read(to).is_ok_and(|there| there == text);
        return if is_the_same { Ok(()) } else { fs::write(to, text).map_err(failed) };
    }
    fs::create_dir_all(to).map_err(failed)?;
    let wanted = names(from)?;
    for name in names(to)?.iter().filter(|name| !wanted.contains(name)) {
        let path = to.join(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(failed)?;
    }
    wanted.iter().try_for_each(|name| mirror(&from.join(name), &to.join(name)))
}

/// What is in a folder.
fn names(folder: &Path) -> Result<Vec<OsString>> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.file_name()).map_err(failed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_test_is_known_by_its_name() {
        assert!(is_program(Path::new("deps/models_spsc-0123456789abcdef"), "models_spsc"));
        assert!(!is_program(Path::new("deps/models_mpsc-0123456789abcdef"), "models_spsc"));
    }
}
