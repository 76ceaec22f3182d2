//! Stands a thread still before each atomic step of an operation, or lets an interrupt come there.
//!
//! Only with `--cfg forebay_steps`, which gives the core's atomics a hook before each of their operations; without it nothing
//! would ever be stopped, so then there is no such module, and tests that use it are not built.
//!
//! Both functions take what happens in the order in which it does: `make` makes something shared and hands out two parts of
//! it, `operation` is stopped with the one, `others` uses the other meanwhile and must return, `after` checks what has come of
//! it once the operation has been let go on to its end. All of it is done anew for each step.
//!
//! # Examples
//! ```
//! use forebay_core::spsc::HeapRing;
//! use forebay_tests::stall;
//!
//! let steps = stall::frozen(
//!     || HeapRing::<u32>::new(2).expect("a small capacity").into_ends(),
//!     |mut producer| (producer.push(7), producer),
//!     |consumer| consumer.pop().ok(),
//!     |(pushed, _producer), popped, mut consumer| {
//!         assert_eq!(pushed, Ok(()));
//!         assert_eq!(popped.or_else(|| consumer.pop().ok()), Some(7));
//!     },
//! );
//! assert!(steps.most <= 13);
//! ```

use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use forebay_core::steps;

use crate::record::record;

/// How long anything may take that must not wait. It takes microseconds; a machine may be busy.
const LIMIT: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 60 });

/// How many atomic steps an operation took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// When nothing came between. It was stopped before each of them.
    pub alone: usize,
    /// At most, whatever came between.
    pub most: usize,
}

impl Steps {
    /// The greater of each.
    fn or(self, other: Self) -> Self {
        Self { alone: self.alone.max(other.alone), most: self.most.max(other.most) }
    }
}

/// Does something, and counts its atomic steps. Not for use within an operation that is stopped.
pub fn counted<R>(operation: impl FnOnce() -> R) -> (R, usize) {
    let count = Rc::new(Cell::new(0));
    let hook = {
        let count = Rc::clone(&count);
        move || count.set(count.get() + 1)
    };
    let result = steps::with(hook, operation);
    (result, count.get())
}

/// Does something, and panics before it takes more steps than that: it might go on for ever. Not for use within an operation that is
/// stopped.
pub fn within<R>(most: usize, operation: impl FnOnce() -> R) -> R {
    let mut count = 0;
    let hook = move || {
        count += 1;
        assert!(count <= most, "it goes on after {most} steps");
    };
    steps::with(hook, operation)
}

/// Does something, and calls `at_step` before its atomic step number `step`, counted from 0, if it gets there. Answers with
/// how many steps there were.
fn stopped<R>(step: usize, at_step: impl FnOnce() + 'static, operation: impl FnOnce() -> R) -> (R, usize) {
    let count = Rc::new(Cell::new(0));
    let hook = {
        let (count, mut at_step) = (Rc::clone(&count), Some(at_step));
        move || {
            if count.get() == step {
                at_step.take().expect("each step comes once")();
            }
            count.set(count.get() + 1);
        }
    };
    let result = steps::with(hook, operation);
    (result, count.get())
}

/// Runs something in a thread of its own, which is left behind if it does not return.
struct Run<R> {
    what: String,
    returned: mpsc::Receiver<()>,
    thread: thread::JoinHandle<R>,
}

impl<R: Send + 'static> Run<R> {
    fn start(what: String, body: impl FnOnce() -> R + Send + 'static) -> Self {
        let (returns, returned) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            // Gone with the end of the body, by a panic too.
            let _returns = returns;
            body()
        });
        Self { what, returned, thread }
    }

    /// # Panics
    /// If it takes too long, or has panicked.
    fn end(self) -> R {
        match self.returned.recv_timeout(LIMIT) {
            Err(RecvTimeoutError::Timeout) => panic!("{} does not return", self.what),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => self.thread.join().unwrap_or_else(|panic| {
                eprintln!("{} has panicked", self.what);
                resume_unwind(panic)
            }),
        }
    }
}

