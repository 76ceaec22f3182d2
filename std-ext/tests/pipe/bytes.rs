//! What comes out is what went in.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::tool::{Ran, assert_same, list, numbers, program, run, run_with, scratch, start, workspace};

/// Every record was delivered, and every byte.
#[track_caller]
fn assert_exact(ran: &Ran, records: usize, input: &[u8]) {
    assert_same(&ran.stdout, input);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let law = ran.law();
    assert_eq!((law.offered, law.delivered), (records, records));
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split_inclusive(|&byte| byte == b'\n').count()
}

#[test]
fn the_sources_of_this_workspace() {
    let mut files = Vec::new();
    list(&workspace(), &mut files);
    files.retain(|file| file.extension().is_some_and(|end| end == "rs" || end == "md" || end == "toml"));
    assert!(files.len() > 20, "{files:?}");
    let mut all = Vec::new();
    for file in files {
        let bytes = fs::read(&file).unwrap();
        // By standard input, since somebody may be editing the file.
        assert_exact(&run(&["--capacity=3"], &bytes), lines(&bytes), &bytes);
        all.extend(bytes);
    }
    assert_exact(&run(&[], &all), lines(&all), &all);
}

#[test]
fn a_binary_file_in_every_framing() {
    // A program has all kinds of bytes in it, NULs too, and this one is at hand.
    let mut bytes = fs::read(program()).unwrap();
    bytes.truncate(1_000_001);
    let file = scratch("binary");
    fs::write(&file, &bytes).unwrap();
    let name = file.to_str().unwrap();
    let nulls = bytes.split_inclusive(|&byte| byte == 0).count();
    let blocks = bytes.len().div_ceil(4096);
    assert!(nulls > 1000 && bytes.len() % 4096 != 0);
    assert_exact(&run_with(&[name], Stdio::null()), lines(&bytes), &bytes);
    assert_exact(&run_with(&["--null", name], Stdio::null()), nulls, &bytes);
    assert_exact(&run_with(&["--block-size=4K", name], Stdio::null()), blocks, &bytes);
    // The same as standard input.
    assert_exact(&run_with(&["-b4096", "-"], File::open(&file).unwrap().into()), blocks, &bytes);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_million_lines_through_small_rings() {
    let file = scratch("million");
    // With room for so few, nearly each line is waited for.
    for (capacity, count) in [("1", 200_000), ("2", 200_000), ("64", 1_000_000)] {
        let input = numbers(count);
        fs::write(&file, &input).unwrap();
        let ran = run_with(&["--capacity", capacity, file.to_str().unwrap()], Stdio::null());
        assert_exact(&ran, count, &input);
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn records_of_every_kind() {
    let cases: [(&[&str], &[u8], usize); 15] = [
        (&[], b"", 0),
        (&["-0"], b"", 0),
        (&["-b8"], b"", 0),
        (&[], b"\n", 1),
        (&[], b"\n\n\n", 3),
        (&[], b"no newline", 1),
        (&[], b"one\ntwo\nno newline", 3),
        (&[], b"one\r\ntwo\r\n", 2),
        (&[], b"one\0two\nthree\0", 2),
        (&["-0"], b"a name\0a name\nof two lines\0", 2),
        (&["-0"], b"one\0last", 2),
        (&["-b4"], b"12345678", 2),
        (&["-b4"], b"123456789", 3),
        (&["-b4"], b"1", 1),
        (&["-b1"], b"\n\0\xff", 3),
    ];
    for (arguments, input, records) in cases {
        for capacity in ["-c1", "-c100"] {
            assert_exact(&run(&[arguments, &[capacity]].concat(), input), records, input);
        }
    }
}

#[test]
fn a_record_larger_than_any_buffer() {
    let mut input = b"small\n".to_vec();
    input.extend((0..5_000_000_u32).map(|at| b'a' + (at % 26) as u8));
    input.extend(b"\nsmall\n");
    assert_exact(&run(&["-c1"], &input), 3, &input);
    assert_exact(&run(&["-c1", "--block-size=3M"], &input), 2, &input);
}

#[test]
fn an_empty_file_or_pipe_is_not_replaced_by_a_demo() {
    let file = scratch("empty");
    fs::write(&file, "").unwrap();
    assert_exact(&run_with(&[], File::open(&file).unwrap().into()), 0, b"");
    assert_exact(&run_with(&[file.to_str().unwrap()], Stdio::null()), 0, b"");
    let ran = run(&[], b"");
    assert_exact(&ran, 0, b"");
    assert!(ran.stderr.contains("--demo"), "a newcomer is told what to try: {}", ran.stderr);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_lone_record_is_not_kept_waiting() {
    // Each line must come back before the next one goes in: both threads have to sleep and to be woken each time.
    let (running, stdin, stdout) = start(&["--capacity=1", "--quiet"], Stdio::piped());
    let (mut stdin, mut stdout) = (stdin.unwrap(), BufReader::new(stdout));
    let mut line = String::new();
    for number in 0..2000 {
        writeln!(stdin, "{number}").unwrap();
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{number}\n"));
    }
    drop(stdin);
    assert_eq!(running.finish(Vec::new()).code, Some(0));
}

#[test]
fn a_name_may_look_like_an_option() {
    let file = scratch("--block-size");
    fs::write(&file, "text\n").unwrap();
    let folder = file.parent().unwrap();
    let name = Path::new(file.file_name().unwrap());
    let path = folder.join(name);
    assert_exact(&run_with(&["--", path.to_str().unwrap()], Stdio::null()), 1, b"text\n");
    fs::remove_file(file).unwrap();
}
