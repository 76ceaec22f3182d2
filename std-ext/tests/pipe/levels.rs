//! How pressed the ring is, while it runs and in the account.

use std::io::{Read, Write};
use std::process::Stdio;
use std::thread;

use crate::tool::{BEYOND, assert_same, long_lines, numbers, run, start};

#[test]
fn the_level_rises_with_what_is_inside_and_is_open_after_the_drain() {
    const CAPACITY: usize = 100;
    let input = long_lines(CAPACITY + 2 * BEYOND);
    for policy in ["--on-full=block", "--on-full=drop-incoming", "--on-full=drop-oldest"] {
        let (running, stdin, mut stdout) = start(&["--capacity=100", "--high=80", "--low=20", policy], Stdio::piped());
        let mut out = Vec::new();
        thread::scope(|scope| {
            // It takes no more when the ring is full.
            scope.spawn(|| stdin.unwrap().write_all(&input).unwrap());
            running.wait_until_it_says("/100 stop  in ");
            stdout.read_to_end(&mut out).unwrap();
        });
        let ran = running.finish(out);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let level = ran.level();
        assert_eq!(level.marks, Some((80, 20)));
        // It was slow on the way up, and the ring was full for as long as it took to say so.
        assert!(level.changes >= 3 && level.stop > 0.0, "{level:?}");
        assert!(ran.stderr.contains("  changes "), "{}", ran.stderr);
        if policy == "--on-full=block" {
            assert_same(&ran.stdout, &input);
        }
    }
}

#[test]
fn a_ring_that_never_fills_is_open() {
    let input = numbers(10);
    let ran = run(&["--high=80"], &input);
    let level = ran.level();
    assert_eq!((level.open, level.slow, level.stop), (100.0, 0.0, 0.0));
    assert_eq!((level.changes, level.marks), (0, Some((80, 40))), "the low mark is half of the high one");
    let level = run(&["--low=7", "--capacity=64"], &input).level();
    assert_eq!(level.marks, Some((64, 7)), "the high mark is the capacity");
    // Who does not ask and has nothing to know is not told.
    for arguments in [&[][..], &["--latest"]] {
        let ran = run(arguments, &input);
        assert!(!ran.stderr.contains("level"), "{}", ran.stderr);
    }
}

#[test]
fn without_marks_the_level_is_told_if_it_changed() {
    let level = run(&["--capacity=1"], &numbers(1000)).level();
    assert!(level.changes >= 2 && level.slow == 0.0, "{level:?}");
    assert_eq!(level.marks, None);
}

/// Slow is between the marks, on the way up; the rest is in the account of what was left inside.
#[cfg(unix)]
#[test]
fn the_level_is_slow_from_the_high_mark_to_the_full_ring() {
    // The first record goes out, and the second one would after minutes.
    let arguments = ["--capacity=100", "--high=80", "--low=20", "--drain-rate=0.001/s"];
    let (running, stdin, mut stdout) = start(&arguments, Stdio::piped());
    let mut stdin = stdin.unwrap();
    let steps = [(79, "depth 78/100 open  in "), (5, "depth 83/100 slow  in "), (17, "depth 100/100 stop  in ")];
    for (count, says) in steps {
        stdin.write_all(&numbers(count)).unwrap();
        running.wait_until_it_says(says);
    }
    running.signal("TERM");
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).unwrap();
    let ran = running.finish(out);
    let law = ran.law();
    assert_eq!((ran.signal, law.offered, law.delivered, law.dropped_at_close), (Some(15), 101, 1, 100));
    let level = ran.level();
    assert!(level.changes == 2 && level.open > 0.0 && level.slow > 0.0 && level.stop > 0.0, "{level:?}");
    assert!(ran.stderr.contains("ended by SIGTERM: 100 of the records were left inside"), "{}", ran.stderr);
}
