//! A close, or a batch, that is frozen or interrupted at any step, and pushes that are while the ring is closed.

use super::*;
use crate::interrupts::{Log, interrupted, pusher};

/// Every capacity, number of seats, number of items inside and policy.
fn everywhere(mut at: impl FnMut(usize, usize, u32, Overflow)) {
    for capacity in 1..=3 {
        for seats in 1..=2 {
            for inside in 0..=u32::try_from(capacity).unwrap() {
                for overflow in OVERFLOWS {
                    at(capacity, seats, inside, overflow);
                }
            }
        }
    }
}

/// Everything that is inside, and what the consumer says then.
fn rest(consumer: &mut C) -> (Vec<u32>, PopError) {
    let items: Vec<u32> = consumer.drain().collect();
    assert_eq!(consumer.len(), 0);
    (items, consumer.pop().expect_err("all was taken"))
}

/// A close that is frozen holds nobody up, and soon nothing is taken in; when it has returned, nothing is at all.
#[test]
fn a_close() {
    everywhere(|capacity, seats, inside, overflow| {
        // Not so many that laps come around within the close.
        let more = 4 * capacity as u32 + if cfg!(forebay_narrow) { 0 } else { 10 };
        let (mut most, mut barred) = (0, false);
        let count = every_step(|step| {
            let (mut producer, mut consumer) = ends(capacity, seats, capacity + 1, inside, overflow);
            let mut stored: Vec<u32> = (0..inside).collect();
            let mut evicted = Vec::new();
            let operation = move || {
                consumer.close();
                consumer
            };
            let (mut consumer, frozen) = freeze(step, operation, || {
                let mut accepted = 0;
                for number in 100..100 + more {
                    match producer.push(number) {
                        Ok(outcome) => {
                            stored.push(number);
                            evicted.extend(outcome.evicted());
                            accepted += 1;
                        }
                        Err(PushError::Closed(back)) => {
                            assert!(producer.is_closed() && back == number);
                            assert!(accepted <= 2 * capacity, "{accepted} in {step}");
                            barred = true;
                            most = most.max(accepted);
                        }
                        Err(_) => assert!(overflow != Overflow::DropOldest),
                    }
                }
            });
            assert_eq!(producer.push(500), Err(PushError::Closed(500)));
            let (mut items, why) = rest(&mut consumer);
            assert_eq!(why, PopError::Closed);
            items.splice(0..0, evicted);
            assert_eq!(items, stored, "in order, each one way, at step {step}");
            frozen
        });
        assert!(count >= 1, "{count} steps");
        assert!(most <= capacity && (barred || seats == 1), "{most} with the ring barred");
    });
}

/// A push that is frozen while the ring is closed and emptied is refused, and the consumer knows; but for the only producer,
/// whose item comes late, and whose consumer says closed only after that.
#[test]
fn a_push_while_it_is_closed() {
    everywhere(|capacity, seats, inside, overflow| {
        let count = every_step(|step| {
            let (mut producer, mut consumer) = ends(capacity, seats, capacity + 1, inside, overflow);
            let operation = move || (producer.push(500), producer);
            let mut got = Vec::new();
            let ((outcome, mut producer), frozen) = freeze(step, operation, || {
                consumer.close();
                let (items, why) = rest(&mut consumer);
                got = items;
                assert_eq!(why, if seats == 1 { PopError::Empty } else { PopError::Closed }, "at step {step}");
            });
            if !frozen {
                return false;
            }
            assert_eq!(producer.push(501), Err(PushError::Closed(501)));
            let stored = outcome.is_ok();
            // It may have come so far that it only looks at the pressure.
            assert!(seats == 1 || !stored || got.contains(&500), "closed, and taken in after it");
            let evicted = outcome.ok().and_then(Pushed::evicted);
            let (late, why) = rest(&mut consumer);
            assert_eq!(why, PopError::Closed);
            let mut all: Vec<u32> = evicted.into_iter().chain(got).chain(late).collect();
            all.sort_unstable();
            let expected: Vec<u32> = (0..inside).chain(stored.then_some(500)).collect();
            assert_eq!(all, expected, "at step {step}");
            true
        });
        assert!(count >= 2, "{count} steps");
    });
}

