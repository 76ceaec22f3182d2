//! Where mutants are made: a copy of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use forebay_schemata::{Copies, Result, read, weave};
use serde_json::Value;

use crate::mutant::Mutant;
use crate::parts::{OF_CORE, OF_STD, PARTS, Test};
use crate::run::{Favourites, Program, Verdict, favour, try_all};

/// The copies.
pub(crate) struct Workshop(Copies);

/// What the files of the mutants are without them, by their paths from the root on.
type Texts<'m> = BTreeMap<&'m str, String>;

/// What a build led to.
enum Built {
    /// The programs, by their tests.
    Programs(BTreeMap<Test, Program>),
    /// Where the errors are, by file and line, and what they say.
    Errors(Vec<(String, usize)>, String),
}

impl Workshop {
    /// Copies the workspace.
    pub(crate) fn furnish(root: &Path) -> Result<Self> {
        Copies::furnish(root, "plain-mutants").map(Self)
    }

    /// Where it is as it was.
    pub(crate) fn original(&self) -> PathBuf {
        self.0.original()
    }

    /// Finds out what becomes of those that are `wanted`, of all that there are, and tells it as it is found.
    pub(crate) fn judge(
        &self,
        mutants: &[Mutant],
        wanted: &[bool],
        tell: &(impl Fn(&Mutant, &Verdict) + Sync),
    ) -> Result<Vec<Option<Verdict>>> {
        let mut texts = Texts::new();
        for file in mutants.iter().map(|mutant| mutant.file.as_str()) {
            texts.insert(file, read(&self.original().join(file))?);
        }
        let mut verdicts = vec![None; mutants.len()];
        let can_be_woven = |mutant: &Mutant| mutant.change.can_be_woven(&texts[mutant.file.as_str()]);
        let (woven, alone): (Vec<usize>, Vec<usize>) =
            (0..mutants.len()).partition(|&index| can_be_woven(&mutants[index]));
        self.judge_woven(mutants, wanted, woven, &texts, tell, &mut verdicts)?;
        for index in alone.into_iter().filter(|&index| wanted[index]) {
            let verdict = self.judge_alone(&mutants[index], &texts)?;
            tell(&mutants[index], &verdict);
            verdicts[index] = Some(verdict);
        }
        Ok(verdicts)
    }

