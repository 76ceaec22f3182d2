//! Every way to end, with the status for it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::tool::{close, numbers, run, run_with, scratch, start};

/// What a shell reports of a program that SIGPIPE ended.
const OUTPUT_CLOSED: Option<i32> = Some(141);

#[test]
fn an_output_that_closes_ends_the_relay_quietly() {
    let file = scratch("closed");
    // The ring alone holds more of these than a pipe does, so the output is written to again after it has closed.
    let long = format!("{}\n", "x".repeat(199)).repeat(20_000);
    fs::write(&file, format!("1\n{long}")).unwrap();
    for policy in ["--on-full=block", "--on-full=drop-incoming", "--on-full=drop-oldest"] {
        // As `head -1` does.
        let (running, _, stdout) = start(&[policy, file.to_str().unwrap()], Stdio::null());
        let mut line = String::new();
        let mut stdout = BufReader::with_capacity(64, stdout);
        stdout.read_line(&mut line).unwrap();
        close(stdout);
        assert!(line == "1\n" || policy == "--on-full=drop-oldest", "{line}");
        let ran = running.finish(Vec::new());
        assert_eq!(ran.code, OUTPUT_CLOSED, "{}", ran.stderr);
        assert!(!ran.stderr.contains("cannot"), "{}", ran.stderr);
        let law = ran.law();
        assert!(law.dropped_at_close > 0, "more than a pipe holds was on its way: {law:?}");
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn an_output_that_closes_ends_the_relay_though_the_input_stays_open() {
    let (running, stdin, stdout) = start(&["--capacity=2"], Stdio::piped());
    let (mut stdin, mut stdout) = (stdin.unwrap(), BufReader::new(stdout));
    let mut line = String::new();
    stdin.write_all(b"one\n").unwrap();
    stdout.read_line(&mut line).unwrap();
    close(stdout);
    // The reader waits for more after this one, for ever.
    stdin.write_all(b"two\n").unwrap();
    let ran = running.finish(Vec::new());
    drop(stdin);
    assert_eq!(ran.code, OUTPUT_CLOSED, "{}", ran.stderr);
    let law = ran.law();
    assert_eq!((law.offered, law.delivered, law.dropped_at_close), (2, 1, 1));
}

#[test]
fn what_cannot_be_read_is_named() {
    let ran = run_with(&["no/such/file"], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
    assert_eq!(ran.stderr, "pipe: cannot open 'no/such/file': No such file or directory\n");

    // A folder can be opened, but that is no way to begin.
    let folder = env!("CARGO_MANIFEST_DIR");
    for arguments in [&[folder][..], &["--quiet", folder], &["-i-", "-i", folder], &["--fair", "-i", folder, "-i-"]] {
        let ran = run(arguments, b"one\n");
        assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
        assert_eq!(ran.stderr, format!("pipe: cannot read '{folder}': Is a directory\n"));
    }
    let ran = run_with(&[], fs::File::open(folder).unwrap().into());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
    assert_eq!(ran.stderr, "pipe: cannot read standard input: Is a directory\n");
}

#[test]
fn an_input_that_cannot_be_read_does_not_stop_the_others() {
    let (file, long) = (scratch("others"), scratch("long"));
    fs::write(&file, numbers(9_999)).unwrap();
    fs::write(&long, "123456\n").unwrap();
    let inputs = ["-i", long.to_str().unwrap(), "-i", file.to_str().unwrap(), "-i-", "--max-record=5"];
    let ran = run(&inputs, b"one\n123456\n");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.law().delivered, 10_000);
    for error in [
        format!("pipe: cannot read '{}': record 1 is longer than 5 bytes (--max-record)\n", long.display()),
        "pipe: cannot read standard input: record 2 is longer than 5 bytes (--max-record)\n".into(),
    ] {
        assert!(ran.stderr.contains(&error), "{}", ran.stderr);
    }
    // One that can't even be opened is known before anything is written.
    let ran = run_with(&["-i", file.to_str().unwrap(), "-i", "no/such/file"], Stdio::null());
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b""[..]));
    assert_eq!(ran.stderr, "pipe: cannot open 'no/such/file': No such file or directory\n");
    [file, long].into_iter().for_each(|file| fs::remove_file(file).unwrap());
}

