//! Models of the conflated ring: two threads, every execution, of most up to a number of preemptions. Each proves the invariant in its first line and names the orderings
//! that it holds, which are those of the two rings that it is made of: here it is how they go together that is proved.
//!
//! `RUSTFLAGS="--cfg forebay_loom" cargo test --release -p forebay-tests --test models_conflated`
//!
//! Without that configuration the same bodies run some times on real threads.
//!
//! The words in the middle are loaded and exchanged by both sides, so all of them go by steps (see
//! [`forebay_tests::model::Model::stepwise`]).
//!
//! Claims: order, answers, pressure.

use std::sync::Mutex;

use forebay_core::conflated::{Consumer, HeapRing, Producer, Ring};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::model::{Arc, Context, Plain, thread};
use forebay_tests::models;

mod pressure;

models! {
    mod model: [Some(3), stepwise];
    newest_of_each_key_in_order_of_first_change [957] &["conflated", "empty", "first", "second"];
    a_key_is_queued_once [1046] &["conflated", "again", "late"];
    push_happens_before_pop [97] &["empty", "popped"];
    the_last_of_each_key_after_the_end [7588] &["conflated", "closed", "empty"];
    dropped_once [187] &["conflated", "popped"];
    split_again [1022] &["refused", "split early", "conflated", "popped"];
}

/// Ends that live as long as the execution.
fn ends<T: 'static, const N: usize>() -> (Producer<'static, T>, Consumer<'static, T>) {
    // Leaked, as a model has no place for what outlives its threads; a few hundred bytes for each execution.
    Box::leak(Box::new(Ring::<T, N>::new())).split()
}

/// Each value is popped or comes back, for each key in order; the keys come in the order of their first change, and the last
/// value of each is not lost.
///
/// K1, K3.
fn newest_of_each_key_in_order_of_first_change(cx: &Context) {
    let (mut producer, mut consumer) = ends::<u32, 2>();
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut conflated = 0;
            for (key, value) in [(1, 10), (0, 20), (1, 30)] {
                cx.step();
                if let Some(before) = producer.push(key, value).unwrap() {
                    cx.note("conflated");
                    assert_eq!((before, key), (10, 1));
                    conflated += 1;
                }
            }
            (conflated, producer)
        }
    });
    let mut popped = Vec::new();
    for _ in 0..2 {
        cx.step();
        match consumer.pop() {
            Ok(item) => {
                cx.note(if popped.is_empty() { "first" } else { "second" });
                popped.push(item);
            }
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                cx.note("empty");
            }
        }
    }
    let (conflated, producer) = pushing.join().unwrap();
    popped.extend(std::iter::from_fn(|| consumer.pop().ok()));
    assert_eq!((producer.conflated(1), producer.conflated(0)), (Some(conflated), Some(0)));
    match conflated {
        // It was queued when it was first changed.
        1 => assert_eq!(popped, [(1, 30), (0, 20)]),
        _ => assert_eq!(popped, [(1, 10), (0, 20), (1, 30)]),
    }
    assert_eq!(consumer.pop(), Err(PopError::Empty));
}

/// A key is in the ring of keys once, so that there is room for it with one slot for each key, and each pop finds a value.
///
/// K1, K2.
fn a_key_is_queued_once(cx: &Context) {
    let (mut producer, mut consumer) = ends::<u32, 1>();
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut conflated = Vec::new();
            for value in 1..=3 {
                cx.step();
                if let Some(before) = producer.push(0, value).unwrap() {
                    cx.note("conflated");
                    conflated.push(before);
                }
                assert!(producer.len() <= 1);
            }
            (conflated, producer)
        }
    });
    let mut popped = Vec::new();
    for _ in 0..2 {
        cx.step();
        if let Ok((0, value)) = consumer.pop() {
            if !popped.is_empty() {
                cx.note("again");
            }
            popped.push(value);
        }
    }
    let (conflated, _producer) = pushing.join().unwrap();
    if let Ok((0, value)) = consumer.pop() {
        cx.note("late");
        popped.push(value);
    }
    assert_eq!(consumer.pop(), Err(PopError::Empty));
    assert!(popped.is_sorted_by(|one, next| one < next), "{popped:?}");
    assert_eq!(popped.last(), Some(&3));
    let mut all = [popped, conflated].concat();
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
}

