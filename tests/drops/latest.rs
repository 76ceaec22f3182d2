//! Every value is dropped exactly once: whatever was inside, whatever panics, whatever is forgotten, and in whatever order the
//! ends go.
//!
//! Claims: drops.

#![allow(
    clippy::forget_non_drop,
    clippy::drop_non_drop,
    reason = "no guard needs its drop today, and none may come to need it"
)]

use std::cell::{Cell, RefCell};
use std::mem;
use std::rc::Rc;

use forebay_core::latest::{OwnedWriter, Reader, TripleBuffer, Writer};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{Ledger, Tracked, goes_off};
use forebay_tests::owners::end;

/// Hands the ends of every kind of owner to an action, after `turns` values went through, and drops the buffer after it. An
/// armed value that was left inside must have gone off then, and all values must have been dropped once.
macro_rules! on_every_owner {
    ($action:expr) => {
        for turns in 0..4 {
            let ledger = Ledger::new();
            let mut buffer = TripleBuffer::new();
            let (writer, reader) = turned(&ledger, buffer.split(), turns);
            ($action)(&ledger, writer, reader);
            end(&ledger, buffer);

            let ledger = Ledger::new();
            let buffer = TripleBuffer::new();
            let ends = buffer.try_split().expect("no end is out");
            let (writer, reader) = turned(&ledger, ends, turns);
            ($action)(&ledger, writer, reader);
            end(&ledger, buffer);

            // The last end takes the buffer with it.
            let ledger = Ledger::new();
            let (writer, reader) = turned(&ledger, TripleBuffer::new().into_ends(), turns);
            goes_off(|| ($action)(&ledger, writer, reader));
            ledger.settle();
        }
    };
}

type Ends<'q, K> = (Writer<'q, Tracked, K>, Reader<'q, Tracked, K>);

/// So that each of the buffers is in the middle in turn.
fn turned<'q, K>(ledger: &Ledger, (mut writer, mut reader): Ends<'q, K>, turns: usize) -> Ends<'q, K> {
    for _ in 0..turns {
        assert!(writer.write(ledger.item()).is_none());
        assert!(reader.read().is_ok());
    }
    assert_eq!(ledger.alive(), 0);
    (writer, reader)
}

/// Writes a value that the reader holds, and a newer one, each if asked for. Answers with their numbers.
fn fill<K>(
    ledger: &Ledger,
    (writer, reader): (&mut Writer<'_, Tracked, K>, &mut Reader<'_, Tracked, K>),
    held: bool,
    fresh: bool,
) -> Vec<u32> {
    let mut ids = Vec::new();
    for looked_at in
        [(held, true), (fresh, false)].into_iter().filter(|&(wanted, _)| wanted).map(|(_, looked_at)| looked_at)
    {
        let item = ledger.item();
        ids.push(item.id());
        assert!(writer.write(item).is_none());
        assert!(!looked_at || reader.peek().is_some());
    }
    ids
}

const BOTH: [bool; 2] = [false, true];

#[test]
fn ends_go_in_either_order() {
    for (held, fresh) in BOTH.into_iter().flat_map(|held| BOTH.map(|fresh| (held, fresh))) {
        on_every_owner!(|ledger: &Ledger, mut writer: Writer<_, _>, mut reader: Reader<_, _>| {
            let ids = fill(ledger, (&mut writer, &mut reader), held, fresh);
            drop(writer);
            assert!(reader.is_closed());
            assert_eq!(ledger.alive(), ids.len());
            assert_eq!(reader.read().map(|value| value.id()).ok(), ids.last().copied());
            assert_eq!(reader.read().err(), Some(PopError::Closed));
            assert_eq!(ledger.alive(), 0, "the one that was passed over is gone too");
        });
        on_every_owner!(|ledger: &Ledger, mut writer: Writer<_, _>, mut reader: Reader<_, _>| {
            let ids = fill(ledger, (&mut writer, &mut reader), held, fresh);
            drop(reader);
            assert!(writer.is_closed());
            assert_eq!(writer.write(ledger.item()).map(|value| value.id()), ids.last().copied().filter(|_| fresh));
            assert_eq!(
                ledger.alive(),
                1 + usize::from(held),
                "they wait for another split, or for the end of the buffer"
            );
        });
    }
}

#[test]
fn a_value_that_is_left_inside_goes_off_at_the_end() {
    for which in 0..2 {
        on_every_owner!(|ledger: &Ledger, mut writer: Writer<_, _>, mut reader: Reader<_, _>| {
            let ids = fill(ledger, (&mut writer, &mut reader), true, true);
            ledger.arm(ids[which]);
        });
    }
}

#[test]
fn a_value_goes_off_when_it_is_passed_over() {
    on_every_owner!(|ledger: &Ledger, mut writer: Writer<_, _>, mut reader: Reader<_, _>| {
        let ids = fill(ledger, (&mut writer, &mut reader), true, true);
        ledger.arm(ids[0]);
        assert!(goes_off(|| reader.read()));
        assert_eq!((reader.conflated(), ledger.alive()), (1, 1));
        assert_eq!(reader.peek().map(Tracked::id), Some(ids[1]), "the newer one is still there");
        ledger.arm(ids[1]);
        assert!(goes_off(|| reader.read_slot().expect("there is a value").release()));
        assert_eq!(reader.read().err(), Some(PopError::Empty));
        assert!(writer.write(ledger.item()).is_none());
        assert!(reader.read().is_ok());
    });
}

