//! Two threads that work the triple buffer as fast as they can: every value is checked, and the threads wait by yielding alone.
//!
//! They run under ThreadSanitizer too, so nothing but the buffer orders one thread after the other while they run: what they
//! share beside it are relaxed counters.
//!
//! Claims: order.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

use forebay_core::latest::{Reader, TripleBuffer, Writer};
use forebay_core::{InUse, PopError};
use forebay_tests::stress::alone;

const VALUES: u32 = 300_000;

/// A value over several cache lines, whose every word must come through.
struct Wide([u32; 40]);

impl Wide {
    const fn new(number: u32) -> Self {
        Self([number; 40])
    }

    fn number(&self) -> u32 {
        assert!(self.0.iter().all(|&word| word == self.0[0]), "a torn value: {:?}", self.0);
        self.0[0]
    }
}

/// A value that counts its drop.
struct Owner<'c> {
    number: Box<u32>,
    drops: &'c [AtomicU32],
}

impl Drop for Owner<'_> {
    fn drop(&mut self) {
        self.drops[*self.number as usize].fetch_add(1, Ordering::Relaxed);
    }
}

fn drops() -> Vec<AtomicU32> {
    (0..=VALUES).map(|_| AtomicU32::new(0)).collect()
}

/// Now and then the writer rests, so that the reader finds nothing, too.
fn rest(number: u32) {
    if number % 64 == 0 {
        thread::yield_now();
    }
}

/// Takes values by `take` until the end: they come in order, and the last one comes. Answers with how many there were.
fn read_to_the_end<T, K>(
    reader: &mut Reader<'_, T, K>,
    mut take: impl FnMut(&mut Reader<'_, T, K>) -> Result<u32, PopError>,
) -> usize {
    let (mut last, mut count) = (0, 0);
    loop {
        match take(reader) {
            Ok(number) => {
                assert!(number > last, "{number} after {last}");
                last = number;
                count += 1;
            }
            Err(PopError::Empty) => thread::yield_now(),
            Err(PopError::Closed) => break,
        }
    }
    assert_eq!(last, VALUES, "the last one is not lost");
    count
}

#[test]
fn wide_values() {
    let _alone = alone();
    let (mut writer, mut reader) = TripleBuffer::new().into_ends();
    let writing = thread::spawn(move || {
        let mut back = 0;
        for number in 1..=VALUES {
            if let Some(unread) = writer.write(Wide::new(number)) {
                assert_eq!(unread.number(), number - 1, "the one before comes back");
                back += 1;
            }
            rest(number);
        }
        back
    });
    let read = read_to_the_end(&mut reader, |reader| reader.read().map(|value| value.number()));
    let back: usize = writing.join().expect("a panic in the thread has told why");
    assert_eq!(reader.conflated(), back);
    assert_eq!(read + back, VALUES as usize);
}

#[test]
fn in_place() {
    let _alone = alone();
    let mut buffer = TripleBuffer::new();
    let (mut writer, mut reader) = buffer.split();
    let read = thread::scope(|threads| {
        threads.spawn(move || {
            for number in 1..=VALUES {
                let mut slot = writer.write_slot();
                slot.uninit().write(Wide::new(number));
                // SAFETY: written just now.
                let unread = unsafe { slot.commit() };
                assert!(unread.is_none_or(|unread| unread.number() == number - 1), "the one before comes back");
                rest(number);
            }
        });
        read_to_the_end(&mut reader, |reader| {
            let seen = reader.peek().map(Wide::number);
            let slot = reader.read_slot()?;
            let number = slot.number();
            assert!(seen.is_none_or(|seen| seen <= number));
            slot.release();
            Ok(number)
        })
    });
    drop(reader);
    assert_eq!(read + buffer.conflated(), VALUES as usize);
}

#[test]
fn values_that_are_dropped() {
    let _alone = alone();
    let drops = drops();
    let mut buffer = TripleBuffer::new();
    let (mut writer, mut reader) = buffer.split();
    thread::scope(|threads| {
        let drops = &drops;
        threads.spawn(move || {
            for number in 1..=VALUES {
                drop(writer.write(Owner { number: Box::new(number), drops }));
                rest(number);
            }
        });
        threads.spawn(move || {
            let mut last = 0;
            // It leaves before the end, with a value in its hand.
            while last < VALUES / 2 {
                if let Some(value) = reader.peek() {
                    assert!(*value.number >= last);
                    last = *value.number;
                }
                if last % 3 == 0 {
                    drop(reader.read());
                }
                thread::yield_now();
            }
        });
    });
    drop(buffer);
    assert!(drops[1..].iter().all(|drops| drops.load(Ordering::Relaxed) == 1));
}

/// Each waits for the answer of the other, so none may be missed.
#[test]
fn questions_and_answers() {
    const ROUNDS: u32 = 20_000;
    fn wait<T, K>(reader: &mut Reader<'_, T, K>) -> T {
        loop {
            match reader.read() {
                Ok(value) => return value,
                Err(PopError::Empty) => thread::yield_now(),
                Err(PopError::Closed) => panic!("the other one is gone"),
            }
        }
    }

    let _alone = alone();
    let (mut ask, mut asked) = TripleBuffer::new().into_ends();
    let (mut answer, mut answered) = TripleBuffer::new().into_ends();
    let other = thread::spawn(move || {
        for _ in 0..ROUNDS {
            let number = wait(&mut asked);
            assert_eq!(answer.write(number + 1), None);
        }
        // Until the other has got the last one.
        while !asked.is_closed() {
            thread::yield_now();
        }
    });
    for number in 0..ROUNDS {
        assert_eq!(ask.write(number), None);
        assert_eq!(wait(&mut answered), number + 1);
    }
    drop(ask);
    other.join().expect("a panic in the thread has told why");
}

/// Two threads ask for both ends again and again, and go on where the last one stopped.
#[test]
fn splitting() {
    const ROUNDS: usize = 20_000;
    let _alone = alone();
    let drops = drops();
    let buffer = TripleBuffer::<Owner<'_>>::new();
    let (won, read, back) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |mut writer: Writer<'_, _>, mut reader: Reader<'_, Owner<'_>>| {
        let number = u32::try_from(won.fetch_add(1, Ordering::Relaxed)).expect("few rounds");
        if let Some(value) = reader.peek() {
            assert_eq!(*value.number + 1, number, "the last one's value");
            if number % 2 == 0 {
                drop(reader.read());
                read.fetch_add(1, Ordering::Relaxed);
            }
        } else {
            assert_eq!(number, 0);
        }
        let unread = writer.write(Owner { number: Box::new(number), drops: &drops });
        back.fetch_add(usize::from(unread.is_some()), Ordering::Relaxed);
    };
    thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                for _ in 0..ROUNDS {
                    match buffer.try_split() {
                        Ok((writer, reader)) => work(writer, reader),
                        Err(InUse) => thread::yield_now(),
                    }
                }
            });
        }
    });
    let won = won.into_inner();
    assert!(won > ROUNDS / 10, "only {won} splits");
    assert_eq!(back.into_inner(), 0, "each value was looked at");
    let inside = won - read.into_inner() - buffer.conflated();
    assert_eq!(inside, 1 + usize::from(won % 2 == 0), "the last one, and one that was looked at before");
    drop(buffer);
    assert!(drops[..won].iter().all(|drops| drops.load(Ordering::Relaxed) == 1));
}
