//! The relay shows itself, for a bounded time.

use std::process::Stdio;

use crate::losses::increasing;
use crate::tool::{run, run_with};

#[test]
fn the_null_device_and_no_argument_give_a_demo_without_records() {
    let ran = run_with(&[], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(0), &b""[..]), "{}", ran.stderr);
    let laws = ran.laws();
    assert_eq!(laws.len(), 2, "both policies are shown: {}", ran.stderr);
    assert_eq!(laws[0].shed, 0, "block loses nothing");
    assert!(laws.iter().all(|law| law.delivered > 0));
    assert!(ran.stderr.contains(": depth "), "figures come while it runs: {}", ran.stderr);
}

#[test]
fn the_null_device_and_an_argument_give_nothing() {
    let ran = run_with(&["--capacity=8"], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(0), &b""[..]), "{}", ran.stderr);
    assert_eq!(ran.law().offered, 0);
}

#[test]
fn a_demo_that_was_asked_for_gives_its_records_and_reads_nothing() {
    let ran = run(&["--demo=1", "--on-full=drop-incoming", "--capacity=16"], b"not for the demo\n");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let law = ran.law();
    let out = increasing(&ran.stdout, "record ");
    assert_eq!(out.len(), law.delivered);
    assert!(law.shed > 0, "the surges are too much for so small a ring: {law:?}");
}

#[test]
fn a_demo_ends_in_time_however_slow_its_consumer_is() {
    // In ten seconds one record would go out; there is room for all that come.
    let ran = run(&["--demo=1", "--on-full=block", "--drain-rate=0.1/s"], b"");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.law().offered, 1, "the producer is slow too");

    let ran = run(&["--demo=1", "--on-full=block", "--drain-rate=20/s", "--capacity=1"], b"");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    increasing(&ran.stdout, "record ");
    assert_eq!(ran.law().shed, 0);
}
