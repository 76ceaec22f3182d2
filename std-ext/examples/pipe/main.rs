//! A relay between programs: records go from standard input or files through a forebay channel to standard output.
//!
//! ```text
//! cargo run --release --example pipe                                  # a demo, if there is no input
//! producer | pipe --capacity 4096 --on-full drop-oldest | consumer
//! pipe --help
//! ```
//!
//! A [`reader`] for each input and a [`writer`] have one end of a channel each ([`relay`], [`ring`]), and wait there, as threads or as
//! tasks ([`executor`]). The [`rules`] stand before it and behind it ([`ends`]). What came in and went out is in the [`ledger`], and the
//! law that binds the figures is checked at the end. The ring's [`level`] is only watched. [`signals`] end a relay by its [`halt`].

#![forbid(unsafe_code)]

mod args;
mod bar;
mod control;
mod demo;
mod ends;
mod executor;
mod halt;
mod input;
mod ledger;
mod level;
mod output;
mod pace;
mod policy;
mod reader;
mod records;
mod relay;
mod ring;
mod rules;
mod screen;
mod signals;
mod spares;
mod units;
mod view;
mod writer;

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use args::Args;
use bar::Look;
use control::Control;
use demo::Surges;
use halt::Halt;
use input::{Input, Stdin, Task};
use ledger::Law;
use output::Output;
use policy::{OnFull, Policy};
use records::Source;
use relay::{End, Outcome, Relay};
use screen::{Screen, reason};
use view::View;

/// The exit status, as `--help` lists it.
mod status {
    pub(super) const OK: u8 = 0;
    pub(super) const IO: u8 = 1;
    pub(super) const USAGE: u8 = 2;
    pub(super) const UNEVEN: u8 = 3;
    /// 128 + SIGPIPE.
    pub(super) const OUTPUT_CLOSED: u8 = 141;
    /// What a shell adds to the signal that ended a program.
    pub(super) const SIGNAL: u8 = 128;
}

fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(what) => {
            Screen::new(io::stderr(), false).error(what);
            return ExitCode::from(status::USAGE);
        }
    };
    let stdin = Stdin::look();
    let screen = Screen::new(io::stderr(), args.quiet);
    let halt = Arc::new(Halt::new());
    if let Err(error) = signals::listen(&halt, &screen) {
        screen.error(format_args!("cannot listen for signals: {}", reason(&error)));
        return ExitCode::from(status::IO);
    }
    let status = match Task::choose(&args, stdin, env::args_os().len() == 1) {
        Task::Demo { seconds, asked } => show_demo(&args, &screen, &halt, seconds, asked),
        Task::Relay(inputs) => {
            let typing = stdin == Stdin::Terminal && inputs.contains(&Input::Stdin);
            relay_inputs(&args, &screen, &halt, &inputs, typing)
        }
    };
    match halt.asked() {
        Some(asked) if [status::OK, status::OUTPUT_CLOSED].contains(&status) => {
            signals::end_by(asked.signal);
            // Where signals can't do that.
            ExitCode::from(status::SIGNAL + asked.signal as u8)
        }
        _ => ExitCode::from(status),
    }
}