/// Tries an operation with a stop before each of its steps in turn, until there is no such step.
fn each_step(what: &str, mut trial: impl FnMut(usize) -> (usize, bool)) -> Steps {
    let (mut most, mut survived) = (0, 0);
    for step in 0.. {
        let (taken, reached) = trial(step);
        most = most.max(taken);
        if !reached {
            assert_eq!(taken, step, "{what}: the operation takes different steps each time");
            assert!(step > 0, "{what}: the operation has no step, so nothing was tried");
            TRIED.set(true);
            note(what, step, most, survived);
            return Steps { alone: step, most };
        }
        survived += 1;
    }
    unreachable!("an operation ends")
}

thread_local! {
    /// What is stopped here, for the records: of which ring, and which operation.
    static NAMED: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
    static TRIED: Cell<bool> = const { Cell::new(false) };
}

/// Gives what is stopped in it a name in the records, by which `tests/stalls/table.sh` makes a row of it. An operation that has no
/// step in any state is recorded too, if nothing else is done with it; and how many locks it takes, which is what the body answers with.
pub fn named(ring: &str, operation: &str, body: impl FnOnce() -> usize) {
    NAMED.set(Some((ring.to_string(), operation.to_string())));
    TRIED.set(false);
    let locks = body();
    if !TRIED.get() {
        note("nothing", 0, 0, 0);
    }
    if locks > 0 {
        note("locks", locks, 0, 0);
    }
    NAMED.set(None);
}

/// Notes what was done, the steps alone and at most, how often it went well, and the ring and the operation, where they have
/// [names](named). `tests/stalls/table.sh` makes tables of it.
pub fn note(what: &str, alone: usize, most: usize, survived: usize) {
    let (ring, operation) = NAMED.with_borrow(|named| named.clone().unwrap_or_default());
    record(RECORDS, &format!("{what}\t{alone}\t{most}\t{survived}\t{ring}\t{operation}"));
}

/// Names a file for what was tried.
const RECORDS: &str = "FOREBAY_STALLS";

/// An operation that stands still, in a thread of its own. It goes on when this is gone, by a panic too.
pub struct Frozen<R> {
    run: Run<(R, usize)>,
    let_go: mpsc::Sender<()>,
    /// Whether it holds a lock.
    holds_lock: bool,
}

impl<R: Send + 'static> Frozen<R> {
    /// Freezes an operation before its atomic step number `step`, counted from 0.
    ///
    /// # Errors
    /// What it did, and how many steps it took, if it has no such step.
    ///
    /// # Panics
    /// If it does not return then.
    pub fn before(step: usize, operation: impl FnOnce() -> R + Send + 'static) -> Result<Self, (R, usize)> {
        let (stops, stopped_there) = mpsc::channel();
        let (let_go, wait) = mpsc::channel::<()>();
        let run = Run::start(format!("the operation, frozen before step {step} and let go,"), move || {
            let freeze = move || {
                stops.send(steps::holds_lock()).expect("the test waits for it");
                // Until the other side is gone, by a panic too.
                let _ = wait.recv();
            };
            stopped(step, freeze, operation)
        });
        match stopped_there.recv_timeout(LIMIT) {
            Ok(holds_lock) => Ok(Self { run, let_go, holds_lock }),
            Err(RecvTimeoutError::Disconnected) => Err(run.end()),
            Err(RecvTimeoutError::Timeout) => panic!("the operation does not return, with nobody in its way"),
        }
    }

    /// Lets it go on to its end. Answers with what it did, and how many steps it took.
    ///
    /// # Panics
    /// If it does not return.
    pub fn go_on(self) -> (R, usize) {
        drop(self.let_go);
        self.run.end()
    }
}

