//! The end of each side, seen by the other.

use super::*;

use atomic::{AtomicBool, Ordering};

models! {
    mod checked: [Some(3), stepwise];
    producers_end [8559, 9783] &["closed", "empty", "popped"] => super::producers_end;
    close_and_push_capacity_1 [341, 818] ALL => |cx| super::close(1, 2, 0, Overflow::Reject, &[3], cx);
    close_and_push_capacity_2 [689, 2902] ALL => |cx| super::close(2, 2, 1, Overflow::Reject, &[3], cx);
    close_and_evict_capacity_1 [825, 765] ALL => |cx| super::close(1, 2, 1, Overflow::DropOldest, &[3], cx);
    close_and_evict_capacity_2 [826, 647] ALL => |cx| super::close(2, 2, 2, Overflow::DropOldest, &[3], cx);
    close_and_two_push_capacity_1 [13866, 28616] ALL => |cx| super::close(1, 2, 0, Overflow::DropOldest, &[1, 1], cx);
    close_and_two_push_capacity_2 [26820, 126354] ALL => |cx| super::close(2, 2, 1, Overflow::DropOldest, &[1, 1], cx);
    close_and_one_pushes_capacity_1 [362, 530] ALL => |cx| super::close(1, 1, 0, Overflow::Reject, &[3], cx);
    close_and_one_pushes_capacity_2 [486, 591] ALL => |cx| super::close(2, 1, 0, Overflow::Reject, &[3], cx);
    close_and_one_evicts_capacity_1 [1531, 1531] ALL => |cx| super::close(1, 1, 1, Overflow::DropOldest, &[3], cx);
    close_and_one_evicts_capacity_2 [2034, 805] ALL => |cx| super::close(2, 1, 2, Overflow::DropOldest, &[3], cx);
    one_hears_of_it [778, 944] &["closed", "empty", "popped"] => super::one_hears_of_it;
    closed_is_final [100, 221] &["closed", "popped"] => super::closed_is_final;
    close_and_handles [242, 214] ALL => super::close_and_handles;
    consumers_end [314, 574] &["closed", "evicted"] => |cx| super::consumers_end(1, cx);
    consumers_end_of_two [215, 551] &["closed", "evicted"] => |cx| super::consumers_end(2, cx);
    split_again_after_two [3057, 4270] &["split", "in use", "closed"] => super::split_again_after_two;
    split_again [64, 64] &["split", "in use"] => super::split_again;
}

/// What may become of a push while the ring is closed.
const ALL: &[&str] = &["pushed", "closed", "after"];

/// Pushes numbers while the ring may be closed. `returned` says that it was, and `order` how that is learnt.
fn push_some(
    mut producer: P,
    numbers: std::ops::Range<u32>,
    (returned, order): (&Arc<AtomicBool>, Ordering),
    cx: &Context,
) -> thread::JoinHandle<(Pusher, P)> {
    let (cx, returned) = (cx.clone(), Arc::clone(returned));
    thread::spawn(move || {
        let (mut pusher, mut was_closed) = (Pusher::default(), false);
        for number in numbers {
            cx.step();
            let after = returned.load(order);
            match producer.push(number) {
                Err(PushError::Closed(back)) => {
                    assert_eq!(back, number);
                    assert!(producer.is_closed());
                    cx.note(if after { "after" } else { "closed" });
                    pusher.refused.push(number);
                    was_closed = true;
                }
                Err(PushError::Full(_)) => {}
                Err(PushError::Shed(_)) => panic!("no such policy"),
                Ok(outcome) => {
                    assert!(!after && !was_closed, "closed is for good");
                    cx.note("pushed");
                    pusher.stored.push(number);
                    pusher.evicted.extend(outcome.evicted());
                }
            }
        }
        (pusher, producer)
    })
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

/// No push is taken in that begins after the close has returned, under any policy, room or not; what was taken in goes one way;
/// and closed is final.
///
/// [S1] [S2], with one producer [S3].
fn close(capacity: usize, seats: usize, inside: u32, overflow: Overflow, pushes: &[u32], cx: &Context) {
    let (mut producer, mut consumer) = ends(capacity, seats, 1, overflow);
    let mut before = Pusher::default();
    (0..inside).for_each(|number| before.push(&mut producer, number, cx));
    // Several learn of it from the slot itself. To one producer, something must say that its push is the later one.
    let order = if seats == 1 { Ordering::Acquire } else { Ordering::Relaxed };
    let returned = Arc::new(AtomicBool::new(false));
    let mut producers: Vec<P> = pushes[1..].iter().map(|_| producer.try_clone().unwrap()).collect();
    producers.push(producer);
    let pushers: Vec<_> = producers
        .into_iter()
        .zip(pushes)
        .zip([10, 20])
        .map(|((producer, &count), from)| push_some(producer, from..from + count, (&returned, order), cx))
        .collect();
    cx.step();
    consumer.close();
    returned.store(true, if seats == 1 { Ordering::Release } else { Ordering::Relaxed });
    assert!(consumer.is_closed());
    let inside = consumer.len();
    let (pushers, producers): (Vec<_>, Vec<_>) = pushers.into_iter().map(|pusher| pusher.join().unwrap()).unzip();
    assert!(seats == 1 || consumer.len() == inside, "nothing comes in");
    let all: Vec<&Pusher> = pushers.iter().chain([&before]).collect();
    // One that has not had a push refused doesn't know yet.
    let knows = seats > 1 || pushers.iter().any(|pusher| !pusher.refused.is_empty());
    settle_with(capacity, &all, Vec::new(), &mut consumer, if knows { PopError::Closed } else { PopError::Empty });
    for mut producer in producers {
        assert!(producer.is_closed());
        assert_eq!(producer.push(30), Err(PushError::Closed(30)));
        assert_eq!(consumer.pop(), Err(PopError::Closed));
        assert_eq!((producer.len(), consumer.len()), (0, 0));
    }
}

/// A ring for one producer says closed when all of its items have been popped, though the producer may still be there.
///
/// [S7] [S14].
fn one_hears_of_it(cx: &Context) {
    closed_while_popping(1, 2, cx);
}

/// A ring for several says closed at once, when all items that will ever be have been popped.
///
/// [S1] [S2].
fn closed_is_final(cx: &Context) {
    closed_while_popping(2, 2, cx);
}

fn closed_while_popping(seats: usize, pushes: u32, cx: &Context) {
    let (producer, mut consumer) = ends(2, seats, 1, Overflow::DropOldest);
    let returned = Arc::new(AtomicBool::new(false));
    let pusher = push_some(producer, 10..10 + pushes, (&returned, Ordering::Relaxed), cx);
    cx.step();
    consumer.close();
    let (mut popped, mut closed) = (Vec::new(), false);
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(number) => {
                assert!(!closed, "closed is final");
                cx.note("popped");
                popped.push(number);
            }
            Err(PopError::Closed) => {
                cx.note("closed");
                closed = true;
            }
            Err(PopError::Empty) => {
                assert!(!closed && seats == 1, "it is closed, and nothing can come");
                cx.note("empty");
            }
        }
    }
    let (pusher, producer) = pusher.join().unwrap();
    assert!(!closed || popped == pusher.stored, "{popped:?} {pusher:?}");
    while let Ok(number) = consumer.pop() {
        popped.push(number);
    }
    assert_eq!(popped, pusher.stored);
    drop(producer);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// Producers that come and go while it is closed are refused, too, and leave their cells.