/// Relays all inputs. Nothing is drawn where somebody is `typing`.
fn relay_inputs(args: &Args, screen: &Screen, halt: &Arc<Halt>, inputs: &[Input], typing: bool) -> u8 {
    let mut sources = Vec::new();
    for input in inputs {
        match input.open(args, halt) {
            Ok(source) => sources.push(source),
            Err(error) => {
                let what = if error.kind() == ErrorKind::IsADirectory { "read" } else { "open" };
                screen.error(format_args!("cannot {what} {input}: {}", reason(&error)));
                return status::IO;
            }
        }
    }
    let on_full = args.on_full().unwrap_or(OnFull::Block);
    let policy = Arc::new(Policy::new(on_full));
    if let Some(file) = &args.control {
        match Control::open(file, args.fair, &policy, screen) {
            Ok(control) => control.watch(policy.clone(), screen.clone()),
            Err(error) => {
                screen.error(error);
                return status::IO;
            }
        }
    }
    let plan = args.plan(policy.now());
    let relay = Relay {
        plan,
        executor: args.executor(),
        policy,
        drain_interval: args.drain_interval(),
        limit: None,
        halt: halt.clone(),
    };
    let progress = if typing { Progress::None } else { Progress::choose(args.quiet) };
    let names: Vec<_> = inputs.iter().map(Input::to_string).collect();
    let lanes = if args.fair { &names[..] } else { &[] };
    let outcome = match run(&relay, sources, lanes, screen, progress, true) {
        Ok(outcome) => outcome,
        Err(status) => return status,
    };
    let nothing = matches!(outcome, Outcome { end: End::Complete, law: Law { offered: 0, .. }, .. });
    if nothing && halt.asked().is_none() && inputs == [Input::Stdin] {
        screen.say("the input was empty; --demo shows the relay on generated records");
    }
    conclude(screen, &relay, &names, &outcome)
}

/// Relays generated records: under the policy that was asked for, or under each in turn.
fn show_demo(args: &Args, screen: &Screen, halt: &Arc<Halt>, seconds: u16, asked: bool) -> u8 {
    const INTERVAL: Duration = Duration::from_micros(500);
    /// What is inside when the producer stops has at least this time to get out.
    const GRACE: Duration = Duration::from_secs(1);
    let interval = args.drain_interval().unwrap_or(INTERVAL);
    let asked_for = args.on_full();
    let policies = asked_for.as_ref().map_or(OnFull::value_variants(), std::slice::from_ref);
    let share = Duration::from_secs(seconds.into()) / policies.len() as u32;
    let length = share * 4 / 5;
    let limit = share.max(length + GRACE);
    // Whoever did not ask for records wants none, and a terminal would be flooded.
    let write = asked && !io::stdout().is_terminal();

    if !asked {
        screen.say(format_args!("no input, so here is a demo of {seconds} s; --help tells how to relay records"));
    }
    let rate = 1.0 / interval.as_secs_f64();
    screen.say(format_args!(
        "the producer surges to {}/s, the consumer takes {}/s, the ring holds {}",
        view::si(rate * demo::IN_SURGE),
        view::si(rate),
        args.kind(OnFull::Block).capacity(),
    ));
    for &on_full in policies {
        screen.say(match on_full {
            _ if args.latest => "latest: what nobody took in time is lost for what comes",
            OnFull::Block => "block: when the ring is full, the producer is held back",
            OnFull::DropIncoming => "drop-incoming: when the ring is full, what comes is lost",
            OnFull::DropOldest => "drop-oldest: when the ring is full, the oldest is lost for what comes",
        });
        let (plan, policy) = (args.plan(on_full), Arc::new(Policy::new(on_full)));
        let relay = Relay {
            plan,
            executor: args.executor(),
            policy,
            drain_interval: Some(interval),
            limit: Some(limit),
            halt: halt.clone(),
        };
        let source = Surges::new(interval, length, halt);
        let status = match run(&relay, vec![source], &[], screen, Progress::choose(args.quiet), write) {
            Ok(outcome) => conclude(screen, &relay, &["the demo".into()], &outcome),
            Err(status) => status,
        };
        if status != status::OK || halt.asked().is_some() {
            return status;
        }
    }
    status::OK
}

