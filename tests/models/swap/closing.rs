//! The end of each side, seen by the other.

use super::*;

models! {
    producers_end [8559, 9783] &["closed", "empty", "popped"] => super::producers_end;
    consumers_end [295, 517] &["closed", "evicted"] => super::consumers_end;
    consumers_end_with_room [92, 54] &["closed", "stored"] => super::consumers_end_with_room;
    split_again_after_two [2604, 3617] &["split", "in use"] => super::split_again_after_two;
    split_again [57, 57] &["split", "in use"] => super::split_again;
}

/// Closed comes after the last item of the last producer.
///
/// [S8] [S9].
fn producers_end(cx: &Context) {
    let (mut producer, mut consumer) = ends(2, 2, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            assert_eq!(producer.push(0), Ok(Pushed::Stored));
        }
    });
    let another = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            assert_eq!(other.push(1), Ok(Pushed::Stored));
        }
    });
    let mut popped = 0;
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(_) => {
                popped += 1;
                cx.note("popped");
            }
            Err(PopError::Empty) => cx.note("empty"),
            Err(PopError::Closed) => {
                cx.note("closed");
                panic!("closed with {popped} popped");
            }
        }
    }
    pusher.join().unwrap();
    another.join().unwrap();
    while consumer.pop().is_ok() {
        popped += 1;
    }
    assert_eq!(popped, 2);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
    cx.note("closed");
}

/// Closed means that the ring was full and the consumer gone, evictions or not: nothing is lost without an outcome.
///
/// [S6] [S7].
fn consumers_end(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 1, 1, Overflow::DropOldest);
    assert_eq!(producer.push(0), Ok(Pushed::Stored));
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let popped = consumer.pop().unwrap();
            cx.step();
            drop(consumer);
            popped
        }
    });
    let mut closed = false;
    let mut evicted = Vec::new();
    let mut stored = vec![0];
    for number in 1..3 {
        cx.step();
        match producer.push(number) {
            Ok(outcome) => {
                stored.push(number);
                if let Pushed::Evicted(victim) = outcome {
                    assert!(!closed, "closed is for good");
                    cx.note("evicted");
                    evicted.push(victim);
                }
            }
            Err(error) => {
                assert_eq!(error, PushError::Closed(number));
                assert!(producer.is_closed() && producer.is_full());
                cx.note("closed");
                closed = true;
            }
        }
    }
    let popped = popper.join().unwrap();
    evicted.push(popped);
    assert_eq!(stored.len(), evicted.len() + producer.len());
}

/// A consumer that made room before it went leaves room: the push after it is stored.
///
/// [S6] [S7].
fn consumers_end_with_room(cx: &Context) {
    let (mut producer, mut consumer) = ends(1, 1, 1, Overflow::Reject);
    assert_eq!(producer.push(0), Ok(Pushed::Stored));
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            consumer.pop().unwrap();
        }
    });
    cx.step();
    match producer.push(1) {
        Ok(_) => cx.note("stored"),
        Err(PushError::Full(_)) => {}
        Err(error) => panic!("{error}: there is room"),
    }
    popper.join().unwrap();
    let _ = producer.push(2);
    assert_eq!(producer.push(3), Err(PushError::Closed(3)));
    cx.note("closed");
}

/// Who splits a shared ring again has what the last ends left in it.
///
/// [S13] [S14] [K1] [K2] [S6] [S9] [S12].
fn split_again(cx: &Context) {
    use forebay_core::swap::Ring;

    let ring: &'static Ring<u32, 2, 2> = Box::leak(Box::new(Ring::with_overflow(Overflow::DropOldest)));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    let user = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            for number in 0..3 {
                let _ = producer.push(number);
            }
            assert_eq!(consumer.pop(), Ok(1));
            cx.step();
            drop(producer);
            cx.step();
            drop(consumer);
        }
    });
    cx.step();
    match ring.try_split() {
        Ok((mut producer, mut consumer)) => {
            cx.note("split");
            assert_eq!(producer.push(3), Ok(Pushed::Stored));
            assert_eq!(producer.push(4), Ok(Pushed::Evicted(2)));
            assert_eq!((consumer.pop(), consumer.pop()), (Ok(3), Ok(4)));
            assert_eq!(consumer.evicted(), 2);
        }
        Err(_) => cx.note("in use"),
    }
    user.join().unwrap();
}

/// The same where the ends went in two threads.
///
/// [S6] [S9] [S13] [S14].
fn split_again_after_two(cx: &Context) {
    use forebay_core::swap::Ring;

    let ring: &'static Ring<u32, 1, 1> = Box::leak(Box::new(Ring::with_overflow(Overflow::DropOldest)));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    assert_eq!(producer.push(0), Ok(Pushed::Stored));
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            let outcome = producer.push(1);
            cx.step();
            drop(producer);
            outcome
        }
    });
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            let popped = consumer.pop();
            cx.step();
            drop(consumer);
            popped
        }
    });
    cx.step();
    match ring.try_split() {
        Ok((mut producer, mut consumer)) => {
            cx.note("split");
            let more = producer.push(2);
            assert!(more.is_ok());
            assert!(consumer.pop().is_ok());
        }
        Err(_) => cx.note("in use"),
    }
    let (pushed, popped) = (pusher.join().unwrap(), popper.join().unwrap());
    assert!(popped.is_ok() && pushed.is_ok());
}
