//! A lane for each of several inputs: a flood fills its own.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use crate::inputs::{Files, of};
use crate::tool::{BEYOND, Ran, Running, assert_same, at_once, long_lines, scratch, start};

/// A flood on standard input, a named pipe as the other one, and an output that nobody reads yet.
struct Flood {
    running: Running,
    feeder: JoinHandle<()>,
    fifo: PathBuf,
    trickle: File,
    stdout: ChildStdout,
}

/// What the ring or each lane holds: more than lies beyond.
const CAPACITY: usize = 5 * BEYOND;

/// How many lines the flood has.
const FLOOD: usize = 3 * CAPACITY;

impl Flood {
    /// Answers when the flood has filled what it can, which the program tells by `full`, and nothing moves any more.
    fn new(name: &str, arguments: &[&str], full: &str) -> Self {
        const STILL: &str = "in 0 /s  out 0 /s  ";
        let fifo = scratch(name);
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let capacity = format!("--capacity={CAPACITY}");
        let inputs = ["-i-", "-i", fifo.to_str().unwrap(), &capacity];
        let (running, stdin, stdout) = start(&[&inputs, arguments].concat(), Stdio::piped());
        // Also to read, so that this end does not wait for the other.
        let trickle = OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
        let (go_on, goes_on) = mpsc::channel();
        let feeder = thread::spawn(move || {
            let (mut stdin, lines) = (stdin.unwrap(), long_lines(FLOOD));
            let (first, second) = lines.split_at(lines.len() / 3 * 2);
            stdin.write_all(first).unwrap();
            let _ = goes_on.recv();
            stdin.write_all(second).unwrap();
        });
        // Twice in a row, so that nothing is under way.
        let wait_until_still = |so_far: usize, line: &str| {
            running.wait_until(|said| said[so_far..].lines().filter(|said| said.contains(line)).nth(1).is_some());
        };
        wait_until_still(0, STILL);
        if arguments.contains(&"--on-full=drop-incoming") {
            // The writer may have made room for the last time when all that came was lost already.
            go_on.send(()).unwrap();
            running.wait_until(|_| feeder.is_finished());
        }
        wait_until_still(running.said().len(), &format!("depth {full}  {STILL}"));
        drop(go_on);
        Self { running, feeder, fifo, trickle, stdout }
    }

    /// A line of the other input comes, and when the program says so, the output is read. Answers with the number of the line
    /// that it is there, if it is.
    fn trickle(mut self, says: &str) -> (Option<usize>, Ran) {
        self.trickle.write_all(b"trickle\n").unwrap();
        self.running.wait_until_it_says(says);
        drop(self.trickle);
        let mut out = Vec::new();
        self.stdout.read_to_end(&mut out).unwrap();
        let ran = self.running.finish(out);
        self.feeder.join().unwrap();
        fs::remove_file(self.fifo).unwrap();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        (ran.stdout.split(|&byte| byte == b'\n').position(|line| line == b"trickle"), ran)
    }
}

/// The end of a path as the program shows it.
fn end(path: &Path) -> String {
    let text = format!("'{}'", path.display());
    text.chars().skip(text.chars().count() - 18).collect()
}

#[test]
fn a_trickle_gets_through_a_flood_if_it_has_a_lane() {
    at_once(&["--on-full=block", "--on-full=drop-incoming"], |&policy| {
        let flood = Flood::new(&format!("fair{policy}"), &["--fair", policy], &format!("{CAPACITY}/{}", 2 * CAPACITY));
        let (fifo, says) = (flood.fifo.clone(), format!("{} 1/{CAPACITY} open", end(&flood.fifo)));
        let (at, ran) = flood.trickle(&says);
        // What lay beyond the lanes already, and one of the flood.
        assert!(at.is_some_and(|at| at <= BEYOND), "{policy}: {at:?}");
        let (all, trickle) = (ran.law(), ran.lane(&fifo));
        assert_eq!((trickle.offered, trickle.delivered), (1, 1));
        assert_eq!((all.offered, all.delivered + all.shed), (FLOOD + 1, FLOOD + 1));
        assert_eq!(all.shed > 0, policy == "--on-full=drop-incoming");
    });
}

#[test]
fn a_trickle_without_a_lane_waits_for_the_flood_or_is_lost() {
    let full = format!("{CAPACITY}/{CAPACITY} stop");
    let waits = || {
        // All that the ring holds comes before it.
        let (at, _) = Flood::new("unfair", &["--on-full=block"], &full).trickle(&full);
        assert!(at.is_some_and(|at| at >= CAPACITY), "{at:?}");
    };
    let is_lost = || {
        let flood = Flood::new("lost", &["--on-full=drop-incoming"], &full);
        let lost = losses(&flood.running.said()).unwrap();
        let (at, ran) = flood.trickle(&format!("  lost {} (", lost + 1));
        assert_eq!(at, None);
        let law = ran.law();
        assert_eq!((law.offered, law.shed, law.delivered), (FLOOD + 1, lost + 1, FLOOD - lost));
    };
    at_once::<&(dyn Fn() + Sync)>(&[&waits, &is_lost], |test| test());
}

