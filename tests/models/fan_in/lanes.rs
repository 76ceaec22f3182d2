//! Lanes that come and go.

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    a_lane_is_used_again [7310] &["taken", "again"], 2 => super::a_lane_is_used_again;
    two_openers_get_two_lanes [274] &["both"] => super::two_openers_get_two_lanes;
    what_was_left_is_seen [47] &["closed", "not yet"] => super::what_was_left_is_seen;
    closed_comes_last [2329] &["empty", "closed"], 2 => super::closed_comes_last;
    an_opener_meets_a_consumer_that_goes [67] &["open", "closed", "pushed"] => super::an_opener_meets_a_consumer_that_goes;
    a_late_hint_of_a_former_producer [22785] &["taken", "again"], 2 => super::a_late_hint_of_a_former_producer;
    a_lane_that_is_seen_has_a_producer [17] &["none", "open"] => super::a_lane_that_is_seen_has_a_producer;
    a_hint_of_a_producer_that_goes [3075] &["seen", "not seen"], 2 => super::a_hint_of_a_producer_that_goes;
    split_with_what_was_left [6] &["in use", "split"] => super::split_with_what_was_left;
    split_again [61] &["in use", "split"] => super::split_again;
}

/// A lane is opened again only after its items have been taken out, and its next producer's items are that one's.
///
/// [L1] [L2] [L3] [L4], [H1] to [H4].
fn a_lane_is_used_again(cx: &Context) {
    let (opener, mut consumer) = ends(1, 2);
    let mut first = opener.open(ONE).unwrap();
    let old = first.lane();
    first.push(1).unwrap();
    let thread = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            drop(first);
            cx.step();
            let opened = opener.open(ONE).map(|mut second| {
                second.push(2).unwrap();
                second.lane()
            });
            (opened, opener)
        }
    });
    let mut popped = vec![];
    for _ in 0..3 {
        cx.step();
        popped.extend(consumer.pop());
    }
    let (opened, opener) = thread.join().unwrap();
    while let Ok(item) = consumer.pop() {
        popped.push(item);
    }
    match opened {
        Ok(new) => {
            cx.note("again");
            assert_ne!(new, old);
            assert_eq!(popped, [(old, 1), (new, 2)]);
        }
        Err(error) => {
            cx.note("taken");
            assert_eq!((error, popped), (NoLane::AllTaken, vec![(old, 1)]));
        }
    }
    // All lanes are free.
    let third = opener.open(ONE).unwrap();
    drop((third, opener));
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// No lane is anybody else's.
///
/// [L1].
fn two_openers_get_two_lanes(cx: &Context) {
    let (opener, mut consumer) = ends(2, 1);
    let thread = thread::spawn({
        let (opener, cx) = (opener.clone(), cx.clone());
        move || {
            cx.step();
            let mut producer = opener.open(ONE).unwrap();
            producer.push(1).unwrap();
            producer
        }
    });
    cx.step();
    let mut mine = opener.open(ONE).unwrap();
    mine.push(2).unwrap();
    let theirs = thread.join().unwrap();
    assert_ne!(mine.lane(), theirs.lane());
    let mut items = [consumer.pop().unwrap(), consumer.pop().unwrap()].map(|(_, item)| item);
    items.sort_unstable();
    assert_eq!(items, [1, 2]);
    cx.note("both");
    assert_eq!(opener.open(ONE).err(), Some(NoLane::AllTaken));
}

/// A pop says `Closed` only after the last item of any lane.
///
/// [A1] [A2].
fn closed_comes_last(cx: &Context) {
    let (opener, mut consumer) = ends(2, 1);
    let plain = Arc::new(Plain::new(0));
    let thread = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            let mut producer = opener.open(ONE).unwrap();
            cx.step();
            producer.push(1).unwrap();
            drop(producer);
            plain.set(1);
            drop(opener);
        }
    });
    let mut popped = 0;
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(_) => popped += 1,
            Err(PopError::Empty) => cx.note("empty"),
            Err(PopError::Closed) => {
                cx.note("closed");
                assert_eq!((popped, plain.get()), (1, 1));
            }
        }
    }
    thread.join().unwrap();
    popped += consumer.drain().count();
    assert_eq!((popped, consumer.pop()), (1, Err(PopError::Closed)));
}

/// Whoever sees that all are gone sees what they left.
///
/// [A1] [A3].
fn what_was_left_is_seen(cx: &Context) {
    let (opener, consumer) = ends(1, 1);
    let thread = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut producer = opener.open(ONE).unwrap();
            cx.step();
            producer.push(1).unwrap();
            drop((producer, opener));
        }
    });
    cx.step();
    if consumer.is_closed() {
        cx.note("closed");
        assert_eq!(consumer.len(), 1, "an item that was pushed before is not seen");
    } else {
        cx.note("not yet");
    }
    thread.join().unwrap();
}

