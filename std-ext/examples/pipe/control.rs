//! The control file: whoever writes the name of a policy into it switches a relay at work.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;

use crate::input::is_fifo;
use crate::policy::{OnFull, Policy};
use crate::screen::{self, Screen};

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_millis(100);
/// A longer file is no control file, and is not read further.
const LONGEST: u64 = 4096;

/// A file, and what it said when it was looked at last.
pub(crate) struct Control {
    path: PathBuf,
    /// The relay has lanes, which can't drop their oldest record.
    fair: bool,
    said: Result<Said, String>,
    /// What it said last was an error and has been told.
    told: bool,
}

/// What a file can say that is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// There is no file, or no word in it: all stays as it is.
    Nothing,
    Policy(OnFull),
}

impl Control {
    /// Has a first look at the file, and sets the policy to what it says.
    ///
    /// A named pipe is not looked at yet, since that is to wait for whoever writes to it.
    pub(crate) fn open(path: &Path, fair: bool, policy: &Policy, screen: &Screen) -> Result<Self, String> {
        // It may come later, but its folder will not.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
            return Err(format!("cannot read the control file '{}': no '{}'", path.display(), folder.display()));
        }
        let said = if is_fifo(path) { Said::Nothing } else { look(path, fair)? };
        if let Said::Policy(on_full) = said {
            switch(policy, on_full, screen);
        }
        Ok(Self { path: path.into(), fair, said: Ok(said), told: false })
    }

    /// Looks at the file as long as the process lives, and sets the policy to what it says.
    pub(crate) fn watch(mut self, policy: Arc<Policy>, screen: Screen) {
        thread::spawn(move || {
            loop {
                thread::sleep(INTERVAL);
                self.look_again(&policy, &screen);
            }
        });
    }

    fn look_again(&mut self, policy: &Policy, screen: &Screen) {
        let said = look(&self.path, self.fair);
        match &said {
            Ok(Said::Nothing) => {}
            Ok(Said::Policy(on_full)) => switch(policy, *on_full, screen),
            // A file may have been read while it was written, so it must stay as it is for a while.
            Err(error) if (said == self.said || is_fifo(&self.path)) && !self.told => {
                screen.error(format_args!("{error}; the policy stays {}", policy.now()));
                self.told = true;
            }
            Err(_) => {}
        }
        self.told &= said == self.said;
        self.said = said;
    }
}

fn switch(policy: &Policy, on_full: OnFull, screen: &Screen) {
    let before = policy.set(on_full);
    if before != on_full {
        screen.say(format_args!("switched from {before} to {on_full}"));
    }
}

/// What the file says: the last line that is not blank counts, so it may be replaced or appended to.
fn look(path: &Path, fair: bool) -> Result<Said, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Said::Nothing),
        Err(error) => {
            return Err(format!("cannot read the control file '{}': {}", path.display(), screen::reason(&error)));
        }
        Ok(read) if read as u64 > LONGEST => {
            return Err(format!("the control file '{}' is longer than {LONGEST} bytes", path.display()));
        }
        Ok(_) => {}
    }
    let text = String::from_utf8_lossy(&bytes);
    match text.lines().map(str::trim).rfind(|line| !line.is_empty()) {
        None => Ok(Said::Nothing),
        Some(name) => match OnFull::from_str(name, false) {
            Ok(OnFull::DropOldest) if fair => {
                Err(format!("the control file '{}' says drop-oldest, which cannot be used with --fair", path.display()))
            }
            Ok(on_full) => Ok(Said::Policy(on_full)),
            Err(_) => Err(format!(
                "the control file '{}' says {name:?}, which is none of block, drop-incoming and drop-oldest",
                path.display()
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn half_a_word_is_no_error_yet() {
        let path = std::env::temp_dir().join(format!("pipe-control-{}", std::process::id()));
        let stderr = path.with_extension("stderr");
        let (policy, screen) = (Policy::new(OnFull::Block), Screen::new(File::create(&stderr).unwrap(), true));
        let mut control = Control::open(&path, false, &policy, &screen).unwrap();
        let mut after = |text: &str| {
            fs::write(&path, text).unwrap();
            control.look_again(&policy, &screen);
            (policy.now(), fs::read_to_string(&stderr).unwrap().lines().count())
        };
        assert_eq!(after("drop-"), (OnFull::Block, 0));
        assert_eq!(after("drop-oldest"), (OnFull::DropOldest, 0));
        assert_eq!(after(""), (OnFull::DropOldest, 0));
        assert_eq!(after("drop-"), (OnFull::DropOldest, 0));
        assert_eq!(after("drop-"), (OnFull::DropOldest, 1), "it stays so");
        assert_eq!(after("drop-"), (OnFull::DropOldest, 1), "once is enough");
        assert_eq!(after("drop-oldest\nblock\n"), (OnFull::Block, 1));
        assert_eq!(after(&"drop-oldest\n".repeat(1000)), (OnFull::Block, 1), "too long");
        fs::remove_file(&path).unwrap();
        fs::remove_file(&stderr).unwrap();
        assert_eq!(look(&path, false), Ok(Said::Nothing));
    }
}
