//! Lanes: each sender waits in its own, and is called by what comes to be there.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicUsize;

use forebay::Pressure;
use forebay::channel::{FanInOpener, FanInReceiver, FanInSender};

use super::*;

models! {
    lane_against_call [None, 35047] &["room", "woken"] => super::lane_against_call;
    two_lanes_against_a_call [Some(3), 893] &["there", "woken"] => super::two_lanes_against_a_call;
    batch_over_lanes [Some(3), 1382] &["room", "woken"] => super::batch_over_lanes;
    receiver_of_lanes [None, 4108] &["there", "woken"] => super::receiver_of_lanes;
    last_opener_gone [None, 150] &["over", "woken"] => super::last_opener_gone;
    opener_and_sender_gone [Some(2), 7391] &["over", "woken"] => super::opener_and_sender_gone;
    receiver_of_lanes_gone [Some(3), 1355] &["was there", "woken"] => super::receiver_of_lanes_gone;
    lane_passed_on [None, 1997] &["at once", "later"] => super::lane_passed_on;
    pressure_of_a_lane [None, 4129] &["there", "woken"] => super::pressure_of_a_lane;
    pressure_against_a_push [Some(3), 28066] &["told", "woken"] => super::pressure_against_a_push;
}

const ONE: NonZeroU32 = NonZeroU32::MIN;

/// So many lanes for one item each, with 100 in each of them.
fn full_lanes(lanes: usize) -> (FanInOpener<u32>, Vec<FanInSender<u32>>, FanInReceiver<u32>) {
    let (opener, receiver) = channel::fan_in(lanes, 1).unwrap();
    let senders = (0..lanes).map(|_| {
        let mut sender = opener.open(ONE).unwrap();
        sender.try_send(100).unwrap();
        sender
    });
    let senders = senders.collect();
    (opener, senders, receiver)
}

fn pop_in_thread(mut receiver: FanInReceiver<u32>) -> thread::JoinHandle<FanInReceiver<u32>> {
    thread::spawn(move || {
        assert_eq!(receiver.try_recv().map(|(lane, number)| (lane.index(), number)), Ok((0, 100)));
        receiver
    })
}

/// A sender that has found no room in its lane is woken by the pop that it has not seen.
///
/// [W1] [W2].
fn lane_against_call(cx: &Context) {
    let (_opener, mut senders, receiver) = full_lanes(1);
    let popper = pop_in_thread(receiver);
    let mut task = send(senders.remove(0), 1);
    cx.note(if task.poll() { "room" } else { "woken" });
    let _receiver = popper.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is room");
    assert!(task.poll());
}

/// A pop calls the sender in its lane and nobody else, and the other one is not forgotten.
///
/// [W1] [W2].
fn two_lanes_against_a_call(cx: &Context) {
    let (_opener, senders, receiver) = full_lanes(2);
    let popper = pop_in_thread(receiver);
    let mut tasks: Vec<_> = senders.into_iter().rev().map(|sender| send(sender, 1)).collect();
    tasks.iter_mut().for_each(|task| {
        task.poll();
    });
    let mut receiver = popper.join().unwrap();
    let [other, own] = &mut tasks[..] else { unreachable!() };
    cx.note(if own.is_done() { "there" } else { "woken" });
    assert!(own.is_done() || own.is_woken(), "it sleeps, and there is room");
    assert!(!other.is_done() && !other.is_woken(), "it was called for another lane");
    let rest = [receiver.try_recv(), receiver.try_recv()];
    assert!(rest.iter().flatten().any(|&(lane, _)| lane.index() == 1));
    assert!(other.is_woken(), "it sleeps, and there is room");
    assert!(own.poll() && other.poll());
}

/// A batch calls those in all its lanes.
///
/// [W1] [W2].
fn batch_over_lanes(cx: &Context) {
    let (_opener, mut senders, mut receiver) = full_lanes(2);
    let mut first = send(senders.remove(0), 1);
    assert!(!first.poll());
    let popper = thread::spawn(move || {
        let mut items = Vec::new();
        let mut batch = receiver.recv_many(&mut items, 2);
        assert_eq!(Pin::new(&mut batch).poll(&mut Cx::from_waker(Waker::noop())), Poll::Ready(2));
        drop(batch);
        receiver
    });
    let mut second = send(senders.remove(0), 1);
    cx.note(if second.poll() { "room" } else { "woken" });
    let _receiver = popper.join().unwrap();
    assert!(first.is_woken() && (second.is_done() || second.is_woken()), "it sleeps, and there is room");
    assert!(first.poll() && second.poll());
}

