//! Where mutants are made: copies of the workspace.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::switch::with_switch;
use crate::{Result, read};

/// The roots of the crates that are spoilt.
const ROOTS: [&str; 2] = ["core/src/lib.rs", "std-ext/src/lib.rs"];

/// Two copies of the workspace in a folder of the target directory: one as it was, so that it does not matter if somebody works on it from
/// then on, and one with mutants, to be built.
#[derive(Debug)]
pub struct Copies {
    folder: PathBuf,
}

impl Copies {
    /// Copies the files that git knows, or does not ignore, below a root.
    ///
    /// # Errors
    /// What git or the system says.
    pub fn furnish(root: &Path, name: &str) -> Result<Self> {
        // The program lies in a folder of the target directory.
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let target = program.ancestors().nth(2).ok_or("the program has no target directory")?;
        let copies = Self { folder: target.join(name) };
        let original = copies.original();
        if original.exists() {
            fs::remove_dir_all(&original).map_err(|error| format!("{}: {error}", original.display()))?;
        }
        let listed = Command::new("git")
            .current_dir(root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()
            .map_err(|error| format!("git: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git: {}", String::from_utf8_lossy(&listed.stderr)));
        }
        for file in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
            // One that was deleted is listed too.
            if !root.join(file).exists() {
                continue;
            }
            let to = original.join(file);
            let folder = to.parent().ok_or("a file without a folder")?;
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            fs::copy(root.join(file), &to).map_err(|error| format!("{}: {error}", to.display()))?;
        }
        Ok(copies)
    }

    /// The folder that they are in. There is room for other things.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The one as it was.
    #[must_use]
    pub fn original(&self) -> PathBuf {
        self.folder.join("original")
    }

    /// The one to be built.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.folder.join("workspace")
    }

    /// Makes that one, of the other, with some texts changed, and the crates able to tell which mutant they are. Files are touched only if
    /// they change, as cargo goes by their times.
    ///
    /// # Errors
    /// What the system says.
    pub fn lay(&self, texts: &BTreeMap<&str, String>) -> Result<()> {
        let mut texts = texts.clone();
        for root in ROOTS {
            let text = texts.remove(root).map_or_else(|| read(&self.original().join(root)), Ok)?;
            texts.insert(root, with_switch(&text));
        }
        let texts = texts.into_iter().map(|(file, text)| (self.original().join(file), text)).collect();
        mirror(&self.original(), &self.workspace(), &texts)
    }

    /// A command of cargo there, with what the choices need. It builds into a target directory in the folder.
    #[must_use]
    pub fn cargo(&self, target: &str, flags: &str) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(self.workspace())
            .env("CARGO_TARGET_DIR", self.folder.join(target))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", format!("{flags} --cap-lints allow").trim_start())
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null());
        command
    }
}

/// Makes a folder the same as another one, but for some texts.
fn mirror(from: &Path, to: &Path, texts: &BTreeMap<PathBuf, String>) -> Result<()> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    if !from.is_dir() {
        let text = texts.get(from).map_or_else(|| fs::read(from), |text| Ok(text.clone().into())).map_err(failed)?;
        let is_the_same = fs::read(to).is_ok_and(|there| there == text);
        return if is_the_same { Ok(()) } else { fs::write(to, text).map_err(failed) };
    }
    fs::create_dir_all(to).map_err(failed)?;
    let wanted = names(from)?;
    for name in names(to)?.iter().filter(|name| !wanted.contains(name)) {
        let path = to.join(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(failed)?;
    }
    wanted.iter().try_for_each(|name| mirror(&from.join(name), &to.join(name), texts))
}

/// What is in a folder.
fn names(folder: &Path) -> Result<Vec<OsString>> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.file_name()).map_err(failed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_the_same_but_for_some_texts() {
        let folder = std::env::temp_dir().join(format!("forebay-schemata-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(from.join("in")).unwrap();
        fs::create_dir_all(to.join("gone")).unwrap();
        fs::write(from.join("in/same"), "same").unwrap();
        fs::write(from.join("changed"), "before").unwrap();
        fs::write(to.join("gone/file"), "").unwrap();
        let texts = BTreeMap::from([(from.join("changed"), "after".to_string())]);
        mirror(&from, &to, &texts).unwrap();
        let written = fs::metadata(to.join("in/same")).unwrap().modified().unwrap();
        mirror(&from, &to, &texts).unwrap();
        assert_eq!(fs::metadata(to.join("in/same")).unwrap().modified().unwrap(), written);
        assert_eq!(fs::read_to_string(to.join("in/same")).unwrap(), "same");
        assert_eq!(fs::read_to_string(to.join("changed")).unwrap(), "after");
        assert!(!to.join("gone").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
