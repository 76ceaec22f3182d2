//! A reader: from a source into the ring.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use forebay::spsc::OwnedConsumer;
use forebay::{PushError, Pushed};

use crate::ends::{Closed, Sender};
use crate::ledger::Books;
use crate::records::Source;
use crate::spares::is_spare;

/// Reads a source and puts its records into the ring.
pub(crate) struct Reader {
    pub(crate) number: usize,
    pub(crate) records: Sender<Vec<u8>>,
    pub(crate) spares: OwnedConsumer<Vec<u8>>,
    pub(crate) books: Arc<Books>,
}

impl Reader {
    /// Reads until the source ends or nobody takes records any more.
    pub(crate) async fn run(mut self, mut source: impl Source) -> io::Result<()> {
        let mut spare = None::<Vec<u8>>;
        loop {
            let mut record = spare.take().filter(is_spare).or_else(|| self.spares.pop().ok()).unwrap_or_default();
            if !source.next(&mut record)? {
                return Ok(());
            }
            match self.offer(record).await {
                Ok(back) => spare = back,
                Err(Closed) => return Ok(()),
            }
        }
    }

    /// Puts a record into the ring, and waits for room as long as the policy says. What was lost for it, or it itself if it was
    /// lost, comes back.
    async fn offer(&mut self, mut record: Vec<u8>) -> Result<Option<Vec<u8>>, Closed> {
        loop {
            record = match self.try_offer(record)? {
                Ok(back) => return Ok(back),
                Err(record) => record,
            };
            self.records.room().await;
            self.books.intake(self.number).release(Instant::now());
        }
    }

    /// The same without waiting. The record comes back as an error if it has to wait.
    fn try_offer(&mut self, record: Vec<u8>) -> Result<Result<Option<Vec<u8>>, Vec<u8>>, Closed> {
        let mut intake = self.books.intake(self.number);
        if intake.closed {
            return Err(Closed);
        }
        let back = match self.records.try_send(record) {
            Ok(Pushed::Stored) => None,
            Ok(Pushed::Evicted(older)) => {
                intake.replaced += 1;
                Some(older)
            }
            Err(PushError::Shed(back)) => {
                // It is the sample that has kept it out, or the ring.
                if self.records.sampled() == intake.sampled as usize {
                    intake.shed += 1;
                } else {
                    intake.sampled += 1;
                }
                Some(back)
            }
            Err(PushError::Full(back)) => {
                intake.hold(Instant::now());
                return Ok(Err(back));
            }
            Err(PushError::Closed(_)) => return Err(Closed),
        };
        intake.offered += 1;
        Ok(Ok(back))
    }
}
