//! A sample of the records goes in, and none that is too old comes out.

use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::losses::increasing;
#[cfg(unix)]
use crate::tool::at_once;
use crate::tool::{BEYOND, assert_same, long_lines, numbers, run, start};

/// A relay whose writer has written a record, and would write another one after minutes; what comes after it stays inside. Says what
/// it says when so many lines have come.
#[cfg(unix)]
#[track_caller]
fn fill(arguments: &[&str], steps: &[(usize, &str)]) -> crate::tool::Ran {
    use std::io::{BufRead, BufReader, Write};

    let (running, stdin, stdout) = start(&[arguments, &["--drain-rate=0.001/s"]].concat(), Stdio::piped());
    let (mut stdin, mut stdout) = (stdin.unwrap(), BufReader::new(stdout));
    stdin.write_all(b"first\n").unwrap();
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert_eq!(first, "first\n");
    for &(count, says) in steps {
        stdin.write_all(&numbers(count)).unwrap();
        running.wait_until_it_says(says);
    }
    running.signal("TERM");
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).unwrap();
    running.finish(out)
}

#[cfg(unix)]
#[test]
fn a_sample_goes_in_from_the_high_mark_on() {
    let (high, low) = ("--high=80", "--low=20");
    at_once(&[("--sample=1/10", 10), ("--sample=20%", 20)], |&(rate, share)| {
        let more = format!("depth {}/200 slow  in ", 80 + share);
        let ran =
            fill(&["--capacity=200", high, low, rate], &[(79, "depth 79/200 open  in "), (1, "slow"), (100, &more)]);
        let law = ran.law();
        assert_eq!((law.offered, law.delivered, law.sampled), (181, 1, 100 - share), "{rate}");
        assert_eq!((law.shed, law.evicted, law.dropped_at_close), (0, 0, 80 + share), "{rate}");
        assert!(ran.stderr.contains(&format!("  sampled {}", 100 - share)), "while it runs: {}", ran.stderr);
        assert_eq!(ran.level().marks, Some((80, 20)));
    });
}

#[cfg(unix)]
#[test]
fn without_a_mark_a_sample_goes_in_from_half_on_and_what_finds_the_ring_full_is_lost_by_the_policy() {
    at_once(&[("--on-full=drop-incoming", 5, 0), ("--on-full=drop-oldest", 0, 5)], |&(policy, shed, evicted)| {
        // Four go in, then four of eight; then the ring is full, and five of ten would.
        let ran = fill(
            &["--capacity=8", "--sample=1/2", policy],
            &[(4, "depth 4/8 slow  in "), (8, "depth 8/8 stop  in "), (10, "  lost 14 (61%)  sampled 9  ")],
        );
        let law = ran.law();
        assert_eq!((law.offered, law.delivered, law.sampled), (23, 1, 9), "{policy}");
        assert_eq!((law.shed, law.evicted, law.dropped_at_close), (shed, evicted, 8), "{policy}");
        assert_eq!(ran.level().marks, Some((4, 2)));
    });
}

#[test]
fn under_block_the_sample_is_all_that_is_lost() {
    const COUNT: usize = 20_000;
    let ran = run(&["--sample=1/100", "--capacity=64", "--drain-rate=2k/s"], &numbers(COUNT));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (out, law) = (increasing(&ran.stdout, ""), ran.law());
    assert_eq!((law.offered, law.delivered, law.sampled), (COUNT, out.len(), COUNT - out.len()));
    assert!(law.sampled > 0, "{law:?}");
    assert!(out.starts_with(&(1..=32).collect::<Vec<_>>()), "nothing is lost before the ring is half full");
}

#[test]
fn what_is_too_old_is_not_written() {
    const COUNT: usize = 5 * BEYOND;
    for arguments in [&["--on-full=block"][..], &["--fair", "-i-", "-i/dev/null"], &["--on-full=drop-oldest"]] {
        if arguments[0] == "--fair" && !cfg!(unix) {
            continue;
        }
        let limits = ["--max-age=100ms", "--capacity=1000"];
        let (running, stdin, mut stdout) = start(&[&limits, arguments].concat(), Stdio::piped());
        let mut stdin = stdin.unwrap();
        let input = long_lines(COUNT);
        let feeder = thread::spawn(move || {
            std::io::Write::write_all(&mut stdin, &input).unwrap();
            stdin
        });
        // All of it goes in, and nobody reads what comes out.
        let stdin = feeder.join().unwrap();
        thread::sleep(Duration::from_millis(200));
        let reader = thread::spawn(move || {
            let mut out = Vec::new();
            stdout.read_to_end(&mut out).unwrap();
            out
        });
        running.wait_until_it_says("  expired ");
        drop(stdin);
        let ran = running.finish(reader.join().unwrap());
        assert_eq!(ran.code, Some(0), "losses by rule are no error: {}", ran.stderr);
        let law = ran.law();
        let lines = ran.stdout.split_inclusive(|&byte| byte == b'\n').count();
        assert_eq!((law.offered, law.delivered, law.expired), (COUNT, lines, COUNT - lines), "{arguments:?}");
        // What lay beyond the ring, and what was still in the pipe before it when nobody read yet.
        assert!(law.delivered <= 2 * BEYOND, "{law:?}");
        assert!(ran.stderr.contains("were lost"), "{}", ran.stderr);
    }
}

#[test]
fn who_waits_for_less_than_the_greatest_age_loses_nothing() {
    let input = numbers(20_000);
    for size in ["--capacity=1", "--capacity=1000", "--capacity=20000"] {
        let ran = run(&["--max-age=1h", size], &input);
        assert_same(&ran.stdout, &input);
        assert_eq!((ran.code, ran.law().delivered, ran.law().expired), (Some(0), 20_000, 0));
    }
}

#[test]
fn the_newest_record_may_be_too_old_as_well() {
    let ran = run(&["--latest", "--max-age=1ms", "--drain-rate=50/s"], &numbers(20_000));
    let (out, law) = (increasing(&ran.stdout, ""), ran.law());
    assert_eq!((law.offered, law.delivered), (20_000, out.len()));
    assert_eq!(law.conflated + law.expired, 20_000 - out.len());
}

/// It has another five seconds to get out, and then all of it is older than three.
#[cfg(unix)]
#[test]
fn what_is_left_at_the_end_is_no_matter_of_age() {
    let ran = fill(&["--max-age=3s", "--capacity=8"], &[(4, "depth 4/8 open  in ")]);
    let law = ran.law();
    assert_eq!((law.offered, law.delivered, law.expired, law.dropped_at_close), (5, 1, 0, 4));
}

/// The writer looks again after 20 ms, and what has come meanwhile is older than 1 ms.
#[test]
fn a_slow_consumer_gets_only_what_is_new() {
    const COUNT: usize = 2_000;
    let ran = run(&["--max-age=1ms", "--drain-rate=50/s"], &numbers(COUNT));
    let (out, law) = (increasing(&ran.stdout, ""), ran.law());
    assert_eq!((law.offered, law.delivered, law.expired), (COUNT, out.len(), COUNT - out.len()));
    assert!(law.expired > 0, "{law:?}");
}
