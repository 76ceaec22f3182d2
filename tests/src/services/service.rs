//! A service that makes requests: its own bounded buffer, and how it is held back.

use std::mem;
use std::ops::Range;

use forebay_core::credit::{Frame, Granter, Spender};
use forebay_core::pacer::{Pacer, Rates};
use forebay_core::seam::Push;
use forebay_core::swap::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{Overflow, Pressure, PushError, Pushed};

use super::SECOND;
use super::arrivals::Arrivals;

/// A request: whose it is, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) of: usize,
    pub(super) made: u64,
}

/// What holds a service back, if anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A pacer that goes by the pressure of the way to Z.
    Pressure,
    /// Z grants, the service spends.
    Credit,
    /// Nothing: it sends what it has.
    Nothing,
}

/// The same at work.
enum Held {
    Pressure(Pacer),
    Credit(Granter, Spender),
    Nothing,
}

/// What became of a service's requests. What is missing is still inside somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made.
    pub offered: usize,
    /// Lost at the source: the oldest in the service's own buffer made room.
    pub evicted: usize,
    /// Sent to Z, lost there or not.
    pub sent: usize,
    /// Lost at Z: there was no room.
    pub shed: usize,
    /// Refused by Z, and tried again later.
    pub refused: usize,
    /// Taken by Z.
    pub taken: usize,
}

impl Counts {
    /// What has been lost anywhere.
    #[must_use]
    pub const fn lost(&self) -> usize {
        self.evicted + self.shed
    }
}

/// A service: what it makes, its own buffer, and its end of the way to Z.
pub struct Service {
    number: usize,
    arrivals: Arrivals,
    /// Its own buffer, which keeps the newest requests.
    buffer: (OwnedProducer<Request>, OwnedConsumer<Request>),
    /// Taken from the buffer, and refused by Z.
    in_hand: Option<Request>,
    held: Held,
    way: Box<dyn Push<Item = Request>>,
    /// When it looks again whether it may send.
    wake: u64,
    /// The level of the way as last seen.
    level: Pressure,
    /// How often that changed.
    pub changes: usize,
    /// What became of its requests.
    pub counts: Counts,
    /// How long it took from the making of each request until Z was done with it, by when it was made.
    pub answers: Vec<(u64, u64)>,
}

impl Service {
    /// A service whose requests go to Z by `way`. Its buffer holds so many.
    pub(super) fn new(
        number: usize,
        arrivals: Arrivals,
        buffer: usize,
        hold: Hold,
        greatest_rate: u64,
        way: Box<dyn Push<Item = Request>>,
    ) -> Self {
        let held = match hold {
            Hold::Pressure => {
                let rate = greatest_rate as u32;
                let rates = Rates::new(SECOND as u32, 1, rate).and_then(|rates| rates.starting_at(rate));
                Held::Pressure(Pacer::new(rates.expect("rates that make sense")))
            }
            Hold::Credit => {
                let window = way.capacity() as u32;
                let granter = Granter::new(window, 1, SECOND).expect("a window that makes sense");
                Held::Credit(granter, Spender::new(window, 1, 3 * SECOND).expect("the same"))
            }
            Hold::Nothing => Held::Nothing,
        };
        let ring = HeapRing::with_overflow(buffer, 1, Overflow::DropOldest).expect("a small capacity");
        Self {
            number,
            arrivals,
            buffer: ring.into_ends(),
            in_hand: None,
            held,
            way,
            wake: u64::MAX,
            level: Pressure::Open,
            changes: 0,
            counts: Counts::default(),
            answers: Vec::new(),
        }
    }

    /// When something happens here next.
    pub(super) fn next(&self) -> u64 {
        self.arrivals.next().min(self.wake)
    }

    /// How many requests wait at the source.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.buffer.1.len() + usize::from(self.in_hand.is_some())
    }

    /// Within how many ticks so many of 100 were answered, of the requests that were made in a span of time and have been
    /// answered. 0 if there are none.
    #[must_use]
    pub fn percentile(&self, percent: usize, when: Range<u64>) -> u64 {
        let answers = self.answers.iter().filter(|(made, _)| when.contains(made));
        let mut times: Vec<u64> = answers.map(|&(_, time)| time).collect();
        times.sort_unstable();
        // The nearest rank.
        (times.len() * percent).div_ceil(100).checked_sub(1).map_or(0, |rank| times[rank])
    }

    /// What happens at an instant.
    pub(super) fn act(&mut self, now: u64) {
        while self.arrivals.next() <= now {
            let request = Request { of: self.number, made: self.arrivals.take() };
            self.counts.offered += 1;
            match self.buffer.0.push(request) {
                Ok(Pushed::Stored) => {}
                Ok(Pushed::Evicted(_)) => self.counts.evicted += 1,
                Err(error) => unreachable!("the buffer makes room: {error}"),
            }
        }
        self.send(now);
    }

    /// Sends what it may.
    fn send(&mut self, now: u64) {
        self.wake = u64::MAX;
        while self.backlog() > 0 {
            let position = match &mut self.held {
                Held::Nothing => 0,
                Held::Pressure(pacer) => match pacer.next_delay(now, self.way.pressure()) {
                    Some(0) => 0,
                    Some(delay) => {
                        self.wake = now + delay;
                        return;
                    }
                    None => return,
                },
                // Without credit, the next frame wakes it.
                Held::Credit(_, spender) => match spender.spend(now) {
                    Some(position) => position,
                    None => return,
                },
            };
            let Some(request) = self.in_hand.take().or_else(|| self.buffer.1.pop().ok()) else { return };
            match self.way.push(request) {
                Ok(_) => self.counts.sent += 1,
                Err(PushError::Shed(_)) => {
                    self.counts.sent += 1;
                    self.counts.shed += 1;
                }
                Err(PushError::Full(request)) => {
                    self.counts.refused += 1;
                    self.in_hand = Some(request);
                    self.wake = now + SECOND / 1000;
                    return;
                }
                Err(PushError::Closed(_)) => unreachable!("Z is there"),
            }
            match &mut self.held {
                Held::Pressure(pacer) => pacer.on_sent(now),
                Held::Credit(granter, _) => {
                    granter.accept(position).expect("it had credit");
                }
                Held::Nothing => {}
            }
            self.note_level();
        }
    }

    /// Z has taken one of its requests out of the way.
    pub(super) fn taken(&mut self, now: u64) {
        self.counts.taken += 1;
        self.note_level();
        if let Held::Credit(granter, _) = &mut self.held {
            granter.release(1).expect("it was held");
        }
        self.hear(now);
    }

    /// Z grants credit, if it is time to, and the frame arrives at once.
    pub(super) fn hear(&mut self, now: u64) {
        let Held::Credit(granter, spender) = &mut self.held else { return };
        if let Some(frame) = granter.grant_due(now) {
            let frame = Frame::decode(&frame.encode()).expect("nobody has changed it");
            spender.on_frame(now, &frame).expect("it is newer than all before");
            self.wake = now;
        }
    }

    fn note_level(&mut self) {
        let level = self.way.pressure();
        self.changes += usize::from(mem::replace(&mut self.level, level) != level);
    }

    /// The conservation law of its own buffer, by its own counts and by the buffer's.
    pub(super) fn check(&self) {
        let Counts { offered, evicted, sent, .. } = self.counts;
        assert_eq!(self.buffer.0.evicted(), evicted, "what its buffer has counted");
        assert_eq!(offered, sent + evicted + self.backlog(), "service {}: {:?}", self.number, self.counts);
    }
}
