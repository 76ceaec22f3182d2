//! The newest value from the interrupt to the main loop, or the other way. Each value that was written is accounted for: it was read, or
//! the writer got it back, or the reader looked at it and a newer one came.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use forebay_core::PopError;
use forebay_core::latest::{Reader, TripleBuffer, Writer};

use crate::interrupt;
use crate::item::{Account, Numbers};
use crate::random::{Random, Rests};
use crate::streams::To;

/// What came of it.
pub struct Figures {
    /// Values that were written.
    pub items: u32,
    /// How many of them were read.
    pub read: u32,
    /// How many came back to the writer, as nobody had read them.
    pub back: u32,
    /// How many the reader had looked at and not taken when a newer one came.
    pub passed: u32,
    /// How often there was nothing new.
    pub empty: u32,
    /// How often the interrupt ran.
    pub interrupts: u32,
    /// How many different instructions of the main loop were interrupted.
    pub places: u32,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, read, back, passed, empty, interrupts, places } = self;
        write!(f, "{items} items, {read} read, {back} back, {passed} passed over, {empty} empty; ")?;
        write!(f, "{interrupts} interrupts at {places} places")
    }
}

struct Source<'a> {
    next: u32,
    total: u32,
    /// How many values were written.
    done: &'a AtomicU32,
    written: Account,
    back: Account,
    rests: Rests,
    random: Random,
}

impl Source<'_> {
    /// Some writes, or nothing, as chance says. The end goes after the last one.
    fn step<T: Numbers>(&mut self, place: &mut Option<Writer<'static, T>>) {
        let Some(end) = place else { return };
        if self.rests.now(&mut self.random, 8, 16) {
            return;
        }
        for _ in 0..(1 + self.random.below(4)).min(self.total - self.next) {
            self.write(end);
        }
        if self.next == self.total {
            *place = None;
        }
    }

    fn write<T: Numbers>(&mut self, end: &mut Writer<'_, T>) {
        let number = self.next;
        let unread = if self.random.below(2) == 0 {
            end.write(T::nth(number))
        } else {
            let mut slot = end.write_slot();
            slot.uninit().write(T::nth(!number));
            // Without a commit nothing is written.
            drop(slot);
            let mut slot = end.write_slot();
            slot.uninit().write(T::nth(number));
            // SAFETY: written just now.
            unsafe { slot.commit() }
        };
        self.written.enter(0, number);
        if let Some(unread) = unread {
            assert_eq!(unread.open(), number.wrapping_sub(1), "the one that is overwritten comes back");
            self.back.enter(0, number - 1);
        }
        self.next += 1;
        // Release: pairs with the load in `Sink::look`.
        self.done.store(self.next, Ordering::Release);
    }
}

struct Sink<'a, T> {
    reader: Reader<'static, T>,
    /// No value before this one can come now.
    least: u32,
    /// The value that was looked at and not taken.
    held: Option<u32>,
    /// How many values were written.
    done: &'a AtomicU32,
    read: Account,
    passed: Account,
    empty: u32,
    rests: Rests,
    random: Random,
}

impl<T: Numbers> Sink<'_, T> {
    /// Some reads, or nothing, as chance says; `None` at the end.
    fn step(&mut self) -> Option<()> {
        if self.rests.now(&mut self.random, 16, 64) {
            return Some(());
        }
        for _ in 0..=self.random.below(4) {
            if !self.look()? {
                break;
            }
        }
        Some(())
    }

    /// Whether there was a value; `None` at the end.
    fn look(&mut self) -> Option<bool> {
        // Acquire: pairs with the store in `Source::write`. What is written by now is there, or something newer.
        let done = self.done.load(Ordering::Acquire);
        let error = match self.random.below(4) {
            0 => match self.reader.peek().map(Numbers::open) {
                Some(number) => {
                    self.hold(number, done);
                    return Some(true);
                }
                // It is asked again, as it does not say why.
                None if self.reader.is_closed() && self.reader.is_empty() => PopError::Closed,
                None => PopError::Empty,
            },
            1 => match self.reader.read_slot() {
                Ok(slot) => {
                    let number = slot.open();
                    if self.random.below(2) == 0 {
                        assert_eq!(slot.take().open(), number, "what was seen is what is taken");
                    } else {
                        slot.release();
                    }
                    self.take(number, done);
                    return Some(true);
                }
                Err(error) => error,
            },
            _ => match self.reader.read() {
                Ok(value) => {
                    self.take(value.open(), done);
                    return Some(true);
                }
                Err(error) => error,
            },
        };
        assert!(self.held.is_none() && done <= self.least, "nothing, where there is something new");
        if error == PopError::Closed {
            return None;
        }
        self.empty += 1;
        Some(false)
    }

    /// A value was seen, and is held.
    fn hold(&mut self, number: u32, done: u32) {
        assert!(number + 1 >= done, "there was a newer one");
        match self.held.replace(number) {
            Some(held) if held == number => {}
            Some(held) => {
                assert!(number > held, "an older value than before");
                self.passed.enter(0, held);
            }
            None => assert!(number >= self.least, "a value is repeated or out of turn"),
        }
    }

    /// A value was seen, and taken.
    fn take(&mut self, number: u32, done: u32) {
        self.hold(number, done);
        self.held = None;
        self.least = number + 1;
        self.read.enter(0, number);
    }
}

/// Who does not read writes `total` values.
pub fn run<T: Numbers>(buffer: &'static TripleBuffer<T>, to: To, total: u32) -> Figures {
    let Ok((writer, reader)) = buffer.try_split() else { panic!("both ends are back") };
    assert!(buffer.try_split().is_err(), "one pair at a time");
    let conflated = buffer.conflated();
    let done = AtomicU32::new(0);
    let mut source = Source {
        next: 0,
        total,
        done: &done,
        written: Account::default(),
        back: Account::default(),
        rests: Rests::default(),
        random: Random::new(total),
    };
    let mut sink = Sink {
        reader,
        least: 0,
        held: None,
        done: &done,
        read: Account::default(),
        passed: Account::default(),
        empty: 0,
        rests: Rests::default(),
        random: Random::new(!total),
    };
    let mut writer = Some(writer);
    let interrupts = to.run(|| source.step(&mut writer), || sink.step());

    assert!(sink.reader.is_empty() && sink.reader.is_closed());
    assert_eq!(sink.least, total, "the last value was read");
    // The law: what was written was read or conflated, and each value once.
    let (read, back, passed) = (sink.read, source.back, sink.passed);
    assert!(source.written == read.and(back).and(passed), "what was written came out, or back, once");
    assert_eq!(source.written.count, total);
    let conflated = buffer.conflated().wrapping_sub(conflated) as u32;
    assert_eq!(conflated, back.count + passed.count, "the buffer counts what it conflates");

    let figures = Figures {
        items: total,
        read: read.count,
        back: back.count,
        passed: passed.count,
        empty: sink.empty,
        interrupts,
        places: interrupt::take_places(),
    };
    assert!(
        figures.back > 50 && figures.passed > 50 && figures.empty > 50,
        "each side was the faster one at times: {figures}"
    );
    assert!(figures.places > 100, "the main loop was interrupted everywhere: {figures}");
    figures
}
