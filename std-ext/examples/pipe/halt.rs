//! An end in order before that of the input: the readers stop reading, and what has been read goes out.

use std::convert::Infallible;
use std::fmt;
use std::future::{pending, poll_fn};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use forebay::channel::{self, MpscReceiver, MpscSender};

use crate::executor::{Executor, block};

/// Whether the relay is to end, and who may still put records in.
///
/// A reader that waits for its input can't be told anything. So before it waits it goes away; if the end was asked for meanwhile, it
/// is not let in again, and what its input gave then is nobody's. The others come by before they wait again, and find it out there.
///
/// Nothing is ever sent through the two channels: their ends say all.
pub(crate) struct Halt {
    asked: OnceLock<Asked>,
    gate: Mutex<Gate>,
    /// It ends when the end was asked for and no reader will put a record in any more.
    over: Mutex<MpscReceiver<Infallible>>,
}

/// The options are none when the end was asked for.
struct Gate {
    tells: Option<MpscReceiver<Infallible>>,
    /// Whoever is to be told has a clone, and waits until it is closed.
    told: MpscSender<Infallible>,
    /// Each reader that may put records in has a clone.
    presence: Option<MpscSender<Infallible>>,
}

/// How the end was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The number of the signal.
    pub(crate) signal: i32,
    /// What is inside has until then to get out.
    pub(crate) deadline: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Halt {
    pub(crate) fn new() -> Self {
        let pair = || channel::mpsc(1).expect("that is little");
        let ((told, tells), (presence, over)) = (pair(), pair());
        let gate = Gate { tells: Some(tells), told, presence: Some(presence) };
        Self { asked: OnceLock::new(), gate: Mutex::new(gate), over: Mutex::new(over) }
    }

    /// Asks for the end. Answers with whether nobody had before.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no signals"))]
    pub(crate) fn ask(&self, signal: i32, deadline: Instant) -> bool {
        let first = self.asked.set(Asked { signal, deadline }).is_ok();
        let Gate { tells, presence, .. } = &mut *lock(&self.gate);
        drop((tells.take(), presence.take()));
        first
    }

    pub(crate) fn asked(&self) -> Option<Asked> {
        self.asked.get().copied()
    }

    pub(crate) fn listener(self: &Arc<Self>) -> Listener {
        Listener { halt: self.clone(), told: lock(&self.gate).told.clone() }
    }

    /// A reader comes.
    pub(crate) fn enter(self: &Arc<Self>) -> Presence {
        Presence { halt: self.clone(), here: lock(&self.gate).presence.clone() }
    }
}

/// One who can wait until the end is asked for.
pub(crate) struct Listener {
    pub(crate) halt: Arc<Halt>,
    told: MpscSender<Infallible>,
}

impl Listener {
    /// Waits until the end is asked for.
    pub(crate) async fn asked(&mut self) {
        self.told.closed().await;
    }

    /// Waits until no record comes any more because the end was asked for. All that came is there for the next look then.
    pub(crate) async fn over(&mut self) {
        self.asked().await;
        // Only now, as it would be woken each time that a reader goes away.
        let _: Result<Infallible, _> = poll_fn(|cx| lock(&self.halt.over).poll_recv(cx)).await;
    }

    /// Sleeps so long, but if the end is asked for, no longer than to its deadline.
    pub(crate) async fn sleep(&mut self, executor: Executor, delay: Duration) {
        let until = Instant::now() + delay;
        if executor.within(delay, self.asked()).await.is_some() {
            let until = self.halt.asked().map_or(until, |asked| asked.deadline.min(until));
            executor.within(until.saturating_duration_since(Instant::now()), pending::<()>()).await;
        }
    }
}

/// A reader, who may put records in when it is not away.
pub(crate) struct Presence {
    halt: Arc<Halt>,
    here: Option<MpscSender<Infallible>>,
}

impl Presence {
    /// Waits for something of the outer world.
    pub(crate) fn away<R>(&mut self, wait: impl FnOnce() -> R) -> Result<R, Halted> {
        if self.halt.asked().is_some() || self.here.take().is_none() {
            return Err(Halted);
        }
        let answer = block(wait);
        self.here = lock(&self.halt.gate).presence.clone();
        self.here.as_ref().map(|_| answer).ok_or(Halted)
    }
}

/// The end was asked for, so nothing is read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Halted;

impl Halted {
    /// Whether this is why an input gave no more.
    pub(crate) fn is_cause_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|cause| cause.is::<Self>())
    }
}

impl fmt::Display for Halted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the relay is to end")
    }
}

impl std::error::Error for Halted {}

/// An input that gives nothing once the end was asked for.
pub(crate) struct Halting<R> {
    pub(crate) input: R,
    pub(crate) presence: Presence,
}

impl<R: Read> Read for Halting<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.presence.away(|| self.input.read(bytes)).unwrap_or_else(|halted| Err(io::Error::other(halted)))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn is_over(halt: &Arc<Halt>) -> bool {
        channel::block_on_timeout(halt.listener().over(), Duration::ZERO).is_some()
    }

    #[test]
    fn it_is_over_when_the_last_reader_has_gone_or_is_away() {
        let halt = Arc::new(Halt::new());
        let (mut first, second) = (halt.enter(), halt.enter());
        assert!(halt.asked().is_none() && !is_over(&halt));
        let asks = first.away(|| {
            assert!(halt.ask(15, Instant::now()));
            assert!(!is_over(&halt), "the second is still here");
        });
        assert_eq!(asks, Err(Halted), "what came then is nobody's");
        assert!(!halt.ask(2, Instant::now()), "once is enough");
        assert_eq!(halt.asked().unwrap().signal, 15);
        drop(second);
        assert!(is_over(&halt));
        assert_eq!(first.away(|| unreachable!()), Err::<(), _>(Halted));
        assert!(halt.enter().here.is_none());
    }

    #[test]
    fn a_reader_that_comes_back_is_here_again() {
        let halt = Arc::new(Halt::new());
        let mut reader = halt.enter();
        reader.away(|| {}).unwrap();
        halt.ask(15, Instant::now());
        assert!(!is_over(&halt));
        let mut input = Halting { input: &b"late"[..], presence: reader };
        assert!(Halted::is_cause_of(&input.read(&mut [0; 4]).unwrap_err()));
        assert!(!is_over(&halt), "it may have a record in its hands");
        drop(input);
        assert!(is_over(&halt));
    }

    #[test]
    fn sleepers_are_woken() {
        for executor in [Executor::Threads, Executor::Tasks] {
            let halt = Arc::new(Halt::new());
            let (mut early, mut late) = (halt.listener(), halt.listener());
            let other = halt.clone();
            let asks = thread::spawn(move || other.ask(15, Instant::now()));
            let sleeps = async {
                early.sleep(executor, LONG).await;
                // It was asked for before.
                late.sleep(executor, LONG).await;
            };
            executor.run(sleeps);
            asks.join().unwrap();
        }
    }
}
