//! Ends of a shared ring, one set after the other.

use super::*;

models! {
    split_again [Some(3), 1934] &["in use", "split"] => super::split_again;
}

/// Whoever splits a ring again after all its ends have gone finds what they left, and owns it.
///
/// [MO1] [MO2] [MP7] [MC6].
fn split_again(cx: &Context) {
    let ring: &'static Ring<u32, 2> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let another = producer.clone();
    let pusher = thread::spawn(move || producer.push(1).is_ok());
    let popper = thread::spawn(move || {
        drop(another);
        consumer.pop().ok()
    });
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split" } else { "in use" });
    let was_early = early.is_ok();
    let found: Vec<u32> = early.map(|(_, mut consumer)| consumer.drain().collect()).unwrap_or_default();
    let stored = pusher.join().unwrap();
    let popped = popper.join().unwrap();
    let (mut producer, mut consumer) = ring.try_split().expect("all ends are gone");
    let later: Vec<u32> = consumer.drain().collect();
    assert!(!was_early || later.is_empty());
    assert_eq!(usize::from(popped.is_some()) + found.len() + later.len(), usize::from(stored));
    // All of it is there.
    assert_eq!(producer.push_iter(0..5), 2);
    assert_eq!(consumer.pop(), Ok(0));
}
