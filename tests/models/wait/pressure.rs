//! Who waits for another pressure, against the push or the pop that changes it.
//!
//! Over rings of the core, whose gauge is a part of these models: with room for one the level follows from the item, and with room for
//! two it is kept.

use forebay::channel::{PressureEnd, ReceiveEnd, SendEnd};
use forebay::{Pressure, Watermarks};

use super::*;

models! {
    relief_by_a_pop_capacity_1 [None, 342] &["there", "woken"] => |cx| super::relief_by_a_pop(super::spsc, 1, cx);
    relief_by_a_pop_capacity_2 [None, 113] &["there", "woken"] => |cx| super::relief_by_a_pop(super::spsc, 2, cx);
    relief_by_a_pop_of_the_only_key [None, 342] &["there", "woken"] => |cx| super::relief_by_a_pop(super::conflated, 1, cx);
    relief_by_a_pop_of_one_of_two_keys [None, 113] &["there", "woken"] => |cx| super::relief_by_a_pop(super::conflated, 2, cx);
    relief_after_a_look_in_vain [Some(3), 256] &["took it", "in vain"] => super::relief_after_a_look_in_vain;
    relief_by_a_look_in_vain [None, 113] &["there", "woken"] => super::relief_by_a_look_in_vain;
    stop_by_a_push_capacity_1 [None, 342] &["there", "woken"] => |cx| super::stop_by_a_push(spsc, 1, cx);
    stop_by_a_push_capacity_2 [None, 113] &["there", "woken"] => |cx| super::stop_by_a_push(spsc, 2, cx);
    over_by_the_receiver_that_goes [None, 42392] &["there", "woken"] => super::over_by_the_receiver_that_goes;
    watched_by_another_capacity_1 [Some(2), 23273] &["open"] => |cx| super::watched_by_another(1, cx);
    watched_by_another_capacity_2 [Some(2), 167945] &["open"] => |cx| super::watched_by_another(2, cx);
    two_are_told_capacity_1 [None, 13052] &[] => |cx| super::two_are_told(1, cx);
    two_are_told_capacity_2 [None, 9258] &[] => |cx| super::two_are_told(2, cx);
}

fn spsc(capacity: usize) -> (channel::SpscSender<u32>, channel::SpscReceiver<u32>) {
    channel::spsc(capacity).unwrap()
}

/// A task that waits for another pressure, and gives its end back.
macro_rules! changed {
    ($end:expr) => {{
        let mut end = $end;
        Task::new(async move { (end.pressure_changed().await, end) })
    }};
}

/// The level that a task was told, which must have been told if it is another one than before.
fn told<E: Send>(task: &mut Task<(Pressure, E)>, cx: &Context, level: Pressure) {
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the pressure is another one");
    assert!(task.poll());
    assert_eq!(task.result.as_ref().unwrap().0, level);
}

/// Says which key a number is of.
type Key = fn(&u32) -> usize;

fn conflated(keys: usize) -> (channel::ConflatedSender<u32, Key>, channel::ConflatedReceiver<u32>) {
    let key: Key = |number| *number as usize;
    channel::conflated(keys, key).unwrap()
}

/// A sender that knows of `Stop` is told of the pop that takes it back, whether that is of use to anybody else or not.
///
/// [W1] [W2].
fn relief_by_a_pop<P, C>(make: Made<P, C>, capacity: usize, cx: &Context)
where
    P: SendEnd<Item = u32> + PressureEnd + Send + 'static,
    C: ReceiveEnd + Send + 'static,
{
    cx.watch_pressure();
    let (mut sender, mut receiver) = make(capacity);
    (0..capacity).for_each(|number| assert!(sender.try_send(number as u32).is_ok()));
    let mut task = changed!(sender);
    assert!(task.poll());
    let (level, sender) = task.result.unwrap();
    assert_eq!(level, Pressure::Stop);
    let popper = thread::spawn(move || {
        assert!(receiver.try_recv().is_ok());
        receiver
    });
    let mut task = changed!(sender);
    task.poll();
    let _receiver = popper.join().unwrap();
    told(&mut task, cx, Pressure::Open);
}

/// A receiver that has looked in vain beside the push tells the sender of the pop that follows.
///
/// [W1], and the turns before the look.
fn relief_after_a_look_in_vain(cx: &Context) {
    cx.watch_pressure();
    let (mut sender, mut receiver) = mpsc(1);
    let popper = thread::spawn(move || (receiver.try_recv().is_ok(), receiver));
    sender.try_send(1).unwrap();
    let mut task = Task::new(async move { while sender.pressure_changed().await != Pressure::Open {} });
    task.poll();
    let (has_taken, mut receiver) = popper.join().unwrap();
    cx.note(if has_taken { "took it" } else { "in vain" });
    assert_eq!(receiver.try_recv().is_ok(), !has_taken);
    run(std::slice::from_mut(&mut task));
    assert!(task.is_done(), "it sleeps, and the pressure is off");
}

