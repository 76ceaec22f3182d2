//! Threads that sleep, beside tasks.

use super::*;

models! {
    threads_alone [Some(3), 18577] &[] => |_| super::threads_alone(small);
    threads_over_mpsc [Some(2), 5829] &[] => |_| super::threads_alone(mpsc);
    thread_and_task [Some(2), 26399] &["task first", "thread first"] => |cx| super::thread_and_task(small, cx);
    closed_while_it_sleeps [None, 2026] &[] => |_| super::closed_while_it_sleeps(small);
}

/// A thread that sends and one that receives, each of which may have to sleep: both come to an end.
///
/// [W1] [W2].
fn threads_alone<P: Tx, C: Rx>(make: Made<P, C>) {
    let (mut sender, mut receiver) = make(1);
    let pusher = thread::spawn(move || (1..=2).for_each(|number| sender.blocking_send(number).unwrap()));
    for number in 1..=2 {
        assert_eq!(receiver.blocking_recv(), Ok(number));
    }
    assert_eq!(receiver.blocking_recv(), Err(RecvError));
    pusher.join().unwrap();
}

/// A thread and a task wait for the same slot. The thread goes on by itself, and the task when it is woken.
///
/// [W1] [W2].
fn thread_and_task<P: Tx, C: Rx>(make: Made<P, C>, cx: &Context) {
    let (sender, mut receiver) = full(make, 1);
    let mut another = sender.clone();
    let mut task = send(sender, 2);
    let pusher = thread::spawn(move || another.blocking_send(1).unwrap());
    task.poll();
    assert_eq!(receiver.try_recv(), Ok(100));
    let mut received = Vec::new();
    while received.len() < 2 {
        if task.is_woken() {
            task.poll();
        }
        let before = received.len();
        received.extend(receiver.try_recv());
        // If the task is neither woken nor done, the slot is the thread's, which therefore comes.
        if received.len() == before && !task.is_woken() {
            received.push(receiver.blocking_recv().unwrap());
        }
    }
    cx.note(if received == [2, 1] { "task first" } else { "thread first" });
    received.sort_unstable();
    assert_eq!(received, [1, 2]);
    pusher.join().unwrap();
}

/// A thread that sleeps has its value back when the channel is closed.
///
/// [W1] [W2].
fn closed_while_it_sleeps<P: Tx, C: Rx>(make: Made<P, C>) {
    let (mut sender, mut receiver) = full(make, 1);
    let pusher = thread::spawn(move || sender.blocking_send(1));
    receiver.close();
    assert_eq!(pusher.join().unwrap(), Err(SendError::Closed(1)));
}
