//! Several inputs at the same time, each in its own order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::tool::{Ran, assert_same, run, run_with, scratch};

/// Files with the lines `a 1` to `a COUNT` and so on, the later ones longer, with their arguments.
pub(crate) struct Files {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) contents: Vec<Vec<u8>>,
}

impl Files {
    pub(crate) fn new(test: &str, counts: &[usize]) -> Self {
        let line = |name: u8, number: usize| format!("{} {number}\n", char::from(b'a' + name));
        let content = |(name, &count)| (1..=count).flat_map(|number| line(name, number).into_bytes()).collect();
        let contents: Vec<Vec<u8>> = (0..).zip(counts).map(content).collect();
        let paths: Vec<_> = (0..counts.len()).map(|name| scratch(&format!("{test}-{name}"))).collect();
        paths.iter().zip(&contents).for_each(|(path, content)| fs::write(path, content).unwrap());
        Self { paths, contents }
    }

    /// Runs the program with them all.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_with(&[&inputs(&self.paths)[..], arguments].concat(), Stdio::null())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.paths.iter().for_each(|path| drop(fs::remove_file(path)));
    }
}

/// `--input` for each file.
fn inputs(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().flat_map(|path| ["--input", path.to_str().unwrap()]).collect()
}

/// The lines of one input in what came out of all.
pub(crate) fn of(name: usize, stdout: &[u8]) -> Vec<u8> {
    let mine = |line: &&[u8]| line[0] == b'a' + name as u8;
    stdout.split_inclusive(|&byte| byte == b'\n').filter(mine).flatten().copied().collect()
}

#[test]
fn every_byte_of_every_input_under_block() {
    let counts = [1, 100_000, 200_000, 0, 100_000];
    let files = Files::new("block", &counts);
    for capacity in ["--capacity=1", "--capacity=3", "--capacity=1000"] {
        let ran = files.run(&[capacity]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for (name, content) in files.contents.iter().enumerate() {
            assert_same(&of(name, &ran.stdout), content);
        }
        let (all, law) = (counts.iter().sum(), ran.law());
        assert_eq!((law.offered, law.delivered), (all, all), "and nothing else came: {law:?}");
        assert_eq!(ran.stdout.len(), files.contents.iter().map(Vec::len).sum::<usize>());
    }
}

#[test]
fn a_million_lines_of_several_inputs_under_block() {
    let counts = [350_000, 250_000, 250_000, 150_000];
    let files = Files::new("million", &counts);
    let ran = files.run(&["--capacity=64"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for (name, content) in files.contents.iter().enumerate() {
        assert_same(&of(name, &ran.stdout), content);
    }
    let law = ran.law();
    assert_eq!((law.offered, law.delivered), (1_000_000, 1_000_000), "{law:?}");
}

#[test]
fn the_account_of_all_is_exact_where_records_are_lost() {
    let counts = [100_000, 50_000, 150_000];
    let files = Files::new("lossy", &counts);
    for policy in ["--on-full=drop-incoming", "--on-full=drop-oldest"] {
        for capacity in ["--capacity=1", "--capacity=2", "--capacity=50"] {
            let ran = files.run(&[policy, capacity]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let mut delivered = 0;
            for (name, count) in counts.iter().enumerate() {
                let lines = String::from_utf8(of(name, &ran.stdout)).unwrap();
                let numbers: Vec<usize> = lines.lines().map(|line| line[2..].parse().unwrap()).collect();
                assert!(numbers.is_sorted_by(|a, b| a < b), "out of order or twice");
                assert!(numbers.iter().all(|number| (1..=*count).contains(number)));
                delivered += numbers.len();
            }
            let (law, all) = (ran.law(), counts.iter().sum());
            assert_eq!((law.offered, law.delivered, law.dropped_at_close), (all, delivered, 0), "{policy} {capacity}");
            let lost =
                if policy == "--on-full=drop-oldest" { (law.evicted, law.shed) } else { (law.shed, law.evicted) };
            assert_eq!(lost, (all - delivered, 0), "{policy} {capacity}: {law:?}");
            assert!(lost.0 > 0, "so small a ring must lose something: {law:?}");
        }
    }
}

#[test]
fn one_input_is_as_a_file() {
    let files = Files::new("one", &[1000]);
    assert_same(&files.run(&["--block-size=7"]).stdout, &files.contents[0]);
    assert_eq!(files.run(&["--latest"]).law().offered, 1000);
}

#[test]
fn standard_input_may_be_one_of_them() {
    let files = Files::new("stdin", &[1000]);
    let ran = run(&["-i-", "-i", files.paths[0].to_str().unwrap()], b"b 1\nb 2\n");
    assert_eq!(ran.law().delivered, 1002);
    assert_same(&of(0, &ran.stdout), &files.contents[0]);
    assert_same(&of(1, &ran.stdout), b"b 1\nb 2\n");
}

#[test]
fn records_of_two_inputs_do_not_run_together() {
    let files = Files::new("ends", &[10, 10]);
    for path in &files.paths {
        fs::write(path, "x\nno newline").unwrap();
    }
    let ran = files.run(&["--capacity=1"]);
    assert_eq!((ran.code, ran.law().delivered), (Some(0), 4));
    let mut lines: Vec<_> = std::str::from_utf8(&ran.stdout).unwrap().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["no newline", "no newline", "x", "x"]);
    // There is nothing to end a block with.
    let ran = files.run(&["--block-size=5"]);
    assert_eq!((ran.code, ran.law().delivered, ran.stdout.len()), (Some(1), 4, 20), "the whole blocks are there");
    assert_eq!(ran.stderr.matches(": the last block has 2 of 5 bytes").count(), 2, "both are named: {}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_that_nobody_writes_to_keeps_no_other_input_waiting() {
    use std::io::{BufRead, BufReader, Write};

    use crate::tool::start;

    let paths: Vec<PathBuf> = ["fifo-0", "fifo-1"].map(scratch).into();
    let make = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    paths.iter().for_each(|path| make(path));
    let (running, _, stdout) = start(&inputs(&paths), Stdio::null());
    let mut stdout = BufReader::new(stdout);
    // The second one first, and its record comes out before the first one is even open.
    let mut line = String::new();
    for (path, text) in paths.iter().zip(["first\n", "second\n"]).rev() {
        // Also to read, so that this end does not wait for the other.
        let mut fifo = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        fifo.write_all(text.as_bytes()).unwrap();
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, text);
    }
    let ran = running.finish(Vec::new());
    assert_eq!((ran.code, ran.law().delivered), (Some(0), 2));
    paths.iter().for_each(|path| fs::remove_file(path).unwrap());
}
