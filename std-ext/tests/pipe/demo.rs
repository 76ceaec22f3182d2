//! The relay shows itself, for a bounded time.

use std::process::Stdio;

use crate::losses::increasing;
use crate::tool::{run, run_with};

#[test]
fn the_null_device_and_no_argument_give_a_demo_without_records() {
    let ran = run_with(&[], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(0), &b""[..]), "{}", ran.stderr);
    let laws = ran.laws();
    assert_eq!(laws.len(), 3, "every policy is shown: {}", ran.stderr);
    let lost: Vec<_> = laws.iter().map(|law| (law.shed > 0, law.evicted > 0)).collect();
    assert!(!lost[0].0 && !lost[0].1, "block loses nothing: {laws:?}");
    assert!(!lost[1].1 && !lost[2].0, "each policy loses in its own way: {laws:?}");
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
fn a_demo_shows_what_was_asked_for() {
    for arguments in [&["--demo=1", "--latest"][..], &["--demo=1", "--on-full=drop-oldest", "--capacity=16"]] {
        let ran = run(arguments, b"");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let law = ran.law();
        assert_eq!(increasing(&ran.stdout, "record ").len(), law.delivered);
        assert_eq!(law.shed, 0);
        assert!(law.evicted + law.conflated > 0, "the surges are too much: {law:?}");
    }
}

#[test]
fn a_demo_ends_in_time_however_slow_its_consumer_is() {
    // The consumer would take a quarter of an hour for its next step, and the producer is in proportion.
    let ran = run(&["--demo=1", "--on-full=block", "--drain-rate=0.001/s"], b"");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.law().delivered, 1);
}

#[test]
fn what_is_inside_when_time_is_up_is_dropped_and_counted() {
    // The producer gives a second record after 0.75 s, and the consumer would take it after 1.89 s: too late by 0.09 s.
    let ran = run(&["--demo=1", "--on-full=block", "--drain-rate=0.53/s"], b"");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, b"record 1\n");
    let law = ran.law();
    assert_eq!((law.offered, law.delivered, law.dropped_at_close), (2, 1, 1));
    assert!(ran.stderr.contains("time was up"), "{}", ran.stderr);
}

#[test]
fn a_demo_holds_its_producer_back_at_the_smallest_ring() {
    let ran = run(&["--demo=1", "--on-full=block", "--capacity=1"], b"");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let law = ran.law();
    assert_eq!(increasing(&ran.stdout, "record "), (1..=law.delivered).collect::<Vec<_>>());
    assert_eq!(law.shed, 0);
    assert!(ran.stderr.contains("held back"), "{}", ran.stderr);
}
