//! The relay itself: a reader thread for each input, the ring, a writer thread.

use std::collections::VecDeque;
use std::io;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use forebay::{CapacityError, spsc};

use crate::halt::{Halt, Note};
use crate::ledger::{Books, Law, Tallies, Tally};
use crate::output::Output;
use crate::policy::Policy;
use crate::reader::Reader;
use crate::records::Source;
use crate::ring::{Kind, Plan};
use crate::spares::MOST_SPARES;
use crate::wait::{self, Receiver};
use crate::writer::Writer;

/// How a relay is set up.
pub(crate) struct Relay {
    pub(crate) plan: Plan,
    /// What a ring that can be switched obeys, and what the others were made for.
    pub(crate) policy: Arc<Policy>,
    /// The least time from one record written to the next.
    pub(crate) drain_interval: Option<Duration>,
    /// When the relay ends, whatever is still inside.
    pub(crate) limit: Option<Duration>,
    /// Ends it earlier.
    pub(crate) halt: Arc<Halt>,
}

/// How a relay ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The input ended, or was ended, and the output took all that was stored.
    Complete,
    /// The limit passed, or the time to get out after a [halt](Halt).
    TimeUp,
    /// That time passed, and the output neither took anything nor failed.
    Stuck,
    /// These inputs could not be read further. The output took what was stored of them before, and all of the others.
    Unreadable(Vec<(usize, io::Error)>),
    /// The output took no more.
    Unwritable(io::Error),
}

/// What became of a relay.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) end: End,
    pub(crate) law: Law,
    /// Those of each lane, if there are several.
    pub(crate) lanes: Vec<Law>,
    pub(crate) tally: Tallies,
    pub(crate) took: Duration,
}

impl Relay {
    /// By which rule records are lost now.
    pub(crate) fn rule(&self) -> String {
        match self.plan.kind {
            Kind::Fixed(..) | Kind::Switched(..) => self.policy.now().to_string(),
            Kind::Fair(..) => format!("fair {}", self.policy.now()),
            Kind::Latest => "latest".into(),
        }
    }

    /// Carries the records of all `sources` to `output`, those of each in their order, until all of them end or the output
    /// does. Meanwhile `watch` gets the figures every `tick`, if that is set.
    ///
    /// If the output ends first, or the relay is halted, readers may still be waiting for their input. They are left behind:
    /// they can't put records in any more, and end with the process.
    pub(crate) fn run(
        &self,
        sources: Vec<impl Source + Send + 'static>,
        output: Output,
        tick: Option<Duration>,
        watch: impl FnMut(Duration, &Tallies),
    ) -> Result<Outcome, CapacityError> {
        let (senders, receiver) = wait::channel(&self.plan, &self.policy, &self.halt, sources.len())?;
        let lanes = self.plan.kind.lanes(sources.len());
        let levels = if self.plan.kind.has_level() { receiver.levels().to_vec() } else { Vec::new() };
        let books = Arc::new(Books::new(sources.len(), lanes, levels));
        let receiver = receiver.with_sink({
            let books = books.clone();
            move |(lane, _record)| books.delivery().lanes[lane].expired += 1
        });
        let started = Instant::now();

        // Empty records go back to be filled again, by a ring to each reader. Where it is full or empty they are freed or
        // made anew.
        let mut spares = VecDeque::new();
        let mut readers = Vec::new();
        for (number, (records, source)) in senders.into_iter().zip(sources).enumerate() {
            let (spares_in, spares_out) = spsc::ring(self.plan.kind.capacity().min(MOST_SPARES))?;
            spares.push_back(spares_in);
            let reader = Reader { number, records, spares: spares_out, books: books.clone() };
            readers.push(thread::spawn(move || reader.run(source)));
        }

        let writer = Writer {
            records: receiver,
            spares,
            output,
            drain_interval: self.drain_interval,
            deadline: self.limit.map(|limit| started + limit),
            halt: self.halt.clone(),
            books: books.clone(),
        };
        let (tell, told) = mpsc::channel();
        self.halt.tell(tell.clone());
        let writer = thread::spawn(move || {
            let _at_work = AtWork(tell);
            writer.run()
        });

        if !self.watch(&told, started, tick, &books, watch) {
            books.close();
            return Ok(Outcome::stuck(self.plan.kind, books.tally(), started.elapsed()));
        }
        let (records, output, mut end) = writer.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        let took = started.elapsed();
        if let End::Complete = end {
            // The writer saw the readers' ends of the ring go, which is the last thing that the readers do. If the relay was
            // halted, some may still wait for their input.
            let halted = self.halt.asked().is_some();
            let ended = readers.into_iter().enumerate().filter(|(_, reader)| !halted || reader.is_finished());
            let ends = ended.map(|(number, reader)| (number, reader.join()));
            let errors: Vec<_> = ends
                .filter_map(|(number, end)| {
                    Some((number, end.unwrap_or_else(|panic| panic::resume_unwind(panic)).err()?))
                })
                .collect();
            if !errors.is_empty() {
                end = End::Unreadable(errors);
            }
        }
        books.close();
        Ok(Outcome::settle(end, &books, records, &output, took))
    }

