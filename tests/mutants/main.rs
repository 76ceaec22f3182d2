//! Ordering mutants: the crates are spoilt at one site after another, and each time some model must fail.
//!
//! `cargo run -p forebay-tests --bin mutants` judges them all and writes what became of each to `killed.tsv`. Ids such as `P4` choose some,
//! and so do parts such as `spsc`, `gauge` or `wait`, and `--stale`: those whose code has changed since. The model that killed a mutant the
//! last time comes first; with `--all` every model is run, and those that fail are counted. `--check` runs none, and fails where the table,
//! the proofs and the code have come apart. `--list` says which mutants there are.
//!
//! The sites are found in the source by the ids in its comments, so the mutants keep up with it: an atomic operation with
//! an ordering that has no id is an error, and so is a rewriting that no longer fits. What the models can't tell from the
//! original stands in `survivors.md` with its proof; any other survivor is an error, and so is an entry without one.
//!
//! A store without an ordering that is left out may be noticed by a test without the model checker instead: one of the crate itself, or one
//! with one thread. Those of `wait/home.rs` do not look where the system has no *membarrier*(2): the store of `Rough` would survive.
//!
//! A model fails by its invariant alone here. That a mutant changes the number of executions proves nothing.

mod notes;
mod rewrite;
mod sites;
mod source;
mod suite;
mod survivors;
mod table;
mod workshop;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use forebay_schemata::Result;
use source::Span;
use table::Table;
use workshop::{Verdict, Workshop};

/// A spoilt function.
#[derive(Debug)]
struct Mutant {
    /// The ids of the sites, as in the comments of the source. Empty: a site without an ordering to explain.
    ids: String,
    /// The file, from the root of the repository on.
    file: String,
    /// The function.
    function: String,
    /// The ordering that is there, if there is one in question.
    ordering: String,
    /// What was done to it.
    what: String,
    /// Where the function is in its file.
    span: Span,
    /// Its text.
    original: String,
    /// Its text with the mutant.
    spoilt: String,
}

/// A file, from the folder of its crate's sources on.
fn path(file: &str) -> &str {
    file.split_once("/src/").map_or(file, |(_, path)| path)
}

impl Mutant {
    /// The part of the crates that it is in: a ring, waiting, or what more than one ring has.
    fn part(&self) -> &str {
        match path(&self.file) {
            // The rings of the other crate are those of the core.
            _ if self.file.starts_with("std-ext/") => "wait",
            // Of the fan-in ring alone.
            "spsc/lane.rs" => "fan_in",
            path => path.split(['/', '.']).next().unwrap_or_default(),
        }
    }

    /// Whether it is among those of these ids and parts. No wishes: it is.
    fn is_wanted(&self, wanted: &[String]) -> bool {
        wanted.is_empty() || wanted.iter().any(|name| name == self.part() || self.ids.split(' ').any(|id| id == name))
    }

    /// What it is called, in `survivors.md` too.
    fn name(&self) -> String {
        Self::name_of(&self.ids, &self.file, &self.function, &self.what)
    }

    fn name_of(ids: &str, file: &str, function: &str, what: &str) -> String {
        let ids = if ids.is_empty() { "no id" } else { ids };
        format!("{ids}, {}, {function}: {what}", path(file))
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mutants: {error}");
            ExitCode::from(2)
        }
    }
}

