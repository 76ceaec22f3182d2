//! What a test leaves behind for a table, if a variable names a file for that.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread;

/// Adds a line to the file that the variable names, if it is set: the program, the test, and some text, with tabs between them.
///
/// # Panics
/// If the file can't be written.
pub fn record(variable: &str, what: &str) {
    let Some(path) = env::var_os(variable) else { return };
    let program = env::current_exe().expect("the program has a path");
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    // Cargo adds a hash.
    let program = program.rsplit_once('-').map_or(&*program, |(name, _)| name);
    let line = format!("{program}\t{}\t{what}\n", thread::current().name().unwrap_or("?"));
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the file for records opens");
    // In one piece, as other tests write to it too.
    file.write_all(line.as_bytes()).expect("the file for records takes a line");
}
