//! An interrupt comes before each step of an operation, pushes by an end of its own, and returns.

use super::*;

/// Runs an operation with an interrupt before step `step`. Answers with what it did and whether it came there.
pub(crate) fn interrupted<R>(
    step: usize,
    mut interrupt: impl FnMut() + 'static,
    operation: impl FnOnce() -> R,
) -> (R, bool) {
    let came = Rc::new(Cell::new(false));
    let mut count = 0;
    let hook = {
        let came = Rc::clone(&came);
        move || {
            if count == step {
                interrupt();
                came.set(true);
            }
            count += 1;
        }
    };
    let result = steps::with(hook, operation);
    (result, came.get())
}

/// What was pushed, and what became of it.
pub(crate) type Entry = (u32, Result<Pushed<u32>, PushError<u32>>);

/// What an interrupt pushed.
pub(crate) type Log = Rc<std::cell::RefCell<Vec<Entry>>>;

/// An interrupt that pushes so many numbers from 500 on.
pub(crate) fn pusher(mut producer: P, count: u32) -> (Log, impl FnMut()) {
    let log = Log::default();
    let mut next = 500;
    (Rc::clone(&log), move || {
        for _ in 0..count {
            log.borrow_mut().push((next, producer.push(next)));
            next += 1;
        }
    })
}

/// A push that is interrupted by pushes.
#[test]
fn pushes_in_a_push() {
    for (capacity, overflow, inside) in [1, 2, 3].into_iter().flat_map(|capacity| {
        OVERFLOWS
            .into_iter()
            .flat_map(move |overflow| (0..=capacity as u32).map(move |inside| (capacity, overflow, inside)))
    }) {
        for pushes in 1..=2 * capacity as u32 {
            let count = every_step(|step| {
                let (mut producer, mut consumer) = ends(capacity, 2, capacity + 1, inside, overflow);
                let (log, interrupt) = pusher(producer.try_clone().unwrap(), pushes);
                let (outcome, came) = interrupted(step, interrupt, || producer.push(100));
                check(inside, &log, Some((100, outcome)), Vec::new(), &mut consumer);
                came
            });
            assert!(count >= 2, "{count} steps");
        }
    }
}

/// A pop that is interrupted by pushes, overtaken or not.
#[test]
fn pushes_in_a_pop() {
    for (capacity, overflow, inside) in [1, 2, 3].into_iter().flat_map(|capacity| {
        OVERFLOWS
            .into_iter()
            .flat_map(move |overflow| (0..=capacity as u32).map(move |inside| (capacity, overflow, inside)))
    }) {
        for pushes in 1..=2 * capacity as u32 {
            let count = every_step(|step| {
                let (producer, mut consumer) = ends(capacity, 2, capacity + 1, inside, overflow);
                let (log, interrupt) = pusher(producer.try_clone().unwrap(), pushes);
                let (popped, came) = interrupted(step, interrupt, || consumer.pop());
                assert!(popped.is_ok() || inside == 0);
                check(inside, &log, None, Vec::from_iter(popped.ok()), &mut consumer);
                came
            });
            assert!(count >= 1, "{count} steps");
        }
    }
}

/// A pop that is interrupted by a push before each of its steps: it ends, as each push evicts one item and the consumer
/// goes to where it has time.
#[test]
fn a_storm_in_a_pop() {
    for capacity in [8, 9, 16] {
        let inside = capacity as u32;
        let (mut producer, mut consumer) = ends(capacity, 3, 1, inside, Overflow::DropOldest);
        let victim = producer.push(inside).unwrap().evicted();
        assert_eq!(victim, Some(0));
        let (log, interrupt) = pusher(producer.try_clone().unwrap(), 1);
        let steps_of_it = Rc::new(Cell::new(0));
        let hook = {
            let (mut interrupt, steps_of_it) = (interrupt, Rc::clone(&steps_of_it));
            let (ring, log) = (producer.try_clone().expect("there is a seat"), Rc::clone(&log));
            move || {
                steps_of_it.set(steps_of_it.get() + 1);
                // Laps that come around give no true order beyond that.
                assert!(steps_of_it.get() < 40, "it never ends");
                // Until it has taken one: after that it looks at the pressure.
                let is_refilled = log.borrow().last().is_some_and(|(_, outcome)| *outcome == Ok(Pushed::Stored));
                if ring.is_full() && !is_refilled {
                    interrupt();
                }
            }
        };
        if cfg!(forebay_narrow) {
            continue;
        }
        let popped = steps::with(hook, || consumer.pop()).expect("never empty");
        assert!(consumer.lost() > 0);
        let mut got = vec![popped];
        got.extend(drain(&mut consumer));
        let evicted: Vec<u32> =
            log.borrow().iter().filter_map(|(_, outcome)| outcome.ok().and_then(Pushed::evicted)).collect();
        let stored = inside as usize + 1 + log.borrow().len();
        assert_eq!(stored, got.len() + consumer.evicted(), "{got:?} {evicted:?}");
        assert!(got.is_sorted_by(|a, b| a < b));
        assert!(got.iter().all(|item| !evicted.contains(item)));
    }
}

/// Clones and drops are interrupted by pushes.
#[test]
fn pushes_in_a_clone() {
    let count = every_step(|step| {
        let (producer, mut consumer) = ends(2, 3, 1, 0, Overflow::DropOldest);
        let (log, interrupt) = pusher(producer.try_clone().unwrap(), 1);
        let (child, came) = interrupted(step, interrupt, || {
            let mut child = producer.try_clone().expect("there is a seat");
            let outcome = child.push(100);
            drop(child);
            outcome
        });
        check(0, &log, Some((100, child)), Vec::new(), &mut consumer);
        came
    });
    assert!(count >= 5, "{count} steps");
}

/// Everything went one way, in order, and was counted.
fn check(inside: u32, log: &Log, own: Option<Entry>, popped: Vec<u32>, consumer: &mut C) {
    let mut stored: Vec<u32> = (0..inside).collect();
    let (mut evicted, mut shed) = (Vec::new(), 0);
    let capacity = consumer.capacity();
    for (number, outcome) in log.borrow().iter().copied().chain(own) {
        match outcome {
            Ok(Pushed::Stored) => stored.push(number),
            Ok(Pushed::Evicted(victim)) => {
                stored.push(number);
                evicted.push(victim);
            }
            Err(PushError::Full(back)) => assert_eq!(back, number),
            Err(PushError::Shed(back)) => {
                assert_eq!(back, number);
                shed += 1;
            }
            Err(PushError::Closed(_)) => panic!("the consumer is there"),
        }
    }
    assert_eq!(consumer.shed(), shed);
    let first = popped.len();
    let mut got = popped;
    got.extend(drain(consumer));
    assert!(got.len() - first <= capacity);
    let by_interrupt: Vec<u32> = got.iter().copied().filter(|&number| number >= 500).collect();
    assert!(by_interrupt.is_sorted_by(|a, b| a < b), "{got:?}");
    assert_eq!(stored.len(), got.len() + consumer.evicted());
    got.extend(&evicted);
    got.sort_unstable();
    got.dedup();
    stored.sort_unstable();
    // What the consumer left behind was dropped in the ring.
    assert!(got.iter().all(|item| stored.contains(item)));
    assert!(stored.len() - got.len() <= capacity / 2);
}
