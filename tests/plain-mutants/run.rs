//! Runs a test's program, spoilt in one way or not at all, until one of its tests fails.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use forebay_schemata::{Result, VARIABLE};

use crate::parts::Test;

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A test failed: its program, and its name, if it was it alone and not the program that came to an end.
    Killed(Test, Option<String>),
    /// That program came to no end in many times its time.
    Hung(Test),
    /// It does not compile.
    Unviable,
    /// No test noticed.
    Survived,
}

/// How much memory a program may have, in KiB: a mutant may ask for as much as there is.
const MEMORY: u32 = 8 << 20;

/// The program of a test.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) test: Test,
    pub(crate) path: PathBuf,
    /// Where cargo would run it.
    pub(crate) folder: PathBuf,
    /// How long it may take, and how much time of a processor.
    pub(crate) limit: Duration,
    pub(crate) work: Duration,
}

impl Program {
    /// Finds that it passes as it is, and how long it takes.
    pub(crate) fn measure(&mut self) -> Result<()> {
        let begin = Instant::now();
        let mut child = self.start(0, &[], "\"$0\" \"$@\" > /dev/null && times")?;
        let mut said = String::new();
        child.stdout.take().ok_or("no output")?.read_to_string(&mut said).map_err(|error| error.to_string())?;
        if !child.wait().map_err(|error| error.to_string())?.success() {
            return Err(format!("{} fails without a mutant", self.test));
        }
        // Of the shell, and below it of the program, `0m1.234s` each.
        let minutes = |time: &str| {
            let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
            Some(60.0 * minutes.parse::<f64>().ok()? + seconds.parse::<f64>().ok()?)
        };
        let work: Option<f64> = said.lines().nth(1).and_then(|line| line.split_whitespace().map(minutes).sum());
        self.work = Duration::from_secs_f64(4.0 * work.ok_or_else(|| format!("not understood: {said}"))? + 3.0);
        self.limit = begin.elapsed() * 6 + Duration::from_secs(10);
        Ok(())
    }

    /// Starts it, in a shell that sets its limits and does the rest.
    fn start(&self, mutant: usize, arguments: &[&str], rest: &str) -> Result<Child> {
        let limits = format!("ulimit -v {MEMORY} && ulimit -t {} && {rest}", self.work.as_secs());
        let mut command = Command::new("sh");
        command.args(["-c", &limits]).arg(&self.path).arg("--test-threads=2").args(arguments);
        command.current_dir(&self.folder).env(VARIABLE, mutant.to_string()).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Runs it as that mutant, or as it is; or the one test of that name.
    pub(crate) fn run(&self, mutant: usize, alone: Option<&str>) -> Result<Verdict> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let arguments: Vec<&str> = alone.map_or(Vec::new(), |name| vec!["--exact", name]);
        let mut child = self.start(mutant, &arguments, "exec \"$0\" \"$@\"")?;
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        thread::spawn(move || output.lines().map_while(|line| line.ok()).try_for_each(|line| sender.send(line)));
        let end = Instant::now() + self.limit;
        let verdict = loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
                        break Some(Verdict::Killed(self.test, Some(name.to_string())));
                    }
                }
                Err(RecvTimeoutError::Timeout) => break Some(Verdict::Hung(self.test)),
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        if let Some(verdict) = verdict {
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
            return Ok(verdict);
        }
        let status = child.wait().map_err(failed)?;
        Ok(match status.signal() {
            _ if status.success() => Verdict::Survived,
            Some(SIGKILL | SIGXCPU) => Verdict::Hung(self.test),
            _ => Verdict::Killed(self.test, None),
        })
    }
}

/// How a program ends that has used up its time.
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// Tests that have found the last mutants of a part: they may find the next one, too.
pub(crate) type Favourites = Vec<(Test, String)>;

/// How many there are.
const FAVOURITES: usize = 3;

/// Runs programs as that mutant until one finds it.
pub(crate) fn try_all(programs: &[&Program], favourites: &Favourites, mutant: usize) -> Result<Verdict> {
    for (test, name) in favourites {
        if let Some(program) = programs.iter().find(|program| program.test == *test) {
            let verdict = program.run(mutant, Some(name))?;
            if verdict != Verdict::Survived {
                return Ok(verdict);
            }
        }
    }
    for program in programs {
        let verdict = program.run(mutant, None)?;
        if verdict != Verdict::Survived {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Survived)
}

/// Makes the test that has found a mutant the first of the favourites.
pub(crate) fn favour(favourites: &mut Favourites, verdict: &Verdict) {
    if let Verdict::Killed(test, Some(name)) = verdict {
        favourites.retain(|(_, other)| other != name);
        favourites.insert(0, (test, name.clone()));
        favourites.truncate(FAVOURITES);
    }
}
