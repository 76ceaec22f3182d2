//! A channel by what is asked of it.

mod error;

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

pub use self::error::BuildError;
use super::grace::Rule;
use super::heap::{
    ConflatedReceiver, ConflatedSender, FanInReceiver, FanInSender, MpscReceiver, MpscSender, PriorityReceiver,
    PrioritySender, SpscReceiver, SpscSender, SwapReceiver, SwapSender,
};
use super::{Ends, ReceiveEnd, SendEnd, Shared, fan_in, over};
use crate::{Overflow, Refusal, Watermarks, conflated, mpsc, priority, spsc, swap};

/// Begins a channel with room for so many items: see [`Builder`].
///
/// # Examples
/// Samples of which the newest matter, but a display that is late by less than 20 ms gets them all:
/// ```
/// use core::time::Duration;
/// use forebay::{Overflow, Pushed, channel};
///
/// let (mut sender, mut receiver) = channel::builder(2)
///     .overflow(Overflow::DropOldest)
///     .grace(Duration::from_millis(20))
///     .watermarks(2, 1)
///     .senders(1)
///     .swap()?;
/// assert_eq!(sender.blocking_send(1), Ok(Pushed::Stored));
/// assert_eq!(sender.blocking_send(2), Ok(Pushed::Stored));
/// assert_eq!(sender.blocking_send(3), Ok(Pushed::Evicted(1)), "after 20 ms");
/// assert_eq!(sender.blocking_send(4), Ok(Pushed::Evicted(2)), "at once");
/// drop(sender);
/// assert!(receiver.blocking_iter().eq([3, 4]));
/// # Ok::<(), channel::BuildError>(())
/// ```
pub const fn builder(capacity: usize) -> Builder {
    Builder {
        capacity,
        when_full: WhenFull::Block { within: None },
        grace: None,
        watermarks: None,
        senders: None,
        lanes: None,
        weights: None,
    }
}

/// What is asked of a channel, until one of the last methods makes it: [`spsc`](Self::spsc), [`mpsc`](Self::mpsc),
/// [`swap`](Self::swap), [`fan_in`](Self::fan_in), [`priority`](Self::priority), [`conflated`](Self::conflated). What contradicts itself,
/// or can't be had of that ring, is a [`BuildError`] there.
///
/// # Grace
/// With a [grace](Self::grace), a sender that finds no room waits before something is dropped: a thread for so long
/// ([`blocking_send`](super::Sender::blocking_send)), a task until a timer that it brings is ready
/// ([`with_grace`](super::SendFuture::with_grace)), as there is no clock for tasks here. If that ends with a drop, this sender's
/// next sends drop at once, until it has found room again: then the grace is whole. Each sender has a grace of its own, and
/// the time of each send counts for itself.
///
/// Whoever gives up by itself drops nothing: [`try_send`](super::Sender::try_send) hands the value back as
/// [`Full`](crate::PushError::Full), [`send_timeout`](super::Sender::send_timeout), [`send_deadline`](super::Sender::send_deadline)
/// and [`within`](super::SendFuture::within) as `Timeout`. And a task that [sends](super::Sender::send) without a timer waits for
/// room. So the ring itself has the policy to [reject](Overflow::Reject).
#[derive(Clone, Debug)]
#[must_use = "a builder makes nothing before its last method"]
pub struct Builder {
    capacity: usize,
    when_full: WhenFull,
    grace: Option<Duration>,
    watermarks: Option<(usize, usize)>,
    senders: Option<usize>,
    lanes: Option<usize>,
    weights: Option<Vec<u32>>,
}

/// What a send does that finds no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits: what is sent is received, or comes back to the sender.
    Block {
        /// For how long a thread waits at most, with [`blocking_send`](super::Sender::blocking_send): after that the value comes back as
        /// [`Timeout`](super::SendError::Timeout). `None`: for as long as it takes. A task sets a timer, with
        /// [`within`](super::SendFuture::within).
        within: Option<Duration>,
    },
    /// It goes by one of the ring's policies. With [`Reject`](Overflow::Reject) it waits for as long as it takes, as the ring gives the
    /// value back.
    Overflow(Overflow),
}

impl From<Overflow> for WhenFull {
    fn from(overflow: Overflow) -> Self {
        Self::Overflow(overflow)
    }
}

impl Builder {
    /// What a send does that finds no room: it waits, if nothing is said.
    pub fn overflow(self, when_full: impl Into<WhenFull>) -> Self {
        Self { when_full: when_full.into(), ..self }
    }

