//! The command line.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use forebay::admission::Rate;
use forebay::{WatermarkError, Watermarks};

use crate::executor::Executor;
use crate::policy::OnFull;
use crate::records::Framing;
use crate::ring::{Kind, Plan};
use crate::rules::Rules;
use crate::units::{capacity, interval, records, seconds, share, size, time, weight};

/// Relays records from standard input or files to standard output, through a
/// bounded ring between threads, or tasks.
///
/// Figures go to standard error: how full the ring is, the rates in and out, what
/// was lost, and at the end the account of every record.
#[derive(Debug, Parser)]
#[command(name = "pipe", version, verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// File to read; `-`, or no FILE, is standard input
    pub(crate) file: Option<PathBuf>,

    /// What is one file too many.
    #[arg(hide = true, conflicts_with = "inputs")]
    more: Vec<PathBuf>,

    /// One of several files to read at the same time, each in its own order
    #[arg(short, long = "input", value_name = "FILE", conflicts_with = "file")]
    pub(crate) inputs: Vec<PathBuf>,

    /// How many records the ring holds; with --fair, each lane: 1000, 64k, 1M
    #[arg(short, long, value_name = "N", default_value = "1024", value_parser = capacity, allow_negative_numbers = true)]
    pub(crate) capacity: usize,

    /// What happens to a record that finds the ring full [default: block]
    #[arg(long, value_name = "POLICY")]
    on_full: Option<OnFull>,

    /// High watermark: with as many records inside, the level is slow [default: the capacity, and half of it with --sample]
    #[arg(long, value_name = "N", value_parser = records, allow_negative_numbers = true)]
    high: Option<usize>,

    /// Low watermark: with as few inside, it is open again [default: half of the high one]
    #[arg(long, value_name = "N", value_parser = records, allow_negative_numbers = true)]
    low: Option<usize>,

    /// While the level is not open, take in so many records only, evenly: 1/10, 10% (percents are whole)
    #[arg(long, value_name = "K/N or P%", value_parser = share, allow_hyphen_values = true)]
    sample: Option<Rate>,

    /// Write no record that has been inside for longer than this: 500ms, 2s; from 1us to 1h
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    max_age: Option<Duration>,

    /// Give each --input a lane of its own, and serve the lanes in turn
    #[arg(long, requires = "inputs", conflicts_with_all = ["file", "demo"])]
    pub(crate) fair: bool,

    /// The share of an --input under --fair, once for each in their order [default: 1]
    #[arg(long = "weight", value_name = "W", requires = "fair", value_parser = weight, allow_negative_numbers = true)]
    weights: Vec<NonZeroU32>,

    /// File that holds the name of a policy, which is switched to while the relay runs
    #[arg(long, value_name = "FILE")]
    pub(crate) control: Option<PathBuf>,

    /// Keep the newest record only: one that nobody took in time gives way to the next
    #[arg(long, conflicts_with_all = ["capacity", "on_full", "high", "low", "sample", "fair", "control"])]
    pub(crate) latest: bool,

    /// Write no more than this many records a second: 500, 2k/s, 0.5/s
    #[arg(long, value_name = "N/s", value_parser = interval, allow_hyphen_values = true)]
    drain_rate: Option<Duration>,

    /// Run as tasks of an async runtime, and not each part as a thread
    #[arg(long = "async")]
    tasks: bool,

    /// Records end with NUL and not with a newline
    #[arg(short = '0', long, conflicts_with = "block_size")]
    null: bool,

    /// Records are blocks of this many bytes: 512, 64K, 1M
    #[arg(short, long, value_name = "BYTES", value_parser = size, allow_negative_numbers = true)]
    block_size: Option<usize>,

    /// The longest line or NUL-ended record; a longer one is an error
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = size, conflicts_with = "block_size",
        allow_negative_numbers = true)]
    max_record: usize,

    /// Print nothing but records and errors
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Show the relay on generated records, for 5 seconds or as many as given
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "5",
        value_parser = seconds, conflicts_with_all = ["file", "inputs", "control", "null", "block_size"])]
    pub(crate) demo: Option<u16>,
}

const AFTER_HELP: &str = "\
Started from a terminal without FILE, or with no argument and the null device as
input, it shows the demo. `pipe -` reads the terminal. The demo writes its records
only if it was asked for and standard output is not a terminal.

Numbers of records and of bytes may end in k, M or G: 1k is 1024, as `head` and
`split` count. In a rate of records, 1k/s is 1000 a second.

Under `block` the output is the input, byte for byte. Of several inputs, the last
record gets its newline if it lacks it, and the last block must not be short. Each
record is in memory as a whole, so the ring may take as much as the capacity times
the longest record.

With --control=switch, `echo drop-oldest >switch` switches the policy. The file is
looked at ten times a second. What its last line says holds, whatever --on-full
said. Without the file, or a line in it, the policy stays as it is. The file may
be a named pipe.

The level is `open`, `slow` from the high watermark on, and `stop` when the ring is
full; it stays so down to the low watermark. It is shown, and how long it was what
is in the account; what happens at full is the matter of --on-full. Without --high
it is never slow.

