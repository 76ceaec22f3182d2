//! What runs the tasks.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use super::{Executor, Task};

fn run_by_tokio(runtime: &tokio::runtime::Runtime, tasks: Vec<Task>) {
    runtime.block_on(async {
        let handles: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        for handle in handles {
            handle.await.unwrap();
        }
    });
}

pub(crate) struct TokioWithOneThread;

impl Executor for TokioWithOneThread {
    fn run(tasks: Vec<Task>) {
        run_by_tokio(&tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(), tasks);
    }

    fn sleep(time: Duration) -> Task {
        Box::pin(tokio::time::sleep(time))
    }
}

pub(crate) struct TokioWithSeveralThreads;

impl Executor for TokioWithSeveralThreads {
    fn run(tasks: Vec<Task>) {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        run_by_tokio(&builder.worker_threads(3).enable_time().build().unwrap(), tasks);
    }

    fn sleep(time: Duration) -> Task {
        Box::pin(tokio::time::sleep(time))
    }
}

/// Its executor and its timer, which runs in a thread of its own.
pub(crate) struct Smol;

impl Executor for Smol {
    fn run(tasks: Vec<Task>) {
        let executor = async_executor::Executor::new();
        thread::scope(|threads| {
            let tasks: Vec<_> = tasks.into_iter().map(|task| executor.spawn(task)).collect();
            let (end, ended) = async_ends();
            threads.spawn(|| futures_lite::future::block_on(executor.run(ended)));
            futures_lite::future::block_on(executor.run(async {
                for task in tasks {
                    task.await;
                }
            }));
            end();
        });
    }

    fn sleep(time: Duration) -> Task {
        Box::pin(async move {
            async_io::Timer::after(time).await;
        })
    }
}

/// An end that can be told, and waited for.
fn async_ends() -> (impl FnOnce(), impl Future<Output = ()> + Send) {
    let (mut sender, receiver) = forebay::channel::spsc::<()>(1).unwrap();
    let ended = async move {
        let mut receiver = receiver;
        let _ = receiver.recv().await;
    };
    (move || sender.try_send(()).unwrap(), ended)
}

/// Goes round, polls those that were woken, and knows no time: nothing in it needs an operating system.
pub(crate) struct Minimal;

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        // Release: what was done before the wake is seen by the poll.
        self.0.store(true, Ordering::Release);
    }
}

impl Executor for Minimal {
    fn run(tasks: Vec<Task>) {
        let mut tasks: Vec<_> = tasks.into_iter().map(|task| (task, Arc::new(Woken(AtomicBool::new(true))))).collect();
        while !tasks.is_empty() {
            let mut is_idle = true;
            tasks.retain_mut(|(task, woken)| {
                // Acquire: as above.
                if !woken.0.swap(false, Ordering::Acquire) {
                    return true;
                }
                is_idle = false;
                task.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(woken)))).is_pending()
            });
            if is_idle {
                // It waits for threads beside it.
                thread::yield_now();
            }
        }
    }

    fn sleep(time: Duration) -> Task {
        let mut rounds = time.as_micros() / 100;
        Box::pin(poll_fn(move |cx| {
            if rounds == 0 {
                return Poll::Ready(());
            }
            rounds -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}
