//! Finds the program, runs it for a bounded time, and reads its account.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

/// Whether the program is to run as tasks: these tests are run both ways.
const IN_TASKS: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"pipe_async");

/// After this time a program that still runs is killed, and its test fails.
const PATIENCE: Duration = Duration::from_secs(180);

/// The top folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in a workspace").to_path_buf()
}

/// A path for a file of the test of this name.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pipe-{}-{name}", std::process::id()))
}

/// The program.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // This test lies in TARGET/[TRIPLE/]PROFILE/deps, the program in TARGET/[TRIPLE/]PROFILE/examples.
        let test = env::current_exe().unwrap();
        let folder = test.ancestors().nth(2).unwrap();
        let program = folder.join("examples").join("pipe").with_extension(env::consts::EXE_EXTENSION);
        // `cargo test` has built it, but `cargo test --test pipe` has not.
        let built = fs::metadata(&program).and_then(|program| program.modified()).ok();
        if built.is_none_or(|built| built < newest_source()) {
            build(folder);
        }
        assert!(program.exists(), "{} was not built", program.display());
        program
    })
}

/// When a source of the program was last changed.
fn newest_source() -> SystemTime {
    let mut files = Vec::new();
    for folder in ["core/src", "std-ext/src", "std-ext/examples"] {
        list(&workspace().join(folder), &mut files);
    }
    files.iter().map(|file| fs::metadata(file).unwrap().modified().unwrap()).max().unwrap()
}

/// Builds the program into the folder of a profile.
fn build(folder: &Path) {
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let mut target = folder.parent().unwrap();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    cargo.args(["build", "--package", "forebay", "--example", "pipe", "--profile", profile]);
    let triple = target.file_name().unwrap().to_str().unwrap();
    if triple.starts_with(env::consts::ARCH) && triple.contains('-') {
        cargo.args(["--target", triple]);
        target = target.parent().unwrap();
    }
    cargo.arg("--target-dir").arg(target).current_dir(workspace());
    assert!(cargo.status().unwrap().success(), "the program can't be built");
}

/// All files in a folder and below, but for hidden ones and what a build made.
pub(crate) fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.symlink_metadata() {
            _ if name.starts_with('.') || name == "target" => {}
            Ok(data) if data.is_dir() => list(&path, files),
            Ok(data) if data.is_file() => files.push(path),
            _ => {}
        }
    }
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    /// The program's account, which must come out even.
    #[track_caller]
    pub(crate) fn law(&self) -> Law {
        let laws = self.laws();
        assert_eq!(laws.len(), 1, "{}", self.stderr);
        laws[0]
    }

    /// The accounts of all relays that ran in the program.
    #[track_caller]
    pub(crate) fn laws(&self) -> Vec<Law> {
        self.stderr.lines().filter(|line| line.starts_with("pipe: offered ")).map(Law::read).collect()
    }

    /// The account of a lane, which has the name of its file.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn lane(&self, path: &Path) -> Law {
        let start = format!("pipe: lane '{}': offered ", path.display());
        Law::read(self.stderr.lines().find(|line| line.starts_with(&start)).expect(&self.stderr))
    }

    /// What it says of the only level.
    #[track_caller]
    pub(crate) fn level(&self) -> Level {
        let levels: Vec<_> = self.stderr.lines().filter_map(|line| line.strip_prefix("pipe: level ")).collect();
        assert_eq!(levels.len(), 1, "{}", self.stderr);
        Level::read(levels[0])
    }
}

/// The figures of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Law {
    pub(crate) offered: usize,
    pub(crate) delivered: usize,
    pub(crate) evicted: usize,
    pub(crate) shed: usize,
    pub(crate) sampled: usize,
    pub(crate) expired: usize,
    pub(crate) conflated: usize,
    pub(crate) dropped_at_close: usize,
}

impl Law {
    #[track_caller]
    fn read(line: &str) -> Self {
        let words: Vec<_> = line.split_whitespace().collect();
        let figure = |name| {
            let at = words.iter().position(|&word| word == name).unwrap_or_else(|| panic!("no {name}: {line}"));
            words[at + 1].parse::<usize>().unwrap()
        };
        let law = Self {
            offered: figure("offered"),
            delivered: figure("delivered"),
            evicted: figure("evicted"),
            shed: figure("shed"),
            sampled: figure("sampled"),
            expired: figure("expired"),
            conflated: figure("conflated"),
            dropped_at_close: figure("dropped_at_close"),
        };
        let lost = law.evicted + law.shed + law.sampled + law.expired + law.conflated;
        assert_eq!(law.offered, law.delivered + lost + law.dropped_at_close + figure("still_inside"), "{line}");
        law
    }
}

/// For how much of the time the ring was how pressed, in percent, and how often that changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) open: f64,
    pub(crate) slow: f64,
    pub(crate) stop: f64,
    pub(crate) changes: u64,
    /// The watermarks, if some were asked for.
    pub(crate) marks: Option<(u64, u64)>,
}

impl Level {
    #[track_caller]
    fn read(line: &str) -> Self {
        let words: Vec<_> = line.split_whitespace().collect();
        let figure = |name| {
            let at = words.iter().position(|&word| word == name)?;
            Some(words[at + 1].trim_end_matches(['%', ',']).parse::<f64>().unwrap())
        };
        let share = |name| figure(name).unwrap_or_else(|| panic!("no {name}: {line}"));
        let level = Self {
            open: share("open"),
            slow: share("slow"),
            stop: share("stop"),
            changes: share("changes") as u64,
            marks: figure("high").map(|high| (high as u64, share("low") as u64)),
        };
        let whole = level.open + level.slow + level.stop;
        assert!((99.7..=100.3).contains(&whole), "{line}");
        level
    }
}