    /// For how long a sender waits for room before something is dropped: see [above](Self#grace).
    pub const fn grace(mut self, time: Duration) -> Self {
        self.grace = Some(time);
        self
    }

    /// With how many items inside the [pressure](super::Sender::pressure) rises, and with how many it falls again: of a
    /// [plan](crate::choose::Plan), `watermarks.high()` and `watermarks.low()`.
    pub const fn watermarks(mut self, high: usize, low: usize) -> Self {
        self.watermarks = Some((high, low));
        self
    }

    /// For how many senders there must be room at least. If nothing is said, that is one for [`spsc`](Self::spsc), and
    /// [`PRODUCERS`](swap::PRODUCERS) for [`swap`](Self::swap), which is then the number of those that there can be. For
    /// [`fan_in`](Self::fan_in) it is the number of lanes, if nothing else says that; fewer than there are lanes is no error.
    pub const fn senders(mut self, senders: usize) -> Self {
        self.senders = Some(senders);
        self
    }

    /// How many lanes [`fan_in`](Self::fan_in) has, for a sender each.
    pub const fn lanes(mut self, lanes: usize) -> Self {
        self.lanes = Some(lanes);
        self
    }

    /// The weight of each lane, which is the share that it has of what is received while all have items: as many as there are
    /// [lanes](Self::lanes), which need not be said then.
    pub fn weights(self, weights: impl IntoIterator<Item = u32>) -> Self {
        Self { weights: Some(weights.into_iter().collect()), ..self }
    }

    /// A channel for one sender: see [`channel::spsc`](fn@super::spsc). It drops nothing.
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// ```
    /// use core::time::Duration;
    /// use forebay::channel::{self, SendError, WhenFull};
    ///
    /// let deadline = WhenFull::Block { within: Some(Duration::from_millis(5)) };
    /// let (mut sender, receiver) = channel::builder(1).overflow(deadline).spsc()?;
    /// assert_eq!(sender.blocking_send(1), Ok(()));
    /// assert_eq!(sender.blocking_send(2), Err(SendError::Timeout(2)));
    /// # drop(receiver);
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    pub fn spsc<T>(self) -> Result<(SpscSender<T>, SpscReceiver<T>), BuildError> {
        let plan = self.plan(Some(1))?;
        if plan.overflow() != Overflow::Reject {
            return Err(if plan.overflow() == Overflow::DropOldest {
                BuildError::NeverEvicts
            } else {
                BuildError::NeverDrops
            });
        }
        let (mut tx, rx) = spsc::ring(self.capacity)?;
        if let Some(marks) = plan.watermarks {
            tx.set_watermarks(marks)?;
        }
        Ok(plan.over(tx, rx))
    }

    /// A channel for any number of senders: see [`channel::mpsc`](fn@super::mpsc). It drops what is sent, or nothing.
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// ```
    /// use forebay::channel::{self, SendError};
    /// use forebay::{Overflow, Pressure};
    ///
    /// let (mut sender, receiver) = channel::builder(3).overflow(Overflow::DropIncoming).watermarks(2, 1).mpsc()?;
    /// let mut another = sender.clone();
    /// assert_eq!((sender.blocking_send(1), another.blocking_send(2)), (Ok(()), Ok(())));
    /// assert_eq!(receiver.pressure(), Pressure::Slow);
    /// assert_eq!(sender.blocking_send(3), Ok(()));
    /// assert_eq!(another.blocking_send(4), Err(SendError::Shed(4)));
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    pub fn mpsc<T>(self) -> Result<(MpscSender<T>, MpscReceiver<T>), BuildError> {
        let plan = self.plan(None)?;
        Refusal::try_from(plan.overflow()).map_err(|_| BuildError::NeverEvicts)?;
        let refusal = Refusal::try_from(plan.of_ring).map_err(|_| BuildError::NeverEvicts)?;
        let (mut tx, rx) = mpsc::ring_with_refusal(self.capacity, refusal)?;
        if let Some(marks) = plan.watermarks {
            tx.set_watermarks(marks)?;
        }
        Ok(plan.over(tx, rx))
    }

    /// A channel for up to so many senders that may drop its oldest item: see [`channel::swap`](fn@super::swap).
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// See [`builder`].
    pub fn swap<T>(self) -> Result<(SwapSender<T>, SwapReceiver<T>), BuildError> {
        let plan = self.plan(None)?;
        let senders = self.senders.unwrap_or(swap::PRODUCERS);
        let (mut tx, rx) = swap::HeapRing::with_overflow(self.capacity, senders, plan.of_ring)?.into_ends();
        if let Some(marks) = plan.watermarks {
            tx.set_watermarks(marks)?;
        }
        Ok(plan.over(tx, rx))
    }

