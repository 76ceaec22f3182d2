//! Runs a test's program, spoilt in one way or not at all, until one of its tests fails.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::parts::Test;
use crate::weave::VARIABLE;

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// That test failed.
    Killed(String),
    /// That program came to no end in many times its time.
    Hung(String),
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
    /// How long it may take.
    pub(crate) limit: Duration,
}

impl Program {
    /// Finds that it passes as it is, and how long it takes.
    pub(crate) fn measure(&mut self) -> Result<()> {
        let begin = Instant::now();
        match self.run(0)? {
            Verdict::Survived => {}
            verdict => return Err(format!("{} fails without a mutant: {verdict:?}", self.test)),
        }
        self.limit = begin.elapsed() * 6 + Duration::from_secs(10);
        Ok(())
    }

    /// Runs it as that mutant, or as it is.
    pub(crate) fn run(&self, mutant: usize) -> Result<Verdict> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let mut child = Command::new("sh")
            .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$0\" --test-threads=2")])
            .arg(&self.path)
            .current_dir(&self.folder)
            .env(VARIABLE, mutant.to_string())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        thread::spawn(move || output.lines().map_while(|line| line.ok()).try_for_each(|line| sender.send(line)));
        let end = Instant::now() + self.limit;
        let verdict = loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
                        break Some(Verdict::Killed(format!("{}: {name}", self.test)));
                    }
                }
                Err(RecvTimeoutError::Timeout) => break Some(Verdict::Hung(format!("{}: no end", self.test))),
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        if let Some(verdict) = verdict {
            child.kill().map_err(failed)?;
            child.wait().map_err(failed)?;
            return Ok(verdict);
        }
        let status = child.wait().map_err(failed)?;
        Ok(if status.success() { Verdict::Survived } else { Verdict::Killed(format!("{}: {status}", self.test)) })
    }
}

/// Runs programs as that mutant until one finds it.
pub(crate) fn try_all<'p>(programs: impl IntoIterator<Item = &'p Program>, mutant: usize) -> Result<Verdict> {
    for program in programs {
        match program.run(mutant)? {
            Verdict::Survived => {}
            verdict => return Ok(verdict),
        }
    }
    Ok(Verdict::Survived)
}
