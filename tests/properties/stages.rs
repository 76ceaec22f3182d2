//! Stages behind and before rings: expiry, batches, and what becomes of losses.
//!
//! Claims: account.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::num::{NonZeroU64, NonZeroUsize};
use std::panic::{AssertUnwindSafe, catch_unwind};

use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::seam::Pop;
use forebay_core::spill::{Loss, Spill};
use forebay_core::{Overflow, PopError, PushError, Pushed, mpsc, spsc, swap};
use forebay_tests::ledger::{go_off, goes_off};
use quickcheck::QuickCheck;

/// Ages are counted over the wrap of the clock, and a time that is still to come is now.
#[test]
fn an_age_is_right_wherever_the_clock_is() {
    for at in [0, 1, 1000, u64::MAX / 2, u64::MAX - 5, u64::MAX] {
        let stamped = Stamped { value: (), at };
        for age in [0, 1, 77, u64::MAX / 2] {
            assert_eq!(stamped.age(at.wrapping_add(age)), age);
        }
        for ahead in [1, 77, 1 << 63] {
            assert_eq!(stamped.age(at.wrapping_sub(ahead)), 0, "{ahead} ahead");
        }
    }
}

/// What is delivered, expired, evicted and inside is what was offered; what is delivered is not too old, and in order; nothing that
/// is not too old expires. The clock may start anywhere, and the greatest age is changed at any time.
fn expiry_goes_by_age(start: u64, ops: Vec<(u8, u8)>) -> bool {
    let now = Cell::new(start.wrapping_sub(100));
    let clock = || now.get();
    let (max_age, evicted) = (MaxAge::unlimited(), Cell::new(0));
    let mut ring = swap::HeapRing::with_overflow(5, 1, Overflow::DropOldest).unwrap();
    let (producer, consumer) = ring.split();
    let (inside, expired) = (RefCell::new(VecDeque::new()), RefCell::new(Vec::new()));
    let mut producer = Stamping::new(producer, clock);
    let mut consumer =
        Expiring::new(consumer, clock, &max_age).with_sink(|number: u64| expired.borrow_mut().push(number));
    let (mut number, mut delivered) = (0, 0);
    for (op, argument) in ops {
        match op % 6 {
            0 | 1 => {
                if let Ok(Pushed::Evicted(victim)) = producer.push(number) {
                    assert_eq!(inside.borrow_mut().pop_front().map(|(number, _)| number), Some(victim));
                    evicted.set(evicted.get() + 1);
                }
                inside.borrow_mut().push_back((number, now.get()));
                number += 1;
            }
            2 | 3 => {
                let (mut inside, mut too_old) = (inside.borrow_mut(), Vec::new());
                let most = max_age.get();
                let expected = loop {
                    let Some((number, at)) = inside.pop_front() else { break Err(PopError::Empty) };
                    if most == usize::MAX || now.get().wrapping_sub(at) <= most as u64 {
                        break Ok(Stamped { value: number, at });
                    }
                    too_old.push(number);
                };
                assert_eq!(consumer.pop_stamped(), expected);
                delivered += u64::from(expected.is_ok());
                assert_eq!(std::mem::take(&mut *expired.borrow_mut()), too_old);
            }
            4 => now.set(now.get().wrapping_add(u64::from(argument))),
            _ => max_age.set(if argument > 200 { usize::MAX } else { usize::from(argument) }),
        }
    }
    let lost = consumer.expired() as u64 + evicted.get();
    number == delivered + lost + consumer.len() as u64
}

#[test]
fn expired_is_exactly_what_is_too_old() {
    QuickCheck::new().tests(5000).quickcheck(expiry_goes_by_age as fn(u64, Vec<(u8, u8)>) -> bool);
}

