//! Hints that are left and taken away: nothing that is inside stays hidden.

use forebay_tests::model::atomic::{AtomicBool, Ordering};

use super::*;

models! {
    mod checked: [Some(3), stepwise];
    empty_never_hides_a_completed_push [1361] &["empty", "found"], 2 => super::empty_never_hides_a_completed_push;
    an_item_of_a_new_lane_is_found [2849] &["empty", "found"] => super::an_item_of_a_new_lane_is_found;
    a_busy_lane_does_not_hide_another [708] &["at once", "later"] => super::a_busy_lane_does_not_hide_another;
    a_lane_found_empty_is_hinted_at_again [16] &["next"] => super::a_lane_found_empty_is_hinted_at_again;
    the_pressure_is_open_in_the_end [152868] &["empty", "not yet"] => super::the_pressure_is_open_in_the_end;
}

/// Whoever is told that a push is over finds the item, and finds it once. `push` keeps alive what it answers with.
fn is_found<R: Send + 'static>(
    cx: &Context,
    mut consumer: Consumer<'static, u32>,
    push: impl FnOnce(&Context) -> R + Send + 'static,
) {
    let told = Arc::new(AtomicBool::new(false));
    let pusher = thread::spawn({
        let (told, cx) = (Arc::clone(&told), cx.clone());
        move || {
            let ends = push(&cx);
            told.store(true, Ordering::Release);
            ends
        }
    });
    cx.step();
    let early = consumer.pop();
    let was_told = told.load(Ordering::Acquire);
    let late = consumer.pop();
    if early.is_err() {
        cx.note("empty");
    }
    if was_told {
        cx.note("found");
        assert!(early.is_ok() || late.is_ok(), "a completed push is hidden");
    }
    let _ends = pusher.join().unwrap();
    let last = consumer.pop();
    assert_eq!([early, late, last].iter().flatten().count(), 1);
}

/// Whatever has become of the hint.
///
/// [H2] [H3], and the look at all lanes that are known.
fn empty_never_hides_a_completed_push(cx: &Context) {
    let (opener, mut consumer) = ends(2, 2);
    let mut producer = opener.open(ONE).unwrap();
    // The lane is known, and its hint is about to be taken away.
    producer.push(0).unwrap();
    assert!(consumer.pop().is_ok());
    is_found(cx, consumer, move |cx| {
        cx.step();
        producer.push(1).unwrap();
        producer
    });
    drop(opener);
}

/// The same for a lane that is opened meanwhile.
///
/// [L2] [L3] [H2] [H3].
fn an_item_of_a_new_lane_is_found(cx: &Context) {
    let (opener, consumer) = ends(2, 2);
    is_found(cx, consumer, move |cx| {
        let mut producer = opener.open(ONE).unwrap();
        cx.step();
        producer.push(1).unwrap();
        (producer, opener)
    });
}

/// An item waits for as many rounds as there are lanes at most, while another lane is busy all the time.
///
/// The look at one further lane in each round.
fn a_busy_lane_does_not_hide_another(cx: &Context) {
    let (opener, mut consumer) = ends(2, 4);
    let mut busy = opener.open(ONE).unwrap();
    let mut other = opener.open(ONE).unwrap();
    // Both are known; the other one's hint is there still.
    other.push(0).unwrap();
    assert!(consumer.pop().is_ok());
    busy.push_slice(&[10, 11, 12, 13]);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            other.push(1).unwrap();
            other
        }
    });
    cx.step();
    // Takes the other one's hint away on its way, or finds the item.
    let first = [consumer.pop().unwrap().1, consumer.pop().unwrap().1];
    let _other = pusher.join().unwrap();
    if first.contains(&1) {
        cx.note("at once");
        return;
    }
    cx.note("later");
    let second = [consumer.pop().unwrap().1, consumer.pop().unwrap().1];
    assert!(second.contains(&1), "{first:?} {second:?}: it waits for more rounds than there are lanes");
}

/// A push that comes after the consumer has found the lane empty is served in the next round, however many lanes are idle.
///
/// That the flag is cleared with [H4].
fn a_lane_found_empty_is_hinted_at_again(cx: &Context) {
    let (opener, mut consumer) = ends(3, 4);
    let [mut busy, mut idle, mut other] = [(); 3].map(|()| opener.open(ONE).unwrap());
    // All are known, and without a hint.
    for lane in [&mut busy, &mut idle, &mut other] {
        lane.push(0).unwrap();
    }
    assert_eq!(consumer.drain().count(), 3);
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    busy.push_slice(&[10, 11, 12, 13]);
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            other.push(1).unwrap();
            other
        }
    });
    cx.step();
    // The busy lane's turn comes first.
    assert_eq!(consumer.pop().unwrap().1, 10);
    let _other = pusher.join().unwrap();
    cx.note("next");
    assert_eq!(consumer.pop().unwrap().1, 1, "it waits until idle lanes are looked at");
}

/// A lane that is empty and no longer looked at is open: its producer never waits for ever.
///
/// [H5].
fn the_pressure_is_open_in_the_end(cx: &Context) {
    cx.watch_pressure();
    let (opener, mut consumer) = ends(1, 2);
    let mut producer = opener.open(ONE).unwrap();
    producer.push(0).unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            // It fills the lane, if the consumer has not been by.
            producer.push(1).unwrap();
            producer
        }
    });
    cx.step();
    let popped = [consumer.pop(), consumer.pop(), consumer.pop()].map(|popped| popped.is_ok());
    let producer = pusher.join().unwrap();
    if popped == [true, true, false] {
        cx.note("empty");
        assert_eq!(producer.pressure(), Pressure::Open);
    } else {
        cx.note("not yet");
    }
}