/// Runs a relay to its end, to standard output or, without `write`, to nowhere. The `lanes` have names if each source has one.
fn run(
    relay: &Relay,
    sources: Vec<impl Source + Send + 'static>,
    lanes: &[String],
    screen: &Screen,
    progress: Progress,
    write: bool,
) -> Result<Outcome, u8> {
    let output = if !write {
        Output::new(io::sink())
    } else {
        match stdout() {
            // Records and the live line may share the terminal.
            Ok(stdout) if io::stdout().is_terminal() => Output::new(screen.above(stdout)),
            Ok(stdout) => Output::new(stdout),
            Err(error) => {
                screen.error(format_args!("cannot open standard output: {}", reason(&error)));
                return Err(status::IO);
            }
        }
    };
    let capacity = relay.plan.kind.capacity();
    let lanes = if lanes.len() > 1 { lanes } else { &[] };
    let mut view = View::new(relay.rule(), capacity, relay.plan.marks, lanes);
    let outcome = relay.run(sources, output, progress.tick(), |at, tally| {
        view.switch(relay.rule());
        match progress {
            Progress::None => {}
            Progress::Lines => screen.say(view.plain(at, tally)),
            Progress::Live(look) => screen.draw(&view.live(at, tally, look)),
        }
    });
    outcome.map_err(|error| {
        screen.error(match lanes.len() {
            0 => format!("cannot make a ring for {capacity} records: {error}"),
            count => format!("cannot make {count} lanes for {capacity} records each: {error}"),
        });
        status::USAGE
    })
}

/// Reports how a relay ended, and gives the exit status for it. Each input has a name.
fn conclude(screen: &Screen, relay: &Relay, inputs: &[String], outcome: &Outcome) -> u8 {
    let Outcome { end, law, lanes, tally, took } = outcome;
    screen.clear();
    screen.say(view::summary(*took, &tally.all));
    if let Some(uneven) = lanes.iter().chain([law]).find(|law| !law.holds()) {
        screen.error(format_args!("{uneven}: this is a bug"));
        return status::UNEVEN;
    }
    screen.say(law);
    let level = |tally| view::level(tally, relay.plan.marks);
    level(&tally.all).into_iter().for_each(|level| screen.say(level));
    for ((input, law), tally) in inputs.iter().zip(lanes).zip(&tally.lanes) {
        screen.say(format_args!("lane {input}: {law}"));
        level(tally).into_iter().for_each(|level| screen.say(format_args!("lane {input}: {level}")));
    }
    if let Some(asked) = relay.halt.asked() {
        let signal = signals::name(asked.signal);
        match law.left() {
            0 => screen.say(format_args!("ended by {signal}: what had been read went out")),
            left => screen.say(format_args!("ended by {signal}: {left} of the records were left inside")),
        }
    }
    match end {
        End::Complete => status::OK,
        // That has been told.
        End::TimeUp if relay.halt.asked().is_some() => status::OK,
        End::TimeUp => {
            screen.say("time was up: what was still inside was dropped");
            status::OK
        }
        End::Stuck => {
            screen.say("the output took nothing: of what was being written it may have some");
            status::OK
        }
        End::Unwritable(error) if error.kind() == ErrorKind::BrokenPipe => status::OUTPUT_CLOSED,
        End::Unreadable(errors) => {
            for (number, error) in errors {
                let input = inputs.get(*number).map_or("an input", String::as_str);
                screen.error(format_args!("cannot read {input}: {}", reason(error)));
            }
            status::IO
        }
        End::Unwritable(error) => {
            screen.error(format_args!("cannot write to standard output: {}", reason(error)));
            status::IO
        }
    }
}

/// What is shown while a relay runs.
#[derive(Clone, Copy, Debug)]
enum Progress {
    None,
    Lines,
    Live(Look),
}

impl Progress {
    fn choose(quiet: bool) -> Self {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        if quiet {
            Self::None
        } else if dumb || !io::stderr().is_terminal() {
            Self::Lines
        } else {
            Self::Live(Look { unicode: speaks_unicode(), colour: !set("NO_COLOR") })
        }
    }

    const fn tick(self) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::Lines => Some(Duration::from_secs(1)),
            Self::Live(_) => Some(Duration::from_millis(100)),
        }
    }
}

/// Whether the locale's characters are Unicode's. The first of its variables that is set decides.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    let decisive = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_lowercase();
    decisive.contains("utf-8") || decisive.contains("utf8")
}

/// Standard output without a buffer of its own: the relay counts what the output really took.
#[cfg(unix)]
fn stdout() -> io::Result<impl Write + Send + 'static> {
    use std::os::fd::AsFd;
    Ok(std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(not(unix))]
fn stdout() -> io::Result<impl Write + Send + 'static> {
    Ok(io::stdout())
}
