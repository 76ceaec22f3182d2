//! The signals that end a relay, and what is inside then.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::tool::{BEYOND, Running, assert_same, at_once, long_lines, numbers, scratch, start};

const SIGINT: Option<i32> = Some(2);
const SIGTERM: Option<i32> = Some(15);

/// Numbers below this are short enough together to be read at once.
const AT_ONCE: usize = 500;

/// A relay that has begun to write, and whose input stays open.
fn begun(arguments: &[&str], input: &[u8]) -> (Running, ChildStdin, BufReader<ChildStdout>, Vec<u8>) {
    let (running, stdin, stdout) = start(arguments, Stdio::piped());
    let (mut stdin, mut stdout, mut out) = (stdin.unwrap(), BufReader::new(stdout), Vec::new());
    assert!(input.len() <= 4096, "a pipe gives that at once");
    stdin.write_all(input).unwrap();
    stdout.read_until(b'\n', &mut out).unwrap();
    (running, stdin, stdout, out)
}

/// Whether we were started without a notice of SIGINT, in the background of a shell say; so is the program then.
fn is_deaf() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0").trim();
    u64::from_str_radix(mask, 16).unwrap() & 0b10 != 0
}

#[test]
fn what_has_been_read_goes_out_and_the_account_comes() {
    let mut input = numbers(AT_ONCE);
    input.extend_from_slice(b"half a line");
    for (name, number) in [("TERM", SIGTERM), ("INT", SIGINT)] {
        if name == "INT" && is_deaf() {
            continue;
        }
        // In a ring that has room for all, and in one that holds the input back.
        for capacity in ["--capacity=1000", "--capacity=2"] {
            let (running, stdin, mut stdout, mut out) = begun(&[capacity, "--drain-rate=1k/s"], &input);
            running.signal(name);
            stdout.read_to_end(&mut out).unwrap();
            let ran = running.finish(out);
            drop(stdin);
            assert_eq!((ran.code, ran.signal), (None, number), "{}", ran.stderr);
            assert_same(&ran.stdout, &numbers(AT_ONCE));
            let law = ran.law();
            assert_eq!((law.offered, law.delivered, law.dropped_at_close), (AT_ONCE, AT_ONCE, 0));
            assert!(ran.stderr.contains(&format!("SIG{name}: reading no more")), "{}", ran.stderr);
            assert!(
                ran.stderr.ends_with(&format!("ended by SIG{name}: what had been read went out\n")),
                "{}",
                ran.stderr
            );
        }
    }
}

#[test]
fn an_idle_relay_ends_though_no_input_does() {
    for arguments in [&[][..], &["--fair", "-i-"], &["--latest"], &["--on-full=drop-oldest"]] {
        let (running, stdin, mut stdout, mut out) = begun(arguments, b"one\n");
        running.signal("TERM");
        stdout.read_to_end(&mut out).unwrap();
        let ran = running.finish(out);
        drop(stdin);
        assert_eq!((ran.signal, &ran.stdout[..], ran.law().delivered), (SIGTERM, &b"one\n"[..], 1));
        assert!(!ran.stderr.contains("took nothing"), "it has waited for its time to be up: {}", ran.stderr);
    }
}

#[test]
fn inputs_that_wait_hold_nobody_up_however_many() {
    let (fifo, file) = (scratch("nobody-writes"), scratch("some-lines"));
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    fs::write(&file, numbers(AT_ONCE)).unwrap();
    // More than a runtime has threads for, unless it is told.
    let mut arguments = ["-i", fifo.to_str().unwrap()].repeat(600);
    arguments.extend(["-i", file.to_str().unwrap()]);
    let (running, _, mut stdout) = start(&arguments, Stdio::null());
    let mut out = vec![0; numbers(AT_ONCE).len()];
    stdout.read_exact(&mut out).unwrap();
    assert_same(&out, &numbers(AT_ONCE));
    running.signal("TERM");
    let ran = running.finish(out);
    assert_eq!((ran.signal, ran.law().delivered), (SIGTERM, AT_ONCE), "{}", ran.stderr);
    fs::remove_file(fifo).unwrap();
    fs::remove_file(file).unwrap();
}

#[test]
fn an_input_that_could_not_be_read_is_an_error_before_the_signal() {
    let file = scratch("unread");
    fs::write(&file, "123456\n").unwrap();
    let (running, stdin, mut stdout, mut out) =
        begun(&["-i", file.to_str().unwrap(), "-i-", "--max-record=5"], b"one\n");
    running.wait_until_it_says(": depth ");
    running.signal("TERM");
    stdout.read_to_end(&mut out).unwrap();
    let ran = running.finish(out);
    drop(stdin);
    assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b"one\n"[..]), "{}", ran.stderr);
    let error = format!("cannot read '{}': record 1 is longer than 5 bytes", file.display());
    assert!(ran.stderr.contains(&error), "{}", ran.stderr);
    fs::remove_file(file).unwrap();
}

