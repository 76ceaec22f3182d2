//! From a claim to what holds it, and back: `README.md` says what is guaranteed, `VERIFICATION.md` what that means and which programs
//! hold it, and each program says in its first lines which claims it holds. All three say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Names, each with some others.
type Names = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder is in the repository").into()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between these two, each time.
fn between<'t>(text: &'t str, open: &'t str, close: char) -> impl Iterator<Item = &'t str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (inner, after) = rest.split_once(open)?.1.split_once(close)?;
        rest = after;
        Some(inner)
    })
}

/// Every program that shows something, with the file that it begins in.
fn programs() -> BTreeMap<String, PathBuf> {
    let mut programs = BTreeMap::new();
    let manifest = read("tests/Cargo.toml");
    for test in manifest.split("[[test]]").skip(1) {
        let name = between(test, "name = \"", '"').next().expect("a test has a name");
        let path = between(test, "path = \"", '"').next().expect("a test has a path");
        programs.insert(name.to_string(), Path::new("tests").join(path));
    }
    for target in fs::read_dir(root().join("fuzz/targets")).expect("a folder") {
        let path = target.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        programs.insert(format!("fuzz_{name}"), path);
    }
    programs.insert("firmware".to_string(), "tests/firmware/src/lib.rs".into());
    // This one.
    programs.remove("claims");
    programs
}

/// The claims that the first lines of a program name.
fn claims_of(text: &str) -> BTreeSet<String> {
    (text.lines().map_while(|line| line.strip_prefix("//!")))
        .filter_map(|line| line.strip_prefix(" Claims: "))
        .flat_map(|names| names.trim_end_matches('.').split(", "))
        .map(str::to_string)
        .collect()
}

/// The claims of `VERIFICATION.md`, each with the programs that it says hold it.
fn claims(text: &str) -> Names {
    let section = text.split("\n## ").find(|section| section.starts_with("The claims\n")).expect("a section of claims");
    let claims = section.split("\n### ").skip(1).map(|claim| {
        let (name, rest) = claim.split_once('\n').expect("a claim has more than a name");
        let held_by = rest.split("\n\n").find_map(|paragraph| paragraph.trim().strip_prefix("Held by "));
        (name.to_string(), between(held_by.unwrap_or_default(), "`", '`').map(str::to_string).collect())
    });
    claims.collect()
}

/// What differs between two sides.
fn differences(one: &str, of_one: &Names, other: &str, of_other: &Names) -> Vec<String> {
    let pairs = |names: &Names| -> BTreeSet<(String, String)> {
        names.iter().flat_map(|(name, others)| others.iter().map(move |other| (name.clone(), other.clone()))).collect()
    };
    let (of_one, of_other) = (pairs(of_one), pairs(of_other));
    let missing = |in_one: &BTreeSet<_>, in_other: &BTreeSet<_>, one: &str, other: &str| -> Vec<String> {
        in_one.difference(in_other).map(|(a, b)| format!("{one} has `{b}` with `{a}`, and {other} has not")).collect()
    };
    let mut found = missing(&of_one, &of_other, one, other);
    found.extend(missing(&of_other, &of_one, other, one));
    found
}

#[test]
fn what_holds_a_claim_names_it_and_is_named_by_it() {
    let stated = claims(&read("VERIFICATION.md"));
    assert!(stated.len() > 10, "only these claims were found: {:?}", stated.keys());
    let mut held = Names::new();
    for (program, path) in programs() {
        let claims = claims_of(&read(&path));
        assert!(!claims.is_empty(), "{}: no line `//! Claims: …` in its header", path.display());
        for claim in claims {
            held.entry(claim).or_default().insert(program.clone());
        }
    }
    let found = differences("VERIFICATION.md", &stated, "the programs' first lines", &held);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_guarantee_is_a_claim_and_each_claim_a_guarantee() {
    let readme = read("README.md");
    let section = readme.split("\n## ").find(|section| section.starts_with("What is guaranteed\n"));
    let linked: BTreeSet<String> =
        between(section.expect("a section of guarantees"), "VERIFICATION.md#", ')').map(str::to_string).collect();
    let stated: BTreeSet<String> = claims(&read("VERIFICATION.md")).into_keys().collect();
    assert_eq!(linked, stated, "the links of README.md, and the claims of VERIFICATION.md");
}

#[test]
fn each_kind_of_evidence_is_explained() {
    let explained = read("tests/README.md");
    let folders = fs::read_dir(root().join("tests")).expect("a folder").filter_map(|entry| {
        let entry = entry.expect("an entry");
        entry.path().is_dir().then(|| entry.file_name().to_string_lossy().into_owned())
    });
    let missing: Vec<String> =
        folders.filter(|name| name != "target" && !explained.contains(&format!("| `{name}/` |"))).collect();
    assert!(missing.is_empty(), "tests/README.md has no row for {missing:?}");
}

/// The comparison itself finds what differs.
#[test]
fn what_differs_is_found() {
    let text = "# T\n\n## The claims\n\n### order\nItems are in order.\n\nHeld by `a`,\n`b`.\n\n### answers\nTrue.\n\nHeld by `a`.\n";
    let stated = claims(text);
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(stated["order"], names(&["a", "b"]));
    assert_eq!(stated["answers"], names(&["a"]));
    assert_eq!(
        claims_of("//! A test.\n//!\n//! Claims: order, answers.\n\nuse x;\n//! Claims: none.\n"),
        names(&["order", "answers"])
    );
    let mut held = stated.clone();
    assert_eq!(differences("one", &stated, "the other", &held), Vec::<String>::new());
    held.get_mut("order").expect("it is there").remove("b");
    held.insert("more".to_string(), names(&["c"]));
    let found = differences("one", &stated, "the other", &held);
    assert_eq!(
        found,
        ["one has `b` with `order`, and the other has not", "the other has `c` with `more`, and one has not"]
    );
}