/// Pushes that come before every step of a close: it ends after as many as there are slots, and some.
#[test]
fn a_storm_in_a_close() {
    for capacity in [1, 2, 3, 8, 50] {
        for inside in [0, capacity / 2, capacity] {
            let n = u32::try_from(inside).unwrap();
            let (mut producer, mut consumer) = ends(capacity, 2, capacity + 1, n, Overflow::DropOldest);
            let (log, mut interrupt) = pusher(producer.try_clone().unwrap(), 1);
            let count = Rc::new(Cell::new(0));
            let hook = {
                let count = Rc::clone(&count);
                move || {
                    count.set(count.get() + 1);
                    assert!(count.get() < 20 * capacity + 40, "it never ends");
                    interrupt();
                }
            };
            steps::with(hook, || consumer.close());
            let stored = log.borrow().iter().filter(|(_, outcome)| outcome.is_ok()).count();
            assert!(stored <= capacity + 3, "{stored} were taken in by {capacity} slots");
            assert_eq!(producer.push(500), Err(PushError::Closed(500)));
            check(n, &log, None, &mut consumer);
        }
    }
}

/// A close, and the drop of the consumer, that are interrupted by pushes.
#[test]
fn pushes_in_a_close() {
    everywhere(|capacity, seats, inside, overflow| {
        for pushes in 1..=2 * capacity as u32 {
            let count = every_step(|step| {
                let (producer, mut consumer) = ends(capacity, seats, capacity + 1, inside, overflow);
                let (log, interrupt) = pusher(producer, pushes);
                let ((), came) = interrupted(step, interrupt, || consumer.close());
                check(inside, &log, None, &mut consumer);
                came
            });
            assert!(count >= 1, "{count} steps");
            every_step(|step| {
                let (producer, consumer) = ends(capacity, 2, capacity + 1, inside, overflow);
                let mut own = producer.try_clone().unwrap();
                let (log, interrupt) = pusher(producer, pushes);
                let ((), came) = interrupted(step, interrupt, || drop(consumer));
                assert_eq!(own.push(600), Err(PushError::Closed(600)));
                let (mut stored, mut evicted) = (inside as usize, 0);
                for (_, outcome) in log.borrow().iter() {
                    stored += usize::from(outcome.is_ok());
                    evicted += usize::from(matches!(outcome, Ok(Pushed::Evicted(_))));
                }
                assert_eq!(own.len(), stored - evicted);
                came
            });
        }
    });
}

/// A push that is interrupted by a consumer that closes the ring, and takes all out.
#[test]
fn a_close_in_a_push() {
    everywhere(|capacity, seats, inside, overflow| {
        let count = every_step(|step| {
            let (mut producer, consumer) = ends(capacity, seats, capacity + 1, inside, overflow);
            let desk = Rc::new(std::cell::RefCell::new((consumer, Vec::new())));
            let interrupt = {
                let desk = Rc::clone(&desk);
                move || {
                    let (consumer, got) = &mut *desk.borrow_mut();
                    consumer.close();
                    got.extend(consumer.drain());
                }
            };
            let (outcome, came) = interrupted(step, interrupt, || producer.push(500));
            let (consumer, got) = &mut *desk.borrow_mut();
            if came {
                assert_eq!(producer.push(501), Err(PushError::Closed(501)));
                assert!(seats == 1 || outcome.is_err() || got.contains(&500), "closed is final");
                let (late, why) = rest(consumer);
                assert_eq!(why, PopError::Closed);
                let mut all: Vec<u32> = outcome.ok().and_then(Pushed::evicted).into_iter().collect();
                all.extend(got.iter().chain(&late));
                all.sort_unstable();
                let stored = outcome.is_ok().then_some(500);
                assert_eq!(all, Vec::from_iter((0..inside).chain(stored)), "at step {step}");
            }
            came
        });
        assert!(count >= 2, "{count} steps");
    });
}

