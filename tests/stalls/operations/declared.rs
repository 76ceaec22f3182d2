//! What the source declares: the public operations of ends and of what they hand out. Each must have been tried, or be an exception
//! with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Operations that are not tried, by `Type::name` or `Type::*`, and why.
pub(crate) type Exceptions<'e> = &'e [(&'e str, &'e str)];

/// That of who makes a ring.
pub(crate) const OWNERS: &str = "whoever makes or splits it has the ring to itself";
/// That of what makes, takes apart or hands out.
pub(crate) const PARTS: &str = "gives a part of it, or makes it of its parts: no atomic operation";
/// That of values.
pub(crate) const VALUE: &str = "a value: no atomic operation";

/// The file, or the folder and the file, of a module below the root.
fn files(module: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(module);
    let mut files = vec![root.with_extension("rs")];
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.expect("it can be read").path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The name of a function that a line declares as public, or of any.
fn function(line: &str, is_public: bool) -> Option<&str> {
    let line = line.trim_start();
    let line = if is_public { line.strip_prefix("pub ")? } else { line };
    let rest = ["const ", "unsafe "].iter().fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
    let name = rest.strip_prefix("fn ")?;
    Some(&name[..name.find(|c: char| !c.is_alphanumeric() && c != '_')?])
}

/// A macro that a line uses.
fn used_macro(line: &str) -> Option<&str> {
    let (path, _) = line.trim_start().split_once('!')?;
    let name = path.rsplit("::").next()?;
    (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
}

/// The name of the type that the head of an `impl` is about, and that of the trait, if there is one.
fn subject(head: &str) -> (String, Option<String>) {
    let mut depth = 0;
    let mut rest = head.strip_prefix("impl").expect("an impl");
    if rest.starts_with('<') {
        let end = rest.char_indices().find(|&(at, c)| {
            depth += i32::from(c == '<') - i32::from(c == '>' && !rest[..at].ends_with('-'));
            depth == 0
        });
        rest = &rest[end.expect("generics end").0 + 1..];
    }
    let name = |of: &str| {
        let path = of.trim_start().trim_start_matches('&');
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(path.len());
        path[..end].rsplit("::").next().unwrap_or_default().to_string()
    };
    match rest.split_once(" for ") {
        Some((of, this)) if !of.contains(" where ") => (name(this), Some(name(of))),
        _ => (name(rest), None),
    }
}

/// What the macros of some files declare, by their names; those that they use are in it.
fn macros(files: &[PathBuf]) -> BTreeMap<String, BTreeSet<String>> {
    let mut macros: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap_or_default();
        let mut inside = None;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("macro_rules! ") {
                inside = Some(name.trim_end_matches(" {").to_string());
            } else if line == "}" {
                inside = None;
            } else if let Some(name) = &inside {
                let (functions, uses) = macros.entry(name.clone()).or_default();
                functions.extend(function(line, true).map(str::to_string));
                uses.extend(used_macro(line).map(str::to_string));
            }
        }
    }
    let of = |name: &String| {
        let (functions, uses) = &macros[name];
        let of_others = uses.iter().filter_map(|other| macros.get(other)).flat_map(|(functions, _)| functions);
        functions.iter().chain(of_others).cloned().collect()
    };
    macros.keys().map(|name| (name.clone(), of(name))).collect()
}

/// Whether a type is an end, which goes.
fn is_end(name: &str) -> bool {
    ["Producer", "Consumer", "Writer", "Reader", "Opener", "Sender", "Receiver"].contains(&name)
}

/// The public operations of a module, as `Type::name`.
fn declared(module: &str) -> BTreeSet<String> {
    let files = files(module);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/gauge/methods.rs");
    let macros = macros(&files.iter().cloned().chain([shared]).collect::<Vec<_>>());
    let mut declared = BTreeSet::new();
    for file in files {
        let Ok(text) = fs::read_to_string(file) else { continue };
        let mut lines = text.lines();
        let mut inside: Option<(String, Option<String>)> = None;
        while let Some(line) = lines.next() {
            if line.starts_with("impl") {
                let mut head = line.to_string();
                while !head.ends_with('{') && !head.ends_with('}') {
                    head.push_str(lines.next().expect("an impl has a body").trim());
                }
                inside = Some(subject(&head));
                continue;
            }
            if line == "}" {
                inside = None;
            }
            let name = line.strip_prefix("pub struct ").map(|rest| rest.split(['<', ' ', '(', ';']).next());
            if let Some(end) = name.flatten().filter(|name| is_end(name)) {
                declared.insert(format!("{end}::drop"));
            }
            let Some((this, of)) = &inside else { continue };
            let mut insert = |name: &str| declared.insert(format!("{this}::{name}"));
            match of.as_deref() {
                None => {
                    if let Some(name) = function(line, true) {
                        insert(name);
                    }
                    if let Some(names) = used_macro(line).and_then(|name| macros.get(name)) {
                        for name in names {
                            insert(name);
                        }
                    }
                }
                Some("Clone") if is_end(this) => {
                    insert("clone");
                }
                Some(_) => {}
            }
        }
    }
    assert!(!declared.is_empty(), "{module} declares nothing");
    declared
}

/// Panics if an operation of a module has neither been tried nor is an exception, or if anything else was.
pub(crate) fn check(module: &str, tried: &BTreeSet<&str>, exceptions: Exceptions<'_>) {
    let declared = declared(module);
    let is_of = |name: &str, exception: &str| match exception.strip_suffix('*') {
        Some(of) => name.starts_with(of),
        None => name == exception,
    };
    let missing: Vec<_> = declared
        .iter()
        .filter(|name| !tried.contains(name.as_str()) && !exceptions.iter().any(|(of, _)| is_of(name, of)))
        .collect();
    assert!(missing.is_empty(), "{module}: not tried, and no exceptions: {missing:?}");
    let unknown: Vec<_> = tried.iter().filter(|name| !declared.contains(**name)).collect();
    assert!(unknown.is_empty(), "{module}: tried, but not declared: {unknown:?}");
    let stale: Vec<_> = exceptions
        .iter()
        .filter(|(of, _)| !declared.iter().any(|name| is_of(name, of) && !tried.contains(name.as_str())))
        .collect();
    assert!(stale.is_empty(), "{module}: exceptions for nothing: {stale:?}");
}

/// The same of a ring, of which the owners and a piece of memory are exceptions too.
pub(crate) fn check_ring(module: &str, tried: &BTreeSet<&str>, memory: &str, exceptions: Exceptions<'_>) {
    let owners = [("Ring::*", OWNERS), ("SliceRing::*", OWNERS), (memory, OWNERS)];
    check(module, tried, &[&owners, exceptions].concat());
}

/// What has no atomic operation at all needs no stall test.
#[test]
fn credits_and_pacers_have_no_atomics() {
    for module in ["core/src/credit", "core/src/pacer"] {
        for file in files(module) {
            let text = fs::read_to_string(&file).expect("it can be read");
            assert!(!text.contains("Atomic") && !text.contains("Setting") && !text.contains("crate::sync"), "{file:?}");
        }
    }
}
