//! The policy is switched while the relay runs, and every record obeys one.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::losses::increasing;
use crate::tool::{Running, numbers, run, run_with, scratch, start};

/// A relay with a control file, whose input nobody has closed yet.
struct Switched {
    control: PathBuf,
    running: Running,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl Switched {
    fn new(name: &str, arguments: &[&str]) -> Self {
        let control = scratch(name);
        let option = format!("--control={}", control.to_str().unwrap());
        let (running, stdin, stdout) = start(&[&[&option[..]], arguments].concat(), Stdio::piped());
        Self { control, running, stdin: stdin.unwrap(), stdout }
    }

    fn say(&self, text: &str) {
        fs::write(&self.control, text).unwrap();
    }
}

/// Reads a stream to its end.
fn drain(mut stdout: ChildStdout) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

#[test]
fn a_switch_lets_an_input_go_that_was_held_back() {
    const COUNT: usize = 200_000;
    let (before, after) = ("--on-full=block", "drop-oldest");
    let Switched { control, running, mut stdin, stdout } = Switched::new("held", &[before, "--capacity=4"]);
    // Far more than all pipes and buffers hold, and nobody reads what comes out.
    let feeder = thread::spawn(move || stdin.write_all(&numbers(COUNT)));
    thread::sleep(Duration::from_millis(300));
    assert!(!feeder.is_finished(), "the input was not held back");
    fs::write(&control, format!("{after}\n")).unwrap();
    feeder.join().unwrap().unwrap();
    running.wait_until_it_says("pipe: switched from block to drop-oldest\n");
    let out = drain(stdout).join().unwrap();
    let ran = running.finish(out);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (out, law) = (increasing(&ran.stdout, ""), ran.law());
    assert_eq!((law.offered, law.delivered, law.evicted), (COUNT, out.len(), COUNT - out.len()));
    assert!(law.evicted > 0 && law.shed == 0, "{law:?}");
    assert_eq!(out.last(), Some(&COUNT));
    fs::remove_file(control).unwrap();
}

#[test]
fn what_comes_after_a_switch_to_block_is_not_lost() {
    const SURGE: usize = 20_000;
    const LAST: usize = 5_000;
    let mut relay = Switched::new("to-and-fro", &["--capacity=16", "--drain-rate=20k/s"]);
    let mut next = 1;
    let mut feed = |stdin: &mut ChildStdin, count| {
        (next..next + count).for_each(|number| writeln!(stdin, "{number}").unwrap());
        next += count;
    };
    let switches = [("block", "drop-oldest"), ("drop-oldest", "drop-incoming"), ("drop-incoming", "block")];
    let out = drain(relay.stdout);
    for (from, to) in switches {
        fs::write(&relay.control, to).unwrap();
        relay.running.wait_until_it_says(&format!("pipe: switched from {from} to {to}\n"));
        feed(&mut relay.stdin, if to == "block" { LAST } else { SURGE });
    }
    drop(relay.stdin);
    let ran = relay.running.finish(out.join().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (out, law) = (increasing(&ran.stdout, ""), ran.law());
    let all = 2 * SURGE + LAST;
    assert_eq!((law.offered, law.delivered, law.evicted + law.shed), (all, out.len(), all - out.len()));
    assert!(law.evicted > 0 && law.shed > 0, "each policy had its time: {law:?}");
    assert!(out.ends_with(&(all - LAST + 1..=all).collect::<Vec<_>>()), "what came under block is all there");
    fs::remove_file(relay.control).unwrap();
}

#[test]
fn what_the_file_says_at_first_goes_before_the_option() {
    let control = scratch("first");
    fs::write(&control, "block\n\n drop-incoming \n\n").unwrap();
    let option = format!("--control={}", control.to_str().unwrap());
    for (arguments, stderr) in [("--on-full=block", "from block to"), ("--on-full=drop-oldest", "from drop-oldest to")]
    {
        let ran = run(&[&option, arguments, "--capacity=8", "--drain-rate=200/s"], &numbers(20_000));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let law = ran.law();
        assert!(law.shed > 0 && law.evicted == 0, "{law:?}");
        let switches: Vec<_> = ran.stderr.lines().filter(|line| line.contains("switched")).collect();
        assert_eq!(switches, [format!("pipe: switched {stderr} drop-incoming")]);
    }
    fs::remove_file(control).unwrap();
}

#[test]
fn a_file_without_a_policy_switches_nothing() {
    let mut relay = Switched::new("nonsense", &["--on-full=drop-incoming"]);
    relay.say("\n");
    thread::sleep(Duration::from_millis(300));
    relay.say("explode\n");
    let error = format!(
        "pipe: the control file '{}' says \"explode\", which is none of block, drop-incoming and drop-oldest; \
         the policy stays drop-incoming\n",
        relay.control.to_str().unwrap()
    );
    relay.running.wait_until_it_says(&error);
    // It is looked at a few times more.
    thread::sleep(Duration::from_millis(400));
    relay.say("block\n");
    relay.running.wait_until_it_says("pipe: switched from drop-incoming to block\n");
    relay.stdin.write_all(b"still here\n").unwrap();
    drop(relay.stdin);
    let ran = relay.running.finish(drain(relay.stdout).join().unwrap());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(0), &b"still here\n"[..]));
    assert_eq!(ran.stderr.matches(&error).count(), 1, "once is enough: {}", ran.stderr);
    fs::remove_file(relay.control).unwrap();
}

#[test]
fn a_control_file_that_is_none_is_refused() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let ran = run_with(&["--control", folder, "-"], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
    assert_eq!(ran.stderr, format!("pipe: cannot read the control file '{folder}': Is a directory\n"));
    let ran = run_with(&["--control", "no/such/folder/file", "-"], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
    assert_eq!(ran.stderr, "pipe: cannot read the control file 'no/such/folder/file': no 'no/such/folder'\n");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_can_be_the_control_file() {
    let control = scratch("control-fifo");
    assert!(std::process::Command::new("mkfifo").arg(&control).status().unwrap().success());
    let relay = Switched::new("control-fifo", &[]);
    for (from, to) in [("block", "drop-oldest"), ("drop-oldest", "block")] {
        // It waits until the program reads.
        let path = control.clone();
        thread::spawn(move || fs::write(path, format!("{to}\n")).unwrap());
        relay.running.wait_until_it_says(&format!("pipe: switched from {from} to {to}\n"));
    }
    drop(relay.stdin);
    assert_eq!(relay.running.finish(drain(relay.stdout).join().unwrap()).code, Some(0));
    fs::remove_file(control).unwrap();
}
