//! What is lost is lost by rule, and counted.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::tool::{numbers, run, start};

/// The numbers that came out, which must come in their order.
#[track_caller]
pub(crate) fn increasing(stdout: &[u8], prefix: &str) -> Vec<usize> {
    let text = std::str::from_utf8(stdout).unwrap();
    let numbers: Vec<usize> =
        text.lines().map(|line| line.strip_prefix(prefix).expect("a whole record").parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "out of order or twice");
    numbers
}

#[test]
fn a_slow_consumer_loses_what_comes_while_the_ring_is_full() {
    const COUNT: usize = 20_000;
    let ran = run(&["--on-full=drop-incoming", "--capacity=64", "--drain-rate=200/s"], &numbers(COUNT));
    assert_eq!(ran.code, Some(0), "losses by rule are no error: {}", ran.stderr);
    let law = ran.law();
    assert_eq!((law.offered, law.dropped_at_close), (COUNT, 0));
    assert!(law.shed > 0, "{law:?}");
    let out = increasing(&ran.stdout, "");
    assert_eq!(out.len(), law.delivered);
    assert!(*out.last().unwrap() <= COUNT);
    assert!(out.starts_with(&(1..=64).collect::<Vec<_>>()), "nothing is lost before the ring is full");
    assert!(ran.stderr.contains("were lost"), "{}", ran.stderr);
}

#[test]
fn a_slow_consumer_loses_the_oldest_and_gets_the_newest() {
    const COUNT: usize = 20_000;
    let ran = run(&["--on-full=drop-oldest", "--capacity=64", "--drain-rate=200/s"], &numbers(COUNT));
    assert_eq!(ran.code, Some(0), "losses by rule are no error: {}", ran.stderr);
    let out = increasing(&ran.stdout, "");
    let law = ran.law();
    assert_eq!((law.offered, law.delivered, law.evicted), (COUNT, out.len(), COUNT - out.len()));
    assert!(law.evicted > 0, "{law:?}");
    // How many of the newest: a writer that loses a race for the oldest record goes on in the middle of the ring, and if it loses
    // the next ones as well, takes what it meets there, be it the last.
    assert_eq!(out.last(), Some(&COUNT), "the newest is delivered");
    assert!(ran.stderr.contains("were lost"), "{}", ran.stderr);
}

#[test]
fn the_account_of_a_storm_is_exact() {
    // Neither side waits for the other here, but for the output, and the ring is lapped again and again.
    const COUNT: usize = 500_000;
    let input = numbers(COUNT);
    for size in ["--capacity=1", "--capacity=3", "--capacity=1000", "--latest"] {
        let policy: &[&str] = if size == "--latest" { &[] } else { &["--on-full=drop-oldest"] };
        let ran = run(&[&[size], policy].concat(), &input);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let out = increasing(&ran.stdout, "");
        let law = ran.law();
        assert_eq!((law.offered, law.delivered, law.dropped_at_close), (COUNT, out.len(), 0), "{size}");
        assert_eq!((law.shed, law.evicted + law.conflated), (0, COUNT - out.len()), "{size}");
        assert_eq!(if policy.is_empty() { law.evicted } else { law.conflated }, 0, "lost by one rule: {law:?}");
        assert_eq!(out.last(), Some(&COUNT), "{size}: the newest is delivered");
    }
}

#[test]
fn the_latest_is_what_a_slow_consumer_gets() {
    const COUNT: usize = 20_000;
    let ran = run(&["--latest", "--drain-rate=200/s"], &numbers(COUNT));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = increasing(&ran.stdout, "");
    let law = ran.law();
    assert_eq!((law.offered, law.delivered, law.conflated), (COUNT, out.len(), COUNT - out.len()));
    assert!(law.conflated > 0, "{law:?}");
    assert_eq!(out.last(), Some(&COUNT), "the last record is never lost");
    assert!(ran.stderr.contains("were lost"), "{}", ran.stderr);
}

#[test]
fn a_consumer_that_keeps_up_gets_every_latest() {
    const COUNT: usize = 1000;
    let (running, stdin, stdout) = start(&["--latest"], Stdio::piped());
    let (mut stdin, mut stdout) = (stdin.unwrap(), BufReader::new(stdout));
    let mut line = String::new();
    for number in 0..COUNT {
        writeln!(stdin, "{number}").unwrap();
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{number}\n"));
    }
    drop(stdin);
    let law = running.finish(Vec::new()).law();
    assert_eq!((law.delivered, law.conflated), (COUNT, 0));
}

#[test]
fn nothing_is_lost_where_there_is_room() {
    const COUNT: usize = 20_000;
    let input = numbers(COUNT);
    for policy in ["--on-full=drop-incoming", "--on-full=drop-oldest"] {
        let ran = run(&[policy, "--capacity=20000"], &input);
        assert_eq!(ran.law().delivered, COUNT);
        assert!(ran.stdout == input);
    }
}

#[test]
fn a_slow_consumer_holds_the_input_back_and_loses_nothing() {
    const COUNT: usize = 200;
    let input = numbers(COUNT);
    let start = Instant::now();
    let ran = run(&["--capacity=4", "--drain-rate=400/s"], &input);
    // A lower bound, which no load on the machine can break.
    assert!(start.elapsed() >= Duration::from_secs(1) * (COUNT as u32 - 1) / 400, "faster than the rate");
    assert_eq!(ran.law().delivered, COUNT);
    assert!(ran.stdout == input);
    assert!(ran.stderr.contains("held back"), "{}", ran.stderr);
}
