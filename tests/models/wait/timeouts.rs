//! Threads whose time is over, against what would have woken them. The checker's time is over when a thread has looked once more.

use std::time::Duration;

use forebay::channel::{RecvTimeoutError, SendTimeoutError};

use super::*;

models! {
    receiver_is_late [None, 1138] &["received", "late"] => |cx| super::receiver_is_late(small, cx);
    receiver_is_late_over_mpsc [Some(3), 623] &["received", "late"] => |cx| super::receiver_is_late(mpsc, cx);
    receiver_is_late_at_the_end [None, 34714] &["over", "late"] => |cx| super::receiver_is_late_at_the_end(small, cx);
    sender_is_late [None, 5547] &["sent", "late"] => |cx| super::sender_is_late(small, cx);
    sender_is_late_at_the_end [Some(3), 1479] &["closed", "late"] => |cx| super::sender_is_late_at_the_end(small, cx);
}

/// A receiver whose time is over has left the item inside, and is woken by the next one when it waits again.
///
/// [W1] [W2].
fn receiver_is_late<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = make(2);
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let first = receiver.recv_timeout(Duration::ZERO);
    cx.note(if first.is_ok() { "received" } else { "late" });
    assert!(matches!(first, Ok(1) | Err(RecvTimeoutError::Timeout)));
    let mut task = receive(receiver);
    let is_there = task.poll();
    let mut sender = pusher.join().unwrap();
    if first.is_ok() {
        assert!(!is_there);
        sender.try_send(1).unwrap();
    }
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    let (second, mut receiver) = task.result.unwrap();
    assert_eq!(second, Ok(1));
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
}

/// A receiver whose time is over as the last sender goes sees the end then or later.
fn receiver_is_late_at_the_end<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = make(1);
    let dropper = thread::spawn(move || drop(sender));
    let first = receiver.recv_timeout(Duration::ZERO);
    cx.note(if first == Err(RecvTimeoutError::Closed) { "over" } else { "late" });
    let mut task = receive(receiver);
    task.poll();
    dropper.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and all is over");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Err(RecvError));
}

/// A sender whose time is over has its value back, and is woken for the room when it waits again.
///
/// [W1] [W2].
fn sender_is_late<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = full(make, 1);
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let first = sender.send_timeout(1, Duration::ZERO);
    cx.note(if first.is_ok() { "sent" } else { "late" });
    assert!(matches!(first, Ok(()) | Err(SendTimeoutError::Timeout(1))));
    let mut task = send(sender, 2);
    task.poll();
    check_senders(vec![task], popper.join().unwrap(), if first.is_ok() { vec![1, 2] } else { vec![2] });
}

/// A sender whose time is over as the channel is closed has its value back, and is in no line any more.
///
/// [W1] [W2].
fn sender_is_late_at_the_end<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = full(make, 1);
    let closer = thread::spawn(move || {
        receiver.close();
        receiver
    });
    let first = sender.send_timeout(1, Duration::ZERO);
    cx.note(if first == Err(SendTimeoutError::Closed(1)) { "closed" } else { "late" });
    assert_eq!(first.unwrap_err().into_inner(), 1);
    let mut task = send(sender, 2);
    task.poll();
    let mut receiver = closer.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
    assert!(task.poll());
    assert_eq!(task.result, Some(Err(SendError::Closed(2))));
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(100), Err(PopError::Closed)));
}
