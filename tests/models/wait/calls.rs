//! A call that its end does not use goes to the next.

use std::time::Duration;

use forebay::channel::SendTimeoutError;

use super::*;

models! {
    two_senders_for_one_slot [Some(3), 9288] &["both wait", "one waits"] => |cx| super::two_senders_for_one_slot(small, cx);
    two_senders_for_one_slot_over_mpsc [Some(3), 74262] &["both wait", "one waits"] =>
        |cx| super::two_senders_for_one_slot(mpsc, cx);
    dropped_after_its_wake [None, 11] &["called", "not called"] => |cx| super::dropped_after_its_wake(small, cx);
    dropped_after_its_wake_over_mpsc [None, 11] &["called", "not called"] =>
        |cx| super::dropped_after_its_wake(mpsc, cx);
    sender_dropped_after_its_wake [None, 934] &["called", "not called"] =>
        |cx| super::sender_dropped_after_its_wake(small, cx);
    called_alone [Some(3), 1606] &["is served", "waits"] => |cx| super::called_alone(small, cx);
    called_alone_over_mpsc [Some(3), 4237] &["is served", "waits"] => |cx| super::called_alone(mpsc, cx);
    timeout_against_wake [Some(3), 31095] &["sent", "late"] => |cx| super::timeout_against_wake(small, cx);
    ready_and_gone [Some(3), 65] &["ready", "waits"] => |cx| super::ready_and_gone(small, cx);
    two_dropped_after_their_wakes [None, 80361] &[] => |cx| super::two_dropped_after_their_wakes(small, cx);
    used_and_dropped [None, 1360] &[] => |cx| super::used_and_dropped(small, cx);
    first_come [Some(3), 110125] &["behind", "not behind"] => |cx| super::first_come(small, cx);
    first_come_goes [None, 155879] &["behind", "not behind"] => |cx| super::first_come_goes(small, cx);
    first_come_is_served [Some(3), 218] &["by the pop", "by the first one"] => |cx| super::first_come_is_served(small, cx);
    first_come_is_served_over_mpsc [Some(3), 39] &["by the pop", "by the first one"] => |cx| super::first_come_is_served(mpsc, cx);
    first_come_waits_for_something_else [Some(2), 8602] &[] => |cx| super::first_come_waits_for_something_else(small, cx);
    first_come_with_others_behind [Some(2), 5423] &[] => |cx| super::first_come_with_others_behind(small, cx);
    closed_before_first_come [None, 4585] &["behind", "not behind"] => |cx| super::closed_before_first_come(small, cx);
    called_before_another_comes_first [Some(3), 15597] &["one is served", "both wait"] => |cx| super::called_before_another_comes_first(small, cx);
}

/// Takes a 100 out, in a thread.
fn pop_in_thread<C: Rx + 'static>(mut receiver: Receiver<C, Shared>) -> thread::JoinHandle<Receiver<C, Shared>> {
    thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    })
}

/// One slot gets free while two come to wait: one gets it, and the other one waits and is not forgotten.
///
/// [W1] [W2].
fn two_senders_for_one_slot<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let tasks = [(sender.clone(), 1), (sender, 2)].map(|(sender, number)| poll_in_thread(send(sender, number)));
    assert_eq!(receiver.try_recv(), Ok(100));
    let tasks: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
    cx.note(if tasks.iter().any(Task::is_done) { "one waits" } else { "both wait" });
    check_senders(tasks, receiver, vec![1, 2]);
}

/// A future that is dropped when it has been called passes the call on.
fn dropped_after_its_wake<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = full(make, 1);
    let second = sender.clone();
    let (bell, mut first) = (Arc::<Bell>::default(), sender.send(1));
    assert!(Pin::new(&mut first).poll(&mut Cx::from_waker(&Waker::from(Arc::clone(&bell)))).is_pending());
    let mut next = send(second, 2);
    assert!(!next.poll());
    let popper = pop_in_thread(receiver);
    drop(first);
    let receiver = popper.join().unwrap();
    cx.note(if bell.is_rung() { "called" } else { "not called" });
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

/// The same when the sender goes with its future.
fn sender_dropped_after_its_wake<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = full(make, 1);
    let (mut first, mut next) = (send(sender.clone(), 1), send(sender, 2));
    assert!(!first.poll() && !next.poll());
    let popper = pop_in_thread(receiver);
    let bell = Arc::clone(&first.bell);
    drop(first);
    let receiver = popper.join().unwrap();
    cx.note(if bell.is_rung() { "called" } else { "not called" });
    check_senders(vec![next], receiver, vec![2]);
}

