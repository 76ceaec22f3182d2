//! Channels in tasks of real runtimes: tokio with one thread and with several, what smol is made of, and an executor that is as
//! small as one can be. The same scenarios in all of them; nothing is lost or there twice, and all comes to an end.
//!
//! The channels know nothing of the runtime. No test depends on how long anything takes.
//!
//! Claims: waiting.

#![cfg(not(any(forebay_loom, forebay_shuttle, forebay_steps)))]

mod executors;
mod scenarios;
mod select;

use std::pin::Pin;
use std::time::Duration;

/// A task. Its result goes where it knows.
type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Far more than it takes: who is not done by then sleeps for ever.
const LIMIT: Duration = Duration::from_secs(120);

/// What runs tasks.
trait Executor: 'static {
    /// Runs all tasks to their ends.
    fn run(tasks: Vec<Task>);

    /// A time that passes, somehow.
    fn sleep(time: Duration) -> Task;
}

/// All scenarios in a runtime.
macro_rules! runtimes {
    ($($name:ident: $executor:ty;)*) => {$(
        mod $name {
            use super::{scenarios, executors};

            #[test]
            fn tasks_until_the_senders_go() {
                scenarios::crowd::<$executor>(scenarios::Threads::None, 0);
            }

            #[test]
            fn tasks_and_a_receiver_that_closes() {
                scenarios::crowd::<$executor>(scenarios::Threads::None, 1);
            }

            #[test]
            fn tasks_and_a_receiver_that_goes() {
                scenarios::crowd::<$executor>(scenarios::Threads::None, 2);
            }

            #[test]
            fn tasks_over_swap() {
                (0..3).for_each(scenarios::crowd_over_swap::<$executor>);
            }

            #[test]
            fn tasks_over_classes() {
                (0..3).for_each(scenarios::crowd_over_classes::<$executor>);
            }

            #[test]
            fn beside_threads_that_send() {
                (0..3).for_each(|end| scenarios::crowd::<$executor>(scenarios::Threads::Senders, end));
            }

            #[test]
            fn beside_a_thread_that_receives() {
                (0..3).for_each(|end| scenarios::crowd::<$executor>(scenarios::Threads::Receiver, end));
            }

            #[test]
            fn streams_and_sinks() {
                scenarios::streams_and_sinks::<$executor>();
            }
        }
    )*};
}

runtimes! {
    tokio_with_one_thread: executors::TokioWithOneThread;
    tokio_with_several_threads: executors::TokioWithSeveralThreads;
    smol: executors::Smol;
    minimal: executors::Minimal;
}
