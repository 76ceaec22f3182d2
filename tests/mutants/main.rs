//! Ordering mutants: a copy of the crates is spoilt at one site after another, and each time some model must fail.
//!
//! `cargo run -p forebay-tests --bin mutants` makes them all. Ids such as `P4` choose some, and so do parts such as `spsc`,
//! `gauge` or `wait`. `--all` counts every model that fails instead of stopping at the first one. `--list` only says which
//! mutants there are, and fails where this table and the code have come apart.
//!
//! The sites are found in the source by the ids in its comments, so the table keeps up with it: an atomic operation with
//! an ordering that has no id is an error, and so is a rewriting that no longer fits. What the models can't tell from the
//! original stands in `survivors.md` with its proof; any other survivor is an error, and so is an entry without one.
//!
//! A store without an ordering that is left out may be noticed by a test with one thread instead.
//!
//! A model fails by its invariant alone here. That a mutant changes the number of executions proves nothing.

mod rewrite;
mod sites;
mod source;
mod survivors;
mod workshop;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use workshop::{Verdict, Workshop};

type Result<T> = std::result::Result<T, String>;

/// A spoilt file.
#[derive(Debug)]
struct Mutant {
    /// The ids of the sites, as in the comments of the source. Empty: a site without an ordering to explain.
    ids: String,
    /// The file, from the root of the repository on.
    file: String,
    /// The function.
    function: String,
    /// What was done to it.
    what: String,
    /// The file's text before.
    original: String,
    /// The file's text now.
    text: String,
}

impl Mutant {
    /// Its file, from the folder of its crate's sources on.
    fn path(&self) -> &str {
        self.file.split_once("/src/").map_or(&self.file, |(_, path)| path)
    }

    /// The part of the crates that it is in: a ring, waiting, or what more than one ring has.
    fn part(&self) -> &str {
        match self.path() {
            // The rings of the other crate are those of the core.
            _ if self.file.starts_with("std-ext/") => "wait",
            // Of the fan-in ring alone.
            "spsc/lane.rs" => "fan_in",
            path => path.split(['/', '.']).next().unwrap_or_default(),
        }
    }

    /// What it is called, in `survivors.md` too.
    fn name(&self) -> String {
        let ids = if self.ids.is_empty() { "no id" } else { &self.ids };
        format!("{ids}, {}, {}: {}", self.path(), self.function, self.what)
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
    let (mut all, mut list, mut ids) = (false, false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--all" => all = true,
            "--list" => list = true,
            flag if flag.starts_with('-') => return Err(format!("there is no {flag}; there are: --all, --list, ids")),
            id => ids.push(id.to_string()),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package has no workspace")?;
    if list {
        let mutants = mutants(root, &ids)?;
        mutants.iter().for_each(|mutant| println!("{}", mutant.name()));
        println!("{} mutants", mutants.len());
        let known = survivors::read(root)?;
        return Ok(!ids.is_empty() || survivors::are_all_met(&known, &mutants));
    }
    // From the copy on, it does not matter if somebody works on the original.
    let mut workshop = Workshop::furnish(root)?;
    let mutants = mutants(&workshop.copy(), &ids)?;
    let known = survivors::read(&workshop.copy())?;
    workshop.find_models(&mutants)?;
    println!("{} models and tests hold without a mutant", workshop.models());
    let strong = judge(&workshop, &mutants, &known, all)?;
    Ok(strong && (!ids.is_empty() || survivors::are_all_met(&known, &mutants)))
}

/// The mutants below a root: all of them, or those with one of these ids, or in one of these parts.
fn mutants(root: &Path, ids: &[String]) -> Result<Vec<Mutant>> {
    let mut mutants = sites::mutants(root)?;
    mutants.extend(rewrite::mutants(root)?);
    if !ids.is_empty() {
        let is_wanted = |name: &str| ids.iter().any(|wanted| wanted == name);
        mutants.retain(|mutant| is_wanted(mutant.part()) || mutant.ids.split(' ').any(is_wanted));
    }
    if mutants.is_empty() {
        return Err(format!("there is no site {}", ids.join(" or ")));
    }
    mutants.sort_by(|a, b| (&a.ids, &a.file, &a.function).cmp(&(&b.ids, &b.file, &b.function)));
    let mut names = BTreeSet::new();
    if let Some(mutant) = mutants.iter().find(|mutant| !names.insert(mutant.name())) {
        return Err(format!("two mutants are called {}", mutant.name()));
    }
    Ok(mutants)
}

/// Makes the mutants one by one and prints what became of each.
fn judge(workshop: &Workshop, mutants: &[Mutant], known: &[String], all: bool) -> Result<bool> {
    let (mut killed, mut proved, mut bad) = (0, 0, 0);
    for mutant in mutants {
        let name = mutant.name();
        let expected = known.contains(&name);
        let start = Instant::now();
        let verdict = workshop.judge(mutant, all)?;
        let fate = match &verdict {
            Verdict::Killed { model, how, count } => {
                let others = if all { format!(" and {} others", count - 1) } else { String::new() };
                format!("killed by {model}{others}: {how}")
            }
            Verdict::Survived if expected => "survives, as proved".to_string(),
            Verdict::Survived => "SURVIVES".to_string(),
        };
        println!("{name:<80}  {fate}  ({} s)", start.elapsed().as_secs());
        match (verdict, expected) {
            (Verdict::Killed { .. }, false) => killed += 1,
            (Verdict::Survived, true) => proved += 1,
            (Verdict::Survived, false) => bad += 1,
            (Verdict::Killed { .. }, true) => {
                println!("{:<80}  NOT A SURVIVOR: its entry in survivors.md is wrong", "");
                bad += 1;
            }
        }
    }
    println!("{} mutants: {killed} killed, {proved} survive by proof, {bad} wrong", mutants.len());
    Ok(bad == 0)
}
