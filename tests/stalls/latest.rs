//! The triple buffer is wait-free: while a thread stands still before any atomic step of its operation, or an interrupt has
//! come there, the other end gets its answers, and they are the right ones. Nor is an operation longer than documented.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_latest`
//!
//! Claims: progress.

#![cfg(forebay_steps)]

use forebay_core::latest::{OwnedReader, OwnedWriter, TripleBuffer};
use forebay_core::{InUse, PopError};
use forebay_tests::ledger::{Ledger, Tracked};
use forebay_tests::stall::{self, Steps};

/// Steps at most, as documented.
const WRITE: usize = 3;
const READ: usize = 6;

/// What is inside before: a value that the reader has looked at, and a newer one.
#[derive(Clone, Copy, Debug)]
struct Inside {
    held: bool,
    fresh: bool,
}

/// The numbers of the values inside, and of the first that is written then.
const HELD: u32 = 1;
const FRESH: u32 = 2;
const NEW: u32 = 10;

impl Inside {
    fn all() -> impl Iterator<Item = Self> {
        [false, true].into_iter().flat_map(|held| [false, true].map(|fresh| Self { held, fresh }))
    }

    fn ends(self) -> (OwnedWriter<u32>, OwnedReader<u32>) {
        let (mut writer, mut reader) = TripleBuffer::new().into_ends();
        if self.held {
            assert_eq!(writer.write(HELD), None);
            assert_eq!(reader.peek(), Some(&HELD));
        }
        if self.fresh {
            assert_eq!(writer.write(FRESH), None);
        }
        (writer, reader)
    }

    fn swapped(self) -> (OwnedReader<u32>, OwnedWriter<u32>) {
        let (writer, reader) = self.ends();
        (reader, writer)
    }

    /// What a read finds.
    fn newest(self) -> Option<u32> {
        if self.fresh { Some(FRESH) } else { self.held.then_some(HELD) }
    }

    fn count(self) -> usize {
        usize::from(self.held) + usize::from(self.fresh)
    }
}

/// Reads until it is told why there is no more.
fn read_all(reader: &mut OwnedReader<u32>) -> (Vec<u32>, PopError) {
    let mut read = Vec::new();
    loop {
        let (outcome, steps) = stall::counted(|| reader.read());
        assert!(steps <= READ);
        match outcome {
            Ok(value) => read.push(value),
            Err(error) => return (read, error),
        }
        assert!(read.len() <= 10, "more than was written");
    }
}

/// Writes two values. Answers with what came back.
fn write_two(writer: &mut OwnedWriter<u32>) -> [Option<u32>; 2] {
    [NEW, NEW + 1].map(|value| {
        let (unread, steps) = stall::counted(|| writer.write(value));
        assert!(steps <= WRITE);
        unread
    })
}

#[test]
fn a_write() {
    for inside in Inside::all() {
        let steps = stall::everywhere(
            move || inside.ends(),
            |mut writer| (writer.write(NEW), writer),
            read_all,
            |(unread, mut writer), (read, why), mut reader| {
                assert_eq!(why, PopError::Empty);
                let late = reader.read().ok();
                let all: Vec<u32> = read.iter().copied().chain(late).collect();
                // Before its exchange nobody has the new value; after it, the one before is lost.
                match unread {
                    None => assert_eq!(all, inside.newest().into_iter().chain([NEW]).collect::<Vec<u32>>()),
                    Some(unread) => assert_eq!((unread, &all[..]), (FRESH, &[NEW][..])),
                }
                assert_eq!(writer.conflated(), inside.count() + 1 - all.len());
                assert_eq!(reader.read(), Err(PopError::Empty));
                assert_eq!(writer.write(NEW + 1), None);
                assert_eq!(reader.read(), Ok(NEW + 1));
            },
        );
        assert!((1..=WRITE).contains(&steps.alone) && steps.most <= WRITE, "{inside:?}: {steps:?}");
    }
}

#[test]
fn a_write_of_tracked_values() {
    for looked_at in [false, true] {
        stall::everywhere(
            move || {
                let ledger = Ledger::new();
                let (mut writer, mut reader) = TripleBuffer::<Tracked>::new().into_ends();
                assert!(writer.write(ledger.item()).is_none());
                if looked_at {
                    assert!(reader.peek().is_some());
                    assert!(writer.write(ledger.item()).is_none());
                }
                ((writer, ledger.clone()), (reader, ledger))
            },
            |(mut writer, ledger)| {
                drop(writer.write(ledger.item()));
                writer
            },
            |(reader, _)| drop(reader.read()),
            |writer, (), (reader, ledger)| {
                ledger.check();
                assert_eq!(ledger.alive(), usize::from(!reader.is_empty()));
                drop((writer, reader));
                ledger.settle();
            },
        );
    }
}

