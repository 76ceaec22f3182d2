//! The mutants that follow from the source alone: each ordering is weakened, each store and each fence deleted.

use std::fs;
use std::path::Path;

use crate::source::Source;
use crate::{Mutant, Result};

/// Where the atomic operations are. The files that stand in for them in tests pass orderings on, and a thread of the checker sleeps by
/// other means than a real one.
const FOLDERS: &[&str] = &["core/src", "std-ext/src"];
const NOT_OURS: &[&str] = &[
    "core/src/sync/modelled.rs",
    "core/src/sync/stepped.rs",
    "std-ext/src/sync.rs",
    "std-ext/src/sync/barrier/modelled.rs",
    "std-ext/src/sync/barrier/system.rs",
];

/// All those mutants.
pub(crate) fn mutants(root: &Path) -> Result<Vec<Mutant>> {
    let mut mutants = Vec::new();
    let files: Vec<String> = FOLDERS.iter().map(|folder| files(root, folder)).collect::<Result<Vec<_>>>()?.concat();
    for file in files.iter().filter(|file| !NOT_OURS.contains(&file.as_str())) {
        let text = fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
        mutants.extend(of_file(file, &text)?);
    }
    Ok(mutants)
}

/// The Rust sources below a folder, by their paths from the root on, in order.
fn files(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).map_err(|error| format!("{folder}: {error}"))? {
        let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(root, &path)?);
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn of_file(file: &str, text: &str) -> Result<Vec<Mutant>> {
    let source = Source::new(text);
    let mut mutants = Vec::new();
    for (line, code) in source.code() {
        for (at, _) in code.match_indices("Ordering::") {
            let name = &code[at + "Ordering::".len()..];
            let name = &name[..name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len())];
            let statement = source.statement(line);
            let whole = source.text(statement.first, statement.last + 1);
            let mut add = |what: String, text: String| {
                let ids = source.id(&statement).unwrap_or_default().to_string();
                mutants.push(Mutant {
                    ids,
                    file: file.to_string(),
                    function: source.function(line).to_string(),
                    what,
                    original: source.whole(),
                    text,
                });
            };
            let (store, fence) = (whole.contains(".store("), whole.contains("fence("));
            if store || fence {
                source.check_deletable(&statement).map_err(|error| format!("{file}:{}: {error}", line + 1))?;
                let what = match whole.split_once(".store(") {
                    Some((word, _)) if source.id(&statement).is_none() => format!("store to {} deleted", word.trim()),
                    Some(_) => "store deleted".to_string(),
                    None => "fence deleted".to_string(),
                };
                add(what, source.with(statement.first, statement.last + 1, ""));
            }
            if name == "Relaxed" {
                continue;
            }
            if source.id(&statement).is_none() {
                return Err(format!(
                    "{file}:{}: an ordering without an id such as [P1] in the comment above",
                    line + 1
                ));
            }
            for weaker in weaker(name, fence).map_err(|error| format!("{file}:{}: {error}", line + 1))? {
                let mut code = code.to_string();
                code.replace_range(at + "Ordering::".len()..at + "Ordering::".len() + name.len(), weaker);
                add(format!("{name} → {weaker}"), source.with(line, line + 1, &(code + "\n")));
            }
        }
    }
    Ok(mutants)
}

/// What an ordering is weakened to, one after another. A fence can't be relaxed: it is deleted.
fn weaker(ordering: &str, fence: bool) -> Result<&'static [&'static str]> {
    match (ordering, fence) {
        ("Acquire" | "Release", false) => Ok(&["Relaxed"]),
        ("Acquire" | "Release", true) => Ok(&[]),
        ("AcqRel", _) => Ok(&["Acquire", "Release"]),
        ("SeqCst", true) => Ok(&["AcqRel"]),
        _ => Err(format!("nobody has said how to weaken {ordering} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        of_file("a.rs", text).unwrap().iter().map(Mutant::name).collect()
    }

    #[test]
    fn a_store_is_weakened_and_deleted() {
        let text = "fn f() {\n    // [A1] Release: pairs with [B1].\n    a.store(1, Ordering::Release);\n}\n";
        assert_eq!(names(text), ["A1, a.rs, f: store deleted", "A1, a.rs, f: Release → Relaxed"]);
        assert_eq!(of_file("a.rs", text).unwrap()[0].text, "fn f() {\n    // [A1] Release: pairs with [B1].\n}\n");
        assert!(of_file("a.rs", text).unwrap()[1].text.contains("a.store(1, Ordering::Relaxed);"));
    }

    #[test]
    fn each_half_of_an_exchange_goes() {
        let text = "fn f() {\n    // [A1] AcqRel: pairs with itself.\n    a.swap(1, Ordering::AcqRel);\n}\n";
        assert_eq!(names(text), ["A1, a.rs, f: AcqRel → Acquire", "A1, a.rs, f: AcqRel → Release"]);
    }

    #[test]
    fn fences_are_deleted() {
        let text = "fn f() {\n    // [F1] SeqCst: pairs with [F2].\n    fence(Ordering::SeqCst);\n}\n";
        assert_eq!(names(text), ["F1, a.rs, f: fence deleted", "F1, a.rs, f: SeqCst → AcqRel"]);
    }

    #[test]
    fn an_ordering_without_an_id_is_an_error() {
        let text = "fn f() {\n    // Acquire: for luck.\n    a.load(Ordering::Acquire);\n}\n";
        assert!(of_file("a.rs", text).unwrap_err().contains("without an id"));
        let text = "fn f() {\n    // [A1] Acquire: this one.\n    a.load(Ordering::Acquire);\n    b.load(Ordering::Acquire);\n}\n";
        assert!(of_file("a.rs", text).unwrap_err().starts_with("a.rs:4: an ordering without an id"));
    }

    #[test]
    fn relaxed_stores_need_no_id_but_are_deleted() {
        let text =
            "fn f() {\n    // Relaxed: alone.\n    a.store(1, Ordering::Relaxed);\n    a.load(Ordering::Relaxed);\n}\n";
        assert_eq!(names(text), ["no id, a.rs, f: store to a deleted"]);
    }
}
