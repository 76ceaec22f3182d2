//! Who has waited for long enough gives up or drops something, and no call is lost with that.

use core::future::ready;
use core::time::Duration;

use forebay::channel::{SendTimeoutError, builder};
use forebay::{Overflow, Pushed};

use super::*;

models! {
    timer_against_wake [Some(3), 9397] &["sent", "late"] => |cx| super::timer_against_wake(small, cx);
    grace_against_room [Some(2), 17797] &["sent", "shed"] => super::grace_against_room;
    force_against_wait [None, 462] &["evicted", "stored"] => super::force_against_wait;
}

/// A task whose timer is ready when it has been called passes the call on.
fn timer_against_wake<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (mut sender, mut receiver) = full(make, 1);
    let mut last = send(sender.clone(), 2);
    let mut late = Task::new(async move { (sender.send(1).within(ready(())).await, sender) });
    let late = thread::spawn(move || {
        assert!(late.poll(), "the timer is ready");
        late
    });
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    last.poll();
    let (late, receiver) = (late.join().unwrap(), popper.join().unwrap());
    let Some((sent, _sender)) = late.result else { unreachable!("it is done") };
    assert!(matches!(sent, Ok(()) | Err(SendTimeoutError::Timeout(1))));
    cx.note(if sent.is_ok() { "sent" } else { "late" });
    check_senders(vec![last], receiver, if sent.is_ok() { vec![1, 2] } else { vec![2] });
}

/// A thread whose grace is over finds room, or drops its value, which is counted; another one that waits for room is called.
fn grace_against_room(cx: &Context) {
    // As good as nothing: the model checker has no time.
    let grace = Duration::from_nanos(1);
    let (mut sender, mut receiver) = builder(1).overflow(Overflow::DropIncoming).grace(grace).mpsc().unwrap();
    sender.try_send(100).unwrap();
    let mut last = send(sender.clone(), 2);
    let late = thread::spawn(move || (sender.blocking_send(1), sender));
    let popper = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(100));
        receiver
    });
    last.poll();
    let ((sent, _sender), receiver) = (late.join().unwrap(), popper.join().unwrap());
    assert!(matches!(sent, Ok(()) | Err(SendError::Shed(1))));
    assert_eq!(receiver.stats().ring.shed, Some(usize::from(sent.is_err())));
    cx.note(if sent.is_ok() { "sent" } else { "shed" });
    check_senders(vec![last], receiver, if sent.is_ok() { vec![1, 2] } else { vec![2] });
}

/// One forces its item in while another one waits for room: what it finds is its own, and whoever waits is called when there is room.
fn force_against_wait(cx: &Context) {
    let (mut sender, mut receiver) = channel::swap(1, 2, Overflow::Reject).unwrap();
    assert_eq!(sender.try_send(100), Ok(Pushed::Stored));
    let mut waits = {
        let mut sender = sender.try_clone().unwrap();
        Task::new(async move { (sender.send(1).await, sender) })
    };
    waits.poll();
    let forces = thread::spawn(move || (sender.force_send(2), sender));
    let taken = receiver.try_recv();
    waits.poll();
    let (forced, _sender) = forces.join().unwrap();
    let mut all = Vec::from_iter(taken);
    match forced {
        Ok(Pushed::Evicted(victim)) => {
            cx.note("evicted");
            all.push(victim);
        }
        forced => {
            assert_eq!(forced, Ok(Pushed::Stored));
            cx.note("stored");
        }
    }
    loop {
        run(std::slice::from_mut(&mut waits));
        assert!(waits.is_done() || !receiver.is_empty(), "it sleeps, and there is room");
        match receiver.try_recv() {
            Ok(item) => all.push(item),
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                break;
            }
        }
    }
    assert!(waits.is_done());
    all.sort_unstable();
    assert_eq!(all, [1, 2, 100]);
}
