//! Watches over turns in which threads sleep: one that is never woken again must not hang the run.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{process, thread};

/// Far more than a turn takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Does the work, or ends the program as failed when that takes too long.
pub(crate) fn watched<R>(name: &str, work: impl FnOnce() -> R) -> R {
    thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{name} did not finish its turn within {LIMIT:?}: it hangs");
                process::exit(1);
            }
        });
        let result = work();
        drop(done);
        result
    })
}