/// Stops an operation of the reader that takes the newest value.
fn read_stopped(
    inside: Inside,
    operation: impl Fn(&mut OwnedReader<u32>) -> Option<u32> + Copy + Send + Sync + 'static,
) -> Steps {
    stall::everywhere(
        move || inside.swapped(),
        move |mut reader| (operation(&mut reader), reader),
        write_two,
        |(read, mut reader), back, writer| {
            let late = reader.read().ok();
            // Either of those before, or the last that was written meanwhile, and then nothing is left.
            match late {
                None => assert_eq!(read, Some(NEW + 1)),
                Some(late) => assert_eq!((read, late), (inside.newest(), NEW + 1)),
            }
            let back: Vec<u32> = back.into_iter().flatten().collect();
            assert!(back == [NEW] || back == [FRESH, NEW], "{back:?}");
            let taken = usize::from(read.is_some()) + usize::from(late.is_some());
            assert_eq!(writer.conflated(), inside.count() + 2 - taken);
            assert!(writer.conflated() >= back.len());
            assert_eq!(reader.read(), Err(PopError::Empty));
            drop(writer);
            assert_eq!(reader.read(), Err(PopError::Closed));
        },
    )
}

#[test]
fn a_read() {
    for inside in Inside::all() {
        let steps = read_stopped(inside, |reader| reader.read().ok());
        assert!(steps.most <= READ, "{inside:?}: {steps:?}");
        let steps = read_stopped(inside, |reader| {
            let slot = reader.read_slot().ok()?;
            let value = *slot;
            slot.release();
            Some(value)
        });
        assert!(steps.most <= READ, "{inside:?}: {steps:?}");
    }
}

/// A look leaves the value where it is.
#[test]
fn a_look() {
    for inside in Inside::all() {
        let steps = stall::everywhere(
            move || inside.swapped(),
            |mut reader| (reader.peek().copied(), reader),
            write_two,
            |(seen, mut reader), back, writer| {
                assert!(seen == inside.newest() || seen == Some(NEW + 1), "{seen:?}");
                assert_eq!(reader.read(), Ok(NEW + 1));
                assert_eq!(writer.conflated(), inside.count() + 1, "all but the last");
                assert_eq!(back[1], Some(NEW));
            },
        );
        assert!(steps.most <= READ, "{inside:?}: {steps:?}");
    }
}

/// A read that is stopped while the writer writes and goes says `Closed` only if it has the last value.
#[test]
fn a_read_while_the_writer_goes() {
    for inside in Inside::all() {
        let steps = stall::everywhere(
            move || {
                let (writer, reader) = inside.ends();
                (reader, Some(writer))
            },
            |mut reader| (reader.read(), reader),
            |writer| writer.take().map(|mut writer| write_two(&mut writer)),
            |(read, mut reader), _back, _| match read {
                Ok(read) if read == NEW + 1 => assert_eq!(reader.read(), Err(PopError::Closed)),
                read => {
                    assert_eq!(read, inside.newest().ok_or(PopError::Empty));
                    assert_eq!(reader.read(), Ok(NEW + 1));
                    assert_eq!(reader.read(), Err(PopError::Closed));
                }
            },
        );
        assert!(steps.most <= READ, "{inside:?}: {steps:?}");
    }
}

#[test]
fn the_writer_goes() {
    for inside in Inside::all() {
        let steps = stall::everywhere(
            move || inside.ends(),
            drop,
            |reader| (read_all(reader), reader.is_closed()),
            |(), ((read, why), closed), mut reader| {
                assert_eq!(read, inside.newest().into_iter().collect::<Vec<u32>>());
                // One step, before which it is stopped.
                assert_eq!((why, closed), (PopError::Empty, false));
                assert_eq!(reader.read(), Err(PopError::Closed));
            },
        );
        assert_eq!(steps, Steps { alone: 1, most: 1 });
    }
}

#[test]
fn the_reader_goes() {
    for inside in Inside::all() {
        let steps = stall::everywhere(
            move || inside.swapped(),
            drop,
            |writer| (write_two(writer), writer.is_closed()),
            |(), (back, closed), mut writer| {
                assert_eq!(back, [inside.fresh.then_some(FRESH), Some(NEW)]);
                assert!(!closed);
                assert!(writer.is_closed());
                assert_eq!(writer.write(NEW), Some(NEW + 1));
            },
        );
        assert_eq!(steps, Steps { alone: 1, most: 1 });
    }
}

/// Whoever asks for the ends while somebody else is being given them is refused at once.
#[test]
fn a_shared_split() {
    let steps = stall::everywhere(
        || {
            let buffer: &'static TripleBuffer<u32> = Box::leak(Box::new(TripleBuffer::new()));
            (buffer, buffer)
        },
        |buffer| buffer.try_split(),
        |buffer| buffer.try_split(),
        |mine, theirs, buffer| {
            let got = [&mine, &theirs].map(|ends| !matches!(ends, Err(InUse)));
            // While one decides, the other is refused; so either may have them, and not both.
            assert!(got == [true, false] || got == [false, true], "{got:?}");
            let (mut writer, mut reader) = mine.or(theirs).expect("one has them");
            assert_eq!(writer.write(1), None);
            assert_eq!(reader.read(), Ok(1));
            assert!(buffer.try_split().is_err());
            drop((writer, reader));
            assert!(buffer.try_split().is_ok());
        },
    );
    assert!(steps.most <= 8, "{steps:?}");
}
