//! Programs that must not compile, each beside a mended twin that must.
//!
//! A case is a file in a folder here. Its first line has the code of the error that the compiler must report, if it has one,
//! and words of the report; errors of other codes must not come with it. What differs in the twin is under `cfg(mended)`.
//!
//! Claims: threads, misuse.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::{env, fs, thread};

/// The crates that the cases use, as built.
struct Library {
    rustc: OsString,
    rlib: PathBuf,
    core: PathBuf,
    scratch: PathBuf,
}

impl Library {
    /// Has Cargo say where it is. The tests depend on it, so that it is built already, or can be without a network.
    fn find() -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--frozen", "--lib", "--package", "forebay", "--message-format", "json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let named = |is_it: fn(&str) -> bool| {
            (messages.lines())
                .filter(|line| line.contains(r#""reason":"compiler-artifact""#))
                .flat_map(|line| line.split('"'))
                .find(|text| text.ends_with(".rlib") && is_it(text))
                .expect("cargo names the library that it has built")
                .into()
        };
        Self {
            rustc: env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
            rlib: named(|path| path.contains("libforebay") && !path.contains("libforebay_")),
            core: named(|path| path.contains("libforebay_core")),
            scratch: env!("CARGO_TARGET_TMPDIR").into(),
        }
    }

    /// Compiles a program, as far as to object code: some errors come as late as that.
    fn compile(&self, source: &Path, mended: bool) -> Output {
        let name = source.file_stem().expect("a file").to_str().expect("a plain name");
        let mut rustc = Command::new(&self.rustc);
        rustc
            .args(["--edition=2024", "--crate-name=case", "--color=never", "-Awarnings", "--emit=obj"])
            .args(["--check-cfg", "cfg(mended)"])
            .args(mended.then_some(["--cfg", "mended"]).into_iter().flatten())
            .arg("--extern")
            .arg(format!("forebay={}", self.rlib.display()))
            .arg("--extern")
            .arg(format!("forebay_core={}", self.core.display()))
            .arg("-L")
            .arg(format!("dependency={}", self.rlib.with_file_name("deps").display()))
            .arg("-o")
            .arg(self.scratch.join(format!("{name}-{mended}.o")))
            .arg(source);
        rustc.output().expect("rustc runs")
    }

    /// Whether a case does what it says; if not, what it does.
    fn check(&self, source: &Path) -> Result<(), String> {
        let text = fs::read_to_string(source).map_err(|error| error.to_string())?;
        let (code, words) = (text.lines().next())
            .and_then(|line| line.strip_prefix("//! "))
            .and_then(|line| line.split_once(": "))
            .filter(|(code, _)| code.starts_with("error"))
            .ok_or("the first line is not `//! error[CODE]: words`")?;
        let output = self.compile(source, false);
        let report = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> =
            (report.lines()).filter(|line| line.starts_with("error") && !line.starts_with("error: aborting")).collect();
        if output.status.success() {
            return Err("it compiles".into());
        }
        let others = errors.iter().any(|error| error.split_once(": ").is_none_or(|(other, _)| other != code));
        if errors.is_empty() || others || !report.contains(words) {
            return Err(format!("expected nothing but {code} with {words:?}, and there is\n{report}"));
        }
        let output = self.compile(source, true);
        if !output.status.success() {
            return Err(format!("its twin does not compile\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(())
    }
}

fn cases() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("compile-fail");
    let folders = fs::read_dir(here).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.sort();
    cases
}

#[test]
fn each_case_fails_as_it_says_and_its_twin_compiles() {
    let library = Library::find();
    let cases = cases();
    assert!(cases.len() >= 20, "only {} cases were found", cases.len());
    let queue = Mutex::new(cases.iter());
    let failures = Mutex::new(String::new());
    let work = || {
        loop {
            let Some(case) = queue.lock().expect("no panic while it is held").next() else { return };
            if let Err(what) = library.check(case) {
                let mut failures = failures.lock().expect("no panic while it is held");
                let _ = writeln!(failures, "{}: {what}", case.display());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(8) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("no panic while it is held");
    assert!(failures.is_empty(), "{failures}");
}

/// The harness itself finds cases that don't do what they say.
#[test]
fn wrong_cases_are_found() {
    let library = Library::find();
    let verdict = |name: &str, text: &str| {
        let source = library.scratch.join(name);
        fs::write(&source, text).expect("the scratch folder can be written");
        library.check(&source)
    };
    let right = "//! error[E0382]: borrow of moved value\nfn main() { let text = String::new(); #[cfg(not(mended))] drop(text); text.len(); }";
    assert_eq!(verdict("right.rs", right), Ok(()));
    let found = |name, text: &str, what: &str| {
        let error = verdict(name, text).expect_err(name);
        assert!(error.contains(what), "{name}: {error}");
    };
    found("no_header.rs", right.trim_start_matches("//! "), "first line");
    found("compiles.rs", &right.replace("not(mended)", "mended"), "it compiles");
    found("other_code.rs", &right.replace("E0382", "E0381"), "E0382");
    found("other_text.rs", &right.replace("of moved", "of lost"), "borrow of moved value");
    found("one_more_error.rs", &format!("{right} #[cfg(not(mended))] fn other() {{ nothing() }}"), "E0425");
    found("twin.rs", &format!("{right} #[cfg(mended)] fn other() {{ nothing() }}"), "its twin does not compile");
}