#[test]
fn a_record_that_is_too_long_ends_the_relay_after_those_before_it() {
    for (input, line) in [(&b"one\nfour5\nsix\n"[..], 2), (b"one\ntwo\n123456", 3)] {
        let ran = run(&["--max-record=5"], input);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let before: Vec<u8> = input.split_inclusive(|&byte| byte == b'\n').take(line - 1).flatten().copied().collect();
        assert_eq!(ran.stdout, before);
        assert_eq!(ran.law().delivered, line - 1);
        let expected = format!("pipe: cannot read standard input: record {line} is longer than 5 bytes (--max-record)");
        assert_eq!(ran.stderr.lines().last(), Some(&expected[..]));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_what_it_did_not_take_is_counted() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let file = scratch("full");
    fs::write(&file, numbers(1000)).unwrap();
    let ran = crate::tool::run_into(&[file.to_str().unwrap()], full.into());
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stderr.lines().last(), Some("pipe: cannot write to standard output: No space left on device"));
    let law = ran.law();
    assert_eq!(law.delivered, 0);
    assert!(law.dropped_at_close > 0);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_wrong_command_line_is_refused_and_explained() {
    let cases: &[(&[&str], &str)] = &[
        (&["--capacity=0"], "a ring holds at least one record"),
        (&["--capacity=-1"], "not a number of records"),
        (&["--capacity", "-1"], "not a number of records"),
        (&["--capacity=0k"], "a ring holds at least one record"),
        (&["--capacity=1kB"], "not a number of records, such as 1000, 64k or 1M"),
        (&["--capacity=99999999999999999999999"], "too large"),
        (&["--capacity=1k", "--high=2k"], "--high 2048 is above the capacity, which is 1024"),
        (&["--capacity=18446744073709551615"], "cannot make a ring for 18446744073709551615 records"),
        (&["--drain-rate=0"], "no record would ever arrive"),
        (&["--drain-rate=fast"], "not a rate"),
        (&["--drain-rate", "-5"], "a rate is from"),
        (&["--block-size=0"], "would carry nothing"),
        (&["--block-size=x"], "not a number of bytes"),
        (&["--block-size", "-1"], "not a number of bytes"),
        (&["--max-record", "-1"], "not a number of bytes"),
        (&["--max-record=0"], "would carry nothing"),
        (&["--on-full=explode"], "possible values: block, drop-incoming, drop-oldest"),
        (&["--demo=0"], "not a number of seconds"),
        (&["--demo=-1"], "not a number of seconds"),
        (&["--high=0"], "--high 0 would never be left"),
        (&["--high", "-1"], "not a number of records"),
        (&["--high=1025"], "--high 1025 is above the capacity, which is 1024"),
        (&["--high=80", "--capacity=79"], "--high 80 is above the capacity, which is 79"),
        (&["--low=1024"], "--low 1024 is not below the capacity, which is 1024"),
        (&["--high=20", "--low=20"], "--low must be below --high"),
        (&["--high=20", "--low=80"], "is it the other way around, --high 80 --low 20?"),
        (&["--latest", "--high=1"], "'--latest' cannot be used with '--high"),
        (&["--latest", "--low=0"], "'--latest' cannot be used with '--low"),
        (&["--fair"], "--input <FILE>"),
        (&["--fair", "file"], "cannot be used with"),
        (&["--fair", "--demo"], "'--fair' cannot be used with '--demo"),
        (&["--fair", "--latest", "-i=a"], "'--fair' cannot be used with '--latest'"),
        (&["--fair", "-i=a", "-i=b", "--on-full=drop-oldest"], "--fair cannot be used with --on-full drop-oldest"),
        (&["--weight=1", "-i=a"], "--fair"),
        (&["--fair", "-i=a", "-i=b", "--weight=1"], "2 --input and 1 --weight"),
        (&["--fair", "-i=a", "--weight=0"], "not a weight"),
        (&["--latest", "--capacity=4"], "cannot be used with"),
        (&["--latest", "--on-full=block"], "cannot be used with"),
        (&["--latest", "-i=a", "-i=b"], "one --input only"),
        (&["--input=-", "--input=-"], "one --input only"),
        (&["--latest", "--control=a"], "cannot be used with"),
        (&["--latest", "--sample=1/2"], "'--latest' cannot be used with '--sample"),
        (&["--sample=0/10"], "the rate is 0: a sample keeps something"),
        (&["--sample=11/10"], "the rate keeps 11 of 10, which is more than all"),
        (&["--sample=1/5000"], "4095 is the most"),
        (&["--sample=120%"], "more than all"),
        (&["--sample=-1/2"], "not a share, such as 1/10 or 10%"),
        (&["--sample=half"], "not a share"),
        (&["--sample=1/2", "--low=512"], "--low 512 is not below half of the capacity, where --sample begins"),
        (&["--max-age=0s"], "at an age of 0 no record would ever be written"),
        (&["--max-age=500"], "a time has a unit: 500ms, 500s"),
        (&["--max-age=-1s"], "not a time, such as 500ms"),
        (&["--max-age=2h"], "a time is from 1us to 1h"),
        (&["--demo", "--control=a"], "cannot be used with"),
        (&["--input=a", "b"], "cannot be used with"),
        (&["--input=a", "--demo"], "cannot be used with"),
        (&["--null", "--block-size=4"], "cannot be used with"),
        (&["--demo", "file"], "cannot be used with"),
        (&["one", "two"], "put --input before each"),
        (&["one", "two", "three"], "put --input before each"),
        (&["--no-such-flag"], "--no-such-flag"),
    ];
    for (arguments, reason) in cases {
        let ran = run(arguments, b"records\n");
        assert_eq!((ran.code, &ran.stdout[..]), (Some(2), &b""[..]), "{arguments:?}");
        assert!(ran.stderr.contains(reason), "{arguments:?}: {}", ran.stderr);
        // And no account, no usage.
        let is_a_line = ran.stderr.starts_with("pipe: ") && ran.stderr.lines().count() == 1;
        assert!(is_a_line, "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn quiet_is_quiet() {
    let ran = run(&["--quiet"], b"one\ntwo\n");
    assert_eq!((ran.code, &ran.stdout[..], &ran.stderr[..]), (Some(0), &b"one\ntwo\n"[..], ""));
    let ran = run(&["--quiet"], b"");
    assert_eq!((ran.code, &ran.stdout[..], &ran.stderr[..]), (Some(0), &b""[..], ""));
}

#[test]
fn help_is_no_error() {
    let ran = run_with(&["--help"], Stdio::null());
    assert_eq!((ran.code, &ran.stderr[..]), (Some(0), ""));
    let help = String::from_utf8(ran.stdout).unwrap();
    for word in [
        "--capacity",
        "--on-full",
        "drop-oldest",
        "--latest",
        "--input",
        "--control",
        "--drain-rate",
        "--block-size",
        "--null",
        "--demo",
        "--high",
        "--low",
        "--sample",
        "--max-age",
        "--fair",
        "--weight",
        "Signals:",
        "SIGTERM",
        "Exit status",
    ] {
        assert!(help.contains(word), "{word}");
    }
}
