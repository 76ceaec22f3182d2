//! A reader: from a source into the ring.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use forebay::spsc::OwnedConsumer;
use forebay::{PushError, Pushed};

use crate::ledger::Books;
use crate::records::Source;
use crate::spares::is_spare;
use crate::wait::{Closed, Sender};

/// Reads a source and puts its records into the ring.
pub(crate) struct Reader {
    pub(crate) number: usize,
    pub(crate) records: Sender<Vec<u8>>,
    pub(crate) spares: OwnedConsumer<Vec<u8>>,
    pub(crate) books: Arc<Books>,
}

impl Reader {
    /// Reads until the source ends or nobody takes records any more.
    pub(crate) fn run(mut self, mut source: impl Source) -> io::Result<()> {
        let mut spare = None::<Vec<u8>>;
        loop {
            let mut record = spare.take().filter(is_spare).or_else(|| self.spares.pop().ok()).unwrap_or_default();
            if !source.next(&mut record)? {
                return Ok(());
            }
            match self.offer(record) {
                Ok(back) => spare = back,
                Err(Closed) => return Ok(()),
            }
        }
    }

    /// Puts a record into the ring. What was lost for it, or it itself if it was lost, comes back.
    fn offer(&mut self, mut record: Vec<u8>) -> Result<Option<Vec<u8>>, Closed> {
        loop {
            let mut intake = self.books.intake(self.number);
            if intake.closed {
                return Err(Closed);
            }
            record = match self.records.try_send(record) {
                Ok(Pushed::Stored) => {
                    intake.offered += 1;
                    return Ok(None);
                }
                Ok(Pushed::Evicted(older)) => {
                    intake.offered += 1;
                    intake.replaced += 1;
                    return Ok(Some(older));
                }
                Err(PushError::Shed(back)) => {
                    intake.offered += 1;
                    // It is the sample that has kept it out, or the ring.
                    if self.records.sampled() == intake.sampled as usize {
                        intake.shed += 1;
                    } else {
                        intake.sampled += 1;
                    }
                    return Ok(Some(back));
                }
                Err(PushError::Full(back)) => back,
                Err(PushError::Closed(_)) => return Err(Closed),
            };
            intake.hold(Instant::now());
            drop(intake);
            self.records.wait_for_room()?;
            self.books.intake(self.number).release(Instant::now());
        }
    }
}
