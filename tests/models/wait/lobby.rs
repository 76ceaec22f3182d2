//! Channels that are built again where others were, as soon as the seats are free.

use forebay::channel::Lobby;

use super::*;

models! {
    ends_beside_the_last_sender [None, 234] &["in use", "free", "there", "woken"] => super::ends_beside_the_last_sender;
    ends_beside_the_receiver [None, 826] &["in use", "free"] => super::ends_beside_the_receiver;
    ends_beside_one_that_waits [None, 9178] &["in use", "free"] => super::ends_beside_one_that_waits;
    a_seat_for_one_that_goes [None, 56] &["there is one", "there is none"] => super::a_seat_for_one_that_goes;
    two_build [None, 4] &[] => super::two_build;
}

type Ends<const SEATS: usize> = (Sender<ring::Tx, &'static Lobby<SEATS>>, Receiver<ring::Rx, &'static Lobby<SEATS>>);

/// A lobby for one execution.
fn lobby<const SEATS: usize>() -> &'static Lobby<SEATS> {
    Box::leak(Box::new(Lobby::new()))
}

/// Ends of another channel there, or none.
fn ends<const SEATS: usize>(lobby: &'static Lobby<SEATS>) -> Option<Ends<SEATS>> {
    let (tx, rx) = ring::ring(1);
    lobby.ends(tx, rx).ok()
}

/// New ends while an old one is going; when it is gone there are some for certain.
fn new_ends<const SEATS: usize>(
    lobby: &'static Lobby<SEATS>,
    going: thread::JoinHandle<()>,
    cx: &Context,
) -> (Ends<SEATS>, Option<thread::JoinHandle<()>>) {
    match ends(lobby) {
        Some(ends) => {
            cx.note("free");
            (ends, Some(going))
        }
        None => {
            cx.note("in use");
            going.join().unwrap();
            (ends(lobby).expect("all are gone"), None)
        }
    }
}

/// The last sender of the old channel is going, and still tells who waits for items; the receiver of the new one is woken when its
/// item comes.
///
/// [W1] [W2].
fn ends_beside_the_last_sender(cx: &Context) {
    let lobby = lobby::<2>();
    let (old, receiver) = ends(lobby).unwrap();
    drop(receiver);
    let dropper = thread::spawn(move || drop(old));
    let ((mut sender, receiver), dropper) = new_ends(lobby, dropper, cx);
    let pusher = thread::spawn(move || {
        sender.try_send(1).unwrap();
        sender
    });
    let mut task = receive(receiver);
    task.poll();
    let _sender = pusher.join().unwrap();
    dropper.into_iter().for_each(|dropper| dropper.join().unwrap());
    cx.note(if task.is_done() { "there" } else { "woken" });
    assert!(task.is_done() || task.is_woken(), "it sleeps, and there is an item");
    assert!(task.poll());
    assert_eq!(task.result.unwrap().0, Ok(1));
}

/// The receiver of the old channel is going, and still calls who waits for room; a sender of the new one is woken when there is
/// some.
///
/// [W1] [W2].
fn ends_beside_the_receiver(cx: &Context) {
    let lobby = lobby::<2>();
    let (sender, old) = ends(lobby).unwrap();
    drop(sender);
    let dropper = thread::spawn(move || drop(old));
    let ((mut sender, mut receiver), dropper) = new_ends(lobby, dropper, cx);
    sender.try_send(100).unwrap();
    let task = poll_in_thread(send(sender, 1));
    assert_eq!(receiver.try_recv(), Ok(100));
    let task = task.join().unwrap();
    dropper.into_iter().for_each(|dropper| dropper.join().unwrap());
    check_senders(vec![task], receiver, vec![1]);
}

/// The last sender was in a line when it goes, and leaves nothing there.
fn ends_beside_one_that_waits(cx: &Context) {
    let lobby = lobby::<2>();
    let (mut sender, receiver) = ends(lobby).unwrap();
    sender.try_send(100).unwrap();
    let mut old = send(sender, 7);
    assert!(!old.poll());
    let dropper = thread::spawn(move || drop(old));
    drop(receiver);
    let ((mut sender, mut receiver), dropper) = new_ends(lobby, dropper, cx);
    sender.try_send(100).unwrap();
    let mut task = send(sender, 1);
    assert!(!task.poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    dropper.into_iter().for_each(|dropper| dropper.join().unwrap());
    check_senders(vec![task], receiver, vec![1]);
}

/// Another sender takes the seat of one that goes, or finds none; there is one when it has gone.
fn a_seat_for_one_that_goes(cx: &Context) {
    let lobby = lobby::<3>();
    let (mut sender, mut receiver) = ends(lobby).unwrap();
    sender.try_send(100).unwrap();
    let mut old = send(sender.try_clone().unwrap(), 7);
    assert!(!old.poll());
    let dropper = thread::spawn(move || drop(old));
    let another = sender.try_clone();
    cx.note(if another.is_ok() { "there is one" } else { "there is none" });
    let (another, dropper) = match another {
        Ok(another) => (another, Some(dropper)),
        Err(_) => {
            dropper.join().unwrap();
            (sender.try_clone().expect("one is gone"), None)
        }
    };
    let mut tasks = vec![send(another, 1)];
    assert!(!tasks[0].poll());
    assert_eq!(receiver.try_recv(), Ok(100));
    dropper.into_iter().for_each(|dropper| dropper.join().unwrap());
    tasks.push(send(sender, 2));
    tasks[1].poll();
    check_senders(tasks, receiver, vec![1, 2]);
}

/// Of two that build at the same time one has the seats.
fn two_build(_: &Context) {
    let lobby = lobby::<2>();
    let builder = thread::spawn(move || ends(lobby));
    let mine = ends(lobby);
    let other = builder.join().unwrap();
    assert!(mine.is_some() != other.is_some());
}
