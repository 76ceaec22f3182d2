//! Where mutants are judged: a copy of the workspace with all of them in it, built suite by suite as they are needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forebay_schemata::{Change, Copies, Result, read, weave};

use crate::Mutant;
use crate::notes::Notes;
use crate::source::Source;
use crate::suite::{Build, Failure, Program, Suite};

/// A crate with tests among its sources.
pub(crate) struct Crate {
    /// What cargo calls it.
    package: &'static str,
    /// Its sources.
    pub(crate) sources: &'static str,
    /// The program of the tests in that folder.
    pub(crate) tests: &'static str,
}

/// The crates that are spoilt.
const CRATES: [Crate; 2] = [
    Crate { package: "forebay-core", sources: "core/src", tests: "forebay_core" },
    Crate { package: "forebay", sources: "std-ext/src", tests: "forebay" },
];

impl Crate {
    /// The one that a program has the tests of.
    pub(crate) fn of_tests(tests: &str) -> Option<&'static Self> {
        CRATES.iter().find(|of| of.tests == tests)
    }

    /// The one that a file is a source of.
    fn of_source(file: &str) -> Option<&'static Self> {
        CRATES.iter().find(|of| Path::new(file).starts_with(of.sources))
    }
}

/// Those tests that need neither a second thread nor the model checker, for the mutants without an ordering: what a ring forgets to store
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

/// The copies, and the programs that were built there so far.
pub(crate) struct Workshop {
    copies: Copies,
    rings: Vec<String>,
    programs: BTreeMap<Suite, Program>,
}

impl Workshop {
    /// Copies the workspace.
    pub(crate) fn furnish(root: &Path) -> Result<Self> {
        let copies = Copies::furnish(root, "mutants")?;
        let folder = copies.original().join("tests/models");
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut rings = Vec::new();
        for ring in folder.read_dir().map_err(failed)? {
            rings.push(ring.map_err(failed)?.file_name().to_string_lossy().into_owned());
        }
        rings.sort();
        Ok(Self { copies, rings, programs: BTreeMap::new() })
    }

    /// Where the workspace is as it was.
    pub(crate) fn original(&self) -> PathBuf {
        self.copies.original()
    }

    /// Makes the mutants, each by the number of its place.
    pub(crate) fn make(&self, mutants: &[Mutant]) -> Result<()> {
        let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
        for (index, mutant) in mutants.iter().enumerate() {
            files.entry(&mutant.file).or_default().push((index, mutant));
        }
        let mut texts = BTreeMap::new();
        for (file, mutants) in files {
            let text = read(&self.original().join(file))?;
            let source = Source::new(&text);
            let mut changes = Vec::new();
            for (index, mutant) in mutants {
                let change = Change::of_function(&text, source.range(mutant.span), &mutant.spoilt);
                let change = change.filter(|change| change.can_be_woven(&text));
                let change = change.ok_or_else(|| format!("{}: it has no body that runs", mutant.name()))?;
                changes.push((number(index), change));
            }
            let changes: Vec<_> = changes.iter().map(|(number, change)| (*number, change)).collect();
            texts.insert(file, weave(&text, &changes).text);
        }
        // Cargo would build this program beside each test.
        texts.insert("tests/mutants/main.rs", "fn main() {}\n".to_string());
        self.copies.lay(&texts)
    }

    /// Runs the models of a mutant's ring, or one ring's after another's if it is in several, until one of them fails or, if asked to,
    /// all. The one that killed it the last time comes first, and then those that name its site. That the one that fails does not fail
    /// without the mutant is looked at once.
    pub(crate) fn judge(&mut self, index: usize, mutant: &Mutant, last: Option<&str>, all: bool) -> Result<Verdict> {
        let (suites, number) = (self.suites(mutant), number(index));
        let logs = self.copies.folder().to_path_buf();
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
                let kind = self.original().join("tests").join(kind);
                kind.join(format!("{ring}.rs")).exists() || kind.join(ring).join("main.rs").exists()
            };
            let own = Crate::of_source(&mutant.file);
            suites.extend(own.map(|own| Suite { build: Build::Ordinary, test: own.tests.to_string() }));
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
            let notes = Notes::read(&self.original(), &suite.test)?;
            self.programs.insert(suite.clone(), Program::new(suite.clone(), &program, &notes)?);
        }
        Ok(self.programs.get_mut(suite).expect("it was there or has been put there"))
    }

    /// Builds a suite and answers with its program, or with what the compiler said.
    fn build(&self, suite: &Suite) -> Result<PathBuf> {
        let (folder, flags) = match suite.build {
            Build::Checked => ("target", "--cfg forebay_loom"),
            Build::Narrow => ("target-narrow", "--cfg forebay_loom --cfg forebay_narrow"),
            Build::Ordinary => ("target-ordinary", ""),
        };
        let target = match Crate::of_tests(&suite.test) {
            Some(own) => vec!["-p", own.package, "--lib"],
            None => vec!["-p", "forebay-tests", "--test", &suite.test],
        };
        let output = (self.copies)
            .cargo(folder, flags)
            .args(["test", "--release", "--no-run"])
            .args(target)
            .args(["--message-format", "json-render-diagnostics", "--config", "profile.release.debug=false"])
            // Our own code is built quickly, as it takes little of the time of a model.
            .args(["--config", "profile.release.opt-level=1", "--config", "profile.release.package.\"*\".opt-level=3"])
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

/// The number of a mutant in a program.
fn number(index: usize) -> usize {
    index + 1
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_test_is_known_by_its_name() {
        assert!(is_program(Path::new("deps/models_spsc-0123456789abcdef"), "models_spsc"));
        assert!(!is_program(Path::new("deps/models_mpsc-0123456789abcdef"), "models_spsc"));
        assert!(!is_program(Path::new("deps/forebay_core-0123456789abcdef"), "forebay"));
    }

    #[test]
    fn a_crate_is_known_by_its_sources_and_its_tests() {
        let tests_of = |file| Crate::of_source(file).map(|of| of.tests);
        assert_eq!(tests_of("core/src/spsc/view.rs"), Some("forebay_core"));
        assert_eq!(tests_of("std-ext/src/wait/home.rs"), Some("forebay"));
        assert_eq!(tests_of("tests/src/lib.rs"), None);
        let sources_of = |tests| Crate::of_tests(tests).map(|of| of.sources);
        assert_eq!(sources_of("forebay"), Some("std-ext/src"));
        assert_eq!(sources_of("models_spsc"), None);
    }
}
