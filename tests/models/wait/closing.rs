//! Ends that go, and channels that are closed, while others wait.

use super::*;

models! {
    close_wakes_all [Some(2), 34513] &["was there", "woken"] => |cx| super::close_wakes_all(small, Receiver::close, cx);
    receiver_gone [Some(3), 1914] &["was there", "woken"] => |cx| super::receiver_gone(small, cx);
    receiver_gone_over_mpsc [Some(3), 6075] &["was there", "woken"] => |cx| super::receiver_gone(mpsc, cx);
    close_and_one_who_comes_back [None, 43577] &["before", "after"] =>
        |cx| super::close_and_one_who_comes_back(small, cx);
    close_and_one_who_goes [None, 2876] &[] => |cx| super::close_and_one_who_goes(small, cx);
    closed_is_awaited [Some(3), 196] &["over", "woken"] => |cx| super::closed_is_awaited(small, cx);
    last_sender_gone [Some(3), 13211] &["over", "woken"] => |cx| super::last_sender_gone(small, cx);
    last_sender_gone_over_mpsc [Some(3), 59514] &["over", "woken"] => |cx| super::last_sender_gone(mpsc, cx);
    item_of_the_last_sender [None, 2554] &["there", "woken"] => |cx| super::item_of_the_last_sender(small, cx);
    closed_while_it_is_sent_over_mpsc [Some(3), 332] &["sent", "came back"] =>
        |cx| super::closed_while_it_is_sent(mpsc, cx);
    closed_while_it_is_sent [None, 13004] &["sent", "came back"] => |cx| super::closed_while_it_is_sent(small, cx);
}

fn are_all_told(mut tasks: Vec<Sending>) {
    for (task, number) in tasks.iter_mut().zip(1..) {
        assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
        assert!(task.poll());
        assert_eq!(task.result, Some(Err(SendError::Closed(number))));
    }
}

/// A close wakes all that wait, and those that come to wait see it; their values come back.
///
/// [W1] [W2].
fn close_wakes_all<P: Tx, C: Rx>(make: Made<P, C>, close: fn(&mut Receiver<C, Shared>), cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut first = send(sender.clone(), 1);
    assert!(!first.poll());
    let others = [(sender.clone(), 2), (sender, 3)].map(|(sender, number)| poll_in_thread(send(sender, number)));
    close(&mut receiver);
    let tasks: Vec<_> = [first].into_iter().chain(others.map(|task| task.join().unwrap())).collect();
    cx.note(if tasks.iter().any(Task::is_done) { "was there" } else { "woken" });
    are_all_told(tasks);
    assert_eq!(receiver.try_recv(), Ok(100));
    assert_eq!(receiver.try_recv(), Err(PopError::Closed));
}

/// The same when the receiver goes.
///
/// [W1] [W2].
fn receiver_gone<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = full(make, 1);
    let mut first = send(sender.clone(), 1);
    assert!(!first.poll());
    let second = poll_in_thread(send(sender, 2));
    drop(receiver);
    let tasks = vec![first, second.join().unwrap()];
    cx.note(if tasks.iter().any(Task::is_done) { "was there" } else { "woken" });
    are_all_told(tasks);
}

/// One that was called for room comes back to the line in the middle of a close, before those that are to be woken.
///
/// [W1] [W2].
fn close_and_one_who_comes_back<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut barger = sender.clone();
    let (mut first, mut second) = (send(sender.clone(), 1), send(sender, 2));
    assert!(!first.poll() && !second.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    barger.try_send(100).unwrap();
    assert!(first.is_woken());
    let first = poll_in_thread(first);
    receiver.close();
    let first = first.join().unwrap();
    cx.note(if first.is_done() { "after" } else { "before" });
    are_all_told(vec![first, second]);
}

/// One goes in the middle of a close.
fn close_and_one_who_goes<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut gone = send(sender.clone(), 7);
    let mut tasks = vec![send(sender.clone(), 1), send(sender, 2)];
    assert!(!tasks[0].poll() && !gone.poll() && !tasks[1].poll());
    let dropper = thread::spawn(move || drop(gone));
    receiver.close();
    dropper.join().unwrap();
    are_all_told(tasks);
}

/// Senders that wait for a close alone see it, or are woken.
///
/// [W1] [W2].
fn closed_is_awaited<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = make(1);
    let [mut first, mut second] = [sender.clone(), sender].map(|mut sender| {
        Task::new(async move {
            sender.closed().await;
            sender
        })
    });
    assert!(!first.poll());
    let closer = thread::spawn(move || {
        receiver.close();
        receiver
    });
    cx.note(if second.poll() { "over" } else { "woken" });
    let _receiver = closer.join().unwrap();
    for task in [&mut first, &mut second] {
        assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
        assert!(task.poll());
    }
}

/// A receiver that waits is woken when the last sender goes, whichever that is.
///
/// [W1] [W2].
pub(super) fn last_sender_gone<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = make(1);
    let droppers = [sender.clone(), sender].map(|sender| thread::spawn(move || drop(sender)));
    let mut task = receive(receiver);
    cx.note(if task.poll() { "over" } else { "woken" });
    droppers.into_iter().for_each(|dropper| dropper.join().unwrap());
    assert!(task.is_done() || task.is_woken(), "it sleeps, and all is over");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Err(RecvError));
}

/// The last sender's item comes before the end.
///
/// [W1] [W2].
pub(super) fn item_of_the_last_sender<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = make(1);
    let pusher = thread::spawn(move || sender.try_send(1).unwrap());
    let mut task = receive(receiver);
    cx.note(if task.poll() { "there" } else { "woken" });
    pusher.join().unwrap();
    assert!(task.poll());
    let (received, receiver) = task.result.unwrap();
    assert_eq!(received, Ok(1));
    let mut task = receive(receiver);
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Err(RecvError));
}

/// What a sender was told is true: its item is received, or it came back.
///
/// [W1] [W2].
fn closed_while_it_is_sent<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let task = poll_in_thread(send(sender, 1));
    assert_eq!(receiver.try_recv(), Ok(100));
    receiver.close();
    let mut task = task.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
    assert!(task.poll());
    let received = receiver.try_recv();
    let came_back = task.result.unwrap();
    cx.note(if came_back.is_ok() { "sent" } else { "came back" });
    assert_eq!(received.is_ok(), came_back.is_ok());
    assert_eq!(receiver.try_recv(), Err(PopError::Closed));
}