    /// A channel for several senders whose values are of `C` classes, as `class_of` says: see [`channel::priority`](fn@super::priority).
    /// The grace, and the policy, are for what is not more important than anything inside.
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// ```
    /// use forebay::channel::{self, SendError};
    /// use forebay::{Overflow, Pressure, Pushed};
    ///
    /// let plan = channel::builder(2).overflow(Overflow::DropIncoming).watermarks(2, 0);
    /// let (mut sender, mut receiver) = plan.priority::<2, _, _>(|&(class, _)| class)?;
    /// assert_eq!(sender.blocking_send((1, "speed")), Ok(Pushed::Stored));
    /// assert_eq!(sender.blocking_send((1, "more speed")), Ok(Pushed::Stored));
    /// assert_eq!(sender.pressure(), Pressure::Stop);
    /// assert_eq!(sender.blocking_send((0, "alarm")), Ok(Pushed::Evicted((1, "speed"))));
    /// assert_eq!(sender.blocking_send((1, "late")), Err(SendError::Shed((1, "late"))));
    /// assert_eq!(receiver.blocking_recv(), Ok((0, (0, "alarm"))));
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    pub fn priority<const C: usize, T, F: FnMut(&T) -> usize>(
        self,
        class_of: F,
    ) -> Result<(PrioritySender<T, F, C>, PriorityReceiver<T, C>), BuildError> {
        let plan = self.plan(None)?;
        let (mut tx, rx) = priority::HeapRing::with_overflow(self.capacity, plan.of_ring)?.into_ends();
        if let Some(marks) = plan.watermarks {
            tx.set_watermarks(marks)?;
        }
        Ok(plan.over(tx.by(class_of), rx.by_class()))
    }

    /// A channel that keeps the newest value of each key, as `key_of` says: see [`channel::conflated`](fn@super::conflated). The capacity is
    /// the number of keys, and the watermarks are of keys that have something new. As it is never full, it takes no policy and no time.
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// ```
    /// use forebay::{Pressure, Pushed, channel};
    ///
    /// let (mut sender, mut receiver) = channel::builder(3).watermarks(2, 1).conflated(|&(key, _)| key)?;
    /// assert_eq!(sender.blocking_send((0, 98)), Ok(Pushed::Stored));
    /// assert_eq!(sender.blocking_send((2, 50)), Ok(Pushed::Stored));
    /// assert_eq!(sender.pressure(), Pressure::Slow);
    /// assert_eq!(sender.blocking_send((0, 99)), Ok(Pushed::Evicted((0, 98))));
    /// assert_eq!(receiver.blocking_recv(), Ok((0, (0, 99))));
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    pub fn conflated<T, F: FnMut(&T) -> usize>(
        self,
        key_of: F,
    ) -> Result<(ConflatedSender<T, F>, ConflatedReceiver<T>), BuildError> {
        let plan = self.plan(Some(1))?;
        if self.when_full != (WhenFull::Block { within: None }) {
            return Err(BuildError::NeverFull);
        }
        let (mut tx, rx) = conflated::ring(self.capacity)?;
        if let Some(marks) = plan.watermarks {
            tx.set_watermarks(marks)?;
        }
        Ok(plan.over(tx.by(key_of), rx))
    }

    /// A channel with a lane for each of its senders, which are all made at once, in the order of the weights: see
    /// [`channel::fan_in`](fn@super::fan_in). The capacity and the watermarks are those of a lane. It drops what is sent, or nothing.
    ///
    /// # Errors
    /// [`BuildError`].
    ///
    /// # Examples
    /// While both have items, the first has two of three turns:
    /// ```
    /// use forebay::channel;
    ///
    /// let (mut senders, mut receiver) = channel::builder(6).weights([2, 1]).fan_in()?;
    /// for (sender, name) in senders.iter_mut().zip(["paid", "free"]) {
    ///     (0..6).for_each(|_| sender.try_send(name).unwrap());
    /// }
    /// let first: Vec<_> = receiver.blocking_iter().map(|(_, name)| name).take(6).collect();
    /// assert_eq!(first.iter().filter(|&&name| name == "paid").count(), 4);
    /// # Ok::<(), channel::BuildError>(())
    /// ```
    pub fn fan_in<T>(self) -> Result<(Vec<FanInSender<T>>, FanInReceiver<T>), BuildError> {
        let lanes = self.count_lanes()?;
        let plan = self.plan_but_for_lanes(Some(lanes))?;
        Refusal::try_from(plan.overflow()).map_err(|_| BuildError::NeverEvicts)?;
        let refusal = Refusal::try_from(plan.of_ring).map_err(|_| BuildError::NeverEvicts)?;
        let (opener, receiver) = fan_in(lanes, self.capacity)?;
        let mut senders = Vec::with_capacity(lanes);
        for lane in 0..lanes {
            let weight =
                self.weights.as_ref().and_then(|weights| NonZeroU32::new(weights[lane])).unwrap_or(NonZeroU32::MIN);
            let Ok(mut sender) = opener.open(weight) else { unreachable!("the lanes are new, and there are as many") };
            sender.party.end.set_refusal(refusal);
            if let Some(marks) = plan.watermarks {
                sender.party.end.set_watermarks(marks)?;
            }
            senders.push(sender.with_rule(plan.rule));
        }
        Ok((senders, receiver))
    }

