//! Owners: who gets the ends of a shared buffer, what they find, and when an owned one is dropped.

use std::sync::Mutex;

use super::*;

models! {
    mod model: [Some(3), stepwise];
    one_pair_of_ends [150] &["won", "refused"];
    split_again [1708] &["refused", "split early"];
    dropped_by_the_last_end [10] &[];
}

/// A shared buffer hands out one pair of ends at a time, and to one of those who ask.
///
/// [K1] [K2] between two who ask at once, [LO1] [LW2] and [LO2] [LR3] after the ends of the first are gone.
fn one_pair_of_ends(cx: &Context) {
    let buffer: &'static TripleBuffer<u32> = Box::leak(Box::new(TripleBuffer::new()));
    // The model checker learns of the buffer while one thread has it.
    drop(buffer.try_split().unwrap());
    // Beyond the model checker's sight: it must not order anything.
    let out = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let ask = {
        let (cx, out) = (cx.clone(), std::sync::Arc::clone(&out));
        move |number| {
            cx.step();
            match buffer.try_split() {
                Ok((mut writer, mut reader)) => {
                    cx.note("won");
                    assert_eq!(out.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "two pairs of ends");
                    assert!(buffer.try_split().is_err());
                    writer.write(number);
                    assert_eq!(reader.read(), Ok(number));
                    out.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    true
                }
                Err(InUse) => {
                    cx.note("refused");
                    false
                }
            }
        }
    };
    let other = thread::spawn({
        let ask = ask.clone();
        move || ask(1)
    });
    let won = ask(2);
    let lost = !other.join().unwrap();
    assert!(won || !lost, "nobody got the ends");
    assert!(buffer.try_split().is_ok());
}

/// Ends that are made anew find what the last ones left, in the middle and in the reader's hand, whichever threads those
/// were dropped in.
///
/// [LW2] [LO1] and [LR3] [LO2].
fn split_again(cx: &Context) {
    let buffer: &'static TripleBuffer<u32> = Box::leak(Box::new(TripleBuffer::new()));
    let (mut writer, mut reader) = buffer.try_split().unwrap();
    writer.write(1);
    // Beyond the model checker's sight: it must not order anything.
    let (conflated, seen) = (std::sync::Arc::new(Mutex::new(0)), std::sync::Arc::new(Mutex::new(0)));
    let writing = thread::spawn({
        let (conflated, cx) = (std::sync::Arc::clone(&conflated), cx.clone());
        move || {
            cx.step();
            *conflated.lock().unwrap() += usize::from(writer.write(2).is_some());
        }
    });
    let reading = thread::spawn({
        let (seen, cx) = (std::sync::Arc::clone(&seen), cx.clone());
        move || {
            cx.step();
            *seen.lock().unwrap() = *reader.peek().unwrap();
        }
    });
    cx.step();
    let early = buffer.try_split();
    cx.note(if early.is_ok() { "split early" } else { "refused" });
    if early.is_err() {
        writing.join().unwrap();
        reading.join().unwrap();
    }
    let (mut writer, mut reader) = early.unwrap_or_else(|InUse| buffer.try_split().unwrap());
    let (conflated, seen) = (*conflated.lock().unwrap(), *seen.lock().unwrap());
    assert_eq!(writer.conflated(), conflated);
    // The first is still in the last reader's hand, unless it was overtaken before.
    assert_eq!(conflated == 0, seen == 1);
    assert_eq!(reader.read(), Ok(2));
    assert_eq!(reader.read(), Err(PopError::Empty));
    for number in 3..6 {
        assert_eq!(writer.write(number), None);
        assert_eq!(reader.peek(), Some(&number));
    }
    assert_eq!(reader.conflated(), 3, "the first, and two that were looked at and not taken");
}

/// The last of two ends that own their buffer drops it, with what is inside, in the middle and in the reader's hand.
///
/// The orderings of the reference count.
fn dropped_by_the_last_end(cx: &Context) {
    let ledger = Ledger::new();
    let (mut writer, mut reader) = TripleBuffer::new().into_ends();
    writer.write(ledger.item());
    assert!(reader.peek().is_some());
    let writing = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            cx.step();
            writer.write(ledger.item());
            drop(writer);
        }
    });
    cx.step();
    drop(reader);
    writing.join().unwrap();
    assert_eq!(ledger.born(), 2);
    ledger.settle();
}
