//! A sender as a sink: what it keeps, what it waits for, and what it leaves behind.

use std::future::poll_fn;

use forebay::channel::SenderSink;
use futures_sink::Sink;

use super::*;

models! {
    others_are_faster [Some(3), 235] &["kept", "sent"] => |cx| super::others_are_faster(small, cx);
    flushed_by_a_pop [None, 100] &["room", "woken"] => |cx| super::flushed_by_a_pop(small, cx);
    gone_when_ready [Some(3), 159] &["ready", "waits"] => |cx| super::gone_when_ready(small, cx);
    kept_when_ready [Some(3), 65] &["ready", "waits"] => |cx| super::kept_when_ready(small, cx);
    gone_with_its_item [None, 162] &[] => |cx| super::gone_with_its_item(small, cx);
    parts_of_one_that_waits [None, 11] &[] => |cx| super::parts_of_one_that_waits(small, cx);
    closed_with_an_item_kept [None, 13004] &["sent", "came back"] => |cx| super::closed_with_an_item_kept(small, cx);
}

/// A task that waits until a sink is ready, and gives it back.
fn ready<P: Tx>(mut sink: SenderSink<P, Shared>) -> Task<SenderSink<P, Shared>> {
    Task::new(async move {
        poll_fn(|cx| Pin::new(&mut sink).poll_ready(cx)).await.unwrap();
        sink
    })
}

/// A task that flushes a sink.
fn flush<P: Tx>(mut sink: SenderSink<P, Shared>) -> Sending {
    Task::new(async move { poll_fn(|cx| Pin::new(&mut sink).poll_flush(cx)).await })
}

/// A sink that holds an item, as another sender has filled the channel after it was ready.
fn holding<P: Tx, C: Rx>(make: Made<P, C>) -> (SenderSink<P, Shared>, Sender<P, Shared>, Receiver<C, Shared>) {
    let (mut sender, receiver) = make(1);
    let mut task = ready(sender.clone().into_sink());
    assert!(task.poll());
    let mut sink = task.result.unwrap();
    sender.try_send(100).unwrap();
    Pin::new(&mut sink).start_send(1).unwrap();
    (sink, sender, receiver)
}

/// A sink was ready, and another sender may be faster: its item is sent all the same, once.
fn others_are_faster<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = make(1);
    let mut task = ready(sender.clone().into_sink());
    assert!(task.poll());
    let mut sink = task.result.unwrap();
    let other = poll_in_thread(send(sender, 2));
    Pin::new(&mut sink).start_send(1).unwrap();
    let mut task = flush(sink);
    cx.note(if task.poll() { "sent" } else { "kept" });
    check_senders(vec![task, other.join().unwrap()], receiver, vec![1, 2]);
}

/// A sink that is flushed is woken by the pop that it has not seen.
///
/// [W1] [W2].
fn flushed_by_a_pop<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sink, _sender, mut receiver) = holding(make);
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let mut task = flush(sink);
    cx.note(if task.poll() { "room" } else { "woken" });
    check_senders(vec![task], popper.join().unwrap(), vec![1]);
}

/// A sink that goes before it is given an item, ready or not, hoards no room: who waits behind it is called.
///
/// [W1] [W2].
fn gone_when_ready<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut next = send(sender.clone(), 2);
    let mut task = ready(sender.into_sink());
    assert!(!task.poll() && !next.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    cx.note(if task.poll() { "ready" } else { "waits" });
    drop(task);
    let receiver = popper.join().unwrap();
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

/// A sink that is ready and is given nothing hoards no room either: who waits behind it is called.
fn kept_when_ready<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut next = send(sender.clone(), 2);
    let mut task = ready(sender.into_sink());
    assert!(!task.poll() && !next.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    cx.note(if task.poll() { "ready" } else { "waits" });
    let receiver = popper.join().unwrap();
    assert!(task.poll(), "it was first in the line");
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
    drop(task);
}

/// A sink that goes with the item that it has kept, while it is called for that: the call goes on.
fn gone_with_its_item<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (sink, sender, mut receiver) = holding(make);
    let (mut task, mut next) = (flush(sink), send(sender, 2));
    assert!(!task.poll() && !next.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    drop(task);
    let receiver = popper.join().unwrap();
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

/// The same when it is taken apart; its item comes back.
fn parts_of_one_that_waits<P: Tx, C: Rx>(make: Made<P, C>, _: &Context) {
    let (mut sink, sender, mut receiver) = holding(make);
    let mut flush = poll_fn(|cx| Pin::new(&mut sink).poll_flush(cx));
    assert!(Pin::new(&mut flush).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    let mut next = send(sender, 2);
    assert!(!next.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let (_sender, item) = sink.into_parts();
    assert_eq!(item, Some(1));
    let receiver = popper.join().unwrap();
    assert!(next.is_woken());
    check_senders(vec![next], receiver, vec![2]);
}

/// A sink that keeps an item when the channel is closed is woken, and has it back.
///
/// [W1] [W2].
fn closed_with_an_item_kept<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sink, _sender, mut receiver) = holding(make);
    let task = poll_in_thread(flush(sink));
    assert_eq!(receiver.try_recv(), Ok(100));
    receiver.close();
    let mut task = task.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
    assert!(task.poll());
    let flushed = task.result.unwrap();
    cx.note(if flushed.is_ok() { "sent" } else { "came back" });
    assert!(matches!(flushed, Ok(()) | Err(SendError::Closed(1))));
    assert_eq!(receiver.try_recv().ok(), flushed.is_ok().then_some(1));
    assert_eq!(receiver.try_recv(), Err(PopError::Closed));
}