#[test]
fn a_burst_that_is_drained_in_time_loses_nothing() {
    let now = Cell::new(0);
    let clock = || now.get();
    let mut ring = spsc::HeapRing::<_>::new(1000).unwrap();
    let (producer, consumer) = ring.split();
    let mut producer = Stamping::new(producer, clock);
    let mut consumer = Expiring::new(consumer, clock, MaxAge::new(1000));
    (0..1000).for_each(|number| assert_eq!(producer.push(number), Ok(Pushed::Stored)));
    assert_eq!(producer.push(1000), Err(PushError::Full(1000)));
    for number in 0..1000 {
        now.set(number + 1);
        assert_eq!(consumer.pop(), Ok(number));
    }
    assert_eq!((consumer.pop(), consumer.expired()), (Err(PopError::Empty), 0));
    drop(producer);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// A sink that panics has got its item, and the rest is where it was.
#[test]
fn sinks_may_panic() {
    let now = Cell::new(0);
    let clock = || now.get();
    let mut ring = spsc::HeapRing::<_>::new(4).unwrap();
    let (producer, consumer) = ring.split();
    let mut producer = Stamping::new(producer, clock);
    (0..4).for_each(|number| assert!(producer.push(number).is_ok()));
    now.set(10);
    let mut consumer = Expiring::new(consumer, clock, MaxAge::new(9)).with_sink(|number: u32| {
        if number == 1 {
            go_off();
        }
    });
    assert!(goes_off(|| consumer.pop()));
    assert_eq!((consumer.expired(), consumer.len()), (2, 2));
    assert_eq!((consumer.pop(), consumer.expired()), (Err(PopError::Empty), 4));

    let mut ring = swap::HeapRing::with_overflow(1, 1, Overflow::DropOldest).unwrap();
    let (producer, mut consumer) = ring.split();
    let mut spill = Spill::new(producer, |number: u32, loss| {
        assert_eq!(loss, Loss::Evicted);
        if number == 0 {
            go_off();
        }
    });
    assert_eq!(spill.push(0), Ok(None));
    assert!(goes_off(|| spill.push(1)));
    assert_eq!(spill.push(2), Ok(Some(Loss::Evicted)));
    assert_eq!(consumer.pop(), Ok(2));

    let mut ring = spsc::HeapRing::<u32>::new(8).unwrap();
    let (mut producer, consumer) = ring.split();
    producer.push_iter(0..8);
    let (one, three) = (NonZeroU64::MIN, NonZeroUsize::new(3).unwrap());
    let mut flush = Flush::new(consumer, clock, one, three);
    assert!(goes_off(|| flush.oldest(|number| if number == 1 {
        go_off()
    })));
    assert_eq!(flush.end().len(), 6);
    now.set(11);
    let mut batch = [None; 3];
    assert!(
        catch_unwind(AssertUnwindSafe(|| flush.newest(&mut batch, |number| if number == 3 {
            go_off()
        })))
        .is_err()
    );
    assert_eq!((flush.skipped(), flush.end().len()), (2, 1));
    let mut held: Vec<u32> = batch.into_iter().flatten().collect();
    held.sort_unstable();
    assert_eq!(held, [4, 5, 6], "what was taken for the batch is in it");
}

/// Every number of items, every size of a batch, both orders.
#[test]
fn batches_have_what_is_there_and_no_more_than_was_asked_for() {
    let now = Cell::new(u64::MAX - 50);
    for inside in 0..=12_u32 {
        for most in 1..=14 {
            for room in 0..=14 {
                let mut ring = mpsc::HeapRing::new(12).unwrap();
                let (mut producer, consumer) = ring.split();
                producer.push_iter(0..inside);
                let every = NonZeroU64::new(10).unwrap();
                let mut flush = Flush::new(consumer, || now.get(), every, NonZeroUsize::new(most).unwrap());
                let mut batch = vec![Some(99); room];
                let mut older = Vec::new();
                let count = flush.newest(&mut batch, |item| older.push(item)).expect("the first one is due");
                assert_eq!(count, (inside as usize).min(most).min(room));
                let held: Vec<u32> = batch.iter().copied().flatten().collect();
                let newest: Vec<u32> = (0..inside).rev().take(count).collect();
                assert_eq!(held, newest, "{inside} {most} {room}");
                assert!(batch.iter().take(count).all(Option::is_some), "those without an item are last");
                assert!(older.iter().copied().eq(0..inside - count as u32));
                assert_eq!(flush.skipped(), older.len());

                // Not before it is due, and then nothing is touched.
                producer.push_iter(100..100 + inside);
                let before = batch.clone();
                assert_eq!((flush.newest(&mut batch, drop), flush.oldest(drop), flush.wait()), (None, None, 10));
                assert_eq!(batch, before);
                now.set(now.get().wrapping_add(9));
                assert_eq!((flush.oldest(drop), flush.wait()), (None, 1));
                now.set(now.get().wrapping_add(1));
                let mut taken = Vec::new();
                let count = flush.oldest(|item| taken.push(item)).expect("it is due");
                assert_eq!(count, (inside as usize).min(most));
                assert!(taken.iter().copied().eq((100..).take(count)));
                // The rest is the beginning of the next batch; the interval may be changed.
                flush.set_every(NonZeroU64::new(3).unwrap());
                assert_eq!(flush.wait(), 3);
                now.set(now.get().wrapping_add(1000));
                flush.set_most(NonZeroUsize::new(20).unwrap());
                assert_eq!(flush.oldest(|item| taken.push(item)), Some(inside as usize - count));
                assert!(taken.iter().copied().eq(100..100 + inside));
            }
        }
    }
}

/// A batch takes what was there when it began: items that come while it is handed out wait for the next one.
#[test]
fn a_batch_ends() {
    let mut ring = spsc::HeapRing::<u32>::new(4).unwrap();
    let (mut producer, consumer) = ring.split();
    producer.push(0).unwrap();
    let mut flush = Flush::new(consumer, || 0, NonZeroU64::MIN, NonZeroUsize::MAX);
    let count = flush.oldest(|number| producer.push(number + 1).unwrap());
    assert_eq!((count, flush.end().len()), (Some(1), 1));
}

#[test]
fn what_is_refused_is_not_spilled() {
    let mut ring = swap::HeapRing::with_overflow(1, 1, Overflow::Reject).unwrap();
    let (producer, consumer) = ring.split();
    let mut spill = Spill::new(producer, |_: u32, _| unreachable!("nothing is lost"));
    assert_eq!(spill.push(0), Ok(None));
    assert_eq!(spill.push(1), Err(PushError::Full(1)));
    drop(consumer);
    assert_eq!(spill.push(2), Err(PushError::Closed(2)));
}
