//! Senders that wait without sending: for room, for the end, and for room that is kept.

use super::*;

models! {
    room [None, 140] &["room", "woken"] => |cx| super::room(small, cx);
    room_or_the_end [None, 588] &["over", "woken"] => |cx| super::room_or_the_end(small, cx);
    dropped_when_called [None, 11] &["called", "not called"] => |cx| super::dropped_when_called(small, cx);
    the_receiver_goes [None, 8814] &["over", "woken"] => |cx| super::the_receiver_goes(small, cx);
    the_receiver_goes_over_spsc [None, 15889] &["over", "woken"] => super::the_receiver_goes_over_spsc;
    room_that_is_kept [None, 321] &["room", "woken"] => super::room_that_is_kept;
    dropped_beside_a_close [None, 1194] &[] => |cx| super::dropped_beside_a_close(small, cx);
}

/// A task that waits for room, and gives its end back.
fn ready<P: Tx>(mut sender: Sender<P, Shared>) -> Task<Sender<P, Shared>> {
    Task::new(async move {
        sender.ready().await;
        sender
    })
}

/// A task that waits for the end.
fn closed<P: forebay::channel::SendEnd + Send + 'static>(mut sender: Sender<P, Shared>) -> Task<()> {
    Task::new(async move { sender.closed().await })
}

/// Who waits for room is told of the pop that it has not seen, and sends then.
///
/// [W1] [W2].
fn room<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let mut task = ready(sender);
    cx.note(if task.poll() { "room" } else { "woken" });
    let mut receiver = popper.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is room");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().try_send(1), Ok(()));
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// Who waits for room in vain is told of the end.
///
/// [W1] [W2].
fn room_or_the_end<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let closer = thread::spawn(move || {
        receiver.close();
        receiver
    });
    let mut task = ready(sender);
    cx.note(if task.poll() { "over" } else { "woken" });
    let _receiver = closer.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
    assert!(task.poll());
    assert!(task.result.unwrap().is_closed());
}

/// One that waits for room and is dropped when it has been called passes the call on, although its sender stays.
fn dropped_when_called<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = full(make, 1);
    let second = sender.clone();
    let (bell, mut first) = (Arc::<Bell>::default(), sender.ready());
    assert!(Pin::new(&mut first).poll(&mut Cx::from_waker(&Waker::from(Arc::clone(&bell)))).is_pending());
    let mut next = send(second, 2);
    assert!(!next.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    drop(first);
    let receiver = popper.join().unwrap();
    cx.note(if bell.is_rung() { "called" } else { "not called" });
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

fn is_told(task: &mut Task<()>, cx: &Context, going: thread::JoinHandle<()>) {
    cx.note(if task.poll() { "over" } else { "woken" });
    going.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the receiver is gone");
    assert!(task.poll());
}

/// Who waits for the end is told when the receiver goes.
fn the_receiver_goes<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = make(1);
    let dropper = thread::spawn(move || drop(receiver));
    is_told(&mut closed(sender), cx, dropper);
}

/// The same of the one sender of a channel that can't be closed otherwise.
fn the_receiver_goes_over_spsc(cx: &Context) {
    let (sender, receiver) = channel::spsc::<u32>(1).unwrap();
    let dropper = thread::spawn(move || drop(receiver));
    is_told(&mut closed(sender), cx, dropper);
}

/// Who waits for room and keeps it is told of the pop that it has not seen, and nobody else has that room.
///
/// [W1] [W2].
fn room_that_is_kept(cx: &Context) {
    let (mut sender, mut receiver) = channel::spsc::<u32>(1).unwrap();
    sender.try_send(100).unwrap();
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let mut task = Task::new(async move {
        sender.reserve().await.unwrap().send(1).unwrap();
        sender
    });
    cx.note(if task.poll() { "room" } else { "woken" });
    let mut receiver = popper.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is room");
    assert!(task.poll());
    assert_eq!(receiver.try_recv(), Ok(1));
}

/// One that waits for the end is dropped beside the close; the other one is told.
fn dropped_beside_a_close<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sender, mut receiver) = make(1);
    let (mut gone, mut stays) = (closed(sender.clone()), closed(sender));
    assert!(!gone.poll() && !stays.poll());
    let dropper = thread::spawn(move || drop(gone));
    receiver.close();
    dropper.join().unwrap();
    assert!(stays.is_woken() && stays.poll());
}
