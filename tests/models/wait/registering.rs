//! Who waits and who changes the ring at the same time: one of them sees the other.

use super::*;

models! {
    receiver [None, 58] &["there", "woken"] => |cx| super::receiver(small, cx);
    receiver_over_mpsc [None, 845] &["there", "woken"] => |cx| super::receiver(mpsc, cx);
    receiver_of_two [Some(3), 1270] &["there", "woken"] => |cx| super::receiver_of_two(small, cx);
    receiver_of_two_over_mpsc [Some(3), 26640] &["there", "woken"] => |cx| super::receiver_of_two(mpsc, cx);
    sender [None, 100] &["room", "woken"] => |cx| super::sender(small, cx);
    sender_over_mpsc [None, 219] &["room", "woken"] => |cx| super::sender(mpsc, cx);
    waker_replaced [None, 208] &["there", "woken"] => |cx| super::waker_replaced(small, cx);
    receiver_comes_again [None, 218] &["there", "woken"] => |cx| super::receiver_comes_again(small, cx);
    receiver_comes_again_over_mpsc [Some(3), 223] &["there", "woken"] => |cx| super::receiver_comes_again(mpsc, cx);
    waker_of_sender_replaced [None, 4192] &["room", "woken"] => |cx| super::waker_of_sender_replaced(small, cx);
    sender_of_many [None, 196] &["room", "woken"] => |cx| super::sender_of_many(small, cx);
}

/// A receiver that has found nothing is woken by the item that it has not seen.
///
/// [W1] [W2].
fn receiver<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = make(1);
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = receive(receiver);
    cx.note(if task.poll() { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// The same with two senders, each of which has pushed before the other's push is over.
///
/// [W1] [W2].
pub(super) fn receiver_of_two<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, receiver) = make(2);
    let pushers = [sender.clone(), sender].map(|mut sender| {
        thread::spawn(move || {
            sender.try_send(1).unwrap();
            sender
        })
    });
    let mut task = receive(receiver);
    cx.note(if task.poll() { "there" } else { "woken" });
    let _senders = pushers.map(|pusher| pusher.join().unwrap());
    for _ in 0..2 {
        assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
        assert!(task.poll());
        let (received, receiver) = task.result.unwrap();
        assert_eq!(received, Ok(1));
        task = receive(receiver);
        task.poll();
    }
    assert!(!task.is_done());
}

/// A sender that has found no room is woken by the pop that it has not seen.
///
/// [W1] [W2].
fn sender<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let mut task = send(sender, 1);
    cx.note(if task.poll() { "room" } else { "woken" });
    let receiver = popper.join().unwrap();
    check_senders(vec![task], receiver, vec![1]);
}

/// One that sends several, for one of which it finds room after it has taken its place, is woken for the next one.
///
/// [W1] [W2].
fn sender_of_many<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = full(make, 1);
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    let mut task = Task::new(async move { sender.send_many(1..=2).await.map(|sent| assert_eq!(sent, 2)) });
    assert!(!task.poll());
    let receiver = popper.join().unwrap();
    cx.note(if task.is_woken() { "woken" } else { "room" });
    check_senders(vec![task], receiver, vec![1, 2]);
}

/// It is the latest waker that is woken.
///
/// [W1] [W2].
pub(super) fn waker_replaced<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, receiver) = make(1);
    let mut task = receive(receiver);
    assert!(!task.poll());
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    task.change_bell();
    cx.note(if task.poll() { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
}

/// One that gives up while it is called, and comes again with another waker, is woken by that.
///
/// [W1] [W2].
pub(super) fn receiver_comes_again<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = make(1);
    let mut future = receiver.recv();
    assert!(Pin::new(&mut future).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    drop(future);
    let mut task = receive(receiver);
    cx.note(if task.poll() { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// The same of a sender that comes too late once, as another one has taken its room.
///
/// [W1] [W2].
fn waker_of_sender_replaced<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut barger, mut receiver) = full(make, 1);
    let mut task = send(barger.clone(), 1);
    assert!(!task.poll());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        let barged = barger.try_send(101).is_ok();
        (receiver, barger, barged)
    });
    task.change_bell();
    cx.note(if task.poll() { "room" } else { "woken" });
    let (receiver, _barger, barged) = popper.join().unwrap();
    check_senders(vec![task], receiver, if barged { vec![101, 1] } else { vec![1] });
}
