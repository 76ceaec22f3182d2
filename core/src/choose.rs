//! Choosing: from what is known of a load to a ring, its capacity, its watermarks and its policy.
//!
//! Data that comes faster than it is used must go somewhere. Four questions decide where, in this order:
//!
//! | question | if so | page |
//! |---|---|---|
//! | Can the producer be slowed down? | do so: nothing is lost | [`control`] |
//! | Is it a burst, with enough time after it? | a buffer takes it: nothing is lost | [`buffer`] |
//! | May something be lost? | by a rule: | |
//! | … what has waited longest | it gives way to what is new | [`keep_newest`] |
//! | … what comes while it is full | what is inside is served | [`keep_oldest`] |
//! | … some of all | a sample stands for the rest | [`sample`] |
//! | … what is too old to be of use | it is not delivered | [`expire`] |
//! | … what is less important | it is kept out first | [`by_importance`] |
//! | … older values of the same key | the last value of each key counts | [`newest_per_key`] |
//! | … all but the newest value | one place is enough | [`newest`] |
//! | Does it not matter? | go on until a ceiling, and count | [`ignore`] |
//!
//! A [`Choice`] asks them, does the arithmetic, and answers with a [`Plan`], or with the [`Contradiction`] in what it was told,
//! in figures. It counts on what it was told and on nothing else: if no more is offered than served, and no
//! [burst](Choice::burst) was named, items come one by one at even distances, and the plan is a ring for one of them, whatever may
//! be lost. So name the largest burst, and rates at their worst.
//!
//! # Examples
//! A service that sends 100 requests a second to one that does 25:
//! ```
//! use forebay_core::Overflow;
//! use forebay_core::choose::{Choice, Contradiction, Leaf, Losable, Ring};
//!
//! let load = Choice::new(100, 25).room(500);
//! let error = load.plan().unwrap_err();
//! assert_eq!(error, Contradiction::FillsUp { offered: 100, served: 25, room: 500, after: 6666 });
//! assert_eq!(
//!     error.to_string(),
//!     "100 items a second are offered and 25 served: room for 500 is full after 6.666 s; slow the producer down, or say what \
//!      may be lost"
//! );
//!
//! // It heeds the signal within 200 ms, and sends one request at a time.
//! let plan = load.controlled(1, 200).plan()?;
//! assert_eq!((plan.leaf, plan.ring), (Leaf::Control, Ring::Spsc));
//! assert_eq!((plan.watermarks.high(), plan.watermarks.low(), plan.capacity), (13, 5, 29));
//!
//! // Or the oldest requests may be lost, and while so many come those that are served are not older than 2 s.
//! let plan = load.may_lose(Losable::Oldest).within(2000).plan()?;
//! assert_eq!((plan.leaf, plan.ring, plan.overflow), (Leaf::KeepNewest, Ring::Swap, Overflow::DropOldest));
//! assert_eq!((plan.capacity, plan.lost), (200, 750)); // of 1000
//!
//! // Or it was a burst of 10 s, and there are 10 a second else.
//! let plan = Choice::new(10, 25).burst(100, 10_000).room(1000).plan()?;
//! assert_eq!((plan.leaf, plan.capacity, plan.wait), (Leaf::Buffer, 751, 30_040));
//! # Ok::<(), Contradiction>(())
//! ```

#![forbid(unsafe_code)]

mod contradiction;
mod pages;
mod plan;

pub use self::contradiction::Contradiction;
pub use self::pages::*;
pub use self::plan::{Leaf, Plan, Ring};
use crate::{Overflow, Watermarks};

/// What may be lost, if something must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Losable {
    /// What has waited longest.
    Oldest,
    /// What comes while the queue is full.
    Incoming,
    /// Some of all, if what is left stands for them.
    Some,
    /// What is older than so many milliseconds.
    OlderThan(u32),
    /// What is less important than the most important class, of which so many items come a second.
    LessImportant {
        /// How many items of the most important class are offered a second, at the worst.
        important: u32,
    },
    /// Older values of the same key, of which there are so many.
    OlderPerKey {
        /// How many keys there are.
        keys: u32,
    },
    /// All but the newest value.
    AllButNewest,
    /// It does not matter.
    Anything,
}

/// What is known of a load: the questions, as far as they have been answered.
///
/// Rates are items per second, times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it chooses when it is asked for a plan"]
pub struct Choice {
    offered: u32,
    served: u32,
    burst: Option<(u32, u32)>,
    producers: u32,
    isolated: bool,
    /// How many items a producer may push, and how long it takes, before it heeds the signal.
    controlled: Option<(u32, u32)>,
    losable: Option<Losable>,
    room: Option<u32>,
    within: Option<u32>,
}

impl Choice {
    /// `offered` items come a second in the long run, and `served` can be used.
    pub const fn new(offered: u32, served: u32) -> Self {
        Self {
            offered,
            served,
            burst: None,
            producers: 1,
            isolated: false,
            controlled: None,
            losable: None,
            room: None,
            within: None,
        }
    }

