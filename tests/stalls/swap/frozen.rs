//! A thread is frozen; the others go on, and get true answers.

use super::*;

/// The least number of steps that an operation has, so that a test can't come to stop nowhere.
const PUSH_STEPS: usize = 2;

type PushAs = fn(&mut P, u32) -> Result<Pushed<u32>, PushError<u32>>;

/// While one producer is frozen in a push at full, others evict, and the consumer gets the newest in order.
fn a_push_at_full(overflow: Overflow, push: PushAs) {
    for capacity in 1..=3 {
        let n = capacity as u32;
        let count = every_step(|step| {
            let (mut victim, mut consumer) = ends(capacity, 2, capacity + 1, n, overflow);
            let mut other = victim.try_clone().unwrap();
            let operation = move || (push(&mut victim, 500), victim);
            let mut got = Vec::new();
            let mut evicted = Vec::new();
            let ((outcome, _victim), frozen) = freeze(step, operation, || {
                for number in 100..100 + 2 * n {
                    match push(&mut other, number).expect("an eviction makes room") {
                        Pushed::Evicted(victim) => evicted.push(victim),
                        Pushed::Stored => panic!("there was no room"),
                    }
                    assert!(other.is_full());
                }
                for _ in 0..n {
                    got.push(consumer.pop().expect("as many are inside"));
                }
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                let newest: Vec<u32> = (100 + n..100 + 2 * n).collect();
                assert_eq!(got, newest, "at step {step}");
                assert_eq!(other.push(200), Ok(Pushed::Stored));
            });
            if let Ok(Pushed::Evicted(victim)) = outcome {
                evicted.push(victim);
            }
            got.extend(drain(&mut consumer));
            // Everything went one way.
            got.extend(&evicted);
            got.sort_unstable();
            let mut all: Vec<u32> = (0..n).chain(100..100 + 2 * n).chain([200, 500]).collect();
            all.sort_unstable();
            assert_eq!(got, all, "at step {step}");
            assert_eq!(consumer.evicted(), evicted.len());
            frozen
        });
        assert!(count >= PUSH_STEPS, "{count} steps");
    }
}

#[test]
fn a_push_that_evicts() {
    a_push_at_full(Overflow::DropOldest, P::push);
}

/// The same by force where the policy is another one.
#[test]
fn a_push_that_is_forced() {
    a_push_at_full(Overflow::Reject, P::force_push);
    a_push_at_full(Overflow::DropIncoming, P::force_push);
}

/// While one producer is frozen in a push with room, no completed push is hidden, and full is full.
#[test]
fn a_push_that_stores() {
    for (capacity, producers) in [(1, 2), (2, 2), (3, 2)] {
        for overflow in OVERFLOWS {
            let n = capacity as u32;
            let count = every_step(|step| {
                let (mut victim, mut consumer) = ends(capacity, producers, capacity + 1, 0, overflow);
                let mut other = victim.try_clone().unwrap();
                let operation = move || (victim.push(500), victim);
                let mut got = Vec::new();
                let mut others = Vec::new();
                let ((outcome, _victim), frozen) = freeze(step, operation, || {
                    for round in 0..3 {
                        // One slot after another, until it is full.
                        let mut before = consumer.len();
                        for number in 100 * round..100 * round + n {
                            match other.push(number) {
                                Ok(Pushed::Stored) => {
                                    before += 1;
                                    others.push(number);
                                }
                                Ok(Pushed::Evicted(victim)) => {
                                    assert_eq!((before, victim, overflow), (capacity, 500, Overflow::DropOldest));
                                    others.push(number);
                                    got.push(victim);
                                }
                                Err(error) => assert!(before == capacity && !error.is_closed(), "{error} with room"),
                            }
                            assert_eq!(consumer.len(), before);
                        }
                        got.extend(drain(&mut consumer));
                    }
                });
                got.extend(drain(&mut consumer));
                let by_others: Vec<u32> = got.iter().copied().filter(|&number| number != 500).collect();
                assert_eq!(by_others, others, "in order, at step {step}");
                assert_eq!(got.len() - others.len(), usize::from(outcome.is_ok()));
                frozen
            });
            assert!(count >= PUSH_STEPS, "{count} steps");
        }
    }
}

/// A frozen push that is to be refused holds nobody up.
#[test]
fn a_push_that_is_refused() {
    for overflow in [Overflow::Reject, Overflow::DropIncoming] {
        let count = every_step(|step| {
            let (mut victim, mut consumer) = ends(2, 2, 3, 2, overflow);
            let mut other = victim.try_clone().unwrap();
            let operation = move || (victim.push(500), victim);
            let mut got = Vec::new();
            let ((outcome, _victim), frozen) = freeze(step, operation, || {
                assert!(other.push(100).is_err());
                got.push(consumer.pop().unwrap());
                // After a pop there is room, for the frozen one or the other.
                assert_eq!(other.push(101), Ok(Pushed::Stored));
                assert!(other.push(102).is_err());
                got.push(consumer.pop().unwrap());
                got.push(consumer.pop().unwrap());
                assert_eq!(consumer.pop(), Err(PopError::Empty));
            });
            got.extend(drain(&mut consumer));
            let mut expected = vec![0, 1, 101];
            if outcome.is_ok() {
                expected.push(500);
            }
            assert_eq!(got, expected, "at step {step}");
            frozen
        });
        assert!(count >= PUSH_STEPS, "{count} steps");
    }
}