/// One that is called while nobody else waits, and goes, owes nothing to who comes meanwhile: that one looks for itself, or is
/// called for what has come before.
///
/// [W1] [W2].
fn called_alone<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut first = send(sender.clone(), 1);
    assert!(!first.poll());
    let next = poll_in_thread(send(sender, 2));
    assert_eq!(receiver.try_recv(), Ok(100));
    drop(first);
    let next = next.join().unwrap();
    cx.note(if next.is_done() { "is served" } else { "waits" });
    check_senders(vec![next], receiver, vec![2]);
}

/// A thread whose time is over when it has been called passes the call on.
fn timeout_against_wake<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = full(make, 1);
    let mut last = send(sender.clone(), 2);
    let late = thread::spawn(move || {
        let sent = sender.send_timeout(1, Duration::ZERO);
        assert!(matches!(sent, Ok(()) | Err(SendTimeoutError::Timeout(1))));
        (sent.is_ok(), sender)
    });
    let popper = pop_in_thread(receiver);
    last.poll();
    let ((sent, _sender), receiver) = (late.join().unwrap(), popper.join().unwrap());
    cx.note(if sent { "sent" } else { "late" });
    check_senders(vec![last], receiver, if sent { vec![1, 2] } else { vec![2] });
}

/// One that waits for room alone takes none: who waits behind it is called.
///
/// [W1] [W2].
fn ready_and_gone<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = full(make, 1);
    let mut next = send(sender.clone(), 2);
    let mut ready = Task::new(async move {
        sender.ready().await;
        sender
    });
    assert!(!ready.poll() && !next.poll());
    let popper = pop_in_thread(receiver);
    cx.note(if ready.poll() { "ready" } else { "waits" });
    let receiver = popper.join().unwrap();
    assert!(ready.is_done() || ready.is_woken());
    ready.poll();
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

/// Two that were called for two slots are dropped at once: both calls go on.
fn two_dropped_after_their_wakes<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let mut tasks: Vec<_> = (1..=4).map(|number| send(sender.clone(), number)).collect();
    assert!(tasks.iter_mut().all(|task| !task.poll()));
    let rest = tasks.split_off(2);
    (0..2).for_each(|_| assert_eq!(receiver.try_recv(), Ok(100)));
    let droppers: Vec<_> = tasks.into_iter().map(|task| thread::spawn(move || drop(task))).collect();
    droppers.into_iter().for_each(|dropper| dropper.join().unwrap());
    assert!(rest.iter().all(Task::is_woken), "there is room for both");
    check_senders(rest, receiver, vec![3, 4]);
}

/// One that was called uses its call while another one is dropped.
fn used_and_dropped<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let mut senders: Vec<_> = (0..3).map(|_| sender.clone()).collect();
    let mut tasks: Vec<_> = (1..=2).map(|number| send(senders.pop().unwrap(), number)).collect();
    assert!(!tasks[0].poll());
    let mut dropped = senders.pop().unwrap();
    let mut future = dropped.send(3);
    assert!(Pin::new(&mut future).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    assert!(!tasks[1].poll());
    (0..2).for_each(|_| assert_eq!(receiver.try_recv(), Ok(100)));
    let last = tasks.pop().unwrap();
    let used = poll_in_thread(tasks.pop().unwrap());
    drop(future);
    let used = used.join().unwrap();
    check_senders(vec![used, last], receiver, vec![1, 2]);
}

/// One that has come too late once, and has been called again, and others were faster again.
pub(super) fn late<P: Tx, C: Rx>(
    sender: &Sender<P, Shared>,
    receiver: &mut Receiver<C, Shared>,
    number: u32,
) -> Sending {
    let mut barger = sender.clone();
    let mut task = send(sender.clone(), number);
    assert!(!task.poll());
    for is_polled in [true, false] {
        assert_eq!(receiver.try_recv(), Ok(100));
        assert!(task.is_woken());
        barger.try_send(100).unwrap();
        assert!(!(is_polled && task.poll()));
    }
    task
}

/// One comes to be first and finds room all the same; who queued up behind it meanwhile, with room for both, is not forgotten.
///
/// [W1] [W2].
fn first_come<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let first = late(&sender, &mut receiver, 1);
    let tasks = [first, send(sender, 2)].map(poll_in_thread);
    (0..2).for_each(|_| assert_eq!(receiver.try_recv(), Ok(100)));
    let tasks: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
    cx.note(if tasks[0].is_done() && !tasks[1].is_done() { "behind" } else { "not behind" });
    check_senders(tasks, receiver, vec![1, 2]);
}