/// How many records were lost when the program told it last.
fn losses(said: &str) -> Option<usize> {
    said.lines().rev().find_map(|line| line.split_once("  lost ")?.1.split_whitespace().next()?.parse().ok())
}

#[test]
fn every_byte_of_every_lane_under_block() {
    let counts = [1, 40_000, 20_000, 0];
    let files = Files::new("lanes", &counts);
    for capacity in ["--capacity=1", "--capacity=3", "--capacity=1000"] {
        let ran = files.run(&["--fair", capacity]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        for (name, content) in files.contents.iter().enumerate() {
            assert_same(&of(name, &ran.stdout), content);
            let law = ran.lane(&files.paths[name]);
            assert_eq!((law.offered, law.delivered), (counts[name], counts[name]));
        }
        assert_eq!(ran.law().delivered, counts.iter().sum());
    }
}

#[test]
fn the_account_of_each_lane_is_exact_where_records_are_lost() {
    let counts = [100_000, 20_000, 50_000];
    let files = Files::new("lossy-lanes", &counts);
    for capacity in ["--capacity=1", "--capacity=50"] {
        let ran = files.run(&["--fair", "--on-full=drop-incoming", capacity]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let laws: Vec<_> = files.paths.iter().map(|path| ran.lane(path)).collect();
        for (name, law) in laws.iter().enumerate() {
            let delivered = of(name, &ran.stdout).iter().filter(|&&byte| byte == b'\n').count();
            let account = (law.offered, law.delivered, law.shed);
            assert_eq!(account, (counts[name], delivered, counts[name] - delivered), "{capacity}");
        }
        let (law, shed) = (ran.law(), laws.iter().map(|law| law.shed).sum::<usize>());
        assert_eq!((law.offered, law.shed, law.evicted), (counts.iter().sum(), shed, 0));
        assert!(shed > 0, "so small lanes must lose something: {law:?}");
    }
}

#[test]
fn lanes_are_served_by_their_weights() {
    const CAPACITY: usize = 64;
    let files = Files::new("weights", &[0, 0]);
    for (path, name) in files.paths.iter().zip(["a", "b"]) {
        fs::write(path, format!("{name:<8191}\n").repeat(4 * CAPACITY)).unwrap();
    }
    let inputs: Vec<_> = files.paths.iter().flat_map(|path| ["-i", path.to_str().unwrap()]).collect();
    let arguments = ["--fair", "--capacity=64", "--weight=1", "--weight=3"];
    let (running, _, mut stdout) = start(&[&inputs[..], &arguments].concat(), Stdio::null());
    let full = |path| format!("{} {CAPACITY}/{CAPACITY} stop", end(path));
    files.paths.iter().for_each(|path| running.wait_until_it_says(&full(path)));
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).unwrap();
    let ran = running.finish(out);
    assert_eq!(ran.law().delivered, 8 * CAPACITY);
    // What was in the lanes when both were full: after what lay beyond, and neither is used up.
    let names: Vec<_> = ran.stdout.split(|&byte| byte == b'\n').filter_map(|line| line.first()).collect();
    let served = names[BEYOND..2 * BEYOND].iter().filter(|&&&name| name == b'a').count();
    assert!((BEYOND / 4 - 1..=BEYOND / 4 + 1).contains(&served), "{served} of {BEYOND}, for one of four");
}

#[test]
fn lanes_are_switched_but_never_evict() {
    let (control, fifo) = (scratch("lanes-control"), scratch("lanes-fifo"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let option = format!("--control={}", control.display());
    let (running, _, mut stdout) =
        start(&["--fair", "-i", fifo.to_str().unwrap(), "-i-", "--capacity=1", &option], Stdio::null());
    let mut input = OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    running.wait_until_it_says(": depth ");
    fs::write(&control, "drop-oldest\n").unwrap();
    running.wait_until_it_says("says drop-oldest, which cannot be used with --fair; the policy stays block\n");
    fs::write(&control, "drop-incoming\n").unwrap();
    running.wait_until_it_says("pipe: switched from block to drop-incoming\n");
    // Nobody reads, and the input is not held back.
    let flood = thread::spawn(move || input.write_all(&long_lines(10 * BEYOND)).unwrap());
    flood.join().unwrap();
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).unwrap();
    let ran = running.finish(out);
    let law = ran.lane(&fifo);
    assert_eq!((law.offered, law.delivered + law.shed), (10 * BEYOND, 10 * BEYOND));
    assert!(law.shed > 0, "{law:?}");
    [&control, &fifo].iter().for_each(|path| fs::remove_file(path).unwrap());
}
