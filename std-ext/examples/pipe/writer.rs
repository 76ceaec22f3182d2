//! The writer: from the ring to the output.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use forebay::PopError;
use forebay::spsc::OwnedProducer;

use crate::ends::{Receiver, Taken};
use crate::executor::{Executor, block};
use crate::halt::Listener;
use crate::ledger::Books;
use crate::output::Output;
use crate::pace::Pacer;
use crate::relay::End;
use crate::spares::is_spare;

/// Takes records out of the ring and writes them.
pub(crate) struct Writer {
    pub(crate) records: Receiver<Vec<u8>>,
    /// Of each reader, the next one to get some in front.
    pub(crate) spares: VecDeque<OwnedProducer<Vec<u8>>>,
    pub(crate) output: Output,
    pub(crate) drain_interval: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) executor: Executor,
    pub(crate) listener: Listener,
    pub(crate) books: Arc<Books>,
}

impl Writer {
    /// Writes until the ring is closed and empty, time is up, or the output takes no more.
    pub(crate) async fn run(mut self) -> (Receiver<Vec<u8>>, Output, End) {
        let end = match self.write_all().await {
            Ok(end) => end,
            Err(error) => End::Unwritable(error),
        };
        (self.records, self.output, end)
    }

    async fn write_all(&mut self) -> io::Result<End> {
        let mut pacer = Pacer::default();
        loop {
            if let Some(interval) = self.drain_interval {
                self.pause(pacer.delay(Instant::now(), interval)).await?;
            }
            if self.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                self.flush()?;
                return Ok(End::TimeUp);
            }
            let Some((lane, record)) = self.take().await? else {
                self.flush()?;
                return Ok(End::Complete);
            };
            if self.output.add(lane, &record) {
                self.flush()?;
            }
            if is_spare(&record) {
                if let Some(spares) = self.spares.front_mut() {
                    // If there are enough of them, it is freed.
                    let _ = spares.push(record);
                }
                self.spares.rotate_left(1);
            }
        }
    }

    /// The next record that is not too old, or none if there will be no more. What is in the batch is written before a long wait.
    async fn take(&mut self) -> io::Result<Option<(usize, Vec<u8>)>> {
        loop {
            let Some(Taken { lane, item, fresh }) = self.take_any().await? else { return Ok(None) };
            let mut delivery = self.books.delivery();
            delivery.evicted = self.records.evicted();
            if fresh {
                delivery.lanes[lane].taken += 1;
                return Ok(Some((lane, item)));
            }
            delivery.lanes[lane].expired += 1;
        }
    }

    async fn take_any(&mut self) -> io::Result<Option<Taken<Vec<u8>>>> {
        for _ in 0..2 {
            match self.records.try_recv() {
                Err(PopError::Empty) => self.executor.yield_now().await,
                settled => return Ok(settled.ok()),
            }
        }
        self.flush()?;
        Ok(self.records.recv().await.ok())
    }

    /// When it ends, whatever is inside.
    fn deadline(&self) -> Option<Instant> {
        self.listener.halt.asked().map(|asked| asked.deadline).into_iter().chain(self.deadline).min()
    }

    /// Sleeps, though not past the deadline.
    async fn pause(&mut self, delay: Duration) -> io::Result<()> {
        let left = self.deadline().map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let delay = delay.min(left);
        if !delay.is_zero() {
            self.flush()?;
            self.listener.sleep(self.executor, delay).await;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = block(|| self.output.flush());
        let mut delivery = self.books.delivery();
        for (number, lane) in delivery.lanes.iter_mut().enumerate() {
            lane.delivered = self.output.records(number);
        }
        delivery.bytes = self.output.bytes();
        result
    }
}
