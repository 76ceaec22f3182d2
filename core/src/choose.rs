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
//! in figures. It counts on what it was told, so name the largest burst, and rates at their worst. If less is offered than served,
//! and no burst is larger, there is nothing to lose but by chance: then the plan follows what may be lost, and if nothing may,
//! it is a [`buffer`] for what comes in 100 ms, as neither side keeps its pace to the moment.
//!
//! For items that differ in importance it answers with an `mpsc` or `fan_in` ring behind a gate with thresholds, and never with a
//! [`priority`](crate::priority) ring: that is to be taken instead where the more important must also be served sooner, as
//! [`by_importance`] says.
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
//!     "100 items a second are offered and 25 served: room for 500 is full after 6.666 s; slow the producer down, say what may be \
//!      lost, or say that it is a burst, and how long it is"
//! );
//!
//! // It heeds the signal within 200 ms, and sends one request at a time.
//! let plan = load.controlled(1, 200).plan()?;
//! assert_eq!((plan.leaf, plan.ring), (Leaf::Control, Ring::Spsc));
//! assert_eq!((plan.watermarks.high(), plan.watermarks.low(), plan.capacity), (13, 5, 29));
//!
//! // Or the oldest requests may be lost, and those that are served are not older than 2 s.
//! let plan = load.may_lose(Losable::Oldest).within(2000).plan()?;
//! assert_eq!((plan.leaf, plan.ring, plan.overflow), (Leaf::KeepNewest, Ring::Swap, Overflow::DropOldest));
//! assert_eq!((plan.capacity, plan.lost), (50, 750)); // of 1000
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

    /// Now and then `offered` items come a second, for so long; the next time when all is quiet again. In between there may be
    /// nothing: `Choice::new(0, served)`.
    pub const fn burst(mut self, offered: u32, milliseconds: u32) -> Self {
        self.burst = Some((offered, milliseconds));
        self
    }

    /// There are so many producers, and not one.
    pub const fn producers(mut self, producers: u32) -> Self {
        self.producers = producers;
        self
    }

    /// A producer that sends too much must not harm the others: there is a lane for each. One producer has no others, and an
    /// [`OlderThan`](Losable::OlderThan) or [`Oldest`](Losable::Oldest) item gives way in a ring without lanes, which is
    /// [said](Contradiction::NoLanes).
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

    /// There is memory for so many items, in all lanes together.
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
        let nothing_comes = self.offered == 0 && self.burst.is_none();
        if nothing_comes || self.served == 0 || matches!(self.burst, Some((0, _) | (_, 0))) {
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
        match self.losable {
            None => self.buffer(),
            Some(losable) if self.backlog() == 0 => self.lose(losable),
            Some(losable) => self.buffer().or_else(|_| self.lose(losable)),
        }
    }

    /// The rate at the worst.
    fn peak(&self) -> u32 {
        self.burst.map_or(self.offered, |(offered, _)| offered.max(self.offered))
    }

    /// What a burst leaves behind at its end.
    fn backlog(&self) -> u64 {
        self.burst.map_or(0, |(peak, time)| per_time(peak.saturating_sub(self.served), time))
    }

    /// The watermarks leave room for what comes before the producers take notice, and what is served until they are back.
    fn control(&self, batch: u32, delay: u32) -> Result<Plan, Contradiction> {
        let ring = self.plain();
        // In a lane there is one of them, and while all are busy a lane is served at its share; while it alone is, at the whole rate.
        let (producers, share) = match ring {
            Ring::FanIn => (1, self.served / self.producers),
            _ => (self.producers, self.served),
        };
        // So that the consumer does not run dry while they take notice.
        let low = per_time(self.served, delay);
        // Far enough apart for a pacer: 8 items, or one for each producer.
        let high = low + u64::from(producers.max(8));
        let surge = per_time(self.peak().saturating_sub(share), delay);
        let capacity = (high + surge).saturating_add(u64::from(producers) * u64::from(batch));
        let plan = self.of(Leaf::Control, ring, capacity)?.refusing();
        let marks = Watermarks::new(high as usize, low as usize);
        Ok(Plan { watermarks: marks.unwrap_or(plan.watermarks), ..plan })
    }

    /// A burst goes into the buffer, if there is an end of it.
    fn buffer(&self) -> Result<Plan, Contradiction> {
        let Self { offered, served, .. } = *self;
        if offered == served {
            return Err(Contradiction::NeverDrains { offered });
        }
        if offered > served {
            let room = self.room.ok_or(Contradiction::NoBound)?;
            let after = time_for(u64::from(room), u64::from(self.peak() - served));
            return Err(Contradiction::FillsUp { offered, served, room, after });
        }
        let (backlog, ring, producers) = (self.backlog(), self.plain(), u64::from(self.producers));
        let rate = if backlog == 0 { self.peak() } else { offered };
        // And an item of each producer comes just before one is served.
        let needed = backlog + producers;
        // Where there is no burst, or hardly one, both sides are late now and then: as far as there is room and time for it.
        let jitter = (per_time(rate, JITTER) + producers).min(self.most(ring).unwrap_or(u64::MAX));
        let plan = self.of(Leaf::Buffer, ring, needed.max(jitter))?.refusing();
        let slack = time_for(plan.capacity as u64 - needed, u64::from(rate));
        Ok(Plan { slack: (backlog == 0).then_some(slack), ..plan })
    }

    fn lose(&self, losable: Losable) -> Result<Plan, Contradiction> {
        let (offered, served) = (u64::from(self.peak()), self.served);
        match losable {
            Losable::Oldest => {
                // While more comes than is served, it is newer: what is popped last has seen a whole ring of newer ones come.
                let ring = self.evicting()?;
                self.of(Leaf::KeepNewest, ring, self.bound(ring)?)
            }
            Losable::Incoming => {
                let ring = self.shared();
                let plan = self.of(Leaf::KeepOldest, ring, self.bound(ring)?)?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
            Losable::Some => {
                let ring = self.shared();
                let plan = self.of(Leaf::Sample, ring, self.bound(ring)?)?;
                // From half full on; before that everything is kept.
                let keep = (u64::from(served) * u64::from(SAMPLED) / offered).min(u64::from(SAMPLED));
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
                let (ring, known) = (self.evicting()?, Self { within: Some(within), ..*self });
                let plan = Self { within: None, ..*self }.of(Leaf::Expire, ring, known.bound(ring)?)?;
                Ok(Plan { wait: u64::from(within), ..plan })
            }
            Losable::LessImportant { important } => {
                let ring = self.shared();
                // All of them may come in one lane, which is served at its share while the others are busy.
                let share = if ring == Ring::FanIn { served / self.producers } else { served };
                if important > share {
                    return Err(Contradiction::TooMuchImportant { important, served: share });
                }
                let plan = self.of(Leaf::ByImportance, ring, self.bound(ring)?)?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
            Losable::OlderPerKey { keys } => {
                if keys == 0 {
                    return Err(Contradiction::NoRoom);
                }
                self.alone()?;
                self.of(Leaf::NewestPerKey, Ring::Conflated, u64::from(keys))
            }
            Losable::AllButNewest => {
                self.alone()?;
                self.of(Leaf::Newest, Ring::Latest, 1)
            }
            Losable::Anything => {
                self.room.ok_or(Contradiction::NoBound)?;
                let ring = self.shared();
                let plan = self.of(Leaf::Ignore, ring, self.bound(ring)?)?;
                Ok(Plan { overflow: Overflow::DropIncoming, ..plan })
            }
        }
    }

    /// How many queues share the room, and what is served.
    const fn lanes(&self, ring: Ring) -> u64 {
        match ring {
            Ring::FanIn => self.producers as u64,
            _ => 1,
        }
    }

    /// For how many items, in each lane, there is room, and which are served in the time that there is.
    fn most(&self, ring: Ring) -> Option<u64> {
        let in_time = self.within.map(|within| u64::from(self.served) * u64::from(within) / 1000);
        let most = in_time.into_iter().chain(self.room.map(u64::from)).min()?;
        Some((most / self.lanes(ring)).max(1))
    }

    /// The same, which some queue must have. Where there is hardly anything to lose, what comes by chance will do.
    fn bound(&self, ring: Ring) -> Result<u64, Contradiction> {
        match self.most(ring) {
            Some(most) => Ok(most),
            None if self.peak() <= self.served => Ok(per_time(self.peak(), JITTER) + u64::from(self.producers)),
            None => Err(Contradiction::NoBound),
        }
    }

    /// A ring whose oldest item gives way.
    const fn evicting(&self) -> Result<Ring, Contradiction> {
        match self.producers {
            producers @ 2.. if self.isolated => Err(Contradiction::NoLanes { producers }),
            _ => Ok(Ring::Swap),
        }
    }

    /// Whether a ring with one producer will do.
    const fn alone(&self) -> Result<(), Contradiction> {
        match self.producers {
            1 => Ok(()),
            producers => Err(Contradiction::OneProducer { producers }),
        }
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

    /// A plan without watermarks of its own, for something that must be dropped, if there is room for it, and the last item is
    /// served soon enough.
    fn of(&self, leaf: Leaf, ring: Ring, capacity: u64) -> Result<Plan, Contradiction> {
        let needed = capacity.saturating_mul(self.lanes(ring));
        if let Some(room) = self.room.filter(|&room| needed > u64::from(room)) {
            return Err(Contradiction::RoomTooSmall { needed, room });
        }
        if usize::try_from(needed).is_err() {
            return Err(Contradiction::TooLarge { needed });
        }
        let capacity = capacity as usize;
        let watermarks = Watermarks::high_and_half(capacity).map_err(|_| Contradiction::NoRoom)?;
        // What is more than is served, of 1000, at the worst.
        let (peak, served) = (u64::from(self.peak()), u64::from(self.served));
        let lost = (peak.saturating_sub(served) * 1000).div_ceil(peak) as u16;
        // Lanes that are all full are served in turn.
        let wait = time_for(needed, served);
        match self.within {
            Some(within) if wait > u64::from(within) => Err(Contradiction::TooLate { wait, within }),
            _ => Ok(Plan {
                leaf,
                ring,
                capacity,
                watermarks,
                overflow: Overflow::DropOldest,
                keep: None,
                lost,
                wait,
                slack: None,
            }),
        }
    }
}

/// For how many milliseconds a service may stand still, unless there is a burst: longer than a thread waits for its turn on a busy
/// machine, and shorter than anybody notices.
const JITTER: u32 = 100;

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