    /// Now and then `offered` items come a second, for so long; the next time when all is quiet again. If nothing comes in between,
    /// say that 1 item a second does: a rate of 0 is none.
    pub const fn burst(mut self, offered: u32, milliseconds: u32) -> Self {
        self.burst = Some((offered, milliseconds));
        self
    }

    /// There are so many producers, and not one.
    pub const fn producers(mut self, producers: u32) -> Self {
        self.producers = producers;
        self
    }

    /// A producer that sends too much must not harm the others: there is a lane for each. It is of no effect with
    /// [`Oldest`](Losable::Oldest) and [`OlderThan`](Losable::OlderThan), for which all share a `swap` ring, nor with
    /// [`OlderPerKey`](Losable::OlderPerKey) and [`AllButNewest`](Losable::AllButNewest), whose rings have one producer.
    pub const fn isolated(mut self) -> Self {
        self.isolated = true;
        self
    }

    /// The producers can be slowed down: each of them pushes at most `batch` more items, and is as slow as it is asked to be
    /// after so many milliseconds.
    pub const fn controlled(mut self, batch: u32, milliseconds: u32) -> Self {
        self.controlled = Some((batch, milliseconds));
        self
    }

    /// That may be lost. Nothing may, unless it is said.
    pub const fn may_lose(mut self, what: Losable) -> Self {
        self.losable = Some(what);
        self
    }

    /// There is memory for so many items.
    pub const fn room(mut self, items: u32) -> Self {
        self.room = Some(items);
        self
    }

    /// An item that is delivered is delivered after so many milliseconds at the latest: as [`Plan::wait`] counts them.
    pub const fn within(mut self, milliseconds: u32) -> Self {
        self.within = Some(milliseconds);
        self
    }

    /// What to take.
    ///
    /// # Errors
    /// What can't be, in figures.
    pub fn plan(self) -> Result<Plan, Contradiction> {
        if self.offered == 0 || self.served == 0 || matches!(self.burst, Some((0, _) | (_, 0))) {
            return Err(Contradiction::NoRate);
        }
        if self.producers == 0 {
            return Err(Contradiction::NoProducer);
        }
        if self.room == Some(0) || self.within == Some(0) {
            return Err(Contradiction::NoRoom);
        }
        if let Some((batch, delay)) = self.controlled {
            return self.control(batch, delay);
        }
        match (self.buffer(), self.losable) {
            (Ok(plan), _) => Ok(plan),
            (Err(_), Some(losable)) => self.lose(losable),
            (Err(contradiction), None) => Err(contradiction),
        }
    }

    /// The rate at the worst.
    fn peak(&self) -> u32 {
        self.burst.map_or(self.offered, |(offered, _)| offered.max(self.offered))
    }

    /// The watermarks leave room for what comes before the producers take notice, and what is served until they are back.
    fn control(&self, batch: u32, delay: u32) -> Result<Plan, Contradiction> {
        // So that the consumer does not run dry while they take notice.
        let low = per_time(self.served, delay);
        // Far enough apart for a pacer: 8 items, or one for each producer.
        // In a lane there is one of them.
        let producers = if self.isolated { 1 } else { self.producers };
        let high = low + u64::from(producers.max(8));
        let surge = per_time(self.peak().saturating_sub(self.served), delay);
        let capacity = (high + surge).saturating_add(u64::from(producers) * u64::from(batch));
        let plan = self.of(Leaf::Control, self.plain(), capacity)?.refusing();
        let marks = Watermarks::new(high as usize, low as usize);
        Ok(Plan { watermarks: marks.unwrap_or(plan.watermarks), ..self.in_time(plan)? })
    }

    /// A burst goes into the buffer, if there is an end of it.
    fn buffer(&self) -> Result<Plan, Contradiction> {
        let Self { offered, served, .. } = *self;
        if offered > served || offered == served && self.burst.is_some() {
            let room = self.room.ok_or(Contradiction::NoBound)?;
            let after = time_for(u64::from(room), u64::from(self.peak() - served));
            return Err(match offered.checked_sub(served) {
                Some(0) => Contradiction::NeverDrains { offered },
                _ => Contradiction::FillsUp { offered, served, room, after },
            });
        }
        let backlog = self.burst.map_or(0, |(peak, time)| per_time(peak.saturating_sub(served), time));
        // And an item of each producer comes just before one is served.
        let plan = self.of(Leaf::Buffer, self.plain(), backlog + u64::from(self.producers))?;
        self.in_time(plan.refusing())
    }

