//! A thread that waits: it polls with a waker that unparks it.

use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;
use std::time::{Duration, Instant};

use crate::sync::{Parker, now};

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.unpark();
    }
}

/// How this thread sleeps, and what wakes it.
struct Sleeper {
    parker: Arc<Parker>,
    waker: Waker,
}

impl Sleeper {
    fn new() -> Self {
        let parker = Arc::new(Parker::new());
        Self { waker: Waker::from(Arc::clone(&parker)), parker }
    }
}

/// Lends one of this thread, which nobody else has meanwhile: a poll may itself come here.
#[cfg(not(any(forebay_loom, forebay_shuttle)))]
fn with_sleeper<R>(wait: impl FnOnce(&Sleeper) -> R) -> R {
    use core::cell::Cell;

    std::thread_local! {
        /// Kept, so that waiting does not allocate.
        static SLEEPER: Cell<Option<Sleeper>> = const { Cell::new(None) };
    }
    // There is none at the end of a thread, and none that is left by a wait within which we are.
    let sleeper = SLEEPER.try_with(Cell::take).ok().flatten().unwrap_or_else(Sleeper::new);
    let answer = wait(&sleeper);
    let _ = SLEEPER.try_with(|kept| kept.set(Some(sleeper)));
    answer
}

/// The model checker's threads share what is local to a thread.
#[cfg(any(forebay_loom, forebay_shuttle))]
fn with_sleeper<R>(wait: impl FnOnce(&Sleeper) -> R) -> R {
    wait(&Sleeper::new())
}

/// Until when a thread waits at most.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deadline {
    Never,
    At(Instant),
}

impl Deadline {
    /// So long from now on; for ever, if that is later than any instant.
    pub(crate) fn after(timeout: Duration) -> Self {
        now().checked_add(timeout).map_or(Self::Never, Self::At)
    }

    pub(super) fn is_over(self) -> bool {
        match self {
            Self::Never => false,
            Self::At(end) => now() >= end,
        }
    }
}

/// Polls until there is an answer, and sleeps in between. `None`: the time is over.
///
/// The thread's park token is used, so a token that somebody else gave may be gone after that.
pub(crate) fn block_on<R>(deadline: Deadline, mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> Option<R> {
    with_sleeper(|Sleeper { parker, waker }| {
        let mut cx = Context::from_waker(waker);
        let mut is_over = false;
        loop {
            if let Poll::Ready(answer) = poll(&mut cx) {
                return Some(answer);
            }
            if is_over {
                return None;
            }
            while !parker.take_told() {
                match deadline {
                    Deadline::Never => parker.park(),
                    Deadline::At(end) => match end.checked_duration_since(now()) {
                        Some(left) if !left.is_zero() => parker.park_timeout(left),
                        _ => return None,
                    },
                }
            }
            // It may be told again and again: then this is its last look.
            is_over = deadline.is_over();
        }
    })
}