    /// Waits until the writer has ended, and has the figures looked at every `tick`. Answers with whether it has, or is stuck.
    fn watch(
        &self,
        told: &mpsc::Receiver<Note>,
        started: Instant,
        tick: Option<Duration>,
        books: &Books,
        mut watch: impl FnMut(Duration, &Tallies),
    ) -> bool {
        /// A writer that is not stuck has ended so long after its time.
        const SLACK: Duration = Duration::from_secs(1);
        let mut next = tick.map(|tick| started + tick);
        loop {
            let last = self.halt.asked().map(|asked| asked.deadline + SLACK);
            let now = Instant::now();
            if last.is_some_and(|last| last <= now) {
                return false;
            }
            let wait = next.into_iter().chain(last).min().map(|until| until.saturating_duration_since(now));
            match told.recv_timeout(wait.unwrap_or(Duration::MAX)) {
                Ok(Note::Asked) => {}
                Ok(Note::Ended) | Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    if next.is_some_and(|next| next <= now) {
                        watch(started.elapsed(), &books.tally());
                        next = tick.map(|tick| now + tick);
                    }
                }
            }
        }
    }
}

impl Outcome {
    /// The account after the writer has ended. Nobody puts records in any more.
    fn settle(end: End, books: &Books, mut records: Receiver<Vec<u8>>, output: &Output, took: Duration) -> Self {
        let Tallies { mut all, lanes } = books.tally();
        let mut dropped = vec![0; lanes.len().max(1)];
        while let Some(lane) = records.take_left() {
            dropped[lane] += 1;
        }
        let law = |number: usize, tally: &Tally| Law {
            offered: tally.offered,
            delivered: output.records(number),
            evicted: records.ring().evicted(),
            shed: tally.shed,
            sampled: tally.sampled,
            expired: tally.expired,
            conflated: records.ring().conflated(),
            dropped_at_close: dropped[number] + output.pending(number),
            still_inside: records.ring().len(number) as u64,
        };
        let laws: Vec<_> = lanes.iter().enumerate().map(|(number, tally)| law(number, tally)).collect();
        let law = if laws.is_empty() { law(0, &all) } else { Law::sum(&laws) };
        all.lost = law.lost();
        Self { end, law, lanes: laws, tally: Tallies { all, lanes }, took }
    }

    /// The account while the writer still waits for its output.
    fn stuck(kind: Kind, tally: Tallies, took: Duration) -> Self {
        let lanes: Vec<_> = tally.lanes.iter().map(Law::of_books).collect();
        let mut law = Law::of_books(&tally.all);
        if kind == Kind::Latest {
            (law.conflated, law.evicted) = (law.evicted, 0);
        }
        Self { end: End::Stuck, law, lanes, tally, took }
    }
}

/// Tells that the writer has ended, be it by a panic.
struct AtWork(mpsc::Sender<Note>);

impl Drop for AtWork {
    fn drop(&mut self) {
        // Nobody may be listening any more.
        let _ = self.0.send(Note::Ended);
    }
}
