//! A screen behind a stream of events of several classes and of quotes by key, more of both than it can show: in virtual time, in a
//! blink.
//!
//! ```text
//! cargo run --example quotes                       # a storm that it makes itself
//! cargo run --example quotes -- --frames 10        # on a slower screen
//! cargo run --example quotes -- --print >log       # that storm as a log
//! cargo run --example quotes -- log                # a log, by its own times
//! ```
//!
//! Events go through a gate each source has before one `mpsc` ring: the less important are let in while it is rather empty. Quotes
//! go through a `conflated` ring, which keeps the newest of each key. Both are emptied in [frames](screen), so and so often and so
//! much at a time. A [`feed`] is a log, or a [`storm`] that is made up.

#![forbid(unsafe_code)]

mod feed;
mod screen;
mod storm;
mod table;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use feed::Log;
use storm::Storm;

/// Ticks in a second: microseconds.
const SECOND: u64 = 1_000_000;

/// Shows events by importance, and of quotes the newest of each key, as a screen would that can't show them all: a table tells what
/// became of them. In virtual time, so it ends at once.
#[derive(Debug, Parser)]
#[command(name = "quotes")]
struct Args {
    /// A log to read, `-` for standard input: lines such as `1250 quote ACME 101.25`, or alarm, trade or debug and a text, after the
    /// time in microseconds [default: a storm of three seconds]
    log: Option<PathBuf>,
    /// How often the screen is drawn in a second
    #[arg(long, value_name = "N", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=1000))]
    frames: u64,
    /// Another storm
    #[arg(long, value_name = "SEED", default_value = "1", conflicts_with = "log")]
    seed: u64,
    /// Write the storm as a log, and show nothing
    #[arg(long, conflicts_with_all = ["log", "frames"])]
    print: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quotes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args, mut out: impl Write) -> io::Result<()> {
    let every = NonZeroU64::new(SECOND / args.frames).expect("at most a thousand frames a second");
    match &args.log {
        None if args.print => Storm::new(args.seed).try_for_each(|item| writeln!(out, "{item}")),
        None => table::show(Storm::new(args.seed).map(Ok), every, out),
        Some(path) => table::show(Log::new(open(path)?), every, out),
    }
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::new(file))),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot open '{}': {error}", path.display()))),
    }
}