/// Freezes a thread before each atomic step of an operation, until `others` has returned, in another thread.
///
/// # Panics
/// If `others` does not return while the thread stands still, or the operation does not when let go; if the operation has no
/// step; and with whatever a closure panics with.
pub fn frozen<A, B, R, O>(
    make: impl Fn() -> (A, B),
    operation: impl Fn(A) -> R + Send + Sync + 'static,
    others: impl Fn(&mut B) -> O + Send + Sync + 'static,
    after: impl Fn(R, O, B),
) -> Steps
where
    A: Send + 'static,
    B: Send + 'static,
    R: Send + 'static,
    O: Send + 'static,
{
    let (operation, others) = (Arc::new(operation), Arc::new(others));
    each_step("frozen", |step| {
        let (mine, mut theirs) = make();
        let operation = Arc::clone(&operation);
        let frozen = match Frozen::before(step, move || operation(mine)) {
            Ok(frozen) => frozen,
            Err((_, taken)) => return (taken, false),
        };
        let seen = Run::start(format!("another thread, while the operation is frozen before step {step},"), {
            let others = Arc::clone(&others);
            move || (others(&mut theirs), theirs)
        });
        let (seen, theirs) = seen.end();
        let (result, taken) = frozen.go_on();
        after(result, seen, theirs);
        (taken, true)
    })
}

/// Lets an interrupt come before each atomic step of an operation: `others` runs to its end in the same thread.
///
/// # Panics
/// As [`frozen`].
pub fn interrupted<A, B, R, O>(
    make: impl Fn() -> (A, B),
    operation: impl Fn(A) -> R + Send + Sync + 'static,
    others: impl Fn(&mut B) -> O + Send + Sync + 'static,
    after: impl Fn(R, O, B),
) -> Steps
where
    A: Send + 'static,
    B: Send + 'static,
    R: Send + 'static,
    O: Send + 'static,
{
    let (operation, others) = (Arc::new(operation), Arc::new(others));
    each_step("interrupted", |step| {
        let (mine, theirs) = make();
        let run = Run::start(format!("the operation, interrupted before step {step},"), {
            let (operation, others) = (Arc::clone(&operation), Arc::clone(&others));
            move || {
                let desk = Rc::new(RefCell::new((theirs, None)));
                let interrupt = {
                    let desk = Rc::clone(&desk);
                    move || {
                        let (theirs, seen) = &mut *desk.borrow_mut();
                        *seen = Some(others(theirs));
                    }
                };
                let (result, taken) = stopped(step, interrupt, || operation(mine));
                let Ok(desk) = Rc::try_unwrap(desk) else { unreachable!("the hook is gone") };
                (result, taken, desk.into_inner())
            }
        });
        let (result, taken, (theirs, seen)) = run.end();
        let reached = seen.is_some();
        if let Some(seen) = seen {
            after(result, seen, theirs);
        }
        (taken, reached)
    })
}

/// First [`frozen`], then [`interrupted`].
///
/// # Panics
/// As [`frozen`].
pub fn everywhere<A, B, R, O>(
    make: impl Fn() -> (A, B),
    operation: impl Fn(A) -> R + Send + Sync + Clone + 'static,
    others: impl Fn(&mut B) -> O + Send + Sync + Clone + 'static,
    after: impl Fn(R, O, B),
) -> Steps
where
    A: Send + 'static,
    B: Send + 'static,
    R: Send + 'static,
    O: Send + 'static,
{
    let stood = frozen(&make, operation.clone(), others.clone(), &after);
    stood.or(interrupted(&make, operation, others, &after))
}

/// What came of one stop of an operation that takes a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Whether it held the lock where it stood still.
    pub holds_lock: bool,
    /// Whether the others waited until it went on.
    pub waited: bool,
}

/// So many steps of the others are a sign that they wait: each look at a lock that is taken is one.
const WAITS: usize = 2000;