/// While the consumer is frozen in a pop, producers evict: what it gets in the end is in order, and all is counted.
#[test]
fn a_pop_under_evictions() {
    for capacity in 1..=3 {
        for more in [0, 1, 2 * capacity as u32] {
            let n = capacity as u32;
            let count = every_step(|step| {
                let (mut producer, mut consumer) = ends(capacity, 1, capacity + 1, n, Overflow::DropOldest);
                let mut stored = n;
                for number in 0..more.min(1) {
                    // Overtaken before it begins.
                    assert_eq!(producer.push(50 + number), Ok(Pushed::Evicted(number)));
                    stored += 1;
                }
                let operation = move || (consumer.pop(), consumer);
                let ((popped, mut consumer), frozen) = freeze(step, operation, || {
                    for number in 100..100 + more {
                        let outcome = producer.push(number);
                        assert!(outcome.is_ok());
                        assert!(producer.len() <= capacity && !producer.is_empty());
                    }
                });
                stored += more;
                let mut got = vec![popped.expect("never empty")];
                let lost = consumer.lost();
                got.extend(drain(&mut consumer));
                assert!(got.is_sorted_by(|a, b| a < b), "{got:?}");
                assert_eq!(got.len() + consumer.evicted(), stored as usize);
                assert!(lost <= consumer.evicted());
                if more >= n && frozen {
                    // The newest, but for those that a consumer which has lost a race leaves behind.
                    let left_behind = if cfg!(forebay_narrow) { 0 } else { n / 2 };
                    let newest: Vec<u32> = (100 + more - n + left_behind..100 + more).collect();
                    assert!(got.ends_with(&newest), "{got:?}, at step {step}");
                }
                frozen
            });
            assert!(count >= 3, "{count} steps");
        }
    }
}

/// While the consumer is frozen in a pop, producers that are refused are so at full only.
#[test]
fn a_pop_under_refusals() {
    for inside in 0..=2 {
        every_step(|step| {
            let (mut producer, mut consumer) = ends(2, 1, 3, inside, Overflow::Reject);
            let operation = move || (consumer.pop(), consumer);
            let mut stored: Vec<u32> = (0..inside).collect();
            let ((popped, mut consumer), frozen) = freeze(step, operation, || {
                for number in 100..104 {
                    let len = producer.len();
                    match producer.push(number) {
                        Ok(outcome) => {
                            assert_eq!(outcome, Pushed::Stored);
                            stored.push(number);
                        }
                        Err(error) => {
                            assert!(error.is_full() && len == 2);
                        }
                    }
                }
                assert!((2..=2 + usize::from(inside > 0)).contains(&stored.len()), "{stored:?}");
            });
            let mut got = Vec::from_iter(popped.ok());
            assert!(inside == 0 || got.len() == 1);
            got.extend(drain(&mut consumer));
            assert_eq!(got, stored, "at step {step}");
            frozen
        });
    }
}

/// A frozen coming or going of a handle holds up neither pushes nor pops; other handles come and go.
#[test]
fn handles_that_come_and_go() {
    let work = |producer: &mut P, consumer: &mut C| {
        for number in 0..5 {
            assert!(producer.push(number).is_ok());
        }
        assert_eq!(drain(consumer), [3, 4]);
        drop(producer.try_clone().expect("one seat is left"));
    };
    let count = every_step(|step| {
        let (mut producer, mut consumer) = ends(2, 3, 1, 0, Overflow::DropOldest);
        let parent = producer.try_clone().unwrap();
        // The third seat is the frozen thread's; the parent's becomes free.
        let operation = move || {
            let child = parent.try_clone();
            drop(parent);
            child
        };
        let (mut more, frozen) = freeze(step, operation, || {
            for number in 0..5 {
                assert!(producer.push(number).is_ok());
            }
            assert_eq!(drain(&mut consumer), [3, 4]);
        });
        let child = more.as_mut().expect("there was a seat");
        assert_eq!(child.push(7), Ok(Pushed::Stored));
        assert_eq!(drain(&mut consumer), [7]);
        work(&mut producer, &mut consumer);
        frozen
    });
    assert!(count >= 4, "{count} steps");
    let count = every_step(|step| {
        let (mut producer, mut consumer) = ends(2, 3, 1, 0, Overflow::DropOldest);
        let victim = producer.try_clone().unwrap();
        let ((), frozen) = freeze(step, move || drop(victim), || work(&mut producer, &mut consumer));
        assert!(!consumer.is_closed());
        drop(producer);
        assert!(consumer.is_closed());
        frozen
    });
    assert!(count >= 2, "{count} steps");
}

/// The end of the consumer, frozen at any step, leaves producers with true answers.
#[test]
fn a_consumer_that_goes() {
    let count = every_step(|step| {
        let (mut producer, consumer) = ends(1, 1, 1, 1, Overflow::DropOldest);
        let ((), frozen) = freeze(
            step,
            move || drop(consumer),
            || match producer.push(5) {
                Ok(Pushed::Evicted(0)) => {}
                Err(PushError::Closed(5)) => assert!(producer.is_closed()),
                other => panic!("{other:?}"),
            },
        );
        assert_eq!(producer.push(6), Err(PushError::Closed(6)));
        frozen
    });
    assert!(count >= 1);
}