/// A sender that knows of `Slow` is told of the look in vain that takes it back, after which no fence is made but that of the ring.
///
/// [W1] [G3].
fn relief_by_a_look_in_vain(cx: &Context) {
    cx.watch_pressure();
    let (mut producer, mut consumer) = forebay::mpsc::ring(8).unwrap();
    // By the marks that it has seen, the consumer need not look at the pressure at its second pop.
    for marks in [Watermarks::new(8, 4), Watermarks::new(1, 0)] {
        producer.set_watermarks(marks.unwrap()).unwrap();
        assert!(producer.push(0).is_ok() && consumer.pop().is_ok());
    }
    assert_eq!(producer.pressure(), Pressure::Slow);
    let (sender, mut receiver) = channel::over(producer, consumer);
    let mut task = changed!(sender);
    assert!(task.poll());
    let (level, sender) = task.result.unwrap();
    assert_eq!(level, Pressure::Slow);
    let looker = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Err(PopError::Empty));
        receiver
    });
    let mut task = changed!(sender);
    task.poll();
    let _receiver = looker.join().unwrap();
    told(&mut task, cx, Pressure::Open);
}

/// A receiver is told of the push that fills the channel.
///
/// [W1].
pub(super) fn stop_by_a_push<P: One, C: ReceiveEnd<Item = u32> + PressureEnd + Send + 'static>(
    make: Made<P, C>,
    capacity: usize,
    cx: &Context,
) {
    cx.watch_pressure();
    let (mut sender, receiver) = make(capacity);
    (1..capacity).for_each(|_| sender.try_send(100).unwrap());
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = changed!(receiver);
    task.poll();
    let _sender = pusher.join().unwrap();
    told(&mut task, cx, Pressure::Stop);
}

/// A sender is told when the receiver goes.
fn over_by_the_receiver_that_goes(cx: &Context) {
    cx.watch_pressure();
    let (sender, receiver) = mpsc(1);
    let dropper = thread::spawn(move || drop(receiver));
    let mut task = changed!(sender);
    task.poll();
    dropper.join().unwrap();
    told(&mut task, cx, Pressure::Closed);
}

/// One that watches beside a push and a receiver knows how it is when that sleeps: it does not sleep itself when it was told another
/// level last.
///
/// [W1] [W2].
fn watched_by_another(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (mut sender, receiver) = full(mpsc, capacity);
    let mut task = changed!(sender.clone());
    assert!(task.poll());
    let (mut last, watch) = task.result.unwrap();
    assert_eq!(last, Pressure::Stop);
    let watcher = poll_in_thread(changed!(watch));
    let pusher = thread::spawn(move || {
        let _ = sender.try_send(1);
        sender
    });
    let mut reception = receive(receiver);
    while reception.poll() {
        reception = receive(reception.result.unwrap().1);
    }
    let sender = pusher.join().unwrap();
    while reception.is_done() || reception.is_woken() {
        if reception.poll() {
            reception = receive(reception.result.unwrap().1);
            reception.poll();
        }
    }
    assert_eq!(sender.pressure(), Pressure::Open);
    let mut watcher = watcher.join().unwrap();
    while watcher.is_done() || watcher.is_woken() {
        if watcher.poll() {
            let (level, watch) = watcher.result.unwrap();
            last = level;
            cx.note(if last == Pressure::Stop { "stop" } else { "open" });
            watcher = changed!(watch);
            watcher.poll();
        }
    }
    assert_eq!(last, Pressure::Open, "it sleeps, and the pressure is another one");
}

/// All that wait are told, although one of them goes meanwhile.
fn two_are_told(capacity: usize, cx: &Context) {
    cx.watch_pressure();
    let (mut sender, _receiver) = mpsc(capacity);
    (1..capacity).for_each(|_| sender.try_send(100).unwrap());
    let mut gone = changed!(sender.clone());
    let mut tasks = [changed!(sender.clone()), changed!(sender.clone())];
    assert!(!tasks[0].poll() && !gone.poll() && !tasks[1].poll());
    let dropper = thread::spawn(move || drop(gone));
    sender.try_send(1).unwrap();
    dropper.join().unwrap();
    for task in &mut tasks {
        told(task, cx, Pressure::Stop);
    }
}