/// A batch that is frozen at any step holds nobody up, and each of its items goes one way, in order.
#[test]
fn a_batch() {
    everywhere(|capacity, _, inside, overflow| {
        let count = every_step(|step| {
            let (mut victim, mut consumer) = ends(capacity, 2, capacity + 1, inside, overflow);
            let mut other = victim.try_clone().unwrap();
            let operation = move || {
                let mut victims = Vec::new();
                let batch = victim.push_iter(500..503, |item| victims.push(item));
                (batch, victims, victim)
            };
            let (mut got, mut stored, mut evicted) = (Vec::new(), Vec::new(), Vec::new());
            let ((batch, victims, _victim), frozen) = freeze(step, operation, || {
                for number in 100..102 {
                    let room = consumer.len() < capacity;
                    match other.push(number) {
                        Ok(outcome) => {
                            stored.push(number);
                            evicted.extend(outcome.evicted());
                        }
                        Err(error) => assert!(!room && !error.is_closed(), "{error} with room"),
                    }
                    assert!(!consumer.is_empty());
                }
                got.push(consumer.pop().expect("it is not empty"));
                assert!(other.push(102).is_ok(), "there is room after a pop, and nobody else is at work");
                stored.push(102);
            });
            got.extend(consumer.drain());
            let refused = batch.refused.map(PushError::into_inner);
            assert!(batch.pushed == 3 || refused == Some(500 + batch.pushed as u32));
            if !frozen {
                return false;
            }
            stored.extend((0..inside).chain(500..500 + batch.pushed as u32));
            for from in [0, 100, 500] {
                let of_one = got.iter().copied().filter(|number| (from..from + 100).contains(number));
                assert!(of_one.is_sorted_by(|a, b| a < b), "{got:?}");
            }
            assert_eq!(consumer.evicted(), evicted.len() + victims.len());
            let mut all: Vec<u32> = got.into_iter().chain(evicted).chain(victims).collect();
            all.sort_unstable();
            stored.sort_unstable();
            assert_eq!(all, stored, "each one way, at step {step}");
            true
        });
        assert!(count >= 2, "{count} steps");
    });
}

/// A batch that is interrupted by pushes, or by a consumer that closes the ring.
#[test]
fn a_batch_interrupted() {
    everywhere(|capacity, seats, inside, overflow| {
        every_step(|step| {
            let (mut producer, mut consumer) = ends(capacity, 2, capacity + 1, inside, overflow);
            let (log, interrupt) = pusher(producer.try_clone().unwrap(), 2);
            let mut victims = Vec::new();
            let (batch, came) =
                interrupted(step, interrupt, || producer.push_iter(100..103, |victim| victims.push(victim)));
            let mut stored: Vec<u32> = (0..inside).chain(100..100 + batch.pushed as u32).collect();
            let mut all = victims;
            for (number, outcome) in log.borrow().iter() {
                if let Ok(outcome) = outcome {
                    stored.push(*number);
                    all.extend(outcome.evicted());
                }
            }
            all.extend(consumer.drain());
            all.sort_unstable();
            stored.sort_unstable();
            assert_eq!(all, stored, "at step {step}");
            came
        });
        every_step(|step| {
            let (mut producer, consumer) = ends(capacity, seats, capacity + 1, inside, overflow);
            let desk = Rc::new(std::cell::RefCell::new(consumer));
            let interrupt = {
                let desk = Rc::clone(&desk);
                move || desk.borrow_mut().close()
            };
            let mut victims = Vec::new();
            let (batch, came) =
                interrupted(step, interrupt, || producer.push_iter(100..103, |victim| victims.push(victim)));
            if came {
                // The last step may be that of the last item.
                assert_eq!(producer.push(600), Err(PushError::Closed(600)));
                let (items, why) = rest(&mut desk.borrow_mut());
                assert_eq!(why, PopError::Closed);
                let stored = Vec::from_iter((0..inside).chain(100..100 + batch.pushed as u32));
                assert_eq!(Vec::from_iter(victims.into_iter().chain(items)), stored, "at step {step}");
            }
            came
        });
    });
}

/// After a close: everything went one way, in order, and nothing is taken in after the first that was refused.
fn check(inside: u32, log: &Log, own: Option<u32>, consumer: &mut C) {
    let mut stored: Vec<u32> = (0..inside).chain(own).collect();
    let (mut all, mut closed) = (Vec::new(), false);
    for (number, outcome) in log.borrow().iter() {
        match outcome {
            Ok(outcome) => {
                assert!(!closed, "closed is for good");
                stored.push(*number);
                all.extend(outcome.evicted());
            }
            Err(error) => closed |= error.is_closed(),
        }
    }
    let (items, _) = rest(consumer);
    all.extend(items);
    assert_eq!(all, stored);
    assert_eq!(consumer.len(), 0);
}