/// A program at work. It is killed if it runs for too long.
pub(crate) struct Running {
    child: Arc<Mutex<Child>>,
    stderr: JoinHandle<()>,
    /// What it has said so far.
    said: Arc<Mutex<String>>,
    /// Gone when the program has ended.
    watched: Sender<()>,
    watch: JoinHandle<bool>,
}

/// Starts the program. Both streams are the caller's.
pub(crate) fn start(arguments: &[&str], stdin: Stdio) -> (Running, Option<ChildStdin>, ChildStdout) {
    start_with(arguments, stdin, Stdio::piped(), |child| child.stdout.take().unwrap())
}

/// Held while a program starts: until it really runs, it has all that is open here.
static STARTING: Mutex<()> = Mutex::new(());

/// Closes our end of a program's output, and really so: no other program is just starting with it.
pub(crate) fn close(output: impl Read) {
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    drop(output);
}

fn start_with<O>(
    arguments: &[&str],
    stdin: Stdio,
    stdout: Stdio,
    take: impl FnOnce(&mut Child) -> O,
) -> (Running, Option<ChildStdin>, O) {
    let starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = Command::new(program());
    // Where it is a matter whether there are any, there are none.
    command.args(IN_TASKS.then_some("--async").filter(|_| !arguments.is_empty())).args(arguments);
    let mut child = command.stdin(stdin).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    drop(starting);
    let (stdin, stdout, errors) = (child.stdin.take(), take(&mut child), child.stderr.take().unwrap());
    let said = Arc::new(Mutex::new(String::new()));
    let stderr = thread::spawn({
        let said = said.clone();
        move || {
            let mut errors = BufReader::new(errors);
            let mut line = String::new();
            while errors.read_line(&mut line).unwrap() > 0 {
                said.lock().unwrap().push_str(&line);
                line.clear();
            }
        }
    });
    let child = Arc::new(Mutex::new(child));
    let (watched, ended) = mpsc::channel::<()>();
    let watch = thread::spawn({
        let child = child.clone();
        move || {
            let late = ended.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
            if late {
                child.lock().unwrap().kill().unwrap();
            }
            late
        }
    });
    (Running { child, stderr, said, watched, watch }, stdin, stdout)
}

impl Running {
    /// The number of the process.
    #[cfg(unix)]
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits until it has said this.
    #[track_caller]
    pub(crate) fn wait_until_it_says(&self, text: &str) {
        self.wait_until(|said| said.contains(text));
    }

    /// Waits until this is so, of what it has said.
    #[track_caller]
    pub(crate) fn wait_until(&self, is_so: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !is_so(&self.said()) {
            assert!(start.elapsed() < PATIENCE, "what is waited for has not come in: {}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it has said so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn finish(self, stdout: Vec<u8>) -> Ran {
        self.stderr.join().unwrap();
        let stderr = std::mem::take(&mut *self.said.lock().unwrap());
        drop(self.watched);
        let late = self.watch.join().unwrap();
        let status = self.child.lock().unwrap().wait().unwrap();
        assert!(!late, "killed after {PATIENCE:?}; it said: {stderr}");
        Ran { code: status.code(), signal: signal_of(status), stdout, stderr }
    }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
const fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

/// Runs the program with an input.
#[track_caller]
pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Ran {
    let (running, stdin, mut stdout) = start(arguments, Stdio::piped());
    let mut bytes = Vec::new();
    thread::scope(|scope| {
        // A program that ends early does not read it all.
        scope.spawn(|| stdin.unwrap().write_all(input));
        stdout.read_to_end(&mut bytes).unwrap();
    });
    running.finish(bytes)
}

/// Runs the program with a stream as its input.
#[track_caller]
pub(crate) fn run_with(arguments: &[&str], stdin: Stdio) -> Ran {
    let (running, _, mut stdout) = start(arguments, stdin);
    let mut bytes = Vec::new();
    stdout.read_to_end(&mut bytes).unwrap();
    running.finish(bytes)
}

/// Runs the program with a stream as its output.
#[cfg(target_os = "linux")]
#[track_caller]
pub(crate) fn run_into(arguments: &[&str], stdout: Stdio) -> Ran {
    let (running, _, ()) = start_with(arguments, Stdio::null(), stdout, |_| ());
    running.finish(Vec::new())
}

/// Tries all of them at once: mostly they wait for what the program tells each second.
#[cfg(unix)]
pub(crate) fn at_once<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    thread::scope(|scope| cases.iter().for_each(|case| _ = scope.spawn(|| test(case))));
}

/// Panics with the first difference, and not with all the bytes.
#[track_caller]
pub(crate) fn assert_same(got: &[u8], expected: &[u8]) {
    if got != expected {
        let at = got.iter().zip(expected).take_while(|(a, b)| a == b).count();
        panic!("{} bytes for {}, the first difference is at {at}", got.len(), expected.len());
    }
}

/// The lines `1` to `count`.
pub(crate) fn numbers(count: usize) -> Vec<u8> {
    (1..=count).flat_map(|number| format!("{number}\n").into_bytes()).collect()
}

/// Lines of 8 kB that begin with their number. A pipe and the program's output hold some 16 of them.
pub(crate) fn long_lines(count: usize) -> Vec<u8> {
    (1..=count).flat_map(|number| format!("{number:<8191}\n").into_bytes()).collect()
}

/// More of those than ever lie between the ring and a reader of the output that does not read.
pub(crate) const BEYOND: usize = 40;
