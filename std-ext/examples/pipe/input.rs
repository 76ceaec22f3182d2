//! Where the records come from.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::args::Args;
use crate::halt::{Halt, Halting};
use crate::records::Records;

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Generated records; `asked` for, or for want of any others.
    Demo {
        seconds: u16,
        asked: bool,
    },
    Relay(Vec<Input>),
}

/// One thing that the relay reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

/// What standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stdin {
    Terminal,
    /// The null device: what a program is given that is to have no input.
    Null,
    Data,
}

impl Stdin {
    pub(crate) fn look() -> Self {
        if io::stdin().is_terminal() {
            Self::Terminal
        } else if is_null_device().unwrap_or(false) {
            Self::Null
        } else {
            Self::Data
        }
    }
}

/// Standard input as a file.
#[cfg(unix)]
fn stdin_file() -> io::Result<File> {
    use std::os::fd::AsFd;

    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(unix)]
fn is_null_device() -> io::Result<bool> {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    let stdin = stdin_file()?.metadata()?;
    let null = Path::new("/dev/null").metadata()?;
    Ok(stdin.file_type().is_char_device() && stdin.rdev() == null.rdev())
}

#[cfg(not(unix))]
fn is_null_device() -> io::Result<bool> {
    Ok(false)
}

impl Task {
    /// `bare`: no argument was given at all.
    pub(crate) fn choose(args: &Args, stdin: Stdin, bare: bool) -> Self {
        let inputs: Vec<_> = args.file.iter().chain(&args.inputs).map(|file| Input::of(file)).collect();
        match args.demo {
            Some(seconds) => Self::Demo { seconds, asked: true },
            None if !inputs.is_empty() => Self::Relay(inputs),
            None if (stdin == Stdin::Terminal && !args.quiet) || (stdin == Stdin::Null && bare) => {
                Self::Demo { seconds: 5, asked: false }
            }
            None => Self::Relay(vec![Input::Stdin]),
        }
    }
}

impl Input {
    fn of(file: &Path) -> Self {
        if file.as_os_str() == "-" { Self::Stdin } else { Self::File(file.into()) }
    }

    /// Opens it and cuts it into records, until the relay is to end.
    pub(crate) fn open(&self, args: &Args, halt: &Arc<Halt>) -> io::Result<Opened> {
        const BUFFER: usize = 64 << 10;
        let input: Box<dyn Read + Send> = match self {
            Self::Stdin => {
                #[cfg(unix)]
                not_a_folder(stdin_file()?)?;
                Box::new(io::stdin())
            }
            Self::File(path) if is_fifo(path) => Box::new(Fifo::Named(path.clone())),
            Self::File(path) => Box::new(not_a_folder(File::open(path)?)?),
        };
        let (framing, longest) = args.framing();
        let input = Halting { input, presence: halt.enter() };
        let records = Records::new(BufReader::with_capacity(BUFFER, input), framing, longest);
        Ok(if args.inputs.len() > 1 { records.merged() } else { records })
    }
}

/// An input at work.
pub(crate) type Opened = Records<BufReader<Halting<Box<dyn Read + Send>>>>;

/// The file, if it isn't a folder: that can be opened, but a read of it fails, and so this does.
fn not_a_folder(mut file: File) -> io::Result<File> {
    if file.metadata()?.is_dir() {
        file.read_exact(&mut [0])?;
    }
    Ok(file)
}

/// A named pipe. To open it is to wait for whoever writes to it, so the first read does.
enum Fifo {
    Named(PathBuf),
    Open(File),
}

impl Read for Fifo {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if let Self::Named(path) = self {
            *self = Self::Open(File::open(path)?);
        }
        match self {
            Self::Named(_) => Ok(0),
            Self::Open(file) => file.read(bytes),
        }
    }
}

#[cfg(unix)]
pub(crate) fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata().is_ok_and(|data| data.file_type().is_fifo())
}

#[cfg(not(unix))]
pub(crate) const fn is_fifo(_: &Path) -> bool {
    false
}

/// How messages call it.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "'{}'", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const STDIN: [Input; 1] = [Input::Stdin];

    fn choose(arguments: &[&str], stdin: Stdin) -> Task {
        let args = Args::try_parse_from([&["pipe"], arguments].concat()).unwrap();
        Task::choose(&args, stdin, arguments.is_empty())
    }

    #[test]
    fn a_demo_is_shown_if_asked_for() {
        for stdin in [Stdin::Terminal, Stdin::Null, Stdin::Data] {
            assert_eq!(choose(&["--demo"], stdin), Task::Demo { seconds: 5, asked: true });
            assert_eq!(choose(&["--quiet", "--demo=2"], stdin), Task::Demo { seconds: 2, asked: true });
        }
    }

    #[test]
    fn a_demo_is_shown_for_want_of_input() {
        let unasked = Task::Demo { seconds: 5, asked: false };
        assert_eq!(choose(&[], Stdin::Terminal), unasked);
        assert_eq!(choose(&["--capacity", "8"], Stdin::Terminal), unasked);
        assert_eq!(choose(&[], Stdin::Null), unasked);
    }

    #[test]
    fn who_gives_arguments_and_no_input_wants_no_output() {
        assert_eq!(choose(&["--capacity", "8"], Stdin::Null), Task::Relay(STDIN.into()));
        assert_eq!(choose(&["--quiet"], Stdin::Terminal), Task::Relay(STDIN.into()));
    }

    #[test]
    fn data_is_read() {
        assert_eq!(choose(&[], Stdin::Data), Task::Relay(STDIN.into()));
        for stdin in [Stdin::Terminal, Stdin::Null, Stdin::Data] {
            assert_eq!(choose(&["-"], stdin), Task::Relay(STDIN.into()));
            assert_eq!(choose(&["x"], stdin), Task::Relay(vec![Input::File("x".into())]));
            let several = vec![Input::File("x".into()), Input::Stdin, Input::File("x".into())];
            assert_eq!(choose(&["-i", "x", "--input=-", "-ix"], stdin), Task::Relay(several));
        }
    }
}
