//! The mutants that follow from the source alone: each ordering is weakened, each store, each fence and each exchange for its own sake deleted.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use forebay_schemata::{Result, read};

use crate::Mutant;
use crate::source::{Source, Span};

/// Where the atomic operations are. The files that stand in for them in tests pass orderings on, and what the system does is beyond a
/// model: `survivors.md` begins with that.
const FOLDERS: &[&str] = &["core/src", "std-ext/src"];
const NOT_OURS: &[&str] = &[
    "core/src/sync/modelled.rs",
    "core/src/sync/stepped.rs",
    "std-ext/src/sync/barrier/modelled.rs",
    "std-ext/src/sync/barrier/system.rs",
];

/// All those mutants.
pub(crate) fn mutants(root: &Path) -> Result<Vec<Mutant>> {
    let mut mutants = Vec::new();
    for (file, text) in texts(root)? {
        mutants.extend(of_file(&file, &text)?);
    }
    Ok(mutants)
}

/// How many atomic operations and fences there are, those included that have no ordering and store nothing.
pub(crate) fn count(root: &Path) -> Result<usize> {
    let of_text = |text: &str| {
        let source = Source::new(text);
        let sites = source.code().filter(|(_, code)| code.contains("Ordering::"));
        sites.map(|(line, _)| source.statement(line)).collect::<BTreeSet<Span>>().len()
    };
    Ok(texts(root)?.iter().map(|(_, text)| of_text(text)).sum())
}

/// The files with atomic operations, and what is in them.
fn texts(root: &Path) -> Result<Vec<(String, String)>> {
    let files: Vec<String> = FOLDERS.iter().map(|folder| files(root, folder)).collect::<Result<Vec<_>>>()?.concat();
    let is_ours = |file: &String| !NOT_OURS.contains(&file.as_str()) && !file.ends_with("/tests.rs");
    let ours = files.into_iter().filter(is_ours);
    ours.map(|file| {
        let text = read(&root.join(&file))?;
        Ok((file, text))
    })
    .collect()
}

/// The Rust sources below a folder, by their paths from the root on, in order.
pub(crate) fn files(root: &Path, folder: &str) -> Result<Vec<String>> {
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
            let failed = |error: &str| format!("{file}:{}: {error}", line + 1);
            let name = &code[at + "Ordering::".len()..];
            let name = &name[..name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len())];
            let (function, span) = source.function(line).ok_or_else(|| failed("an ordering outside of a function"))?;
            let statement = source.statement(line);
            let whole = source.text(statement);
            let mut add = |what: String, part: Span, replacement: &str| {
                mutants.push(Mutant {
                    ids: source.id(statement).unwrap_or_default().to_string(),
                    file: file.to_string(),
                    function: function.to_string(),
                    ordering: name.to_string(),
                    what,
                    span,
                    original: source.text(span),
                    spoilt: source.with(span, part, replacement),
                });
            };
            let fence = whole.contains("fence(");
            if let Some(what) = deletion(&whole, source.id(statement)) {
                source.check_deletable(statement).map_err(|error| failed(&error))?;
                add(what, statement, "");
            }
            if name == "Relaxed" {
                continue;
            }
            if source.id(statement).is_none() {
                return Err(failed("an ordering without an id such as [P1] in the comment above"));
            }
            for weaker in weaker(name, fence).map_err(|error| failed(&error))? {
                let mut code = code.to_string();
                code.replace_range(at + "Ordering::".len()..at + "Ordering::".len() + name.len(), weaker);
                add(format!("{name} → {weaker}"), Span { first: line, after: line + 1 }, &(code + "\n"));
            }
        }
    }
    Ok(mutants)
}

/// What it is called that a statement is deleted, if that can be done: a store, a fence, an exchange whose answer nobody wants.
fn deletion(statement: &str, id: Option<&str>) -> Option<String> {
    let of_word = |kind: &str, call: &str| {
        let (word, _) = statement.split_once(call)?;
        let word = word.trim();
        let is_unused = !word.contains(char::is_whitespace) && statement.trim_end().ends_with(");");
        (kind == "store" || is_unused).then(|| match id {
            Some(_) => format!("{kind} deleted"),
            None => format!("{kind} to {word} deleted"),
        })
    };
    let exchange = || [".fetch_", ".swap("].into_iter().find_map(|call| of_word("exchange", call));
    let fence = || statement.contains("fence(").then(|| "fence deleted".to_string());
    of_word("store", ".store(").or_else(exchange).or_else(fence)
}

/// What an ordering is weakened to, one after another. A fence can't be relaxed: it is deleted.
fn weaker(ordering: &str, fence: bool) -> Result<&'static [&'static str]> {
    match (ordering, fence) {
        ("Acquire" | "Release", false) => Ok(&["Relaxed"]),
        ("Acquire" | "Release", true) => Ok(&[]),
        ("AcqRel", _) => Ok(&["Acquire", "Release"]),
        ("SeqCst", true) => Ok(&["AcqRel"]),
        ("SeqCst", false) => Ok(&["AcqRel", "Acquire", "Release"]),
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
        assert_eq!(of_file("a.rs", text).unwrap()[0].spoilt, "fn f() {\n    // [A1] Release: pairs with [B1].\n}\n");
        assert!(of_file("a.rs", text).unwrap()[1].spoilt.contains("a.store(1, Ordering::Relaxed);"));
    }

    #[test]
    fn each_half_of_an_exchange_goes() {
        let text = "fn f() {\n    // [A1] AcqRel: pairs with itself.\n    let b = a.swap(1, Ordering::AcqRel);\n}\n";
        assert_eq!(names(text), ["A1, a.rs, f: AcqRel → Acquire", "A1, a.rs, f: AcqRel → Release"]);
    }

    #[test]
    fn an_exchange_whose_answer_nobody_wants_is_deleted() {
        let text = "fn f() {\n    // Relaxed: alone.\n    a.b().fetch_add(1, Ordering::Relaxed);\n}\n";
        assert_eq!(names(text), ["no id, a.rs, f: exchange to a.b() deleted"]);
        let text = "fn f() {\n    // [A1] Release: pairs with [B1].\n    a.b().fetch_sub(1, Ordering::Release);\n}\n";
        assert_eq!(names(text), ["A1, a.rs, f: exchange deleted", "A1, a.rs, f: Release → Relaxed"]);
    }

    #[test]
    fn tests_in_a_file_have_no_mutants() {
        let text = "#[cfg(test)]\nmod tests {\n    fn f() {\n        a.store(1, Ordering::Relaxed);\n    }\n}\n";
        assert!(of_file("a.rs", text).unwrap().is_empty());
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