#[test]
fn guards_that_are_forgotten() {
    on_every_owner!(|ledger: &Ledger, mut writer: Writer<_, _>, mut reader: Reader<_, _>| {
        mem::forget(writer.write_slot());
        let mut slot = writer.write_slot();
        slot.uninit().write(ledger.item());
        mem::forget(slot);
        assert!(reader.is_empty(), "it was not committed, and is its writer's to drop");
        let mut slot = writer.write_slot();
        // SAFETY: this memory was written above, nobody has touched it since, and the value is read once.
        drop(unsafe { slot.uninit().assume_init_read() });
        assert!(writer.write(ledger.item()).is_none());
        let id = reader.peek().map(Tracked::id);
        mem::forget(reader.read_slot().expect("there is a value"));
        assert_eq!(reader.read().map(|value| value.id()).ok(), id);
    });
}

#[test]
fn ends_that_are_forgotten() {
    let ledger = Ledger::new();
    let mut buffer = TripleBuffer::new();
    for round in 0..12 {
        let (mut writer, mut reader) = buffer.split();
        // What the last reader held is this one's.
        assert_eq!(reader.peek().is_some(), round > 0);
        assert!(writer.write(ledger.item()).is_none());
        assert!(round % 3 == 0 || reader.peek().is_some());
        assert_eq!(ledger.alive(), if round > 0 && round % 3 == 0 { 2 } else { 1 });
        mem::forget((writer, reader));
    }
    assert_eq!(buffer.try_split().err(), Some(InUse), "they are out for ever");
    assert_eq!(buffer.conflated(), 11);
    drop(buffer);
    ledger.settle();
}

#[test]
fn it_moves_with_what_is_inside() {
    let ledger = Ledger::new();
    let mut buffer = TripleBuffer::new();
    {
        let (mut writer, mut reader) = buffer.split();
        fill(&ledger, (&mut writer, &mut reader), true, true);
    }
    let mut boxed = Box::new(buffer);
    assert!(boxed.split().0.write(ledger.item()).is_some_and(|value| value.id() == 1));
    let (writer, mut reader) = boxed.into_ends();
    assert_eq!(reader.read().map(|value| value.id()), Ok(2));
    assert_eq!(reader.conflated(), 2);
    drop(reader);
    drop(writer);
    ledger.settle();
}

/// A value whose drop writes another into the buffer that it came from.
struct Writes {
    number: u32,
    writer: Rc<RefCell<Option<OwnedWriter<Writes>>>>,
}

impl Drop for Writes {
    fn drop(&mut self) {
        // One that comes back from such a write must not try again in its own drop.
        let Ok(mut writer) = self.writer.try_borrow_mut() else { return };
        if let Some(writer) = &mut *writer {
            let _ = writer.write(Self { number: self.number + 100, writer: Rc::clone(&self.writer) });
        }
    }
}

#[test]
fn drops_that_write() {
    let (writer, mut reader) = TripleBuffer::new().into_ends();
    let desk = Rc::new(RefCell::new(Some(writer)));
    let write = |number| {
        let value = Writes { number, writer: Rc::clone(&desk) };
        let unread = desk.borrow_mut().as_mut().expect("not gone yet").write(value);
        unread.map(|value| value.number)
    };
    assert_eq!(write(1), None);
    assert_eq!(reader.peek().map(|value| value.number), Some(1));
    assert_eq!(write(2), None);
    // The first is passed over, and overwrites the second: the read gets what is the newest by then.
    assert_eq!(reader.peek().map(|value| value.number), Some(101));
    assert_eq!(reader.conflated(), 2);
    reader.read_slot().expect("there is a value").release();
    assert_eq!(reader.read().ok().map(|value| value.number), Some(201));
    // That one was dropped here.
    assert_eq!(reader.peek().map(|value| value.number), Some(301));
    drop(desk.borrow_mut().take());
    drop(reader);
    assert_eq!(Rc::strong_count(&desk), 1, "all values are gone");
}

/// A value that has the writer of its own buffer.
struct Last(#[expect(dead_code, reason = "held for its drop")] Option<OwnedWriter<Last>>);

#[test]
fn an_end_that_goes_with_a_value() {
    let (mut writer, mut reader) = TripleBuffer::new().into_ends();
    writer.write(Last(None));
    let (mut others, mut other) = TripleBuffer::new().into_ends();
    others.write(Last(Some(writer)));
    assert!(!reader.is_closed());
    drop(other.read());
    assert!(reader.is_closed(), "the writer went with the value");
    assert!(reader.read().is_ok());
    assert_eq!(reader.read().err(), Some(PopError::Closed));
}

#[test]
fn values_without_size() {
    thread_local! {
        static DROPS: Cell<usize> = const { Cell::new(0) };
    }

    struct Counted;

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }

    let mut buffer = TripleBuffer::new();
    let (mut writer, mut reader) = buffer.split();
    assert!(writer.write(Counted).is_none());
    assert!(writer.write(Counted).is_some());
    assert!(reader.peek().is_some());
    assert!(writer.write(Counted).is_none());
    assert_eq!(DROPS.get(), 1);
    drop(reader.read());
    assert_eq!(DROPS.get(), 3);
    assert!(writer.write(Counted).is_none());
    drop((writer, reader));
    drop(buffer);
    assert_eq!(DROPS.get(), 4);
}
