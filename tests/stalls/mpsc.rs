//! The mpsc ring is lock-free: while a thread stands still before any atomic step of its operation, or an interrupt has come
//! there, the others push and pop, and get true answers. What is held up costs the slots that it holds, and no more.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_mpsc`
//!
//! Claims: progress, answers, pressure.

#![cfg(forebay_steps)]

use std::sync::mpsc;

use forebay_core::mpsc::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{PopError, Pressure, PushError, Seen, Watermarks, steps};
use forebay_tests::stall;

type Ends = (OwnedProducer<u32>, OwnedConsumer<u32>);

/// Steps of a push, when nobody else gets a ticket since this end's last one and nobody is held up: grant, ticket, stamp.
#[cfg(not(forebay_narrow))]
const PUSH: usize = 3;
/// Steps of another push at most, where nobody else is at work: grant and exchange in vain, tail; the grant and the stamp before.
#[cfg(not(forebay_narrow))]
const OTHER_PUSH: usize = PUSH + 5;
/// Steps of a look at the watermarks at most: level and marks twice, limit, tail.
#[cfg(not(forebay_narrow))]
const WATCH: usize = 6;

/// The items of the stopped producer; those of the others have the numbers from 0 on.
const NEW: u32 = 1_000_000;

/// Each capacity with each number of items inside, in the middle of a lap, and with tickets that can't be used.
fn shapes() -> impl Iterator<Item = ((usize, usize), bool)> {
    let shapes = (1..=4).flat_map(|capacity| (0..=capacity).map(move |inside| (capacity, inside)));
    shapes.flat_map(|shape| [(shape, false), (shape, true)])
}

fn number(of: usize) -> u32 {
    u32::try_from(of).expect("few items")
}

/// Ends of a ring with so many items inside. In every second one some of the next tickets can't be used: an earlier push was
/// held up for some laps.
fn ends((capacity, inside): (usize, usize), rough: bool) -> Ends {
    let (mut producer, mut consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
    for _ in 0..2 * capacity - 1 {
        assert!(producer.push(u32::MAX).is_ok() && consumer.pop().is_ok());
    }
    if rough && capacity > 1 {
        let mut held_up = producer.clone();
        let mut others = Some((producer, consumer));
        let (hand_back, back) = mpsc::channel();
        let hook = move || {
            // Once its ticket has been dealt out.
            if let Some((mut producer, mut consumer)) = others.take_if(|(_, consumer)| consumer.len() == 1) {
                for _ in 0..capacity + 1 {
                    assert!(producer.push(0).is_ok() && consumer.pop().is_ok());
                }
                hand_back.send((producer, consumer)).expect("the test waits for it");
            }
        };
        assert_eq!(steps::with(hook, || held_up.push(u32::MAX)), Ok(()));
        (producer, consumer) = back.recv().expect("there is a step after it");
        assert_eq!(consumer.pop(), Ok(u32::MAX));
    }
    for item in 0..number(inside) {
        assert_eq!(producer.push(item), Ok(()));
    }
    (producer, consumer)
}

/// What the others have popped.
#[derive(Default)]
struct Popped {
    /// How many of their own items.
    own: u32,
    /// The stopped producer's items.
    held: Vec<u32>,
}

impl Popped {
    /// Answers with whether there was an item.
    fn pop(&mut self, consumer: &mut OwnedConsumer<u32>) -> bool {
        match consumer.pop() {
            Ok(item) if item >= NEW => self.held.push(item),
            Ok(item) => {
                assert_eq!(item, self.own, "ours come in order");
                self.own += 1;
            }
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                return false;
            }
        }
        true
    }
}

/// What the others do while a producer stands still that holds up to `held` slots: pop all, then round and round, with all the
/// room that there is. Answers with what was popped of the stopped producer's items.
fn go_on(capacity: usize, inside: usize, held: usize, (producer, consumer): &mut Ends) -> Vec<u32> {
    let mut popped = Popped::default();
    while popped.pop(consumer) {}
    let mut pushed = number(inside);
    // Some laps, so that a slot that is held comes round several times.
    for _ in 0..5 * capacity.min(4) {
        let free = producer.free();
        let mut stored = 0;
        loop {
            match producer.push(pushed) {
                Ok(()) => {
                    stored += 1;
                    pushed += 1;
                }
                Err(error) => break assert_eq!(error, PushError::Full(pushed)),
            }
        }
        let least = capacity - (held - popped.held.len());
        assert!((least..=capacity).contains(&stored), "full, with {stored} of {capacity} items inside");
        assert_eq!((free, producer.free(), producer.is_full()), (stored, 0, true), "nobody else moves");
        assert_eq!((producer.len(), consumer.len()), (capacity, capacity));
        for _ in 0..stored {
            assert!(popped.pop(consumer), "empty, and a push was over");
            // After a pop there is room.
            assert_eq!(producer.push(pushed), Ok(()));
            pushed += 1;
        }
        while popped.pop(consumer) {}
        assert_eq!(popped.own, pushed, "all of ours");
    }
    popped.held
}

