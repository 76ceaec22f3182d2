//! An end in order before that of the input: the readers stop reading, and what has been read goes out.

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::bell::Bell;

/// Whether the relay is to end, and who may still put records in.
///
/// A reader that waits for its input can't be told anything. So it says before it waits that it is away; if the end was
/// asked for meanwhile, it is not let in again, and what its input gave then is nobody's. The others come by before
/// they wait again, and find it out there.
pub(crate) struct Halt {
    asked: OnceLock<Asked>,
    state: Mutex<State>,
    /// Told when it is asked for.
    wake: Condvar,
    /// It was asked for, and no reader will put a record in any more.
    over: AtomicBool,
    /// Rings when there may be a record, and when there will be none.
    items: Arc<Bell>,
}

#[derive(Default)]
struct State {
    /// How many readers may put records in.
    present: usize,
    tell: Option<Sender<Note>>,
}

/// How the end was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The number of the signal.
    pub(crate) signal: i32,
    /// What is inside has until then to get out.
    pub(crate) deadline: Instant,
}

/// What whoever waits for the end of a relay is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// The relay is to end: look at when.
    Asked,
    /// The writer has ended.
    Ended,
}

impl Halt {
    pub(crate) fn new() -> Self {
        Self {
            asked: OnceLock::new(),
            state: Mutex::default(),
            wake: Condvar::new(),
            over: AtomicBool::new(false),
            items: Arc::new(Bell::new()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the end. Answers with whether nobody had before.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no signals"))]
    pub(crate) fn ask(&self, signal: i32, deadline: Instant) -> bool {
        let state = self.lock();
        let first = self.asked.set(Asked { signal, deadline }).is_ok();
        self.settle(&state);
        if let Some(tell) = &state.tell {
            // Nobody may be listening any more.
            let _ = tell.send(Note::Asked);
        }
        self.wake.notify_all();
        first
    }

    pub(crate) fn asked(&self) -> Option<Asked> {
        self.asked.get().copied()
    }

    /// Whether no record comes any more because the end was asked for. If so, all that came is there for the next look.
    pub(crate) fn is_over(&self) -> bool {
        // Acquire: pairs with the store in `settle`. Orders: the readers' last pushes before our next look at the ring.
        self.over.load(Ordering::Acquire)
    }

    fn settle(&self, state: &State) {
        if state.present == 0 && self.asked.get().is_some() {
            // Release: pairs with the load in `is_over`. Orders: the readers' last pushes, which come before their leave by the
            // lock, before the writer's last look.
            self.over.store(true, Ordering::Release);
            self.items.ring();
        }
    }

    pub(crate) const fn items(&self) -> &Arc<Bell> {
        &self.items
    }

    /// From now on this one is told when the end is asked for.
    pub(crate) fn tell(&self, who: Sender<Note>) {
        self.lock().tell = Some(who);
    }

    /// Sleeps so long, but if the end is asked for, no longer than to its deadline.
    pub(crate) fn sleep(&self, delay: Duration) {
        let until = Instant::now() + delay;
        let (state, _) = self
            .wake
            .wait_timeout_while(self.lock(), delay, |_| self.asked.get().is_none())
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        let until = self.asked().map_or(until, |asked| asked.deadline.min(until));
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }

    /// A reader comes.
    pub(crate) fn enter(self: &Arc<Self>) -> Presence {
        self.lock().present += 1;
        Presence { halt: self.clone(), here: true }
    }
}

/// A reader, who may put records in when it is not away.
pub(crate) struct Presence {
    halt: Arc<Halt>,
    here: bool,
}

impl Presence {
    /// Waits for something of the outer world.
    pub(crate) fn away<R>(&mut self, wait: impl FnOnce() -> R) -> Result<R, Halted> {
        {
            let mut state = self.halt.lock();
            if self.halt.asked.get().is_some() || !self.here {
                return Err(Halted);
            }
            state.present -= 1;
            self.here = false;
        }
        let answer = wait();
        let mut state = self.halt.lock();
        if self.halt.asked.get().is_some() {
            return Err(Halted);
        }
        state.present += 1;
        self.here = true;
        Ok(answer)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if self.here {
            let mut state = self.halt.lock();
            state.present -= 1;
            self.halt.settle(&state);
        }
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
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn it_is_over_when_the_last_reader_has_gone_or_is_away() {
        let halt = Arc::new(Halt::new());
        let (mut first, second) = (halt.enter(), halt.enter());
        assert!(halt.asked().is_none() && !halt.is_over());
        let asks = first.away(|| {
            assert!(halt.ask(15, Instant::now()));
            assert!(!halt.is_over(), "the second is still here");
        });
        assert_eq!(asks, Err(Halted), "what came then is nobody's");
        assert!(!halt.ask(2, Instant::now()), "once is enough");
        assert_eq!(halt.asked().unwrap().signal, 15);
        drop(second);
        assert!(halt.is_over());
        assert_eq!(first.away(|| unreachable!()), Err::<(), _>(Halted));
        drop(first);
        assert_eq!(halt.lock().present, 0);
    }

    #[test]
    fn a_reader_that_comes_back_is_here_again() {
        let halt = Arc::new(Halt::new());
        let mut reader = halt.enter();
        assert_eq!(reader.away(|| halt.lock().present), Ok(0));
        assert_eq!(halt.lock().present, 1);
        halt.ask(15, Instant::now());
        assert!(!halt.is_over());
        let mut input = Halting { input: &b"late"[..], presence: reader };
        assert!(Halted::is_cause_of(&input.read(&mut [0; 4]).unwrap_err()));
        assert!(!halt.is_over(), "it may have a record in its hands");
        drop(input);
        assert!(halt.is_over());
    }

    #[test]
    fn a_sleeper_is_woken_and_a_listener_told() {
        let halt = Arc::new(Halt::new());
        let (tell, told) = mpsc::channel();
        halt.tell(tell);
        let sleeper = thread::spawn({
            let halt = halt.clone();
            move || halt.sleep(LONG)
        });
        halt.ask(15, Instant::now());
        assert_eq!(told.recv(), Ok(Note::Asked));
        sleeper.join().unwrap();
        // It was asked for before.
        halt.sleep(LONG);
    }
}
