//! Another policy, beside those who wait for room: none of them waits for what is not needed any more.

use forebay::Refusal;
use forebay::channel::{PolicyEnd, SendEnd};

use super::*;

models! {
    one_waits [Some(3), 182] &["saw it", "woken"] => super::one_waits;
    one_waits_for_room [Some(3), 105] &["saw it", "woken"] => super::one_waits_for_room;
}

/// A task that finds a full channel is told of a policy that drops, or sees it.
fn is_told<P: SendEnd + PolicyEnd, R: Send + 'static>(
    sender: Sender<P, Shared>,
    overflow: P::Policy,
    mut task: Task<R>,
    cx: &Context,
) -> R
where
    Sender<P, Shared>: Send + 'static,
    P::Policy: Send + 'static,
{
    let switcher = thread::spawn(move || {
        sender.set_overflow(overflow);
        sender
    });
    cx.note(if task.poll() { "saw it" } else { "woken" });
    let _sender = switcher.join().unwrap();
    assert!(task.is_done() || task.is_woken(), "it sleeps, and needs no room");
    assert!(task.poll());
    task.result.unwrap()
}

/// A sender, by a ring that says by itself whether it is stuffed.
///
/// [W1] [W2].
fn one_waits(cx: &Context) {
    let (sender, mut receiver) = full(mpsc, 1);
    let task = send(sender.clone(), 1);
    assert_eq!(is_told(sender, Refusal::DropIncoming, task, cx), Err(SendError::Shed(1)));
    assert_eq!(receiver.try_recv(), Ok(100));
}

/// One that waits without sending.
///
/// [W1] [W2].
fn one_waits_for_room(cx: &Context) {
    let (sender, mut receiver) = full(mpsc, 1);
    let mut waits = sender.clone();
    let task = Task::new(async move { waits.ready().await });
    is_told(sender, Refusal::DropIncoming, task, cx);
    assert_eq!(receiver.try_recv(), Ok(100));
}