/// One that comes first has been called, in a channel for one that is empty now.
fn called_first<P: Tx, C: Rx>(make: Made<P, C>) -> (Sender<P, Shared>, Sending, Receiver<C, Shared>) {
    let (sender, mut receiver) = full(make, 1);
    let mut first = late(&sender, &mut receiver, 1);
    assert!(!first.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    assert!(first.is_woken());
    (sender, first, receiver)
}

/// The one that comes first goes away while another one queues up behind it, with room.
///
/// [W1] [W2].
fn first_come_goes<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, first, receiver) = called_first(make);
    let next = poll_in_thread(send(sender, 2));
    drop(first);
    let next = next.join().unwrap();
    cx.note(if next.is_done() { "not behind" } else { "behind" });
    check_senders(vec![next], receiver, vec![2]);
}

/// One that comes first has been called and is served while another place gets free: the pop may call nobody, and then it does.
///
/// [W1] [W2].
fn first_come_is_served<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let mut first = late(&sender, &mut receiver, 1);
    let mut next = send(sender, 2);
    assert!(!first.poll() && !next.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    assert!(first.is_woken() && !next.is_woken());
    let popper = pop_in_thread(receiver);
    assert!(first.poll());
    cx.note(if next.is_woken() { "by the first one" } else { "by the pop" });
    let receiver = popper.join().unwrap();
    assert!(next.is_woken(), "there is room");
    check_senders(vec![next], receiver, vec![1, 2]);
}

/// One that comes first, whose future was forgotten before it was called; one that waits behind it; and a receiver of a channel for two
/// with one 100 inside.
pub(super) fn first_come_and_forgotten<P: Tx, C: Rx>(
    make: Made<P, C>,
) -> (Sender<P, Shared>, Sending, Receiver<C, Shared>) {
    let (sender, mut receiver) = full(make, 2);
    let (mut first, mut barger) = (sender.clone(), sender.clone());
    let bell = Arc::<Bell>::default();
    let mut future = first.send(1);
    let mut poll = || Pin::new(&mut future).poll(&mut Cx::from_waker(&Waker::from(Arc::clone(&bell))));
    assert!(poll().is_pending());
    for _ in 0..2 {
        assert_eq!(receiver.try_recv(), Ok(100));
        barger.try_send(100).unwrap();
        assert!(poll().is_pending());
    }
    std::mem::forget(future);
    let mut next = send(sender, 2);
    assert!(!next.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    assert!(!next.is_woken());
    (first, next, receiver)
}

/// One that comes first has been called and waits for something else, beside a pop: who waits behind it is called.
fn first_come_waits_for_something_else<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (mut first, next, receiver) = first_come_and_forgotten(make);
    let popper = pop_in_thread(receiver);
    let next = poll_in_thread(next);
    assert!(Pin::new(&mut first.closed()).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    let (next, receiver) = (next.join().unwrap(), popper.join().unwrap());
    check_senders(vec![next], receiver, vec![2]);
}

/// One that comes first is served in a thread, and who is behind it comes at the same time, beside a pop: a third one is called if there is
/// room for that.
///
/// [W1] [W2].
fn first_come_with_others_behind<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let mut first = late(&sender, &mut receiver, 1);
    let (mut next, mut last) = (send(sender.clone(), 2), send(sender, 3));
    assert!(!first.poll() && !next.poll() && !last.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    let tasks = [first, next].map(poll_in_thread);
    assert_eq!(receiver.try_recv(), Ok(100));
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
    tasks.push(last);
    check_senders(tasks, receiver, vec![1, 2, 3]);
}

/// The channel is closed while one that comes first has been called, and another one queues up behind it.
///
/// [W1] [W2].
fn closed_before_first_come<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut first, mut receiver) = called_first(make);
    let next = poll_in_thread(send(sender, 2));
    receiver.close();
    let mut next = next.join().unwrap();
    cx.note(if next.is_done() { "not behind" } else { "behind" });
    assert!(next.is_done() || next.is_woken());
    assert!(next.poll() && first.poll());
    assert!(first.result.is_some_and(|sent| sent.is_err()) && next.result.is_some_and(|sent| sent.is_err()));
}

/// One that was called finds that another one comes first now: the next call is that one's.
///
/// [W1] [W2].
fn called_before_another_comes_first<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 2);
    let mut barger = sender.clone();
    let mut called = send(sender.clone(), 1);
    assert!(!called.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    assert!(called.is_woken());
    barger.try_send(100).unwrap();
    let first = late(&sender, &mut receiver, 2);
    let tasks = [called, first].map(poll_in_thread);
    assert_eq!(receiver.try_recv(), Ok(100));
    let tasks: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
    cx.note(if tasks.iter().any(Task::is_done) { "one is served" } else { "both wait" });
    check_senders(tasks, receiver, vec![1, 2]);
}
