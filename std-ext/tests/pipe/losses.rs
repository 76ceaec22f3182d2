//! What is lost is lost by rule, and counted.

use std::time::{Duration, Instant};

use crate::tool::{numbers, run};

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
fn nothing_is_lost_where_there_is_room() {
    const COUNT: usize = 20_000;
    let input = numbers(COUNT);
    let ran = run(&["--on-full=drop-incoming", "--capacity=20000"], &input);
    assert_eq!(ran.law().delivered, COUNT);
    assert!(ran.stdout == input);
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
