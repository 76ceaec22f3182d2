//! Producers, a bounded queue with watermarks and a consumer in virtual time: nothing sleeps, and every run is repeatable.
//!
//! The queue is a specification, not a ring: a `VecDeque` with a bound, whose level rises to `Slow` at the high watermark, to
//! `Stop` at full, and falls to `Open` at the low one.

use std::collections::VecDeque;

use forebay_core::Pressure;
use forebay_core::pacer::Pacer;

/// When the level of a full queue falls from `Stop` to `Slow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// As soon as there is room.
    AtRoom,
    /// Not at all: it stays until the low watermark, and is `Open` then.
    AtLow,
}

/// The shape of a queue, in items: `low < high <= capacity`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The most that it holds.
    pub capacity: usize,
    /// The depth at which its level rises to `Slow`.
    pub high: usize,
    /// The depth at which its level falls to `Open`.
    pub low: usize,
    /// When `Stop` ends.
    pub release: Release,
}

/// A bounded queue with a level.
#[derive(Debug)]
pub struct Queue<T> {
    shape: Shape,
    items: VecDeque<T>,
    level: Pressure,
    /// How often the level changed.
    pub transitions: u64,
    /// The greatest depth there was.
    pub deepest: usize,
}

impl<T> Queue<T> {
    /// An empty one.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        assert!(shape.low < shape.high && shape.high <= shape.capacity, "{shape:?}");
        Self { shape, items: VecDeque::new(), level: Pressure::Open, transitions: 0, deepest: 0 }
    }

    /// The level now.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        self.level
    }

    /// How many items are inside.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.items.len()
    }

    /// Puts an item at the end.
    ///
    /// # Errors
    /// The item, when the queue is full.
    pub fn push(&mut self, item: T) -> Result<(), T> {
        if self.items.len() == self.shape.capacity {
            return Err(item);
        }
        self.items.push_back(item);
        self.deepest = self.deepest.max(self.items.len());
        self.update();
        Ok(())
    }

    /// Takes the oldest item.
    pub fn pop(&mut self) -> Option<T> {
        let item = self.items.pop_front()?;
        self.update();
        Some(item)
    }

    fn update(&mut self) {
        let depth = self.items.len();
        let rises = depth >= self.shape.high && self.level == Pressure::Open;
        let has_room = self.level == Pressure::Stop && self.shape.release == Release::AtRoom;
        let level = if depth == self.shape.capacity {
            Pressure::Stop
        } else if depth <= self.shape.low {
            Pressure::Open
        } else if rises || has_room {
            Pressure::Slow
        } else {
            self.level
        };
        if level != self.level {
            self.transitions += 1;
            self.level = level;
        }
    }
}

/// Instants that are `period / rate` ticks apart, without drift: the ticks are rounded, their sum is not.
#[derive(Clone, Copy, Debug)]
pub struct Beat {
    period: u64,
    rate: u64,
    remainder: u64,
}

impl Beat {
    /// `rate` beats in `period` ticks.
    #[must_use]
    pub fn new(rate: u64, period: u64) -> Self {
        assert!(rate > 0 && period > 0);
        Self { period, rate, remainder: 0 }
    }

    /// The ticks from the beat before to the next one.
    pub fn next_gap(&mut self) -> u64 {
        let ticks = self.period + self.remainder;
        self.remainder = ticks % self.rate;
        ticks / self.rate
    }
}

/// Several paced producers, one queue, one consumer.
#[derive(Debug)]
pub struct Run {
    /// The queue, whose items are the numbers of their producers.
    pub queue: Queue<usize>,
    /// The consumer's rate; it may be changed at any time.
    pub service: Beat,
    /// The producers' pacers.
    pub pacers: Vec<Pacer>,
    /// What each producer has sent.
    pub sent: Vec<u64>,
    /// How often a producer was told to send, and met a full queue.
    pub refused: u64,
    /// What the consumer has finished.
    pub served: u64,
    /// The ticks in which it had nothing to do.
    pub idle: u64,
    /// The ticks since the beginning.
    pub now: u64,
    /// What the pacers' clock showed at the beginning.
    epoch: u64,
    /// When each producer looks again.
    wakes: Vec<u64>,
    /// When the consumer has finished what it is at.
    ready: Option<u64>,
    /// Since when it has nothing to do.
    idle_since: u64,
}

impl Run {
    /// Nothing has happened yet, and the pacers' clock shows `epoch`.
    #[must_use]
    pub fn new(shape: Shape, pacers: Vec<Pacer>, service: Beat, epoch: u64) -> Self {
        let count = pacers.len();
        Self {
            queue: Queue::new(shape),
            service,
            pacers,
            sent: vec![0; count],
            refused: 0,
            served: 0,
            idle: 0,
            now: 0,
            epoch,
            wakes: vec![0; count],
            ready: None,
            idle_since: 0,
        }
    }

    /// The next thing happens.
    pub fn step(&mut self) {
        let (producer, wake) =
            self.wakes.iter().copied().enumerate().min_by_key(|&(_, wake)| wake).expect("a producer");
        match self.ready {
            Some(ready) if ready <= wake => {
                self.now = ready;
                self.served += 1;
                self.ready = None;
                self.idle_since = ready;
                self.serve();
            }
            _ => {
                self.now = wake;
                self.offer(producer);
            }
        }
    }

    /// What happens until the level has fallen to `Open` so many times.
    ///
    /// # Panics
    /// If the level stays where it is for some million events.
    pub fn cycles(&mut self, count: usize) {
        for _ in 0..count {
            for raised in [false, true] {
                let mut events = 0;
                while self.queue.pressure().is_raised() == raised {
                    self.step();
                    events += 1;
                    assert!(events < 20_000_000, "the level is stuck: {self:?}");
                }
            }
        }
    }

    /// What happens until so many ticks since the beginning.
    pub fn until(&mut self, time: u64) {
        while self.wakes.iter().copied().chain(self.ready).min().is_some_and(|next| next <= time) {
            self.step();
        }
        self.now = time;
    }

    /// The consumer stands still for so many ticks.
    pub fn stall(&mut self, ticks: u64) {
        while self.ready.is_none() {
            self.step();
        }
        self.ready = self.ready.map(|ready| ready + ticks);
    }

    fn offer(&mut self, producer: usize) {
        let (pacer, clock) = (&mut self.pacers[producer], self.epoch.wrapping_add(self.now));
        let delay = pacer.next_delay(clock, self.queue.pressure()).expect("the queue is not closed");
        if delay > 0 {
            self.wakes[producer] = self.now + delay;
        } else if self.queue.push(producer).is_ok() {
            pacer.on_sent(clock);
            self.sent[producer] += 1;
            self.serve();
        } else {
            self.refused += 1;
            self.wakes[producer] = self.now + 1;
        }
    }

    fn serve(&mut self) {
        if self.ready.is_none() && self.queue.pop().is_some() {
            self.idle += self.now - self.idle_since;
            self.ready = Some(self.now + self.service.next_gap());
        }
    }
}

/// Jain's index: 1 if all are equal, 1/n if one of n has everything.
#[must_use]
pub fn fairness(shares: &[u64]) -> f64 {
    let (sum, squares) = shares.iter().fold((0., 0.), |(sum, squares), &share| {
        let share = share as f64;
        (sum + share, squares + share * share)
    });
    sum * sum / (squares * shares.len() as f64)
}
