//! What the sources of the models say of them: the sites that each names, and how many executions it has. It is good for an order alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use forebay_schemata::{Result, read};

use crate::sites::files;

/// Of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// The sites in the text above its function.
    pub(crate) ids: BTreeSet<String>,
    /// The committed number; a great one, if there is none.
    pub(crate) executions: usize,
}

/// Of the models in a suite, by their files and their names.
#[derive(Debug, Default)]
pub(crate) struct Notes(BTreeMap<(String, String), Note>);

impl Notes {
    /// Those of a suite; none, if it is not a folder of models.
    pub(crate) fn read(root: &Path, test: &str) -> Result<Self> {
        let mut notes = Self::default();
        let folder = format!("tests/{}", test.replacen('_', "/", 1));
        if !root.join(&folder).is_dir() {
            return Ok(notes);
        }
        for file in files(root, &folder)? {
            let text = read(&root.join(&file))?;
            let module = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
            notes.add(module, &text);
        }
        Ok(notes)
    }

    /// A model is declared in a line such as `name [bound, executions] outcomes => body;` or `name [executions] outcomes;`, and its body is a
    /// function of that file, in the second case the one of its name.
    fn add(&mut self, module: &str, text: &str) {
        let (mut above, mut of_functions) = (BTreeSet::new(), BTreeMap::new());
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("///") {
                let named = comment.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
                above.extend(named.map(|(id, _)| id.to_string()));
            } else if let Some((name, _)) = line.strip_prefix("fn ").and_then(|rest| rest.split_once(['(', '<'])) {
                of_functions.insert(name, std::mem::take(&mut above));
            } else if !line.starts_with("#[") {
                above.clear();
            }
        }
        for declaration in text.split_inclusive(';') {
            let (head, body) = declaration.rsplit_once("=> ").unwrap_or((declaration, ""));
            let Some((name, rest)) = head.rsplit('\n').find_map(|line| line.strip_prefix("    ")?.split_once(" ["))
            else {
                continue;
            };
            let numbers = rest.split_once(']').map_or("", |(numbers, _)| numbers).split(", ");
            let executions = numbers.filter_map(|number| number.parse().ok()).next().unwrap_or(usize::MAX);
            let name = name.trim();
            let function = body.split_once("super::").map_or(name, |(_, rest)| rest);
            let function = function.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let ids = of_functions.get(function).cloned().unwrap_or_default();
            self.0.insert((module.to_string(), name.to_string()), Note { ids, executions });
        }
    }

    /// That of a model, by its path.
    pub(crate) fn of(&self, model: &str) -> Note {
        let (module, name) =
            (model.split("::").next().unwrap_or_default(), model.rsplit("::").next().unwrap_or_default());
        let note = self.0.get(&(module.to_string(), name.to_string()));
        note.cloned().unwrap_or(Note { ids: BTreeSet::new(), executions: usize::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_the_sites_of_its_function() {
        let text = "models! {\n    one [34] &[];\n    small [Some(3), 12] &[\"a\"] => |cx| super::one(1, cx);\n    \
            large [3, stepwise]\n        &[] => super::two;\n}\n\n/// It holds.\n///\n/// [P1] [C2].\nfn one(cx: &Context) {}\n\n\
            /// So does it.\nfn two<T>(cx: T) {}\n";
        let mut notes = Notes::default();
        notes.add("items", text);
        let note = notes.of("items::dense::small");
        assert_eq!((note.executions, note.ids.len()), (12, 2));
        assert!(note.ids.contains("P1") && note.ids.contains("C2"));
        let note = notes.of("items::dense::large");
        assert_eq!((note.executions, note.ids.len()), (3, 0));
        let note = notes.of("items::model::one");
        assert_eq!((note.executions, note.ids.len()), (34, 2));
        assert_eq!(notes.of("items::dense::other").executions, usize::MAX);
    }
}
