//! The list of mutants that no test can tell from the original, by reasons.

use std::collections::BTreeSet;
use std::path::Path;

use forebay_schemata::{Result, read as read_file};

use crate::mutant::Mutant;

const FILE: &str = "tests/plain-mutants/equivalents.md";

/// The names in the list.
pub(crate) fn read(root: &Path) -> Result<BTreeSet<String>> {
    parse(&read_file(&root.join(FILE))?)
}

fn parse(text: &str) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for section in text.split("\n## ").skip(1) {
        let is_name = |line: &&str| line.starts_with("- ");
        if !section.lines().skip(1).take_while(|line| !is_name(line)).any(|line| !line.trim().is_empty()) {
            return Err(format!("{FILE}: no reason below {}", section.lines().next().unwrap_or_default()));
        }
        for line in section.lines().filter(is_name) {
            let name = line.trim_start_matches("- ").to_string();
            if !names.insert(name) {
                return Err(format!("{FILE}: twice: {line}"));
            }
        }
    }
    Ok(names)
}

/// Whether there is a mutant for each entry.
pub(crate) fn are_all_met(known: &BTreeSet<String>, mutants: &[Mutant]) -> bool {
    let unknown: Vec<_> = known.iter().filter(|&name| !mutants.iter().any(|mutant| mutant.name == *name)).collect();
    unknown.iter().for_each(|name| println!("{FILE}: there is no such mutant: {name}"));
    unknown.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_need_a_reason() {
        let names = parse("# Title\n\n## A\nBecause.\n\n- a: b\n- c\n\n## B\nSo.\n- d\n").unwrap();
        assert!(names.iter().eq(["a: b", "c", "d"]));
        assert!(parse("# Title\n\n## A\n\n- a\n").unwrap_err().contains("no reason below A"));
        assert!(parse("# Title\n\n## A\nBecause.\n- a\n- a\n").unwrap_err().contains("twice"));
    }
}
