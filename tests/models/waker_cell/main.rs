//! Models of the cell with the waker of one that waits: two or three threads, every execution, of most up to a number of preemptions. Each proves the property in its first
//! line and names the orderings that it holds.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_waker_cell`
//!
//! Without that configuration the same bodies run some times on real threads. That the models are strong enough to hold every
//! ordering is shown by the ordering mutants: `cargo run -p forebay-tests --bin mutants`. The fences are those of whoever uses the
//! cell, and the models make their own.
//!
//! The state is loaded and then stored to by the same thread, so all of them go by steps (see
//! [`forebay_tests::model::Model::stepwise`]).
//!
//! Claims: waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use forebay_core::waker_cell::{Registrar, WakerCell};
use forebay_tests::model::{Arc, Context, atomic, thread};
use forebay_tests::models;

models! {
    mod model: [Some(3), stepwise];
    a_call_beside_a_registration [23] &["sees it", "is called"];
    another_waker [63] &["sees it", "is called", "can't register"];
    two_callers [81] &["the first", "the second"];
    another_waker_beside_two_callers [6354] &["sees it", "is called", "can't register"];
    unregistered [118] &["called", "not called"];
    the_registrar_goes [40] &["called", "not called"];
    another_registrar [20] &["in use", "free"];
}

/// Counts how often it is woken. It orders nothing that the checker knows of.
#[derive(Debug, Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A waker, and what it rings.
fn bell() -> (Waker, std::sync::Arc<Bell>) {
    let bell = std::sync::Arc::<Bell>::default();
    (Waker::from(std::sync::Arc::clone(&bell)), bell)
}

fn count(bell: &Bell) -> usize {
    bell.0.load(Ordering::Relaxed)
}

/// A cell, and what is changed before somebody is called.
#[derive(Debug)]
struct Shared {
    cell: WakerCell,
    changes: atomic::AtomicUsize,
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self { cell: WakerCell::new(), changes: atomic::AtomicUsize::new(0) })
    }

    fn registrar(this: &Arc<Self>) -> Registrar<Arc<Self>> {
        Registrar::claim(Arc::clone(this), |shared| &shared.cell).expect("nobody else has it")
    }

    /// Changes something, and calls the one that waits for that.
    fn change(&self, cx: &Context) -> bool {
        cx.step();
        self.changes.fetch_add(1, Ordering::Relaxed);
        atomic::fence(Ordering::SeqCst);
        self.cell.is_waiting() && self.cell.call(Waker::wake_by_ref)
    }

    fn changes(&self) -> usize {
        self.changes.load(Ordering::Relaxed)
    }
}

/// In a thread.
fn change_in_thread(shared: &Arc<Shared>, cx: &Context) -> thread::JoinHandle<bool> {
    let (shared, cx) = (Arc::clone(shared), cx.clone());
    thread::spawn(move || shared.change(&cx))
}

/// Registers and looks. Answers with whether it could, and with how many changes it sees after that.
fn wait(registrar: &mut Registrar<Arc<Shared>>, shared: &Shared, waker: &Waker, cx: &Context) -> (bool, usize) {
    cx.step();
    let could = registrar.register(waker).is_ok();
    atomic::fence(Ordering::SeqCst);
    (could, shared.changes())
}

/// One that has come with another waker could not register it as the last one was being called, or sees what has changed, or is called
/// by the next one.
fn check(could: bool, sees_all: bool, last: &Bell, next: &Bell, cx: &Context) {
    if !could {
        cx.note("can't register");
        assert_eq!(count(last), 1, "nobody calls");
    } else if sees_all {
        cx.note("sees it");
    } else {
        cx.note("is called");
        assert_eq!(count(next), 1, "it is not called, and does not see all");
    }
}

/// One that waits sees what has changed, or is called; and then its next look sees it.
///
/// [WC5] [WC7].
fn a_call_beside_a_registration(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let caller = change_in_thread(&shared, cx);
    let (waker, bell) = bell();
    let (could, seen) = wait(&mut registrar, &shared, &waker, cx);
    assert!(could, "nobody has been called before");
    let has_called = caller.join().unwrap();
    assert_eq!(usize::from(has_called), count(&bell));
    assert!(seen == 1 || has_called, "it is not called, and does not see it");
    cx.note(if has_called { "is called" } else { "sees it" });
    assert_eq!(wait(&mut registrar, &shared, &waker, cx), (true, 1));
    assert!(shared.change(cx), "it waits again");
    assert_eq!(count(&bell), usize::from(has_called) + 1);
}

