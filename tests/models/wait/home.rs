//! A thread that is at home makes no fence: whoever waits by another one sees to it that nothing is overlooked.
//!
//! The ring is the smallest, which orders nothing. The barrier is the checker's: see `std-ext/src/sync/barrier/modelled.rs`.

use forebay::Pressure;

use super::calls::{first_come_and_forgotten, late};
use super::*;

models! {
    item_from_home [Some(3), 196] &["there", "woken"] => super::item_from_home;
    item_without_a_barrier [Some(3), 103] &["there", "woken"] => super::item_without_a_barrier;
    room_from_home [Some(3), 191] &["room", "woken"] => super::room_from_home;
    two_come_at_once [Some(2), 11172] &["room", "woken"] => super::two_come_at_once;
    home_moves [Some(3), 17046] &["there", "woken"] => super::home_moves;
    the_pressure_at_home [Some(2), 3243] &["once", "woken"] => super::the_pressure_at_home;
    the_pressure_at_full_at_home [Some(4), 4056] &["once", "woken"] => super::the_pressure_at_full_at_home;
    a_home_left_twice [Some(2), 31292] &["there", "woken"] => super::a_home_left_twice;
    item_while_all_are_at_home [Some(3), 196] &["there", "woken"] => super::item_while_all_are_at_home;
    room_while_all_are_at_home [Some(3), 191] &["room", "woken"] => super::room_while_all_are_at_home;
    all_come_home_beside_one_that_waits [Some(2), 7059] &["there", "woken"] => super::all_come_home_beside_one_that_waits;
    all_come_home_to_one_that_waits [Some(2), 30485] &["there", "woken"] => super::all_come_home_to_one_that_waits;
    first_come_from_another_thread [Some(3), 328] &[] => |cx| super::first_come_from_another_thread(0, cx);
    first_come_without_a_barrier [Some(3), 193] &[] => |cx| super::first_come_from_another_thread(1, cx);
    first_come_goes_in_another_thread [Some(3), 1233] &[] => super::first_come_goes_in_another_thread;
    two_leave_the_home_of_all [Some(2), 14174] &["room", "woken"] => super::two_leave_the_home_of_all;
}

/// How many waits make a thread be at home.
const TRIAL: usize = 2;

/// How many changes of an end make all be at home.
const LULL: u32 = 2;

/// A channel in which nobody waits, and all are at home.
fn home_of_all(cx: &Context, capacity: usize) -> (Sender<ring::Tx, Shared>, Receiver<ring::Rx, Shared>) {
    let (mut sender, mut receiver) = channel(cx, capacity);
    for number in 1..=LULL {
        sender.try_send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
    }
    (sender, receiver)
}

/// The receiver closes the channel, in a thread of its own: that somebody waits for that comes to its knowledge by no lock.
fn close_in_thread<C: Rx + 'static>(mut receiver: Receiver<C, Shared>) -> thread::JoinHandle<Receiver<C, Shared>> {
    thread::spawn(move || {
        receiver.close();
        receiver
    })
}

/// Waits for the end.
fn end<P: Tx + 'static>(mut sender: Sender<P, Shared>) -> Task<()> {
    Task::new(async move { sender.closed().await })
}

/// That end has come.
fn has_ended(task: &Task<()>, cx: &Context) {
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
}

/// A channel in which nobody has waited yet.
fn channel(cx: &Context, capacity: usize) -> (Sender<ring::Tx, Shared>, Receiver<ring::Rx, Shared>) {
    cx.let_threads_be_at_home();
    small(capacity)
}

