//! The specification of the triple buffer, beside every way to own one, operation by operation.
//!
//! A [`Case`] is data, so it can come from a property test as well as from a fuzzer. One thread runs it; what two
//! threads may see of each other is the business of the models.

#![allow(
    clippy::forget_non_drop,
    clippy::drop_non_drop,
    reason = "no guard needs its drop today, and none may come to need it"
)]

use std::mem;

use forebay_core::PopError;
use forebay_core::latest::{Reader, TripleBuffer, Writer};

use crate::ledger::goes_off;
use crate::payload::{Maker, Payload};

/// Who owns the memory of the buffer, and how it is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// By `split`.
    Exclusive,
    /// By `try_split`.
    Shared,
    /// By `into_ends`.
    Owned,
}

/// What is done with a buffer: operations and their arguments.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a>(pub &'a [(u8, u8)]);

impl Case<'_> {
    /// Runs the case, and panics where the buffer differs from its specification. Answers with all that could be seen.
    #[must_use]
    pub fn run<T: Payload>(&self, owner: Owner) -> Vec<u32> {
        let mut run = Run { ops: self.0, ..Run::default() };
        match owner {
            Owner::Exclusive => {
                let mut buffer = TripleBuffer::<T>::new();
                while run.goes_on() {
                    let (writer, reader) = buffer.split();
                    run.session(writer, reader, &|| None);
                    assert_eq!(buffer.conflated(), run.conflated);
                }
                // It moves with what is inside.
                drop(Box::new(buffer));
            }
            Owner::Shared => {
                run.keeps_ends = true;
                let buffer = TripleBuffer::<T>::new();
                while run.goes_on() {
                    let (writer, reader) = buffer.try_split().expect("both ends are gone");
                    run.session(writer, reader, &|| Some(buffer.try_split().is_ok()));
                    assert_eq!(buffer.conflated(), run.conflated);
                }
            }
            Owner::Owned => {
                run.keeps_ends = true;
                while run.goes_on() {
                    let (writer, reader) = TripleBuffer::<T>::new().into_ends();
                    run.session(writer, reader, &|| None);
                    run.maker.ledger().check();
                    assert_eq!(run.maker.ledger().alive(), 0, "the ends are gone, and with them the buffer");
                    // What was inside went with the ends.
                    (run.middle, run.held) = (None, None);
                    (run.written, run.read, run.conflated) = (0, 0, 0);
                }
            }
        }
        run.maker.ledger().settle();
        run.trace
    }
}

/// What a run of a case knows. All but the operations is the specification.
#[derive(Default)]
struct Run<'a> {
    ops: &'a [(u8, u8)],
    /// Whether ends must be dropped, and not forgotten.
    keeps_ends: bool,
    maker: Maker,
    trace: Vec<u32>,
    /// The newest value, if the reader hasn't got it yet.
    middle: Option<u32>,
    /// The value that the reader has looked at and not taken.
    held: Option<u32>,
    written: usize,
    read: usize,
    conflated: usize,
}

/// The two ends, while they are there.
struct Ends<'q, T, K> {
    writer: Option<Writer<'q, T, K>>,
    reader: Option<Reader<'q, T, K>>,
}