/// Who pops a value sees what its producer did before, also where the key was queued for an earlier one.
///
/// [LW1] [LR1], and those of the ring of keys.
fn push_happens_before_pop(cx: &Context) {
    let (mut producer, mut consumer) = ends::<usize, 1>();
    let plain = Arc::new([Plain::new(0), Plain::new(0)]);
    let pushing = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            for (number, word) in plain.iter().enumerate() {
                word.set(7);
                cx.step();
                producer.push(0, number).unwrap();
            }
        }
    });
    cx.step();
    match consumer.pop() {
        Ok((0, number)) => {
            cx.note("popped");
            assert!(plain[..=number].iter().all(|word| word.get() == 7));
        }
        _ => cx.note("empty"),
    }
    pushing.join().unwrap();
}

/// After the producer has gone, the last value of each key is still delivered, and then the ring is closed.
///
/// The orderings of the ring of keys at its end.
fn the_last_of_each_key_after_the_end(cx: &Context) {
    let (mut producer, mut consumer) = ends::<u32, 2>();
    let pushing = thread::spawn({
        let cx = cx.clone();
        move || {
            for (key, value) in [(0, 1), (1, 2), (0, 3)] {
                cx.step();
                if producer.push(key, value).unwrap().is_some() {
                    cx.note("conflated");
                }
            }
            cx.step();
        }
    });
    let mut last = [0, 0];
    for _ in 0..3 {
        cx.step();
        match consumer.pop() {
            Ok((key, value)) => last[key] = value,
            Err(PopError::Empty) => cx.note("empty"),
            Err(PopError::Closed) => {
                cx.note("closed");
                assert_eq!(last, [3, 2], "closed, with a value inside");
            }
        }
    }
    pushing.join().unwrap();
    while let Ok((key, value)) = consumer.pop() {
        last[key] = value;
    }
    assert_eq!(last, [3, 2]);
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

/// Each value is dropped once: by its consumer, by its producer that got it back, or with the ring.
///
/// I1, I2 of the triple buffer.
fn dropped_once(cx: &Context) {
    let ledger = Ledger::new();
    let (mut producer, mut consumer) = HeapRing::<Tracked>::new(1).unwrap().into_ends();
    let pushing = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            for _ in 0..3 {
                cx.step();
                if producer.push(0, ledger.item()).unwrap().is_some() {
                    cx.note("conflated");
                }
            }
        }
    });
    cx.step();
    if consumer.pop().is_ok() {
        cx.note("popped");
    }
    drop(consumer);
    pushing.join().unwrap();
    ledger.settle();
}

/// Ends that are made anew find what the last ones left, by whichever threads those were dropped: which buffer is whose, and the keys
/// that have something new.
///
/// The orderings of the ring of keys at the ends of its ends, and [LW1] [LR1] before them.
fn split_again(cx: &Context) {
    let ring: &'static Ring<u32, 2> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    assert_eq!((producer.push(1, 10), producer.push(0, 20)), (Ok(None), Ok(None)));
    // Beyond the model checker's sight: it must not order anything.
    let (back, seen) = (std::sync::Arc::new(Mutex::new(None)), std::sync::Arc::new(Mutex::new(None)));
    let pushing = thread::spawn({
        let (back, cx) = (std::sync::Arc::clone(&back), cx.clone());
        move || {
            cx.step();
            *back.lock().unwrap() = producer.push(1, 30).unwrap();
        }
    });
    let popping = thread::spawn({
        let (seen, cx) = (std::sync::Arc::clone(&seen), cx.clone());
        move || {
            cx.step();
            *seen.lock().unwrap() = Some(consumer.pop().unwrap());
        }
    });
    cx.step();
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split early" } else { "refused" });
    if early.is_err() {
        pushing.join().unwrap();
        popping.join().unwrap();
    }
    let (mut producer, mut consumer) = early.unwrap_or_else(|InUse| ring.try_split().unwrap());
    let (back, seen) = (*back.lock().unwrap(), *seen.lock().unwrap());
    let left = match (back, seen) {
        (Some(10), Some((1, 30))) => [(0, 20), (1, 41)],
        (None, Some((1, 10))) => [(0, 20), (1, 41)],
        other => panic!("{other:?}"),
    };
    cx.note(if back.is_some() { "conflated" } else { "popped" });
    assert_eq!(producer.conflated(1), Some(usize::from(back.is_some())));
    assert_eq!(consumer.len(), if back.is_some() { 1 } else { 2 });
    // Each buffer of the key has its turn.
    assert_eq!(producer.push(1, 40), Ok(back.is_none().then_some(30)));
    assert_eq!(producer.push(1, 41), Ok(Some(40)));
    assert_eq!([consumer.pop(), consumer.pop()], left.map(Ok));
    assert_eq!((producer.push(1, 42), consumer.pop()), (Ok(None), Ok((1, 42))));
    assert_eq!(consumer.pop(), Err(PopError::Empty));
}
