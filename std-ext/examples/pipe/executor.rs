//! What the parts of a relay run on: a thread each, or tasks of one runtime. All of them wait as futures of channels do, so nothing
//! else differs between the two.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use forebay::channel::{self, SpscReceiver};
use tokio::runtime::Builder;

/// More than there can be inputs.
const MOST_BLOCKED: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Executor {
    Threads,
    /// Of tokio's runtime.
    Tasks,
}

impl Executor {
    /// Runs this to its end, beside what is [spawned](Self::spawn) within. What of that has not ended then is left behind.
    pub(crate) fn run<R>(self, main: impl Future<Output = R>) -> R {
        match self {
            Self::Threads => channel::block_on(main),
            Self::Tasks => {
                // Each input that waits holds one up, and others must be left for the rest.
                let runtime = Builder::new_multi_thread().max_blocking_threads(MOST_BLOCKED).enable_time().build();
                let runtime = runtime.expect("it can start threads");
                let result = runtime.block_on(main);
                runtime.shutdown_background();
                result
            }
        }
    }

    /// Starts work. What it comes to can be received; nothing, if it panics.
    pub(crate) fn spawn<R: Send + 'static>(self, work: impl Future<Output = R> + Send + 'static) -> SpscReceiver<R> {
        let (mut result, ended) = channel::spsc(1).expect("that is little");
        let work = async move {
            // Perhaps nobody wants to know.
            let _ = result.try_send(work.await);
        };
        match self {
            Self::Threads => drop(thread::spawn(|| channel::block_on(work))),
            Self::Tasks => drop(tokio::spawn(work)),
        }
        ended
    }

    /// Waits for something, but only so long.
    pub(crate) async fn within<R>(self, time: Duration, work: impl Future<Output = R>) -> Option<R> {
        match self {
            Self::Threads => channel::block_on_timeout(work, time),
            Self::Tasks => tokio::time::timeout(time, work).await.ok(),
        }
    }

    /// Lets others run.
    pub(crate) async fn yield_now(self) {
        match self {
            Self::Threads => thread::yield_now(),
            Self::Tasks => tokio::task::yield_now().await,
        }
    }
}

/// Does what may take long, and is no future: it blocks this thread, but no other task.
pub(crate) fn block<R>(call: impl FnOnce() -> R) -> R {
    // Outside the runtime it is just a call.
    tokio::task::block_in_place(call)
}

/// Waits for one of the two: for the first rather, if both are ready.
pub(crate) async fn either<R>(first: impl Future<Output = R>, second: impl Future<Output = R>) -> R {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|cx| match first.as_mut().poll(cx) {
        Poll::Pending => second.as_mut().poll(cx),
        ready => ready,
    })
    .await
}
