//! Mutants of plain code: arithmetic, comparisons, policies and what functions answer with are spoilt one after another, and each
//! time some test must fail.
//!
//! `.ci/run plain-mutants` makes them all. Files, such as `core/src/slip.rs`, or beginnings of mutants' names choose some. `--list` only
//! says which there are, `--verbose` what became of each.
//!
//! The mutants are those of cargo-mutants, which must be installed. To build each on its own would take a day, so a copy of the
//! workspace is built once with all of them in it ([`forebay_schemata`]), and the tests of its part are run once per mutant, until one
//! fails. Mutants of what the compiler computes are built on their own.
//!
//! What no test can tell from the original stands in `equivalents.md` with the reason. It is no part of the score; any other
//! survivor lowers it, and below [`WANTED`] percent, of all together or of a file, the run fails. So it does if an entry is wrong.

#![forbid(unsafe_code)]

mod equivalents;
mod mutant;
mod parts;
mod run;
mod workshop;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use forebay_schemata::Result;
use mutant::Mutant;
use run::Verdict;
use workshop::Workshop;

/// How many of a hundred must be killed.
const WANTED: usize = 95;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("plain-mutants: {error}");
            ExitCode::from(2)
        }
    }
}

/// Answers with whether the tests are strong enough.
fn run() -> Result<bool> {
    let (mut list, mut verbose, mut files) = (false, false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--list" => list = true,
            "--verbose" => verbose = true,
            flag if flag.starts_with('-') => {
                return Err(format!("there is no {flag}; there are: --list, --verbose, files"));
            }
            file => files.push(file.to_string()),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("the package has no workspace")?;
    let begin = Instant::now();
    // From the copy on, it does not matter if somebody works on the original.
    let workshop = Workshop::furnish(root)?;
    let mutants = mutant::list(&workshop.original())?;
    let is_wanted = |mutant: &Mutant| files.is_empty() || files.iter().any(|file| mutant.name.starts_with(file));
    // All of them are in the build, whichever are tried: so it is made once.
    let wanted: Vec<bool> = mutants.iter().map(is_wanted).collect();
    let count = wanted.iter().filter(|&&is_wanted| is_wanted).count();
    if count == 0 {
        return Err(format!("there is nothing in {}", files.join(" ")));
    }
    if list {
        mutants.iter().filter(|mutant| is_wanted(mutant)).for_each(|mutant| println!("{}", mutant.name));
        println!("{count} mutants");
        return Ok(true);
    }
    let known = equivalents::read(&workshop.original())?;
    let verdicts = workshop.judge(&mutants, &wanted, &|mutant, verdict| tell(mutant, verdict, &known, verbose))?;
    let strong = report(&mutants, &verdicts, &known);
    println!("{} minutes", begin.elapsed().as_secs().div_ceil(60));
    Ok(strong && (!files.is_empty() || equivalents::are_all_met(&known, &mutants)))
}

/// Prints what became of a mutant, if it is worth it.
fn tell(mutant: &Mutant, verdict: &Verdict, known: &BTreeSet<String>, verbose: bool) {
    let (name, is_known) = (&mutant.name, known.contains(&mutant.name));
    match verdict {
        Verdict::Survived if !is_known => println!("lives: {name}"),
        Verdict::Killed(..) | Verdict::Hung(_) | Verdict::Unviable if is_known => {
            println!("does NOT live, as equivalents.md says: {name}");
        }
        _ if !verbose => {}
        Verdict::Survived => println!("lives, as was said: {name}"),
        Verdict::Unviable => println!("does not compile: {name}"),
        Verdict::Killed(test, by) => println!("killed by {test}, {}: {name}", by.as_deref().unwrap_or("its end")),
        Verdict::Hung(test) => println!("{test} has no end: {name}"),
    }
}

/// What became of the mutants of a file.
#[derive(Default)]
struct Score {
    killed: usize,
    hung: usize,
    unviable: usize,
    equivalent: usize,
    survived: usize,
}

impl Score {
    fn count(&mut self, verdict: &Verdict, equivalent: bool) {
        match verdict {
            Verdict::Unviable => self.unviable += 1,
            _ if equivalent => self.equivalent += 1,
            Verdict::Killed(..) => self.killed += 1,
            Verdict::Hung(_) => self.hung += 1,
            Verdict::Survived => self.survived += 1,
        }
    }

    /// Of 1000 that some test might find, how many it does.
    fn per_mille(&self) -> usize {
        let found = self.killed + self.hung;
        (found * 1000).checked_div(found + self.survived).unwrap_or(1000)
    }

    fn print(&self, what: &str) {
        let all = self.killed + self.hung + self.unviable + self.equivalent + self.survived;
        let (percent, tenth) = (self.per_mille() / 10, self.per_mille() % 10);
        println!(
            "{what:<34} {all:>5} {:>6} {:>6} {:>8} {:>10} {:>8} {percent:>4}.{tenth} %",
            self.killed, self.hung, self.unviable, self.equivalent, self.survived
        );
    }
}

/// Prints what became of them. Answers with whether that is enough.
fn report(mutants: &[Mutant], verdicts: &[Option<Verdict>], known: &BTreeSet<String>) -> bool {
    let (mut all, mut files, mut right) = (Score::default(), BTreeMap::<&str, Score>::new(), true);
    for (mutant, verdict) in mutants.iter().zip(verdicts) {
        let (Some(verdict), equivalent) = (verdict, known.contains(&mutant.name)) else { continue };
        all.count(verdict, equivalent);
        files.entry(&mutant.file).or_default().count(verdict, equivalent);
        right &= !equivalent || *verdict == Verdict::Survived;
    }
    println!(
        "{:<34} {:>5} {:>6} {:>6} {:>8} {:>10} {:>8} {:>6}",
        "", "all", "killed", "hung", "unviable", "equivalent", "survived", "score"
    );
    for (file, score) in &files {
        score.print(file);
        right &= score.per_mille() >= WANTED * 10;
    }
    all.print("all");
    right && all.per_mille() >= WANTED * 10
}