    /// How many lanes there are to be, none of them with the weight 0.
    fn count_lanes(&self) -> Result<usize, BuildError> {
        let lanes = match (self.lanes, &self.weights, self.senders) {
            (Some(lanes), Some(weights), _) if weights.len() != lanes => {
                return Err(BuildError::Weights { weights: weights.len(), lanes });
            }
            (Some(lanes), _, _) => lanes,
            (None, Some(weights), _) => weights.len(),
            (None, None, Some(0)) => return Err(BuildError::ZeroSenders),
            (None, None, Some(senders)) => senders,
            (None, None, None) => 0,
        };
        if lanes == 0 {
            return Err(BuildError::ZeroLanes);
        }
        match self.weights.iter().flatten().position(|&weight| weight == 0) {
            Some(lane) => Err(BuildError::ZeroWeight { lane }),
            None => Ok(lanes),
        }
    }

    /// What comes of it where there can be so many senders, and no lanes.
    fn plan(&self, limit: Option<usize>) -> Result<Plan, BuildError> {
        if self.lanes.is_some() || self.weights.is_some() {
            return Err(BuildError::NoLanes);
        }
        self.plan_but_for_lanes(limit)
    }

    /// What comes of it where there can be so many senders, if that holds for any ring.
    fn plan_but_for_lanes(&self, limit: Option<usize>) -> Result<Plan, BuildError> {
        if self.capacity == 0 {
            return Err(BuildError::ZeroCapacity);
        }
        let watermarks = match self.watermarks {
            Some((high, low)) => {
                let marks = Watermarks::new(high, low)?;
                if high > self.capacity {
                    return Err(BuildError::Watermarks(crate::WatermarkError::HighAboveCapacity {
                        high,
                        capacity: self.capacity,
                    }));
                }
                Some(marks)
            }
            None => None,
        };
        match (self.senders, limit) {
            (Some(0), _) => return Err(BuildError::ZeroSenders),
            (Some(senders), Some(limit)) if senders > limit => {
                return Err(BuildError::TooManySenders { senders, limit });
            }
            _ => {}
        }
        let is_zero = |time: Option<Duration>| time.is_some_and(|time| time.is_zero());
        let (of_ring, rule) = match (self.when_full, self.grace) {
            (WhenFull::Block { .. } | WhenFull::Overflow(Overflow::Reject), Some(_)) => {
                return Err(BuildError::GraceWithoutDrop);
            }
            (_, grace) if is_zero(grace) => return Err(BuildError::ZeroGrace),
            (WhenFull::Block { within }, None) if is_zero(within) => return Err(BuildError::ZeroDeadline),
            (WhenFull::Block { within }, None) => (Overflow::Reject, within.map_or(Rule::Wait, Rule::GiveUp)),
            (WhenFull::Overflow(overflow), None) => (overflow, Rule::Wait),
            // The ring gives the value back, and the sender waits with it.
            (WhenFull::Overflow(then), Some(time)) => (Overflow::Reject, Rule::Grace { time, then, dropped_at: None }),
        };
        Ok(Plan { of_ring, rule, watermarks })
    }
}

/// What comes of a builder.
struct Plan {
    /// What the ring does at full.
    of_ring: Overflow,
    /// What a sender does that finds no room.
    rule: Rule,
    watermarks: Option<Watermarks>,
}

impl Plan {
    /// The policy, by whomever.
    const fn overflow(&self) -> Overflow {
        match self.rule {
            Rule::Grace { then, .. } => then,
            Rule::Wait | Rule::GiveUp(_) => self.of_ring,
        }
    }

    fn over<P: SendEnd, C: ReceiveEnd>(self, tx: P, rx: C) -> Ends<P, C, Shared> {
        let (sender, receiver) = over(tx, rx);
        (sender.with_rule(self.rule), receiver)
    }
}
