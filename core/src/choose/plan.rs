//! What was chosen.

use core::fmt;

use crate::{NeverEvicts, Overflow, Refusal, Watermarks};

/// What to do with the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Leaf {
    /// Slow the producer down: [`control`](super::control).
    Control,
    /// Buffer the burst: [`buffer`](super::buffer).
    Buffer,
    /// Let the oldest give way: [`keep_newest`](super::keep_newest).
    KeepNewest,
    /// Let what is new be lost: [`keep_oldest`](super::keep_oldest).
    KeepOldest,
    /// Keep some: [`sample`](super::sample).
    Sample,
    /// Don't deliver what is too old: [`expire`](super::expire).
    Expire,
    /// Keep the less important out first: [`by_importance`](super::by_importance).
    ByImportance,
    /// Keep the newest value of each key: [`newest_per_key`](super::newest_per_key).
    NewestPerKey,
    /// Keep the newest value: [`newest`](super::newest).
    Newest,
    /// Go on until the ceiling: [`ignore`](super::ignore).
    Ignore,
}

/// Which ring to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ring {
    /// [`spsc`](crate::spsc)
    Spsc,
    /// `mpsc`
    Mpsc,
    /// `swap`
    Swap,
    /// `fan_in`, with a lane of that capacity for each producer
    FanIn,
    /// `conflated`, for as many keys as the capacity is. It has one producer.
    Conflated,
    /// `latest`. It has one writer.
    Latest,
}

/// What was chosen, and what follows from it.
///
/// It is shown with its reasons: what it is, for how many items, and what is lost and how long an item waits at the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What to do.
    pub leaf: Leaf,
    /// In which ring.
    pub ring: Ring,
    /// For how many items; in a `fan_in` ring, in each lane.
    pub capacity: usize,
    /// Where its pressure rises and falls.
    pub watermarks: Watermarks,
    /// What a push does when it is full: the policy of a `swap` ring; of an `mpsc` or `fan_in` ring it is the
    /// [refusal](Plan::refusal). The other rings have none, and do just this.
    pub overflow: Overflow,
    /// For a sample: how many of how many to keep, from half full on.
    pub keep: Option<(u16, u16)>,
    /// How many of a thousand items are lost at the worst, while as many come as ever do.
    pub lost: u16,
    /// How many milliseconds an item that is delivered has waited at the worst, with a service that keeps its pace: that many
    /// milliseconds more if it stands still. Where the lanes of a `fan_in` ring are all full, they are served in turn, so it is
    /// the time for a full ring. Where the oldest gives way, it is that for what is left when fewer come; while many come, they
    /// keep what is inside newer.
    pub wait: u64,
    /// Of a buffer without a burst: how many milliseconds may go by from one served item to the next before it is full.
    pub slack: Option<u64>,
}

impl Plan {
    /// What a push does when it is full, in an `mpsc` or `fan_in` ring.
    ///
    /// # Errors
    /// The plan is for a ring that gives way to what is new.
    pub fn refusal(&self) -> Result<Refusal, NeverEvicts> {
        Refusal::try_from(self.overflow)
    }

    /// The same where nothing is lost.
    pub(super) const fn refusing(mut self) -> Self {
        self.overflow = Overflow::Reject;
        self.lost = 0;
        self
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.leaf {
            Leaf::Control => "slow the producer down by the pressure of",
            Leaf::Buffer if self.slack.is_some() => "buffer what comes at once in",
            Leaf::Buffer => "buffer the burst in",
            Leaf::KeepNewest => "let the oldest item give way in",
            Leaf::KeepOldest => "drop what comes while there is no room in",
            Leaf::Sample => "sample before",
            Leaf::Expire => "don't deliver what is too old from",
            Leaf::ByImportance => "keep the less important out, the sooner the less, of",
            Leaf::NewestPerKey => "keep the newest value of each key in",
            Leaf::Newest => "keep the newest value in",
            Leaf::Ignore => "go on until the ceiling of",
        };
        let ring = match self.ring {
            Ring::Spsc => "an `spsc` ring",
            Ring::Mpsc => "an `mpsc` ring",
            Ring::Swap => "a `swap` ring",
            Ring::FanIn => "a `fan_in` ring with lanes",
            Ring::Conflated => "a `conflated` ring",
            Ring::Latest => "a triple buffer",
        };
        write!(f, "{what} {ring} for {}", self.capacity)?;
        if self.ring == Ring::FanIn {
            f.write_str(" each")?;
        }
        if self.leaf == Leaf::Control {
            write!(f, ", with watermarks at {} and {}", self.watermarks.high(), self.watermarks.low())?;
        }
        if let Some((keep, of)) = self.keep {
            write!(f, ", keeping {keep} of {of} from half full on")?;
        }
        match self.lost {
            0 if !matches!(self.leaf, Leaf::Control | Leaf::Buffer) => {
                f.write_str(": nothing is lost but by chance")?
            }
            0 => f.write_str(": nothing is lost")?,
            lost => write!(f, ": up to {}.{} % are lost", lost / 10, lost % 10)?,
        }
        if let Some(slack) = self.slack {
            write!(f, " unless {}.{:03} s go by without a service", slack / 1000, slack % 1000)?;
        }
        write!(f, ", and an item waits {}.{:03} s at the worst", self.wait / 1000, self.wait % 1000)
    }
}