/// Answers with whether the models are strong enough.
fn run() -> Result<bool> {
    let (mut flags, mut wanted) = (BTreeSet::new(), Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--all" | "--check" | "--list" | "--stale" => _ = flags.insert(argument),
            flag if flag.starts_with('-') => {
                return Err(format!("there is no {flag}; there are: --all, --check, --list, --stale, ids and parts"));
            }
            _ => wanted.push(argument),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package has no workspace")?;
    if flags.contains("--check") {
        return check(root);
    }
    if flags.contains("--list") {
        let mutants = mutants(root)?;
        let chosen = mutants.iter().filter(|mutant| mutant.is_wanted(&wanted));
        chosen.clone().for_each(|mutant| println!("{}", mutant.name()));
        println!("{} mutants", chosen.count());
        return Ok(true);
    }
    // From the copy on, it does not matter if somebody works on the original.
    let workshop = Workshop::furnish(root)?;
    let mutants = mutants(&workshop.original())?;
    workshop.make(&mutants)?;
    let mut judge = Judge {
        root,
        known: survivors::read(&workshop.original())?,
        table: Table::read(&workshop.original())?,
        workshop,
        all: flags.contains("--all"),
        mutants: &mutants,
    };
    let stale = flags.contains("--stale");
    let is_chosen = |mutant: &Mutant| mutant.is_wanted(&wanted) && !(stale && judge.table.is_fresh(mutant));
    let chosen: Vec<usize> = (0..mutants.len()).filter(|&number| is_chosen(&mutants[number])).collect();
    if chosen.is_empty() && !stale {
        return Err(format!("there is no site {}", wanted.join(" or ")));
    }
    let strong = judge.judge(&chosen)?;
    Ok(strong && (!wanted.is_empty() || survivors::are_all_met(&judge.known, &mutants)))
}

/// The mutants below a root, in order.
fn mutants(root: &Path) -> Result<Vec<Mutant>> {
    let mut mutants = sites::mutants(root)?;
    mutants.extend(rewrite::mutants(root)?);
    mutants.sort_by(|a, b| (&a.ids, &a.file, &a.function).cmp(&(&b.ids, &b.file, &b.function)));
    let mut names = BTreeSet::new();
    if let Some(mutant) = mutants.iter().find(|mutant| !names.insert(mutant.name())) {
        return Err(format!("two mutants are called {}", mutant.name()));
    }
    Ok(mutants)
}

/// Whether the table, the proofs and the code are of one mind.
fn check(root: &Path) -> Result<bool> {
    let (mutants, known, table) = (mutants(root)?, survivors::read(root)?, Table::read(root)?);
    let faults = table.faults(root, &mutants, &known)?;
    faults.iter().for_each(|fault| println!("{fault}"));
    if !faults.is_empty() {
        println!("cargo run -p forebay-tests --bin mutants -- --stale");
    }
    let (operations, killed) = (sites::count(root)?, table.killed());
    println!(
        "{operations} atomic operations and fences, {} mutants: {killed} killed, {} live by proof",
        mutants.len(),
        known.len()
    );
    Ok(survivors::are_all_met(&known, &mutants) && faults.is_empty())
}

/// All that it takes to judge mutants.
struct Judge<'a> {
    root: &'a Path,
    mutants: &'a [Mutant],
    /// Those that live by proof.
    known: Vec<String>,
    table: Table,
    workshop: Workshop,
    /// Whether every model is run.
    all: bool,
}

impl Judge<'_> {
    /// Judges mutants one by one, prints what became of each, and brings the table up to date.
    fn judge(&mut self, chosen: &[usize]) -> Result<bool> {
        let beginning = Instant::now();
        let (mut killed, mut proved, mut bad) = (0, 0, 0);
        for &number in chosen {
            let mutant = &self.mutants[number];
            let name = mutant.name();
            let expected = self.known.contains(&name);
            let start = Instant::now();
            let verdict = self.workshop.judge(number, mutant, self.table.killer(mutant), self.all)?;
            let (fate, count) = match (&verdict, expected) {
                (Verdict::Killed { by, how, count }, false) => {
                    let others = if self.all { format!(" and {} others", count - 1) } else { String::new() };
                    (format!("killed by {by}{others}: {how}"), &mut killed)
                }
                (Verdict::Survived, true) => ("survives, as proved".to_string(), &mut proved),
                (Verdict::Survived, false) => ("SURVIVES".to_string(), &mut bad),
                (Verdict::Killed { by, how, .. }, true) => {
                    (format!("NOT A SURVIVOR, survivors.md is wrong: killed by {by}: {how}"), &mut bad)
                }
            };
            *count += 1;
            println!("{name:<80}  {fate}  ({} s)", start.elapsed().as_secs());
            match verdict {
                Verdict::Killed { by, .. } => self.table.note(mutant, Some(by)),
                Verdict::Survived if expected => self.table.note(mutant, None),
                Verdict::Survived => self.table.forget(mutant),
            }
            self.table.write(self.root, self.mutants)?;
        }
        println!(
            "{} mutants: {killed} killed, {proved} survive by proof, {bad} wrong ({} minutes)",
            chosen.len(),
            beginning.elapsed().as_secs() / 60
        );
        Ok(bad == 0)
    }
}