    /// Those that are all in one build.
    fn judge_woven(
        &self,
        mutants: &[Mutant],
        wanted: &[bool],
        mut woven: Vec<usize>,
        texts: &Texts<'_>,
        tell: &(impl Fn(&Mutant, &Verdict) + Sync),
        verdicts: &mut [Option<Verdict>],
    ) -> Result<()> {
        let to_run: Vec<usize> = woven.iter().copied().filter(|&index| wanted[index]).collect();
        let tests = tests_of(to_run.iter().map(|&index| &mutants[index]));
        // What did not compile the last time won't now, if its file is as it was.
        let list = self.0.folder().join("unviable");
        let known = fs::read_to_string(&list).unwrap_or_default();
        let known: BTreeSet<&str> = known.lines().collect();
        let key = |mutant: &Mutant| format!("{:016x} {}", hash(&texts[mutant.file.as_str()]), mutant.name);
        let (mut unviable, viable): (Vec<usize>, Vec<usize>) =
            woven.into_iter().partition(|&index| known.contains(key(&mutants[index]).as_str()));
        woven = viable;
        let mut programs = loop {
            let (mut spoilt, mut lines) = (Texts::new(), BTreeMap::new());
            for (&file, text) in texts {
                let here = woven.iter().filter(|&&index| mutants[index].file == file);
                let numbered: Vec<_> = here.map(|&index| (index + 1, &mutants[index].change)).collect();
                let woven = weave(text, &numbered);
                spoilt.insert(file, woven.text);
                lines.insert(file, woven.lines);
            }
            self.0.lay(&spoilt)?;
            println!("{} mutants are built in one", woven.len());
            let (places, said) = match self.build(&tests)? {
                Built::Programs(programs) => break programs,
                Built::Errors(places, said) => (places, said),
            };
            let mut found = BTreeSet::new();
            for (file, line) in places {
                let here = lines.get(file.as_str()).into_iter().flatten();
                found.extend(here.filter(|(range, _)| range.contains(&line)).map(|(_, number)| number - 1));
            }
            if found.is_empty() {
                return Err(format!("the copy does not build\n{said}"));
            }
            woven.retain(|index| !found.contains(index));
            unviable.extend(found);
        };
        let lines: String = unviable.iter().map(|&index| key(&mutants[index]) + "\n").collect();
        fs::write(&list, lines).map_err(|error| format!("{}: {error}", list.display()))?;
        for index in unviable.into_iter().filter(|&index| wanted[index]) {
            tell(&mutants[index], &Verdict::Unviable);
            verdicts[index] = Some(Verdict::Unviable);
        }
        thread::scope(|threads| {
            let measures: Vec<_> =
                programs.values_mut().map(|program| threads.spawn(move || program.measure())).collect();
            measures.into_iter().try_for_each(|measure| measure.join().expect("no panic in a measure"))
        })?;
        println!("{} programs pass as they are", programs.len());
        woven.retain(|&index| wanted[index]);
        let favourites: Vec<Mutex<Favourites>> = PARTS.iter().map(|_| Mutex::default()).collect();
        let (next, failure, found) = (AtomicUsize::new(0), Mutex::new(None), Mutex::new(verdicts));
        thread::scope(|threads| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                threads.spawn(|| {
                    while let Some(&index) = woven.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mutant = &mutants[index];
                        let programs: Vec<&Program> =
                            PARTS[mutant.part].tests.iter().filter_map(|test| programs.get(test)).collect();
                        let favourites = &favourites[mutant.part];
                        let first = favourites.lock().expect("no panic while it is held").clone();
                        match try_all(&programs, &first, index + 1) {
                            Ok(verdict) => {
                                favour(&mut favourites.lock().expect("no panic while it is held"), &verdict);
                                tell(mutant, &verdict);
                                found.lock().expect("no panic while it is held")[index] = Some(verdict);
                            }
                            Err(error) => *failure.lock().expect("no panic while it is held") = Some(error),
                        }
                    }
                });
            }
        });
        failure.into_inner().expect("no panic while it was held").map_or(Ok(()), Err)
    }

    /// One that needs a build of its own.
    fn judge_alone(&self, mutant: &Mutant, texts: &Texts<'_>) -> Result<Verdict> {
        let text = &texts[mutant.file.as_str()];
        self.0.lay(&Texts::from([(mutant.file.as_str(), mutant.change.spoil(text, 0..text.len()))]))?;
        let mut verdict = Verdict::Survived;
        // One test after another, as a build takes longer than a run.
        for test in tests_of([mutant]) {
            verdict = match self.build(&[test])? {
                Built::Programs(programs) => try_all(&programs.values().collect::<Vec<_>>(), &Favourites::new(), 0)?,
                Built::Errors(..) => Verdict::Unviable,
            };
            if verdict != Verdict::Survived {
                break;
            }
        }
        Ok(verdict)
    }

    /// Builds tests.
    fn build(&self, tests: &[Test]) -> Result<Built> {
        let mut command = self.0.cargo("target", "");
        command.env("CARGO_INCREMENTAL", "1").args(["test", "--no-run", "--message-format", "json"]);
        command.args(["--config", "profile.dev.opt-level=1", "--config", "profile.dev.debug=false"]);
        // What is not generic runs faster, and the tests are built faster.
        command.args(["--config", "profile.dev.package.forebay-tests.opt-level=0"]);
        // All of them, so that the crates are built with the same features whatever is asked for.
        command.args(["-p", "forebay-core", "-p", "forebay", "-p", "forebay-tests"]);
        let is_lib = |test: &Test| [OF_CORE, OF_STD].contains(test);
        if tests.iter().any(is_lib) {
            command.arg("--lib");
        }
        for test in tests.iter().filter(|test| !is_lib(test)) {
            command.args(["--test", test]);
        }
        let output = command.output().map_err(|error| format!("cargo: {error}"))?;
        let (mut programs, mut places, mut said) = (BTreeMap::new(), Vec::new(), String::new());
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: Value = serde_json::from_str(line).map_err(|error| format!("cargo: {error}"))?;
            if let Some((name, path)) = program(&message) {
                let folder = if name == OF_CORE {
                    "core"
                } else if name == OF_STD {
                    "std-ext"
                } else {
                    "tests"
                };
                if let Some(&test) = tests.iter().find(|&&test| test == name) {
                    let folder = self.0.workspace().join(folder);
                    let (limit, work) = (Duration::from_secs(600), Duration::from_secs(120));
                    programs.insert(test, Program { test, path, folder, limit, work });
                }
            }
            let message = &message["message"];
            if message["level"] == "error" {
                said += message["rendered"].as_str().unwrap_or_default();
                let spans = message["spans"].as_array().into_iter().flatten().filter(|span| span["is_primary"] == true);
                places.extend(spans.filter_map(|span| {
                    Some((span["file_name"].as_str()?.to_string(), span["line_start"].as_u64()? as usize))
                }));
            }
        }
        if !output.status.success() {
            said += &String::from_utf8_lossy(&output.stderr);
            return Ok(Built::Errors(places, said));
        }
        match tests.iter().find(|&test| !programs.contains_key(test)) {
            Some(missing) => Err(format!("cargo names no program of {missing}")),
            None => Ok(Built::Programs(programs)),
        }
    }
}

/// Tells texts from one another.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The tests that concern them.
fn tests_of<'m>(mutants: impl IntoIterator<Item = &'m Mutant>) -> Vec<Test> {
    let mut tests = Vec::new();
    for test in mutants.into_iter().flat_map(|mutant| PARTS[mutant.part].tests) {
        if !tests.contains(test) {
            tests.push(*test);
        }
    }
    tests
}

/// The test of which a message of cargo names the program, and that.
fn program(message: &Value) -> Option<(String, PathBuf)> {
    let path = PathBuf::from(message["executable"].as_str()?);
    let name = message["target"]["name"].as_str()?;
    (message["profile"]["test"] == true).then(|| (name.replace('_', if is_lib(message) { "-" } else { "_" }), path))
}

fn is_lib(message: &Value) -> bool {
    message["target"]["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib"))
}
