//! The pressure, with an end that is frozen or interrupted at any step.

use forebay_core::{Pressure, Watermarks};

use super::*;
use crate::interrupts::interrupted;

/// Ends with watermarks, and so many items inside.
fn watched(capacity: usize, high: usize, inside: u32, overflow: Overflow) -> (P, C) {
    let (mut producer, mut consumer) = ends(capacity, 2, capacity + 1, 0, overflow);
    let marks = Watermarks::high_and_half(high).expect("above 0");
    producer.set_watermarks(marks).expect("not above the capacity");
    consumer.set_watermarks(marks).expect("not above the capacity");
    (0..inside).for_each(|number| assert_eq!(producer.push(number), Ok(Pushed::Stored)));
    (producer, consumer)
}

/// Every capacity, high mark, number of items inside and policy.
fn everywhere(mut at: impl FnMut(usize, usize, u32, Overflow)) {
    for capacity in 1..=4 {
        for high in 1..=capacity {
            for inside in 0..=u32::try_from(capacity).expect("small") {
                for overflow in OVERFLOWS {
                    at(capacity, high, inside, overflow);
                }
            }
        }
    }
}

/// The level of so many items after pushes.
fn least(capacity: usize, high: usize, len: usize) -> Pressure {
    if len == capacity {
        Pressure::Stop
    } else if len >= high {
        Pressure::Slow
    } else {
        Pressure::Open
    }
}

/// A producer that is frozen in a push, between its publication and the raise for one, while the consumer empties the ring and
/// waits: it never leaves the level on.
#[test]
fn a_push_while_it_is_emptied() {
    everywhere(|capacity, high, inside, overflow| {
        let count = every_step(|step| {
            let (mut producer, mut consumer) = watched(capacity, high, inside, overflow);
            let operation = move || (producer.push(500).is_ok(), producer);
            let ((_, producer), frozen) = freeze(step, operation, || {
                while consumer.pop().is_ok() {}
                assert_eq!(consumer.pressure(), Pressure::Open);
            });
            let low = high / 2;
            let (len, level) = (consumer.len(), producer.pressure());
            if frozen && len <= low && len < high {
                assert_eq!(level, Pressure::Open, "{len} are inside, at step {step}");
            }
            assert!(level >= least(capacity, high, len), "{len} are inside, at step {step}");
            while consumer.pop().is_ok() {}
            assert_eq!(producer.pressure(), Pressure::Open);
            frozen
        });
        assert!(count >= 2, "{count} steps");
    });
}

/// The same while another producer fills the ring.
#[test]
fn a_push_while_it_is_filled() {
    everywhere(|capacity, high, inside, overflow| {
        every_step(|step| {
            let (mut producer, mut consumer) = watched(capacity, high, inside, overflow);
            let mut other = producer.try_clone().expect("it is for two");
            let operation = move || (producer.push(500).is_ok(), producer);
            let (_, frozen) = freeze(step, operation, || {
                for number in 0..=capacity as u32 {
                    let _ = other.push(number);
                    assert!(other.pressure() >= least(capacity, high, other.len()), "at step {step}");
                }
                assert_eq!(other.pressure(), Pressure::Stop);
            });
            assert_eq!(other.pressure(), if frozen { Pressure::Stop } else { other.pressure() }, "at step {step}");
            while consumer.pop().is_ok() {}
            assert_eq!(other.pressure(), Pressure::Open);
            frozen
        });
    });
}

/// A consumer that is frozen in a pop, while a producer fills the ring: what it does about the level then is true.
#[test]
fn a_pop_while_it_is_filled() {
    everywhere(|capacity, high, inside, overflow| {
        every_step(|step| {
            let (mut producer, mut consumer) = watched(capacity, high, inside, overflow);
            let operation = move || (consumer.pop().is_ok(), consumer);
            let ((_, mut consumer), frozen) = freeze(step, operation, || {
                for number in 0..=capacity as u32 {
                    let _ = producer.push(number);
                }
            });
            let len = consumer.len();
            assert!(producer.pressure() >= least(capacity, high, len), "{len} are inside, at step {step}");
            while consumer.pop().is_ok() {}
            assert_eq!(producer.pressure(), Pressure::Open);
            frozen
        });
    });
}