With --sample K/N, a record that comes while the level is not open goes in only if it
is one of K in N, evenly, beginning with the last one of the first N/K; so from half
of the capacity on, or --high, down to the low watermark. Each input has its own
count. Those that may go in and find the ring full are the matter of --on-full.

With --max-age, a record that has been inside for longer when it would be written is
not written. Its age is taken when it leaves the ring; what is on its way to the
output is written, however long that takes it.

Under --fair an input that floods its lane leaves the others theirs: while several
lanes have records, each is served as many as its weight in a round. The lanes obey
--on-full each for itself, and none can drop its oldest.

With --async the reader of each input, the writer and the display are tasks of one
runtime (tokio) on as many threads as there are processors, and one more for each
read or write that waits. What is relayed, lost and told is the same. Either way
all that wait sleep: an idle relay takes no processor time but for the display.

Signals: at the first SIGINT or SIGTERM the relay reads no more, and what it has
read goes out: the whole records, for 5 seconds at most, then the account says
what was left. At the second one it ends at once. No other signal is handled, nor
one of these that was ignored when the relay started.

Exit status:
  0    all records were relayed, or lost as the policy says
  1    an input or the control file could not be read, or the output not be written
  2    the command line is wrong
  3    the account did not come out even: a bug
  130  SIGINT ended it (what a shell reports: it ends by the signal itself)
  141  the output was closed early (what a shell reports of other tools then)
  143  SIGTERM ended it (as 130)";

impl Args {
    /// The arguments of this program. If they ask for help, it gives that and ends.
    ///
    /// # Errors
    /// What is wrong with them, in a line.
    pub(crate) fn read() -> Result<Self, String> {
        match Self::try_parse() {
            Ok(args) => args.checked(),
            Err(asked) if !asked.use_stderr() => asked.exit(),
            Err(error) => Err(in_a_line(&error.to_string())),
        }
    }

    /// Refuses what each argument alone would allow.
    fn checked(self) -> Result<Self, String> {
        let conflict = |what: &str| Err(what.into());
        if !self.more.is_empty() {
            return conflict("one FILE only: for several, put --input before each");
        }
        if self.latest && self.inputs.len() > 1 {
            return conflict("--latest has room for one --input only");
        }
        if self.inputs.iter().filter(|input| input.as_os_str() == "-").count() > 1 {
            return conflict("standard input can be one --input only");
        }
        if self.fair && self.on_full == Some(OnFull::DropOldest) {
            return conflict("--fair cannot be used with --on-full drop-oldest: a lane never drops its oldest record");
        }
        if ![0, self.inputs.len()].contains(&self.weights.len()) {
            let (weights, inputs) = (self.weights.len(), self.inputs.len());
            return Err(format!("{inputs} --input and {weights} --weight: give each input its weight, or none"));
        }
        self.marks()?;
        Ok(self)
    }

    /// The watermarks that were asked for, if any.
    fn marks(&self) -> Result<Option<Watermarks>, String> {
        let marks = match (self.high, self.low) {
            (None, None) if self.sample.is_none() => return Ok(None),
            (None, None) => Watermarks::high_and_half(self.highest()),
            (Some(0), _) => return Err("--high 0 would never be left: the least is 1".into()),
            (Some(high), None) => Watermarks::high_and_half(high),
            (high, Some(low)) => Watermarks::new(high.unwrap_or(self.highest()), low),
        };
        let capacity = self.capacity;
        match marks {
            Ok(marks) if marks.high() > capacity => {
                Err(format!("--high {} is above the capacity, which is {capacity} (--capacity)", marks.high()))
            }
            Ok(marks) => Ok(Some(marks)),
            Err(WatermarkError::LowNotBelowHigh { high, low }) if self.high.is_none() && self.sample.is_some() => Err(
                format!("--low {low} is not below half of the capacity, where --sample begins without --high: {high}"),
            ),
            Err(WatermarkError::LowNotBelowHigh { high, low }) if self.high.is_none() => {
                Err(format!("--low {low} is not below the capacity, which is {high} (--capacity)"))
            }
            Err(WatermarkError::LowNotBelowHigh { high, low }) if low > high => Err(format!(
                "--low {low} is above --high {high}: is it the other way around, --high {low} --low {high}?"
            )),
            Err(_) => Err("--low must be below --high, so that the level does not change with every record".into()),
        }
    }

    /// The high watermark, if none was asked for: a sample is taken before the ring is full.
    fn highest(&self) -> usize {
        if self.sample.is_some() { (self.capacity / 2).max(1) } else { self.capacity }
    }

    /// What lies between the readers and the writer, if it is to obey this policy at first.
    pub(crate) fn plan(&self, on_full: OnFull) -> Plan {
        let marks = self.marks().expect("they were checked");
        let rules = Rules { rate: self.sample.unwrap_or(Rate::ALL), max_age: self.max_age };
        Plan { kind: self.kind(on_full), marks, weights: self.weights.clone(), rules }
    }