/// One that waits with another waker than before: that one is called, if it could register it and does not see what has changed.
///
/// [WC3] and [WC6], or [WC4] and [WC6], between a call of the last waker and the next one; [WC5] [WC7].
fn another_waker(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let ((last, last_bell), (next, next_bell)) = (bell(), bell());
    assert_eq!(wait(&mut registrar, &shared, &last, cx), (true, 0));
    let caller = change_in_thread(&shared, cx);
    let (could, seen) = wait(&mut registrar, &shared, &next, cx);
    assert_eq!(usize::from(caller.join().unwrap()), count(&last_bell) + count(&next_bell));
    check(could, seen == 1, &last_bell, &next_bell, cx);
    let registered = registrar.register(&next);
    assert!(registered.is_ok(), "nobody is calling");
    drop((registered, last));
    assert_eq!(std::sync::Arc::strong_count(&last_bell), 1, "another one has taken its place");
}

/// Of two that call at once one does.
///
/// [WC5] [WC7].
fn two_callers(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let (waker, bell) = bell();
    assert_eq!(wait(&mut registrar, &shared, &waker, cx), (true, 0));
    let caller = change_in_thread(&shared, cx);
    let first = shared.change(cx);
    let second = caller.join().unwrap();
    assert!(first != second, "one of them");
    cx.note(if first { "the first" } else { "the second" });
    assert_eq!(count(&bell), 1);
}

/// The same, while the one that waits comes with another waker: it is called once more, or sees both changes, or can't register.
///
/// [WC3] [WC4] [WC5] [WC6] [WC7].
fn another_waker_beside_two_callers(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let ((last, last_bell), (next, next_bell)) = (bell(), bell());
    assert_eq!(wait(&mut registrar, &shared, &last, cx), (true, 0));
    let callers = [(); 2].map(|()| change_in_thread(&shared, cx));
    let (could, seen) = wait(&mut registrar, &shared, &next, cx);
    let calls = callers.map(|caller| usize::from(caller.join().unwrap()));
    assert_eq!(count(&last_bell) + count(&next_bell), calls.into_iter().sum());
    check(could, seen == 2, &last_bell, &next_bell, cx);
    assert!(registrar.register(&next).is_ok(), "nobody is calling");
}

/// One that does not wait any more has been called before, or is not; and waits again with another waker.
///
/// [WC3] [WC6].
fn unregistered(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let ((last, last_bell), (next, next_bell)) = (bell(), bell());
    assert_eq!(wait(&mut registrar, &shared, &last, cx), (true, 0));
    let caller = change_in_thread(&shared, cx);
    cx.step();
    registrar.unregister();
    assert!(!shared.cell.is_waiting());
    let (could, seen) = wait(&mut registrar, &shared, &next, cx);
    let has_called = caller.join().unwrap();
    cx.note(if count(&last_bell) == 1 { "called" } else { "not called" });
    assert!(!could || seen == 1 || count(&next_bell) == 1, "it is not called, and does not see it");
    assert_eq!(count(&last_bell) + count(&next_bell), usize::from(has_called));
}

/// A registrar that goes leaves nothing behind but a waker that is being woken just then; and that goes with the next one.
///
/// [WC4] [WC6].
fn the_registrar_goes(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let (waker, bell) = bell();
    assert_eq!(wait(&mut registrar, &shared, &waker, cx), (true, 0));
    drop(waker);
    let caller = change_in_thread(&shared, cx);
    cx.step();
    drop(registrar);
    cx.note(if caller.join().unwrap() { "called" } else { "not called" });
    assert!(!shared.change(cx), "nobody waits");
    drop(Shared::registrar(&shared));
    assert_eq!(std::sync::Arc::strong_count(&bell), 1);
}

/// There is one registrar at a time. The next one finds what the last one left, and what it writes is what is called.
///
/// [WC1] [WC2].
fn another_registrar(cx: &Context) {
    let shared = Shared::new();
    let mut registrar = Shared::registrar(&shared);
    let ((last, last_bell), (next, next_bell)) = (bell(), bell());
    assert_eq!(wait(&mut registrar, &shared, &last, cx), (true, 0));
    drop(last);
    let goes = {
        let cx = cx.clone();
        thread::spawn(move || {
            cx.step();
            drop(registrar);
        })
    };
    cx.step();
    let claimed = Registrar::claim(Arc::clone(&shared), |shared| &shared.cell);
    cx.note(if claimed.is_some() { "free" } else { "in use" });
    let mut goes = Some(goes);
    let mut registrar = claimed.unwrap_or_else(|| {
        goes.take().expect("it is there").join().unwrap();
        Shared::registrar(&shared)
    });
    assert_eq!(wait(&mut registrar, &shared, &next, cx), (true, 0));
    assert!(Registrar::claim(Arc::clone(&shared), |shared| &shared.cell).is_none());
    assert!(shared.change(cx));
    if let Some(goes) = goes {
        goes.join().unwrap();
    }
    assert_eq!((count(&last_bell), count(&next_bell)), (0, 1));
    assert_eq!(std::sync::Arc::strong_count(&last_bell), 1);
}