///
/// [S1] [S2] [S10] [S11].
fn close_and_handles(cx: &Context) {
    let (producer, mut consumer) = ends(1, 2, 1, Overflow::DropOldest);
    let returned = Arc::new(AtomicBool::new(false));
    let pusher = thread::spawn({
        let (cx, returned) = (cx.clone(), Arc::clone(&returned));
        move || {
            let mut pusher = Pusher::default();
            for number in 10..12 {
                cx.step();
                let after = returned.load(Ordering::Relaxed);
                let mut clone = producer.try_clone().expect("there is a seat");
                match clone.push(number) {
                    Ok(outcome) => {
                        assert!(!after, "closed is for good");
                        cx.note("pushed");
                        pusher.stored.push(number);
                        pusher.evicted.extend(outcome.evicted());
                    }
                    Err(error) => {
                        assert_eq!(error, PushError::Closed(number));
                        cx.note(if after { "after" } else { "closed" });
                    }
                }
            }
            (pusher, producer)
        }
    });
    cx.step();
    consumer.close();
    returned.store(true, Ordering::Relaxed);
    let (pusher, _producer) = pusher.join().unwrap();
    settle_with(1, &[&pusher], Vec::new(), &mut consumer, PopError::Closed);
}

/// A consumer that goes closes the ring, after its pops, evictions or not: nothing is lost without an outcome.
fn consumers_end(seats: usize, cx: &Context) {
    let (mut producer, mut consumer) = ends(1, seats, 1, Overflow::DropOldest);
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
                assert!(!closed, "closed is for good");
                stored.push(number);
                if let Pushed::Evicted(victim) = outcome {
                    cx.note("evicted");
                    evicted.push(victim);
                }
            }
            Err(error) => {
                assert_eq!(error, PushError::Closed(number));
                assert!(producer.is_closed());
                cx.note("closed");
                closed = true;
            }
        }
    }
    let popped = popper.join().unwrap();
    evicted.push(popped);
    assert_eq!(stored.len(), evicted.len() + producer.len());
    assert!(producer.is_closed());
    assert_eq!(producer.push(3), Err(PushError::Closed(3)));
}

/// Who splits a shared ring again has what the last ends left in it.
///
/// [S13] [S15] [K1] [K2] [S6] [S9] [S12].
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
            user.join().unwrap();
        }
        Err(_) => {
            cx.note("in use");
            user.join().unwrap();
            assert!(ring.try_split().is_ok(), "all ends are gone");
        }
    }
}

/// The same where the ends went in two threads.
///
/// [S6] [S9] [S13] [S15].
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
            // It is open again, and what was left is inside or makes room.
            assert!(!producer.is_closed() && !consumer.is_closed());
            assert!(producer.push(2).is_ok());
            assert!(consumer.pop().is_ok());
            assert_eq!(consumer.pop(), Err(PopError::Empty));
        }
        Err(_) => cx.note("in use"),
    }
    let (pushed, popped) = (pusher.join().unwrap(), popper.join().unwrap());
    assert!(popped.is_ok());
    if let Err(error) = pushed {
        assert!(error.is_closed());
        cx.note("closed");
    }
}
