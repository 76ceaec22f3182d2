//! The mutants, as cargo-mutants lists them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use forebay_schemata::{Change, Result, read};
use serde_json::Value;

use crate::parts;

/// A spoilt place.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// The file, its function, and the line as it becomes; or that the whole function is replaced, and by what.
    pub(crate) name: String,
    /// The file, from the root of the repository on.
    pub(crate) file: String,
    /// The part that it belongs to.
    pub(crate) part: usize,
    /// What is done to the file's text.
    pub(crate) change: Change,
}

/// All that there are below a root.
pub(crate) fn list(root: &Path) -> Result<Vec<Mutant>> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["mutants", "--no-config", "--list", "--json"]);
    for glob in parts::PARTS.iter().flat_map(|part| part.files) {
        command.args(["--file", glob]);
    }
    let output = command.output().map_err(|error| format!("cargo mutants: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo mutants: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let listed: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo mutants: {error}"))?;
    let mut texts = BTreeMap::new();
    let mut mutants = Vec::new();
    for listed in listed.as_array().ok_or("cargo mutants lists nothing")? {
        let file = listed["file"].as_str().ok_or("a mutant without a file")?;
        if !texts.contains_key(file) {
            texts.insert(file.to_string(), read(&root.join(file))?);
        }
        let mutant = one(listed, file, &texts[file]).ok_or_else(|| format!("this is not understood: {listed}"))?;
        // A module of tests that has another condition, too, is not taken for one.
        if !mutant.name.contains(", tests::") {
            mutants.push(mutant);
        }
    }
    mutants.sort_by(|a, b| (&a.file, a.change.place.start).cmp(&(&b.file, b.change.place.start)));
    // The second of a name is told by its number.
    let mut names = BTreeMap::<String, usize>::new();
    for mutant in &mut mutants {
        let count = names.entry(mutant.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            mutant.name += &format!(" ({count})");
        }
    }
    Ok(mutants)
}

fn one(listed: &Value, file: &str, text: &str) -> Option<Mutant> {
    let place = range(text, &listed["span"])?;
    let function = &listed["function"];
    let replacement = listed["replacement"].as_str()?.to_string();
    let name = function["function_name"].as_str().unwrap_or("a constant");
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let becomes = if listed["genre"] == "FnValue" {
        format!("answers {replacement}")
    } else if listed["genre"] == "MatchArm" {
        format!("without {}", in_one_line(&text[place.clone()]))
    } else {
        // The lines around its place, shortened to one.
        let first = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
        let last = text[place.end..].find('\n').map_or(text.len(), |length| place.end + length);
        in_one_line(&[&text[first..place.start], &replacement, &text[place.end..last]].concat())
    };
    Some(Mutant {
        name: format!("{file}, {name}: {becomes}"),
        file: file.to_string(),
        part: parts::of(file)?,
        change: Change {
            function: if function.is_null() { None } else { Some(range(text, &function["span"])?) },
            place,
            replacement,
        },
    })
}

/// From lines and columns, which begin at 1.
fn range(text: &str, span: &Value) -> Option<Range<usize>> {
    let offset = |at: &Value| {
        let (line, column) = (at["line"].as_u64()? as usize, at["column"].as_u64()? as usize);
        let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let inside: usize = text[before..].chars().take(column - 1).map(char::len_utf8).sum();
        Some(before + inside)
    };
    Some(offset(&span["start"])?..offset(&span["end"])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_line_and_column() {
        let text = "fn a() {\n    // μ\n    1 + 2\n}\n";
        let listed = serde_json::json!({
            "genre": "BinaryOperator",
            "replacement": "-",
            "function": { "function_name": "a", "span": {
                "start": { "line": 1, "column": 1 }, "end": { "line": 4, "column": 2 },
            }},
            "span": { "start": { "line": 3, "column": 7 }, "end": { "line": 3, "column": 8 } },
        });
        let mutant = one(&listed, "core/src/slip.rs", text).unwrap();
        assert_eq!(mutant.name, "core/src/slip.rs, a: 1 - 2");
        let function = mutant.change.function.clone().unwrap();
        assert_eq!(mutant.change.spoil(text, function), "fn a() {\n    // μ\n    1 - 2\n}");
    }
}
