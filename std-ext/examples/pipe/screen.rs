//! Standard error, shared with records that may go to the same terminal.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Prints lines, and keeps live lines below all that is printed.
#[derive(Clone)]
pub(crate) struct Screen {
    quiet: bool,
    state: Arc<Mutex<State>>,
}

struct State {
    out: Box<dyn Write + Send>,
    /// So many live lines are there and must go before anything else is printed.
    drawn: usize,
    /// The cursor stands where a line begins, so that live lines destroy nothing.
    at_start: bool,
}

impl Screen {
    /// With `quiet`, only errors are printed to `out`.
    pub(crate) fn new(out: impl Write + Send + 'static, quiet: bool) -> Self {
        Self { quiet, state: Arc::new(Mutex::new(State { out: Box::new(out), drawn: 0, at_start: true })) }
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
            let start = if state.at_start { "" } else { "\n" };
            state.print(&format!("{start}pipe: {text}\n"));
            state.at_start = true;
        });
    }

    /// Draws the live lines, in place of the last ones.
    pub(crate) fn draw(&self, lines: &[String]) {
        // Without wrapping, a narrow terminal cuts a line, and it can be redrawn.
        const WRAP_OFF: &str = "\x1b[?7l";
        const WRAP_ON: &str = "\x1b[?7h";
        self.with(|state| {
            if state.at_start && !self.quiet {
                state.print(&format!("{WRAP_OFF}{}{WRAP_ON}", lines.join("\n")));
                state.drawn = lines.len();
            }
        });
    }

    /// Takes the live lines away.
    pub(crate) fn clear(&self) {
        self.with(|state| state.print(""));
    }

    /// Writes to a terminal that shows live lines too, above those.
    pub(crate) fn above<W: Write>(&self, writer: W) -> Above<W> {
        Above { screen: self.clone(), writer }
    }

    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Prints in place of the live lines, if there are any.
    fn print(&mut self, text: &str) {
        const ERASE: &str = "\r\x1b[K";
        const UP: &str = "\x1b[A";
        let erase = vec![ERASE; std::mem::take(&mut self.drawn)].join(UP);
        // In one piece, so that nothing of another program gets between. If it fails, there is nowhere to say so.
        let _ = self.out.write_all(format!("{erase}{text}").as_bytes());
    }
}

/// An error in words alone, as other tools print it.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match (error.raw_os_error(), text.rfind(" (os error ")) {
        (Some(_), Some(at)) => text[..at].to_string(),
        _ => text,
    }
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
            state.print("");
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal on which both streams end up.
    #[derive(Clone, Default)]
    struct Terminal(Arc<Mutex<Vec<u8>>>);

    impl Terminal {
        /// What has been written since the last look.
        fn seen(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn draw(screen: &Screen) {
        screen.draw(&["live".into()]);
    }

    const LIVE: &str = "\x1b[?7llive\x1b[?7h";
    const GONE: &str = "\r\x1b[K";

    #[test]
    fn the_live_line_gives_way_to_all_else() {
        let terminal = Terminal::default();
        let screen = Screen::new(terminal.clone(), false);
        let mut records = screen.above(terminal.clone());
        draw(&screen);
        assert_eq!(terminal.seen(), LIVE);
        draw(&screen);
        assert_eq!(terminal.seen(), format!("{GONE}{LIVE}"));
        records.write_all(b"record\n").unwrap();
        assert_eq!(terminal.seen(), format!("{GONE}record\n"));
        draw(&screen);
        terminal.seen();
        screen.say("figures");
        assert_eq!(terminal.seen(), format!("{GONE}pipe: figures\n"));
        draw(&screen);
        terminal.seen();
        screen.clear();
        screen.clear();
        assert_eq!(terminal.seen(), GONE);
    }

    #[test]
    fn several_live_lines_give_way_together() {
        let terminal = Terminal::default();
        let screen = Screen::new(terminal.clone(), false);
        screen.draw(&["one".into(), "two".into()]);
        assert_eq!(terminal.seen(), "\x1b[?7lone\ntwo\x1b[?7h");
        screen.say("figures");
        assert_eq!(terminal.seen(), format!("{GONE}\x1b[A{GONE}pipe: figures\n"));
    }

    #[test]
    fn a_record_without_a_newline_is_not_drawn_over() {
        let terminal = Terminal::default();
        let screen = Screen::new(terminal.clone(), false);
        let mut records = screen.above(terminal.clone());
        records.write_all(b"half").unwrap();
        draw(&screen);
        assert_eq!(terminal.seen(), "half");
        screen.say("figures");
        assert_eq!(terminal.seen(), "\npipe: figures\n");
        draw(&screen);
        assert_eq!(terminal.seen(), LIVE);
    }

    #[test]
    fn quiet_leaves_errors() {
        let terminal = Terminal::default();
        let screen = Screen::new(terminal.clone(), true);
        draw(&screen);
        screen.say("figures");
        assert_eq!(terminal.seen(), "");
        screen.error("no");
        assert_eq!(terminal.seen(), "pipe: no\n");
    }
}
