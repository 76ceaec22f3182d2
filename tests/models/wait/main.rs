//! Models of waiting: two or three threads, every execution up to a number of preemptions. Each proves the property in its first
//! line and names the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_wait`
//!
//! Tasks are polled by threads, and when those have joined, the ones that were woken are polled until there is none: then nobody
//! may sleep while what it waits for is there. Most models are over the smallest [ring](mod@ring), and some over `mpsc`, which
//! has far more states of its own.
//!
//! Claims: waiting.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Cx, Poll, Wake, Waker};

use forebay::PopError;
use forebay::channel::{self, CloseEnd, Desk, Receiver, RecvError, RoomEnd, SendError, Sender, Shared};
use forebay_tests::model::{Context, thread};
use forebay_tests::models;

mod blocking;
mod calls;
mod closing;
mod grace;
mod home;
mod lanes;
mod lobby;
mod meeting;
mod policy;
mod pressure;
mod registering;
mod ring;
mod sink;
mod stages;
mod timeouts;
#[cfg(forebay_loom)]
mod told;
mod until;

/// A producer's end of numbers.
trait One: RoomEnd<Item = u32, Sent = ()> + Send + 'static {}

impl<P: RoomEnd<Item = u32, Sent = ()> + Send + 'static> One for P {}

/// One that there can be several of.
trait Tx: One + Clone {}

impl<P: One + Clone> Tx for P {}

/// A consumer's end.
trait Rx: CloseEnd<Item = u32> + Send + 'static {}

impl<C: CloseEnd<Item = u32> + Send + 'static> Rx for C {}

type Made<P, C> = fn(usize) -> (Sender<P, Shared>, Receiver<C, Shared>);

fn small(capacity: usize) -> (Sender<ring::Tx, Shared>, Receiver<ring::Rx, Shared>) {
    let (tx, rx) = ring::ring(capacity);
    channel::over(tx, rx)
}

fn mpsc(capacity: usize) -> (channel::MpscSender<u32>, channel::MpscReceiver<u32>) {
    channel::mpsc(capacity).unwrap()
}

/// A channel that is full of 100s.
fn full<P: Tx, C: Rx>(make: Made<P, C>, capacity: usize) -> (Sender<P, Shared>, Receiver<C, Shared>) {
    let (mut sender, receiver) = make(capacity);
    (0..capacity).for_each(|_| sender.try_send(100).unwrap());
    (sender, receiver)
}

/// Whether a task was woken. It orders nothing that the checker knows of.
#[derive(Debug, Default)]
struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Bell {
    fn is_rung(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A task that can be polled by one thread after another.
struct Task<R> {
    future: Pin<Box<dyn Future<Output = R> + Send>>,
    bell: Arc<Bell>,
    result: Option<R>,
}

impl<R> Task<R> {
    fn new(future: impl Future<Output = R> + Send + 'static) -> Self {
        Self { future: Box::pin(future), bell: Arc::default(), result: None }
    }

    /// Polls it, if it is not done. Answers with whether it is.
    fn poll(&mut self) -> bool {
        if self.result.is_none() {
            self.bell.0.store(false, Ordering::Relaxed);
            let waker = Waker::from(Arc::clone(&self.bell));
            if let Poll::Ready(result) = self.future.as_mut().poll(&mut Cx::from_waker(&waker)) {
                self.result = Some(result);
            }
        }
        self.is_done()
    }

    fn is_done(&self) -> bool {
        self.result.is_some()
    }

    fn is_woken(&self) -> bool {
        !self.is_done() && self.bell.is_rung()
    }

    /// From now on another waker stands for it.
    fn change_bell(&mut self) {
        self.bell = Arc::default();
    }
}

type Sending = Task<Result<(), SendError<u32>>>;

/// A task that sends a number. Its end goes when the task does.
fn send<P: One, D: Desk + Send + 'static>(mut sender: Sender<P, D>, number: u32) -> Sending {
    Task::new(async move { sender.send(number).await })
}

/// A task that receives a number, and gives its end back.
fn receive<C: Rx, D: Desk + Send + 'static>(
    mut receiver: Receiver<C, D>,
) -> Task<(Result<u32, RecvError>, Receiver<C, D>)> {
    Task::new(async move { (receiver.recv().await, receiver) })
}

/// Polls a task in a thread.
fn poll_in_thread<R: Send + 'static>(mut task: Task<R>) -> thread::JoinHandle<Task<R>> {
    thread::spawn(move || {
        task.poll();
        task
    })
}

/// Polls tasks that are woken until there is none.
fn run<R>(tasks: &mut [Task<R>]) {
    while let Some(task) = tasks.iter_mut().find(|task| task.is_woken()) {
        task.poll();
    }
}

/// Runs the tasks that send; then nobody sleeps when there is room. And what is inside, and what they send when there is room
/// again and again, is all that they were to send.
fn check_senders<R, C: Rx, D: Desk>(mut tasks: Vec<Task<R>>, mut receiver: Receiver<C, D>, mut all: Vec<u32>) {
    let mut received = Vec::new();
    loop {
        run(&mut tasks);
        let sleeping = tasks.iter().filter(|task| !task.is_done()).count();
        assert!(sleeping == 0 || receiver.len() == receiver.capacity(), "somebody sleeps, and there is room");
        match receiver.try_recv() {
            Ok(number) => received.push(number),
            // Closed, if the last sender has gone with its task.
            Err(PopError::Empty | PopError::Closed) => {
                assert_eq!(sleeping, 0);
                break;
            }
        }
    }
    received.retain(|&number| number != 100);
    received.sort_unstable();
    all.sort_unstable();
    assert_eq!(received, all);
}