/// An interrupt that takes all out comes at any step of a push: the level is open where the ring is that empty.
#[test]
fn pops_in_a_push() {
    everywhere(|capacity, high, inside, overflow| {
        let count = every_step(|step| {
            let (mut producer, consumer) = watched(capacity, high, inside, overflow);
            let desk = Rc::new(std::cell::RefCell::new(consumer));
            let interrupt = {
                let desk = Rc::clone(&desk);
                move || while desk.borrow_mut().pop().is_ok() {}
            };
            let (_, came) = interrupted(step, interrupt, || producer.push(500));
            let len = producer.len();
            if came && len <= high / 2 && len < high {
                assert_eq!(producer.pressure(), Pressure::Open, "{len} are inside, at step {step}");
            }
            assert!(producer.pressure() >= least(capacity, high, len), "{len} are inside, at step {step}");
            came
        });
        assert!(count >= 2, "{count} steps");
    });
}

/// An interrupt that fills the ring comes at any step of a pop.
#[test]
fn pushes_in_a_pop() {
    everywhere(|capacity, high, inside, overflow| {
        every_step(|step| {
            let (mut producer, mut consumer) = watched(capacity, high, inside, overflow);
            let interrupt = move || {
                for number in 0..=capacity as u32 {
                    let _ = producer.push(number);
                }
            };
            let (_, came) = interrupted(step, interrupt, || consumer.pop());
            let len = consumer.len();
            assert!(consumer.pressure() >= least(capacity, high, len), "{len} are inside, at step {step}");
            while consumer.pop().is_ok() {}
            assert_eq!(consumer.pressure(), Pressure::Open);
            came
        });
    });
}

/// A consumer that goes at any step of a push leaves it closed; and a push at any step of its going does.
#[test]
fn a_close() {
    everywhere(|capacity, high, inside, overflow| {
        every_step(|step| {
            let (mut producer, consumer) = watched(capacity, high, inside, overflow);
            let desk = Rc::new(std::cell::RefCell::new(consumer));
            let interrupt = {
                let desk = Rc::clone(&desk);
                move || desk.borrow_mut().close()
            };
            let (_, came) = interrupted(step, interrupt, || producer.push(500));
            if came {
                assert_eq!(producer.pressure(), Pressure::Closed, "at step {step}");
            }
            came
        });
        every_step(|step| {
            let (mut producer, consumer) = watched(capacity, high, inside, overflow);
            let other = producer.try_clone().expect("it is for two");
            let interrupt = move || {
                let _ = producer.push(500);
            };
            let ((), came) = interrupted(step, interrupt, || drop(consumer));
            assert_eq!(other.pressure(), Pressure::Closed, "at step {step}");
            came
        });
    });
}

/// A pop that lowers the level, or tries to, ends with a push before each of its steps; in a ring of a few slots, before each that
/// comes after it has taken its item.
#[test]
fn a_storm_in_a_pop() {
    for (capacity, from) in [(2, 3), (3, 3), (8, 3), (64, 3), (8, 0), (9, 0), (64, 0)] {
        if cfg!(forebay_narrow) && from == 0 {
            continue;
        }
        // Where laps come around it looks once more before.
        let from = from + usize::from(cfg!(forebay_narrow));
        for inside in 0..=capacity as u32 {
            let (mut producer, mut consumer) = watched(capacity, capacity, inside, Overflow::DropOldest);
            let other = producer.try_clone().expect("it is for two");
            let count = Rc::new(Cell::new(0));
            let hook = {
                let count = Rc::clone(&count);
                move || {
                    count.set(count.get() + 1);
                    assert!(count.get() < 100, "it never ends");
                    if count.get() > from {
                        let _ = producer.push(500);
                    }
                }
            };
            let _ = steps::with(hook, || consumer.pop());
            assert!(other.pressure() >= least(capacity, capacity, other.len()), "{} are inside", other.len());
            while consumer.pop().is_ok() {}
            assert_eq!(other.pressure(), Pressure::Open);
        }
    }
}