/// Freezes a thread before each atomic step of an operation that may hold a lock which the others need: until they have returned, or are
/// seen to wait for it. Then it is let go on, and both must return. Answers with what came of each stop.
///
/// # Panics
/// As [`frozen`].
pub fn held_up<A, B, R, O>(
    make: impl Fn() -> (A, B),
    operation: impl Fn(A) -> R + Send + Sync + 'static,
    others: impl Fn(&mut B) -> O + Send + Sync + 'static,
    after: impl Fn(R, O, B),
) -> Vec<Stop>
where
    A: Send + 'static,
    B: Send + 'static,
    R: Send + 'static,
    O: Send + 'static,
{
    let (operation, others) = (Arc::new(operation), Arc::new(others));
    let mut all = Vec::new();
    for step in 0.. {
        let (mine, mut theirs) = make();
        let operation = Arc::clone(&operation);
        let frozen = match Frozen::before(step, move || operation(mine)) {
            Ok(frozen) => frozen,
            Err((_, taken)) => {
                assert_eq!(taken, step, "the operation takes different steps each time");
                break;
            }
        };
        let holds_lock = frozen.holds_lock;
        let (says, heard) = mpsc::channel();
        let seen = Run::start(format!("another thread, while the operation is frozen before step {step},"), {
            let others = Arc::clone(&others);
            move || {
                let (done, mut count) = (says.clone(), 0);
                let hook = move || {
                    count += 1;
                    if count == WAITS {
                        says.send(true).expect("the test listens");
                    }
                };
                let result = steps::with(hook, || others(&mut theirs));
                let _ = done.send(false);
                (result, theirs)
            }
        });
        let waited = heard.recv_timeout(LIMIT).expect("the others return, or look for a lock again and again");
        // It goes on first where they wait for it.
        let ((seen, theirs), result) = if waited {
            let (result, _) = frozen.go_on();
            (seen.end(), result)
        } else {
            let seen = seen.end();
            (seen, frozen.go_on().0)
        };
        after(result, seen, theirs);
        all.push(Stop { holds_lock, waited });
    }
    TRIED.set(true);
    let count = |is: fn(&Stop) -> bool| all.iter().filter(|stop| is(stop)).count();
    note("held up", all.len(), count(|stop| stop.holds_lock), count(|stop| stop.waited));
    all
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    /// A counter that any number of threads can move on.
    trait Counter: Default + Send + Sync + 'static {
        fn count(&self);
        fn sum(&self) -> usize;
    }

    /// In one step.
    #[derive(Default)]
    struct Whole(AtomicUsize);

    impl Counter for Whole {
        fn count(&self) {
            steps::step();
            self.0.fetch_add(1, Ordering::AcqRel);
        }

        fn sum(&self) -> usize {
            self.0.load(Ordering::Acquire)
        }
    }

    /// In two steps that belong together.
    #[derive(Default)]
    struct Torn(AtomicUsize);

    impl Counter for Torn {
        fn count(&self) {
            steps::step();
            let sum = self.0.load(Ordering::Acquire);
            steps::step();
            self.0.store(sum + 1, Ordering::Release);
        }

        fn sum(&self) -> usize {
            self.0.load(Ordering::Acquire)
        }
    }

    /// Under a lock that is waited for.
    #[derive(Default)]
    struct Locked {
        held: AtomicBool,
        sum: AtomicUsize,
        /// So that a thread that waits is not left behind for ever.
        patience: AtomicUsize,
    }

    impl Counter for Locked {
        fn count(&self) {
            loop {
                steps::step();
                if !self.held.swap(true, Ordering::Acquire) {
                    break;
                }
                thread::sleep(Duration::from_millis(10));
                assert!(self.patience.fetch_add(1, Ordering::Relaxed) < 500, "left behind");
            }
            self.sum.fetch_add(1, Ordering::Relaxed);
            steps::step();
            self.held.store(false, Ordering::Release);
        }

        fn sum(&self) -> usize {
            self.sum.load(Ordering::Acquire)
        }
    }

    type Way<C> = fn(fn() -> (Arc<C>, Arc<C>), fn(Arc<C>), fn(&mut Arc<C>), fn((), (), Arc<C>)) -> Steps;

    fn try_counter<C: Counter>(way: Way<C>) -> Steps {
        way(
            || {
                let counter = Arc::new(C::default());
                (Arc::clone(&counter), counter)
            },
            |counter| counter.count(),
            |counter| counter.count(),
            |(), (), counter| assert_eq!(counter.sum(), 2, "one was lost"),
        )
    }

    fn message<C: Counter>(way: Way<C>) -> String {
        let panic = catch_unwind(|| try_counter(way)).expect_err("it is bad");
        panic.downcast_ref::<String>().expect("a message").clone()
    }

    #[test]
    fn a_good_operation_passes_with_its_number_of_steps() {
        assert_eq!(try_counter::<Whole>(frozen), Steps { alone: 1, most: 1 });
        assert_eq!(try_counter::<Whole>(interrupted), Steps { alone: 1, most: 1 });
        assert_eq!(try_counter::<Whole>(everywhere), Steps { alone: 1, most: 1 });
    }

    #[test]
    fn what_comes_between_is_found() {
        assert!(message::<Torn>(frozen).contains("one was lost"));
        assert!(message::<Torn>(interrupted).contains("one was lost"));
    }

    #[test]
    fn a_lock_is_found() {
        assert!(message::<Locked>(frozen).contains("another thread, while the operation is frozen before step 1"));
        assert!(message::<Locked>(interrupted).contains("the operation, interrupted before step 1, does not return"));
    }

    #[test]
    fn who_waits_for_a_lock_is_seen_to() {
        let stops = |alone: bool| {
            held_up(
                || {
                    let counter = Arc::new(Locked::default());
                    (Arc::clone(&counter), counter)
                },
                |counter| {
                    steps::step();
                    steps::locked();
                    steps::step();
                    counter.held.store(false, Ordering::Release);
                    steps::unlocked();
                },
                move |counter| {
                    while !alone && steps::locks() == 0 && counter.patience.fetch_add(1, Ordering::Relaxed) < 3 * WAITS
                    {
                        steps::step();
                    }
                },
                |(), (), _| (),
            )
        };
        let stop = |holds_lock, waited| Stop { holds_lock, waited };
        assert_eq!(stops(true), [stop(false, false), stop(true, false)]);
        assert_eq!(stops(false), [stop(false, true), stop(true, true)]);
    }

    #[test]
    #[should_panic(expected = "has no step")]
    fn an_operation_without_a_step_is_found() {
        frozen(|| ((), ()), |()| (), |()| (), |(), (), ()| ());
    }

    #[test]
    fn each_step_is_stopped_at_once_and_all_are_counted() {
        let stops = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&stops);
        let steps = interrupted(
            || (Arc::new(AtomicUsize::new(0)), ()),
            |done| {
                for _ in 0..3 {
                    steps::step();
                    done.fetch_add(1, Ordering::Relaxed);
                }
                done.load(Ordering::Relaxed)
            },
            |()| (),
            move |done, (), ()| log.lock().expect("no panic while it is held").push(done),
        );
        assert_eq!(steps, Steps { alone: 3, most: 3 });
        assert_eq!(*stops.lock().expect("no panic while it is held"), [3, 3, 3]);
        assert_eq!(counted(|| (0..5).for_each(|_| steps::step())).1, 5);
    }

    #[test]
    fn panics_are_passed_on() {
        let mine = catch_unwind(|| frozen(|| ((), ()), |()| steps::step(), |()| panic!("theirs"), |(), (), ()| ()));
        assert_eq!(mine.expect_err("it panics").downcast_ref::<&str>(), Some(&"theirs"));
    }
}
