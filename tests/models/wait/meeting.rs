//! A receiver that each push meets, on the word from which all pushes get their tickets: neither makes a fence for the other, but where
//! one is in the middle of a push.
//!
//! The barrier is the checker's: see `std-ext/src/sync/barrier/modelled.rs`. Where there is none, they fence as with any other ring:
//! those models are the ones over `mpsc` in the other files.

use forebay::mpsc::{OwnedConsumer, OwnedProducer};

use super::*;

models! {
    items_of_two [Some(2), 12056] &["there", "woken"] => |cx| super::met(registering::receiver_of_two, cx);
    another_waker [None, 19644] &["there", "woken"] => |cx| super::met(registering::waker_replaced, cx);
    comes_again [Some(3), 1117] &["there", "woken"] => |cx| super::met(registering::receiver_comes_again, cx);
    end_of_the_last_sender [Some(2), 4981] &["over", "woken"] => |cx| super::met(closing::last_sender_gone, cx);
    item_before_the_end [Some(3), 2570] &["there", "woken"] => |cx| super::met(closing::item_of_the_last_sender, cx);
    pressure_capacity_1 [None, 2845] &["there", "woken"] => |cx| super::pressure(1, cx);
    pressure_capacity_2 [None, 520] &["there", "woken"] => |cx| super::pressure(2, cx);
    beside_a_push [None, 4269] &["ordered", "there", "woken"] => |cx| super::beside_a_push(0, cx);
    beside_a_push_without_a_barrier [None, 3311] &["ordered", "there", "woken"] => |cx| super::beside_a_push(1, cx);
    several_beside_a_push [None, 6222] &["ordered", "there", "woken"] => super::several_beside_a_push;
    closed_beside_a_push [None, 785] &["at once", "woken"] => super::closed_beside_a_push;
    end_while_all_are_at_home [None, 5658] &["over", "woken"] => |cx| super::end_while_all_are_at_home(1, cx);
    end_of_two_while_all_are_at_home [Some(2), 5501] &["over", "woken"] => |cx| super::end_while_all_are_at_home(2, cx);
    pressure_while_all_are_at_home [None, 1193] &["there", "woken"] => |cx| super::pressure_while_all_are_at_home(0, cx);
    pressure_without_a_barrier [None, 113] &["there", "woken"] => |cx| super::pressure_while_all_are_at_home(2, cx);
    waits_again_beside_two [Some(2), 314394] &["there", "woken"] => super::waits_again_beside_two;
}

/// The same as elsewhere, where they meet.
///
/// [MP3] [MP8] [MC8], and the heavy fence.
fn met(body: fn(Made<OwnedProducer<u32>, OwnedConsumer<u32>>, &Context), cx: &Context) {
    cx.let_threads_be_at_home();
    body(mpsc, cx);
}

/// One that waits for another pressure is told of the push that has not met it.
///
/// [W1], and the heavy fence.
fn pressure(capacity: usize, cx: &Context) {
    cx.let_threads_be_at_home();
    pressure::stop_by_a_push(mpsc, capacity, cx);
}

/// A receiver that meets a push under way has the system make a fence; or it is woken at once, to try again, where that refuses.
///
/// [MP3] [MC8], and the heavy fence.
fn beside_a_push(refused: usize, cx: &Context) {
    cx.let_threads_be_at_home();
    cx.refuse_heavy_fences(refused);
    let (mut sender, receiver) = mpsc(1);
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = receive(receiver);
    let is_done = task.poll();
    cx.note(if cx.heavy_fences() > 0 { "ordered" } else { "met" });
    cx.note(if is_done { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    while !task.poll() {
        assert!(task.is_woken(), "it sleeps, and there is an item");
    }
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// The same of one that receives several at once.
///
/// [MP3] [MC8], and the heavy fence.
fn several_beside_a_push(cx: &Context) {
    cx.let_threads_be_at_home();
    let (mut sender, mut receiver) = mpsc(2);
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = Task::new(async move {
        let mut items = Vec::new();
        receiver.recv_many(&mut items, 2).await;
        items
    });
    let is_done = task.poll();
    cx.note(if cx.heavy_fences() > 0 { "ordered" } else { "met" });
    cx.note(if is_done { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap(), [1]);
}

/// One that has closed the channel beside a push gets that item, or the end.
///
/// [MP3] [MC8], and the heavy fence.
fn closed_beside_a_push(cx: &Context) {
    cx.let_threads_be_at_home();
    let (mut sender, mut receiver) = mpsc(1);
    let pusher = thread::spawn(move || (sender.try_send(1).is_ok(), sender));
    receiver.close();
    let mut task = receive(receiver);
    let is_done = task.poll();
    cx.note(if is_done { "at once" } else { "woken" });
    let (is_sent, _sender) = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item, or the end");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, if is_sent { Ok(1) } else { Err(RecvError) });
}

/// The end is told while everybody is at home, and so makes no fence.
///
/// [MP8] [MC8].
fn end_while_all_are_at_home(count: usize, cx: &Context) {
    cx.let_threads_be_at_home();
    let (mut sender, mut receiver) = mpsc(4);
    for number in 0..4 {
        sender.try_send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
    }
    let leavers: Vec<_> = vec![sender; count].into_iter().map(|sender| thread::spawn(move || drop(sender))).collect();
    let mut task = receive(receiver);
    let is_done = task.poll();
    cx.note(if is_done { "over" } else { "woken" });
    leavers.into_iter().for_each(|leaver| leaver.join().unwrap());
    assert!(task.is_done() || task.is_woken(), "it sleeps, and it is over");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Err(RecvError));
}

/// One that waits for another pressure while everybody is at home, or the system makes no fence, is told.
///
/// [W1], and the heavy fence.
fn pressure_while_all_are_at_home(refused: usize, cx: &Context) {
    cx.let_threads_be_at_home();
    cx.watch_pressure();
    let (mut sender, mut receiver) = mpsc(2);
    for number in 0..4 {
        sender.try_send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
    }
    cx.refuse_heavy_fences(refused);
    sender.try_send(0).unwrap();
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = Task::new(async move { (receiver.pressure_changed().await, receiver) });
    let is_done = task.poll();
    cx.note(if is_done { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the pressure has changed");
    while !task.poll() {
        assert!(task.is_woken(), "it sleeps, and the pressure has changed");
    }
    assert_eq!(task.result.unwrap().0, forebay::Pressure::Stop);
}

/// A receiver that meets an item, takes it, and waits again, is woken for what another sender has sent before or after.
///
/// [MP3] [MC8], and the heavy fence.
fn waits_again_beside_two(cx: &Context) {
    cx.let_threads_be_at_home();
    let (sender, mut receiver) = mpsc(2);
    let pushers = [sender.clone(), sender].map(|mut sender| {
        thread::spawn(move || {
            sender.try_send(1).unwrap();
            sender
        })
    });
    let mut task = Task::new(async move {
        receiver.recv().await.unwrap();
        receiver.recv().await.unwrap();
        receiver
    });
    let is_done = task.poll();
    cx.note(if is_done { "there" } else { "woken" });
    let is_done = is_done || task.is_woken() && task.poll();
    let _senders = pushers.map(|pusher| pusher.join().unwrap());
    assert!(is_done || task.is_woken(), "it sleeps, and there is an item");
    while !task.poll() {
        assert!(task.is_woken(), "it sleeps, and there is an item");
    }
}