/// A lane that is opened while the consumer goes is either open and closed by it, or not opened at all.
///
/// [L2] [L5].
fn an_opener_meets_a_consumer_that_goes(cx: &Context) {
    cx.watch_pressure();
    let (opener, consumer) = ends(1, 1);
    let thread = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            drop(consumer);
        }
    });
    cx.step();
    let opened = opener.open(ONE);
    match opened {
        Ok(mut producer) => {
            cx.note("open");
            cx.step();
            let _ = producer.push(1);
            thread.join().unwrap();
            cx.note("pushed");
            assert!(producer.is_closed() && opener.is_closed());
            assert_eq!(producer.pressure(), Pressure::Closed);
            assert_eq!(producer.push(2), Err(PushError::Closed(2)));
        }
        Err(error) => {
            cx.note("closed");
            assert_eq!(error, NoLane::Closed);
            thread.join().unwrap();
        }
    }
}

/// A ring is split again only when all ends are gone, and with all that they did.
///
/// [A1] [A4] [A5] [A6].
fn split_again(cx: &Context) {
    let ring: &'static _ = Box::leak(Box::new(forebay_core::fan_in::Ring::<u32, 1, 1>::new()));
    let (opener, mut consumer) = ring.try_split().unwrap();
    let mut producer = opener.open(ONE).unwrap();
    producer.push(1).unwrap();
    drop(opener);
    let thread = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let popped = consumer.pop().is_ok();
            drop(consumer);
            popped
        }
    });
    drop(producer);
    cx.step();
    match ring.try_split() {
        Err(InUse) => {
            cx.note("in use");
            thread.join().unwrap();
            assert!(ring.try_split().is_ok(), "all ends are gone");
        }
        Ok((opener, mut consumer)) => {
            cx.note("split");
            assert!(thread.join().unwrap());
            let mut producer = opener.open(ONE).unwrap();
            producer.push(2).unwrap();
            assert_eq!(consumer.pop(), Ok((producer.lane(), 2)));
        }
    }
}

/// A producer's last hint that comes when its lane is another one's already does that no harm.
///
/// [L2] [L3], and that a producer that goes leaves the flag alone.
fn a_late_hint_of_a_former_producer(cx: &Context) {
    let (opener, mut consumer) = ends(1, 1);
    let mut first = opener.open(ONE).unwrap();
    first.push(1).unwrap();
    assert!(consumer.pop().is_ok());
    let leaving = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            drop(first);
        }
    });
    let opening = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            (opener.open(ONE), opener)
        }
    });
    for _ in 0..2 {
        cx.step();
        assert_eq!(consumer.pop(), Err(PopError::Empty));
    }
    leaving.join().unwrap();
    let (second, _opener) = opening.join().unwrap();
    let Ok(mut second) = second else { return cx.note("taken") };
    cx.note("again");
    assert!(consumer.lane(second.lane()).is_some(), "its lane was taken away");
    second.push(2).unwrap();
    assert_eq!(consumer.pop(), Ok((second.lane(), 2)));
}

/// Whoever splits a ring again has all that its producers left there.
///
/// [A1] [A6].
fn split_with_what_was_left(cx: &Context) {
    let ring: &'static _ = Box::leak(Box::new(forebay_core::fan_in::Ring::<u32, 1, 1>::new()));
    let (opener, consumer) = ring.try_split().unwrap();
    let mut producer = opener.open(ONE).unwrap();
    drop((opener, consumer));
    let thread = thread::spawn(move || {
        producer.push(1).unwrap();
        drop(producer);
    });
    cx.step();
    match ring.try_split() {
        Err(InUse) => cx.note("in use"),
        Ok((_opener, mut consumer)) => {
            cx.note("split");
            assert_eq!(consumer.pop().map(|(_, item)| item), Ok(1));
        }
    }
    thread.join().unwrap();
}

/// Whoever sees that a lane is open sees its producer.
///
/// [L2] [L3].
fn a_lane_that_is_seen_has_a_producer(cx: &Context) {
    let (opener, consumer) = ends(1, 1);
    let opening = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            (opener.open(ONE).unwrap(), opener)
        }
    });
    cx.step();
    match consumer.lanes().next() {
        None => cx.note("none"),
        Some(lane) => {
            cx.note("open");
            assert!(!lane.is_closed(), "its producer is not there yet, or is gone");
        }
    }
    opening.join().unwrap();
}

/// A free lane has no flag set: a push in the next lane at the same place leaves a hint.
///
/// [L4], [H3] [H4], and the consumer's clearing of the flag when it gives the lane back.
fn a_hint_of_a_producer_that_goes(cx: &Context) {
    let (opener, mut consumer) = ends(1, 1);
    let mut first = opener.open(ONE).unwrap();
    first.push(1).unwrap();
    assert_eq!(consumer.pop().map(|(_, item)| item), Ok(1));
    let thread = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            // Nothing, but that the consumer is told.
            assert_eq!(first.push_slice(&[]), 0);
            cx.step();
            drop(first);
        }
    });
    cx.step();
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    cx.note(if consumer.lanes().count() == 0 { "seen" } else { "not seen" });
    thread.join().unwrap();
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    let mut second = opener.open(ONE).unwrap();
    second.push(2).unwrap();
    assert_eq!(consumer.pop(), Ok((second.lane(), 2)));
}
