//! The relay itself: a reader thread for each input, the ring, a writer thread.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use forebay::channel::{BuildError, SpscReceiver};
use forebay::{PopError, spsc};

use crate::ends::{self, Receiver, Sender};
use crate::executor::{Executor, either};
use crate::halt::Halt;
use crate::ledger::{Books, Law, Tallies, Tally};
use crate::output::Output;
use crate::policy::Policy;
use crate::reader::Reader;
use crate::records::Source;
use crate::ring::{Kind, Plan};
use crate::spares::MOST_SPARES;
use crate::writer::Writer;

/// How a relay is set up.
pub(crate) struct Relay {
    pub(crate) plan: Plan,
    pub(crate) executor: Executor,
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
    ) -> Result<Outcome, BuildError> {
        let (senders, receiver) = ends::channel(&self.plan, &self.policy, &self.halt, sources.len())?;
        let parts = senders.into_iter().zip(sources).collect();
        self.executor.run(self.carry(parts, receiver, output, tick, watch))
    }

    async fn carry(
        &self,
        parts: Vec<(Sender<Vec<u8>>, impl Source + Send + 'static)>,
        receiver: Receiver<Vec<u8>>,
        output: Output,
        tick: Option<Duration>,
        watch: impl FnMut(Duration, &Tallies),
    ) -> Result<Outcome, BuildError> {
        let kind = self.plan.kind;
        let levels = if kind.has_level() { receiver.levels().to_vec() } else { Vec::new() };
        let books = Arc::new(Books::new(parts.len(), kind.lanes(parts.len()), levels));
        let started = Instant::now();

        // Empty records go back to be filled again, by a ring to each reader. Where it is full or empty they are freed or
        // made anew.
        let mut spares = VecDeque::new();
        let mut readers = Vec::new();
        for (number, (records, source)) in parts.into_iter().enumerate() {
            let (spares_in, spares_out) = spsc::ring(kind.capacity().min(MOST_SPARES))?;
            spares.push_back(spares_in);
            let reader = Reader { number, records, spares: spares_out, books: books.clone() };
            readers.push(self.executor.spawn(reader.run(source)));
        }

        let writer = Writer {
            records: receiver,
            spares,
            output,
            drain_interval: self.drain_interval,
            deadline: self.limit.map(|limit| started + limit),
            executor: self.executor,
            listener: self.halt.listener(),
            books: books.clone(),
        };
        let writer = self.executor.spawn(writer.run());
        let Some((records, output, mut end)) = self.watch(writer, started, tick, &books, watch).await else {
            books.close();
            return Ok(Outcome::stuck(kind, books.tally(), started.elapsed()));
        };
        let took = started.elapsed();
        if let End::Complete = end {
            let mut errors = Vec::new();
            for (number, reader) in readers.iter_mut().enumerate() {
                // The writer saw the readers' ends of the ring go, which is the last thing that the readers do. If the relay was
                // halted, some may still wait for their input.
                let ended = match reader.try_recv() {
                    Err(PopError::Empty) if self.halt.asked().is_some() => continue,
                    Err(PopError::Empty) => reader.recv().await.ok(),
                    settled => settled.ok(),
                };
                errors.extend(ended.expect("a reader does not panic").err().map(|error| (number, error)));
            }
            if !errors.is_empty() {
                end = End::Unreadable(errors);
            }
        }
        books.close();
        Ok(Outcome::settle(kind, end, &books, records, &output, took))
    }

    /// Waits until the writer has ended, and has the figures looked at every `tick`. `None`: it is stuck.
    async fn watch<W>(
        &self,
        mut writer: SpscReceiver<W>,
        started: Instant,
        tick: Option<Duration>,
        books: &Books,
        mut watch: impl FnMut(Duration, &Tallies),
    ) -> Option<W> {
        /// A writer that is not stuck has ended so long after its time.
        const SLACK: Duration = Duration::from_secs(1);
        let mut listener = self.halt.listener();
        let mut next = tick.map(|tick| started + tick);
        loop {
            let last = self.halt.asked().map(|asked| asked.deadline + SLACK);
            let now = Instant::now();
            if last.is_some_and(|last| last <= now) {
                return None;
            }
            if next.is_some_and(|next| next <= now) {
                watch(started.elapsed(), &books.tally());
                next = tick.map(|tick| now + tick);
            }
            let wait = next.into_iter().chain(last).min().map(|until| until.saturating_duration_since(now));
            let ended = async { Some(writer.recv().await.expect("the writer does not panic")) };
            let asked = async {
                match last {
                    None => listener.asked().await,
                    Some(_) => pending().await,
                }
                None
            };
            if let Some(Some(ended)) = self.executor.within(wait.unwrap_or(Duration::MAX), either(ended, asked)).await {
                return Some(ended);
            }
        }
    }
}

impl Outcome {
    /// The account after the writer has ended. Nobody puts records in any more.
    fn settle(
        kind: Kind,
        end: End,
        books: &Books,
        mut records: Receiver<Vec<u8>>,
        output: &Output,
        took: Duration,
    ) -> Self {
        let Tallies { mut all, lanes } = books.tally();
        let mut dropped = vec![0; lanes.len().max(1)];
        // What is left is no matter of age.
        while let Ok(left) = records.try_recv() {
            dropped[left.lane] += 1;
        }
        let law = |number: usize, tally: &Tally| Law {
            offered: tally.offered,
            delivered: output.records(number),
            evicted: records.evicted(),
            shed: tally.shed,
            sampled: tally.sampled,
            expired: tally.expired,
            conflated: 0,
            dropped_at_close: dropped[number] + output.pending(number),
            still_inside: records.len(number),
        };
        let laws: Vec<_> = lanes.iter().enumerate().map(|(number, tally)| law(number, tally)).collect();
        let law = named(kind, if laws.is_empty() { law(0, &all) } else { Law::sum(&laws) });
        all.lost = law.lost();
        Self { end, law, lanes: laws, tally: Tallies { all, lanes }, took }
    }

    /// The account while the writer still waits for its output.
    fn stuck(kind: Kind, tally: Tallies, took: Duration) -> Self {
        let lanes: Vec<_> = tally.lanes.iter().map(Law::of_books).collect();
        let law = named(kind, Law::of_books(&tally.all));
        Self { end: End::Stuck, law, lanes, tally, took }
    }
}

/// What gives way to the newest record alone has a name of its own.
const fn named(kind: Kind, law: Law) -> Law {
    match kind {
        Kind::Latest => Law { conflated: law.evicted, evicted: 0, ..law },
        Kind::Fixed(..) | Kind::Switched(..) | Kind::Fair(..) => law,
    }
}
