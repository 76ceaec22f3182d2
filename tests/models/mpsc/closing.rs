//! Ends that go, and rings that are closed: what the other side is told, and when.

use super::*;

models! {
    closed_comes_last_capacity_1 [Some(3), 70967] &["empty", "closed"] => |cx| super::closed_comes_last(1, cx);
    closed_comes_last_capacity_2 [Some(2), 16879] &["empty", "closed"] => |cx| super::closed_comes_last(2, cx);
    close_is_sticky [Some(3), 12757] &["stored", "closed"] => super::close_is_sticky;
    consumer_gone [Some(3), 15484] &["stored", "closed"] => super::consumer_gone;
}

/// A pop says `Closed` only after the last item of the last producer.
///
/// [MP7] [MC5].
fn closed_comes_last(capacity: usize, cx: &Context) {
    let (producer, mut consumer) = numbers(capacity, 1);
    let pushers: Vec<_> = (0..2)
        .map(|number| {
            let mut producer = producer.clone();
            thread::spawn(move || producer.push(number).is_ok())
        })
        .collect();
    drop(producer);
    let (mut popped, mut closed) = (0, false);
    for _ in 0..3 {
        match consumer.pop() {
            Ok(_) => {
                assert!(!closed, "an item after the end");
                popped += 1;
            }
            Err(PopError::Empty) => {
                assert!(!closed, "open again");
                cx.note("empty");
            }
            Err(PopError::Closed) => {
                cx.note("closed");
                closed = true;
            }
        }
    }
    let stored: usize = pushers.into_iter().map(|pusher| usize::from(pusher.join().unwrap())).sum();
    if closed {
        assert_eq!(popped, stored);
    }
    assert_eq!(popped + consumer.drain().count(), stored);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// A ring that was closed says `Closed` to the consumer only when no item can follow, and takes nothing after that.
///
/// [MP3].
fn close_is_sticky(cx: &Context) {
    let (producer, mut consumer) = numbers(2, 1);
    let pushers: Vec<_> = (0..2)
        .map(|number| {
            let (mut producer, cx) = (producer.clone(), cx.clone());
            thread::spawn(move || match producer.push(number) {
                Ok(()) => {
                    cx.note("stored");
                    1
                }
                Err(error) => {
                    assert_eq!(error, PushError::Closed(number));
                    cx.note("closed");
                    0
                }
            })
        })
        .collect();
    consumer.close();
    let mut popped = 0;
    let closed = loop {
        match consumer.pop() {
            Ok(_) => popped += 1,
            Err(PopError::Closed) => break true,
            Err(PopError::Empty) => break false,
        }
    };
    let stored: usize = pushers.into_iter().map(|pusher| pusher.join().unwrap()).sum();
    if closed {
        assert_eq!(popped, stored, "closed, and an item came later");
    }
    assert_eq!(popped + consumer.drain().count(), stored);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
    let mut producer = producer;
    assert_eq!(producer.push(7), Err(PushError::Closed(7)));
}

/// Once the consumer is gone, nothing is taken in, and what is inside dies with the ring.
fn consumer_gone(cx: &Context) {
    let ledger = Ledger::new();
    let (producer, mut consumer) = HeapRing::<Tracked>::new(2).unwrap().into_ends();
    let items = ledger.items(3);
    let mut pushers = Vec::new();
    let mut items = items.into_iter();
    for _ in 0..2 {
        let (mut producer, item, cx) = (producer.clone(), items.next().unwrap(), cx.clone());
        pushers.push(thread::spawn(move || match producer.push(item) {
            Ok(()) => cx.note("stored"),
            Err(PushError::Closed(_)) => cx.note("closed"),
            Err(_) => panic!("there is room"),
        }));
    }
    drop(consumer.pop());
    drop(consumer);
    for pusher in pushers {
        pusher.join().unwrap();
    }
    let mut producer = producer;
    assert!(producer.is_closed());
    assert!(producer.push(items.next().unwrap()).is_err_and(|error| error.is_closed()));
    drop(producer);
    ledger.check();
}
