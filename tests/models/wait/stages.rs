//! A receiver behind which items expire: it discards them, and their room is for those who wait.

use forebay::channel::{End, ReceiveEnd};
use forebay::expiry::{Expiring, MaxAge, Stamped};
use forebay::seam::Pop;

use super::*;

models! {
    room_of_what_expired [Some(3), 53155] &[] => |_| super::room_of_what_expired();
    room_for_two [Some(3), 78108] &["both wait", "one waits", "none waits"] => super::room_for_two;
}

/// A number was pushed in the tick of that number.
struct Aged(ring::Rx);

impl Pop for Aged {
    type Item = Stamped<u32>;

    fn pop(&mut self) -> Result<Stamped<u32>, PopError> {
        self.0.pop().map(|number| Stamped { value: number, at: number.into() })
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl End for Aged {}

impl ReceiveEnd for Aged {}

type Expires = Expiring<Aged, fn() -> u64, MaxAge, fn(u32)>;

/// A channel in which the numbers below 50 are too old, full of those.
fn full_of_old(capacity: usize) -> (Sender<ring::Tx, Shared>, Receiver<Expires, Shared>) {
    let (tx, rx) = ring::ring(capacity);
    let (mut sender, receiver) = channel::over(tx, Expiring::new(Aged(rx), (|| 150) as fn() -> u64, MaxAge::new(100)));
    (0..capacity).for_each(|_| sender.try_send(1).unwrap());
    (sender, receiver)
}

/// A thread that waits for room gets that of an item that has expired, although nothing was received.
///
/// [W1] [W2].
fn room_of_what_expired() {
    let (mut sender, mut receiver) = full_of_old(1);
    let pusher = thread::spawn(move || [2, 100].map(|number| sender.blocking_send(number).unwrap()));
    assert_eq!(receiver.blocking_recv(), Ok(100));
    assert_eq!(receiver.end().expired(), 2);
    assert_eq!(receiver.blocking_recv(), Err(RecvError));
    pusher.join().unwrap();
}

/// Two items expire in one pop, which finds nothing else, or what has been sent meanwhile: those who wait are all called.
///
/// [W1] [W2].
fn room_for_two(cx: &Context) {
    let (sender, mut receiver) = full_of_old(2);
    let tasks = [(sender.clone(), 101), (sender, 102)].map(|(sender, number)| poll_in_thread(send(sender, number)));
    let first = receiver.try_recv();
    let mut tasks = tasks.map(|task| task.join().unwrap());
    let done = tasks.iter().filter(|task| task.is_done()).count();
    cx.note(["both wait", "one waits", "none waits"][done]);
    // Each is called for itself, and doesn't have to wait for the other one to come.
    assert!(tasks.iter().all(|task| task.is_done() || task.is_woken()), "somebody sleeps, and there is room");
    run(&mut tasks);
    let mut received: Vec<u32> =
        first.ok().into_iter().chain(std::iter::from_fn(|| receiver.try_recv().ok())).collect();
    received.sort_unstable();
    assert_eq!(received, [101, 102]);
    assert_eq!(receiver.end().expired(), 2);
}
