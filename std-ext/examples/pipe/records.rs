//! Where one record ends and the next begins.

use std::io::{self, BufRead, ErrorKind};

use crate::halt::Halted;

/// Gives one record after the other.
pub(crate) trait Source {
    /// Puts the next record into `record`, in place of what was there. `false`: there are no more.
    ///
    /// May wait for as long as the input does.
    fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool>;
}

/// How the bytes of the input are cut into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A record ends with this byte, which belongs to it; the last one may lack it.
    Ended(u8),
    /// A record has this many bytes; the last one may be shorter.
    Block(usize),
}

impl Framing {
    /// Moves bytes of `input` to the end of `record`, no further than to the end of the record. Answers with how many
    /// bytes it moved, and whether the record is complete.
    fn take(self, mut input: &[u8], record: &mut Vec<u8>) -> io::Result<(usize, bool)> {
        match self {
            Self::Ended(end) => {
                let moved = input.read_until(end, record)?;
                Ok((moved, record.last() == Some(&end)))
            }
            Self::Block(size) => {
                let moved = input.len().min(size - record.len());
                record.extend_from_slice(&input[..moved]);
                Ok((moved, record.len() == size))
            }
        }
    }
}

/// The records of an input.
///
/// A record may be longer than any buffer on its way; it is held in memory as a whole, and so `longest` bounds it. Put
/// together, the records are the input, byte for byte.
pub(crate) struct Records<R> {
    input: R,
    framing: Framing,
    longest: usize,
    count: u64,
    /// Records of other inputs may follow the last one.
    merged: bool,
    /// What the input ended with, not reported yet.
    end: Option<io::Result<()>>,
}

impl<R: BufRead> Records<R> {
    pub(crate) const fn new(input: R, framing: Framing, longest: usize) -> Self {
        Self { input, framing, longest, count: 0, merged: false, end: None }
    }

    /// The same among records of other inputs. So that the next one can be told from it, the last record gets its end if it
    /// lacks it; a last block that is short is an error.
    pub(crate) fn merged(self) -> Self {
        Self { merged: true, ..self }
    }
}

impl<R: BufRead> Source for Records<R> {
    fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        record.clear();
        while self.end.is_none() {
            let input = match self.input.fill_buf() {
                Ok(input) => input,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if Halted::is_cause_of(&error) => {
                    // The rest of it will never be read.
                    record.clear();
                    self.end = Some(Ok(()));
                    break;
                }
                Err(error) => {
                    self.end = Some(Err(error));
                    break;
                }
            };
            if input.is_empty() {
                self.end = Some(Ok(()));
                break;
            }
            let (moved, complete) = self.framing.take(input, record)?;
            self.input.consume(moved);
            if record.len() > self.longest {
                let what = format!("record {} is longer than {} bytes (--max-record)", self.count + 1, self.longest);
                return Err(io::Error::new(ErrorKind::InvalidData, what));
            }
            if complete {
                self.count += 1;
                return Ok(true);
            }
        }
        // What came before the end is a record too, and goes first.
        if !record.is_empty() {
            self.count += 1;
            match self.framing {
                Framing::Ended(end) if self.merged => record.push(end),
                Framing::Block(size) if self.merged => {
                    let what = format!("the last block has {} of {size} bytes, and others may follow", record.len());
                    return Err(io::Error::new(ErrorKind::InvalidData, what));
                }
                Framing::Ended(_) | Framing::Block(_) => {}
            }
            return Ok(true);
        }
        // Asked again, it stays ended: a terminal would go on after its end of file.
        self.end.replace(Ok(())).unwrap_or(Ok(())).map(|()| false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;

    /// The records of an input that is read through a buffer of `buffer` bytes.
    fn cut(input: impl Read, buffer: usize, framing: Framing, longest: usize) -> (Vec<Vec<u8>>, io::Result<bool>) {
        let mut records = Records::new(BufReader::with_capacity(buffer, input), framing, longest);
        let mut all = Vec::new();
        let mut record = b"left over".to_vec();
        loop {
            match records.next(&mut record) {
                Ok(true) => all.push(record.clone()),
                end => return (all, end),
            }
        }
    }

    #[test]
    fn lines_keep_their_ends_and_the_last_may_lack_it() {
        for buffer in 1..10 {
            let (records, end) = cut(&b"one\n\ntwo\nlast"[..], buffer, Framing::Ended(b'\n'), 5);
            assert_eq!(records, [&b"one\n"[..], b"\n", b"two\n", b"last"]);
            assert!(!end.unwrap());
        }
    }

    #[test]
    fn the_last_block_may_be_short() {
        for buffer in 1..10 {
            let (records, end) = cut(&b"abcdefgh"[..], buffer, Framing::Block(3), usize::MAX);
            assert_eq!(records, [&b"abc"[..], b"def", b"gh"]);
            assert!(!end.unwrap());
        }
    }

    #[test]
    fn nothing_has_no_records() {
        for framing in [Framing::Ended(0), Framing::Block(1)] {
            let (records, end) = cut(&b""[..], 8, framing, 1);
            assert!(records.is_empty());
            assert!(!end.unwrap());
        }
    }

    #[test]
    fn among_others_the_last_record_has_its_end() {
        let mut records = Records::new(&b"one\ntwo"[..], Framing::Ended(b'\n'), 5).merged();
        let mut record = Vec::new();
        assert!(records.next(&mut record).unwrap() && record == b"one\n");
        assert!(records.next(&mut record).unwrap() && record == b"two\n");
        assert!(!records.next(&mut record).unwrap());
        let mut blocks = Records::new(&b"one+two"[..], Framing::Block(4), usize::MAX).merged();
        assert!(blocks.next(&mut record).unwrap() && record == b"one+");
        let error = blocks.next(&mut record).unwrap_err();
        assert_eq!(error.to_string(), "the last block has 3 of 4 bytes, and others may follow");
    }

    #[test]
    fn a_record_may_have_the_greatest_length_and_no_more() {
        for buffer in 1..10 {
            let (records, end) = cut(&b"1234\n12345\n"[..], buffer, Framing::Ended(b'\n'), 5);
            assert_eq!(records, [b"1234\n"]);
            let error = end.unwrap_err();
            assert_eq!(error.to_string(), "record 2 is longer than 5 bytes (--max-record)");
        }
    }

    #[test]
    fn what_was_read_before_an_error_comes_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let (records, end) = cut(b"one\ntw".chain(Broken), 4, Framing::Ended(b'\n'), 100);
        assert_eq!(records, [&b"one\n"[..], b"tw"]);
        assert_eq!(end.unwrap_err().to_string(), "broken");
    }

    #[test]
    fn a_record_that_is_cut_by_the_end_of_the_relay_is_none() {
        struct Halts;
        impl Read for Halts {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other(Halted))
            }
        }
        for framing in [Framing::Ended(b'\n'), Framing::Block(4)] {
            let (records, end) = cut(b"one\ntwo\nth".chain(Halts), 64, framing, 100);
            assert_eq!(records, [b"one\n", b"two\n"]);
            assert!(!end.unwrap());
        }
    }

    #[test]
    fn an_interrupted_read_is_repeated() {
        struct Interrupted(bool);
        impl Read for Interrupted {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                if self.0 {
                    Ok(0)
                } else {
                    self.0 = true;
                    Err(ErrorKind::Interrupted.into())
                }
            }
        }
        let (records, end) = cut(b"a".chain(Interrupted(false)).chain(&b"b\n"[..]), 4, Framing::Ended(b'\n'), 100);
        assert_eq!(records, [b"ab\n"]);
        assert!(!end.unwrap());
    }
}
