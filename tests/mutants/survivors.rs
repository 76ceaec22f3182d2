//! The list of mutants that no model can tell from the original, each with its proof.

use std::path::Path;

use forebay_schemata::{Result, read as read_file};

use crate::Mutant;

const FILE: &str = "tests/mutants/survivors.md";

/// The names in the list: its headings. Each needs some text below it.
pub(crate) fn read(root: &Path) -> Result<Vec<String>> {
    parse(&read_file(&root.join(FILE))?)
}

fn parse(text: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let (name, proof) = section.split_once('\n').unwrap_or((section, ""));
        if proof.trim().is_empty() {
            return Err(format!("{FILE}: no proof below {name}"));
        }
        names.push(name.to_string());
    }
    Ok(names)
}

/// Whether there is a mutant for each entry.
pub(crate) fn are_all_met(known: &[String], mutants: &[Mutant]) -> bool {
    let mut met = true;
    for name in known {
        if !mutants.iter().any(|mutant| mutant.name() == *name) {
            println!("{FILE}: there is no such mutant: {name}");
            met = false;
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_need_a_proof() {
        assert_eq!(parse("# Title\n\n## A b\nBecause.\n\n## C d\nSo.\n").unwrap(), ["A b", "C d"]);
        assert!(parse("# Title\n\n## A b\n\n## C d\nSo.\n").unwrap_err().contains("no proof below A b"));
        assert!(parse("# Title\nNone.\n").unwrap().is_empty());
    }
}
