//! What a thread that is told to go on knows. In the other models threads sleep by means of the model checker, which order more.

use forebay::model::Told;
use forebay_tests::model::atomic::AtomicUsize;
use forebay_tests::model::atomic::Ordering::Relaxed;
use forebay_tests::model::{Arc, Plain};

use super::*;

models! {
    told_after [None, 4] &["told", "not yet"] => |cx| super::told_after(cx);
    told_by_two [None, 1417] &["told", "not yet"] => |cx| super::told_by_two(cx);
}

/// What was done before it was told comes before what it does then.
///
/// [U1] [U2].
fn told_after(cx: &Context) {
    let shared = Arc::new((Told::new(), Plain::new(0)));
    let other = Arc::clone(&shared);
    let waker = thread::spawn(move || {
        other.1.set(1);
        other.0.tell();
    });
    if shared.0.take() {
        assert_eq!(shared.1.get(), 1);
        cx.note("told");
    } else {
        cx.note("not yet");
    }
    waker.join().unwrap();
}

/// None of several is lost: what a thread that is told does not see, it is told of once more.
///
/// [U1] [U2].
fn told_by_two(cx: &Context) {
    let shared = Arc::new((Told::new(), [AtomicUsize::new(0), AtomicUsize::new(0)]));
    let wakers = [0, 1].map(|number| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            // Relaxed: the flag orders it.
            shared.1[number].store(1, Relaxed);
            shared.0.tell();
        })
    });
    let was_told = shared.0.take();
    cx.note(if was_told { "told" } else { "not yet" });
    // Relaxed: as above.
    let seen = shared.1.iter().filter(|word| was_told && word.load(Relaxed) == 1).count();
    wakers.into_iter().for_each(|waker| waker.join().unwrap());
    assert!(seen == 2 || shared.0.take(), "one has come unseen");
}
