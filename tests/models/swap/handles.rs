//! Producers that come and go.

use super::*;

models! {
    a_dropped_handle_is_reused [1, 1] &["reused", "too many"] => super::reused;
    two_ask_for_one_seat [1, 1] &["got it"] => super::two_for_one;
}

/// A cell that a dropped producer leaves is the next one's alone.
///
/// [S9] [S10] [S11] [S12].
fn reused(cx: &Context) {
    let (producer, mut consumer) = ends(1, 2, 1, Overflow::DropOldest);
    let mut other = producer.try_clone().unwrap();
    let pusher = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let first = other.push(10);
            assert!(matches!(first, Ok(Pushed::Stored)), "{first:?}");
            cx.step();
            drop(other);
        }
    });
    cx.step();
    let mut pushed = Pusher::default();
    match producer.try_clone() {
        Ok(mut third) => {
            cx.note("reused");
            pushed.push(&mut third, 20, cx);
            pushed.push(&mut third, 21, cx);
        }
        Err(TooManyProducers) => cx.note("too many"),
    }
    pusher.join().unwrap();
    let first = Pusher { stored: vec![10], ..Pusher::default() };
    settle(1, &[&first, &pushed], Vec::new(), &mut consumer);
}

/// One of two gets the only seat.
///
/// [S9] [S10] [S11] [S12].
fn two_for_one(cx: &Context) {
    let (producer, mut consumer) = ends(1, 3, 1, Overflow::DropOldest);
    let (first, second) = (producer.try_clone().unwrap(), producer.try_clone().unwrap());
    drop(first);
    let asker = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            let third = second.try_clone();
            let mut pusher = Pusher::default();
            if let Ok(mut third) = third {
                pusher.push(&mut third, 10, &cx);
            }
            (pusher, second)
        }
    });
    cx.step();
    let third = producer.try_clone();
    let mut here = Pusher::default();
    if let Ok(mut third) = third {
        cx.note("got it");
        here.push(&mut third, 20, cx);
    }
    let (there, _second) = asker.join().unwrap();
    assert!(here.stored.len() + there.stored.len() > 0, "nobody got the seat");
    settle(1, &[&here, &there], Vec::new(), &mut consumer);
}
