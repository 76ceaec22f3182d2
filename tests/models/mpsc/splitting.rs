//! Ends of a shared ring, one set after the other.

use std::iter;

use super::*;

models! {
    split_again [Some(3), 2082] &["in use", "split"] => super::split_again;
    split_with_holes [Some(3), 17679, stepwise] &["after it", "before it", "in between"] => super::split_with_holes;
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

/// Two tickets are stepped over while their producers put their items in and look back, in whatever order; and what is left in
/// their slots then is found after another split, in order.
///
/// [MC3] [MC7] [MP1] [MP6].
fn split_with_holes(cx: &Context) {
    let ring: &'static Ring<u32, 3> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let first = pusher(producer.clone(), 0..1, cx);
    let mut popped = Vec::new();
    let mut later = [producer.clone(), producer.clone()];
    let held = iter::once_with(|| {
        for (number, producer) in (100..).zip(&mut later) {
            cx.step();
            producer.push(number).expect("two slots at most are taken");
            popped.push(consumer.pop().expect("a push is over"));
        }
        cx.step();
        200
    });
    assert_eq!(producer.push_iter(held), 1);
    let theirs = popped.contains(&0);
    let (stored, one) = first.join().unwrap();
    assert_eq!(stored, [0]);
    check_order(&popped);
    drop((producer, later, consumer, one));
    let (mut producer, mut consumer) = ring.try_split().expect("all ends are gone");
    let left: Vec<u32> = consumer.drain().collect();
    cx.note(match &left[..] {
        _ if theirs => "in between",
        [0, 200] => "before it",
        _ => "after it",
    });
    popped.extend(left);
    check_all(popped, vec![0, 100, 101, 200]);
    // All of it is there.
    assert_eq!(producer.push_iter(0..5), 3);
    assert_eq!(consumer.drain().collect::<Vec<_>>(), [0, 1, 2]);
}
