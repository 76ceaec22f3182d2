//! Where the records come from.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::args::Args;
use crate::records::Records;

/// What the relay reads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Generated records; `asked` for, or for want of any others.
    Demo {
        seconds: u16,
        asked: bool,
    },
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

#[cfg(unix)]
fn is_null_device() -> io::Result<bool> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    let stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()?;
    let null = Path::new("/dev/null").metadata()?;
    Ok(stdin.file_type().is_char_device() && stdin.rdev() == null.rdev())
}

#[cfg(not(unix))]
fn is_null_device() -> io::Result<bool> {
    Ok(false)
}

impl Input {
    /// `bare`: no argument was given at all.
    pub(crate) fn choose(args: &Args, stdin: Stdin, bare: bool) -> Self {
        const UNASKED: Input = Input::Demo { seconds: 5, asked: false };
        match (args.demo, &args.file) {
            (Some(seconds), _) => Self::Demo { seconds, asked: true },
            (None, Some(file)) if file.as_os_str() == "-" => Self::Stdin,
            (None, Some(file)) => Self::File(file.clone()),
            (None, None) if stdin == Stdin::Terminal && !args.quiet => UNASKED,
            (None, None) if stdin == Stdin::Null && bare => UNASKED,
            (None, None) => Self::Stdin,
        }
    }
}

/// How messages call it.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Demo { .. } => f.write_str("the demo"),
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "'{}'", path.display()),
        }
    }
}

/// Opens a file, or standard input if there is none, and cuts it into records.
pub(crate) fn open(file: Option<&Path>, args: &Args) -> io::Result<Records<BufReader<Box<dyn Read + Send>>>> {
    const BUFFER: usize = 64 << 10;
    let input: Box<dyn Read + Send> = match file {
        Some(path) => Box::new(File::open(path)?),
        None => Box::new(io::stdin()),
    };
    let (framing, longest) = args.framing();
    Ok(Records::new(BufReader::with_capacity(BUFFER, input), framing, longest))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn choose(arguments: &[&str], stdin: Stdin) -> Input {
        let args = Args::try_parse_from([&["pipe"], arguments].concat()).unwrap();
        Input::choose(&args, stdin, arguments.is_empty())
    }

    #[test]
    fn a_demo_is_shown_if_asked_for() {
        for stdin in [Stdin::Terminal, Stdin::Null, Stdin::Data] {
            assert_eq!(choose(&["--demo"], stdin), Input::Demo { seconds: 5, asked: true });
            assert_eq!(choose(&["--quiet", "--demo=2"], stdin), Input::Demo { seconds: 2, asked: true });
        }
    }

    #[test]
    fn a_demo_is_shown_for_want_of_input() {
        let unasked = Input::Demo { seconds: 5, asked: false };
        assert_eq!(choose(&[], Stdin::Terminal), unasked);
        assert_eq!(choose(&["--capacity", "8"], Stdin::Terminal), unasked);
        assert_eq!(choose(&[], Stdin::Null), unasked);
    }

    #[test]
    fn who_gives_arguments_and_no_input_wants_no_output() {
        assert_eq!(choose(&["--capacity", "8"], Stdin::Null), Input::Stdin);
        assert_eq!(choose(&["--quiet"], Stdin::Terminal), Input::Stdin);
    }

    #[test]
    fn data_is_read() {
        assert_eq!(choose(&[], Stdin::Data), Input::Stdin);
        for stdin in [Stdin::Terminal, Stdin::Null, Stdin::Data] {
            assert_eq!(choose(&["-"], stdin), Input::Stdin);
            assert_eq!(choose(&["x"], stdin), Input::File("x".into()));
        }
    }
}
