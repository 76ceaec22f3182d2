//! The place of the receiver's waker: neither who waits nor who calls is held up by the other one, wherever that stands still.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use forebay_core::waker_cell::{Registrar, WakerCell};
use forebay_tests::stall;

use crate::declared::{self, OWNERS};

/// Counts how often it was woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Count {
    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

type Owner = Registrar<&'static WakerCell>;

fn cell() -> &'static WakerCell {
    Box::leak(Box::new(WakerCell::new()))
}

fn claim(cell: &'static WakerCell) -> Option<Owner> {
    Registrar::claim(cell, |cell| cell)
}

/// One that waits, or doesn't, and the cell.
fn waits(is_waiting: bool) -> (Owner, &'static WakerCell, Arc<Count>) {
    let (cell, count) = (cell(), Arc::new(Count::default()));
    let mut owner = claim(cell).expect("it is new");
    if is_waiting {
        assert!(owner.register(&Waker::from(Arc::clone(&count))).is_ok());
    }
    (owner, cell, count)
}

fn call(cell: &WakerCell) -> bool {
    cell.call(Waker::wake_by_ref)
}

#[test]
fn all() {
    let mut names = BTreeSet::new();
    let mut tried = |name: &'static str, body: &dyn Fn()| {
        names.insert(name);
        stall::named("waker_cell", name, || {
            body();
            0
        });
    };
    // With the same waker, and with another one.
    tried("Registrar::register", &|| {
        for (is_waiting, same) in [(false, false), (true, false), (true, true)] {
            stall::everywhere(
                || {
                    let (owner, cell, count) = waits(is_waiting);
                    let new = if same { Arc::clone(&count) } else { Arc::default() };
                    ((owner, Arc::clone(&new)), (cell, count, new))
                },
                |(mut owner, new)| (owner.register(&Waker::from(new)).is_ok(), owner),
                |(cell, ..)| call(cell),
                move |(is_registered, _owner), was_called, (cell, count, new)| {
                    let woken = if same { count.get() } else { count.get() + new.get() };
                    assert_eq!(woken, usize::from(was_called), "a call wakes, and once");
                    // Nobody is calling any more, so it could register if it was not called before it had.
                    assert!(is_registered || was_called);
                    let before = new.get();
                    if cell.is_waiting() {
                        assert!(call(cell) && new.get() == before + 1, "the new waker is called");
                    } else {
                        assert!(was_called, "it waits, or was called");
                    }
                },
            );
        }
    });
    tried("Registrar::unregister", &|| {
        stall::everywhere(
            || {
                let (owner, cell, count) = waits(true);
                (owner, (cell, count))
            },
            |mut owner| {
                owner.unregister();
                owner
            },
            |(cell, _)| call(cell),
            |mut owner, was_called, (cell, count)| {
                assert_eq!((count.get(), cell.is_waiting(), call(cell)), (usize::from(was_called), false, false));
                assert!(owner.register(&Waker::from(Arc::clone(&count))).is_ok() && call(cell));
            },
        );
    });
    tried("Registrar::drop", &|| {
        for is_waiting in [false, true] {
            stall::everywhere(
                move || {
                    let (owner, cell, count) = waits(is_waiting);
                    (owner, (cell, count))
                },
                drop,
                |(cell, _)| (call(cell), claim(cell).is_some()),
                |(), (was_called, has_claimed), (cell, count)| {
                    assert_eq!((count.get(), cell.is_waiting(), call(cell)), (usize::from(was_called), false, false));
                    assert!(!has_claimed, "it is there until its last step");
                    assert!(claim(cell).is_some(), "it is gone");
                },
            );
        }
    });
    tried("Registrar::claim", &|| {
        stall::everywhere(
            || {
                let cell = cell();
                (cell, cell)
            },
            claim,
            |cell| claim(cell),
            |mine, theirs, _| assert!(mine.is_some() != theirs.is_some(), "one has it"),
        );
    });
    tried("WakerCell::call", &|| {
        for is_waiting in [false, true] {
            stall::everywhere(
                move || {
                    let (owner, cell, count) = waits(is_waiting);
                    (cell, (cell, owner, count))
                },
                call,
                // Another one calls, and who is called would wait again.
                |(cell, owner, count)| {
                    let was_called = call(cell);
                    (was_called, owner.register(&Waker::from(Arc::clone(count))).is_ok())
                },
                move |mine, (theirs, is_registered), (cell, _owner, count)| {
                    let calls = usize::from(mine) + usize::from(theirs);
                    assert_eq!(count.get(), calls, "each call wakes once");
                    assert!(calls <= usize::from(is_waiting) + usize::from(is_registered));
                    // Either it is called for what came, or has registered, or was told that it could not.
                    assert!(!is_registered || mine || cell.is_waiting());
                },
            );
        }
    });
    tried("WakerCell::is_waiting", &|| {
        stall::everywhere(
            || {
                let (owner, cell, count) = waits(false);
                (cell, (owner, count))
            },
            WakerCell::is_waiting,
            |(owner, count)| assert!(owner.register(&Waker::from(Arc::clone(count))).is_ok()),
            |is_waiting, (), _| assert!(is_waiting, "it is the only step"),
        );
    });
    names.remove("Registrar::drop");
    declared::check("core/src/waker_cell", &names, &[("WakerCell::new", OWNERS)]);
}