    fn lose(&self, losable: Losable) -> Result<Plan, Contradiction> {
        let (offered, served) = (u64::from(self.peak()), self.served);
        match losable {
            Losable::Oldest => {
                // What is popped last has seen a whole ring of newer ones come.
                let plan = self.of(Leaf::KeepNewest, Ring::Swap, self.bound(self.peak())?)?;
                Ok(Plan { overflow: Overflow::DropOldest, wait: time_for(plan.capacity as u64, offered), ..plan })
            }
            Losable::Incoming => {
                let plan = self.of(Leaf::KeepOldest, self.shared(), self.bound(served)?)?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
            Losable::Some => {
                let plan = self.of(Leaf::Sample, self.shared(), self.bound(served)?)?;
                // From half full on; before that everything is kept.
                let keep = u64::from(served) * u64::from(SAMPLED) / offered;
                if keep == 0 {
                    return Err(Contradiction::SampleTooThin { offered: self.peak(), served });
                }
                Ok(Plan { overflow: Overflow::DropIncoming, keep: Some((keep as u16, SAMPLED)), ..plan })
            }
            Losable::OlderThan(age) => {
                if age == 0 {
                    return Err(Contradiction::NoRoom);
                }
                // What can't be served in time need not be kept.
                let within = self.within.map_or(age, |within| within.min(age));
                let plan = Self { within: Some(within), ..*self };
                let plan = plan.of(Leaf::Expire, Ring::Swap, plan.bound(served)?)?;
                Ok(Plan { overflow: Overflow::DropOldest, wait: u64::from(within), ..plan })
            }
            Losable::LessImportant { important } => {
                if important > served {
                    return Err(Contradiction::TooMuchImportant { important, served });
                }
                let plan = self.of(Leaf::ByImportance, self.shared(), self.bound(served)?)?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
            Losable::OlderPerKey { keys } => {
                if keys == 0 {
                    return Err(Contradiction::NoRoom);
                }
                let plan = self.of(Leaf::NewestPerKey, Ring::Conflated, u64::from(keys))?;
                self.in_time(Plan { overflow: Overflow::DropOldest, ..plan })
            }
            Losable::AllButNewest => {
                let plan = self.of(Leaf::Newest, Ring::Latest, 1)?;
                self.in_time(Plan { overflow: Overflow::DropOldest, ..plan })
            }
            Losable::Anything => {
                let ceiling = self.room.ok_or(Contradiction::NoBound)?;
                let plan = self.of(Leaf::Ignore, self.shared(), u64::from(ceiling))?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
        }
    }

    /// How many items go through at a rate in the time that there is, and no more than there is room for.
    fn bound(&self, rate: u32) -> Result<u64, Contradiction> {
        let in_time = self.within.map(|within| (u64::from(rate) * u64::from(within) / 1000).max(1));
        let room = self.room.map(u64::from);
        in_time.into_iter().chain(room).min().ok_or(Contradiction::NoBound)
    }

    /// A ring that refuses.
    const fn plain(&self) -> Ring {
        match (self.producers, self.isolated) {
            (1, _) => Ring::Spsc,
            (_, true) => Ring::FanIn,
            _ => Ring::Mpsc,
        }
    }

    /// A ring that may drop what comes.
    const fn shared(&self) -> Ring {
        if self.isolated && self.producers > 1 { Ring::FanIn } else { Ring::Mpsc }
    }

    /// A plan without watermarks of its own, for something that must be dropped.
    fn of(&self, leaf: Leaf, ring: Ring, capacity: u64) -> Result<Plan, Contradiction> {
        if let Some(room) = self.room.filter(|&room| capacity > u64::from(room)) {
            return Err(Contradiction::RoomTooSmall { needed: capacity, room });
        }
        let capacity = usize::try_from(capacity).map_err(|_| Contradiction::TooLarge { needed: capacity })?;
        let watermarks = Watermarks::high_and_half(capacity).map_err(|_| Contradiction::NoRoom)?;
        // What is more than is served, of 1000, at the worst.
        let (peak, served) = (u64::from(self.peak()), u64::from(self.served));
        let lost = (peak.saturating_sub(served) * 1000).div_ceil(peak) as u16;
        let wait = time_for(capacity as u64, served);
        Ok(Plan { leaf, ring, capacity, watermarks, overflow: Overflow::DropOldest, keep: None, lost, wait })
    }

    /// The plan, if the last item is served soon enough.
    const fn in_time(&self, plan: Plan) -> Result<Plan, Contradiction> {
        match self.within {
            Some(within) if plan.wait > within as u64 => Err(Contradiction::TooLate { wait: plan.wait, within }),
            _ => Ok(plan),
        }
    }
}

/// Of how many a sample keeps some.
const SAMPLED: u16 = 1000;

/// How many items come at a rate in a time, rounded up.
fn per_time(rate: u32, milliseconds: u32) -> u64 {
    (u64::from(rate) * u64::from(milliseconds)).div_ceil(1000)
}

/// How many milliseconds it takes for so many items at a rate, rounded down.
const fn time_for(items: u64, rate: u64) -> u64 {
    match items.saturating_mul(1000).checked_div(rate) {
        Some(time) => time,
        None => u64::MAX,
    }
}
