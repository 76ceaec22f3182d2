//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::policy::OnFull;
use crate::records::Framing;
use crate::ring::Kind;

/// Relays records from standard input or files to standard output, through a
/// bounded ring between threads.
///
/// Figures go to standard error: how full the ring is, the rates in and out, what
/// was lost, and at the end the account of every record.
#[derive(Debug, Parser)]
#[command(name = "pipe", version, verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// File to read; `-` is standard input, and so is none
    pub(crate) file: Option<PathBuf>,

    /// One of several files to read at the same time, each in its own order
    #[arg(short, long = "input", value_name = "FILE", conflicts_with = "file")]
    pub(crate) inputs: Vec<PathBuf>,

    /// How many records the ring holds
    #[arg(short, long, value_name = "N", default_value = "1024", value_parser = capacity)]
    pub(crate) capacity: usize,

    /// What happens to a record that finds the ring full [default: block]
    #[arg(long, value_name = "POLICY")]
    pub(crate) on_full: Option<OnFull>,

    /// File that holds the name of a policy, which is switched to while the relay runs
    #[arg(long, value_name = "FILE")]
    pub(crate) control: Option<PathBuf>,

    /// Keep the newest record only: one that nobody took in time gives way to the next
    #[arg(long, conflicts_with_all = ["capacity", "on_full", "control"])]
    pub(crate) latest: bool,

    /// Write no more than this many records a second: 500, 2k/s, 0.5/s
    #[arg(long, value_name = "N/s", value_parser = interval)]
    drain_rate: Option<Duration>,

    /// Records end with NUL and not with a newline
    #[arg(short = '0', long, conflicts_with = "block_size")]
    null: bool,

    /// Records are blocks of this many bytes: 512, 64K, 1M
    #[arg(short, long, value_name = "BYTES", value_parser = size)]
    block_size: Option<usize>,

    /// The longest line or NUL-ended record; a longer one is an error
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = size, conflicts_with = "block_size")]
    max_record: usize,

    /// Print nothing but records and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Show the relay on generated records, for 5 seconds or as many as given
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "5",
        value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["file", "inputs", "control", "null", "block_size"])]
    pub(crate) demo: Option<u16>,
}

const AFTER_HELP: &str = "\
Started from a terminal without FILE, or with no argument and the null device as
input, it shows the demo. `pipe -` reads the terminal. The demo writes its records
only if it was asked for and standard output is not a terminal.

Under `block` the output is the input, byte for byte. Of several inputs, the last
record gets its newline if it lacks it, and the last block must not be short. Each
record is in memory as a whole, so the ring may take as much as the capacity times
the longest record.

With --control=switch, `echo drop-oldest >switch` switches the policy. The file is
looked at ten times a second, and its last line goes before --on-full. Without the
file, or a line in it, nothing changes. It may be a named pipe.

Exit status:
  0    all records were relayed, or lost as the policy says
  1    an input or the control file could not be read, or the output not be written
  2    the command line is wrong
  3    the account did not come out even: a bug
  141  the output was closed early (what a shell reports of other tools then)";

impl Args {
    /// The arguments of this program. If they are wrong, it says so and ends.
    pub(crate) fn read() -> Self {
        Self::parse().checked().unwrap_or_else(|(kind, what)| Self::command().error(kind, what).exit())
    }

    /// Refuses what each argument alone would allow.
    fn checked(self) -> Result<Self, (ErrorKind, &'static str)> {
        let conflict = |what| Err((ErrorKind::ArgumentConflict, what));
        if self.latest && self.inputs.len() > 1 {
            return conflict("--latest has room for one --input only");
        }
        if self.inputs.iter().filter(|input| input.as_os_str() == "-").count() > 1 {
            return conflict("standard input can be one --input only");
        }
        Ok(self)
    }

    /// How the input is cut into records, and how long these may be.
    pub(crate) fn framing(&self) -> (Framing, usize) {
        match self.block_size {
            Some(size) => (Framing::Block(size), usize::MAX),
            None => (Framing::Ended(if self.null { 0 } else { b'\n' }), self.max_record),
        }
    }

    /// What lies between the reader and the writer, if it is to obey this policy at first.
    pub(crate) const fn kind(&self, on_full: OnFull) -> Kind {
        match self {
            Self { latest: true, .. } => Kind::Latest,
            Self { control: Some(_), .. } => Kind::Switched(self.capacity, on_full),
            Self { control: None, .. } => Kind::Fixed(self.capacity, on_full),
        }
    }

    /// The least time from one record written to the next.
    pub(crate) const fn drain_interval(&self) -> Option<Duration> {
        self.drain_rate
    }
}

fn capacity(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("a ring holds at least one record".into()),
        Ok(capacity) => Ok(capacity),
        Err(_) => Err("not a number of records".into()),
    }
}

/// Bytes, with a binary suffix.
fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_usize),
    };
    let count: usize = digits.parse().map_err(|_| "not a number of bytes, such as 512, 64K, 1M or 1G".to_string())?;
    match count.checked_mul(unit) {
        Some(0) => Err("a record of no bytes would carry nothing".into()),
        Some(bytes) => Ok(bytes),
        None => Err("too large".into()),
    }
}

/// The time between two records, from a rate with a decimal suffix.
fn interval(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).trim_end();
    let (number, unit) = match number.as_bytes().last() {
        Some(b'k') => (&number[..number.len() - 1], 1e3),
        Some(b'M') => (&number[..number.len() - 1], 1e6),
        _ => (number, 1.0),
    };
    let rate: f64 = number.parse().map_err(|_| "not a rate, such as 500, 2k/s or 0.5/s".to_string())?;
    match rate * unit {
        0.0 => Err("at a rate of 0 no record would ever arrive".into()),
        1e-6..=1e9 => Ok(Duration::from_secs_f64(1.0 / (rate * unit))),
        _ => Err("a rate is from 0.000001 to 1000000000 a second".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes_have_binary_suffixes() {
        assert_eq!(size("512"), Ok(512));
        assert_eq!(size("64K"), Ok(65_536));
        assert_eq!(size("3M"), Ok(3 << 20));
        for bad in ["", "0", "0K", "K", "-1", "1.5K", "64KB", "99999999999999999G", "1é"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rates_are_positive_and_finite() {
        let ms = Duration::from_millis;
        assert_eq!(interval("500"), Ok(ms(2)));
        assert_eq!(interval("500/s"), Ok(ms(2)));
        assert_eq!(interval("0.5/s"), Ok(ms(2000)));
        assert_eq!(interval("2k/s"), Ok(Duration::from_micros(500)));
        for bad in ["", "0", "0/s", "-1", "nan", "inf", "1e300", "1e-300", "/s", "fast", "5/min", "é"] {
            assert!(interval(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_ring_holds_something() {
        assert_eq!(capacity("1"), Ok(1));
        for bad in ["", "0", "-1", "1.5", "many"] {
            assert!(capacity(bad).is_err(), "{bad}");
        }
    }
}
