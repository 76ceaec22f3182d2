//! Standard error, shared with records that may go to the same terminal.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Prints lines, and keeps one live line below all that is printed.
#[derive(Clone)]
pub(crate) struct Screen {
    quiet: bool,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The live line is there and must go before anything else is printed.
    drawn: bool,
    /// The cursor stands where a line begins, so that a live line destroys nothing.
    at_start: bool,
}

impl Screen {
    /// With `quiet`, only errors are printed.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, state: Arc::new(Mutex::new(State { drawn: false, at_start: true })) }
    }

    /// Prints a line.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Prints a line, even if it should be quiet.
    pub(crate) fn error(&self, text: impl fmt::Display) {
        self.with(|state| {
            let mut line = state.erase().to_string();
            if !state.at_start {
                line.push('\n');
                state.at_start = true;
            }
            print(&format!("{line}pipe: {text}\n"));
        });
    }

    /// Draws the live line, in place of the last one.
    pub(crate) fn draw(&self, line: &str) {
        // Without wrapping, a narrow terminal cuts the line, and it can be redrawn.
        const WRAP_OFF: &str = "\x1b[?7l";
        const WRAP_ON: &str = "\x1b[?7h";
        self.with(|state| {
            if state.at_start && !self.quiet {
                print(&format!("{}{WRAP_OFF}{line}{WRAP_ON}", state.erase()));
                state.drawn = true;
            }
        });
    }

    /// Takes the live line away.
    pub(crate) fn clear(&self) {
        self.with(|state| print(state.erase()));
    }

    /// Writes to a terminal that shows the live line too, above that line.
    pub(crate) fn above<W: Write>(&self, writer: W) -> Above<W> {
        Above { screen: self.clone(), writer }
    }

    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// What takes the live line away, if there is one.
    fn erase(&mut self) -> &'static str {
        if std::mem::take(&mut self.drawn) { "\r\x1b[K" } else { "" }
    }
}

/// A message that can't be printed has nowhere else to go.
fn print(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Made by [`Screen::above`].
pub(crate) struct Above<W> {
    screen: Screen,
    writer: W,
}

impl<W: Write> Write for Above<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let writer = &mut self.writer;
        self.screen.with(|state| {
            print(state.erase());
            let count = writer.write(bytes)?;
            if let Some(last) = bytes[..count].last() {
                state.at_start = *last == b'\n';
            }
            Ok(count)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