/// A receiver that has found nothing in any lane is woken by the item that it has not seen.
///
/// [W1] [W2].
fn receiver_of_lanes(cx: &Context) {
    let (opener, receiver) = channel::fan_in(2, 1).unwrap();
    let mut sender = opener.open(ONE).unwrap();
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = Task::new(receive_lane(receiver));
    cx.note(if task.poll() { "there" } else { "woken" });
    let _sender = pusher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

async fn receive_lane(mut receiver: FanInReceiver<u32>) -> (Result<u32, RecvError>, FanInReceiver<u32>) {
    (receiver.recv().await.map(|(_, number)| number), receiver)
}

fn is_told_of_the_end(mut task: Task<(Result<u32, RecvError>, FanInReceiver<u32>)>) {
    while task.is_woken() {
        task.poll();
    }
    assert!(task.is_done(), "it sleeps, and all is over");
    assert_eq!(task.result.unwrap().0, Err(RecvError));
}

/// The last opener goes while the receiver comes to wait.
///
/// [W1] [W2].
fn last_opener_gone(cx: &Context) {
    let (opener, receiver) = channel::fan_in(1, 1).unwrap();
    let dropper = thread::spawn(move || drop(opener));
    let mut task = Task::new(receive_lane(receiver));
    cx.note(if task.poll() { "over" } else { "woken" });
    dropper.join().unwrap();
    is_told_of_the_end(task);
}

/// The last opener and the last sender go at once.
///
/// [W1] [W2].
fn opener_and_sender_gone(cx: &Context) {
    let (opener, receiver) = channel::fan_in(1, 1).unwrap();
    let sender = opener.open(ONE).unwrap();
    let mut task = Task::new(receive_lane(receiver));
    let sender = thread::spawn(move || drop(sender));
    let opener = thread::spawn(move || drop(opener));
    cx.note(if task.poll() { "over" } else { "woken" });
    sender.join().unwrap();
    opener.join().unwrap();
    is_told_of_the_end(task);
}

/// The receiver that goes wakes those in all lanes, and those that come to wait see it; their values come back.
///
/// [W1] [W2].
fn receiver_of_lanes_gone(cx: &Context) {
    let (_opener, mut senders, receiver) = full_lanes(2);
    let mut first = send(senders.remove(0), 1);
    assert!(!first.poll());
    let second = poll_in_thread(send(senders.remove(0), 2));
    drop(receiver);
    let mut tasks = [first, second.join().unwrap()];
    cx.note(if tasks[1].is_done() { "was there" } else { "woken" });
    for (task, number) in tasks.iter_mut().zip(1..) {
        assert!(task.is_done() || task.is_woken(), "it sleeps, and the channel is closed");
        assert!(task.poll());
        assert_eq!(task.result, Some(Err(SendError::Closed(number))));
    }
}

/// A lane that can be opened has its seat: that is given back before.
fn lane_passed_on(cx: &Context) {
    let (opener, mut receiver) = channel::fan_in::<u32>(1, 1).unwrap();
    let sender = opener.open(ONE).unwrap();
    let dropper = thread::spawn(move || drop(sender));
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
    let next = opener.open(ONE);
    cx.note(if next.is_ok() { "at once" } else { "later" });
    dropper.join().unwrap();
    let next = next.or_else(|_| {
        assert_eq!(receiver.try_recv(), Err(PopError::Empty));
        opener.open(ONE)
    });
    // A lane that was opened in vain would be one further.
    assert_eq!(format!("{:?}", next.unwrap().end().lane()), "LaneId { index: 0, generation: 1 }");
}

/// One that waits for another pressure is woken by the pop that it has not seen.
///
/// [W1] [W2].
fn pressure_of_a_lane(cx: &Context) {
    cx.watch_pressure();
    let (_opener, mut senders, receiver) = full_lanes(1);
    let popper = pop_in_thread(receiver);
    let mut sender = senders.remove(0);
    let mut task = Task::new(async move { while sender.pressure_changed().await != Pressure::Open {} });
    cx.note(if task.poll() { "there" } else { "woken" });
    let mut receiver = popper.join().unwrap();
    // A pop that finds nothing puts the pressure right, if the one before did not.
    assert_eq!(receiver.try_recv(), Err(PopError::Empty));
    assert!(task.is_done() || task.is_woken(), "it sleeps, and the pressure is off");
    assert!(task.poll());
}

/// The same where the pressure has just risen when the item is taken, while the other lane's sender waits all the time.
///
/// [W1] [W2].
fn pressure_against_a_push(cx: &Context) {
    cx.watch_pressure();
    let (opener, mut receiver) = channel::fan_in(2, 1).unwrap();
    let mut other = opener.open(ONE).unwrap();
    let mut noisy = Task::new(async move { other.pressure_changed().await });
    assert!(!noisy.poll());
    let mut sender = opener.open(ONE).unwrap();
    // The consumer knows the lane, and looks there without a hint.
    sender.try_send(100).unwrap();
    assert!(receiver.try_recv().is_ok() && receiver.try_recv().is_err());
    let mut cx_of_none = Cx::from_waker(Waker::noop());
    while Pin::new(&mut sender.pressure_changed()).poll(&mut cx_of_none).is_ready() {}
    // What it was told last.
    let last = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&last);
    let task = Task::new(async move {
        sender.try_send(1).unwrap();
        loop {
            let pressure = sender.pressure_changed().await;
            told.store(pressure as usize, Ordering::Relaxed);
        }
    });
    let polled = poll_in_thread(task);
    let mut popped: Vec<_> = (0..2).flat_map(|_| receiver.try_recv()).collect();
    let mut task: Task<()> = polled.join().unwrap();
    popped.extend((0..2).flat_map(|_| receiver.try_recv()));
    assert_eq!(popped.len(), 1);
    let is_told = |last: &AtomicUsize| last.load(Ordering::Relaxed) == Pressure::Open as usize;
    cx.note(if is_told(&last) { "told" } else { "woken" });
    run(std::slice::from_mut(&mut task));
    assert!(is_told(&last), "it sleeps, and the pressure is off");
}