    /// How the input is cut into records, and how long these may be.
    pub(crate) fn framing(&self) -> (Framing, usize) {
        match self.block_size {
            Some(size) => (Framing::Block(size), usize::MAX),
            None => (Framing::Ended(if self.null { 0 } else { b'\n' }), self.max_record),
        }
    }

    /// The kind of that.
    pub(crate) const fn kind(&self, on_full: OnFull) -> Kind {
        match self {
            Self { latest: true, .. } => Kind::Latest,
            Self { fair: true, .. } => Kind::Fair(self.capacity, on_full),
            Self { control: Some(_), .. } => Kind::Switched(self.capacity, on_full),
            Self { control: None, .. } => Kind::Fixed(self.capacity, on_full),
        }
    }

    /// The policy that was asked for. The newest record alone takes the place of the one before it.
    pub(crate) fn on_full(&self) -> Option<OnFull> {
        if self.latest { Some(OnFull::DropOldest) } else { self.on_full }
    }

    /// What the parts of the relay run on.
    pub(crate) const fn executor(&self) -> Executor {
        if self.tasks { Executor::Tasks } else { Executor::Threads }
    }

    /// The least time from one record written to the next.
    pub(crate) const fn drain_interval(&self) -> Option<Duration> {
        self.drain_rate
    }
}

/// What clap says in several lines, without its usage: the reason, and what it lists or proposes.
fn in_a_line(error: &str) -> String {
    let lines = error.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let mut text = String::new();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with("For more information")) {
        text += match text.chars().last() {
            None => "",
            Some(':') => " ",
            Some(_) if line.starts_with('[') => " ",
            Some(_) if line.starts_with('-') => ", ",
            Some(_) => "; ",
        };
        text += line.strip_prefix("error: ").unwrap_or(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_error_is_a_line() {
        for (arguments, line) in [
            (
                &["--capacity=x"][..],
                "invalid value 'x' for '--capacity <N>': not a number of records, such as 1000, 64k or 1M",
            ),
            (
                &["--on-full=x"],
                "invalid value 'x' for '--on-full <POLICY>' [possible values: block, drop-incoming, drop-oldest]",
            ),
            (&["--capcity=1"], "unexpected argument '--capcity' found; tip: a similar argument exists: '--capacity'"),
            (&["--weight=1"], "the following required arguments were not provided: --input <FILE>, --fair"),
            (&["--latest", "--high=1"], "the argument '--latest' cannot be used with '--high <N>'"),
        ] {
            let error = Args::try_parse_from([&["pipe"], arguments].concat()).unwrap_err();
            assert_eq!(in_a_line(&error.to_string()), line);
        }
    }

    fn marks(arguments: &[&str]) -> Result<Option<(usize, usize)>, String> {
        let args = Args::try_parse_from([&["pipe", "--capacity=100"], arguments].concat()).unwrap();
        Ok(args.marks()?.map(|marks| (marks.high(), marks.low())))
    }

    #[test]
    fn one_mark_gives_the_other() {
        assert_eq!(marks(&[]), Ok(None));
        assert_eq!(marks(&["--high=80", "--low=20"]), Ok(Some((80, 20))));
        assert_eq!(marks(&["--high=81"]), Ok(Some((81, 40))));
        assert_eq!(marks(&["--high=100"]), Ok(Some((100, 50))));
        assert_eq!(marks(&["--low=99"]), Ok(Some((100, 99))));
        assert_eq!(marks(&["--low=0"]), Ok(Some((100, 0))));
        for bad in [&["--high=0"][..], &["--high=101"], &["--low=100"], &["--high=5", "--low=5"]] {
            assert!(marks(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_sample_begins_at_half_or_at_the_high_mark() {
        assert_eq!(marks(&["--sample=1/10"]), Ok(Some((50, 25))));
        assert_eq!(marks(&["--sample=10%", "--low=0"]), Ok(Some((50, 0))));
        assert_eq!(marks(&["--sample=10%", "--high=80", "--low=60"]), Ok(Some((80, 60))));
        let bad = marks(&["--sample=10%", "--low=50"]).unwrap_err();
        assert!(bad.contains("--low 50") && bad.contains("--sample"), "{bad}");
        let args = Args::try_parse_from(["pipe", "--capacity=1", "--sample=1/2"]).unwrap();
        assert_eq!(args.marks().unwrap().map(|marks| (marks.high(), marks.low())), Some((1, 0)));
    }

    #[test]
    fn a_weight_is_of_one_input() {
        let weights = |arguments: &[&str]| {
            let args = Args::try_parse_from([&["pipe", "--fair", "-ia", "-ib"], arguments].concat()).unwrap();
            args.checked().map(|args| args.weights.iter().map(|weight| weight.get()).collect::<Vec<_>>())
        };
        assert_eq!(weights(&[]), Ok(vec![]));
        assert_eq!(weights(&["--weight=1", "--weight=7"]), Ok(vec![1, 7]));
        assert!(weights(&["--weight=1"]).is_err() && weights(&["--weight=1"; 3]).is_err());
    }
}
