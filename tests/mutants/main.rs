//! Ordering mutants: a copy of the core is spoilt at one site after another, and each time some model must fail.
//!
//! `cargo run -p forebay-tests --bin mutants` makes them all. Ids such as `P4` choose some, `--all` counts every model that
//! fails instead of stopping at the first one, `--list` only says which mutants there are.
//!
//! The sites are found in the source by the ids in its comments, so the table keeps up with it: an atomic operation with
//! an ordering that has no id is an error, and so is a rewriting that no longer fits. What the models can't tell from the
//! original stands in `survivors.md` with its proof; any other survivor is an error, and so is an entry without one.
//!
//! A model fails by its invariant alone here. That a mutant changes the number of executions proves nothing.

mod rewrite;
mod sites;
mod source;
mod survivors;
mod workshop;

use std::path::Path;
use std::process::ExitCode;

use workshop::{Verdict, Workshop};

type Result<T> = std::result::Result<T, String>;

/// A spoilt file of the core.
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
    /// The ring whose file it is. Empty: more than one ring has it.
    fn ring(&self) -> String {
        let path = self.file.strip_prefix("core/src/").unwrap_or_default();
        let (ring, _) = path.split_once(['/', '.']).unwrap_or_default();
        if ["sync", "overflow"].contains(&ring) { String::new() } else { ring.to_string() }
    }

    /// What it is called, in `survivors.md` too.
    fn name(&self) -> String {
        let file = Path::new(&self.file).file_name().unwrap_or_default().to_string_lossy();
        let ids = if self.ids.is_empty() { "no id" } else { &self.ids };
        format!("{ids}, {file}, {}: {}", self.function, self.what)
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
        return Ok(true);
    }
    // From the copy on, it does not matter if somebody works on the original.
    let mut workshop = Workshop::furnish(root)?;
    let mutants = mutants(&workshop.copy(), &ids)?;
    let known = survivors::read(&workshop.copy())?;
    workshop.find_models()?;
    println!("{} models hold without a mutant", workshop.models());
    let strong = judge(&workshop, &mutants, &known, all)?;
    Ok(strong && (!ids.is_empty() || survivors::are_all_met(&known, &mutants)))
}

/// The mutants of the core below a root: all of them, or those with one of these ids.
fn mutants(root: &Path, ids: &[String]) -> Result<Vec<Mutant>> {
    let mut mutants = sites::mutants(root)?;
    mutants.extend(rewrite::mutants(root)?);
    if !ids.is_empty() {
        mutants.retain(|mutant| mutant.ids.split(' ').any(|id| ids.iter().any(|wanted| wanted == id)));
    }
    if mutants.is_empty() {
        return Err(format!("there is no site {}", ids.join(" or ")));
    }
    mutants.sort_by(|a, b| (&a.ids, &a.file, &a.function).cmp(&(&b.ids, &b.file, &b.function)));
    Ok(mutants)
}

/// Makes the mutants one by one and prints what became of each.
fn judge(workshop: &Workshop, mutants: &[Mutant], known: &[String], all: bool) -> Result<bool> {
    let width = mutants.iter().map(|mutant| mutant.name().chars().count()).max().unwrap_or(0);
    let (mut killed, mut proved, mut bad) = (0, 0, 0);
    for mutant in mutants {
        let name = mutant.name();
        let expected = known.contains(&name);
        let verdict = workshop.judge(mutant, all)?;
        let fate = match &verdict {
            Verdict::Killed { model, how, count } => {
                let others = if all { format!(" and {} others", count - 1) } else { String::new() };
                format!("killed by {model}{others}: {how}")
            }
            Verdict::Survived if expected => "survives, as proved".to_string(),
            Verdict::Survived => "SURVIVES".to_string(),
        };
        println!("{name:<width$}  {fate}");
        match (verdict, expected) {
            (Verdict::Killed { .. }, false) => killed += 1,
            (Verdict::Survived, true) => proved += 1,
            (Verdict::Survived, false) => bad += 1,
            (Verdict::Killed { .. }, true) => {
                println!("{:<width$}  NOT A SURVIVOR: its entry in survivors.md is wrong", "");
                bad += 1;
            }
        }
    }
    println!("{} mutants: {killed} killed, {proved} survive by proof, {bad} wrong", mutants.len());
    Ok(bad == 0)
}