/// After all: what was stored has been popped, and all slots are there.
fn check(stored: &[u32], mut popped: Vec<u32>, capacity: usize, (mut producer, mut consumer): Ends) {
    popped.extend(consumer.drain().filter(|&item| item >= NEW));
    assert_eq!(popped, stored, "the stopped producer's items, in order");
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    assert_eq!(consumer.len(), 0);
    for _ in 0..3 {
        let items = 0..number(capacity);
        for item in items.clone() {
            assert_eq!(producer.push(item), Ok(()), "all slots are there");
        }
        assert!(producer.push(7).is_err());
        assert_eq!(consumer.len(), capacity);
        for item in items {
            assert_eq!(consumer.pop(), Ok(item));
        }
    }
    drop(producer);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// Stops a producer. `operation` answers with what it has stored, at most `most` items.
fn producer_stopped(
    (shape, rough): ((usize, usize), bool),
    most: usize,
    operation: impl Fn(&mut OwnedProducer<u32>) -> Vec<u32> + Copy + Send + Sync + 'static,
) {
    let (capacity, inside) = shape;
    stall::everywhere(
        || {
            let (producer, consumer) = ends(shape, rough);
            (producer.clone(), (producer, consumer))
        },
        move |mut producer| (operation(&mut producer), producer),
        move |others| go_on(capacity, inside, most.min(capacity), others),
        move |(stored, producer), popped, others| {
            drop(producer);
            check(&stored, popped, capacity, others);
        },
    );
}

#[test]
fn a_push_is_stopped() {
    for shape in shapes() {
        producer_stopped(shape, 1, |producer| match producer.push(NEW) {
            Ok(()) => vec![NEW],
            Err(error) => {
                assert!(error.is_full());
                vec![]
            }
        });
    }
}

#[test]
fn a_batch_is_stopped() {
    for shape in shapes() {
        producer_stopped(shape, 3, |producer| {
            let count = producer.push_iter(NEW..NEW + 3);
            (NEW..NEW + number(count)).collect()
        });
    }
}

/// More tickets are open than the consumer lists.
#[test]
fn a_large_batch_is_stopped() {
    for (capacity, inside, rough) in [(20, 0, false), (20, 1, true), (33, 20, false), (70, 3, true)] {
        producer_stopped(((capacity, inside), rough), 20, |producer| {
            let count = producer.push_iter(NEW..NEW + 20);
            (NEW..NEW + number(count)).collect()
        });
    }
}

#[test]
fn an_iterator_that_breaks_off_is_stopped() {
    for shape in shapes() {
        producer_stopped(shape, 2, |producer| {
            let items = [NEW, NEW + 1].into_iter().filter(|&item| item == NEW);
            let count = producer.push_iter(items);
            (NEW..NEW + number(count)).collect()
        });
    }
}

/// What the others see of the pressure while a producer stands still that holds up to `held` slots, whatever the marks: it rises
/// when they fill the ring, and falls when they have emptied it.
fn press_on(capacity: usize, held: usize, marks: Watermarks, (producer, consumer): &mut Ends) {
    let mut number = 0;
    for round in 0..4 {
        while consumer.pop().is_ok() {}
        let level = if producer.is_full() { Pressure::Stop } else { Pressure::Open };
        assert!(producer.pressure() <= level, "nothing is to be found in round {round}");
        let (mut slow, mut stored) = (None, 0);
        while producer.push(number).is_ok() {
            number += 1;
            stored += 1;
            if producer.pressure() >= Pressure::Slow {
                slow.get_or_insert(stored);
            }
            let full = producer.is_full();
            assert_eq!(producer.pressure() == Pressure::Stop, full, "with {stored} of {capacity}");
        }
        assert!(stored >= capacity - held.min(capacity));
        assert_eq!(producer.pressure(), Pressure::Stop, "full in round {round}, with {stored}");
        let slow = slow.unwrap_or(0);
        assert!(slow <= marks.high(), "slow at {slow}");
        assert!(slow + held >= marks.high().min(stored), "slow at {slow}");
        let mut open = None;
        for left in (0..stored).rev() {
            assert!(consumer.pop().is_ok());
            if producer.pressure() == Pressure::Open {
                open.get_or_insert(left);
            }
        }
        if let Some(open) = open {
            assert!(open <= marks.low() + held, "open with {open} left");
            assert!(open + 2 * held >= marks.low().min(stored - 1), "open with {open} left of {stored}");
        } else {
            assert!(marks.low() < held, "not open when all of ours are out");
        }
    }
    while consumer.pop().is_ok() {}
    assert!(producer.is_full() || producer.pressure() == Pressure::Open);
}

/// A producer that stands still, while it raises the pressure as well, leaves the others with a pressure that rises and falls,
/// up to the slots that it holds, and when it goes on it leaves it as it should be.
#[test]
fn the_pressure_goes_on() {
    for ((capacity, inside), rough) in shapes() {
        for (high, low) in (1..=capacity).flat_map(|high| (0..high).map(move |low| (high, low))) {
            let marks = Watermarks::new(high, low).expect("low is below high");
            for batch in [1, 3] {
                stall::everywhere(
                    || {
                        let (mut producer, mut consumer) = ends((capacity, 0), rough);
                        producer.set_watermarks(marks).expect("no more than the capacity");
                        consumer.set_watermarks(marks).expect("no more than the capacity");
                        // It may be up already.
                        assert!((0..inside).all(|_| producer.push(u32::MAX).is_ok()));
                        (producer.clone(), (producer, consumer))
                    },
                    move |mut producer| producer.push_iter(NEW..NEW + batch),
                    move |others| press_on(capacity, (batch as usize).min(capacity), marks, others),
                    move |_, (), (mut producer, mut consumer)| {
                        assert!(producer.pressure() < Pressure::Stop || consumer.is_full() || low > 0);
                        while consumer.pop().is_ok() {}
                        assert_eq!(producer.pressure(), Pressure::Open, "all is out");
                        press_on(capacity, 0, marks, &mut (producer.clone(), consumer));
                        assert_eq!(producer.push(7), Err(PushError::Closed(7)));
                        assert_eq!(producer.pressure(), Pressure::Closed);
                    },
                );
            }
        }
    }
}

/// A consumer that stands still while it lowers the pressure leaves the producers with one that rises.
#[test]
fn the_pressure_rises_while_a_pop_is_stopped() {
    for ((capacity, inside), rough) in shapes() {
        stall::everywhere(
            || {
                let (mut producer, mut consumer) = ends((capacity, inside), rough);
                let marks = Watermarks::new(capacity, capacity - 1).expect("low is below high");
                producer.set_watermarks(marks).expect("no more than the capacity");
                consumer.set_watermarks(marks).expect("no more than the capacity");
                (consumer, producer)
            },
            |mut consumer| {
                let _ = consumer.pop();
                consumer
            },
            |producer| {
                while producer.push(7).is_ok() {}
                assert_eq!(producer.pressure(), Pressure::Stop);
            },
            |mut consumer, (), producer| {
                assert_eq!(producer.pressure() == Pressure::Stop, producer.is_full());
                while consumer.pop().is_ok() {}
                assert_eq!(producer.pressure(), Pressure::Open);
                drop(consumer);
                assert_eq!(producer.pressure(), Pressure::Closed);
            },
        );
    }
}

#[test]
fn the_end_of_a_producer_is_stopped() {
    for (shape, rough) in shapes() {
        stall::everywhere(
            || {
                let (producer, consumer) = ends(shape, rough);
                (producer.clone(), (producer, consumer))
            },
            drop,
            move |others| go_on(shape.0, shape.1, 0, others),
            move |(), popped, others| check(&[], popped, shape.0, others),
        );
    }
}

/// A consumer that stands still takes nothing from the producers but room.
#[test]
fn a_pop_is_stopped() {
    for ((capacity, inside), rough) in shapes() {
        stall::everywhere(
            || {
                let (producer, consumer) = ends((capacity, inside), rough);
                (consumer, producer)
            },
            |mut consumer| (consumer.pop(), consumer),
            move |producer| {
                let free = producer.free();
                let stored = (0..=capacity).take_while(|&count| producer.push(number(inside + count)).is_ok()).count();
                assert_eq!((free, producer.is_full()), (stored, true), "nobody else moves");
                assert!(stored >= capacity - inside, "full, and there were {} free slots", capacity - inside);
                assert!(stored <= capacity - inside + 1);
                stored
            },
            move |(popped, mut consumer), stored, _producer| {
                let mut all: Vec<u32> = popped.into_iter().collect();
                all.extend(consumer.drain());
                assert_eq!(all, (0..number(inside + stored)).collect::<Vec<_>>());
            },
        );
    }
}

/// The same of all that there is, while another producer is in the middle of a push.
#[test]
fn a_drain_and_a_close_are_stopped() {
    for ((capacity, inside), rough) in shapes() {
        stall::everywhere(
            || {
                let (producer, consumer) = ends((capacity, inside), rough);
                (consumer, producer)
            },
            |mut consumer| {
                let popped: Vec<u32> = consumer.drain().collect();
                consumer.close();
                (popped, consumer)
            },
            move |producer| (0..=capacity).take_while(|&count| producer.push(number(inside + count)).is_ok()).count(),
            move |(mut all, mut consumer), stored, mut producer| {
                assert_eq!(producer.push(7), Err(PushError::Closed(7)));
                loop {
                    match consumer.pop() {
                        Ok(item) => all.push(item),
                        Err(error) => break assert_eq!(error, PopError::Closed),
                    }
                }
                assert_eq!(all, (0..number(inside + stored)).collect::<Vec<_>>());
            },
        );
    }
}

/// Not where bytes of code count more than steps.
#[cfg(not(forebay_narrow))]
#[test]
fn nothing_takes_more_steps_than_documented() {
    let (mut producer, mut consumer) = ends((4, 0), false);
    let (mut pushes, mut pops) = ([0; 2], [0; 2]);
    for item in 0..20 {
        let (outcome, steps) = stall::counted(|| producer.push(item));
        assert_eq!(outcome, Ok(()));
        let watches = steps != PUSH;
        pushes[usize::from(watches)] += 1;
        assert!((PUSH..=PUSH + WATCH).contains(&steps), "{steps}");
        let (outcome, steps) = stall::counted(|| consumer.pop());
        let watches = steps != 5;
        pops[usize::from(watches)] += 1;
        assert_eq!(outcome, Ok(item));
        assert!(!watches || steps <= 5 + 6, "grant, stamp, stamp, grant, limit; level twice, marks, tail: {steps}");
    }
    assert_eq!(
        (pushes, pops),
        ([14, 6], [10, 10]),
        "each third push may come to the high mark, and each second pop to the low one"
    );
    let mut another = producer.clone();
    for item in 0..20 {
        let end = if item % 2 == 0 { &mut another } else { &mut producer };
        let (outcome, steps) = stall::counted(|| end.push(item));
        assert_eq!((outcome, consumer.pop()), (Ok(()), Ok(item)));
        assert!(
            (PUSH + 2..=OTHER_PUSH + WATCH).contains(&steps),
            "it knows by a grant or an exchange that its guess is wrong: {steps}"
        );
    }
    assert_eq!(stall::counted(|| producer.is_full()), (false, 3), "tail, grant, tail");
    assert_eq!(stall::counted(|| producer.is_empty()), (true, 3), "tail, grant, tail");
    assert_eq!(stall::counted(|| producer.len()), (0, 4), "tail, a grant for each halving, tail");
    assert_eq!(stall::counted(|| consumer.len()), (0, 1), "tail");
    let (outcome, steps) = stall::counted(|| consumer.pop());
    assert_eq!(outcome, Err(PopError::Empty));
    assert!(steps <= 8, "grant and stamp twice, note, ends, tail, level: {steps}");
}

/// Whenever a push comes between while the consumer looks at the pressure, the pop of that item is a change that it is told of: whoever
/// waits for another pressure is called by that.
#[test]
fn a_pop_is_a_change_for_who_has_looked_beside_a_push() {
    for capacity in 1..=2 {
        let mut step = 0_usize;
        loop {
            let (mut producer, mut consumer) = ends((capacity, capacity - 1), false);
            let mut seen = Seen::default();
            let _ = consumer.pressure_since(&mut seen);
            let (at, pushed) = (step, mpsc::channel());
            let mut left = at;
            let hook = move || {
                if left == 0 {
                    pushed.0.send(producer.push(NEW)).expect("the test is there");
                }
                left = left.wrapping_sub(1);
            };
            let _ = steps::with(hook, || consumer.pressure_since(&mut seen));
            if pushed.1.try_recv().is_err() {
                assert!(at > 0, "it takes a step");
                break;
            }
            while consumer.pop().is_ok() {}
            let now = consumer.pressure_since(&mut seen);
            let told = seen;
            assert_eq!(now, Some(Pressure::Open), "room for {capacity}, a push at step {at}, {told:?}");
            step += 1;
        }
    }
}
