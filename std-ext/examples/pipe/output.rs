//! Writing records in batches, and knowing how many of them the output took.

use std::io::{self, ErrorKind, Write};

/// Gathers records and writes them together.
pub(crate) struct Output {
    sink: Box<dyn Write + Send>,
    batch: Vec<u8>,
    /// Where each record of the batch ends, and of which lane it is.
    ends: Vec<(usize, usize)>,
    /// How many the output took of each lane.
    records: Vec<u64>,
    bytes: u64,
}

impl Output {
    /// A batch that has grown to this size should be flushed.
    const BATCH: usize = 64 << 10;

    pub(crate) fn new(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Box::new(sink), batch: Vec::new(), ends: Vec::new(), records: Vec::new(), bytes: 0 }
    }

    /// Adds a record of a lane to the batch. Answers whether it is time to flush.
    pub(crate) fn add(&mut self, lane: usize, record: &[u8]) -> bool {
        self.batch.extend_from_slice(record);
        self.ends.push((self.batch.len(), lane));
        if self.records.len() <= lane {
            self.records.resize(lane + 1, 0);
        }
        self.batch.len() >= Self::BATCH
    }

    /// Writes the batch. After an error, the records of which the output has not taken the last byte are still
    /// [`pending`](Self::pending).
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = loop {
            if written == self.batch.len() {
                break self.sink.flush();
            }
            match self.sink.write(&self.batch[written..]) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        let taken = self.ends.partition_point(|&(end, _)| end <= written);
        for (_, lane) in self.ends.drain(..taken) {
            self.records[lane] += 1;
        }
        self.bytes += written as u64;
        if result.is_ok() {
            self.batch.clear();
            // A giant record does not keep its memory.
            self.batch.shrink_to(2 * Self::BATCH);
        }
        result
    }

    /// How many records of a lane wait to be written.
    pub(crate) fn pending(&self, lane: usize) -> u64 {
        self.ends.iter().filter(|end| end.1 == lane).count() as u64
    }

    /// How many records of a lane the output took.
    pub(crate) fn records(&self, lane: usize) -> u64 {
        self.records.get(lane).copied().unwrap_or(0)
    }

    /// How many bytes the output took.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Takes `room` bytes, at most three at a time, and is broken then.
    #[derive(Clone)]
    struct Small {
        room: usize,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut taken = self.taken.lock().unwrap();
            let count = bytes.len().min(3).min(self.room - taken.len());
            if count == 0 {
                return Err(ErrorKind::BrokenPipe.into());
            }
            taken.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn small(room: usize) -> (Output, Arc<Mutex<Vec<u8>>>) {
        let sink = Small { room, taken: Arc::default() };
        (Output::new(sink.clone()), sink.taken)
    }

    #[test]
    fn short_writes_lose_nothing() {
        let (mut output, taken) = small(100);
        for record in [&b"one\n"[..], b"\n", b"three\n"] {
            assert!(!output.add(0, record));
        }
        assert_eq!((output.records(0), output.pending(0)), (0, 3));
        output.flush().unwrap();
        assert_eq!((output.records(0), output.bytes(), output.pending(0)), (3, 11, 0));
        assert_eq!(*taken.lock().unwrap(), b"one\n\nthree\n");
    }

    #[test]
    fn a_record_counts_with_its_last_byte() {
        for room in 0..11 {
            let (mut output, _) = small(room);
            for record in [&b"one\n"[..], b"\n", b"three\n"] {
                output.add(0, record);
            }
            assert_eq!(output.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
            let whole = [4, 5].iter().filter(|&&end| end <= room).count() as u64;
            assert_eq!((output.records(0), output.pending(0)), (whole, 3 - whole), "room for {room}");
        }
    }

    #[test]
    fn a_full_batch_says_so() {
        let (mut output, _) = small(0);
        assert!(!output.add(0, &[0; Output::BATCH - 1]));
        assert!(output.add(0, &[0]));
    }

    #[test]
    fn each_lane_has_its_count() {
        let (mut output, _) = small(8);
        for (lane, record) in [(2, &b"one\n"[..]), (0, b"\n"), (2, b"\n"), (0, b"three\n")] {
            output.add(lane, record);
        }
        output.flush().unwrap_err();
        assert_eq!([0, 1, 2].map(|lane| output.records(lane)), [1, 0, 2]);
        assert_eq!([0, 1, 2].map(|lane| output.pending(lane)), [1, 0, 0]);
    }
}
