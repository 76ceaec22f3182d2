//! Values: the newest, in order, none lost, none twice, none torn.

use super::*;

models! {
    mod model: [Some(3), stepwise];
    newest_in_order [11582] &["conflated", "empty", "read"];
    write_happens_before_read [72] &["empty", "read"];
    given_back_before_it_is_written [306] &["conflated", "read", "empty"];
    in_place [932] &["passed over", "held", "taken", "empty"];
    dropped_once [2240] &["conflated", "passed over", "released"];
}

/// Each value is read, in order, or comes back to the writer, and is counted; the last one is not lost.
///
/// [LW1] [LR1], both ways: the buffers of both sides' values, there and back.
fn newest_in_order(cx: &Context) {
    let (mut writer, mut reader) = ends();
    let writing = thread::spawn({
        let cx = cx.clone();
        move || (write_numbers(&mut writer, 4, &cx), writer)
    });
    let mut read = Vec::new();
    for _ in 0..3 {
        cx.step();
        let before = reader.is_empty();
        match reader.read() {
            Ok(number) => {
                cx.note("read");
                read.push(number);
            }
            Err(error) => {
                assert_eq!(error, PopError::Empty);
                assert!(before, "what is there stays there until it is read");
                cx.note("empty");
            }
        }
    }
    let (conflated, writer) = writing.join().unwrap();
    assert_eq!((writer.conflated(), reader.conflated()), (conflated.len(), conflated.len()));
    read.extend(reader.read());
    assert_eq!(reader.read(), Err(PopError::Empty));
    assert!(read.is_sorted_by(|one, next| one < next), "{read:?}");
    assert_eq!(read.last(), Some(&4));
    let mut all = [read, conflated].concat();
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4]);
}

/// Who reads a value sees what its writer did before.
///
/// [LW1] [LR1].
fn write_happens_before_read(cx: &Context) {
    let (mut writer, mut reader) = ends();
    let plain = Arc::new([Plain::new(0), Plain::new(0)]);
    let writing = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            for (number, word) in plain.iter().enumerate() {
                word.set(7);
                cx.step();
                writer.write(number);
            }
        }
    });
    cx.step();
    match reader.read() {
        Ok(number) => {
            cx.note("read");
            assert!(plain[..=number].iter().all(|word| word.get() == 7));
        }
        Err(_) => cx.note("empty"),
    }
    writing.join().unwrap();
}

/// A buffer that the reader gives back is written to when the reader has done with it. It takes two reads to give one back that the
/// reader has touched, and four writes to touch that.
///
/// [LR1] [LW1], the way back.
fn given_back_before_it_is_written(cx: &Context) {
    let (mut writer, mut reader) = ends();
    assert_eq!(writer.write(1), None);
    let reading = thread::spawn({
        let cx = cx.clone();
        move || {
            for _ in 0..2 {
                cx.step();
                cx.note(if reader.read().is_ok() { "read" } else { "empty" });
            }
            reader
        }
    });
    for number in 2..=4 {
        cx.step();
        if writer.write(number).is_some() {
            cx.note("conflated");
        }
    }
    let mut reader = reading.join().unwrap();
    assert!(matches!(reader.read(), Ok(4) | Err(PopError::Empty)));
}

/// Values written and read in place are as whole; what the reader has looked at stays its own until it goes on to a newer one.
///
/// [LW1] [LR1].
fn in_place(cx: &Context) {
    struct Value {
        number: u32,
        seen: bool,
    }

    let (mut writer, mut reader) = ends();
    let writing = thread::spawn({
        let cx = cx.clone();
        move || {
            let mut conflated = 0;
            for number in 1..=3 {
                // Not committed: nobody must see it.
                writer.write_slot().uninit().write(Value { number: u32::MAX, seen: true });
                cx.step();
                let mut slot = writer.write_slot();
                slot.uninit().write(Value { number, seen: false });
                // SAFETY: written just now.
                conflated += usize::from(unsafe { slot.commit() }.is_some());
            }
            (conflated, writer)
        }
    });
    let (mut last, mut held, mut passed_over, mut taken) = (0, false, 0, 0);
    for turn in 0..3 {
        cx.step();
        let Ok(mut slot) = reader.read_slot() else {
            assert!(!held, "what is held stays");
            cx.note("empty");
            continue;
        };
        if held && slot.number == last {
            assert!(slot.seen, "as it was left");
            cx.note("held");
        } else {
            assert!(slot.number > last && !slot.seen);
            if held {
                cx.note("passed over");
                passed_over += 1;
            }
        }
        slot.seen = true;
        last = slot.number;
        held = turn != 1;
        if !held {
            cx.note("taken");
            assert_eq!(slot.take().number, last);
            taken += 1;
        }
    }
    let (conflated, writer) = writing.join().unwrap();
    passed_over += usize::from(held && reader.peek().is_some_and(|value| value.number != last));
    assert_eq!(writer.conflated(), conflated + passed_over);
    assert_eq!(3, conflated + passed_over + taken + usize::from(reader.read().is_ok()));
    assert_eq!(reader.read().err(), Some(PopError::Empty));
}

/// Each value is dropped once: by its reader, by its writer that got it back, in place when it is passed over, or at the end.
///
/// [LW1] [LR1].
fn dropped_once(cx: &Context) {
    let ledger = Ledger::new();
    let (mut writer, mut reader) = TripleBuffer::<Tracked>::new().into_ends();
    let writing = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            for _ in 0..3 {
                cx.step();
                if writer.write(ledger.item()).is_some() {
                    cx.note("conflated");
                }
            }
        }
    });
    let mut held = None;
    for _ in 0..2 {
        cx.step();
        let seen = reader.peek().map(Tracked::id);
        if let Some(id) = held.filter(|_| seen != held) {
            cx.note("passed over");
            assert!(ledger.is_dropped(id));
        }
        held = seen;
    }
    cx.step();
    if let Ok(slot) = reader.read_slot() {
        cx.note("released");
        slot.release();
    }
    drop(reader);
    writing.join().unwrap();
    ledger.settle();
}