#[test]
fn an_output_that_takes_nothing_is_not_waited_for_for_ever() {
    at_once(&[&["--capacity=100"][..], &["--fair", "-i-", "--capacity=100"]], |arguments| {
        let (running, stdin, stdout) = start(arguments, Stdio::piped());
        let mut stdin = stdin.unwrap();
        let feeder = thread::spawn(move || stdin.write_all(&long_lines(100 + 10 * BEYOND)));
        running.wait_until_it_says("100/100 stop");
        running.signal("TERM");
        let ran = running.finish(Vec::new());
        drop((stdout, feeder.join().unwrap()));
        assert_eq!(ran.signal, SIGTERM, "{}", ran.stderr);
        let law = ran.law();
        assert!(law.offered >= 100 && law.delivered + law.dropped_at_close < law.offered, "{law:?}");
        assert!(ran.stderr.contains("of the records were left inside\n"), "{}", ran.stderr);
        assert!(ran.stderr.contains("the output took nothing"), "{}", ran.stderr);
    });
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let (running, _stdin, stdout, _) = begun(&["--drain-rate=0.001/s"], &numbers(AT_ONCE));
    running.signal("TERM");
    running.wait_until_it_says("SIGTERM: reading no more");
    running.signal("TERM");
    let ran = running.finish(Vec::new());
    drop(stdout);
    assert_eq!(ran.signal, SIGTERM);
    assert!(ran.laws().is_empty(), "it has not waited until it has an account: {}", ran.stderr);
}

#[test]
fn a_demo_ends_with_the_account_of_what_it_has_shown() {
    let (running, _, mut stdout) = start(&["--demo=60"], Stdio::null());
    running.wait_until_it_says(": depth ");
    running.signal("TERM");
    let mut out = Vec::new();
    stdout.read_to_end(&mut out).unwrap();
    let ran = running.finish(out);
    assert_eq!(ran.signal, SIGTERM);
    let law = ran.law();
    assert_eq!(law.delivered, ran.stdout.iter().filter(|&&byte| byte == b'\n').count());
    assert!(law.delivered > 0 && law.dropped_at_close == 0, "{law:?}");
}

/// What a shell does with what runs in its background.
#[cfg(target_os = "linux")]
#[test]
fn who_is_not_to_notice_a_signal_does_not() {
    let script = "trap '' INT; (sleep 1; kill -INT $$; sleep 1; kill -TERM $$) & exec \"$0\" --quiet -";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(crate::tool::program()).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = shell.spawn().unwrap();
    // Open to the end.
    let _stdin = child.stdin.take();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() < Duration::from_secs(60) => thread::sleep(Duration::from_millis(10)),
            None => child.kill().unwrap(),
        }
    };
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), SIGTERM);
}

#[cfg(target_os = "linux")]
#[test]
fn waiting_costs_no_time() {
    /// The time that the processor has spent on it, in hundredths of a second.
    fn spent(running: &Running) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", running.id())).unwrap();
        let figures: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        figures[11].parse::<u64>().unwrap() + figures[12].parse::<u64>().unwrap()
    }
    // With nothing to read, and held back with a full ring.
    let cases = [
        (&["--high=5", "--capacity=10"][..], 1),
        (&["--fair", "-i-", "-i=/dev/null", "--high=5", "--capacity=10"], 1),
        (&["--high=5", "--capacity=10", "--drain-rate=0.01/s"], AT_ONCE),
        (&["--fair", "-i-", "-i=/dev/null", "--high=5", "--capacity=10", "--drain-rate=0.01/s"], AT_ONCE),
    ];
    at_once(&cases, |&(arguments, count)| {
        let (running, _stdin, stdout, _) = begun(arguments, &numbers(count));
        running.wait_until_it_says(if count == 1 { "0/10 open" } else { "10/10 stop" });
        let before = spent(&running);
        thread::sleep(Duration::from_secs(2));
        let spent = spent(&running) - before;
        // A twentieth of one core. It is what the processor has spent, so no load on the machine can make more of it.
        assert!(spent <= 10, "{spent} hundredths in two seconds: {arguments:?}");
        running.signal("KILL");
        running.finish(Vec::new());
        drop(stdout);
    });
}