/// Waits for an item, and gives up, as often as it takes for this thread to be at home.
fn wait<C: Rx>(receiver: &mut Receiver<C, Shared>) {
    for _ in 0..TRIAL {
        assert!(Pin::new(&mut receiver.recv()).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    }
}

/// The same for the end.
fn wait_for_end<P: Tx>(sender: &mut Sender<P, Shared>) {
    for _ in 0..TRIAL {
        assert!(Pin::new(&mut sender.closed()).poll(&mut Cx::from_waker(Waker::noop())).is_pending());
    }
}

/// A receiver that has gone to another thread is woken by the item of a sender at home.
///
/// [W1] [HO1], and the heavy fence.
fn item_from_home(cx: &Context) {
    let (mut sender, mut receiver) = channel(cx, 1);
    wait(&mut receiver);
    let receiver = poll_in_thread(receive(receiver));
    sender.try_send(1).unwrap();
    let mut task = receiver.join().unwrap();
    if task.is_done() {
        cx.note("there");
    } else {
        cx.note("woken");
        cx.expect_heavy_fences(1);
    }
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// The same where nobody makes a fence.
///
/// [W1] [HO1] [HO2], and the heavy fence.
fn item_while_all_are_at_home(cx: &Context) {
    let (mut sender, receiver) = home_of_all(cx, 1);
    let receiver = poll_in_thread(receive(receiver));
    sender.try_send(1).unwrap();
    let mut task = receiver.join().unwrap();
    if task.is_done() {
        cx.note("there");
    } else {
        cx.note("woken");
        cx.expect_heavy_fences(1);
    }
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// One that comes to another thread when the system has begun to refuse the barrier is woken at once, as often as it looks, until
/// there is an item, or the barrier.
fn item_without_a_barrier(cx: &Context) {
    let (mut sender, mut receiver) = channel(cx, 1);
    wait(&mut receiver);
    cx.refuse_heavy_fences(1);
    let receiver = poll_in_thread(receive(receiver));
    sender.try_send(1).unwrap();
    let mut task = receiver.join().unwrap();
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
}

/// A sender in another thread is woken by the pop of a receiver at home.
///
/// [W1] [HO1], and the heavy fence.
fn room_from_home(cx: &Context) {
    let (sender, mut receiver) = channel(cx, 1);
    wait(&mut receiver);
    room_for_another_thread(sender, receiver, cx);
}

/// Its sender waits in another thread for the pop of this one, which makes no fence.
fn room_for_another_thread(
    mut sender: Sender<ring::Tx, Shared>,
    mut receiver: Receiver<ring::Rx, Shared>,
    cx: &Context,
) {
    sender.try_send(100).unwrap();
    let task = poll_in_thread(send(sender, 1));
    assert_eq!(receiver.try_recv(), Ok(100));
    let task = task.join().unwrap();
    cx.note(if task.is_done() { "room" } else { "woken" });
    check_senders(vec![task], receiver, vec![1]);
}

/// One that comes first is served in another thread, and looks for who waits behind it; the pop of this one, which makes no fence, may
/// call nobody. Where the system refuses the barrier, it calls without a look.
///
/// [W1] [HO1], and the heavy fence.
fn first_come_from_another_thread(refused: usize, cx: &Context) {
    cx.let_threads_be_at_home();
    let (sender, mut receiver) = full(small, 2);
    let mut first = late(&sender, &mut receiver, 1);
    let mut next = send(sender, 2);
    assert!(!first.poll() && !next.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    cx.refuse_heavy_fences(refused);
    let first = poll_in_thread(first);
    assert_eq!(receiver.try_recv(), Ok(100));
    assert!(first.join().unwrap().is_done() && next.is_woken(), "there is room");
    check_senders(vec![next], receiver, vec![1, 2]);
}

/// One that comes first goes in another thread without a look at the ring, and who waits behind it is served there, and looks for the one
/// behind that; the pop of this one, which makes no fence, may call nobody.
///
/// [W1] [HO1], and the heavy fence.
fn first_come_goes_in_another_thread(cx: &Context) {
    cx.let_threads_be_at_home();
    let (first, mut next, mut receiver) = first_come_and_forgotten(small);
    let mut last = send(first.clone(), 3);
    assert!(!last.poll());
    let goes = thread::spawn(move || {
        drop(first);
        assert!(next.poll());
    });
    assert_eq!(receiver.try_recv(), Ok(100));
    goes.join().unwrap();
    assert!(last.is_woken(), "there is room");
    check_senders(vec![last], receiver, vec![2, 3]);
}

/// Two that come by two other threads: one that comes while the other one makes the heavy fence does not rely on that, and one that
/// comes later does.
///
/// [W1] [HO1], and the heavy fence.
fn two_come_at_once(cx: &Context) {
    let (sender, mut receiver) = channel(cx, 1);
    wait(&mut receiver);
    room_for_one_of_two_threads(sender, receiver, cx);
}

/// A sender waits in another thread for the pop of this one, which makes no fence, and in a third one somebody for the end.
fn room_for_one_of_two_threads(
    mut sender: Sender<ring::Tx, Shared>,
    mut receiver: Receiver<ring::Rx, Shared>,
    cx: &Context,
) {
    sender.try_send(100).unwrap();
    let watcher = poll_in_thread(end(sender.clone()));
    let task = poll_in_thread(send(sender, 1));
    assert_eq!(receiver.try_recv(), Ok(100));
    let (_watcher, task) = (watcher.join().unwrap(), task.join().unwrap());
    cx.note(if task.is_done() { "room" } else { "woken" });
    check_senders(vec![task], receiver, vec![1]);
}

/// The same where nobody makes a fence.
///
/// [W1] [HO1] [HO2], and the heavy fence.
fn room_while_all_are_at_home(cx: &Context) {
    let (sender, receiver) = home_of_all(cx, 1);
    room_for_another_thread(sender, receiver, cx);
}

/// One waits for the end while another one makes changes enough for all to be at home, and a third one closes: it sees who has waited
/// before.
///
/// [HO1] [HO2], and the heavy fence.
fn all_come_home_beside_one_that_waits(cx: &Context) {
    let (mut sender, receiver) = channel(cx, 4);
    let waiter = poll_in_thread(end(sender.clone()));
    let closer = close_in_thread(receiver);
    for number in 1..=LULL {
        let _ = sender.try_send(number);
    }
    let _receiver = closer.join().unwrap();
    has_ended(&waiter.join().unwrap(), cx);
}

/// The same where the one that waits is at home: another thread that makes as many changes leaves that home, and lets all be at home
/// after as many more.
///
/// [W1] [W2] [HO1] [HO2], and the heavy fence.
fn all_come_home_to_one_that_waits(cx: &Context) {
    let (mut sender, receiver) = channel(cx, 4);
    wait_for_end(&mut sender.clone());
    let mut task = end(sender.clone());
    let busy = thread::spawn(move || {
        for number in 1..=2 * LULL {
            let _ = sender.try_send(number);
        }
    });
    let closer = close_in_thread(receiver);
    task.poll();
    let _receiver = closer.join().unwrap();
    busy.join().unwrap();
    has_ended(&task, cx);
}

/// Two that come by two other threads while all are at home.
///
/// [W1] [HO1] [HO2], and the heavy fence.
fn two_leave_the_home_of_all(cx: &Context) {
    let (sender, receiver) = home_of_all(cx, 1);
    room_for_one_of_two_threads(sender, receiver, cx);
}

/// A receiver that waits once more by the thread that was at home, beside another thread that makes itself at home there.
///
/// [W1] [HO1].
fn home_moves(cx: &Context) {
    let (mut sender, receiver) = channel(cx, 1);
    let mut another = sender.clone();
    let waiter = thread::spawn(move || {
        wait_for_end(&mut another);
        let mut task = receive(receiver);
        task.poll();
        (task, another)
    });
    wait_for_end(&mut sender);
    sender.try_send(1).unwrap();
    let (mut task, _another) = waiter.join().unwrap();
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// One that has left a home, and comes late: meanwhile another thread is at home, and a third one leaves that. What has been fenced for
/// the first home says nothing of the second one.
///
/// [W1] [HO1], and the heavy fence.
fn a_home_left_twice(cx: &Context) {
    let (mut sender, receiver) = channel(cx, 1);
    let (mut first, mut second, mut third) = (sender.clone(), sender.clone(), sender.clone());
    let resident = thread::spawn(move || {
        wait_for_end(&mut first);
        first
    });
    let _first = resident.join().unwrap();
    let pusher = thread::spawn(move || {
        wait_for_end(&mut sender);
        sender.try_send(1).unwrap();
        sender
    });
    let leaver = poll_in_thread(Task::new(async move { second.closed().await }));
    let mut watch = Task::new(async move { third.closed().await });
    watch.poll();
    let mut task = receive(receiver);
    task.poll();
    let (_sender, _leaver) = (pusher.join().unwrap(), leaver.join().unwrap());
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// A receiver at home that sleeps has left the pressure open, although no fence was between its pop and its last look but that of its
/// wait.
///
/// [W1] [G3].
fn the_pressure_at_home(cx: &Context) {
    cx.let_threads_be_at_home();
    cx.watch_pressure();
    let (mut sender, mut receiver) = mpsc(2);
    wait(&mut receiver);
    sender.try_send(0).unwrap();
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut reception = receive(receiver);
    while reception.poll() {
        reception = receive(reception.result.unwrap().1);
    }
    let sender = pusher.join().unwrap();
    cx.note(if reception.is_woken() { "woken" } else { "once" });
    while reception.is_woken() {
        while reception.poll() {
            reception = receive(reception.result.unwrap().1);
        }
    }
    assert_eq!(sender.pressure(), Pressure::Open, "it sleeps, and the pressure is up");
}

/// A sender at home that sleeps at a full ring has left the pressure up, although no fence was between its push and its last look but
/// that of its wait.
///
/// [W1] [G3].
fn the_pressure_at_full_at_home(cx: &Context) {
    cx.let_threads_be_at_home();
    cx.watch_pressure();
    let (mut sender, mut receiver) = mpsc(2);
    wait_for_end(&mut sender);
    let watch = sender.clone();
    (0..2).for_each(|_| sender.try_send(1).unwrap());
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(1));
        receiver
    });
    let mut second = send(sender.clone(), 2);
    second.poll();
    let mut third = send(sender, 3);
    third.poll();
    let receiver = popper.join().unwrap();
    cx.note(if second.is_woken() || third.is_woken() { "woken" } else { "once" });
    run(std::slice::from_mut(&mut second));
    run(std::slice::from_mut(&mut third));
    assert!(second.is_done() || third.is_done(), "it sleeps, and there is room");
    assert_eq!((receiver.len(), watch.pressure()), (2, Pressure::Stop), "it sleeps, and the pressure is down");
}
