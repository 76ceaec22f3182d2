//! The table of what became of each mutant, which is committed and kept up to date: `killed.tsv`.
//!
//! A row is good for the code that it was made with: the function before and after, without its comments. Where that has changed the mutant
//! has to be judged again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use forebay_schemata::{Result, read};

use crate::Mutant;
use crate::sites::files;
use crate::source::is_comment;
use crate::workshop::Crate;

const FILE: &str = "tests/mutants/killed.tsv";
const HEAD: &str = "site\tfile\tfunction\tordering\tmutant\tkilled by\tcode";
/// In the place of the one that killed a mutant.
const BY_PROOF: &str = "nothing: see survivors.md";

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fate {
    by: String,
    code: String,
}

/// The rows, by the names of their mutants.
#[derive(Debug)]
pub(crate) struct Table(BTreeMap<String, Fate>);

impl Table {
    /// The committed one; an empty one, if there is none.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        if path.exists() { Self::parse(&read(&path)?) } else { Ok(Self(BTreeMap::new())) }
    }

    fn parse(text: &str) -> Result<Self> {
        let mut rows = BTreeMap::new();
        for line in text.lines().filter(|line| *line != HEAD) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [ids, file, function, _, what, by, code] = columns[..] else {
                return Err(format!("{FILE}: this is no row: {line}"));
            };
            let fate = Fate { by: by.to_string(), code: code.to_string() };
            if rows.insert(Mutant::name_of(ids, file, function, what), fate).is_some() {
                return Err(format!("{FILE}: a mutant has two rows: {line}"));
            }
        }
        Ok(Self(rows))
    }

    fn render(&self, mutants: &[Mutant]) -> String {
        let rows = mutants.iter().filter_map(|mutant| {
            let Mutant { ids, file, function, ordering, what, .. } = mutant;
            let Fate { by, code } = self.0.get(&mutant.name())?;
            Some(format!("{ids}\t{file}\t{function}\t{ordering}\t{what}\t{by}\t{code}\n"))
        });
        [format!("{HEAD}\n")].into_iter().chain(rows).collect()
    }

    /// Writes it, without the rows of what is no mutant any more.
    pub(crate) fn write(&self, root: &Path, mutants: &[Mutant]) -> Result<()> {
        fs::write(root.join(FILE), self.render(mutants)).map_err(|error| format!("{FILE}: {error}"))
    }

    /// Notes what killed a mutant; `None`: nothing does, and that is proved.
    pub(crate) fn note(&mut self, mutant: &Mutant, by: Option<String>) {
        let by = by.unwrap_or_else(|| BY_PROOF.to_string());
        self.0.insert(mutant.name(), Fate { by, code: code(mutant) });
    }

    /// Forgets what was said of a mutant.
    pub(crate) fn forget(&mut self, mutant: &Mutant) {
        self.0.remove(&mutant.name());
    }

    /// What killed a mutant the last time.
    pub(crate) fn killer(&self, mutant: &Mutant) -> Option<&str> {
        self.0.get(&mutant.name()).map(|fate| fate.by.as_str()).filter(|by| *by != BY_PROOF)
    }

    /// Whether nothing has changed since a mutant was judged.
    pub(crate) fn is_fresh(&self, mutant: &Mutant) -> bool {
        self.0.get(&mutant.name()).is_some_and(|fate| fate.code == code(mutant))
    }

    /// What is wrong with it. `proved` are the mutants that live.
    pub(crate) fn faults(&self, root: &Path, mutants: &[Mutant], proved: &[String]) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for mutant in mutants {
            let name = mutant.name();
            let fault = match self.0.get(&name) {
                None => Some("has no row".to_string()),
                Some(_) if !self.is_fresh(mutant) => Some("is of code that has changed".to_string()),
                Some(Fate { by, .. }) if (by == BY_PROOF) != proved.contains(&name) => {
                    Some("survivors.md says otherwise".to_string())
                }
                Some(Fate { by, .. }) if by != BY_PROOF && !is_there(root, by)? => Some(format!("there is no {by}")),
                Some(_) => None,
            };
            faults.extend(fault.map(|fault| format!("{FILE}: {name}: {fault}")));
        }
        if faults.is_empty() && self.render(mutants) != read(&root.join(FILE))? {
            faults.push(format!("{FILE}: rows of no mutant, or in no order"));
        }
        Ok(faults)
    }

    /// How many are killed.
    pub(crate) fn killed(&self) -> usize {
        self.0.values().filter(|fate| fate.by != BY_PROOF).count()
    }
}

/// Stands for the code of a mutant and of its original: FNV-1a of 64 bits, over the lines without comments and indentation.
fn code(mutant: &Mutant) -> String {
    let lines = mutant.original.lines().chain(mutant.spoilt.lines());
    let lines = lines.filter(|line| !is_comment(line)).map(str::trim).filter(|line| !line.is_empty());
    let bytes = lines.flat_map(|line| line.bytes().chain([b'\n']));
    let hash = bytes
        .fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    format!("{hash:016x}")
}

/// Whether there is such a model or test: its name has to come up in the sources of its suite.
fn is_there(root: &Path, model: &str) -> Result<bool> {
    let Some((suite, path)) = model.split_once(": ") else { return Ok(false) };
    let suite = suite.trim_end_matches(" (narrow)");
    let folder = match (Crate::of_tests(suite), suite.split_once('_')) {
        (Some(own), _) => own.sources.to_string(),
        (None, Some((kind, subject))) => format!("tests/{kind}/{subject}"),
        (None, None) => return Ok(false),
    };
    let name = path.rsplit("::").next().unwrap_or(path);
    let files = if root.join(&folder).is_dir() { files(root, &folder)? } else { vec![format!("{folder}.rs")] };
    let is_word = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    Ok(files.iter().any(|file| fs::read_to_string(root.join(file)).is_ok_and(|text| is_word(&text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn mutant(original: &str) -> Mutant {
        Mutant {
            ids: "A1".to_string(),
            file: "core/src/a.rs".to_string(),
            function: "f".to_string(),
            ordering: "Release".to_string(),
            what: "store deleted".to_string(),
            span: Span { first: 0, after: 1 },
            original: original.to_string(),
            spoilt: String::new(),
        }
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let (mutant, mut table) = (mutant("a();\n"), Table(BTreeMap::new()));
        table.note(&mutant, Some("models_a: one".to_string()));
        let again = Table::parse(&table.render(std::slice::from_ref(&mutant))).unwrap();
        assert_eq!(again.0, table.0);
        assert_eq!(again.killer(&mutant), Some("models_a: one"));
        assert!(again.is_fresh(&mutant));
        table.note(&mutant, None);
        assert_eq!(table.killer(&mutant), None);
    }

    #[test]
    fn changed_code_makes_a_row_stale_and_a_changed_comment_does_not() {
        let mut table = Table(BTreeMap::new());
        table.note(&mutant("// Why.\na();\n"), None);
        assert!(table.is_fresh(&mutant("// Because.\n    a();\n")));
        assert!(!table.is_fresh(&mutant("// Why.\nb();\n")));
    }

    #[test]
    fn a_mutant_has_one_row() {
        let mut table = Table(BTreeMap::new());
        table.note(&mutant("a();\n"), None);
        let text = table.render(&[mutant("a();\n"), mutant("a();\n")]);
        assert!(Table::parse(&text).unwrap_err().contains("two rows"));
    }
}