impl Run<'_> {
    fn goes_on(&self) -> bool {
        !self.ops.is_empty()
    }

    /// Operations until both ends are gone, or there are no more. `split` tries to split the buffer, where that can be tried.
    fn session<T: Payload, K>(
        &mut self,
        writer: Writer<'_, T, K>,
        reader: Reader<'_, T, K>,
        split: &dyn Fn() -> Option<bool>,
    ) {
        let mut ends = Ends { writer: Some(writer), reader: Some(reader) };
        while let Some((&(op, argument), rest)) = self.ops.split_first() {
            self.ops = rest;
            self.step(&mut ends, op, argument);
            self.look(&ends);
            if ends.writer.is_none() && ends.reader.is_none() {
                return;
            }
            assert_ne!(split(), Some(true), "split while an end is out");
        }
    }

    /// One operation.
    fn step<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, op: u8, argument: u8) {
        match op % 16 {
            0..=2 => self.write(ends),
            3 | 4 => self.write_slot(ends, argument),
            5..=7 => self.take(ends, |reader| reader.read()),
            8 | 9 => self.read_slot(ends, argument),
            10 => self.take(ends, |reader| reader.read_slot().map(|slot| slot.take())),
            11 | 12 => self.peek(ends),
            13 => self.pass_over_armed(ends),
            14 if argument % 2 == 0 => drop(ends.writer.take()),
            14 => drop(ends.reader.take()),
            _ => self.end(ends, argument),
        }
    }

    /// Lets both ends go, so that the buffer is split anew.
    fn end<T, K>(&self, ends: &mut Ends<'_, T, K>, argument: u8) {
        let (writer, reader) = (ends.writer.take(), ends.reader.take());
        match argument % 4 {
            0 if !self.keeps_ends => mem::forget((writer, reader)),
            1 if !self.keeps_ends => mem::forget(writer),
            2 if !self.keeps_ends => mem::forget(reader),
            3 => {
                drop(reader);
                drop(writer);
            }
            _ => {
                drop(writer);
                drop(reader);
            }
        }
    }

    /// Everything that the ends say, and the account of the values.
    fn look<T: Payload, K>(&mut self, ends: &Ends<'_, T, K>) {
        let inside = usize::from(self.middle.is_some()) + usize::from(self.held.is_some());
        assert_eq!(self.written, self.read + self.conflated + inside, "the specification keeps the law");
        if let Some(writer) = &ends.writer {
            assert_eq!(writer.conflated(), self.conflated);
            assert_eq!(writer.is_closed(), ends.reader.is_none());
        }
        if let Some(reader) = &ends.reader {
            assert_eq!(reader.conflated(), self.conflated);
            assert_eq!(reader.is_closed(), ends.writer.is_none());
            assert_eq!(reader.is_empty(), inside == 0);
        }
        self.maker.ledger().check();
        if self.maker.ledger().born() > 0 && (ends.writer.is_some() || ends.reader.is_some()) {
            assert_eq!(self.maker.ledger().alive(), inside);
        }
        self.trace.push(u32::try_from(self.conflated).expect("few values"));
    }

    /// Enters a value that was written, and what came back.
    fn wrote<T: Payload>(&mut self, id: u32, unread: Option<T>) {
        assert_eq!(unread.as_ref().map(T::id), self.middle, "what nobody has read comes back");
        self.conflated += usize::from(unread.is_some());
        self.written += 1;
        self.middle = Some(id);
    }

    /// Enters that the newest value is the reader's now. Answers with it.
    fn claimed(&mut self, open: bool) -> Result<u32, PopError> {
        if self.middle.is_some() {
            self.conflated += usize::from(self.held.is_some());
            self.held = self.middle.take();
        }
        self.held.ok_or(if open { PopError::Empty } else { PopError::Closed })
    }

    /// Enters that the reader has taken what it held.
    fn took(&mut self) {
        self.trace.extend(self.held.take());
        self.read += 1;
    }

    fn write<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let Some(writer) = &mut ends.writer else { return };
        let value = T::make(&mut self.maker);
        let id = value.id();
        let unread = writer.write(value);
        self.wrote(id, unread);
    }

    fn write_slot<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: u8) {
        let Some(writer) = &mut ends.writer else { return };
        let mut slot = writer.write_slot();
        match argument % 4 {
            0 => drop(slot),
            1 => mem::forget(slot),
            2 => {
                let value = T::make(&mut self.maker);
                let id = value.id();
                let unread = slot.write(value);
                self.wrote(id, unread);
            }
            _ => {
                let id = slot.uninit().write(T::make(&mut self.maker)).id();
                // SAFETY: written just now.
                let unread = unsafe { slot.commit() };
                self.wrote(id, unread);
            }
        }
    }

    fn take<T: Payload, K>(
        &mut self,
        ends: &mut Ends<'_, T, K>,
        take: impl FnOnce(&mut Reader<'_, T, K>) -> Result<T, PopError>,
    ) {
        let open = ends.writer.is_some();
        let Some(reader) = &mut ends.reader else { return };
        let expected = self.claimed(open);
        assert_eq!(take(reader).map(|value| value.id()), expected);
        if expected.is_ok() {
            self.took();
        }
    }

    fn read_slot<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>, argument: u8) {
        let open = ends.writer.is_some();
        let Some(reader) = &mut ends.reader else { return };
        let expected = self.claimed(open);
        let mut slot = match reader.read_slot() {
            Ok(slot) => slot,
            Err(error) => return assert_eq!(Err(error), expected),
        };
        assert_eq!(Ok(slot.id()), expected);
        if argument % 2 == 0 {
            // Another in its place.
            *slot = T::make(&mut self.maker);
            self.held = Some(slot.id());
        }
        match argument / 2 % 4 {
            0 => drop(slot),
            1 => mem::forget(slot),
            2 => {
                slot.release();
                self.took();
            }
            _ => {
                let armed = T::arm(&self.maker, slot.id());
                assert_eq!(goes_off(|| slot.release()), armed);
                self.took();
            }
        }
    }

    fn peek<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let open = ends.writer.is_some();
        let Some(reader) = &mut ends.reader else { return };
        let expected = self.claimed(open);
        assert_eq!(reader.peek().map(T::id), expected.ok());
    }

    /// A panic of a value that is passed over: it is gone and counted, and the newer one is still there.
    fn pass_over_armed<T: Payload, K>(&mut self, ends: &mut Ends<'_, T, K>) {
        let (Some(held), Some(_), Some(reader)) = (self.held, self.middle, &mut ends.reader) else { return };
        if T::arm(&self.maker, held) {
            assert!(goes_off(|| reader.read()));
            self.held = None;
            self.conflated += 1;
        }
    }
}
